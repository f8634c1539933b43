//! What groups on a hub say does not hang on how many shards it has.

use std::collections::BTreeMap;

use liveroom::{
    AppId, Drainer, EngineConfig, Group, HashKey, Hub, HubKey, Output, Platform, PushError,
    Receipt, SessionId, Visitor,
};
use proptest::prelude::*;

use crate::{
    cases,
    model::{
        play::{self, Line, Stage},
        script::{self, START, Script},
    },
};

const APP: AppId = AppId(1_400_000_000);

/// What a hub answered, what each group told, and what each was at the end.
#[derive(Clone, Debug, PartialEq)]
struct Evening {
    answers: Vec<Result<Receipt, PushError>>,
    told: BTreeMap<usize, Vec<Output>>,
    digests: Vec<Option<u64>>,
    shards: usize,
}

fn evening(shards: usize, rooms: &[(Script, Vec<Line>)]) -> Result<Evening, PushError> {
    let hub = Hub::new(HashKey::new(shards as u64, 6), shards, EngineConfig::default());
    hub.create_app(START, APP, "simulated", None)?;
    for (user, place) in (0..6).flat_map(|user| (0..3).map(move |place| (user, place))) {
        let platform = [Platform::Web, Platform::Android, Platform::Ios][usize::from(place)];
        let visitor = Visitor::user(script::user(user), platform);
        hub.open(APP, script::session(user, place), visitor)?;
    }
    for guest in 90..93 {
        hub.open(APP, SessionId(guest), Visitor::guest(Platform::MiniProgram))?;
    }
    let mut keys = Vec::new();
    for (number, (script, _)) in rooms.iter().enumerate() {
        let stage = Stage::with(script, &format!("room{number}"), HashKey::new(9, 9));
        keys.push(hub.adopt(APP, stage.group)?);
    }
    let mut drainers: Vec<Drainer<'_>> = (0..shards).filter_map(|it| hub.drainer(it)).collect();
    let (mut answers, mut told, mut now) = (Vec::new(), BTreeMap::<_, Vec<_>>::new(), START);
    let most = rooms.iter().map(|(_, lines)| lines.len()).max().unwrap_or_default();
    for (at, room) in (0..most).flat_map(|at| (0..rooms.len()).map(move |room| (at, room))) {
        let Some((time, push)) = rooms[room].1.get(at) else { continue };
        // One clock for all, and none that runs away with the others.
        now = now.max((*time).min(now + std::time::Duration::from_secs(60)));
        if let Some((by, command)) = push {
            answers.push(hub.push(now, keys[room], by.clone(), command.clone()));
        }
        for (key, output) in drained(&mut drainers, now) {
            let room = keys.iter().position(|it| *it == key).expect("there are no others");
            told.entry(room).or_default().push(output);
        }
    }
    let digests = keys.iter().map(|key| hub.read(*key, Group::digest)).collect();
    let used: std::collections::BTreeSet<_> = keys.iter().map(|key| key.shard()).collect();
    Ok(Evening { answers, told, digests, shards: used.len() })
}

fn drained(drainers: &mut [Drainer<'_>], now: liveroom::Timestamp) -> Vec<(HubKey, Output)> {
    let mut all = Vec::new();
    for drainer in drainers {
        while drainer.drain(now, 4_096, &mut all).is_some_and(|next| next <= now) {}
    }
    all
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn one_shard_and_many_say_the_same(scripts in prop::collection::vec(script::script(50), 2..5)) {
        let rooms: Vec<_> = scripts
            .into_iter()
            .map(|mut script| {
                (script.knobs.journal, script.knobs.audit) = (true, true);
                let lines = play::rehearse(&script);
                (script, lines)
            })
            .collect();
        let failed = |error: PushError| TestCaseError::fail(error.to_string());
        let one = evening(1, &rooms).map_err(failed)?;
        prop_assert_eq!(one.shards, 1);
        for shards in [2, 7] {
            let many = evening(shards, &rooms).map_err(failed)?;
            prop_assert_eq!(Evening { shards: 1, ..many }, Evening { shards: 1, ..one.clone() });
        }
    }
}
