//! Voucher codes: never the same one twice, and none that follows from another.
//!
//! The numbers from 0 on are shuffled by a keyed permutation (four rounds of a Feistel network), so that
//! codes are distinct by construction and nobody without the key can tell the next one.

use std::{fmt, hash::BuildHasher};

use liveroom::HashKey;

/// 32 letters and digits that cannot be taken for one another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// A code is 40 bits: two halves.
const HALF: u32 = 20;
const MASK: u64 = (1 << HALF) - 1;

/// A code, written as `K7Q2-M9TX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Code(u64);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..8).rev() {
            let letter = LETTERS[usize::try_from((self.0 >> (5 * place)) & 31).unwrap_or(0)];
            write!(f, "{}{}", char::from(letter), if place == 4 { "-" } else { "" })?;
        }
        Ok(())
    }
}

/// Gives codes out.
#[derive(Debug)]
pub(crate) struct Codes {
    key: HashKey,
    given: u64,
}

impl Codes {
    /// The key is random and secret.
    pub(crate) fn new(first: u64, second: u64) -> Self {
        Self { key: HashKey::new(first, second), given: 0 }
    }

    /// A code that was not given before.
    pub(crate) fn next(&mut self) -> Code {
        let (mut left, mut right) = ((self.given >> HALF) & MASK, self.given & MASK);
        self.given += 1;
        for round in 0..4_u8 {
            (left, right) = (right, left ^ (self.key.hash_one((round, right)) & MASK));
        }
        Code((left << HALF) | right)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_code_comes_twice_and_the_key_decides_which_come() {
        let (mut codes, mut others) = (Codes::new(1, 2), Codes::new(1, 3));
        let given: BTreeSet<Code> = (0..100_000).map(|_| codes.next()).collect();
        assert_eq!(given.len(), 100_000);
        assert!((0..100).filter(|_| given.contains(&others.next())).count() < 3);
    }

    #[test]
    fn a_code_is_written_in_two_groups_of_four() {
        assert_eq!(Code(0).to_string(), "0000-0000");
        assert_eq!(Code((31 << 35) | 0xa).to_string(), "Z000-000A");
    }
}
