//! What a group says of itself, and when that changed.
//!
//! Invariants: custom fields stand in the order of their keys, and none is empty; there is `more`
//! exactly while it says something, so that a group that was only named pays for its name alone.

#![expect(clippy::indexing_slicing, reason = "a search says where it found what it found")]

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    bounds,
    command::GroupPatch,
    corrupt::Corrupt,
    entry::ProfileChanges,
    refusal::{Field, Refusal},
    role::JoinOption,
    space,
    time::Timestamp,
};

/// Custom fields: keys and values.
type Fields = Vec<(Arc<str>, Arc<str>)>;

/// A group's profile, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupProfile {
    name: Box<str>,
    more: Option<Box<More>>,
    created: Timestamp,
    info_seq: u64,
    /// [`Timestamp::MAX`] stands for no message: no clock ever shows it.
    last_message: Timestamp,
}

/// What there is to say of few groups.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct More {
    changed: Timestamp,
    join_option: JoinOption,
    introduction: Arc<str>,
    notification: Arc<str>,
    face_url: Arc<str>,
    custom: Fields,
}

/// The texts as they are saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Texts {
    name: Arc<str>,
    introduction: Arc<str>,
    notification: Arc<str>,
    face_url: Arc<str>,
    custom: Fields,
}

/// A profile as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    texts: Texts,
    join_option: JoinOption,
    created: Timestamp,
    changed: Timestamp,
    info_seq: u64,
    last_message: Option<Timestamp>,
}

impl GroupProfile {
    /// The name; empty until it is set.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The introduction; empty until it is set.
    pub fn introduction(&self) -> &str {
        self.more.as_ref().map_or("", |more| &more.introduction)
    }

    /// The notification; empty until it is set.
    pub fn notification(&self) -> &str {
        self.more.as_ref().map_or("", |more| &more.notification)
    }

    /// The address of the group's picture; empty until it is set.
    pub fn face_url(&self) -> &str {
        self.more.as_ref().map_or("", |more| &more.face_url)
    }

    /// How one joins.
    pub fn join_option(&self) -> JoinOption {
        self.more.as_ref().map_or_else(JoinOption::default, |more| more.join_option)
    }

    /// The custom fields, at most 10, in the order of their keys.
    pub fn custom(&self) -> impl Iterator<Item = (&str, &str)> {
        let custom = self.more.iter().flat_map(|more| &more.custom);
        custom.map(|(key, value)| (&**key, &**value))
    }

    /// When the group was made.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// When the profile last changed; when the group was made, if it never did.
    pub fn changed(&self) -> Timestamp {
        self.more.as_ref().map_or(self.created, |more| more.changed)
    }

    /// How often the profile changed (`InfoSeq`).
    pub fn info_seq(&self) -> u64 {
        self.info_seq
    }

    /// When the last message was delivered, if one was.
    pub fn last_message(&self) -> Option<Timestamp> {
        Some(self.last_message).filter(|at| *at != Timestamp::MAX)
    }

    pub(crate) fn new(now: Timestamp) -> Self {
        let (name, last_message) = (Box::default(), Timestamp::MAX);
        Self { name, more: None, created: now, info_seq: 0, last_message }
    }

    /// Takes a patch over. What changed, or `None` if nothing differs.
    ///
    /// # Errors
    /// [`Refusal::TooMany`] custom fields.
    pub(crate) fn apply(
        &mut self,
        now: Timestamp,
        patch: &GroupPatch,
    ) -> Result<Option<ProfileChanges>, Refusal> {
        let mut more = self.more();
        let custom = more.exchange_fields(&patch.custom)?;
        let name = patch.name.as_ref().filter(|name| ***name != *self.name);
        let mut changes = ProfileChanges {
            name: name.cloned(),
            introduction: exchange(&mut more.introduction, patch.introduction.as_ref()),
            notification: exchange(&mut more.notification, patch.notification.as_ref()),
            face_url: exchange(&mut more.face_url, patch.face_url.as_ref()),
            join_option: patch.join_option.filter(|option| *option != more.join_option),
            custom,
            ..ProfileChanges::default()
        };
        if changes == ProfileChanges::default() {
            return Ok(None);
        }
        more.join_option = changes.join_option.unwrap_or(more.join_option);
        if let Some(name) = name {
            self.name = (**name).into();
        }
        changes.info_seq = self.change(now, more);
        Ok(Some(changes))
    }

    /// Something else changed that counts as the profile's: the owner, a mute of all, the tally. The
    /// new change number.
    pub(crate) fn touch(&mut self, now: Timestamp) -> u64 {
        let more = self.more();
        self.change(now, more)
    }

    /// A message was delivered.
    pub(crate) fn delivered(&mut self, now: Timestamp) {
        self.last_message = now;
    }

    /// The most that a profile takes.
    pub(crate) fn most_bytes() -> u64 {
        let counts = 2 * space::size::<usize>();
        let texts = bounds::GROUP_NAME
            + bounds::INTRODUCTION
            + bounds::NOTIFICATION
            + bounds::FACE_URL
            + bounds::CUSTOM_FIELDS * (bounds::CUSTOM_KEY + bounds::CUSTOM_VALUE);
        let fields = bounds::CUSTOM_FIELDS as u64;
        space::size::<More>()
            + texts as u64
            + (4 + 2 * fields) * counts
            + space::list::<(Arc<str>, Arc<str>)>(2 * fields)
    }

    /// The bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let Some(more) = &self.more else { return self.name.len() };
        let More { introduction, notification, face_url, custom, .. } = &**more;
        // At most 10, so this is a short walk.
        let fields = custom.iter().map(|(key, value)| key.len() + value.len());
        self.name.len()
            + size_of::<More>()
            + custom.capacity() * size_of::<(Arc<str>, Arc<str>)>()
            + fields.sum::<usize>()
            + [introduction, notification, face_url].map(|text| text.len()).iter().sum::<usize>()
    }

    pub(crate) fn save(&self) -> Saved {
        let More { changed, join_option, introduction, notification, face_url, custom } =
            self.more();
        let name = Arc::from(&*self.name);
        Saved {
            texts: Texts { name, introduction, notification, face_url, custom },
            join_option,
            created: self.created,
            changed,
            info_seq: self.info_seq,
            last_message: self.last_message(),
        }
    }

    /// # Errors
    /// What does not hold together: no profile saved this.
    pub(crate) fn restore(saved: Saved) -> Result<Self, Corrupt> {
        let Saved { texts, join_option, created, changed, info_seq, last_message } = saved;
        if info_seq > bounds::COUNTED {
            return Err(Corrupt("profile: more changes than can be counted"));
        }
        if last_message == Some(Timestamp::MAX) {
            return Err(Corrupt("profile: a message at a time that no clock shows"));
        }
        texts.check()?;
        let Texts { name, introduction, notification, face_url, custom } = texts;
        let more = More { changed, join_option, introduction, notification, face_url, custom };
        let mut profile = Self::new(created);
        profile.name = (*name).into();
        profile.info_seq = info_seq;
        profile.last_message = last_message.unwrap_or(Timestamp::MAX);
        profile.set_more(more);
        Ok(profile)
    }

    /// What more there is, if only that there is nothing.
    fn more(&self) -> More {
        self.more.as_deref().cloned().unwrap_or_else(|| More::new(self.created))
    }

    fn set_more(&mut self, more: More) {
        self.more = (more != More::new(self.created)).then(|| Box::new(more));
    }

    /// Takes a change over, and gives it a number.
    fn change(&mut self, now: Timestamp, more: More) -> u64 {
        self.set_more(More { changed: now, ..more });
        self.info_seq += 1;
        self.info_seq
    }
}

/// Whether readers get a tip of these changes: of the join option they get none.
pub(crate) fn tells_readers(changes: &ProfileChanges) -> bool {
    let &ProfileChanges { join_option, info_seq, .. } = changes;
    *changes != ProfileChanges { join_option, info_seq, ..ProfileChanges::default() }
}

impl More {
    /// Nothing to say of a group that was made then.
    fn new(created: Timestamp) -> Self {
        Self {
            changed: created,
            join_option: JoinOption::default(),
            introduction: Arc::default(),
            notification: Arc::default(),
            face_url: Arc::default(),
            custom: Fields::new(),
        }
    }

    /// Sets and removes custom fields, the later of two of one key last. Those that differ then, in
    /// the order of their keys; a removed one is empty.
    fn exchange_fields(&mut self, patch: &[(Arc<str>, Arc<str>)]) -> Result<Fields, Refusal> {
        let before = self.custom.clone();
        for (key, value) in patch {
            let place = self.custom.binary_search_by(|(it, _)| it.cmp(key));
            match (place, value.is_empty()) {
                (Ok(at), true) => drop(self.custom.remove(at)),
                (Ok(at), false) => self.custom[at].1 = Arc::clone(value),
                (Err(_), true) => {}
                (Err(at), false) => self.custom.insert(at, (Arc::clone(key), Arc::clone(value))),
            }
        }
        let (limit, count) = (bounds::CUSTOM_FIELDS as u64, self.custom.len() as u64);
        Refusal::if_more(Field::CustomFields, count, limit)?;
        // At most 10 fields on each side, so that looking through them is no work.
        let there = |key| self.custom.iter().any(|(it, _)| it == key);
        let gone = before.iter().filter(|(key, _)| !there(key));
        let new = self.custom.iter().filter(|&field| !before.contains(field)).cloned();
        let gone = gone.map(|(key, _)| (Arc::clone(key), Arc::default()));
        let mut changed: Vec<_> = new.chain(gone).collect();
        changed.sort();
        Ok(changed)
    }
}

impl Texts {
    fn check(&self) -> Result<(), Corrupt> {
        let limits = [
            (&self.name, bounds::GROUP_NAME),
            (&self.introduction, bounds::INTRODUCTION),
            (&self.notification, bounds::NOTIFICATION),
            (&self.face_url, bounds::FACE_URL),
        ];
        if limits.iter().any(|(text, limit)| text.len() > *limit) {
            return Err(Corrupt("profile: a text of no possible length"));
        }
        if self.custom.len() > bounds::CUSTOM_FIELDS {
            return Err(Corrupt("profile: more custom fields than fit"));
        }
        if !self.custom.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Corrupt("profile: custom fields out of order"));
        }
        let possible = |(key, value): &(Arc<str>, Arc<str>)| {
            (1..=bounds::CUSTOM_KEY).contains(&key.len())
                && (1..=bounds::CUSTOM_VALUE).contains(&value.len())
        };
        if !self.custom.iter().all(possible) {
            return Err(Corrupt("profile: a custom field of no possible length"));
        }
        Ok(())
    }
}

/// The new text, if there is one that differs.
fn exchange(old: &mut Arc<str>, new: Option<&Arc<str>>) -> Option<Arc<str>> {
    let new = new.filter(|&new| new != old)?;
    *old = Arc::clone(new);
    Some(Arc::clone(new))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn secs(secs: u64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn fields(fields: &[(&str, &str)]) -> Vec<(Arc<str>, Arc<str>)> {
        fields.iter().map(|&(key, value)| (key.into(), value.into())).collect()
    }

    fn long(bytes: usize) -> Arc<str> {
        "x".repeat(bytes).into()
    }

    fn text<T: From<Arc<str>>>(text: &str) -> T {
        Arc::<str>::from(text).into()
    }

    #[test]
    fn a_new_profile_is_empty_and_owns_nothing() {
        let profile = GroupProfile::new(secs(7));
        assert_eq!((profile.created(), profile.changed()), (secs(7), secs(7)));
        let texts =
            [profile.name(), profile.introduction(), profile.notification(), profile.face_url()];
        assert_eq!(texts, [""; 4]);
        assert_eq!((profile.info_seq(), profile.last_message()), (0, None));
        assert_eq!((profile.custom().count(), profile.heap_bytes()), (0, 0));
    }

    #[test]
    fn a_group_that_was_only_named_pays_for_its_name_alone() {
        let mut profile = GroupProfile::new(secs(7));
        let named = GroupPatch { name: text("name"), ..GroupPatch::default() };
        profile.apply(secs(7), &named).unwrap();
        assert_eq!((profile.name(), profile.info_seq(), profile.heap_bytes()), ("name", 1, 4));
        profile.touch(secs(8));
        assert_eq!((profile.changed(), profile.info_seq()), (secs(8), 2));
        assert!(profile.heap_bytes() > 4);
    }

    #[test]
    fn a_patch_tells_what_differs_and_counts_once() {
        let mut profile = GroupProfile::new(secs(1));
        let patch = GroupPatch {
            name: text("name"),
            introduction: text("introduction"),
            notification: text("notification"),
            face_url: text("face"),
            join_option: Some(JoinOption::NeedPermission),
            custom: fields(&[("b", "2"), ("a", "1"), ("c", "")]),
        };
        let changes = ProfileChanges {
            name: text("name"),
            introduction: text("introduction"),
            notification: text("notification"),
            face_url: text("face"),
            join_option: Some(JoinOption::NeedPermission),
            custom: fields(&[("a", "1"), ("b", "2")]),
            info_seq: 1,
            ..ProfileChanges::default()
        };
        assert_eq!(profile.apply(secs(2), &patch), Ok(Some(changes)));
        assert_eq!(profile.apply(secs(3), &patch), Ok(None));
        assert_eq!((profile.changed(), profile.info_seq()), (secs(2), 1));
        assert_eq!(profile.name(), "name");
        assert_eq!(profile.introduction(), "introduction");
        assert_eq!(profile.notification(), "notification");
        assert_eq!(profile.face_url(), "face");
        assert_eq!(profile.join_option(), JoinOption::NeedPermission);
        assert_eq!(profile.custom().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
        assert!(profile.heap_bytes() > 0);

        let patch = GroupPatch {
            name: text("name"),
            introduction: text(""),
            custom: fields(&[("a", ""), ("b", "x"), ("b", "2"), ("d", "4"), ("d", "")]),
            ..GroupPatch::default()
        };
        let changes = ProfileChanges {
            introduction: text(""),
            custom: fields(&[("a", "")]),
            info_seq: 2,
            ..ProfileChanges::default()
        };
        assert_eq!(profile.apply(secs(4), &patch), Ok(Some(changes)));
    }

    #[test]
    fn a_change_of_the_join_option_alone_is_one_that_readers_are_not_told() {
        let mut profile = GroupProfile::new(secs(1));
        let patch =
            GroupPatch { join_option: Some(JoinOption::DisableApply), ..GroupPatch::default() };
        let changes = profile.apply(secs(2), &patch).unwrap().unwrap();
        assert_eq!((changes.info_seq, tells_readers(&changes)), (1, false));
        assert_eq!((profile.apply(secs(3), &patch), profile.changed()), (Ok(None), secs(2)));
        assert!(tells_readers(&ProfileChanges { likes: Some(1), ..ProfileChanges::default() }));
    }

    #[test]
    fn a_group_has_10_custom_fields_after_the_change() {
        let mut profile = GroupProfile::new(secs(1));
        let patch = |range: std::ops::Range<usize>, value: &str| {
            let custom = range.map(|n| (format!("k{n}").into(), value.into())).collect();
            GroupPatch { name: text("x"), custom, ..GroupPatch::default() }
        };
        let many = Refusal::TooMany { field: Field::CustomFields, limit: 10, count: 11 };
        assert_eq!(profile.apply(secs(2), &patch(0..11, "x")), Err(many.clone()));
        assert_eq!(profile, GroupProfile::new(secs(1)), "a refused patch changes nothing");
        assert!(profile.apply(secs(2), &patch(0..10, "x")).is_ok());
        assert_eq!(profile.apply(secs(3), &patch(10..11, "x")), Err(many));
        let mut exchange = patch(10..20, "x");
        exchange.custom.extend(patch(0..10, "").custom);
        assert_eq!(profile.apply(secs(3), &exchange).unwrap().unwrap().custom.len(), 20);
        assert_eq!(profile.custom().count(), 10);
    }

    #[test]
    fn other_changes_count_and_messages_do_not() {
        let mut profile = GroupProfile::new(secs(1));
        assert_eq!((profile.touch(secs(2)), profile.touch(secs(3))), (1, 2));
        profile.delivered(secs(4));
        assert_eq!((profile.changed(), profile.info_seq()), (secs(3), 2));
        assert_eq!(profile.last_message(), Some(secs(4)));
    }

    #[test]
    fn saved_state_that_does_not_hold_together_is_turned_away() {
        let saved = || GroupProfile::new(secs(1)).save();
        let broken: [fn(&mut Saved); 12] = [
            |it| it.last_message = Some(Timestamp::MAX),
            |it| it.info_seq = u64::MAX,
            |it| it.texts.name = long(31),
            |it| it.texts.introduction = long(241),
            |it| it.texts.notification = long(301),
            |it| it.texts.face_url = long(101),
            |it| {
                it.texts.custom = (10..21).map(|n| (format!("{n}").into(), "x".into())).collect();
            },
            |it| it.texts.custom = fields(&[("b", "1"), ("a", "1")]),
            |it| it.texts.custom = fields(&[("a", "1"), ("a", "1")]),
            |it| it.texts.custom = fields(&[("a", "")]),
            |it| it.texts.custom = vec![(long(17), long(1))],
            |it| it.texts.custom = vec![(long(1), long(513))],
        ];
        for (at, spoil) in broken.into_iter().enumerate() {
            let mut it = saved();
            spoil(&mut it);
            assert!(GroupProfile::restore(it).is_err(), "case {at}");
        }
        let mut whole = saved();
        whole.texts.name = long(30);
        whole.texts.custom = (10..20).map(|n| (format!("{n}").into(), long(512))).collect();
        assert!(GroupProfile::restore(whole).is_ok());
    }

    proptest! {
        #[test]
        fn custom_fields_answer_like_a_map(
            patches in prop::collection::vec(
                prop::collection::vec(("[a-e]{1,2}", "[xy]?"), 0..8), 0..20,
            ),
        ) {
            let (mut profile, mut model) = (GroupProfile::new(secs(1)), BTreeMap::new());
            for patch in patches {
                let mut next: BTreeMap<String, String> = model.clone();
                for (key, value) in &patch {
                    next.insert(key.clone(), value.clone());
                    next.retain(|_, value| !value.is_empty());
                }
                let custom = patch.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into()));
                let patch = GroupPatch { custom: custom.collect(), ..GroupPatch::default() };
                let info_seq = profile.info_seq();
                let answer = profile.apply(secs(2), &patch);
                if next.len() > 10 {
                    prop_assert!(answer.is_err());
                } else if next == model {
                    prop_assert_eq!(answer, Ok(None));
                } else {
                    let changes = answer.unwrap().unwrap();
                    prop_assert_eq!(changes.info_seq, info_seq + 1);
                    prop_assert!(changes.custom.is_sorted());
                    // The changes lead from the old fields to the new ones, and name no other.
                    for (key, value) in changes.custom {
                        let old = model.insert(key.to_string(), value.to_string());
                        prop_assert_ne!(old.unwrap_or_default(), value.to_string());
                    }
                    model.retain(|_, value| !value.is_empty());
                    prop_assert_eq!(&model, &next);
                }
                let list: Vec<_> = profile.custom().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
                prop_assert_eq!(list, model.clone().into_iter().collect::<Vec<_>>());
                let saved = profile.save();
                let restored = GroupProfile::restore(saved.clone()).unwrap();
                prop_assert_eq!(&restored, &profile);
                prop_assert_eq!(restored.save(), saved);
                profile = restored;
            }
        }
    }
}
