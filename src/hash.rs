//! Hashes: of tables, by a key that strangers do not know, and of digests, the same everywhere.

#![expect(clippy::indexing_slicing, reason = "the length is at most that of the pieces")]

use std::{
    fmt,
    hash::{BuildHasher, Hasher},
};

use siphasher::sip::SipHasher13;

use crate::id::{SessionId, UserId};

/// The key of the hash tables, 128 bits that strangers must not know: ids are chosen by users.
///
/// It changes nothing that can be seen: two groups with different keys answer alike.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct HashKey(u64, u64);

impl HashKey {
    /// A key from 128 random bits.
    pub const fn new(first: u64, second: u64) -> Self {
        Self(first, second)
    }

    /// One number from the key and `value`; without the key it cannot be foretold.
    pub(crate) fn hash_one(self, value: impl std::hash::Hash) -> u64 {
        BuildHasher::hash_one(&self, value)
    }

    /// The same for a user, in one go.
    pub(crate) fn hash_user(self, user: &UserId) -> u64 {
        self.build_hasher().hash(user.as_bytes())
    }

    /// The same for a session, whose number the host chose and nobody else: two multiplications, each
    /// folded, in place of a cipher.
    pub(crate) fn hash_session(self, session: SessionId) -> u64 {
        let fold = |a: u64, b: u64| {
            let product = u128::from(a) * u128::from(b);
            #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
            let folded = product as u64 ^ (product >> 64) as u64;
            folded
        };
        // Digits of pi, so that the key of zeros is no bad one. Two keys in 2^64 make a factor zero.
        let once = fold(session.0 ^ self.0, self.1 ^ 0x243f_6a88_85a3_08d3);
        fold(once ^ self.1, self.0 ^ 0x1319_8a2e_0370_7345)
    }
}

impl fmt::Debug for HashKey {
    /// A key in a log would be a key given away.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(..)")
    }
}

impl BuildHasher for HashKey {
    type Hasher = SipHasher13;

    fn build_hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_keys(self.0, self.1)
    }
}

/// A hasher whose result is the same in every process and on every machine, for digests.
///
/// Numbers are fed in as little-endian bytes of fixed width, `usize` as 64 bits.
#[derive(Clone, Debug)]
pub(crate) struct StableHasher {
    sip: SipHasher13,
    /// What was fed in last. Most of it comes in pieces of a few bytes, which cost less together.
    pieces: [u8; 128],
    length: usize,
}

impl Default for StableHasher {
    fn default() -> Self {
        Self { sip: SipHasher13::default(), pieces: [0; 128], length: 0 }
    }
}

macro_rules! write_little_endian {
    ($($method:ident($number:ty)),*) => {
        $(fn $method(&mut self, value: $number) {
            self.write(&value.to_le_bytes());
        })*
    };
}

impl Hasher for StableHasher {
    fn finish(&self) -> u64 {
        self.sip.hash(&self.pieces[..self.length])
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        if let Some(room) = self.pieces[self.length..].get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            self.length += bytes.len();
        } else {
            self.sip.write(&self.pieces[..self.length]);
            self.sip.write(bytes);
            self.length = 0;
        }
    }

    write_little_endian!(
        write_u8(u8),
        write_u16(u16),
        write_u32(u32),
        write_u64(u64),
        write_u128(u128),
        write_i8(i8),
        write_i16(i16),
        write_i32(i32),
        write_i64(i64),
        write_i128(i128)
    );

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_i64(value as i64);
    }
}

/// The stable hash of one value.
pub(crate) fn stable_hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = StableHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_hashed_with_the_key_and_every_bit_of_it_counts() {
        let key = HashKey::new(1, 2);
        let session = SessionId(0x0123_4567_89ab_cdef);
        let hash = key.hash_session(session);
        // Of 64 bits about half change, whichever bit of the number or the key did.
        let changes = |other: u64| (12..=52).contains(&(hash ^ other).count_ones());
        for bit in (0..64).map(|bit| 1 << bit) {
            assert!(changes(key.hash_session(SessionId(session.0 ^ bit))), "{bit:x}");
            assert!(changes(HashKey::new(1 ^ bit, 2).hash_session(session)), "{bit:x}");
            assert!(changes(HashKey::new(1, 2 ^ bit).hash_session(session)), "{bit:x}");
        }
        // Numbers in a row fall evenly into 256 parts, by the bytes that tables look at.
        for shift in [0, 40, 48, 56] {
            let mut parts = [0_u32; 256];
            (0..25_600).for_each(|number| {
                let part = key.hash_session(SessionId(number)) >> shift & 0xff;
                parts[usize::try_from(part).unwrap()] += 1;
            });
            assert!(parts.iter().all(|count| (50..=160).contains(count)), "{parts:?}");
        }
    }

    #[test]
    fn a_stable_hash_has_a_known_value() {
        // Written down once: it must not change between builds, machines or releases.
        assert_eq!(stable_hash(&(7_u32, 7_usize, "seven")), 3_739_546_387_428_340_294);
        assert_ne!(stable_hash(&7_u32), stable_hash(&7_u64));
    }

    #[test]
    fn a_stable_hash_does_not_depend_on_the_pieces_in_which_it_is_fed() {
        let bytes: Vec<u8> = (0..200).collect();
        let hash = |piece: usize| {
            let mut hasher = StableHasher::default();
            bytes.chunks(piece).for_each(|chunk| hasher.write(chunk));
            hasher.finish()
        };
        let mut whole = SipHasher13::default();
        whole.write(&bytes);
        assert!((1..=200).all(|piece| hash(piece) == whole.finish()));
    }

    #[test]
    fn a_hash_key_is_not_printed() {
        assert_eq!(format!("{:?}", HashKey::new(123, 456)), "HashKey(..)");
    }
}
