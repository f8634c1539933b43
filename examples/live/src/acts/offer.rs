//! Offers that are opened and ended.

use liveroom::{Author, Command, GroupPatch, PushError};

use crate::{
    door::Stay,
    house::House,
    plan::RoomKind,
    protocol::{deeds::Done, host::Refused},
    room::Room,
};

use super::Answer;

/// The custom field in which a group shows its open offer.
pub(crate) const OFFER: &str = "offer";

impl House {
    /// Opens an offer; the one before ends.
    pub(super) fn open_offer(
        &self,
        stay: &Stay,
        title: String,
        text: String,
        stock: u32,
    ) -> Answer {
        stay.room.must_be(RoomKind::Show)?;
        let opened = stay.room.offers().open(title, text, stock);
        opened.map_err(|error| Refused::word("offer", error.to_string()))?;
        self.show_offer(&stay.room)?;
        Ok(Done::PLAIN)
    }

    pub(super) fn end_offer(&self, stay: &Stay) -> Answer {
        stay.room.must_be(RoomKind::Show)?;
        stay.room.offers().end();
        self.show_offer(&stay.room)?;
        Ok(Done::PLAIN)
    }

    /// Shows everybody the open offer as it is now, or that there is none.
    pub(crate) fn show_offer(&self, room: &Room) -> Result<(), PushError> {
        // Under the lock, so that an older state is never shown after a newer one.
        let offers = room.offers();
        let custom = vec![(OFFER.into(), offers.card().into())];
        let patch = GroupPatch { custom, ..GroupPatch::default() };
        self.push(room, &Author::App, Command::SetGroup(Box::new(patch))).map(drop)
    }
}
