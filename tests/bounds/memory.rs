//! What the allocator says.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system's allocator, and what each thread holds of it.
struct Counting;

#[global_allocator]
static GLOBAL: Counting = Counting;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
    static MOST: Cell<i64> = const { Cell::new(0) };
}

// SAFETY: every call is the system allocator's, with what it was given.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        note(0, layout.size());
        // SAFETY: `place` was given by the system's allocator for this layout.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size, layout.size());
        // SAFETY: `place` was given by the system's allocator for this layout.
        unsafe { System.realloc(place, layout, size) }
    }
}

fn note(more: usize, less: usize) {
    // A thread that ends has no cell any more, and is not measured.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + more as i64 - less as i64);
        MOST.with(|most| most.set(most.get().max(held.get())));
    });
}

/// How many bytes this thread holds, as they were asked for.
pub(crate) fn held() -> i64 {
    HELD.with(Cell::get)
}

/// What `act` returns, how many bytes more are held after it, and how many more were at most while it
/// ran.
pub(crate) fn measured<R>(act: impl FnOnce() -> R) -> (R, i64, i64) {
    let before = held();
    MOST.with(|most| most.set(before));
    let result = act();
    (result, held() - before, MOST.with(Cell::get) - before)
}
