//! The last five minutes of a room, so that its owner can ask what would have been.
//!
//! A second group follows the first by its journal, five minutes behind: where the records begin that are
//! kept. It costs one more group, and no snapshot of the live one. Where the journal has a hole, or names a
//! filter that is not known any more, the past begins anew with the group as it is.
//!
//! Bound: [`RECORDS`] records of together [`BYTES`], roughly; past it they are followed earlier.

use std::{collections::VecDeque, sync::Arc, time::Duration};

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

/// What is kept of one room.
#[derive(Debug)]
pub(crate) struct Past {
    key: HashKey,
    /// Where the records begin.
    follower: Option<Group>,
    records: VecDeque<Arc<Record>>,
    bytes: usize,
    filters: VecDeque<Arc<Filter>>,
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
        let (records, filters) = (VecDeque::new(), VecDeque::new());
        Self { key, follower: None, records, bytes: 0, filters }
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
    pub(crate) fn begin(&mut self, snapshot: Snapshot) -> Result<(), RestoreError> {
        (self.records, self.bytes) = (VecDeque::new(), 0);
        let filters: Vec<_> = self.filters.iter().cloned().collect();
        let mut follower = Group::restore(snapshot, &filters, self.key, None)?;
        while follower.poll().is_some() {}
        self.follower = Some(follower);
        Ok(())
    }

    /// Takes a record in. Returns whether the past goes on: if not, it has to begin anew.
    pub(crate) fn take(&mut self, now: Timestamp, record: Record) -> bool {
        if self.follower.is_none() {
            return false;
        }
        let last = self.last();
        if record.no <= last {
            // The snapshot with which the past began has it already.
            return true;
        }
        if record.no != RecordNo(last.0 + 1) {
            self.follower = None;
            return false;
        }
        self.bytes += weight(&record);
        self.records.push_back(Arc::new(record));
        self.follow(now)
    }

    /// The last record that it has.
    pub(crate) fn last(&self) -> RecordNo {
        let followed = self.follower.as_ref().map_or(RecordNo(0), Group::last_record);
        self.records.back().map_or(followed, |record| record.no)
    }

    /// Lets what is too old, or too much, go into the follower.
    fn follow(&mut self, now: Timestamp) -> bool {
        while let Some(record) = self.records.front().filter(|record| {
            now.since(record.at) > SPAN || self.records.len() > RECORDS || self.bytes > BYTES
        }) {
            let Some(follower) = &mut self.follower else { return false };
            install(follower, &self.filters, record);
            let record = Record::clone(record);
            self.bytes -= weight(&record);
            self.records.pop_front();
            if replay(follower, [record], |_| {}).is_err() {
                self.follower = None;
                return false;
            }
        }
        true
    }

    /// What there is to live through again; `None` while there is nothing.
    pub(crate) fn stretch(&self) -> Option<Stretch> {
        let start = self.follower.as_ref()?.snapshot();
        let records = self.records.iter().cloned().collect();
        let filters = self.filters.iter().cloned().collect();
        Some(Stretch { start, records, filters, key: self.key })
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

    #[test]
    fn five_minutes_are_kept_and_what_is_older_is_in_the_snapshot() {
        let (mut group, mut past) = (group(), Past::new(HashKey::new(3, 4)));
        assert!(!say(&mut group, &mut past, START, "before it began"));
        past.begin(group.snapshot()).unwrap();
        for minute in 0..9 {
            let now = START + Duration::from_secs(60 * minute);
            assert!(say(&mut group, &mut past, now, "hello"));
        }
        let stretch = past.stretch().unwrap();
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
        past.begin(group.snapshot()).unwrap();
        assert!(follow(&mut group, &mut past, START));
        assert!(past.records.is_empty());
        group.push(START, Author::App, Command::text("lost")).unwrap();
        while group.poll().is_some() {}
        assert!(!say(&mut group, &mut past, START, "after a hole"));
        assert!(past.stretch().is_none());
        past.begin(group.snapshot()).unwrap();
        assert!(say(&mut group, &mut past, START, "it goes on"));
        assert_eq!(past.stretch().unwrap().records.len(), 1);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let (mut group, mut past) = (group(), Past::new(HashKey::new(3, 4)));
        past.begin(group.snapshot()).unwrap();
        let long = "x".repeat(7_000);
        for number in 0..6_000 {
            let now = START + Duration::from_millis(40 * number);
            assert!(say(&mut group, &mut past, now, &long));
        }
        assert!(past.bytes <= BYTES && past.bytes > BYTES / 2, "{}", past.bytes);
        assert!(past.records.len() < 6_000);
    }
}
