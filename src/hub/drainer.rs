//! Taking out of a shard whatever there is to tell.

#![expect(clippy::indexing_slicing, reason = "a drainer is made for a shard that the hub has")]

use std::{ops::Bound, sync::atomic::Ordering, time::Duration};

use crate::{id::AppId, output::Output, time::Timestamp};

use super::{Hub, HubKey, Shard};

/// The one drainer of a shard; another can be had once it is dropped.
///
/// The loop of a fan-out thread: [`drain`](Self::drain), deal with what came,
/// [`wait`](Self::wait) until something comes or is due. It stands whole in [the guide](crate#fan-out).
#[derive(Debug)]
pub struct Drainer<'a> {
    hub: &'a Hub,
    shard: u32,
    /// The app after which there was no more room, or time, the last time: the turn is the next one's.
    last: AppId,
}

impl<'a> Drainer<'a> {
    pub(super) fn take(hub: &'a Hub, shard: usize) -> Option<Self> {
        let place = hub.shards.get(shard)?;
        let shard = u32::try_from(shard).ok()?;
        if place.drained.swap(true, Ordering::AcqRel) {
            // None is made: whatever is dropped here would give the other's place away.
            return None;
        }
        Some(Self { hub, shard, last: AppId(0) })
    }

    /// Advances what is due by `now`, and moves up to `most` outputs into `into`, under one lock.
    ///
    /// At most `most` groups are advanced, so that it bounds how long others wait for the lock, however
    /// many groups and apps are late.
    ///
    /// Groups of an app take turns, one output each. Apps take turns, too: after one that had as much
    /// to tell, or to advance, as was left of `most`, the next one comes first, so that the loud keep
    /// nobody waiting for longer than one turn each.
    ///
    /// Returns when the shard wants to be drained again, if by time alone; `now` or earlier while there is
    /// more than was done. Call it again at once while it moves `most`.
    pub fn drain(
        &mut self,
        now: Timestamp,
        most: usize,
        into: &mut Vec<(HubKey, Output)>,
    ) -> Option<Timestamp> {
        let full = into.len().saturating_add(most);
        let mut left = most;
        let mut next = None;
        let mut apps = self.place().apps.lock();
        let turn = (Bound::Excluded(self.last), Bound::Unbounded);
        let ids: Vec<AppId> = apps.range(turn).chain(apps.range(..=self.last)).map(id).collect();
        for app in ids {
            let Some(corner) = apps.get_mut(&app) else { continue };
            let had_some = into.len() < full && left > 0;
            left -= corner.shelf.advance_some(now, left);
            while into.len() < full
                && let Some((group, output)) = corner.shelf.poll()
            {
                let life = corner.life;
                into.push((HubKey { app, life, shard: self.shard, group }, output));
            }
            // Groups that could not settle for want of room can now.
            left -= corner.shelf.advance_some(now, left);
            if had_some && (into.len() == full || left == 0) {
                self.last = app;
            }
            if corner.shelf.is_ready() {
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
