//! What can be said about a home and an edge alone. The rest is in `tests/network`.

use std::{collections::BTreeMap, sync::Arc};

use super::*;
use crate::{
    audience::Source,
    command::{Command, Draft, Receipt},
    config::{GroupConfig, Powers, Retention, Settings},
    group::Group,
    hash::HashKey,
    id::{Epoch, GroupId, UserId},
    message::PerClass,
    role::{Author, Platform, Profile},
    roster::Page,
    time::Timestamp,
};

const KEY: HashKey = HashKey::new(1, 2);

fn at(secs: u64) -> Timestamp {
    Timestamp::from_secs(1_600_000_000 + secs)
}

fn id() -> GroupId {
    GroupId::custom("friday").unwrap()
}

fn edge(number: u32) -> EdgeId {
    EdgeId::new(number).unwrap()
}

fn first() -> Checkpoint {
    let powers = Powers::ALL;
    let settings =
        Settings { journal: true, powers, ..GroupConfig::livestream().settings().clone() };
    let group = Group::new(id(), None, settings.build().unwrap(), Epoch(1), KEY, at(0));
    Checkpoint::first(&group).unwrap()
}

fn say(text: &str) -> Command {
    Command::Send(Box::new(Draft::text(text)))
}

/// A log, who writes there, and how far each edge is.
struct Room {
    log: Vec<Arc<Frame>>,
    home: Home,
    lines: BTreeMap<EdgeId, (RequestNo, LetterNo)>,
}

impl Room {
    fn new() -> Self {
        let mut log = Vec::new();
        let home = claim(&mut log, at(0), Epoch(0));
        Self { log, home, lines: BTreeMap::new() }
    }

    /// Writes the next frame, if there is one.
    fn write(&mut self) -> bool {
        let Some(write) = self.home.write() else { return false };
        let stored = store(&mut self.log, &write);
        assert_eq!(self.home.written(stored), Next::Stored);
        while let Some(output) = self.home.poll() {
            if let HomeOutput::Edge(edge, ForEdge::Letter(letter)) = output {
                self.lines.entry(edge).or_default().1 = letter.no;
            }
        }
        true
    }

    /// A user comes in at an edge, as session and by the name of a number.
    fn join(&mut self, now: Timestamp, edge: EdgeId, number: u64) {
        let by = Author::Session(edge.session(number).unwrap());
        let command = Command::join(user(number), Profile::nick("U"), Platform::Web);
        let line = self.lines.entry(edge).or_default();
        line.0 = line.0.next();
        let (no, heard) = *line;
        let request = Request { edge, no, heard, by, command };
        if self.home.request(now, request.clone()) == Err(HomeError::Full) {
            self.write();
            self.home.request(now, request).unwrap();
        }
    }

    fn app(&mut self, now: Timestamp, command: Command) {
        self.home.push(now, Author::App, command).unwrap();
        self.write();
    }

    /// Another reads the log, and is home.
    fn take_over(&mut self, now: Timestamp) {
        self.take_over_anew(now, Epoch(0));
    }

    fn take_over_anew(&mut self, now: Timestamp, oldest: Epoch) {
        self.home = claim(&mut self.log, now, oldest);
    }

    fn connected(&self) -> usize {
        self.home.group().connected().count()
    }
}

fn user(number: u64) -> UserId {
    format!("u{number}").parse().unwrap()
}

fn store(log: &mut Vec<Arc<Frame>>, write: &Write) -> Written {
    if write.after != LogSeq(log.len() as u64) {
        return Written::Conflict;
    }
    log.push(Arc::clone(&write.frame));
    Written::Stored(LogSeq(log.len() as u64))
}

/// Reads a log to its end, and is home there.
fn claim(log: &mut Vec<Arc<Frame>>, now: Timestamp, oldest: Epoch) -> Home {
    let mut heir = Heir::new(first(), &[], KEY).unwrap();
    heir.read(from(log, LogSeq(0))).unwrap();
    let claim = heir.claim("here", log.len() as u64, oldest);
    assert_eq!(heir.written(store(log, &claim)), Next::Stored);
    heir.into_home(now).unwrap()
}

fn from(log: &[Arc<Frame>], at: LogSeq) -> impl Iterator<Item = (LogSeq, &Frame)> {
    let frames = log.iter().zip(1..).map(|(frame, at)| (LogSeq(at), &**frame));
    frames.filter(move |(there, _)| *there >= at)
}

fn bytes(frame: &Frame) -> usize {
    serde_json::to_vec(frame).unwrap().len()
}

#[test]
fn an_edge_with_many_sessions_lapses_frame_by_frame_whoever_is_home() {
    const ALL: u64 = 20_000;
    let (mut room, gone, stays) = (Room::new(), edge(1), edge(2));
    for number in 0..ALL {
        room.join(at(1), gone, number);
    }
    room.join(at(1), stays, ALL);
    let hide = Command::Mark {
        users: [user(7)].into_iter().collect(),
        marks: [Command::HIDDEN].into_iter().collect(),
        on: true,
    };
    room.app(at(1), hide);
    while room.write() {}
    assert_eq!(room.connected() as u64, ALL + 1);
    let (listed, _) = room.home.group().members(Page::default(), usize::MAX);
    assert_eq!(listed.len() as u64, ALL, "one is hidden");
    let (before, now) = (room.log.len(), at(2) + Home::PATIENCE);
    room.home.beat(now, EdgeBeat { edge: stays, guests: 0, heard: LetterNo(0), forked: None });
    room.home.advance(now);
    assert!(room.connected() as u64 > ALL / 2, "a frame has no room for more");
    while room.connected() as u64 > ALL / 2 {
        room.write();
        assert!(room.home.poll_timeout() <= Some(now), "some wait, and there is room");
        room.home.advance(now);
    }
    assert!(room.log[before].feed.told.contains(&Tell::Lapsed(gone)));
    // What the last home had not written is lost, and found again.
    room.take_over(now);
    let left = room.connected();
    assert!(left as u64 > ALL / 2);
    while room.connected() > 1 {
        assert!(room.home.poll_timeout() <= Some(now), "some wait, and there is room");
        room.home.advance(now);
        assert!(room.home.poll_timeout() > Some(now), "the frame is full, or none wait");
        room.write();
    }
    room.home.advance(now + Home::BEAT);
    assert!(!room.write(), "nothing is left to be done");
    let largest = room.log[before..].iter().map(|frame| bytes(frame)).max().unwrap();
    assert!(largest < Home::MAX_BYTES + 1_024, "{largest}");
    assert!(room.log.len() - before > 20);
    room.take_over(now);
    assert_eq!(room.connected(), 1);
}

#[test]
fn what_is_due_at_once_goes_into_frames_that_are_full_and_no_fuller() {
    let mut room = Room::new();
    for number in 0..4_000 {
        room.join(at(1), edge(1), number);
    }
    while room.write() {}
    // All are lost at once, and after their grace all at once are gone.
    room.app(at(2), Command::DetachAll);
    let (before, now) = (room.log.len(), at(1_000));
    while room.home.poll_timeout() <= Some(now) {
        room.home.advance(now);
        room.write();
    }
    assert_eq!(room.home.group().online(), 0);
    assert!(room.log.len() - before > 1);
}

#[test]
fn an_edge_is_told_that_it_lapsed_once_a_frame_and_by_who_is_home_alone() {
    let mut room = Room::new();
    let lost = EdgeBeat { edge: edge(1), guests: 0, heard: LetterNo(1), forked: None };
    let lapsed = |room: &mut Room| {
        let told = std::iter::from_fn(|| room.home.poll());
        told.filter(|output| *output == HomeOutput::Edge(edge(1), ForEdge::Lapsed)).count()
    };
    for _ in 0..100 {
        room.home.beat(at(1), lost);
    }
    assert_eq!(lapsed(&mut room), 0, "another may be home, for all that is known");
    let write = room.home.write().expect("it asks the log who is home");
    assert_eq!(room.home.written(store(&mut room.log, &write)), Next::Stored);
    assert_eq!(lapsed(&mut room), 1);

    // Of one who is home no more nobody hears it.
    room.home.beat(at(2), lost);
    let _another = claim(&mut room.log, at(2), Epoch(0));
    room.home.write().unwrap();
    let Next::Read(from) = room.home.written(Written::Conflict) else { panic!("it must read") };
    let frames = &room.log[from.0 as usize - 1..];
    let next = frames.get(1).map(|frame| (from.next(), &**frame));
    room.home.read(from, frames.first().map(|frame| &**frame), next).unwrap_err();
    assert_eq!(lapsed(&mut room), 0);
}

#[test]
fn a_home_that_nobody_polls_writes_nothing_more() {
    let mut room = Room::new();
    for secs in 1_u64.. {
        if room.home.push(at(secs), Author::App, Command::notice("hear me")).is_err() {
            break;
        }
        let Some(write) = room.home.write() else { break };
        assert_eq!(room.home.written(store(&mut room.log, &write)), Next::Stored);
    }
    // Each frame says two things: itself, and what became of the notice.
    assert_eq!(room.log.len(), 1 + Home::MAX_OUTPUTS / 2);
    assert_eq!(room.home.write(), None);
}

#[test]
fn an_edge_that_nobody_polls_says_no_more_than_it_may_and_catches_up() {
    let mut room = Room::new();
    let mut reader = Edge::new(at(0), edge(1), id());
    reader.base(at(0), room.home.base().unwrap()).unwrap();
    let ann = Author::Session(edge(1).session(1).unwrap());
    let join = Command::join(user(1), Profile::nick("Ann"), Platform::Web);
    reader.push(at(0), ann.clone(), join).unwrap();
    // Each second it sends its command again and says that it lives.
    let mut secs = 0;
    while reader.poll_timeout().is_some() {
        secs += 1;
        reader.advance(at(secs));
    }
    assert_eq!(reader.push(at(secs), ann, Command::Quit), Err(EdgeError::Busy));
    room.app(at(1), Command::notice("hear me"));
    let frame = Arc::clone(room.log.last().unwrap());
    reader.feed(at(secs), LogSeq(2), frame.feed.clone()).unwrap();
    let mark = *room.home.mark();
    assert_ne!(reader.mark(), Some(&mark), "it has no place for what would follow");
    let said = std::iter::from_fn(|| reader.poll()).count();
    assert!((Edge::MAX_OUTPUTS..Edge::MAX_OUTPUTS + 4).contains(&said), "{said}");
    reader.advance(at(secs + 1));
    let asks = std::iter::from_fn(|| reader.poll()).find_map(|output| match output {
        EdgeOutput::Fetch { from, .. } => Some(from),
        _ => None,
    });
    let frames = room.log.iter().zip(1..).map(|(it, at)| (LogSeq(at), Frame::clone(it)));
    let fetched = Fetched::Frames(frames.collect());
    reader.fetched(at(secs + 1), asks.unwrap(), fetched).unwrap();
    assert_eq!(reader.mark(), Some(&mark));
}

#[test]
fn a_frame_follows_the_one_before_it_unchanged_and_of_no_earlier_term() {
    let mut room = Room::new();
    room.app(at(1), Command::notice("one"));
    room.app(at(2), Command::notice("two"));
    let [_, one, two] = [0, 1, 2].map(|no| Frame::clone(&room.log[no]));
    assert!(two.follows(one.mark()));
    let early = Mark { term: Term(2), ..*one.mark() };
    assert!(!two.follows(&early), "its term is over");
    let other = Mark { chain: one.mark().chain + 1, ..*one.mark() };
    assert!(!two.follows(&other), "it follows another");
    assert!(!two.follows(room.log[0].mark()), "one is left out");
    let mut changed = two.clone();
    changed.feed.told.clear();
    assert!(!changed.follows(one.mark()));
    let mut changed = two;
    changed.records.clear();
    assert!(!changed.follows(one.mark()));
}

#[test]
fn a_log_that_does_not_lead_where_its_home_was_is_not_read_on() {
    let mut room = Room::new();
    room.home.digest_every(1);
    room.app(at(1), Command::notice("hear me"));
    let [begun, frame] = [0, 1].map(|no| Frame::clone(&room.log[no]));
    let read = |feed_head, digest, records| {
        let Frame { feed, letters, .. } = frame.clone();
        let parts = frame::Parts { told: feed.told, letters, records, digest };
        let forged = Frame::new(begun.mark(), Term(1), feed_head, parts);
        let mut heir = Heir::new(first(), &[], KEY).unwrap();
        heir.read([(LogSeq(1), &begun), (LogSeq(2), &forged)])
    };
    let (head, digest, records) = (frame.feed.head, frame.digest, frame.records.clone());
    assert_eq!(read(head, digest, records.clone()), Ok(()));
    let diverged = Err(ReadError::Diverged { no: FrameNo(2) });
    let other = digest.map(|it| Digest { digest: it.digest ^ 1, ..it });
    assert_eq!(read(head, other, records.clone()), diverged);
    assert_eq!(read(begun.feed.head, None, records), diverged);
    assert_eq!(read(head, None, Vec::new()), diverged, "a record is lacking");
}

#[test]
fn a_command_without_an_answer_is_told_to_be_unknown_and_once() {
    let mut room = Room::new();
    let mut reader = Edge::new(at(0), edge(1), id());
    reader.base(at(0), room.home.base().unwrap()).unwrap();
    let ann = Author::Session(edge(1).session(1).unwrap());
    let join = Command::join(user(1), Profile::nick("Ann"), Platform::Web);
    let no = reader.push(at(1), ann, join).unwrap();
    let mut unknown = Vec::new();
    for secs in 1..20 {
        reader.advance(at(secs));
        while let Some(output) = reader.poll() {
            if output == (EdgeOutput::Unknown { no }) {
                unknown.push(at(secs));
            }
        }
    }
    assert_eq!(unknown, [at(1) + Edge::PATIENCE]);
    reader.word(at(20), ForEdge::Lapsed);
    let told: Vec<_> = std::iter::from_fn(|| reader.poll()).collect();
    assert_eq!(told, [EdgeOutput::Untold { no }, EdgeOutput::Lapsed]);
    room.write();
}

#[test]
fn an_edge_gives_commands_over_its_own_sessions_alone() {
    let mut room = Room::new();
    let session = edge(2).session(1).unwrap();
    let (no, heard) = (RequestNo(1), LetterNo(0));
    for by in [Author::Session(session), Author::Guest(session)] {
        let command = Command::Quit;
        let request = Request { edge: edge(1), no, heard, by, command };
        let refused = room.home.request(at(1), request);
        assert_eq!(refused, Err(HomeError::Foreign { edge: edge(1), session }));
    }
    assert!(!room.write(), "nothing was done");
}

#[test]
fn who_was_home_cannot_write_and_is_told_at_the_next_try() {
    let mut room = Room::new();
    let mut former = claim(&mut Vec::new(), at(0), Epoch(0));
    room.take_over(at(1));
    let ticket = former.push(at(2), Author::App, Command::notice("hear me")).unwrap();
    let write = former.write().unwrap();
    assert_eq!(store(&mut room.log, &write), Written::Conflict);
    assert_eq!(former.written(Written::Conflict), Next::Read(LogSeq(1)));
    let next = Some((LogSeq(2), &*room.log[1]));
    let end = Deposed::Claimed { by: Term(2) };
    assert_eq!(former.read(LogSeq(1), Some(&room.log[0]), next), Err(end));
    assert_eq!(former.deposed(), Some(end));
    let told: Vec<_> = std::iter::from_fn(|| former.poll()).collect();
    assert_eq!(told, [HomeOutput::Void { ticket }]);
    assert_eq!(former.push(at(3), Author::App, Command::Disband), Err(end.into()));
}

#[test]
fn a_frame_that_came_too_early_is_looked_at_again_when_its_turn_comes() {
    let mut room = Room::new();
    let mut reader = Edge::new(at(0), edge(1), id());
    reader.base(at(0), room.home.base().unwrap()).unwrap();
    room.app(at(1), Command::notice("one"));
    let one = *room.home.mark();
    room.app(at(2), Command::notice("two"));
    let [second, third] = [1, 2].map(|no| room.log[no].feed.clone());
    let mut forged = third.clone();
    forged.mark.chain += 1;
    reader.feed(at(3), LogSeq(3), forged).unwrap();
    reader.feed(at(3), LogSeq(2), second).unwrap();
    assert_eq!(reader.mark(), Some(&one));
    reader.feed(at(3), LogSeq(3), third).unwrap();
    assert_eq!(reader.mark(), Some(room.home.mark()));
}

#[test]
fn a_letter_of_a_term_that_was_over_before_it_is_passed_over() {
    let mut room = Room::new();
    room.take_over(at(1));
    room.take_over(at(2));
    let mut reader = Edge::new(at(2), edge(1), id());
    reader.base(at(2), room.home.base().unwrap()).unwrap();
    let ann = Author::Session(edge(1).session(1).unwrap());
    let join = Command::join(user(1), Profile::nick("Ann"), Platform::Web);
    let no = reader.push(at(2), ann, join).unwrap();
    let answers = |reader: &mut Edge| {
        let told = std::iter::from_fn(|| reader.poll());
        told.filter(|output| matches!(output, EdgeOutput::Answer { .. })).count()
    };
    let letter = |term| {
        let words = vec![Word::Answer { no, answer: Ok(Receipt::Done) }];
        ForEdge::Letter(Letter { edge: edge(1), no: LetterNo(1), at: FrameNo(3), term, words })
    };
    // The log has lost the frame that it is of, since another stands there.
    reader.word(at(2), letter(Term(2)));
    assert_eq!(answers(&mut reader), 0);
    reader.word(at(2), letter(Term(3)));
    assert_eq!(answers(&mut reader), 1);
}

#[test]
fn an_edge_that_knows_what_the_log_lost_ends_once_the_history_goes_on_in_another_epoch() {
    let mut room = Room::new();
    room.app(at(1), Command::notice("hear me"));
    let mut reader = Edge::new(at(1), edge(1), id());
    reader.base(at(1), room.home.base().unwrap()).unwrap();
    reader.advance(at(1));
    let from = reader.mark().unwrap().no;
    reader.fetched(at(1), from, Fetched::Frames(Vec::new())).unwrap();
    reader.advance(at(2));
    let told: Vec<_> = std::iter::from_fn(|| reader.poll()).collect();
    assert!(told.contains(&EdgeOutput::Lapsed));
    let forked = told.iter().find_map(|output| match output {
        EdgeOutput::Beat(beat) => beat.forked,
        _ => None,
    });
    assert_eq!((forked, reader.is_over()), (Some(Epoch(1)), false));
    // Whoever is home hears of it, and begins another.
    room.take_over(at(2));
    room.home.beat(at(2), EdgeBeat { edge: edge(1), guests: 0, heard: LetterNo(0), forked });
    room.write();
    reader.base(at(2), room.home.base().unwrap()).unwrap();
    assert!(reader.is_over());
}

#[test]
fn a_claim_that_begins_all_anew_lapses_every_edge_and_is_not_repeated() {
    let mut room = Room::new();
    let (mut reader, oldest) = (Edge::new(at(1), edge(1), id()), Epoch(1_600_000_002));
    reader.base(at(1), room.home.base().unwrap()).unwrap();
    room.join(at(1), edge(1), 1);
    room.write();
    reader.feed(at(1), LogSeq(2), room.log[1].feed.clone()).unwrap();
    room.take_over_anew(at(2), oldest);
    assert_eq!(room.home.group().epoch(), oldest);
    reader.feed(at(2), LogSeq(3), room.log[2].feed.clone()).unwrap();
    assert!(reader.is_over(), "what it remembers may be lost");
    assert_eq!(reader.tail().map(|tail| tail.epoch()), Some(oldest));
    // Another edge may have its number: the servers count them.
    room.lines.clear();
    room.join(at(2), edge(1), 2);
    room.home.advance(at(2));
    room.write();
    assert_eq!(room.connected(), 0, "its session of before is lost, and it does nothing");
    let frames = room.log.len();
    room.take_over_anew(at(3), oldest);
    assert!(!room.log[frames].feed.told.contains(&Tell::Epoch(oldest)));
    assert_eq!((room.home.group().epoch(), room.connected()), (oldest, 0));
}

#[test]
fn a_log_that_does_not_lead_on_from_its_checkpoint_is_passed_over() {
    let mut room = Room::new();
    room.join(at(1), edge(1), 1);
    room.write();
    let mut heir = Heir::new(first(), &[], KEY).unwrap();
    heir.read(from(&room.log, LogSeq(0))).unwrap();
    let checkpoint = heir.checkpoint();
    room.log.truncate(1);
    let mut heir = Heir::new(checkpoint, &[], KEY).unwrap();
    let last = Arc::clone(&room.log[0]);
    heir.pass_over(Some((LogSeq(1), &last)));
    let claim = heir.claim("here", 9, Epoch(2));
    assert_eq!((claim.after, claim.frame.mark().no), (LogSeq(1), FrameNo(3)));
    assert_eq!(heir.written(store(&mut room.log, &claim)), Next::Stored);
    let checkpoint = heir.checkpoint();
    assert_eq!((checkpoint.mark().no, checkpoint.at()), (FrameNo(3), LogSeq(2)));
    room.home = heir.into_home(at(2)).unwrap();
    assert_eq!(room.connected(), 1, "what the checkpoint has is not lost");
    room.home.advance(at(2));
    room.write();
    let mut heir = Heir::new(checkpoint, &[], KEY).unwrap();
    heir.read(from(&room.log, heir.at())).unwrap();
    assert_eq!(heir.mark().no, FrameNo(4));
    assert_eq!(heir.group().connected().count(), 0, "its edge begins anew");
}

#[test]
fn what_an_edge_was_answered_in_the_frame_of_another_epoch_is_not_done_again() {
    let mut room = Room::new();
    let forked = Some(Epoch(1));
    room.home.beat(at(1), EdgeBeat { edge: edge(3), guests: 7, heard: LetterNo(0), forked: None });
    // Its first letter is in that frame.
    room.join(at(1), edge(1), 1);
    room.home.beat(at(1), EdgeBeat { edge: edge(2), guests: 5, heard: LetterNo(0), forked });
    assert_eq!(room.home.online(), 13);
    room.write();
    let last = room.log.last().unwrap();
    assert_eq!(last.letters.len(), 1, "it is answered before it begins anew");
    assert_eq!(room.home.online(), 1, "all guests are counted anew");
    room.take_over(at(2));
    room.lines.clear();
    room.join(at(2), edge(1), 1);
    room.home.advance(at(2));
    room.write();
    let told: Vec<_> = room.log.last().unwrap().letters.iter().collect();
    assert_eq!((told, room.connected()), (vec![], 0));
}

#[test]
fn a_claim_with_a_frame_astray_after_it_makes_no_home() {
    let mut room = Room::new();
    room.home.push(at(1), Author::App, say("never told")).unwrap();
    let astray = room.home.write().unwrap().frame;
    let mut heir = Heir::new(first(), &[], KEY).unwrap();
    heir.read(from(&room.log, LogSeq(0))).unwrap();
    let claim = heir.claim("here", 9, Epoch(0));
    assert_eq!(heir.written(Written::Unknown), Next::Again(claim.clone()));
    room.log.extend([claim.frame, astray]);
    heir.read(from(&room.log, heir.at())).unwrap();
    assert!(!heir.is_home(), "the log ends elsewhere than it would believe");
    let claim = heir.claim("here", 10, Epoch(0));
    assert_eq!((claim.after, claim.frame.mark().no), (LogSeq(3), FrameNo(3)));
}

#[test]
fn a_checkpoint_leads_on_where_the_log_ends_astray() {
    let mut room = Room::new();
    room.home.push(at(1), Author::App, say("never told")).unwrap();
    let astray = room.home.write().unwrap().frame;
    room.take_over(at(1));
    // As in a log that has lost what kept it out.
    room.log.push(astray);
    let mut heir = Heir::new(first(), &[], KEY).unwrap();
    heir.read(from(&room.log, LogSeq(0))).unwrap();
    assert_eq!((heir.mark().no, heir.at()), (FrameNo(2), LogSeq(3)));
    let checkpoint = heir.checkpoint();
    assert_eq!((checkpoint.mark().no, checkpoint.at()), (FrameNo(2), LogSeq(2)));
    let mut heir = Heir::new(checkpoint, &[], KEY).unwrap();
    heir.read(from(&room.log, heir.at())).unwrap();
    let claim = heir.claim("here", 9, Epoch(0));
    assert_eq!((claim.after, claim.frame.mark().no), (LogSeq(3), FrameNo(3)));
}

#[test]
fn what_is_not_kept_by_the_time_a_frame_is_made_is_in_it_by_its_number() {
    let mut room = Room::new();
    let settings = room.home.group().config().settings().clone();
    let retention = Retention { quota: PerClass([1; 6]), ..settings.retention };
    let fewer = Settings { retention, ..settings }.build().unwrap();
    room.app(at(1), Command::Configure(Box::new(fewer)));
    let mut reader = Edge::new(at(1), edge(1), id());
    reader.base(at(1), room.home.base().unwrap()).unwrap();
    let start = reader.tail().unwrap();
    for number in 0..100 {
        room.home.push(at(2), Author::App, say(&number.to_string())).unwrap();
    }
    room.home.advance(at(9));
    room.write();
    let feed = room.log.last().unwrap().feed.clone();
    assert!(feed.told.iter().any(|tell| matches!(tell, Tell::Skipped(_))));
    reader.feed(at(9), LogSeq(3), feed).unwrap();
    let batch = reader.batch(&start).unwrap();
    let missed: u64 = batch.missed().0.iter().sum();
    assert_eq!(start.position().0 + missed + 1, reader.tail().unwrap().position().0);
    room.take_over(at(9));
}
