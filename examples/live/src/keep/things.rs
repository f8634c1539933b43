//! What is kept beside the groups, and under which names.

use liveroom::{AppId, Cursor, GroupId, Profile, SessionId, UserId};
use serde::{Deserialize, Serialize};

use super::Change;
use crate::{board::Drawn, room::Room, secret::Secret};

/// Up to which number none was given yet.
pub(super) const NUMBERS: &str = "numbers";
/// The owner's key.
pub(super) const OWNER: &str = "owner";
/// The console's token.
pub(super) const CONSOLE: &str = "console";
/// The key of the app that is there where none is named.
pub(super) const DEMO: &str = "demo";
/// The number of the next app that is made at the console.
pub(super) const NEXT_APP: &str = "next-app";

pub(super) const APPS: &str = "app/";
pub(super) const PASSES: &str = "pass/";
pub(super) const PROFILES: &str = "profile/";
const COUNTS: &str = "counts/";
const BOARDS: &str = "board/";
const DRAWN: &str = "drawn/";
const GIFTS: &str = "gifts/";
const WORDS: &str = "words/";

/// An app that was made, or changed, at the console.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptApp {
    pub(crate) name: String,
    /// `None` where the command line says it.
    pub(crate) key: Option<String>,
    pub(crate) enabled: bool,
    /// In seconds.
    pub(crate) created: u64,
    pub(crate) expires: Option<u64>,
}

impl KeptApp {
    pub(crate) fn put(&self, app: AppId) -> Change {
        put(format!("{APPS}{app}"), self)
    }
}

/// Nothing of an app is kept any more, but for its groups, which go by themselves.
pub(crate) fn of_no_app(app: AppId) -> Vec<Change> {
    let all = [PROFILES, COUNTS, WORDS, GIFTS, BOARDS, DRAWN].into_iter();
    let mut changes: Vec<_> = all.map(|kind| Change::RemoveAll(format!("{kind}{app}/"))).collect();
    changes.push(Change::Remove(format!("{APPS}{app}")));
    changes
}

pub(crate) fn next_app(next: u32) -> Change {
    put(NEXT_APP.to_owned(), &next)
}

/// What a token stands for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptPass {
    pub(crate) app: AppId,
    pub(crate) room: String,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) profile: Profile,
    pub(crate) floor: Cursor,
}

impl KeptPass {
    pub(crate) fn put(&self, token: &Secret) -> Change {
        put(format!("{PASSES}{token}"), self)
    }

    pub(crate) fn remove(token: &Secret) -> Change {
        Change::Remove(format!("{PASSES}{token}"))
    }
}

/// What a user of the modelled service's SDK is called.
pub(crate) fn profile(app: AppId, user: &UserId, profile: &Profile) -> Change {
    put(format!("{PROFILES}{app}/{user}"), profile)
}

/// What is counted, and not given to the group yet; `None` where that is nothing.
pub(crate) fn counts<T: Serialize>(app: AppId, group: &GroupId, sums: Option<&T>) -> Change {
    let name = counts_of(app, group);
    match sums {
        Some(sums) => put(name, sums),
        None => Change::Remove(name),
    }
}

pub(super) fn counts_of(app: AppId, group: &GroupId) -> String {
    format!("{COUNTS}{app}/{group}")
}

/// What is kept of a room of the page: a room of the same name of another app is another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfRoom {
    pub(crate) app: AppId,
    pub(crate) plan: &'static str,
}

impl OfRoom {
    pub(crate) fn of(room: &Room) -> Self {
        Self { app: room.key.app(), plan: room.plan.id }
    }

    fn name(self, kind: &str) -> String {
        format!("{kind}{}/{}", self.app, self.plan)
    }

    pub(super) fn words(self) -> String {
        self.name(WORDS)
    }

    pub(super) fn gifts(self) -> String {
        self.name(GIFTS)
    }

    pub(super) fn board(self) -> String {
        self.name(BOARDS)
    }

    /// The pieces of its board, in the order of their places.
    pub(super) fn pieces(self) -> String {
        format!("{}/", self.name(DRAWN))
    }

    /// Nothing of it.
    pub(super) fn blank(self) -> Vec<Change> {
        let one = [self.words(), self.gifts(), self.board()].map(Change::Remove);
        one.into_iter().chain([Change::RemoveAll(self.pieces())]).collect()
    }

    /// Its word list, as it was written.
    pub(crate) fn put_words(self, text: &str) -> Change {
        put(self.words(), &text)
    }

    pub(crate) fn put_board(self, board: &KeptBoard) -> Change {
        put(self.board(), board)
    }

    /// What becomes of its drawing.
    pub(crate) fn drawn(self, drawn: &Drawn<'_>) -> Vec<Change> {
        let name = |seq: &u64| format!("{}{seq:020}", self.pieces());
        match drawn {
            Drawn::Piece(piece) => vec![put(name(&piece.seq), piece)],
            Drawn::Cleared => vec![Change::RemoveAll(self.pieces())],
            Drawn::Went(places) => places.iter().map(|seq| Change::Remove(name(seq))).collect(),
        }
    }
}

/// How far a room's board has read, and how many pieces of it went.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptBoard {
    pub(crate) cursor: Cursor,
    pub(crate) trimmed: u64,
}

fn put<T: Serialize + ?Sized>(name: String, thing: &T) -> Change {
    Change::Put(name, written(thing))
}

pub(super) fn written<T: Serialize + ?Sized>(thing: &T) -> Vec<u8> {
    serde_json::to_vec(thing).expect("names and numbers can be written")
}
