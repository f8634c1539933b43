//! The screen, the keys and the clock on the wall: the outermost ring, and the only one that knows them.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use ratatui::{
    DefaultTerminal,
    crossterm::event::{self, Event},
};

use crate::{app::App, input, view};

/// 30 frames a second.
const FRAME: Duration = Duration::from_millis(33);
/// After the process slept, the world does not catch up.
const LONGEST: Duration = Duration::from_millis(250);

/// Whether there is somebody to look at it and to press keys.
pub(crate) fn is_there() -> bool {
    io::stdout().is_terminal() && io::stdin().is_terminal()
}

/// Shows the world until it is left. The terminal is given back as it was, also after an error; a
/// panic hook does the same.
pub(crate) fn run(app: &mut App) -> io::Result<()> {
    let mut terminal = ratatui::try_init()?;
    let shown = show(&mut terminal, app);
    let restored = ratatui::try_restore();
    shown.and(restored)
}

fn show(terminal: &mut DefaultTerminal, app: &mut App) -> io::Result<()> {
    let mut last = Instant::now();
    while !app.wants_to_quit() {
        terminal.draw(|frame| view::draw(frame, app))?;
        let end = Instant::now() + FRAME;
        while event::poll(end.saturating_duration_since(Instant::now()))? {
            if let Event::Key(key) = event::read()?
                && let Some(act) = input::act(key)
            {
                // Up to the key first, so that it takes effect when it is pressed.
                pass(app, &mut last);
                app.act(act);
            }
        }
        pass(app, &mut last);
    }
    Ok(())
}

fn pass(app: &mut App, last: &mut Instant) {
    let now = Instant::now();
    app.pass(now.saturating_duration_since(*last).min(LONGEST));
    *last = now;
}
