//! Messages: what was sent, and as what class it counts.

#![expect(clippy::indexing_slicing, reason = "a priority and a class have a place of their own")]

use std::{
    fmt,
    ops::{Index, IndexMut},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

use crate::{
    bounds,
    id::{MessageId, Random, UserId},
    role::{Platform, Profile, Role},
    space,
    time::Timestamp,
};

/// How much a message matters when not all can be delivered.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Priority {
    /// Gifts, red packets, removal directives.
    High,
    /// Text.
    #[default]
    Normal,
    /// Likes and follows.
    Low,
    /// What is missed least.
    Lowest,
}

impl Priority {
    /// Every priority, the highest first.
    pub const ALL: [Self; 4] = [Self::High, Self::Normal, Self::Low, Self::Lowest];

    /// The class in which messages of this priority are kept.
    pub const fn class(self) -> Class {
        match self {
            Self::High => Class::High,
            Self::Normal => Class::Normal,
            Self::Low => Class::Low,
            Self::Lowest => Class::Lowest,
        }
    }
}

/// What a log entry counts as: the four priorities of messages, tips, and notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Messages of high priority.
    High,
    /// Messages of normal priority.
    Normal,
    /// Messages of low priority.
    Low,
    /// Messages of the lowest priority.
    Lowest,
    /// What happened in the group: joins, mutes, profile changes.
    Tip,
    /// What the host or its staff tell everybody; never limited by rate.
    Notice,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::High, Self::Normal, Self::Low, Self::Lowest, Self::Tip, Self::Notice];
}

/// One value for each priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerPriority<T>(pub [T; 4]);

impl<T> Index<Priority> for PerPriority<T> {
    type Output = T;

    fn index(&self, priority: Priority) -> &T {
        &self.0[priority as usize]
    }
}

impl<T> IndexMut<Priority> for PerPriority<T> {
    fn index_mut(&mut self, priority: Priority) -> &mut T {
        &mut self.0[priority as usize]
    }
}

/// One value for each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerClass<T>(pub [T; 6]);

impl<T> Index<Class> for PerClass<T> {
    type Output = T;

    fn index(&self, class: Class) -> &T {
        &self.0[class as usize]
    }
}

impl<T> IndexMut<Class> for PerClass<T> {
    fn index_mut(&mut self, class: Class) -> &mut T {
        &mut self.0[class as usize]
    }
}

/// What a message is for; its recommended priority follows.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[non_exhaustive]
pub enum Kind {
    /// Plain talk.
    #[default]
    Text,
    /// A gift or a red packet, often paid for.
    Gift,
    /// A like, counted by the group: see [`tally`](crate::Settings::tally).
    Like,
    /// A follow, counted as likes are.
    Follow,
    /// An order to clients, as [`Directive`] says it.
    Control,
    /// A kind of the host's own.
    Host(u16),
}

impl Kind {
    /// High for gifts and control, Low for likes and follows, Normal for the rest: as the modelled
    /// service's guide recommends (FAQ 7).
    pub const fn recommended_priority(self) -> Priority {
        match self {
            Self::Gift | Self::Control => Priority::High,
            Self::Like | Self::Follow => Priority::Low,
            Self::Text | Self::Host(_) => Priority::Normal,
        }
    }
}

/// One picture, clip or file that lies elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Media {
    /// Where it lies.
    pub url: String,
    /// Its key in the host's store.
    pub uuid: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its format or file name.
    pub format: String,
    /// Its length in seconds, for sound and video.
    pub seconds: u32,
    /// Its width in pixels, for pictures and video.
    pub width: u32,
    /// Its height in pixels, for pictures and video.
    pub height: u32,
}

impl Media {
    fn bytes(&self) -> usize {
        self.url.len() + self.uuid.len() + self.format.len()
    }
}

/// One piece of a message's body.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Element {
    /// Words.
    Text(String),
    /// Anything of the host's own; at most one in a message.
    Custom {
        /// The data itself.
        data: String,
        /// What a notification says of it.
        description: String,
        /// More data.
        extension: String,
    },
    /// An emoticon of the host's own set.
    Face {
        /// Which.
        index: u32,
        /// More data.
        data: String,
    },
    /// A picture, in its original size and others.
    Image(SmallVec<[Box<Media>; 1]>),
    /// A sound.
    Sound(Box<Media>),
    /// A video and its still.
    Video {
        /// The clip.
        clip: Box<Media>,
        /// A still picture of it.
        thumbnail: Box<Media>,
    },
    /// A file.
    File(Box<Media>),
    /// A place on earth.
    Location {
        /// What the place is called.
        description: String,
        /// Degrees north, times 10⁷: whole numbers, so that every machine agrees on them.
        latitude_e7: i32,
        /// Degrees east, times 10⁷.
        longitude_e7: i32,
    },
    /// Several messages forwarded as one.
    Merger {
        /// What the collection is called.
        title: String,
        /// A line for each of the first few.
        abstracts: Vec<String>,
        /// What a client shows that cannot show a merger.
        fallback: String,
        /// The messages, in the host's own form.
        messages: Vec<String>,
    },
}

impl Element {
    /// What of it is words: of a text the text; with `all`, what there is to read in the others too,
    /// addresses, keys and formats aside.
    pub(crate) fn words(&self, all: bool) -> SmallVec<[&String; 4]> {
        match self {
            Self::Text(text) => smallvec![text],
            Self::Custom { data, description, extension } if all => {
                smallvec![data, description, extension]
            }
            Self::Face { data, .. } if all => smallvec![data],
            Self::Location { description, .. } if all => smallvec![description],
            Self::Merger { title, abstracts, fallback, messages } if all => {
                [title, fallback].into_iter().chain(abstracts).chain(messages).collect()
            }
            _ => SmallVec::new(),
        }
    }

    /// The same, in the same order, to be masked.
    pub(crate) fn words_mut(&mut self, all: bool) -> SmallVec<[&mut String; 4]> {
        match self {
            Self::Text(text) => smallvec![text],
            Self::Custom { data, description, extension } if all => {
                smallvec![data, description, extension]
            }
            Self::Face { data, .. } if all => smallvec![data],
            Self::Location { description, .. } if all => smallvec![description],
            Self::Merger { title, abstracts, fallback, messages } if all => {
                [title, fallback].into_iter().chain(abstracts).chain(messages).collect()
            }
            _ => SmallVec::new(),
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Of how many pictures, clips and lines it is made.
    pub(crate) fn parts(&self) -> usize {
        match self {
            Self::Image(sizes) => sizes.len(),
            Self::Video { .. } => 2,
            Self::Merger { abstracts, messages, .. } => abstracts.len() + messages.len(),
            Self::Text(_)
            | Self::Custom { .. }
            | Self::Face { .. }
            | Self::Sound(_)
            | Self::File(_)
            | Self::Location { .. } => 1,
        }
    }

    /// The heap that it takes beside itself and the bytes of its texts.
    fn room(&self) -> usize {
        match self {
            Self::Image(sizes) => {
                let list = if sizes.spilled() { sizes.capacity() } else { 0 };
                list * size_of::<Box<Media>>() + sizes.len() * size_of::<Media>()
            }
            Self::Video { .. } | Self::Sound(_) | Self::File(_) => {
                self.parts() * size_of::<Media>()
            }
            Self::Merger { abstracts, messages, .. } => {
                (abstracts.capacity() + messages.capacity()) * size_of::<String>()
            }
            Self::Text(_) | Self::Custom { .. } | Self::Face { .. } | Self::Location { .. } => 0,
        }
    }

    /// The bytes that count against the message's limit.
    fn bytes(&self) -> usize {
        let sum = |lines: &[String]| lines.iter().map(String::len).sum::<usize>();
        match self {
            Self::Text(text) => text.len(),
            Self::Custom { data, description, extension } => {
                data.len() + description.len() + extension.len()
            }
            Self::Face { data, .. } => data.len() + 4,
            Self::Image(sizes) => sizes.iter().map(|media| media.bytes()).sum(),
            Self::Sound(media) | Self::File(media) => media.bytes(),
            Self::Video { clip, thumbnail } => clip.bytes() + thumbnail.bytes(),
            Self::Location { description, .. } => description.len() + 8,
            Self::Merger { title, abstracts, fallback, messages } => {
                title.len() + sum(abstracts) + fallback.len() + sum(messages)
            }
        }
    }
}

/// What a message says: its elements in order, and data beside them that clients do not show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Content {
    /// The elements; one is usual.
    pub elements: SmallVec<[Element; 1]>,
    /// Custom data beside the body (the modelled service's `CloudCustomData`).
    pub data: String,
}

impl Content {
    /// A single text element.
    pub fn text(text: impl Into<String>) -> Self {
        Self { elements: SmallVec::from_buf([Element::Text(text.into())]), data: String::new() }
    }

    /// A single custom element.
    pub fn custom(data: impl Into<String>) -> Self {
        let element = Element::Custom {
            data: data.into(),
            description: String::new(),
            extension: String::new(),
        };
        Self { elements: SmallVec::from_buf([element]), data: String::new() }
    }

    /// The bytes that count against the message's limit: every text in it.
    pub fn bytes(&self) -> usize {
        self.elements.iter().map(Element::bytes).sum::<usize>() + self.data.len()
    }

    /// The elements as they are read: text elements next to each other are one run.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &[Element]> {
        self.elements.chunk_by(|one, next| one.text().is_some() && next.text().is_some())
    }

    /// The heap that it takes, its texts taken at their length.
    pub(crate) fn heap_bytes(&self) -> usize {
        // The usual case, which is reckoned at every step of a message.
        if let [Element::Text(text)] = &*self.elements
            && !self.elements.spilled()
        {
            return text.len() + self.data.len();
        }
        let list = if self.elements.spilled() { self.elements.capacity() } else { 0 };
        list * size_of::<Element>()
            + self.elements.iter().map(|element| element.bytes() + element.room()).sum::<usize>()
            + self.data.len()
    }

    /// The most heap that a content takes that has the form of one, its texts taken at their length.
    pub(crate) fn most_heap_bytes(message_bytes: u64, elements: u64) -> u64 {
        // The dearest part is a picture in a list that has doubled.
        let part = (size_of::<Media>() + 2 * size_of::<Box<Media>>()) as u64;
        let list = elements.next_power_of_two() * size_of::<Element>() as u64;
        message_bytes + list + bounds::PARTS as u64 * elements * part
    }

    /// The text elements, in order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().filter_map(Element::text)
    }
}

/// An order to clients that rides on a message of [`Kind::Control`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Directive {
    /// The clients of these users leave the group: see [`Command::leave`](crate::Command::leave).
    Leave {
        /// The users who are to go.
        users: SmallVec<[UserId; 1]>,
    },
}

/// Who sent a message, as they were when they sent it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sender {
    /// The user; `None` for the app itself.
    pub user: Option<UserId>,
    /// The role they had; `None` for the app, and for users who were not members.
    pub role: Option<Role>,
    /// Their nick and avatar then.
    pub profile: Arc<Profile>,
    /// Where they sent it from.
    pub platform: Platform,
}

/// A message that a group accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Its id within the group.
    pub id: MessageId,
    /// Who sent it.
    pub sender: Sender,
    /// What it is for.
    pub kind: Kind,
    /// How much it matters.
    pub priority: Priority,
    /// What it says; masked or replaced text stands here as it is delivered.
    pub content: Content,
    /// The order it carries, for [`Kind::Control`].
    pub directive: Option<Directive>,
    /// The sender's mark, by which duplicates are known.
    pub random: Option<Random>,
    /// When the group accepted it.
    pub accepted: Timestamp,
}

impl Message {
    /// The most that a message takes whose content takes so much, and whose order names so many users.
    pub(crate) fn most_bytes(content: u64, users: u64) -> u64 {
        let counts = 2 * space::size::<usize>();
        let order = space::list::<UserId>(users) + users * UserId::MOST_BESIDE;
        space::size::<Self>() + counts + content + UserId::MOST_BESIDE + Profile::MOST + order
    }

    /// Roughly what a message takes; what is shared of it counts in full.
    pub(crate) fn bytes(&self) -> usize {
        let Self { sender, content, directive, .. } = self;
        size_of::<Self>()
            + content.heap_bytes()
            + sender.user.as_ref().map_or(0, UserId::heap_bytes)
            + sender.profile.bytes()
            + directive.as_ref().map_or(0, Directive::heap_bytes)
    }
}

impl Directive {
    fn heap_bytes(&self) -> usize {
        let Self::Leave { users } = self;
        let list = if users.spilled() { users.capacity() } else { 0 };
        list * size_of::<UserId>() + users.iter().map(UserId::heap_bytes).sum::<usize>()
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
