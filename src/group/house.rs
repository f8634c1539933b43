//! The house rules, in the order in which they are asked; and raid mode, which makes them stricter.

use std::{cell::OnceCell, num::NonZeroU8, time::Duration};

use crate::{
    audit::{Act, Deed},
    command::{Draft, Receipt},
    config::{Pace, RaidPlan, Repeats, SlowMode, TextRule, Those, Treat},
    entry::Notice,
    house::Said,
    id::UserId,
    message::{Content, Kind, Priority, Sender},
    output::Output,
    refusal::Refusal,
    role::{JoinOption, Role},
    rules::Action,
    signals::Signals,
    time::Timestamp,
};

use super::{Caller, Group, Voice, filters::Screened};

/// What a member wants to say, as the rules see it. What is read off it is read once, if a rule asks.
struct Speech<'a> {
    now: Timestamp,
    user: &'a UserId,
    role: Role,
    content: &'a Content,
    signals: OnceCell<Signals>,
    said: OnceCell<Option<Said>>,
}

impl Speech<'_> {
    fn signals(&self) -> &Signals {
        self.signals.get_or_init(|| Signals::of_content(self.content))
    }

    fn said(&self) -> Option<Said> {
        *self.said.get_or_init(|| Said::of(self.content))
    }
}

type Rule = fn(&Group, &Speech<'_>) -> Result<(), Refusal>;

/// The first that speaks against a message is the answer: first what no other words would help
/// against, then what time helps against, then what the author can mend, the dearest to ask last.
const RULES: [Rule; 6] = [
    Group::check_quiet_hours,
    Group::check_speakers,
    Group::check_slow_mode,
    Group::check_pace,
    Group::check_texts,
    Group::check_repeats,
];

/// What follows from a message that the rules let pass. The default is that of one that they do not
/// concern.
#[derive(Debug, Default)]
pub(super) struct Passed {
    /// What a rule does with it beside refusing it.
    pub(super) ruling: Option<Ruling>,
    counts: Counts,
}

impl Passed {
    /// Whether a rule keeps it from everybody, as the filter may.
    pub(super) fn is_blocked(&self) -> bool {
        matches!(self.ruling, Some(Ruling { treat: Treat::Block, .. }))
    }

    /// Whether a rule holds it, or keeps it from everybody.
    fn is_doubted(&self) -> bool {
        matches!(self.ruling, Some(Ruling { treat: Treat::Hold | Treat::Block, .. }))
    }

    /// Whether the rules did not concern it.
    pub(super) fn is_exempt(&self) -> bool {
        matches!(self.counts, Counts::Nothing)
    }
}

/// What is counted once it is accepted.
#[derive(Debug, Default)]
enum Counts {
    #[default]
    Nothing,
    /// An order of the owner's, for slow mode alone.
    Order,
    Speech {
        said: Option<Said>,
    },
}

/// What the text rule in this place does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ruling {
    pub(super) rule: u8,
    pub(super) treat: Treat,
}

impl Group {
    /// Asks every rule that concerns a message.
    pub(super) fn check_house(
        &self,
        now: Timestamp,
        caller: &Caller,
        draft: &Draft,
    ) -> Result<Passed, Refusal> {
        let Voice::Own { user, role } = caller.voice() else { return Ok(Passed::default()) };
        if !self.has_rules() || self.is_exempt(user, role, draft) {
            return Ok(Passed::default());
        }
        let (signals, said) = (OnceCell::new(), OnceCell::new());
        let speech = Speech { now, user, role, content: &draft.content, signals, said };
        // A directive is an order, not speech; but who orders waits as they would to speak.
        if draft.kind == Kind::Control {
            self.check_slow_mode(&speech)?;
            return Ok(Passed { ruling: None, counts: Counts::Order });
        }
        RULES.iter().try_for_each(|rule| rule(self, &speech))?;
        let said = if self.repeats().is_some() { speech.said() } else { None };
        Ok(Passed { ruling: self.ruling(&speech), counts: Counts::Speech { said } })
    }

    /// Counts an accepted message.
    pub(super) fn count_speech(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        passed: &Passed,
        screened: &Screened,
    ) {
        let Voice::Own { user, role } = caller.voice() else { return };
        let (pace, said) = match passed.counts {
            Counts::Nothing => return,
            Counts::Order => (None, None),
            Counts::Speech { said } => (self.pace(), said),
        };
        let (pauses, repeats) = (self.slow_mode(), self.all_repeats());
        if pauses.is_none() && pace.is_none() && said.is_none() {
            return;
        }
        // Nobody is told that they repeat what they could not read, or what is kept from its readers for how it
        // was dressed: else who shouts a text into a rule keeps everybody from saying it.
        let own = self.is_shadowed(now, caller) || passed.is_doubted() || screened.is_doubted();
        let house = self.house.make(self.key());
        if let Some(pauses) = pauses {
            house.modes.sent(now, user, role, &pauses);
        }
        if let Some(pace) = pace {
            house.memory.spoke(now, user, pace);
        }
        let Some(said) = said else { return };
        for rule in repeats.into_iter().flatten() {
            let rule = if own { Repeats::of_author(rule.within) } else { rule };
            house.memory.say(now, said, user, rule);
        }
    }

    /// How much a message matters here.
    pub(super) fn priority(&self, caller: &Caller, draft: &Draft) -> Priority {
        let priority = draft.effective_priority();
        let (Voice::Own { user, role }, true) = (caller.voice(), draft.kind != Kind::Control)
        else {
            return priority;
        };
        let mut rules = self.config.settings().house.priorities.iter();
        let rule = rules.find(|rule| self.is_among(&rule.of, user, role));
        rule.map_or(priority, |rule| rule.fit(priority))
    }

    /// How many messages in a row make a turn of an author's.
    pub(super) fn weight(&self, sender: &Sender) -> NonZeroU8 {
        let traffic = &self.config.settings().traffic;
        let by_role = traffic.weight(sender.role);
        let Some(user) = &sender.user else { return by_role };
        let weights = traffic.mark_weights.iter();
        let by_mark = weights.filter(|(mark, _)| self.roster.is_marked(user, *mark));
        by_mark.map(|&(_, weight)| weight).fold(by_role, NonZeroU8::max)
    }

    fn check_quiet_hours(&self, speech: &Speech<'_>) -> Result<(), Refusal> {
        let windows = &self.config.settings().house.quiet;
        let quiet_at = |at| {
            let mut quiet = windows.iter().filter_map(|hours| Some((hours, hours.until(at)?)));
            quiet.find(|(hours, _)| !self.is_among(&hours.exempt, speech.user, speech.role))
        };
        // One window may go over into another; those that do so all round the day never end.
        let mut until = speech.now;
        for _ in 0..=windows.len() {
            match quiet_at(until) {
                Some((_, later)) => until = later,
                None if until == speech.now => return Ok(()),
                None => return Err(Refusal::QuietHours { until }),
            }
        }
        Err(Refusal::QuietHours { until: Timestamp::MAX })
    }

    fn check_speakers(&self, speech: &Speech<'_>) -> Result<(), Refusal> {
        let settings = self.config.settings();
        if settings.mute_all_exempt.contains(Some(speech.role)) {
            return Ok(());
        }
        let raid = self.raid().map(|raid| &raid.speakers);
        for marks in [Some(&settings.speakers), raid].into_iter().flatten() {
            let mut has = marks.iter().map(|mark| self.roster.is_marked(speech.user, *mark));
            if !marks.is_empty() && !has.any(|has| has) {
                return Err(Refusal::NotASpeaker { marks: marks.clone() });
            }
        }
        Ok(())
    }

    fn check_slow_mode(&self, speech: &Speech<'_>) -> Result<(), Refusal> {
        let Some(slow) = self.slow_mode() else { return Ok(()) };
        let until = self.house.modes.slow(speech.now, speech.user, speech.role, &slow);
        until.map_or(Ok(()), |until| Err(Refusal::SlowMode { until }))
    }

    fn check_pace(&self, speech: &Speech<'_>) -> Result<(), Refusal> {
        let Some(pace) = self.pace() else { return Ok(()) };
        let until = self.house.memory.paced(speech.now, speech.user, pace);
        until.map_or(Ok(()), |until| Err(Refusal::TooFast { until }))
    }

    fn check_texts(&self, speech: &Speech<'_>) -> Result<(), Refusal> {
        let Some((rule, text)) = self.broken_texts(speech).find(|(_, it)| it.then == Treat::Refuse)
        else {
            return Ok(());
        };
        let found = speech.signals().value(text.when.signal);
        let (signal, limit) = (text.when.signal, text.when.at_least.saturating_sub(1));
        Err(Refusal::TextRule { rule, signal, limit, found, marks: text.exempt.marks.clone() })
    }

    fn check_repeats(&self, speech: &Speech<'_>) -> Result<(), Refusal> {
        for rule in self.all_repeats().into_iter().flatten() {
            let Some(said) = speech.said() else { break };
            if let Some(until) = self.house.memory.repeats(speech.now, said, speech.user, rule) {
                return Err(Refusal::Repeated { until });
            }
        }
        Ok(())
    }

    /// What the gravest of the rules that hold does beside refusing, of several the first.
    fn ruling(&self, speech: &Speech<'_>) -> Option<Ruling> {
        let rulings = self.broken_texts(speech).map(|(rule, it)| Ruling { rule, treat: it.then });
        rulings.reduce(|first, next| if next.treat > first.treat { next } else { first })
    }

    /// The text rules that hold for what is said, each with its number.
    fn broken_texts<'a>(
        &'a self,
        speech: &'a Speech<'_>,
    ) -> impl Iterator<Item = (u8, &'a TextRule)> {
        (0..).zip(self.texts()).filter(|(_, rule)| {
            rule.when.holds(speech.signals())
                && !self.is_among(&rule.exempt, speech.user, speech.role)
        })
    }

    /// The text rules that hold now.
    pub(super) fn texts(&self) -> impl Iterator<Item = &TextRule> {
        let raid = self.raid().into_iter().flat_map(|raid| &raid.texts);
        self.config.settings().house.texts.iter().chain(raid)
    }

    /// Whether a window of quiet hours is on, whomever it exempts.
    pub(super) fn is_quiet(&self) -> bool {
        let mut windows = self.config.settings().house.quiet.iter();
        windows.any(|hours| hours.until(self.clock).is_some())
    }

    /// Whether only members with a mark may speak now.
    pub(super) fn has_speakers(&self) -> bool {
        !self.config.settings().speakers.is_empty()
            || self.raid().is_some_and(|raid| !raid.speakers.is_empty())
    }

    /// A kind is what its sender says it is: one that is exempt is not so with words in it.
    fn is_exempt(&self, user: &UserId, role: Role, draft: &Draft) -> bool {
        let house = &self.config.settings().house;
        let by_kind = house.exempt_kinds.contains(&draft.kind);
        (by_kind && draft.content.texts().next().is_none())
            || self.is_among(&house.exempt, user, role)
    }

    fn is_among(&self, those: &Those, user: &UserId, role: Role) -> bool {
        those.roles.contains(Some(role))
            || those.users.contains(user)
            || those.marks.iter().any(|mark| self.roster.is_marked(user, *mark))
    }

    /// Whether anything is asked of those who speak now. Most rooms ask nothing, and pay for this alone.
    pub(super) fn has_rules(&self) -> bool {
        let settings = self.config.settings();
        let house = &settings.house;
        self.house.memory.raid().is_some()
            || settings.slow_mode.is_some()
            || !settings.speakers.is_empty()
            || !house.quiet.is_empty()
            || house.pace.is_some()
            || !house.texts.is_empty()
            || house.unique.is_some()
    }

    /// What is stricter now, while raid mode is on.
    fn raid(&self) -> Option<&RaidPlan> {
        self.house.memory.raid().map(|_| &self.config.settings().house.raid)
    }

    /// The pauses that hold now.
    pub(super) fn slow_mode(&self) -> Option<SlowMode> {
        let own = self.config.settings().slow_mode.as_ref();
        let raid = self.raid().and_then(|raid| raid.slow_mode.as_ref());
        match (own, raid) {
            (Some(own), Some(raid)) => Some(own.stricter(*raid)),
            (one, other) => one.or(other).copied(),
        }
    }

    pub(super) fn pace(&self) -> Option<Pace> {
        let paces = [self.config.settings().house.pace, self.raid().and_then(|raid| raid.pace)];
        paces.into_iter().flatten().reduce(Pace::stricter)
    }

    fn all_repeats(&self) -> [Option<Repeats>; 2] {
        [self.config.settings().house.unique, self.raid().and_then(|raid| raid.unique)]
    }

    pub(super) fn repeats(&self) -> Option<Repeats> {
        self.all_repeats().into_iter().flatten().next()
    }

    /// Forgets the pauses once there is no slow mode, so that it begins anew with the next.
    pub(super) fn settle_pauses(&mut self) {
        if self.slow_mode().is_none()
            && let Some(house) = self.house.there()
        {
            house.modes.end_slow_mode();
        }
    }

    /// How one joins now, and what those are told who cannot.
    pub(super) fn door(&self) -> (JoinOption, Refusal) {
        let own = self.profile.join_option();
        match (self.raid(), self.house.memory.raid()) {
            (Some(plan), Some(until)) if plan.join > own => (plan.join, Refusal::RaidOn { until }),
            _ => (own, Refusal::JoinClosed),
        }
    }

    /// Whether this user comes too often.
    pub(super) fn check_comings(&self, now: Timestamp, user: &UserId) -> Result<(), Refusal> {
        let Some(pace) = self.comings(user) else { return Ok(()) };
        let until = self.house.memory.came_lately(now, user, pace);
        until.map_or(Ok(()), |until| Err(Refusal::JoinedTooOften { until }))
    }

    /// Counts that this user came, or asked to.
    pub(super) fn count_coming(&mut self, now: Timestamp, user: &UserId) {
        if let Some(pace) = self.comings(user) {
            self.house.make(self.key()).memory.came(now, user, pace);
        }
    }

    /// How often this user may come, if that is limited. Who comes has no role yet, and no marks.
    fn comings(&self, user: &UserId) -> Option<Pace> {
        let house = &self.config.settings().house;
        let free = self.roster.owner() == Some(user) || house.exempt.users.contains(user);
        house.joins.filter(|_| !free)
    }

    pub(super) fn set_raid(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        span: Option<Duration>,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Raid, None)?;
        let until = span.map(|span| now + span);
        if until.is_some() || self.house.memory.raid().is_some() {
            self.turn_raid(now, caller.user.as_ref(), until);
            let act = if until.is_some() { Act::Raid } else { Act::EndRaid };
            self.audit(now, caller, |_| Deed { until, ..Deed::of(act) });
        }
        Ok(Receipt::Done)
    }

    /// Raid mode begins, is renewed, or ends: readers and the host are told.
    pub(super) fn turn_raid(
        &mut self,
        now: Timestamp,
        operator: Option<&UserId>,
        until: Option<Timestamp>,
    ) {
        self.house.make(self.key()).memory.set_raid(until);
        self.settle_pauses();
        self.append_notice(now, Notice::Raid { until });
        let operator = operator.cloned();
        self.outbox.put(|record| Output::Raid { record, operator, until });
    }
}
