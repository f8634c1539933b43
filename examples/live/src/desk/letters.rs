//! Messages to single users, outside of any group (`openim/sendmsg`): given to those who are connected,
//! and kept for nobody.
//!
//! Bounds: [`MOST_WAITING`] for each session, which misses those past it; and those of [`Once`], by which
//! a letter that is sent twice is known.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use liveroom::{
    AppId, SessionId, Timestamp, UserId,
    tim::{
        Failure, ToUser,
        rest::{Reply, Turned},
    },
};
use serde_json::json;
use tokio::sync::mpsc;

use super::once::Once;

/// Letters that wait for one session to be written.
const MOST_WAITING: usize = 32;

/// A message to one user, on its way.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) message: ToUser,
    pub(crate) at: Timestamp,
    /// The host's own count of them.
    pub(crate) number: u64,
}

type Slot = mpsc::Sender<Arc<Letter>>;
type Mark = (AppId, Option<UserId>, UserId, u32);

#[derive(Debug, Default)]
struct Kept {
    boxes: BTreeMap<(AppId, UserId), BTreeMap<SessionId, Slot>>,
    given: Once<Mark>,
    count: u64,
}

/// The letter boxes of all who are connected.
#[derive(Debug, Default)]
pub(crate) struct Letters(Mutex<Kept>);

impl Letters {
    /// Opens a session's letter box.
    pub(crate) fn open(
        &self,
        app: AppId,
        user: &UserId,
        session: SessionId,
    ) -> mpsc::Receiver<Arc<Letter>> {
        let (slot, letters) = mpsc::channel(MOST_WAITING);
        self.lock().boxes.entry((app, user.clone())).or_default().insert(session, slot);
        letters
    }

    /// A session is gone.
    pub(crate) fn close(&self, app: AppId, user: &UserId, session: SessionId) {
        let mut kept = self.lock();
        let place = (app, user.clone());
        if let Some(boxes) = kept.boxes.get_mut(&place) {
            boxes.remove(&session);
            if boxes.is_empty() {
                kept.boxes.remove(&place);
            }
        }
    }

    /// Gives a letter to every session of its receiver, but none twice.
    ///
    /// # Errors
    /// 90012 if the receiver is not connected: nothing is stored here.
    pub(crate) fn deliver(
        &self,
        app: AppId,
        message: ToUser,
        now: Timestamp,
    ) -> Result<Reply, Failure> {
        let mut kept = self.lock();
        let mark = (app, message.from.clone(), message.to.clone(), message.random);
        let number = if let Some(number) = kept.given.number(now, &mark) {
            number
        } else {
            let number = kept.count + 1;
            let letter = Arc::new(Letter { message, at: now, number });
            let place = (app, letter.message.to.clone());
            let boxes = kept.boxes.get(&place).ok_or(Turned::UnknownReceiver)?;
            for slot in boxes.values() {
                // Whoever does not read loses it, as over any connection that is too slow.
                let _full_or_gone = slot.try_send(letter.clone());
            }
            kept.count = number;
            kept.given.keep(now, mark, number);
            number
        };
        Ok(Reply::with(json!({ "MsgTime": now.as_secs(), "MsgKey": number.to_string() })))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("nobody panics under this lock")
    }
}
