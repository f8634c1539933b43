//! Too much of everything: comings and goings, messages that nobody reads, the same again.

use std::time::Duration;

use liveroom::{
    Author, Class, Command, CursorError, Draft, Group, GroupConfig, Kind, MessageId, Output,
    PerClass, Priority, Random, Rate, Receipt, Refusal, TipKind,
};

use crate::{
    dice::Dice,
    memory,
    stage::{
        KEY, SECOND, START, balanced, delivered, drain, fill, group, join, read, sent, session,
        wait,
    },
};

/// Comings and goings together.
const COMINGS: u64 = 100_000;

#[test]
fn a_hundred_thousand_who_come_and_go_are_counted_and_told_in_few_tips() {
    let mut group = group(&GroupConfig::livestream(), |_| {});
    let (mut dice, mut inside) = (Dice::new(1), Vec::new());
    let (mut joins, mut quits, mut told) = (0, 0, [0; 2]);
    let mut cursor = group.tail();
    let cap = group.config().settings().tips.cap;
    let mut count = |group: &Group, cursor: &mut _| {
        let entries = read(group, cursor);
        for entry in &entries {
            let liveroom::Body::Tip(tip) = &entry.body else { panic!("{entry:?}") };
            match tip.kind {
                TipKind::Join => told[0] += tip.count,
                TipKind::Quit => told[1] += tip.count,
                other => panic!("{other:?}"),
            }
            assert!(tip.subjects.len() <= 10);
        }
        (entries.len() as u64, told)
    };
    let (mut now, mut tips) = (START, 0);
    for number in 0..COMINGS {
        now += Duration::from_micros(100);
        let comes = inside.len() < 10 || dice.below(2) == 0;
        let (by, command) = if comes {
            (number, join(&format!("u{number}"), "Fan"))
        } else {
            let at = dice.below(inside.len() as u64) as usize;
            (inside.swap_remove(at), Command::Quit)
        };
        group.push(now, session(by), command).unwrap();
        if comes {
            inside.push(number);
            joins += 1;
        } else {
            quits += 1;
        }
        while group.poll().is_some() {}
        assert_eq!(group.member_count(), inside.len() as u64);
        assert_eq!(group.online(), inside.len() as u64);
        if number % 1_000 == 0 {
            tips += count(&group, &mut cursor).0;
        }
    }
    now += SECOND;
    wait(&mut group, now);
    let (more, told) = count(&group, &mut cursor);
    assert_eq!(told, [joins, quits], "nobody is lost from the count");
    let seconds = now.since(START).as_secs() + 1;
    let most = u64::from(cap.rate.get()) * seconds + u64::from(cap.burst);
    assert!(tips + more <= most, "{} tips of {most}", tips + more);
    let last = group.entry(group.tail().position()).expect("just told");
    let liveroom::Body::Tip(tip) = &last.body else { panic!("{last:?}") };
    assert_eq!(tip.online, inside.len() as u64);
}

#[test]
fn who_comes_back_too_often_is_kept_out_for_a_while_and_keeps_nobody_else_out() {
    let mut group = group(&GroupConfig::modern(), |_| {});
    let (mut came, mut kept_out) = (0, None);
    for number in 0..40 {
        match group.push(START, session(1), join("ann", "Ann")) {
            Ok(_) => came += 1,
            Err(Refusal::JoinedTooOften { until }) => kept_out = Some(until),
            other => panic!("{other:?}"),
        }
        let _ = group.push(START, session(1), Command::Quit);
        group.push(START, session(100 + number), join(&format!("u{number}"), "Fan")).unwrap();
        drain(&mut group);
    }
    assert_eq!(came, 10, "a burst");
    let until = kept_out.expect("and then no more");
    group.push(until, session(1), join("ann", "Ann")).unwrap();
}

fn text_of(size: usize, number: u64) -> Draft {
    Draft::text(format!("{number:>size$}"))
}

/// A reader that never comes back costs nothing, because nothing waits for readers: the log keeps what
/// its quotas say, and the cursor counts what is gone.
#[test]
fn who_never_reads_keeps_nobody_waiting_and_is_told_exactly_what_is_gone() {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.traffic.rate = Rate::per_second(2_000).unwrap();
    settings.traffic.burst = 50;
    settings.retention.quota = PerClass([40, 80, 20, 20, 20, 20]);
    let mut group = group(&settings.build().unwrap(), |_| {});
    fill(&mut group);
    let never = group.tail();
    let (mut quick, mut now) = (group.tail(), START);
    let (mut seen, mut flat, mut urgent) = (PerClass::<u64>::default(), Vec::new(), 0);
    for number in 0..20_000_u64 {
        now += Duration::from_millis(1);
        let priority = Priority::ALL[(number % 4) as usize];
        let draft = text_of(200, number).priority(priority);
        let by = session(1 + number % 2);
        match number % 50 {
            0 => drop(group.push(now, Author::App, Command::notice("n".repeat(200))).unwrap()),
            1 => {
                let id = sent(&group.push(now, by, draft.priority(Priority::High).into()));
                let told = wait(&mut group, now);
                assert_eq!(delivered(&told), [(id.unwrap(), now)], "at once");
                urgent += 1;
            }
            _ => drop(group.push(now, by, draft.into()).unwrap()),
        }
        wait(&mut group, now);
        for entry in read(&group, &mut quick) {
            seen[entry.class] += 1;
        }
        if number % 1_000 == 999 {
            flat.push(memory::held());
        }
    }
    assert_eq!(urgent, 400);
    let entries = group.since(&never).expect("a cursor of this group");
    let missed = entries.missed();
    let mut kept = PerClass::<u64>::default();
    entries.for_each(|entry| kept[entry.class] += 1);
    for class in Class::ALL {
        assert_eq!(missed[class] + kept[class], seen[class], "of {class}");
        assert!(class == Class::Tip || missed[class] > 0, "of {class}");
        assert!(kept[class] <= u64::from(group.config().settings().retention.quota[class]));
    }
    // Half of the time of remembering duplicates nothing grows but receipts, at their own bound.
    let half = flat.len() / 2;
    let grown = flat[flat.len() - 1] - flat[half];
    let receipts = group.config().worst_case().receipts as i64;
    assert!(grown < receipts / 2, "{grown} bytes of {receipts}: {flat:?}");
    assert!(matches!(group.since(&group.tail()), Ok(rest) if rest.len() == 0));
}

#[test]
fn a_reader_in_batches_is_told_what_it_missed_and_ends_where_the_others_are()
-> Result<(), CursorError> {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.retention.quota = PerClass([8; 6]);
    settings.traffic.rate = Rate::per_second(1_000_000).unwrap();
    settings.traffic.burst = 1_000;
    let mut group = group(&settings.build().unwrap(), |_| {});
    let mut slow = group.tail();
    let mut accounted = 0;
    for number in 0..300 {
        group.push(START, Author::App, text_of(1, number).into()).unwrap();
        drain(&mut group);
        if number % 37 == 0 {
            let batch = group.batch(&slow)?;
            let missed: u64 = Class::ALL.map(|class| batch.missed()[class]).iter().sum();
            accounted += missed + batch.entries().len() as u64;
            slow = *batch.to();
        }
    }
    loop {
        let batch = group.batch(&slow)?;
        if batch.is_empty() {
            break;
        }
        let missed: u64 = Class::ALL.map(|class| batch.missed()[class]).iter().sum();
        accounted += missed + batch.entries().len() as u64;
        slow = *batch.to();
    }
    assert_eq!((slow, accounted), (group.tail(), group.tail().position().0));
    Ok(())
}

/// Ten authors, and as many messages of each as are remembered.
const AUTHORS: u64 = 10;
const REMEMBERED: u32 = 32;

#[test]
fn what_is_sent_again_within_five_minutes_is_delivered_once() {
    let mut group = group(&GroupConfig::livestream(), |it| {
        it.traffic.rate = Rate::per_second(1_000).unwrap();
        it.traffic.burst = 400;
        it.retention.max_age = Duration::from_mins(10);
    });
    let mut ids = std::collections::BTreeMap::<(u64, u32), MessageId>::new();
    let draft = |random| Draft::custom(Kind::Gift, "rose").random(Random(random));
    for author in 0..AUTHORS {
        let name = format!("u{author}");
        group.push(START, session(author), join(&name, &name)).unwrap();
        for random in 0..REMEMBERED {
            let answer = group.push(START, session(author), draft(random).into());
            ids.insert((author, random), sent(&answer).expect("new"));
            drain(&mut group);
        }
    }
    wait(&mut group, START + SECOND);
    let all = ids.len() as u64;
    assert_eq!(group.stats().flow[Priority::High].delivered, all);
    let mut dice = Dice::new(2);
    let mut again = |group: &mut Group, now| {
        for _ in 0..2 * all {
            let (author, random) = (dice.below(AUTHORS), dice.below(REMEMBERED.into()) as u32);
            let answer = group.push(now, session(author), draft(random).into());
            let Ok(Receipt::Sent { message, duplicate: true, .. }) = answer else {
                panic!("{author} {random}: {answer:?}");
            };
            assert_eq!(message, ids[&(author, random)]);
            assert!(drain(group).iter().all(|it| !matches!(it, Output::Ended { .. })));
        }
        assert_eq!(group.stats().flow[Priority::High].accepted, all);
    };
    for seconds in [2, 60, 200] {
        again(&mut group, START + seconds * SECOND);
    }
    // The mark of one is not that of another, nor what another host process said.
    let mut group = Group::restore(group.snapshot(), &[], KEY, None).unwrap();
    let almost = START + 300 * SECOND;
    again(&mut group, almost.before(Duration::from_nanos(1)));
    let answer = group.push(almost, session(0), draft(0).into());
    assert!(sent(&answer).is_some(), "after 5 minutes it is another message: {answer:?}");
    balanced(&group);
}
