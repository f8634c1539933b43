//! The host's figures as Prometheus reads them, made anew for whoever asks.
//!
//! The engine tells its groups' accounts, and the host what it counts beside them. The recorder is made
//! for one reading, so that nothing is shared by the hosts of one process, and nothing is kept.

use std::sync::atomic::Ordering::Relaxed;

use liveroom::metrics::record;
use metrics::{counter, gauge, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::{callbacks::Callbacks, counts::Counted, house::House, keep::Figures, room::Room};

/// The text of all figures. The engine's begin with `liveroom_`, and the host's own with `live_`.
pub(crate) fn figures(house: &House, connections: usize) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    with_local_recorder(&recorder, || {
        set("live_connections", connections);
        if let Some(callbacks) = &house.desk.callbacks {
            tell_callbacks(callbacks);
        }
        if let Some(figures) = house.keep.figures() {
            tell_keep(figures, house.keep.failure().is_some());
        }
        for room in &house.rooms {
            house.read(room, record);
            tell(room);
        }
    });
    figures.render()
}

/// What the host counts beside the engine.
fn tell(room: &Room) {
    let label = [("group", room.plan.id)];
    let Counted { batches, entries, not_now, built, missed, turned_away, gifts } =
        room.counts.now();
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

#[expect(clippy::cast_precision_loss, reason = "gauges are floats, and this is a small number")]
fn set(name: &'static str, value: usize) {
    gauge!(name).set(value as f64);
}
