//! How the rooms of the page are made when a host begins, or brought back.

use std::{io, sync::Arc};

use liveroom::{
    AppId, Author, Command, Creation, Epoch, Group, GroupId, GroupPatch, HashKey, Hub, HubKey,
    PushError, Settings, Timestamp, UserId,
};

use crate::{
    acts::OFFER,
    board::Board,
    codes::Codes,
    house::House,
    keep::{Back, Change, Found, things::OfRoom},
    past::Past,
    plan::{Plan, RoomKind},
    room::{Room, RoomNo},
    secret::random,
    words::{self, Compiled},
};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Makes the rooms of the page.
pub(crate) struct Furnisher<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) now: Timestamp,
    pub(crate) app: AppId,
    pub(crate) owner: &'a UserId,
    pub(crate) found: Option<&'a mut Found>,
}

impl Furnisher<'_> {
    /// Makes one room, or brings it back: its group, profile and filter, and what was drawn in it.
    pub(crate) fn furnish(
        &mut self,
        no: RoomNo,
        plan: &Plan,
        settings: &Settings,
    ) -> Result<(Arc<Room>, Option<Board>), Failure> {
        let id = GroupId::custom(plan.id)?;
        let found = match &mut self.found {
            Some(found) => found.recover(self.now, self.app, &id).map_err(|error| {
                format!("{error}; see what is left of it with the journal example, or begin with another --data")
            })?,
            None => None,
        };
        let (key, words, board) = match found {
            Some(back) => self.bring_back(plan, settings, back)?,
            None => self.make(plan, id.clone(), settings)?,
        };
        let [first, second] = random()?;
        let past = Past::new(hash_key()?);
        let room = Room::new(no, *plan, key, id, Codes::new(first, second), past);
        room.past().know(words.filter.clone());
        room.words().put_in_force(self.now, words);
        let snapshot = self.hub.read(key, Group::snapshot).ok_or("the group is there")?;
        room.past().begin(self.now, snapshot)?;
        Ok((Arc::new(room), board))
    }

    fn of(&self, plan: &Plan) -> OfRoom {
        OfRoom { app: self.app, plan: plan.id }
    }

    /// A room that is back has the words that it had, and asks as this run is to.
    fn bring_back(&mut self, plan: &Plan, settings: &Settings, mut back: Back) -> Furnished {
        let (now, of) = (self.now, self.of(plan));
        let found = self.found.as_deref_mut().ok_or("it was found")?;
        // Before time goes on, and with it what the group keeps.
        let board = match plan.kind {
            RoomKind::Class => found.board(of, &mut back.group)?,
            RoomKind::Show => None,
        };
        back.begin_again(now, settings);
        if back.group.profile().custom().any(|(field, card)| field == OFFER && !card.is_empty()) {
            // Nobody has its vouchers any more.
            let patch =
                GroupPatch { custom: vec![(OFFER.into(), "".into())], ..GroupPatch::default() };
            back.group.push(now, Author::App, Command::SetGroup(Box::new(patch)))?;
        }
        let kept = found.words(of).map(|text| Compiled::read(&text)).transpose()?;
        let in_force = back.group.filter();
        let words = match kept.filter(|kept| in_force == Some(kept.filter.id())) {
            Some(words) => words,
            None => first_words(now, &mut back.group, Some((of, found)))?,
        };
        Ok((found.adopt(self.hub, back)?, words, board))
    }

    fn make(&mut self, plan: &Plan, id: GroupId, settings: &Settings) -> Furnished {
        let (now, of) = (self.now, self.of(plan));
        // The history of an earlier run is lost with its process; a second is a life of its own.
        let creation = Creation::named(plan.name)
            .owner(self.owner.clone())
            .config(settings.clone().build()?)
            .epoch(Epoch::at(now));
        let mut group = creation.build(now, id, hash_key()?)?;
        let profile = GroupPatch {
            introduction: Some(plan.introduction.into()),
            notification: Some(plan.notification.into()),
            ..GroupPatch::default()
        };
        group.push(now, Author::App, Command::SetGroup(Box::new(profile)))?;
        let Some(found) = self.found.as_deref_mut() else {
            let words = first_words(now, &mut group, None)?;
            return Ok((self.hub.adopt(self.app, group)?, words, None));
        };
        found.forget_room(of)?;
        let words = first_words(now, &mut group, Some((of, found)))?;
        Ok((found.begin(self.hub, self.app, group)?, words, None))
    }
}

/// A room's group in the hub, the words in force, and what was drawn.
type Furnished = Result<(HubKey, Compiled, Option<Board>), Failure>;

/// Puts the first word list in force in a group, and keeps it before.
fn first_words(
    now: Timestamp,
    group: &mut Group,
    found: Option<(OfRoom, &mut Found)>,
) -> Result<Compiled, Failure> {
    let words = Compiled::read(words::FIRST)?;
    if let Some((of, found)) = found {
        found.keep_words(of, &words)?;
    }
    group.install_filter(words.filter.clone());
    let filter = Some(words.filter.id());
    group.push(now, Author::App, Command::UseFilter { filter })?;
    Ok(words)
}

/// A key that nobody can foretell.
pub(crate) fn hash_key() -> io::Result<HashKey> {
    let [first, second] = random()?;
    Ok(HashKey::new(first, second))
}

impl House {
    /// Installs a word list in a room, and puts it in force; nobody else does so meanwhile.
    pub(crate) fn use_words(
        &self,
        room: &Room,
        by: &Author,
        compiled: Compiled,
    ) -> Result<(), PushError> {
        let now = self.clock.now();
        let (id, text) = (compiled.filter.id(), OfRoom::of(room).put_words(&compiled.text));
        let mut words = room.words();
        room.past().know(compiled.filter.clone());
        self.hub.install_filter(room.key, compiled.filter.clone())?;
        self.keep.together(|kept| {
            // Before the record that names it.
            kept.push(Change::Filter(id, compiled.list.clone()));
            self.hub.push(now, room.key, by.clone(), Command::UseFilter { filter: Some(id) })?;
            kept.push(text);
            Ok::<_, PushError>(())
        })?;
        words.put_in_force(now, compiled);
        Ok(())
    }
}
