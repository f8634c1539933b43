//! What came of all runs, as text: a line for each fault.

use std::{collections::BTreeMap, time::Duration};

use crate::{fault::Fault, judge::Verdict};

const HEAD: [&str; 14] = [
    "fault",
    "runs",
    "sent",
    "acknowledged",
    "delivered",
    "unknown",
    "turned away",
    "lost",
    "duplicated",
    "out of order",
    "unacked s",
    "max",
    "unseen s",
    "max",
];

/// What was found, by fault.
pub type Found = BTreeMap<Fault, Vec<Verdict>>;

/// The table, what its gaps are, and the sum in its last line.
pub fn table(found: &Found) -> String {
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    rows.extend(found.iter().map(|(fault, verdicts)| row(*fault, verdicts)));
    let all = || found.values().flatten();
    let (belied, missed) = (sum(all(), |it| it.belied), sum(all(), |it| it.missed));
    let mut text = aligned(&rows);
    text += "\nunacked: the longest time from the fault on in which nothing at all was acknowledged; unseen: in which one \
             viewer saw nothing new; the median of the runs (of two in the middle the longer) and the longest\n";
    if belied + missed > 0 {
        text += &format!("{missed} told as missed, {belied} seen though told to be turned away\n");
    }
    text + &last(found)
}

/// The last line.
pub fn last(found: &Found) -> String {
    let all = || found.values().flatten();
    let (lost, twice) = (sum(all(), |it| it.lost), sum(all(), |it| it.duplicated));
    let acknowledged = sum(all(), |it| it.acknowledged);
    format!("lost {lost} duplicated {twice} acknowledged {acknowledged}\n")
}

fn sum<'a>(verdicts: impl Iterator<Item = &'a Verdict>, of: fn(&Verdict) -> u64) -> u64 {
    verdicts.map(of).sum()
}

fn row(fault: Fault, verdicts: &[Verdict]) -> Vec<String> {
    let counts: [fn(&Verdict) -> u64; 8] = [
        |it| it.sent,
        |it| it.acknowledged,
        |it| it.delivered,
        |it| it.unknown,
        |it| it.turned_away,
        |it| it.lost,
        |it| it.duplicated,
        |it| it.disordered,
    ];
    let gaps: [fn(&Verdict) -> Duration; 2] = [|it| it.until_acknowledged, |it| it.until_seen];
    let mut row = vec![fault.name().to_owned(), verdicts.len().to_string()];
    row.extend(counts.map(|of| sum(verdicts.iter(), of).to_string()));
    for of in gaps {
        let mut gaps: Vec<_> = verdicts.iter().map(of).collect();
        gaps.sort_unstable();
        let shown = [gaps.get(gaps.len() / 2), gaps.last()];
        row.extend(
            shown.map(|gap| gap.map_or("-".into(), |gap| format!("{:.1}", gap.as_secs_f64()))),
        );
    }
    row
}

/// Words to the left, numbers to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells =
            row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_of_all_runs_and_gaps_are_their_median_and_the_longest() {
        let verdict = |lost, seconds| Verdict {
            sent: 10,
            acknowledged: 9,
            lost,
            until_acknowledged: Duration::from_secs(seconds),
            ..Verdict::default()
        };
        let mut found = Found::new();
        found.insert(Fault::HomeKill, vec![verdict(0, 9), verdict(1, 2), verdict(0, 3)]);
        found.insert(Fault::EdgeCut, vec![verdict(0, 0)]);
        let table = table(&found);
        let home: Vec<_> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(home[..4], ["home-kill", "3", "30", "27"]);
        assert_eq!(home[7..], ["1", "0", "0", "3.0", "9.0", "0.0", "0.0"]);
        assert_eq!(table.lines().last(), Some("lost 1 duplicated 0 acknowledged 36"));
    }
}
