//! What came of some runs, as text: one table, a line for each host.

use crate::{
    class::Class,
    conditions::{Conditions, tick},
    outcome::Outcome,
    summary::{BETTER, summary},
};

const HEAD: [&str; 11] = [
    "host",
    "clients",
    "offered/s",
    "hand-offs/s",
    "frames/s",
    "CPU ms/s",
    "us/frame",
    "MiB",
    "KiB/client",
    "told lost",
    "lost silently",
];

/// The conditions, the table, and what follows from it.
pub fn table(conditions: &Conditions, outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for (name, value) in conditions.told(outcomes) {
        text += &format!("{name:<14}{value}\n");
    }
    text.push('\n');
    for outcome in outcomes {
        text += &format!("{}: {}; tick {}\n", outcome.host, outcome.about, tick(outcome.tick));
    }
    text.push('\n');
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    rows.extend(outcomes.iter().map(costs));
    text += &aligned(&rows);
    let head = [
        "host",
        "priority",
        "offered",
        "delivered",
        "dropped",
        "read",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "max ms",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for outcome in outcomes {
        rows.extend(Class::PRIORITIES.map(|class| latencies(outcome, class)));
    }
    text += "\n";
    text += &aligned(&rows);
    for outcome in outcomes {
        text += &verdict(outcome);
    }
    text += &format!("\n{BETTER}\n");
    for sentence in summary(outcomes) {
        text += &format!("{sentence}\n");
    }
    text
}

fn costs(outcome: &Outcome) -> Vec<String> {
    let (told, silent) = outcome
        .lost()
        .map_or_else(unknown, |(told, silent)| (told.to_string(), silent.to_string()));
    vec![
        outcome.host.clone(),
        outcome.clients.to_string(),
        outcome.rate.to_string(),
        format!("{:.0}", outcome.per_second(outcome.entries)),
        format!("{:.0}", outcome.per_second(outcome.frames)),
        number(outcome.cpu(), 0),
        number(outcome.cpu_per_frame(), 2),
        number(outcome.resident(), 1),
        number(outcome.kib_per_client(), 1),
        told,
        silent,
    ]
}

fn latencies(outcome: &Outcome, class: Class) -> Vec<String> {
    let at = class as usize;
    let (latency, fates) = (&outcome.latencies[at], &outcome.fates);
    let mut row = vec![outcome.host.clone(), class.name().to_owned()];
    row.extend(
        [fates.sent[at], fates.delivered[at], fates.dropped[at], latency.count()]
            .map(|n| n.to_string()),
    );
    row.extend([0.5, 0.99, 0.999, 1.0].map(|share| number(latency.millis(share), 1)));
    row
}

/// Whether the books agree, and what the tool itself took.
pub fn verdict(outcome: &Outcome) -> String {
    let mut text = match (outcome.faults.is_empty(), outcome.promises) {
        (true, _) => format!(
            "{}: the books agree: {} readers, {} entries read, {} told missed, none lost silently\n",
            outcome.host,
            outcome.audit.readers,
            outcome.audit.read.iter().sum::<u64>(),
            outcome.audit.told()
        ),
        (false, true) => format!("{}: THE BOOKS DO NOT AGREE\n", outcome.host),
        (false, false) => format!(
            "{}: the books do not agree, and it does not promise that they do\n",
            outcome.host
        ),
    };
    for fault in &outcome.faults {
        text += &format!("  {fault}\n");
    }
    for (why, count) in &outcome.gone {
        text += &format!("  {count} clients were not there to the end: {why}\n");
    }
    if let Some(cost) = &outcome.cost {
        let threads = cost.threads.iter().filter(|(_, cpu)| **cpu >= 1_000_000);
        let shares =
            threads.map(|(name, cpu)| format!("{name} {:.0}", outcome.per_second(*cpu) / 1e6));
        text += &format!(
            "  its threads in ms a second: {}; woken {:.0} times a second; {} bytes a frame\n",
            shares.collect::<Vec<_>>().join(", "),
            outcome.per_second(cost.wakes),
            outcome.bytes / outcome.frames.max(1)
        );
    }
    for (name, cost) in &outcome.beside {
        text += &format!(
            "  beside it {name} took {:.0} ms of processor time a second, and {:.1} MiB\n",
            outcome.per_second(cost.cpu()) / 1e6,
            cost.resident_kib as f64 / 1024.0
        );
    }
    let memory = outcome.resident_over_time();
    if !memory.is_empty() {
        let memory: Vec<_> = memory.iter().map(|mib| format!("{mib:.1}")).collect();
        text += &format!("  its memory in MiB, fifth by fifth: {}\n", memory.join(", "));
    }
    let late = number(outcome.late.millis(0.99), 2);
    text + &format!(
        "  the tool itself took {:.0} ms of processor time a second, others on this machine {}; 99 of 100 messages were sent within {late} ms\n",
        outcome.own_cpu(),
        number(outcome.others_cpu(), 0)
    )
}

/// Where readers were not there to the end, nobody knows what they lost.
fn unknown() -> (String, String) {
    ("?".to_owned(), "?".to_owned())
}

fn number(value: Option<f64>, places: usize) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.places$}"))
}

/// Words to the left, numbers to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let is_word = column == 0
                || rows.iter().skip(1).any(|row| row[column].starts_with(char::is_alphabetic));
            if is_word { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}
