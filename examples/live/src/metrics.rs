//! The host's figures as Prometheus reads them, made anew for whoever asks.
//!
//! The engine tells its groups' accounts, and the host what it counts beside them; a node of many does so with the same
//! names. The recorder is made for one reading, so that nothing is shared by the hosts of one process, and nothing is kept.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use liveroom::metrics::record;
use metrics::{counter, gauge, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use crate::{
    callbacks::Callbacks,
    counts::{Counted, Counts},
    house::House,
    keep::Figures,
};

/// What is put down for one reading, on whatever thread.
#[derive(Clone, Debug)]
pub(crate) struct Sheet(Arc<PrometheusRecorder>);

impl Sheet {
    pub(crate) fn new() -> Self {
        Self(Arc::new(PrometheusBuilder::new().build_recorder()))
    }

    /// Puts down what is told meanwhile, by the macros of `metrics`.
    pub(crate) fn put(&self, tell: impl FnOnce()) {
        with_local_recorder(&*self.0, tell);
    }

    /// All of it.
    pub(crate) fn text(&self) -> String {
        self.0.handle().render()
    }
}

/// The text of all figures. The engine's begin with `liveroom_`, and the host's own with `live_`.
pub(crate) fn figures(house: &House, connections: usize) -> String {
    let sheet = Sheet::new();
    sheet.put(|| {
        set("live_connections", connections);
        if let Some(callbacks) = &house.desk.callbacks {
            tell_callbacks(callbacks);
        }
        if let Some(figures) = house.keep.figures() {
            tell_keep(figures, house.keep.failure().is_some());
        }
        for room in &house.rooms {
            house.read(room, record);
            tell(room.plan.id, &room.counts);
        }
    });
    sheet.text()
}

/// What the host counts of a room beside the engine.
pub(crate) fn tell(group: &str, counts: &Counts) {
    let label = [("group", group.to_owned())];
    let Counted { batches, entries, not_now, built, missed, turned_away, gifts } = counts.now();
    for (name, total) in [
        ("live_batches_taken_total", batches),
        ("live_batches_built_total", built),
        ("live_entries_given_total", entries),
        ("live_entries_missed_total", missed),
        ("live_not_now_total", not_now),
        ("live_turned_away_total", turned_away),
        ("live_gifts_total", gifts),
    ] {
        counter!(name, &label).absolute(total);
    }
}

/// What became of callbacks.
fn tell_callbacks(callbacks: &Callbacks) {
    let counts = &callbacks.counts;
    for (name, total) in [
        ("live_callbacks_sent_total", &counts.sent),
        ("live_callbacks_silent_total", &counts.silent),
        ("live_callbacks_lost_total", &counts.lost),
    ] {
        counter!(name).absolute(total.load(Relaxed));
    }
}

/// What is kept on disk.
fn tell_keep(figures: Figures, fails: bool) {
    let Figures { commits, records, failures, snapshots } = figures;
    for (name, total) in [
        ("live_store_commits_total", commits),
        ("live_store_records_total", records),
        ("live_store_failures_total", failures),
        ("live_store_snapshots_total", snapshots),
    ] {
        counter!(name).absolute(total);
    }
    set("live_store_fails", usize::from(fails));
}

pub(crate) fn count(name: String, total: u64) {
    counter!(name).absolute(total);
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floats, and this is a small number")]
pub(crate) fn set(name: &'static str, value: usize) {
    gauge!(name).set(value as f64);
}
