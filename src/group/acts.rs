//! Acts on users, each in two halves: what speaks against it, which changes nothing, and the deed, which
//! cannot fail. Whoever does several in one step asks for all of them before doing the first.

#![expect(clippy::indexing_slicing, reason = "there is an entry for each user that the step names")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    audit::{Act, Evidence, Trigger},
    command::LeaveReason,
    entry::{Notice, Subject, TipKind},
    id::UserId,
    message::Sender,
    outcome::Discard,
    output::Output,
    refusal::{Field, Refusal},
    review::Held,
    role::Role,
    rules::Action,
    time::Timestamp,
};

use super::{Caller, Group, speak::Pending};

/// Who does something, and why.
#[derive(Clone)]
pub(super) struct Grounds<'a> {
    pub(super) by: &'a Caller,
    pub(super) rule: Trigger,
    /// Its reason is told to those to whom it is done.
    pub(super) evidence: Evidence,
}

impl<'a> Grounds<'a> {
    pub(super) fn of(by: &'a Caller) -> Self {
        Self { by, rule: Trigger::Command, evidence: Evidence::default() }
    }

    pub(super) fn because(by: &'a Caller, reason: Arc<str>) -> Self {
        Self { evidence: Evidence { reason, ..Evidence::default() }, ..Self::of(by) }
    }
}

/// What speaks against an act.
impl Group {
    /// Asks the decision table about every user named.
    pub(super) fn may_all(
        &self,
        caller: &Caller,
        action: Action,
        users: &[UserId],
    ) -> Result<(), Refusal> {
        self.may_do(caller, action, None)?;
        users.iter().try_for_each(|user| self.may_do(caller, action, self.standing(user)))
    }

    /// The role that protects a user from the staff: an owner has it even before joining.
    pub(super) fn standing(&self, user: &UserId) -> Option<Role> {
        let owns = self.roster.owner() == Some(user);
        owns.then_some(Role::Owner).or_else(|| self.roster.role(user))
    }

    pub(super) fn check_members(&self, users: &[UserId]) -> Result<(), Refusal> {
        match users.iter().find(|user| self.roster.role(user).is_none()) {
            Some(user) => Err(Refusal::UnknownMember { user: user.clone() }),
            None => Ok(()),
        }
    }

    /// Whether so many can be muted as would be with `users`, each named once.
    pub(super) fn check_mutes(&self, now: Timestamp, users: &[UserId]) -> Result<(), Refusal> {
        let limit = self.config.settings().limits.mutes;
        self.house.mutes.check_room(now, users, Field::Mutes, limit)
    }

    /// Whether so many can be banned as would be with `users`, each named once.
    pub(super) fn check_bans(&self, now: Timestamp, users: &[UserId]) -> Result<(), Refusal> {
        let limit = self.config.settings().limits.bans;
        self.house.bans.check_room(now, users, Field::Bans, limit)
    }
}

/// The deeds.
impl Group {
    pub(super) fn put_mutes(
        &mut self,
        now: Timestamp,
        grounds: &Grounds<'_>,
        users: &[UserId],
        until: Timestamp,
    ) {
        for user in users {
            self.house.make(self.key()).mutes.set(user.clone(), until);
        }
        self.tip_all(now, TipKind::MemberProfile, grounds.by, users, Some(until));
        let waiting = self.take_waiting(&authors(users), by_themselves);
        for (user, waiting) in users.iter().zip(waiting) {
            self.discard_all(user, waiting, Discard::Muted);
        }
        self.audit_on(now, grounds, Act::Mute, users, Some(until));
    }

    /// Takes members out of the group.
    pub(super) fn put_out(&mut self, now: Timestamp, grounds: &Grounds<'_>, users: &[UserId]) {
        let notice = Notice::Kicked { reason: grounds.evidence.reason.clone() };
        self.remove(now, grounds.by, users, &Removal::kick(notice));
        self.audit_on(now, grounds, Act::Kick, users, None);
    }

    /// Takes users out of the group, and keeps them out until then.
    pub(super) fn put_bans(
        &mut self,
        now: Timestamp,
        grounds: &Grounds<'_>,
        users: &[UserId],
        until: Timestamp,
    ) {
        for user in users {
            self.house.make(self.key()).bans.set(user.clone(), until);
        }
        let notice = Notice::Banned { until, reason: grounds.evidence.reason.clone() };
        self.remove(now, grounds.by, users, &Removal::ban(notice, until));
        self.audit_on(now, grounds, Act::Ban, users, Some(until));
    }

    /// Empties and discards everything of some authors' (`None`: the app's), each of whom readers are told of by
    /// a notice. Returns how many entries were emptied, and how many messages discarded.
    pub(super) fn put_away(
        &mut self,
        now: Timestamp,
        grounds: &Grounds<'_>,
        authors: &[Option<UserId>],
    ) -> (u64, u64) {
        let waiting = self.take_waiting(authors, |_| true);
        let mut emptied: BTreeMap<_, u64> = authors.iter().map(|author| (author, 0)).collect();
        self.log.empty(now, |message| match emptied.get_mut(&message.sender.user) {
            Some(count) => {
                *count += 1;
                true
            }
            None => false,
        });
        let named: BTreeSet<_> = authors.iter().flatten().collect();
        self.log.unname(|user| named.contains(user));
        let mut sums = (0, 0);
        for (author, waiting) in authors.iter().zip(waiting) {
            sums.0 += emptied[author];
            sums.1 += self.discard_of(author, waiting, Discard::Purged, |_| true);
            self.audit_on(now, grounds, Act::Purge, author.as_slice(), None);
            let (author, emptied) = (author.clone(), emptied[author]);
            self.append_notice(now, Notice::Purged { author, message: None, emptied });
        }
        sums
    }

    /// Takes users out of the group, with their sessions and what they have waiting or held, or off
    /// the list of applicants.
    fn remove(&mut self, now: Timestamp, caller: &Caller, users: &[UserId], removal: &Removal) {
        self.tip_all(now, removal.tip, caller, users, removal.until);
        let after = self.head();
        let waiting = self.take_waiting(&authors(users), by_themselves);
        for (user, waiting) in users.iter().zip(waiting) {
            self.discard_all(user, waiting, removal.discard);
            let Some(departed) = self.roster.remove_member(user) else {
                if let Some(applicant) = self.roster.take_applicant(user) {
                    let (session, notice) = (applicant.device.session, removal.notice.clone());
                    self.outbox.put(|record| Output::Direct { record, session, after, notice });
                }
                continue;
            };
            let operator = caller.user.as_ref();
            self.tell_left(Some(user), operator, caller.platform, removal.reason, false);
            if departed.was_online {
                self.tell_presence(user, false);
            }
            for device in departed.devices {
                let (session, notice) = (device.session, removal.notice.clone());
                self.outbox.put(|record| Output::Direct { record, session, after, notice });
            }
        }
    }

    pub(super) fn tip_all(
        &mut self,
        now: Timestamp,
        kind: TipKind,
        caller: &Caller,
        users: &[UserId],
        until: Option<Timestamp>,
    ) {
        if !users.is_empty() {
            let subjects: Vec<Subject> =
                users.iter().map(|user| self.subject(user, until)).collect();
            self.tip(now, kind, caller.user.as_ref(), subjects);
        }
    }

    /// Discards what a user has waiting or held, but not what the app says in their name.
    pub(super) fn discard_own(&mut self, user: &UserId, reason: Discard) {
        for waiting in self.take_waiting(&[Some(user.clone())], by_themselves) {
            self.discard_all(user, waiting, reason);
        }
    }

    /// Discards what a user had waiting, and what they have held by themselves.
    fn discard_all(&mut self, user: &UserId, waiting: Vec<Pending>, reason: Discard) {
        self.discard_of(&Some(user.clone()), waiting, reason, by_themselves);
    }

    /// Discards what one author (`None`: the app) had waiting, and what they have held and `goes`; returns how
    /// many.
    #[expect(clippy::ref_option, reason = "the tables' own key, the app's included")]
    fn discard_of(
        &mut self,
        author: &Option<UserId>,
        waiting: Vec<Pending>,
        reason: Discard,
        goes: impl Fn(&Pending) -> bool,
    ) -> u64 {
        let held = |held: &Held<Pending>| goes(&held.payload);
        let held = self.house.there().map(|house| house.review.remove_author(author, held));
        let held = held.unwrap_or_default();
        let count = (waiting.len() + held.len()) as u64;
        self.discard(waiting, reason);
        for (_, held) in held {
            self.end_held(held, reason);
        }
        count
    }

    /// Takes out what each of some authors, each named once, has waiting and `goes`. However many they are, the
    /// folds are looked through once.
    pub(super) fn take_waiting(
        &mut self,
        authors: &[Option<UserId>],
        goes: impl Fn(&Pending) -> bool,
    ) -> Vec<Vec<Pending>> {
        let mut each = vec![Vec::new(); authors.len()];
        let Some(talk) = self.talk.there() else { return each };
        let places: BTreeMap<_, usize> = authors.iter().zip(0..).collect();
        let lanes =
            authors.iter().flat_map(|author| talk.scheduler.remove_author(author.as_ref(), &goes));
        let lanes = lanes.collect();
        let own = |it: &Pending| places.contains_key(&it.message.sender.user) && goes(it);
        for pending in talk.take_out(lanes, own) {
            each[places[&pending.message.sender.user]].push(pending);
        }
        each
    }

    /// Discards what everybody has waiting or held whom a mute of all silences.
    pub(super) fn discard_silenced(&mut self) {
        let exempt = self.config.settings().mute_all_exempt;
        let roster = &self.roster;
        // Who left since counts by the role that they sent it in.
        let silenced = |pending: &Pending| {
            let Sender { user, role, .. } = &pending.message.sender;
            let user = user.as_ref().filter(|_| pending.session.is_some());
            user.is_some_and(|user| !exempt.contains(roster.role(user).or(*role)))
        };
        let waiting = self.talk.there().map(|talk| {
            let lanes = talk.scheduler.remove_where(silenced);
            talk.take_out(lanes, silenced)
        });
        let held = |held: &Held<Pending>| silenced(&held.payload);
        let held = self.house.there().map(|house| house.review.remove_where(held));
        self.discard(waiting.unwrap_or_default(), Discard::Muted);
        for (_, held) in held.unwrap_or_default() {
            self.end_held(held, Discard::Muted);
        }
    }
}

pub(super) fn authors(users: &[UserId]) -> Vec<Option<UserId>> {
    users.iter().cloned().map(Some).collect()
}

/// Whether a message is its author's own, and not what the app says in their name.
pub(super) fn by_themselves(pending: &Pending) -> bool {
    pending.session.is_some()
}

/// Taking users out of the group, as kick or as ban.
struct Removal {
    tip: TipKind,
    until: Option<Timestamp>,
    discard: Discard,
    reason: LeaveReason,
    notice: Notice,
}

impl Removal {
    fn kick(notice: Notice) -> Self {
        let (tip, discard, reason) = (TipKind::Kick, Discard::Removed, LeaveReason::Kicked);
        Self { tip, until: None, discard, reason, notice }
    }

    fn ban(notice: Notice, until: Timestamp) -> Self {
        let (tip, discard, reason) = (TipKind::Ban, Discard::Banned, LeaveReason::Banned);
        Self { tip, until: Some(until), discard, reason, notice }
    }
}
