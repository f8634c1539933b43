use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    command::{AttributeMode, Counting, Join},
    config::GroupConfig,
    id::{Fingerprint, MessageId, Ticket, UserId},
    message::Media,
};

fn limits() -> Limits {
    GroupConfig::livestream().settings().limits
}

fn ask(command: &Command) -> Result<(), Refusal> {
    check(command, &limits())
}

fn long(bytes: usize) -> Arc<str> {
    "x".repeat(bytes).into()
}

fn people(count: usize) -> Users {
    (0..count).map(|n| UserId::new(&format!("u{n}")).unwrap()).collect()
}

fn malformed(field: Field) -> Result<(), Refusal> {
    Err(Refusal::Malformed { field })
}

fn too_many(field: Field, limit: u64) -> Result<(), Refusal> {
    Err(Refusal::TooMany { field, limit, count: limit + 1 })
}

fn group(patch: GroupPatch) -> Command {
    Command::SetGroup(Box::new(patch))
}

fn draft_of(elements: Vec<Element>) -> Command {
    let content = Content { elements: elements.into(), data: String::new() };
    Draft { content, ..Draft::default() }.into()
}

fn leave(draft: Draft, users: Users) -> Command {
    Draft { directive: Some(Directive::Leave { users }), ..draft }.into()
}

/// A field, its limit in bytes, and a command with that field so long.
type Length = (Field, usize, fn(usize) -> Command);

fn lengths() -> Vec<Length> {
    vec![
        (Field::Nick, 500, |n| Command::SetProfile {
            profile: Arc::new(Profile::new(&long(n), "")),
        }),
        (Field::Avatar, 500, |n| {
            let profile = Arc::new(Profile::new("", &long(n)));
            Command::Join(Join { profile, ..Join::default() })
        }),
        (Field::Note, 500, |n| Command::Join(Join { note: long(n), ..Join::default() })),
        (Field::NameCard, 50, |n| Command::SetNameCard {
            user: people(1)[0].clone(),
            card: long(n),
        }),
        (Field::GroupName, 30, |n| {
            group(GroupPatch { name: Some(long(n)), ..GroupPatch::default() })
        }),
        (Field::Introduction, 240, |n| {
            group(GroupPatch { introduction: Some(long(n)), ..GroupPatch::default() })
        }),
        (Field::Notification, 300, |n| {
            group(GroupPatch { notification: Some(long(n)), ..GroupPatch::default() })
        }),
        (Field::FaceUrl, 100, |n| {
            group(GroupPatch { face_url: Some(long(n)), ..GroupPatch::default() })
        }),
        (Field::CustomKey, 16, |n| {
            group(GroupPatch { custom: vec![(long(n), long(1))], ..GroupPatch::default() })
        }),
        (Field::CustomValue, 512, |n| {
            group(GroupPatch { custom: vec![(long(1), long(n))], ..GroupPatch::default() })
        }),
        (Field::Reason, 1_000, |n| Command::Kick { users: people(1), reason: long(n) }),
        (Field::Reason, 1_000, |n| Command::Ban {
            users: people(1),
            span: Span::Forever,
            reason: long(n),
        }),
        (Field::Reason, 1_000, |n| Command::BanPrints {
            prints: SmallVec::from_buf([Fingerprint(1)]),
            span: Span::Forever,
            reason: long(n),
        }),
        (Field::Reason, 1_000, |n| Command::Warn { users: people(1), reason: long(n) }),
        (Field::Reason, 1_000, |n| {
            moderate(Acts { reason: long(n), warn: true, ..Acts::default() })
        }),
        (Field::Notice, 8_000, |n| {
            moderate(Acts { notice: Some(long(n)), warn: true, ..Acts::default() })
        }),
        (Field::Reason, 1_000, |n| Command::Answer {
            ticket: Ticket(1),
            decision: Decision::Reject { code: 10100, reason: "x".repeat(n) },
        }),
        (Field::Message, 8_000, |n| Command::text("x".repeat(n))),
        (Field::Message, 8_000, |n| Command::Answer {
            ticket: Ticket(1),
            decision: Decision::Replace { content: Content::text("x".repeat(n)) },
        }),
        (Field::Message, 8_000, |n| Command::Broadcast {
            content: Arc::new(Content::text("x".repeat(n))),
        }),
        (Field::Message, 8_000, |n| {
            let mut content = Content::text("x");
            content.data = "x".repeat(n - 1);
            let draft = Draft { kind: Kind::Control, content, ..Draft::default() };
            leave(draft, people(1))
        }),
        (Field::Notice, 8_000, |n| Command::notice(long(n))),
        (Field::AttributeKey, 32, |n| attribute(long(n), Some(long(1)))),
        (Field::AttributeValue, 4_000, |n| attribute(long(1), Some(long(n)))),
        (Field::CounterKey, 128, |n| Command::Count {
            changes: vec![CounterChange { key: long(n), change: Counting::Remove }],
        }),
    ]
}

fn moderate(acts: Acts) -> Command {
    Command::Moderate { users: people(1), acts: Box::new(acts) }
}

fn attribute(key: Arc<str>, value: Option<Arc<str>>) -> Command {
    let changes = vec![AttributeChange { key, value, seen: None }];
    Command::SetAttributes { mode: AttributeMode::Merge, changes, seen: None }
}

#[test]
fn a_field_may_be_as_long_as_its_limit_and_not_a_byte_longer() {
    for (field, limit, command) in lengths() {
        assert_eq!(ask(&command(limit - 1)), Ok(()), "{field:?}");
        assert_eq!(ask(&command(limit)), Ok(()), "{field:?}");
        let length = limit as u64 + 1;
        let refusal = Refusal::TooLong { field, limit: limit as u64, length };
        assert_eq!(ask(&command(limit + 1)), Err(refusal), "{field:?}");
    }
}

#[test]
fn a_length_counts_bytes_and_comes_before_the_characters() {
    let card = |card: &str| Command::SetNameCard { user: people(1)[0].clone(), card: card.into() };
    assert_eq!(ask(&card(&"\u{5f20}".repeat(16))), Ok(()));
    let length = Refusal::TooLong { field: Field::NameCard, limit: 50, length: 51 };
    assert_eq!(ask(&card(&"\u{5f20}".repeat(17))), Err(length.clone()));
    assert_eq!(ask(&card(&"\0".repeat(51))), Err(length));
    assert_eq!(ask(&card("")), Ok(()));
}

#[test]
fn a_command_names_1_to_500_users() {
    let commands: [fn(Users) -> Command; 10] = [
        |users| Command::Mute { users, span: Span::Forever },
        |users| Command::Unmute { users },
        |users| Command::Shadow { users, span: Span::Forever },
        |users| Command::Unshadow { users },
        |users| Command::Forgive { users },
        |users| Command::Kick { users, reason: long(0) },
        |users| Command::Ban { users, span: Span::Forever, reason: long(0) },
        |users| Command::Unban { users },
        |users| Command::Notify { users: Some(users), field: long(0) },
        |users| Command::Mark { users, marks: SmallVec::from_slice(&[1_000]), on: true },
    ];
    for command in commands {
        assert_eq!(ask(&command(people(0))), malformed(Field::Users));
        assert_eq!(ask(&command(people(1))), Ok(()));
        assert_eq!(ask(&command(people(500))), Ok(()));
        assert_eq!(ask(&command(people(501))), too_many(Field::Users, 500));
    }
}

#[test]
fn a_command_names_1_to_500_fingerprints() {
    let prints = |count| (0..count).map(Fingerprint).collect();
    let (span, reason) = (Span::Forever, long(0));
    let ban =
        |count| ask(&Command::BanPrints { prints: prints(count), span, reason: reason.clone() });
    let unban = |count| ask(&Command::UnbanPrints { prints: prints(count) });
    for (count, answer) in [
        (0, malformed(Field::Prints)),
        (1, Ok(())),
        (500, Ok(())),
        (501, too_many(Field::Prints, 500)),
    ] {
        assert_eq!((ban(count), unban(count)), (answer.clone(), answer));
    }
}

#[test]
fn a_warning_or_a_step_names_1_to_100_users() {
    let commands: [fn(Users) -> Command; 2] = [
        |users| Command::Warn { users, reason: long(0) },
        |users| {
            let acts = Box::new(Acts { purge: true, ..Acts::default() });
            Command::Moderate { users, acts }
        },
    ];
    for command in commands {
        assert_eq!(ask(&command(people(0))), malformed(Field::Users));
        assert_eq!(ask(&command(people(1))), Ok(()));
        assert_eq!(ask(&command(people(100))), Ok(()));
        assert_eq!(ask(&command(people(101))), too_many(Field::Users, 100));
    }
}

#[test]
fn a_step_has_a_part_at_least_and_each_is_looked_at() {
    let ask = |acts| ask(&moderate(acts));
    let reason = || Acts {
        reason: long(1),
        messages: SmallVec::from_buf([MessageId(1)]),
        ..Acts::default()
    };
    assert_eq!(ask(reason()), malformed(Field::Acts));
    let count = |key| vec![CounterChange { key: long(key), change: Counting::Remove }];
    let zero = Span::For(Duration::ZERO);
    let parts = [
        Acts { counters: count(1), ..reason() },
        Acts { purge: true, ..reason() },
        Acts { warn: true, ..reason() },
        Acts { notice: Some(long(0)), ..reason() },
        Acts { silence: Some(Silencing::Mute { span: Span::Forever }), ..reason() },
        Acts { remove: Some(Removing::Kick), ..reason() },
    ];
    for part in parts {
        assert_eq!(ask(part), Ok(()));
    }
    assert_eq!(ask(Acts { counters: count(0), ..reason() }), malformed(Field::CounterKey));
    for silence in [Silencing::Mute { span: zero }, Silencing::Shadow { span: zero }] {
        assert_eq!(ask(Acts { silence: Some(silence), ..reason() }), malformed(Field::Span));
    }
    let remove = Some(Removing::Ban { span: zero, prints: true });
    assert_eq!(ask(Acts { remove, ..reason() }), malformed(Field::Span));
    let evidence = |count| Acts {
        purge: true,
        messages: (0..count).map(MessageId).collect(),
        ..Acts::default()
    };
    assert_eq!(ask(evidence(32)), Ok(()));
    assert_eq!(ask(evidence(33)), too_many(Field::Evidence, 32));
}

#[test]
fn nothing_lasts_no_time() {
    let (zero, some) = (Span::For(Duration::ZERO), Span::For(Duration::from_nanos(1)));
    let mute = |span| ask(&Command::Mute { users: people(1), span });
    let ban = |span| ask(&Command::Ban { users: people(1), span, reason: long(0) });
    for (span, answer) in [(zero, malformed(Field::Span)), (some, Ok(())), (Span::Forever, Ok(()))]
    {
        assert_eq!(mute(span), answer);
        assert_eq!(ban(span), answer);
        assert_eq!(ask(&Command::Shadow { users: people(1), span }), answer);
        let (prints, reason) = (SmallVec::from_buf([Fingerprint(1)]), long(0));
        assert_eq!(ask(&Command::BanPrints { prints, span, reason }), answer);
    }
    let slow = |interval| {
        let slow_mode = Some(SlowMode::members(interval));
        ask(&Command::SetSlowMode { slow_mode })
    };
    let day = Duration::from_hours(24);
    assert_eq!(slow(Duration::ZERO), malformed(Field::Span));
    assert_eq!(slow(day), Ok(()));
    assert_eq!(slow(day + Duration::from_nanos(1)), malformed(Field::Span));
    assert_eq!(ask(&Command::SetSlowMode { slow_mode: None }), Ok(()));
    let raid = |span| ask(&Command::Raid { span });
    assert_eq!(raid(Some(Duration::ZERO)), malformed(Field::Span));
    assert_eq!((raid(Some(day)), raid(None)), (Ok(()), Ok(())));
    assert_eq!(raid(Some(day + Duration::from_nanos(1))), malformed(Field::Span));
}

#[test]
fn a_message_holds_something() {
    let nothing = [
        vec![],
        vec![Element::Text(String::new())],
        vec![Element::Text(String::new()); 32],
        vec![Element::Image(SmallVec::new())],
        vec![Element::Sound(Box::default()), Element::Text(String::new())],
    ];
    for elements in nothing {
        assert_eq!(ask(&draft_of(elements)), Err(Refusal::Empty));
    }
    let data = Content { data: "beside".into(), ..Content::default() };
    assert_eq!(content(&data, &limits()), Err(Refusal::Empty));
    let blank = Content { data: "beside".into(), ..Content::text("") };
    assert_eq!(content(&blank, &limits()), Err(Refusal::Empty));
    let face = Element::Face { index: 0, data: String::new() };
    assert_eq!(ask(&draft_of(vec![face, Element::Text(String::new())])), Ok(()));
    assert_eq!(ask(&Command::leave(people(1))), Ok(()));
}

#[test]
fn a_message_has_32_elements_and_one_custom_one() {
    let words = |count| draft_of(vec![Element::Text("x".into()); count]);
    assert_eq!(ask(&words(32)), Ok(()));
    assert_eq!(ask(&words(33)), too_many(Field::Elements, 32));
    let empty = draft_of(vec![Element::Text(String::new()); 33]);
    assert_eq!(ask(&empty), too_many(Field::Elements, 32));
    let custom = Content::custom("x").elements[0].clone();
    assert_eq!(ask(&draft_of(vec![custom.clone()])), Ok(()));
    let two = draft_of(vec![custom; 2]);
    assert_eq!(ask(&two), too_many(Field::CustomElements, 1));
}

#[test]
fn what_weighs_nothing_is_counted() {
    let merger = |abstracts, messages| Element::Merger {
        title: "x".into(),
        abstracts: vec![String::new(); abstracts],
        fallback: String::new(),
        messages: vec![String::new(); messages],
    };
    let image = |sizes| Element::Image(vec![Box::<Media>::default(); sizes].into());
    assert_eq!(ask(&draft_of(vec![merger(32, 32)])), Ok(()));
    for element in [merger(33, 0), merger(0, 33), image(33)] {
        assert_eq!(ask(&draft_of(vec![element])), too_many(Field::Elements, 32));
    }
    // Four for each element that there may be.
    assert_eq!(ask(&draft_of(vec![merger(32, 32), merger(32, 32)])), Ok(()));
    for one_more in [merger(1, 0), image(1), Element::Sound(Box::default())] {
        let all = draft_of(vec![merger(32, 32), merger(32, 32), one_more]);
        assert_eq!(ask(&all), too_many(Field::Elements, 128));
    }
    let video = Element::Video { clip: Box::default(), thumbnail: Box::default() };
    let with = |rest| draft_of(vec![merger(32, 32), merger(32, rest), video.clone()]);
    assert_eq!(ask(&with(30)), Ok(()));
    assert_eq!(ask(&with(31)), too_many(Field::Elements, 128));
}

#[test]
fn a_directive_a_control_message_and_high_priority_go_together() {
    let control = || Draft { kind: Kind::Control, ..Draft::default() };
    let talk = || Draft::text("x");
    let rows = [
        (leave(control(), people(1)), true),
        (leave(control(), people(500)), true),
        (leave(control(), people(501)), false),
        (leave(control(), people(0)), false),
        (leave(control().priority(Priority::High), people(1)), true),
        (leave(control().priority(Priority::Normal), people(1)), false),
        (leave(talk(), people(1)), false),
        (leave(talk().priority(Priority::High), people(1)), false),
        (Draft { kind: Kind::Control, ..talk() }.into(), false),
        (Draft { kind: Kind::Gift, ..talk() }.into(), true),
        (talk().priority(Priority::High).into(), true),
    ];
    for (command, fits) in rows {
        let answer = if fits { Ok(()) } else { Err(Refusal::BadDirective) };
        assert_eq!(ask(&command), answer, "{command:?}");
    }
}

#[test]
fn keys_and_names_that_must_be_there_are_not_empty() {
    let patch = |patch| ask(&group(patch));
    let name = GroupPatch { name: Some(long(0)), ..GroupPatch::default() };
    assert_eq!(patch(name), malformed(Field::GroupName));
    for (key, answer) in [
        ("", malformed(Field::CustomKey)),
        ("a b", malformed(Field::CustomKey)),
        ("\u{e9}", malformed(Field::CustomKey)),
        ("aZ_9", Ok(())),
    ] {
        let custom = vec![(key.into(), long(0))];
        assert_eq!(patch(GroupPatch { custom, ..GroupPatch::default() }), answer);
    }
    assert_eq!(ask(&attribute(long(0), None)), malformed(Field::AttributeKey));
    assert_eq!(ask(&attribute("a\nb".into(), None)), malformed(Field::AttributeKey));
    let counter = |key| CounterChange { key, change: Counting::Set(1) };
    let count = |keys: Vec<Arc<str>>| {
        ask(&Command::Count { changes: keys.into_iter().map(counter).collect() })
    };
    assert_eq!(count(vec![long(0)]), malformed(Field::CounterKey));
    assert_eq!(count(vec![long(1); 40]), Ok(()));
    assert_eq!(count(vec![long(1); 41]), too_many(Field::Counters, 40));
}

#[test]
fn one_command_may_exchange_everything_and_no_more() {
    let fields = |count| {
        let custom = vec![(long(1), long(1)); count];
        ask(&group(GroupPatch { custom, ..GroupPatch::default() }))
    };
    assert_eq!(fields(20), Ok(()));
    assert_eq!(fields(21), too_many(Field::CustomFields, 20));
    let written = |count| {
        let change = AttributeChange { key: long(1), value: None, seen: None };
        let changes = vec![change; count];
        ask(&Command::SetAttributes { mode: AttributeMode::Replace, changes, seen: None })
    };
    assert_eq!(written(32), Ok(()));
    assert_eq!(written(33), too_many(Field::Attributes, 32));
}

#[test]
fn marks_are_numbers_from_1000_or_special_and_at_most_10() {
    let mark = |marks: &[u32]| {
        let marks = SmallVec::from_slice(marks);
        ask(&Command::Mark { users: people(1), marks, on: true })
    };
    assert_eq!(mark(&[]), malformed(Field::Mark));
    assert_eq!(mark(&[1_000, 999]), malformed(Field::Mark));
    assert_eq!(mark(&[500, 600]), Ok(()));
    assert_eq!(mark(&[501]), malformed(Field::Mark));
    assert_eq!(mark(&[1_000; 10]), Ok(()));
    assert_eq!(mark(&[1_000; 11]), too_many(Field::Marks, 10));
}

#[test]
fn a_user_named_twice_counts_once_at_the_first_place() {
    let [a, b, c] = ["a", "b", "c"].map(|id| UserId::new(id).unwrap());
    let users: Users = [&c, &a, &c, &b, &a].into_iter().cloned().collect();
    assert_eq!(named(&users).as_slice(), [c, a, b]);
    assert_eq!(named(&people(1)), people(1));
    assert_eq!(named(&people(0)), people(0));
}

/// Letters, and every character that somebody might hide in a text.
fn tricky() -> impl Strategy<Value = String> {
    let marked = "\n\r\t\0\u{1b}\u{7f}\u{85}\u{61c}\u{200d}\u{200e}\u{200f}\u{2029}\u{202a}\
                  \u{202e}\u{2065}\u{2066}\u{2069}\u{206a}\u{5f20}";
    let marked: Vec<char> = marked.chars().collect();
    let character = prop_oneof![8 => Just('a'), 1 => prop::sample::select(marked)];
    prop::collection::vec(character, 0..8).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn names_are_one_line_in_one_direction_and_texts_may_break(it in tricky()) {
        let turns = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'];
        let breaks = ['\n', '\r', '\t'];
        let control = |c: char| (c as u32) < 32 || (127..160).contains(&(c as u32));
        let fits_name = !it.chars().any(|c| control(c) || turns.contains(&c));
        let fits_text = !it.chars().any(|c| control(c) && !breaks.contains(&c))
            && Turns::of(&it).left() == 0;
        let it: Arc<str> = it.into();
        let names = [
            (Field::Nick, Command::SetProfile { profile: Arc::new(Profile::nick(&it)) }),
            (Field::Avatar, Command::SetProfile { profile: Arc::new(Profile::new("", &it)) }),
            (Field::NameCard, Command::SetNameCard { user: people(1)[0].clone(), card: Arc::clone(&it) }),
            (Field::GroupName, group(GroupPatch { name: Some(format!("n{it}").into()), ..GroupPatch::default() })),
            (Field::FaceUrl, group(GroupPatch { face_url: Some(Arc::clone(&it)), ..GroupPatch::default() })),
        ];
        for (field, command) in names {
            prop_assert_eq!(ask(&command), if fits_name { Ok(()) } else { malformed(field) });
        }
        let texts = [
            (Field::Introduction, group(GroupPatch { introduction: Some(Arc::clone(&it)), ..GroupPatch::default() })),
            (Field::Notification, group(GroupPatch { notification: Some(Arc::clone(&it)), ..GroupPatch::default() })),
            (Field::Note, Command::Join(Join { note: Arc::clone(&it), ..Join::default() })),
            (Field::Reason, Command::Kick { users: people(1), reason: Arc::clone(&it) }),
            (Field::Reason, Command::Ban { users: people(1), span: Span::Forever, reason: Arc::clone(&it) }),
        ];
        for (field, command) in texts {
            prop_assert_eq!(ask(&command), if fits_text { Ok(()) } else { malformed(field) });
        }
        prop_assert_eq!(ask(&Command::notice(Arc::clone(&it))), Ok(()), "notices are given as they are");
    }
}

#[test]
fn names_have_at_most_four_marks_on_a_character() {
    let named = |marks: usize| {
        let nick = format!("z{}algo\u{301}", "\u{336}".repeat(marks));
        ask(&Command::SetProfile { profile: Arc::new(Profile::nick(&nick)) })
    };
    assert_eq!((named(4), named(5)), (Ok(()), malformed(Field::Nick)));
}
