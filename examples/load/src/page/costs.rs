//! The main table: a column for each host, so that it fits on a telephone, and the best of each row.

use crate::{conditions::tick, latency::together, outcome::Outcome};

use super::chart::{escaped, short};

/// One row: what it is, which way is better, and what an outcome has there.
struct Row {
    name: &'static str,
    best: Option<Best>,
    value: fn(&Outcome) -> Option<f64>,
}

#[derive(Clone, Copy)]
enum Best {
    Least,
    Most,
}

const ROWS: [Row; 13] = [
    less("99 of 100 read within (p99), ms", |outcome| together(&outcome.latencies).millis(0.99)),
    less("the same of high priority, ms", |outcome| outcome.latencies[0].millis(0.99)),
    less("half within (p50), ms", |outcome| together(&outcome.latencies).millis(0.5)),
    less("999 of 1,000 within (p99.9), ms", |outcome| together(&outcome.latencies).millis(0.999)),
    less("processor time of the host, ms a second", Outcome::cpu),
    less("memory of the host, MiB", Outcome::resident),
    less("lost without a word", |outcome| outcome.lost().map(|(_, silent)| silent as f64)),
    less("lost, and told", |outcome| outcome.lost().map(|(told, _)| told as f64)),
    less("messages dropped by limits", |outcome| {
        Some(outcome.fates.dropped.iter().sum::<u64>() as f64)
    }),
    Row {
        name: "hand-offs a second",
        best: Some(Best::Most),
        value: |outcome| Some(outcome.per_second(outcome.entries)),
    },
    Row {
        name: "frames a second",
        best: None,
        value: |outcome| Some(outcome.per_second(outcome.frames)),
    },
    Row { name: "clients", best: None, value: |outcome| Some(f64::from(outcome.clients)) },
    Row { name: "others on this machine, ms a second", best: None, value: Outcome::others_cpu },
];

const fn less(name: &'static str, value: fn(&Outcome) -> Option<f64>) -> Row {
    Row { name, best: Some(Best::Least), value }
}

pub(super) fn table(outcomes: &[Outcome]) -> String {
    let heads: String =
        outcomes.iter().map(|outcome| format!("<th>{}", escaped(&outcome.host))).collect();
    let rows: String = ROWS.iter().map(|row| row.shown(outcomes)).collect();
    let ticks: String =
        outcomes.iter().map(|outcome| format!("<td>{}", tick(outcome.tick))).collect();
    format!(
        "<div class=\"card scroll\"><table><tr><th>{heads}</tr>{rows}<tr><td>tick{ticks}</tr></table></div>"
    )
}

impl Row {
    fn shown(&self, outcomes: &[Outcome]) -> String {
        let values: Vec<_> = outcomes.iter().map(self.value).collect();
        let best = self.best(&values).map(short);
        let cells = values.into_iter().map(|value| {
            let value = value.map(short);
            let class = if best.is_some() && value == best { " class=\"best\"" } else { "" };
            format!("<td{class}>{}", value.unwrap_or_else(|| "–".to_owned()))
        });
        format!("<tr><td>{}{}</tr>", self.name, cells.collect::<String>())
    }

    /// The best of some values; none where all look alike.
    fn best(&self, values: &[Option<f64>]) -> Option<f64> {
        let known = || values.iter().flatten().copied();
        let (least, most) = (known().reduce(f64::min)?, known().reduce(f64::max)?);
        match self.best? {
            _ if short(least) == short(most) => None,
            Best::Least => Some(least),
            Best::Most => Some(most),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::class::Class;

    use super::*;

    #[test]
    fn the_best_is_the_least_or_the_most_and_nobody_where_all_are_alike() {
        let row = |best| Row { name: "", best, value: |_| None };
        let values = [Some(3.0), None, Some(1.0)];
        assert_eq!(row(Some(Best::Least)).best(&values), Some(1.0));
        assert_eq!(row(Some(Best::Most)).best(&values), Some(3.0));
        assert_eq!(row(None).best(&values), None);
        assert_eq!(row(Some(Best::Least)).best(&[Some(2.0), Some(2.0)]), None);
        assert_eq!(row(Some(Best::Least)).best(&[None, None]), None);
        let alike = [Some(394_921.0), Some(395_152.0)];
        assert_eq!(row(Some(Best::Most)).best(&alike), None, "both are shown as 395k");
    }

    #[test]
    fn every_host_has_a_column_and_the_best_is_marked() {
        let host = |name: &str, millis: u64| {
            let mut outcome = Outcome { host: name.into(), ..Outcome::default() };
            outcome.latencies[Class::Normal as usize].note(millis * 1_000_000);
            outcome
        };
        let table = table(&[host("a", 40), host("b", 20)]);
        assert!(table.contains("<th>a<th>b"), "{table}");
        assert!(table.contains("(p99), ms<td>40<td class=\"best\">20"), "{table}");
        assert!(table.contains("<tr><td>tick<td>not known<td>not known</tr>"), "{table}");
    }
}
