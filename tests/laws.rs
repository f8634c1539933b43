//! The laws of the design, each as a property of scripts, and the model against the engine.
//!
//! `PROPTEST_CASES` scales the number of scripts for each law.

#[path = "laws/account.rs"]
mod account;
#[path = "laws/asked.rs"]
mod asked;
mod model;
#[path = "laws/processes.rs"]
mod processes;
#[path = "laws/shards.rs"]
mod shards;
#[cfg(feature = "store")]
#[path = "laws/stored.rs"]
mod stored;
#[path = "laws/what_if.rs"]
mod what_if;

use std::{collections::BTreeMap, num::NonZeroU8, time::Duration};

use liveroom::{
    Acts, Author, Body, Class, Command, Cursor, Discard, Entry, Epoch, Escalation, Field, Flow,
    Group, GroupConfig, GroupId, HashKey, HouseRules, Kind, Lane, Limits, MessageId, Occupant,
    Outcome, Output, PerClass, Platform, Priority, Profile, Receipt, Record, Refusal, Removing,
    Role, RoleSet, Seq, SessionId, Settings, Silencing, Snapshot, Span, State, Step, Timestamp,
    Told, UserId, Wait,
    audit::{self, AuditRecord},
    replay,
};
use model::{
    ModelReceipt,
    compare::{same_facts, same_to_a_reader, uncounted},
    play::{self, Line, Stage},
    script::{self, Script, USERS},
};
use proptest::{prelude::*, test_runner::TestCaseError};

/// So many scripts for a law, unless the environment says otherwise.
fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(usual),
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Plays the script on both, and compares them after every step.
fn play_on_both(script: &Script) -> Result<(), TestCaseError> {
    let mut stage = Stage::new(script);
    let mut model = play::model(script);
    let mut cursor = stage.group.tail();
    for (number, step) in script.steps.iter().enumerate() {
        let line = stage.line(step);
        let passed = cursor.passed();
        let (answer, outputs) = stage.play(&line);
        let (now, push) = &line;
        let expected = match push {
            Some((by, command)) => Some(model.push(*now, by, command)),
            None => {
                model.advance(*now);
                None
            }
        };
        let answer = answer.map(|answer| answer.map(|receipt| ModelReceipt::from(&receipt)));
        let answer = answer.map(uncounted);
        let expected = expected.map(uncounted);
        prop_assert_eq!(&answer, &expected, "the answer at step {}: {:?}", number, step);
        let told = std::mem::take(&mut model.told);
        prop_assert_eq!(outputs, told, "the outputs at step {}: {:?}", number, step);
        let expected = model.since(&passed);
        let read = stage.read(&mut cursor);
        prop_assert_eq!(read, expected, "the history at step {}: {:?}", number, step);
        prop_assert_eq!(stage.group.stats(), model.stats(), "the stats at step {}", number);
        same_facts(&stage, &model)
            .map_err(|error| TestCaseError::fail(format!("at step {number}: {error}")))?;
    }
    Ok(())
}

/// A script's lines, less those that `drop` says.
fn lines(script: &Script, drop: impl Fn(&Command) -> bool) -> Vec<Line> {
    let mut lines = play::rehearse(script);
    lines.retain(|(_, push)| !push.as_ref().is_some_and(|(_, command)| drop(command)));
    lines
}

/// Changes of the rules of the game, under which some promises hold only piecewise.
fn is_change(command: &Command) -> bool {
    matches!(command, Command::Configure(_) | Command::Rebase { .. })
}

/// Room for the outputs of one command and a few more, and a journal.
fn cramped(grace: Duration) -> GroupConfig {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.traffic.lanes.0.iter_mut().for_each(|lane| lane.capacity = 1);
    (settings.asking.open, settings.presence.per_user) = (1, 1);
    settings.presence.grace = grace;
    settings.limits.outputs = 2_633 + 20;
    settings.journal = true;
    settings.build().expect("room for one command")
}

/// The records of the audit log among outputs.
fn audited(outputs: &[Output]) -> Vec<AuditRecord> {
    let audits = outputs.iter().filter_map(|output| match output {
        Output::Audit { audit, .. } => Some((**audit).clone()),
        _ => None,
    });
    audits.collect()
}

/// The records of the journal among outputs.
fn journal(outputs: &[Output]) -> impl Iterator<Item = Record> + '_ {
    outputs.iter().filter_map(|output| match output {
        Output::Record(record) => Some(record.clone()),
        _ => None,
    })
}

/// Every number in a document.
fn numbers(value: &mut serde_json::Value) -> Vec<&mut serde_json::Value> {
    use serde_json::Value;
    match value {
        Value::Number(_) => vec![value],
        Value::Array(values) => values.iter_mut().flat_map(numbers).collect(),
        Value::Object(fields) => fields.values_mut().flat_map(numbers).collect(),
        Value::Null | Value::Bool(_) | Value::String(_) => vec![],
    }
}

type Read = (Vec<Entry>, PerClass<u64>);

/// Plays lines and notes what is read, and the digest, after each command.
fn play(stage: &mut Stage, lines: &[Line]) -> Vec<(Read, u64)> {
    let mut cursor = stage.group.tail();
    let mut notes = Vec::new();
    for line in lines {
        stage.play(line);
        if line.1.is_some() {
            notes.push((stage.read(&mut cursor), stage.group.digest()));
        }
    }
    notes
}

/// A message in a lane, as the law of fairness sees it.
struct InLane {
    author: Option<UserId>,
    priority: Priority,
}

/// Plays lines on a group without questions, caps, weights or exemptions, and hands every release
/// to `check`, with what waits beside it.
fn watch_releases(
    script: &Script,
    mut check: impl FnMut(&InLane, &BTreeMap<MessageId, InLane>) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut script = script.clone();
    (script.knobs.every, script.knobs.preview) = (None, None);
    script.knobs.more.clear();
    script.knobs.filter = false;
    script.knobs.caps = [None; 4];
    script.knobs.weights = [1; 5];
    script.knobs.exempt = 1;
    script.knobs.house = script::HouseKnobs::OFF;
    let mut stage = Stage::new(&script);
    let mut lanes = Lanes::default();
    // A filter put in force would hold messages, which then wait in no lane.
    let drop =
        |command: &Command| is_change(command) || matches!(command, Command::UseFilter { .. });
    for line in lines(&script, drop) {
        let before = (line.0, None);
        let mut outputs = stage.play(&before).1;
        let (answer, more) = stage.play(&line);
        if let (Some(Ok(Receipt::Sent { message, duplicate: false, .. })), Some((_, command))) =
            (&answer, &line.1)
        {
            lanes.settle(&outputs, &mut check)?;
            outputs.clear();
            let Command::Send(draft) = command else { continue };
            let explained = stage.group.explain(*message).expect("just accepted");
            let lane = InLane { author: explained.author, priority: draft.effective_priority() };
            // What joined a fold is in no lane before it leads, and then at an unknown time.
            let joined = |step: &Step| matches!(step, Step::Folded { .. });
            let all = if explained.steps.iter().any(joined) {
                &mut lanes.folded
            } else {
                &mut lanes.waiting
            };
            all.insert(*message, lane);
        }
        outputs.extend(more);
        lanes.settle(&outputs, &mut check)?;
    }
    Ok(())
}

/// What is on its way: in the lanes for sure, and in folds.
#[derive(Default)]
struct Lanes {
    waiting: BTreeMap<MessageId, InLane>,
    folded: BTreeMap<MessageId, InLane>,
    last: Seq,
}

impl Lanes {
    fn settle(
        &mut self,
        outputs: &[Output],
        check: &mut impl FnMut(&InLane, &BTreeMap<MessageId, InLane>) -> Result<(), TestCaseError>,
    ) -> Result<(), TestCaseError> {
        for output in outputs {
            let Output::Ended { message, outcome, .. } = output else { continue };
            let own = self.waiting.remove(&message.id);
            let Some(lane) = own.or_else(|| self.folded.remove(&message.id)) else { continue };
            // Of those that share an entry the first was released, and is one turn.
            if let Outcome::Delivered { seq, .. } = outcome
                && *seq > self.last
            {
                self.last = *seq;
                check(&lane, &self.waiting)?;
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn the_engine_does_what_the_model_does(script in script::script(60)) {
        play_on_both(&script)?;
    }

    #[test]
    fn law_1_every_message_is_accounted_for_after_every_step(script in script::script(60)) {
        let mut stage = Stage::new(&script);
        let (mut offered, mut accepted, mut ended) = (0_u64, 0_u64, 0_u64);
        for line in play::rehearse(&script) {
            let (answer, outputs) = stage.play(&line);
            let again = matches!(answer, Some(Ok(Receipt::Sent { duplicate: true, .. })));
            let sends = matches!(line.1, Some((_, Command::Send(_))));
            offered += u64::from(sends && !again);
            accepted += u64::from(matches!(answer, Some(Ok(Receipt::Sent { duplicate: false, .. }))));
            let ends = outputs.iter().filter(|output| matches!(output, Output::Ended { .. }));
            ended += ends.count() as u64;
            let stats = stage.group.stats();
            prop_assert!(stats.flow.0.iter().all(Flow::balances));
            prop_assert_eq!(stats.accepted(), accepted);
            prop_assert_eq!(stats.offered(), offered);
            prop_assert_eq!(stats.refused(), offered - accepted);
            let open: u64 = stats.flow.0.iter().map(|flow| flow.waiting + flow.held).sum();
            prop_assert_eq!(accepted, ended + open);
        }
    }

    #[test]
    fn law_2_punctuality_does_not_matter(script in script::script(60)) {
        let lines = play::rehearse(&script);
        let plain = play(&mut Stage::new(&script), &lines);
        // Early, twice, and in between.
        let mut busy = Vec::new();
        let mut clock = script::START;
        for line in &lines {
            let gap = line.0.since(clock);
            for part in 1..=3_u32 {
                busy.push((clock + gap * part / 4, None));
                busy.push((clock, None));
            }
            clock = match &line.1 {
                Some((_, Command::Rebase { .. })) => line.0,
                _ => clock.max(line.0),
            };
            busy.push(line.clone());
        }
        if lines.iter().all(|(_, push)| !matches!(push, Some((_, Command::Rebase { .. })))) {
            prop_assert_eq!(&plain, &play(&mut Stage::new(&script), &busy));
        }
        // Never, where the next command comes later anyway.
        let late = |at: usize| {
            let later = lines.get(at + 1).is_some_and(|next| next.0 >= lines[at].0);
            lines[at].1.is_some() || !later
        };
        let lazy: Vec<Line> =
            (0..lines.len()).filter(|at| late(*at)).map(|at| lines[at].clone()).collect();
        prop_assert_eq!(&plain, &play(&mut Stage::new(&script), &lazy));
    }

    #[test]
    fn law_3_a_refused_command_changes_nothing_but_the_clock(script in script::script(60)) {
        let (mut stage, mut twin) = (Stage::new(&script), Stage::new(&script));
        for line in play::rehearse(&script) {
            let (answer, told) = stage.play(&line);
            let refused = matches!(answer, Some(Err(_)));
            let same = if refused { twin.play(&(line.0, None)) } else { twin.play(&line) };
            prop_assert_eq!(told, same.1);
            prop_assert_eq!(stage.group.digest(), twin.group.digest());
        }
    }

    #[test]
    fn law_4_time_does_not_run_back_except_by_rebase(script in script::script(60)) {
        let (mut stage, mut twin) = (Stage::new(&script), Stage::new(&script));
        for line in play::rehearse(&script) {
            let before = stage.group.clock();
            let (answer, told) = stage.play(&line);
            let rebased = match (&line.1, &answer) {
                (Some((_, Command::Rebase { to })), Some(Ok(_))) => Some((*to).min(Timestamp::LATEST)),
                _ => None,
            };
            let latest = before.max(line.0).min(Timestamp::LATEST);
            prop_assert_eq!(stage.group.clock(), rebased.unwrap_or(latest));
            let latest = (before.max(line.0), line.1);
            prop_assert_eq!(told, twin.play(&latest).1);
            prop_assert_eq!(stage.group.digest(), twin.group.digest());
        }
    }

    #[test]
    fn law_4_nothing_that_ends_is_made_endless_by_a_wild_time(
        script in script::script(60),
        cut in 0_usize..60,
        long in 1_usize..20,
        short in 0_u64..2_000,
    ) {
        let endless = |command: &Command| match command {
            Command::Mute { span, .. }
            | Command::Shadow { span, .. }
            | Command::BanPrints { span, .. }
            | Command::Ban { span, .. } => *span == Span::Forever,
            Command::Moderate { acts, .. } => {
                let silence = acts.silence.map(|it| match it {
                    Silencing::Mute { span } | Silencing::Shadow { span } => span,
                });
                let ban = acts.remove.and_then(|it| match it {
                    Removing::Ban { span, .. } => Some(span),
                    Removing::Kick => None,
                });
                [silence, ban].contains(&Some(Span::Forever))
            }
            command => is_change(command) || *command == Command::Disband,
        };
        let lines = lines(&script, endless);
        let mut stage = Stage::new(&script);
        let wild = Timestamp::MAX.before(Duration::from_millis(short));
        for (at, line) in lines.iter().enumerate() {
            if at == cut + long {
                let back = Command::Rebase { to: script::START };
                prop_assert_eq!(
                    stage.play(&(wild, Some((Author::App, back)))).0,
                    Some(Ok(Receipt::Done))
                );
                prop_assert_eq!(stage.group.clock(), script::START);
            }
            let late = (cut..cut + long).contains(&at);
            let now = if late { wild } else { line.0 };
            stage.play(&(now, line.1.clone()));
        }
        let back = Command::Rebase { to: script::START };
        stage.play(&(wild, Some((Author::App, back))));
        let days = script::START + Duration::from_hours(24 * 40);
        stage.play(&(days, None));
        let stats = stage.group.stats();
        prop_assert_eq!(stage.group.poll_timeout(), None);
        prop_assert_eq!(stats.evicted, stats.appended, "history is kept for good");
        prop_assert!(stats.flow.0.iter().all(|flow| flow.waiting + flow.held == 0));
        for name in USERS {
            let user: UserId = name.parse().expect("a good id");
            prop_assert_eq!(stage.group.muted_until(&user), None);
            prop_assert_eq!(stage.group.shadowed_until(&user), None);
            prop_assert_eq!(stage.group.banned_until(&user), None);
            prop_assert_eq!(stage.group.strikes(&user), 0);
            let session = SessionId(1_000);
            let mut push = |command| stage.group.push(days, Author::Session(session), command);
            let _ = push(Command::join(user, Profile::default(), Platform::Web));
            let answer = push(Command::text("hi"));
            let silenced = matches!(answer, Err(Refusal::SlowMode { .. } | Refusal::Muted { .. }));
            prop_assert!(!silenced, "{:?}", answer);
            let _ = push(Command::Quit);
        }
    }

    #[test]
    fn law_5_restore_is_invisible(script in script::script(60), cut in 0_usize..60) {
        let lines = play::rehearse(&script);
        let cut = cut.min(lines.len());
        let mut stage = Stage::new(&script);
        for line in &lines[..cut] {
            stage.play_unpolled(line);
        }
        let text = serde_json::to_string(&stage.group.snapshot()).expect("plain data");
        let snapshot: Snapshot = serde_json::from_str(&text).expect("what was written");
        let mut twin = Stage::new(&script);
        for line in &lines[..cut] {
            twin.play_unpolled(line);
        }
        let key = HashKey::new(77, 78);
        twin.group = Group::restore(snapshot, &[play::filter()], key, None).expect("a snapshot");
        prop_assert_eq!(stage.group.digest(), twin.group.digest());
        prop_assert_eq!(stage.poll(), twin.poll());
        same_to_a_reader(&stage.group, &twin.group)?;
        for line in &lines[cut..] {
            prop_assert_eq!(stage.play(line), twin.play(line));
            prop_assert_eq!(stage.group.digest(), twin.group.digest());
        }
        same_to_a_reader(&stage.group, &twin.group)?;
    }

    #[test]
    fn law_5_a_snapshot_from_anywhere_is_turned_away_or_is_a_group(
        script in script::script(40),
        cut in 0_usize..45,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6), 1..3),
    ) {
        let lines = play::rehearse(&script);
        let mut stage = Stage::new(&script);
        for line in lines.iter().take(cut) {
            stage.play(line);
        }
        let mut document = serde_json::to_value(stage.group.snapshot()).expect("plain data");
        for (at, number) in edits {
            let number = [0, 1, 7, u64::MAX / 2, 1 << 63, u64::MAX][number];
            let mut found = numbers(&mut document);
            *found.swap_remove(at.index(found.len())) = number.into();
        }
        let Ok(snapshot) = serde_json::from_value::<Snapshot>(document) else { return Ok(()) };
        let restored = Group::restore(snapshot, &[play::filter()], HashKey::new(1, 2), None);
        let Ok(group) = restored else { return Ok(()) };
        stage.group = group;
        for line in lines.iter().skip(cut) {
            stage.play(line);
            prop_assert!(stage.group.stats().flow.0.iter().all(Flow::balances));
        }
        stage.play(&(Timestamp::MAX, None));
        let _ = (stage.group.stats().offered(), stage.group.heap_bytes());
    }

    #[test]
    fn law_5_a_journal_played_back_tells_the_same(script in script::script(60)) {
        let mut script = script;
        script.knobs.journal = true;
        // A journal that is switched off in between has nothing to tell of what follows.
        let lines = lines(&script, |command| matches!(command, Command::Configure(_)));
        let mut stage = Stage::new(&script);
        let mut told = Vec::new();
        for line in &lines {
            told.extend(stage.play(line).1);
        }
        let mut twin = Stage::new(&script);
        let mut again = Vec::new();
        let replayed = replay(&mut twin.group, journal(&told), |output| {
            if !matches!(output, Output::Tail { .. }) {
                again.push(output);
            }
        });
        prop_assert_eq!(replayed, Ok(()));
        twin.group.advance(stage.group.clock());
        prop_assert_eq!(again, told);
        prop_assert_eq!(twin.group.digest(), stage.group.digest());
    }

    #[test]
    fn law_5_the_audit_log_is_one_chain_across_restores_and_replays(
        script in script::script(60),
        cut in 0_usize..60,
    ) {
        let mut script = script;
        (script.knobs.journal, script.knobs.audit) = (true, true);
        let lines = lines(&script, |command| matches!(command, Command::Configure(_)));
        let mut stage = Stage::new(&script);
        let mut told = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            told.extend(stage.play(line).1);
            if at == cut {
                let snapshot = stage.group.snapshot();
                let key = HashKey::new(77, 78);
                let restored = Group::restore(snapshot, &[play::filter()], key, None);
                stage.group = restored.expect("a snapshot");
            }
        }
        let log = audited(&told);
        prop_assert_eq!(audit::verify(&log), Ok(stage.group.audit_head()));
        prop_assert!(log.iter().map(|record| record.no).eq(1..=log.len() as u64));
        if let Some(first) = log.first() {
            prop_assert_eq!(first.former, audit::genesis(stage.group.id()));
        }
        let mut twin = Stage::new(&script);
        let mut again = Vec::new();
        let replayed = replay(&mut twin.group, journal(&told), |output| again.push(output));
        prop_assert_eq!(replayed, Ok(()));
        twin.group.advance(stage.group.clock());
        prop_assert_eq!(audited(&again), log);
        prop_assert_eq!(twin.group.audit_head(), stage.group.audit_head());
    }

    #[test]
    fn the_audit_log_changes_nothing_beside_itself(script in script::script(60)) {
        let mut script = script;
        let lines = lines(&script, |command| matches!(command, Command::Configure(_)));
        let mut plain = Stage::new(&script);
        script.knobs.audit = true;
        let mut stage = Stage::new(&script);
        for line in &lines {
            let (answer, mut told) = stage.play(line);
            told.retain(|output| !matches!(output, Output::Audit { .. }));
            prop_assert_eq!((answer, told), plain.play(line));
            prop_assert_eq!(stage.group.stats(), plain.group.stats());
        }
        prop_assert_eq!(plain.group.audit_head(), None);
    }

    #[test]
    fn law_5_a_journal_played_back_stops_where_the_group_stopped(
        crowd in 20_u64..120,
        at_once in 1_usize..60,
        grace in 0_u64..2,
        together in any::<bool>(),
    ) {
        let config = cramped(Duration::from_secs(grace));
        let start = || {
            let id = GroupId::custom("stops").expect("a good id");
            Group::new(id, None, config.clone(), Epoch(1), HashKey::new(1, 2), script::START)
        };
        let (mut group, mut told) = (start(), Vec::new());
        let mut now = script::START;
        for number in 0..crowd {
            let (by, user) = (Author::Session(SessionId(number)), format!("u{number}"));
            let user: UserId = user.parse().expect("a good id");
            let mute = Command::mute(user.clone(), Span::For(Duration::from_secs(grace + 1)));
            let join = Command::join(user, Profile::default(), Platform::Web);
            prop_assert!(group.push(now, by.clone(), join).is_ok());
            prop_assert!(group.push(now, Author::App, mute).is_ok());
            if !together {
                prop_assert!(group.push(now, by, Command::Detach).is_ok());
            }
            told.extend(std::iter::from_fn(|| group.poll()));
        }
        if together {
            prop_assert!(group.push(now, Author::App, Command::DetachAll).is_ok());
        }
        for second in 0..crowd * 4 {
            now = script::START + Duration::from_secs(second / crowd);
            let _ = group.push(now, Author::App, Command::notice("still there"));
            told.extend(std::iter::from_fn(|| group.poll()).take(at_once));
        }
        told.extend(std::iter::from_fn(|| group.poll()));
        group.advance(now);
        told.extend(std::iter::from_fn(|| group.poll()));
        let records: Vec<Record> = told.iter().filter_map(|output| match output {
            Output::Record(record) => Some(record.clone()),
            _ => None,
        }).collect();
        let (mut twin, mut again) = (start(), Vec::new());
        prop_assert_eq!(replay(&mut twin, records, |output| again.push(output)), Ok(()));
        twin.advance(group.clock());
        let is_event = |output: &Output| !matches!(output, Output::Tail { .. });
        told.retain(is_event);
        again.retain(is_event);
        prop_assert!(again == told, "told otherwise");
        prop_assert_eq!(twin.digest(), group.digest());
    }

    #[test]
    fn law_6_the_promise_holds_in_every_window(script in script::script(60)) {
        let mut stage = Stage::new(&script);
        // One for each entry: by the outcomes, for those evicted at once, and as they are read, for
        // those that tell a last total.
        let mut times = BTreeMap::new();
        let mut cursor = stage.group.tail();
        for line in lines(&script, is_change) {
            for output in stage.play(&line).1 {
                if let Output::Ended { outcome: Outcome::Delivered { seq, at }, .. } = output {
                    times.insert(seq, at);
                }
            }
            let messages = stage.read(&mut cursor).0.into_iter().filter(|entry| {
                !matches!(entry.class, Class::Tip | Class::Notice)
            });
            times.extend(messages.map(|entry| (entry.seq, entry.at)));
        }
        let times: Vec<Timestamp> = times.into_values().collect();
        let traffic = &stage.group.config().settings().traffic;
        let (rate, burst) = (u128::from(traffic.rate.get()), u128::from(traffic.burst));
        for (first, from) in times.iter().enumerate() {
            for (count, to) in (1_u128..).zip(&times[first..]) {
                let allowed = to.since(*from).as_nanos() * rate / 1_000_000_000 + burst;
                prop_assert!(count <= allowed, "{count} in {:?}", to.since(*from));
            }
        }
    }

    #[test]
    fn law_7_nothing_goes_before_what_matters_more(script in script::script(80)) {
        watch_releases(&script, |released, waiting| {
            // Whatever the rate admits of a lower priority, it admits of a higher one.
            let overtaken = waiting.values().any(|other| other.priority < released.priority);
            prop_assert!(!overtaken, "a {} overtook", released.priority);
            Ok(())
        })?;
    }

    #[test]
    fn law_8_nobody_gets_more_than_a_turn_above_another(script in script::script(80)) {
        // For each pair of authors who wait all the while: how far one is ahead.
        let mut ahead = BTreeMap::<(Priority, Option<UserId>, Option<UserId>), i64>::new();
        watch_releases(&script, |released, waiting| {
            let waits = |author: &Option<UserId>, priority| {
                waiting.values().any(|it| it.author == *author && it.priority == priority)
            };
            ahead.retain(|(priority, one, other), _| {
                waits(one, *priority) && waits(other, *priority)
            });
            if !waits(&released.author, released.priority) {
                return Ok(());
            }
            let others = waiting.values().filter(|it| {
                it.priority == released.priority && it.author != released.author
            });
            let others: std::collections::BTreeSet<_> = others.map(|it| it.author.clone()).collect();
            for other in others {
                let own = released.author.clone();
                *ahead.entry((released.priority, own.clone(), other.clone())).or_default() += 1;
                *ahead.entry((released.priority, other, own)).or_default() -= 1;
            }
            prop_assert!(ahead.values().all(|turns| *turns <= 1), "{ahead:?}");
            Ok(())
        })?;
    }

    #[test]
    fn law_8_shares_follow_the_weights_of_roles_and_marks(
        weights in prop::array::uniform4(1_u8..6),
        marked in 1_u8..6,
        order in prop::collection::vec(0_usize..4, 0..60),
        rounds in 1_u8..8,
    ) {
        let mut settings = GroupConfig::modern().settings().clone();
        settings.house = HouseRules::default();
        (settings.traffic.exempt, settings.folding) = (RoleSet::NONE, None);
        let lane = Lane { capacity: 1_000, max_wait: Duration::from_mins(1) };
        settings.traffic.lanes[Priority::Normal] = lane;
        // Member, admin, owner, app.
        for (role, weight) in settings.traffic.weights[1..].iter_mut().zip(weights) {
            *role = NonZeroU8::new(weight).expect("at least 1");
        }
        let weight = NonZeroU8::new(marked).expect("at least 1");
        settings.traffic.mark_weights = vec![(1_000, NonZeroU8::MIN), (1_001, weight)];
        let users = ["bob", "cy", "ann"].map(|name| name.parse::<UserId>().expect("a good id"));
        let (id, config) = (GroupId::custom("shares").expect("a good id"), settings.build());
        let (key, config) = (HashKey::new(1, 2), config.expect("good settings"));
        let owner = Some(users[2].clone());
        let mut group = Group::new(id, owner, config, Epoch(1), key, script::START);
        let mut push = |by: &Author, command: Command| {
            prop_assert!(group.push(script::START, by.clone(), command).is_ok());
            Ok(())
        };
        let mut authors: Vec<Author> = (0..3).map(|number| Author::Session(SessionId(number))).collect();
        for (by, user) in authors.iter().zip(&users) {
            push(by, Command::join(user.clone(), Profile::default(), Platform::Web))?;
        }
        push(&Author::App, Command::SetAdmin { user: users[1].clone() })?;
        // The member has two marks, of which the heavier one counts, if it is heavier than the role.
        let (member, marks) = ([users[0].clone()].into_iter().collect(), vec![1_000, 1_001].into());
        push(&Author::App, Command::Mark { users: member, marks, on: true })?;
        let mut weights = weights;
        weights[0] = weights[0].max(marked);
        authors.push(Author::App);
        // The door is closed first, so that all wait from the same moment on, and all the while.
        for _ in 0..4 {
            push(&Author::App, Command::custom(Kind::Gift, "rose"))?;
        }
        for author in order.into_iter().chain((0..36).flat_map(|_| 0..4)) {
            push(&authors[author], Command::text("hello"))?;
        }
        group.advance(script::START + Duration::from_mins(1));
        let delivered = std::iter::from_fn(|| group.poll()).filter_map(|output| match output {
            Output::Ended { message, outcome: Outcome::Delivered { .. }, .. } => Some(message),
            _ => None,
        });
        let texts = delivered.filter(|message| message.priority == Priority::Normal);
        let a_round: usize = weights.iter().map(|weight| usize::from(*weight)).sum();
        let mut had = BTreeMap::<Option<UserId>, u8>::new();
        for message in texts.take(a_round * usize::from(rounds)) {
            *had.entry(message.sender.user.clone()).or_default() += 1;
        }
        let due = users.into_iter().map(Some).chain([None]).zip(weights);
        let due: BTreeMap<_, _> = due.map(|(author, weight)| (author, weight * rounds)).collect();
        prop_assert_eq!(had, due);
    }

    #[test]
    fn law_9_all_readers_see_one_history_and_know_what_they_missed(script in script::script(60)) {
        let mut stage = Stage::new(&script);
        let mut readers: Vec<(Cursor, PerClass<u64>)> = Vec::new();
        for line in play::rehearse(&script) {
            stage.play(&line);
            readers.push((stage.group.tail(), stage.group.stats().appended));
        }
        let appended = stage.group.stats().appended;
        let mut known = BTreeMap::new();
        for (mut cursor, before) in readers {
            let batch = stage.group.batch(&cursor).expect("a cursor of this group");
            let first = cursor;
            let (entries, missed) = stage.read(&mut cursor);
            prop_assert!(entries.is_sorted_by(|left, right| left.seq < right.seq));
            for class in Class::ALL {
                let read = entries.iter().filter(|entry| entry.class == class).count() as u64;
                prop_assert_eq!(appended[class] - before[class], read + missed[class]);
            }
            prop_assert!(entries.iter().zip(batch.entries()).all(|(left, right)| *left == **right));
            prop_assert_eq!(batch.from(), &first);
            for entry in entries {
                let seq = entry.seq;
                let same = known.entry(seq).or_insert_with(|| entry.clone());
                prop_assert_eq!(&*same, &entry);
            }
        }
    }

    #[test]
    fn law_9_what_a_shadow_muted_author_says_reaches_nobody_else(script in script::script(60)) {
        let mut stage = Stage::new(&script);
        let mut cursor = stage.group.tail();
        let (mut shadowed, mut delivered) = (Vec::new(), Vec::new());
        let in_shadow = |stage: &Stage| -> BTreeMap<UserId, Timestamp> {
            stage.group.shadows().map(|(user, until)| (user.clone(), until)).collect()
        };
        for line in play::rehearse(&script) {
            let before = in_shadow(&stage);
            let outputs = stage.play(&line).1;
            // Who was and is, by the same shadow mute, was all the while.
            let mut throughout = in_shadow(&stage);
            throughout.retain(|user, until| before.get(user) == Some(until));
            for output in outputs {
                match &output {
                    Output::Ended {
                        message,
                        session: Some(_),
                        outcome: Outcome::Delivered { .. },
                        ..
                    } => {
                        let author = message.sender.user.as_ref().expect("a session is a user's");
                        prop_assert!(!throughout.contains_key(author), "{} is heard", author);
                    }
                    Output::Ended {
                        message,
                        outcome: Outcome::Discarded(Discard::Shadowed),
                        session,
                        disclose,
                        ..
                    } => {
                        prop_assert!(!disclose);
                        let told = session.map(|session| (session, Told::Sent));
                        prop_assert_eq!(output.to_author(), told);
                        shadowed.push(message.id);
                    }
                    Output::Echo { session, messages, .. } => {
                        let occupant = stage.group.occupant(*session);
                        for message in messages.iter() {
                            prop_assert!(shadowed.contains(&message.id));
                            let author = message.sender.user.clone().map(Occupant::Member);
                            prop_assert_eq!(&author, &occupant);
                        }
                    }
                    _ => {}
                }
            }
            let entries = stage.read(&mut cursor).0;
            delivered.extend(entries.into_iter().filter_map(|entry| match entry.body {
                Body::Message(message) => Some(message.id),
                _ => None,
            }));
        }
        prop_assert!(shadowed.iter().all(|id| !delivered.contains(id)));
    }

    #[test]
    fn law_10_only_who_may_speak_is_heard(script in script::script(60)) {
        let mut stage = Stage::new(&script);
        let owned = stage.group.owner().is_some();
        // What the app says in a user's name is not silenced with the user.
        let mut of_app = std::collections::BTreeSet::new();
        for line in play::rehearse(&script) {
            let answer = stage.play(&line).0;
            let Some((by, command)) = &line.1 else { continue };
            let group = &stage.group;
            match (command, &answer) {
                (Command::Send(_), Some(Ok(Receipt::Sent { message, duplicate: false, .. }))) => {
                    let author = group.explain(*message).expect("just accepted").author;
                    if let Author::Session(_) = by {
                        let author = author.expect("a session is a user's");
                        prop_assert!(group.member(&author).is_some());
                        prop_assert_eq!(group.muted_until(&author), None);
                        prop_assert_eq!(group.banned_until(&author), None);
                    }
                    if matches!(by, Author::AppAs { .. }) {
                        of_app.insert(*message);
                    }
                    let guest = matches!(by, Author::Guest(_));
                    prop_assert!(!guest);
                }
                (
                    Command::Mute { users, .. }
                    | Command::Shadow { users, .. }
                    | Command::Kick { users, .. }
                    | Command::Ban { users, .. },
                    Some(Ok(_)),
                ) => {
                    let stats = group.stats();
                    for id in 1..=stats.accepted() {
                        let Some(told) = group.explain(MessageId(id)) else { continue };
                        let silenced = told.author.is_some_and(|user| users.contains(&user))
                            && !of_app.contains(&MessageId(id));
                        // What is held of a shadow-muted author's ends later, if it is to go on.
                        let held = matches!(told.state, State::Held { .. })
                            && matches!(command, Command::Shadow { .. });
                        let ended = matches!(told.state, State::Ended(_)) || held;
                        prop_assert!(!silenced || ended, "message {id} is on its way");
                    }
                }
                (Command::Transfer { user }, Some(Ok(_))) => {
                    prop_assert_eq!(group.owner(), Some(user));
                }
                _ => prop_assert!(!owned || group.owner().is_some()),
            }
        }
    }

    #[test]
    fn an_authors_messages_are_delivered_in_their_order_however_they_are_decided(
        script in script::script(60),
    ) {
        let mut script = script.clone();
        (script.knobs.in_order, script.knobs.preview, script.knobs.exempt) = (true, None, 1);
        // What is folded is delivered with the sum of its fold, which may be after what its author said later.
        script.knobs.folding = None;
        let mut stage = Stage::new(&script);
        let mut last = BTreeMap::<(Option<UserId>, Priority), MessageId>::new();
        for line in lines(&script, is_change) {
            for output in stage.play(&line).1 {
                let Output::Ended { message, outcome: Outcome::Delivered { .. }, .. } = output else {
                    continue;
                };
                let lane = (message.sender.user.clone(), message.priority);
                let before = last.insert(lane, message.id);
                prop_assert!(before < Some(message.id), "{} after {:?}", message.id, before);
            }
        }
    }

    #[test]
    fn nobody_reads_a_members_message_before_its_preview_is_over(
        script in script::script(60),
        delay in 2_000_u64..=6_000,
    ) {
        let mut script = script.clone();
        // No member becomes staff here.
        (script.knobs.preset, script.knobs.all_powers) = (0, false);
        script.knobs.preview = Some(delay);
        let delay = Duration::from_millis(delay);
        let mut stage = Stage::new(&script);
        let mut shown = BTreeMap::new();
        for line in lines(&script, is_change) {
            for output in stage.play(&line).1 {
                match output {
                    Output::Preview { message, expires, .. } => {
                        prop_assert!(shown.insert(message.id, expires).is_none(), "shown twice");
                    }
                    Output::Ended { message, session: Some(_), outcome, .. } => {
                        let member = message.sender.role == Some(Role::Member);
                        let Outcome::Delivered { at, .. } = outcome else { continue };
                        if member {
                            let until = shown.get(&message.id).copied();
                            prop_assert!(until.is_some_and(|until| until <= at));
                            prop_assert!(at >= message.accepted + delay);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn no_hash_key_can_be_seen(script in script::script(60), key in any::<(u64, u64)>()) {
        let mut stage = Stage::new(&script);
        let mut twin = Stage::with(&script, "stage", HashKey::new(key.0, key.1));
        for line in play::rehearse(&script) {
            prop_assert_eq!(stage.play(&line), twin.play(&line));
            prop_assert_eq!(stage.group.digest(), twin.group.digest());
        }
    }
}

#[test]
fn law_11_a_full_queue_refuses_and_loses_nothing() {
    let now = Timestamp::from_secs(1_600_000_000);
    let id = GroupId::custom("full").expect("a good id");
    let config = GroupConfig::livestream();
    let limit = config.settings().limits.outputs as usize;
    let mut group = Group::new(id, None, config, Epoch(1), HashKey::new(1, 2), now);
    let mut accepted = 0_u64;
    let refused = loop {
        match group.push(now, Author::App, Command::text("hello")) {
            Ok(_) => accepted += 1,
            Err(refusal) => break refusal,
        }
        assert!(accepted < 100_000, "never refused");
    };
    assert!(matches!(refused, Refusal::Undrained { .. }), "{refused:?}");
    // Refused as long as it is not polled, whatever the time: the clock goes as far as to what can't
    // be settled, and nothing else changes.
    let told = |group: &Group| {
        let stats = group.stats();
        (stats.flow, group.tail(), group.digest())
    };
    let (flow, tail, _) = told(&group);
    group.advance(now + Duration::from_secs(1));
    let stopped = told(&group);
    assert_eq!((stopped.0, stopped.1), (flow, tail), "it went on without room for what it says");
    for secs in 1..4 {
        let later = now + Duration::from_secs(secs);
        assert!(group.push(later, Author::App, Command::text("more")).is_err());
        group.advance(later);
        assert_eq!(told(&group), stopped);
    }
    assert!(group.clock() < now + Duration::from_secs(1));
    let (mut outputs, mut ended) = (0, 0_u64);
    while let Some(output) = group.poll() {
        outputs += 1;
        ended += u64::from(matches!(output, Output::Ended { .. }));
    }
    assert!(outputs <= limit + 1, "{outputs}");
    // Drained, it goes on exactly where it stopped: every message has its end, at its own time.
    group.advance(now + Duration::from_secs(3));
    while let Some(output) = group.poll() {
        if let Output::Ended { outcome, .. } = &output {
            ended += 1;
            if let Outcome::Delivered { at, .. } = outcome {
                assert!(*at <= now + Duration::from_millis(250));
            }
        }
    }
    assert_eq!(ended, accepted);
    assert!(group.push(now + Duration::from_secs(3), Author::App, Command::text("again")).is_ok());
}

#[test]
fn law_11_the_ends_of_folded_messages_have_room() {
    let now = Timestamp::from_secs(1_600_000_000);
    let mut settings = GroupConfig::modern().settings().clone();
    settings.traffic.lanes.0.iter_mut().for_each(|lane| lane.capacity = 1);
    (settings.asking.open, settings.presence.per_user) = (1, 1);
    let folding = settings.folding.as_mut().expect("modern folds");
    let combos = folding.combos.as_mut().expect("gifts too");
    (combos.open, combos.messages, folding.echoes, folding.waiting) = (1, 100, None, 50);
    // 2,633 for the rest, one for the fold, one for each message in it.
    settings.limits.outputs = 2_633 + 51;
    let id = GroupId::custom("folds").expect("a good id");
    let config = settings.clone().build().expect("just enough room");
    let mut group = Group::new(id, None, config.clone(), Epoch(1), HashKey::new(1, 2), now);
    let gift = || Command::custom(Kind::Gift, "rose");
    let mut accepted = 0_u64;
    while group.push(now, Author::App, gift()).is_ok() {
        accepted += 1;
    }
    // The first was delivered, and its output waits: beside it and the fold 49 have room, and so one
    // more is let in.
    assert_eq!(accepted, 51);
    while group.poll().is_some() {}
    assert!(group.push(now, Author::App, gift()).is_ok(), "alone, in its lane: no more may wait");
    let smaller = Settings {
        limits: Limits { outputs: 2_633, ..settings.limits },
        folding: None,
        ..settings
    };
    let smaller = Command::Configure(Box::new(smaller.build().expect("without folds")));
    while group.poll().is_some() {}
    let refused = group.push(now, Author::App, smaller.clone());
    assert!(
        matches!(refused, Err(Refusal::TooMany { field: Field::Folds, limit: 0, count: 51 })),
        "{refused:?}"
    );
    assert_eq!(group.push(now, Author::App, Command::Disband), Ok(Receipt::Done));
    let ended = std::iter::from_fn(|| group.poll());
    assert_eq!(ended.filter(|output| matches!(output, Output::Ended { .. })).count(), 50);
}

#[test]
fn law_11_a_step_of_everything_fits_what_is_reserved_for_it() {
    let now = Timestamp::from_secs(1_600_000_000);
    for per_user in [1, 3] {
        let mut settings = GroupConfig::modern().settings().clone();
        settings.traffic.lanes.0.iter_mut().for_each(|lane| lane.capacity = 100);
        (settings.presence.per_user, settings.journal) = (per_user, true);
        settings.strikes.table = vec![Escalation::Ban { span: Duration::from_secs(1) }];
        settings.folding = None;
        let reserved = 4 * 100 + settings.asking.open + 500 * (per_user + 4) + 128;
        settings.limits.outputs = reserved;
        let id = GroupId::custom("step").expect("a good id");
        let config = settings.build().expect("just enough");
        let mut group = Group::new(id, None, config, Epoch(1), HashKey::new(1, 2), now);
        let mut users = Vec::<UserId>::new();
        for number in 0..100_u32 {
            let user: UserId = format!("u{number}").parse().expect("a good id");
            for place in 0..per_user {
                let by = Author::Session(SessionId((number * per_user + place).into()));
                let join = Command::join(user.clone(), Profile::default(), Platform::Web);
                for command in [join, Command::text("hi")] {
                    group.push(now, by.clone(), command).expect("there is room");
                    while group.poll().is_some() {}
                }
            }
            users.push(user);
        }
        let acts = Acts {
            warn: true,
            notice: Some("beware".into()),
            silence: Some(Silencing::Shadow { span: Span::Forever }),
            remove: Some(Removing::Ban { span: Span::Forever, prints: true }),
            ..Acts::default()
        };
        let step = Command::Moderate { users: users.into(), acts: Box::new(acts) };
        group.push(now, Author::App, step).expect("there is room for all of it");
        let told = std::iter::from_fn(|| group.poll()).count();
        assert!(told > 500 && told <= reserved as usize, "{told} of {reserved}");
    }
}

#[test]
fn law_11_duplicates_are_remembered_in_bounded_number() {
    use liveroom::{Draft, Random};
    let now = Timestamp::from_secs(1_600_000_000);
    let id = GroupId::custom("random").expect("a good id");
    let config = GroupConfig::livestream();
    let mut group = Group::new(id, None, config, Epoch(1), HashKey::new(1, 2), now);
    let mut send = |random: u32| {
        let draft = Draft::text("hello").random(Random(random));
        let receipt = group.push(now, Author::App, draft.into());
        while group.poll().is_some() {}
        match receipt {
            Ok(Receipt::Sent { duplicate, .. }) => duplicate,
            other => panic!("{other:?}"),
        }
    };
    assert!((0..32).all(|random| !send(random)));
    assert!((0..32).all(&mut send), "the last 32 are known");
    assert!(!send(32));
    assert!(!send(0), "the 33rd pushed the first out");
    assert!(send(32));
}
