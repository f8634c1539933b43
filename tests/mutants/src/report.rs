//! The score, by module, and what survives.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use serde_json::json;

use crate::{
    Result,
    build::{Fate, Known},
    ledger::{Ledger, Verdict},
    list::Mutant,
    reach::Reach,
};

/// Survivors that change nothing that can be seen, each with the reason why.
const EQUIVALENT: &str = "tests/mutants/equivalent.txt";

#[derive(Default)]
struct Row {
    caught: usize,
    timeout: usize,
    missed: usize,
    unreached: usize,
    equivalent: usize,
    unviable: usize,
    left: usize,
}

impl Row {
    fn add(&mut self, other: &Self) {
        self.caught += other.caught;
        self.timeout += other.timeout;
        self.missed += other.missed;
        self.unreached += other.unreached;
        self.equivalent += other.equivalent;
        self.unviable += other.unviable;
        self.left += other.left;
    }

    /// How many of a hundred are noticed, with one place after the point.
    fn score(&self) -> String {
        let caught = self.caught + self.timeout;
        let all = caught + self.missed + self.unreached;
        let Some(mille) = (caught * 1_000).checked_div(all) else { return "-".to_owned() };
        format!("{}.{} %", mille / 10, mille % 10)
    }

    fn line(&self, name: &str) -> String {
        let Self { caught, timeout, missed, unreached, equivalent, unviable, left } = self;
        let score = self.score();
        format!(
            "| {name} | {caught} | {timeout} | {missed} | {unreached} | {equivalent} | {unviable} | {left} | {score} |\n"
        )
    }
}

/// Writes `report.md` and `outcomes.json`, and says the table.
pub(crate) fn report(
    chosen: &[&Mutant],
    known: &Known,
    reach: &Reach,
    ledger: &Ledger<'_>,
    root: &Path,
    out: &Path,
) -> Result<()> {
    let equivalent = equivalent(&fs::read_to_string(root.join(EQUIVALENT)).unwrap_or_default());
    let mut rows = BTreeMap::<&str, Row>::new();
    let (mut survivors, mut outcomes) = (String::new(), Vec::new());
    for mutant in chosen {
        let row = rows.entry(mutant.module()).or_default();
        let verdict = ledger.verdict(mutant);
        let reason = equivalent.get(&mutant.name);
        let count = match verdict {
            Some(Verdict::Caught) => &mut row.caught,
            Some(Verdict::Timeout) => &mut row.timeout,
            Some(Verdict::Unviable) => &mut row.unviable,
            Some(Verdict::Missed | Verdict::Unreached) if reason.is_some() => &mut row.equivalent,
            Some(Verdict::Missed) => &mut row.missed,
            Some(Verdict::Unreached) => &mut row.unreached,
            None => &mut row.left,
        };
        *count += 1;
        if let (Some(Verdict::Missed | Verdict::Unreached), None) = (verdict, reason) {
            let how = if verdict == Some(Verdict::Missed) { "missed" } else { "unreached" };
            writeln!(survivors, "- {how}: `{}`", mutant.name)?;
        }
        let why = match known.fates.get(&mutant.name) {
            Some(Fate::Unviable(why) | Fate::Left(why)) => Some(why),
            None => reason,
        };
        outcomes.push(json!({ "name": mutant.name, "verdict": verdict, "why": why }));
    }
    let mut text = String::from(
        "| module | caught | timeout | missed | unreached | equivalent | unviable | left | score |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut all = Row::default();
    for (name, row) in &rows {
        all.add(row);
        text.push_str(&row.line(name));
    }
    text.push_str(&all.line("**all**"));
    println!("{text}");
    if !reach.failing.is_empty() {
        let failing = reach.failing.join("\n- ");
        write!(text, "\nTests that fail with no mutant on, and were not asked:\n\n- {failing}\n")?;
    }
    write!(text, "\nSurvivors:\n\n{survivors}")?;
    fs::write(out.join("report.md"), text)?;
    Ok(fs::write(out.join("outcomes.json"), serde_json::to_vec_pretty(&outcomes)?)?)
}

/// By name, the reason: a line `# reason` holds for the names below it.
fn equivalent(text: &str) -> BTreeMap<String, String> {
    let mut reason = String::new();
    let mut fresh = false;
    let mut found = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(words) = line.strip_prefix('#') {
            reason =
                if fresh { format!("{reason} {}", words.trim()) } else { words.trim().to_owned() };
            fresh = true;
        } else {
            found.insert(line.to_owned(), reason.clone());
            fresh = false;
        }
    }
    found
}
