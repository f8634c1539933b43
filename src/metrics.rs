//! A group's account as counters and gauges of the [`metrics`](https://docs.rs/metrics) facade.
//!
//! Needs the feature `metrics`. The facade is the host's: install a recorder, such as an exporter for
//! Prometheus, and call [`record`] for each group now and then, say every 10 s. Without a recorder
//! nothing happens. The core itself never counts into the facade.
//!
//! ```
//! use liveroom::{Epoch, Group, GroupConfig, GroupId, HashKey, Timestamp};
//! use metrics_util::debugging::DebuggingRecorder;
//!
//! let (id, key) = (GroupId::custom("friday")?, HashKey::new(1, 2));
//! let now = Timestamp::from_secs(1_600_000_000);
//! let group = Group::new(id, None, GroupConfig::livestream(), Epoch(1), key, now);
//!
//! let recorder = DebuggingRecorder::new(); // in earnest, installed once for the whole program
//! metrics::with_local_recorder(&recorder, || liveroom::metrics::record(&group));
//! let told = recorder.snapshotter().snapshot().into_vec();
//! assert!(told.iter().any(|(key, ..)| key.key().name() == "liveroom_online"));
//! # Ok::<(), liveroom::IdError>(())
//! ```
//!
//! # What is told
//!
//! Every series has the label `group`, the group's id. A host of several apps, in which one id may be
//! there twice, tells them apart by a label of its own (a layer of `metrics-util` adds one).
//!
//! | name | kind | labels beside `group` |
//! |---|---|---|
//! | `liveroom_messages_refused_total` | counter | `code`, as [`Refusal::code`](crate::Refusal::code) |
//! | `liveroom_messages_accepted_total` | counter | `priority` |
//! | `liveroom_messages_ended_total` | counter | `priority`, `outcome`, `reason` |
//! | `liveroom_messages_waiting`, `liveroom_messages_held` | gauge | `priority` |
//! | `liveroom_entries_appended_total`, `liveroom_entries_evicted_total` | counter | `class` |
//! | `liveroom_online`, `liveroom_members`, `liveroom_guests` | gauge | |
//! | `liveroom_heap_bytes` | gauge | |
//!
//! `priority` and `class` are the lower-case names of [`Priority`] and [`Class`]. `outcome` is `delivered`
//! (with the `reason` `none`), `rejected` (`filter`, `decision`, `silence`) or `discarded` (the lower-case
//! names of [`Discard`]). For each priority, accepted = ended, summed up, + waiting + held.
//!
//! Counters are set to the group's own totals, so that calling twice counts nothing twice. A counter is
//! there once it is not zero: a group costs some 20 series, and a message's fate only those it met.
//! Of a group that is gone the last values stay, until the recorder forgets series that are no longer
//! told (exporters have an idle time for that).

use std::{fmt::Debug, sync::Arc};

use metrics::{Label, SharedString};

use crate::{
    group::Group,
    message::{Class, Priority},
    outcome::Discard,
    stats::Flow,
};

/// By what a message was rejected, in the order of [`Flow::rejected`].
const REJECTIONS: [&str; 4] = ["filter", "decision", "silence", "rule"];

/// Puts a group's account into the recorder in force; the [module](self) lists the names.
///
/// It only looks at the group, and costs about as much as 20 to 60 look-ups in the recorder's registry.
pub fn record(group: &Group) {
    let teller = Teller { group: Arc::<str>::from(group.id().as_str()).into() };
    let stats = group.stats();
    for (code, refused) in &stats.refused {
        teller.count("liveroom_messages_refused_total", &[("code", &code.to_string())], *refused);
    }
    for priority in Priority::ALL {
        teller.flow(&word(priority), &stats.flow[priority]);
    }
    for class in Class::ALL {
        let class_label = [("class", &*word(class))];
        teller.count("liveroom_entries_appended_total", &class_label, stats.appended[class]);
        teller.count("liveroom_entries_evicted_total", &class_label, stats.evicted[class]);
    }
    teller.set("liveroom_online", &[], group.online());
    teller.set("liveroom_members", &[], group.member_count());
    teller.set("liveroom_guests", &[], group.guest_count());
    teller.set("liveroom_heap_bytes", &[], group.heap_bytes() as u64);
}

/// Tells the numbers of one group.
struct Teller {
    group: SharedString,
}

impl Teller {
    fn flow(&self, priority: &str, flow: &Flow) {
        let labels = [("priority", priority)];
        self.count("liveroom_messages_accepted_total", &labels, flow.accepted);
        self.ended(priority, "delivered", "none", flow.delivered);
        for (reason, count) in REJECTIONS.into_iter().zip(flow.rejected) {
            self.ended(priority, "rejected", reason, count);
        }
        for (reason, count) in Discard::ALL.into_iter().zip(flow.discarded) {
            self.ended(priority, "discarded", &word(reason), count);
        }
        self.set("liveroom_messages_waiting", &labels, flow.waiting);
        self.set("liveroom_messages_held", &labels, flow.held);
    }

    fn ended(&self, priority: &str, outcome: &str, reason: &str, count: u64) {
        let labels = [("priority", priority), ("outcome", outcome), ("reason", reason)];
        self.count("liveroom_messages_ended_total", &labels, count);
    }

    fn count(&self, name: &'static str, labels: &[(&'static str, &str)], total: u64) {
        if total > 0 {
            metrics::counter!(name, self.labels(labels)).absolute(total);
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "gauges are floats; past 2^53 a byte is nothing"
    )]
    fn set(&self, name: &'static str, labels: &[(&'static str, &str)], value: u64) {
        metrics::gauge!(name, self.labels(labels)).set(value as f64);
    }

    fn labels(&self, more: &[(&'static str, &str)]) -> Vec<Label> {
        let more = more.iter().map(|&(key, value)| Label::new(key, value.to_owned()));
        [Label::new("group", self.group.clone())].into_iter().chain(more).collect()
    }
}

/// A variant's name as a label has it.
fn word(variant: impl Debug) -> String {
    format!("{variant:?}").to_lowercase()
}
