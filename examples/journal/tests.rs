use std::{path::Path, time::Duration};

use liveroom::{
    Author, Command, Epoch, Group, GroupConfig, GroupId, Output, Platform, Profile, SessionId,
    Span,
    filter::FilterSpec,
    store::{Store, StoreConfig},
};
use tempfile::TempDir;

use super::*;

const START: Timestamp = Timestamp::from_secs(1_700_000_000);

/// A folder in which an evening was kept: two come, one is muted, and somebody is shown the door.
fn evening(last: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let keep = Duration::from_hours(1);
    let mut store =
        Store::open(dir.path(), StoreConfig { keep, ..StoreConfig::default() }).unwrap();
    let list = FilterSpec::parse("[custom:1 mask]\nzorgblatt").unwrap();
    let filter = std::sync::Arc::new(list.compile().unwrap());
    store.keep_filter(filter.id(), &list).unwrap();
    let mut settings = GroupConfig::modern().settings().clone();
    (settings.journal, settings.audit) = (true, true);
    let (id, config) = (GroupId::custom("friday").unwrap(), settings.build().unwrap());
    let mut group = Group::new(id, None, config, Epoch(1), KEY, START);
    group.install_filter(filter.clone());
    let no = store.begin(AppId(7), &group).unwrap();
    let (ann, bob) = (Author::Session(SessionId(1)), Author::Session(SessionId(2)));
    let join =
        |user: &str| Command::join(user.parse().unwrap(), Profile::nick(user), Platform::Web);
    let deeds = [
        (Author::App, Command::UseFilter { filter: Some(filter.id()) }),
        (ann.clone(), join("ann")),
        (bob.clone(), join("bob")),
        (ann, Command::text("you zorgblatt")),
        (Author::App, Command::mute("bob".parse().unwrap(), Span::For(Duration::from_secs(300)))),
        (Author::App, Command::notice(last)),
    ];
    let mut follower = store.follower().unwrap();
    for (at, (by, command)) in (1..).zip(deeds) {
        let now = START + Duration::from_secs(at * 10);
        group.push(now, by, command).unwrap();
        while let Some(output) = group.poll() {
            if let Output::Record(record) = output {
                store.append(no, &record).expect("it follows");
            }
        }
        store.commit(now).unwrap();
        if at == 4 {
            follower.snapshot(no, KEY).unwrap();
        }
    }
    dir
}

/// What the tool says, and whether all is well.
fn said(words: &[&str], dirs: &[&Path]) -> (String, bool) {
    let dirs = dirs.iter().map(|dir| dir.to_str().unwrap());
    let options = ["journal", words[0]].into_iter().chain(dirs).chain(words[1..].iter().copied());
    let options = Options::try_parse_from(options).unwrap();
    let mut out = Vec::new();
    let code = run(&mut out, options).unwrap();
    (String::from_utf8(out).unwrap(), format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS))
}

fn spoil(dir: &Path, statement: &str) {
    let db = rusqlite::Connection::open(dir.join("journal.db")).unwrap();
    assert!(db.execute(statement, []).unwrap() > 0);
}

#[test]
fn inspect_lists_the_groups_and_tells_what_happened_in_one() {
    let dir = evening("good night");
    let (list, good) = said(&["inspect"], &[dir.path()]);
    assert!(good && list.contains("friday") && list.contains("2023-11-14T22:14:20.000Z"), "{list}");
    let mut begins = list.lines().map(|line| line.find("from").or_else(|| line.find("2023-")));
    assert_eq!(begins.next(), begins.next(), "a column begins where its head does:\n{list}");
    let all = ["inspect", "--group", "friday"];
    let (story, _) = said(&all, &[dir.path()]);
    for line in [
        "> 20.000 s  session:1 joins",
        "ann: you *********",
        "app mutes bob for 300000ms",
        "good night",
    ] {
        assert!(story.contains(line), "{line} is not in:\n{story}");
    }
    let between = ["--from", "2023-11-14T22:14:05Z", "--until", "2023-11-14T22:14:15Z"];
    let (story, _) = said(&[&all[..], &between[..]].concat(), &[dir.path()]);
    assert!(
        story.contains("mutes bob") && !story.contains("joins") && !story.contains("good night"),
        "{story}"
    );
}

#[test]
fn replay_has_any_moment_again() {
    let dir = evening("good night");
    let replay = ["replay", "--group", "friday"];
    let (end, good) = said(&replay, &[dir.path()]);
    assert!(
        good && end.contains("record 6,")
            && end.contains("muted: bob until 2023-11-14T22:19:10.000Z"),
        "{end}"
    );
    let (then, _) = said(&[&replay[..], &["--at", "2023-11-14 22:13:45"]].concat(), &[dir.path()]);
    assert!(
        then.contains("record 2,") && then.contains("1 online") && !then.contains("muted"),
        "{then}"
    );
}

#[test]
fn verify_finds_what_is_damaged() {
    let dir = evening("good night");
    let (said_well, good) = said(&["verify"], &[dir.path()]);
    assert!(
        good && said_well.contains("1 groups, 6 records played back: 0 are damaged"),
        "{said_well}"
    );
    let statements = [
        ("DELETE FROM records WHERE no = 5", "record 6: record 6 comes where 5 should"),
        ("UPDATE records SET frame = x'00' WHERE no = 6", "record 6: it is of another length"),
        ("DELETE FROM records WHERE no > 5", "record 6 is missing"),
        ("UPDATE pieces SET frame = x'0000000000' WHERE snapshot = 2", "a snapshot: its checksum"),
        ("UPDATE pieces SET frame = x'0000000000' WHERE snapshot = 1", "a snapshot: its checksum"),
        ("DELETE FROM filters", "filter"),
    ];
    for (statement, why) in statements {
        let dir = evening("good night");
        spoil(dir.path(), statement);
        let (told, good) = said(&["verify"], &[dir.path()]);
        assert!(!good && told.contains(why), "{statement}: {told}");
    }
}

#[test]
fn a_store_that_went_on_after_a_loss_is_well_and_says_what_it_lost() {
    let dir = evening("good night");
    spoil(dir.path(), "DELETE FROM records WHERE no = 5");
    let (told, good) = said(&["inspect", "--group", "friday"], &[dir.path()]);
    assert!(!good && told.contains("here it breaks off: record 6"), "{told}");
    let mut store = Store::open(dir.path(), StoreConfig::default()).unwrap();
    let no = store.groups().unwrap()[0].no;
    let mut group = store.recover(no, KEY).unwrap().group;
    let now = START + Duration::from_secs(100);
    group.push(now, Author::App, Command::notice("we go on")).unwrap();
    while let Some(output) = group.poll() {
        if let Output::Record(record) = output {
            store.append(no, &record).expect("it follows");
        }
    }
    store.commit(now).unwrap();
    // Also while it is open.
    let (told, good) = said(&["verify"], &[dir.path()]);
    assert!(good && told.contains("lost 2 records after 4: of the first, it is missing"), "{told}");
    assert!(told.contains("1 of what was lost can be read still"), "{told}");
}

#[test]
fn diff_shows_where_two_stores_part() {
    let (one, two) = (evening("good night"), evening("good bye"));
    let (same, good) = said(&["diff"], &[one.path(), one.path()]);
    assert!(good && same.contains("the same 1 groups"), "{same}");
    let (parts, good) = said(&["diff"], &[one.path(), two.path()]);
    assert!(!good && parts.contains("record 6 at 2023-11-14T22:14:20.000Z"), "{parts}");
    spoil(two.path(), "DELETE FROM records WHERE no > 5");
    let (parts, _) = said(&["diff"], &[one.path(), two.path()]);
    assert!(parts.contains("second: ends here"), "{parts}");
}
