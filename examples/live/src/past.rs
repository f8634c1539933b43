//! The last five minutes of a room, so that its owner can ask what would have been.
//!
//! A second group follows the first by its journal, five minutes behind: where the records begin that are
//! kept. It costs one more group, and no snapshot of the live one. Where the journal has a hole, or names a
//! filter that is not known any more, the past begins anew with the group as it is.
//!
//! Whoever looks back takes it out, so that the thread that records waits for nobody: what comes meanwhile
//! is kept beside it.
//!
//! Bound: [`RECORDS`] records of together [`BYTES`], roughly; past it they are followed earlier. As many may
//! come while somebody looks back; past it, the past begins anew.

use std::{collections::VecDeque, mem, sync::Arc, time::Duration};

use liveroom::{
    Command, Content, Event, Group, HashKey, MessageId, Record, RecordNo, RestoreError, Snapshot,
    Timestamp, UserId, filter::Filter, replay,
};

/// "what would this have caught in the last five minutes".
const SPAN: Duration = Duration::from_mins(5);
/// More than a busy room records in that time.
const RECORDS: usize = 65_536;
/// Of what is said, and so much for each record: some 700 bytes of heap, as a profile of a crowd's talk has it.
const BYTES: usize = 32 << 20;
const EACH: usize = 700;
/// Filters that a record may name: as many as a group keeps, and those of the time until it follows.
const FILTERS: usize = 16;
/// How long nobody tries to begin where it failed: what it takes is a snapshot of the live group.
const PAUSE: Duration = Duration::from_secs(10);

/// What is kept of one room.
#[derive(Debug)]
pub(crate) struct Past {
    key: HashKey,
    state: State,
    filters: VecDeque<Arc<Filter>>,
    /// Counts looks.
    looks: u64,
}

#[derive(Debug)]
enum State {
    /// There is none, and it may be begun from then on.
    Lost(Timestamp),
    Here(Kept),
    /// Somebody looks at it.
    Away(Away),
}

#[derive(Debug)]
struct Kept {
    /// Where the records begin.
    follower: Group,
    records: Records,
}

#[derive(Debug, Default)]
struct Records {
    all: VecDeque<Arc<Record>>,
    bytes: usize,
}

/// What came since the rest was taken out.
#[derive(Debug)]
struct Away {
    look: u64,
    /// The last record before that.
    last: RecordNo,
    late: Records,
}

/// The past while somebody looks at it: it is to be put back.
#[derive(Debug)]
pub(crate) struct Look {
    number: u64,
    kept: Kept,
    filters: Vec<Arc<Filter>>,
    key: HashKey,
}

/// The past does not hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost;

/// What somebody said in that time.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) message: MessageId,
    /// `None` for the app.
    pub(crate) author: Option<UserId>,
    pub(crate) nick: String,
    record: Arc<Record>,
}

impl Said {
    /// As it was sent.
    pub(crate) fn content(&self) -> Option<&Content> {
        match &self.record.event {
            Event::Command { command: Command::Send(draft), .. } => Some(&draft.content),
            _ => None,
        }
    }
}

/// A stretch to live through again.
#[derive(Debug)]
pub(crate) struct Stretch {
    pub(crate) start: Snapshot,
    pub(crate) records: Vec<Arc<Record>>,
    pub(crate) filters: Vec<Arc<Filter>>,
    pub(crate) key: HashKey,
}

impl Past {
    pub(crate) fn new(key: HashKey) -> Self {
        Self { key, state: State::Lost(Timestamp::ZERO), filters: VecDeque::new(), looks: 0 }
    }

    /// A filter that will be put in force.
    pub(crate) fn know(&mut self, filter: Arc<Filter>) {
        self.filters.retain(|known| known.id() != filter.id());
        if self.filters.len() == FILTERS {
            self.filters.pop_front();
        }
        self.filters.push_back(filter);
    }

    /// Begins with the group as it is.
    pub(crate) fn begin(&mut self, now: Timestamp, snapshot: Snapshot) -> Result<(), RestoreError> {
        self.state = State::Lost(now + PAUSE);
        let filters: Vec<_> = self.filters.iter().cloned().collect();
        let mut follower = Group::restore(snapshot, &filters, self.key, None)?;
        while follower.poll().is_some() {}
        self.state = State::Here(Kept { follower, records: Records::default() });
        Ok(())
    }

    /// Takes a record in. Returns whether the past goes on, or cannot yet: if not, it is to begin anew.
    pub(crate) fn take(&mut self, now: Timestamp, record: Record) -> bool {
        if let State::Lost(again) = self.state {
            return now < again;
        }
        let last = self.last();
        if record.no <= last {
            // The snapshot with which the past began has it already.
            return true;
        }
        let goes_on = record.no == RecordNo(last.0 + 1)
            && match &mut self.state {
                State::Lost(_) => false,
                State::Here(kept) => {
                    kept.records.add(Arc::new(record));
                    kept.follow(now, &self.filters)
                }
                State::Away(away) => {
                    away.late.add(Arc::new(record));
                    !away.late.are_too_many()
                }
            };
        if !goes_on {
            self.state = State::Lost(Timestamp::ZERO);
        }
        goes_on
    }

    /// The last record that it has.
    pub(crate) fn last(&self) -> RecordNo {
        match &self.state {
            State::Lost(_) => RecordNo(0),
            State::Here(kept) => kept.last(),
            State::Away(away) => away.late.last().unwrap_or(away.last),
        }
    }

    /// What there is to live through again, taken out; `None` while there is nothing.
    pub(crate) fn take_out(&mut self) -> Option<Look> {
        let State::Here(kept) = &self.state else { return None };
        self.looks += 1;
        let away = Away { look: self.looks, last: kept.last(), late: Records::default() };
        let State::Here(kept) = mem::replace(&mut self.state, State::Away(away)) else {
            return None;
        };
        let filters = self.filters.iter().cloned().collect();
        Some(Look { number: self.looks, kept, filters, key: self.key })
    }

    /// Goes on with what was taken out, unless it was begun anew meanwhile.
    pub(crate) fn put_back(&mut self, look: Look) {
        if let State::Away(away) = &mut self.state
            && away.look == look.number
        {
            let Kept { follower, mut records } = look.kept;
            records.append(mem::take(&mut away.late));
            self.state = State::Here(Kept { follower, records });
        }
    }
}

impl Kept {
    fn last(&self) -> RecordNo {
        self.records.last().unwrap_or_else(|| self.follower.last_record())
    }

    /// Lets what is too old, or too much, go into the follower. Returns whether it followed.
    fn follow(&mut self, now: Timestamp, filters: &VecDeque<Arc<Filter>>) -> bool {
        let Self { follower, records } = self;
        while let Some(record) = records.take_if(|record| now.since(record.at) > SPAN) {
            install(follower, filters, &record);
            if replay(follower, [Record::clone(&record)], |_| {}).is_err() {
                return false;
            }
        }
        true
    }
}

impl Records {
    fn add(&mut self, record: Arc<Record>) {
        self.bytes += weight(&record);
        self.all.push_back(record);
    }

    fn append(&mut self, mut others: Self) {
        self.bytes += others.bytes;
        self.all.append(&mut others.all);
    }

    fn last(&self) -> Option<RecordNo> {
        self.all.back().map(|record| record.no)
    }

    fn are_too_many(&self) -> bool {
        self.all.len() > RECORDS || self.bytes > BYTES
    }

    /// The first, if it is so, or one of too many.
    fn take_if(&mut self, is_old: impl FnOnce(&Record) -> bool) -> Option<Arc<Record>> {
        let first = self.all.front().filter(|first| is_old(first) || self.are_too_many())?;
        self.bytes -= weight(first);
        self.all.pop_front()
    }
}

impl Look {
    pub(crate) fn stretch(&self) -> Stretch {
        let Kept { follower, records } = &self.kept;
        Stretch {
            start: follower.snapshot(),
            records: records.all.iter().cloned().collect(),
            filters: self.filters.clone(),
            key: self.key,
        }
    }
}

impl Stretch {
    /// From when on it reaches.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.records.first().map(|record| record.at)
    }

    /// What was said, and by whom: it is played back, since a record names a session.
    pub(crate) fn said(&self) -> Result<Vec<Said>, Lost> {
        let mut group =
            Group::restore(self.start.clone(), &self.filters, self.key, None).map_err(|_| Lost)?;
        let mut said = Vec::new();
        for record in &self.records {
            install(&mut group, &self.filters, record);
            replay(&mut group, [Record::clone(record)], |_| {}).map_err(|_| Lost)?;
            if !matches!(&record.event, Event::Command { command: Command::Send(_), .. }) {
                continue;
            }
            // No duplicate is recorded, so it is the last that was accepted.
            let message = MessageId(group.stats().accepted());
            let author = group.explain(message).and_then(|explained| explained.author);
            let member = author.as_ref().and_then(|author| group.member(author));
            let nick = member.map(|member| member.profile().nick.to_string()).unwrap_or_default();
            said.push(Said { message, author, nick, record: record.clone() });
        }
        Ok(said)
    }

    /// The records, one by one.
    pub(crate) fn replayed(&self) -> impl Iterator<Item = Record> {
        self.records.iter().map(|record| Record::clone(record))
    }
}

fn weight(record: &Record) -> usize {
    EACH + match &record.event {
        Event::Command { command: Command::Send(draft), .. } => draft.content.bytes(),
        _ => 0,
    }
}

/// Makes known what a record is about to put in force.
fn install<'a>(
    group: &mut Group,
    filters: impl IntoIterator<Item = &'a Arc<Filter>>,
    record: &Record,
) {
    for filter in filters.into_iter().filter(|filter| names(record, filter)) {
        group.install_filter(filter.clone());
    }
}

/// Whether a record puts this filter in force.
fn names(record: &Record, filter: &Filter) -> bool {
    let Event::Command { command, .. } = &record.event else { return false };
    match command {
        Command::UseFilter { filter: id } => *id == Some(filter.id()),
        Command::Configure(config) => config.settings().filter == Some(filter.id()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use liveroom::{Author, Creation, GroupConfig, GroupId, Output, what_if};

    use super::*;
    use crate::words::Compiled;

    const START: Timestamp = Timestamp::from_secs(1_600_000_000);

    fn group() -> Group {
        let mut settings = GroupConfig::livestream().settings().clone();
        settings.journal = true;
        let creation = Creation::named("Friday").config(settings.build().unwrap());
        creation.build(START, GroupId::custom("friday").unwrap(), HashKey::new(1, 2)).unwrap()
    }

    /// Says something, and hands the past what the group records.
    fn say(group: &mut Group, past: &mut Past, now: Timestamp, text: &str) -> bool {
        group.push(now, Author::App, Command::text(text)).unwrap();
        follow(group, past, now)
    }

    fn follow(group: &mut Group, past: &mut Past, now: Timestamp) -> bool {
        let records = std::iter::from_fn(|| group.poll()).filter_map(|output| match output {
            Output::Record(record) => Some(record),
            _ => None,
        });
        records.map(|record| past.take(now, record)).filter(|went_on| !went_on).count() == 0
    }

    fn stretch(past: &mut Past) -> Stretch {
        let look = past.take_out().unwrap();
        let stretch = look.stretch();
        past.put_back(look);
        stretch
    }

    #[test]
    fn five_minutes_are_kept_and_what_is_older_is_in_the_snapshot() {
        let (mut group, mut past) = (group(), Past::new(HashKey::new(3, 4)));
        assert!(!say(&mut group, &mut past, START, "before it began"));
        past.begin(START, group.snapshot()).unwrap();
        for minute in 0..9 {
            let now = START + Duration::from_secs(60 * minute);
            assert!(say(&mut group, &mut past, now, "hello"));
        }
        let stretch = stretch(&mut past);
        assert_eq!(stretch.since(), Some(START + Duration::from_secs(3 * 60)));
        let told = what_if(stretch.start.clone(), &[], stretch.key, stretch.replayed(), |_| {});
        let told = told.unwrap();
        assert!(told.is_empty());
        assert_eq!(told.was.0.iter().map(|fates| fates.delivered).sum::<u64>(), 6);
    }

    #[test]
    fn what_a_snapshot_has_is_not_taken_twice_and_a_hole_begins_it_anew() {
        let (mut group, mut past) = (group(), Past::new(HashKey::new(3, 4)));
        group.push(START, Author::App, Command::text("told before it began")).unwrap();
        past.begin(START, group.snapshot()).unwrap();
        assert!(follow(&mut group, &mut past, START));
        assert!(stretch(&mut past).records.is_empty());
        group.push(START, Author::App, Command::text("lost")).unwrap();
        while group.poll().is_some() {}
        assert!(!say(&mut group, &mut past, START, "after a hole"));
        assert!(past.take_out().is_none());
        past.begin(START, group.snapshot()).unwrap();
        assert!(say(&mut group, &mut past, START, "it goes on"));
        assert_eq!(stretch(&mut past).records.len(), 1);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let (mut group, mut past) = (group(), Past::new(HashKey::new(3, 4)));
        past.begin(START, group.snapshot()).unwrap();
        let long = "x".repeat(7_000);
        for number in 0..6_000 {
            let now = START + Duration::from_millis(40 * number);
            assert!(say(&mut group, &mut past, now, &long));
        }
        let State::Here(Kept { records, .. }) = &past.state else { panic!("it goes on") };
        assert!(records.bytes <= BYTES && records.bytes > BYTES / 2, "{}", records.bytes);
        assert!(records.all.len() < 6_000);
    }

    #[test]
    fn what_comes_while_somebody_looks_back_is_kept_and_nobody_looks_at_the_same_time() {
        let (mut group, mut past) = (group(), Past::new(HashKey::new(3, 4)));
        past.begin(START, group.snapshot()).unwrap();
        assert!(say(&mut group, &mut past, START, "before"));
        let look = past.take_out().unwrap();
        assert!(say(&mut group, &mut past, START, "meanwhile"));
        assert_eq!(past.last(), group.last_record());
        assert!(past.take_out().is_none());
        assert_eq!(look.stretch().records.len(), 1);
        past.put_back(look);
        assert!(say(&mut group, &mut past, START, "after"));
        assert_eq!(stretch(&mut past).said().unwrap().len(), 3);
    }

    #[test]
    fn a_look_that_takes_too_long_begins_it_anew() {
        let (mut group, mut past) = (group(), Past::new(HashKey::new(3, 4)));
        past.begin(START, group.snapshot()).unwrap();
        let look = past.take_out().unwrap();
        let long = "x".repeat(7_000);
        let later = |number: u64| START + Duration::from_millis(40 * number);
        let went_on =
            (0..6_000).take_while(|number| say(&mut group, &mut past, later(*number), &long));
        assert!(went_on.count() < 6_000);
        past.begin(START, group.snapshot()).unwrap();
        past.put_back(look);
        assert!(stretch(&mut past).records.is_empty(), "what it was before is forgotten");
        assert!(say(&mut group, &mut past, later(6_001), "it goes on"));
    }

    #[test]
    fn where_it_cannot_begin_it_is_tried_again_after_a_while() {
        let (mut group, mut past) = (group(), Past::new(HashKey::new(3, 4)));
        let filter = Compiled::read("[custom:1 block]\nnothing").unwrap().filter;
        group.install_filter(filter.clone());
        let filter_id = Some(filter.id());
        group.push(START, Author::App, Command::UseFilter { filter: filter_id }).unwrap();
        assert!(!follow(&mut group, &mut past, START));
        assert!(past.begin(START, group.snapshot()).is_err(), "it does not know the filter");
        let later = START + Duration::from_secs(9);
        assert!(say(&mut group, &mut past, later, "no snapshot is taken for it"));
        assert!(past.take_out().is_none());
        past.know(filter);
        let later = START + Duration::from_secs(10);
        assert!(!say(&mut group, &mut past, later, "it is time"));
        past.begin(later, group.snapshot()).unwrap();
        assert!(say(&mut group, &mut past, later, "it goes on"));
    }
}
