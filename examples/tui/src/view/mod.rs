//! The screen: which pane stands where. A pane is a file, and only reads the world.

mod authors;
mod bucket;
mod decisions;
mod header;
mod lanes;
mod log;
mod outcomes;
mod paint;
#[cfg(test)]
mod tests;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
    widgets::{Block, Paragraph, Wrap},
};

use crate::app::App;

/// From here on everything is shown at once.
const WIDE: (u16, u16) = (110, 34);
/// Below this, lines would lose their ends.
const LEAST: (u16, u16) = (60, 20);

/// Draws one frame.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &App) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let words = format!("{}x{} at least, please", LEAST.0, LEAST.1);
        frame.render_widget(Paragraph::new(words), area);
    } else if area.width >= WIDE.0 && area.height >= WIDE.1 {
        wide(frame, app, area);
    } else {
        narrow(frame, app, area);
    }
}

fn wide(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let rows = [
        Constraint::Length(1),
        Constraint::Length(10),
        Constraint::Fill(5),
        Constraint::Fill(6),
        Constraint::Length(3),
    ];
    let [head, top, middle, bottom, foot] = Layout::vertical(rows).areas(area);
    let [bucket, outcomes] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(66)]).areas(top);
    let [log, authors, decisions] =
        Layout::horizontal([Constraint::Fill(5), Constraint::Fill(5), Constraint::Fill(6)])
            .areas(bottom);
    header::draw(frame, app, head, foot);
    bucket::draw(frame, app, bucket);
    outcomes::draw(frame, app, outcomes);
    lanes::draw(frame, app, middle);
    log::draw(frame, app, log);
    authors::draw(frame, app, authors);
    decisions::draw(frame, app, decisions);
}

/// Bucket, lanes and outcomes, and below them one of the others by turns.
fn narrow(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let rows = [
        Constraint::Length(1),
        Constraint::Length(8),
        Constraint::Fill(1),
        Constraint::Fill(1),
        Constraint::Length(3),
    ];
    let [head, top, middle, bottom, foot] = Layout::vertical(rows).areas(area);
    let halves = [Constraint::Fill(1), Constraint::Length(41)];
    let [bucket, outcomes] = Layout::horizontal(halves).areas(top);
    header::draw(frame, app, head, foot);
    bucket::draw(frame, app, bucket);
    outcomes::draw(frame, app, outcomes);
    lanes::draw(frame, app, middle);
    match app.tab % 3 {
        0 => decisions::draw(frame, app, bottom),
        1 => authors::draw(frame, app, bottom),
        _ => log::draw(frame, app, bottom),
    }
}

/// The room inside a pane with a border.
fn inner(area: Rect) -> (usize, usize) {
    (area.width.saturating_sub(2).into(), area.height.saturating_sub(2).into())
}

/// A pane: a border, a title, lines.
fn pane(frame: &mut Frame<'_>, area: Rect, title: String, lines: Vec<Line<'_>>) {
    let block = Block::bordered().title(title);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// A pane whose lines are broken where they are too long.
fn wrapped(frame: &mut Frame<'_>, area: Rect, title: String, lines: Vec<Line<'_>>) {
    let block = Block::bordered().title(title);
    frame.render_widget(Paragraph::new(lines).block(block).wrap(Wrap { trim: false }), area);
}
