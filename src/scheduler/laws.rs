//! The laws of the scheduler, on random scripts.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    Arrival, Offered, Scheduler, Taken,
    model::{START, Step, any_offer, any_priority, any_traffic},
    tests::{author, key, lanes, normal_cap, traffic},
};
use crate::{
    config::Traffic,
    id::MessageId,
    message::Priority,
    time::{Rate, Timestamp},
};

/// What happened in a script, for those who look at it from outside.
#[derive(Default)]
struct History {
    released: Vec<(Timestamp, Taken<u64>)>,
    waiting: BTreeMap<MessageId, (Priority, bool)>,
}

impl History {
    fn released(&mut self, at: Timestamp, message: Taken<u64>) {
        self.waiting.remove(&message.id);
        self.released.push((at, message));
    }

    /// What a bucket with this interval still holds at `at`: an interval for each release.
    fn level(&self, at: Timestamp, interval: u128, counts: impl Fn(&Taken<u64>) -> bool) -> u128 {
        let passed = self.released.iter().filter(|(_, message)| counts(message));
        let full =
            passed.fold(0, |full: u128, (then, _)| full.max(then.as_nanos().into()) + interval);
        full.saturating_sub(at.as_nanos().into())
    }
}

/// Settles up to `to` and keeps a history; `check` sees each message before it is released.
fn settle(
    scheduler: &mut Scheduler<u64>,
    traffic: &Traffic,
    (mut now, to): (Timestamp, Timestamp),
    history: &mut History,
    check: impl Fn(&History, Timestamp, &Taken<u64>),
) {
    loop {
        while let Some(message) = scheduler.release(now, traffic) {
            check(history, now, &message);
            history.released(now, message);
        }
        while let Some(message) = scheduler.expire(now, traffic) {
            history.waiting.remove(&message.id);
        }
        let release = scheduler.next_release(now, traffic);
        let expiry = scheduler.next_expiry(now, traffic);
        match release.into_iter().chain(expiry).min().filter(|at| *at <= to) {
            Some(at) => now = at,
            None => return,
        }
    }
}

/// Runs offers (author, priority, pause in ms); authors 4 and 5 are exempt, and payloads name them.
fn run(
    traffic: &Traffic,
    script: &[(u8, Priority, u64)],
    check: impl Fn(&History, Timestamp, &Taken<u64>) + Copy,
) -> History {
    let (mut scheduler, mut history, mut now) = (Scheduler::new(key()), History::default(), START);
    for (id, &(user, priority, pause)) in (1..).zip(script) {
        let to = now + std::time::Duration::from_millis(pause);
        settle(&mut scheduler, traffic, (now, to), &mut history, check);
        now = to;
        let (id, exempt) = (MessageId(id), user >= 4);
        let author = author(user, exempt, 1);
        history.waiting.insert(id, (priority, exempt));
        let arrival = Arrival { id, author, priority, payload: user.into() };
        match scheduler.offer(now, traffic, arrival) {
            Offered::Released(message) => {
                check(&history, now, &message);
                history.released(now, message);
            }
            Offered::Waiting { shed, .. } => {
                shed.map(|message| history.waiting.remove(&message.id));
            }
            Offered::Shed(message) => {
                history.waiting.remove(&message.id);
            }
        }
    }
    history
}

/// At most rate · w + burst of `times` in any window of length w, both ends included.
fn assert_promise(times: &[Timestamp], rate: Rate, burst: u32) {
    for (first, from) in times.iter().enumerate() {
        for (count, to) in (1_u128..).zip(&times[first..]) {
            let promised = u128::from(rate.get()) * to.since(*from).as_nanos()
                + u128::from(burst) * 1_000_000_000;
            assert!(count * 1_000_000_000 <= promised, "{count} from {from} to {to}");
        }
    }
}

fn any_script() -> impl Strategy<Value = Vec<(u8, Priority, u64)>> {
    prop::collection::vec(
        (0..6_u8, any_priority(), prop_oneof![4 => Just(0), 1 => 0..90_u64]),
        1..120,
    )
}

/// A message that found none of its author's waiting, and when its round is over.
struct Newcomer {
    id: MessageId,
    arrived: Timestamp,
    /// How many other authors waited.
    others: usize,
    /// Each of them has had a turn by then, and this message has been released.
    by: Timestamp,
}

/// Runs offers (author, priority, pause in ms) to the end; payloads name the authors.
fn newcomers(
    traffic: &Traffic,
    weights: &[u8],
    script: &[(u8, Priority, u64)],
) -> (Vec<Newcomer>, History) {
    let (mut scheduler, mut history, mut now) = (Scheduler::new(key()), History::default(), START);
    let mut newcomers = Vec::new();
    for (id, &(user, priority, pause)) in (1..).map(MessageId).zip(script) {
        let to = now + std::time::Duration::from_millis(pause);
        settle(&mut scheduler, traffic, (now, to), &mut history, |_, _, _| {});
        now = to;
        let lane = scheduler.iter().filter(|waits| waits.priority == priority);
        let waiting: BTreeSet<u64> = lane.map(|waits| *waits.payload).collect();
        if priority == Priority::Normal && !waiting.contains(&user.into()) {
            let turns = waiting.iter().map(|of| u32::from(weights[usize::try_from(*of).unwrap()]));
            let by = now + traffic.rate.interval() * (turns.sum::<u32>() + 1);
            newcomers.push(Newcomer { id, arrived: now, others: waiting.len(), by });
        }
        let author = author(user, false, weights[usize::from(user)]);
        let arrival = Arrival { id, author, priority, payload: user.into() };
        if let Offered::Released(message) = scheduler.offer(now, traffic, arrival) {
            history.released(now, message);
        }
    }
    settle(&mut scheduler, traffic, (now, Timestamp::LATEST), &mut history, |_, _, _| {});
    (newcomers, history)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_promise_holds_in_every_window(traffic in any_traffic(), script in any_script()) {
        let history = run(&traffic, &script, |_, _, _| {});
        let times = |counts: &dyn Fn(&Taken<u64>) -> bool| -> Vec<Timestamp> {
            let of = history.released.iter().filter(|(_, message)| counts(message));
            of.map(|(at, _)| *at).collect()
        };
        assert_promise(&times(&|_| true), traffic.rate, traffic.burst);
        for priority in Priority::ALL {
            if let Some(cap) = &traffic.caps[priority] {
                let capped = times(&|message| message.priority == priority && message.payload < 4);
                assert_promise(&capped, cap.rate, cap.burst);
            }
        }
    }

    #[test]
    fn none_is_released_before_one_of_higher_priority_that_is_eligible(
        traffic in any_traffic(),
        script in any_script(),
    ) {
        run(&traffic, &script, |history, now, message| {
            for (id, &(priority, exempt)) in &history.waiting {
                if priority >= message.priority {
                    continue;
                }
                let interval = traffic.rate.interval().as_nanos();
                let reserved = if priority == Priority::High { 0 } else { traffic.reserve };
                let room = u128::from(traffic.burst - 1 - reserved) * interval;
                let by_rate = history.level(now, interval, |_| true) <= room;
                let by_cap = exempt || traffic.caps[priority].is_none_or(|cap| {
                    let interval = cap.rate.interval().as_nanos();
                    let counts = |m: &Taken<u64>| m.priority == priority && m.payload < 4;
                    history.level(now, interval, counts) <= u128::from(cap.burst - 1) * interval
                });
                assert!(!(by_rate && by_cap), "{id} waits while {message:?} is released");
            }
        });
    }

    #[test]
    fn high_never_waits_while_high_alone_keeps_to_the_rate_and_the_reserve(
        rate in 1..200_u32,
        burst in 2..6_u32,
        reserve in 1..5_u32,
        script in any_script(),
    ) {
        let reserve = reserve.min(burst - 1);
        let traffic = lanes(&traffic(rate, burst, reserve), 8, 250);
        let interval = traffic.rate.interval();
        let (mut now, mut full) = (START, START);
        // Of the High messages, only those that keep to the rate with a burst of the reserve.
        let script: Vec<_> = script
            .into_iter()
            .map(|(user, priority, pause)| {
                now += std::time::Duration::from_millis(pause);
                if priority != Priority::High {
                    return (user, priority, pause);
                }
                if full.max(now).since(now) > interval * (reserve - 1) {
                    return (user, Priority::Normal, pause);
                }
                full = full.max(now) + interval;
                (user, Priority::High, pause)
            })
            .collect();
        let high = script.iter().filter(|(_, priority, _)| *priority == Priority::High).count();
        let history = run(&traffic, &script, |_, now, message| {
            assert!(message.priority != Priority::High || message.arrived == now);
        });
        let released = history.released.iter().map(|(_, message)| message.priority);
        assert_eq!(released.filter(|priority| *priority == Priority::High).count(), high);
    }

    #[test]
    fn no_author_who_waits_gets_more_than_one_turn_above_another(
        weights in prop::array::uniform4(1..5_u8),
        order in prop::collection::vec(0..4_u8, 0..60),
        releases in 1..40_u64,
        high in prop::collection::vec(0..40_u64, 0..10),
    ) {
        let traffic = lanes(&traffic(40, 1, 0), 1_000, 3_600_000);
        let mut scheduler = Scheduler::new(key());
        let mut now = START;
        // The door is closed first, so that all wait from the same moment on.
        let mut offer = |scheduler: &mut Scheduler<u8>, user, weight, priority| {
            now += std::time::Duration::from_nanos(1);
            let author = author(user, false, weight);
            let id = MessageId(now.as_nanos());
            scheduler.offer(now, &traffic, Arrival { id, author, priority, payload: user })
        };
        offer(&mut scheduler, 5, 1, Priority::High);
        // Each has at least as many as can be released, so that all wait all the while.
        let all = order.into_iter().chain((0..40).flat_map(|_| 0..4));
        for user in all {
            offer(&mut scheduler, user, weights[usize::from(user)], Priority::Normal);
        }
        let mut now = START;
        let mut had = [0_u64; 4];
        for turn in 0..releases {
            if high.contains(&turn) {
                let (id, author) = (MessageId(turn), author(5, false, 1));
                let arrival = Arrival { id, author, priority: Priority::High, payload: 5 };
                scheduler.offer(now, &traffic, arrival);
            }
            now = scheduler.next_release(now, &traffic).unwrap();
            let user = scheduler.release(now, &traffic).unwrap().payload;
            if let Some(had) = had.get_mut(usize::from(user)) {
                *had += 1;
            }
            for (one, &weight) in had.iter().zip(&weights) {
                for (other, &other_weight) in had.iter().zip(&weights) {
                    let turns = one.div_ceil(weight.into());
                    assert!(turns <= other / u64::from(other_weight) + 1, "{had:?} of {weights:?}");
                }
            }
        }
    }

    #[test]
    fn who_has_none_waiting_is_served_within_one_round_and_loses_nothing_if_that_is_in_time(
        rate in 1..200_u32,
        (burst, reserve) in (1..6_u32, 0..6_u32),
        (capacity, wait) in (1..24_u32, 0..400_u64),
        weights in prop_oneof![Just([1; 10]), prop::array::uniform10(1..4_u8)],
        script in prop::collection::vec(
            (
                // Number 1 floods.
                prop_oneof![Just(1), 0..10_u8],
                prop_oneof![
                    4 => Just(Priority::Normal),
                    1 => Just(Priority::Low),
                    1 => Just(Priority::Lowest),
                ],
                prop_oneof![4 => Just(0), 1 => 0..90_u64],
            ),
            1..120,
        ),
    ) {
        let traffic = lanes(&traffic(rate, burst, reserve % burst), capacity, wait);
        let (newcomers, history) = newcomers(&traffic, &weights, &script);
        let released: BTreeMap<MessageId, Timestamp> =
            history.released.iter().map(|(at, message)| (message.id, *at)).collect();
        for Newcomer { id, arrived, others, by } in newcomers {
            let has_room = others < capacity as usize;
            let in_time = by <= arrived + traffic.lanes[Priority::Normal].max_wait;
            match released.get(&id) {
                Some(at) => assert!(*at <= by, "{id} at {at}, and its round ends at {by}"),
                None => assert!(!(has_room && in_time), "{id} of {arrived} is lost before {by}"),
            }
        }
    }

    #[test]
    fn each_lane_leaves_in_the_order_that_was_announced_whatever_the_others_do(
        traffic in any_traffic(),
        offers in prop::collection::vec((any_offer(), prop::option::weighted(0.1, 0..60_u64)), 1..80),
    ) {
        let traffic = lanes(&traffic, 80, 86_400_000);
        let (mut scheduler, mut now) = (Scheduler::new(key()), START);
        for (id, (offer, pause)) in (1..).map(MessageId).zip(offers) {
            let Step::Offer { user, exempt, weight, priority } = offer else { unreachable!() };
            let author = author(user, exempt, weight);
            scheduler.offer(now, &traffic, Arrival { id, author, priority, payload: id.0 });
            // A release here and there, so that turns are under way.
            if let Some(pause) = pause {
                now += std::time::Duration::from_millis(pause);
                scheduler.release(now, &traffic);
            }
        }
        let announced = Priority::ALL.map(|priority| {
            let standing = scheduler.in_turn(priority);
            standing.map(|it| (it.id, it.arrived, *it.payload)).collect::<Vec<_>>()
        });
        let mut left = [const { Vec::new() }; 4];
        while let Some(at) = scheduler.next_release(now, &traffic) {
            now = at;
            let taken = scheduler.release(now, &traffic).unwrap();
            left[taken.priority as usize].push((taken.id, taken.arrived, taken.payload));
        }
        assert_eq!(left, announced);
    }

    #[test]
    fn as_many_are_admitted_at_once_as_are_allowed_and_the_next_when_it_was_said(
        traffic in any_traffic(),
        script in any_script(),
        priority in any_priority(),
        exempt: bool,
    ) {
        let (mut scheduler, mut now) = (Scheduler::new(key()), START);
        for (id, (user, priority, pause)) in (1..).map(MessageId).zip(script) {
            now += std::time::Duration::from_millis(pause);
            let arrival = Arrival { id, author: author(user, user >= 4, 1), priority, payload: 0 };
            scheduler.offer(now, &traffic, arrival);
        }
        // What waits has no part in it.
        scheduler.drain_all();
        let offer = |scheduler: &mut Scheduler<u8>, now| {
            let author = author(1, exempt, 1);
            let id = MessageId(u64::MAX);
            let arrival = Arrival { id, author, priority, payload: 0 };
            let released = matches!(scheduler.offer(now, &traffic, arrival), Offered::Released(_));
            scheduler.drain_all();
            released
        };
        let count = |scheduler: &Scheduler<u8>, now| {
            let mut copy = scheduler.clone();
            (0..).take_while(|_| offer(&mut copy, now)).count()
        };
        let allowance = scheduler.allowance(now, &traffic, priority, exempt);
        assert_eq!(count(&scheduler, now), allowance.now as usize);
        let next = allowance.next.unwrap();
        assert_eq!(next == now, allowance.now > 0);
        assert!(count(&scheduler, next) > 0);
        if next > now {
            assert_eq!(count(&scheduler, next.before(std::time::Duration::from_nanos(1))), 0);
        }
        let later = allowance.full + std::time::Duration::from_secs(3_600);
        assert_eq!(count(&scheduler, allowance.full), count(&scheduler, later));
        let reserve = if priority == Priority::High { 0 } else { traffic.reserve };
        let cap = traffic.caps[priority].filter(|_| !exempt).map_or(u32::MAX, |cap| cap.burst);
        assert_eq!(count(&scheduler, later), (traffic.burst - reserve).min(cap) as usize);
    }

    #[test]
    fn a_full_lane_sheds_the_newest_of_an_author_with_most_waiting(
        capacity in 0..12_u32,
        users in prop::collection::vec(0..5_u8, 1..80),
    ) {
        let traffic = lanes(&traffic(1, 1, 0), capacity, 3_600_000);
        let mut scheduler = Scheduler::new(key());
        let mut waiting: Vec<(MessageId, u8)> = Vec::new();
        for (id, user) in (1..).map(MessageId).zip(users) {
            let (author, priority) = (author(user, false, 1), Priority::Low);
            let arrival = Arrival { id, author, priority, payload: user };
            waiting.push((id, user));
            let left = match scheduler.offer(START, &traffic, arrival) {
                Offered::Waiting { shed, .. } => shed,
                Offered::Shed(taken) => Some(taken),
                Offered::Released(taken) => {
                    waiting.retain(|(id, _)| *id != taken.id);
                    None
                }
            };
            if let Some(shed) = left {
                let count = |user: u8| waiting.iter().filter(|(_, of)| *of == user).count();
                assert!((0..5).all(|user| count(user) <= count(shed.payload)));
                let newest = waiting.iter().rev().find(|(_, of)| *of == shed.payload);
                assert_eq!(newest, Some(&(shed.id, shed.payload)));
                assert_eq!(waiting.len(), capacity as usize + 1, "only an overfull lane sheds");
                waiting.retain(|(id, _)| *id != shed.id);
            }
            assert!(scheduler.len() <= capacity);
        }
    }
}

#[test]
fn a_capped_lane_is_overtaken_by_lower_lanes_and_by_the_exempt() {
    let traffic = normal_cap(&lanes(&traffic(40, 4, 0), 8, 250), 1, 1);
    let script = [
        (1, Priority::Normal, 0),
        (1, Priority::Normal, 0),
        (2, Priority::Low, 0),
        (4, Priority::Normal, 0),
    ];
    let history = run(&traffic, &script, |_, _, _| {});
    let users: Vec<u64> = history.released.iter().map(|(_, message)| message.payload).collect();
    assert_eq!(users, [1, 2, 4]);
    assert!(history.waiting.contains_key(&MessageId(2)));
}
