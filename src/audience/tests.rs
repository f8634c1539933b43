//! The audience beside members who each keep their own cursor.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    batch::Format,
    config::Retention,
    entry::{Body, Notice, Tip, TipKind},
    id::{Epoch, GroupId},
    log::Log,
    message::{Class, PerClass},
};

const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);

fn group(name: &str) -> GroupId {
    GroupId::custom(name).unwrap()
}

fn log() -> Log {
    Log::new(&group("room"), Epoch(1))
}

/// Appends as many of a class, of which the log keeps `quota`.
fn append(log: &mut Log, class: Class, times: u32, quota: u32) {
    let retention = Retention { quota: PerClass([quota; 6]), max_age: Duration::MAX };
    let body = match class {
        Class::Notice => Body::Notice(Notice::Disbanded),
        Class::Tip => Body::Tip(Tip {
            kind: TipKind::Join,
            operator: None,
            subjects: smallvec::SmallVec::new(),
            count: 1,
            online: 1,
            changes: None,
        }),
        Class::High | Class::Normal | Class::Low | Class::Lowest => Body::Emptied,
    };
    for _ in 0..times {
        log.append(NOW, &retention, class, body.clone());
    }
}

/// Sweeps at once, and says which tokens were given which entries.
fn sweep(audience: &mut Audience<u32>, log: &mut Log, busy: &[u32]) -> Vec<(Vec<u32>, Vec<u64>)> {
    let mut given = Vec::new();
    audience.notify(NOW, true);
    let source = &mut |cursor: &Cursor| log.batch(cursor);
    let _ = audience.sweep(NOW, source, |batch, tokens, not_now| {
        for (at, token) in tokens.iter().enumerate() {
            if busy.contains(token) {
                not_now.mark(at);
            }
        }
        let took = tokens.iter().copied().filter(|token| !busy.contains(token));
        given.push((took.collect(), batch.entries().iter().map(|entry| entry.seq.0).collect()));
    });
    given
}

#[test]
fn members_who_are_caught_up_share_a_cursor() {
    let (mut audience, mut log) = (Audience::default(), log());
    for token in 0..5 {
        audience.add(token, log.tail());
        append(&mut log, Class::Normal, 1, 9);
    }
    assert_eq!(audience.cursors(), 5);
    let given = sweep(&mut audience, &mut log, &[]);
    assert_eq!(given.len(), 5);
    assert_eq!(given[0], (vec![0], vec![1, 2, 3, 4, 5]), "those furthest behind come first");
    assert_eq!(given[4], (vec![4], vec![5]), "nobody is given what was there before");
    assert_eq!((audience.cursors(), audience.len()), (1, 5));
    append(&mut log, Class::Normal, 1, 9);
    let mut given = sweep(&mut audience, &mut log, &[]);
    given[0].0.sort_unstable();
    assert_eq!(given, [(vec![0, 1, 2, 3, 4], vec![6])]);
}

#[test]
fn a_member_who_cannot_take_more_stays_and_catches_up() {
    let (mut audience, mut log) = (Audience::default(), log());
    let places: Vec<_> = (0..4).map(|token| audience.add(token, log.tail())).collect();
    append(&mut log, Class::Normal, 2, 2);
    assert_eq!(sweep(&mut audience, &mut log, &[0, 3]), [(vec![1, 2], vec![1, 2])]);
    assert_eq!(audience.due(), Some(NOW + Duration::from_millis(250)), "they are asked again");
    append(&mut log, Class::Normal, 1, 2);
    assert_eq!(audience.remove(places[2]), Some(2));
    let given = sweep(&mut audience, &mut log, &[3]);
    assert_eq!(given, [(vec![0], vec![2, 3]), (vec![1], vec![3])]);
    assert_eq!(sweep(&mut audience, &mut log, &[3])[0].0, [0_u32; 0]);
    log.empty(NOW, |_| true);
    assert_eq!(sweep(&mut audience, &mut log, &[]), [(vec![3], vec![2, 3])]);
    assert_eq!((audience.cursors(), audience.due()), (1, None));
}

#[test]
fn a_run_may_be_turned_away_as_a_whole_and_marks_beyond_it_are_nothing() {
    let (mut audience, mut log) = (Audience::default(), log());
    (0..3).for_each(|token| _ = audience.add(token, log.tail()));
    append(&mut log, Class::Normal, 1, 9);
    audience.notify(NOW, true);
    let swept = audience.sweep(NOW, &mut |cursor: &Cursor| log.batch(cursor), |_, _, not_now| {
        not_now.mark(1);
        not_now.mark_all();
    });
    assert_eq!(swept, Swept { given: 0, not_now: 3, lost: 0 });
    audience.notify(NOW, true);
    let swept = audience.sweep(NOW, &mut |cursor: &Cursor| log.batch(cursor), |_, _, not_now| {
        for index in [2, 3, 0, 2, usize::MAX] {
            not_now.mark(index);
        }
    });
    assert_eq!(swept, Swept { given: 1, not_now: 2, lost: 0 });
    let behind: Vec<_> = sweep(&mut audience, &mut log, &[]);
    assert_eq!(behind, [(vec![0, 2], vec![1])]);
}

#[test]
fn the_few_move_to_the_many_and_not_the_many_to_the_few() {
    let (mut audience, mut log) = (Audience::default(), log());
    (0..3).for_each(|token| _ = audience.add(token, log.tail()));
    append(&mut log, Class::Normal, 1, 9);
    audience.add(3, log.tail());
    assert_eq!(sweep(&mut audience, &mut log, &[]), [(vec![0, 1, 2], vec![1])]);
    audience.add(4, Cursor::start(&group("room"), Epoch(1)));
    assert_eq!(sweep(&mut audience, &mut log, &[]), [(vec![4], vec![1])]);
    append(&mut log, Class::Normal, 1, 9);
    assert_eq!(sweep(&mut audience, &mut log, &[]), [(vec![0, 1, 2, 3, 4], vec![2])]);
}

#[test]
fn whoever_is_marked_in_whatever_run_stays_behind() {
    let (mut audience, mut log) = (Audience::default(), log());
    let places: Vec<_> = (0..200).map(|token| audience.add(token, log.tail())).collect();
    // Runs of 50, of 9, of 1 and of 137 seats.
    for gone in [50, 60, 62] {
        assert_eq!(audience.remove(places[gone]), Some(gone as u32));
    }
    append(&mut log, Class::Normal, 1, 9);
    let busy = [0, 49, 51, 59, 61, 63, 150, 199];
    let given = sweep(&mut audience, &mut log, &busy);
    assert_eq!(given.len(), 3, "the short runs are gathered");
    assert_eq!(given.iter().map(|(took, _)| took.len()).sum::<usize>(), 197 - busy.len());
    let mut given = sweep(&mut audience, &mut log, &[]);
    given[0].0.sort_unstable();
    assert_eq!(given, [(busy.to_vec(), vec![1])]);
}

#[test]
fn one_who_takes_nothing_keeps_nobody_out_of_the_crowd() {
    let (mut audience, mut log) = (Audience::default(), log());
    audience.add(0, log.tail());
    for token in 1..5 {
        append(&mut log, Class::Normal, 1, 99);
        audience.add(token, log.tail());
    }
    for _ in 0..3 {
        append(&mut log, Class::Normal, 1, 99);
        sweep(&mut audience, &mut log, &[0]);
        assert!(audience.crowd.runs().flatten().eq(1..5));
    }
    assert_eq!(sweep(&mut audience, &mut log, &[]).last().unwrap().0, [0]);
    assert_eq!((audience.crowd.len(), audience.lists.len()), (5, 0));
}

#[test]
fn who_leaves_a_list_is_not_kept_for_long_though_nobody_sweeps() {
    let (mut audience, mut log) = (Audience::default(), log());
    audience.add(0, log.tail());
    append(&mut log, Class::Normal, 1, 99);
    let stay = audience.add(1, log.tail());
    for token in 2..1_000 {
        let place = audience.add(token, log.tail());
        assert_eq!(audience.remove(place), Some(token));
        assert!(audience.lists.values().flatten().count() <= 3);
    }
    assert_eq!((audience.cursors(), audience.remove(stay), audience.cursors()), (2, Some(1), 1));
}

#[test]
fn nothing_is_given_out_before_it_is_due() {
    let (mut audience, mut log) = (Audience::default(), log());
    audience.set_tick(Tick { per_member: Duration::from_millis(10), ..Tick::default() });
    audience.add(7, log.tail());
    let mut sweep = |audience: &mut Audience<u32>, millis, class, urgent| {
        let now = NOW + Duration::from_millis(millis);
        append(&mut log, class, 1, 9);
        audience.notify(now, urgent);
        audience.sweep(now, &mut |cursor: &Cursor| log.batch(cursor), |_, _, _| {}).given
    };
    assert_eq!(sweep(&mut audience, 0, Class::Normal, false), 1);
    assert_eq!(sweep(&mut audience, 9, Class::Normal, false), 0);
    assert_eq!(sweep(&mut audience, 10, Class::Normal, false), 1);
    assert_eq!(sweep(&mut audience, 11, Class::Normal, false), 0);
    assert_eq!(sweep(&mut audience, 12, Class::High, true), 1);
    let quiet =
        audience.sweep(Timestamp::MAX, &mut |cursor: &Cursor| log.batch(cursor), |_, _, _| {
            panic!("nothing was due")
        });
    assert_eq!(quiet, Swept::default());
}

#[test]
fn members_of_a_former_epoch_are_lost_until_they_restart() {
    let (mut audience, mut log) = (Audience::default(), log());
    let places: Vec<_> = (0..3).map(|token| audience.add(token, log.tail())).collect();
    audience.add(3, Cursor::start(&group("another"), Epoch(1)));
    log.new_epoch(Epoch(2));
    append(&mut log, Class::Normal, 1, 9);
    assert_eq!(sweep(&mut audience, &mut log, &[]), []);
    let error = CursorError::OtherEpoch { cursor: Epoch(1), log: Epoch(2) };
    let mut lost: Vec<_> = audience.lost().collect();
    lost.sort_unstable_by_key(|(_, who)| *who);
    assert_eq!(lost, [(error, 0), (error, 1), (error, 2), (CursorError::OtherGroup, 3)]);
    assert_eq!(audience.remove(places[0]), Some(0));
    audience.add(4, log.tail());
    audience.restart(log.tail());
    assert_eq!((audience.lost().count(), audience.cursors(), audience.len()), (0, 1, 4));
    append(&mut log, Class::Normal, 1, 9);
    let mut given = sweep(&mut audience, &mut log, &[]);
    given[0].0.sort_unstable();
    assert_eq!(given, [(vec![1, 2, 3, 4], vec![2])]);
}

#[test]
fn the_last_lost_member_may_go() {
    let mut audience = Audience::default();
    let place = audience.add(1, Cursor::start(&group("another"), Epoch(1)));
    assert_eq!(sweep(&mut audience, &mut log(), &[]), []);
    assert_eq!((audience.lost().count(), audience.remove(place)), (1, Some(1)));
    assert_eq!((audience.lost().count(), audience.is_empty()), (0, true));
}

#[test]
fn a_place_is_good_once() {
    let (mut audience, log) = (Audience::default(), log());
    let first = audience.add('a', log.tail());
    assert_eq!(audience.remove(first), Some('a'));
    assert_eq!(audience.remove(first), None);
    let second = audience.add('b', log.tail());
    assert_ne!(first, second);
    assert_eq!(audience.remove(first), None, "the seat is another's now");
    assert_eq!(audience.remove(second), Some('b'));
    assert_eq!(audience.seats.tokens().len(), 0);
    assert_eq!(audience.cursors(), 0, "nobody is there, and nobody is looked for");
}

#[test]
fn a_sweep_takes_one_batch_for_each_distinct_cursor() {
    let (mut audience, mut log) = (Audience::default(), log());
    let mut cursors = Vec::new();
    for _ in 0..300 {
        cursors.push(log.tail());
        append(&mut log, Class::Normal, 1, 500);
    }
    (0..1_000).for_each(|n| _ = audience.add(n, cursors[n * 7 % 300]));
    assert_eq!(audience.cursors(), 300);
    audience.notify(NOW, true);
    let (mut taken, mut encoded) = (0, 0);
    let source = &mut |cursor: &Cursor| {
        taken += 1;
        log.batch(cursor)
    };
    let swept = audience.sweep(NOW, source, |batch, tokens, _| {
        for _ in tokens {
            batch.encoded(Format::new(0).unwrap(), |_| {
                encoded += 1;
                Vec::new()
            });
        }
    });
    // Laggards meet at 64, 128, 192 and 256, where others stand already.
    assert_eq!((taken, encoded), (300, 300));
    assert!(swept.given > 1_000);
    assert_eq!(audience.cursors(), 1);
    append(&mut log, Class::Normal, 1, 500);
    audience.add(0, log.tail());
    audience.notify(NOW, true);
    let mut taken = 0;
    let source = &mut |cursor: &Cursor| {
        taken += 1;
        log.batch(cursor)
    };
    assert_eq!(audience.sweep(NOW, source, |_, _, _| {}).given, 1_000);
    assert_eq!(taken, 1, "where the log ends, nothing is asked for");
}

#[derive(Clone, Debug)]
enum Step {
    Append {
        class: usize,
        times: u32,
    },
    /// Somebody joins, at the tail or so many entries back.
    Add {
        back: usize,
    },
    AddForged,
    Remove(usize),
    /// Everybody takes a few batches, by the remainder of token and salt: 0, 1, 2, or all.
    Sweep {
        salt: usize,
    },
    Epoch,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..6_usize, 1..50_u32).prop_map(|(class, times)| Step::Append { class, times }),
        6 => prop_oneof![Just(0), 0..200_usize].prop_map(|back| Step::Add { back }),
        1 => Just(Step::AddForged),
        3 => any::<usize>().prop_map(Step::Remove),
        6 => (0..4_usize).prop_map(|salt| Step::Sweep { salt }),
        1 => Just(Step::Epoch),
        1 => Just(Step::Restart),
    ]
}

/// A member who keeps count alone.
struct Reader {
    place: Place,
    start: Cursor,
    at: Cursor,
    /// What was read and what was missed.
    passed: PerClass<u64>,
}

struct Run {
    log: Log,
    /// Every place there was in this epoch.
    tails: Vec<Cursor>,
    audience: Audience<usize>,
    /// By token; `None` for those who left.
    readers: Vec<Option<Reader>>,
}

impl Run {
    fn step(&mut self, step: &Step) {
        match *step {
            Step::Append { class, times } => {
                for _ in 0..times {
                    append(&mut self.log, Class::ALL[class], 1, 40);
                    self.tails.push(self.log.tail());
                }
            }
            Step::Add { back } => {
                self.add(self.tails[self.tails.len().saturating_sub(back + 1)]);
            }
            Step::AddForged => self.add(Cursor::start(&group("another"), Epoch(9))),
            Step::Remove(which) => {
                let token = which % self.readers.len().max(1);
                if let Some(reader) = self.readers.get_mut(token).and_then(Option::take) {
                    assert_eq!(self.audience.remove(reader.place), Some(token));
                    assert_eq!(self.audience.remove(reader.place), None);
                }
            }
            Step::Sweep { salt } => self.sweep(|token| match (token + salt) % 4 {
                3 => usize::MAX,
                batches => batches,
            }),
            Step::Epoch => {
                self.log.new_epoch(Epoch(self.log.epoch().0 + 1));
                self.tails = vec![self.log.tail()];
            }
            Step::Restart => {
                for (_, token) in self.audience.lost() {
                    let reader = self.readers[token].as_mut().unwrap();
                    (reader.start, reader.at) = (self.log.tail(), self.log.tail());
                    reader.passed = PerClass::default();
                }
                self.audience.restart(self.log.tail());
            }
        }
    }

    fn add(&mut self, cursor: Cursor) {
        let token = self.readers.len();
        let place = self.audience.add(token, cursor);
        let passed = PerClass::default();
        self.readers.push(Some(Reader { place, start: cursor, at: cursor, passed }));
    }

    fn sweep(&mut self, patience: impl Fn(usize) -> usize) {
        let Self { log, audience, readers, .. } = self;
        let (mut asked, mut took) = (Vec::new(), vec![0; readers.len()]);
        audience.notify(NOW, true);
        let log = std::cell::RefCell::new(log);
        let source = &mut |cursor: &Cursor| {
            asked.push(*cursor);
            log.borrow_mut().batch(cursor)
        };
        let swept = audience.sweep(NOW, source, |batch, tokens, not_now| {
            let log = log.borrow();
            let ahead = log.since(batch.from()).unwrap().take(batch.entries().len());
            assert!(ahead.eq(batch.entries()));
            for (index, &token) in tokens.iter().enumerate() {
                if took[token] >= patience(token) {
                    not_now.mark(index);
                } else {
                    took[token] += 1;
                    readers[token].as_mut().unwrap().take(batch);
                }
            }
        });
        assert!(asked.is_sorted(), "those furthest behind come first");
        assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len());
        let there =
            || readers.iter().enumerate().filter_map(|(n, reader)| Some((n, reader.as_ref()?)));
        let log = log.into_inner();
        let lost = |reader: &Reader| log.since(&reader.at).is_err();
        assert_eq!(swept.lost, there().filter(|(_, reader)| lost(reader)).count());
        assert_eq!(swept.given, took.iter().sum::<usize>());
        let behind = there().filter(|(_, reader)| !lost(reader) && reader.at != log.tail());
        let behind: Vec<_> = behind.map(|(token, _)| token).collect();
        assert_eq!(swept.not_now, behind.len());
        assert!(behind.iter().all(|token| took[*token] == patience(*token)));
    }

    fn check(&self) {
        let there = || self.readers.iter().flatten();
        assert_eq!(self.audience.len(), there().count());
        for reader in there().filter(|reader| reader.at != reader.start) {
            let (start, at) = (reader.start.passed(), reader.at.passed());
            assert!(Class::ALL.iter().all(|&c| at[c] - start[c] == reader.passed[c]));
        }
        let Audience { seats, crowd, crowd_at, lists, lost, gone, .. } = &self.audience;
        assert_eq!(crowd_at.is_some(), !crowd.is_empty());
        let crowd = crowd.runs().flatten().map(|seat| (*crowd_at, seats.place(seat)));
        let listed = lists.iter().flat_map(|(at, list)| list.iter().map(|it| (Some(*at), *it)));
        let lost = lost.iter().flat_map(|(_, list)| list.iter().map(|place| (None, *place)));
        let (here, left): (Vec<_>, Vec<_>) =
            crowd.chain(listed).chain(lost).partition(|(_, place)| seats.get(*place).is_some());
        assert!(left.len() <= *gone && *gone <= here.len(), "few are kept who left");
        // Everybody stands somewhere, once.
        let stand: BTreeMap<_, _> =
            here.iter().map(|(at, it)| (seats.get(*it).unwrap(), *at)).collect();
        assert_eq!((stand.len(), here.len()), (there().count(), there().count()));
        for (token, at) in &stand {
            let reader = self.readers[*token].as_ref().unwrap();
            assert!(at.is_none_or(|at| at == reader.at));
        }
        let cursors: BTreeSet<_> = stand.values().flatten().collect();
        assert_eq!(self.audience.cursors(), cursors.len());
    }
}

impl Reader {
    fn take(&mut self, batch: &Batch) {
        assert_eq!(*batch.from(), self.at, "nothing twice, and nothing left out");
        self.at = *batch.to();
        let missed = batch.missed();
        Class::ALL.iter().for_each(|&class| self.passed[class] += missed[class]);
        batch.entries().iter().for_each(|entry| self.passed[entry.class] += 1);
    }
}

proptest! {
    #[test]
    fn everybody_gets_everything_once_and_in_order_or_is_told(steps in vec(step(), 1..80)) {
        let log = log();
        let (tails, audience) = (vec![log.tail()], Audience::default());
        let mut run = Run { log, tails, audience, readers: Vec::new() };
        for step in &steps {
            run.step(step);
            run.check();
        }
        run.sweep(|_| usize::MAX);
        run.step(&Step::Restart);
        run.check();
        prop_assert!(run.readers.iter().flatten().all(|reader| reader.at == run.log.tail()));
        prop_assert!(run.audience.cursors() <= 1);
    }
}
