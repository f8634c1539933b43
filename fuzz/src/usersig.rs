//! Signatures from anywhere: none holds but what the key was used for.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use liveroom::{
    AppId, Timestamp, UserId,
    tim::{Failure, SigError, Signer, Verified},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::dice::Dice;

const APP: AppId = AppId(1_400_000_000);
const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);
const USERS: [&str; 4] = ["xiaojun", "ann", "user_张三", "administrator"];
/// To how many bytes a signature may inflate.
const MOST: usize = 4_096;

/// Shows a text, an object that is packed as a signature is, or a changed signature.
pub fn usersig(data: &[u8]) {
    let mut dice = Dice::new(data);
    let user: UserId = dice.one_of(&USERS).parse().expect("a good id");
    match dice.below(4) {
        0 => holds_only_if_signed(&user, &String::from_utf8_lossy(dice.rest())),
        1 => holds_only_if_signed(&user, &pack(dice.rest())),
        2 => changed(&user, &mut dice),
        _ => swollen(&user, &mut dice),
    }
}

fn signer() -> Signer {
    Signer::new(APP, KEY)
}

/// What holds was signed: by the fields as another reader finds them.
fn holds_only_if_signed(user: &UserId, sig: &str) {
    match signer().verify(user, sig, NOW) {
        Ok(verified) => {
            let fields: Value = serde_json::from_slice(&unpacked(sig)).expect("it is an object");
            assert_eq!(fields["TLS.ver"], "2.0");
            assert_eq!(fields["TLS.identifier"], user.as_str());
            assert_eq!(fields["TLS.sdkappid"], APP.0);
            let given = fields["TLS.sig"].as_str().expect("it is a text");
            assert_eq!(STANDARD.decode(given), Ok(mac(&lines(&fields))), "nobody signed that");
            let seconds = |name: &str| fields[name].as_u64().expect("it is a number");
            let signed = Timestamp::from_secs(seconds("TLS.time"));
            let expires = signed + Duration::from_secs(seconds("TLS.expire"));
            let userbuf = fields["TLS.userbuf"].as_str().map(str::to_owned);
            assert_eq!(verified, Verified { signed, expires, userbuf });
            assert!(NOW < expires, "it has expired");
        }
        Err(error) => {
            let code = Failure::from(error).code.number();
            assert!([70_001, 70_003, 70_009, 70_013, 70_014].contains(&code));
        }
    }
}

/// A signature as some signer writes it, and the same with something changed.
fn changed(user: &UserId, dice: &mut Dice<'_>) {
    let signed = 1_600_000_000_u64.saturating_sub(dice.number() >> dice.below(64));
    let expire = dice.number() >> dice.below(64);
    let mut fields = json!({
        "TLS.ver": "2.0", "TLS.identifier": user, "TLS.sdkappid": APP.0, "TLS.time": signed,
        "TLS.expire": expire,
    });
    if dice.coin() {
        fields["TLS.userbuf"] = STANDARD.encode([dice.byte(), dice.byte()]).into();
    }
    fields["TLS.sig"] = STANDARD.encode(mac(&lines(&fields))).into();
    let text = if dice.coin() { fields.to_string() } else { format!("{fields:#}") };
    let first = verified(user, &pack(text.as_bytes()));
    let over = Timestamp::from_secs(signed) + Duration::from_secs(expire);
    match &first {
        Ok(_) => assert!(NOW < over),
        Err(error) => assert!(*error == SigError::Expired && over <= NOW, "{error}"),
    }
    let mut own = signer().sign(user, NOW, Duration::from_secs(expire)).into_bytes();
    assert!(own.len().is_multiple_of(4) && own.len() <= Signer::MAX_BYTES);
    let own_text = String::from_utf8(own.clone()).expect("it is plain letters");
    let held = verified(user, &own_text);
    assert_eq!(held.is_ok(), expire > 0, "what was just signed does not hold");
    match dice.below(4) {
        // The text is not canonical: what still holds says the same.
        0 => {
            let at = dice.number() as usize % own.len();
            own[at] = dice.byte();
            let text = String::from_utf8_lossy(&own);
            let again = verified(user, &text);
            assert!(again.is_err() || again == held, "a changed signature holds");
            holds_only_if_signed(user, &text);
        }
        1 => {
            let mut json = unpacked(&own_text);
            let at = dice.number() as usize % json.len();
            json[at] = dice.byte();
            let text = pack(&json);
            let again = verified(user, &text);
            assert!(again.is_err() || again == held, "a changed object holds");
            holds_only_if_signed(user, &text);
        }
        2 => {
            let other = dice.one_of(&USERS).parse().expect("a good id");
            let again = verified(&other, &own_text);
            assert!(again.is_err() || other == *user, "it holds for another user");
        }
        _ => {
            let name = ["TLS.time", "TLS.expire", "TLS.sdkappid"][usize::from(dice.below(3))];
            let mut fields: Value = serde_json::from_slice(&unpacked(&own_text)).expect("its own");
            let (was, is) = (fields[name].clone(), Value::from(dice.number() >> dice.below(64)));
            fields[name] = is.clone();
            let again = verified(user, &pack(fields.to_string().as_bytes()));
            assert!(again.is_err() || was == is, "{name} is not what was signed");
        }
    }
}

/// A good signature in an object with white space beside it: good as long as it is not too long.
fn swollen(user: &UserId, dice: &mut Dice<'_>) {
    let mut json = unpacked(&signer().sign(user, NOW, Duration::from_mins(1)));
    let near = MOST - 2 + usize::from(dice.below(5));
    let length = if dice.coin() { near } else { dice.number() as usize % (1 << 21) };
    json.resize(json.len().max(length), dice.one_of(b" \n\t"));
    let sig = pack(&json);
    let fits = json.len() <= MOST && sig.len() <= Signer::MAX_BYTES;
    let expected = if fits { Ok(()) } else { Err(SigError::Malformed) };
    assert_eq!(verified(user, &sig).map(drop), expected, "of {} bytes", json.len());
}

fn verified(user: &UserId, sig: &str) -> Result<Verified, SigError> {
    signer().verify(user, sig, NOW)
}

/// What is signed of an object.
fn lines(fields: &Value) -> String {
    let text = |name: &str| fields[name].as_str().map(str::to_owned);
    let text = |name: &str| text(name).unwrap_or_else(|| fields[name].to_string());
    let names =
        ["identifier", "sdkappid", "time", "expire", "userbuf"].map(|it| format!("TLS.{it}"));
    let there = names.iter().filter(|name| !fields[name.as_str()].is_null());
    there.map(|name| format!("{name}:{}\n", text(name))).collect()
}

/// HMAC-SHA256 as it is written down in RFC 2104; the key has 64 bytes, a block.
fn mac(message: &str) -> Vec<u8> {
    let padded = |pad: u8| KEY.bytes().map(|byte| byte ^ pad).collect::<Vec<_>>();
    let inner = Sha256::digest([&padded(0x36), message.as_bytes()].concat());
    Sha256::digest([&padded(0x5c)[..], &inner].concat()).to_vec()
}

fn pack(json: &[u8]) -> String {
    let text = STANDARD.encode(miniz_oxide::deflate::compress_to_vec_zlib(json, 6));
    text.replace('+', "*").replace('/', "-").replace('=', "_")
}

fn unpacked(sig: &str) -> Vec<u8> {
    let text = sig.trim_end_matches('_').replace('*', "+").replace('-', "/");
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    let deflated = STANDARD.decode(text + &padding).expect("it is base64");
    miniz_oxide::inflate::decompress_to_vec_zlib(&deflated).expect("it is deflated")
}
