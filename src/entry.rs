//! Log entries: what every reader of a group sees, in one order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    id::{MessageId, Seq, UserId},
    message::{Class, Content, Message},
    role::{JoinOption, Profile, Role},
    space,
    time::Timestamp,
};

/// One place in a group's history.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Its number; the first entry of a group has 1.
    pub seq: Seq,
    /// When it was appended.
    pub at: Timestamp,
    /// What it counts as.
    pub class: Class,
    /// What it says.
    pub body: Body,
    /// What a message stands for beside itself, where it was folded with others that say the same.
    pub folded: Option<Box<Folded>>,
}

impl Entry {
    /// Roughly the heap and inline bytes that keeping it costs.
    pub(crate) fn bytes(&self) -> usize {
        self.body.bytes() + self.folded.as_ref().map_or(0, |folded| folded.bytes())
    }
}

/// What an entry tells of a fold: messages that say the same, one after the other.
///
/// Totals are exact whatever became of an entry: one that was lost to the group's rate is counted in
/// the total of the next.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Folded {
    /// How many messages were delivered in this entry, the one it shows included. 0 for an entry that
    /// tells the last total alone, and shows the first message again.
    pub count: u64,
    /// How many messages of the fold were delivered or lost to the rate since it began, with those of
    /// this entry. What staff took out is not counted.
    pub total: u64,
    /// How many authors the messages of this entry have.
    pub authors: u64,
    /// The first few of them, in order; the app is counted and not named.
    pub names: Vec<Subject>,
}

impl Entry {
    /// The most that an entry takes with a body that takes so much beside itself, and names at most so
    /// many users, each at most so large.
    pub(crate) fn most_bytes(body: u64, names: u64, profile: u64) -> u64 {
        let subject = space::size::<Subject>() + UserId::MOST_BESIDE + profile;
        // The list of them doubles as it grows.
        let names = names * subject + space::list::<Subject>(names);
        space::size::<Self>() + 2 * COUNTS as u64 + space::size::<Folded>() + body + names
    }
}

impl Folded {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.names.iter().map(Subject::bytes).sum::<usize>()
    }
}

/// The two counts that stand before what is shared.
const COUNTS: usize = 2 * size_of::<usize>();

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Body {
    /// A message, delivered.
    Message(Arc<Message>),
    /// Something happened in the group.
    Tip(Tip),
    /// The host or its staff tell everybody something.
    Notice(Notice),
    /// Here was something that has been purged or recalled.
    Emptied,
}

impl Body {
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Entry>()
            + COUNTS
            + match self {
                Self::Message(message) => COUNTS + message.bytes(),
                Self::Tip(tip) => {
                    tip.subjects.iter().map(Subject::bytes).sum::<usize>()
                        + tip
                            .changes
                            .as_ref()
                            .map_or(0, |it| size_of::<ProfileChanges>() + it.bytes())
                }
                Self::Notice(notice) => notice.bytes(),
                Self::Emptied => 0,
            }
    }
}

/// What kind of thing happened. The numbers are the modelled service's operation types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[repr(u8)]
pub enum TipKind {
    /// Users joined.
    Join = 1,
    /// Members quit.
    Quit = 2,
    /// Members were removed.
    Kick = 3,
    /// Members became admins.
    SetAdmin = 4,
    /// Members are admins no longer.
    CancelAdmin = 5,
    /// The group's profile, attributes or counters changed.
    GroupProfile = 6,
    /// Members' profiles changed: they were muted or unmuted.
    MemberProfile = 7,
    /// Users were banned.
    Ban = 10,
    /// Users are banned no longer.
    Unban = 11,
}

impl TipKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Join,
        Self::Quit,
        Self::Kick,
        Self::SetAdmin,
        Self::CancelAdmin,
        Self::GroupProfile,
        Self::MemberProfile,
        Self::Ban,
        Self::Unban,
    ];
}

/// Things of one kind that happened, told in one entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tip {
    /// What happened.
    pub kind: TipKind,
    /// Who did it, if it was one user; `None` for the app, and where several did.
    pub operator: Option<UserId>,
    /// To whom it happened: the first few, in order. [`count`](Self::count) says to how many.
    pub subjects: SmallVec<[Subject; 1]>,
    /// How often it happened; more than the subjects named where a storm was folded.
    pub count: u64,
    /// How many users and guests are online after it.
    pub online: u64,
    /// What changed, for [`TipKind::GroupProfile`].
    pub changes: Option<Box<ProfileChanges>>,
}

/// One user whom a tip, or an entry of a fold, names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Who.
    pub user: UserId,
    /// As what they are shown.
    pub profile: Arc<Profile>,
    /// Until when they are muted or banned, for tips that tell of it;
    /// [`Timestamp::MAX`] is for good, `None` not at all.
    pub until: Option<Timestamp>,
}

impl Subject {
    /// Roughly what naming a user costs; a profile that is shared counts in full.
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.user.heap_bytes() + self.profile.bytes()
    }
}

/// What changed about a group, merged over one tip: each field as it is now, if it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProfileChanges {
    /// The name.
    pub name: Option<Arc<str>>,
    /// The introduction.
    pub introduction: Option<Arc<str>>,
    /// The notification.
    pub notification: Option<Arc<str>>,
    /// The address of the group's picture.
    pub face_url: Option<Arc<str>>,
    /// The owner.
    pub owner: Option<UserId>,
    /// Whether everybody is muted.
    pub mute_all: Option<bool>,
    /// How one joins. A change of it alone is told to the host, and not to readers.
    pub join_option: Option<JoinOption>,
    /// The custom fields that changed; an empty value says that the field was removed.
    pub custom: Vec<(Arc<str>, Arc<str>)>,
    /// All likes counted so far, if more were: see [`tally`](crate::Settings::tally).
    pub likes: Option<u64>,
    /// All follows counted so far, if more were.
    pub follows: Option<u64>,
    /// The attributes that changed, and their main sequence number.
    pub attributes: Option<Changed<Arc<str>>>,
    /// The counters that changed, and their change number.
    pub counters: Option<Changed<i64>>,
    /// The group's change counter after this (`InfoSeq`).
    pub info_seq: u64,
}

impl ProfileChanges {
    /// Roughly what the keyed values cost; the other texts are short.
    pub(crate) fn bytes(&self) -> usize {
        const EACH: usize = 48;
        let attributes = self.attributes.iter().flat_map(|changed| &changed.values);
        let attributes = attributes.map(|(_, value)| value.as_ref().map_or(0, |text| text.len()));
        let counters = self.counters.as_ref().map_or(0, |changed| changed.values.len());
        attributes.map(|text| EACH + text).sum::<usize>() + (counters + self.custom.len()) * EACH
    }
}

/// Which keys changed, and to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Changed<T> {
    /// The number of all changes so far. A reader who finds more than one missing asks for the state.
    pub seq: u64,
    /// Each key as it is now, in their order; `None` is one that was removed.
    pub values: Vec<(Arc<str>, Option<T>)>,
}

/// What the host or its staff tell. The numbers are the modelled service's report types.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Notice {
    /// 255: the host's own field, given to clients as it is.
    Custom {
        /// The user-defined field.
        field: Arc<str>,
    },
    /// A message of the app to all its groups.
    Broadcast {
        /// What it says.
        content: Arc<Content>,
    },
    /// 5: the group is disbanded. Clients leave.
    Disbanded,
    /// An author's messages were purged, or one message was recalled.
    Purged {
        /// Whose; `None` for the app's.
        author: Option<UserId>,
        /// The message, if it was one.
        message: Option<MessageId>,
        /// How many entries were emptied.
        emptied: u64,
    },
    /// Raid mode began, was renewed, or ended.
    Raid {
        /// Until when it is on; `None` is not at all.
        until: Option<Timestamp>,
    },
    /// 1, to staff: somebody asks to join.
    Applied {
        /// Who asks.
        user: UserId,
        /// What they say.
        note: Arc<str>,
    },
    /// 2, to the applicant: admitted.
    Admitted,
    /// 3, to the applicant: turned down.
    Declined,
    /// 4, to the target: removed.
    Kicked {
        /// Why, in the words of who did it.
        reason: Arc<str>,
    },
    /// 8, to the user's other sessions: you quit on another platform. Clients leave.
    QuitElsewhere,
    /// 9 and 10, to the target: the role changed.
    RoleChanged {
        /// What they are now.
        role: Role,
    },
    /// To the target: warned.
    Warned {
        /// How many strikes they have now.
        strikes: u32,
        /// Why, in the words of who did it.
        reason: Arc<str>,
    },
    /// 21, to the target: banned.
    Banned {
        /// Until when; [`Timestamp::MAX`] is for good.
        until: Timestamp,
        /// Why, in the words of who did it.
        reason: Arc<str>,
    },
}

impl Notice {
    fn bytes(&self) -> usize {
        match self {
            Self::Custom { field } => field.len(),
            Self::Broadcast { content } => size_of::<Content>() + content.heap_bytes(),
            Self::Kicked { reason } | Self::Warned { reason, .. } | Self::Banned { reason, .. } => {
                reason.len()
            }
            Self::Applied { note, .. } => note.len(),
            Self::Disbanded
            | Self::Purged { .. }
            | Self::Raid { .. }
            | Self::Admitted
            | Self::Declined
            | Self::QuitElsewhere
            | Self::RoleChanged { .. } => 0,
        }
    }
}
