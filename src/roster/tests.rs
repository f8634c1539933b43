//! Stories and limits.

use serde_json::{Value, from_value, json, to_value};

mod special;

use super::*;
use crate::{
    command::Command,
    refusal::{Field, Refusal},
    time::Shift,
};

pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

pub(super) fn user(number: usize) -> UserId {
    UserId::new(&format!("u{number}")).unwrap()
}

pub(super) fn profile(nick: &str) -> Arc<Profile> {
    Arc::new(Profile::nick(nick))
}

pub(super) fn device(session: u64) -> Device {
    let platform = if session.is_multiple_of(2) { Platform::Web } else { Platform::Ios };
    Device { session: SessionId(session), platform }
}

pub(super) fn applicant(session: u64) -> Applicant {
    Applicant { device: device(session), profile: profile("n"), note: "please".into() }
}

pub(super) fn roster() -> Roster {
    Roster::new(None, HashKey::new(1, 2))
}

/// Users 0 to `count`, each with the session of the same number.
fn crowd(count: usize) -> Roster {
    let mut roster = roster();
    for number in 0..count {
        roster.admit(at(number as u64), user(number), profile("n"), device(number as u64));
    }
    roster
}

pub(super) fn users<'a>(members: impl IntoIterator<Item = Member<'a>>) -> Vec<UserId> {
    members.into_iter().map(|member| member.user().clone()).collect()
}

#[test]
fn an_owner_who_never_joined_owns_and_is_no_member() {
    let mut roster = Roster::new(Some(user(1)), HashKey::default());
    assert_eq!(roster.owner(), Some(&user(1)));
    assert_eq!(roster.role(&user(1)), None);
    assert_eq!(roster.staff().count(), 0);
    roster.admit(at(1), user(1), profile("n"), device(1));
    assert_eq!(roster.role(&user(1)), Some(Role::Owner));
    assert_eq!(users(roster.staff()), [user(1)]);
}

#[test]
fn after_a_transfer_the_old_owner_is_a_plain_member_and_the_new_one_no_admin() {
    let mut roster = crowd(3);
    roster.set_owner(Some(user(0)));
    assert!(roster.set_admin(&user(1), true));
    assert!(!roster.set_admin(&user(1), true));
    assert!(!roster.set_admin(&user(0), true), "the owner is more than that");
    roster.set_owner(Some(user(1)));
    assert_eq!(roster.role(&user(0)), Some(Role::Member));
    assert_eq!(roster.role(&user(1)), Some(Role::Owner));
    assert_eq!(roster.admins(), 0);
    roster.set_owner(None);
    assert_eq!(roster.role(&user(1)), Some(Role::Member));
}

#[test]
fn staff_stand_in_the_order_of_their_joins() {
    let mut roster = crowd(5);
    for number in [4, 1, 3] {
        roster.set_admin(&user(number), true);
    }
    roster.set_owner(Some(user(2)));
    assert_eq!(users(roster.staff()), [1, 2, 3, 4].map(user));
}

#[test]
fn whoever_comes_back_joins_behind_the_others_and_without_their_former_role() {
    let mut roster = crowd(3);
    roster.set_admin(&user(0), true);
    roster.remove_member(&user(0)).unwrap();
    roster.admit(at(9), user(0), profile("n"), device(0));
    assert_eq!(roster.role(&user(0)), Some(Role::Member));
    assert_eq!(users(roster.page(Page::default(), 9).0), [1, 2, 0].map(user));
    assert_eq!(users(roster.newest(2)), [0, 2].map(user));
}

#[test]
fn a_page_goes_on_behind_somebody_who_left() {
    let mut roster = crowd(5);
    let (first, next) = roster.page(Page::default(), 2);
    assert_eq!(users(first), [0, 1].map(user));
    let next = next.unwrap();
    roster.remove_member(&user(1));
    roster.remove_member(&user(2));
    let (second, next) = roster.page(next, 2);
    assert_eq!(users(second), [3, 4].map(user));
    assert_eq!(next, None);
    assert_eq!(roster.page(Page::default(), 0).0.len(), 1, "no page is empty for ever");
    assert_eq!(roster.page(Page(u64::MAX), 5).0.len(), 0);
}

#[test]
fn a_lost_session_stays_lost_since_then_and_counts_as_online_until_it_is_given_up() {
    let mut roster = crowd(1);
    assert!(roster.lose(SessionId(0), at(30)));
    assert!(!roster.lose(SessionId(0), at(40)));
    assert_eq!((roster.next_lapse(), roster.online()), (Some(at(30)), 1));
    assert_eq!(roster.take_lapsed(at(29)), None);
    let lapsed = Lapsed { user: user(0), device: Some(device(0)), offline: true };
    assert_eq!(roster.take_lapsed(at(30)), Some(lapsed));
    assert_eq!((roster.next_lapse(), roster.online(), roster.members()), (None, 0, 1));
    assert!(!roster.get(&user(0)).unwrap().is_online());
    let back = roster.attach(&user(0), device(0), None);
    assert_eq!(back, Attached { came_online: true, new: true });
}

#[test]
fn a_session_that_comes_back_is_lost_no_more() {
    let mut roster = crowd(1);
    roster.lose(SessionId(0), at(30));
    let back = roster.attach(&user(0), device(0), None);
    assert_eq!(back, Attached { came_online: false, new: false });
    assert_eq!(roster.take_lapsed(at(99)), None);
    assert!(roster.lose(SessionId(0), at(40)));
    roster.remove_session(SessionId(0));
    assert_eq!(roster.next_lapse(), None);
}

#[test]
fn a_grace_that_began_when_the_clock_had_run_wild_ends_after_a_rebase() {
    let mut roster = crowd(1);
    roster.lose(SessionId(0), Timestamp::MAX);
    roster.shift(Shift::new(Timestamp::MAX, at(100)));
    assert!(roster.take_lapsed(at(100)).is_some());
}

#[test]
fn a_guests_connection_cannot_be_lost_and_waited_for() {
    let mut roster = roster();
    roster.admit_guest(device(7));
    assert!(!roster.lose(SessionId(7), at(1)));
    assert!(!roster.lose(SessionId(8), at(1)));
    let gone = Gone { user: None, device: device(7), last: true };
    assert_eq!(roster.remove_session(SessionId(7)), Some(gone));
    assert_eq!(roster.remove_session(SessionId(7)), None);
}

#[test]
fn who_is_admitted_has_no_application_any_more() {
    let mut roster = roster();
    roster.apply(user(1), applicant(1));
    roster.apply(user(1), applicant(2));
    assert_eq!(roster.occupant(SessionId(1)), None, "the newer application counts");
    assert_eq!(roster.occupant(SessionId(2)), Some(Occupant::Applicant(user(1))));
    assert_eq!(roster.applicant_count(), 1);
    roster.admit(at(1), user(1), profile("n"), device(2));
    assert_eq!(roster.occupant(SessionId(2)), Some(Occupant::Member(user(1))));
    assert!(!roster.is_applicant(&user(1)));
    assert_eq!(roster.withdraw(SessionId(2)), None);
}

#[test]
#[should_panic(expected = "a session is in one place only")]
fn a_session_cannot_be_in_two_places() {
    let mut roster = crowd(1);
    roster.admit_guest(device(0));
}

#[test]
#[should_panic(expected = "a session is in one place only")]
fn an_applicants_session_cannot_be_anothers() {
    let mut roster = crowd(1);
    roster.apply(user(1), applicant(1));
    roster.attach(&user(0), device(1), None);
}

#[test]
#[should_panic(expected = "only who is no member yet is admitted")]
fn a_member_cannot_be_admitted_again() {
    crowd(1).admit(at(1), user(0), profile("n"), device(1));
}

#[test]
#[should_panic(expected = "members need not apply")]
fn a_member_cannot_apply() {
    crowd(1).apply(user(0), applicant(1));
}

#[test]
#[should_panic(expected = "the limit of admins is checked before")]
fn a_group_has_at_most_10_admins() {
    let mut roster = crowd(11);
    for number in 0..11 {
        roster.set_admin(&user(number), true);
    }
}

fn marks_of(roster: &Roster, number: usize) -> Vec<u32> {
    roster.get(&user(number)).unwrap().marks().collect()
}

#[test]
fn marks_go_when_a_member_goes_offline() {
    let mut roster = crowd(2);
    assert_eq!(roster.mark(at(0), &[user(0), user(1), user(0)], &[1_002, 1_001], true), Ok(true));
    assert_eq!(roster.mark(at(0), &[user(0)], &[1_001], true), Ok(false));
    assert_eq!(marks_of(&roster, 0), [1_001, 1_002]);
    roster.remove_session(SessionId(0));
    assert_eq!(marks_of(&roster, 0), [0_u32; 0]);
    assert_eq!(marks_of(&roster, 1), [1_001, 1_002]);
    let refused = Refusal::UnknownMember { user: user(0) };
    assert_eq!(roster.mark(at(0), &[user(1), user(0)], &[1_003], true), Err(refused));
    assert_eq!(roster.mark(at(0), &[user(1)], &[1_002], false), Ok(true));
    assert_eq!(marks_of(&roster, 1), [1_001]);
}

#[test]
fn a_group_knows_10_kinds_of_marks_and_a_mark_1000_members_or_nothing_is_done() {
    let mut roster = crowd(1_002);
    let all: Vec<UserId> = (0..1_002).map(user).collect();
    let too_many = |limit, count| Err(Refusal::TooMany { field: Field::Marks, limit, count });
    assert_eq!(roster.mark(at(0), &all[..1_001], &[5], true), too_many(1_000, 1_001));
    assert_eq!(roster.mark(at(0), &all[..999], &[5], true), Ok(true));
    assert_eq!(roster.mark(at(0), &all[998..1_001], &[4, 5], true), too_many(1_000, 1_001));
    assert_eq!(marks_of(&roster, 999), [0_u32; 0]);
    let twice = [user(998), user(999), user(999)];
    assert_eq!(roster.mark(at(0), &twice, &[5], true), Ok(true), "one had it, and one counts once");
    let nine: Vec<u32> = (10..19).collect();
    assert_eq!(roster.mark(at(0), &all[..1], &nine, true), Ok(true));
    assert_eq!(roster.mark(at(0), &all[..1], &[5, 99], true), too_many(10, 11));
    assert_eq!(roster.mark(at(0), &[], &[5, 99], true), Ok(false));
    // A kind that nobody has any more makes room for another.
    assert_eq!(roster.mark(at(0), &all[..1], &[18], false), Ok(true));
    assert_eq!(roster.mark(at(0), &all[1..2], &[99, 99], true), Ok(true));
    assert_eq!(marks_of(&roster, 1), [5, 99]);
    assert!(marks_of(&roster, 0).iter().eq(&[5, 10, 11, 12, 13, 14, 15, 16, 17]));
}

#[test]
fn the_same_state_has_the_same_digest_whichever_way_it_was_reached() {
    let plain = crowd(2);
    let mut other = Roster::new(Some(user(0)), HashKey::new(3, 4));
    other.apply(user(0), applicant(0));
    other.withdraw(SessionId(0));
    other.admit_guest(device(9));
    other.apply(user(0), applicant(0));
    other.admit(at(0), user(0), profile("old"), device(0));
    other.lose(SessionId(0), at(5));
    other.attach(&user(0), device(0), Some(profile("n")));
    other.attach(&user(0), device(3), None);
    other.admit(at(1), user(1), profile("n"), device(1));
    other.mark(at(0), &[user(0), user(1)], &[1_000], true).unwrap();
    other.mark(at(0), &[user(1), user(0)], &[1_000], false).unwrap();
    other.set_card(&user(1), "card".into());
    other.set_card(&user(1), "".into());
    other.set_owner(None);
    other.set_admin(&user(0), true);
    other.set_admin(&user(0), false);
    other.remove_session(SessionId(9));
    other.lose(SessionId(3), at(5));
    assert_ne!(other.digest(), plain.digest());
    other.take_lapsed(at(5));
    assert_eq!(other.save(), plain.save());
    assert_eq!(other.digest(), plain.digest());
}

#[test]
fn states_that_differ_only_in_the_numbers_given_next_have_different_digests() {
    let mut one = crowd(2);
    let mut other = one.clone();
    other.admit(at(1), user(2), profile("n"), device(2));
    other.remove_member(&user(2));
    assert_ne!(one.digest(), other.digest());
    one = other.clone();
    one.lose(SessionId(0), at(5));
    other.lose(SessionId(0), at(5));
    other.lose(SessionId(1), at(5));
    other.attach(&user(1), device(1), None);
    assert_ne!(one.digest(), other.digest());
}

#[test]
fn texts_are_counted_while_they_are_held() {
    let mut roster = crowd(2);
    roster.remove_member(&user(0));
    roster.admit(at(1), user(0), profile("n"), device(0));
    let before = roster.heap_bytes();
    roster.set_profile(&user(0), profile("ninety"));
    roster.set_card(&user(0), "card".into());
    // The nick is longer by 5. The card of 4 has two counts, and a place beside the record.
    assert_eq!(roster.heap_bytes(), before + 5 + 4 + 16 + 72);
    roster.remove_member(&user(0));
    roster.admit(at(2), user(0), profile("n"), device(0));
    assert_eq!(roster.heap_bytes(), before);
    roster.apply(user(7), applicant(7));
    roster.apply(user(8), applicant(8));
    let two = roster.heap_bytes();
    roster.take_applicant(&user(8));
    roster.apply(user(8), applicant(8));
    assert_eq!(roster.heap_bytes(), two);
}

#[test]
fn an_empty_roster_holds_no_heap_and_an_emptied_one_neither() {
    assert!(size_of::<Roster>() <= 48, "{}", size_of::<Roster>());
    assert_eq!(roster().heap_bytes(), 0);
    let mut roster = crowd(10_000);
    roster.admit_guest(device(99_999));
    roster.apply(user(99_999), applicant(99_998));
    for number in 0..10_000 {
        roster.remove_member(&user(number)).unwrap();
    }
    roster.remove_session(SessionId(99_999)).unwrap();
    roster.take_applicant(&user(99_999)).unwrap();
    assert_eq!(roster.heap_bytes(), 0);
}

/// 50,000 come, some with a second session, and all but 10 go, in an order that is not theirs.
#[test]
fn a_crowd_that_left_gives_its_memory_back_and_the_books_stay_right() {
    const COUNT: usize = 50_000;
    let mut roster = crowd(COUNT);
    let second = |number: usize| device((COUNT + number) as u64);
    for number in (0..COUNT).step_by(3) {
        roster.attach(&user(number), second(number), None);
        roster.lose(second(number).session, at(9));
    }
    (0..COUNT).for_each(|number| roster.admit_guest(device((2 * COUNT + number) as u64)));
    let full = roster.heap_bytes();
    let mut left: std::collections::BTreeSet<usize> = (0..COUNT).collect();
    let sound = |roster: &Roster, left: &std::collections::BTreeSet<usize>| {
        let order: Vec<UserId> = left.iter().map(|&number| user(number)).collect();
        assert_eq!(users(roster.page(Page::default(), COUNT).0), order);
        for &number in left {
            assert!(roster.get(&user(number)).is_some());
            let own = Some(Occupant::Member(user(number)));
            if number < COUNT {
                assert_eq!(roster.occupant(device(number as u64).session), own);
                let second = roster.occupant(second(number).session);
                assert_eq!(second, own.filter(|_| number.is_multiple_of(3)));
            }
        }
    };
    for step in 0..COUNT - 10 {
        let number = step * 7_919 % COUNT;
        roster.remove_member(&user(number)).unwrap();
        roster.remove_session(SessionId((2 * COUNT + number) as u64)).unwrap();
        left.remove(&number);
        if [1_000, 25_000, 45_000, COUNT - 11].contains(&step) {
            sound(&roster, &left);
        }
        // Far from empty tables it is what each needs, and never more than eight times that.
        if step % 1_000 == 0 {
            let most = full / COUNT * 8 * left.len() + 100_000;
            assert!(roster.heap_bytes() <= most, "{} at {step}", roster.heap_bytes());
        }
    }
    assert!(roster.heap_bytes() < 20_000, "{}", roster.heap_bytes());
    // One that never held more is the same, and stays so.
    let mut other = Roster::restore(roster.save(), HashKey::new(8, 9)).unwrap();
    for roster in [&mut roster, &mut other] {
        roster.admit(at(1), user(COUNT), profile("n"), device(9_999_999));
    }
    assert_eq!(roster.digest(), other.digest());
    left.insert(COUNT);
    sound(&roster, &left);
}

#[test]
fn members_and_guests_take_the_memory_that_is_promised() {
    let count = 100_000;
    let named = crowd(count);
    // What the profile holds by itself, as it is counted.
    let text = count * (1 + 96);
    let each = (named.heap_bytes() - text) / count;
    assert!(each <= 64 + 16, "{each}");
    let mut guests = roster();
    for session in 0..count as u64 {
        guests.admit_guest(device(session));
    }
    let each = guests.heap_bytes() / count;
    assert!(each <= 18, "{each}");
}

#[test]
fn a_large_roster_finds_everybody_through_churn() {
    let count = 20_000;
    let mut roster = crowd(count);
    for number in (0..count).filter(|number| number % 3 == 0) {
        roster.remove_member(&user(number)).unwrap();
    }
    for number in (0..count).filter(|number| number % 6 == 0) {
        roster.admit(at(7), user(number), profile("again"), device((count + number) as u64));
    }
    for number in 0..count {
        let session = if number % 6 == 0 { count + number } else { number } as u64;
        let devices: Vec<Device> = roster.sessions(&user(number)).collect();
        if number % 6 == 3 {
            assert_eq!((devices.len(), roster.occupant(SessionId(session))), (0, None));
        } else {
            assert_eq!(devices, [device(session)]);
            let occupant = Some(Occupant::Member(user(number)));
            assert_eq!(roster.occupant(SessionId(session)), occupant);
        }
    }
    let restored = Roster::restore(roster.save(), HashKey::new(8, 9)).unwrap();
    assert_eq!(restored.digest(), roster.digest());
}

/// A roster with something of everything, as JSON.
fn full() -> Value {
    let mut roster = crowd(3);
    roster.set_owner(Some(user(0)));
    roster.set_admin(&user(1), true);
    roster.set_card(&user(1), "card".into());
    roster.attach(&user(1), device(5), None);
    roster.lose(SessionId(5), at(30));
    roster.mark(at(0), &[user(1)], &[1_000, 1_001], true).unwrap();
    roster.mark(at(9), &[user(0)], &[Command::ALWAYS_ONLINE], true).unwrap();
    roster.remove_session(SessionId(2));
    roster.admit_guest(device(10));
    roster.admit_guest(device(11));
    roster.apply(user(7), applicant(12));
    roster.apply(user(8), applicant(13));
    to_value(roster.save()).unwrap()
}

#[test]
fn what_does_not_hold_together_is_not_restored() {
    const ALONE: &str = "the mark of being always online without its end, or the end alone";
    let restore = |value: Value| {
        let saved: Saved = from_value(value).unwrap();
        Roster::restore(saved, HashKey::default()).map(|roster| roster.save())
    };
    assert_eq!(to_value(restore(full()).unwrap()).unwrap(), full());
    let seat = |session: u64| json!({ "device": device(session), "lost": null });
    let damage = [
        ("/joins", json!(u64::MAX), "more joins than there ever were"),
        ("/joins", json!(2), "a member whose join is yet to come"),
        ("/losses", json!(0), "a deadline is set in an order yet to come"),
        ("/losses", json!(u64::MAX), "more deadlines than were ever set"),
        ("/members/1/join", json!(0), "members are not in the order of their joins"),
        ("/members/1/user", json!("u2"), "a member is there twice"),
        ("/members/1/card", json!(""), "an empty name card is none"),
        ("/members/0/admin", json!(true), "an owner is admin, or there are too many"),
        ("/members/0/seats", json!(vec![seat(1)]), "a session is in two places"),
        ("/members/0/seats", json!(vec![seat(40), seat(40)]), "a session is in two places"),
        (
            "/members/0/seats",
            json!((100..356).map(seat).collect::<Vec<_>>()),
            "a member has more sessions than any config allows",
        ),
        ("/members/1/seats/1/lost/until", json!(u64::MAX), "a grace that never ends"),
        ("/members/1/marks", json!([1_001, 1_000]), "marks are not in their order"),
        ("/members/1/marks", json!([1_000, 1_000]), "marks are not in their order"),
        (
            "/members/1/marks",
            json!((0..11).collect::<Vec<_>>()),
            "more marks than a group may have",
        ),
        ("/members/2/marks", json!([1_000]), "somebody offline is marked"),
        ("/members/0/marks", json!([]), ALONE),
        ("/members/0/always", json!(null), ALONE),
        ("/members/0/always/until", json!(u64::MAX), "somebody is online for ever"),
        ("/always", json!(0), "a deadline is set in an order yet to come"),
        ("/always", json!(u64::MAX), "more deadlines than were ever set"),
        ("/guests/1/session", json!(10), "guests are not in the order of their sessions"),
        ("/guests/0/session", json!(0), "a session is in two places"),
        ("/applicants/1/0", json!("u7"), "applicants are not in the order of their ids"),
        ("/applicants/1/0", json!("u9"), ""),
        ("/applicants/0/0", json!("u1"), "a member is an applicant"),
        ("/applicants/0/1/device/session", json!(13), "a session is in two places"),
        ("/applicants/0/1/device/session", json!(11), "a session is in two places"),
    ];
    for (place, value, why) in damage {
        let mut saved = full();
        *saved.pointer_mut(place).unwrap() = value;
        let answer = restore(saved).err().map_or("", |corrupt| corrupt.0);
        assert_eq!(answer, why, "{place}");
    }
}

#[test]
fn eleven_admins_or_a_mark_of_1001_members_are_not_restored() {
    let mut saved = to_value(crowd(1_001).save()).unwrap();
    let restore =
        |saved: &Value| Roster::restore(from_value(saved.clone()).unwrap(), HashKey::default());
    for number in 0..11 {
        assert!(restore(&saved).is_ok());
        saved["members"][number]["admin"] = json!(true);
    }
    assert!(restore(&saved).is_err());
    saved["members"][0]["admin"] = json!(false);
    for number in 0..1_001 {
        if number == 1_000 {
            assert!(restore(&saved).is_ok());
        }
        saved["members"][number]["marks"] = json!([1_000]);
    }
    assert!(restore(&saved).is_err());
}

/// Wherever a session goes, what it came with goes too, and of a roster that forgot it nothing is left.
#[test]
fn a_fingerprint_stays_as_long_as_its_session_is_somebodys() {
    let print = crate::id::Fingerprint(7);
    let mut roster = roster();
    let empty = roster.digest();
    type Goes = fn(&mut Roster);
    let member: [Goes; 3] = [
        |it| drop(it.remove_session(SessionId(1))),
        |it| drop(it.remove_member(&user(1))),
        |it| {
            it.lose(SessionId(1), at(1));
            drop(it.take_lapsed(at(1)));
        },
    ];
    for goes in member {
        roster.admit(at(0), user(1), profile(""), device(1));
        roster.note_print(SessionId(1), print);
        assert!(roster.sessions_with(print).eq([SessionId(1)]));
        assert!(roster.prints_of(&user(1)).eq([print]));
        goes(&mut roster);
        assert_eq!((roster.print(SessionId(1)), roster.sessions_with(print).count()), (None, 0));
        roster.remove_member(&user(1));
    }
    let guest: [Goes; 2] = [|it| drop(it.remove_session(SessionId(1))), |it| it.lose_all(at(1))];
    for goes in guest {
        roster.admit_guest(device(1));
        roster.note_print(SessionId(1), print);
        goes(&mut roster);
        assert_eq!((roster.print(SessionId(1)), roster.heap_bytes()), (None, 0));
    }
    let applicant: [Goes; 3] = [
        |it| drop(it.withdraw(SessionId(1))),
        |it| drop(it.take_applicant(&user(1))),
        |it| it.lose_all(at(1)),
    ];
    for goes in applicant {
        let note = "".into();
        roster.apply(user(1), Applicant { device: device(1), profile: profile(""), note });
        roster.note_print(SessionId(1), print);
        assert!(roster.prints_of(&user(1)).eq([print]));
        goes(&mut roster);
        assert_eq!((roster.print(SessionId(1)), roster.heap_bytes()), (None, 0));
    }
    let joins = Roster { joins: 0, ..roster };
    assert_eq!(joins.digest(), empty);
}

#[test]
fn a_fingerprint_of_nobody_is_not_restored() {
    let print = crate::id::Fingerprint(7);
    let mut roster = roster();
    roster.admit_guest(device(1));
    roster.note_print(SessionId(1), print);
    let saved = to_value(roster.save()).unwrap();
    let restore = |saved| Roster::restore(from_value(saved).unwrap(), HashKey::new(3, 4));
    assert_eq!(restore(saved.clone()).unwrap().digest(), roster.digest());
    for prints in [json!([[2, print]]), json!([[1, print], [1, print]])] {
        let mut broken = saved.clone();
        broken["prints"] = prints;
        assert!(restore(broken).is_err());
    }
    roster.note_print(SessionId(1), crate::id::Fingerprint(8));
    assert_eq!(roster.sessions_with(print).count(), 0);
    assert_ne!(restore(saved).unwrap().digest(), roster.digest());
}
