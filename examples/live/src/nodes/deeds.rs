//! What is done in a room beside reading: messages, and what the owner does with one command.

use std::time::Duration;

use liveroom::{Command, Draft, Field, GroupPatch, Kind, Refusal, UserId, Users};

use crate::protocol::{
    client::{Gift, SendFrame},
    deeds::{Deed, span},
    host::Refused,
};

const MALFORMED: Refusal = Refusal::Malformed { field: Field::Message };

/// The message that a frame offers.
pub(super) fn draft(frame: SendFrame) -> Result<Draft, Refused> {
    match frame.kind.0 {
        Kind::Text | Kind::Like | Kind::Follow => Ok(frame.into_draft()),
        Kind::Gift => {
            let bare = frame.text.as_deref().unwrap_or_default().is_empty();
            let gift = Gift::read(frame.data.as_deref().unwrap_or_default());
            // Written anew: nothing may ride along with what goes first.
            let gift = gift.filter(|_| bare).ok_or(MALFORMED)?;
            Ok(frame.with_data(gift.written()).into_draft())
        }
        _ => Err(Refused::word("unknown_kind", "this node knows no such kind of message")),
    }
}

/// The command that a deed is.
pub(super) fn command(deed: Deed) -> Result<Command, Refused> {
    let all_of = |user: &str| Ok::<Users, Refused>([named(user)?].into_iter().collect());
    Ok(match deed {
        Deed::Mute { user, seconds } => Command::mute(named(&user)?, span(seconds)),
        Deed::Unmute { user } => Command::Unmute { users: all_of(&user)? },
        Deed::Shadow { user, seconds } => {
            Command::Shadow { users: all_of(&user)?, span: span(seconds) }
        }
        Deed::Unshadow { user } => Command::Unshadow { users: all_of(&user)? },
        Deed::Warn { user, why } => Command::Warn { users: all_of(&user)?, reason: why.into() },
        Deed::Forgive { user } => Command::Forgive { users: all_of(&user)? },
        Deed::Raid { seconds } => Command::Raid { span: seconds.map(Duration::from_secs) },
        Deed::MuteAll { on } => Command::MuteAll { on },
        Deed::Remove { user } => Command::leave([named(&user)?]),
        Deed::Notice { text } => Command::notice(text),
        Deed::Profile { name, introduction, notification } => {
            let patch = GroupPatch {
                name: name.map(Into::into),
                introduction: introduction.map(Into::into),
                notification: notification.map(Into::into),
                ..GroupPatch::default()
            };
            Command::SetGroup(Box::new(patch))
        }
        Deed::Disband => Command::Disband,
        _ => {
            let why = "a node does not do that yet: it needs a host that has the room alone";
            return Err(Refused::word("one_machine", why));
        }
    })
}

fn named(user: &str) -> Result<UserId, Refused> {
    user.parse().map_err(|_| Refusal::Malformed { field: Field::Users }.into())
}
