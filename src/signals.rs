//! What a text looks like, as numbers: data for rules, not an opinion.
//!
//! Reading them takes one pass and no memory; a host asks for them where it has a rule that uses them.

#![expect(clippy::indexing_slicing, reason = "a remainder is below the length")]

mod links;
mod pictures;

use serde::{Deserialize, Serialize};

use self::{
    links::links,
    pictures::{Before, Part},
};
use crate::{
    glyph::{Turns, is_bidi_control, is_mark},
    message::{Content, Element},
};

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
    /// Emoji, each with its modifiers once: those that Unicode lists, flags and keycaps.
    pub emoji: u32,
    /// Links: with a scheme, with `www.`, a host under a common domain, or under any before a slash.
    pub links: u32,
    /// The longest run of one character.
    pub run: u32,
    /// Words that are the same as one of the four before.
    pub repeats: u32,
    /// Characters that are neither white space nor emoji, nor belong to one.
    pub plain: u32,
    /// The most combining marks on one character.
    pub stacked: u32,
    /// Turns of direction without an end, and ends without one (U+202A to 202E, U+2066 to 2069): what
    /// stands after such a text is shown turned around.
    pub turned: u32,
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
    /// [`Signals::turned`].
    Turned,
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

/// How many words back a repeat is looked for.
const BACK: usize = 4;

impl Signals {
    /// Reads them off a text.
    pub fn of(text: &str) -> Self {
        let mut signals = Self::default();
        let (mut last, mut run, mut marks, mut may_link) = (None, 0, 0, false);
        let (mut before, mut turns) = (Before::default(), Turns::default());
        for c in text.chars() {
            let blank = c.is_whitespace();
            signals.length = signals.length.saturating_add(1);
            signals.letters += u32::from(c.is_alphabetic());
            signals.capitals += u32::from(c.is_uppercase());
            match before.take(c) {
                Part::Begins => signals.emoji += 1,
                Part::Belongs => {}
                Part::Completes => {
                    signals.emoji += 1;
                    signals.plain = signals.plain.saturating_sub(1);
                }
                Part::None => signals.plain += u32::from(!blank),
            }
            marks = if is_mark(c) { marks + 1 } else { 0 };
            signals.stacked = signals.stacked.max(marks);
            if is_bidi_control(c) {
                turns.take(c);
            }
            run = if last == Some(c) { run + 1 } else { 1 };
            // White space in a row is layout.
            signals.run = signals.run.max(if blank { 0 } else { run });
            // No link is without one of these.
            may_link |= matches!(c, '.' | '．' | '。' | '｡' | ':' | '：');
            last = Some(c);
        }
        signals.turned = turns.left();
        if may_link {
            signals.links = links(text);
        }
        let mut before = [""; BACK];
        for (at, word) in text.split_whitespace().enumerate() {
            signals.repeats += u32::from(before.contains(&word));
            before[at % BACK] = word;
        }
        signals
    }

    /// Reads them off all that a message shows. Texts next to each other are one text, and all count
    /// together; a face is an emoji, and what is neither counts as something plain.
    pub fn of_content(content: &Content) -> Self {
        content.runs().map(Self::of_run).fold(Self::default(), Self::and)
    }

    fn of_run(run: &[Element]) -> Self {
        match run {
            [] => Self::default(),
            [Element::Text(text)] => Self::of(text),
            [Element::Text(_), ..] => {
                Self::of(&run.iter().filter_map(Element::text).collect::<String>())
            }
            [Element::Face { .. }, ..] => Self { emoji: 1, ..Self::default() },
            [
                Element::Custom { .. }
                | Element::Image(_)
                | Element::Sound(_)
                | Element::Video { .. }
                | Element::File(_)
                | Element::Location { .. }
                | Element::Merger { .. },
                ..,
            ] => Self { plain: 1, ..Self::default() },
        }
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
            turned: self.turned.saturating_add(other.turned),
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
            Signal::Turned => self.turned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn emoji_are_those_of_unicode_and_all_else_is_plain() {
        for (text, emoji, plain) in [
            ("🔥 ❤\u{fe0f}\t👨\u{200d}👩\u{200d}👧 👍🏽\n", 4, 0),
            ("🟢⏰⌛⬆\u{fe0f}▶\u{fe0f}‼\u{fe0f}🆗☺🫠", 9, 0),
            ("🇨🇳🇯🇵 🇩🇪", 3, 0),
            ("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}🏳\u{fe0f}\u{200d}🌈", 2, 0),
            ("1\u{fe0f}\u{20e3}#\u{20e3} *\u{fe0f}\u{20e3}", 3, 0),
            ("🏽", 1, 0),
            // Letters and digits in circles or squares are read.
            ("❶❸❽", 0, 3),
            ("➓⓪①", 0, 3),
            ("🇮 🇩\u{200b}🇮", 0, 4),
            ("🇨🇳🇨", 1, 1),
            ("1\u{fe0f}2", 0, 2),
            ("a\u{20e3}", 0, 2),
            ("a\u{200d}🔥", 1, 1),
            ("🔥a\u{20e3}", 1, 2),
            (".", 0, 1),
            ("你 好", 0, 2),
            ("", 0, 0),
        ] {
            let signals = Signals::of(text);
            assert_eq!((signals.emoji, signals.plain), (emoji, plain), "{text:?}");
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
        assert_eq!(of(vec![text("aaa"), text("aa"), face(), text("a")]), (6, 1, 6, 5));
        // A link with a picture in it is none.
        let parted = |between| Content {
            elements: [text("bit."), between, text("ly/x")].into_iter().collect(),
            data: String::new(),
        };
        let links = |between| Signals::of_content(&parted(between)).links;
        assert_eq!((links(face()), links(text(""))), (0, 1));
    }

    #[test]
    fn what_is_parted_over_texts_is_read_as_one() {
        let text = |text: &&str| Element::Text((*text).into());
        for (parts, signal, value) in [
            (&["discord.g", "g/x"][..], Signal::Links, 1),
            (&["https:/", "/x a.co", "m b"], Signal::Links, 2),
            (&["bit.", "", "ly/", "x"], Signal::Links, 1),
            (&["go go", " go", "go"], Signal::Repeats, 1),
            (&["aa", "aa"], Signal::Run, 4),
            (&["a\u{301}", "\u{302}\u{303}"], Signal::Stacked, 3),
            (&["a\u{202e}", "b", "\u{202c}\u{202c}"], Signal::Turned, 1),
            (&["🇨", "🇳"], Signal::Plain, 0),
            (&["👨\u{200d}", "👩"], Signal::Emoji, 1),
            (&["ab", "c"], Signal::Length, 3),
        ] {
            let elements: Vec<Element> = parts.iter().map(text).collect();
            let content = Content { elements: elements.into(), data: String::new() };
            assert_eq!(Signals::of_content(&content).value(signal), value, "{parts:?}");
            assert_eq!(Signals::of(&parts.concat()).value(signal), value, "{parts:?}");
        }
    }
}
