//! Jobs beside each other.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::Result;

/// Gives every item with its number to `task`, `jobs` at a time. Ends with the first error.
pub(crate) fn each<T: Sync>(
    items: &[T],
    jobs: usize,
    task: impl Fn(usize, &T) -> Result<()> + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || -> std::result::Result<(), String> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { return Ok(()) };
            if let Err(error) = task(number, item) {
                next.store(items.len(), Ordering::Relaxed);
                return Err(error.to_string());
            }
        }
    };
    let ended: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    for end in ended {
        end.map_err(|_| "a job panicked")??;
    }
    Ok(())
}

/// A bar for so many things to do.
pub(crate) fn bar(all: usize, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {prefix} {msg} eta {eta}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(all as u64).with_style(style).with_prefix(what.to_owned())
}
