//! The house rules, as the page has them: everything that was ever said is kept and looked through.

use std::time::Duration;

use liveroom::{
    Command, Content, Draft, Element, JoinOption, Kind, Output, Pace, Priority, Refusal, Repeats,
    Role, Signals, SlowMode, TextRule, Those, Timestamp, Treat, UserId, Whose,
};

use super::{Actor, Model, NO_RECORD, serves};

/// What the house remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct House {
    /// Each with when its bucket is full.
    paces: Vec<(UserId, Timestamp)>,
    joins: Vec<(UserId, Timestamp)>,
    said: Vec<Said>,
    pub(super) raid: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Said {
    text: String,
    /// `None` where it was remembered for all.
    by: Option<UserId>,
    at: Timestamp,
    within: Duration,
}

/// What a message's text says: in one case and width, white space is one space.
fn said(content: &Content) -> Option<String> {
    let mut all = String::new();
    for element in &content.elements {
        match element {
            Element::Text(text) => all.push_str(&super::speaking::read(text)),
            _ => all.push(' '),
        }
    }
    let words: Vec<_> = all.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

impl House {
    pub(super) fn shift(&mut self, shift: impl Fn(&mut Timestamp)) {
        self.paces.iter_mut().chain(&mut self.joins).for_each(|(_, tat)| shift(tat));
        self.said.iter_mut().for_each(|said| shift(&mut said.at));
        self.raid.iter_mut().for_each(shift);
    }
}

impl Model {
    /// Every rule in its order; and the text rule that does something else than refuse.
    pub(super) fn house_rules(
        &self,
        actor: &Actor,
        draft: &Draft,
    ) -> Result<Option<(u8, Treat)>, Refusal> {
        let Some((user, role)) = self.ruled(actor, draft) else { return Ok(None) };
        if draft.kind == Kind::Control {
            return self.slow(user, role).map(|()| None);
        }
        self.quiet(user, role)?;
        self.speakers(user, role)?;
        self.slow(user, role)?;
        if let Some(pace) = self.pace()
            && let Some(until) = later(self.now, &self.house.paces, user, pace)
        {
            return Err(Refusal::TooFast { until });
        }
        let texts = self.broken_texts(user, role, draft);
        if let Some((rule, text, found)) = texts.iter().find(|(_, it, _)| it.then == Treat::Refuse)
        {
            return Err(Refusal::TextRule {
                rule: *rule,
                signal: text.when.signal,
                limit: text.when.at_least - 1,
                found: *found,
                marks: text.exempt.marks.clone(),
            });
        }
        if let Some(text) = said(&draft.content) {
            for rule in self.repeats() {
                self.not_said(user, &text, rule)?;
            }
        }
        let gravest = texts.iter().map(|(_, it, _)| it.then).max();
        let first = texts.iter().find(|(_, it, _)| Some(it.then) == gravest);
        Ok(first.map(|(rule, it, _)| (*rule, it.then)))
    }

    /// What an accepted message leaves behind; `doubted` is one that filter or rule holds or blocks.
    pub(super) fn remember_speech(&mut self, actor: &Actor, draft: &Draft, doubted: bool) {
        let Some((user, role)) = self.ruled(actor, draft) else { return };
        let (user, now) = (user.clone(), self.now);
        if let Some(slow) = self.pauses_now() {
            self.pauses.retain(|pause| pause.user != user);
            let until = now + slow.pause(role);
            self.pauses.push(super::Pause { user: user.clone(), since: now, until });
        }
        if draft.kind == Kind::Control {
            return;
        }
        if let Some(pace) = self.pace() {
            pass(now, &mut self.house.paces, &user, pace);
        }
        let Some(text) = said(&draft.content) else { return };
        let shadowed = serves(&self.shadows, &user, self.now);
        for Repeats { within, of } in self.repeats() {
            let by = (of == Whose::Author || shadowed || doubted).then(|| user.clone());
            self.house.said.push(Said { text: text.clone(), by, at: now, within });
        }
    }

    pub(super) fn priority_here(&self, actor: &Actor, draft: &Draft) -> Priority {
        let priority = draft.effective_priority();
        match actor {
            Actor::User { user, role, .. } if draft.kind != Kind::Control => {
                let mut rules = self.settings.house.priorities.iter();
                let rule = rules.find(|rule| self.are_those(&rule.of, user, *role));
                let Some(rule) = rule else { return priority };
                // The highest priority is the least.
                priority.max(rule.highest).min(rule.lowest)
            }
            _ => priority,
        }
    }

    /// Who speaks, if the rules concern it.
    fn ruled<'a>(&self, actor: &'a Actor, draft: &Draft) -> Option<(&'a UserId, Role)> {
        let Actor::User { user, role, .. } = actor else { return None };
        let house = &self.settings.house;
        let words = draft.content.elements.iter().any(|it| matches!(it, Element::Text(_)));
        let exempt = (house.exempt_kinds.contains(&draft.kind) && !words)
            || self.are_those(&house.exempt, user, *role);
        (!exempt).then_some((user, *role))
    }

    fn are_those(&self, those: &Those, user: &UserId, role: Role) -> bool {
        let marks = self.member(user).map_or(&[][..], |member| &member.marks);
        those.roles.contains(Some(role))
            || those.users.contains(user)
            || those.marks.iter().any(|mark| marks.contains(mark))
    }

    fn quiet(&self, user: &UserId, role: Role) -> Result<(), Refusal> {
        // Minute by minute, two days at most.
        let is_quiet = |at: Timestamp| {
            self.settings.house.quiet.iter().any(|hours| {
                let local = i64::try_from(at.as_secs() / 60).expect("long before the end");
                let minute = (local + i64::from(hours.offset)).rem_euclid(1_440);
                let (from, to) = (i64::from(hours.from), i64::from(hours.to));
                let within = if from < to {
                    (from..to).contains(&minute)
                } else {
                    minute >= from || minute < to
                };
                within && !self.are_those(&hours.exempt, user, role)
            })
        };
        if !is_quiet(self.now) {
            return Ok(());
        }
        let this_minute = self.now.as_secs() / 60;
        let later = (this_minute + 1..=this_minute + 2_880).map(|at| Timestamp::from_secs(at * 60));
        let until = later.into_iter().find(|at| !is_quiet(*at)).unwrap_or(Timestamp::MAX);
        Err(Refusal::QuietHours { until })
    }

    fn speakers(&self, user: &UserId, role: Role) -> Result<(), Refusal> {
        let raid =
            if self.house.raid.is_some() { &self.settings.house.raid.speakers[..] } else { &[] };
        for marks in [&self.settings.speakers[..], raid] {
            let has = |mark| self.member(user).is_some_and(|member| member.marks.contains(mark));
            let speaks = marks.is_empty()
                || marks.iter().any(has)
                || self.settings.mute_all_exempt.contains(Some(role));
            if !speaks {
                return Err(Refusal::NotASpeaker { marks: marks.to_vec() });
            }
        }
        Ok(())
    }

    fn slow(&self, user: &UserId, role: Role) -> Result<(), Refusal> {
        let pause = self.pauses.iter().find(|pause| pause.user == *user);
        if let (Some(slow), Some(pause)) = (self.pauses_now(), pause) {
            // Chosen: a shorter pause frees who waits for a longer one; a longer is for later messages.
            let until = pause.until.min(pause.since + slow.pause(role));
            if self.now < until {
                return Err(Refusal::SlowMode { until });
            }
        }
        Ok(())
    }

    fn not_said(&self, user: &UserId, text: &str, rule: Repeats) -> Result<(), Refusal> {
        let until = |by: Option<&UserId>| {
            let said = self.house.said.iter();
            let same = said.filter(|said| said.text == text && said.by.as_ref() == by);
            // Of what was said at one time the longest rule counts; later ones before earlier ones.
            let last = same.max_by_key(|said| (said.at, said.within))?;
            Some(last.at + last.within.min(rule.within))
        };
        let of_all = (rule.of == Whose::Anybody).then(|| until(None)).flatten();
        match until(Some(user)).max(of_all) {
            Some(until) if self.now < until => Err(Refusal::Repeated { until }),
            _ => Ok(()),
        }
    }

    fn broken_texts(&self, user: &UserId, role: Role, draft: &Draft) -> Vec<(u8, TextRule, u32)> {
        let signals = Signals::of_content(&draft.content);
        let mut rules = self.settings.house.texts.clone();
        if self.house.raid.is_some() {
            rules.extend(self.settings.house.raid.texts.clone());
        }
        let numbered = (0..).zip(rules);
        let found = numbered.map(|(rule, it)| (rule, signals.value(it.when.signal), it));
        found
            .filter(|(_, found, it)| {
                *found >= it.when.at_least && !self.are_those(&it.exempt, user, role)
            })
            .map(|(rule, found, it)| (rule, it, found))
            .collect()
    }

    /// Slow mode as it is now: the longer of both pauses for each role.
    pub(super) fn pauses_now(&self) -> Option<SlowMode> {
        let raid = self.settings.house.raid.slow_mode.filter(|_| self.house.raid.is_some());
        match (self.settings.slow_mode, raid) {
            (Some(one), Some(other)) => Some(SlowMode {
                member: one.member.max(other.member),
                admin: one.admin.max(other.admin),
                owner: one.owner.max(other.owner),
            }),
            (one, other) => one.or(other),
        }
    }

    fn pace(&self) -> Option<Pace> {
        let raid = self.settings.house.raid.pace.filter(|_| self.house.raid.is_some());
        match (raid, self.settings.house.pace) {
            (Some(raid), Some(own)) => {
                Some(Pace { every: raid.every.max(own.every), burst: raid.burst.min(own.burst) })
            }
            (raid, own) => raid.or(own),
        }
    }

    fn repeats(&self) -> Vec<Repeats> {
        let raid = self.settings.house.raid.unique.filter(|_| self.house.raid.is_some());
        self.settings.house.unique.into_iter().chain(raid).collect()
    }

    /// How one joins now, and what those are told to whom the door is closed.
    pub(super) fn join_option_now(&self) -> (JoinOption, Refusal) {
        let (own, raid) = (self.profile.join_option, self.settings.house.raid.join);
        let stricter = match (own, raid) {
            (JoinOption::FreeAccess, _) => raid != JoinOption::FreeAccess,
            (JoinOption::NeedPermission, _) => raid == JoinOption::DisableApply,
            _ => false,
        };
        match self.house.raid {
            Some(until) if stricter => (raid, Refusal::RaidOn { until }),
            _ => (own, Refusal::JoinClosed),
        }
    }

    pub(super) fn may_come(&self, user: &UserId) -> Result<(), Refusal> {
        let until =
            self.comings(user).and_then(|pace| later(self.now, &self.house.joins, user, pace));
        until.map_or(Ok(()), |until| Err(Refusal::JoinedTooOften { until }))
    }

    pub(super) fn came(&mut self, user: &UserId) {
        if let Some(pace) = self.comings(user) {
            pass(self.now, &mut self.house.joins, user, pace);
        }
    }

    fn comings(&self, user: &UserId) -> Option<Pace> {
        let free =
            self.owner.as_ref() == Some(user) || self.settings.house.exempt.users.contains(user);
        self.settings.house.joins.filter(|_| !free)
    }

    pub(super) fn raid(&mut self, actor: &Actor, command: &Command) {
        let Command::Raid { span } = command else { unreachable!("not of a raid: {command:?}") };
        let until = span.map(|span| self.now + span);
        if until.is_some() || self.house.raid.is_some() {
            self.turn_raid(actor.operator(), until);
        }
    }

    pub(super) fn turn_raid(&mut self, operator: Option<UserId>, until: Option<Timestamp>) {
        self.house.raid = until;
        self.forget_pauses();
        self.append_notice(liveroom::Notice::Raid { until });
        self.told.push(Output::Raid { record: NO_RECORD, operator, until });
    }

    /// Without slow mode nobody waits, and it begins anew with the next.
    pub(super) fn forget_pauses(&mut self) {
        if self.pauses_now().is_none() {
            self.pauses.clear();
        }
    }
}

/// When the next of this user's may come, if not now.
fn later(
    now: Timestamp,
    buckets: &[(UserId, Timestamp)],
    user: &UserId,
    Pace { every, burst }: Pace,
) -> Option<Timestamp> {
    let (_, tat) = buckets.iter().find(|(of, _)| of == user)?;
    let from = super::admits_from(super::at_most_full(*tat, now, every, burst), every, burst);
    (now < from).then_some(from)
}

fn pass(
    now: Timestamp,
    buckets: &mut Vec<(UserId, Timestamp)>,
    user: &UserId,
    Pace { every, burst }: Pace,
) {
    let place = buckets.iter().position(|(of, _)| of == user);
    let tat = place.map_or(now, |place| buckets.remove(place).1);
    let tat = super::at_most_full(tat, now, every, burst).max(now) + every;
    buckets.push((user.clone(), tat));
}
