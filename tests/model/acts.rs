//! Shadow mutes, warnings, and several acts in one step.

use std::sync::Arc;

use liveroom::{
    Acts, Command, Discard, Escalation, Field, MessageId, Notice, Outcome, Output, Part, Refusal,
    Removing, Silencing, Span, Timestamp, UserId,
};

use super::{Actor, Model, NO_RECORD, Sentence, each_once, form::not_more};

impl Model {
    pub(super) fn shadow(&mut self, users: &[UserId], span: Span) -> Result<(), Refusal> {
        let users = each_once(users);
        let limit = self.settings.limits.mutes as usize;
        not_more(Field::Mutes, with(&self.shadows, &users), limit)?;
        self.put_in_shadow(&users, self.until(span));
        Ok(())
    }

    fn put_in_shadow(&mut self, users: &[UserId], until: Timestamp) {
        for user in users {
            self.shadows.retain(|one| one.user != *user);
            self.shadows.push(Sentence { user: user.clone(), until });
            let before = self.told.len();
            self.discard_waiting_of(user, Discard::Shadowed);
            let ended = self.told[before..].iter().filter_map(|output| match output {
                Output::Ended { message, .. } => Some(message.id),
                _ => None,
            });
            let ended: Vec<_> = ended.collect();
            self.echo(&ended);
        }
    }

    pub(super) fn end_in_shadow(&mut self, messages: &[MessageId]) {
        for id in messages {
            self.end(*id, Outcome::Discarded(Discard::Shadowed));
        }
        self.echo(messages);
    }

    /// The author's own sessions see the messages, all of one author.
    fn echo(&mut self, ids: &[MessageId]) {
        let Some(first) = ids.first() else { return };
        let user = self.accepted(*first).message.sender.user.clone().expect("a user's");
        let messages: Vec<_> =
            ids.iter().map(|id| Arc::new(self.accepted(*id).message.clone())).collect();
        let after = liveroom::Seq(self.log.len() as u64);
        for session in self.sessions_of(&user) {
            let messages = messages.clone().into();
            self.told.push(Output::Echo { record: NO_RECORD, session, after, messages });
        }
    }

    pub(super) fn warn(
        &mut self,
        actor: &Actor,
        users: &[UserId],
        reason: &Arc<str>,
    ) -> Result<(), Refusal> {
        let users = each_once(users);
        self.may_strike(actor, &users)?;
        let (mutes, bans) = (self.led_to_mute(&users), self.led_to_ban(&users));
        not_more(Field::Mutes, with(&self.mutes, &mutes), self.settings.limits.mutes as usize)?;
        not_more(Field::Bans, with(&self.bans, &bans), self.settings.limits.bans as usize)?;
        self.strike(actor, &users, reason);
        Ok(())
    }

    fn strikes_of(&self, user: &UserId) -> u32 {
        let known = self.strikes.iter().find(|(one, _)| one.user == *user);
        known.map_or(0, |(_, count)| *count)
    }

    /// What the next strike of a user leads to.
    fn next(&self, user: &UserId) -> Escalation {
        let table = &self.settings.strikes.table;
        *table.get(self.strikes_of(user) as usize).unwrap_or(table.last().expect("not empty"))
    }

    fn led_to_mute(&self, users: &[UserId]) -> Vec<UserId> {
        let led = |user: &&UserId| matches!(self.next(user), Escalation::Mute { .. });
        users.iter().filter(led).cloned().collect()
    }

    fn led_to_ban(&self, users: &[UserId]) -> Vec<UserId> {
        let led = |user: &&UserId| matches!(self.next(user), Escalation::Ban { .. });
        users.iter().filter(led).cloned().collect()
    }

    fn may_strike(&self, actor: &Actor, users: &[UserId]) -> Result<(), Refusal> {
        let limit = self.settings.limits.strikes as usize;
        let others = self.strikes.iter().filter(|(one, _)| !users.contains(&one.user)).count();
        not_more(Field::Strikes, others + users.len(), limit)?;
        for user in users {
            let users = [user.clone()].into_iter().collect();
            match self.next(user) {
                Escalation::Ban { .. } => self.table(actor, &ban(users, Span::Forever))?,
                _ => self.table(actor, &Command::Mute { users, span: Span::Forever })?,
            }
        }
        Ok(())
    }

    fn strike(&mut self, actor: &Actor, users: &[UserId], reason: &Arc<str>) {
        for user in users {
            let leads_to = self.next(user);
            let strikes = self.strikes_of(user) + 1;
            let until = self.now + self.settings.strikes.remembered;
            self.strikes.retain(|(one, _)| one.user != *user);
            self.strikes.push((Sentence { user: user.clone(), until }, strikes));
            for session in self.sessions_of(user) {
                let reason = reason.clone();
                self.tell_session(session, Notice::Warned { strikes, reason });
            }
            let user = std::slice::from_ref(user);
            let longer = |known: &[Sentence], span| {
                let until = self.until(Span::For(span));
                !known.iter().any(|one| one.user == user[0] && one.until >= until)
            };
            let done = match leads_to {
                Escalation::Mute { span } if !longer(&self.mutes, span) => Ok(()),
                Escalation::Ban { span } if !longer(&self.bans, span) => Ok(()),
                Escalation::Mute { span } => self.mute(actor, user, Span::For(span)),
                Escalation::Ban { span } => self.ban(actor, user, Span::For(span), reason),
                _ => Ok(()),
            };
            done.expect("looked at before");
        }
    }

    pub(super) fn moderate(
        &mut self,
        actor: &Actor,
        users: &liveroom::Users,
        acts: &Acts,
    ) -> Result<(), Refusal> {
        let named: Vec<UserId> = each_once(users);
        self.check_parts(actor, users, &named, acts)?;
        let here = self.prints_here(&named);
        if !acts.counters.is_empty() {
            let command = Command::Count { changes: acts.counters.clone() };
            let counted = match self.table(actor, &command) {
                Ok(()) => self.count(actor, &acts.counters).map(drop),
                Err(denial) => Err(denial.into()),
            };
            counted.map_err(of(Part::Count))?;
        }
        if acts.purge {
            named.iter().for_each(|user| drop(self.purge(Some(user))));
        }
        if acts.warn {
            self.strike(actor, &named, &acts.reason);
        }
        if let Some(field) = &acts.notice {
            self.notify(Some(users), field);
        }
        match acts.silence {
            Some(Silencing::Mute { span }) => self.mute(actor, &named, span)?,
            Some(Silencing::Shadow { span }) => self.put_in_shadow(&named, self.until(span)),
            None => {}
        }
        match acts.remove {
            Some(Removing::Kick) => {
                let there: Vec<_> =
                    named.into_iter().filter(|user| self.member(user).is_some()).collect();
                if !there.is_empty() {
                    self.kick(actor, &there, &acts.reason)?;
                }
            }
            Some(Removing::Ban { span, prints }) => {
                self.ban(actor, &named, span, &acts.reason)?;
                if prints {
                    self.put_print_bans(&here, self.until(span));
                }
            }
            None => {}
        }
        Ok(())
    }

    fn check_parts(
        &self,
        actor: &Actor,
        users: &liveroom::Users,
        named: &[UserId],
        acts: &Acts,
    ) -> Result<(), Refusal> {
        let may = |part, command: Command| {
            self.table(actor, &command).map_err(|denial| of(part)(denial.into()))
        };
        let users = || users.clone();
        for user in named.iter().filter(|_| acts.purge) {
            may(Part::Purge, Command::Purge { author: Some(user.clone()) })?;
        }
        let (mut mutes, mut mutes_by) = (vec![], Part::Warn);
        let (mut bans, mut bans_by) = (vec![], Part::Warn);
        if acts.warn {
            may(Part::Warn, Command::Warn { users: users(), reason: "".into() })?;
            self.may_strike(actor, named).map_err(of(Part::Warn))?;
            (mutes, bans) = (self.led_to_mute(named), self.led_to_ban(named));
        }
        if acts.notice.is_some() {
            may(Part::Notice, Command::notice(""))?;
        }
        let limits = &self.settings.limits;
        match acts.silence {
            Some(Silencing::Mute { span }) => {
                may(Part::Silence, Command::Mute { users: users(), span })?;
                (mutes, mutes_by) = (named.to_vec(), Part::Silence);
            }
            Some(Silencing::Shadow { span }) => {
                may(Part::Silence, Command::Shadow { users: users(), span })?;
                let count = with(&self.shadows, named);
                not_more(Field::Mutes, count, limits.mutes as usize).map_err(of(Part::Silence))?;
            }
            None => {}
        }
        match acts.remove {
            Some(Removing::Kick) => {
                may(Part::Remove, Command::Kick { users: users(), reason: "".into() })?;
                let there = named.iter().try_for_each(|user| self.must_be_member(user));
                there.map_err(of(Part::Remove))?;
            }
            Some(Removing::Ban { span, prints }) => {
                may(Part::Remove, ban(users(), span))?;
                if prints {
                    let banned = self.may_ban_prints(&self.prints_here(named));
                    banned.map_err(of(Part::Remove))?;
                }
                (bans, bans_by) = (named.to_vec(), Part::Remove);
            }
            None => {}
        }
        let count = with(&self.mutes, &mutes);
        not_more(Field::Mutes, count, limits.mutes as usize).map_err(of(mutes_by))?;
        let count = with(&self.bans, &bans);
        not_more(Field::Bans, count, limits.bans as usize).map_err(of(bans_by))
    }
}

fn of(part: Part) -> impl Fn(Refusal) -> Refusal {
    move |refusal| Refusal::Part { part, refusal: Box::new(refusal) }
}

fn ban(users: liveroom::Users, span: Span) -> Command {
    Command::Ban { users, span, reason: "".into() }
}

/// How many there would be with these users.
fn with(sentences: &[Sentence], users: &[UserId]) -> usize {
    sentences.iter().filter(|one| !users.contains(&one.user)).count() + users.len()
}
