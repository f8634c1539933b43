//! E1: a batch encoded once and shared, beside one encoding for each member.

use std::{hint::black_box, sync::Arc};

use liveroom::{Batch, Format};

use crate::{
    race::{Case, Report, time},
    rooms::Room,
};

const MEMBERS: usize = 100_000;
const JSON: Format = Format::new(0).expect("there is a first format");

pub(crate) fn encodings(report: &mut Report) {
    let name = format!("encode/N={MEMBERS}/B=1");
    if !report.wants("E1", &name) {
        return;
    }
    let what = "serde_json for each member; each puts the bytes into the member's slot";
    let case = Case { aim: "E1", name, what, at_least: Some(2_500), units: MEMBERS as u64 };
    let mut room = Room::new();
    let mut shared: Vec<Arc<[u8]>> = (0..MEMBERS).map(|_| Arc::from([])).collect();
    let ours = || {
        let batch = next(&mut room);
        time(|| {
            shared.iter_mut().for_each(|slot| *slot = batch.encoded(JSON, encode));
            black_box(&shared);
        })
    };
    let mut other = Room::new();
    let mut own: Vec<Vec<u8>> = vec![Vec::new(); MEMBERS];
    let peer = || {
        let batch = next(&mut other);
        time(|| {
            own.iter_mut().for_each(|slot| *slot = encode(black_box(&batch)));
            black_box(&own);
        })
    };
    report.race(&case, ours, peer);
}

/// A batch of one message that nobody encoded yet.
fn next(room: &mut Room) -> Batch {
    let before = room.group.tail();
    room.publish(1);
    room.group.batch(&before).expect("the cursor is of this history")
}

fn encode(batch: &Batch) -> Vec<u8> {
    let entries: Vec<_> = batch.entries().iter().map(|entry| &**entry).collect();
    serde_json::to_vec(&entries).expect("entries can be written")
}
