//! A group's account as a recorder of the facade sees it.

use std::collections::BTreeMap;

use liveroom::{
    Author, Command, Discard, Epoch, Group, GroupConfig, GroupId, HashKey, Kind, Platform,
    Priority, Profile, SessionId, Timestamp,
};
use metrics_util::{
    MetricKind,
    debugging::{DebugValue, DebuggingRecorder, Snapshotter},
};

const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);

/// A room with a guest, a member who said more than the rate allows, and somebody who may not speak.
fn room() -> Group {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.traffic.lanes[Priority::Normal].capacity = 2;
    settings.retention.quota.0 = [1; 6];
    let config = settings.build().expect("good settings");
    let id = GroupId::custom("friday").expect("a good id");
    let mut group = Group::new(id, None, config, Epoch(1), HashKey::new(1, 2), NOW);
    let (ann, guest) = (Author::Session(SessionId(1)), Author::Guest(SessionId(2)));
    let join = Command::join("ann".parse().unwrap(), Profile::nick("Ann"), Platform::Web);
    group.push(NOW, ann.clone(), join).unwrap();
    group.push(NOW, guest.clone(), Command::join_as_guest(Platform::Web)).unwrap();
    group.push(NOW, guest, Command::text("may I?")).unwrap_err();
    for _ in 0..9 {
        group.push(NOW, ann.clone(), Command::text("hi")).unwrap();
    }
    group.push(NOW, ann, Command::custom(Kind::Gift, "rose")).unwrap();
    group
}

/// Every series by its name and labels, as `name{key=value,…}`.
fn told(snapshotter: &Snapshotter) -> BTreeMap<String, f64> {
    let tell = |(key, _, _, value): (metrics_util::CompositeKey, _, _, DebugValue)| {
        let labels = key.key().labels().map(|label| format!("{}={}", label.key(), label.value()));
        let labels = labels.collect::<Vec<_>>().join(",");
        let (counter, value) = match value {
            DebugValue::Counter(value) => (true, value as f64),
            DebugValue::Gauge(value) => (false, value.into_inner()),
            DebugValue::Histogram(_) => unreachable!("nothing is timed"),
        };
        let name = key.key().name();
        assert_eq!(counter, key.kind() == MetricKind::Counter);
        assert_eq!(counter, name.ends_with("_total"), "Prometheus names counters so: {name}");
        (format!("{name}{{{labels}}}"), value)
    };
    snapshotter.snapshot().into_vec().into_iter().map(tell).collect()
}

#[test]
fn a_recorder_is_told_the_whole_account_and_twice_is_not_twice_as_much() {
    let group = room();
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        liveroom::metrics::record(&group);
        liveroom::metrics::record(&group);
    });
    let told = told(&snapshotter);
    let at = |series: &str| told.get(&series.replace("{", "{group=friday")).copied();
    let normal = "priority=normal";
    for (series, value) in [
        ("liveroom_messages_refused_total{,code=2106}".to_owned(), 1),
        (format!("liveroom_messages_accepted_total{{,{normal}}}"), 9),
        (format!("liveroom_messages_ended_total{{,{normal},outcome=delivered,reason=none}}"), 3),
        (format!("liveroom_messages_ended_total{{,{normal},outcome=discarded,reason=shed}}"), 4),
        (format!("liveroom_messages_waiting{{,{normal}}}"), 2),
        (format!("liveroom_messages_held{{,{normal}}}"), 0),
        ("liveroom_entries_appended_total{,class=tip}".to_owned(), 1),
        ("liveroom_entries_evicted_total{,class=normal}".to_owned(), 2),
        ("liveroom_online{}".to_owned(), 2),
        ("liveroom_members{}".to_owned(), 1),
        ("liveroom_guests{}".to_owned(), 1),
    ] {
        assert_eq!(at(&series), Some(f64::from(value)), "{series} in {told:#?}");
    }
    assert!(at("liveroom_heap_bytes{}") > Some(0.0));
    let never =
        format!("liveroom_messages_ended_total{{,{normal},outcome=discarded,reason=banned}}");
    assert_eq!(at(&never), None, "what never happened has no series");
}

#[test]
fn every_reason_of_the_account_has_a_series_of_its_own() {
    let group = room();
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || liveroom::metrics::record(&group));
    let told = told(&snapshotter);
    let sum = |name: &str| {
        let series = told.iter().filter(|(series, _)| series.starts_with(name));
        series.map(|(_, value)| value).sum::<f64>()
    };
    let ended = sum("liveroom_messages_ended_total");
    let open = sum("liveroom_messages_waiting") + sum("liveroom_messages_held");
    assert_eq!(sum("liveroom_messages_accepted_total"), ended + open);
    assert_eq!(
        Discard::ALL.len(),
        11,
        "a new reason is told by its name; the module's table says so"
    );
}
