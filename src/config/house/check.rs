//! Whether house rules can hold: how many there may be, of what, and between which numbers.

use std::time::Duration;

use super::{HouseRules, Pace, QuietHours, Repeats, TextRule, Those};
use crate::{
    bounds,
    config::SlowMode,
    signals::{Condition, Signal},
};

/// The most marks and users of [`Those`].
const MARKS: usize = bounds::MARKS;
const USERS: usize = 100;

impl HouseRules {
    /// What does not hold in them, and what it must be; `marked` says whether members are marked.
    pub(in crate::config) fn broken(&self, marked: bool) -> Option<(&'static str, &'static str)> {
        const THOSE: &str = "at most 10 marks, from 1,000 on, and 100 users";
        const PACE: &str = "every more than zero and at most a day, burst 1 to 1,000";
        const TEXTS: &str =
            "at most 16 rules, each exempting at most 10 marks, from 1,000 on, and 100 users";
        const AT_LEAST: &str = "1 or more, and of CapitalShare at most 100";
        const WITHIN: &str = "more than zero and at most a day";
        let raid = &self.raid;
        let paces = |paces: &[Option<Pace>]| paces.iter().flatten().all(Pace::is_good);
        let unique = |repeats: Option<Repeats>| repeats.is_none_or(|it| is_span(it.within));
        let rules: [(bool, &'static str, &'static str); 14] = [
            (self.exempt.is_good(), "house.exempt", THOSE),
            (self.exempt_kinds.len() <= 16, "house.exempt_kinds", "at most 16"),
            (
                self.quiet.len() <= 8 && self.quiet.iter().all(QuietHours::is_good),
                "house.quiet",
                "at most 8, from and to two minutes of the day, offset −840 to 840, each exempting at most 10 \
                 marks, from 1,000 on, and 100 users",
            ),
            (paces(&[self.pace, self.joins]), "house.pace and house.joins", PACE),
            (are_texts(&self.texts), "house.texts", TEXTS),
            (are_met_by_some(&self.texts), "house.texts.when.at_least", AT_LEAST),
            (unique(self.unique), "house.unique.within", WITHIN),
            (
                self.priorities.len() <= 8
                    && self.priorities.iter().all(|it| it.of.is_good() && it.highest <= it.lowest),
                "house.priorities",
                "at most 8, each of at most 10 marks, from 1,000 on, and 100 users, none with a highest below \
                 its lowest",
            ),
            (
                raid.slow_mode.is_none_or(|slow| slow.is_good()),
                "house.raid.slow_mode",
                "more than zero for somebody and at most a day",
            ),
            (
                are_speakers(&raid.speakers, marked),
                "house.raid.speakers",
                "at most 10 marks, from 1,000 on, where powers has Marks",
            ),
            (paces(&[raid.pace]), "house.raid.pace", PACE),
            (are_texts(&raid.texts), "house.raid.texts", TEXTS),
            (are_met_by_some(&raid.texts), "house.raid.texts.when.at_least", AT_LEAST),
            (unique(raid.unique), "house.raid.unique.within", WITHIN),
        ];
        let broken = rules.into_iter().find(|(holds, ..)| !holds);
        broken.map(|(_, field, rule)| (field, rule))
    }
}

impl Those {
    /// Whether they are not too many, and marked with what a host can mean.
    fn is_good(&self) -> bool {
        are_marks(&self.marks) && self.users.len() <= USERS
    }
}

impl Pace {
    fn is_good(&self) -> bool {
        is_span(self.every) && (1..=1_000).contains(&self.burst)
    }
}

impl QuietHours {
    fn is_good(&self) -> bool {
        let minutes = [self.from, self.to].iter().all(|minute| *minute < 1_440);
        minutes && self.from != self.to && self.offset.abs() <= 840 && self.exempt.is_good()
    }
}

impl SlowMode {
    /// Whether somebody waits, and nobody for more than a day.
    pub(crate) fn is_good(&self) -> bool {
        is_span(self.member.max(self.admin).max(self.owner))
    }
}

fn is_span(span: Duration) -> bool {
    !span.is_zero() && span <= bounds::LONGEST_PAUSE
}

/// Whether these can be marks that one must have, where members are marked.
pub(in crate::config) fn are_speakers(marks: &[u32], marked: bool) -> bool {
    marks.is_empty() || (marked && are_marks(marks))
}

/// Whether these are not too many marks, and of the host's own: those below are the modelled service's.
fn are_marks(marks: &[u32]) -> bool {
    marks.len() <= MARKS && marks.iter().all(|mark| *mark >= bounds::FIRST_MARK)
}

fn are_texts(texts: &[TextRule]) -> bool {
    texts.len() <= 16 && texts.iter().all(|rule| rule.exempt.is_good())
}

/// Whether each condition holds for some texts and not for all.
fn are_met_by_some(texts: &[TextRule]) -> bool {
    texts.iter().all(|TextRule { when: Condition { signal, at_least }, .. }| {
        let most = if *signal == Signal::CapitalShare { 100 } else { u32::MAX };
        (1..=most).contains(at_least)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::PriorityRule,
        id::UserId,
        message::{Kind, Priority},
    };

    /// Each limit at it, and one past it.
    #[test]
    fn rules_that_cannot_hold_are_named() {
        let broken = |change: &dyn Fn(&mut HouseRules)| {
            let mut house = HouseRules::default();
            change(&mut house);
            house.broken(true).map(|(field, _)| field)
        };
        let day = Duration::from_hours(24);
        let over = day + Duration::from_nanos(1);
        let pace = |every, burst| Some(Pace { every, burst });
        assert_eq!(broken(&|_: &mut HouseRules| {}), None);
        assert_eq!(broken(&|it| it.exempt.marks = vec![1_000; 10]), None);
        assert_eq!(broken(&|it| it.exempt.marks = vec![1_000; 11]), Some("house.exempt"));
        for (mark, good) in
            [(0, false), (500, false), (999, false), (1_000, true), (u32::MAX, true)]
        {
            let bad = |field| (!good).then_some(field);
            let those = Those { marks: vec![mark], ..Those::NOBODY };
            assert_eq!(broken(&|it| it.exempt = those.clone()), bad("house.exempt"));
            let quiet = QuietHours { exempt: those.clone(), ..QuietHours::utc(0, 1) };
            assert_eq!(broken(&|it| it.quiet = vec![quiet.clone()]), bad("house.quiet"));
            let texts = vec![TextRule::without_links().but_marked(mark)];
            assert_eq!(broken(&|it| it.texts = texts.clone()), bad("house.texts"));
            assert_eq!(broken(&|it| it.raid.texts = texts.clone()), bad("house.raid.texts"));
            let highest = Priority::High;
            let rule = PriorityRule { of: those.clone(), highest, lowest: Priority::Low };
            assert_eq!(broken(&|it| it.priorities = vec![rule.clone()]), bad("house.priorities"));
        }
        for (signal, at_least, good) in [
            (Signal::Links, 0, false),
            (Signal::Links, 1, true),
            (Signal::Length, u32::MAX, true),
            (Signal::CapitalShare, 0, false),
            (Signal::CapitalShare, 100, true),
            (Signal::CapitalShare, 101, false),
        ] {
            let bad = |field| (!good).then_some(field);
            let texts = vec![TextRule::refuse(signal, at_least)];
            assert_eq!(broken(&|it| it.texts = texts.clone()), bad("house.texts.when.at_least"));
            let field = bad("house.raid.texts.when.at_least");
            assert_eq!(broken(&|it| it.raid.texts = texts.clone()), field);
        }
        let users = |count| vec![UserId::new("ann").unwrap(); count];
        assert_eq!(broken(&|it| it.exempt.users = users(100)), None);
        assert_eq!(broken(&|it| it.exempt.users = users(101)), Some("house.exempt"));
        assert_eq!(broken(&|it| it.exempt_kinds = vec![Kind::Gift; 16]), None);
        assert_eq!(
            broken(&|it| it.exempt_kinds = vec![Kind::Gift; 17]),
            Some("house.exempt_kinds")
        );
        let quiet = |from, to, offset, count| {
            let hours = QuietHours { offset, ..QuietHours::utc(from, to) };
            broken(&|it| it.quiet = vec![hours.clone(); count])
        };
        assert_eq!((quiet(0, 1_439, 840, 8), quiet(1_439, 0, -840, 1)), (None, None));
        for bad in
            [quiet(0, 1, 0, 9), quiet(0, 1_440, 0, 1), quiet(7, 7, 0, 1), quiet(0, 1, 841, 1)]
        {
            assert_eq!(bad, Some("house.quiet"));
        }
        for (every, burst, good) in [
            (day, 1_000, true),
            (over, 1, false),
            (Duration::ZERO, 1, false),
            (day, 0, false),
            (day, 1_001, false),
        ] {
            let bad = |field| (!good).then_some(field);
            assert_eq!(
                broken(&|it| it.pace = pace(every, burst)),
                bad("house.pace and house.joins")
            );
            assert_eq!(
                broken(&|it| it.joins = pace(every, burst)),
                bad("house.pace and house.joins")
            );
            assert_eq!(broken(&|it| it.raid.pace = pace(every, burst)), bad("house.raid.pace"));
        }
        let texts = |count| vec![TextRule::without_links(); count];
        assert_eq!(broken(&|it| (it.texts, it.raid.texts) = (texts(16), texts(16))), None);
        assert_eq!(broken(&|it| it.texts = texts(17)), Some("house.texts"));
        assert_eq!(broken(&|it| it.raid.texts = texts(17)), Some("house.raid.texts"));
        for (within, good) in [(day, true), (over, false), (Duration::ZERO, false)] {
            let bad = |field| (!good).then_some(field);
            let unique = Some(Repeats::of_anybody(within));
            assert_eq!(broken(&|it| it.unique = unique), bad("house.unique.within"));
            assert_eq!(broken(&|it| it.raid.unique = unique), bad("house.raid.unique.within"));
            let slow = Some(SlowMode::members(within));
            assert_eq!(broken(&|it| it.raid.slow_mode = slow), bad("house.raid.slow_mode"));
        }
        let between = |highest, lowest| PriorityRule { of: Those::NOBODY, highest, lowest };
        let fine = between(Priority::Low, Priority::Low);
        assert_eq!(broken(&|it| it.priorities = vec![fine.clone(); 8]), None);
        assert_eq!(broken(&|it| it.priorities = vec![fine.clone(); 9]), Some("house.priorities"));
        let upside_down = between(Priority::Low, Priority::High);
        assert_eq!(
            broken(&|it| it.priorities = vec![upside_down.clone()]),
            Some("house.priorities")
        );
        assert_eq!(broken(&|it| it.raid.speakers = vec![1_000]), None);
        assert_eq!(broken(&|it| it.raid.speakers = vec![999]), Some("house.raid.speakers"));
        let mut unmarked = HouseRules::default();
        unmarked.raid.speakers = vec![1_000];
        assert_eq!(unmarked.broken(false).unwrap().0, "house.raid.speakers");
    }
}
