//! The scheduler: one rate for all, a cap for some, lanes in which authors take turns.

use liveroom::{
    Body, Directive, Discard, Due, MessageId, Outcome, Output, Priority, State, Timestamp, UserId,
};

use super::{Model, NO_RECORD, Task, admits, admits_from};

/// Where messages of one priority wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    /// Authors exempt from the cap, and the others; the one whose turn it is stands in front.
    exempt: Vec<Turn>,
    others: Vec<Turn>,
    /// For each author with messages here, when their number last changed.
    reached: Vec<(Option<UserId>, u64)>,
}

/// A message that was offered to the scheduler.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    id: MessageId,
    /// When; moves with a rebase.
    pub(super) at: Timestamp,
}

/// One author in a lane. The app is `None`.
#[derive(Clone, Debug)]
struct Turn {
    author: Option<UserId>,
    /// As it was when the latest message here was accepted.
    weight: u8,
    /// How many messages were given in this turn.
    given: u8,
    messages: Vec<MessageId>,
}

impl Lane {
    fn messages(&self) -> impl Iterator<Item = (&Turn, MessageId)> {
        let turns = self.exempt.iter().chain(&self.others);
        turns.flat_map(|turn| turn.messages.iter().map(move |id| (turn, *id)))
    }

    /// All that wait, with their authors.
    fn all(&self) -> Vec<(Option<UserId>, MessageId)> {
        self.messages().map(|(turn, id)| (turn.author.clone(), id)).collect()
    }

    fn count_of(&self, author: Option<&UserId>) -> usize {
        self.messages().filter(|(turn, _)| turn.author.as_ref() == author).count()
    }
}

impl Model {
    /// The message goes into its lane; whatever is too much there is shed.
    pub(super) fn offer(&mut self, id: MessageId) {
        let message = self.accepted(id).message.clone();
        let (priority, author, role) =
            (message.priority, message.sender.user.clone(), message.sender.role);
        let expires = self.now + self.settings.traffic.lanes[priority].max_wait;
        for id in [id].into_iter().chain(self.along_with(id)) {
            self.accepted_mut(id).state = State::Waiting { expires };
        }
        self.arrivals.push(Arrival { id, at: self.now });
        let exempt = self.settings.traffic.exempt.contains(role);
        let traffic = &self.settings.traffic;
        let marks = author.as_ref().and_then(|author| self.member(author)).map(|it| &it.marks[..]);
        let by_mark = traffic.mark_weights.iter();
        let by_mark = by_mark.filter(|(mark, _)| marks.is_some_and(|marks| marks.contains(mark)));
        let by_mark = by_mark.map(|(_, weight)| weight.get()).max().unwrap_or(0);
        let weight = traffic.weights[role.map_or(4, |role| role as usize)].get().max(by_mark);
        let lane = &mut self.lanes[priority as usize];
        let (set, other) = if exempt {
            (&mut lane.exempt, &mut lane.others)
        } else {
            (&mut lane.others, &mut lane.exempt)
        };
        if let Some(place) = other.iter().position(|turn| turn.author == author) {
            // The role changed meanwhile: all that the author has waiting here goes with it.
            let turn = other.remove(place);
            set.push(Turn { given: 0, ..turn });
        }
        match set.iter_mut().find(|turn| turn.author == author) {
            Some(turn) => (turn.messages.push(id), turn.weight = weight).1,
            None => set.push(Turn { author: author.clone(), weight, given: 0, messages: vec![id] }),
        }
        // The weight may be less than what the turn has given already.
        if set[0].given >= set[0].weight {
            let turn = set.remove(0);
            set.push(Turn { given: 0, ..turn });
        }
        self.number_changed(priority, author);
        // Chosen, as the design has it: what is admitted at once does not wait, and so cannot be shed.
        // An older one, whose author has become exempt, waits until the lane has shed.
        if self.opens_at(priority) <= self.now && self.leaves_next(priority) == Some(id) {
            self.release(priority);
        }
        self.shed(priority);
    }

    /// What the lane gives up next, whenever that is.
    fn leaves_next(&self, priority: Priority) -> Option<MessageId> {
        self.lanes[priority as usize].messages().next().map(|(_, id)| id)
    }

    fn number_changed(&mut self, priority: Priority, author: Option<UserId>) {
        let serial = self.next_serial();
        let lane = &mut self.lanes[priority as usize];
        lane.reached.retain(|(known, _)| *known != author);
        if lane.count_of(author.as_ref()) > 0 {
            lane.reached.push((author, serial));
        }
    }

    /// While there are too many: the newest of the author with most; on a tie, of the one who
    /// reached that number last.
    pub(super) fn shed(&mut self, priority: Priority) {
        loop {
            let lane = &self.lanes[priority as usize];
            let capacity = self.settings.traffic.lanes[priority].capacity as usize;
            if lane.all().len() <= capacity {
                return;
            }
            let busiest = (lane.reached.iter())
                .max_by_key(|(author, serial)| (lane.count_of(author.as_ref()), *serial))
                .map(|(author, _)| author.clone())
                .expect("a lane with too many messages has an author");
            let own = lane.all().into_iter().filter(|(author, _)| *author == busiest);
            let newest = own.map(|(_, id)| id).max_by_key(|id| self.arrived(*id));
            let newest = newest.expect("the busiest author has a message");
            self.leave_lane(newest);
            self.lose(newest, Discard::Shed);
        }
    }

    /// The how manyeth it was to arrive in a lane.
    pub(super) fn arrived(&self, id: MessageId) -> usize {
        let place = self.arrivals.iter().position(|arrival| arrival.id == id);
        place.expect("whatever is in a lane has arrived")
    }

    /// Takes a message out of its lane, if it is in one.
    pub(super) fn leave_lane(&mut self, id: MessageId) {
        let priority = self.accepted(id).message.priority;
        let lane = &mut self.lanes[priority as usize];
        if !lane.all().iter().any(|(_, known)| *known == id) {
            return;
        }
        for set in [&mut lane.exempt, &mut lane.others] {
            for turn in set.iter_mut() {
                turn.messages.retain(|known| *known != id);
            }
            set.retain(|turn| !turn.messages.is_empty());
        }
        let author = self.accepted(id).message.sender.user.clone();
        self.number_changed(priority, author);
    }

    /// Everything that waits: the higher priority first, then in the order of arrival.
    pub(super) fn waiting_in_order(&self) -> Vec<MessageId> {
        let mut all = vec![];
        for lane in &self.lanes {
            let mut ids: Vec<_> = lane.all().into_iter().map(|(_, id)| id).collect();
            ids.sort_by_key(|id| self.arrived(*id));
            all.extend(ids);
        }
        all
    }

    /// What the lanes have on the agenda, in the order of ties.
    pub(super) fn set_of_lanes(&self, agenda: &mut Vec<(Timestamp, Due, Task)>) {
        for priority in Priority::ALL {
            let at = self.opens_at(priority);
            agenda.push((at, Due::Release, Task::Release(priority)));
        }
        for id in self.waiting_in_order() {
            if let State::Waiting { expires } = self.accepted(id).state {
                agenda.push((expires, Due::Expiry, Task::Expire(id)));
            }
        }
    }

    /// When the next message of this lane may leave.
    fn opens_at(&self, priority: Priority) -> Timestamp {
        let lane = &self.lanes[priority as usize];
        let mut at = Timestamp::MAX;
        if !lane.exempt.is_empty() {
            at = at.min(self.rate_admits_from(priority));
        }
        if !lane.others.is_empty() {
            let cap = self.settings.traffic.caps[priority].map_or(Timestamp::ZERO, |cap| {
                let tat = self.cap_tats[priority as usize];
                admits_from(tat, cap.rate.interval(), cap.burst)
            });
            at = at.min(self.rate_admits_from(priority).max(cap));
        }
        at
    }

    /// The part of the burst that a priority may use.
    fn burst(&self, priority: Priority) -> u32 {
        let traffic = &self.settings.traffic;
        if priority == Priority::High { traffic.burst } else { traffic.burst - traffic.reserve }
    }

    fn rate_admits_from(&self, priority: Priority) -> Timestamp {
        admits_from(self.tat, self.settings.traffic.rate.interval(), self.burst(priority))
    }

    /// The first message of this priority that is admitted leaves.
    pub(super) fn release(&mut self, priority: Priority) {
        let traffic = &self.settings.traffic;
        let interval = traffic.rate.interval();
        assert!(
            admits(self.tat, self.now, interval, self.burst(priority)),
            "the agenda waits for it"
        );
        self.tat = self.tat.max(self.now) + interval;
        let cap = traffic.caps[priority];
        let lane = &mut self.lanes[priority as usize];
        let is_exempt = !lane.exempt.is_empty();
        let set = if is_exempt { &mut lane.exempt } else { &mut lane.others };
        let id = set[0].messages.remove(0);
        set[0].given += 1;
        if set[0].messages.is_empty() {
            set.remove(0);
        } else if set[0].given >= set[0].weight {
            let mut turn = set.remove(0);
            turn.given = 0;
            set.push(turn);
        }
        if let Some(cap) = cap
            && !is_exempt
        {
            let tat = &mut self.cap_tats[priority as usize];
            *tat = (*tat).max(self.now) + cap.rate.interval();
        }
        self.number_changed(priority, self.accepted(id).message.sender.user.clone());
        self.deliver(id);
    }

    fn deliver(&mut self, id: MessageId) {
        let message = self.accepted(id).message.clone();
        let directive = message.directive.clone();
        let body = Body::Message(std::sync::Arc::new(message.clone()));
        let (along, folded) = self.delivers_with(id);
        let seq = self.append_folded(message.priority.class(), body, folded);
        for id in [id].into_iter().chain(along) {
            self.end(id, Outcome::Delivered { seq, at: self.now });
        }
        let Some(directive) = directive else { return };
        let Directive::Leave { users } = &directive else {
            unreachable!("a directive that the model does not know: {directive:?}")
        };
        // Chosen: who is named twice is ordered twice.
        for user in users {
            for session in self.sessions_of(user) {
                let directive = Directive::Leave { users: [user.clone()].into_iter().collect() };
                let after = self.tail();
                self.told.push(Output::Order { record: NO_RECORD, session, after, directive });
            }
        }
    }

    pub(super) fn expire(&mut self, id: MessageId) {
        let priority = self.accepted(id).message.priority;
        let waits = !self.settings.traffic.lanes[priority].max_wait.is_zero();
        self.leave_lane(id);
        let reason = if waits { Discard::Expired } else { Discard::Rate };
        self.lose(id, reason);
    }

    /// A message is lost to the rate, and whoever shares its entry.
    fn lose(&mut self, id: MessageId, reason: Discard) {
        let along = self.loses_with(id);
        for id in [id].into_iter().chain(along) {
            self.end(id, Outcome::Discarded(reason));
        }
    }

    /// When a message in a lane came there.
    pub(super) fn arrival_at(&self, id: MessageId) -> Timestamp {
        self.arrivals[self.arrived(id)].at
    }

    /// Whether such a message would be released at once. Whatever waits and could go has gone.
    pub(super) fn passes(&mut self, message: &liveroom::Message) -> bool {
        let (priority, sender) = (message.priority, &message.sender);
        let interval = self.settings.traffic.rate.interval();
        let cap = self.settings.traffic.caps[priority]
            .filter(|_| !self.settings.traffic.exempt.contains(sender.role));
        let cap_tat = self.cap_tats[priority as usize];
        let open = admits(self.tat, self.now, interval, self.burst(priority))
            && cap.is_none_or(|cap| admits(cap_tat, self.now, cap.rate.interval(), cap.burst));
        if !open || self.lanes[priority as usize].count_of(sender.user.as_ref()) > 0 {
            return false;
        }
        self.tat = self.tat.max(self.now) + interval;
        if let Some(cap) = cap {
            self.cap_tats[priority as usize] = cap_tat.max(self.now) + cap.rate.interval();
        }
        true
    }

    /// Chosen: how long a message may wait is what the config says now.
    pub(super) fn set_expiries_anew(&mut self) {
        for id in self.waiting_in_order() {
            let priority = self.accepted(id).message.priority;
            let arrived = self.arrivals[self.arrived(id)].at;
            let expires = arrived + self.settings.traffic.lanes[priority].max_wait;
            self.accepted_mut(id).state = State::Waiting { expires };
        }
        self.tell_all_folded_when();
    }
}
