//! F1: each member has a cursor of its own, and takes what is ahead of it.
//!
//! Both sides visit the members in the order in which they came, and hand over each message: a handle,
//! counted in one place for all threads. A channel can only give a clone of it, which is part of what
//! a message costs there. A group lends it, so that there are two rows. In `poll-read` each side gives
//! a reader sight of the message in the cheapest way that it has. In `poll` the reader takes a clone
//! from the group as well; to make and drop it is nearly all that costs when many are read at once,
//! which `poll-floor` shows, and so the second aim is not for it.
//!
//! A reader does not know how much there is: from a channel they take until there is no more, which at
//! one message a drain is every second call. `poll-counted` is without that.

use std::hint::black_box;

use liveroom::Cursor;

use crate::{
    channels::{AsyncBroadcast, Buses, Channel, Crossbeam, Flume, Message, Tokio},
    race::{Case, Report, repeat, time},
    rooms::Room,
};

/// Messages a drain, and the aim.
const BURSTS: [(u64, u64); 2] = [(1, 400), (16, 800)];

/// Members and messages that one round covers at least, so that it is long enough to be timed.
const WORK: u64 = 400_000;

/// Members beside the peers that are only shown: enough to leave the caches, and few enough for a
/// channel each.
const OTHERS: usize = 100_000;

/// Publishing is timed on neither side.
pub(crate) fn beside_tokio(report: &mut Report) {
    for &members in report.sizes() {
        for (burst, aim) in BURSTS {
            let what = "tokio broadcast try_recv until there is no more; a clone of each message, in order";
            let name = format!("poll/N={members}/B={burst}");
            let least = (burst == 1).then_some(aim);
            race_with_tokio(report, case(name, what, least, members, burst), Tokio::drain, take);
            beside_the_floor(report, members, burst);
            let what = "tokio broadcast try_recv until there is no more, which clones; ours reads each in place, which a broadcast cannot";
            let name = format!("poll-read/N={members}/B={burst}");
            race_with_tokio(
                report,
                case(name, what, Some(aim), members, burst),
                Tokio::drain,
                look,
            );
            let what = "the same, where tokio's readers are told how many there are, and ask no more often";
            let name = format!("poll-counted/N={members}/B={burst}");
            let counted = |channel: &mut Tokio| channel.drain_counted(burst);
            race_with_tokio(report, case(name, what, None, members, burst), counted, look);
        }
    }
}

fn take(message: &Message) {
    drop(black_box(message.clone()));
}

fn look(message: &Message) {
    black_box(message.seq);
}

fn race_with_tokio(
    report: &mut Report,
    size: Size,
    drain: impl Fn(&mut Tokio),
    give: impl Fn(&Message) + Copy,
) {
    let Size { case, members, burst } = size;
    if !report.wants(case.aim, &case.name) {
        return;
    }
    let mut readers = Readers::new(members);
    let (mut channel, message) = (Tokio::new(members), readers.room.entry());
    readers.catch_up();
    let drains = drains(members, burst);
    let ours = || {
        repeat(drains, || {
            readers.room.publish(burst);
            time(|| readers.drain(give))
        })
    };
    let peer = || {
        repeat(drains, || {
            (0..burst).for_each(|_| channel.send(&message));
            time(|| drain(&mut channel))
        })
    };
    report.race(&case, ours, peer);
}

fn beside_the_floor(report: &mut Report, members: usize, burst: u64) {
    let what = "a loop that makes and drops as many clones; ours the poll around it";
    let name = format!("poll-floor/N={members}/B={burst}");
    let Size { case, .. } = case(name, what, None, members, burst);
    if !report.wants(case.aim, &case.name) {
        return;
    }
    let mut readers = Readers::new(members);
    let message = readers.room.entry();
    readers.catch_up();
    let clones = case.units;
    let ours = || {
        repeat(drains(members, burst), || {
            readers.room.publish(burst);
            time(|| readers.drain(take))
        })
    };
    report.race(&case, ours, || time(|| (0..clones).for_each(|_| take(black_box(&message)))));
}

/// Publishing is timed on both sides: with a channel for each member it is half of the work.
pub(crate) fn beside_others(report: &mut Report) {
    race_with::<AsyncBroadcast>(report, "async-broadcast");
    race_with::<Buses>(report, "bus");
    race_with::<Crossbeam>(report, "crossbeam");
    race_with::<Flume>(report, "flume");
}

fn race_with<C: Channel>(report: &mut Report, who: &str) {
    for (burst, _) in BURSTS {
        let name = format!("poll-{who}/N={OTHERS}/B={burst}");
        if !report.wants("F1", &name) {
            continue;
        }
        let what = "publish and try_recv; a clone of each message, in order";
        let Size { case, .. } = case(name, what, None, OTHERS, burst);
        let mut readers = Readers::new(OTHERS);
        let (mut channel, message) = (C::new(OTHERS), readers.room.entry());
        readers.catch_up();
        let drains = drains(OTHERS, burst);
        let ours = || repeat(drains, || time(|| readers.publish_and_drain(burst)));
        let peer = || repeat(drains, || time(|| send_and_drain(&mut channel, &message, burst)));
        report.race(&case, ours, peer);
    }
}

/// A case, and how large it is.
struct Size {
    case: Case,
    members: usize,
    burst: u64,
}

fn case(
    name: String,
    what: &'static str,
    at_least: Option<u64>,
    members: usize,
    burst: u64,
) -> Size {
    let units = drains(members, burst) * burst * members as u64;
    let case = Case { aim: "F1", name, what, at_least, units };
    Size { case, members, burst }
}

fn drains(members: usize, burst: u64) -> u64 {
    WORK.div_ceil(members as u64 * burst)
}

fn send_and_drain(channel: &mut impl Channel, message: &Message, burst: u64) {
    (0..burst).for_each(|_| channel.send(message));
    channel.drain();
}

/// A group, and a cursor for each member.
struct Readers {
    room: Room,
    cursors: Vec<Cursor>,
}

impl Readers {
    fn new(members: usize) -> Self {
        let room = Room::new();
        let cursors = vec![room.group.tail(); members];
        Self { room, cursors }
    }

    fn catch_up(&mut self) {
        self.cursors.fill(self.room.group.tail());
    }

    fn drain(&mut self, give: impl Fn(&Message)) {
        let Self { room, cursors } = self;
        for cursor in cursors {
            let entries = room.group.since(cursor).expect("the cursor is of this history");
            *cursor = entries.cursor();
            entries.for_each(&give);
        }
    }

    fn publish_and_drain(&mut self, burst: u64) {
        self.room.publish(burst);
        self.drain(take);
    }
}
