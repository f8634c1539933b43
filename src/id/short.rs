//! Texts that are short most of the time: those stay where they are, and longer ones are shared.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    mem::size_of,
    sync::Arc,
};

/// A text of at most `MAX` bytes. Up to `HERE` of them are held in place, so that a copy asks for no
/// memory and counts nothing; more are shared between copies.
///
/// Invariant: a text of up to `HERE` bytes is `Here`, and what is behind its end is zero, so that
/// equal texts look alike.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Short<const HERE: usize, const MAX: usize> {
    Here { length: u8, bytes: [u8; HERE] },
    Shared(Arc<Long<MAX>>),
}

/// A text that has no room in place.
#[derive(PartialEq, Eq)]
pub(super) struct Long<const MAX: usize> {
    length: u8,
    bytes: [u8; MAX],
}

impl<const HERE: usize, const MAX: usize> Short<HERE, MAX> {
    /// The caller has checked that it is not too long.
    pub(super) fn new(text: &str) -> Self {
        let length = u8::try_from(text.len()).expect("ids are shorter than 256 bytes");
        if text.len() <= HERE {
            Self::Here { length, bytes: padded(text) }
        } else {
            Self::Shared(Arc::new(Long { length, bytes: padded(text) }))
        }
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("it was text when it was made")
    }

    /// What it holds beside itself, shared or not.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Here { .. } => 0,
            Self::Shared(_) => Self::MOST_BESIDE,
        }
    }

    /// The most that it holds beside itself. Two counts stand before a text that is shared.
    pub(super) const MOST_BESIDE: usize =
        (size_of::<Long<MAX>>() + 2 * size_of::<usize>()).next_multiple_of(align_of::<usize>());

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Here { length, bytes } => &bytes[..usize::from(*length)],
            Self::Shared(long) => &long.bytes[..usize::from(long.length)],
        }
    }
}

fn padded<const ROOM: usize>(text: &str) -> [u8; ROOM] {
    let mut bytes = [0; ROOM];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    bytes
}

impl<const HERE: usize, const MAX: usize> fmt::Debug for Short<HERE, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// As the text's, so that a table by ids can be asked by text.
impl<const HERE: usize, const MAX: usize> Hash for Short<HERE, MAX> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // What `str` writes, without the look whether it is text.
        state.write(self.as_bytes());
        state.write_u8(0xff);
    }
}

/// As the text's, which is that of its bytes.
impl<const HERE: usize, const MAX: usize> Ord for Short<HERE, MAX> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            // As a whole, at a length that is known. Behind the shorter one's end are zeros, before which
            // nothing comes.
            (Self::Here { length, bytes }, Self::Here { length: others, bytes: other }) => {
                bytes.cmp(other).then(length.cmp(others))
            }
            _ => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

impl<const HERE: usize, const MAX: usize> PartialOrd for Short<HERE, MAX> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::stable_hash;

    type Text = Short<4, 8>;

    #[test]
    fn a_text_comes_back_whether_it_stays_in_place_or_is_shared() {
        for text in ["", "a", "abcd", "abcde", "abcdefgh", "张", "张ab"] {
            let short = Text::new(text);
            assert_eq!(short.as_str(), text);
            assert_eq!(short.heap_bytes() == 0, text.len() <= 4, "{text}");
            assert_eq!(short.clone(), short);
            assert_eq!(format!("{short:?}"), format!("{text:?}"));
        }
    }

    #[test]
    fn texts_are_told_apart_ordered_and_hashed_as_str_is() {
        let texts = [
            "", "\0", "a", "a\0", "a\0\0b", "a\0b", "ab", "abcd", "abcde", "abcdf", "b", "张",
            "张三",
        ];
        for one in texts {
            for other in texts {
                let (a, b) = (Text::new(one), Text::new(other));
                assert_eq!(a == b, one == other);
                assert_eq!(a.cmp(&b), one.cmp(other), "{one:?} {other:?}");
                assert_eq!(stable_hash(&a) == stable_hash(&other), one == other);
            }
        }
    }
}
