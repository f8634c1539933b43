//! Locks, atomics and the channel of wake tokens, as the rest of the hub uses them.
//!
//! With `--cfg shuttle` they belong to a scheduler, so that `tests/models` can run the hub's own code in
//! whatever order of steps. Shuttle draws orders at random, and gets through a hub with groups in it
//! hundreds of times a second. Loom would go through every order, and what the memory model allows
//! beside; but it has neither `parking_lot` nor channels, three threads that take a few locks each have
//! more orders than anybody can wait for, and the atomics here order nothing but themselves.

#[cfg(not(shuttle))]
pub(super) use {
    crossbeam_channel::{Receiver, Sender, bounded},
    parking_lot::{Mutex, RwLock},
    std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64},
};

#[cfg(shuttle)]
pub(super) use modelled::{
    AtomicBool, AtomicU32, AtomicU64, Mutex, Receiver, RwLock, Sender, bounded,
};

#[cfg(shuttle)]
mod modelled {
    use std::{
        cell::Cell,
        fmt,
        ops::{Deref, DerefMut},
        time::Duration,
    };

    use shuttle::sync::mpsc;
    use shuttle_parking_lot as inner;

    pub(in crate::hub) use shuttle::sync::{
        atomic::{AtomicBool, AtomicU32, AtomicU64},
        mpsc::SyncSender as Sender,
    };

    shuttle::thread_local! {
        /// Whether the thread holds a lock of a hub.
        static HOLDS: Cell<bool> = Cell::new(false);
    }

    /// The right of a thread to hold the one lock that it may hold at a time.
    #[derive(Debug)]
    struct Turn;

    impl Turn {
        fn take() -> Self {
            assert!(
                !HOLDS.with(|holds| holds.replace(true)),
                "a lock is taken while another is held"
            );
            Self
        }
    }

    impl Drop for Turn {
        fn drop(&mut self) {
            let _torn_down = HOLDS.try_with(|holds| holds.set(false));
        }
    }

    #[derive(Debug)]
    pub(in crate::hub) struct Guard<G> {
        guard: G,
        _turn: Turn,
    }

    impl<G> Guard<G> {
        fn new(lock: impl FnOnce() -> G) -> Self {
            let turn = Turn::take();
            Self { guard: lock(), _turn: turn }
        }
    }

    impl<G: Deref> Deref for Guard<G> {
        type Target = G::Target;

        fn deref(&self) -> &G::Target {
            &self.guard
        }
    }

    impl<G: DerefMut> DerefMut for Guard<G> {
        fn deref_mut(&mut self) -> &mut G::Target {
            &mut self.guard
        }
    }

    #[derive(Debug, Default)]
    pub(in crate::hub) struct Mutex<T>(inner::Mutex<T>);

    impl<T> Mutex<T> {
        pub(in crate::hub) fn lock(&self) -> Guard<inner::MutexGuard<'_, T>> {
            Guard::new(|| self.0.lock())
        }
    }

    #[derive(Debug, Default)]
    pub(in crate::hub) struct RwLock<T>(inner::RwLock<T>);

    impl<T> RwLock<T> {
        pub(in crate::hub) fn read(&self) -> Guard<inner::RwLockReadGuard<'_, T>> {
            Guard::new(|| self.0.read())
        }

        pub(in crate::hub) fn write(&self) -> Guard<inner::RwLockWriteGuard<'_, T>> {
            Guard::new(|| self.0.write())
        }
    }

    #[derive(Debug)]
    pub(in crate::hub) struct Receiver<T>(mpsc::Receiver<T>);

    impl<T: fmt::Debug> Receiver<T> {
        /// Threads of a model take no time. What is due within a minute is due when nothing is there,
        /// and what is due later never is: whoever sleeps then is woken, or the model stands still.
        pub(in crate::hub) fn recv_timeout(&self, most: Duration) -> Result<T, mpsc::TryRecvError> {
            if most < Duration::from_mins(1) {
                self.0.try_recv()
            } else {
                self.0.recv().map_err(|_| mpsc::TryRecvError::Disconnected)
            }
        }
    }

    pub(in crate::hub) fn bounded<T>(room: usize) -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = mpsc::sync_channel(room);
        (sender, Receiver(receiver))
    }
}
