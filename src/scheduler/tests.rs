//! The scheduler's rules, one by one.

use std::{cell::Cell, num::NonZeroU8, time::Duration};

use super::{Arrival, Authored, Offered, Scheduler, Taken};
use crate::{
    config::{Cap, Lane, Traffic},
    hash::{HashKey, stable_hash},
    id::{MessageId, UserId},
    message::{PerPriority, Priority},
    role::RoleSet,
    time::{Rate, Shift, Timestamp},
};

pub(super) fn key() -> HashKey {
    HashKey::new(1, 2)
}

/// Lanes of 256, 2 s for High and 250 ms for the others, as in the presets.
pub(super) fn traffic(rate: u32, burst: u32, reserve: u32) -> Traffic {
    let lane = |millis| Lane { capacity: 256, max_wait: Duration::from_millis(millis) };
    Traffic {
        rate: Rate::per_second(rate).unwrap(),
        burst,
        reserve,
        lanes: PerPriority([lane(2_000), lane(250), lane(250), lane(250)]),
        caps: PerPriority::default(),
        exempt: RoleSet::STAFF,
        weights: [NonZeroU8::MIN; 5],
        mark_weights: vec![],
    }
}

/// The same traffic with four lanes alike.
pub(super) fn lanes(traffic: &Traffic, capacity: u32, wait_ms: u64) -> Traffic {
    let lane = Lane { capacity, max_wait: Duration::from_millis(wait_ms) };
    Traffic { lanes: PerPriority([lane; 4]), ..traffic.clone() }
}

pub(super) fn normal_cap(traffic: &Traffic, rate: u32, burst: u32) -> Traffic {
    let mut capped = traffic.clone();
    capped.caps[Priority::Normal] = Some(Cap { rate: Rate::per_second(rate).unwrap(), burst });
    capped
}

/// Number 0 is the app.
pub(super) fn author(number: u8, exempt: bool, weight: u8) -> Authored {
    let user = (number > 0).then(|| UserId::new(&format!("user{number}")).unwrap());
    Authored { user, exempt, weight: NonZeroU8::new(weight).unwrap() }
}

fn ms(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A scheduler whose payloads name the author, and what is convenient around it.
struct Desk {
    scheduler: Scheduler<u8>,
    traffic: Traffic,
    next: u64,
}

impl Desk {
    fn new(traffic: Traffic) -> Self {
        Self { scheduler: Scheduler::new(key()), traffic, next: 1 }
    }

    /// A desk of which the burst is used up at 1,000 ms, so that what is offered waits.
    fn busy(traffic: Traffic) -> Self {
        let mut desk = Self::new(traffic);
        for _ in 0..desk.traffic.burst {
            assert!(matches!(desk.offer(1000, Priority::High, 99), Offered::Released(_)));
        }
        desk
    }

    fn offer(&mut self, at: u64, priority: Priority, user: u8) -> Offered<u8> {
        self.offer_by(at, priority, author(user, false, 1), user)
    }

    fn offer_by(
        &mut self,
        at: u64,
        priority: Priority,
        author: Authored,
        payload: u8,
    ) -> Offered<u8> {
        let id = MessageId(self.next);
        self.next += 1;
        self.scheduler.offer(ms(at), &self.traffic, Arrival { id, author, priority, payload })
    }

    /// Offers a Normal message of each at 1,000 ms; all of them wait.
    fn queue(&mut self, users: &[u8]) {
        for &user in users {
            let offered = self.offer(1000, Priority::Normal, user);
            assert!(matches!(offered, Offered::Waiting { shed: None, .. }), "{user}: {offered:?}");
        }
    }

    fn release(&mut self, at: u64) -> Option<Taken<u8>> {
        self.scheduler.release(ms(at), &self.traffic)
    }

    fn expire(&mut self, at: u64) -> Option<Taken<u8>> {
        self.scheduler.expire(ms(at), &self.traffic)
    }

    /// Whom the next releases come from, each at its time.
    fn turns(&mut self, count: usize) -> Vec<u8> {
        let mut now = ms(1000);
        (0..count)
            .map_while(|_| {
                now = self.scheduler.next_release(now, &self.traffic)?;
                Some(self.scheduler.release(now, &self.traffic).unwrap().payload)
            })
            .collect()
    }
}

fn shed_author(offered: Offered<u8>) -> Option<(u64, u8)> {
    match offered {
        Offered::Shed(shed) | Offered::Waiting { shed: Some(shed), .. } => {
            Some((shed.id.0, shed.payload))
        }
        Offered::Waiting { shed: None, .. } | Offered::Released(_) => None,
    }
}

/// Offers 100 Normal and then one High at 1,000 ms; gives the times of release, in ms from then.
fn hundred_and_one(reserve: u32) -> (Vec<u64>, Vec<u64>) {
    let mut desk = Desk::new(traffic(40, 4, reserve));
    let (mut normal, mut high) = (Vec::new(), Vec::new());
    let mut note = |at: Timestamp, message: Taken<u8>| match message.priority {
        Priority::High => high.push(at.as_millis() - 1000),
        _ => normal.push(at.as_millis() - 1000),
    };
    for number in 0..101 {
        let priority = if number < 100 { Priority::Normal } else { Priority::High };
        if let Offered::Released(message) = desk.offer(1000, priority, number % 7) {
            note(ms(1000), message);
        }
    }
    let mut now = ms(1000);
    loop {
        let release = desk.scheduler.next_release(now, &desk.traffic);
        let expiry = desk.scheduler.next_expiry(now, &desk.traffic);
        let Some(at) = release.into_iter().chain(expiry).min() else { break };
        now = at;
        match desk.scheduler.release(now, &desk.traffic) {
            Some(message) => note(now, message),
            None => assert!(desk.scheduler.expire(now, &desk.traffic).is_some()),
        }
    }
    (normal, high)
}

#[test]
fn with_a_reserve_12_of_100_normal_are_delivered_and_the_high_at_once() {
    let (normal, high) = hundred_and_one(1);
    assert_eq!(normal, [0, 0, 0, 50, 75, 100, 125, 150, 175, 200, 225, 250]);
    assert_eq!(high, [0]);
}

#[test]
fn without_a_reserve_13_of_100_normal_are_delivered_and_the_high_after_25_ms() {
    let (normal, high) = hundred_and_one(0);
    assert_eq!(normal, [0, 0, 0, 0, 50, 75, 100, 125, 150, 175, 200, 225, 250]);
    assert_eq!(high, [25]);
}

#[test]
fn an_idle_scheduler_is_small_and_becomes_so_again() {
    // 8 bytes of time, two pointers, and the 16 of the key.
    assert_eq!(size_of::<Scheduler<Box<u8>>>(), 40);
    let mut desk = Desk::new(traffic(40, 1, 0));
    assert!(matches!(desk.offer(1000, Priority::Normal, 1), Offered::Released(_)));
    assert!(desk.scheduler.queues.is_none() && desk.scheduler.caps.is_none());
    desk.queue(&[1]);
    assert!(desk.scheduler.queues.is_some());
    assert!(desk.release(1025).is_some());
    assert!(desk.scheduler.queues.is_none());
    desk.queue(&[1]);
    assert!(desk.expire(1250).is_some());
    assert!(desk.scheduler.queues.is_none());
    desk.queue(&[1]);
    desk.traffic = lanes(&desk.traffic, 0, 250);
    assert_eq!(desk.scheduler.reconfigure(ms(1000), &desk.traffic).len(), 1);
    assert!(desk.scheduler.queues.is_none());
}

#[test]
fn authors_take_turns_and_a_new_one_goes_to_the_back() {
    let mut desk = Desk::busy(traffic(40, 1, 0));
    desk.queue(&[1, 1, 1, 2, 2, 0]);
    assert_eq!(desk.turns(2), [1, 2]);
    desk.queue(&[3]);
    assert_eq!(desk.turns(9), [0, 1, 2, 3, 1]);
}

#[test]
fn a_turn_is_as_many_messages_as_the_weight_and_is_resumed_after_an_interruption() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 256, 5_000));
    for _ in 0..5 {
        desk.offer_by(1000, Priority::Normal, author(1, false, 3), 1);
    }
    desk.queue(&[2, 2, 2]);
    assert_eq!(desk.turns(2), [1, 1]);
    desk.offer(1000, Priority::High, 9);
    assert_eq!(desk.turns(9), [9, 1, 2, 1, 1, 2, 2]);
}

#[test]
fn a_weight_that_shrinks_ends_a_turn_that_had_as_much() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 256, 5_000));
    for _ in 0..5 {
        desk.offer_by(1000, Priority::Normal, author(1, false, 3), 1);
    }
    desk.queue(&[2, 2]);
    assert_eq!(desk.turns(2), [1, 1]);
    desk.queue(&[1]);
    assert_eq!(desk.turns(9), [2, 1, 2, 1, 1, 1]);
}

#[test]
fn a_turn_that_was_under_way_is_not_inherited_by_the_next_author() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 256, 5_000));
    for user in [1, 1, 1, 2, 2, 3] {
        desk.offer_by(1000, Priority::Normal, author(user, false, 2), user);
    }
    assert_eq!(desk.turns(1), [1]);
    assert_eq!(desk.scheduler.remove_author(author(1, false, 1).user.as_ref(), |_| true).len(), 2);
    assert_eq!(desk.turns(9), [2, 2, 3]);
}

#[test]
fn a_turn_that_is_under_way_goes_on_when_another_author_leaves() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 256, 5_000));
    for user in [1, 1, 1, 2, 3] {
        desk.offer_by(1000, Priority::Normal, author(user, false, 3), user);
    }
    assert_eq!(desk.turns(2), [1, 1]);
    assert_eq!(desk.scheduler.remove_author(author(2, false, 1).user.as_ref(), |_| true).len(), 1);
    desk.offer_by(1000, Priority::Normal, author(1, false, 3), 1);
    assert_eq!(desk.turns(9), [1, 3, 1]);
}

#[test]
fn whoever_takes_messages_out_looks_at_each_once() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 2_000, 5_000));
    // First those that stay: they are not walked past again for each that goes.
    for user in [1, 2] {
        desk.queue(&[user].repeat(500));
    }
    let looks = Cell::new(0);
    let second = |payload: &u8| {
        looks.set(looks.get() + 1);
        *payload == 2
    };
    let removed = desk.scheduler.remove_where(second);
    assert_eq!((removed.len(), looks.replace(0)), (500, 1_000));
    let ids = removed.iter().map(|message| message.id.0);
    assert!(ids.is_sorted(), "in the order of the ids");
    let user = author(1, false, 1).user;
    assert_eq!(desk.scheduler.remove_author(user.as_ref(), second).len(), 0);
    assert_eq!(looks.replace(0), 500);
    assert_eq!(desk.scheduler.drain_all().len(), 500);
}

#[test]
fn a_full_lane_sheds_the_newest_of_the_busiest_author() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 5, 250));
    desk.queue(&[1, 2, 2, 2, 3]);
    // Ids begin at 2 here, after the one that used up the burst.
    assert_eq!(shed_author(desk.offer(1000, Priority::Normal, 3)), Some((5, 2)));
    assert_eq!(desk.scheduler.waiting(), PerPriority([0, 5, 0, 0]));
}

#[test]
fn the_arriving_message_may_be_the_one_that_is_shed() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 3, 250));
    desk.queue(&[1, 1, 2]);
    let offered = desk.offer(1000, Priority::Normal, 1);
    assert!(matches!(offered, Offered::Shed(Taken { id: MessageId(5), payload: 1, .. })));
}

#[test]
fn of_two_who_are_as_busy_the_one_who_became_so_last_is_taken() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 4, 250));
    desk.queue(&[1, 2, 2, 1]);
    assert_eq!(shed_author(desk.offer(1000, Priority::Normal, 3)), Some((5, 1)));
    // 1 came down to one message just now, after 3 came up to it; 2 alone has two.
    assert_eq!(shed_author(desk.offer(1000, Priority::Normal, 4)), Some((4, 2)));
    assert_eq!(shed_author(desk.offer(1000, Priority::Normal, 5)), Some((8, 5)));
}

#[test]
fn a_lane_without_capacity_lets_pass_what_need_not_wait() {
    let mut desk = Desk::new(lanes(&traffic(40, 1, 0), 0, 250));
    assert!(matches!(desk.offer(1000, Priority::Normal, 1), Offered::Released(_)));
    assert!(matches!(desk.offer(1000, Priority::Normal, 1), Offered::Shed(_)));
    assert!(desk.scheduler.queues.is_none());
}

#[test]
fn a_message_may_be_released_at_its_very_deadline_and_expires_then_otherwise() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 8, 25));
    desk.queue(&[1, 2]);
    assert_eq!(desk.scheduler.next_release(ms(1000), &desk.traffic), Some(ms(1025)));
    assert_eq!(desk.scheduler.next_expiry(ms(1000), &desk.traffic), Some(ms(1025)));
    assert_eq!(desk.expire(1024), None);
    assert_eq!(desk.release(1024), None);
    assert_eq!(desk.release(1025).unwrap().payload, 1);
    assert_eq!(desk.release(1025), None);
    assert_eq!(desk.expire(1025).unwrap().payload, 2);
    assert_eq!(desk.expire(1025), None);
}

#[test]
fn what_expires_at_one_instant_goes_by_priority_and_then_by_arrival() {
    let mut desk = Desk::busy(lanes(&traffic(1, 1, 0), 8, 100));
    desk.offer(1000, Priority::Low, 1);
    desk.offer(1000, Priority::Normal, 2);
    desk.offer(1000, Priority::Normal, 3);
    desk.offer(1001, Priority::High, 4);
    let expired: Vec<u8> = std::iter::from_fn(|| desk.expire(1200)).map(|m| m.payload).collect();
    assert_eq!(expired, [2, 3, 1, 4]);
}

#[test]
fn without_max_wait_a_message_goes_at_once_or_not_at_all() {
    let mut desk = Desk::busy(lanes(&traffic(40, 1, 0), 8, 0));
    let offered = desk.offer(1000, Priority::Normal, 1);
    assert_eq!(offered, Offered::Waiting { expires: ms(1000), shed: None });
    assert_eq!(desk.release(1000), None);
    assert!(desk.expire(1000).is_some());
    assert!(matches!(desk.offer(1025, Priority::Normal, 1), Offered::Released(_)));
}

#[test]
fn a_cap_holds_for_its_priority_and_not_for_the_exempt() {
    let mut desk = Desk::new(normal_cap(&traffic(1000, 100, 0), 1, 2));
    let offers = |desk: &mut Desk, priority, exempt| -> usize {
        let offers = (0..5).map(|_| desk.offer_by(1000, priority, author(1, exempt, 1), 1));
        offers.filter(|offered| matches!(offered, Offered::Released(_))).count()
    };
    assert_eq!(offers(&mut desk, Priority::Normal, false), 2);
    assert_eq!(offers(&mut desk, Priority::Low, false), 5);
    desk.scheduler.drain_all();
    assert_eq!(offers(&mut desk, Priority::Normal, true), 5);
    desk.queue(&[2]);
    // What the exempt sent did not count: only the two of 1 did.
    assert_eq!(desk.scheduler.next_release(ms(1000), &desk.traffic), Some(ms(2000)));
}

#[test]
fn the_exempt_do_not_pass_the_rate_and_go_before_the_others_of_their_lane() {
    let mut desk = Desk::busy(traffic(40, 1, 0));
    desk.queue(&[1, 2]);
    for user in [3, 3, 4] {
        desk.offer_by(1000, Priority::Normal, author(user, true, 1), user);
    }
    desk.offer(1000, Priority::High, 5);
    assert_eq!(desk.release(1000), None);
    assert_eq!(desk.turns(9), [5, 3, 4, 3, 1, 2]);
}

#[test]
fn who_becomes_exempt_takes_along_what_waits_in_its_order() {
    let mut desk = Desk::busy(normal_cap(&traffic(40, 1, 0), 1, 1));
    assert!(matches!(desk.offer(1025, Priority::Normal, 8), Offered::Released(_)));
    desk.queue(&[1, 2]);
    desk.offer_by(1050, Priority::Normal, author(2, true, 1), 20);
    assert_eq!(desk.release(1050).unwrap().payload, 2);
    assert_eq!(desk.release(1075).unwrap().payload, 20);
    assert_eq!(desk.release(1100), None);
}

#[test]
fn a_full_lane_sheds_before_what_its_author_became_exempt_for_leaves() {
    let mut desk = Desk::new(lanes(&normal_cap(&traffic(40, 4, 0), 1, 1), 1, 2_000));
    assert!(matches!(desk.offer(1000, Priority::Normal, 8), Offered::Released(_)));
    desk.queue(&[2]);
    let offered = desk.offer_by(1000, Priority::Normal, author(2, true, 1), 20);
    assert_eq!(shed_author(offered), Some((3, 20)));
    assert_eq!(desk.release(1000).unwrap().payload, 2);
    assert_eq!(desk.release(1000), None);
}

#[test]
fn an_author_is_removed_from_all_lanes_in_the_order_of_the_ids() {
    let mut desk = Desk::busy(traffic(40, 1, 0));
    for priority in [Priority::Lowest, Priority::Normal, Priority::High, Priority::Normal] {
        desk.offer(1000, priority, 1);
        desk.offer(1000, priority, 0);
    }
    let removed = desk.scheduler.remove_author(author(1, false, 1).user.as_ref(), |_| true);
    let removed: Vec<_> = removed.iter().map(|m| (m.id.0, m.priority, m.payload)).collect();
    let (normal, high, lowest) = (Priority::Normal, Priority::High, Priority::Lowest);
    assert_eq!(removed, [(2, lowest, 1), (4, normal, 1), (6, high, 1), (8, normal, 1)]);
    let rest: Vec<u64> = desk.scheduler.drain_all().iter().map(|m| m.id.0).collect();
    assert_eq!(rest, [3, 5, 7, 9]);
    assert_eq!(desk.scheduler.len(), 0);
    assert_eq!(desk.scheduler.next_release(ms(1000), &desk.traffic), None);
    assert_eq!(desk.scheduler.next_expiry(ms(1000), &desk.traffic), None);
}

#[test]
fn everything_moves_with_the_clock() {
    let mut desk = Desk::busy(normal_cap(&traffic(40, 1, 0), 10, 1));
    desk.offer(1025, Priority::Normal, 1);
    desk.offer(1030, Priority::Normal, 2);
    desk.scheduler.shift(Shift::new(ms(1030), ms(230)));
    assert_eq!(desk.scheduler.next_release(ms(230), &desk.traffic), Some(ms(325)));
    assert_eq!(desk.scheduler.next_expiry(ms(230), &desk.traffic), Some(ms(480)));
}

#[test]
fn a_wild_clock_does_not_freeze_the_lanes_for_good() {
    let mut desk = Desk::new(traffic(40, 4, 0));
    let id = MessageId(1);
    let arrival =
        Arrival { id, author: author(1, false, 1), priority: Priority::Normal, payload: 1 };
    let offered = desk.scheduler.offer(Timestamp::MAX, &desk.traffic, arrival);
    assert!(matches!(offered, Offered::Waiting { expires: Timestamp::MAX, shed: None }));
    assert_eq!(desk.scheduler.next_release(Timestamp::MAX, &desk.traffic), None);
    assert_eq!(desk.scheduler.next_expiry(Timestamp::MAX, &desk.traffic), None);
    assert_eq!(desk.scheduler.release(Timestamp::MAX, &desk.traffic), None);
    assert_eq!(desk.scheduler.expire(Timestamp::MAX, &desk.traffic), None);
    assert!(
        Scheduler::restore(Timestamp::MAX, desk.scheduler.save(), &desk.traffic, key()).is_ok()
    );
    desk.scheduler.shift(Shift::new(Timestamp::MAX, ms(1000)));
    assert_eq!(desk.scheduler.next_release(ms(1000), &desk.traffic), Some(ms(1000)));
    let expiry = desk.scheduler.next_expiry(ms(1000), &desk.traffic).unwrap();
    assert_eq!(expiry.as_millis(), 1249);
    assert!(desk.release(1000).is_some());
}

#[test]
fn a_cap_that_opens_when_the_rate_has_closed_for_good_opens_never() {
    let mut desk = Desk::new(normal_cap(&traffic(1000, 4, 0), 10, 1));
    let now = Timestamp::MAX.before(Duration::from_millis(1_050));
    for (id, user) in [(1, 1), (2, 2)] {
        let (id, author, priority) = (MessageId(id), author(user, false, 1), Priority::Normal);
        desk.scheduler.offer(now, &desk.traffic, Arrival { id, author, priority, payload: user });
    }
    // 100 ms until the cap opens; the new rate then needs a second, which is no longer there.
    desk.traffic = normal_cap(&traffic(1, 4, 0), 10, 1);
    assert!(desk.scheduler.reconfigure(now, &desk.traffic).is_empty());
    assert_eq!(desk.scheduler.next_release(now, &desk.traffic), None);
    let later = now + Duration::from_millis(100);
    assert_eq!(desk.scheduler.release(later, &desk.traffic), None);
}

#[test]
fn smaller_lanes_shed_and_a_faster_rate_is_not_held_back() {
    let mut desk = Desk::busy(lanes(&traffic(1, 4, 0), 8, 5_000));
    desk.queue(&[1, 1, 1, 2]);
    desk.traffic = lanes(&traffic(40, 4, 0), 2, 5_000);
    let shed = desk.scheduler.reconfigure(ms(1000), &desk.traffic);
    assert_eq!(shed.iter().map(|m| m.id.0).collect::<Vec<_>>(), [7, 6]);
    assert_eq!(desk.scheduler.next_release(ms(1000), &desk.traffic), Some(ms(1025)));
    desk.traffic = lanes(&desk.traffic, 2, 10);
    assert!(desk.scheduler.reconfigure(ms(1000), &desk.traffic).is_empty());
    assert_eq!(desk.scheduler.next_expiry(ms(1000), &desk.traffic), Some(ms(1010)));
    // Never before now, even if the new wait has been over for long.
    assert_eq!(desk.scheduler.next_expiry(ms(1020), &desk.traffic), Some(ms(1020)));
}

#[test]
fn a_cap_that_was_lifted_is_forgotten() {
    let capped = normal_cap(&traffic(40, 4, 0), 1, 1);
    let mut desk = Desk::new(capped.clone());
    desk.offer(1000, Priority::Normal, 1);
    desk.scheduler.reconfigure(ms(1000), &traffic(40, 4, 0));
    assert!(Scheduler::restore(ms(1000), desk.scheduler.save(), &traffic(40, 4, 0), key()).is_ok());
    desk.scheduler.reconfigure(ms(1000), &capped);
    assert!(matches!(desk.offer(1000, Priority::Normal, 1), Offered::Released(_)));
}

#[test]
fn equal_states_are_saved_alike_wherever_their_messages_stand() {
    let mut tidy = Desk::busy(traffic(40, 1, 0));
    let mut used =
        Desk { scheduler: Scheduler::new(HashKey::new(8, 9)), ..Desk::busy(tidy.traffic.clone()) };
    used.offer(1000, Priority::High, 99);
    used.queue(&[5, 4, 3]);
    used.scheduler.remove_author(author(4, false, 1).user.as_ref(), |_| true);
    used.queue(&[6]);
    used.scheduler.drain_all();
    (tidy.next, used.next) = (10, 10);
    for desk in [&mut tidy, &mut used] {
        desk.queue(&[1, 2, 1, 3]);
    }
    assert_eq!(tidy.scheduler.save(), used.scheduler.save());
    assert_eq!(stable_hash(&tidy.scheduler.save()), stable_hash(&used.scheduler.save()));
    used.queue(&[3]);
    assert_ne!(stable_hash(&tidy.scheduler.save()), stable_hash(&used.scheduler.save()));
}
