//! F3: idle members are given one message: a task for each that sleeps until then, beside one sweep.
//!
//! Timed from the publishing to the moment at which the last member has 8 bytes in an outbox of its
//! own. Both run on this one thread.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::broadcast,
    task::yield_now,
};

use crate::{
    channels::Message,
    halls::{Hall, handle},
    race::{Case, Report, time},
};

/// What an outbox holds before its connection, of which there is none here, has written it.
const UNWRITTEN: usize = 8;

pub(crate) fn wakes(report: &mut Report) {
    for &members in report.sizes() {
        let name = format!("wake/N={members}");
        if members > report.large() || !report.wants("F3", &name) {
            continue;
        }
        let at_least = match members {
            100_000 => Some(20_000),
            1_000_000 => Some(4_000),
            _ => None,
        };
        let what = "tokio broadcast, a task each; publish until all have it in their outbox";
        let case = Case { aim: "F3", name, what, at_least, units: members as u64 };
        let mut hall = Hall::new(members);
        let mut outboxes = vec![Vec::with_capacity(UNWRITTEN); members];
        let tasks = Tasks::new(members, hall.room.entry());
        let ours = || give(&mut hall, &mut outboxes);
        report.race(&case, ours, || tasks.wake());
    }
}

fn give(hall: &mut Hall, outboxes: &mut [Vec<u64>]) -> Duration {
    time(|| {
        hall.room.publish(1);
        let swept = hall.sweep(|batch, tokens| {
            let handle = handle(batch);
            tokens.iter().for_each(|token| put(&mut outboxes[*token as usize], handle));
        });
        black_box((swept.given, &outboxes));
    })
}

fn put(outbox: &mut Vec<u64>, handle: u64) {
    if outbox.len() == UNWRITTEN {
        outbox.clear();
    }
    outbox.push(handle);
}

/// The peer: a channel, and a task for each member that waits at it.
struct Tasks {
    runtime: Runtime,
    sender: broadcast::Sender<Message>,
    message: Message,
    members: usize,
    taken: Arc<AtomicUsize>,
}

impl Tasks {
    fn new(members: usize, message: Message) -> Self {
        let runtime = Builder::new_current_thread().build().expect("a runtime without a reactor");
        let (sender, _) = broadcast::channel(16);
        let taken = Arc::new(AtomicUsize::new(0));
        for _ in 0..members {
            runtime.spawn(member(sender.subscribe(), taken.clone()));
        }
        let tasks = Self { runtime, sender, message, members, taken };
        // Each has fallen asleep at its receiver once it has taken one.
        tasks.wake();
        tasks
    }

    fn wake(&self) -> Duration {
        self.taken.store(0, Relaxed);
        time(|| {
            self.sender.send(self.message.clone()).expect("there are receivers");
            self.runtime.block_on(async {
                while self.taken.load(Relaxed) < self.members {
                    yield_now().await;
                }
            });
        })
    }
}

async fn member(mut receiver: broadcast::Receiver<Message>, taken: Arc<AtomicUsize>) {
    let mut outbox = Vec::with_capacity(UNWRITTEN);
    while let Ok(message) = receiver.recv().await {
        put(&mut outbox, message.seq.0);
        // One thread runs all of them, so no locked instruction is needed.
        taken.store(taken.load(Relaxed) + 1, Relaxed);
    }
}
