//! Under which conditions something was measured: without them its figures mean nothing.

use std::{
    thread::available_parallelism,
    time::{Duration, SystemTime},
};

use crate::{outcome::Outcome, run::Plan};

/// What was asked for, where and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// How much load.
    pub plan: Plan,
    /// Processors of this machine.
    pub cores: usize,
    /// When it began.
    pub begun: SystemTime,
}

impl Conditions {
    /// Here and now.
    pub fn of(plan: Plan) -> Self {
        Self { plan, cores: cores(), begun: SystemTime::now() }
    }

    /// Each with its name.
    pub fn told(&self, outcomes: &[Outcome]) -> Vec<(&'static str, String)> {
        let Plan { clients, speakers, rate, seconds, .. } = self.plan;
        vec![
            ("clients", clients.to_string()),
            ("messages", format!("{rate} a second, by {speakers} speakers")),
            ("time", format!("{seconds} s for each host")),
            ("tick", ticks(outcomes)),
            ("machine", format!("{} cores, for hosts and clients", self.cores)),
            ("others on it", others(outcomes)),
            ("begun", httpdate::fmt_http_date(self.begun)),
            ("version", format!("load {}", env!("CARGO_PKG_VERSION"))),
        ]
    }
}

/// Processors of this machine.
pub fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// The ticks of all hosts that have one.
fn ticks(outcomes: &[Outcome]) -> String {
    let ticks = outcomes.iter().filter(|outcome| outcome.tick != Some(Duration::ZERO));
    let ticks: Vec<_> =
        ticks.map(|outcome| format!("{}: {}", outcome.host, tick(outcome.tick))).collect();
    if ticks.is_empty() { "none".to_owned() } else { ticks.join(", ") }
}

/// How long a host lets entries wait for others.
pub fn tick(tick: Option<Duration>) -> String {
    match tick {
        None => "not known".to_owned(),
        Some(Duration::ZERO) => "none".to_owned(),
        Some(tick) => format!("{} ms", tick.as_millis()),
    }
}

/// What others took from the machine meanwhile.
fn others(outcomes: &[Outcome]) -> String {
    let took = outcomes.iter().filter_map(Outcome::others_cpu);
    let (least, most) =
        took.fold((f64::MAX, 0_f64), |(least, most), took| (least.min(took), most.max(took)));
    match (least, most) {
        (f64::MAX, _) => "not known".to_owned(),
        (least, most) if most - least < 1.0 => format!("{most:.0} ms of processor time a second"),
        (least, most) => format!("{least:.0} to {most:.0} ms of processor time a second"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tick_is_told_and_none_is_made_up() {
        let host = |name: &str, tick| Outcome { host: name.into(), tick, ..Outcome::default() };
        let none = host("broadcast", Some(Duration::ZERO));
        assert_eq!(ticks(std::slice::from_ref(&none)), "none");
        let live = host("live", Some(Duration::from_millis(25)));
        assert_eq!(ticks(&[live, none]), "live: 25 ms");
        assert_eq!(ticks(&[host("h:8080", None)]), "h:8080: not known");
    }
}
