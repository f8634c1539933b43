//! Groups to measure on.

use std::time::Duration;

use liveroom::{
    Author, Command, Draft, Epoch, Group, GroupConfig, GroupId, HashKey, Kind, Platform, Profile,
    SessionId, Timestamp, TipSet,
};

/// A group with one member, and the time there.
pub(crate) struct Room {
    pub(crate) group: Group,
    pub(crate) now: Timestamp,
}

/// The member's session.
pub(crate) const ANN: Author = Author::Session(SessionId(1));

impl Room {
    /// As a livestream, without tips.
    pub(crate) fn new() -> Self {
        let mut settings = GroupConfig::livestream().settings().clone();
        settings.tips.kinds = TipSet::NONE;
        let config = settings.build().expect("a preset without tips holds together");
        let now = Timestamp::from_secs(1_600_000_000);
        let id = GroupId::custom("bench").expect("a good id");
        let group = Group::new(id, None, config, Epoch(1), HashKey::new(1, 2), now);
        let mut room = Self { group, now };
        let ann = "ann".parse().expect("a good id");
        room.push(ANN, Command::join(ann, Profile::nick("Ann"), Platform::Web));
        room
    }

    /// A command as late as the rate allows one, so that messages are delivered at once.
    pub(crate) fn push(&mut self, by: Author, command: Command) {
        self.now += Duration::from_millis(25);
        self.group.push(self.now, by, command).expect("nothing forbids it");
    }

    /// Delivers so many messages: gifts, texts and likes by turns, of three priorities.
    pub(crate) fn publish(&mut self, count: u64) {
        const KINDS: [Kind; 3] = [Kind::Gift, Kind::Text, Kind::Like];
        for kind in KINDS.iter().cycle().take(count as usize) {
            self.push(ANN, Draft::custom(*kind, "{\"name\":\"rose\"}").into());
        }
        self.drain();
    }

    /// Takes the outputs, and drops them.
    pub(crate) fn drain(&mut self) {
        while self.group.poll().is_some() {}
    }
}
