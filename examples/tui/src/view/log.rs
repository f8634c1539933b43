//! The history that is kept: how full the quota of each class is, and the last entries.

use liveroom::{Body, Class, Content, Element, Entry, Message, Notice, Tip};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{inner, paint, pane};
use crate::app::App;

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let (group, (width, height)) = (app.world.group(), inner(area));
    let (stats, quota) = (group.stats(), group.config().settings().retention.quota);
    let kept = stats.kept();
    let fill = |class: Class| {
        let (kept, quota, gone) = (kept[class], quota[class], stats.evicted[class]);
        let end = format!(" {:>7} -{gone:<5}", format!("{kept}/{quota}"));
        let bar = paint::bar(kept, quota.into(), width.saturating_sub(7 + end.chars().count()));
        Line::from(vec![
            Span::styled(paint::name(&class), paint::class(class)),
            Span::styled(bar, paint::class(class)),
            Span::raw(end),
        ])
    };
    let mut lines: Vec<Line<'_>> = Class::ALL.map(fill).into();
    // On a small screen the entries matter more than the quotas.
    if height < 10 {
        lines.clear();
    }
    lines.extend(last_entries(app, height.saturating_sub(lines.len())));
    let title = format!(" log: kept/quota -evicted, to {} ", group.tail().position());
    pane(frame, area, title, lines);
}

/// The last few entries, the newest first.
fn last_entries(app: &App, limit: usize) -> Vec<Line<'static>> {
    // The origin is of this history, whose epoch does not change.
    let Ok(entries) = app.world.group().since(app.world.origin()) else { return Vec::new() };
    let before = entries.len().saturating_sub(limit);
    let mut last: Vec<_> = entries.skip(before).map(|entry| line(entry)).collect();
    last.reverse();
    last
}

fn line(entry: &Entry) -> Line<'static> {
    Line::from(vec![
        Span::raw(format!("{:>6} ", entry.seq)),
        Span::styled(paint::name(&entry.class), paint::class(entry.class)),
        Span::raw(words(&entry.body)),
    ])
}

fn words(body: &Body) -> String {
    match body {
        Body::Message(message) => format!("{}: {}", author(message), said(&message.content)),
        Body::Tip(tip) => tip_words(tip),
        Body::Notice(Notice::Custom { field }) => field.to_string(),
        Body::Notice(notice) => format!("{notice:?}"),
        Body::Emptied => "(emptied)".to_owned(),
        _ => String::new(),
    }
}

pub(super) fn author(message: &Message) -> String {
    message.sender.user.as_ref().map_or_else(|| "the app".to_owned(), ToString::to_string)
}

fn said(content: &Content) -> String {
    let words = content.elements.iter().map(|element| match element {
        Element::Text(text) => text.as_str(),
        Element::Custom { data, .. } => data,
        _ => "…",
    });
    words.collect::<Vec<_>>().join(" ")
}

fn tip_words(tip: &Tip) -> String {
    let first =
        tip.subjects.first().map_or_else(String::new, |subject| format!(" of {}", subject.user));
    let more = tip.count.saturating_sub(1);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{:?}{first}{more}", tip.kind)
}
