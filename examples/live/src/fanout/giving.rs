//! How batches of a room's history are given to its seats, and what of it is counted.

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use liveroom::{Batch, Cursor, Format, NotNow};

use super::seats::{News, SeatNo, Seats};
use crate::{
    counts::{Counts, HandOver},
    line::Full,
    protocol::host::HostFrame,
};

/// The one wire format of this host.
const JSON: Format = match Format::new(0) {
    Some(format) => format,
    None => unreachable!(),
};

/// Who stands in the audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A connection, by its seat.
    Seat(SeatNo),
    /// One of the crowd: its hand-overs are counted, and that is all.
    Viewer,
}

impl Token {
    pub(super) fn seat(self) -> Option<SeatNo> {
        match self {
            Self::Seat(number) => Some(number),
            Self::Viewer => None,
        }
    }
}

/// One sweep through an audience: each batch is made a frame once, whoever takes it.
pub(crate) struct Giving<'a> {
    pub(super) seats: &'a mut Seats,
    news: Option<&'a News>,
    counts: &'a Counts,
    /// From where the last batch was, and its frame, once a connection took it: a crowd alone needs no bytes.
    last: Option<(Cursor, Option<Utf8Bytes>)>,
}

impl<'a> Giving<'a> {
    /// With the news for those who take a batch that reaches so far.
    pub(crate) fn new(seats: &'a mut Seats, news: Option<&'a News>, counts: &'a Counts) -> Self {
        Self { seats, news, counts, last: None }
    }

    /// Hands one batch to some of those who stand at its cursor.
    pub(crate) fn give(&mut self, batch: &Batch, tokens: &[Token], not_now: &mut NotNow) {
        let Self { seats, news, counts, last } = self;
        // The runs of tokens that take one batch come one after the other.
        if last.as_ref().is_none_or(|(from, _)| from != batch.from()) {
            counts.built();
            *last = Some((*batch.from(), None));
        }
        let Some((_, frame)) = last else { return };
        let mut taken = 0;
        for (index, token) in tokens.iter().enumerate() {
            if let Token::Seat(number) = token
                && let Some(seat) = seats.get_mut(*number)
            {
                let encoded = || frame.get_or_insert_with(|| shared(batch)).clone();
                if seat.line.offer_history(encoded) == Err(Full) {
                    not_now.mark(index);
                    continue;
                }
                seat.seen = *batch.to();
                // Side by side they are written at once; before another batch it would take that one's place.
                if let Some(news) = news.filter(|news| news.with == batch.to().position()) {
                    seat.hear(news);
                }
            }
            taken += 1;
        }
        counts.handed_over(HandOver {
            readers: tokens.len() as u64,
            taken,
            entries: batch.entries().len() as u64,
            missed: batch.missed().0.iter().sum(),
        });
    }
}

/// A batch as a frame: encoded once, and the same bytes for all.
fn shared(batch: &Batch) -> Utf8Bytes {
    let encoded = batch.encoded(JSON, |batch| HostFrame::batch(batch).encode().into_bytes());
    Utf8Bytes::try_from(Bytes::from_owner(encoded)).expect("JSON is UTF-8")
}
