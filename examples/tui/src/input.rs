//! Which key does what.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::knobs::{Knob, Turn};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Quit,
    Pause,
    /// To the next moment at which something happens.
    Step,
    Slower,
    Faster,
    Load(Turn),
    Turn(Knob, Turn),
    Flood,
    Gift,
    MuteFlooder,
    MuteAll,
    Notice,
    /// The next pane, on a small screen.
    Tab,
}

/// The keys, as the last lines of the screen tell them. Capitals turn up.
pub(crate) const HELP: [(&str, &str); 15] = [
    ("space", "pause"),
    ("s", "step"),
    ("[ ]", "pace"),
    ("- +", "load"),
    ("f", "flood"),
    ("g", "gift"),
    ("n", "notice"),
    ("m", "mute max"),
    ("M", "mute all"),
    ("r R", "rate"),
    ("b B", "burst"),
    ("e E", "reserve"),
    ("w W", "wait"),
    ("tab", "pane"),
    ("q", "quit"),
];

/// What a key of the terminal asks for, if anything.
pub(crate) fn act(key: KeyEvent) -> Option<Act> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Act::Quit),
        KeyCode::Char(letter) => letter_act(letter),
        KeyCode::Esc => Some(Act::Quit),
        KeyCode::Tab => Some(Act::Tab),
        KeyCode::Right => Some(Act::Step),
        _ => None,
    }
}

/// What a letter asks for, typed or in a script.
pub(crate) fn letter_act(letter: char) -> Option<Act> {
    let (down, up) = (Turn::Down, Turn::Up);
    Some(match letter {
        'q' => Act::Quit,
        ' ' => Act::Pause,
        's' => Act::Step,
        '[' => Act::Slower,
        ']' => Act::Faster,
        '-' => Act::Load(down),
        '+' | '=' => Act::Load(up),
        'r' => Act::Turn(Knob::Rate, down),
        'R' => Act::Turn(Knob::Rate, up),
        'b' => Act::Turn(Knob::Burst, down),
        'B' => Act::Turn(Knob::Burst, up),
        'e' => Act::Turn(Knob::Reserve, down),
        'E' => Act::Turn(Knob::Reserve, up),
        'w' => Act::Turn(Knob::MaxWait, down),
        'W' => Act::Turn(Knob::MaxWait, up),
        'f' => Act::Flood,
        'g' => Act::Gift,
        'm' => Act::MuteFlooder,
        'M' => Act::MuteAll,
        'n' => Act::Notice,
        '\t' => Act::Tab,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_the_help_names_does_something() {
        for (keys, does) in HELP {
            for key in keys.split_whitespace() {
                let letter = match key {
                    "space" => ' ',
                    "tab" => '\t',
                    letter => letter.chars().next().unwrap(),
                };
                assert!(letter_act(letter).is_some(), "{key} for {does}");
            }
        }
    }

    #[test]
    fn control_c_quits_and_c_alone_does_nothing() {
        let key = |modifiers| act(KeyEvent::new(KeyCode::Char('c'), modifiers));
        assert_eq!(key(KeyModifiers::CONTROL), Some(Act::Quit));
        assert_eq!(key(KeyModifiers::NONE), None);
    }
}
