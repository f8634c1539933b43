//! How often memory is asked for, and how much is held.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// The system's allocator, with counters in front.
struct Counting;

static MADE: AtomicU64 = AtomicU64::new(0);
static HELD: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static GLOBAL: Counting = Counting;

// SAFETY: every call is the system allocator's, with what it was given.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        note(0, 0, layout.size());
        // SAFETY: `place` was given by the system's allocator for this layout.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, size, layout.size());
        // SAFETY: `place` was given by the system's allocator for this layout.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// What counts has one thread, so no locked instruction is needed, which would cost the allocating
/// side.
fn note(made: u64, more: usize, less: usize) {
    MADE.store(MADE.load(Relaxed) + made, Relaxed);
    HELD.store(HELD.load(Relaxed).wrapping_add(more as u64).wrapping_sub(less as u64), Relaxed);
}

/// What `act` returns, and how many allocations and reallocations it made. Nothing else may run.
pub fn count<R>(act: impl FnOnce() -> R) -> (R, u64) {
    let before = MADE.load(Relaxed);
    let result = act();
    (result, MADE.load(Relaxed) - before)
}

/// What `act` returns, and how many bytes are held since, as they were asked for: what the allocator
/// adds to each block is its own. Nothing else may run.
pub fn held<R>(act: impl FnOnce() -> R) -> (R, u64) {
    let before = HELD.load(Relaxed);
    let result = act();
    (result, HELD.load(Relaxed).saturating_sub(before))
}
