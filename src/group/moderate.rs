//! Warnings, and several acts in one step.
//!
//! A step is looked at as a whole before anything is done: each part by the decision table, and by the
//! limits together with what warnings lead to.

#![expect(clippy::indexing_slicing, reason = "a strike is of one user")]

use std::slice;

use crate::{
    audit::{Act, Deed, Evidence, Trigger},
    command::{Acts, Receipt, Removing, Silencing, Users},
    config::Escalation,
    entry::Notice,
    form,
    id::UserId,
    refusal::{Field, Part, Refusal},
    rules::Action,
    time::Timestamp,
};

use super::{
    Caller, Group,
    acts::{Grounds, authors},
};

/// A strike about to be given, and what it leads to.
struct Strike<'a> {
    user: &'a UserId,
    leads_to: Escalation,
}

impl Group {
    pub(super) fn warn(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        grounds: &Grounds<'_>,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        let strikes = self.strikes_for(now, caller, &users)?;
        self.check_mutes(now, &muted_by(&strikes))?;
        self.check_bans(now, &banned_by(&strikes))?;
        self.strike(now, &strikes, grounds);
        Ok(Receipt::Done)
    }

    pub(super) fn forgive(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Forgive, &users)?;
        for user in &users {
            if let Some(strikes) = self.house.make(self.key()).strikes.forgive(user) {
                let act = Act::Forgive { strikes };
                self.audit(now, caller, |_| Deed::of(act).on(slice::from_ref(user)));
            }
        }
        Ok(Receipt::Done)
    }

    pub(super) fn moderate(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        acts: &Acts,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        let strikes = self.check_step(now, caller, &users, acts)?;
        // Before anybody is removed.
        let here = self.prints_here(&users);
        if !acts.counters.is_empty() {
            // The last that can be refused: nothing was done yet.
            let counted = self.count(now, caller, &acts.counters);
            counted.map_err(|refusal| refusal.of(Part::Count))?;
        }
        let evidence = Evidence {
            messages: acts.messages.clone(),
            reason: acts.reason.clone(),
            ..Evidence::default()
        };
        let grounds = Grounds { by: caller, rule: Trigger::Command, evidence };
        if acts.purge {
            self.put_away(now, &grounds, &authors(&users));
        }
        self.strike(now, &strikes, &grounds);
        if let Some(field) = &acts.notice {
            let notice = Notice::Custom { field: field.clone() };
            users.iter().for_each(|user| self.direct(user, &notice));
        }
        match acts.silence {
            Some(Silencing::Mute { span }) => {
                self.put_mutes(now, &grounds, &users, span.until(now));
            }
            Some(Silencing::Shadow { span }) => {
                self.put_shadows(now, &grounds, &users, span.until(now));
            }
            None => {}
        }
        match acts.remove {
            Some(Removing::Kick) => {
                // A warning may have led to a ban.
                let there = |user: &&UserId| self.roster.role(user).is_some();
                let there: Users = users.iter().filter(there).cloned().collect();
                if !there.is_empty() {
                    self.put_out(now, &grounds, &there);
                }
            }
            Some(Removing::Ban { span, prints }) => {
                let until = span.until(now);
                self.put_bans(now, &grounds, &users, until);
                if prints {
                    self.put_print_bans(now, &grounds, here, until);
                }
            }
            None => {}
        }
        Ok(Receipt::Done)
    }

    /// What speaks against a step, by its parts; but for the counters, whose writing says so itself.
    fn check_step<'a>(
        &self,
        now: Timestamp,
        caller: &Caller,
        users: &'a [UserId],
        acts: &Acts,
    ) -> Result<Vec<Strike<'a>>, Refusal> {
        let of = |part| move |refusal: Refusal| refusal.of(part);
        if acts.purge {
            self.may_all(caller, Action::Purge, users).map_err(of(Part::Purge))?;
        }
        let mut strikes = Vec::new();
        if acts.warn {
            strikes = self.strikes_for(now, caller, users).map_err(of(Part::Warn))?;
        }
        if acts.notice.is_some() {
            self.may_do(caller, Action::Notify, None).map_err(of(Part::Notice))?;
        }
        let (mut muted, mut banned) = (muted_by(&strikes), banned_by(&strikes));
        let (mut mutes_by, mut bans_by) = (Part::Warn, Part::Warn);
        match acts.silence {
            Some(Silencing::Mute { .. }) => {
                self.may_all(caller, Action::Mute, users).map_err(of(Part::Silence))?;
                (muted, mutes_by) = (users.to_vec(), Part::Silence);
            }
            Some(Silencing::Shadow { .. }) => {
                self.may_all(caller, Action::Shadow, users).map_err(of(Part::Silence))?;
                self.check_shadows(now, users).map_err(of(Part::Silence))?;
            }
            None => {}
        }
        match acts.remove {
            Some(Removing::Kick) => {
                self.may_all(caller, Action::Kick, users).map_err(of(Part::Remove))?;
                self.check_members(users).map_err(of(Part::Remove))?;
            }
            Some(Removing::Ban { prints, .. }) => {
                self.may_all(caller, Action::Ban, users).map_err(of(Part::Remove))?;
                if prints {
                    let here = self.prints_here(users);
                    self.check_print_bans(now, &here).map_err(of(Part::Remove))?;
                }
                (banned, bans_by) = (users.to_vec(), Part::Remove);
            }
            None => {}
        }
        // Whom a step names is all whom a warning can lead to anything for.
        self.check_mutes(now, &muted).map_err(of(mutes_by))?;
        self.check_bans(now, &banned).map_err(of(bans_by))?;
        Ok(strikes)
    }

    /// The strikes that users would get, if they may: each of them, and what it leads to.
    fn strikes_for<'a>(
        &self,
        now: Timestamp,
        caller: &Caller,
        users: &'a [UserId],
    ) -> Result<Vec<Strike<'a>>, Refusal> {
        self.may_all(caller, Action::Warn, users)?;
        let (settings, known) = (self.config.settings(), &self.house.strikes);
        let fresh = users.iter().filter(|user| known.count(now, user) == 0).count() as u64;
        Refusal::if_more(Field::Strikes, known.len() + fresh, settings.limits.strikes.into())?;
        let strike = |user| {
            let number = known.count(now, user).saturating_add(1);
            let leads_to = settings.strikes.escalation(number);
            let action = match leads_to {
                Escalation::Notice => return Ok(Strike { user, leads_to }),
                Escalation::Mute { .. } => Action::Mute,
                Escalation::Ban { .. } => Action::Ban,
            };
            self.may_do(caller, action, self.standing(user))?;
            Ok(Strike { user, leads_to })
        };
        users.iter().map(strike).collect()
    }

    fn strike(&mut self, now: Timestamp, strikes: &[Strike<'_>], grounds: &Grounds<'_>) {
        for Strike { user, leads_to } in strikes {
            let until = now + self.config.settings().strikes.remembered;
            let count = self.house.make(self.key()).strikes.add(user, until);
            let (user, reason) = (slice::from_ref(*user), grounds.evidence.reason.clone());
            self.direct(&user[0], &Notice::Warned { strikes: count, reason });
            self.audit_on(now, grounds, Act::Warn { strikes: count }, user, Some(until));
            let grounds = Grounds { rule: Trigger::Strikes { count }, ..grounds.clone() };
            match leads_to {
                Escalation::Mute { span }
                    if self.house.mutes.ends_before(now + *span, &user[0]) =>
                {
                    self.put_mutes(now, &grounds, user, now + *span);
                }
                Escalation::Ban { span } if self.house.bans.ends_before(now + *span, &user[0]) => {
                    self.put_bans(now, &grounds, user, now + *span);
                }
                // What is harder already stays.
                Escalation::Notice | Escalation::Mute { .. } | Escalation::Ban { .. } => {}
            }
        }
    }
}

fn muted_by(strikes: &[Strike<'_>]) -> Vec<UserId> {
    led_to(strikes, |it| matches!(it, Escalation::Mute { .. }))
}

fn banned_by(strikes: &[Strike<'_>]) -> Vec<UserId> {
    led_to(strikes, |it| matches!(it, Escalation::Ban { .. }))
}

fn led_to(strikes: &[Strike<'_>], what: impl Fn(&Escalation) -> bool) -> Vec<UserId> {
    let led = strikes.iter().filter(|strike| what(&strike.leads_to));
    led.map(|strike| strike.user.clone()).collect()
}
