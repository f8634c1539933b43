//! What became of every message, how much was handed over, and what it cost.

use std::{
    fmt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use liveroom::{Flow, Group, Priority, Stats, Timestamp};

use crate::{
    counts::Counted,
    house::House,
    process::Usage,
    protocol::answers::{DISCARDS, REJECTIONS},
};

/// The account of a run so far, of all groups together.
#[derive(Clone, Debug)]
pub struct Account {
    at: Timestamp,
    stats: Stats,
    online: u64,
    counted: Counted,
    usage: Option<Usage>,
}

/// The accounts of groups that are there no more, in sum.
#[derive(Debug, Default)]
pub(crate) struct Closed(Mutex<Stats>);

impl Closed {
    pub(crate) fn add(&self, stats: &Stats) {
        add(&mut self.lock(), stats);
    }

    fn lock(&self) -> MutexGuard<'_, Stats> {
        self.0.lock().expect("nobody panics under this lock")
    }
}

impl Account {
    pub(crate) fn take(house: &House) -> Self {
        let (mut stats, mut online) = (house.closed.lock().clone(), 0);
        let mut counted = house.polled.now();
        for key in house.groups() {
            // One that is disposed of just now is missing once, and in the next account.
            let read = |group: &Group| (group.stats(), group.online());
            let Some((of_group, there)) = house.hub.read(key, read) else { continue };
            add(&mut stats, &of_group);
            online += there;
        }
        for room in &house.rooms {
            counted = counted + room.counts.now();
        }
        Self { at: house.clock.now(), stats, online, counted, usage: Usage::read() }
    }

    /// The engine's own account.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Whether every message that was accepted is accounted for, in each priority and so in sum. What was
    /// offered is by definition what was refused and what was accepted.
    pub fn balances(&self) -> bool {
        self.stats.flow.0.iter().all(Flow::balances)
    }

    /// How often a reader was not given a batch because it had no room for it.
    pub fn not_now(&self) -> u64 {
        self.counted.not_now
    }

    /// One line on what happened since an earlier account.
    pub fn since(&self, earlier: &Self) -> String {
        let span = self.at.since(earlier.at);
        let rate = |now: u64, then: u64| per_second(now.saturating_sub(then), span);
        let cost = match (self.usage, earlier.usage) {
            (Some(now), Some(then)) => {
                let share = per_mille(now.cpu.saturating_sub(then.cpu), span);
                format!(
                    "{}.{} % of a core, {} MiB",
                    share / 10,
                    share % 10,
                    now.resident_kib / 1_024
                )
            }
            _ => "cost unknown here".to_owned(),
        };
        format!(
            "{} online; a second: {} offered, {} delivered, {} hand-overs of batches ({} of entries); {cost}",
            self.online,
            rate(self.stats.offered(), earlier.stats.offered()),
            rate(delivered(&self.stats), delivered(&earlier.stats)),
            rate(self.counted.batches, earlier.counted.batches),
            rate(self.counted.entries, earlier.counted.entries),
        )
    }
}

/// Adds one room's account to another's.
fn add(stats: &mut Stats, other: &Stats) {
    for (code, count) in &other.refused {
        *stats.refused.entry(*code).or_default() += count;
    }
    for (flow, other) in stats.flow.0.iter_mut().zip(&other.flow.0) {
        flow.accepted += other.accepted;
        flow.delivered += other.delivered;
        add_each(&mut flow.rejected, &other.rejected);
        add_each(&mut flow.discarded, &other.discarded);
        flow.waiting += other.waiting;
        flow.held += other.held;
    }
    add_each(&mut stats.appended.0, &other.appended.0);
    add_each(&mut stats.evicted.0, &other.evicted.0);
}

fn add_each(sums: &mut [u64], others: &[u64]) {
    for (sum, other) in sums.iter_mut().zip(others) {
        *sum += other;
    }
}

fn delivered(stats: &Stats) -> u64 {
    stats.flow.0.iter().map(|flow| flow.delivered).sum()
}

fn per_second(count: u64, span: Duration) -> u64 {
    let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000) / millis
}

fn per_mille(part: Duration, whole: Duration) -> u128 {
    part.as_micros() * 1_000 / whole.as_micros().max(1)
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stats, counted, .. } = self;
        writeln!(
            f,
            "offered {} = refused {} + accepted {}",
            stats.offered(),
            stats.refused(),
            stats.accepted()
        )?;
        for (code, count) in &stats.refused {
            writeln!(f, "  refused with {code}: {count}")?;
        }
        writeln!(f, "accepted = delivered + rejected + discarded + waiting + held")?;
        for (priority, flow) in Priority::ALL.iter().zip(&stats.flow.0) {
            let (rejected, discarded) =
                (flow.rejected.iter().sum::<u64>(), flow.discarded.iter().sum::<u64>());
            writeln!(
                f,
                "  {priority:<6} {} = {} + {rejected} + {discarded} + {} + {}{}",
                flow.accepted,
                flow.delivered,
                flow.waiting,
                flow.held,
                if flow.balances() { "" } else { "  WHICH IS NOT TRUE" }
            )?;
            let reasons = REJECTIONS.iter().zip(&flow.rejected);
            let reasons = reasons.chain(DISCARDS.iter().zip(&flow.discarded));
            for (reason, count) in reasons.filter(|(_, count)| **count > 0) {
                writeln!(f, "    {reason}: {count}")?;
            }
        }
        writeln!(f, "turned away by the host itself, before the group: {}", counted.turned_away)?;
        writeln!(f, "gifts delivered, each of a combo counted: {}", counted.gifts)?;
        write!(
            f,
            "handed over: {} batches holding {} entries, built {} times; {} times not now",
            counted.batches, counted.entries, counted.built, counted.not_now
        )
    }
}
