//! What a message is asked before it is accepted, whether it is sent or a host only asks.

use crate::{
    command::Draft,
    form,
    message::{Kind, Sender},
    refusal::Refusal,
    role::Author,
    rules::Action,
    time::Timestamp,
};

use super::{Caller, Group, decide::Way, filters::Screened, house::Passed};

/// What was found about a message that may be accepted.
pub(super) struct Examined {
    pub(super) sender: Sender,
    pub(super) passed: Passed,
    pub(super) screened: Screened,
    /// Over how many messages a word is written that it completes.
    pub(super) completes: Option<u8>,
    /// Which way it goes.
    pub(super) way: Way<'static>,
}

impl Group {
    /// The refusal that a message would get if it were sent now, without sending it: `Ok` is that it would be
    /// accepted, or is a duplicate of one that was. Nothing is changed, counted or written down.
    ///
    /// A composer asks it about what is written, to say "you may write in 12 s" ([`Refusal::until`]) or what is
    /// wrong with it. It costs as much as sending does before a message is accepted, the filter included.
    ///
    /// It is the answer as of the [`clock`](Self::clock): [`advance`](Self::advance) first. Until then the same
    /// draft by the same author gets the same answer from [`push`](Self::push). Whether the message would be
    /// delivered is not known: it may still be rejected, or lost to the rate; and an
    /// [`Engine`](crate::Engine) or [`Hub`](crate::Hub) may lack the memory for it.
    ///
    /// # Errors
    /// The [`Refusal`] that [`push`](Self::push) would give.
    ///
    /// ```
    /// # use liveroom::*;
    /// # use std::time::Duration;
    /// # let (now, key) = (Timestamp::from_secs(1), HashKey::new(1, 2));
    /// let mut settings = GroupConfig::livestream().settings().clone();
    /// settings.slow_mode = Some(SlowMode::members(Duration::from_secs(30)));
    /// let id = GroupId::custom("friday")?;
    /// let mut group = Group::new(id, None, settings.build()?, Epoch(1), key, now);
    /// let ann = Author::Session(SessionId(1));
    /// group.push(now, ann.clone(), Command::join("ann".parse()?, Profile::nick("Ann"), Platform::Web))?;
    ///
    /// let draft = Draft::text("hello");
    /// assert_eq!(group.may_send(&ann, &draft), Ok(()));
    /// group.push(now, ann.clone(), draft.clone().into())?;
    ///
    /// group.advance(now + Duration::from_secs(18));
    /// let refusal = group.may_send(&ann, &draft).expect_err("she wrote a moment ago");
    /// let wait = refusal.until().map(|until| until.since(group.clock()));
    /// assert_eq!(wait, Some(Duration::from_secs(12)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn may_send(&self, by: &Author, draft: &Draft) -> Result<(), Refusal> {
        self.check_open()?;
        form::author(by)?;
        form::draft(draft, &self.config.settings().limits)?;
        let caller = self.caller(by, None)?;
        if self.first_offer(self.clock, &caller, draft).is_some() {
            return Ok(());
        }
        self.examine(self.clock, &caller, draft).map(drop)
    }

    /// Whether the group takes commands at all. One that could not settle all that was due has no room.
    pub(super) fn check_open(&self) -> Result<(), Refusal> {
        if !self.has_room() {
            return Err(Refusal::Undrained { waiting: self.outbox.len() as u64 });
        }
        if self.house.disbanded {
            return Err(Refusal::Disbanded);
        }
        Ok(())
    }

    /// Everything that may speak against a message, in the order in which it is asked.
    #[inline]
    pub(super) fn examine(
        &self,
        now: Timestamp,
        caller: &Caller,
        draft: &Draft,
    ) -> Result<Examined, Refusal> {
        let action = if draft.kind == Kind::Control { Action::Direct } else { Action::Speak };
        self.may_do(caller, action, None)?;
        self.check_silence(now, caller)?;
        let passed = self.check_house(now, caller, draft)?;
        let screened = self.screen(caller, &draft.content)?;
        let (screened, completes) = self.follow_trail(now, caller, &draft.content, screened)?;
        let sender = self.sender(caller)?;
        let way = self.way(now, caller, &screened, passed.ruling)?;
        Ok(Examined { sender, passed, screened, completes, way })
    }
}
