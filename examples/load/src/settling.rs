//! When books that do not come out even are waited for no longer.
//!
//! A host with a tick holds back what it will still give. So what has not changed for less than that tick may well
//! change yet: it is late, and not lost.

use std::time::Duration;

/// The longest tick that a run can have: so long, and a little more, books that stand still are waited for.
pub const LONGEST_TICK: Duration = Duration::from_mins(1);
/// A host that is behind is waited for so long, so that what is only late is not taken for lost.
pub(crate) const SETTLING: Duration = Duration::from_mins(3);
/// Books that stand still for so much longer than a tick do not change any more: tips of likes come every 4 seconds.
const STILL: Duration = Duration::from_secs(5);
/// And for so many looks, where a busy host is slow to show them.
const LOOKS: u32 = 10;

/// Looks at the books until they are settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settling<Books> {
    patience: Duration,
    /// The books, how often they were seen so, and since when.
    seen: Option<(Books, u32, Duration)>,
}

/// How the books stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// They come out even.
    Even,
    /// They may still change.
    Open,
    /// They do not come out even, and have not changed for so long.
    Still(Duration),
    /// They change, and that takes too long.
    Late,
}

impl<Books: PartialEq> Settling<Books> {
    /// For a host with such a tick; with the longest, where it is not known.
    pub(crate) fn new(tick: Option<Duration>) -> Self {
        Self { patience: tick.unwrap_or(LONGEST_TICK) + STILL, seen: None }
    }

    /// A look at the books, `now` after the last message was due.
    pub(crate) fn look(&mut self, now: Duration, books: Books, is_even: bool) -> Stand {
        if is_even {
            return Stand::Even;
        }
        let (looks, since) = match &self.seen {
            Some((last, looks, since)) if *last == books => (looks + 1, *since),
            Some(_) | None => (0, now),
        };
        self.seen = Some((books, looks, since));
        let still = now.saturating_sub(since);
        match looks >= LOOKS && still >= self.patience {
            true => Stand::Still(still),
            false if now > SETTLING => Stand::Late,
            false => Stand::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks twice a second at books that change once, after so many milliseconds: when it ends, and how.
    fn ends(tick: Option<u64>, change: u64, is_even_then: bool) -> (u64, Stand) {
        let mut settling = Settling::new(tick.map(Duration::from_millis));
        for millis in (0..=400_000).step_by(500) {
            let has_changed = millis >= change;
            let now = Duration::from_millis(millis);
            match settling.look(now, has_changed, has_changed && is_even_then) {
                Stand::Open => {}
                stand => return (millis, stand),
            }
        }
        panic!("it waits for ever");
    }

    #[test]
    fn what_a_tick_still_holds_back_is_not_taken_for_lost() {
        for tick in [0, 25, 250, 20_000, 60_000] {
            assert_eq!(ends(Some(tick), tick, true), (tick.next_multiple_of(500), Stand::Even));
        }
    }

    #[test]
    fn what_does_not_come_is_waited_for_a_tick_and_a_little_and_no_longer() {
        let still = |secs| Stand::Still(Duration::from_secs(secs));
        assert_eq!(ends(Some(0), u64::MAX, false), (5_000, still(5)));
        assert_eq!(ends(Some(20_000), u64::MAX, false), (25_000, still(25)));
        assert_eq!(ends(Some(20_000), 10_000, false), (35_000, still(25)));
    }

    #[test]
    fn a_tick_that_nobody_knows_may_be_the_longest() {
        assert_eq!(ends(None, 60_000, true), (60_000, Stand::Even));
        assert_eq!(ends(None, u64::MAX, false), (65_000, Stand::Still(Duration::from_secs(65))));
    }

    #[test]
    fn books_that_go_on_changing_have_an_end_too() {
        let mut settling = Settling::new(Some(Duration::ZERO));
        for secs in 0..=180 {
            assert_eq!(settling.look(Duration::from_secs(secs), secs, false), Stand::Open);
        }
        assert_eq!(settling.look(Duration::from_secs(181), 181, false), Stand::Late);
    }

    #[test]
    fn a_host_that_is_slow_to_show_its_books_is_looked_at_as_often_as_any() {
        let mut settling = Settling::new(Some(Duration::ZERO));
        let looks = [0, 20, 40, 60].map(|secs| settling.look(Duration::from_secs(secs), (), false));
        assert_eq!(looks, [Stand::Open; 4]);
    }
}
