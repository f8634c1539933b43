//! Who spoke in a room of late, so that its staff find somebody who has left it since, and call them by name.
//!
//! Bound: [`KEPT`] people; past it whoever has been silent longest goes.

use std::{collections::BTreeMap, sync::Arc};

use liveroom::{Message, Profile, UserId};

/// A great room's last minutes: of 120 messages a second, no two by one author, half a minute.
const KEPT: usize = 4_096;

/// The people who spoke last.
///
/// Invariant: `turns` has for each of `people` their own turn, and no other.
#[derive(Debug, Default)]
pub(crate) struct Voices {
    people: BTreeMap<UserId, (u64, Arc<Profile>)>,
    turns: BTreeMap<u64, UserId>,
    last: u64,
}

impl Voices {
    /// A message of somebody's came to its end, whichever that was. What the app says has no author.
    pub(crate) fn hear(&mut self, message: &Message) {
        let Some(user) = &message.sender.user else { return };
        self.last += 1;
        let spoke = (self.last, message.sender.profile.clone());
        if let Some((before, _)) = self.people.insert(user.clone(), spoke) {
            self.turns.remove(&before);
        }
        self.turns.insert(self.last, user.clone());
        if self.people.len() > KEPT
            && let Some((_, silent)) = self.turns.pop_first()
        {
            self.people.remove(&silent);
        }
    }

    /// What somebody was called when they spoke last.
    pub(crate) fn nick(&self, user: &UserId) -> Option<&str> {
        self.people.get(user).map(|(_, profile)| &*profile.nick)
    }

    /// Gives somebody who is no member any more the nick that they had.
    pub(crate) fn call(&self, user: &str, nick: &mut Option<String>) {
        if nick.is_none() {
            let known = UserId::new(user).ok().and_then(|user| self.nick(&user).map(str::to_owned));
            *nick = known.filter(|known| !known.is_empty());
        }
    }

    /// All of them with their nicks, who spoke last first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (&UserId, &str)> {
        self.turns.values().rev().filter_map(|user| Some((user, self.nick(user)?)))
    }
}

#[cfg(test)]
mod tests {
    use liveroom::{Content, Kind, MessageId, Platform, Priority, Sender, Timestamp};

    use super::*;

    fn by(user: &str, nick: &str) -> Message {
        let (user, profile) = (user.parse().ok(), Arc::new(Profile::nick(nick)));
        Message {
            id: MessageId(1),
            sender: Sender { user, role: None, profile, platform: Platform::Web },
            kind: Kind::Text,
            priority: Priority::Normal,
            content: Content::default(),
            directive: None,
            random: None,
            accepted: Timestamp::ZERO,
        }
    }

    fn newest(voices: &Voices) -> Vec<(&str, &str)> {
        voices.newest().map(|(user, nick)| (user.as_str(), nick)).collect()
    }

    #[test]
    fn who_spoke_last_is_first_and_is_called_as_then() {
        let mut voices = Voices::default();
        for (user, nick) in [("u1", "Ann"), ("u2", "Bo"), ("", "the app"), ("u1", "Anna")] {
            voices.hear(&by(user, nick));
        }
        assert_eq!(newest(&voices), [("u1", "Anna"), ("u2", "Bo")]);
        assert_eq!(voices.nick(&"u1".parse().unwrap()), Some("Anna"));
        assert_eq!(voices.nick(&"u3".parse().unwrap()), None);
    }

    #[test]
    fn whoever_has_been_silent_longest_is_forgotten() {
        let mut voices = Voices::default();
        for number in 0..KEPT {
            voices.hear(&by(&format!("u{number}"), "Nick"));
        }
        voices.hear(&by("u0", "Nick"));
        voices.hear(&by("another", "Nick"));
        assert_eq!((voices.people.len(), voices.turns.len()), (KEPT, KEPT));
        assert_eq!(voices.nick(&"u1".parse().unwrap()), None);
        assert_eq!(newest(&voices)[..2], [("another", "Nick"), ("u0", "Nick")]);
    }
}
