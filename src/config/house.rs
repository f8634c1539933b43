//! House rules: who may say what, how often and when, beside mutes.

mod check;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(super) use self::check::are_speakers;
use super::SlowMode;
use crate::{
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
    /// What texts must be like, at most 16 rules. At most 4 combining marks on a character, and no
    /// direction left turned around, in [`modern`](crate::GroupConfig::modern).
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

    /// No turn of direction that is not turned back, so that a text turns nothing but itself.
    pub const fn turning_back() -> Self {
        Self::refuse(Signal::Turned, 1)
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
}
