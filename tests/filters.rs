//! What the filter in force reads, beside the texts of messages, and what becomes of it.

use std::{sync::Arc, time::Duration};

use liveroom::{
    Author, Cause, Command, Content, Draft, Element, Epoch, Field, Finding, Group, GroupConfig,
    GroupId, GroupPatch, HashKey, HouseRules, MessageId, Outcome, Output, Platform, Profile,
    Receipt, Refusal, Rejection, Repeats, SessionId, Settings, Signal, State, Step, TextRule,
    Those, Timestamp, Treat, UserId,
    filter::{Filter, FilterSpec},
    replay,
};

const START: Timestamp = Timestamp::from_secs(1_600_000_000);

fn user(name: &str) -> UserId {
    name.parse().expect("a good id")
}

fn filter() -> Arc<Filter> {
    let spec = FilterSpec::parse(
        "[custom:1 mask]\nmaskme\n[custom:2 hold]\nholdme\n[custom:3 block]\nblockme\n[custom:4 tag]\ntagme",
    );
    Arc::new(spec.and_then(|spec| spec.compile()).expect("four words fit"))
}

/// A group of every power, with its filter in force and no house rules, and its owner in it over session 1.
fn group(change: impl FnOnce(&mut Settings)) -> Group {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.filter = Some(filter().id());
    settings.house = HouseRules::default();
    change(&mut settings);
    let config = settings.build().expect("good settings");
    let id = GroupId::custom("filtered").expect("a good id");
    let mut group = Group::new(id, Some(user("ann")), config, Epoch(1), HashKey::new(1, 2), START);
    group.install_filter(filter());
    let join = Command::join(user("ann"), Profile::nick("Ann"), Platform::Web);
    group.push(START, ann(), join).expect("she comes in");
    group
}

fn ann() -> Author {
    Author::Session(SessionId(1))
}

/// The same group under another list.
fn under(list: &str) -> Group {
    let spec = FilterSpec::parse(list).and_then(|spec| spec.compile());
    let (mut group, filter) = (group(|_| {}), Arc::new(spec.expect("a few words fit")));
    group.install_filter(filter.clone());
    let using = Command::UseFilter { filter: Some(filter.id()) };
    group.push(START, Author::App, using).expect("just installed");
    group
}

fn drain(group: &mut Group) -> Vec<Output> {
    std::iter::from_fn(|| group.poll()).collect()
}

fn patch(field: Field, text: &str) -> Command {
    let mut patch = GroupPatch::default();
    let place = match field {
        Field::GroupName => &mut patch.name,
        Field::Introduction => &mut patch.introduction,
        _ => &mut patch.notification,
    };
    *place = Some(text.into());
    Command::SetGroup(Box::new(patch))
}

/// A field: how it is written, and how it is read.
type Place = (Field, fn(&str) -> Command, fn(&Group) -> String);

const PLACES: [Place; 5] = [
    (
        Field::Nick,
        |text| Command::SetProfile { profile: Profile::nick(text).into() },
        |group| group.member(&user("ann")).expect("she is in").profile().nick.to_string(),
    ),
    (
        Field::NameCard,
        |text| Command::SetNameCard { user: user("ann"), card: text.into() },
        |group| group.member(&user("ann")).and_then(|it| it.name_card()).unwrap_or("").to_owned(),
    ),
    (
        Field::GroupName,
        |text| patch(Field::GroupName, text),
        |group| group.profile().name().to_owned(),
    ),
    (
        Field::Introduction,
        |text| patch(Field::Introduction, text),
        |group| group.profile().introduction().to_owned(),
    ),
    (
        Field::Notification,
        |text| patch(Field::Notification, text),
        |group| group.profile().notification().to_owned(),
    ),
];

#[test]
fn every_name_and_notice_is_judged() {
    for (field, write, read) in PLACES {
        let mut group = group(|_| {});
        for (text, shown) in
            [("fine", "fine"), ("a tagme b", "a tagme b"), ("M-a-s-k-m-e!", "***********!")]
        {
            assert_eq!(group.push(START, ann(), write(text)), Ok(Receipt::Done), "{field:?}");
            assert_eq!(read(&group), shown, "{field:?}");
        }
        let digest = group.digest();
        for (text, term) in [("HOLDME", 1), ("maskme blockme holdme", 2)] {
            let refused = Refusal::Filtered { field, filter: filter().id(), term };
            assert_eq!(group.push(START, ann(), write(text)), Err(refused), "{field:?}");
            assert_eq!(
                (read(&group), group.digest()),
                ("***********!".into(), digest),
                "{field:?}"
            );
        }
        // What a filter that is out of force says is not asked.
        let none = Command::UseFilter { filter: None };
        assert_eq!(group.push(START, Author::App, none), Ok(Receipt::Done));
        assert_eq!(group.push(START, ann(), write("blockme")), Ok(Receipt::Done), "{field:?}");
        assert_eq!(read(&group), "blockme", "{field:?}");
    }
}

#[test]
fn what_the_app_names_is_its_own_and_what_it_names_for_a_user_is_judged() {
    let mut group = group(|_| {});
    let (field, by) = (Field::GroupName, |name: &str| patch(Field::GroupName, name));
    assert_eq!(group.push(START, Author::App, by("blockme")), Ok(Receipt::Done));
    assert_eq!(group.profile().name(), "blockme");
    let as_ann = |nick| Author::AppAs { user: user("ann"), profile: Profile::nick(nick) };
    let refused = |field| Err(Refusal::Filtered { field, filter: filter().id(), term: 2 });
    assert_eq!(group.push(START, as_ann("Ann"), by("no blockme")), refused(field));
    // As what it shows a user is read by all, like what the user says.
    assert_eq!(group.push(START, as_ann("blockme"), Command::text("hi")), refused(Field::Nick));
    group.push(START, as_ann("maskme"), Command::text("hi")).expect("it is masked");
    let shown = drain(&mut group).into_iter().find_map(|output| match output {
        Output::Ended { message, .. } => Some(message.sender.profile.nick.clone()),
        _ => None,
    });
    assert_eq!(shown.as_deref(), Some("******"));
}

#[test]
fn a_nick_that_a_member_has_under_another_list_is_not_judged_with_what_they_say() {
    let mut group = under("word");
    let ben = Author::Session(SessionId(2));
    let join = Command::join(user("ben"), Profile::nick("blockme"), Platform::Web);
    group.push(START, ben.clone(), join).expect("no word of this list");
    let using = Command::UseFilter { filter: Some(filter().id()) };
    group.push(START, Author::App, using).expect("it is installed");
    assert!(group.push(START, ben, Command::text("hi")).is_ok());
    let by_app = Author::AppAs { user: user("ben"), profile: Profile::nick("blockme") };
    let refused = Refusal::Filtered { field: Field::Nick, filter: filter().id(), term: 2 };
    assert_eq!(group.push(START, by_app, Command::text("hi")), Err(refused));
}

/// What it weighs on its way is found again where a group is restored, and what was delivered is on no way.
#[test]
fn a_message_that_was_masked_weighs_nothing_any_more_once_it_is_delivered() {
    let more_than_restored = |text: &str| {
        let mut group = group(|_| {});
        say(&mut group, &[text]);
        let snapshot = group.snapshot();
        let again = Group::restore(snapshot, &[filter()], HashKey::new(1, 2), None);
        group.heap_bytes() as i64 - again.expect("a snapshot").heap_bytes() as i64
    };
    assert_eq!(more_than_restored("tagme, maskme"), more_than_restored("tagme, hellos"));
}

#[test]
fn a_nick_is_judged_at_every_door() {
    let mut group = group(|_| {});
    let come =
        |name: &str, nick: &str| Command::join(user(name), Profile::nick(nick), Platform::Web);
    let by = Author::Session(SessionId(2));
    let refused = Err(Refusal::Filtered { field: Field::Nick, filter: filter().id(), term: 2 });
    assert_eq!(group.push(START, by.clone(), come("ben", "blockme")), refused);
    assert!(group.member(&user("ben")).is_none());
    assert!(group.push(START, by.clone(), come("ben", "maskme")).is_ok());
    let nick = |group: &Group| group.member(&user("ben")).expect("he is in").profile().nick.clone();
    assert_eq!(&*nick(&group), "******");
    assert_eq!(group.push(START, by, come("ben", "blockme")), refused, "coming back");
    assert_eq!(&*nick(&group), "******");
}

/// One element of each kind that has words, with `word` in each of its places.
fn elements(word: &str) -> Vec<(Element, usize)> {
    let word = || word.to_owned();
    vec![
        (Element::Text(word()), 1),
        (Element::Custom { data: word(), description: word(), extension: word() }, 3),
        (Element::Face { index: 1, data: word() }, 1),
        (Element::Location { description: word(), latitude_e7: 1, longitude_e7: 2 }, 1),
        (
            Element::Merger {
                title: word(),
                abstracts: vec![word(), word()],
                fallback: word(),
                messages: vec![word()],
            },
            5,
        ),
    ]
}

#[test]
fn the_words_of_other_elements_are_judged_where_the_config_says_so() {
    for (all, number) in [(false, 0), (true, 0), (true, 1), (true, 2), (true, 3), (true, 4)] {
        let mut group = group(|it| it.filtering.all_elements = all);
        let mut send = |content: Content| {
            let draft = Draft { content, ..Draft::default() };
            group.push(START, ann(), Command::Send(Box::new(draft))).expect("it is accepted");
            let ended = drain(&mut group).into_iter().find_map(|output| match output {
                Output::Ended { message, outcome, .. } => Some((message, outcome)),
                _ => None,
            });
            ended.expect("none waits here")
        };
        let written = |word: &str| {
            let kinds = elements(word).into_iter().map(|(element, _)| element);
            Content { elements: kinds.collect(), data: "maskme blockme".into() }
        };
        let (message, _) = send(written("a maskme b"));
        let masked = serde_json::to_string(&message.content).expect("it can be written");
        let places: usize = elements("").iter().map(|(_, places)| places).sum();
        let covered = if all { places } else { 1 };
        assert_eq!(masked.matches("a ****** b").count(), covered, "{masked}");
        assert_eq!(message.content.data, "maskme blockme", "what no client shows is left alone");
        let (element, _) = elements("blockme").swap_remove(number);
        let (_, outcome) =
            send(Content { elements: [element].into_iter().collect(), data: String::new() });
        assert!(matches!(outcome, Outcome::Rejected(_)), "{outcome:?}");
    }
}

/// What comes of the last of several messages of ann's, half a second apart: how it ended, if it did, and
/// what it says then.
fn say(group: &mut Group, texts: &[&str]) -> Option<(Outcome, String)> {
    let mut ended = None;
    for text in texts {
        let now = group.clock() + Duration::from_millis(500);
        group.push(now, ann(), Command::text(*text)).expect("she may speak");
        ended = drain(group).into_iter().find_map(|output| match output {
            Output::Ended { message, outcome, .. } => {
                Some((outcome, message.content.texts().collect()))
            }
            _ => None,
        });
    }
    ended
}

fn is_delivered(ended: &Option<(Outcome, String)>, shown: &str) -> bool {
    matches!(ended, Some((Outcome::Delivered { .. }, text)) if text == shown)
}

/// What was done with the last message.
fn last(group: &Group) -> Vec<Step> {
    let last = MessageId(group.stats().accepted());
    group.explain(last).expect("it was just said").steps.to_vec()
}

fn filtered(term: u32, what: Finding) -> Step {
    Step::Filtered { term, what }
}

#[test]
fn a_word_over_several_messages_is_treated_as_its_list_says() {
    let mut group = group(|_| {});
    assert!(is_delivered(&say(&mut group, &["tag", "me"]), "me"));
    assert_eq!(last(&group), [Step::Completes { messages: 2 }, filtered(3, Finding::Tagged)]);
    assert!(is_delivered(&say(&mut group, &["mas", "k"]), "k"));
    // The stars go over the message that completes it, and do not make the next one harmless.
    for text in ["me", "m e!"] {
        let stars = "*".repeat(text.len());
        let ended = say(&mut group, &[text]);
        assert!(is_delivered(&ended, &stars), "{ended:?}");
        assert_eq!(last(&group), [Step::Completes { messages: 3 }, filtered(0, Finding::Masked)]);
    }
    for _ in 0..2 {
        let ended = say(&mut group, &["b", "lo", "ck", "me"]);
        assert!(matches!(ended, Some((Outcome::Rejected(Rejection::Filter { term: 2, .. }), _))));
        assert_eq!(last(&group), [Step::Completes { messages: 4 }, filtered(2, Finding::Blocked)]);
    }
    assert_eq!(say(&mut group, &["hol", "dme"]), None, "it is held");
    assert_eq!(last(&group)[..2], [Step::Completes { messages: 2 }, filtered(1, Finding::Held)]);
    let tickets: Vec<_> = group.questions().map(|question| question.cause).collect();
    assert_eq!(tickets, [Cause::Filter { filter: filter().id(), term: 1 }]);
}

#[test]
fn what_a_message_says_by_itself_counts_unless_what_it_completes_is_graver() {
    for (own, completed, steps) in [
        ("block", "mask", vec![filtered(0, Finding::Blocked)]),
        ("block", "hold", vec![filtered(0, Finding::Blocked)]),
        ("block", "block", vec![filtered(0, Finding::Blocked)]),
        ("mask", "tag", vec![filtered(0, Finding::Masked)]),
        ("mask", "mask", vec![filtered(0, Finding::Masked)]),
        ("tag", "tag", vec![filtered(0, Finding::Tagged)]),
        ("tag", "mask", vec![Step::Completes { messages: 2 }, filtered(1, Finding::Masked)]),
        ("hold", "block", vec![Step::Completes { messages: 2 }, filtered(1, Finding::Blocked)]),
    ] {
        let mut group = under(&format!("[custom:1 {own}]\n!ss\n[custom:2 {completed}]\nass"));
        say(&mut group, &["a", "ss"]);
        assert_eq!(last(&group), steps, "{own} {completed}");
    }
}

#[test]
fn what_the_stars_leave_of_a_message_is_read_on_end_with_the_next() {
    let mut group = under("[custom:1 mask]\n!it\n[custom:2 block]\nass");
    assert!(is_delivered(&say(&mut group, &["a it"]), "a **"));
    let ended = say(&mut group, &["ss"]);
    assert!(matches!(ended, Some((Outcome::Rejected(Rejection::Filter { term: 1, .. }), _))));
}

#[test]
fn what_a_rule_of_the_house_blocks_nobody_reads_on_end() {
    let mut group = group(|it| {
        let shouting = TextRule::refuse(Signal::Capitals, 2).then(Treat::Block);
        it.house.texts = vec![TextRule { exempt: Those::NOBODY, ..shouting }];
    });
    let ended = say(&mut group, &["b", "lo", "CK"]);
    assert!(matches!(ended, Some((Outcome::Rejected(Rejection::Rule { rule: 0 }), _))));
    assert!(is_delivered(&say(&mut group, &["me"]), "me"));
    let ended = say(&mut group, &["b", "lo", "CK", "ck", "me"]);
    assert!(matches!(ended, Some((Outcome::Rejected(Rejection::Filter { term: 2, .. }), _))));
}

#[test]
fn what_the_filter_keeps_from_readers_its_author_alone_may_not_repeat() {
    let within = Duration::from_secs(60);
    let mut group = group(|it| it.house.unique = Some(Repeats::of_anybody(within)));
    let ben = Author::Session(SessionId(2));
    let join = Command::join(user("ben"), Profile::default(), Platform::Web);
    group.push(START, ben.clone(), join).expect("he comes in");
    for (text, is_read) in
        [("fine", true), ("a maskme", true), ("a holdme", false), ("a blockme", false)]
    {
        let mut say = |by: Author| group.push(START, by, Command::text(text));
        let repeated = Err(Refusal::Repeated { until: START + within });
        assert!(say(ann()).is_ok(), "{text}");
        assert_eq!(say(ann()), repeated, "{text}");
        assert_eq!(say(ben.clone()) == repeated, is_read, "{text}");
    }
}

#[test]
fn only_what_is_read_on_end_makes_a_word() {
    let mut group = group(|_| {});
    // Silence, a longer message, and another author part it.
    assert!(is_delivered(&say(&mut group, &["b", "lo", "ck", "longer", "me"]), "me"));
    say(&mut group, &["b", "lo", "ck"]);
    group.advance(group.clock() + Duration::from_secs(6));
    assert!(is_delivered(&say(&mut group, &["me"]), "me"));
    // What is rejected is not read, and parts nothing.
    let ended = say(&mut group, &["b", "lo", "ck", "a long blockme", "me"]);
    assert!(matches!(ended, Some((Outcome::Rejected(_), _))));
    say(&mut group, &["x", "b", "lo", "ck"]);
    let by_app = |group: &mut Group, by| group.push(group.clock(), by, Command::text("me"));
    let sent = by_app(&mut group, Author::App);
    assert!(matches!(
        sent,
        Ok(Receipt::Sent { state: State::Ended(Outcome::Delivered { .. }), .. })
    ));
    let sent = by_app(&mut group, Author::AppAs { user: user("ann"), profile: Profile::default() });
    assert!(matches!(sent, Ok(Receipt::Sent { state: State::Ended(Outcome::Rejected(_)), .. })));
}

#[test]
fn a_refused_message_leaves_no_trail() {
    let mut group = group(|it| it.asking.open = 0);
    say(&mut group, &["ho", "ld"]);
    let (now, digest) = (group.clock(), group.digest());
    for _ in 0..2 {
        let refused = group.push(now, ann(), Command::text("me"));
        assert!(matches!(
            refused,
            Err(Refusal::HeldFull { field: Field::Questions, until: None, .. })
        ));
        assert_eq!(group.digest(), digest);
    }
}

#[test]
fn trails_are_off_where_no_preset_or_config_turns_them_on_and_forgotten_where_it_turns_them_off() {
    for config in [GroupConfig::livestream(), GroupConfig::vendor()] {
        let mut group = group(|it| it.filtering = config.settings().filtering);
        assert!(is_delivered(&say(&mut group, &["b", "lo", "ck", "me"]), "me"));
    }
    let mut group = group(|_| {});
    say(&mut group, &["b", "lo", "ck"]);
    let on = group.config().clone();
    let mut off = on.settings().clone();
    off.filtering.trails = None;
    for config in [off.build().expect("good settings"), on] {
        let command = Command::Configure(Box::new(config));
        group.push(group.clock(), Author::App, command).expect("the app may");
    }
    assert!(is_delivered(&say(&mut group, &["me"]), "me"));
}

#[test]
fn a_trail_outlives_a_restore_a_replay_and_a_move_of_the_clock() {
    let begin = || group(|it| it.journal = true);
    let mut group = begin();
    say(&mut group, &["b", "lo", "ck"]);
    let snapshot = group.snapshot();
    let json = serde_json::to_string(&snapshot).expect("it can be written");
    let read = serde_json::from_str(&json).expect("it can be read");
    let mut restored =
        Group::restore(read, &[filter()], HashKey::new(3, 4), None).expect("a group");
    assert_eq!(restored.digest(), group.digest());
    let is_rejected = |ended| matches!(ended, Some((Outcome::Rejected(_), _)));
    assert!(is_rejected(say(&mut restored, &["me"])));

    let rebase = Command::Rebase { to: group.clock() + Duration::from_secs(3_600) };
    group.push(group.clock(), Author::App, rebase).expect("the app may");
    assert!(is_rejected(say(&mut group, &["me"])));

    // Both halves of a word in a journal, played back.
    let (mut live, mut records) = (begin(), vec![]);
    drain(&mut live);
    for text in ["b", "lo", "ck", "me"] {
        let now = live.clock() + Duration::from_millis(500);
        live.push(now, ann(), Command::text(text)).expect("she may speak");
        records.extend(drain(&mut live).into_iter().filter_map(|output| match output {
            Output::Record(record) => Some(record),
            _ => None,
        }));
    }
    let mut again = begin();
    drain(&mut again);
    let mut rejected = 0;
    replay(&mut again, records, |output| {
        rejected +=
            u64::from(matches!(output, Output::Ended { outcome: Outcome::Rejected(_), .. }));
    })
    .expect("its own journal");
    assert_eq!((again.digest(), rejected), (live.digest(), 1));
}

#[test]
fn a_crowd_of_terse_authors_holds_bounded_memory_and_gives_it_back() {
    let mut group = group(|it| it.filtering.trails.as_mut().expect("modern").authors = 100);
    let quiet = group.heap_bytes();
    let mut most = 0;
    for number in 1..=300 {
        let user = user(&format!("u{number}"));
        let by = Author::AppAs { user, profile: Profile::default() };
        group.push(START, by, Command::text("abc")).expect("the app may");
        drain(&mut group);
        if number % 50 != 0 {
            continue;
        }
        let saved = serde_json::to_value(group.snapshot()).expect("it can be written");
        most = most.max(saved["state"]["trails"].as_array().expect("a list").len());
    }
    assert_eq!(most, 100);
    group.advance(START + Duration::from_hours(1));
    drain(&mut group);
    assert!(group.heap_bytes() <= quiet + 4_096, "{} of {quiet}", group.heap_bytes());
}
