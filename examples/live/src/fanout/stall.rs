//! Gives vouchers to those who asked, and shows how many are left.

use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use liveroom::{Discard, Element, Message, Outcome, Seq, Timestamp};

use crate::{
    house::House,
    offers::Given,
    protocol::{
        host::{Directed, HostFrame},
        program::{ForProgram, INQUIRY, Inquiry, SoldOut, Voucher},
    },
    room::Room,
};

/// "Refreshed at most every 2 s".
const SHOW_EVERY: Duration = Duration::from_secs(2);

/// Whether what is left is shown as it is, and when it may be shown again.
#[derive(Debug, Default)]
pub(super) struct Stall {
    changed: bool,
    next: Timestamp,
}

impl Stall {
    /// An inquiry came to its end: what its author is to be told, and after how much of the history.
    pub(super) fn serve(
        &mut self,
        room: &Room,
        message: &Message,
        outcome: &Outcome,
    ) -> Option<(Seq, Utf8Bytes)> {
        if message.kind != INQUIRY {
            return None;
        }
        let after = match outcome {
            Outcome::Delivered { seq, .. } => *seq,
            // What the room's limit took was asked all the same.
            Outcome::Discarded(Discard::Rate | Discard::Expired | Discard::Shed) => Seq(0),
            _ => return None,
        };
        let user = message.sender.user.as_ref()?;
        let given = room.offers().give(offer_of(message)?, user)?;
        self.changed = true;
        Some((after, told(after, &given)))
    }

    /// Shows how many are left, if that changed.
    pub(super) fn show(&mut self, house: &House, room: &Room, now: Timestamp) {
        if self.changed && self.next <= now {
            // A group that has no room for it now, or has ended, is asked again in a while.
            self.changed = house.show_offer(room).is_err();
            self.next = now + SHOW_EVERY;
        }
    }

    pub(super) fn due(&self) -> Option<Timestamp> {
        self.changed.then_some(self.next)
    }
}

/// What somebody is told of what they were given.
pub(super) fn told(after: Seq, given: &Given) -> Utf8Bytes {
    let what = match given {
        Given::Voucher { offer, title, code } => ForProgram::Voucher(Voucher {
            offer: *offer,
            title: title.as_str().into(),
            code: code.to_string(),
        }),
        Given::SoldOut { offer } => ForProgram::SoldOut(SoldOut { offer: *offer }),
    };
    let notice = Directed::Custom { field: what.field().into() };
    HostFrame::Direct { after: after.0, notice }.text()
}

fn offer_of(message: &Message) -> Option<u32> {
    message.content.elements.iter().find_map(|element| match element {
        Element::Custom { data, .. } => Inquiry::read(data),
        _ => None,
    })
}
