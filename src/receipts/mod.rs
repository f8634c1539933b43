//! What became of accepted messages, while it is remembered: for duplicates, and for explanations.
//!
//! A message is remembered for 5 minutes, and the last 65,536 of a group are. What is not remembered
//! has no duplicates and no explanation, and a change of its state is not written down.
//!
//! Invariants: there is a [`Kept`] exactly while something is remembered; the ids of remembered messages
//! are consecutive, and `since` does not fall from one to the next; `randoms` names the last 32 of
//! each author among the remembered, and `spilled` is the heap that their lines hold; the first of `stays`
//! is of a remembered message.
//!
//! A remembered message takes at most 160 bytes, and 80 to 160 more if it waited in its lane. The first
//! random of an author takes 120 to 180 more, each further one about 16 to 32.

#![expect(
    clippy::indexing_slicing,
    reason = "a place was found among the lines, and lines leave in front alone, which moves the places"
)]

mod explanation;
mod house;
mod stay;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    mem::size_of,
    time::Duration,
};

use serde::{Deserialize, Serialize};

pub use self::{
    explanation::{DecisionName, Explanation, Finding, Step},
    house::{Rule, Rules},
    stay::{Outranker, Wait},
};
use self::{
    explanation::{STEPS, Steps},
    stay::{NAMED, Released, Stay},
};
use crate::{
    bounds,
    corrupt::Corrupt,
    hash::HashKey,
    id::{MessageId, Random, UserId},
    message::{Kind, Priority},
    outcome::{Outcome, Rejection, State},
    space,
    time::{Shift, Timestamp},
};

/// How long a message is remembered: "within 5 minutes", the modelled service's rule on duplicates.
const SPAN: Duration = Duration::from_mins(5);
/// Messages remembered: 218 a second for 5 minutes, five times the modelled service's rate.
const MESSAGES: usize = 65_536;
/// Steps that a message has of itself: met by the filter, the last of several that make a word, met by a
/// house rule, folded.
const OWN_STEPS: u64 = 4;
/// Randoms remembered of one author: a client has no more sends than that open at once.
const RANDOMS: usize = 32;

/// The receipts of a group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receipts(Option<Box<Kept>>);

/// What may be asked about a remembered message without explaining it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) kind: Kind,
    pub(crate) priority: Priority,
    /// The rules that it passed.
    pub(crate) rules: Rules,
    /// Where it stands.
    pub(crate) state: State,
}

/// Everything to keep of [`Receipts`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// The id of the first message; 0 if there is none.
    first: MessageId,
    lines: Vec<Line>,
    released: Released,
    /// The number of the first wait; 0 if there is none.
    first_stay: u64,
    stays: Vec<Stay>,
}

#[derive(Clone, Debug)]
struct Kept {
    first: u64,
    lines: VecDeque<Line>,
    randoms: HashMap<Option<UserId>, VecDeque<(Random, MessageId)>, HashKey>,
    released: Released,
    /// The number of the first of `stays`, which begin in the order of their numbers.
    first_stay: u64,
    stays: VecDeque<Stay>,
    spilled: usize,
}

/// One remembered message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Line {
    author: Option<UserId>,
    random: Option<Random>,
    /// When it was accepted, as it is told.
    accepted: Timestamp,
    /// The same, as its age is counted: this one moves with the clock.
    since: Timestamp,
    what: Remembered,
    steps: Steps,
    /// The number of its wait, from 1 on; 0 if it did not wait.
    stay: u64,
    /// If it was delivered, the message that was delivered before it, whether remembered or not.
    before: MessageId,
}

impl Receipts {
    /// Remembers a message that has just been accepted. Ids are given without holes. The key
    /// protects the table of authors.
    pub(crate) fn accept(
        &mut self,
        key: HashKey,
        now: Timestamp,
        id: MessageId,
        author: Option<UserId>,
        random: Option<Random>,
        what: Remembered,
    ) {
        let kept = self.0.get_or_insert_with(|| Box::new(Kept::new(id, key)));
        assert_eq!(id.0, kept.first + kept.lines.len() as u64, "ids are given without holes");
        if kept.lines.len() == MESSAGES {
            kept.forget_first();
        }
        // The very last moment is short by one, because nothing that stands there could be moved.
        let since = now.min(Timestamp::LAST);
        let (steps, stay, before) = (Steps::default(), 0, MessageId::default());
        kept.push(Line { author, random, accepted: now, since, what, steps, stay, before });
    }

    /// The message that `author`, or the app, sent with the same mark within the last 5 minutes.
    #[expect(clippy::ref_option, reason = "the map's own key, the app's included")]
    pub(crate) fn duplicate(
        &self,
        now: Timestamp,
        author: &Option<UserId>,
        random: Random,
    ) -> Option<MessageId> {
        let kept = self.0.as_ref()?;
        let mut newest_first = kept.randoms.get(author)?.iter().rev();
        let &(_, id) = newest_first.find(|(other, _)| *other == random)?;
        kept.line(id).filter(|line| !line.is_over(now)).map(|_| id)
    }

    /// Whether these can be the receipts of a group that has accepted so many messages.
    pub(crate) fn fits(&self, accepted: u64) -> bool {
        let last = |kept: &Kept| kept.first + kept.lines.len() as u64 - 1;
        self.0.as_deref().is_none_or(|kept| kept.lines.is_empty() || last(kept) == accepted)
    }

    /// What is remembered of a message.
    pub(crate) fn get(&self, id: MessageId) -> Option<&Remembered> {
        self.0.as_ref()?.line(id).map(|line| &line.what)
    }

    /// Writes down where a message stands now, if it is remembered.
    pub(crate) fn set_state(&mut self, id: MessageId, state: State) {
        self.change(id, |line| line.what.state = state);
    }

    /// A message went into its lane, in which so many were `ahead` of it.
    pub(crate) fn wait(&mut self, now: Timestamp, id: MessageId, expires: Timestamp, ahead: u32) {
        self.set_state(id, State::Waiting { expires });
        if let Some(kept) = &mut self.0
            && let Some(place) = kept.place(id)
        {
            kept.lines[place].stay = kept.first_stay + kept.stays.len() as u64;
            kept.stays.push_back(Stay::new(id, now, ahead, &kept.released));
        }
    }

    /// A message came to its end.
    pub(crate) fn end(
        &mut self,
        now: Timestamp,
        id: MessageId,
        priority: Priority,
        outcome: Outcome,
    ) {
        let Some(kept) = &mut self.0 else { return };
        let delivered = matches!(outcome, Outcome::Delivered { .. });
        if let Some(place) = kept.place(id) {
            let number = kept.lines[place].stay;
            if delivered {
                kept.lines[place].before = kept.released.last;
            }
            let stay = kept.stay_place(number).and_then(|place| kept.stays.get_mut(place));
            if let Some(stay) = stay {
                stay.end(now, &kept.released);
            }
        }
        // One that is forgotten outranks all the same.
        if delivered {
            kept.released.add(id, priority);
        }
        self.set_state(id, State::Ended(outcome));
    }

    /// Adds a step to a message's explanation, if it is remembered.
    pub(crate) fn note(&mut self, id: MessageId, step: Step) {
        self.change(id, |line| line.steps.push(step));
    }

    /// How a message came to where it stands, if it is remembered.
    pub(crate) fn explain(&self, id: MessageId) -> Option<Explanation> {
        let kept = self.0.as_ref()?;
        let Line { author, accepted, what, steps, stay, .. } = kept.line(id)?.clone();
        let Remembered { kind, priority, rules, state } = what;
        let (message, steps) = (id, steps.into_inner());
        let wait = kept.stay(stay).map(|stay| kept.wait(stay));
        Some(Explanation { message, author, kind, priority, accepted, rules, steps, wait, state })
    }

    /// Forgets what is 5 minutes old.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        if let Some(kept) = &mut self.0 {
            while kept.lines.front().is_some_and(|line| line.is_over(now)) {
                kept.forget_first();
            }
        }
        self.0.take_if(|kept| kept.lines.is_empty());
    }

    /// When everything is forgotten: an idle group is woken once for all.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        let end = self.0.as_ref()?.lines.back()?.end();
        (end != Timestamp::MAX).then_some(end)
    }

    /// Moves what is remembered with the clock. When it was accepted stays as it was told.
    pub(crate) fn shift(&mut self, shift: Shift) {
        for line in self.0.iter_mut().flat_map(|kept| kept.lines.iter_mut()) {
            shift.apply(&mut line.since);
        }
        for stay in self.0.iter_mut().flat_map(|kept| kept.stays.iter_mut()) {
            stay.shift(shift);
        }
    }

    #[cfg(test)]
    pub(crate) fn digest(&self) -> u64 {
        crate::hash::stable_hash(&self.save())
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |kept| kept.heap_bytes())
    }

    /// The most that they ever take, but for what staff and host add to a message's life.
    pub(crate) fn most_bytes() -> u64 {
        type Author = (Option<UserId>, VecDeque<(Random, MessageId)>);
        let lines = MESSAGES as u64;
        space::size::<Kept>()
            + space::list::<Line>(lines)
            // Those who waited after the first of the remembered, and had been held before, too.
            + space::list::<Stay>(2 * lines)
            // Each by an author of their own.
            + space::table::<Author>(lines)
            + lines * (space::list::<(Random, MessageId)>(1) + UserId::MOST_BESIDE)
            + lines * space::list::<Step>(OWN_STEPS)
    }

    /// The most that staff and host add to the lives of all remembered messages, by asking about them,
    /// answering, and giving reasons.
    pub(crate) fn most_bytes_of_decisions() -> u64 {
        let steps = space::list::<Step>(STEPS as u64) + STEPS as u64 * UserId::MOST_BESIDE;
        let reason = bounds::REASON as u64 + 2 * space::size::<usize>();
        MESSAGES as u64 * (steps + reason)
    }

    pub(crate) fn save(&self) -> Saved {
        let saved = self.0.as_ref().map(|kept| Saved {
            first: MessageId(kept.first),
            lines: kept.lines.iter().cloned().collect(),
            released: kept.released,
            first_stay: kept.first_stay,
            stays: kept.stays.iter().cloned().collect(),
        });
        saved.unwrap_or_default()
    }

    pub(crate) fn restore(now: Timestamp, saved: Saved, key: HashKey) -> Result<Self, Corrupt> {
        let Saved { first, lines, released, first_stay, stays } = saved;
        if lines.len() > MESSAGES {
            return Err(Corrupt("more receipts than are ever remembered"));
        }
        if first.0 > bounds::COUNTED || (lines.is_empty() && first.0 != 0) {
            return Err(Corrupt("receipts of more messages than there ever were"));
        }
        // Beside the remembered, those who waited after the first of them and had been held before.
        if stays.len() > 2 * MESSAGES || first_stay > bounds::COUNTED {
            return Err(Corrupt("more waits than are ever remembered"));
        }
        if !lines.is_sorted_by_key(|line| line.since) {
            return Err(Corrupt("receipts are not in the order of their age"));
        }
        // The next one is as old as the clock says, and stands behind it.
        if lines.last().is_some_and(|line| line.since > now) {
            return Err(Corrupt("a receipt of the future"));
        }
        if lines.is_empty() {
            return Ok(Self(None));
        }
        let mut kept = Box::new(Kept::new(first, key));
        (kept.released, kept.first_stay, kept.stays) = (released, first_stay, stays.into());
        for line in lines {
            kept.push(line);
        }
        Ok(Self(Some(kept)))
    }

    fn change(&mut self, id: MessageId, change: impl FnOnce(&mut Line)) {
        let Some(kept) = &mut self.0 else { return };
        let Some(place) = kept.place(id) else { return };
        let line = &mut kept.lines[place];
        kept.spilled -= line.spilled();
        change(line);
        kept.spilled += line.spilled();
    }
}

impl Kept {
    fn new(first: MessageId, key: HashKey) -> Self {
        Self {
            first: first.0,
            lines: VecDeque::new(),
            randoms: HashMap::with_hasher(key),
            released: Released::default(),
            first_stay: 1,
            stays: VecDeque::new(),
            spilled: 0,
        }
    }

    fn place(&self, id: MessageId) -> Option<usize> {
        let place = usize::try_from(id.0.checked_sub(self.first)?).ok()?;
        (place < self.lines.len()).then_some(place)
    }

    fn line(&self, id: MessageId) -> Option<&Line> {
        self.lines.get(self.place(id)?)
    }

    fn stay_place(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.first_stay)?).ok()
    }

    fn stay(&self, number: u64) -> Option<&Stay> {
        self.stays.get(self.stay_place(number)?)
    }

    /// A wait, with the last of those who outranked it.
    fn wait(&self, stay: &Stay) -> Wait {
        let (mut wait, mut message) = stay.wait(&self.released);
        let named = wait.outranked_by().min(NAMED as u64);
        for _ in 0..named {
            let Some(Line { author, what, before, .. }) = self.line(message) else { break };
            wait.last.push(Outranker { message, author: author.clone(), priority: what.priority });
            message = *before;
        }
        wait
    }

    fn push(&mut self, line: Line) {
        if let Some(random) = line.random {
            let id = MessageId(self.first + self.lines.len() as u64);
            let randoms = self.randoms.entry(line.author.clone()).or_default();
            if randoms.len() == RANDOMS {
                randoms.pop_front();
            }
            randoms.push_back((random, id));
        }
        self.spilled += line.spilled();
        self.lines.push_back(line);
    }

    fn forget_first(&mut self) {
        let Some(line) = self.lines.pop_front() else { return };
        let id = MessageId(self.first);
        self.first += 1;
        while self.stays.front().is_some_and(|stay| stay.message.0 < self.first) {
            self.stays.pop_front();
            self.first_stay += 1;
        }
        self.spilled -= line.spilled();
        // Its random may have made room for later ones already.
        if let Some(randoms) = self.randoms.get_mut(&line.author)
            && randoms.front().is_some_and(|(_, first)| *first == id)
        {
            randoms.pop_front();
            if randoms.is_empty() {
                self.randoms.remove(&line.author);
            }
        }
    }

    fn heap_bytes(&self) -> usize {
        const AUTHOR: usize =
            size_of::<(Option<UserId>, VecDeque<(Random, MessageId)>)>() + 1 + size_of::<UserId>();
        let randoms = self.randoms.len() * 4 + self.lines.len();
        size_of::<Self>()
            + self.lines.capacity() * size_of::<Line>()
            + self.stays.capacity() * size_of::<Stay>()
            + self.randoms.capacity() * AUTHOR
            + randoms * size_of::<(Random, MessageId)>()
            + self.spilled
    }
}

impl Line {
    /// When it is forgotten.
    fn end(&self) -> Timestamp {
        self.since + SPAN
    }

    fn is_over(&self, now: Timestamp) -> bool {
        let end = self.end();
        end <= now && end != Timestamp::MAX
    }

    /// The heap that it holds by itself.
    fn spilled(&self) -> usize {
        let reason = match &self.what.state {
            State::Ended(Outcome::Rejected(Rejection::Decision { reason, .. })) => reason.len(),
            State::Ended(_) | State::Held { .. } | State::Waiting { .. } => 0,
        };
        reason + self.steps.spilled()
    }
}
