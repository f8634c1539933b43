//! Messages that say the same, told together: combos of gifts, and echoes of texts.
//!
//! The first message of a fold goes to the lanes like any other, and is the fold's *lead* until it
//! leaves them. What says the same within the window joins: it waits here, and is told in the lead's
//! entry, or, where no lead is in the lanes, is offered once the interval since the last entry is
//! over: the first of those that wait becomes the lead. Where there is no room a message goes to the
//! lanes alone, and the fold counts it. A fold is over when none of it is on its way and its window has
//! passed.
//!
//! So every message of a fold is in exactly one place: in the lanes (`on_way`, the lead among them),
//! here (`others`), or ended: `delivered`, `lost`, or `removed` by staff.
//!
//! Invariants: `index` names the folds by what they say, `due` those that have a deadline, `on_way` the
//! messages in the lanes; `waiting`, `sorts` and `bytes` are sums over the folds; without a fold nothing
//! is allocated.

#![expect(
    clippy::indexing_slicing,
    reason = "a kind has a sort, and the number of a fold is forgotten when it closes"
)]

mod fold;
mod saved;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::fold::{Fold, Lead};
pub(crate) use self::{fold::Over, saved::Saved};
use crate::{
    config::{FoldRule, Folding},
    entry::{Folded, Subject},
    hash::HashKey,
    id::{MessageId, UserId},
    index::Index,
    message::{Kind, Message},
    space,
    time::{Shift, Timestamp},
};

/// The folds of one group; `T` is a message and what goes with it.
#[derive(Clone, Debug)]
pub(crate) struct Folds<T>(Option<Box<Open<T>>>);

/// The number of a fold, counted up while any is open.
type No = u64;

#[derive(Clone, Debug)]
struct Open<T> {
    folds: BTreeMap<No, Fold<T>>,
    index: Index<(u64, No)>,
    due: BTreeSet<(Timestamp, No)>,
    on_way: BTreeMap<MessageId, No>,
    next: No,
    /// Messages that wait here.
    waiting: usize,
    /// How many combos, and how many echoes.
    sorts: [u32; 2],
    /// What the first messages take.
    bytes: usize,
    key: HashKey,
}

/// What became of a message that was shown to the folds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Taken<T> {
    /// It goes to the lanes.
    Alone(T),
    /// It waits here.
    Joined {
        /// The fold's first message.
        first: MessageId,
        /// When its lead came, or comes, into its lane.
        since: Timestamp,
    },
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step<T> {
    /// This message goes to the lanes, and leads the others of its fold.
    Lead(T),
    /// A fold is over.
    Over(Over<T>),
}

impl<T> Default for Folds<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: AsRef<Message> + Clone> Folds<T> {
    /// Shows a message to the folds, on its way to the lanes.
    pub(crate) fn take_in(
        &mut self,
        now: Timestamp,
        folding: &Folding,
        key: HashKey,
        payload: T,
    ) -> Taken<T> {
        let message = payload.as_ref();
        let Some(rule) = folding.rule(message.kind).filter(|_| folds(folding, message)) else {
            return Taken::Alone(payload);
        };
        let open = self.0.get_or_insert_with(|| Box::new(Open::new(key)));
        let hash = hash(key, message);
        if let Some(no) = open.find(hash, message) {
            return open.join(now, folding, rule, no, payload);
        }
        if open.sorts[sort(message.kind)] < rule.open {
            open.begin(now, rule, hash, payload.clone());
        }
        Taken::Alone(payload)
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.0.as_ref()?.due.first().map(|&(at, _)| at)
    }

    /// The first thing that is due by `now`; of several at one time, that of the fold which began first.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<Step<T>> {
        let open = self.0.as_mut()?;
        let &(_, no) = open.due.first().filter(|(at, _)| *at <= now)?;
        let step = open.step(now, no)?;
        self.rest();
        Some(step)
    }

    /// A message leaves the lanes for its entry: those that share it, and what the entry says of
    /// them, unless it is the only one yet.
    pub(crate) fn deliver(
        &mut self,
        now: Timestamp,
        folding: Option<&Folding>,
        lead: &T,
    ) -> (Vec<T>, Option<Box<Folded>>) {
        let Some((open, no)) = self.on_way(lead.as_ref().id) else { return Default::default() };
        let interval =
            rule_of(folding, lead.as_ref()).map(|rule| rule.interval).unwrap_or_default();
        let names = folding.map_or(1, |folding| folding.names);
        let (others, total) = open.change(no, |fold| {
            let others = fold.leave(lead.as_ref().id);
            if let Some(others) = &others {
                fold.next = (now + interval).min(Timestamp::LAST);
                fold.delivered += others.len() as u64;
            }
            fold.delivered += 1;
            fold.told = fold.total();
            (others.unwrap_or_default(), fold.told)
        });
        let folded = (total > 1).then(|| Box::new(folded(lead, &others, total, names)));
        (others, folded)
    }

    /// A message leaves the lanes and is lost, not by an act of staff: those that share its end.
    pub(crate) fn lose(&mut self, id: MessageId) -> Vec<T> {
        let Some((open, no)) = self.on_way(id) else { return Vec::new() };
        open.change(no, |fold| {
            let others = fold.leave(id).unwrap_or_default();
            fold.lost += 1 + others.len() as u64;
            others
        })
    }

    /// Staff took a message out of the lanes. Those that would have shared its entry stay, and are
    /// offered anew.
    pub(crate) fn withdraw(&mut self, id: MessageId) {
        let Some((open, no)) = self.on_way(id) else { return };
        open.change(no, |fold| {
            let others = fold.leave(id).unwrap_or_default();
            fold.others.extend(others);
            fold.removed += 1;
        });
    }

    /// Staff takes out what waits here and matches; whatever first message does is not shown again.
    pub(crate) fn remove_where(&mut self, matches: impl Fn(&T) -> bool) -> Vec<T> {
        let Some(open) = &mut self.0 else { return Vec::new() };
        let (mut concerned, mut removed) = (Vec::new(), Vec::new());
        for (no, fold) in &mut open.folds {
            fold.spoiled |= matches(&fold.first);
            concerned.extend(fold.others.iter().any(&matches).then_some(*no));
        }
        for no in concerned {
            open.change(no, |fold| {
                let before = removed.len();
                removed.extend(fold.others.extract_if(.., |other| matches(other)));
                fold.removed += (removed.len() - before) as u64;
            });
        }
        removed
    }

    /// The message of this id is not shown again.
    pub(crate) fn spoil(&mut self, id: MessageId) {
        let folds = self.0.iter_mut().flat_map(|open| open.folds.values_mut());
        for fold in folds.filter(|fold| fold.first.as_ref().id == id) {
            fold.spoiled = true;
        }
    }

    /// The group ends: everything that waits here, and the folds, in which all that was not delivered
    /// is lost.
    pub(crate) fn give_up(&mut self) -> (Vec<T>, Vec<Over<T>>) {
        let folds = self.0.take().into_iter().flat_map(|open| open.folds.into_values());
        let mut waiting = Vec::new();
        let overs = folds.map(|mut fold| {
            fold.lost += (fold.on_way + fold.others.len()) as u64;
            waiting.append(&mut fold.others);
            fold.over()
        });
        let overs = overs.collect();
        (waiting, overs)
    }

    /// Goes over to other rules: nothing waits longer than under the new ones from now on, and what is
    /// not folded any more is told now.
    pub(crate) fn reconfigure(&mut self, now: Timestamp, folding: Option<&Folding>) {
        self.change_times(|fold| {
            let rule = rule_of(folding, fold.first.as_ref());
            let (window, interval) =
                rule.map(|rule| (rule.window, rule.interval)).unwrap_or_default();
            fold.ends = fold.ends.min(now + window);
            fold.next = fold.next.min(now + interval);
        });
    }

    /// Moves what is due, and since when leads wait, with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        self.change_times(|fold| {
            shift.apply(&mut fold.ends);
            shift.apply(&mut fold.next);
            if let Some(lead) = &mut fold.lead {
                shift.apply(&mut lead.since);
            }
        });
    }

    /// What waits here, and since when its lead is in its lane, or from when on.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&T, Timestamp)> {
        let folds = self.0.iter().flat_map(|open| open.folds.values());
        folds.flat_map(|fold| fold.others.iter().map(|other| (other, fold.leads_since())))
    }

    /// What waits to share the entry of a message in the lanes.
    pub(crate) fn sharing(&self, id: MessageId) -> &[T] {
        let fold = self.0.as_ref().and_then(|open| open.folds.get(open.on_way.get(&id)?));
        fold.filter(|fold| fold.leads(id)).map_or(&[], |fold| &fold.others)
    }

    /// The first message of the fold of which this message, in the lanes, is one.
    pub(crate) fn first(&self, id: MessageId) -> Option<&T> {
        let open = self.0.as_ref()?;
        open.folds.get(open.on_way.get(&id)?).map(|fold| &fold.first)
    }

    /// How many messages of folds are in the lanes.
    pub(crate) fn in_lanes(&self) -> usize {
        self.0.as_ref().map_or(0, |open| open.on_way.len())
    }

    /// The most outputs that they can put out at once.
    pub(crate) fn reach(&self) -> u64 {
        self.0.as_ref().map_or(0, |open| (open.waiting + open.folds.len()) as u64)
    }

    /// Roughly the bytes on the heap, those of the first messages included, and of no others.
    pub(crate) fn heap_bytes(&self) -> usize {
        // A node of a `BTreeMap` is filled to about two thirds.
        const EACH: usize = (size_of::<(Timestamp, No)>() + size_of::<(MessageId, No)>()) * 3 / 2;
        self.0.as_ref().map_or(0, |open| {
            let fold = size_of::<(No, Fold<T>)>() * 3 / 2 + EACH;
            size_of::<Open<T>>() + open.folds.len() * fold + open.index.heap_bytes() + open.bytes
        })
    }

    /// The most that folds take, of whose messages at most so many are in the lanes, without what the
    /// messages point to.
    pub(crate) fn most_bytes(folding: &Folding, in_lanes: u64) -> u64 {
        let open = folding.most_open();
        let waiting = u64::from(folding.waiting);
        let (fixed, each) = Index::<(u64, No)>::most_bytes();
        // A list doubles as it grows, and the shortest has room for four.
        let others = (2 * waiting + 4 * open.min(waiting)) * space::size::<T>();
        space::size::<Open<T>>()
            + space::tree::<(No, Fold<T>)>(open)
            + fixed
            + open * each
            + space::tree::<(Timestamp, No)>(open)
            + space::tree::<(MessageId, No)>(in_lanes)
            + others
    }

    fn on_way(&mut self, id: MessageId) -> Option<(&mut Open<T>, No)> {
        let open = self.0.as_deref_mut()?;
        let no = open.on_way.remove(&id)?;
        Some((open, no))
    }

    fn change_times(&mut self, mut change: impl FnMut(&mut Fold<T>)) {
        let Some(open) = &mut self.0 else { return };
        open.due.clear();
        for (no, fold) in &mut open.folds {
            change(fold);
            open.due.extend(fold.deadline().map(|at| (at, *no)));
        }
    }

    fn rest(&mut self) {
        self.0.take_if(|open| open.folds.is_empty());
    }
}

impl<T: AsRef<Message> + Clone> Open<T> {
    fn new(key: HashKey) -> Self {
        Self {
            folds: BTreeMap::new(),
            index: Index::new(),
            due: BTreeSet::new(),
            on_way: BTreeMap::new(),
            next: 0,
            waiting: 0,
            sorts: [0; 2],
            bytes: 0,
            key,
        }
    }

    fn find(&self, hash: u64, message: &Message) -> Option<No> {
        let is_it = |(known, no): &(u64, No)| {
            *known == hash && says_the_same(self.folds[no].first.as_ref(), message)
        };
        self.index.find(hash, is_it).map(|(_, no)| *no)
    }

    /// A message that nothing like it precedes goes to the lanes, and leads.
    fn begin(&mut self, now: Timestamp, rule: &FoldRule, hash: u64, first: T) {
        let id = first.as_ref().id;
        let fold = Fold {
            first,
            lead: Some(Lead { id, since: now }),
            on_way: 1,
            others: Vec::new(),
            ends: (now + rule.window).min(Timestamp::LAST),
            next: now,
            delivered: 0,
            lost: 0,
            removed: 0,
            told: 0,
            spoiled: false,
        };
        let no = self.next;
        self.next += 1;
        self.on_way.insert(id, no);
        self.put(no, hash, fold);
    }

    /// Adds a fold whose words no other has, and of which `on_way` knows the messages in the lanes.
    fn put(&mut self, no: No, hash: u64, fold: Fold<T>) {
        self.sorts[sort(fold.first.as_ref().kind)] += 1;
        self.bytes += fold.first.as_ref().bytes();
        self.waiting += fold.others.len();
        self.due.extend(fold.deadline().map(|at| (at, no)));
        self.index.insert(hash, (hash, no), |_| false, |(hash, _)| *hash);
        self.folds.insert(no, fold);
    }

    /// One more message of a fold that is open.
    fn join(
        &mut self,
        now: Timestamp,
        folding: &Folding,
        rule: &FoldRule,
        no: No,
        payload: T,
    ) -> Taken<T> {
        let id = payload.as_ref().id;
        let has_room = self.waiting < folding.waiting as usize;
        let taken = self.change(no, |fold| {
            fold.ends = (now + rule.window).min(Timestamp::LAST);
            let size = fold.others.len() + usize::from(fold.lead.is_some());
            if !has_room || size >= rule.messages as usize {
                fold.on_way += 1;
                return Taken::Alone(payload);
            }
            fold.others.push(payload);
            if fold.others.len() >= rule.messages as usize {
                fold.next = fold.next.min(now);
            }
            let since = fold.lead.map_or(fold.next.max(now), |lead| lead.since);
            Taken::Joined { first: fold.first.as_ref().id, since }
        });
        if matches!(taken, Taken::Alone(_)) {
            self.on_way.insert(id, no);
        }
        taken
    }

    /// What the deadline of a fold has come for.
    fn step(&mut self, now: Timestamp, no: No) -> Option<Step<T>> {
        let lead = self.change(no, |fold| {
            let lead = (!fold.others.is_empty()).then(|| fold.others.remove(0))?;
            let id = lead.as_ref().id;
            fold.lead = Some(Lead { id, since: now });
            fold.on_way += 1;
            Some(lead)
        });
        if let Some(lead) = lead {
            self.on_way.insert(lead.as_ref().id, no);
            return Some(Step::Lead(lead));
        }
        let fold = self.folds.remove(&no)?;
        self.due.remove(&(fold.ends, no));
        let first = fold.first.as_ref();
        self.index.remove(hash(self.key, first), |(_, known)| *known == no, |(hash, _)| *hash);
        self.sorts[sort(first.kind)] -= 1;
        self.bytes -= first.bytes();
        Some(Step::Over(fold.over()))
    }

    /// Changes a fold that is there, and with it what depends on it.
    fn change<R>(&mut self, no: No, change: impl FnOnce(&mut Fold<T>) -> R) -> R {
        let fold = self.folds.get_mut(&no).expect("whatever names a fold goes before it");
        let (before, others) = (fold.deadline(), fold.others.len());
        let answer = change(fold);
        let after = fold.deadline();
        self.waiting = self.waiting - others + fold.others.len();
        if before != after {
            before.map(|at| self.due.remove(&(at, no)));
            self.due.extend(after.map(|at| (at, no)));
        }
        answer
    }
}

/// Which of the two sorts of folds messages of this kind make.
fn sort(kind: Kind) -> usize {
    usize::from(kind != Kind::Gift)
}

fn rule_of<'a>(folding: Option<&'a Folding>, message: &Message) -> Option<&'a FoldRule> {
    folding.and_then(|folding| folding.rule(message.kind))
}

/// Whether an author's messages of this kind are folded at all.
fn folds(folding: &Folding, message: &Message) -> bool {
    message.kind == Kind::Gift || !folding.exempt.contains(message.sender.role)
}

/// What makes two messages one fold: for gifts, the author too.
fn essence(message: &Message) -> impl PartialEq + std::hash::Hash + '_ {
    let author = (message.kind == Kind::Gift).then_some(&message.sender.user);
    (message.kind, message.priority, author, &message.content)
}

pub(crate) fn says_the_same(one: &Message, other: &Message) -> bool {
    essence(one) == essence(other)
}

fn hash(key: HashKey, message: &Message) -> u64 {
    key.hash_one(essence(message))
}

/// What an entry says of the messages that it stands for.
fn folded<T: AsRef<Message>>(lead: &T, others: &[T], total: u64, names: u32) -> Folded {
    let mut authors = BTreeSet::<Option<&UserId>>::new();
    let mut first = Vec::new();
    for message in std::iter::once(lead).chain(others).map(AsRef::as_ref) {
        let user = message.sender.user.as_ref();
        if !authors.insert(user) || first.len() >= names as usize {
            continue;
        }
        first.extend(user.map(|user| {
            let profile = message.sender.profile.clone();
            Subject { user: user.clone(), profile, until: None }
        }));
    }
    let count = 1 + others.len() as u64;
    Folded { count, total, authors: authors.len() as u64, names: first }
}
