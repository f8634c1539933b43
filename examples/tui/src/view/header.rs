//! The first line, which says what time it is and how it goes on, and the last, which name the keys.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::{Paragraph, Wrap},
};

use super::paint;
use crate::{app::App, input::HELP, world::START};

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, head: Rect, foot: Rect) {
    frame.render_widget(Paragraph::new(first(app)), head);
    let rows = [Constraint::Length(1), Constraint::Fill(1)];
    let [said, keys] = Layout::vertical(rows).areas(foot);
    frame.render_widget(Paragraph::new(said_last(app)), said);
    frame.render_widget(Paragraph::new(help()).wrap(Wrap { trim: true }), keys);
}

fn first(app: &App) -> Line<'static> {
    let world = &app.world;
    let micros = app.clock.now().since(START).as_micros();
    let time = format!(" {}.{:06} s ", micros / 1_000_000, micros % 1_000_000);
    let pace =
        if app.clock.is_paused() { "paused".to_owned() } else { format!("×{}", app.clock.pace()) };
    let flood = if world.is_flooded() { "max floods" } else { "max is silent" };
    let mut spans = vec![
        Span::styled(time, paint::STRONG),
        Span::raw(format!("time {pace} · load {} % · {flood}", world.load())),
    ];
    for (is, words) in [
        (world.is_flooder_muted(), " · max is muted"),
        (world.group().is_mute_all(), " · all are muted"),
    ] {
        if is {
            spans.push(Span::styled(words, paint::BAD));
        }
    }
    Line::from(spans)
}

fn said_last(app: &App) -> Line<'_> {
    let (at, next) = app.world.next();
    let next = format!("  next: {next} {}", paint::until(app.clock.now(), at));
    let said = match &app.told {
        Ok(words) => Span::styled(format!(" {words}"), paint::GOOD),
        Err(words) => Span::styled(format!(" no: {words}"), paint::BAD),
    };
    Line::from(vec![said, Span::styled(next, paint::FAINT)])
}

fn help() -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (keys, does) in HELP {
        spans.push(Span::styled(keys, paint::STRONG));
        spans.push(Span::raw(format!(" {does}  ")));
    }
    Line::from(spans)
}
