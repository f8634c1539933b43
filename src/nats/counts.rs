//! What went over the connection.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! counts {
    ($($(#[$doc:meta])* $count:ident),* $(,)?) => {
        /// What went over a connection since it was opened.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counts {
            $($(#[$doc])* pub $count: u64,)*
        }

        #[derive(Debug, Default)]
        pub(super) struct Counters {
            $($count: AtomicU64,)*
        }

        impl Counters {
            pub(super) fn counts(&self) -> Counts {
                Counts { $($count: self.$count.load(Relaxed),)* }
            }
        }

        impl Counts {
            /// Each with its name, as for a page of metrics.
            pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($count), self.$count)),*].into_iter()
            }
        }
    };
}

counts! {
    /// Frames that the server has stored for a home here.
    frames_stored,
    /// Their bytes.
    frame_bytes,
    /// Frames that it refused, since the log did not end where the home believed.
    write_conflicts,
    /// Frames of which it did not say in time whether they are stored.
    writes_unknown,
    /// Messages sent beside frames.
    sent,
    /// Their bytes.
    sent_bytes,
    /// Messages that came.
    received,
    /// Their bytes.
    received_bytes,
    /// Messages that came and are none that a node of this version sends. They are dropped.
    malformed,
    /// How often the log was asked for what had not come.
    fetches,
}

impl Counters {
    pub(super) fn stored(&self, bytes: usize) {
        self.frames_stored.fetch_add(1, Relaxed);
        self.frame_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(super) fn conflict(&self) {
        self.write_conflicts.fetch_add(1, Relaxed);
    }

    pub(super) fn unknown(&self) {
        self.writes_unknown.fetch_add(1, Relaxed);
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.sent.fetch_add(1, Relaxed);
        self.sent_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(super) fn received(&self, bytes: usize) {
        self.received.fetch_add(1, Relaxed);
        self.received_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(super) fn malformed(&self) {
        self.malformed.fetch_add(1, Relaxed);
    }

    pub(super) fn fetch(&self) {
        self.fetches.fetch_add(1, Relaxed);
    }
}
