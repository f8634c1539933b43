//! Bans by fingerprint: of whatever the host knows a device or a line by.
//!
//! Staff are exempt: somebody behind the same line as a troublemaker is not locked out of their own house.
//! How many sessions a fingerprint has is not known before, so that they are removed one after the
//! other, as deadlines that are due at once: what they put out waits for room like anything else.

use std::sync::Arc;

use crate::{
    audit::{Act, Deed, Evidence, Trigger},
    command::{LeaveReason, Prints, Receipt, Span},
    entry::{Notice, TipKind},
    id::{Fingerprint, SessionId, UserId},
    outcome::Discard,
    output::Output,
    refusal::{Field, Refusal},
    role::Role,
    roster::{Gone, Occupant},
    rules::Action,
    time::Timestamp,
};

use super::{Caller, Group, acts::Grounds};

impl Group {
    pub(super) fn ban_prints(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        prints: &Prints,
        span: Span,
        grounds: &Grounds<'_>,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Ban, None)?;
        let prints = each_once(prints);
        self.check_print_bans(now, &prints)?;
        self.put_print_bans(now, grounds, prints, span.until(now));
        Ok(Receipt::Done)
    }

    pub(super) fn unban_prints(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        prints: &Prints,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Unban, None)?;
        let house = self.house.make(self.key());
        let mut lifted = each_once(prints);
        lifted.retain(|print| house.print_bans.lift(print).is_some());
        if !lifted.is_empty() {
            self.audit(now, caller, |_| about(Deed::of(Act::UnbanPrints), lifted));
        }
        Ok(Receipt::Done)
    }

    /// Those with which users are here, each once.
    pub(super) fn prints_here(&self, users: &[UserId]) -> Prints {
        each_once(&users.iter().flat_map(|user| self.roster.prints_of(user)).collect())
    }

    /// Whether so many can be banned as would be with these, each named once.
    pub(super) fn check_print_bans(
        &self,
        now: Timestamp,
        prints: &[Fingerprint],
    ) -> Result<(), Refusal> {
        let limit = self.config.settings().limits.bans;
        self.house.print_bans.check_room(now, prints, Field::Prints, limit)
    }

    pub(super) fn put_print_bans(
        &mut self,
        now: Timestamp,
        grounds: &Grounds<'_>,
        prints: Prints,
        until: Timestamp,
    ) {
        if prints.is_empty() {
            return;
        }
        let house = self.house.make(self.key());
        for print in &prints {
            house.print_bans.set(*print, until);
            if !house.sweeping.contains(print) {
                house.sweeping.push_back(*print);
            }
        }
        let evidence = grounds.evidence.clone();
        // By a command, always: no warning leads to it.
        self.audit(now, grounds.by, |_| {
            let deed = Deed { until: Some(until), evidence, ..Deed::of(Act::BanPrints) };
            about(deed, prints)
        });
    }

    /// Refuses who is banned, by name or by fingerprint.
    pub(super) fn check_banned(
        &self,
        now: Timestamp,
        user: Option<&UserId>,
        print: Option<Fingerprint>,
    ) -> Result<(), Refusal> {
        let by_name = user.and_then(|user| self.house.bans.until(now, user));
        let by_print = print.filter(|_| !self.is_staff(user));
        let by_print = by_print.and_then(|print| self.house.print_bans.until(now, &print));
        by_name.or(by_print).map_or(Ok(()), |until| Err(Refusal::Banned { until }))
    }

    fn is_staff(&self, user: Option<&UserId>) -> bool {
        user.and_then(|user| self.standing(user)) >= Some(Role::Admin)
    }

    /// Removes the next session whose fingerprint was banned, or finds that none is left.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        let Some(print) = self.house.sweeping.front().copied() else { return };
        let until = self.house.print_bans.until(now, &print);
        let staff = |session: &SessionId| match self.roster.occupant(*session) {
            Some(Occupant::Member(user)) => self.is_staff(Some(&user)),
            _ => false,
        };
        let next = self.roster.sessions_with(print).find(|session| !staff(session));
        match (next, until) {
            (Some(session), Some(until)) => self.evict(now, session, print, until),
            _ => drop(self.house.make(self.key()).sweeping.pop_front()),
        }
    }

    fn evict(&mut self, now: Timestamp, session: SessionId, print: Fingerprint, until: Timestamp) {
        let whom = match self.roster.occupant(session) {
            Some(Occupant::Member(user)) => Some(user),
            _ => None,
        };
        self.audit_of_time(now, || {
            let deed = Deed { until: Some(until), ..Deed::of(Act::Evict).on(whom.as_slice()) };
            about(deed, Prints::from_buf([print]))
        });
        if self.roster.withdraw(session).is_none()
            && let Some(Gone { user, device, last }) = self.roster.remove_session(session)
        {
            let remains = user.is_some() && !last;
            if let Some(user) = user.as_ref().filter(|_| last) {
                self.discard_own(user, Discard::Banned);
                self.end_membership(now, user, TipKind::Kick, None);
            }
            self.tell_left(user.as_ref(), None, device.platform, LeaveReason::Banned, remains);
            if let Some(user) = user.as_ref().filter(|_| last) {
                self.tell_presence(user, false);
            }
        }
        let (after, reason) = (self.head(), Arc::default());
        let notice = Notice::Banned { until, reason };
        self.outbox.put(|record| Output::Direct { record, session, after, notice });
    }
}

/// What is written down when the time of a ban is over.
pub(super) fn print_ban_over(print: Fingerprint) -> Deed {
    about(Deed { rule: Trigger::Elapsed, ..Deed::of(Act::UnbanPrints) }, Prints::from_buf([print]))
}

fn about(deed: Deed, prints: Prints) -> Deed {
    Deed { evidence: Evidence { prints, ..deed.evidence }, ..deed }
}

/// Each at its first place.
fn each_once(prints: &Prints) -> Prints {
    let mut seen = std::collections::BTreeSet::new();
    prints.iter().copied().filter(|print| seen.insert(*print)).collect()
}
