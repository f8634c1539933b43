//! Who waits for the end of which message.
//!
//! The fan-out thread drains every end, so one lock and one place in a map is all that a wait costs: no
//! task and no timer of its own. Bound: one entry for each message that waits or is held.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard},
};

use liveroom::{AppId, HubKey, MessageId, Outcome, PushError, Receipt, State};
use tokio::sync::oneshot;

/// What its sender asked for a message, and where it was sent from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) skip_before: bool,
    pub(crate) skip_after: bool,
    pub(crate) ip: Option<IpAddr>,
}

/// How a message ended, and whether its author may know.
pub(crate) type End = (Outcome, bool);

/// Where a message stands.
#[derive(Debug)]
pub(crate) enum Standing {
    Ended(End),
    Open(oneshot::Receiver<End>),
}

#[derive(Debug)]
struct Open {
    sent: Sent,
    waits: Vec<oneshot::Sender<End>>,
}

/// The messages whose ends somebody waits for.
#[derive(Debug, Default)]
pub(crate) struct Ends(Mutex<BTreeMap<(HubKey, MessageId), Open>>);

impl Ends {
    /// Pushes a message, and gives where it stands and, unless it ended, its end to wait for.
    ///
    /// Under one lock, so that its end cannot be drained before somebody waits for it. Of a message that
    /// was sent before, one waits for the same end.
    pub(crate) fn push(
        &self,
        key: HubKey,
        sent: Sent,
        push: impl FnOnce() -> Result<Receipt, PushError>,
    ) -> Result<Standing, PushError> {
        let mut open = self.lock();
        let Receipt::Sent { message, state, disclose, duplicate } = push()? else {
            unreachable!("a message is answered by where it stands");
        };
        let is_over = matches!(state, State::Ended(_));
        let (end, wait) = oneshot::channel();
        // Of one that ended before, no end is drained any more.
        if !(is_over && duplicate) {
            open.entry((key, message)).or_insert(Open { sent, waits: Vec::new() }).waits.push(end);
        }
        Ok(match state {
            State::Ended(outcome) => Standing::Ended((outcome, disclose)),
            State::Held { .. } | State::Waiting { .. } => Standing::Open(wait),
        })
    }

    /// What was asked for a message that has not ended.
    pub(crate) fn sent(&self, key: HubKey, message: MessageId) -> Sent {
        self.lock().get(&(key, message)).map(|open| open.sent).unwrap_or_default()
    }

    /// A message came to its end. Returns what was asked for it.
    pub(crate) fn ended(
        &self,
        key: HubKey,
        message: MessageId,
        outcome: &Outcome,
        disclose: bool,
    ) -> Sent {
        let Some(Open { sent, waits }) = self.lock().remove(&(key, message)) else {
            return Sent::default();
        };
        for wait in waits {
            let _gave_up = wait.send((outcome.clone(), disclose));
        }
        sent
    }

    /// An app is gone with all its groups.
    pub(crate) fn forget_app(&self, app: AppId) {
        self.lock().retain(|(group, _), _| group.app() != app);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(HubKey, MessageId), Open>> {
        self.0.lock().expect("nobody panics under this lock")
    }
}
