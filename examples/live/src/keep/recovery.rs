//! What a host finds on disk when it begins.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

use liveroom::{
    AppId, Author, Command, Group, GroupId, HashKey, Hub, HubKey, Profile, PushError, Question,
    Settings, Timestamp, UserId,
    store::{Opening, RecoverError, Store, StoreConfig, StoreError, StoredGroup},
};
use serde::de::DeserializeOwned;
use tracing::{error, info, warn};

use super::{
    Change, DataOptions, Keep, Keeper,
    keeper::{Journal, NUMBERS},
    things::{self, KeptApp, KeptBoard, KeptPass, OfRoom},
};
use crate::{board::Board, secret::Secret, words::Compiled};

/// How often it is said how far it is.
const SAY_EVERY: Duration = Duration::from_secs(2);

/// A store that was opened, before anything goes on.
#[derive(Debug)]
pub(crate) struct Found {
    store: Store,
    key: HashKey,
    /// What is in it.
    known: BTreeMap<(AppId, GroupId), StoredGroup>,
    /// What is back.
    groups: BTreeMap<HubKey, Journal>,
    questions: Vec<(HubKey, Question)>,
    /// Groups that are there and cannot be brought back. Nobody else gets their ids.
    withheld: BTreeSet<(AppId, GroupId)>,
}

/// A group that was brought back, before a hub has it.
#[derive(Debug)]
pub(crate) struct Back {
    pub(crate) group: Group,
    app: AppId,
    /// As the store has it.
    journal: Journal,
    /// What it had asked, and may still be answered.
    questions: Vec<Question>,
}

impl Back {
    /// Its connections are gone, and what it is to ask is the host's to say, each time anew.
    pub(crate) fn begin_again(&mut self, now: Timestamp, asked: &Settings) {
        let Self { group, .. } = self;
        // Of nobody's it is not said.
        let detach = (group.online() > 0).then_some(Command::DetachAll);
        let configure = as_asked(group, asked);
        for command in detach.into_iter().chain(configure) {
            if let Err(refusal) = group.push(now, Author::App, command) {
                warn!(%refusal, group = group.id().as_str(), "a group is not quite as it should be");
            }
        }
    }
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
        let groups = store.groups().map_err(io::Error::other)?.into_iter();
        let known = groups.map(|group| ((group.app, group.id.clone()), group)).collect();
        let (groups, questions, withheld) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        Ok(Self { store, key, known, groups, questions, withheld })
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

    /// The same of something that a host can do without: where it cannot be read, that is said.
    fn readable<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.thing(name).unwrap_or_else(|error| {
            error!(%error, "something that was kept is passed over");
            None
        })
    }

    /// All that can be read under names that begin so, by the rest of the name.
    fn things<T: DeserializeOwned>(&self, beginning: &str) -> io::Result<Vec<(String, T)>> {
        let names = self.store.names(beginning).map_err(io::Error::other)?;
        let read = |name: String| {
            let thing = self.readable(&name)?;
            Some((name[beginning.len()..].to_owned(), thing))
        };
        Ok(names.into_iter().filter_map(read).collect())
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

    /// The apps of which groups are kept, whether they are served or not.
    pub(crate) fn apps_of_groups(&self) -> BTreeSet<AppId> {
        self.known.keys().map(|(app, _)| *app).collect()
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
    pub(crate) fn counts<T: DeserializeOwned>(&self, app: AppId, group: &GroupId) -> Option<T> {
        self.readable(&things::counts_of(app, group))
    }

    pub(crate) fn words(&self, room: OfRoom) -> Option<String> {
        self.readable(&room.words())
    }

    pub(crate) fn gifts(&self, room: OfRoom) -> u64 {
        self.readable(&room.gifts()).unwrap_or_default()
    }

    /// What was drawn in a room, and what its group has beside that.
    pub(crate) fn board(&mut self, room: OfRoom, group: &mut Group) -> io::Result<Option<Board>> {
        let Some(KeptBoard { cursor, trimmed }) = self.readable(&room.board()) else {
            return Ok(None);
        };
        let pieces = self.things(&room.pieces())?.into_iter().map(|(_, piece)| piece);
        // In a new epoch it goes on from its beginning.
        let good = group.since(&cursor).is_ok();
        let cursor = if good { cursor } else { group.tail() };
        let mut board = Board::again(cursor, trimmed, pieces.collect());
        let mut changes = Vec::new();
        board.follow(group, &mut |drawn| changes.extend(room.drawn(&drawn)));
        let (cursor, trimmed) = board.standing();
        changes.push(room.put_board(&KeptBoard { cursor, trimmed }));
        self.change(changes)?;
        Ok(Some(board))
    }

    /// Nothing of a room that ended belongs to the one that is made.
    pub(crate) fn forget_room(&mut self, room: OfRoom) -> io::Result<()> {
        self.change(room.blank())
    }

    fn change(&mut self, changes: Vec<Change>) -> io::Result<()> {
        for change in changes {
            match change {
                Change::Put(name, bytes) => self.store.put(&name, &bytes),
                Change::Remove(name) => self.store.remove(&name),
                Change::RemoveAll(beginning) => {
                    self.store.remove_all(&beginning).map_err(io::Error::other)?;
                }
                Change::Filter(..) | Change::Begin(_) | Change::Forget(_) => {
                    unreachable!("of things alone")
                }
            }
        }
        Ok(())
    }

    /// Keeps a word list, which a room is about to be told to use.
    pub(crate) fn keep_words(&mut self, room: OfRoom, words: &Compiled) -> io::Result<()> {
        self.store.keep_filter(words.filter.id(), &words.list).map_err(io::Error::other)?;
        self.change(vec![room.put_words(&words.text)])
    }

    /// The group of that app and id as it was, if it is there and did not end.
    pub(crate) fn recover(
        &mut self,
        now: Timestamp,
        app: AppId,
        id: &GroupId,
    ) -> Result<Option<Back>, RecoverError> {
        let Some(known) = self.known.get(&(app, id.clone())) else { return Ok(None) };
        let no = known.no;
        let recovered = self.store.recover(no, self.key)?;
        if let Some(loss) = &recovered.loss {
            let (group, app) = (id.as_str(), app.0);
            let (records, after, damage) = (loss.records, loss.after.0, &loss.damage);
            error!(group, app, records, after, %damage, "records of a group are lost");
        }
        let group = recovered.group;
        if group.is_disbanded() {
            // Whoever read it to its end has done so.
            self.store.forget(no)?;
            return Ok(None);
        }
        let (last, tail) = (group.last_record(), group.tail().position());
        let journal = Journal { no, last, tail, ahead: None };
        let questions = group.questions().filter(|question| question.expires > now).collect();
        Ok(Some(Back { group, app, journal, questions }))
    }

    /// Gives a group that is back to the hub.
    pub(crate) fn adopt(&mut self, hub: &Hub, back: Back) -> Result<HubKey, PushError> {
        let Back { group, app, journal, questions } = back;
        let key = hub.adopt(app, group)?;
        self.groups.insert(key, journal);
        self.questions.extend(questions.into_iter().map(|question| (key, question)));
        Ok(key)
    }

    /// Takes a group in that was just made, and gives it to the hub.
    pub(crate) fn begin(&mut self, hub: &Hub, app: AppId, group: Group) -> io::Result<HubKey> {
        let no = self.store.begin(app, &group).map_err(io::Error::other)?;
        let (last, tail) = (group.last_record(), group.tail().position());
        let key = hub.adopt(app, group).map_err(io::Error::other)?;
        self.groups.insert(key, Journal { no, last, tail, ahead: None });
        Ok(key)
    }

    /// Brings back all groups of the hub's apps that are not back yet, to be as `asked`; returns them.
    pub(crate) fn bring_all_back(
        &mut self,
        hub: &Hub,
        now: Timestamp,
        asked: &Settings,
    ) -> Vec<HubKey> {
        let all: Vec<_> = self.known.keys().cloned().collect();
        let (mut said, mut back, mut strangers) = (Instant::now(), Vec::new(), 0);
        for (at, (app, id)) in all.iter().enumerate() {
            if said.elapsed() >= SAY_EVERY {
                said = Instant::now();
                info!(groups = at, of = all.len(), "groups are brought back");
            }
            if hub.app(*app).is_none() {
                strangers += 1;
                continue;
            }
            if hub.find(*app, id).is_some() {
                continue;
            }
            let recovered = match self.recover(now, *app, id) {
                Ok(recovered) => recovered,
                Err(error) => {
                    self.withhold(*app, id, &error);
                    continue;
                }
            };
            let Some(mut recovered) = recovered else { continue };
            recovered.begin_again(now, asked);
            match self.adopt(hub, recovered) {
                Ok(key) => back.push(key),
                Err(error) => self.withhold(*app, id, &error),
            }
        }
        if strangers > 0 {
            warn!(groups = strangers, "groups of apps that are not named stay in the store");
        }
        info!(groups = back.len(), "groups are back, beside the rooms of the page");
        back
    }

    fn withhold(&mut self, app: AppId, id: &GroupId, error: &dyn Display) {
        let group = id.as_str();
        error!(group, app = app.0, %error, "a group is not brought back, and stays in the store");
        self.withheld.insert((app, id.clone()));
    }

    /// Goes on with it: for the house, and for its fan-out thread.
    pub(crate) fn go_on(mut self, now: Timestamp, gifts: Vec<u64>) -> io::Result<GoesOn> {
        let reserved = self.numbers()? + NUMBERS;
        self.store.put(things::NUMBERS, &things::written(&reserved));
        self.store.commit(now).map_err(io::Error::other)?;
        let keep = Keep::on_disk();
        keep.reach(self.groups.iter().map(|(key, journal)| (*key, journal.tail)));
        let keeper = Keeper::new(self.store, self.key, self.groups, gifts, reserved);
        let (withheld, questions) = (Withheld(self.withheld), self.questions);
        Ok(GoesOn { keep, withheld, keeper, questions })
    }
}

/// What a host goes on with.
#[derive(Debug)]
pub(crate) struct GoesOn {
    pub(crate) keep: Keep,
    pub(crate) withheld: Withheld,
    pub(crate) keeper: Keeper,
    pub(crate) questions: Vec<(HubKey, Question)>,
}

/// Groups that are in the store and could not be brought back.
#[derive(Debug, Default)]
pub(crate) struct Withheld(BTreeSet<(AppId, GroupId)>);

impl Withheld {
    pub(crate) fn has(&self, app: AppId, group: &GroupId) -> bool {
        !self.0.is_empty() && self.0.contains(&(app, group.clone()))
    }
}

/// What a group is to ask and to remember is the host's to say; the rest is as it was left.
fn as_asked(group: &Group, asked: &Settings) -> Option<Command> {
    let kept = group.config().settings();
    let mut settings = kept.clone();
    settings.asking = asked.asking.clone();
    settings.preview = asked.preview;
    settings.limits.outputs = asked.limits.outputs;
    settings.journal = true;
    if settings == *kept {
        return None;
    }
    // A config names the filter in force.
    settings.filter = group.filter();
    let config = settings.build().ok()?;
    Some(Command::Configure(Box::new(config)))
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
