//! What a host finds on disk when it begins.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

use liveroom::{
    AppId, Author, Command, FilterId, Group, GroupConfig, GroupId, HashKey, Hub, HubKey, Profile,
    Settings, Timestamp, UserId,
    store::{Opening, RecoverError, Store, StoreConfig, StoreError, StoredGroup},
};
use serde::de::DeserializeOwned;
use tracing::{error, info, warn};

use super::{
    DataOptions, Keep, Keeper,
    keeper::Journal,
    things::{self, KeptApp, KeptBoard, KeptPass},
};
use crate::{plan::Plan, protocol::drawing::Piece, secret::Secret, words::Compiled};

/// How often it is said how far it is.
const SAY_EVERY: Duration = Duration::from_secs(2);

/// A store that was opened, before anything goes on.
#[derive(Debug)]
pub(crate) struct Found {
    store: Store,
    key: HashKey,
    groups: BTreeMap<HubKey, Journal>,
    /// Groups that are there and cannot be brought back. Nobody else gets their ids.
    withheld: BTreeSet<(AppId, GroupId)>,
}

impl Found {
    /// Opens the folder, or makes it.
    pub(crate) fn open(options: &DataOptions, key: HashKey) -> io::Result<Self> {
        let DataOptions { dir, durability, keep } = options;
        make(dir)?;
        let config = StoreConfig { durability: *durability, keep: *keep };
        let store = Store::open(dir, config).map_err(|error| cannot(dir, &error))?;
        match store.opening() {
            Opening::New => info!(dir = %dir.display(), "a new store"),
            Opening::Closed | Opening::Killed => {}
            Opening::Lost { commits } => {
                error!(commits, "the store comes back with less than was acknowledged");
            }
            opening => warn!(?opening, "the machine failed: what was said last may be lost"),
        }
        Ok(Self { store, key, groups: BTreeMap::new(), withheld: BTreeSet::new() })
    }

    /// What is kept under a name, and can be read.
    fn thing<T: DeserializeOwned>(&self, name: &str) -> io::Result<Option<T>> {
        let bytes = self.store.get(name).map_err(io::Error::other)?;
        let read = |bytes: Vec<u8>| {
            serde_json::from_slice(&bytes)
                .map_err(|error| io::Error::other(format!("what is kept as {name}: {error}")))
        };
        bytes.map(read).transpose()
    }

    /// All that is kept under names that begin so, by the rest of the name.
    fn things<T: DeserializeOwned>(&self, beginning: &str) -> io::Result<Vec<(String, T)>> {
        let names = self.store.names(beginning).map_err(io::Error::other)?;
        let things = names.into_iter().map(|name| {
            let thing = self.thing(&name)?;
            Ok(thing.map(|thing| (name[beginning.len()..].to_owned(), thing)))
        });
        things.filter_map(Result::transpose).collect()
    }

    /// A text that is kept, or is kept from now on.
    fn text(&mut self, name: &str, new: impl FnOnce() -> io::Result<String>) -> io::Result<String> {
        if let Some(text) = self.thing(name)? {
            return Ok(text);
        }
        let text = new()?;
        self.store.put(name, &things::written(&text));
        Ok(text)
    }

    fn secret(&mut self, name: &str) -> io::Result<Secret> {
        let text = self.text(name, || Ok(Secret::random()?.to_string()))?;
        text.parse().map_err(|()| io::Error::other(format!("what is kept as {name} is no secret")))
    }

    /// The owner's key, the same in every run.
    pub(crate) fn owner(&mut self) -> io::Result<Secret> {
        self.secret(things::OWNER)
    }

    /// The console's token.
    pub(crate) fn console(&mut self) -> io::Result<Secret> {
        self.secret(things::CONSOLE)
    }

    /// The key of the app that is there where none is named.
    pub(crate) fn demo(&mut self, new: impl FnOnce() -> io::Result<String>) -> io::Result<String> {
        self.text(things::DEMO, new)
    }

    /// The first number that was never given.
    pub(crate) fn numbers(&self) -> io::Result<u64> {
        Ok(self.thing(things::NUMBERS)?.unwrap_or_default())
    }

    pub(crate) fn next_app(&self) -> io::Result<Option<u32>> {
        self.thing(things::NEXT_APP)
    }

    /// What became of apps at the console.
    pub(crate) fn apps(&self) -> io::Result<Vec<(AppId, KeptApp)>> {
        let apps = self.things(things::APPS)?.into_iter();
        Ok(apps.filter_map(|(id, app)| Some((AppId(id.parse().ok()?), app))).collect())
    }

    pub(crate) fn passes(&self) -> io::Result<Vec<(Secret, KeptPass)>> {
        let passes = self.things(things::PASSES)?.into_iter();
        Ok(passes.filter_map(|(token, pass)| Some((token.parse().ok()?, pass))).collect())
    }

    pub(crate) fn profiles(&self) -> io::Result<Vec<(AppId, UserId, Profile)>> {
        let read = |(name, profile): (String, Profile)| {
            let (app, user) = name.split_once('/')?;
            Some((AppId(app.parse().ok()?), user.parse().ok()?, profile))
        };
        Ok(self.things(things::PROFILES)?.into_iter().filter_map(read).collect())
    }

    /// What was counted in a group, and not given to it yet.
    pub(crate) fn counts<T: DeserializeOwned>(
        &self,
        app: AppId,
        group: &GroupId,
    ) -> io::Result<Option<T>> {
        self.thing(&format!("{}{app}/{group}", things::COUNTS))
    }

    /// What was drawn in a room.
    pub(crate) fn board(&self, plan: &Plan) -> io::Result<Option<(KeptBoard, Vec<Piece>)>> {
        let Some(board) = self.thing(&format!("{}{}", things::BOARDS, plan.id))? else {
            return Ok(None);
        };
        let pieces = self.things(&things::pieces(plan))?;
        Ok(Some((board, pieces.into_iter().map(|(_, piece)| piece).collect())))
    }

    pub(crate) fn words(&self, plan: &Plan) -> io::Result<Option<String>> {
        self.thing(&things::words(plan))
    }

    pub(crate) fn gifts(&self, plan: &Plan) -> io::Result<u64> {
        Ok(self.thing(&things::gifts(plan))?.unwrap_or_default())
    }

    /// Brings a group back into the hub. Its connections are gone.
    pub(crate) fn bring_back(
        &mut self,
        hub: &Hub,
        now: Timestamp,
        known: &StoredGroup,
    ) -> Result<HubKey, RecoverError> {
        let recovered = self.store.recover(known.no, self.key)?;
        if let Some(loss) = &recovered.loss {
            let (group, app) = (known.id.as_str(), known.app.0);
            let (records, after, damage) = (loss.records, loss.after.0, &loss.damage);
            error!(group, app, records, after, %damage, "records of a group are lost");
        }
        let group = recovered.group;
        let (last, tail) = (group.last_record(), group.tail().position());
        let key = hub.adopt(known.app, group).map_err(|error| {
            RecoverError::Store(StoreError::Io(io::Error::other(error.to_string())))
        })?;
        self.groups.insert(key, Journal { no: known.no, last, tail, ahead: None });
        // Where it has too much to tell to take this in, it hears of it with the first turn.
        if let Err(error) = hub.push(now, key, Author::App, Command::DetachAll) {
            warn!(%error, group = known.id.as_str(), "connections of before are still listed");
        }
        Ok(key)
    }

    /// Takes a group in that was just made.
    pub(crate) fn begin(&mut self, hub: &Hub, key: HubKey) -> io::Result<()> {
        let begun = hub.read(key, |group| {
            let no = self.store.begin(key.app(), group)?;
            let (last, tail) = (group.last_record(), group.tail().position());
            self.groups.insert(key, Journal { no, last, tail, ahead: None });
            Ok::<_, StoreError>(())
        });
        begun.unwrap_or(Ok(())).map_err(io::Error::other)
    }

    /// Keeps a word list, which a room is about to be told to use.
    pub(crate) fn keep_words(&mut self, plan: &Plan, words: &Compiled) -> io::Result<()> {
        self.store.keep_filter(words.filter.id(), &words.list).map_err(io::Error::other)?;
        self.store.put(&things::words(plan), &things::written(&*words.text));
        Ok(())
    }

    /// A group that is back is not needed.
    pub(crate) fn forget(&mut self, hub: &Hub, key: HubKey) -> io::Result<()> {
        hub.dispose(key);
        match self.groups.remove(&key) {
            Some(journal) => self.store.forget(journal.no).map_err(io::Error::other),
            None => Ok(()),
        }
    }

    /// The group of that app and id, if it is there.
    pub(crate) fn find(&self, app: AppId, id: &GroupId) -> io::Result<Option<StoredGroup>> {
        let groups = self.store.groups().map_err(io::Error::other)?;
        Ok(groups.into_iter().find(|group| group.app == app && group.id == *id))
    }

    /// Brings back all groups of the hub's apps that are not back yet, and returns them.
    pub(crate) fn bring_all_back(&mut self, hub: &Hub, now: Timestamp) -> io::Result<Vec<HubKey>> {
        let groups = self.store.groups().map_err(io::Error::other)?;
        let (all, mut said, mut back) = (groups.len(), Instant::now(), Vec::new());
        let mut strangers = 0;
        for (at, known) in groups.iter().enumerate() {
            if said.elapsed() >= SAY_EVERY {
                said = Instant::now();
                info!(groups = at, of = all, "groups are brought back");
            }
            if hub.find(known.app, &known.id).is_some() {
                continue;
            }
            if hub.app(known.app).is_none() {
                strangers += 1;
                continue;
            }
            match self.bring_back(hub, now, known) {
                Ok(key) if hub.read(key, Group::is_disbanded) == Some(true) => {
                    // Whoever read it to its end has done so.
                    self.forget(hub, key)?;
                }
                Ok(key) => back.push(key),
                Err(error) => {
                    let (group, app) = (known.id.as_str(), known.app.0);
                    error!(group, app, %error, "a group is not brought back, and stays in the store");
                    self.withheld.insert((known.app, known.id.clone()));
                }
            }
        }
        if strangers > 0 {
            warn!(groups = strangers, "groups of apps that are not named stay in the store");
        }
        info!(groups = back.len(), "groups are back");
        Ok(back)
    }

    /// Goes on with it: for the house, and for its fan-out thread.
    pub(crate) fn go_on(
        mut self,
        now: Timestamp,
        gifts: Vec<u64>,
    ) -> io::Result<(Keep, Withheld, Keeper)> {
        self.store.commit(now).map_err(io::Error::other)?;
        let keep = Keep::on_disk();
        keep.reach(self.groups.iter().map(|(key, journal)| (*key, journal.tail)));
        let reserved = self.numbers()?;
        let keeper = Keeper::new(self.store, self.key, self.groups, gifts, reserved);
        Ok((keep, Withheld(self.withheld), keeper))
    }
}

/// Groups that are in the store and could not be brought back.
#[derive(Debug, Default)]
pub(crate) struct Withheld(BTreeSet<(AppId, GroupId)>);

impl Withheld {
    pub(crate) fn has(&self, app: AppId, group: &GroupId) -> bool {
        !self.0.is_empty() && self.0.contains(&(app, group.clone()))
    }
}

/// What a group is to ask and to remember is the host's to say, each time anew; the rest is as it was left.
pub(crate) fn as_asked(
    kept: &GroupConfig,
    asked: &Settings,
    filter: Option<FilterId>,
) -> Option<GroupConfig> {
    let mut settings = kept.settings().clone();
    settings.asking = asked.asking.clone();
    settings.preview = asked.preview;
    settings.limits.outputs = asked.limits.outputs;
    settings.journal = true;
    if settings == *kept.settings() {
        return None;
    }
    // A config names the filter in force.
    settings.filter = filter;
    settings.build().ok()
}

/// The folder holds keys and what was said: it is its owner's alone.
fn make(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir).map_err(|error| {
        io::Error::new(error.kind(), format!("cannot make {}: {error}", dir.display()))
    })
}

fn cannot(dir: &Path, error: &StoreError) -> io::Error {
    let advice = match error {
        StoreError::InUse { .. } => "; end the host that has it, or name another --data",
        StoreError::Full => "; make room, and begin again",
        StoreError::ReadOnly => "; let this user write there, or name another --data",
        StoreError::Damaged(_) => "; see what is left of it with the journal example",
        _ => "",
    };
    io::Error::other(format!("cannot keep anything in {}: {error}{advice}", dir.display()))
}
