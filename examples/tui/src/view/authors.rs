//! Who offered how much, and how much of it was delivered: authors of one lane take turns, so that one
//! who never stops gets no more than another who waits.

use liveroom::Priority;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{inner, paint, pane};
use crate::{
    account::{Share, WINDOW},
    app::App,
};

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let (width, height) = inner(area);
    let mut rows: Vec<(Share, &str, Priority)> = app
        .world
        .actors()
        .iter()
        .map(|actor| {
            (app.world.account().share(&actor.user), actor.user.as_str(), actor.habit.priority())
        })
        .collect();
    rows.sort_by_key(|(share, name, _)| (std::cmp::Reverse(share.offered), *name));
    let most = rows.first().map_or(0, |(share, ..)| share.offered);
    let lines = rows.into_iter().take(height).map(|row| line(row, most, width)).collect();
    let title = format!(" delivered of offered in {} s ", WINDOW.as_secs());
    pane(frame, area, title, lines);
}

fn line((share, name, lane): (Share, &str, Priority), most: u64, width: usize) -> Line<'static> {
    let Share { offered, delivered } = share;
    let end = format!(" {delivered:>4} of {offered:<4}");
    let room = width.saturating_sub(5 + end.chars().count());
    let long = paint::places(offered, most, room);
    let full = paint::places(delivered, most, room).min(long);
    Line::from(vec![
        Span::styled(format!("{name:<5}"), paint::priority(lane)),
        Span::styled("█".repeat(full), paint::priority(lane)),
        Span::styled("░".repeat(long - full), paint::FAINT),
        Span::raw(" ".repeat(room - long)),
        Span::raw(end),
    ])
}
