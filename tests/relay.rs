//! A room over many machines, in networks that fail in every way: see `network`.

mod network;

use std::{sync::Arc, time::Duration};

use liveroom::{
    Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Platform, Profile, Settings,
    Timestamp, UserId,
    relay::{
        Checkpoint, Edge, EdgeBeat, EdgeId, EdgeOutput, Fetched, Frame, FrameNo, Heir, Home,
        HomeOutput, LetterNo, LogSeq, Request, RequestNo, Tell, Written,
    },
};
use proptest::{prelude::*, test_runner::RngSeed};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

/// A home with a log that never fails, and an edge of its that has a base.
struct Pair {
    home: Home,
    log: Vec<Arc<Frame>>,
    edge: Edge,
}

impl Pair {
    fn new() -> Self {
        let key = HashKey::new(1, 2);
        let settings = Settings { journal: true, ..GroupConfig::livestream().settings().clone() };
        let id = GroupId::custom("friday").unwrap();
        let config = settings.build().unwrap();
        let group = Group::new(id.clone(), None, config, Epoch(1), key, NOW);
        let mut heir = Heir::new(Checkpoint::first(&group).unwrap(), &[], key).unwrap();
        let log = vec![heir.claim("home", 1, Epoch(0)).frame];
        heir.written(Written::Stored(LogSeq(1)));
        let home = heir.into_home(NOW).unwrap();
        let mut edge = Edge::new(NOW, EdgeId::new(1).unwrap(), id);
        edge.base(NOW, home.base().unwrap()).unwrap();
        Self { home, log, edge }
    }

    /// All are told something, and the edge gets the feed of it.
    fn notice(&mut self) {
        self.home.push(NOW, Author::App, Command::notice("we go on")).unwrap();
        for output in self.store() {
            if let HomeOutput::Feed { at, feed } = output {
                self.edge.feed(NOW, at, feed).unwrap();
            }
        }
    }

    /// The log takes what the home has gathered. Returns what the home says then.
    fn store(&mut self) -> Vec<HomeOutput> {
        self.log.push(self.home.write().unwrap().frame);
        self.home.written(Written::Stored(LogSeq(self.log.len() as u64)));
        std::iter::from_fn(|| self.home.poll()).collect()
    }

    /// From where the edge asks the log, if it does.
    fn asks(&mut self, now: Timestamp) -> Option<FrameNo> {
        self.edge.advance(now);
        let told = std::iter::from_fn(|| self.edge.poll());
        let asked = told.filter_map(|output| match output {
            EdgeOutput::Fetch { from, .. } => Some(from),
            _ => None,
        });
        asked.last()
    }

    /// What the log has from a frame on.
    fn from(&self, from: FrameNo) -> Fetched {
        let frames = (1..).map(LogSeq).zip(&self.log);
        let frames = frames.filter(|(_, frame)| frame.mark().no >= from);
        Fetched::Frames(frames.map(|(at, frame)| (at, Frame::clone(frame))).collect())
    }
}

#[test]
fn an_edge_that_begins_in_a_busy_room_asks_the_log_once() {
    let mut pair = Pair::new();
    let from = pair.asks(NOW).expect("it may lack what came since its base");
    let answer = pair.from(from);
    pair.notice();
    pair.edge.fetched(NOW, from, answer).unwrap();
    assert_eq!(pair.asks(NOW + Duration::from_secs(3)), None, "feeds have led it on meanwhile");
    assert_eq!(pair.edge.mark(), Some(pair.home.mark()));
    assert!(pair.edge.give_base().is_some(), "and it is sure of it");
}

#[test]
fn an_answer_that_comes_twice_or_late_is_taken_once() {
    let mut pair = Pair::new();
    let from = pair.asks(NOW).unwrap();
    let answer = pair.from(from);
    pair.notice();
    for _ in 0..2 {
        pair.edge.fetched(NOW, from, answer.clone()).unwrap();
    }
    let mark = *pair.home.mark();
    pair.edge.fetched(NOW, mark.no, Fetched::Pruned).unwrap();
    assert_eq!(pair.edge.mark(), Some(&mark), "it did not ask that");
}

#[test]
fn an_edge_that_is_far_behind_asks_on_at_once_while_answers_lead_it_on() {
    let mut pair = Pair::new();
    let from = pair.asks(NOW).unwrap();
    pair.edge.fetched(NOW, from, pair.from(from)).unwrap();
    for _ in 0..9 {
        pair.home.push(NOW, Author::App, Command::notice("lost on the way")).unwrap();
        pair.store();
    }
    pair.notice();
    let mut answers = 0;
    while let Some(from) = pair.asks(NOW) {
        let Fetched::Frames(mut frames) = pair.from(from) else {
            unreachable!("nothing is pruned")
        };
        // With the one that it has, three at a time.
        frames.truncate(4);
        pair.edge.fetched(NOW, from, Fetched::Frames(frames)).unwrap();
        answers += 1;
    }
    assert_eq!((answers, pair.edge.mark()), (3, Some(pair.home.mark())));
    assert_eq!(pair.asks(NOW + Duration::from_secs(3)), None);
}

#[test]
fn an_edge_that_lives_and_hears_nothing_is_given_up() {
    let mut pair = Pair::new();
    let (edge, ann) = (pair.edge.id(), "ann".parse::<UserId>().unwrap());
    let by = Author::Session(edge.session(1).unwrap());
    let command = Command::join(ann.clone(), Profile::nick("Ann"), Platform::Web);
    let heard = LetterNo(0);
    let join = Request { edge, no: RequestNo(1), heard, by, command };
    pair.home.request(NOW, join).unwrap();
    // As many letters as are kept for an edge, and one more.
    for _ in 0..=16_384 {
        let users = Some([ann.clone()].into_iter().collect());
        let told = Command::Notify { users, field: "to you".into() };
        pair.home.push(NOW, Author::App, told).unwrap();
        pair.store();
    }
    let late = NOW + Home::PATIENCE;
    pair.home.beat(late, EdgeBeat { edge, guests: 0, heard, forked: None });
    assert!(std::iter::from_fn(|| pair.home.poll()).count() > 16_384, "all come again");
    pair.home.advance(late);
    let lapsed = |output: &HomeOutput| matches!(output, HomeOutput::Feed { feed, .. } if feed.told.contains(&Tell::Lapsed(edge)));
    assert!(pair.store().iter().any(lapsed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn what_is_acknowledged_is_delivered_once_and_in_one_order(plan in network::plan(120, false)) {
        if let Err(fail) = network::live(&plan) {
            prop_assert!(false, "{}", fail.0);
        }
    }

    #[test]
    fn all_holds_once_everybody_has_begun_anew_after_the_log_lost_what_was_told(plan in network::plan(120, true)) {
        if let Err(fail) = network::live(&plan) {
            prop_assert!(false, "{}", fail.0);
        }
    }
}
