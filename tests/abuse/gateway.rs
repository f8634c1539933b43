//! What the modelled service's own clients are given of what was meant to break them.

use liveroom::{
    Author, Command, Content, Draft, Element, Entry, Format, GroupConfig, GroupId, Power,
    tim::{Room, events},
};
use serde_json::Value;

use crate::stage::{SECOND, START, drain, fill, group, session, user};

/// Texts that are to break whoever reads a list of them.
const HOSTILE: [&str; 9] = [
    "\"}]},{\"Event\":5}",
    "\\\",\"MsgSeq\":1,\"x\":\"",
    "line\r\nanother\u{2028}and\u{2029}another",
    "\0\u{1}\u{7f}\u{85}",
    "\u{202e}turned\u{2066}",
    "\u{feff}\u{200d}",
    "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}",
    "</script><!--",
    "\u{10ffff}\u{fdfa}",
];

#[test]
fn one_bad_event_hides_no_other() {
    let mut group = group(&GroupConfig::vendor(), |it| {
        it.powers = it.powers.with(Power::Purge);
        it.traffic.burst = 100;
    });
    fill(&mut group);
    let start = group.tail();
    let mut honest = Vec::new();
    for (number, hostile) in HOSTILE.into_iter().enumerate() {
        let bodies = [
            Content::text(hostile),
            Content::custom(hostile),
            Content { data: hostile.to_owned(), ..Content::text(hostile) },
            Content {
                elements: [
                    Element::Face { index: u32::MAX, data: hostile.to_owned() },
                    Element::Location {
                        description: hostile.to_owned(),
                        latitude_e7: i32::MIN,
                        longitude_e7: i32::MAX,
                    },
                ]
                .into_iter()
                .collect(),
                ..Content::default()
            },
        ];
        for content in bodies {
            let draft = Draft { content, ..Draft::default() };
            group.push(START, session(1), draft.into()).unwrap();
        }
        group.push(START, Author::App, Command::notice(hostile)).unwrap();
        let content = Content::text(hostile).into();
        group.push(START, Author::App, Command::Broadcast { content }).unwrap();
        let said = format!("honest {number}");
        group.push(START, session(2), Command::text(&*said)).unwrap();
        honest.push(said);
        drain(&mut group);
    }
    let list = |group: &mut liveroom::Group| {
        let id = GroupId::custom("abuse").unwrap();
        let room = Room { id: &id, name: "\"name\"", admin: "administrator" };
        let (mut cursor, mut all) = (start, Vec::<Value>::new());
        loop {
            let batch = group.batch(&cursor).unwrap();
            if batch.is_empty() {
                return all;
            }
            let json = Format::new(0).unwrap();
            let bytes = batch.encoded(json, |it| events::list(&room, it.entries()));
            let told: Vec<Value> = serde_json::from_slice(&bytes).expect("a list of events");
            // Each is told as if it stood alone.
            let alone = batch.entries().iter().flat_map(|entry| {
                let one = events::list(&room, std::slice::from_ref::<std::sync::Arc<Entry>>(entry));
                serde_json::from_slice::<Vec<Value>>(&one).expect("a list of events")
            });
            assert_eq!(told, alone.collect::<Vec<_>>());
            all.extend(told);
            cursor = *batch.to();
        }
    };
    let texts = |events: &[Value], from: &str| -> Vec<String> {
        let of = events.iter().filter(|event| event["From_Account"] == from);
        let bodies = of.filter_map(|event| event["MsgBody"].as_array());
        let texts = bodies.flatten().map(|body| &body["MsgContent"]["Text"]);
        texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let told = list(&mut group);
    assert_eq!(texts(&told, "bo"), honest);
    let twice = HOSTILE.iter().flat_map(|text| [*text; 2]);
    assert!(texts(&told, "ann").iter().map(String::as_str).eq(twice), "nothing is added or lost");
    // Emptied in the midst of the others, and there is nothing else to be seen of it.
    group.push(START + SECOND, Author::App, Command::Purge { author: Some(user("ann")) }).unwrap();
    let told = list(&mut group);
    assert_eq!(texts(&told, "bo"), honest);
    assert!(texts(&told, "ann").is_empty());
}
