//! What worlds have met.

use std::fmt;

/// What worlds have met.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Census {
    pub(crate) steps: u64,
    pub(super) frames: u64,
    pub(super) terms: u64,
    pub(super) deposed: u64,
    pub(super) lost: u64,
    pub(super) anew: u64,
    pub(super) passed: u64,
    pub(super) forks: u64,
    pub(super) lapses: u64,
    pub(super) bases: u64,
    pub(super) answers: u64,
    pub(super) unknown: u64,
    pub(super) untold: u64,
    pub(super) read: u64,
    pub(super) missed: u64,
}

impl Census {
    #[cfg_attr(test, expect(dead_code, reason = "a test looks at each world alone"))]
    pub(crate) fn add(&mut self, other: &Self) {
        for ((mine, _), (theirs, _)) in self.lines().into_iter().zip({ *other }.lines()) {
            *mine += *theirs;
        }
    }

    fn lines(&mut self) -> [(&mut u64, &'static str); 15] {
        [
            (&mut self.steps, "steps"),
            (&mut self.frames, "frames stored"),
            (&mut self.terms, "claims that won"),
            (&mut self.deposed, "homes deposed"),
            (&mut self.lost, "frames lost by the log"),
            (&mut self.anew, "times all began anew"),
            (&mut self.passed, "logs that did not lead on"),
            (&mut self.forks, "edges that knew more than the log"),
            (&mut self.lapses, "edges given up"),
            (&mut self.bases, "bases given"),
            (&mut self.answers, "commands answered"),
            (&mut self.unknown, "commands unknown for a while"),
            (&mut self.untold, "commands never answered"),
            (&mut self.read, "entries read"),
            (&mut self.missed, "entries told to be missed"),
        ]
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        { *self }.lines().iter().try_for_each(|(count, what)| writeln!(f, "{count:>14} {what}"))
    }
}
