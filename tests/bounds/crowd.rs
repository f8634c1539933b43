//! A group, a crowd that means it ill, and what the allocator says of both.

use std::{sync::Arc, time::Duration};

use liveroom::{
    Author, Command, Content, Draft, Element, Epoch, Group, GroupConfig, GroupId, HashKey, Join,
    Media, Platform, Profile, Random, Receipt, Refusal, SessionId, Settings, Timestamp, UserId,
};

use crate::memory;

/// What `act` returns, and how many bytes are held since by this thread, as they were asked for.
pub(crate) fn held<R>(act: impl FnOnce() -> R) -> (R, u64) {
    let (result, held, _) = memory::measured(act);
    (result, u64::try_from(held).expect("nothing of before was freed"))
}

/// Everything that a group holds was asked for since its crowd was made, and nothing else is kept.
pub(crate) struct Crowd {
    pub(crate) group: Group,
    pub(crate) now: Timestamp,
    settings: Settings,
    before: i64,
    random: u32,
}

impl Crowd {
    pub(crate) fn new(settings: Settings) -> Self {
        let config = settings.clone().build().expect("good settings");
        // Made once for all groups, when the first is.
        drop(GroupConfig::modern());
        let (id, now) = (GroupId::custom("bounds").unwrap(), Timestamp::from_secs(1_600_000_000));
        let before = memory::held();
        let owner = Some(user(OWNER));
        let group = Group::new(id, owner, config, Epoch(1), HashKey::new(1, 2), now);
        Self { group, now, settings, before, random: 0 }
    }

    /// What the allocator says that the group holds.
    pub(crate) fn held(&self) -> u64 {
        u64::try_from(memory::held() - self.before).expect("nothing of before was freed")
    }

    pub(crate) fn push(&mut self, by: Author, command: Command) -> Result<Receipt, Refusal> {
        self.group.push(self.now, by, command)
    }

    pub(crate) fn wait(&mut self, span: Duration) {
        self.now += span;
        while self.group.clock() < self.now {
            self.group.advance(self.now);
            self.drain();
        }
    }

    pub(crate) fn drain(&mut self) {
        while self.group.poll().is_some() {}
    }

    /// Somebody comes in, as large as one may be.
    pub(crate) fn join(&mut self, number: u64) -> Result<Receipt, Refusal> {
        let join = Join {
            user: Some(user(number)),
            profile: Arc::new(profile()),
            platform: Platform::Web,
            note: "n".repeat(500).into(),
            print: Some(liveroom::Fingerprint(u128::from(number))),
        };
        let answer = self.push(session(number), Command::Join(join));
        self.drain();
        answer
    }

    /// Somebody says something, with a mark.
    pub(crate) fn say(&mut self, by: Author, mut draft: Draft) -> Result<Receipt, Refusal> {
        self.random += 1;
        draft.random = Some(Random(self.random));
        self.push(by, draft.into())
    }

    /// A message that takes as much as its form allows.
    pub(crate) fn bomb(&self) -> Draft {
        let limits = &self.settings.limits;
        let elements = limits.elements as usize;
        let media = || Box::new(Media { url: "u".into(), ..Media::default() });
        let mut content = Content::default();
        for _ in 0..elements {
            content.elements.push(Element::Image((0..4).map(|_| media()).collect()));
        }
        content.data = "d".repeat(limits.message_bytes as usize - content.bytes());
        Draft { content, ..Draft::default() }
    }

    /// An order to as many as one may name.
    pub(crate) fn order(&self) -> Draft {
        let Command::Send(order) = Command::leave((0..500).map(user)) else { unreachable!() };
        Draft { content: self.bomb().content, ..*order }
    }
}

pub(crate) const OWNER: u64 = u64::MAX >> 1;

pub(crate) fn session(number: u64) -> Author {
    Author::Session(SessionId(number))
}

/// Somebody of the longest id, whom the app lets speak.
pub(crate) fn app_as(number: u64) -> Author {
    Author::AppAs { user: user(number), profile: profile() }
}

pub(crate) fn user(number: u64) -> UserId {
    UserId::new(&format!("{number:032}")).unwrap()
}

pub(crate) fn users(from: u64, count: u64) -> liveroom::Users {
    (from..from + count).map(user).collect()
}

fn profile() -> Profile {
    Profile::new(&"n".repeat(500), &"a".repeat(500))
}
