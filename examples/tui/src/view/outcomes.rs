//! What became of every message, and whether it adds up: law 1, checked at each frame.

use liveroom::{Discard, Flow, Priority, Stats};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{inner, paint, wrapped};
use crate::app::App;

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let (group, (width, _)) = (app.world.group(), inner(area));
    let (stats, broken) = (group.stats(), app.world.account().broken(group));
    let table = if width < 60 { NARROW } else { WIDE };
    let mut lines = vec![table.head()];
    lines.extend(Priority::ALL.map(|priority| {
        let name = Span::styled(paint::name(&priority), paint::priority(priority));
        table.row(name, &stats.flow[priority])
    }));
    let all = stats.flow.0.iter().copied().fold(Flow::default(), sum);
    if width < 60 {
        lines.push(offered(&stats, ["ref", "acc"]));
    } else {
        lines.push(table.row(Span::styled(paint::name(&"all"), paint::STRONG), &all));
        lines.push(offered(&stats, ["refused", "accepted"]));
        lines.push(reasons(&stats, &all, app));
    }
    let title = match broken.first() {
        None => " outcomes: every equation holds ".to_owned(),
        Some(what) => format!(" outcomes: BROKEN: {what} "),
    };
    wrapped(frame, area, title, lines);
}

/// How wide a table's columns are, and what they are called.
struct Table {
    heads: [&'static str; 6],
    width: usize,
}

const SIGNS: [&str; 6] = [" = ", " + ", " + ", " + ", " + ", ""];
const WIDE: Table =
    Table { heads: ["accept", "deliv", "reject", "discard", "wait", "held"], width: 6 };
const NARROW: Table = Table { heads: ["acc", "del", "rej", "dis", "wai", "hel"], width: 4 };

impl Table {
    fn head(&self) -> Line<'static> {
        Line::styled(
            format!("       {}", self.columns(&self.heads.map(str::to_owned))),
            paint::FAINT,
        )
    }

    /// accepted = delivered + rejected + discarded + waiting + held.
    fn row(&self, name: Span<'static>, flow: &Flow) -> Line<'static> {
        let Flow { accepted, delivered, rejected, discarded, waiting, held } = flow;
        let (rejected, discarded) = (rejected.iter().sum::<u64>(), discarded.iter().sum::<u64>());
        let numbers = [*accepted, *delivered, rejected, discarded, *waiting, *held];
        let mark = if flow.balances() {
            Span::styled(" ✓", paint::GOOD)
        } else {
            Span::styled(" ✗", paint::BAD)
        };
        Line::from(vec![
            name,
            Span::raw(self.columns(&numbers.map(|number| short(number, self.width)))),
            mark,
        ])
    }

    fn columns(&self, cells: &[String; 6]) -> String {
        let tight = self.width < 6;
        let column = |(cell, sign): (&String, &str)| {
            let sign = if tight { sign.trim() } else { sign };
            format!("{cell:>width$}{sign}", width = self.width)
        };
        cells.iter().zip(SIGNS).map(column).collect()
    }
}

/// A number that fits into a column; thousands where it would not.
fn short(number: u64, width: usize) -> String {
    let whole = number.to_string();
    if whole.len() <= width { whole } else { format!("{}k", number / 1_000) }
}

fn offered(stats: &Stats, names: [&str; 2]) -> Line<'static> {
    let (offered, refused, accepted) = (stats.offered(), stats.refused(), stats.accepted());
    let holds = offered == refused + accepted;
    let mark = if holds { (" ✓", paint::GOOD) } else { (" ✗", paint::BAD) };
    Line::from(vec![
        Span::raw(format!("offered {offered} = {refused} {} + {accepted} {}", names[0], names[1])),
        Span::styled(mark.0, mark.1),
    ])
}

/// Why messages were discarded or refused, as far as any were.
fn reasons(stats: &Stats, all: &Flow, app: &App) -> Line<'static> {
    let discarded = Discard::ALL.into_iter().zip(all.discarded);
    let mut words: Vec<String> = discarded
        .filter(|(_, count)| *count > 0)
        .map(|(reason, count)| format!("{reason:?} {count}"))
        .collect();
    if stats.refused() > 0 {
        let refused = app.world.account().refused();
        words
            .extend(refused.map(|refused| format!("refused {}: {}", refused.count, refused.words)));
    }
    Line::styled(words.join(", "), paint::FAINT)
}

fn sum(mut all: Flow, flow: Flow) -> Flow {
    all.accepted += flow.accepted;
    all.delivered += flow.delivered;
    all.waiting += flow.waiting;
    all.held += flow.held;
    for (sum, count) in all.rejected.iter_mut().zip(flow.rejected) {
        *sum += count;
    }
    for (sum, count) in all.discarded.iter_mut().zip(flow.discarded) {
        *sum += count;
    }
    all
}
