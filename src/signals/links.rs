//! Which parts of a text are links.
//!
//! A link is what a client may make one to click on: `scheme://` before any letter or digit; a name, a dot and a
//! common domain; `www.`; or a name, a dot and two letters or more before a slash. So `docs.rs/x` is one, and
//! `node.js/deno` too, which nobody meant; `1.5/2`, `i.e./e.g.` and `and/or` are none.

#![expect(
    clippy::string_slice,
    reason = "places were found in the word, by characters of one byte"
)]

use crate::glyph::{is_invisible, narrow};

/// Domains that a bare host is known by. Longer lists take more of what is only a full stop.
const DOMAINS: [&str; 24] = [
    "com", "net", "org", "cn", "io", "me", "gg", "tv", "cc", "top", "xyz", "vip", "club", "shop",
    "site", "link", "live", "info", "app", "ru", "co", "hk", "tw", "jp",
];

/// How many links stand in a text, however wide it is written and whatever is hidden in it.
pub(super) fn links(text: &str) -> u32 {
    // Most texts have neither a dot nor a colon.
    if !text.contains(['.', '．', '。', '｡', ':', '：']) {
        return 0;
    }
    let (mut plain, mut links) = (String::new(), 0);
    for word in text.split_whitespace() {
        plain.clear();
        plain.extend(word.chars().filter(|c| !is_invisible(*c)).map(unfold));
        links += links_in(&plain);
    }
    links
}

/// A character as links are read: in ASCII and lower case, with one ideographic full stop.
fn unfold(c: char) -> char {
    match narrow(c) {
        '｡' => '。',
        c => c.to_ascii_lowercase(),
    }
}

/// The links in what no white space parts. One with a scheme goes on to the end.
fn links_in(word: &str) -> u32 {
    let scheme = word.match_indices("://").map(|(at, _)| at).find(|&at| begins_address(word, at));
    let (mut links, mut end) = (u32::from(scheme.is_some()), 0);
    let hosts = &word[..scheme.unwrap_or(word.len())];
    for (at, dot) in hosts.match_indices(['.', '。']) {
        let rest = &hosts[at + dot.len()..];
        if at >= end && is_host(&hosts[..at], dot, rest) {
            links += 1;
            // In a text without spaces it goes on as far as it is ASCII.
            let long = rest.find(|c: char| !c.is_ascii() && c != '。').unwrap_or(rest.len());
            end = at + dot.len() + long;
        }
    }
    links
}

fn begins_address(word: &str, at: usize) -> bool {
    word[..at].ends_with(is_name) && word[at + "://".len()..].starts_with(char::is_alphanumeric)
}

/// Whether the dot between two parts of a word is one in the name of a host.
fn is_host(before: &str, dot: &str, after: &str) -> bool {
    let label = &after[..after.find(|c| !is_name(c)).unwrap_or(after.len())];
    // An ideographic full stop between ideographs ends a sentence.
    let named = before.ends_with(|c: char| is_name(c) || (dot == "." && c.is_alphanumeric()));
    let is_domain = DOMAINS.contains(&label) || before.ends_with("www");
    named && (is_domain || (is_letters(label) && has_path(&after[label.len()..])))
}

/// Whether a label may be a domain at the top: letters, or those of another script encoded.
fn is_letters(label: &str) -> bool {
    let letters = label.len() >= 2 && label.bytes().all(|byte| byte.is_ascii_lowercase());
    letters || label.starts_with("xn--")
}

/// Whether a path follows, perhaps behind a port.
fn has_path(after: &str) -> bool {
    let port =
        after.strip_prefix(':').map(|port| port.trim_start_matches(|c: char| c.is_ascii_digit()));
    port.unwrap_or(after).starts_with('/')
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_from_full_stops() {
        for (text, count) in [
            ("see https://a.example/b?c and http://x", 2),
            ("www.anything.dev", 1),
            ("加我t.me/abc看", 1),
            ("t.me/abc看a.com", 2),
            ("ｗｗｗ．ａｂ．ｄｅ", 1),
            ("a.com,b.com", 1),
            ("(DISCORD.GG/abc)", 1),
            ("well.com mon", 1),
            ("a。com，ｂ｡ｃｎ", 1),
            ("这是a。b", 0),
            ("end. Then 3.14, e.g. this...", 0),
            ("a: b, c://", 0),
            ("comment.committee", 0),
            ("", 0),
        ] {
            assert_eq!(links(text), count, "{text:?}");
        }
    }

    #[test]
    fn a_slash_makes_a_link_of_any_domain() {
        for text in [
            "bit.ly/abc",
            "(Youtu.be/x)",
            "bit。ly/abc",
            "ｂｉｔ．ｌｙ／ａ",
            "evil.example:8080/x",
            "看bit.ly/x吧",
            "例え.jp/x",
            "a.xn--p1ai/",
            "docs.rs/serde",
            // What nobody meant, and clients may show as a link all the same.
            "node.js/deno",
            "saw him.She/her",
        ] {
            assert_eq!(links(text), 1, "{text:?}");
        }
        for text in [
            "e.g./i.e.",
            "1.5/2",
            "and/or",
            "./run",
            "../up",
            "src/main.rs",
            "a/b.c/d",
            "v1.x/2",
            "12.00/hour",
            "etc./more",
            "今天很好。我们走/去哪",
            "今天很好。ok/fine",
            "at.noon:30",
            "10:30/11:30",
        ] {
            assert_eq!(links(text), 0, "{text:?}");
        }
    }

    #[test]
    fn a_scheme_makes_a_link_of_any_letters() {
        for text in ["https://例え.jp/x", "HTTPS：／／ab", "看ftp://пример.рф吧", "x://1"]
        {
            assert_eq!(links(text), 1, "{text:?}");
        }
        for text in ["://a", "看://a", "http:// a", "http:///a", "a:/b"] {
            assert_eq!(links(text), 0, "{text:?}");
        }
    }

    #[test]
    fn what_is_invisible_hides_no_link() {
        for c in ('\0'..=char::MAX).filter(|c| is_invisible(*c)) {
            for text in ["discord@.gg/x", "discord.@gg", "discord.g@g", "b@it.l@y@/x", "x:@//@y"] {
                let text = text.replace('@', &c.to_string());
                assert_eq!(links(&text), 1, "{text:?}");
            }
        }
    }
}
