//! What somebody sends, before the group sees it: the host's own kinds, and what they need.

use liveroom::{Denial, Draft, Field, Kind, Priority, Refusal, Role};

use crate::{
    door::Stay,
    plan::RoomKind,
    protocol::{
        client::{Gift, SendFrame},
        drawing::{CLEAR, STROKE, Stroke, rewrite_clear},
        host::Refused,
        program::{INQUIRY, Inquiry},
    },
};

const MALFORMED: Refusal = Refusal::Malformed { field: Field::Message };

/// The message that a frame offers, if it is one of those that go on in this room.
///
/// A gift is refused here if it is none that is sold: the host is the one who takes the money.
pub(crate) fn draft(stay: &Stay, frame: SendFrame) -> Result<Draft, Refused> {
    let data = frame.data.as_deref().unwrap_or_default();
    let bare = frame.text.as_deref().unwrap_or_default().is_empty();
    match frame.kind.0 {
        Kind::Text => Ok(frame.into_draft()),
        Kind::Like | Kind::Follow => {
            stay.room.must_be(RoomKind::Show)?;
            Ok(frame.into_draft())
        }
        Kind::Gift => {
            stay.room.must_be(RoomKind::Show)?;
            // Written anew: nothing may ride along with what goes first.
            let gift = Gift::read(data).filter(|_| bare).ok_or(MALFORMED)?;
            Ok(frame.with_data(gift.written()).into_draft())
        }
        STROKE => {
            stay.room.must_be(RoomKind::Class)?;
            let data = Stroke::rewrite(data).filter(|_| bare).ok_or(MALFORMED)?;
            // Who teaches is not to wait for who tries.
            let priority = if stay.owns { Priority::High } else { Priority::Normal };
            Ok(frame.with_data(data).into_draft().priority(priority))
        }
        CLEAR => {
            stay.room.must_be(RoomKind::Class)?;
            if !stay.owns {
                return Err(Refusal::from(Denial::RoleTooLow { needs: Role::Owner }).into());
            }
            let data = rewrite_clear(data).filter(|_| bare).ok_or(MALFORMED)?;
            Ok(frame.with_data(data).into_draft().priority(Priority::High))
        }
        INQUIRY => {
            stay.room.must_be(RoomKind::Show)?;
            let offer = Inquiry::read(data).ok_or(MALFORMED)?;
            if !stay.room.offers().is_open(offer) {
                return Err(Refused::word("no_offer", "that offer is not open"));
            }
            Ok(frame.into_draft().priority(Priority::Low))
        }
        _ => Err(Refused::word("unknown_kind", "this host knows no such kind of message")),
    }
}
