//! 128 random bits that stand for somebody: whoever has them is believed.

use std::{fmt, io, str::FromStr};

/// 128 bits that nobody can foretell, written as 32 hexadecimal digits.
///
/// Equality of two numbers takes the same time wherever they differ, so that how long a wrong guess
/// takes tells nothing of the right one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Secret(u128);

impl Secret {
    pub(crate) fn random() -> io::Result<Self> {
        let [first, second] = random()?;
        Ok(Self(u128::from(first) << 64 | u128::from(second)))
    }

    /// Which of so many equal shares it falls into.
    pub(crate) fn share(&self, shares: usize) -> usize {
        usize::try_from(self.0 % shares as u128).expect("a remainder is less than what divides")
    }
}

/// 128 bits that nobody can foretell.
pub(crate) fn random() -> io::Result<[u64; 2]> {
    Ok([getrandom::u64().map_err(io::Error::other)?, getrandom::u64().map_err(io::Error::other)?])
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Secret {
    /// A secret in a log would be a secret given away.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl FromStr for Secret {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = digits.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        bits.map(Self).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_for_its_owner_and_for_nobody_else() {
        let secret = Secret::random().unwrap();
        assert_eq!(secret.to_string().parse(), Ok(secret));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        for no_secret in ["", "5f0c41", "+0000000000000000000000000000000", &"0".repeat(33)] {
            assert_eq!(no_secret.parse::<Secret>(), Err(()), "{no_secret}");
        }
    }
}
