//! What is held, at its edges: pages, answers out of turn, bursts, and snapshots that were tampered with.

use std::{sync::Arc, time::Duration};

use liveroom::{
    AskStep, Asking, Author, Cause, Command, Content, Decision, Discard, Epoch, Group, GroupConfig,
    GroupId, HashKey, Hold, Occasion, Occasions, Outcome, Output, Patience, Platform, Profile,
    Receipt, Refusal, SessionId, Settings, Signal, Silence, Snapshot, Span, State, TextRule,
    Ticket, Timestamp, Treat, UserId, audit::Act, filter::FilterSpec,
};
use serde_json::{Value, json};

const KEY: HashKey = HashKey::new(1, 2);
const START: Timestamp = Timestamp::from_secs(1_600_000_000);

fn user(name: &str) -> UserId {
    name.parse().expect("a good id")
}

fn session(number: u64) -> Author {
    Author::Session(SessionId(number))
}

fn drain(group: &mut Group) -> Vec<Output> {
    std::iter::from_fn(|| group.poll()).collect()
}

/// A house in which everything is asked about, and ann, bo and the owner mia are in.
fn house(change: impl FnOnce(&mut Settings)) -> Group {
    let mut settings = GroupConfig::modern().settings().clone();
    // Those who say the same again are heard each time.
    settings.folding = None;
    settings.asking.steps.insert(0, AskStep::callback(Asking::CALLBACK));
    change(&mut settings);
    let config = settings.build().expect("good settings");
    let id = GroupId::custom("house").expect("a good id");
    let mut group = Group::new(id, Some(user("mia")), config, Epoch(1), KEY, START);
    for (number, name) in (1..).zip(["ann", "bo", "mia"]) {
        let join = Command::join(user(name), Profile::nick(name), Platform::Web);
        group.push(START, session(number), join).expect("all may join");
        drain(&mut group);
    }
    group
}

fn say(group: &mut Group, by: u64) -> Result<Receipt, Refusal> {
    group.push(START, session(by), Command::text("hi"))
}

fn answer(group: &mut Group, ticket: u64, decision: Decision) -> Result<Receipt, Refusal> {
    group.push(START, Author::App, Command::Answer { ticket: Ticket(ticket), decision })
}

/// The messages that were delivered, by their ids.
fn delivered(outputs: &[Output]) -> Vec<u64> {
    let ends = outputs.iter().filter_map(|output| match output {
        Output::Ended { message, outcome: Outcome::Delivered { .. }, .. } => Some(message.id.0),
        _ => None,
    });
    ends.collect()
}

#[test]
fn what_is_held_is_listed_in_pages() {
    let mut group = house(|_| {});
    for by in [1, 2, 1, 2, 1] {
        say(&mut group, by).expect("held");
    }
    let (mut after, mut seen) = (Ticket(0), Vec::new());
    loop {
        let (page, more) = group.held(after, 2);
        assert!(page.len() <= 2);
        seen.extend(page.iter().map(|held| (held.ticket.0, held.message.id.0)));
        for held in page {
            assert_eq!((held.since, held.expires), (START, START + Duration::from_secs(2)));
            let callback = "callback".parse().expect("a good name");
            assert_eq!(held.hold, Hold::Question { step: callback, cause: Cause::Policy });
        }
        match more {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(seen, [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]);
    assert_eq!(group.held(Ticket(0), 5).1, None, "there is no page behind the last");
    assert!(group.held(Ticket(u64::MAX), 5).0.is_empty());
    assert_eq!(group.held(Ticket(0), 0), (vec![], None));
}

#[test]
fn answers_in_any_order_late_double_or_forged_leave_no_trace() {
    let mut group = house(|_| {});
    for _ in 0..3 {
        say(&mut group, 1).expect("held");
    }
    drain(&mut group);
    answer(&mut group, 3, Decision::Allow).expect("open");
    answer(&mut group, 1, Decision::Allow).expect("open");
    assert_eq!(delivered(&drain(&mut group)), [3, 1]);
    let unknown = |ticket| Err(Refusal::UnknownTicket { ticket: Ticket(ticket) });
    let late = START + Duration::from_secs(2);
    let before = group.digest();
    for ticket in [0, 1, 3, 4, u64::MAX] {
        for decision in [Decision::Allow, Decision::Escalate, Decision::Discard] {
            assert_eq!(answer(&mut group, ticket, decision), unknown(ticket));
        }
    }
    // Of the question that is open: who may not answer, and what has no form.
    let allow = || Command::Answer { ticket: Ticket(2), decision: Decision::Allow };
    for by in [session(1), session(2), session(9), Author::Guest(SessionId(1))] {
        assert!(group.push(START, by, allow()).is_err());
    }
    let reason = "x".repeat(1_001);
    assert!(answer(&mut group, 2, Decision::Reject { code: 1, reason }).is_err());
    let content = Content::default();
    assert_eq!(answer(&mut group, 2, Decision::Replace { content }), Err(Refusal::Empty));
    assert_eq!(group.digest(), before);
    assert!(drain(&mut group).is_empty());
    assert_eq!(group.push(late, Author::App, allow()), unknown(2));
    assert_eq!(delivered(&drain(&mut group)), [2], "silence had decided");
}

#[test]
fn a_limit_counts_what_is_held_for_whatever_reason() {
    let mut group = house(|it| {
        it.asking.in_order = true;
        it.preview = Some(Duration::from_secs(6));
        (it.asking.open, it.asking.per_author) = (4, 3);
    });
    for _ in 0..3 {
        say(&mut group, 1).expect("held");
    }
    answer(&mut group, 2, Decision::Allow).expect("held behind the first");
    let mut full = |by| match say(&mut group, by) {
        Err(Refusal::HeldFull { field, limit, until }) => {
            Some((format!("{field:?}"), limit, until))
        }
        answer => panic!("{answer:?}"),
    };
    assert_eq!(full(1), Some(("AuthorQuestions".into(), 3, Some(START + Duration::from_secs(2)))));
    answer(&mut group, 1, Decision::Allow).expect("in preview, and the second with it");
    assert_eq!(group.held(Ticket(0), 9).0.iter().filter(|it| it.hold == Hold::Preview).count(), 2);
    assert!(say(&mut group, 1).is_err(), "two in preview, and a question");
    say(&mut group, 2).expect("there is room for one more in all");
    let answer = say(&mut group, 3);
    assert!(matches!(answer, Err(Refusal::HeldFull { limit: 4, .. })), "{answer:?}");
    assert_eq!(group.stats().flow[liveroom::Priority::Normal].held, 4);
}

/// Each directive tells every session of 500 users, and a hundred wait for one decision.
#[test]
fn however_much_waits_for_one_decision_the_outputs_stay_within_their_bound() {
    let mut group = house(|it| {
        it.asking.in_order = true;
        (it.asking.open, it.asking.per_author) = (1_000, 1_000);
        it.traffic.rate = liveroom::Rate::per_second(1_000_000).expect("not zero");
        it.traffic.burst = 10_000;
    });
    let limit = group.config().settings().limits.outputs as usize;
    let users = || (0..500).map(|number| user(&format!("u{number}")));
    for (number, name) in (100..).zip(users()) {
        let join = Command::join(name, Profile::default(), Platform::Web);
        group.push(START, session(number), join).expect("all may join");
        drain(&mut group);
    }
    for number in 0..100 {
        group.push(START, session(3), Command::leave(users())).expect("the owner may");
        if number > 0 {
            // Each ticket is of a question or of a wait.
            answer(&mut group, number * 2, Decision::Allow).expect("held behind the first");
        }
        drain(&mut group);
    }
    answer(&mut group, 1, Decision::Allow).expect("open");
    let (mut told, mut rounds) = (0, 0);
    while !group.held(Ticket(0), 1).0.is_empty() || group.has_output() {
        let outputs = drain(&mut group);
        assert!(outputs.len() <= limit + 1, "{} outputs", outputs.len());
        told += delivered(&outputs).len();
        rounds += 1;
        group.advance(START);
    }
    assert_eq!(told, 100);
    assert!(rounds > 2, "50,000 orders fit nowhere at once");
}

#[test]
fn a_tampered_snapshot_of_what_is_held_is_turned_away_or_holds_nothing_for_good() {
    let mut group = house(|it| {
        it.asking.in_order = true;
        it.asking.steps[0].asks = it.asking.steps[0].asks.with(Occasion::Held);
    });
    for _ in 0..3 {
        say(&mut group, 1).expect("held");
    }
    answer(&mut group, 3, Decision::Allow).expect("held behind the others");
    drain(&mut group);
    let saved = serde_json::to_value(group.snapshot()).expect("plain data");
    let restore = |spoil: &dyn Fn(&mut Value)| {
        let mut saved = saved.clone();
        spoil(&mut saved["state"]["review"]["held"]);
        let snapshot: Snapshot = serde_json::from_value(saved).map_err(|it| it.to_string())?;
        Group::restore(snapshot, &[], KEY, None).map_err(|it| it.to_string())
    };
    assert!(restore(&|_| ()).is_ok());
    type Spoils = dyn Fn(&mut Value);
    let spoiled: [(&str, &Spoils); 6] = [
        ("another's", &|held| held[0][1]["author"] = json!("bo")),
        ("another message", &|held| held[0][1]["message"] = json!(9)),
        ("held twice", &|held| held[1][1]["message"] = json!(1)),
        ("without end", &|held| held[0][1]["expires"] = json!(u64::MAX)),
        ("by a step without a name", &|held| {
            held[0][1]["stage"]["Asked"]["step"] = json!("");
        }),
        ("by a step with too long a name", &|held| {
            held[0][1]["stage"]["Asked"]["step"] = json!("fifteen letters");
        }),
    ];
    for (what, spoil) in spoiled {
        assert!(restore(spoil).is_err(), "{what}");
    }
    // What waits for nobody goes on at once, and nobody waits for what is in preview.
    let mut free = restore(&|held| held[0][1]["stage"] = json!("Ordered")).expect("a group");
    free.advance(START);
    assert_eq!(delivered(&drain(&mut free)), [1]);
    let mut free = restore(&|held| {
        held[0][1]["stage"] = json!("Previewed");
        held[1][1]["stage"] = json!("Previewed");
    })
    .expect("a group");
    free.advance(START);
    assert_eq!(delivered(&drain(&mut free)), [3]);
    free.advance(START + Duration::from_secs(2));
    assert_eq!(delivered(&drain(&mut free)), [1, 2]);
}

#[test]
fn silence_that_escalates_to_nobody_any_more_rejects() {
    let mut group = house(|it| {
        it.asking.steps[0].patience.silence = Silence::Escalate;
        it.asking.steps[1].asks = it.asking.steps[1].asks.with(Occasion::Escalated);
    });
    let Ok(Receipt::Sent { message, .. }) = say(&mut group, 1) else { panic!("held") };
    let config = GroupConfig::modern();
    group.push(START, Author::App, Command::Configure(config.into())).expect("a good config");
    group.advance(START + Duration::from_secs(2));
    let state = group.explain(message).expect("remembered").state;
    let rejected = liveroom::Rejection::Silence;
    assert_eq!(state, State::Ended(Outcome::Rejected(rejected)));
}

#[test]
fn what_was_withdrawn_is_told_to_its_author_if_the_config_says_so() {
    for told in [false, true] {
        let mut group = house(|it| {
            it.asking.steps.remove(0);
            it.preview = Some(Duration::from_secs(2));
            it.disclose_withdrawn = told;
        });
        let Ok(Receipt::Sent { message, .. }) = say(&mut group, 1) else { panic!("held") };
        drain(&mut group);
        group.push(START, session(3), Command::Withdraw { message }).expect("the owner may");
        let ended = drain(&mut group).into_iter().find_map(|output| match output {
            Output::Ended { outcome, disclose, .. } => Some((outcome, disclose)),
            _ => None,
        });
        assert_eq!(ended, Some((Outcome::Discarded(Discard::Withdrawn), told)));
    }
}

/// The group has room for one command's outputs at a time, and what the command leads to comes after them.
#[test]
fn a_record_says_where_a_group_stopped_that_had_no_room_for_what_followed() {
    let played = |outputs| {
        let begin = || {
            house(|it| {
                (it.journal, it.asking.in_order, it.limits.outputs) = (true, true, outputs);
            })
        };
        let (mut live, mut told) = (begin(), Vec::new());
        for _ in 0..2 {
            say(&mut live, 1).expect("held");
            told.extend(drain(&mut live));
        }
        answer(&mut live, 2, Decision::Allow).expect("held behind the first");
        told.extend(drain(&mut live));
        answer(&mut live, 1, Decision::Allow).expect("open");
        let then = drain(&mut live);
        let at_once = delivered(&then);
        let stopped = then.iter().find_map(|output| match output {
            Output::Record(record) => Some(record.stopped),
            _ => None,
        });
        told.extend(then);
        live.advance(START);
        told.extend(drain(&mut live));
        assert_eq!(delivered(&told), [1, 2]);
        let records = told.iter().filter_map(|output| match output {
            Output::Record(record) => Some(record.clone()),
            _ => None,
        });
        let (mut again, mut retold) = (begin(), Vec::new());
        liveroom::replay(&mut again, records, |output| retold.push(output)).expect("its own");
        assert_eq!((retold, again.digest()), (told, live.digest()));
        (at_once, stopped.expect("the answer is written down"))
    };
    // Lanes, questions, users named over every session, and the rest: 1,024 + 1,024 + 6,000 + 128.
    assert_eq!(played(8_176), (vec![1], Some(0)));
    assert_eq!(played(16_384), (vec![1, 2], None));
}

#[test]
fn the_audit_log_says_which_term_or_rule_had_held_what_was_decided() {
    let spec = FilterSpec::parse("[custom:1 tag]\ntagme\n[custom:2 hold]\nholdme");
    let filter = Arc::new(spec.and_then(|spec| spec.compile()).expect("two words fit"));
    let mut group = house(|it| {
        it.house.texts =
            vec![TextRule::at_most(500), TextRule::refuse(Signal::Links, 1).then(Treat::Hold)];
        let patience = Patience { silence: Silence::Reject, ..Asking::CALLBACK };
        let both = Occasions::NONE.with(Occasion::Passed).with(Occasion::Held);
        let last = Occasions::NONE.with(Occasion::Escalated);
        it.asking.steps = vec![
            AskStep { asks: both, ..AskStep::callback(patience) },
            AskStep { asks: last, ..AskStep::filter_hold(patience) },
        ];
    });
    group.install_filter(filter.clone());
    let using = Command::UseFilter { filter: Some(filter.id()) };
    group.push(START, Author::App, using).expect("just installed");
    drain(&mut group);
    let by_term = (Some(filter.id()), Some(1), None);
    for (text, evidence) in [
        ("holdme", by_term),
        ("www.example.com", (None, None, Some(1))),
        ("holdme at www.example.com", by_term),
        ("fine", (None, None, None)),
    ] {
        let mut acts = Vec::new();
        for decision in [
            Some(Decision::Allow),
            Some(Decision::Discard),
            Some(Decision::Replace { content: Content::text("fine") }),
            Some(Decision::Reject { code: 10_100, reason: "no".into() }),
            Some(Decision::Escalate),
            None,
        ] {
            let now = group.clock();
            group.push(now, session(1), Command::text(text)).expect("it is held");
            let ticket = group.questions().next().expect("it is asked about").ticket;
            if let Some(decision) = decision {
                let answer = Command::Answer { ticket, decision };
                group.push(now, Author::App, answer).expect("it is open");
            }
            group.advance(now + Duration::from_secs(10));
            for output in drain(&mut group) {
                let Output::Audit { audit, .. } = output else { continue };
                let found = audit.evidence;
                acts.push(audit.act);
                assert_eq!((found.filter, found.term, found.house_rule), evidence, "{acts:?}");
            }
        }
        let unanswered = Act::Reject { code: None };
        let rejected = Act::Reject { code: Some(10_100) };
        assert_eq!(
            acts,
            [
                Act::Allow,
                Act::Discard,
                Act::Replace,
                rejected,
                Act::Escalate,
                unanswered,
                unanswered
            ],
            "{text}"
        );
    }
}

#[test]
fn under_a_shorter_preview_what_is_in_it_is_told_its_own_end_anew() {
    let mut group = house(|it| {
        it.asking.steps.remove(0);
        it.preview = Some(Duration::from_secs(6));
    });
    let Ok(Receipt::Sent { message, state, .. }) = say(&mut group, 1) else { panic!("held") };
    let until = |seconds| State::Held { expires: START + Duration::from_secs(seconds) };
    assert_eq!(state, until(6));
    let mut settings = group.config().settings().clone();
    settings.preview = Some(Duration::from_secs(2));
    let config = settings.build().expect("good settings");
    group.push(START, Author::App, Command::Configure(Box::new(config))).expect("the app may");
    assert_eq!(group.explain(message).expect("remembered").state, until(2));
}

#[test]
fn what_is_held_outlives_a_quiet_hour_and_its_ticket_is_not_given_again() {
    let mut group = house(|it| {
        let day = Duration::from_hours(24);
        it.asking.steps[0].patience = Patience { deadline: day, silence: Silence::Reject };
        (it.house, it.audit) = (liveroom::HouseRules::default(), false);
    });
    say(&mut group, 1).expect("held");
    drain(&mut group);
    for (hour, ticket) in (1..).zip([1, 2]) {
        group.advance(START + hour * Duration::from_hours(1));
        drain(&mut group);
        let open: Vec<_> = group.questions().map(|question| question.ticket.0).collect();
        assert_eq!(open, [ticket]);
        answer(&mut group, ticket, Decision::Discard).expect("it is open");
        drain(&mut group);
        group.advance(group.clock() + Duration::from_mins(30));
        drain(&mut group);
        say(&mut group, 1).expect("held");
        drain(&mut group);
    }
}

#[test]
fn a_shadow_mute_is_over_at_its_end_for_what_is_decided_at_that_instant() {
    let patience = Asking::CALLBACK.deadline;
    for (longer, over) in [(Duration::ZERO, true), (Duration::from_nanos(1), false)] {
        let mut group = house(|_| {});
        let shadow = Command::shadow(user("bo"), Span::For(patience + longer));
        group.push(START, Author::App, shadow).expect("the app may");
        say(&mut group, 2).expect("asked about");
        group.advance(START + patience);
        let outputs = drain(&mut group);
        assert_eq!(delivered(&outputs) == [1], over);
        let echoed = outputs.iter().any(|output| matches!(output, Output::Echo { .. }));
        assert_eq!(echoed, !over, "in the shadow its author alone sees it");
    }
}
