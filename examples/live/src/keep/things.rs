//! What is kept beside the groups, and under which names.

use liveroom::{AppId, Cursor, GroupId, Profile, SessionId, UserId};
use serde::{Deserialize, Serialize};

use super::Change;
use crate::{board::Drawn, plan::Plan, secret::Secret};

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
pub(super) const COUNTS: &str = "counts/";
pub(super) const BOARDS: &str = "board/";

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

    pub(crate) fn remove(app: AppId) -> Change {
        Change::Remove(format!("{APPS}{app}"))
    }
}

pub(crate) fn next_app(next: u32) -> Change {
    put(NEXT_APP.to_owned(), &next)
}

/// What a token stands for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptPass {
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
    let name = format!("{COUNTS}{app}/{group}");
    match sums {
        Some(sums) => put(name, sums),
        None => Change::Remove(name),
    }
}

/// How far a room's board has read, and how many pieces of it went.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptBoard {
    pub(crate) cursor: Cursor,
    pub(crate) trimmed: u64,
}

pub(crate) fn board(plan: &Plan, board: &KeptBoard) -> Change {
    put(format!("{BOARDS}{}", plan.id), board)
}

/// What becomes of a drawing.
pub(crate) fn drawn(plan: &Plan, drawn: &Drawn<'_>) -> Vec<Change> {
    let name = |seq: &u64| format!("{}{seq:020}", pieces(plan));
    match drawn {
        Drawn::Piece(piece) => vec![put(name(&piece.seq), piece)],
        Drawn::Cleared => vec![Change::RemoveAll(pieces(plan))],
        Drawn::Went(places) => places.iter().map(|seq| Change::Remove(name(seq))).collect(),
    }
}

/// The pieces of a room's board, in the order of their places.
pub(super) fn pieces(plan: &Plan) -> String {
    format!("drawn/{}/", plan.id)
}

pub(super) fn gifts(plan: &Plan) -> String {
    format!("gifts/{}", plan.id)
}

pub(super) fn words(plan: &Plan) -> String {
    format!("words/{}", plan.id)
}

/// A room's word list, as it was written.
pub(crate) fn put_words(plan: &Plan, text: &str) -> Change {
    put(words(plan), &text)
}

fn put<T: Serialize + ?Sized>(name: String, thing: &T) -> Change {
    Change::Put(name, written(thing))
}

pub(super) fn written<T: Serialize + ?Sized>(thing: &T) -> Vec<u8> {
    serde_json::to_vec(thing).expect("names and numbers can be written")
}
