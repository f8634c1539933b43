//! What a process costs, as Linux tells it.

use std::{
    collections::BTreeMap,
    fs, io,
    net::{IpAddr, SocketAddr},
    path::Path,
};

/// Processor time, memory and wakes of a process so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Nanoseconds of processor time, by the names of its threads.
    pub threads: BTreeMap<String, u64>,
    /// How often a thread of it slept and was woken.
    pub wakes: u64,
    /// Memory that it has, in KiB.
    pub resident_kib: u64,
}

impl Usage {
    /// Reads it.
    ///
    /// # Errors
    /// There is no such process, or the system is no Linux.
    pub fn read(pid: u32) -> io::Result<Self> {
        let process = format!("/proc/{pid}");
        let process = Path::new(&process);
        let mut usage = Self {
            resident_kib: field(&fs::read_to_string(process.join("status"))?, "VmRSS:"),
            ..Self::default()
        };
        for thread in fs::read_dir(process.join("task"))? {
            // One that ends meanwhile is not there any more.
            let Ok(thread) = thread.map(|thread| thread.path()) else { continue };
            let read = |file: &str| fs::read_to_string(thread.join(file)).unwrap_or_default();
            let name = read("comm").trim_end().to_owned();
            *usage.threads.entry(name).or_default() += on_processor(&read("schedstat"));
            usage.wakes += field(&read("status"), "voluntary_ctxt_switches:");
        }
        Ok(usage)
    }

    /// Nanoseconds of processor time, of all threads.
    pub fn cpu(&self) -> u64 {
        self.threads.values().sum()
    }

    /// What it cost since an earlier reading; the memory is what it has now.
    pub fn since(&self, earlier: &Self) -> Self {
        let threads = self.threads.iter().map(|(name, cpu)| {
            let before = earlier.threads.get(name).copied().unwrap_or_default();
            (name.clone(), cpu.saturating_sub(before))
        });
        Self {
            threads: threads.collect(),
            wakes: self.wakes.saturating_sub(earlier.wakes),
            resident_kib: self.resident_kib,
        }
    }
}

/// Nanoseconds that the processors of this machine were busy so far for whomever, or were taken away: a machine may
/// itself be one of several on another.
///
/// # Errors
/// The system is no Linux.
pub fn busy() -> io::Result<u64> {
    Ok(busy_of(&fs::read_to_string("/proc/stat")?))
}

/// The first line of `/proc/stat`: user, nice, system, idle, waiting for a disk, interrupts, soft ones, and stolen, in
/// ticks of 10 ms (`USER_HZ` is 100).
fn busy_of(stat: &str) -> u64 {
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<u64> = fields.map(|ticks| ticks.parse().unwrap_or_default()).collect();
    let busy = [0, 1, 2, 5, 6, 7].iter().filter_map(|at| ticks.get(*at)).sum::<u64>();
    busy * 10_000_000
}

/// The process of this machine that listens at an address of IPv4, if it is ours to see.
pub fn listener(address: SocketAddr) -> Option<u32> {
    let sockets = fs::read_to_string("/proc/net/tcp").ok()?;
    let socket = format!("socket:[{}]", inode(&sockets, address)?);
    let holds = |process: &Path| {
        let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        files
            .filter_map(|file| fs::read_link(file.path()).ok())
            .any(|link| link == Path::new(&socket))
    };
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut numbered = processes.filter_map(|process| {
        let pid = process.file_name().to_str()?.parse().ok()?;
        Some((pid, process.path()))
    });
    numbered.find(|(_, process)| holds(process)).map(|(pid, _)| pid)
}

/// The number of the socket that listens there, from `/proc/net/tcp`: an address is written as the processor has it,
/// in hexadecimal digits, and 0A is a socket that listens.
fn inode(sockets: &str, address: SocketAddr) -> Option<u64> {
    let IpAddr::V4(ip) = address.ip() else { return None };
    let port = address.port();
    let there = format!("{:08X}:{port:04X}", u32::from_ne_bytes(ip.octets()));
    let anywhere = format!("00000000:{port:04X}");
    sockets.lines().find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, state) = (fields.next()?, fields.nth(1)?);
        let listens = state == "0A" && (local == there || local == anywhere);
        if listens { fields.nth(5)?.parse().ok() } else { None }
    })
}

/// The first number of `/proc/<pid>/task/<tid>/schedstat`: time on the processor, in nanoseconds.
fn on_processor(schedstat: &str) -> u64 {
    schedstat.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default()
}

/// A number of a `status` file.
fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_own_cost() {
        let before = Usage::read(std::process::id()).unwrap();
        let mut sum = 0_u64;
        while Usage::read(std::process::id()).unwrap().since(&before).cpu() < 20_000_000 {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(before.resident_kib > 100);
        assert!(Usage::read(u32::MAX).is_err());
    }

    #[test]
    fn a_processor_that_waits_is_not_busy() {
        assert_eq!(busy_of("cpu  1 2 4 800 1600 8 16 32 0 0\ncpu0 1 1 1 1"), 630_000_000);
        assert!(busy().unwrap() > 0);
    }

    #[test]
    fn who_listens_is_found() {
        let listening = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listening.local_addr().unwrap();
        assert_eq!(listener(address), Some(std::process::id()));
        drop(listening);
        assert_eq!(listener(address), None);
    }

    #[test]
    fn numbers_are_found_by_their_names() {
        let status = "VmPeak:\t 9 kB\nVmRSS:\t    1234 kB\nvoluntary_ctxt_switches:\t7\n";
        assert_eq!(
            (field(status, "VmRSS:"), field(status, "voluntary_ctxt_switches:")),
            (1_234, 7)
        );
        assert_eq!((on_processor("879502 1570245 2"), on_processor("")), (879_502, 0));
    }
}
