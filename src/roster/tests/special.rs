//! The marks to which the group itself gives a meaning.

use super::*;

const ALWAYS: u32 = Command::ALWAYS_ONLINE;

fn always(roster: &mut Roster, now: u64, number: usize, on: bool) -> bool {
    roster.mark(at(now), &[user(number)], &[ALWAYS], on).unwrap()
}

fn three_days_after(seconds: u64) -> Timestamp {
    at(seconds + 3 * 24 * 60 * 60)
}

#[test]
fn somebody_always_online_stays_so_without_a_session_until_3_days_after_the_mark() {
    let mut roster = crowd(1);
    assert!(always(&mut roster, 5, 0, true));
    roster.mark(at(5), &[user(0)], &[1_000], true).unwrap();
    roster.lose(SessionId(0), at(30));
    let lapsed = Lapsed { user: user(0), device: Some(device(0)), offline: false };
    assert_eq!(roster.take_lapsed(at(30)), Some(lapsed));
    assert_eq!(roster.next_lapse(), Some(three_days_after(5)));
    let member = roster.get(&user(0)).unwrap();
    assert!(member.is_online() && member.devices().next().is_none());
    assert_eq!(member.always_online_until(), Some(three_days_after(5)));
    assert_eq!((marks_of(&roster, 0), roster.online()), (vec![ALWAYS, 1_000], 1));
    let back = roster.attach(&user(0), device(7), None);
    assert_eq!(back, Attached { came_online: false, new: true });
    assert_eq!((roster.remove_session(SessionId(7)).unwrap().last, roster.online()), (false, 1));
    assert_eq!(roster.take_lapsed(at(9_999)), None);
    let lapsed = Lapsed { user: user(0), device: None, offline: true };
    assert_eq!(roster.take_lapsed(three_days_after(5)), Some(lapsed));
    assert_eq!((marks_of(&roster, 0), roster.online()), (vec![], 0));
    assert_eq!(roster.next_lapse(), None);
}

#[test]
fn the_mark_ends_for_those_who_have_a_session_too_and_counts_anew_if_given_again() {
    let mut roster = crowd(2);
    assert!(always(&mut roster, 5, 0, true) && always(&mut roster, 8, 0, true));
    always(&mut roster, 8, 1, true);
    let lapsed = |number| Some(Lapsed { user: user(number), device: None, offline: false });
    assert_eq!(roster.take_lapsed(three_days_after(5)), None);
    // Of two that end at once, the one that was set first; a lost session before both.
    roster.lose(SessionId(1), three_days_after(8));
    let first = roster.take_lapsed(three_days_after(8)).unwrap();
    assert_eq!((first.device, first.offline), (Some(device(1)), false));
    assert_eq!(roster.take_lapsed(three_days_after(8)), lapsed(0));
    assert_eq!(roster.online(), 2);
    let second = roster.take_lapsed(three_days_after(8)).unwrap();
    assert_eq!((second.user, second.offline, roster.online()), (user(1), true, 1));
}

#[test]
fn who_is_online_by_the_mark_alone_is_offline_when_it_is_taken() {
    let mut roster = crowd(1);
    always(&mut roster, 0, 0, true);
    roster.mark(at(0), &[user(0)], &[1_000, Command::HIDDEN], true).unwrap();
    roster.remove_session(SessionId(0));
    assert!(roster.is_online(&user(0)));
    assert!(always(&mut roster, 0, 0, false));
    assert_eq!((marks_of(&roster, 0), roster.online()), (vec![], 0));
    assert_eq!(roster.page(Page::default(), 1).0.len(), 1, "no longer hidden");
    assert!(!roster.is_online(&user(0)));
}

#[test]
fn whoever_leaves_is_counted_out_once() {
    let mut roster = crowd(2);
    always(&mut roster, 0, 0, true);
    always(&mut roster, 0, 1, true);
    roster.remove_session(SessionId(0));
    assert_eq!(roster.online(), 2);
    assert!(roster.remove_member(&user(0)).unwrap().was_online);
    assert!(roster.remove_member(&user(1)).unwrap().was_online);
    assert_eq!((roster.online(), roster.next_lapse(), roster.heap_bytes()), (0, None, 0));
}

#[test]
fn special_marks_do_not_count_among_the_ten_but_have_1000_members_at_most() {
    let mut roster = crowd(1_001);
    let all: Vec<UserId> = (0..1_001).map(user).collect();
    let ten: Vec<u32> = (1_000..1_010).collect();
    roster.mark(at(0), &all[..1], &ten, true).unwrap();
    assert_eq!(roster.mark(at(0), &all[..1], &[ALWAYS, Command::HIDDEN], true), Ok(true));
    assert_eq!(marks_of(&roster, 0).len(), 12);
    let too_many = Refusal::TooMany { field: Field::Marks, limit: 1_000, count: 1_001 };
    assert_eq!(roster.mark(at(0), &all, &[Command::HIDDEN], true), Err(too_many));
    assert_eq!(roster.mark(at(0), &all[1..1_000], &[Command::HIDDEN], true), Ok(true));
    assert_eq!(users(roster.newest(9)), [user(1_000)]);
}

#[test]
fn lists_pass_over_the_hidden_and_end_before_them() {
    let mut roster = crowd(5);
    for number in [1, 3, 4] {
        roster.mark(at(0), &[user(number)], &[Command::HIDDEN], true).unwrap();
    }
    let (first, next) = roster.page(Page::default(), 1);
    assert_eq!(users(first), [user(0)]);
    let (second, next) = roster.page(next.unwrap(), 1);
    assert_eq!((users(second), next), (vec![user(2)], None));
    assert_eq!(users(roster.newest(9)), [2, 0].map(user));
    assert_eq!((roster.members(), roster.online()), (5, 5));
    assert!(roster.get(&user(1)).is_some());
}

#[test]
fn being_always_online_moves_with_the_clock_and_ends_even_if_that_ran_wild() {
    let mut roster = crowd(1);
    roster.mark(Timestamp::MAX, &[user(0)], &[ALWAYS], true).unwrap();
    let digest = roster.digest();
    assert_eq!(roster.next_lapse(), Some(Timestamp::LAST));
    roster.shift(Shift::new(Timestamp::MAX, at(100)));
    assert_ne!(roster.digest(), digest);
    assert!(roster.take_lapsed(at(100)).is_some());
}

#[test]
fn a_group_in_which_nobody_is_marked_keeps_nothing_of_marks() {
    let mut roster = crowd(1);
    let before = roster.heap_bytes();
    always(&mut roster, 0, 0, true);
    let marked = roster.heap_bytes();
    assert!(marked > before && marked <= before + 700, "{}", marked - before);
    always(&mut roster, 0, 0, false);
    assert_eq!(roster.heap_bytes(), before);
}
