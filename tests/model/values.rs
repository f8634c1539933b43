//! What a group remembers for its clients: profile, attributes, counters, marks, the tally.

use std::{sync::Arc, time::Duration};

use liveroom::{
    AttributeChange, AttributeMode, Changed, CounterChange, Counting, Field, GroupPatch, Kind,
    ProfileChanges, Refusal, UserId,
};

use super::{
    Actor, Attribute, Model, ModelReceipt, admits, admits_from, each_once, form::not_more,
};

/// "5 writes a second with a burst of 5."
const WRITE_INTERVAL: Duration = Duration::from_millis(200);
const WRITE_BURST: u32 = 5;
/// "20 a second with a burst of 20."
const COUNT_INTERVAL: Duration = Duration::from_millis(50);
const COUNT_BURST: u32 = 20;

impl Model {
    pub(super) fn set_group(&mut self, actor: &Actor, patch: &GroupPatch) -> Result<(), Refusal> {
        let mut patch = patch.clone();
        for (field, text) in [
            (Field::GroupName, &mut patch.name),
            (Field::Introduction, &mut patch.introduction),
            (Field::Notification, &mut patch.notification),
        ] {
            if let (Some(text), false) = (text, matches!(actor, Actor::App)) {
                *text = self.cleaned(field, text)?;
            }
        }
        let mut profile = self.profile.clone();
        let mut changes = ProfileChanges::default();
        for (field, new, told) in [
            (&mut profile.name, &patch.name, &mut changes.name),
            (&mut profile.introduction, &patch.introduction, &mut changes.introduction),
            (&mut profile.notification, &patch.notification, &mut changes.notification),
            (&mut profile.face_url, &patch.face_url, &mut changes.face_url),
        ] {
            if let Some(new) = new
                && new != field
            {
                *field = new.clone();
                *told = Some(new.clone());
            }
        }
        for (key, value) in &patch.custom {
            let known = profile.custom.iter().find(|(known, _)| known == key);
            let before = known.map_or("", |(_, value)| value);
            if before == &**value {
                continue;
            }
            profile.custom.retain(|(known, _)| known != key);
            if !value.is_empty() {
                profile.custom.push((key.clone(), value.clone()));
            }
            changes.custom.push((key.clone(), value.clone()));
        }
        changes.custom.sort();
        not_more(Field::CustomFields, profile.custom.len(), 10)?;
        let tells = changes != ProfileChanges::default();
        let option = patch.join_option.filter(|option| *option != profile.join_option);
        profile.join_option = option.unwrap_or(profile.join_option);
        self.profile = profile;
        if tells || option.is_some() {
            changes.join_option = option;
            self.profile_change(actor.operator(), changes, tells);
        }
        Ok(())
    }

    pub(super) fn set_attributes(
        &mut self,
        actor: &Actor,
        mode: AttributeMode,
        changes: &[AttributeChange],
        seen: Option<u64>,
    ) -> Result<ModelReceipt, Refusal> {
        if seen.is_some_and(|seen| seen != self.attribute_seq) {
            return Err(Refusal::Conflict { current: self.attribute_seq });
        }
        for change in changes {
            let current = self.attribute(&change.key).map_or(0, |attribute| attribute.seq);
            if change.seen.is_some_and(|seen| seen != current) {
                return Err(Refusal::Conflict { current });
            }
        }
        for change in changes {
            if change.value.is_none() && self.attribute(&change.key).is_none() {
                return Err(Refusal::Missing { field: Field::AttributeKey });
            }
        }
        let seq = self.attribute_seq + 1;
        let mut attributes = self.attributes.clone();
        if mode == AttributeMode::Replace {
            attributes.clear();
        }
        for AttributeChange { key, value, .. } in changes {
            attributes.retain(|attribute| attribute.key != *key);
            let (key, value) = (key.clone(), value.clone());
            attributes.extend(value.map(|value| Attribute { key, value, seq }));
        }
        not_more(Field::Attributes, attributes.len(), 16)?;
        let bytes: usize = attributes.iter().map(|attribute| attribute.value.len()).sum();
        if bytes > 16_000 {
            let (field, limit, length) = (Field::AttributeBytes, 16_000, bytes as u64);
            return Err(Refusal::TooLong { field, limit, length });
        }
        if !admits(self.attribute_tat, self.now, WRITE_INTERVAL, WRITE_BURST) {
            let until = admits_from(self.attribute_tat, WRITE_INTERVAL, WRITE_BURST);
            return Err(Refusal::TooOften { until });
        }
        self.attribute_tat = self.attribute_tat.max(self.now) + WRITE_INTERVAL;
        // Each key that was there or is: what was not written and is still there did not change.
        let mut values = vec![];
        for Attribute { key, .. } in &self.attributes {
            if !attributes.iter().any(|attribute| attribute.key == *key) {
                values.push((key.clone(), None));
            }
        }
        for Attribute { key, value, .. } in attributes.iter().filter(|one| one.seq == seq) {
            values.push((key.clone(), Some(value.clone())));
        }
        values.sort();
        (self.attributes, self.attribute_seq) = (attributes, seq);
        let attributes = Some(Changed { seq, values });
        let changes = ProfileChanges { attributes, ..ProfileChanges::default() };
        self.tell_change(actor.operator(), changes, true);
        Ok(ModelReceipt::Attributes(seq))
    }

    fn attribute(&self, key: &Arc<str>) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.key == *key)
    }

    pub(super) fn count(
        &mut self,
        actor: &Actor,
        changes: &[CounterChange],
    ) -> Result<ModelReceipt, Refusal> {
        let mut counters = self.counters.clone();
        let mut now = vec![];
        for CounterChange { key, change } in changes {
            let place = counters.iter().position(|(known, _)| known == key);
            let before = place.map_or(0, |place| counters[place].1);
            let after = match change {
                Counting::Set(value) => Some(*value),
                Counting::Increase(by) => before.checked_add(*by),
                Counting::Decrease(by) => before.checked_sub(*by),
                Counting::Remove => {
                    let Some(place) = place else {
                        return Err(Refusal::Missing { field: Field::CounterKey });
                    };
                    counters.remove(place);
                    continue;
                }
            };
            let Some(after) = after else {
                // Chosen: a number that does not fit in 8 bytes would have 9.
                let (field, limit, length) = (Field::CounterValue, 8, 9);
                return Err(Refusal::TooLong { field, limit, length });
            };
            match place {
                Some(place) => counters[place].1 = after,
                None => counters.push((key.clone(), after)),
            }
            now.push((key.clone(), after));
        }
        not_more(Field::Counters, counters.len(), 20)?;
        if !admits(self.counter_tat, self.now, COUNT_INTERVAL, COUNT_BURST) {
            let until = admits_from(self.counter_tat, COUNT_INTERVAL, COUNT_BURST);
            return Err(Refusal::TooOften { until });
        }
        self.counter_tat = self.counter_tat.max(self.now) + COUNT_INTERVAL;
        let value = |list: &[(Arc<str>, i64)], key: &Arc<str>| {
            list.iter().find(|(known, _)| known == key).map(|(_, value)| *value)
        };
        let mut values = vec![];
        for (key, _) in self.counters.iter().chain(&counters) {
            let (before, after) = (value(&self.counters, key), value(&counters, key));
            if before != after && !values.contains(&(key.clone(), after)) {
                values.push((key.clone(), after));
            }
        }
        values.sort();
        self.counters = counters;
        self.counter_seq += 1;
        let counters = Some(Changed { seq: self.counter_seq, values });
        let changes = ProfileChanges { counters, ..ProfileChanges::default() };
        self.tell_change(actor.operator(), changes, true);
        Ok(ModelReceipt::Counters(now))
    }

    pub(super) fn mark(
        &mut self,
        users: &[UserId],
        marks: &[u32],
        on: bool,
    ) -> Result<(), Refusal> {
        let users = each_once(users);
        for user in &users {
            if !self.member(user).is_some_and(super::Member::is_online) {
                return Err(Refusal::UnknownMember { user: user.clone() });
            }
        }
        let mut members = self.members.clone();
        for member in members.iter_mut().filter(|member| users.contains(&member.user)) {
            for mark in marks {
                member.marks.retain(|known| known != mark);
                if on {
                    member.marks.push(*mark);
                }
            }
        }
        let mut kinds: Vec<u32> = members.iter().flat_map(|member| member.marks.clone()).collect();
        kinds.sort_unstable();
        let most = kinds.chunk_by(|one, next| one == next).map(<[_]>::len).max();
        not_more(Field::Marks, most.unwrap_or(0), 1_000)?;
        kinds.dedup();
        not_more(Field::Marks, kinds.iter().filter(|mark| **mark >= 1_000).count(), 10)?;
        self.members = members;
        if marks.contains(&500) {
            self.always(&users, on);
        }
        Ok(())
    }

    fn always(&mut self, users: &[UserId], on: bool) {
        if !on {
            return users.iter().for_each(|user| self.always_ends(user));
        }
        // "Those of one command in the order of joins."
        let until = self.now + Duration::from_hours(72);
        for place in 0..self.members.len() {
            if users.contains(&self.members[place].user) {
                self.members[place].always = Some((until, self.next_serial()));
            }
        }
    }

    /// One more like or follow.
    pub(super) fn tally(&mut self, kind: Kind) {
        let counted = if kind == Kind::Like { &mut self.likes } else { &mut self.follows };
        counted.total += 1;
        counted.untold += 1;
        self.tally_due.get_or_insert(self.now + self.settings.tally);
    }

    pub(super) fn tell_tally(&mut self) {
        self.tally_due = None;
        let mut totals = [&mut self.likes, &mut self.follows].map(|counted| {
            let more = std::mem::take(&mut counted.untold) > 0;
            more.then_some(counted.total)
        });
        let (likes, follows) = (totals[0].take(), totals[1].take());
        let changes = ProfileChanges { likes, follows, ..ProfileChanges::default() };
        self.profile_change(None, changes, true);
    }
}
