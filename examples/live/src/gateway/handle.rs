//! What a reader polls with: a key, and of which group, should the host not know the key any more.

use std::{fmt, str::FromStr};

use liveroom::GroupId;

use crate::secret::Secret;

/// A reader's key and its group, written one after the other. The group is a hint and no right: whoever
/// comes with it alone comes in as by a join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    pub(crate) secret: Secret,
    pub(crate) group: GroupId,
}

/// How many characters a [`Secret`] has.
const DIGITS: usize = 32;

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.secret, self.group)
    }
}

impl FromStr for Handle {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (secret, group) = text.split_at_checked(DIGITS).ok_or(())?;
        let group = group.parse().map_err(drop)?;
        Ok(Self { secret: secret.parse()?, group })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_read_as_it_was_written_and_nothing_else_is() {
        for id in ["friday", "@TGS#3NVNZI7GU", "0123"] {
            let handle = Handle { secret: Secret::random().unwrap(), group: id.parse().unwrap() };
            assert_eq!(handle.to_string().parse(), Ok(handle));
        }
        let zeros = "0".repeat(DIGITS);
        for none in ["", "friday", &zeros, &format!("{zeros}a\tb"), &format!("{}é", "0".repeat(31))]
        {
            assert_eq!(none.parse::<Handle>(), Err(()), "{none}");
        }
    }
}
