//! Colours, bars and spans of time. Whatever a colour says, a word or a sign says too.

use std::time::Duration;

use liveroom::{Class, Priority, Timestamp};
use ratatui::style::{Color, Modifier, Style};

/// The colour of a class, from the 16 that every terminal has and its owner has chosen.
pub(super) fn class(class: Class) -> Style {
    Style::new().fg(match class {
        Class::High => Color::Magenta,
        Class::Normal => Color::Cyan,
        Class::Low => Color::Blue,
        Class::Lowest => Color::DarkGray,
        Class::Tip => Color::Yellow,
        Class::Notice => Color::Green,
    })
}

pub(super) fn priority(priority: Priority) -> Style {
    class(priority.class())
}

pub(super) const GOOD: Style = Style::new().fg(Color::Green);
pub(super) const BAD: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
pub(super) const FAINT: Style = Style::new().fg(Color::DarkGray);
pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);

/// So many of `width` places as `part` is of `whole`; all places at most, and one at least unless
/// `part` is 0.
pub(super) fn places(part: u64, whole: u64, width: usize) -> usize {
    let width = width as u64;
    let places = part.min(whole).saturating_mul(width).checked_div(whole).unwrap_or(0);
    let least = u64::from(part > 0 && width > 0);
    usize::try_from(places.max(least)).unwrap_or(0)
}

/// A bar of `width` places.
pub(super) fn bar(part: u64, whole: u64, width: usize) -> String {
    let full = places(part, whole, width);
    "█".repeat(full) + &"·".repeat(width - full)
}

/// Nanoseconds, as far as they matter here.
pub(super) fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

/// A name in seven places, the length of the longest of them and one more.
pub(super) fn name(name: &impl std::fmt::Display) -> String {
    format!("{:<7}", name.to_string())
}

/// A span of time in at most 7 letters: `25ms`, `62.5ms`, `12.50s`.
pub(super) fn span(span: Duration) -> String {
    let micros = span.as_micros();
    if micros < 1_000_000 && (micros / 100).is_multiple_of(10) {
        format!("{}ms", micros / 1_000)
    } else if micros < 1_000_000 {
        format!("{}.{}ms", micros / 1_000, micros / 100 % 10)
    } else {
        format!("{}.{:02}s", micros / 1_000_000, micros / 10_000 % 100)
    }
}

/// How far away a moment is; `now` if it has come.
pub(super) fn until(now: Timestamp, at: Timestamp) -> String {
    if at <= now { "now".to_owned() } else { format!("in {}", span(at.since(now))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_it_should_be() {
        assert_eq!(bar(0, 10, 5), "·····");
        assert_eq!(bar(1, 1_000, 5), "█····", "something is something");
        assert_eq!(bar(5, 10, 4), "██··");
        assert_eq!(bar(11, 10, 4), "████");
        assert_eq!(bar(1, 0, 2), "█·", "of nothing");
        assert_eq!(bar(1, 1, 0), "");
    }

    #[test]
    fn a_span_is_short() {
        let spans =
            [0, 62_500, 999_999, 1_000_000, 12_345_678].map(Duration::from_micros).map(span);
        assert_eq!(spans, ["0ms", "62.5ms", "999.9ms", "1.00s", "12.34s"]);
    }
}
