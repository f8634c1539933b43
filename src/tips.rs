//! Tips under a limit of their own: a storm of joins is told in a few entries, and counted exactly.
//!
//! A tip that finds room, and none waiting before it, goes out at once. Otherwise it is folded into
//! the waiting tip of its kind, or waits as the first of its kind. Waiting tips go out one by one, in
//! the order in which they began to wait, as soon as the cap has room. A folded tip names its first
//! subjects and counts all.
//!
//! How many are online is not known here: `online` is 0 in every tip that comes out.
//!
//! Invariant: at most one tip of each kind waits, and what it holds is bounded.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    bucket::Bucket,
    config::TipConfig,
    corrupt::Corrupt,
    entry::{Changed, ProfileChanges, Subject, Tip, TipKind},
    id::UserId,
    time::{Shift, Timestamp},
};

/// The tips of one group that wait, and what has passed the cap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tips {
    bucket: Bucket,
    /// `None` while none waits.
    waiting: Option<Box<Waiting>>,
}

/// In the order in which they began to wait.
#[derive(Clone, Debug, Default)]
struct Waiting(Vec<Tip>);

/// Everything that decides what tips come next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    bucket: Bucket,
    waiting: Vec<Tip>,
}

impl Tips {
    /// The most subjects that a config lets a tip name.
    const MOST_NAMES: usize = 64;
    /// The most custom fields, attributes, or counters that a folded tip tells of. A group has 10, 16
    /// and 20; past this, removals are left out, those first by key.
    const MOST_FIELDS: usize = 64;

    /// Something happened to `subjects`. The tip to append now, unless it is off, folded or waiting.
    pub(crate) fn offer(
        &mut self,
        now: Timestamp,
        config: &TipConfig,
        kind: TipKind,
        operator: Option<UserId>,
        subjects: impl IntoIterator<Item = Subject>,
        changes: Option<ProfileChanges>,
    ) -> Option<Tip> {
        if !config.kinds.contains(kind) {
            return None;
        }
        let mut tip = Tip {
            kind,
            operator,
            subjects: SmallVec::new(),
            count: 0,
            online: 0,
            changes: changes.map(Box::new),
        };
        name(&mut tip, config, subjects);
        if self.waiting.is_none() && self.bucket.admit(now, config.cap.into()) {
            return Some(tip);
        }
        let Waiting(waiting) = &mut **self.waiting.get_or_insert_default();
        match waiting.iter_mut().find(|waiting| waiting.kind == kind) {
            Some(waiting) => fold(waiting, tip, config),
            None => waiting.push(tip),
        }
        None
    }

    /// When, from `now` on, the first waiting tip may go out. At the end of time none may: it waits
    /// until the clock is moved back.
    pub(crate) fn next_due(&self, now: Timestamp, config: &TipConfig) -> Option<Timestamp> {
        self.waiting.as_ref()?;
        self.bucket.opens(now, config.cap.into())
    }

    /// The first waiting tip, if the cap has room for it.
    pub(crate) fn take_due(&mut self, now: Timestamp, config: &TipConfig) -> Option<Tip> {
        let Waiting(waiting) = &mut **self.waiting.as_mut()?;
        if !self.bucket.admit(now, config.cap.into()) {
            return None;
        }
        let tip = waiting.remove(0);
        self.waiting.take_if(|waiting| waiting.0.is_empty());
        Some(tip)
    }

    /// All waiting tips, past the cap: the group ends.
    pub(crate) fn flush(&mut self) -> Vec<Tip> {
        self.waiting.take().map_or_else(Vec::new, |waiting| waiting.0)
    }

    /// Under another cap, nothing is held back longer than that cap's whole burst.
    pub(crate) fn relax(&mut self, now: Timestamp, config: &TipConfig) {
        self.bucket.relax(now, config.cap.into());
    }

    /// Moves what the cap remembers with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        self.bucket.shift(shift);
    }

    /// About the bytes on the heap, without names and profiles, which are shared.
    pub(crate) fn heap_bytes(&self) -> usize {
        // At most one tip of each kind, so this is a short walk.
        let Some(Waiting(waiting)) = self.waiting.as_deref() else { return 0 };
        let held = waiting.iter().map(|tip| {
            let subjects = if tip.subjects.spilled() { tip.subjects.capacity() } else { 0 };
            let changes = tip
                .changes
                .as_ref()
                .map_or(0, |changes| size_of::<ProfileChanges>() + changes.bytes());
            subjects * size_of::<Subject>() + changes
        });
        size_of::<Waiting>() + held.sum::<usize>() + waiting.capacity() * size_of::<Tip>()
    }

    pub(crate) fn save(&self) -> Saved {
        let waiting = self.waiting.as_ref().map_or_else(Vec::new, |waiting| waiting.0.clone());
        Saved { bucket: self.bucket, waiting }
    }

    /// # Errors
    /// What does not hold together: no tips saved this.
    pub(crate) fn restore(saved: Saved) -> Result<Self, Corrupt> {
        let Saved { bucket, waiting } = saved;
        if waiting.len() > TipKind::ALL.len() {
            return Err(Corrupt("tips: more wait than there are kinds"));
        }
        for (at, tip) in waiting.iter().enumerate() {
            if waiting.iter().take(at).any(|before| before.kind == tip.kind) {
                return Err(Corrupt("tips: two of a kind wait"));
            }
            if tip.subjects.len() > Self::MOST_NAMES || tip.count < tip.subjects.len() as u64 {
                return Err(Corrupt("tips: more subjects than may be named or were counted"));
            }
            if tip.count == 0 || tip.online != 0 {
                return Err(Corrupt("tips: numbers that no waiting tip has"));
            }
            if tip.changes.as_ref().is_some_and(|changes| most_keys(changes) > Self::MOST_FIELDS) {
                return Err(Corrupt("tips: more fields or values than are told"));
            }
        }
        let waiting = (!waiting.is_empty()).then(|| Box::new(Waiting(waiting)));
        Ok(Self { bucket: bucket.checked()?, waiting })
    }
}

/// How many keys the longest list of changes has.
fn most_keys(changes: &ProfileChanges) -> usize {
    let attributes = changes.attributes.as_ref().map_or(0, |changed| changed.values.len());
    let counters = changes.counters.as_ref().map_or(0, |changed| changed.values.len());
    changes.custom.len().max(attributes).max(counters)
}

/// Counts all subjects, and names the first. Without any, something happened once.
fn name(tip: &mut Tip, config: &TipConfig, subjects: impl IntoIterator<Item = Subject>) {
    for subject in subjects {
        tip.count = tip.count.saturating_add(1);
        if tip.subjects.len() < config.names as usize {
            tip.subjects.push(subject);
        }
    }
    tip.count = tip.count.max(1);
}

fn fold(waiting: &mut Tip, tip: Tip, config: &TipConfig) {
    let Tip { kind: _, operator, subjects, count, online: _, changes } = tip;
    if waiting.operator != operator {
        waiting.operator = None;
    }
    let room = (config.names as usize).saturating_sub(waiting.subjects.len());
    waiting.subjects.extend(subjects.into_iter().take(room));
    waiting.count = waiting.count.saturating_add(count);
    match (&mut waiting.changes, changes) {
        (_, None) => {}
        (Some(earlier), Some(later)) => merge(earlier, *later),
        (none, later) => *none = later,
    }
}

/// Each field as it is after the later changes.
fn merge(earlier: &mut ProfileChanges, later: ProfileChanges) {
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
    } = later;
    take_later(&mut earlier.name, name);
    take_later(&mut earlier.introduction, introduction);
    take_later(&mut earlier.notification, notification);
    take_later(&mut earlier.face_url, face_url);
    take_later(&mut earlier.owner, owner);
    take_later(&mut earlier.mute_all, mute_all);
    take_later(&mut earlier.join_option, join_option);
    take_later(&mut earlier.likes, likes);
    take_later(&mut earlier.follows, follows);
    merge_values(&mut earlier.attributes, attributes);
    merge_values(&mut earlier.counters, counters);
    earlier.info_seq = info_seq;
    merge_fields(&mut earlier.custom, custom, |value| value.is_empty());
}

fn merge_values<T>(earlier: &mut Option<Changed<T>>, later: Option<Changed<T>>) {
    match (earlier, later) {
        (_, None) => {}
        (Some(earlier), Some(Changed { seq, values })) => {
            earlier.seq = seq;
            merge_fields(&mut earlier.values, values, Option::is_none);
        }
        (none, later) => *none = later,
    }
}

/// Keys in their order, each with its later value; removals are left out first where it is too many.
fn merge_fields<T>(
    earlier: &mut Vec<(Arc<str>, T)>,
    later: Vec<(Arc<str>, T)>,
    is_removed: impl Fn(&T) -> bool,
) {
    for (key, value) in later {
        match earlier.iter_mut().find(|(old, _)| *old == key) {
            Some((_, old)) => *old = value,
            None => earlier.push((key, value)),
        }
    }
    earlier.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut surplus = earlier.len().saturating_sub(Tips::MOST_FIELDS);
    earlier.retain(|(_, value)| {
        let goes = surplus > 0 && is_removed(value);
        surplus -= usize::from(goes);
        !goes
    });
    earlier.truncate(Tips::MOST_FIELDS);
}

fn take_later<T>(earlier: &mut Option<T>, later: Option<T>) {
    if later.is_some() {
        *earlier = later;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        config::{Cap, TipSet},
        role::Profile,
        time::Rate,
    };

    fn config(rate: u32, burst: u32, names: u32) -> TipConfig {
        let cap = Cap { rate: Rate::per_second(rate).unwrap(), burst };
        TipConfig { kinds: TipSet::ALL, mute_all: true, cap, names }
    }

    fn user(n: u64) -> UserId {
        UserId::new(&format!("u{n}")).unwrap()
    }

    fn subject(n: u64) -> Subject {
        Subject { user: user(n), profile: Arc::new(Profile::default()), until: None }
    }

    fn ms(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn join(tips: &mut Tips, now: Timestamp, config: &TipConfig, n: u64) -> Option<Tip> {
        tips.offer(now, config, TipKind::Join, Some(user(n)), [subject(n)], None)
    }

    fn change(tips: &mut Tips, config: &TipConfig, changes: ProfileChanges) -> Option<Tip> {
        tips.offer(ms(0), config, TipKind::GroupProfile, None, [], Some(changes))
    }

    #[test]
    fn a_million_joins_at_one_instant_are_told_in_burst_and_one_tips() {
        let (mut tips, config) = (Tips::default(), config(10, 10, 10));
        let one = subject(1);
        let mut told = Vec::new();
        for _ in 0..1_000_000 {
            told.extend(tips.offer(ms(0), &config, TipKind::Join, None, [one.clone()], None));
        }
        assert_eq!(told.len(), 10);
        assert_eq!(tips.next_due(ms(0), &config), Some(ms(100)));
        assert!(tips.take_due(ms(99), &config).is_none());
        told.extend(tips.take_due(ms(100), &config));
        assert_eq!(tips.next_due(ms(100), &config), None);
        assert_eq!(told.len(), 11);
        assert_eq!(told.iter().map(|tip| tip.count).sum::<u64>(), 1_000_000);
        assert!(told.iter().all(|tip| tip.subjects.len() <= 10 && tip.online == 0));
        assert_eq!(told[10].subjects.len(), 10);
    }

    #[test]
    fn a_tip_that_finds_room_does_not_pass_one_that_waits() {
        let (mut tips, config) = (Tips::default(), config(10, 1, 10));
        assert!(join(&mut tips, ms(0), &config, 1).is_some());
        assert!(join(&mut tips, ms(0), &config, 2).is_none());
        let quit = tips.offer(ms(100), &config, TipKind::Quit, None, [subject(1)], None);
        assert!(quit.is_none(), "the join waits before it, though there is room");
        let out = [ms(100), ms(100), ms(200)].map(|at| tips.take_due(at, &config));
        let kinds = out.map(|tip| tip.map(|tip| tip.kind));
        assert_eq!(kinds, [Some(TipKind::Join), None, Some(TipKind::Quit)]);
        assert_eq!(tips.heap_bytes(), 0);
    }

    #[test]
    fn a_tip_that_is_off_is_not_told_and_takes_no_room() {
        let mut config = config(10, 1, 10);
        config.kinds = TipSet::ALL.without(TipKind::Join);
        let mut tips = Tips::default();
        assert!(join(&mut tips, ms(0), &config, 1).is_none());
        assert!(tips.flush().is_empty());
        assert!(tips.offer(ms(0), &config, TipKind::Quit, None, [subject(1)], None).is_some());
    }

    #[test]
    fn what_is_due_can_be_taken_at_the_end_of_time_too() {
        let (mut tips, config) = (Tips::default(), config(10, 1, 10));
        for step in (0..300).rev() {
            let now = Timestamp::MAX.before(Duration::from_millis(step));
            join(&mut tips, now, &config, step);
            while tips.next_due(now, &config).is_some_and(|due| due <= now) {
                assert!(tips.take_due(now, &config).is_some());
            }
        }
    }

    #[test]
    fn an_operator_is_named_who_did_all_of_it() {
        let config = config(10, 1, 10);
        let fold = |operators: [Option<u64>; 3]| {
            let mut tips = Tips::default();
            join(&mut tips, ms(0), &config, 1);
            for by in operators {
                tips.offer(ms(0), &config, TipKind::Kick, by.map(user), [subject(1)], None);
            }
            tips.flush().remove(0).operator
        };
        assert_eq!(fold([Some(1), Some(1), Some(1)]), Some(user(1)));
        assert_eq!(fold([Some(1), Some(2), Some(1)]), None);
        assert_eq!(fold([Some(1), None, Some(1)]), None);
        assert_eq!(fold([None, None, None]), None);
    }

    #[test]
    fn one_tip_names_its_first_subjects_and_counts_all() {
        let (mut tips, config) = (Tips::default(), config(10, 1, 2));
        let mute = |tips: &mut Tips, users: std::ops::Range<u64>| {
            let subjects = users.map(subject);
            tips.offer(ms(0), &config, TipKind::MemberProfile, None, subjects, None)
        };
        let tip = mute(&mut tips, 0..5).unwrap();
        assert_eq!((tip.count, tip.subjects.as_slice()), (5, &[subject(0), subject(1)][..]));
        mute(&mut tips, 5..6);
        mute(&mut tips, 6..9);
        let tip = tips.flush().remove(0);
        assert_eq!((tip.count, tip.subjects.as_slice()), (4, &[subject(5), subject(6)][..]));
        assert!(tips.flush().is_empty());
    }

    #[test]
    fn profile_changes_are_merged_field_by_field() {
        let (mut tips, config) = (Tips::default(), config(10, 1, 10));
        let text = |text: &str| Some(Arc::<str>::from(text));
        let fields = |fields: &[(&str, &str)]| {
            fields.iter().map(|&(key, value)| (key.into(), value.into())).collect::<Vec<_>>()
        };
        let values = |seq, values: &[(&str, Option<&str>)]| {
            let values = values.iter().map(|&(key, value)| (key.into(), value.map(Arc::from)));
            Some(Changed { seq, values: values.collect() })
        };
        assert!(change(&mut tips, &config, ProfileChanges::default()).is_some());
        let first = ProfileChanges {
            name: text("first"),
            face_url: text("kept"),
            likes: Some(1),
            attributes: values(1, &[("a", Some("1")), ("b", Some("1"))]),
            mute_all: Some(true),
            custom: fields(&[("b", "1"), ("c", "1")]),
            info_seq: 1,
            ..ProfileChanges::default()
        };
        let second = ProfileChanges {
            name: text("second"),
            introduction: text("new"),
            notification: text("new"),
            owner: Some(user(1)),
            likes: Some(2),
            follows: Some(3),
            attributes: values(4, &[("a", None), ("c", Some("4"))]),
            counters: Some(Changed { seq: 5, values: vec![("n".into(), Some(5))] }),
            mute_all: Some(false),
            custom: fields(&[("a", "2"), ("c", "")]),
            info_seq: 2,
            ..ProfileChanges::default()
        };
        let third = ProfileChanges { info_seq: 3, ..ProfileChanges::default() };
        for changes in [first, second.clone(), third] {
            assert!(change(&mut tips, &config, changes).is_none());
        }
        let tip = tips.flush().remove(0);
        let merged = ProfileChanges {
            face_url: text("kept"),
            custom: fields(&[("a", "2"), ("b", "1"), ("c", "")]),
            attributes: values(4, &[("a", None), ("b", Some("1")), ("c", Some("4"))]),
            info_seq: 3,
            ..second
        };
        assert_eq!((tip.count, tip.subjects.len()), (3, 0));
        assert_eq!(tip.changes.as_deref(), Some(&merged));
    }

    #[test]
    fn a_folded_tip_forgets_removed_fields_rather_than_grow() {
        let (mut tips, config) = (Tips::default(), config(10, 1, 10));
        change(&mut tips, &config, ProfileChanges::default());
        for n in 0..100 {
            let value = if n < 90 { "" } else { "there" };
            let custom = vec![(format!("f{n:02}").into(), value.into())];
            change(&mut tips, &config, ProfileChanges { custom, ..ProfileChanges::default() });
        }
        let custom = tips.flush().remove(0).changes.unwrap().custom;
        assert_eq!(custom.len(), 64);
        assert_eq!(custom.iter().filter(|(_, value)| &**value == "there").count(), 10);
    }

    #[test]
    fn another_cap_holds_nothing_back_beyond_its_burst() {
        let (slow, fast) = (config(1, 10, 10), config(10, 1, 10));
        let mut tips = Tips::default();
        (0..11).for_each(|n| drop(join(&mut tips, ms(0), &slow, n)));
        assert_eq!(tips.next_due(ms(0), &fast), Some(ms(10_000)));
        tips.relax(ms(0), &fast);
        assert_eq!(tips.next_due(ms(0), &fast), Some(ms(100)));
        tips.shift(Shift::new(ms(0), ms(5_000)));
        assert_eq!(tips.next_due(ms(0), &fast), Some(ms(5_100)));
    }

    #[test]
    fn at_the_end_of_time_a_tip_waits_for_the_clock_to_be_moved_back() {
        let (mut tips, config) = (Tips::default(), config(10, 1, 10));
        assert!(join(&mut tips, Timestamp::MAX, &config, 1).is_none());
        assert_eq!(tips.next_due(Timestamp::MAX, &config), None);
        assert!(tips.take_due(Timestamp::MAX, &config).is_none());
        tips.shift(Shift::new(Timestamp::MAX, ms(5)));
        assert_eq!(tips.next_due(ms(5), &config), Some(ms(5)));
        assert!(tips.take_due(ms(5), &config).is_some());
    }

    #[test]
    fn saved_state_that_does_not_hold_together_is_turned_away() {
        let config = config(10, 1, 64);
        let mut tips = Tips::default();
        for n in 0..3 {
            join(&mut tips, ms(0), &config, n);
        }
        change(&mut tips, &config, ProfileChanges::default());
        let saved = tips.save();
        assert_eq!(Tips::restore(saved.clone()).unwrap().save(), saved);
        let broken: [fn(&mut Saved); 7] = [
            |it| it.waiting.push(it.waiting[0].clone()),
            |it| it.waiting = vec![it.waiting[0].clone(); 10],
            |it| it.waiting[0].count = 1,
            |it| it.waiting[1].count = 0,
            |it| it.waiting[0].online = 1,
            |it| {
                it.waiting[0].subjects = (0..65).map(subject).collect();
                it.waiting[0].count = 65;
            },
            |it| {
                let custom = vec![("k".into(), "v".into()); 65];
                it.waiting[1].changes =
                    Some(Box::new(ProfileChanges { custom, ..ProfileChanges::default() }));
            },
        ];
        for (at, spoil) in broken.into_iter().enumerate() {
            let mut saved = saved.clone();
            spoil(&mut saved);
            assert!(Tips::restore(saved).is_err(), "case {at}");
        }
    }

    /// What must come out: waiting kinds as a list, admission by counting what went out before.
    #[derive(Default)]
    struct Model {
        tat: Timestamp,
        waiting: Vec<(TipKind, Vec<u64>)>,
    }

    impl Model {
        fn room(&mut self, now: Timestamp, config: &TipConfig) -> bool {
            let interval = config.cap.rate.interval();
            let room = self.tat.max(now).since(now) <= interval * (config.cap.burst - 1);
            if room {
                self.tat = self.tat.max(now) + interval;
            }
            room
        }
    }

    proptest! {
        #[test]
        fn tips_answer_like_a_list_of_kinds(
            steps in prop::collection::vec((0..120_u64, 0..4_usize, 0..4_u64), 0..80),
            burst in 1..4_u32,
        ) {
            let config = config(10, burst, 3);
            let (mut tips, mut model, mut now) = (Tips::default(), Model::default(), ms(1_000));
            let seen = |tip: Option<Tip>| tip.map(|tip| (tip.kind, tip.count, tip.subjects.to_vec()));
            let expected = |(kind, users): (TipKind, Vec<u64>)| {
                let subjects: Vec<Subject> = users.iter().take(3).map(|&n| subject(n)).collect();
                (kind, users.len() as u64, subjects)
            };
            for (pause, kind, n) in steps {
                now += Duration::from_millis(pause);
                let mut then = ms(0);
                while let Some(due) = tips.next_due(then, &config).filter(|&due| due <= now) {
                    then = due;
                    prop_assert!(model.room(due, &config));
                    let first = model.waiting.remove(0);
                    prop_assert_eq!(seen(tips.take_due(due, &config)), Some(expected(first)));
                }
                prop_assert!(tips.take_due(now, &config).is_none());
                let kind = TipKind::ALL[kind];
                let told = tips.offer(now, &config, kind, None, [subject(n)], None);
                if model.waiting.is_empty() && model.room(now, &config) {
                    prop_assert_eq!(seen(told), Some(expected((kind, vec![n]))));
                } else {
                    prop_assert_eq!(told, None);
                    match model.waiting.iter_mut().find(|waiting| waiting.0 == kind) {
                        Some((_, users)) => users.push(n),
                        None => model.waiting.push((kind, vec![n])),
                    }
                }
                let saved = tips.save();
                tips = Tips::restore(saved.clone()).unwrap();
                prop_assert_eq!(tips.save(), saved);
            }
            let rest: Vec<_> = tips.flush().into_iter().filter_map(|tip| seen(Some(tip))).collect();
            let waiting: Vec<_> = model.waiting.into_iter().map(expected).collect();
            prop_assert_eq!(rest, waiting);
        }
    }
}
