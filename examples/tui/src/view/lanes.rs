//! The four lanes, each in the order in which its messages leave, with what time is left to each.

use liveroom::{Priority, Role, Timestamp, Waiting};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use super::{inner, paint, pane};
use crate::{app::App, world::World};

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let first = first_to_leave(&app.world);
    let columns: [Rect; 4] = Layout::horizontal([Constraint::Fill(1); 4]).areas(area);
    for (priority, area) in Priority::ALL.into_iter().zip(columns) {
        lane(frame, app, priority, first, area);
    }
}

/// The lane that is served next, and when. Of several the highest, as the scheduler does.
fn first_to_leave(world: &World) -> Option<(Timestamp, Priority)> {
    let group = world.group();
    let waits = |priority: &Priority| group.waiting(*priority).next().is_some();
    let opens = |priority: Priority| {
        // Without caps it is the same for all roles.
        let allowance = group.allowance(priority, Some(Role::Member));
        allowance.next.map(|at| (at, priority))
    };
    Priority::ALL.into_iter().filter(waits).filter_map(opens).min()
}

fn lane(
    frame: &mut Frame<'_>,
    app: &App,
    priority: Priority,
    first: Option<(Timestamp, Priority)>,
    area: Rect,
) {
    let (group, (width, height)) = (app.world.group(), inner(area));
    let lane = group.config().settings().traffic.lanes[priority];
    let count = group.stats().flow[priority].waiting;
    let mut lines = Vec::new();
    match first {
        Some((at, lane)) if lane == priority => {
            let next = format!("▶ next {}", paint::until(group.clock(), at));
            lines.push(Line::styled(next, paint::STRONG));
        }
        _ if count == 0 => lines.push(Line::styled("nobody waits", paint::FAINT)),
        _ => lines.push(Line::styled("behind others", paint::FAINT)),
    }
    // Only as many as there is room for: what is behind them is not even looked at.
    let waiting = group.waiting(priority).take(height.saturating_sub(1));
    lines.extend(waiting.map(|waiting| row(group.clock(), &waiting, priority, width)));
    let title = if width < 24 {
        format!(" {priority} {count} ")
    } else {
        let (capacity, longest) = (lane.capacity, paint::span(lane.max_wait));
        format!(" {priority} {count}/{capacity} · {longest} ")
    };
    pane(frame, area, title, lines);
}

/// Who, for how long already, and what is left: a bar that shrinks.
fn row(now: Timestamp, waiting: &Waiting<'_>, priority: Priority, width: usize) -> Line<'static> {
    let user = waiting.message.sender.user.as_ref();
    let name = user.map_or("app", |user| user.as_str());
    let whole = waiting.expires.since(waiting.arrived);
    let left = waiting.expires.since(now);
    let age = format!("{:>7}", paint::span(now.since(waiting.arrived)));
    let name = format!("{name:<4}");
    let age = if width >= 24 { format!(" {age} ") } else { " ".to_owned() };
    let end = format!(" {:>3}", left.as_millis().min(9_999));
    let taken = name.chars().count() + age.chars().count() + end.chars().count();
    let bar = paint::bar(paint::nanos(left), paint::nanos(whole), width.saturating_sub(taken));
    Line::from(vec![
        Span::raw(name),
        Span::styled(age, paint::FAINT),
        Span::styled(bar, paint::priority(priority)),
        Span::raw(end),
    ])
}
