//! Moments that are past, while others write.

use super::*;

#[test]
fn moments_that_are_kept_can_be_had_again() {
    let keep = Duration::from_secs(25);
    let mut desk = Desk::new(StoreConfig { keep, ..StoreConfig::default() });
    let mut follower = desk.store.follower().unwrap();
    for round in 0..4 {
        desk.happen_and_commit(round * 10 + 1..=round * 10 + 10);
        follower.snapshot(desk.no, KEY).unwrap();
        follower.tidy(second(round * 10 + 10)).unwrap();
    }
    let mut reader = Reader::open(desk.dir.path()).unwrap();
    for at in 15..=40 {
        let then = reader.group_at(desk.no, second(at), KEY).unwrap();
        assert_eq!(then.group.digest(), desk.digests[usize::try_from(at).unwrap()], "{at}");
        assert_eq!(then.loss, None);
    }
    let error = reader.group_at(desk.no, second(5), KEY).unwrap_err();
    assert!(matches!(error, RecoverError::NoSnapshot { damage: Damage::Missing, .. }), "{error}");
    let mut read = Vec::new();
    let each = |stored: Stored| {
        read.push(stored.no.0);
        if read.len() < 3 {
            std::ops::ControlFlow::Continue(())
        } else {
            std::ops::ControlFlow::Break(())
        }
    };
    reader.records(desk.no, RecordNo(30), each).unwrap();
    assert_eq!(read, [31, 32, 33]);
}

#[test]
fn a_moment_whose_records_vanished_is_no_moment() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=5);
    desk.change("DELETE FROM records WHERE no > 3");
    let mut reader = Reader::open(desk.dir.path()).unwrap();
    let lost = |at| {
        let mut at_then = |at| reader.group_at(desk.no, second(at), KEY).unwrap();
        at_then(at).loss.map(|loss| loss.damage)
    };
    assert_eq!([2, 5].map(lost), [None, Some(Damage::Missing)]);
}

#[test]
fn a_reader_stays_at_its_moment() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    let mut reader = Reader::open(desk.dir.path()).unwrap();
    desk.happen_and_commit(3..=3);
    assert_eq!(reader.group(desk.no, KEY).unwrap().group.digest(), desk.digests[2]);
    reader.refresh().unwrap();
    assert_eq!(reader.group(desk.no, KEY).unwrap().group.digest(), desk.digests[3]);
}
