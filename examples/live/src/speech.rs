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
        Kind::Gift if Gift::read(data).is_none() => Err(MALFORMED.into()),
        STROKE => {
            in_class(stay)?;
            let data = Stroke::rewrite(data).filter(|_| bare).ok_or(MALFORMED)?;
            // Who teaches is not to wait for who tries.
            let priority = if stay.owns { Priority::High } else { Priority::Normal };
            Ok(frame.with_data(data).into_draft().priority(priority))
        }
        CLEAR => {
            in_class(stay)?;
            if !stay.owns {
                return Err(Refusal::from(Denial::RoleTooLow { needs: Role::Owner }).into());
            }
            let data = rewrite_clear(data).filter(|_| bare).ok_or(MALFORMED)?;
            Ok(frame.with_data(data).into_draft().priority(Priority::High))
        }
        INQUIRY => {
            if stay.room.plan.kind != RoomKind::Show {
                return Err(Refused::wrong_room());
            }
            let offer = Inquiry::read(data).ok_or(MALFORMED)?;
            if !stay.room.offers().is_open(offer) {
                return Err(Refused::word("no_offer", "that offer is not open"));
            }
            Ok(frame.into_draft().priority(Priority::Low))
        }
        _ => Ok(frame.into_draft()),
    }
}

fn in_class(stay: &Stay) -> Result<(), Refused> {
    if stay.room.plan.kind == RoomKind::Class { Ok(()) } else { Err(Refused::wrong_room()) }
}
