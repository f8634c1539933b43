//! What the group decided about the last messages, in words made from `Group::explain`.

use liveroom::{DecisionName, Explanation, Finding, Kind, Outcome, Rejection, State, Step};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{inner, paint, wrapped};
use crate::app::App;

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let (group, (_, height)) = (app.world.group(), inner(area));
    let explained = app.world.account().ended().filter_map(|id| group.explain(id));
    let lines = explained.take(height).map(|explanation| {
        let (mark, style) = match &explanation.state {
            State::Ended(Outcome::Delivered { .. }) => ("✓ ", paint::GOOD),
            State::Ended(_) => ("✗ ", paint::BAD),
            State::Held { .. } | State::Waiting { .. } => ("… ", paint::FAINT),
        };
        let name = format!("#{} {} ", explanation.message, author(&explanation));
        Line::from(vec![
            Span::styled(mark, style),
            Span::styled(name, paint::priority(explanation.priority)),
            Span::raw(words(&explanation)),
        ])
    });
    wrapped(frame, area, " decided last ".to_owned(), lines.collect());
}

fn author(explanation: &Explanation) -> &str {
    explanation.author.as_ref().map_or("the app", |user| user.as_str())
}

/// `text: waited behind 3, delivered after 62.5ms as entry 12`.
fn words(explanation: &Explanation) -> String {
    let mut parts: Vec<String> = explanation.steps.iter().map(step).collect();
    parts.extend(explanation.wait.as_ref().map(|wait| match wait.outranked_by() {
        0 => "waited behind nobody".to_owned(),
        count => format!("waited behind {count}"),
    }));
    parts.push(end(explanation));
    let kind = match explanation.kind {
        Kind::Host(_) => "sign of life".to_owned(),
        kind => format!("{kind:?}").to_lowercase(),
    };
    format!("{kind}: {}", parts.join(", "))
}

fn step(step: &Step) -> String {
    match step {
        Step::Filtered { what: Finding::Masked, .. } => "masked by the filter".to_owned(),
        Step::Filtered { what: Finding::Tagged, .. } => "tagged by the filter".to_owned(),
        Step::Filtered { what: Finding::Held, .. } => "held by the filter".to_owned(),
        Step::Filtered { what: Finding::Blocked, .. } => "blocked by the filter".to_owned(),
        Step::Asked { .. } => "asked about".to_owned(),
        Step::Answered { decision: DecisionName::Silence, .. } => "nobody answered".to_owned(),
        Step::Answered { decision, .. } => format!("answered: {decision:?}"),
        other => other.to_string(),
    }
}

fn end(explanation: &Explanation) -> String {
    match &explanation.state {
        State::Ended(Outcome::Delivered { seq, at }) if *at == explanation.accepted => {
            format!("delivered at once as entry {seq}")
        }
        State::Ended(Outcome::Delivered { seq, at }) => {
            let after = paint::span(at.since(explanation.accepted));
            format!("delivered after {after} as entry {seq}")
        }
        State::Ended(Outcome::Rejected(Rejection::Filter { term, .. })) => {
            format!("rejected for term {term}")
        }
        State::Ended(Outcome::Rejected(Rejection::Decision { code, reason })) => {
            format!("rejected with {code}: {reason}")
        }
        State::Ended(Outcome::Rejected(Rejection::Silence)) => "rejected".to_owned(),
        State::Ended(Outcome::Discarded(reason)) => format!("discarded: {reason:?}"),
        State::Ended(_) => "ended".to_owned(),
        State::Held { .. } => "held".to_owned(),
        State::Waiting { .. } => "waiting".to_owned(),
    }
}
