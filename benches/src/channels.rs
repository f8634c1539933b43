//! The peers of the fan-out: channels that others build such a host on.

use std::{hint::black_box, sync::Arc};

use bus::{Bus, BusReader};
use liveroom::Entry;
use tokio::sync::broadcast;

/// What goes through them: a handle, as ours hands one over.
pub(crate) type Message = Arc<Entry>;

/// As many as a group keeps of the class of text.
const CAPACITY: usize = 1_024;

/// One sends, and each of many takes.
pub(crate) trait Channel {
    /// With so many members.
    fn new(members: usize) -> Self;
    fn send(&mut self, message: &Message);
    /// Each member, in the order in which they came, takes all there is and drops it.
    fn drain(&mut self);
}

/// tokio's broadcast, with a receiver for each member.
pub(crate) struct Tokio(broadcast::Sender<Message>, Vec<broadcast::Receiver<Message>>);

impl Tokio {
    /// Each member takes so many, and does not look whether there are more.
    pub(crate) fn drain_counted(&mut self, count: u64) {
        for receiver in &mut self.1 {
            for _ in 0..count {
                drop(black_box(receiver.try_recv().expect("so many were sent")));
            }
        }
    }
}

impl Channel for Tokio {
    fn new(members: usize) -> Self {
        let (sender, _) = broadcast::channel(CAPACITY);
        let receivers = (0..members).map(|_| sender.subscribe()).collect();
        Self(sender, receivers)
    }

    fn send(&mut self, message: &Message) {
        self.0.send(message.clone()).expect("there are receivers");
    }

    fn drain(&mut self) {
        for receiver in &mut self.1 {
            while let Ok(message) = receiver.try_recv() {
                drop(black_box(message));
            }
        }
    }
}

/// async-broadcast, with a receiver for each member.
pub(crate) struct AsyncBroadcast(
    async_broadcast::Sender<Message>,
    Vec<async_broadcast::Receiver<Message>>,
);

impl Channel for AsyncBroadcast {
    fn new(members: usize) -> Self {
        let (sender, first) = async_broadcast::broadcast(CAPACITY);
        let others = (1..members).map(|_| sender.new_receiver()).collect::<Vec<_>>();
        Self(sender, std::iter::once(first).chain(others).collect())
    }

    fn send(&mut self, message: &Message) {
        self.0.try_broadcast(message.clone()).expect("everybody has taken what was there");
    }

    fn drain(&mut self) {
        for receiver in &mut self.1 {
            while let Ok(message) = receiver.try_recv() {
                drop(black_box(message));
            }
        }
    }
}

/// `bus`, with a reader for each member.
pub(crate) struct Buses(Bus<Message>, Vec<BusReader<Message>>);

impl Channel for Buses {
    fn new(members: usize) -> Self {
        let mut bus = Bus::new(CAPACITY);
        let readers = (0..members).map(|_| bus.add_rx()).collect();
        Self(bus, readers)
    }

    fn send(&mut self, message: &Message) {
        self.0.broadcast(message.clone());
    }

    fn drain(&mut self) {
        for reader in &mut self.1 {
            while let Ok(message) = reader.try_recv() {
                drop(black_box(message));
            }
        }
    }
}

/// A crossbeam channel for each member.
pub(crate) struct Crossbeam(
    Vec<(crossbeam_channel::Sender<Message>, crossbeam_channel::Receiver<Message>)>,
);

impl Channel for Crossbeam {
    fn new(members: usize) -> Self {
        Self((0..members).map(|_| crossbeam_channel::unbounded()).collect())
    }

    fn send(&mut self, message: &Message) {
        for (sender, _) in &self.0 {
            sender.send(message.clone()).expect("the receiver is there");
        }
    }

    fn drain(&mut self) {
        for (_, receiver) in &self.0 {
            receiver.try_iter().for_each(|message| drop(black_box(message)));
        }
    }
}

/// A flume channel for each member.
pub(crate) struct Flume(Vec<(flume::Sender<Message>, flume::Receiver<Message>)>);

impl Channel for Flume {
    fn new(members: usize) -> Self {
        Self((0..members).map(|_| flume::unbounded()).collect())
    }

    fn send(&mut self, message: &Message) {
        for (sender, _) in &self.0 {
            sender.send(message.clone()).expect("the receiver is there");
        }
    }

    fn drain(&mut self) {
        for (_, receiver) in &self.0 {
            receiver.try_iter().for_each(|message| drop(black_box(message)));
        }
    }
}
