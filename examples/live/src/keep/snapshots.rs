//! Makes snapshots of what is kept, so that a host comes back soon, and takes away what is not needed any more.

use std::{
    io,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use liveroom::{HashKey, store::Follower};
use tracing::{debug, warn};

use crate::house::House;

/// Records of a group after which another snapshot is made: they are played back in a fraction of a second.
const RECORDS: u64 = 10_000;
/// Records of all groups together of which that many may be left to play back: they take a few seconds.
const IN_ALL: u64 = 500_000;
const EVERY: Duration = Duration::from_secs(1);
const TIDY_EVERY: Duration = Duration::from_mins(1);

/// A thread that follows the store.
#[derive(Debug)]
pub(super) struct Snapshots {
    thread: thread::JoinHandle<()>,
    end: mpsc::Sender<()>,
}

impl Snapshots {
    pub(super) fn begin(
        mut follower: Follower,
        key: HashKey,
        house: Arc<House>,
    ) -> io::Result<Self> {
        let (end, ended) = mpsc::channel();
        let run = move || {
            let mut tidied = Instant::now();
            // Until it is told to end, or nobody is there who could.
            while ended.recv_timeout(EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                make(&mut follower, key, &house);
                if tidied.elapsed() >= TIDY_EVERY {
                    tidied = Instant::now();
                    if let Err(error) = follower.tidy(house.clock.now()) {
                        warn!(%error, "what is not needed any more stays in the store");
                    }
                }
            }
        };
        let thread = thread::Builder::new().name("snapshots".to_owned()).spawn(run)?;
        Ok(Self { thread, end })
    }

    pub(super) fn end(self) {
        let _ended_already = self.end.send(());
        let _panicked = self.thread.join();
    }
}

/// Makes those that are due, as far as there is time before it is asked again which are.
fn make(follower: &mut Follower, key: HashKey, house: &House) {
    let begun = Instant::now();
    let due = match follower.due(RECORDS, IN_ALL) {
        Ok(due) => due,
        Err(error) => return warn!(%error, "the store cannot be read"),
    };
    for group in due {
        match follower.snapshot(group, key) {
            Ok(Some(made)) => {
                house.keep.count(|figures| figures.snapshots += 1);
                debug!(%group, record = made.record.0, "a snapshot is made");
            }
            Ok(None) => {}
            Err(error) => return warn!(%group, %error, "no snapshot is made"),
        }
        if begun.elapsed() >= EVERY {
            return;
        }
    }
}
