//! F3: idle members are given one message: a task for each that sleeps until then, beside one sweep.
//!
//! Timed from the publishing to the moment at which the last member has 8 bytes of its own. Both run
//! on this one thread.

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
    halls::{Hall, each, handle},
    race::{Case, Report, time},
};

/// What a connection has yet to write; of connections there are none here.
#[derive(Clone, Default)]
struct Outbox {
    unwritten: [u64; 7],
    /// A place is used again without having been written.
    next: u64,
}

impl Outbox {
    fn put(&mut self, handle: u64) {
        self.unwritten[self.next as usize % 7] = handle;
        self.next += 1;
    }
}

pub(crate) fn wakes(report: &mut Report) {
    for &members in report.sizes() {
        let large = members >= 1_000_000;
        let name = format!("wake/N={members}");
        if members <= report.large() && report.wants("F3", &name) {
            let what = "tokio broadcast, a task each; publish until 8 bytes are in each outbox";
            let at_least = large.then_some(4_000);
            let case = Case { aim: "F3", name, what, at_least, units: members as u64 };
            let mut outboxes = vec![Outbox::default(); members];
            race(report, &case, members, |token, handle| outboxes[token].put(handle));
        }
        let name = format!("wake-slot/N={members}");
        if members <= report.large() && report.wants("F3", &name) {
            let what = "the same; ours 8 bytes into a slot each, side by side";
            let at_least = (members == 100_000).then_some(20_000);
            let case = Case { aim: "F3", name, what, at_least, units: members as u64 };
            let mut slots = vec![0; members];
            race(report, &case, members, |token, handle| slots[token] = handle);
        }
    }
}

fn race(report: &mut Report, case: &Case, members: usize, mut put: impl FnMut(usize, u64)) {
    let mut hall = Hall::new(members);
    let tasks = Tasks::new(members, hall.room.entry());
    let ours = || {
        time(|| {
            hall.room.publish(1);
            let swept = hall.sweep(|batch, tokens| {
                let handle = handle(batch);
                each(tokens, |token| put(token, handle));
            });
            black_box(swept.given);
        })
    };
    report.race(case, ours, || tasks.wake());
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
    let mut outbox = Outbox::default();
    while let Ok(message) = receiver.recv().await {
        black_box(&mut outbox).put(message.seq.0);
        // One thread runs all of them, so no locked instruction is needed.
        taken.store(taken.load(Relaxed) + 1, Relaxed);
    }
}
