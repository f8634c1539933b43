//! What the filter in force reads, beside the texts of messages, and what becomes of it.

use std::sync::Arc;

use liveroom::{
    Author, Command, Content, Draft, Element, Epoch, Field, Group, GroupConfig, GroupId,
    GroupPatch, HashKey, Outcome, Output, Platform, Profile, Receipt, Refusal, SessionId, Settings,
    Timestamp, UserId,
    filter::{Filter, FilterSpec},
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

/// A group of every power, with its filter in force, and its owner in it over session 1.
fn group(change: impl FnOnce(&mut Settings)) -> Group {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.filter = Some(filter().id());
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
