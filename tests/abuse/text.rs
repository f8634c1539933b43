//! What strangers write, and what they call themselves.

use std::sync::Arc;

use liveroom::{
    AttributeChange, AttributeMode, Author, Command, Content, CounterChange, Counting, Draft,
    Element, Entry, Field, Group, GroupConfig, GroupId, GroupPatch, IdError, Join, Kind, Media,
    Output, Platform, Profile, Refusal, Role, Settings, Signal, Span, StepName, UserId, Users,
    filter::{Filter, FilterSpec, Treatment},
};
use proptest::{collection::vec, prelude::*, sample::select};
use unicode_security::confusable_detection::skeleton;
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    memory,
    stage::{SECOND, START, drain, fill, group, join, message, read, sent, session, user},
};

/// Characters that turn what stands after them, or end that.
const TURNS: [char; 9] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];

fn filter(list: &str) -> Arc<Filter> {
    Arc::new(FilterSpec::parse(list).expect("a good list").compile().expect("a few words fit"))
}

fn use_filter(filter: &Filter) -> impl FnOnce(&mut Settings) {
    let id = filter.id();
    move |it| it.filter = Some(id)
}

#[test]
fn a_disguised_word_is_met_and_delivered_as_it_was_written() {
    let filter = filter("[custom:1 tag]\nbadword");
    let mut group = group(&GroupConfig::livestream(), use_filter(&filter));
    group.install_filter(filter.clone());
    fill(&mut group);
    let mut cursor = group.tail();
    for disguised in [
        "ｂａｄｗｏｒｄ",
        "𝐛𝐚𝐝𝐰𝐨𝐫𝐝",
        "b4dw0rd",
        "b\u{430}dw\u{43e}rd",
        "bad\u{200b}w\u{2060}ord",
        "b\u{301}a\u{302}dword",
        "bad\u{202e}\u{202c}word",
        "B-A-D-W-O-R-D",
    ] {
        assert_eq!(filter.judge(disguised).treatment, Some(Treatment::Tag), "{disguised:?}");
        let now = group.clock() + SECOND;
        group.push(now, session(1), Command::text(disguised)).expect("tagged alone");
        let entries = read(&group, &mut cursor);
        let [entry] = &entries[..] else { panic!("{disguised:?}: {entries:?}") };
        let message = message(entry).expect("a message");
        assert_eq!(message.content, Content::text(disguised), "byte for byte");
        drain(&mut group);
    }
}

/// As `modern` has it.
const STACKED: usize = 4;

#[test]
fn marks_stack_as_high_as_the_house_allows_and_no_higher() {
    let mut open = group(&GroupConfig::livestream(), |_| {});
    let mut house = group(&GroupConfig::modern(), |it| it.house.pace = None);
    fill(&mut open);
    fill(&mut house);
    for mark in ['\u{301}', '\u{336}', '\u{489}', '\u{e48}', '\u{1abe}', '\u{20dd}', '\u{e0100}'] {
        for (base, count) in ["a", "ж", "好", "🔥"]
            .into_iter()
            .flat_map(|it| (0..=2 * STACKED).map(move |count| (it, count)))
        {
            let text = format!("so {base}{} it goes", mark.to_string().repeat(count));
            let now = house.clock() + SECOND;
            let answer = house.push(now, session(1), Command::text(&*text));
            let refused = matches!(
                answer,
                Err(Refusal::TextRule { signal: Signal::Stacked, limit: 4, found, .. })
                    if found as usize == count
            );
            assert_eq!(refused, count > STACKED, "{count} of {mark:?} on {base}: {answer:?}");
            assert_eq!(answer.is_ok(), !refused);
            // Where no house asks for it, they are kept, and bounded in bytes alone.
            let answer = open.push(now, session(1), Command::text(text));
            assert!(answer.is_ok());
            drain(&mut house);
            drain(&mut open);
        }
    }
}

#[test]
fn no_name_is_a_heap_of_marks() {
    for count in 0..=2 * STACKED {
        for (field, by, command) in named(&format!("z{}a", "\u{336}".repeat(count))) {
            let mut group = group(&GroupConfig::modern(), |_| {});
            fill(&mut group);
            let answer = group.push(START, by, command);
            let refused = answer == Err(Refusal::Malformed { field });
            assert_eq!(refused, count > STACKED, "{count}: {answer:?}");
        }
    }
}

/// Letters of several scripts with any number of marks on each.
fn heaps() -> impl Strategy<Value = String> {
    let letter = select(vec!["a", "ق", "ก", "好", "🔥", " ", "e\u{301}"]);
    let mark = select(vec!["\u{300}", "\u{35c}", "\u{64b}", "\u{e48}", "\u{20e0}"]);
    vec((letter, vec(mark, 0..9)), 1..12).prop_map(|all| {
        all.into_iter().map(|(letter, marks)| letter.to_owned() + &marks.concat()).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_a_house_delivers_is_no_higher_than_it_says(text in heaps()) {
        let mut group = group(&GroupConfig::modern(), |_| {});
        fill(&mut group);
        let mut cursor = group.tail();
        let answer = group.push(START, session(1), Command::text(&*text));
        let entries = read(&group, &mut cursor);
        let seen = entries.iter().filter_map(|entry| message(entry));
        for seen in seen.flat_map(|message| message.content.texts()) {
            prop_assert_eq!(seen, &text);
            for cluster in seen.graphemes(true) {
                // Two marks may belong to the letter as it was drawn.
                prop_assert!(cluster.chars().count() <= 1 + STACKED, "{:?}", cluster);
                prop_assert!(cluster.len() <= 4 * (1 + STACKED));
            }
        }
        let fits = text.graphemes(true).all(|cluster| cluster.chars().count() <= 1 + STACKED);
        prop_assert!(sent(&answer).is_some() || !fits, "{:?}: {:?}", text, answer);
    }
}

/// Whether whatever turns is turned back, and nothing is that did not turn: what stands beside the
/// text reads as if it were not there.
fn turns_back(text: &str) -> bool {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => open.push('\u{202c}'),
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            '\u{202c}' if open.last() != Some(&c) => return false,
            '\u{202c}' => drop(open.pop()),
            // The end of an isolate ends what was opened in it.
            '\u{2069}' => match open.iter().rposition(|&end| end == c) {
                Some(at) => open.truncate(at),
                None => return false,
            },
            _ => {}
        }
    }
    open.is_empty()
}

fn turning() -> impl Strategy<Value = String> {
    let turn =
        prop_oneof![4 => select(TURNS.to_vec()), 3 => select(vec!['a', 'ب', ' ', '1', '好'])];
    prop_oneof![
        3 => vec(turn, 0..8).prop_map(String::from_iter),
        1 => Just("\u{2067}a\u{202e}b\u{202c}\u{2069}".to_owned()),
        1 => "[a-zא-ת ]{0,6}",
    ]
}

/// Every name that a stranger or a member of the staff may choose, set to `name`.
fn named(name: &str) -> Vec<(Field, Author, Command)> {
    let (mia, text): (_, Arc<str>) = (session(3), name.into());
    let patch = |patch: GroupPatch| Command::SetGroup(Box::new(patch));
    let attribute = AttributeChange { key: text.clone(), value: Some("1".into()), seen: None };
    let counter = CounterChange { key: text.clone(), change: Counting::Set(1) };
    let avatar = Profile::new("nick", name);
    let said_as = Author::AppAs { user: user("cat"), profile: Profile::nick(name) };
    vec![
        (Field::Nick, session(9), join("eve", name)),
        (Field::Avatar, session(9), Command::join(user("eve"), avatar, Platform::Ios)),
        (Field::Nick, session(1), Command::SetProfile { profile: Profile::nick(name).into() }),
        (Field::Nick, said_as, Command::text("hi")),
        (
            Field::NameCard,
            session(1),
            Command::SetNameCard { user: user("ann"), card: text.clone() },
        ),
        (
            Field::GroupName,
            mia.clone(),
            patch(GroupPatch { name: Some(text.clone()), ..GroupPatch::default() }),
        ),
        (
            Field::FaceUrl,
            mia.clone(),
            patch(GroupPatch { face_url: Some(text.clone()), ..GroupPatch::default() }),
        ),
        (
            Field::AttributeKey,
            mia.clone(),
            Command::SetAttributes {
                mode: AttributeMode::Merge,
                changes: vec![attribute],
                seen: None,
            },
        ),
        (Field::CounterKey, mia, Command::Count { changes: vec![counter] }),
    ]
}

/// Every text that a stranger or a member of the staff may write beside messages.
fn worded(words: &str) -> Vec<(Field, Author, Command)> {
    let (mia, text, bo): (_, Arc<str>, Users) =
        (session(3), words.into(), [user("bo")].into_iter().collect());
    let patch = |patch: GroupPatch| Command::SetGroup(Box::new(patch));
    let note = Join {
        user: Some(user("eve")),
        profile: Profile::nick("Eve").into(),
        note: text.clone(),
        ..Join::default()
    };
    let introduction = GroupPatch { introduction: Some(text.clone()), ..GroupPatch::default() };
    let notification = GroupPatch { notification: Some(text.clone()), ..GroupPatch::default() };
    vec![
        (Field::Note, session(9), Command::Join(note)),
        (Field::Introduction, mia.clone(), patch(introduction)),
        (Field::Notification, mia.clone(), patch(notification)),
        (Field::Reason, mia.clone(), Command::warn(user("bo"), text.clone())),
        (Field::Reason, mia.clone(), Command::ban(user("bo"), Span::Forever, text.clone())),
        (Field::Reason, mia, Command::Kick { users: bo, reason: text }),
    ]
}

/// The lines in which a host writes down what a group told it and keeps.
fn lines(outputs: &[Output], entries: &[Arc<Entry>]) -> Vec<String> {
    let outputs = outputs.iter().map(|it| serde_json::to_string(it).expect("plain data"));
    outputs.chain(entries.iter().map(|it| serde_json::to_string(it).expect("plain data"))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_turns_what_stands_beside_it(text in turning()) {
        let doors = named(&text).into_iter().map(|it| (true, it));
        let doors = doors.chain(worded(&text).into_iter().map(|it| (false, it)));
        for (is_name, (field, by, command)) in doors {
            let mut group = group(&GroupConfig::modern(), |it| it.journal = true);
            fill(&mut group);
            let mut cursor = group.tail();
            let answer = group.push(START, by, command);
            let fits = if is_name { !text.contains(TURNS) } else { turns_back(&text) };
            prop_assert!(fits || answer == Err(Refusal::Malformed { field }), "{:?}", answer);
            for line in lines(&drain(&mut group), &read(&group, &mut cursor)) {
                prop_assert!(turns_back(&line), "{}", line);
            }
        }
        // Of messages a house may ask it, as `modern` does.
        let mut group = group(&GroupConfig::modern(), |_| {});
        fill(&mut group);
        let mut cursor = group.tail();
        let answer = group.push(START, session(1), Command::text(&*text));
        let turned = matches!(answer, Err(Refusal::TextRule { signal: Signal::Turned, .. }));
        prop_assert_eq!(turned, !turns_back(&text), "{:?}", answer);
        for line in lines(&drain(&mut group), &read(&group, &mut cursor)) {
            prop_assert!(turns_back(&line), "{}", line);
        }
    }

    #[test]
    fn what_is_written_of_a_text_is_one_line_and_reads_back(
        text in "(\\PC|[\u{0}-\u{1f}\u{7f}-\u{9f}\u{2028}\u{2029}\"\\\\/<>]){0,40}",
    ) {
        let mut group = group(&GroupConfig::vendor(), |it| it.journal = true);
        fill(&mut group);
        let mut cursor = group.tail();
        let content = Content { data: text.clone(), ..Content::text(format!("{text}.")) };
        let draft = Draft { content: content.clone(), ..Draft::default() };
        group.push(START, session(1), draft.into()).expect("no house rule is against it");
        group.push(START, Author::App, Command::notice(&*text)).expect("the app may");
        let value = AttributeChange { key: "k".into(), value: Some(text.into()), seen: None };
        let (mode, changes) = (AttributeMode::Merge, vec![value]);
        let command = Command::SetAttributes { mode, changes, seen: None };
        group.push(START, Author::App, command).expect("the app may");
        let (outputs, entries) = (drain(&mut group), read(&group, &mut cursor));
        let said: Vec<_> = entries.iter().filter_map(|it| message(it)).collect();
        prop_assert_eq!(&said[0].content, &content);
        for line in lines(&outputs, &entries) {
            prop_assert!(!line.chars().any(|c| c < ' '), "{:?}", line);
        }
        for output in outputs {
            let line = serde_json::to_string(&output).expect("plain data");
            prop_assert_eq!(serde_json::from_str::<Output>(&line).expect("its own"), output);
        }
        for entry in entries {
            let line = serde_json::to_string(&entry).expect("plain data");
            let again: Entry = serde_json::from_str(&line).expect("its own");
            prop_assert_eq!(&again, &*entry);
        }
    }
}

#[test]
fn no_id_or_name_holds_what_ends_a_line_or_a_string() {
    let controls = (0..=0x9f_u32).filter_map(char::from_u32).filter(|c| c.is_control());
    for c in controls {
        let text = format!("a{c}b");
        let bad = IdError::Character { character: c };
        assert_eq!(UserId::new(&text).err(), Some(bad));
        assert_eq!(GroupId::custom(&text).err(), Some(bad));
        assert_eq!(StepName::new(&text).err(), Some(bad));
        let json = serde_json::to_string(&text).expect("a string");
        assert!(serde_json::from_str::<UserId>(&json).is_err(), "by this door neither");
        assert!(serde_json::from_str::<GroupId>(&json).is_err());
        for (field, by, command) in named(&text) {
            let mut group = group(&GroupConfig::modern(), |_| {});
            fill(&mut group);
            assert_eq!(group.push(START, by, command), Err(Refusal::Malformed { field }), "{c:?}");
        }
    }
}

/// That whatever is so long is refused for it, and costs nothing.
fn refused_unread(group: &mut Group, size: usize, doors: Vec<(Field, Author, Command)>) {
    for (field, by, command) in doors {
        let (answer, _, most) = memory::measured(|| group.push(START, by, command));
        let Err(Refusal::TooLong { field: named, limit, length }) = answer else {
            panic!("{field:?}: {answer:?}");
        };
        assert_eq!((named, length), (field, size as u64));
        assert!(limit <= 12_288, "{field:?}");
        assert!(most < 4_096, "{field:?}: {most} bytes");
    }
}

/// Every way to say something, set to `words`.
fn said(words: &str) -> Vec<(Field, Author, Command)> {
    let element =
        |element| Content { elements: [element].into_iter().collect(), ..Content::default() };
    let media = Media { url: words.to_owned(), ..Media::default() };
    let contents = [
        Content::text(words),
        Content::custom(words),
        Content { data: words[1..].to_owned(), ..Content::text("x") },
        element(Element::File(Box::new(media))),
    ];
    let of_member = contents.clone().map(|content| Draft { content, ..Draft::default() }.into());
    let of_app = contents.map(|content| Command::Broadcast { content: content.into() });
    let value = AttributeChange { key: "k".into(), value: Some(words.into()), seen: None };
    let (mode, changes) = (AttributeMode::Merge, vec![value]);
    let write = Command::SetAttributes { mode, changes, seen: None };
    let mut doors = vec![
        (Field::Notice, Author::App, Command::notice(words)),
        (Field::AttributeValue, Author::App, write),
    ];
    doors.extend(of_member.map(|command| (Field::Message, session(1), command)));
    doors.extend(of_app.map(|command| (Field::Message, Author::App, command)));
    doors
}

#[test]
fn what_is_far_too_large_is_refused_by_its_length_alone() {
    let filter = filter("[custom:1 block]\nbadword");
    let mut group = group(&GroupConfig::modern(), use_filter(&filter));
    group.install_filter(filter);
    fill(&mut group);
    let large = "x".repeat(1 << 20);
    for doors in [named(&large), worded(&large), said(&large)] {
        refused_unread(&mut group, large.len(), doors);
    }
    let huge = "x".repeat(64 << 20);
    let doors = vec![
        (Field::Message, session(1), Command::text(&*huge)),
        (Field::Nick, session(9), join("eve", &huge)),
    ];
    refused_unread(&mut group, huge.len(), doors);
    let elements = vec![Element::Text(String::new()); 1 << 20].into();
    let many = Content { elements, ..Content::default() };
    let (users, crowd): (Users, Users) =
        (vec![user("bo"); 1 << 20].into(), vec![user("bo"); 501].into());
    let counted = CounterChange { key: "k".into(), change: Counting::Set(1) };
    for (field, command) in [
        (Field::Elements, Draft { content: many, ..Draft::default() }.into()),
        (Field::Users, Command::Mute { users, span: Span::Forever }),
        (Field::Users, Command::Unban { users: crowd }),
        (Field::Counters, Command::Count { changes: vec![counted; 1 << 20] }),
    ] {
        let (answer, _, most) = memory::measured(|| group.push(START, Author::App, command));
        assert!(matches!(answer, Err(Refusal::TooMany { field: named, .. }) if named == field));
        assert!(most < 4_096, "{field:?}: {most} bytes");
    }
    let (answer, _, most) = memory::measured(|| UserId::new(&large).err());
    assert_eq!(answer, Some(IdError::TooLong { limit: 32, length: large.len() }));
    assert_eq!(most, 0);
    drain(&mut group);
    assert_eq!(group.stats().accepted(), 0);
}

#[test]
fn a_message_is_as_long_as_the_limit_and_not_a_byte_longer() {
    for preset in [GroupConfig::livestream(), GroupConfig::vendor(), GroupConfig::modern()] {
        let limit = preset.settings().limits.message_bytes as usize;
        let mut group = group(&preset, |it| it.house.pace = None);
        fill(&mut group);
        for length in limit - 1..=limit + 1 {
            let answer = group.push(START, session(1), Command::text("x".repeat(length)));
            let (field, limit, length) = (Field::Message, limit as u64, length as u64);
            let long = Err(Refusal::TooLong { field, limit, length });
            assert_eq!(answer.is_ok(), length <= limit);
            assert!(answer.is_ok() || answer == long, "{answer:?}");
        }
    }
}

/// Names of the staff, and what looks like them.
const LOOKS_LIKE: [(&str, &str); 6] = [
    ("admin", "\u{430}dmin"),
    ("admin", "adm\u{456}n"),
    ("admin", "ａｄｍｉｎ"),
    ("admin", "\u{1d41a}dmin"),
    ("support", "supp\u{43e}rt"),
    ("moderator", "m\u{43e}derat\u{43e}r"),
];

#[test]
fn who_is_called_like_the_staff_is_turned_away_and_shown_as_what_they_are() {
    let names = filter("[custom:1 block]\nadmin\nsupport\nmoderator");
    let mut guarded = group(&GroupConfig::modern(), use_filter(&names));
    guarded.install_filter(names.clone());
    fill(&mut guarded);
    let mut open = group(&GroupConfig::livestream(), |_| {});
    fill(&mut open);
    let mut cursor = open.tail();
    for (number, (name, fake)) in (10..).zip(LOOKS_LIKE) {
        assert_eq!(skeleton(name).collect::<String>(), skeleton(fake).collect::<String>());
        // Where the staff's names are listed, nobody is called so.
        for (field, by, command) in named(fake).into_iter().take(5) {
            if field == Field::Avatar || matches!(by, Author::AppAs { .. }) {
                continue;
            }
            let answer = guarded.push(START, by, command);
            let met =
                matches!(&answer, Err(Refusal::Filtered { field: which, .. }) if *which == field);
            assert!(met, "{fake}: {answer:?}");
        }
        // Where they are not, a nick is what is shown, and no more: who it is are id and role.
        let id = format!("u{number}");
        open.push(START, session(number), join(&id, fake)).expect("all may join");
        let answer = open.push(START, session(number), Command::MuteAll { on: true });
        assert!(matches!(answer, Err(Refusal::Denied(_))), "{answer:?}");
        let now = open.clock() + SECOND;
        open.push(now, session(number), Command::text("I am of the staff")).expect("a member may");
        let entries = read(&open, &mut cursor);
        let said = entries.iter().find_map(|entry| message(entry)).expect("delivered");
        assert_eq!(said.sender.user, Some(user(&id)));
        assert_eq!(said.sender.role, Some(Role::Member));
        drain(&mut open);
    }
    // Ids are what they are to the byte, and what is not seen is in none.
    assert_ne!(user("admin"), user("Admin"));
    assert_ne!(user("admin"), user("\u{430}dmin"));
    assert!(UserId::new("adm\u{200b}in").is_err());
}

/// Letters that look like another, and that one.
const TWINS: [(char, char); 10] = [
    ('a', '\u{430}'),
    ('e', '\u{435}'),
    ('o', '\u{43e}'),
    ('p', '\u{440}'),
    ('c', '\u{441}'),
    ('x', '\u{445}'),
    ('y', '\u{443}'),
    ('s', '\u{455}'),
    ('i', '\u{456}'),
    ('j', '\u{458}'),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_of_one_skeleton_are_met_alike(
        name in "[aeopcxysij]{2}[aeopcxysijdmnrt]{3,8}", twins in vec(any::<bool>(), 11),
    ) {
        let names = filter(&format!("[custom:1 block]\n{name}"));
        let twin = |(c, swap): (char, &bool)| {
            TWINS.iter().find(|it| *swap && it.0 == c).map_or(c, |it| it.1)
        };
        let fake: String = name.chars().zip(&twins).map(twin).collect();
        prop_assert_eq!(skeleton(&fake).collect::<String>(), skeleton(&name).collect::<String>());
        let mut group = group(&GroupConfig::livestream(), use_filter(&names));
        group.install_filter(names);
        let answer = group.push(START, session(9), join("eve", &fake));
        prop_assert!(matches!(answer, Err(Refusal::Filtered { .. })), "{}: {:?}", fake, answer);
    }
}

/// Whoever is silent in a house of words may still give: what they call a gift is no way around it.
#[test]
fn a_text_is_judged_whatever_its_message_is_called() {
    let mut group = group(&GroupConfig::modern(), |_| {});
    fill(&mut group);
    for kind in [Kind::Text, Kind::Gift, Kind::Like, Kind::Follow, Kind::Host(7)] {
        let content = Content::text("a\u{301}\u{301}\u{301}\u{301}\u{301}");
        let draft = Draft { kind, content, ..Draft::default() };
        let answer = group.push(START, session(1), draft.into());
        assert!(matches!(answer, Err(Refusal::TextRule { .. })), "{kind:?}: {answer:?}");
    }
}
