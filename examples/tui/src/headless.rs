//! Frames as text: without a terminal, the same in every run.

use std::{fmt::Write, time::Duration};

use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use crate::{app::App, input, view};

/// What is rendered.
pub(crate) struct Script<'a> {
    pub(crate) frames: usize,
    /// A key before each frame; a dot is none.
    pub(crate) keys: &'a str,
    /// Real time between two frames.
    pub(crate) every: Duration,
    /// Columns and rows.
    pub(crate) size: (u16, u16),
}

/// Plays a script, and gives the frames one after another.
pub(crate) fn play(app: &mut App, script: &Script<'_>) -> String {
    let mut keys = script.keys.chars();
    let mut text = String::new();
    for frame in 1..=script.frames {
        app.pass(script.every);
        if let Some(act) = keys.next().and_then(input::letter_act) {
            app.act(act);
        }
        // Writing to a string does not fail.
        let _ = writeln!(text, "frame {frame} of {}", script.frames);
        text.push_str(&render(app, script.size));
        if app.wants_to_quit() {
            break;
        }
    }
    text
}

/// One frame.
pub(crate) fn render(app: &App, (columns, rows): (u16, u16)) -> String {
    let backend = TestBackend::new(columns, rows);
    // This backend writes to memory.
    let mut terminal = Terminal::new(backend).unwrap_or_else(|never| match never {});
    let drawn = terminal.draw(|frame| view::draw(frame, app));
    let frame = drawn.unwrap_or_else(|never| match never {});
    text_of(frame.buffer)
}

fn text_of(buffer: &Buffer) -> String {
    let columns = usize::from(buffer.area.width).max(1);
    let mut text = String::new();
    for row in buffer.content.chunks(columns) {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
