//! Stepping the automaton over a text, once, in every reading.
//!
//! The letters are folded as they are read and the automaton is stepped on them, so that there is no
//! normalised copy. The readings share one state while they agree; a sign that they read differently
//! parts them, and they meet again as soon as their states are equal, which in clean text is a letter
//! or two later: an automaton's state is all that it knows about the text before it.

#![expect(
    clippy::indexing_slicing,
    reason = "a reading has a place of its own, and a range is of the text that is scanned"
)]

use aho_corasick::{
    Anchored,
    automaton::{Automaton, StateID},
    nfa::contiguous::NFA,
};

use super::{
    evasion::Followed,
    fold::{Unit, fold, is_fold_free},
    reading::{Read, Reading, is_ambiguous},
    turned::is_telling,
    walk::Place,
};

/// The automaton in a state that ends at least one term, in some reading, at some place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Landing {
    pub(super) reading: Reading,
    pub(super) state: StateID,
    pub(super) place: Place,
}

/// Steps `nfa` over `text` and tells of every landing, in the order of their places; says whether a letter was
/// upside down, as in a text that stands on its head.
///
/// `literal` says whether there are terms to be looked for in the literal reading, `alike` whether there
/// are patterns for the disguised one alone.
pub(super) fn scan(
    nfa: &NFA,
    on: Followed,
    literal: bool,
    alike: bool,
    text: &str,
    mut land: impl FnMut(Landing),
) -> bool {
    let Ok(start) = nfa.start_state(Anchored::No) else {
        return false; // A contiguous NFA always has an unanchored start.
    };
    let active = if literal { &Reading::ALL[..] } else { &Reading::ALL[..3] };
    let states = [start; Reading::ALL.len()];
    let told = [true, alike, false, false];
    let mut heads = Heads { nfa, active, states, last: None, together: true, told, turned: false };
    // The first head's state is kept at hand: each step waits for the one before.
    let mut state = start;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if heads.together {
            if is_fold_free(c) && heads.last != Some(c) {
                for &byte in &text.as_bytes()[at..end] {
                    state = nfa.next_state(Anchored::No, state, byte);
                }
                heads.last = Some(c);
                // Patterns are whole letters, so that only the last byte of one can end them.
                if nfa.is_special(state) {
                    heads.land_together(state, Place { end, units: 1 }, &mut land);
                }
                continue;
            }
            if c == ' ' {
                heads.last = None;
                continue; // A gap in every reading.
            }
        }
        heads.states[0] = state;
        let mut units = 0;
        fold(c, on, |unit| {
            units += 1;
            heads.take(unit, Place { end, units }, &mut land);
        });
        state = heads.states[0];
    }
    heads.turned
}

/// Where the automaton stands in each reading.
struct Heads<'f> {
    nfa: &'f NFA,
    /// The readings that matter, the joined one first.
    active: &'f [Reading],
    states: [StateID; Reading::ALL.len()],
    /// The letter before, if nothing separates it from the next.
    last: Option<char>,
    /// Whether all readings are in the first state; the others are not kept then.
    together: bool,
    /// Which readings have something to tell: the first; others once they have read what it does not,
    /// or if they have patterns of their own. Until then they meet what it meets.
    told: [bool; Reading::ALL.len()],
    /// Whether a letter was upside down.
    turned: bool,
}

impl Heads<'_> {
    /// Takes one unit in every reading.
    #[inline]
    fn take(&mut self, unit: Unit, place: Place, land: &mut impl FnMut(Landing)) {
        let letter = if let Unit::Letter(c) = unit { Some(c) } else { None };
        let again = letter.is_some() && letter == self.last;
        self.last = letter;
        match unit {
            _ if again || is_ambiguous(unit, self.active.len() == Reading::ALL.len()) => {
                if self.together {
                    self.states = [self.states[0]; Reading::ALL.len()];
                    self.together = false;
                }
                self.told[Reading::Disguised as usize] |= is_ambiguous(unit, false);
                self.told[Reading::Squeezed as usize] |= again;
                self.turned |= letter.is_some_and(|c| !c.is_ascii() && is_telling(c));
                self.told[Reading::Literal as usize] |= matches!(unit, Unit::Symbol(_));
                self.step_each(unit, again, place, land);
            }
            Unit::Letter(letter) if self.together => {
                self.states[0] = step(self.nfa, self.states[0], letter);
                if self.nfa.is_special(self.states[0]) {
                    self.land_together(self.states[0], place, land);
                }
            }
            Unit::Letter(_) => self.step_each(unit, again, place, land),
            // A gap in every reading.
            Unit::Symbol(_) | Unit::Joint | Unit::Space => {}
        }
    }

    /// Steps each reading on its own. The squeezed one stays where it is on a letter that comes `again`,
    /// and lands anew, because a word goes on to the last of them.
    #[inline(never)]
    fn step_each(&mut self, unit: Unit, again: bool, place: Place, land: &mut impl FnMut(Landing)) {
        let before = self.states[0];
        let mut joined = before;
        for (head, &reading) in self.states.iter_mut().zip(self.active) {
            if let Read::Letter(c, _) = reading.read(unit) {
                *head = match reading {
                    Reading::Squeezed if again => *head,
                    // It reads what the joined one does, and mostly stands where that one stood.
                    Reading::Squeezed if *head == before => joined,
                    _ => step(self.nfa, *head, c),
                };
                if reading == Reading::Joined {
                    joined = *head;
                }
                let told = self.told[reading as usize];
                if told && self.nfa.is_special(*head) && self.nfa.is_match(*head) {
                    land(Landing { reading, state: *head, place });
                }
            }
        }
        self.together = self.states[..self.active.len()].iter().all(|&s| s == self.states[0]);
    }

    /// The readings may have come to one state over different letters, so each is told of.
    #[inline(never)]
    fn land_together(&self, state: StateID, place: Place, land: &mut impl FnMut(Landing)) {
        if self.nfa.is_match(state) {
            for &reading in self.active.iter().filter(|reading| self.told[**reading as usize]) {
                land(Landing { reading, state, place });
            }
        }
    }
}

/// Takes one letter, byte by byte.
fn step(nfa: &NFA, mut state: StateID, letter: char) -> StateID {
    for &byte in letter.encode_utf8(&mut [0; 4]).as_bytes() {
        state = nfa.next_state(Anchored::No, state, byte);
    }
    state
}
