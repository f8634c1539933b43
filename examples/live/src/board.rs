//! What has been drawn in a room: one more reader of its history, who remembers the strokes.
//!
//! The pieces lie on sheets. A full sheet is encoded once and shared by all who come late; the last one
//! is written for each. Past [`MOST_PIECES`] or [`MOST_BYTES`] the oldest sheet goes, and how many
//! pieces went is counted.
//!
//! Invariants: pieces stand in the order of the history, each once; `cursor` has passed them all.

use std::collections::VecDeque;

use axum::extract::ws::Utf8Bytes;
use liveroom::{Body, Class, Cursor, Element, Entry, Message, Source};

use crate::protocol::{
    drawing::{CLEAR, Piece, STROKE},
    host::HostFrame,
};

/// "At most 20,000 pieces".
const MOST_PIECES: usize = 20_000;
/// "And 8 MiB".
const MOST_BYTES: usize = 8 << 20;
/// A sheet is full with so many bytes: with the largest piece still under the 64 KiB of a frame.
const SHEET_BYTES: usize = 48 << 10;

/// A full sheet.
#[derive(Debug)]
struct Sheet {
    frame: Utf8Bytes,
    /// The places of its pieces.
    pieces: Vec<u64>,
    bytes: usize,
}

/// What becomes of the drawing, for who keeps it.
#[derive(Debug)]
pub(crate) enum Drawn<'a> {
    Piece(&'a Piece),
    /// All of it went.
    Cleared,
    /// The pieces at these places went.
    Went(&'a [u64]),
}

/// What has been drawn.
#[derive(Debug)]
pub(crate) struct Board {
    cursor: Cursor,
    full: VecDeque<Sheet>,
    /// The last sheet.
    open: Vec<Piece>,
    open_bytes: usize,
    pieces: usize,
    bytes: usize,
    trimmed: u64,
}

impl Board {
    /// An empty board that follows the history from there on.
    pub(crate) fn new(cursor: Cursor) -> Self {
        Self {
            cursor,
            full: VecDeque::new(),
            open: Vec::new(),
            open_bytes: 0,
            pieces: 0,
            bytes: 0,
            trimmed: 0,
        }
    }

    /// A board of before, with its pieces, that reads on from there; so many had gone.
    pub(crate) fn again(cursor: Cursor, trimmed: u64, pieces: Vec<Piece>) -> Self {
        let mut board = Self { trimmed, ..Self::new(cursor) };
        for piece in pieces {
            board.add(piece, &mut |_| {});
        }
        board
    }

    /// How far it has read, and how many pieces went.
    pub(crate) fn standing(&self) -> (Cursor, u64) {
        (self.cursor, self.trimmed)
    }

    /// Reads on to the end of the history, and says what becomes of the drawing.
    pub(crate) fn follow(&mut self, source: &mut impl Source, drawn: &mut impl FnMut(Drawn<'_>)) {
        // A cursor of one's own history, of which there is one as long as the process runs, is good.
        while let Ok(batch) = source.batch(&self.cursor)
            && !batch.is_empty()
        {
            // Whatever was missed may have been drawing.
            self.trimmed += batch.missed()[Class::High] + batch.missed()[Class::Normal];
            for entry in batch.entries() {
                self.take_in(entry, drawn);
            }
            self.cursor = *batch.to();
        }
    }

    fn take_in(&mut self, entry: &Entry, drawn: &mut impl FnMut(Drawn<'_>)) {
        let Body::Message(message) = &entry.body else { return };
        if message.kind == CLEAR {
            *self = Self::new(self.cursor);
            drawn(Drawn::Cleared);
        } else if message.kind == STROKE
            && let Some(data) = data(message)
        {
            let user = message.sender.user.as_ref().map(ToString::to_string).unwrap_or_default();
            let piece = Piece { seq: entry.seq.0, user, data: data.to_owned() };
            drawn(Drawn::Piece(&piece));
            self.add(piece, drawn);
        }
    }

    fn add(&mut self, piece: Piece, drawn: &mut impl FnMut(Drawn<'_>)) {
        let bytes = bytes(&piece);
        self.open.push(piece);
        self.open_bytes += bytes;
        self.pieces += 1;
        self.bytes += bytes;
        if self.open_bytes >= SHEET_BYTES {
            self.fill_sheet();
        }
        while (self.pieces > MOST_PIECES || self.bytes > MOST_BYTES)
            && let Some(oldest) = self.full.pop_front()
        {
            self.pieces -= oldest.pieces.len();
            self.bytes -= oldest.bytes;
            self.trimmed += oldest.pieces.len() as u64;
            drawn(Drawn::Went(&oldest.pieces));
        }
    }

    fn fill_sheet(&mut self) {
        let pieces = std::mem::take(&mut self.open);
        let (places, bytes) =
            (pieces.iter().map(|it| it.seq), std::mem::take(&mut self.open_bytes));
        let places = places.collect();
        let position = pieces.last().map_or(0, |piece| piece.seq);
        let frame = HostFrame::Board {
            pieces: pieces.into(),
            position,
            more: true,
            trimmed: 0,
            reset: false,
        };
        self.full.push_back(Sheet { frame: frame.text(), pieces: places, bytes });
    }

    /// The whole drawing as frames, for somebody who has nothing of it; `reset` tells them to begin
    /// anew.
    pub(crate) fn drawing(&self, reset: bool) -> VecDeque<Utf8Bytes> {
        let anew = HostFrame::Board {
            pieces: Vec::new().into(),
            position: 0,
            more: true,
            trimmed: 0,
            reset: true,
        };
        let last = HostFrame::Board {
            pieces: self.open.as_slice().into(),
            position: self.cursor.position().0,
            more: false,
            trimmed: self.trimmed,
            reset: false,
        };
        let full = self.full.iter().map(|sheet| sheet.frame.clone());
        reset.then(|| anew.text()).into_iter().chain(full).chain([last.text()]).collect()
    }
}

/// About what a piece takes in a frame, and never less: its data is rewritten, and has eight quotes.
fn bytes(piece: &Piece) -> usize {
    piece.data.len() + 2 * piece.user.len() + 64
}

fn data(message: &Message) -> Option<&str> {
    message.content.elements.iter().find_map(|element| match element {
        Element::Custom { data, .. } => Some(data.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use liveroom::{Author, Draft, Epoch, Group, GroupConfig, HashKey, Timestamp};
    use serde_json::Value;

    use super::*;

    struct Scene {
        group: Group,
        board: Board,
        now: Timestamp,
        drawn: u64,
    }

    impl Scene {
        fn new() -> Self {
            let (id, now) = ("class".parse().unwrap(), Timestamp::from_secs(1));
            let mut settings = GroupConfig::livestream().settings().clone();
            settings.traffic.burst = 1_000;
            let config = settings.build().unwrap();
            let group = Group::new(id, None, config, Epoch(1), HashKey::new(1, 2), now);
            let board = Board::new(group.tail());
            Self { group, board, now, drawn: 0 }
        }

        fn send(&mut self, kind: liveroom::Kind, data: &str) {
            self.now += std::time::Duration::from_millis(25);
            let draft = Draft::custom(kind, data);
            self.group.push(self.now, Author::App, draft.into()).unwrap();
            while self.group.poll().is_some() {}
            self.board.follow(&mut self.group, &mut |_| {});
        }

        fn draw(&mut self, pieces: usize, points: usize) {
            for _ in 0..pieces {
                self.drawn += 1;
                let points = vec!["10000"; 2 * points].join(",");
                let data = format!(r#"{{"id":{},"c":7,"w":64,"p":[{points}]}}"#, self.drawn);
                self.send(STROKE, &data);
            }
        }

        /// The strokes of the drawing, and the last frame.
        fn drawing(&self, reset: bool) -> (Vec<u64>, Value) {
            let frames = self.board.drawing(reset);
            assert!(frames.iter().all(|frame| frame.len() < 64 << 10), "a frame is under 64 KiB");
            let frames: Vec<Value> =
                frames.iter().map(|frame| serde_json::from_str(frame).unwrap()).collect();
            let last = frames.last().unwrap().clone();
            let more = frames.iter().filter(|frame| frame["more"] == false).count();
            assert_eq!((more, &last["more"]), (1, &Value::Bool(false)), "one frame is the last");
            let pieces = frames.iter().flat_map(|frame| frame["pieces"].as_array().unwrap());
            let id = |piece: &Value| {
                let data: Value = serde_json::from_str(piece["data"].as_str().unwrap()).unwrap();
                data["id"].as_u64().unwrap()
            };
            (pieces.map(id).collect(), last)
        }
    }

    #[test]
    fn the_drawing_has_every_piece_once_and_in_order() {
        let mut scene = Scene::new();
        assert!(scene.drawing(false).0.is_empty());
        scene.draw(70, 256);
        scene.send(liveroom::Kind::Text, "talk is no drawing");
        let (pieces, last) = scene.drawing(false);
        assert_eq!(pieces, (1..=70).collect::<Vec<_>>());
        assert_eq!((&last["position"], &last["trimmed"]), (&71.into(), &0.into()));
        let anew: Value = serde_json::from_str(&scene.board.drawing(true)[0]).unwrap();
        assert_eq!((&anew["reset"], &anew["more"]), (&true.into(), &true.into()));
        assert_eq!(scene.drawing(true).0.len(), 70);
    }

    #[test]
    fn a_clear_empties_the_board() {
        let mut scene = Scene::new();
        scene.draw(40, 256);
        scene.send(CLEAR, "{}");
        scene.draw(2, 1);
        let (pieces, last) = scene.drawing(false);
        assert_eq!((pieces, &last["position"]), (vec![41, 42], &43.into()));
        assert_eq!((scene.board.pieces, scene.board.full.len()), (2, 0));
    }

    #[test]
    fn past_its_limits_the_oldest_pieces_go_and_are_counted() {
        let mut scene = Scene::new();
        scene.draw(MOST_PIECES + 1_000, 1);
        let (pieces, last) = scene.drawing(false);
        assert!((MOST_PIECES - 600..=MOST_PIECES).contains(&pieces.len()), "{}", pieces.len());
        assert_eq!(last["trimmed"], scene.drawn - pieces.len() as u64);
        assert_eq!(pieces.last(), Some(&scene.drawn));
        scene.draw(3_500, 256);
        assert!(scene.board.bytes <= MOST_BYTES);
        let (pieces, last) = scene.drawing(false);
        assert_eq!(last["trimmed"], scene.drawn - pieces.len() as u64);
        assert_eq!(scene.board.pieces, pieces.len());
    }
}
