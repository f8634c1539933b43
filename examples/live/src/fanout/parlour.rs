//! One group as it is read by polls, which are held until there is something to give.
//!
//! A held poll is a token of an [`Audience`]; a reader who is not polling is not there at all, and is
//! known by the place at which it was told to go on. Bounds: one poll for each key, and [`MOST_PLACES`].

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use liveroom::{
    Audience, Batch, Cursor, Format, Group, HubKey, NotNow, Tick, Timestamp,
    tim::{Code, Failure, Room, events, frames},
};

use crate::{
    counts::HandOver, errand::Poll, gateway::place_after, house::House, line::Full, secret::Secret,
};

/// The format of the service's SDK, beside that of the page.
const SDK: Format = match Format::new(1) {
    Some(format) => format,
    None => unreachable!(),
};
/// How long it is known which place is where: longer than a log keeps what comes after it.
const KNOWN_FOR: Duration = Duration::from_mins(3);
/// Places that are known: those of three minutes at 40 a second, and some.
const MOST_PLACES: usize = 8_192;

/// A held poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Token {
    index: u32,
    /// Counts polls, so that a later one at the same index is another.
    count: u64,
}

#[derive(Debug)]
struct Held {
    token: Token,
    poll: Poll,
    place: liveroom::Place,
    /// Where the reader stands.
    at: Cursor,
}

/// The readers of one group who poll.
#[derive(Debug)]
pub(super) struct Parlour {
    key: HubKey,
    audience: Audience<Token>,
    polls: Vec<Option<Held>>,
    free: Vec<u32>,
    by_key: HashMap<Secret, Token>,
    places: Places,
    /// When somebody polled last.
    used: Timestamp,
}

impl Parlour {
    pub(super) fn new(key: HubKey, tick: Tick) -> Self {
        Self {
            key,
            audience: Audience::new(tick),
            polls: Vec::new(),
            free: Vec::new(),
            by_key: HashMap::new(),
            places: Places::default(),
            used: Timestamp::ZERO,
        }
    }

    /// Holds a poll until there is something to give. A former one with the same key is answered first.
    pub(super) fn hold(&mut self, now: Timestamp, count: u64, poll: Poll) -> Token {
        if let Some(former) = self.by_key.get(&poll.handle.secret).copied() {
            self.let_go(former);
        }
        self.used = now;
        let asked = self.places.find(poll.start);
        let at = asked.filter(|at| at.position() > poll.floor.position()).unwrap_or(poll.floor);
        let index = self.free.pop().unwrap_or_else(|| {
            self.polls.push(None);
            u32::try_from(self.polls.len() - 1).expect("fewer than 2^32 polls are held")
        });
        let token = Token { index, count };
        self.by_key.insert(poll.handle.secret, token);
        let place = self.audience.add(token, at);
        self.polls[index as usize] = Some(Held { token, poll, place, at });
        // There may be something already.
        self.audience.notify(now, false);
        token
    }

    /// There is something new.
    pub(super) fn notify(&mut self, now: Timestamp, urgent: bool) {
        self.audience.notify(now, urgent);
    }

    pub(super) fn due(&self) -> Option<Timestamp> {
        self.audience.due()
    }

    /// Answers that there was nothing, if the poll is still held.
    pub(super) fn let_go(&mut self, token: Token) {
        if let Some(held) = self.take(token) {
            let frame = answer(&held.poll, &held.at, b"");
            // Whoever has no room for it asks again.
            let _full = held.poll.line.offer_bytes(frame);
        }
    }

    /// Whether nobody has polled for so long that nothing of it is worth keeping.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.by_key.is_empty() && self.used + KNOWN_FOR <= now
    }

    /// Answers those who hold polls with what there is for them.
    pub(super) fn sweep(&mut self, house: &House, now: Timestamp) {
        let Self { key, audience, polls, places, .. } = self;
        let (mut answered, mut former) = (Vec::new(), None);
        let swept = audience.sweep(now, &mut house.source(*key), |batch, tokens, not_now| {
            places.note(now, *batch.to());
            // The runs of tokens that take one batch come one after the other.
            if former.replace(*batch.from()).is_none_or(|from| from != *batch.from()) {
                house.polled.built();
            }
            let (mut list, before) = (None, answered.len());
            for (index, token) in tokens.iter().enumerate() {
                let held = polls.get(token.index as usize).and_then(Option::as_ref);
                let list = list.get_or_insert_with(|| written(house, *key, batch));
                answer_one(held, batch, list, &mut answered, (index, not_now));
            }
            house.polled.handed_over(HandOver {
                readers: tokens.len() as u64,
                taken: (answered.len() - before) as u64,
                entries: batch.entries().len() as u64,
                missed: batch.missed().0.iter().sum(),
            });
        });
        for token in answered {
            self.take(token);
        }
        if swept.lost > 0 {
            self.restart(house);
        }
        self.places.forget(now);
    }

    /// Whoever stands where nothing can be read from is told that, and asks again from the end.
    fn restart(&mut self, house: &House) {
        let lost: Vec<Token> = self.audience.lost().map(|(_, token)| token).collect();
        let end = house.hub.read(self.key, Group::tail);
        for token in lost {
            let Some(held) = self.take(token) else { continue };
            let frame = match &end {
                Some(end) => answer(&held.poll, end, b""),
                None => held.poll.head.reply(&(&Failure::from(Code::NO_SUCH_GROUP)).into()),
            };
            let _full = held.poll.line.offer_bytes(frame);
        }
    }

    fn take(&mut self, token: Token) -> Option<Held> {
        let slot = self.polls.get_mut(token.index as usize)?;
        let held = slot.take_if(|held| held.token == token)?;
        self.free.push(token.index);
        self.audience.remove(held.place);
        self.by_key.remove(&held.poll.handle.secret);
        Some(held)
    }
}

/// Answers one poll, unless it was answered in this sweep: what comes after that is for the next.
fn answer_one(
    held: Option<&Held>,
    batch: &Batch,
    list: &[u8],
    answered: &mut Vec<Token>,
    (index, not_now): (usize, &mut NotNow),
) {
    let Some(Held { token, poll, at, .. }) = held else { return };
    if at != batch.from() || poll.line.offer_bytes(answer(poll, batch.to(), list)) == Err(Full) {
        return not_now.mark(index);
    }
    answered.push(*token);
}

/// What answers a poll: some events, and from where to go on. Whoever has left since they asked is given nothing.
fn answer(poll: &Poll, to: &Cursor, list: &[u8]) -> Vec<u8> {
    if !poll.pass.is_good() {
        return poll.head.reply(&(&Failure::from(Code::NO_PERMISSION)).into());
    }
    frames::poll(&poll.head, &poll.handle.to_string(), place_after(to), list)
}

/// A batch as the SDK reads it: written once, and the same for all.
fn written(house: &House, key: HubKey, batch: &Batch) -> bytes::Bytes {
    let group = |group: &Group| (group.id().clone(), group.profile().name().to_owned());
    bytes::Bytes::from_owner(batch.encoded(SDK, |batch| {
        // A group that is gone has no entries to give out.
        let Some((id, name)) = house.hub.read(key, group) else { return b"[]".to_vec() };
        let room = Room { id: &id, name: &name, admin: house.apps.admin.as_str() };
        events::list(&room, batch.entries())
    }))
}

/// Where readers were told to go on, so that a place is a cursor again.
#[derive(Debug, Default)]
struct Places(BTreeMap<u64, (Timestamp, Cursor)>);

impl Places {
    fn note(&mut self, now: Timestamp, cursor: Cursor) {
        self.0.insert(place_after(&cursor), (now, cursor));
        if self.0.len() > MOST_PLACES {
            self.0.pop_first();
        }
    }

    /// The cursor of a place. Of one that nobody was told of, the next before it: what is read twice is
    /// known to the reader, and what is passed over would be lost.
    fn find(&self, place: u64) -> Option<Cursor> {
        let (_, (_, cursor)) = self.0.range(..=place).next_back()?;
        Some(*cursor)
    }

    /// Forgets what nothing is kept after. The last is where everybody is.
    fn forget(&mut self, now: Timestamp) {
        while self.0.len() > 1
            && let Some(first) = self.0.first_entry()
            && first.get().0 + KNOWN_FOR <= now
        {
            first.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use liveroom::{Author, Command, Epoch, GroupConfig, GroupId, HashKey};

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);

    #[test]
    fn a_place_is_the_cursor_that_was_there_and_else_the_one_before_it() {
        let (id, key) = (GroupId::custom("g").unwrap(), HashKey::new(1, 2));
        let mut group = Group::new(id, None, GroupConfig::vendor(), Epoch(1), key, NOW);
        let mut places = Places::default();
        assert_eq!(places.find(1), None);
        let mut tails = Vec::new();
        for n in 0..4_u64 {
            let now = NOW + Duration::from_mins(n);
            group.push(now, Author::App, Command::notice("x")).unwrap();
            tails.push(group.tail());
            places.note(now, group.tail());
        }
        let at = |places: &Places, n: u64| places.find(n).map(|cursor| cursor.position().0);
        assert_eq!([1, 2, 3, 99].map(|n| at(&places, n)), [None, Some(1), Some(2), Some(4)]);
        assert_eq!(places.find(place_after(&tails[2])), Some(tails[2]));
        // After three minutes nothing is kept that comes after the first.
        places.forget(NOW + KNOWN_FOR);
        assert_eq!([2, 3].map(|n| at(&places, n)), [None, Some(2)]);
        places.forget(NOW + Duration::from_hours(1));
        assert_eq!(at(&places, 99), Some(4), "where everybody is stays known");
    }
}
