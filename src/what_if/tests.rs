//! Stories of what would have been, and its limits.

use std::time::Duration;

use super::*;
use crate::{
    command::{Decision, Draft},
    config::{AskStep, GroupConfig, HouseRules, Patience, Silence, SlowMode},
    filter::FilterSpec,
    id::{Epoch, GroupId, Random, SessionId, Ticket},
    message::Kind,
    outcome::Discard,
    role::{Platform, Profile},
    time::Rate,
};

const KEY: HashKey = HashKey::new(1, 2);
const START: Timestamp = Timestamp::from_secs(1_600_000_000);

/// A group with a journal, of which everything is told.
struct Evening {
    group: Group,
    start: Snapshot,
    records: Vec<Record>,
    now: Timestamp,
}

impl Evening {
    /// Ann and Bob are there when the stretch begins.
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = GroupConfig::modern().settings().clone();
        (settings.journal, settings.folding, settings.house) = (true, None, HouseRules::default());
        change(&mut settings);
        let config = settings.build().unwrap();
        let id = GroupId::custom("evening").unwrap();
        let mut group = Group::new(id, None, config, Epoch(1), KEY, START);
        for (session, user) in [(1, "ann"), (2, "bob")] {
            let join = Command::join(user.parse().unwrap(), Profile::default(), Platform::Web);
            group.push(START, Author::Session(SessionId(session)), join).unwrap();
        }
        while group.poll().is_some() {}
        let start = group.snapshot();
        Self { group, start, records: Vec::new(), now: START }
    }

    fn act(&mut self, by: Author, command: Command) -> Receipt {
        let receipt = self.group.push(self.now, by, command).unwrap();
        self.follow();
        receipt
    }

    fn say(&mut self, session: u64, text: &str) {
        self.act(Author::Session(SessionId(session)), Command::text(text));
    }

    fn wait(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
        self.group.advance(self.now);
        self.follow();
    }

    fn follow(&mut self) {
        while let Some(output) = self.group.poll() {
            if let Output::Record(record) = output {
                self.records.push(record);
            }
        }
    }

    fn what_if(&self, change: impl Fn(&mut Settings)) -> Difference {
        self.with_filters(&[], change).unwrap()
    }

    fn with_filters(
        &self,
        filters: &[Arc<Filter>],
        change: impl Fn(&mut Settings),
    ) -> Result<Difference, WhatIfError> {
        what_if(self.start.clone(), filters, KEY, self.records.clone(), change)
    }
}

fn slow(settings: &mut Settings) {
    let interval = Duration::from_secs(1);
    settings.slow_mode = Some(SlowMode::everybody(interval));
}

fn rate(rate: u32) -> impl Fn(&mut Settings) {
    move |settings| settings.traffic.rate = Rate::per_second(rate).unwrap()
}

fn ask(settings: &mut Settings) {
    let deadline = Duration::from_secs(10);
    let patience = Patience { deadline, silence: Silence::Reject };
    settings.asking.steps.insert(0, AskStep::callback(patience));
}

fn answer(ticket: u64, decision: Decision) -> Command {
    Command::Answer { ticket: Ticket(ticket), decision }
}

#[test]
fn an_answer_and_a_recall_find_their_message_under_its_other_number() {
    let mut evening = Evening::new(ask);
    evening.say(1, "one");
    evening.wait(100);
    evening.say(1, "two");
    evening.say(2, "three");
    evening.act(Author::App, answer(2, Decision::Discard));
    evening.act(Author::App, answer(1, Decision::Allow));
    let content = Content::text("drei");
    evening.act(Author::App, answer(3, Decision::Replace { content }));
    evening.act(Author::Session(SessionId(2)), Command::Recall { message: MessageId(3) });
    // Ann's second message comes too soon, and all later ones get another number.
    let difference = evening.what_if(slow);
    let code = Refusal::SlowMode { until: START }.code();
    assert_eq!(difference.refused.iter().collect::<Vec<_>>(), [(&code, &1)]);
    assert_eq!((difference.answers_skipped, difference.recalls_skipped), (1, 0));
    let [one] = difference.differing.as_slice() else { panic!("{difference}") };
    assert_eq!((one.message, &*one.text), (MessageId(2), "two"));
    assert_eq!((one.was, one.would), (Fate::Discarded(Discard::Decision), Fate::Refused { code }));
    assert_eq!(one.how, Contrast::Otherwise);
    let would = difference.would[Priority::Normal];
    assert_eq!((would.delivered, would.altered, would.refused), (2, 1, 1));
}

#[test]
fn what_is_recalled_was_perhaps_never_there() {
    let mut evening = Evening::new(|_| {});
    evening.say(1, "one");
    evening.say(1, "two");
    evening.act(Author::Session(SessionId(1)), Command::Recall { message: MessageId(2) });
    let difference = evening.what_if(slow);
    assert_eq!((difference.recalls_skipped, difference.count(Contrast::Lost)), (1, 1));
}

#[test]
fn what_is_on_its_way_when_the_stretch_begins_has_the_same_number_in_both() {
    let mut evening = Evening::new(|settings| {
        ask(settings);
        rate(1)(settings);
        (settings.traffic.burst, settings.traffic.reserve) = (1, 0);
    });
    for text in ["one", "two", "three"] {
        evening.say(1, text);
    }
    // The first is out, the second waits, the third is held.
    evening.act(Author::App, answer(1, Decision::Allow));
    evening.act(Author::App, answer(2, Decision::Allow));
    (evening.start, evening.records) = (evening.group.snapshot(), Vec::new());
    evening.act(Author::App, answer(3, Decision::Allow));
    evening.wait(2_000);
    let difference = evening.what_if(rate(100));
    assert_eq!(difference.was[Priority::Normal].messages(), 2, "{difference}");
    assert_eq!(difference.count(Contrast::Gained), 2);
    assert_eq!(difference.answers_skipped, 0);
}

#[test]
fn a_switch_of_filter_masks_rejects_and_holds_in_the_other_world_alone() {
    let spec = "[custom:1 mask]\nmaskme\n[custom:2 hold]\nholdme\n[custom:3 block]\nblockme";
    let filter = Arc::new(FilterSpec::parse(spec).unwrap().compile().unwrap());
    let id = filter.id();
    let mut evening = Evening::new(|_| {});
    for text in ["maskme", "holdme", "blockme", "hello"] {
        evening.wait(100);
        evening.say(1, text);
    }
    evening.wait(100);
    evening.say(2, "the end");
    let filtered = |settings: &mut Settings| settings.filter = Some(id);
    let difference = evening.with_filters(&[filter], filtered).unwrap();
    let told: Vec<_> = difference.differing.iter().map(|one| (one.how, one.would)).collect();
    let Fate::Delivered { at, .. } = difference.differing[0].was else { panic!("{difference}") };
    let expected = [
        (Contrast::Altered, Fate::Delivered { at, altered: true }),
        (Contrast::Lost, Fate::Open),
        (Contrast::Lost, Fate::Rejected(RejectedBy::Filter)),
    ];
    assert_eq!(told, expected);
    let unknown = WhatIfError::Refused(Refusal::UnknownFilter { filter: id });
    assert_eq!(evening.with_filters(&[], filtered), Err(unknown));
}

#[test]
fn the_change_is_made_again_on_a_config_that_is_set_meanwhile() {
    let mut evening = Evening::new(rate(1));
    let mut settings = evening.group.config().settings().clone();
    settings.history = 3;
    evening.act(Author::App, Command::Configure(Box::new(settings.build().unwrap())));
    evening.act(Author::App, Command::SetSlowMode { slow_mode: None });
    for text in ["1", "2", "3", "4", "5"] {
        evening.say(1, text);
    }
    evening.wait(1_000);
    let difference = evening.what_if(rate(1_000));
    assert_eq!(difference.count(Contrast::Gained), 2, "{difference}");
}

#[test]
fn of_many_that_differ_so_many_are_shown_and_those_that_are_merely_late_last() {
    let mut evening = Evening::new(|settings| {
        settings.traffic.rate = Rate::per_second(1_000).unwrap();
    });
    let late = Difference::SHOWN + 10;
    for _ in 0..late {
        evening.wait(20);
        evening.say(1, "a");
        evening.say(1, "b");
    }
    // Gone a while later, too late for the slower rate.
    for _ in 0..40 {
        evening.say(2, "c");
    }
    evening.wait(1_000);
    let difference = evening.what_if(|settings| {
        rate(80)(settings);
        (settings.traffic.burst, settings.traffic.reserve) = (1, 0);
    });
    let (lost, later) = (difference.count(Contrast::Lost), difference.count(Contrast::Later));
    assert!(lost > 0 && later > Difference::SHOWN as u64, "{difference}");
    assert_eq!(difference.differing.len(), Difference::SHOWN);
    let shown = difference.differing.iter().filter(|one| one.how == Contrast::Lost).count();
    assert_eq!(shown as u64, lost);
    assert!(difference.differing.is_sorted_by_key(|one| one.message));
}

#[test]
fn a_text_is_shown_to_120_bytes_and_no_letter_is_cut() {
    let mut evening = Evening::new(|_| {});
    evening.say(1, "first");
    evening.say(1, &"ü".repeat(100));
    evening.say(1, &format!("x{}", "€".repeat(100)));
    let difference = evening.what_if(slow);
    let lengths: Vec<_> = difference.differing.iter().map(|one| one.text.len()).collect();
    assert_eq!(lengths, [120, 118]);
}

#[test]
fn records_that_do_not_follow_and_settings_that_are_none_are_errors() {
    let mut evening = Evening::new(|_| {});
    evening.say(1, "one");
    evening.say(1, "two");
    let bad = evening.with_filters(&[], |settings| settings.traffic.burst = 0);
    assert!(matches!(bad, Err(WhatIfError::Config(_))), "{bad:?}");
    evening.records.remove(0);
    let gap = evening.with_filters(&[], |_| {});
    assert!(matches!(gap, Err(WhatIfError::Replay(ReplayError::Gap { .. }))), "{gap:?}");
}

#[test]
fn a_message_that_would_be_a_duplicate_is_refused_without_a_code() {
    let mut evening = Evening::new(|_| {});
    let draft = |random| Draft::text("hi").random(Random(random)).into();
    let ann = Author::Session(SessionId(1));
    evening.act(ann.clone(), draft(1));
    // 32 others push the first out of memory; slow mode refuses them.
    for random in 2..=33 {
        evening.act(ann.clone(), draft(random));
    }
    evening.wait(2_000);
    evening.act(ann, draft(1));
    let difference = evening.what_if(slow);
    let last = difference.differing.last().unwrap();
    assert_eq!((last.message, last.would), (MessageId(34), Fate::Refused { code: 0 }));
}

#[test]
fn a_difference_reads_well_and_says_what_it_does_not_know() {
    let mut evening = Evening::new(|_| {});
    evening.say(1, "one");
    evening.say(1, "two");
    evening.act(Author::Session(SessionId(2)), Command::custom(Kind::Gift, "rose"));
    assert_eq!(
        evening.what_if(slow).to_string(),
        "as it was, High: delivered 1 (altered 0) + rejected 0 + discarded 0 + refused 0 + open 0\n\
         as it was, Normal: delivered 2 (altered 0) + rejected 0 + discarded 0 + refused 0 + open 0\n\
         would have been, High: delivered 1 (altered 0) + rejected 0 + discarded 0 + refused 0 + open 0\n\
         would have been, Normal: delivered 1 (altered 0) + rejected 0 + discarded 0 + refused 1 + open 0\n\
         messages that differ: 0 Gained 1 Lost 0 Altered 0 Earlier 0 Later 0 Otherwise\n\
         commands refused: 1; answers left out: 0; recalls left out: 0\n\
         what was refused then is in no journal, and not counted here"
    );
}

#[test]
fn a_config_that_is_given_again_undoes_no_change() {
    let same: [fn(&Group) -> Command; 3] = [
        |group| Command::Configure(Box::new(group.config().clone())),
        |_| Command::SetSlowMode { slow_mode: None },
        |group| Command::UseFilter { filter: group.filter() },
    ];
    for again in same {
        let mut evening = Evening::new(|_| {});
        let command = again(&evening.group);
        evening.act(Author::App, command.clone());
        evening.say(1, "one");
        evening.say(1, "two");
        let difference = evening.what_if(slow);
        assert_eq!(difference.count(Contrast::Lost), 1, "after {command:?}");
    }
}

#[test]
fn an_answer_is_that_of_its_step_and_of_no_other() {
    let mut evening = Evening::new(ask);
    evening.say(1, "one");
    evening.act(Author::App, answer(1, Decision::Allow));
    let difference = evening.what_if(|settings| {
        let patience = Patience { deadline: Duration::from_secs(1), silence: Silence::Discard };
        let strict = AskStep { name: "strict".parse().unwrap(), ..AskStep::callback(patience) };
        settings.asking.steps.insert(0, strict);
    });
    assert_eq!(difference.answers_skipped, 1, "{difference}");
    assert_eq!(difference.would[Priority::Normal].open, 1, "nobody answered strict: {difference}");
}
