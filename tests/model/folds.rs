//! Folding: messages that say the same share entries.

use liveroom::{
    Body, Discard, Due, FoldRule, Folded, Kind, Message, MessageId, Output, Subject, Timestamp,
    UserId,
};

use super::{Model, NO_RECORD, Task};

/// Messages that say the same.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    /// Folds are numbered as they begin.
    serial: u64,
    first: MessageId,
    /// The one in a lane that takes the others along.
    lead: Option<MessageId>,
    /// Those in the lanes: the lead, and those offered alone.
    in_lanes: Vec<MessageId>,
    pub(super) joined: Vec<MessageId>,
    pub(super) ends: Timestamp,
    pub(super) next: Timestamp,
    delivered: u64,
    lost: u64,
    removed: u64,
    told: u64,
    pub(super) spoiled: bool,
}

impl Model {
    fn rule(&self, kind: Kind) -> Option<FoldRule> {
        let folding = self.settings.folding.as_ref()?;
        match kind {
            Kind::Gift => folding.combos,
            Kind::Text => folding.echoes,
            _ => None,
        }
    }

    /// Whether the message joined a fold, so that it is not offered.
    pub(super) fn joins(&mut self, id: MessageId) -> bool {
        let message = self.accepted(id).message.clone();
        let Some(rule) = self.rule(message.kind) else { return false };
        let folding = self.settings.folding.clone().expect("there is a rule");
        if message.kind == Kind::Text && folding.exempt.contains(message.sender.role) {
            return false;
        }
        let waiting: usize = self.folds.iter().map(|fold| fold.joined.len()).sum();
        let now = self.now;
        let place = self.folds.iter().position(|fold| {
            let first = &self.accepted(fold.first).message;
            let author = message.kind != Kind::Gift || first.sender.user == message.sender.user;
            let same = |m: &Message| (m.kind, m.priority, m.content.clone());
            author && same(first) == same(&message)
        });
        let Some(place) = place else {
            let sort = |fold: &&Fold| self.accepted(fold.first).message.kind == message.kind;
            if self.folds.iter().filter(sort).count() < rule.open as usize {
                let serial = self.next_serial();
                self.folds.push(Fold {
                    serial,
                    first: id,
                    lead: Some(id),
                    in_lanes: vec![id],
                    joined: vec![],
                    ends: now + rule.window,
                    next: now,
                    delivered: 0,
                    lost: 0,
                    removed: 0,
                    told: 0,
                    spoiled: false,
                });
            }
            return false;
        };
        let fold = &mut self.folds[place];
        fold.ends = now + rule.window;
        let size = fold.joined.len() + usize::from(fold.lead.is_some());
        if waiting >= folding.waiting as usize || size >= rule.messages as usize {
            fold.in_lanes.push(id);
            return false;
        }
        fold.joined.push(id);
        if fold.joined.len() >= rule.messages as usize {
            fold.next = fold.next.min(now);
        }
        let serial = fold.serial;
        self.tell_folded_when(serial);
        true
    }

    /// Says until when those wait who joined a fold.
    fn tell_folded_when(&mut self, serial: u64) {
        let fold = self.folds.iter().find(|fold| fold.serial == serial).expect("it is there");
        let (joined, lead, from) = (fold.joined.clone(), fold.lead, fold.next.max(self.now));
        let from = lead.map_or(from, |lead| self.arrival_at(lead));
        for id in joined {
            let priority = self.accepted(id).message.priority;
            let expires = from + self.settings.traffic.lanes[priority].max_wait;
            self.accepted_mut(id).state = liveroom::State::Waiting { expires };
        }
    }

    pub(super) fn tell_all_folded_when(&mut self) {
        for serial in self.folds.iter().map(|fold| fold.serial).collect::<Vec<_>>() {
            self.tell_folded_when(serial);
        }
    }

    pub(super) fn set_of_folds(&self, agenda: &mut Vec<(Timestamp, Due, Task)>) {
        for fold in &self.folds {
            let at = match (fold.lead, fold.joined.is_empty()) {
                (None, false) => fold.next,
                (None, true) if fold.in_lanes.is_empty() => fold.ends,
                _ => continue,
            };
            agenda.push((at, Due::Fold, Task::Fold(fold.serial)));
        }
    }

    pub(super) fn fold_is_due(&mut self, serial: u64) {
        let place = self.folds.iter().position(|fold| fold.serial == serial);
        let place = place.expect("the agenda names one that is open");
        let fold = &mut self.folds[place];
        if !fold.joined.is_empty() {
            let id = fold.joined.remove(0);
            fold.lead = Some(id);
            fold.in_lanes.push(id);
            return self.offer(id);
        }
        let fold = self.folds.remove(place);
        let total = fold.delivered + fold.lost;
        if total > 1 && fold.told < total && !fold.spoiled {
            let message = self.accepted(fold.first).message.clone();
            if self.passes(&message) {
                let folded = Folded { count: 0, total, authors: 0, names: vec![] };
                let class = message.priority.class();
                let body = Body::Message(message.into());
                self.append_folded(class, body, Some(folded.into()));
            }
        }
        self.tell_fold_ended(&fold);
    }

    fn tell_fold_ended(&mut self, fold: &Fold) {
        let Fold { delivered, lost, removed, .. } = *fold;
        if delivered + lost + removed > 1 {
            let message = self.accepted(fold.first).message.clone().into();
            let (record, total) = (NO_RECORD, delivered + lost);
            self.told.push(Output::FoldEnded { record, message, total, delivered, removed });
        }
    }

    /// The fold of which a message in a lane is one, and those whom it takes along.
    fn leaves(&mut self, id: MessageId) -> Option<(&mut Fold, Vec<MessageId>)> {
        let fold = self.folds.iter_mut().find(|fold| fold.in_lanes.contains(&id))?;
        fold.in_lanes.retain(|known| *known != id);
        let mut along = vec![];
        if fold.lead == Some(id) {
            fold.lead = None;
            along.append(&mut fold.joined);
        }
        Some((fold, along))
    }

    /// A message is delivered: with whom, and what its entry says.
    pub(super) fn delivers_with(&mut self, id: MessageId) -> (Vec<MessageId>, Option<Box<Folded>>) {
        let interval = self.rule(self.accepted(id).message.kind).map(|rule| rule.interval);
        let names = self.settings.folding.as_ref().map_or(1, |folding| folding.names as usize);
        let now = self.now;
        let leads = self.folds.iter().any(|fold| fold.lead == Some(id));
        let Some((fold, along)) = self.leaves(id) else { return (vec![], None) };
        fold.delivered += 1 + along.len() as u64;
        fold.told = fold.delivered + fold.lost;
        let total = fold.told;
        if leads {
            fold.next = now + interval.unwrap_or_default();
        }
        if total == 1 {
            return (along, None);
        }
        let count = 1 + along.len() as u64;
        let mut authors: Vec<Option<UserId>> = vec![];
        let mut named: Vec<Subject> = vec![];
        for id in [id].iter().chain(&along) {
            let sender = &self.accepted(*id).message.sender;
            if authors.contains(&sender.user) {
                continue;
            }
            authors.push(sender.user.clone());
            if let Some(user) = &sender.user
                && named.len() < names
            {
                let (user, profile) = (user.clone(), sender.profile.clone());
                named.push(Subject { user, profile, until: None });
            }
        }
        let authors = authors.len() as u64;
        (along, Some(Folded { count, total, authors, names: named }.into()))
    }

    /// A message is lost to the rate: with whom.
    pub(super) fn loses_with(&mut self, id: MessageId) -> Vec<MessageId> {
        let Some((fold, along)) = self.leaves(id) else { return vec![] };
        fold.lost += 1 + along.len() as u64;
        along
    }

    /// Staff, or the group's end, takes one message out of wherever it waits.
    pub(super) fn taken_from_fold(&mut self, id: MessageId, reason: Discard) {
        let count = |fold: &mut Fold| match reason {
            Discard::Disbanded => fold.lost += 1,
            _ => fold.removed += 1,
        };
        if let Some((fold, along)) = self.leaves(id) {
            fold.joined.extend(along);
            return count(fold);
        }
        if let Some(fold) = self.folds.iter_mut().find(|fold| fold.joined.contains(&id)) {
            fold.joined.retain(|known| *known != id);
            count(fold);
        }
    }

    /// The first message of a fold is not shown again, if it is one of these.
    pub(super) fn spoil(&mut self, takes: impl Fn(&Self, MessageId) -> bool) {
        let firsts: Vec<_> = self.folds.iter().map(|fold| fold.first).collect();
        let taken: Vec<_> = firsts.into_iter().filter(|id| takes(self, *id)).collect();
        for fold in &mut self.folds {
            fold.spoiled |= taken.contains(&fold.first);
        }
    }

    pub(super) fn end_folds(&mut self) {
        for fold in std::mem::take(&mut self.folds) {
            self.tell_fold_ended(&fold);
        }
    }

    /// Everything that joined a fold.
    pub(super) fn folded(&self) -> Vec<MessageId> {
        self.folds.iter().flat_map(|fold| fold.joined.clone()).collect()
    }

    /// Those whom a message in a lane takes along.
    pub(super) fn along_with(&self, lead: MessageId) -> Vec<MessageId> {
        let fold = self.folds.iter().find(|fold| fold.lead == Some(lead));
        fold.map(|fold| fold.joined.clone()).unwrap_or_default()
    }

    /// Configure: nothing is later than under the new rules from now on.
    pub(super) fn cut_folds_down(&mut self) {
        let now = self.now;
        for place in 0..self.folds.len() {
            let rule = self.rule(self.accepted(self.folds[place].first).message.kind);
            let (window, interval) =
                rule.map(|rule| (rule.window, rule.interval)).unwrap_or_default();
            let fold = &mut self.folds[place];
            fold.ends = fold.ends.min(now + window);
            fold.next = fold.next.min(now + interval);
        }
    }
}
