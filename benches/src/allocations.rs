//! How often memory is asked for.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// The system's allocator, with a counter in front.
struct Counting;

static MADE: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static GLOBAL: Counting = Counting;

// SAFETY: every call is the system allocator's, with what it was given.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: `place` was given by the system's allocator for this layout.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        // SAFETY: `place` was given by the system's allocator for this layout.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// The program has one thread, so no locked instruction is needed, which would cost the allocating side.
fn note() {
    MADE.store(MADE.load(Relaxed) + 1, Relaxed);
}

/// What `act` returns, and how many allocations and reallocations it made. Nothing else may run.
pub(crate) fn count<R>(act: impl FnOnce() -> R) -> (R, u64) {
    let before = MADE.load(Relaxed);
    let result = act();
    (result, MADE.load(Relaxed) - before)
}
