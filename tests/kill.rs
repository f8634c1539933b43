//! Processes that are killed at any moment while they keep a group on disk, and what the next one finds.
//!
//! `KILLS` says how many; `cargo test -p liveroom --features store --test kill -- --nocapture` with 300 and more of them
//! tells at the end what was found.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command as Process, Stdio},
    thread,
    time::{Duration, Instant},
};

use liveroom::{
    AppId, Author, Command, Creation, Epoch, Flow, Group, GroupId, HashKey, Kind, Output, Platform,
    Profile, RecordNo, SessionId, Timestamp, UserId,
    store::{Durability, GroupNo, Opening, Reader, Store, StoreConfig},
};

const KEY: HashKey = HashKey::new(3, 4);
const DIR: &str = "LIVEROOM_TEST_STORE";
const SETTING: &str = "LIVEROOM_TEST_DURABILITY";
const START: Timestamp = Timestamp::from_secs(1_700_000_000);

fn config(setting: &str) -> StoreConfig {
    let durability = match setting {
        "interval" => Durability::Interval(Duration::from_millis(50)),
        "never" => Durability::Never,
        _ => Durability::Every,
    };
    StoreConfig { durability, ..StoreConfig::default() }
}

/// A group in which much happens, on disk; whatever is committed is acknowledged with its record and digest.
#[test]
#[ignore = "is run by the next test, in processes that are killed"]
fn a_host_that_lives_until_it_is_killed() {
    let dir = env::var(DIR).expect("the next test gives a folder");
    let setting = env::var(SETTING).unwrap_or_default();
    let mut store = Store::open(&dir, config(&setting)).expect("the store opens");
    let (no, mut group) = begin(&mut store);
    let mut follower = store.follower().expect("it opens twice");
    thread::spawn(move || {
        let mut follow = || -> Result<(), Box<dyn std::error::Error>> {
            loop {
                for behind in follower.due(200, u64::MAX)? {
                    follower.snapshot(behind, KEY)?;
                    follower.tidy(Timestamp::LATEST)?;
                }
                thread::sleep(Duration::from_millis(3));
            }
        };
        let failed = follow();
        eprintln!("the follower: {failed:?}");
        std::process::exit(1);
    });
    let mut said = std::io::stdout().lock();
    for turn in 0_u64.. {
        // Bursts of many commands between two commits, and single ones.
        let now = group.clock() + Duration::from_millis(7);
        for step in 0..turn % 12 {
            happen(&mut group, now, turn * 12 + step);
        }
        group.advance(now);
        while let Some(output) = group.poll() {
            if let Output::Record(record) = output {
                store.append(no, &record).expect("it follows");
            }
        }
        store.commit(now).expect("there is room");
        let (record, digest) = (group.last_record(), group.digest());
        writeln!(said, "acknowledged {record} {digest:x} {}", now.as_nanos()).expect("heard");
    }
}

/// The group as the store has it, or a new one.
fn begin(store: &mut Store) -> (GroupNo, Group) {
    if let Some(known) = store.groups().expect("it can be read").first() {
        let group = store.recover(known.no, KEY).expect("nothing is damaged").group;
        return (known.no, group);
    }
    let id = GroupId::custom("killed").expect("a good id");
    let mut group = Creation::named("Killed").build(START, id, KEY).expect("good settings");
    let mut settings = liveroom::GroupConfig::modern().settings().clone();
    (settings.journal, settings.audit) = (true, true);
    let settings = settings.build().expect("good settings");
    group.push(START, Author::App, Command::Configure(Box::new(settings))).expect("the app may");
    while group.poll().is_some() {}
    let no = store.begin(AppId(1), &group).expect("there is room");
    (no, group)
}

fn happen(group: &mut Group, now: Timestamp, number: u64) {
    let user: UserId = format!("u{}", number % 40).parse().expect("a good id");
    let by = Author::AppAs { user: user.clone(), profile: Profile::nick("somebody") };
    let command = match number % 11 {
        0 => {
            let by = Author::Session(SessionId(number));
            let join = Command::join(user, Profile::nick("somebody"), Platform::Web);
            return drop(group.push(now, by, join));
        }
        1..=3 => Command::custom(Kind::Gift, format!(r#"{{"gift":{number}}}"#)),
        4 => Command::mute(user, liveroom::Span::For(Duration::from_secs(1))),
        _ => Command::text(format!("message {number}")),
    };
    // Refusals leave no trace.
    let _refused = group.push(now, by, command);
}

/// What was acknowledged before a process died.
#[derive(Default)]
struct Heard {
    last: Option<(RecordNo, u64, Timestamp)>,
    commits: u64,
}

/// Lets a process live for so long.
fn live_and_die(dir: &Path, setting: &str, life: Duration) -> Heard {
    let mut child = Process::new(env::current_exe().expect("this program"))
        .args(["--exact", "a_host_that_lives_until_it_is_killed", "--ignored", "--nocapture"])
        .envs([(DIR, dir.as_os_str()), (SETTING, setting.as_ref())])
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let reader = thread::spawn(move || {
        let mut heard = Heard::default();
        // The last line may be torn: nobody was told what it says.
        for line in lines.map_while(Result::ok) {
            let mut words = line.split_whitespace().skip_while(|word| *word != "acknowledged");
            let parts = (words.nth(1), words.next(), words.next(), words.next());
            let (Some(record), Some(digest), Some(at), None) = parts else { continue };
            let (Ok(record), Ok(digest), Ok(at)) =
                (record.parse(), u64::from_str_radix(digest, 16), at.parse())
            else {
                continue;
            };
            heard.last = Some((RecordNo(record), digest, Timestamp::from_nanos(at)));
            heard.commits += 1;
        }
        heard
    });
    thread::sleep(life);
    child.kill().expect("it is ours");
    let ended = child.wait().expect("it was started");
    assert!(ended.code().is_none(), "it ended before it was killed: {ended}");
    reader.join().expect("it reads to the end")
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill_at_any_moment() {
    let kills = env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12_u64);
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64 ^ u64::from(std::process::id());
    println!("the dice begin with {dice}");
    let (mut commits, mut records, mut most, mut all, mut more) =
        (0, 0, Duration::ZERO, Duration::ZERO, 0_u64);
    let mut dir = tempfile::tempdir().expect("a folder");
    for kill in 0..kills {
        let setting = ["every", "interval", "never"][usize::try_from(kill / 4 % 3).expect("small")];
        if kill % 4 == 0 {
            // Now and then from the beginning: the first moments of a store are moments, too.
            dir = tempfile::tempdir().expect("a folder");
        }
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let life = Duration::from_micros(2_000 + (dice >> 33) % 250_000);
        let heard = live_and_die(dir.path(), setting, life);
        let begun = Instant::now();
        let Ok(mut store) = Store::open(dir.path(), config(setting)) else {
            panic!("a store that was killed opens: {:?}", fs::read_dir(dir.path()));
        };
        assert!(matches!(store.opening(), Opening::New | Opening::Killed), "{:?}", store.opening());
        let Some(known) = store.groups().expect("it can be read").pop() else {
            assert!(heard.last.is_none(), "the group is gone");
            continue;
        };
        let mut recovered = store.recover(known.no, KEY).expect("it comes back");
        let time = begun.elapsed();
        assert_eq!((&recovered.loss, &recovered.skipped[..]), (&None, &[][..]));
        let group = &mut recovered.group;
        assert_eq!(group.epoch(), Epoch(1), "nothing was lost");
        assert!(group.stats().flow.0.iter().all(Flow::balances));
        if let Some((record, digest, at)) = heard.last {
            assert!(group.last_record() >= record, "{setting}: {record} was acknowledged");
            more += group.last_record().0 - record.0;
            // Nothing else is there than what was acknowledged, and what was committed and not heard any more.
            if group.last_record() == record {
                group.advance(at);
                assert_eq!(group.digest(), digest, "{setting}: {record}");
            }
        }
        let mut reader = Reader::open(dir.path()).expect("it can be read");
        assert!(reader.losses().expect("it can be read").is_empty());
        // Whatever snapshot one begins with leads to the same group.
        let mut twin = reader.oldest(known.no, KEY).expect("a snapshot");
        let mut left = Vec::new();
        let each = |stored: liveroom::store::Stored| {
            left.push(stored.record.expect("it is whole"));
            std::ops::ControlFlow::Continue(())
        };
        reader.records(known.no, twin.last_record(), each).expect("it can be read");
        for record in left {
            assert_eq!(reader.play(&mut twin, record, drop).expect("it follows"), None);
        }
        twin.advance(group.clock());
        assert_eq!(twin.digest(), group.digest(), "{setting}");
        (commits, records) = (commits + heard.commits, records + known.last.0);
        (most, all) = (most.max(time), all + time);
    }
    println!(
        "{kills} kills: {commits} commits acknowledged, none lost; {more} records more were there; of {records} records; back in {} ms, at most {} ms",
        all.as_millis() / u128::from(kills),
        most.as_millis()
    );
}
