//! S9: a push of a clean message past the rules of the house, each by itself and all of them, beside a
//! push past none.

use std::time::Duration;

use benches::rules::{Hall, RULES, Rule};

use crate::race::{Case, Report, time};

const MESSAGES: usize = 1_000;

pub(crate) fn rules(report: &mut Report) {
    row(report, "all", &RULES);
    for (name, change) in RULES {
        row(report, name, &[(name, change)]);
    }
    row(report, "none", &[]);
}

fn row(report: &mut Report, name: &str, rules: &[Rule]) {
    let name = format!("house/rules={name}");
    if !report.wants("S9", &name) {
        return;
    }
    let what = "a livestream without rules; ours with so many, command to receipt";
    let case = Case { aim: "S9", name, what, at_least: None, units: MESSAGES as u64 };
    let (mut ours, mut peer) = (Hall::new(rules), Hall::new(&[]));
    report.race(&case, || talk(&mut ours), || talk(&mut peer));
}

fn talk(hall: &mut Hall) -> Duration {
    let texts = hall.texts(MESSAGES);
    let spent = time(|| hall.say(texts));
    hall.room.drain();
    spent
}
