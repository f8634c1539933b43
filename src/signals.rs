//! What a text looks like, as numbers: data for rules, not an opinion.
//!
//! Reading them takes one pass and no memory; a host asks for them where it has a rule that uses them.

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

use crate::message::{Content, Element};

/// The numbers of a text.
///
/// ```
/// use liveroom::filter::{Condition, Signal, Signals};
///
/// let signals = Signals::of("BUY NOW!!! https://shop.example/x 🔥🔥🔥");
/// assert_eq!((signals.links, signals.capitals, signals.emoji), (1, 6, 3));
///
/// let shouting = Condition { signal: Signal::Capitals, at_least: 5 };
/// assert!(shouting.holds(&signals));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Signals {
    /// Characters.
    pub length: u32,
    /// Letters of any script.
    pub letters: u32,
    /// Letters in upper case.
    pub capitals: u32,
    /// Emoji, each with its modifiers once.
    pub emoji: u32,
    /// Links: with a scheme, with `www.`, or a host under a common domain.
    pub links: u32,
    /// The longest run of one character.
    pub run: u32,
    /// Words that are the same as one of the four before.
    pub repeats: u32,
    /// Characters that are neither white space nor emoji, nor belong to one.
    pub plain: u32,
    /// The most combining marks on one character.
    pub stacked: u32,
}

/// One of the numbers, for a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Signal {
    /// [`Signals::length`].
    Length,
    /// [`Signals::capitals`].
    Capitals,
    /// Capitals in a hundred letters.
    CapitalShare,
    /// [`Signals::emoji`].
    Emoji,
    /// [`Signals::links`].
    Links,
    /// [`Signals::run`].
    Run,
    /// [`Signals::repeats`].
    Repeats,
    /// [`Signals::plain`].
    Plain,
    /// [`Signals::stacked`].
    Stacked,
}

/// A condition that a rule may use: one number is so large, or larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// Which number.
    pub signal: Signal,
    /// The least for which it holds.
    pub at_least: u32,
}

impl Condition {
    /// Whether it holds for a text of these numbers.
    pub fn holds(&self, signals: &Signals) -> bool {
        signals.value(self.signal) >= self.at_least
    }
}

/// Domains that a bare host is known by. Longer lists take more of what is only a full stop.
const DOMAINS: [&str; 24] = [
    "com", "net", "org", "cn", "io", "me", "gg", "tv", "cc", "top", "xyz", "vip", "club", "shop",
    "site", "link", "live", "info", "app", "ru", "co", "hk", "tw", "jp",
];

/// No character before it is a combining mark, or has to do with emoji.
const FIRST_MARK: char = '\u{300}';

/// No link is without one of these.
const IN_LINKS: [char; 6] = ['.', '．', '。', '｡', ':', '：'];

/// How many words back a repeat is looked for.
const BACK: usize = 4;

impl Signals {
    /// Reads them off a text.
    pub fn of(text: &str) -> Self {
        let mut signals = Self::default();
        let (mut last, mut run, mut marks, mut may_link) = (None, 0, 0, false);
        for c in text.chars() {
            let blank = c.is_whitespace();
            signals.length = signals.length.saturating_add(1);
            signals.letters += u32::from(c.is_alphabetic());
            signals.capitals += u32::from(c.is_uppercase());
            // Most characters are none of what can be told apart from here on.
            let special = c >= FIRST_MARK;
            let emoji = special && is_emoji(c);
            signals.emoji += u32::from(emoji && last != Some('\u{200d}'));
            signals.plain += u32::from(!(blank || emoji || special && belongs_to_emoji(c)));
            marks = if special && is_combining_mark(c) { marks + 1 } else { 0 };
            signals.stacked = signals.stacked.max(marks);
            run = if last == Some(c) { run + 1 } else { 1 };
            // White space in a row is layout.
            signals.run = signals.run.max(if blank { 0 } else { run });
            may_link |= c == '.' || c == ':' || special && IN_LINKS.contains(&c);
            last = Some(c);
        }
        if may_link {
            let links = text.split(|c| !is_printed(c)).filter(|part| is_link(part)).count();
            signals.links = u32::try_from(links).unwrap_or(u32::MAX);
        }
        let mut before = [""; BACK];
        for (at, word) in text.split_whitespace().enumerate() {
            signals.repeats += u32::from(before.contains(&word));
            before[at % BACK] = word;
        }
        signals
    }

    /// Reads them off all that a message shows. Its texts are taken together, a face is an emoji,
    /// and what is neither counts as something plain.
    pub fn of_content(content: &Content) -> Self {
        let mut all = Self::default();
        for element in &content.elements {
            let one = match element {
                Element::Text(text) => Self::of(text),
                Element::Face { .. } => Self { emoji: 1, ..Self::default() },
                Element::Custom { .. }
                | Element::Image(_)
                | Element::Sound(_)
                | Element::Video { .. }
                | Element::File(_)
                | Element::Location { .. }
                | Element::Merger { .. } => Self { plain: 1, ..Self::default() },
            };
            all = all.and(one);
        }
        all
    }

    /// Those of two texts together.
    fn and(self, other: Self) -> Self {
        Self {
            length: self.length.saturating_add(other.length),
            letters: self.letters.saturating_add(other.letters),
            capitals: self.capitals.saturating_add(other.capitals),
            emoji: self.emoji.saturating_add(other.emoji),
            links: self.links.saturating_add(other.links),
            run: self.run.max(other.run),
            repeats: self.repeats.saturating_add(other.repeats),
            plain: self.plain.saturating_add(other.plain),
            stacked: self.stacked.max(other.stacked),
        }
    }

    /// One of the numbers.
    pub fn value(&self, signal: Signal) -> u32 {
        match signal {
            Signal::Length => self.length,
            Signal::Capitals => self.capitals,
            Signal::CapitalShare => {
                let share = u64::from(self.capitals) * 100 / u64::from(self.letters.max(1));
                u32::try_from(share).unwrap_or(u32::MAX)
            }
            Signal::Emoji => self.emoji,
            Signal::Links => self.links,
            Signal::Run => self.run,
            Signal::Repeats => self.repeats,
            Signal::Plain => self.plain,
            Signal::Stacked => self.stacked,
        }
    }
}

/// Whether this may stand in a link: printing ASCII, full width or not.
fn is_printed(c: char) -> bool {
    c.is_ascii_graphic() || matches!(c, '\u{ff01}'..='\u{ff5e}' | '。' | '｡')
}

/// Whether a run of printing ASCII, full width or not, has a link in it.
fn is_link(part: &str) -> bool {
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '。' | '｡' => '.',
        _ => c,
    };
    if !part.contains(IN_LINKS) {
        return false;
    }
    let part: String = part.chars().map(plain).map(|c| c.to_ascii_lowercase()).collect();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let has_scheme = part.match_indices("://").any(|(at, mark)| {
        part[..at].ends_with(is_name) && part[at + mark.len()..].starts_with(is_name)
    });
    let has_host = part.match_indices('.').any(|(at, _)| {
        let rest = &part[at + 1..];
        let label = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
        part[..at].ends_with(is_name) && (DOMAINS.contains(&label) || part[..at].ends_with("www"))
    });
    has_scheme || has_host
}

/// What stands in an emoji beside its pictures: joiners, variants, skin colours, keys, flags.
fn belongs_to_emoji(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{20e3}' | '\u{fe0f}' | '\u{1f1e6}'..='\u{1f1ff}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

/// Pictures; not the modifiers and joiners that belong to one.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{1f300}'..='\u{1f3fa}'
        | '\u{1f400}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_from_full_stops() {
        for (text, links) in [
            ("see https://a.example/b?c and http://x", 2),
            ("www.anything.dev", 1),
            ("加我t.me/abc看", 1),
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
            assert_eq!(Signals::of(text).links, links, "{text:?}");
        }
    }

    #[test]
    fn floods_are_counted() {
        let signals = Signals::of("AAAAB ab 👨\u{200d}👩\u{200d}👧 👍🏽👍🏽 go go stop go   ");
        let values = [
            (Signal::Length, 36),
            (Signal::Capitals, 5),
            (Signal::CapitalShare, 5 * 100 / 17),
            (Signal::Emoji, 3),
            (Signal::Links, 0),
            (Signal::Run, 4),
            (Signal::Repeats, 2),
        ];
        for (signal, value) in values {
            assert_eq!(signals.value(signal), value, "{signal:?}");
            assert!(Condition { signal, at_least: value }.holds(&signals));
            assert!(!Condition { signal, at_least: value + 1 }.holds(&signals));
        }
        assert_eq!(Signals::of("").value(Signal::CapitalShare), 0);
    }

    #[test]
    fn only_emoji_and_white_space_are_not_plain() {
        for (text, plain) in [
            ("🔥 ❤\u{fe0f}\t👨\u{200d}👩\u{200d}👧 👍🏽 🇨🇳\n", 0),
            ("🔥a", 1),
            ("1\u{fe0f}\u{20e3}", 1),
            (".", 1),
            ("你 好", 2),
            ("", 0),
        ] {
            assert_eq!(Signals::of(text).value(Signal::Plain), plain, "{text:?}");
        }
    }

    #[test]
    fn marks_are_counted_on_each_character() {
        let heap = |marks| format!("a\u{300}b{}c\u{301}\u{302}", "\u{489}".repeat(marks));
        for (text, stacked) in [(heap(0), 2), (heap(7), 7), ("plain é".into(), 0)] {
            assert_eq!(Signals::of(&text).value(Signal::Stacked), stacked, "{text:?}");
        }
    }

    #[test]
    fn all_that_a_message_shows_is_taken_together() {
        let face = || Element::Face { index: 1, data: String::new() };
        let of = |elements: Vec<Element>| {
            let content = Content { elements: elements.into(), data: "beside".into() };
            let signals = Signals::of_content(&content);
            (signals.length, signals.emoji, signals.plain, signals.run)
        };
        let text = |text: &str| Element::Text(text.into());
        assert_eq!(of(vec![face(), text("🔥"), face()]), (1, 3, 0, 1));
        assert_eq!(of(vec![text("aaa"), text("bb")]), (5, 0, 5, 3));
        assert_eq!(of(vec![Element::Image(smallvec::SmallVec::new())]), (0, 0, 1, 0));
    }
}
