//! Who waits for the end of which message.
//!
//! The fan-out thread drains every end, so one lock and one place in a map is all that a wait costs: no
//! task and no timer of its own. A message is known here by its author's mark, as it is where duplicates
//! are: so one can wait before the message has an id, and its end is never drained too early. Bound: one
//! entry for each message that is on its way, waits or is held.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard},
};

use liveroom::{
    AppId, Author, Draft, HubKey, Message, Outcome, PushError, Random, Receipt, State, UserId,
};
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

/// What one message has in common with its duplicates alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    group: HubKey,
    /// In whose name it is; `None` is the app.
    from: Option<UserId>,
    random: Option<Random>,
}

impl Mark {
    /// Of a message that is to be pushed; `user` is who a session is.
    pub(super) fn of(group: HubKey, author: &Author, user: Option<&UserId>, draft: &Draft) -> Self {
        let from = match author {
            Author::App => None,
            Author::AppAs { user, .. } => Some(user),
            _ => user,
        };
        Self { group, from: from.cloned(), random: draft.random }
    }

    /// Of a message that was pushed.
    pub(super) fn of_message(group: HubKey, message: &Message) -> Self {
        Self { group, from: message.sender.user.clone(), random: message.random }
    }
}

#[derive(Debug)]
struct Open {
    sent: Sent,
    waits: Vec<(u64, oneshot::Sender<End>)>,
}

#[derive(Debug, Default)]
struct Kept {
    open: BTreeMap<Mark, Open>,
    /// Counts waits.
    count: u64,
}

/// The messages whose ends somebody waits for.
#[derive(Debug, Default)]
pub(super) struct Ends(Mutex<Kept>);

impl Ends {
    /// Pushes a message, and gives where it stands and, unless it ended, its end to wait for. Of a message
    /// that was sent before, one waits for the same end.
    pub(super) fn push(
        &self,
        mark: &Mark,
        sent: Sent,
        push: impl FnOnce() -> Result<Receipt, PushError>,
    ) -> Result<Standing, PushError> {
        let (number, wait) = self.wait(mark, sent);
        let answer = push().map(|receipt| match receipt {
            Receipt::Sent { state, disclose, duplicate, .. } => (state, disclose, duplicate),
            _ => unreachable!("a message is answered by where it stands"),
        });
        // Of one that was refused, or ended before, no end is drained any more.
        if matches!(answer, Err(_) | Ok((State::Ended(_), _, true))) {
            self.give_up(mark, number);
        }
        let (state, disclose, _) = answer?;
        Ok(match state {
            State::Ended(outcome) => Standing::Ended((outcome, disclose)),
            State::Held { .. } | State::Waiting { .. } => Standing::Open(wait),
        })
    }

    /// Somebody waits from now on.
    fn wait(&self, mark: &Mark, sent: Sent) -> (u64, oneshot::Receiver<End>) {
        let (end, wait) = oneshot::channel();
        let mut kept = self.kept();
        kept.count += 1;
        let number = kept.count;
        let open = kept.open.entry(mark.clone());
        open.or_insert(Open { sent, waits: Vec::new() }).waits.push((number, end));
        (number, wait)
    }

    fn give_up(&self, mark: &Mark, number: u64) {
        let mut kept = self.kept();
        let Some(open) = kept.open.get_mut(mark) else { return };
        open.waits.retain(|(of, _)| *of != number);
        if open.waits.is_empty() {
            kept.open.remove(mark);
        }
    }

    /// What was asked for a message that has not ended.
    pub(super) fn sent(&self, mark: &Mark) -> Sent {
        self.kept().open.get(mark).map(|open| open.sent).unwrap_or_default()
    }

    /// A message came to its end. Returns what was asked for it.
    pub(super) fn ended(&self, mark: &Mark, outcome: &Outcome, disclose: bool) -> Sent {
        let Some(Open { sent, waits }) = self.kept().open.remove(mark) else {
            return Sent::default();
        };
        for (_, wait) in waits {
            let _gave_up = wait.send((outcome.clone(), disclose));
        }
        sent
    }

    /// An app is gone with all its groups.
    pub(super) fn forget_app(&self, app: AppId) {
        self.kept().open.retain(|mark, _| mark.group.app() != app);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("nobody panics under this lock")
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use liveroom::{Discard, MessageId, Refusal};

    use super::*;
    use crate::{house::House, options::Options};

    const ENDED: Outcome = Outcome::Discarded(Discard::Decision);

    fn mark(random: u32) -> Mark {
        let (house, _errands) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
        let draft = Draft::text("x").random(Random(random));
        Mark::of(house.rooms[0].key, &Author::App, None, &draft)
    }

    fn receipt(state: State, duplicate: bool) -> Result<Receipt, PushError> {
        Ok(Receipt::Sent { message: MessageId(1), state, disclose: true, duplicate })
    }

    fn waiting(duplicate: bool) -> Result<Receipt, PushError> {
        receipt(State::Waiting { expires: liveroom::Timestamp::ZERO }, duplicate)
    }

    #[test]
    fn a_message_has_the_mark_that_it_was_pushed_with() {
        let (house, _errands) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
        let (room, now) = (house.rooms[0].key, house.clock.now());
        let profile = liveroom::Profile::default();
        let authors = [
            Author::App,
            Author::AppAs { user: "ann".parse().unwrap(), profile: profile.clone() },
            Author::AppAs { user: "bob".parse().unwrap(), profile },
        ];
        let draft = Draft::text("x").random(Random(1));
        // Whoever asks it of the app is not who says it.
        let admin = Some(&house.apps.admin);
        let mut marks = authors.each_ref().map(|author| Mark::of(room, author, admin, &draft));
        for author in authors {
            house.hub.push(now, room, author, draft.clone().into()).unwrap();
        }
        let mut outputs = Vec::new();
        house.hub.drainer(0).unwrap().drain(now, 1_000, &mut outputs);
        let mut ended: Vec<_> = outputs
            .iter()
            .filter_map(|(key, output)| match output {
                liveroom::Output::Ended { message, .. } => Some(Mark::of_message(*key, message)),
                _ => None,
            })
            .collect();
        marks.sort();
        ended.sort();
        assert_eq!(ended, marks);
    }

    #[test]
    fn an_end_that_is_drained_before_the_push_returns_is_not_missed() {
        let (ends, mark) = (Ends::default(), mark(1));
        let sent = Sent { skip_after: true, ..Sent::default() };
        let standing = ends.push(&mark, sent, || {
            // By the fan-out thread, which waits for nobody who pushes.
            thread::scope(|scope| {
                let drained = scope.spawn(|| ends.ended(&mark, &ENDED, true));
                assert!(drained.join().unwrap().skip_after);
            });
            waiting(false)
        });
        let Ok(Standing::Open(mut end)) = standing else { panic!("it waits") };
        assert_eq!(end.try_recv(), Ok((ENDED, true)));
        assert!(ends.kept().open.is_empty());
    }

    #[test]
    fn who_sends_it_again_waits_for_the_same_end() {
        let (ends, mark) = (Ends::default(), mark(1));
        let push = |answer| ends.push(&mark, Sent::default(), || answer);
        let Ok(Standing::Open(mut first)) = push(waiting(false)) else { panic!("it waits") };
        let Ok(Standing::Open(mut again)) = push(waiting(true)) else { panic!("it waits") };
        // Whoever is refused meanwhile takes nothing from those who wait.
        assert!(push(Err(Refusal::MutedAll.into())).is_err());
        ends.ended(&mark, &ENDED, false);
        assert_eq!(first.try_recv(), Ok((ENDED, false)));
        assert_eq!(again.try_recv(), Ok((ENDED, false)));
    }

    #[test]
    fn what_has_no_end_to_be_drained_leaves_nothing_behind() {
        let (ends, mark) = (Ends::default(), mark(1));
        let push = |answer| ends.push(&mark, Sent::default(), || answer);
        assert!(push(Err(Refusal::MutedAll.into())).is_err());
        assert!(matches!(push(receipt(State::Ended(ENDED), true)), Ok(Standing::Ended(_))));
        assert!(ends.kept().open.is_empty());
        // The end of one that ended at once is drained still.
        let at_once = push(receipt(State::Ended(ENDED), false));
        assert!(matches!(at_once, Ok(Standing::Ended((ENDED, true)))));
        assert_eq!(ends.kept().open.len(), 1);
        ends.forget_app(mark.group.app());
        assert!(ends.kept().open.is_empty());
    }
}
