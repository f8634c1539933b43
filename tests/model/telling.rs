//! Profile changes, tips, and the log.

use liveroom::{
    Body, Changed, Class, Entry, Folded, Output, PerClass, ProfileChanges, Seq, Subject, Timestamp,
    Tip, TipKind, UserId,
};

use super::{Kept, Model, NO_RECORD, admits, admits_from, is_message};

impl Model {
    /// The profile changed: one more, told to the host and, as a tip, to readers.
    pub(super) fn profile_change(
        &mut self,
        operator: Option<UserId>,
        changes: ProfileChanges,
        tip: bool,
    ) {
        self.profile.info_seq += 1;
        self.tell_change(operator, changes, tip);
    }

    pub(super) fn tell_change(
        &mut self,
        operator: Option<UserId>,
        changes: ProfileChanges,
        tip: bool,
    ) {
        let info_seq = self.profile.info_seq;
        let changes = Box::new(ProfileChanges { info_seq, ..changes });
        if tip {
            let changes = Some(changes.clone());
            self.tip(TipKind::GroupProfile, operator.clone(), vec![], changes);
        }
        self.told.push(Output::ProfileChanged { record: NO_RECORD, operator, changes });
    }

    /// Something happened to these subjects, or to the group if there are none.
    pub(super) fn tip(
        &mut self,
        kind: TipKind,
        operator: Option<UserId>,
        subjects: Vec<Subject>,
        changes: Option<Box<ProfileChanges>>,
    ) {
        if !self.settings.tips.kinds.contains(kind) {
            return;
        }
        let names = self.settings.tips.names as usize;
        let count = subjects.len().max(1) as u64;
        let subjects = subjects.into_iter().take(names).collect();
        let tip = Tip { kind, operator, subjects, count, online: self.online(), changes };
        if self.waiting_tips.is_empty() && self.tip_has_room() {
            return self.append_tip(tip);
        }
        match self.waiting_tips.iter_mut().find(|waiting| waiting.kind == kind) {
            Some(waiting) => fold(waiting, tip, names),
            None => self.waiting_tips.push(tip),
        }
    }

    fn tip_has_room(&self) -> bool {
        let cap = self.settings.tips.cap;
        admits(self.tip_tat, self.now, cap.rate.interval(), cap.burst)
    }

    pub(super) fn tip_room_at(&self) -> Timestamp {
        let cap = self.settings.tips.cap;
        admits_from(self.tip_tat, cap.rate.interval(), cap.burst)
    }

    pub(super) fn tell_first_waiting_tip(&mut self) {
        let tip = self.waiting_tips.remove(0);
        self.append_tip(tip);
    }

    fn append_tip(&mut self, mut tip: Tip) {
        self.tip_tat = self.tip_tat.max(self.now) + self.settings.tips.cap.rate.interval();
        tip.online = self.online();
        self.append(Class::Tip, Body::Tip(tip));
    }

    /// One more entry of the history.
    pub(super) fn append(&mut self, class: Class, body: Body) -> Seq {
        self.append_folded(class, body, None)
    }

    pub(super) fn append_folded(
        &mut self,
        class: Class,
        body: Body,
        folded: Option<Box<Folded>>,
    ) -> Seq {
        let (seq, at) = (Seq(self.log.len() as u64 + 1), self.now);
        let entry = Entry { seq, at, class, body, folded };
        let aged = Some(at + self.settings.retention.max_age);
        self.log.push(Kept { entry, since: at, gone: false, aged });
        self.keep_quotas();
        seq
    }

    /// Of each class, the oldest that are too many go.
    pub(super) fn keep_quotas(&mut self) {
        let quota = self.settings.retention.quota;
        for class in Class::ALL {
            let kept: Vec<_> = self
                .log
                .iter_mut()
                .filter(|kept| kept.entry.class == class && !kept.gone)
                .collect();
            let too_many = kept.len().saturating_sub(quota[class] as usize);
            kept.into_iter().take(too_many).for_each(|kept| kept.gone = true);
        }
    }

    /// When the next entry or random grows too old.
    pub(super) fn forget_at(&self) -> Option<Timestamp> {
        let kept = self.log.iter().filter(|kept| !kept.gone);
        let entries = kept
            .map(|kept| kept.aged.unwrap_or(kept.since + self.settings.retention.max_age))
            .min();
        [entries, self.randoms_end_at()].into_iter().flatten().min()
    }

    pub(super) fn forget(&mut self) {
        let (now, max_age) = (self.now, self.settings.retention.max_age);
        for kept in &mut self.log {
            kept.gone |= kept.aged.unwrap_or(kept.since + max_age) <= now;
        }
        self.forget_randoms();
    }

    /// How many entries of each class stand up to this place.
    pub(crate) fn passed_at(&self, seq: Seq) -> PerClass<u64> {
        let mut passed = PerClass::default();
        for kept in self.log.iter().filter(|kept| kept.entry.seq <= seq) {
            passed[kept.entry.class] += 1;
        }
        passed
    }

    /// Where a newcomer begins: at the end, or before the last few messages.
    pub(super) fn newcomer_cursor(&self) -> PerClass<u64> {
        let messages = (self.log.iter().rev())
            .filter(|kept| !kept.gone && is_message(kept.entry.class))
            .take(self.settings.history as usize);
        let oldest = messages.last().map_or(self.tail(), |kept| Seq(kept.entry.seq.0 - 1));
        self.passed_at(oldest)
    }

    /// What a reader who has passed so much sees: the entries kept, and how many of each class
    /// it missed.
    pub(crate) fn since(&self, passed: &PerClass<u64>) -> (Vec<Entry>, PerClass<u64>) {
        let position: u64 = passed.0.iter().sum();
        let ahead = self.log.iter().filter(|kept| kept.entry.seq.0 > position);
        let (gone, kept): (Vec<_>, Vec<_>) = ahead.partition(|kept| kept.gone);
        let mut missed = PerClass::default();
        for kept in gone {
            missed[kept.entry.class] += 1;
        }
        (kept.into_iter().map(|kept| kept.entry.clone()).collect(), missed)
    }
}

/// Tells one more thing with a tip that waits.
fn fold(waiting: &mut Tip, tip: Tip, names: usize) {
    let room = names.saturating_sub(waiting.subjects.len());
    waiting.subjects.extend(tip.subjects.into_iter().take(room));
    waiting.count += tip.count;
    if waiting.operator != tip.operator {
        waiting.operator = None;
    }
    let (Some(old), Some(new)) = (&mut waiting.changes, tip.changes) else { return };
    let ProfileChanges {
        name,
        introduction,
        notification,
        face_url,
        owner,
        mute_all,
        join_option,
        custom,
        likes,
        follows,
        attributes,
        counters,
        info_seq,
    } = *new;
    old.name = name.or(old.name.take());
    old.introduction = introduction.or(old.introduction.take());
    old.notification = notification.or(old.notification.take());
    old.face_url = face_url.or(old.face_url.take());
    old.owner = owner.or(old.owner.take());
    old.mute_all = mute_all.or(old.mute_all);
    old.join_option = join_option.or(old.join_option);
    old.likes = likes.or(old.likes);
    old.follows = follows.or(old.follows);
    old.attributes = later_values(old.attributes.take(), attributes);
    old.counters = later_values(old.counters.take(), counters);
    old.info_seq = info_seq;
    for (key, value) in custom {
        match old.custom.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => old.custom.push((key, value)),
        }
    }
    // Chosen: in the order of their keys, as the profile itself shows them.
    old.custom.sort();
}

/// Every key with its later value, in the order of the keys.
fn later_values<T: Clone + Ord>(
    old: Option<Changed<T>>,
    new: Option<Changed<T>>,
) -> Option<Changed<T>> {
    let (Some(old), Some(mut new)) = (old.clone(), new.clone()) else { return new.or(old) };
    for (key, value) in old.values {
        if !new.values.iter().any(|(known, _)| *known == key) {
            new.values.push((key, value));
        }
    }
    new.values.sort();
    Some(new)
}
