//! What is shown while runs go on: in place on a terminal, as lines elsewhere.

use std::{
    io::{IsTerminal, stderr},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::{fault::Fault, run::Outcome, viewer::Gauge};

/// So many of a run's oddities are shown.
const NOTES: usize = 10;
const LOOK: Duration = Duration::from_millis(200);

/// Shows how runs go.
#[derive(Debug)]
pub struct View {
    bar: ProgressBar,
    runs: u32,
    /// Which run it is, counted from 0, and of what.
    now: Mutex<(u32, String)>,
}

/// Shows a run while it goes on, until this is dropped.
#[derive(Debug)]
pub struct Shown(JoinHandle<()>);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl View {
    /// For so many runs, each of which takes about so long.
    pub fn new(runs: u32, each: Duration) -> Self {
        let length = u64::from(runs) * each.as_secs();
        let style = "[{bar:40.green/blue}] {percent}%, {eta} left  {msg}";
        let style = ProgressStyle::with_template(style).expect("the template is one of ours");
        let target = match stderr().is_terminal() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(length), target).with_style(style);
        bar.enable_steady_tick(LOOK);
        Self { bar, runs, now: Mutex::default() }
    }

    /// Shows nothing.
    pub fn none() -> Self {
        let (bar, now) = (ProgressBar::hidden(), Mutex::default());
        Self { bar, runs: 0, now }
    }

    /// Another run begins.
    pub fn begin(&self, no: u32, fault: Fault, of_fault: u32, runs: u32) {
        let label = format!("{} {of_fault} of {runs}", fault.name());
        self.bar.set_message(format!("{label}: the machines start"));
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = (no, label);
    }

    /// Shows how far the people of a run are.
    pub fn watch(&self, begun: Instant, takes: Duration, gauges: Arc<[Arc<Gauge>]>) -> Shown {
        let (no, label) = self.now.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let bar = self.bar.clone();
        Shown(tokio::spawn(async move {
            loop {
                let sum = |of: fn(&Gauge) -> u64| gauges.iter().map(|gauge| of(gauge)).sum::<u64>();
                let inside = sum(|gauge| gauge.inside.load(Relaxed).into());
                let sent = sum(|gauge| gauge.sent.load(Relaxed));
                let acknowledged = sum(|gauge| gauge.acknowledged.load(Relaxed));
                let passed = begun.elapsed().min(takes).as_secs();
                bar.set_position(u64::from(no) * takes.as_secs() + passed);
                bar.set_message(format!(
                    "{label}: {inside} inside, {sent} sent, {acknowledged} acknowledged"
                ));
                sleep(LOOK).await;
            }
        }))
    }

    /// A run is over.
    pub fn ran(&self, outcome: &Outcome) {
        let (no, label) = self.now.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let verdict = &outcome.verdict;
        self.say(&format!(
            "{:>3}/{} {label}: {} sent, {} acknowledged, {} lost, {} duplicated, {} out of order; nothing acknowledged for {:.1} s, nothing seen for {:.1} s",
            no + 1,
            self.runs,
            verdict.sent,
            verdict.acknowledged,
            verdict.lost,
            verdict.duplicated,
            verdict.disordered,
            verdict.until_acknowledged.as_secs_f64(),
            verdict.until_seen.as_secs_f64(),
        ));
        let notes = || outcome.failures.iter().chain(&outcome.notes);
        for note in notes().take(NOTES) {
            self.say(&format!("    {note}"));
        }
        let more = notes().count().saturating_sub(NOTES);
        if more > 0 {
            self.say(&format!("    and {more} more"));
        }
        if let Some(logs) = &outcome.logs {
            self.say(&format!("    logs: {}", logs.display()));
        }
    }

    /// Says something.
    pub fn say(&self, words: &str) {
        self.bar.suspend(|| eprintln!("{words}"));
    }

    /// Nothing more is shown.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
