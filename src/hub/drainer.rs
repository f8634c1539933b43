//! Taking out of a shard whatever there is to tell.

use std::{sync::atomic::Ordering, time::Duration};

use crate::{id::AppId, output::Output, time::Timestamp};

use super::{Hub, HubKey, Shard};

/// The one drainer of a shard; another can be had once it is dropped.
///
/// The loop of a fan-out thread: [`drain`](Self::drain), deal with what came,
/// [`wait`](Self::wait) until something comes or is due.
#[derive(Debug)]
pub struct Drainer<'a> {
    hub: &'a Hub,
    shard: u32,
    /// Whose turn it is to be drained first.
    first: AppId,
}

impl<'a> Drainer<'a> {
    pub(super) fn take(hub: &'a Hub, shard: usize) -> Option<Self> {
        let place = hub.shards.get(shard)?;
        let shard = u32::try_from(shard).ok()?;
        let taken = place.drained.swap(true, Ordering::AcqRel);
        (!taken).then_some(Self { hub, shard, first: AppId(0) })
    }

    /// Advances what is due by `now`, and moves up to `most` outputs into `into`, under one lock.
    ///
    /// Returns when the shard wants to be drained again, if by time alone. Call it again at once
    /// while it moves `most`.
    pub fn drain(
        &mut self,
        now: Timestamp,
        most: usize,
        into: &mut Vec<(HubKey, Output)>,
    ) -> Option<Timestamp> {
        let full = into.len() + most;
        let mut next = None;
        let mut apps = self.place().apps.lock();
        // The app that was cut short last time comes first, so that a loud one keeps none waiting.
        let ids: Vec<AppId> =
            apps.range(self.first..).chain(apps.range(..self.first)).map(id).collect();
        for app in ids {
            let Some(corner) = apps.get_mut(&app) else { continue };
            corner.shelf.advance(now);
            while into.len() < full
                && let Some((group, output)) = corner.shelf.poll()
            {
                into.push((HubKey { app, shard: self.shard, group }, output));
            }
            // Groups that could not settle for want of room can now.
            corner.shelf.advance(now);
            if corner.shelf.is_ready() {
                self.first = if next == Some(now) { self.first } else { app };
                next = Some(now);
            } else {
                next = [next, corner.shelf.poll_timeout()].into_iter().flatten().min();
            }
        }
        next
    }

    /// Waits until something is given to the shard, or for `most` at most. Returns whether something was.
    pub fn wait(&mut self, most: Duration) -> bool {
        self.place().woken.recv_timeout(most).is_ok()
    }

    fn place(&self) -> &'a Shard {
        &self.hub.shards[self.shard as usize]
    }
}

impl Drop for Drainer<'_> {
    fn drop(&mut self) {
        self.place().drained.store(false, Ordering::Release);
    }
}

fn id<T>((id, _): (&AppId, T)) -> AppId {
    *id
}
