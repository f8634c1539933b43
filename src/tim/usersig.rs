//! `UserSig`: the signature with which a user of the modelled service logs in.
//!
//! The host signs who somebody is with the app's key (HMAC-SHA256), and gives the signature to their
//! client, which shows it when it logs in. Nothing is stored: whoever has the key can verify.
//!
//! ```
//! use liveroom::{AppId, Timestamp, tim::{SigError, Signer}};
//! use std::time::Duration;
//!
//! let signer = Signer::new(AppId(1_400_000_000), "the app's key");
//! let (now, day) = (Timestamp::from_secs(1_600_000_000), Duration::from_hours(24));
//! let sig = signer.sign(&"ann".parse()?, now, day);
//!
//! assert_eq!(signer.verify(&"ann".parse()?, &sig, now)?.expires, now + day);
//! assert_eq!(signer.verify(&"bob".parse()?, &sig, now), Err(SigError::OtherUser));
//! assert_eq!(signer.verify(&"ann".parse()?, &sig, now + day), Err(SigError::Expired));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Form
//!
//! The MAC covers the lines `TLS.identifier:`, `TLS.sdkappid:`, `TLS.time:` (Unix seconds), `TLS.expire:`
//! (seconds after that) and, where there is one, `TLS.userbuf:`. They, the version `2.0` and the MAC are
//! a JSON object, deflated with a zlib header, in base64 with `*`, `-` and `_` for `+`, `/` and `=`.
//! The text is not canonical: white space, escapes, the order of keys and the compressor differ from
//! one signer to another. So the fields are compared, never the text.

use std::{fmt, time::Duration};

use base64::{
    Engine as _,
    alphabet::Alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

use crate::{
    id::{AppId, UserId},
    tim::{
        codes::{Code, Failure},
        wire,
    },
    time::Timestamp,
};

/// The key of one app, to sign with and to verify.
#[derive(Clone)]
pub struct Signer {
    app: AppId,
    mac: Hmac<Sha256>,
}

/// What a signature that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// When it was made, by its own account.
    pub signed: Timestamp,
    /// From when on it holds no longer.
    pub expires: Timestamp,
    /// The `TLS.userbuf` that it covers, if any, in base64.
    pub userbuf: Option<String>,
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
#[non_exhaustive]
pub enum SigError {
    /// Its time is over.
    #[error("the signature expired; make a new one")]
    Expired,
    /// It is too long, or cut off, or not of the form of a signature.
    #[error("the signature is damaged, or none of version 2.0")]
    Malformed,
    /// Another key made it, or somebody changed it.
    #[error("the signature was not made with the app's key")]
    Forged,
    /// It is another user's.
    #[error("the signature is another user's")]
    OtherUser,
    /// It is for another app.
    #[error("the signature is for another app")]
    OtherApp,
}

impl SigError {
    /// The modelled service's code for it.
    pub const fn code(self) -> Code {
        match self {
            Self::Expired => Code::SIG_EXPIRED,
            Self::Malformed => Code::SIG_MALFORMED,
            Self::Forged => Code::SIG_FORGED,
            Self::OtherUser => Code::SIG_OTHER_USER,
            Self::OtherApp => Code::SIG_OTHER_APP,
        }
    }
}

impl From<SigError> for Failure {
    fn from(error: SigError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// The object inside. Other keys are passed over; a key that comes twice is an error.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    #[serde(rename = "TLS.ver")]
    version: String,
    #[serde(rename = "TLS.identifier")]
    identifier: String,
    #[serde(rename = "TLS.sdkappid")]
    app: u32,
    #[serde(rename = "TLS.time")]
    time: u64,
    #[serde(rename = "TLS.expire")]
    expire: u64,
    #[serde(rename = "TLS.userbuf", default, skip_serializing_if = "Option::is_none")]
    userbuf: Option<String>,
    #[serde(rename = "TLS.sig")]
    mac: String,
}

impl Ticket {
    /// What the MAC covers. No field can hold a line break: an id has none, and the last is base64.
    fn lines(&self) -> String {
        let Self { identifier, app, time, expire, .. } = self;
        let mut lines = format!(
            "TLS.identifier:{identifier}\nTLS.sdkappid:{app}\nTLS.time:{time}\nTLS.expire:{expire}\n"
        );
        if let Some(userbuf) = &self.userbuf {
            lines.extend(["TLS.userbuf:", userbuf, "\n"]);
        }
        lines
    }
}

impl Signer {
    /// The most bytes that a signature may have. One has some 200; with a `userbuf` of the modelled
    /// service's largest, fewer than 1,000.
    pub const MAX_BYTES: usize = 2_048;
    /// The most bytes to which a signature may inflate.
    const MAX_INFLATED: usize = 4_096;
    const VERSION: &str = "2.0";

    /// The key of an app, as the console shows it: its text is the key, not what it may encode.
    pub fn new(app: AppId, key: &str) -> Self {
        Self { app, mac: keyed(key) }
    }

    /// For which app.
    pub fn app(&self) -> AppId {
        self.app
    }

    /// A signature for `user` that holds for `lifetime` from `now` on, in whole seconds.
    pub fn sign(&self, user: &UserId, now: Timestamp, lifetime: Duration) -> String {
        let mut ticket = Ticket {
            version: Self::VERSION.to_owned(),
            identifier: user.as_str().to_owned(),
            app: self.app.0,
            time: now.as_secs(),
            expire: lifetime.as_secs(),
            userbuf: None,
            mac: String::new(),
        };
        let mac = self.mac.clone().chain_update(ticket.lines()).finalize();
        ticket.mac = STANDARD.encode(mac.into_bytes());
        let json = wire::json(&ticket);
        // 6: zlib's own middle between fast and small.
        let mut sig = alphabet().encode(miniz_oxide::deflate::compress_to_vec_zlib(&json, 6));
        while !sig.len().is_multiple_of(4) {
            sig.push('_');
        }
        sig
    }

    /// Whether `sig` is this app's, made for `user`, and holds at `now`.
    ///
    /// What is in it is trusted only once the MAC holds, and MACs are compared in constant time. Work
    /// and memory are bounded whatever `sig` is.
    ///
    /// # Errors
    /// [`SigError`] says what to do about it; the first in this order: `Malformed`, `OtherApp`,
    /// `Forged`, `OtherUser`, `Expired`.
    pub fn verify(&self, user: &UserId, sig: &str, now: Timestamp) -> Result<Verified, SigError> {
        let ticket = unpack(sig).ok_or(SigError::Malformed)?;
        if ticket.app != self.app.0 {
            return Err(SigError::OtherApp);
        }
        let mac = STANDARD.decode(&ticket.mac).map_err(|_| SigError::Malformed)?;
        let own = self.mac.clone().chain_update(ticket.lines());
        own.verify_slice(&mac).map_err(|_| SigError::Forged)?;
        if ticket.identifier != user.as_str() {
            return Err(SigError::OtherUser);
        }
        let signed = Timestamp::from_secs(ticket.time);
        let expires = signed + Duration::from_secs(ticket.expire);
        if now >= expires {
            return Err(SigError::Expired);
        }
        Ok(Verified { signed, expires, userbuf: ticket.userbuf })
    }
}

impl fmt::Debug for Signer {
    /// A key in a log would be a key given away.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("app", &self.app).finish_non_exhaustive()
    }
}

fn keyed(key: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(key.as_bytes()).expect("an HMAC takes a key of any length")
}

/// The object in a signature, if it is one of version 2.0 for somebody who can exist.
fn unpack(sig: &str) -> Option<Ticket> {
    if sig.len() > Signer::MAX_BYTES {
        return None;
    }
    let deflated = alphabet().decode(sig.trim_end_matches('_')).ok()?;
    let limit = Signer::MAX_INFLATED;
    let json = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&deflated, limit).ok()?;
    let ticket: Ticket = serde_json::from_slice(&json).ok()?;
    let userbuf = |text: &String| text.bytes().all(|byte| byte.is_ascii_graphic());
    let whole = ticket.version == Signer::VERSION
        && UserId::new(&ticket.identifier).is_ok()
        && ticket.userbuf.as_ref().is_none_or(userbuf);
    whole.then_some(ticket)
}

/// Base64 in the modelled service's letters. Its padding is put on and taken off by hand.
fn alphabet() -> GeneralPurpose {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-";
    const ALPHABET: Alphabet = match Alphabet::new(LETTERS) {
        Ok(alphabet) => alphabet,
        Err(_) => panic!("64 letters, none of them twice"),
    };
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    GeneralPurpose::new(&ALPHABET, config)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The 32 bytes of the modelled service's own example.
    const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
    const THEN: Timestamp = Timestamp::from_secs(1_600_000_000);
    const NODE: &str = "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwhWZiflZpXlQqeKU7MSCgswUJStDEwMogMiUZOamKlkZmqGKplYUZBaBxE1NTY3gosWZ6UpWSoZRpgF56S5Z7omlaanBmQH5TqUVKR6R5q7exl4hKY5ZvgGWxsEm3mVhxr62SrUAnj0xuw__";
    const PYTHON: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkKjIT87NK82CSxSnZiQUFmSlAKUMTAyiAyqVWFGQWpYJkTE1NjRDiJZm5YFEzNPXFmekgGwyjTAPy0l2y3BNL01KDMwPynUorUjwizV29jb1CUhyzfAMsjYNNvMvCjH1tlWoBGhAzGw__";

    fn user(id: &str) -> UserId {
        id.parse().unwrap()
    }

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn example() -> Signer {
        Signer::new(AppId(1_400_000_000), KEY)
    }

    /// Any object at all, packed as a signature is.
    fn pack(json: &str) -> String {
        alphabet().encode(miniz_oxide::deflate::compress_to_vec_zlib(json.as_bytes(), 6))
    }

    #[test]
    fn macs_are_those_of_the_modelled_services_own_libraries() {
        let vectors = [
            (
                1_400_000_000,
                KEY,
                "xiaojun",
                15_552_000,
                "1Z5PngDjGaufeSiPoBuxdHY7EK3JTdAjMP93S4KvV3M=",
            ),
            (1_400_000_001, "k", "user_张三", 60, "5Dusc4krgbsadzVwuYsXr1yaMhKA4gcBbQoNvSHappg="),
            (
                20_000_001,
                "0123456789abcdef",
                "administrator",
                604_800,
                "Hluzg7/QICfwtQuoh09aEEaYJSxIoKRHXucNRqrhwcY=",
            ),
        ];
        for (app, key, id, expire, mac) in vectors {
            let signer = Signer::new(AppId(app), key);
            let sig = signer.sign(&user(id), THEN, secs(expire));
            let ticket = unpack(&sig).unwrap();
            assert_eq!(ticket.mac, mac, "{id}");
            assert_eq!((ticket.app, ticket.time, ticket.expire), (app, 1_600_000_000, expire));
            assert_eq!(ticket.identifier, id);
            let verified = signer.verify(&user(id), &sig, THEN).unwrap();
            assert_eq!((verified.signed, verified.expires), (THEN, THEN + secs(expire)));
        }
    }

    #[test]
    fn signatures_of_two_other_implementations_hold() {
        for sig in [NODE, PYTHON] {
            let verified = example().verify(&user("xiaojun"), sig, THEN).unwrap();
            assert_eq!(verified.expires, THEN + secs(15_552_000));
        }
    }

    #[test]
    fn each_fault_has_a_code_of_its_own() {
        let (ann, signer) = (user("ann"), example());
        let sig = signer.sign(&ann, THEN, secs(60));
        let code = |signer: &Signer, user: &UserId, sig: &str, now| {
            Failure::from(signer.verify(user, sig, now).unwrap_err()).code.number()
        };
        assert_eq!(code(&signer, &ann, &sig, THEN + secs(60)), 70_001, "at its very end");
        assert!(signer.verify(&ann, &sig, THEN + Duration::from_nanos(59_999_999_999)).is_ok());
        assert_eq!(code(&Signer::new(signer.app(), "x"), &ann, &sig, THEN), 70_009);
        assert_eq!(code(&signer, &user("bob"), &sig, THEN), 70_013);
        assert_eq!(code(&Signer::new(AppId(7), KEY), &ann, &sig, THEN), 70_014);
        for broken in ["", "____", "x", &sig[..sig.len() / 2], &sig[1..], &"A".repeat(2_049)] {
            assert_eq!(code(&signer, &ann, broken, THEN), 70_003, "{broken}");
        }
    }

    #[test]
    fn every_field_is_covered() {
        let (signer, ann) = (example(), user("ann"));
        let sig = signer.sign(&ann, THEN, secs(60));
        let changes: [fn(&mut Ticket); 4] = [
            |it| it.expire += 1,
            |it| it.time += 1,
            |it| it.identifier = "bob".to_owned(),
            |it| it.userbuf = Some("AA==".to_owned()),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut ticket = unpack(&sig).unwrap();
            change(&mut ticket);
            let forged = pack(&serde_json::to_string(&ticket).unwrap());
            let answer = signer.verify(&ann, &forged, THEN);
            assert_eq!(answer, Err(SigError::Forged), "change {at}");
        }
    }

    #[test]
    fn a_userbuf_is_covered_and_handed_on() {
        let (signer, ann) = (example(), user("ann"));
        let mut ticket = unpack(&signer.sign(&ann, THEN, secs(60))).unwrap();
        ticket.userbuf = Some("cm9vbTE=".to_owned());
        let mac = signer.mac.clone().chain_update(ticket.lines()).finalize();
        ticket.mac = STANDARD.encode(mac.into_bytes());
        let sig = pack(&serde_json::to_string(&ticket).unwrap());
        let verified = signer.verify(&ann, &sig, THEN).unwrap();
        assert_eq!(verified.userbuf.as_deref(), Some("cm9vbTE="));
    }

    #[test]
    fn what_inflates_past_its_bound_is_malformed_though_it_would_hold() {
        let (signer, ann) = (example(), user("ann"));
        let ticket = unpack(&signer.sign(&ann, THEN, secs(60))).unwrap();
        let json = serde_json::to_string(&ticket).unwrap();
        let padded = |length: usize| pack(&(json.clone() + &" ".repeat(length - json.len())));
        let verify = |sig: &str| signer.verify(&ann, sig, THEN).map(|_| ());
        assert_eq!(verify(&padded(Signer::MAX_INFLATED)), Ok(()), "white space is no fault");
        assert_eq!(verify(&padded(Signer::MAX_INFLATED + 1)), Err(SigError::Malformed));
        let bomb = padded(1_000_000);
        assert!(bomb.len() < Signer::MAX_BYTES, "{} bytes hold a megabyte", bomb.len());
        assert_eq!(verify(&bomb), Err(SigError::Malformed));
    }

    #[test]
    fn objects_that_are_no_signatures_are_malformed() {
        let whole = r#"{"TLS.ver":"2.0","TLS.identifier":"ann","TLS.sdkappid":1400000000,"TLS.time":1600000000,"TLS.expire":60,"TLS.sig":"AAAA"}"#;
        let verify = |json: &str| example().verify(&user("ann"), &pack(json), THEN);
        assert_eq!(verify(whole), Err(SigError::Forged), "the form is good");
        for (from, to) in [
            ("2.0", "1.0"),
            ("\"ann\"", "\"a\\nn\""),
            ("\"ann\"", "7"),
            ("1400000000", "\"1400000000\""),
            (":60", ":-1"),
            (":60", ":6e1"),
            (":60", ":60,\"TLS.expire\":61"),
            (":60", ":60,\"TLS.userbuf\":\"a\\nb\""),
            ("AAAA", "A*AA"),
            ("}", ""),
        ] {
            let json = whole.replace(from, to);
            assert_ne!(json, whole);
            assert_eq!(verify(&json), Err(SigError::Malformed), "{json}");
        }
    }

    #[test]
    fn times_past_the_end_of_time_saturate() {
        let (ann, signer) = (user("ann"), example());
        let sig = signer.sign(&ann, Timestamp::MAX, Duration::MAX);
        assert_eq!(signer.verify(&ann, &sig, THEN).unwrap().expires, Timestamp::MAX);
        assert_eq!(signer.verify(&ann, &sig, Timestamp::MAX), Err(SigError::Expired));
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", example()), "Signer { app: AppId(1400000000), .. }");
    }

    proptest! {
        #[test]
        fn what_is_signed_holds_until_it_ends(
            app in any::<u32>(), key in ".{0,80}", id in "[a-zA-Z0-9_]{1,32}",
            at in 0_u64..1 << 33, lifetime in 1_u64..1 << 33,
        ) {
            let (signer, id, now) = (Signer::new(AppId(app), &key), user(&id), Timestamp::from_secs(at));
            let sig = signer.sign(&id, now, secs(lifetime));
            prop_assert!(sig.len().is_multiple_of(4));
            prop_assert!(sig.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*-_".contains(&byte)));
            let last = Timestamp::from_secs(at + lifetime - 1);
            prop_assert!(signer.verify(&id, &sig, last).is_ok());
            let end = Timestamp::from_secs(at + lifetime);
            prop_assert_eq!(signer.verify(&id, &sig, end), Err(SigError::Expired));
        }

        #[test]
        fn a_signature_with_one_byte_changed_does_not_hold_for_another(
            at in 0_usize..200, byte in any::<u8>(),
        ) {
            let (signer, ann) = (example(), user("ann"));
            let sig = signer.sign(&ann, THEN, secs(60));
            let mut bytes = sig.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(changed) = String::from_utf8(bytes)
                && let Ok(verified) = signer.verify(&ann, &changed, THEN)
            {
                // What still holds says the same: the text is not canonical.
                prop_assert_eq!(verified, signer.verify(&ann, &sig, THEN).unwrap());
            }
        }

        #[test]
        fn hostile_text_never_panics(text in ".{0,300}", json in ".{0,300}") {
            let ann = user("ann");
            prop_assert!(example().verify(&ann, &text, THEN).is_err());
            prop_assert!(example().verify(&ann, &pack(&json), THEN).is_err());
        }
    }
}
