//! What came of a run.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    account::{Audit, Fates},
    latency::{Latencies, Latency},
    probe::Usage,
};

/// One host under load, from the first message to the last.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Which host.
    pub host: String,
    /// What it is, in a few words.
    pub about: &'static str,
    /// How long it let entries wait for others, if that is known.
    pub tick: Option<Duration>,
    /// Clients that read to the end.
    pub clients: u32,
    /// Messages offered a second, and for how many seconds.
    pub rate: u32,
    /// For how many seconds.
    pub seconds: u32,
    /// What happened in each second.
    pub course: Vec<Second>,
    /// Frames that clients received while messages were sent, and their bytes.
    pub frames: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Entries in them, each counted for each client that it was handed to.
    pub entries: u64,
    /// From the time a message was to be sent to the time a client had read it, for every client.
    pub latencies: Latencies,
    /// How late the tool itself was in sending.
    pub late: Latency,
    /// What the host cost while messages were sent; `None` if its process is not known.
    pub cost: Option<Usage>,
    /// What other processes cost that the host is made of, by what they are.
    pub beside: Vec<(String, Usage)>,
    /// What the host's memory was before anybody came, in KiB.
    pub bare_kib: u64,
    /// What this tool cost meanwhile.
    pub own: Usage,
    /// Nanoseconds for which the whole machine was busy meanwhile, or taken away.
    pub busy: u64,
    /// All readers held against the host's history.
    pub audit: Audit,
    /// What became of the messages, as their authors were told.
    pub fates: Fates,
    /// What does not come out even.
    pub faults: Vec<String>,
    /// Whether the host promises that it does.
    pub promises: bool,
    /// Clients that did not come in, or ended before the end, by reason.
    pub gone: BTreeMap<String, u64>,
}

/// What happened in one second.
#[derive(Clone, Copy, Debug, Default)]
pub struct Second {
    /// Entries handed over.
    pub entries: u64,
    /// Frames received.
    pub frames: u64,
    /// Entries that clients were told they missed.
    pub missed: u64,
    /// Latency of all priorities together in milliseconds: half of them, and 99 of 100.
    pub p50: Option<f64>,
    /// 99 of 100.
    pub p99: Option<f64>,
    /// 99 of 100 of high priority.
    pub high_p99: Option<f64>,
    /// Processor time of the host, in milliseconds.
    pub cpu: Option<f64>,
    /// Memory of the host, in MiB.
    pub resident: Option<f64>,
}

impl Outcome {
    /// A total as so much a second.
    pub fn per_second(&self, total: u64) -> f64 {
        total as f64 / f64::from(self.seconds.max(1))
    }

    /// Milliseconds of processor time a second that the host took.
    pub fn cpu(&self) -> Option<f64> {
        self.cost.as_ref().map(|cost| self.per_second(cost.cpu()) / 1e6)
    }

    /// The same of this tool.
    pub fn own_cpu(&self) -> f64 {
        self.per_second(self.own.cpu()) / 1e6
    }

    /// Milliseconds of processor time a second that others took, on this machine or from it, the system's own threads
    /// included: what is measured beside others is slower. `None` if the host is not known, since it is one of them.
    pub fn others_cpu(&self) -> Option<f64> {
        let cost = self.cost.as_ref()?;
        let beside: u64 = self.beside.iter().map(|(_, cost)| cost.cpu()).sum();
        let others = self.busy.saturating_sub(cost.cpu() + beside + self.own.cpu());
        Some(self.per_second(others) / 1e6)
    }

    /// Microseconds of the host's processor time for each frame.
    pub fn cpu_per_frame(&self) -> Option<f64> {
        let cost = self.cost.as_ref()?;
        (self.frames > 0).then(|| cost.cpu() as f64 / 1e3 / self.frames as f64)
    }

    /// Microseconds of the host's processor time for each entry that a client got.
    pub fn cpu_per_hand_off(&self) -> Option<f64> {
        let cost = self.cost.as_ref()?;
        (self.entries > 0).then(|| cost.cpu() as f64 / 1e3 / self.entries as f64)
    }

    /// The host's memory in MiB.
    pub fn resident(&self) -> Option<f64> {
        self.cost.as_ref().map(|cost| cost.resident_kib as f64 / 1024.0)
    }

    /// The host's memory in MiB at the end of each fifth of the run: whether it still grows.
    pub fn resident_over_time(&self) -> Vec<f64> {
        let known: Vec<f64> = self.course.iter().filter_map(|second| second.resident).collect();
        let parts = known.len().min(5);
        (1..=parts).map(|part| known[known.len() * part / parts - 1]).collect()
    }

    /// What the host has in memory for each client, in KiB.
    pub fn kib_per_client(&self) -> Option<f64> {
        let cost = self.cost.as_ref()?;
        let grown = cost.resident_kib.saturating_sub(self.bare_kib);
        (self.clients > 0).then(|| grown as f64 / f64::from(self.clients))
    }

    /// Entries that readers did not get: those that they were told of, and those that nobody told them of. Nobody knows
    /// where readers were not there to the end.
    pub fn lost(&self) -> Option<(u64, u64)> {
        self.gone.is_empty().then(|| (self.audit.told(), self.audit.lost_silently))
    }

    /// Whether the host kept what it promises, and everybody was there to the end.
    pub fn is_sound(&self) -> bool {
        self.gone.is_empty() && (self.faults.is_empty() || !self.promises)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_at_the_end_of_each_fifth() {
        let over = |seconds: u32, is_known: bool| {
            let resident = |at| is_known.then_some(f64::from(at));
            let course =
                (0..seconds).map(|at| Second { resident: resident(at), ..Second::default() });
            Outcome { course: course.collect(), ..Outcome::default() }.resident_over_time()
        };
        assert_eq!(over(3_600, true), [719.0, 1_439.0, 2_159.0, 2_879.0, 3_599.0]);
        assert_eq!(over(7, true), [0.0, 1.0, 3.0, 4.0, 6.0]);
        assert_eq!(over(2, true), [0.0, 1.0]);
        assert!(over(9, false).is_empty() && over(0, true).is_empty());
    }
}
