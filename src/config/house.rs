//! House rules: who may say what, how often and when, beside mutes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::SlowMode;
use crate::{
    bounds,
    id::UserId,
    message::{Kind, Priority},
    role::{JoinOption, Role, RoleSet},
    signals::{Condition, Signal},
    time::Timestamp,
};

/// What a house asks of those who speak in it. Everything is off by default.
///
/// The rules are asked in this order, and the first that speaks against a message is the answer:
/// [quiet hours](Self::quiet), [speakers](crate::Settings::speakers) by mark,
/// [slow mode](crate::Settings::slow_mode), [pace](Self::pace), [texts](Self::texts),
/// [repeats](Self::unique). They hold for what members say themselves; the app is above them.
///
/// ```
/// use liveroom::{GroupConfig, HouseRules, Repeats, TextRule};
/// use std::time::Duration;
///
/// let mut settings = GroupConfig::vendor().settings().clone();
/// settings.house = HouseRules {
///     texts: vec![TextRule::at_most(200), TextRule::without_links().but_marked(1_000)],
///     unique: Some(Repeats::of_anybody(Duration::from_secs(30))),
///     ..HouseRules::default()
/// };
/// assert!(settings.build().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HouseRules {
    /// Whom none of them concern, slow mode and speakers by mark included. Mutes hold for everybody.
    pub exempt: Those,
    /// Kinds of messages that none of them concern, as long as there is no text in them, at most 16: what
    /// a message is called is its sender's choice. Gifts, likes and follows in
    /// [`modern`](crate::GroupConfig::modern).
    pub exempt_kinds: Vec<Kind>,
    /// When nobody speaks, at most 8 windows of the day.
    pub quiet: Vec<QuietHours>,
    /// How often one author speaks. 1 a second with a burst of 5 in
    /// [`modern`](crate::GroupConfig::modern).
    pub pace: Option<Pace>,
    /// How often one user joins or asks to, whom the staff did not invite. 1 in 5 seconds with a burst
    /// of 10 in [`modern`](crate::GroupConfig::modern).
    pub joins: Option<Pace>,
    /// What texts must be like, at most 16 rules. At most 4 combining marks on a character in
    /// [`modern`](crate::GroupConfig::modern).
    pub texts: Vec<TextRule>,
    /// How soon the same text may be said again.
    pub unique: Option<Repeats>,
    /// How much it matters what some say, at most 8 rules, of which the first that names the author
    /// counts.
    pub priorities: Vec<PriorityRule>,
    /// What is stricter while [raid mode](crate::Command::Raid) is on.
    pub raid: RaidPlan,
}

/// Some of a group's people: by role, by mark, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Those {
    /// Of these roles.
    pub roles: RoleSet,
    /// Members with one of these marks, at most 10, from 1,000 on.
    pub marks: Vec<u32>,
    /// These users, at most 100.
    pub users: Vec<UserId>,
}

impl Those {
    /// Nobody.
    pub const NOBODY: Self = Self { roles: RoleSet::NONE, marks: Vec::new(), users: Vec::new() };
    /// Owner and admins.
    pub const STAFF: Self = Self { roles: RoleSet::STAFF, marks: Vec::new(), users: Vec::new() };

    /// Whether they are not too many, and marked with what a host can mean.
    fn is_good(&self) -> bool {
        are_marks(&self.marks) && self.users.len() <= USERS
    }
}

/// So often, and so many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pace {
    /// One in this time, at most a day.
    pub every: Duration,
    /// So many at one instant after a pause, 1 to 1,000.
    pub burst: u32,
}

impl Pace {
    fn is_good(&self) -> bool {
        is_span(self.every) && (1..=1_000).contains(&self.burst)
    }

    /// The longer time and the fewer at once of both.
    pub(crate) fn stricter(self, other: Self) -> Self {
        Self { every: self.every.max(other.every), burst: self.burst.min(other.burst) }
    }
}

/// A part of every day in which nobody speaks.
///
/// The day is that of the time that the host gives, so that a [`Rebase`](crate::Command::Rebase) moves
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QuietHours {
    /// From this minute of the day on, 0 to 1,439.
    pub from: u16,
    /// Until this minute of the day, another one. If it is the earlier one, the next day's.
    pub to: u16,
    /// How far the local time is ahead of UTC in minutes, −840 to 840.
    pub offset: i16,
    /// Who may speak.
    pub exempt: Those,
}

impl QuietHours {
    /// From one minute of the day to another in UTC, but for the staff.
    pub fn utc(from: u16, to: u16) -> Self {
        Self { from, to, offset: 0, exempt: Those::STAFF }
    }

    /// When the quiet in which `now` lies ends, if it lies in one.
    pub(crate) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        const MINUTE: i128 = 60_000_000_000;
        const DAY: i128 = 1_440 * MINUTE;
        let local = i128::from(now.as_nanos()) + i128::from(self.offset) * MINUTE;
        let since = (local - i128::from(self.from) * MINUTE).rem_euclid(DAY);
        let length = (i128::from(self.to) - i128::from(self.from)).rem_euclid(1_440) * MINUTE;
        let left = u64::try_from(length - since).ok().filter(|left| *left > 0)?;
        Some(now + Duration::from_nanos(left))
    }

    fn is_good(&self) -> bool {
        let minutes = [self.from, self.to].iter().all(|minute| *minute < 1_440);
        minutes && self.from != self.to && self.offset.abs() <= 840 && self.exempt.is_good()
    }
}

/// How soon the same text may be said again, whatever its case, width and white space.
///
/// It counts from when it is accepted; what filter or rule holds or blocks, for its author alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Repeats {
    /// So long after it was said last, at most a day.
    pub within: Duration,
    /// By whom.
    pub of: Whose,
}

impl Repeats {
    /// Nobody says again what anybody said.
    pub const fn of_anybody(within: Duration) -> Self {
        Self { within, of: Whose::Anybody }
    }

    /// Nobody says again what they said themselves.
    pub const fn of_author(within: Duration) -> Self {
        Self { within, of: Whose::Author }
    }
}

/// Whose texts one may not say again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Whose {
    /// Anybody's.
    Anybody,
    /// One's own.
    Author,
}

/// What becomes of a message whose text is of some kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextRule {
    /// What it must be like for the rule to hold. The texts of a message count together.
    pub when: Condition,
    /// Whom it does not concern.
    pub exempt: Those,
    /// What becomes of the message.
    pub then: Treat,
}

/// What a [`TextRule`] does with a message, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Treat {
    /// It goes on, and [`explain`](crate::Group::explain) says so.
    Tag,
    /// It is held, and the host is asked, as by the filter.
    Hold,
    /// It is accepted, and rejected at once.
    Block,
    /// It is refused, and its author told why.
    Refuse,
}

impl TextRule {
    /// Refuses what is so, but from the staff.
    pub const fn refuse(signal: Signal, at_least: u32) -> Self {
        let when = Condition { signal, at_least };
        Self { when, exempt: Those::STAFF, then: Treat::Refuse }
    }

    /// At most so many characters.
    pub const fn at_most(characters: u32) -> Self {
        Self::refuse(Signal::Length, characters.saturating_add(1))
    }

    /// No links.
    pub const fn without_links() -> Self {
        Self::refuse(Signal::Links, 1)
    }

    /// Faces and emoji only.
    pub const fn emotes_only() -> Self {
        Self::refuse(Signal::Plain, 1)
    }

    /// At most so many combining marks on a character.
    pub const fn stacked_at_most(marks: u32) -> Self {
        Self::refuse(Signal::Stacked, marks.saturating_add(1))
    }

    /// The same, but not for members with this mark.
    #[must_use]
    pub fn but_marked(mut self, mark: u32) -> Self {
        self.exempt.marks.push(mark);
        self
    }

    /// The same, with another end.
    #[must_use]
    pub fn then(self, then: Treat) -> Self {
        Self { then, ..self }
    }
}

/// Between which priorities what some say is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PriorityRule {
    /// Who.
    pub of: Those,
    /// What matters more counts as this.
    pub highest: Priority,
    /// What matters less counts as this; not above `highest`.
    pub lowest: Priority,
}

impl PriorityRule {
    /// The priority that a message has by it.
    pub fn fit(&self, priority: Priority) -> Priority {
        // The highest is the least.
        priority.clamp(self.highest, self.lowest)
    }
}

/// What is stricter while raid mode is on. It adds to the other rules and takes nothing away: an empty plan changes
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RaidPlan {
    /// Pauses between messages; of these and slow mode's the longer ones count.
    pub slow_mode: Option<SlowMode>,
    /// Only members with one of these marks speak, if there are any.
    pub speakers: Vec<u32>,
    /// A pace; of this and the house's the longer time and the fewer at once count.
    pub pace: Option<Pace>,
    /// More rules for texts. They are numbered after the house's.
    pub texts: Vec<TextRule>,
    /// Repeats, beside the house's.
    pub unique: Option<Repeats>,
    /// How one joins, if that is stricter than what the group's profile says. Whoever applied meanwhile still
    /// waits for an answer once the raid is over, and may as well join anew.
    pub join: JoinOption,
}

impl SlowMode {
    /// A pause for members; staff need not wait.
    pub const fn members(pause: Duration) -> Self {
        Self { member: pause, admin: Duration::ZERO, owner: Duration::ZERO }
    }

    /// The same pause for everybody.
    pub const fn everybody(pause: Duration) -> Self {
        Self { member: pause, admin: pause, owner: pause }
    }

    /// The pause of a role; zero does not wait.
    pub const fn pause(&self, role: Role) -> Duration {
        match role {
            // Guests never speak.
            Role::Guest => Duration::ZERO,
            Role::Member => self.member,
            Role::Admin => self.admin,
            Role::Owner => self.owner,
        }
    }

    /// The longer pauses of both.
    pub(crate) fn stricter(self, other: Self) -> Self {
        Self {
            member: self.member.max(other.member),
            admin: self.admin.max(other.admin),
            owner: self.owner.max(other.owner),
        }
    }

    /// Whether somebody waits, and nobody for more than a day.
    pub(crate) fn is_good(&self) -> bool {
        is_span(self.member.max(self.admin).max(self.owner))
    }
}

/// The most marks and users of [`Those`].
const MARKS: usize = bounds::MARKS;
const USERS: usize = 100;

fn is_span(span: Duration) -> bool {
    !span.is_zero() && span <= bounds::LONGEST_PAUSE
}

/// Whether these can be marks that one must have, where members are marked.
pub(super) fn are_speakers(marks: &[u32], marked: bool) -> bool {
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

impl HouseRules {
    /// What does not hold in them, and what it must be; `marked` says whether members are marked.
    pub(super) fn broken(&self, marked: bool) -> Option<(&'static str, &'static str)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    /// So many minutes after a midnight in UTC.
    fn minute(minute: u64) -> Timestamp {
        Timestamp::from_secs(86_400 * 18_000 + 60 * minute)
    }

    #[test]
    fn a_window_begins_and_ends_at_its_minutes() {
        let noon = QuietHours::utc(720, 780);
        let nano = Duration::from_nanos(1);
        assert_eq!(noon.until(minute(720).before(nano)), None);
        assert_eq!(noon.until(minute(720)), Some(minute(780)));
        assert_eq!(noon.until(minute(780).before(nano)), Some(minute(780)));
        assert_eq!(noon.until(minute(780)), None);
    }

    #[test]
    fn a_window_goes_over_midnight_and_with_the_offset() {
        let night = QuietHours::utc(1_320, 360);
        assert_eq!(night.until(minute(1_319)), None);
        assert_eq!(night.until(minute(1_400)), Some(minute(1_440 + 360)));
        assert_eq!(night.until(minute(10)), Some(minute(360)));
        for (offset, east) in [(480, true), (-300, false)] {
            let local = QuietHours { offset, ..night.clone() };
            let by = u32::from(offset.unsigned_abs()) * MINUTE;
            let utc = |at: Timestamp| if east { at.before(by) } else { at + by };
            assert_eq!(local.until(utc(minute(1_400))), Some(utc(minute(1_800))), "{offset}");
            assert_eq!(local.until(utc(minute(400))), None, "{offset}");
        }
        let dawn = QuietHours { offset: -840, ..QuietHours::utc(0, 1) };
        assert_eq!(dawn.until(Timestamp::ZERO), None, "time itself begins in the evening before");
    }

    #[test]
    fn a_priority_is_kept_between_two() {
        let rule =
            PriorityRule { of: Those::NOBODY, highest: Priority::Normal, lowest: Priority::Low };
        let fitted = Priority::ALL.map(|priority| rule.fit(priority));
        assert_eq!(fitted, [Priority::Normal, Priority::Normal, Priority::Low, Priority::Low]);
    }

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
