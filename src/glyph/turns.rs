//! Whether a text turns the direction of what stands after it.

/// The turns of direction that are open at a place of a text, and those that went astray before it.
///
/// A turn that nothing ends goes on in whatever is shown after the text, and an end of no turn of the
/// text's own ends one around it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Turns {
    /// The open ones, the last in the lowest place: 1 is an isolate, 0 is not.
    open: u128,
    depth: u32,
    astray: u32,
}

impl Turns {
    /// Unicode has no more than 125 levels within each other: deeper ones are astray.
    const DEEPEST: u32 = 125;

    pub(crate) fn of(text: &str) -> Self {
        let mut turns = Self::default();
        text.chars().for_each(|c| turns.take(c));
        turns
    }

    pub(crate) fn take(&mut self, c: char) {
        match c {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => self.begin(0),
            '\u{2066}'..='\u{2068}' => self.begin(1),
            '\u{202c}' if self.depth > 0 && self.open & 1 == 0 => self.end(1),
            // It ends what was begun within it, too.
            '\u{2069}' if self.open != 0 => self.end(self.open.trailing_zeros() + 1),
            '\u{202c}' | '\u{2069}' => self.astray = self.astray.saturating_add(1),
            _ => {}
        }
    }

    /// How many turns are not ended, or ended without having been begun.
    pub(crate) fn left(self) -> u32 {
        self.astray.saturating_add(self.depth)
    }

    fn begin(&mut self, isolate: u128) {
        if self.depth == Self::DEEPEST {
            self.astray = self.astray.saturating_add(1);
        } else {
            self.open = self.open << 1 | isolate;
            self.depth += 1;
        }
    }

    fn end(&mut self, levels: u32) {
        self.open >>= levels;
        self.depth -= levels;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_is_to_turn_back() {
        for (text, left) in [
            ("plain, and \u{5d0}\u{200f} too", 0),
            ("\u{202e}a\u{202c}b\u{2067}c\u{2069}", 0),
            ("\u{2067}a\u{202e}b\u{202c}\u{2069}", 0),
            ("\u{2068}a\u{202a}\u{202b}b\u{2069}", 0),
            ("\u{202e}a", 1),
            ("\u{2066}\u{2067}\u{2068}a\u{2069}", 2),
            ("a\u{202c}", 1),
            ("\u{202d}a\u{2069}", 2),
            // An isolate hides from those within it what is open around it.
            ("\u{202e}\u{2066}a\u{202c}\u{2069}\u{202c}", 1),
        ] {
            assert_eq!(Turns::of(text).left(), left, "{text:?}");
        }
    }

    #[test]
    fn levels_past_the_deepest_are_astray() {
        let deep = |levels: usize| "\u{2066}".repeat(levels) + &"\u{2069}".repeat(levels);
        assert_eq!(Turns::of(&deep(125)).left(), 0);
        assert_eq!(Turns::of(&deep(126)).left(), 2);
        assert_eq!(Turns::of(&"\u{202e}".repeat(1_000)).left(), 1_000);
    }
}
