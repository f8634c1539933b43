//! The token bucket: how much of the burst is used up, and what each priority may do now.
//!
//! The gauge is the time from now to the bucket's theoretical arrival time, which is what the
//! scheduler compares with each priority's tolerance: all places up to `others` are open to all, those
//! from there to `High` are the reserve, and past that nobody passes.

use std::time::Duration;

use liveroom::{Priority, Role, Traffic};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{inner, paint, pane};
use crate::app::App;

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let (group, (width, height)) = (app.world.group(), inner(area));
    let traffic = &group.config().settings().traffic;
    // The world has no caps: what holds High back is the rate alone.
    let used = group.allowance(Priority::High, None).full.since(group.clock());
    let mut lines = gauge(traffic, used, width);
    for priority in Priority::ALL {
        lines.push(allowed(app, priority, width));
    }
    if height > lines.len() {
        let legend = "tat: ms until full  █ used  · for all  ▒ for High";
        lines.push(Line::styled(legend, paint::FAINT));
    }
    pane(frame, area, title(traffic, width), lines);
}

fn title(traffic: &Traffic, width: usize) -> String {
    let (rate, burst, reserve) = (traffic.rate.get(), traffic.burst, traffic.reserve);
    let every = paint::span(traffic.rate.interval());
    if width < 45 {
        format!(" {rate}/s, burst {burst}, reserve {reserve} ")
    } else {
        format!(" bucket: {rate}/s, each {every}, burst {burst}, reserve {reserve} ")
    }
}

/// The gauge over the whole burst, and below it where the tolerances end.
fn gauge(traffic: &Traffic, used: Duration, width: usize) -> Vec<Line<'static>> {
    let interval = traffic.rate.interval();
    let label = format!("{:>9} ", format!("tat +{}", paint::nanos(used) / 1_000_000));
    let room = width.saturating_sub(label.chars().count() + 2);
    let place = |tokens: u32| {
        paint::places(paint::nanos(interval * tokens), paint::nanos(interval * traffic.burst), room)
    };
    let (open, all) = (place(traffic.burst - traffic.reserve - 1), place(traffic.burst - 1));
    let full = paint::places(paint::nanos(used), paint::nanos(interval * traffic.burst), room);
    let cell = |at: usize| match at {
        at if at < full => "█",
        at if at <= open => "·",
        at if at <= all => "▒",
        _ => " ",
    };
    let cells: String = (0..room).map(cell).collect();
    // The last place at which a message still passes, for High and for the others.
    let mut marks = vec![' '; label.chars().count() + 1 + room];
    let mut put = |at: usize, word: &str| {
        for (mark, letter) in
            marks.iter_mut().skip(label.chars().count() + 1 + at).zip(word.chars())
        {
            *mark = letter;
        }
    };
    put(open, "^others");
    if traffic.reserve > 0 {
        put(all, "^High");
    }
    let style = if full > all { paint::BAD } else { paint::GOOD };
    vec![
        Line::from(vec![
            Span::raw(label),
            Span::raw("["),
            Span::styled(cells, style),
            Span::raw("]"),
        ]),
        Line::styled(marks.into_iter().collect::<String>(), paint::FAINT),
    ]
}

/// What a priority may do now, or when it may again.
fn allowed(app: &App, priority: Priority, width: usize) -> Line<'static> {
    let group = app.world.group();
    let allowance = group.allowance(priority, Some(Role::Member));
    let waiting = group.stats().flow[priority].waiting;
    let name = Span::styled(paint::name(&priority), paint::priority(priority));
    let says = match (allowance.now, allowance.next) {
        (0, Some(next)) => {
            let opens = format!("closed, opens {}", paint::until(group.clock(), next));
            Span::styled(opens, paint::BAD)
        }
        (0, None) => Span::styled("closed for good", paint::BAD),
        (now, _) => Span::styled(format!("open, {now} at once"), paint::GOOD),
    };
    // Where there is no room for it, the lanes say it anyhow.
    let waits =
        if waiting > 0 && width >= 45 { format!("  {waiting} wait") } else { String::new() };
    Line::from(vec![name, says, Span::styled(waits, paint::FAINT)])
}
