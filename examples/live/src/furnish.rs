//! How the rooms of the page, and the apps, are made when a host begins, or brought back.

use std::{io, sync::Arc};

use liveroom::{
    AppId, AppStatus, Author, Command, Creation, Epoch, Group, GroupId, GroupPatch, HashKey, Hub,
    HubKey, PushError, Settings, Timestamp, UserId, filter::Filter,
};

use crate::{
    apps::{AppKey, Apps},
    codes::Codes,
    console::Console,
    house::House,
    keep::{Change, Found, as_asked, things},
    options::Options,
    past::Past,
    plan::Plan,
    room::{Room, RoomNo},
    secret::{Secret, random},
    words::{self, Compiled},
};

/// The apps of a host.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) apps: Apps,
    /// The first, of which the rooms of the page are.
    pub(crate) app: AppId,
    pub(crate) demo: Option<AppKey>,
    pub(crate) console: Console,
}

/// Registers the apps of the command line, and those that were made at the console.
pub(crate) fn register(
    hub: &Hub,
    now: Timestamp,
    admin: UserId,
    options: &Options,
    mut found: Option<&mut Found>,
) -> io::Result<Registered> {
    let apps = Apps::new(admin);
    let demo = match options.demo.filter(|_| options.apps.is_empty()) {
        Some(app) => Some(demo(app, found.as_deref_mut())?),
        None => None,
    };
    let named: Vec<AppKey> = options.apps.iter().chain(&demo).cloned().collect();
    let unknown = [AppKey::random(AppId(1))?];
    let served = if named.is_empty() { &unknown[..] } else { &named };
    let first = served.first().map_or(AppId(1), AppKey::app);
    for key in served {
        let name = format!("app {}", key.app());
        hub.create_app(now, key.app(), &name, None).map_err(io::Error::other)?;
        apps.add(key);
    }
    let (mut made, mut next) = (Vec::new(), None);
    let (token, kept) = match found {
        Some(found) => {
            next = found.next_app()?;
            (found.console()?, found.apps()?)
        }
        None => (Secret::random()?, Vec::new()),
    };
    for (id, app) in kept {
        if let Some(key) = app.key.filter(|_| hub.app(id).is_none()) {
            let (created, secs) = (Timestamp::from_secs(app.created), Timestamp::from_secs);
            hub.create_app(created, id, &app.name, app.expires.map(secs))
                .map_err(io::Error::other)?;
            let key = AppKey::new(id, key);
            apps.add(&key);
            made.push(key);
        }
        if !app.enabled && hub.app(id).is_some() {
            hub.set_app_status(id, AppStatus::Disabled).map_err(io::Error::other)?;
        }
    }
    Ok(Registered { apps, app: first, demo, console: Console::new(token, &named, &made, next) })
}

fn demo(app: AppId, found: Option<&mut Found>) -> io::Result<AppKey> {
    let new = AppKey::random(app)?;
    match found {
        Some(found) => Ok(AppKey::new(app, found.demo(|| Ok(new.key().to_owned()))?)),
        None => Ok(new),
    }
}

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
    /// Makes one room, or brings it back: its group, profile and filter.
    pub(crate) fn furnish(
        &mut self,
        no: RoomNo,
        plan: &Plan,
        settings: &Settings,
    ) -> Result<Arc<Room>, Failure> {
        let id = GroupId::custom(plan.id)?;
        let room = match self.bring_back(&id)? {
            Some(key) => {
                let room = room(no, plan, key, id)?;
                self.adapt(&room, settings)?;
                room
            }
            None => self.make(no, plan, id, settings)?,
        };
        let snapshot = self.hub.read(room.key, Group::snapshot).ok_or("the group is there")?;
        room.past().begin(self.now, snapshot)?;
        Ok(Arc::new(room))
    }

    fn bring_back(&mut self, id: &GroupId) -> Result<Option<HubKey>, Failure> {
        let Some(found) = &mut self.found else { return Ok(None) };
        let Some(known) = found.find(self.app, id)? else { return Ok(None) };
        let key = found.bring_back(self.hub, self.now, &known)?;
        if self.hub.read(key, Group::is_disbanded) == Some(true) {
            // It ended in an earlier run, and another one is opened.
            found.forget(self.hub, key)?;
            return Ok(None);
        }
        Ok(Some(key))
    }

    /// A room that is back has the words that it had, and asks as this run is to.
    fn adapt(&mut self, room: &Room, settings: &Settings) -> Result<(), Failure> {
        let in_force = self.hub.read(room.key, Group::filter).flatten();
        if let (Some(found), Some(filter)) = (&self.found, in_force) {
            let compiled =
                found.words(&room.plan)?.map(|text| Compiled::read(&text)).transpose()?;
            match compiled.filter(|compiled| compiled.filter.id() == filter) {
                Some(compiled) => {
                    room.past().know(compiled.filter.clone());
                    room.words().put_in_force(self.now, compiled);
                }
                None => self.put_in_force(room, Compiled::read(words::FIRST)?)?,
            }
        }
        let filter = room.words().filter();
        let config = self.hub.read(room.key, |group| as_asked(group.config(), settings, filter));
        if let Some(config) = config.flatten() {
            let configure = Command::Configure(Box::new(config));
            self.hub.push(self.now, room.key, Author::App, configure)?;
        }
        Ok(())
    }

    fn make(
        &mut self,
        no: RoomNo,
        plan: &Plan,
        id: GroupId,
        settings: &Settings,
    ) -> Result<Room, Failure> {
        // The history of an earlier run is lost with its process; a second is a life of its own.
        let epoch = Epoch(u32::try_from(self.now.as_secs()).unwrap_or(u32::MAX));
        let creation = Creation::named(plan.name)
            .id(id.clone())
            .owner(self.owner.clone())
            .config(settings.clone().build()?)
            .epoch(epoch);
        let key = self.hub.create(self.now, self.app, creation)?;
        if let Some(found) = &mut self.found {
            found.begin(self.hub, key)?;
        }
        let room = room(no, plan, key, id)?;
        let profile = GroupPatch {
            introduction: Some(plan.introduction.into()),
            notification: Some(plan.notification.into()),
            ..GroupPatch::default()
        };
        self.hub.push(self.now, key, Author::App, Command::SetGroup(Box::new(profile)))?;
        self.put_in_force(&room, Compiled::read(words::FIRST)?)?;
        Ok(room)
    }

    fn put_in_force(&mut self, room: &Room, compiled: Compiled) -> Result<(), Failure> {
        if let Some(found) = &mut self.found {
            found.keep_words(&room.plan, &compiled)?;
        }
        let (hub, now) = (self.hub, self.now);
        Ok(put_in_force(hub, now, room, compiled, |command| {
            hub.push(now, room.key, Author::App, command).map(drop)
        })?)
    }
}

fn room(no: RoomNo, plan: &Plan, key: HubKey, id: GroupId) -> io::Result<Room> {
    let [first, second] = random()?;
    let past = Past::new(hash_key()?);
    Ok(Room::new(no, *plan, key, id, Codes::new(first, second), past))
}

/// A key that nobody can foretell.
pub(crate) fn hash_key() -> io::Result<HashKey> {
    let [first, second] = random()?;
    Ok(HashKey::new(first, second))
}

/// Installs a word list and puts it in force by what `push` does; nobody else does so meanwhile.
fn put_in_force(
    hub: &Hub,
    now: Timestamp,
    room: &Room,
    compiled: Compiled,
    push: impl FnOnce(Command) -> Result<(), PushError>,
) -> Result<(), PushError> {
    let mut words = room.words();
    let filter = Some(compiled.filter.id());
    room.past().know(compiled.filter.clone());
    hub.install_filter(room.key, compiled.filter.clone())?;
    push(Command::UseFilter { filter })?;
    words.put_in_force(now, compiled);
    Ok(())
}

impl House {
    /// Installs a word list in a room, and puts it in force.
    pub(crate) fn use_words(
        &self,
        room: &Room,
        by: &Author,
        compiled: Compiled,
    ) -> Result<(), PushError> {
        let now = self.clock.now();
        let (id, list) = (compiled.filter.id(), compiled.list.clone());
        let text = things::put_words(&room.plan, &compiled.text);
        put_in_force(&self.hub, now, room, compiled, |command| {
            self.keep.together(|kept| {
                // Before the record that names it.
                kept.push(Change::Filter(id, list));
                self.hub.push(now, room.key, by.clone(), command)?;
                kept.push(text);
                Ok(())
            })
        })
    }

    /// The filter in force in a room of the page; no other group has one.
    pub(crate) fn filter_of(&self, key: HubKey) -> Option<Arc<Filter>> {
        self.rooms.iter().find(|room| room.key == key)?.words().in_force()
    }
}
