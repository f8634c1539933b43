//! Groups to measure on.

use std::{sync::Arc, time::Duration};

use liveroom::{
    Author, Command, Draft, Entry, Epoch, Group, GroupConfig, GroupId, HashKey, Join, Kind,
    Platform, Profile, SessionId, Settings, Timestamp, TipSet, UserId,
};

/// The hash key of every group: times do not depend on it.
pub const KEY: HashKey = HashKey::new(1, 2);
/// When every group begins.
pub const START: Timestamp = Timestamp::from_secs(1_600_000_000);

/// A group with one member, and the time there.
pub struct Room {
    /// The group.
    pub group: Group,
    /// The time of the last command.
    pub now: Timestamp,
}

/// The member's session.
pub const ANN: Author = Author::Session(SessionId(1));

#[expect(clippy::new_without_default, reason = "a room with somebody in it is no default")]
impl Room {
    /// Outputs are taken after so many commands at the latest: a group with its default limits has
    /// room for more.
    pub const UNPOLLED: usize = 1_000;

    /// As a livestream, without tips.
    pub fn new() -> Self {
        let mut room = Self::empty(without_tips());
        room.push(ANN, join(user(0), &Arc::new(Profile::nick("Ann"))));
        room
    }

    /// Without anybody.
    pub fn empty(config: GroupConfig) -> Self {
        let id = GroupId::custom("bench").expect("a good id");
        Self { group: Group::new(id, None, config, Epoch(1), KEY, START), now: START }
    }

    /// A command as late as the rate allows one, so that messages are delivered at once.
    pub fn push(&mut self, by: Author, command: Command) {
        self.now += Duration::from_millis(25);
        self.push_now(by, command);
    }

    /// A command at once.
    pub fn push_now(&mut self, by: Author, command: Command) {
        self.group.push(self.now, by, command).expect("nothing forbids it");
    }

    /// Lets so many guests in.
    pub fn admit_guests(&mut self, count: usize) {
        for guest in 0..count {
            let by = Author::Guest(SessionId(2 + guest as u64));
            self.push_now(by, Command::join_as_guest(Platform::Web));
            if guest % Self::UNPOLLED == 0 {
                self.drain();
            }
        }
        self.drain();
    }

    /// Delivers so many messages.
    pub fn publish(&mut self, count: u64) {
        for draft in drafts(count) {
            self.push(ANN, draft.into());
        }
        self.drain();
    }

    /// One entry, of a message.
    pub fn entry(&mut self) -> Arc<Entry> {
        let start = self.group.tail();
        self.publish(1);
        let mut entries = self.group.since(&start).expect("the cursor is of this history");
        entries.next().expect("one was published").clone()
    }

    /// Takes the outputs, and drops them.
    pub fn drain(&mut self) {
        while self.group.poll().is_some() {}
    }
}

/// Gifts, texts and likes by turns, of three priorities.
pub fn drafts(count: u64) -> impl Iterator<Item = Draft> {
    const KINDS: [Kind; 3] = [Kind::Gift, Kind::Text, Kind::Like];
    let kinds = KINDS.iter().cycle().take(count as usize);
    kinds.map(|kind| Draft::custom(*kind, "{\"name\":\"rose\"}"))
}

/// A user of this number, by a name of 12 bytes.
pub fn user(number: usize) -> UserId {
    format!("user{number:08}").parse().expect("a good id")
}

/// An id of 32 hexadecimal digits, as a UUID has: too long to be held in place.
pub fn long_user(number: usize) -> UserId {
    let number = (number as u128 + 1) * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    format!("{number:032x}").parse().expect("a good id")
}

/// A join under a profile that is shared, as a host shares what is the same.
pub fn join(user: UserId, profile: &Arc<Profile>) -> Command {
    let profile = profile.clone();
    let (user, note) = (Some(user), "".into());
    Command::Join(Join { user, profile, platform: Platform::Web, note, print: None })
}

/// A livestream's settings with `change`.
pub fn livestream(change: impl FnOnce(&mut Settings)) -> GroupConfig {
    let mut settings = GroupConfig::livestream().settings().clone();
    change(&mut settings);
    settings.build().expect("the change leaves settings that hold together")
}

/// A livestream's, but for the tips, so that there is nothing to read but messages.
pub fn without_tips() -> GroupConfig {
    livestream(|settings| settings.tips.kinds = TipSet::NONE)
}
