//! How long things may be, and how many, where no config says it: the modelled service's numbers.

use std::time::Duration;

/// Bytes of a group's name.
pub(crate) const GROUP_NAME: usize = 30;
/// Bytes of a group's introduction.
pub(crate) const INTRODUCTION: usize = 240;
/// Bytes of a group's notification.
pub(crate) const NOTIFICATION: usize = 300;
/// Bytes of the address of a group's picture.
pub(crate) const FACE_URL: usize = 100;
/// Bytes of a name card.
pub(crate) const NAME_CARD: usize = 50;
/// Bytes of an applicant's note: as much as a nick, for want of a number of the modelled service's.
pub(crate) const NOTE: usize = 500;
/// Bytes of a reason: "Description, at most 1,000 bytes" of a ban.
pub(crate) const REASON: usize = 1_000;

/// Combining marks on a character of a name: "more than 4 in a row" are to be forbidden (UTS #39, 5.4).
pub(crate) const STACKED: usize = 4;

/// Pictures, clips and lines in a message for each of its elements, on the average: a picture has three
/// sizes (the modelled service).
pub(crate) const PARTS: usize = 4;

/// Messages that one step names as evidence.
pub(crate) const EVIDENCE: usize = 32;

/// Custom fields of a group.
pub(crate) const CUSTOM_FIELDS: usize = 10;
/// Bytes of a custom field's key.
pub(crate) const CUSTOM_KEY: usize = 16;
/// Bytes of a custom field's value.
pub(crate) const CUSTOM_VALUE: usize = 512;

/// Attributes of a group.
pub(crate) const ATTRIBUTES: usize = 16;
/// Bytes of an attribute's key.
pub(crate) const ATTRIBUTE_KEY: usize = 32;
/// Bytes of an attribute's value.
pub(crate) const ATTRIBUTE_VALUE: usize = 4_000;
/// Bytes of all attributes' values together.
pub(crate) const ATTRIBUTE_BYTES: usize = 16_000;

/// Counters of a group.
pub(crate) const COUNTERS: usize = 20;
/// Bytes of a counter's key.
pub(crate) const COUNTER_KEY: usize = 128;

/// Admins that a group may have beside its owner: "at most 10" (the modelled service, 2020).
pub(crate) const ADMINS: usize = 10;

/// Kinds of marks of the host's own in a group, and marks in one command.
pub(crate) const MARKS: usize = 10;
/// The lowest mark of the host's own; those below are the modelled service's, which gives
/// a meaning to two.
pub(crate) const FIRST_MARK: u32 = 1_000;
/// How long one is always online after being marked so: "at most 3 days".
pub(crate) const ALWAYS_ONLINE: Duration = Duration::from_hours(72);

/// The longest pause of slow mode, as the config has it.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_hours(24);

/// Fingerprints whose sessions are still to be removed, at most: many times the most that one command bans.
pub(crate) const SWEEPING: usize = 65_536;

/// The most that anything counted up by one may have reached in saved state: no group gets there,
/// and counting on from it cannot overflow.
pub(crate) const COUNTED: u64 = 1 << 63;
