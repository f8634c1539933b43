//! The log beside a naive one that forgets nothing, under any script.

use std::time::Duration;

use proptest::{array::uniform6, collection::vec, prelude::*};

use super::{body, group};
use crate::{
    batch::Batch,
    config::Retention,
    cursor::{Counts, Cursor, CursorError},
    entry::Body,
    id::{Epoch, Seq},
    log::{Log, is_message},
    message::{Class, PerClass},
    time::{Shift, Timestamp},
};

/// Every entry there ever was, and what has become of it. The first is number 1.
struct Model {
    now: Timestamp,
    epoch: Epoch,
    retention: Retention,
    entries: Vec<Past>,
}

struct Past {
    class: Class,
    body: Body,
    until: Timestamp,
    kept: bool,
}

impl Model {
    fn head(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The entries after `from`, up to and with `to`, with their places.
    fn between(&self, from: u64, to: u64) -> impl DoubleEndedIterator<Item = (u64, &Past)> {
        (from..to).map(|n| (n + 1, &self.entries[usize::try_from(n).unwrap()]))
    }

    fn kept(&self, from: u64, to: u64) -> impl DoubleEndedIterator<Item = (u64, &Past)> {
        self.between(from, to).filter(|(_, past)| past.kept)
    }

    fn missed(&self, from: u64, to: u64) -> PerClass<u64> {
        count(self.between(from, to).filter(|(_, past)| !past.kept))
    }

    fn passed(&self, position: u64) -> PerClass<u64> {
        count(self.between(0, position))
    }

    fn cursor(&self, position: u64) -> Cursor {
        forge(self.epoch, &self.passed(position))
    }

    fn append(&mut self, class: Class, body: Body) {
        let until = self.now + self.retention.max_age;
        let last = self.entries.iter().rfind(|past| past.kept).map(|past| past.until);
        let until = last.map_or(until, |last| last.max(until));
        self.entries.push(Past { class, body, until, kept: true });
        self.limit(class);
        self.expire();
    }

    fn limit(&mut self, class: Class) {
        let newest = self.entries.iter_mut().rev().filter(|past| past.kept && past.class == class);
        let quota = usize::try_from(self.retention.quota[class]).unwrap();
        newest.skip(quota).for_each(|past| past.kept = false);
    }

    fn expire(&mut self) {
        let over = self.entries.iter_mut().filter(|past| past.until <= self.now);
        over.for_each(|past| past.kept = false);
    }

    fn reconfigure(&mut self) {
        self.expire();
        Class::ALL.into_iter().for_each(|class| self.limit(class));
        let most = self.now + self.retention.max_age;
        self.entries.iter_mut().for_each(|past| past.until = past.until.min(most));
        self.expire();
    }

    fn empty(&mut self, divisor: u64) -> u64 {
        self.expire();
        let mut emptied = 0;
        for past in self.entries.iter_mut().filter(|past| past.kept) {
            let Body::Message(message) = &past.body else { continue };
            if message.id.0.is_multiple_of(divisor) {
                past.body = Body::Emptied;
                emptied += 1;
            }
        }
        emptied
    }

    /// Where a batch from here ends, and whether more would have belonged into it.
    fn batch_end(&self, from: u64) -> (u64, bool) {
        let (mut last, mut bytes) = (None, 0);
        for (seq, past) in self.kept(from, self.head()) {
            let start = last.unwrap_or(seq);
            if seq.div_ceil(64) > start.div_ceil(64) || bytes >= 65_536 {
                break;
            }
            bytes += past.body.bytes();
            last = Some(seq);
        }
        match last {
            Some(last) if bytes >= 65_536 || self.head() >= last.div_ceil(64) * 64 => (last, false),
            _ => (self.head(), true),
        }
    }

    /// The counts between which a cursor at `position` lies: those of its neighbours among the kept.
    fn bounds(&self, position: u64) -> (PerClass<u64>, PerClass<u64>) {
        let before = self.kept(0, position).next_back().map_or(0, |(seq, _)| seq);
        let after = self.kept(position, self.head()).next();
        (self.passed(before), self.passed(after.map_or(self.head(), |(seq, _)| seq - 1)))
    }
}

fn count<'a>(entries: impl Iterator<Item = (u64, &'a Past)>) -> PerClass<u64> {
    let mut counts = PerClass::default();
    entries.for_each(|(_, past)| counts[past.class] += 1);
    counts
}

fn forge(epoch: Epoch, passed: &PerClass<u64>) -> Cursor {
    Cursor::start(&group(), epoch).at(Counts::new(passed).unwrap())
}

#[derive(Clone, Debug)]
enum Step {
    Append {
        class: usize,
        length: usize,
        times: u8,
    },
    Wait(u64),
    Expire,
    Purge(u64),
    Configure {
        quota: [u32; 6],
        age: u64,
    },
    Restore,
    Shift(u64),
    Epoch(u32),
    /// Read from some place between the first entry and the last.
    Read(u16),
    /// The same with counts that are a little off.
    Forge(u16, [i8; 6]),
    Earlier(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let length = prop_oneof![20 => 0..20_usize, 1 => 10_000..40_000_usize];
    let quota = prop_oneof![0..4_u32, 0..150_u32];
    prop_oneof![
        12 => (0..6_usize, length, 1..40_u8)
            .prop_map(|(class, length, times)| Step::Append { class, length, times }),
        4 => (0..20_u64).prop_map(Step::Wait),
        1 => Just(Step::Expire),
        1 => (1..5_u64).prop_map(Step::Purge),
        1 => (uniform6(quota), 0..100_u64)
            .prop_map(|(quota, age)| Step::Configure { quota, age }),
        2 => Just(Step::Restore),
        1 => (0..2_000_u64).prop_map(Step::Shift),
        1 => (1..3_u32).prop_map(Step::Epoch),
        6 => any::<u16>().prop_map(Step::Read),
        4 => (any::<u16>(), uniform6(-2..3_i8)).prop_map(|(place, off)| Step::Forge(place, off)),
        1 => (0..40_usize).prop_map(Step::Earlier),
    ]
}

/// A log that is restored now and then, one that never is, and one that nobody lets expire.
struct Run {
    model: Model,
    logs: [Log; 3],
}

impl Run {
    fn new() -> Self {
        let retention = Retention {
            quota: PerClass([30, 100, 20, 1, 40, 40]),
            max_age: Duration::from_secs(120),
        };
        let (now, epoch) = (Timestamp::from_secs(1_000), Epoch(1));
        let model = Model { now, epoch, retention, entries: Vec::new() };
        Self { model, logs: [0; 3].map(|_| Log::new(&group(), epoch)) }
    }

    fn step(&mut self, step: Step) {
        let model = &mut self.model;
        match step {
            Step::Append { class, length, times } => {
                let class = Class::ALL[class];
                for _ in 0..times {
                    let body = body(class, model.head() + 1, length);
                    model.append(class, body.clone());
                    for log in &mut self.logs {
                        let entry = log.append(model.now, &model.retention, class, body.clone());
                        assert_eq!((entry.seq, entry.at), (Seq(model.head()), model.now));
                    }
                }
            }
            Step::Wait(secs) => model.now += Duration::from_secs(secs),
            Step::Expire => {
                model.expire();
                self.logs[..2].iter_mut().for_each(|log| log.expire(model.now));
            }
            Step::Purge(divisor) => {
                let emptied = model.empty(divisor);
                for log in &mut self.logs {
                    let matches = |message: &crate::Message| message.id.0.is_multiple_of(divisor);
                    assert_eq!(log.empty(model.now, matches), emptied);
                }
            }
            Step::Configure { quota, age } => {
                let max_age = Duration::from_secs(age);
                model.retention = Retention { quota: PerClass(quota), max_age };
                model.reconfigure();
                for log in &mut self.logs {
                    log.reconfigure(model.now, &model.retention);
                }
            }
            Step::Restore => {
                let text = serde_json::to_string(&self.logs[0].save()).unwrap();
                self.logs[0] =
                    Log::restore(&group(), serde_json::from_str(&text).unwrap()).unwrap();
            }
            Step::Shift(secs) => {
                let to = Timestamp::from_secs(secs);
                let shift = Shift::new(model.now, to);
                model.now = to;
                model.entries.iter_mut().for_each(|past| shift.apply(&mut past.until));
                self.logs.iter_mut().for_each(|log| log.shift(shift));
            }
            Step::Epoch(more) => {
                model.epoch.0 += more;
                self.logs.iter_mut().for_each(|log| log.new_epoch(model.epoch));
            }
            Step::Read(place) => self.read(u64::from(place) % (self.model.head() + 1)),
            Step::Forge(place, off) => self.forge(u64::from(place) % (self.model.head() + 1), off),
            Step::Earlier(limit) => self.earlier(limit),
        }
    }

    /// All readers who stand at `from`, on their way to the end.
    fn read(&mut self, from: u64) {
        let (model, head) = (&self.model, self.model.head());
        let cursor = model.cursor(from);
        for log in &mut self.logs[..2] {
            let entries = log.since(&cursor).unwrap();
            assert_eq!(entries.missed(), model.missed(from, head));
            assert_eq!(entries.cursor(), model.cursor(head));
            assert_eq!(entries.len(), model.kept(from, head).count());
            let seen = entries.map(|entry| (entry.seq.0, &entry.body));
            assert!(seen.eq(model.kept(from, head).map(|(seq, past)| (seq, &past.body))));

            let mut at = from;
            while at < head {
                let batch = log.batch(&model.cursor(at)).unwrap();
                at = check_batch(model, at, &batch);
            }
            assert!(log.batch(&model.cursor(head)).unwrap().is_empty());
            read_until(model, log, from, from.midpoint(head));
        }
    }

    /// A cursor is accepted if it fits between its neighbours, and what it is told adds up.
    fn forge(&mut self, near: u64, off: [i8; 6]) {
        let (model, head) = (&self.model, self.model.head());
        let mut passed = model.passed(near);
        for (count, off) in passed.0.iter_mut().zip(off) {
            *count = count.saturating_add_signed(i64::from(off));
        }
        let cursor = forge(model.epoch, &passed);
        let position = cursor.position().0;
        let expected = if position > head {
            Err(CursorError::Future { cursor: Seq(position), head: Seq(head) })
        } else {
            let (low, high) = model.bounds(position);
            let fits = |class| (low[class]..=high[class]).contains(&passed[class]);
            if Class::ALL.into_iter().all(fits) { Ok(()) } else { Err(CursorError::Impossible) }
        };
        for log in &mut self.logs[..2] {
            assert_eq!(log.batch(&cursor).map(|_| ()), expected);
            let entries = log.since(&cursor);
            assert_eq!(entries.as_ref().map(|_| ()).map_err(|error| *error), expected);
            let Ok(entries) = entries else { continue };
            let (mut total, missed) = (passed, entries.missed());
            Class::ALL.into_iter().for_each(|class| total[class] += missed[class]);
            entries.for_each(|entry| total[entry.class] += 1);
            assert_eq!(total, model.passed(head));
            let elsewhere = forge(Epoch(0), &passed);
            assert!(matches!(log.since(&elsewhere), Err(CursorError::OtherEpoch { .. })));
        }
    }

    fn earlier(&self, limit: usize) {
        let (model, head) = (&self.model, self.model.head());
        let messages = model.kept(0, head).rev().filter(|(_, past)| is_message(past.class));
        let first = messages.take(limit).last();
        let expected = model.cursor(first.map_or(head, |(seq, _)| seq - 1));
        self.logs[..2].iter().for_each(|log| assert_eq!(log.earlier(limit), expected));
    }

    /// What is the same after every step.
    fn check(&self) {
        let (model, head) = (&self.model, self.model.head());
        let kept = || model.kept(0, head);
        for log in &self.logs[..2] {
            assert_eq!(log.tail(), model.cursor(head));
            assert_eq!(log.appended(), model.passed(head));
            assert_eq!(log.evicted(), model.missed(0, head));
            assert_eq!(log.bytes(), kept().map(|(_, past)| past.body.bytes()).sum::<usize>());
            assert_eq!(log.next_expiry(), kept().next_back().map(|(_, past)| past.until));
            for (seq, past) in model.between(0, head) {
                let found = log.get(Seq(seq)).map(|entry| (entry.seq.0, &entry.body));
                assert_eq!(found, past.kept.then_some((seq, &past.body)));
            }
        }
        assert_eq!(self.logs[0].save(), self.logs[1].save());
    }
}

/// A reader who may come no further than `until`, with whatever is remembered for those who may.
fn read_until(model: &Model, log: &mut Log, from: u64, until: u64) {
    let mut at = from;
    loop {
        let batch = log.batch_until(&model.cursor(at), Seq(until)).unwrap();
        let to = batch.to().position().0;
        assert!(to <= until);
        assert_eq!((batch.to(), batch.missed()), (&model.cursor(to), model.missed(at, to)));
        let seen = batch.entries().iter().map(|entry| (entry.seq.0, &entry.body));
        assert!(seen.eq(model.kept(at, to).map(|(seq, past)| (seq, &past.body))));
        // Whoever takes one that ends at a common place meets others there.
        let whole = model.batch_end(at);
        assert!(whole.0 > until || whole.0 == to || batch.is_empty());
        if batch.is_empty() {
            break;
        }
        at = to;
    }
    assert_eq!(model.kept(at, until).count(), 0, "all that may be read is");
}

fn check_batch(model: &Model, from: u64, batch: &Batch) -> u64 {
    let (to, open) = model.batch_end(from);
    assert_eq!((batch.from(), batch.to()), (&model.cursor(from), &model.cursor(to)));
    assert_eq!((batch.open(), batch.missed()), (open, model.missed(from, to)));
    let seen = batch.entries().iter().map(|entry| (entry.seq.0, &entry.body));
    assert!(seen.eq(model.kept(from, to).map(|(seq, past)| (seq, &past.body))));
    to
}

proptest! {
    #[test]
    fn a_log_is_what_a_naive_one_is(steps in vec(step(), 1..60)) {
        let mut run = Run::new();
        for step in steps {
            run.step(step);
            run.check();
        }
        run.read(0);
        run.logs.iter_mut().for_each(|log| log.expire(run.model.now));
        let [restored, steady, lazy] = run.logs.each_ref().map(Log::save);
        prop_assert_eq!(&restored, &steady);
        prop_assert_eq!(&steady, &lazy, "who called `expire`, and when, does not matter");
    }

    #[test]
    fn no_saved_state_makes_a_log_panic(
        steps in vec(step(), 1..20),
        places in vec((any::<u16>(), any::<u64>()), 1..4),
    ) {
        let mut run = Run::new();
        steps.into_iter().for_each(|step| run.step(step));
        let mut saved = serde_json::to_value(run.logs[0].save()).unwrap();
        for (place, value) in places {
            let mut numbers = Vec::new();
            find_numbers(&mut saved, &mut numbers);
            let chosen = usize::from(place) % numbers.len();
            *numbers[chosen] = (value >> (value % 64)).into();
        }
        let Ok(saved) = serde_json::from_value(saved) else { return Ok(()) };
        let Ok(mut log) = Log::restore(&group(), saved) else { return Ok(()) };
        let mut reader = Cursor::start(&group(), log.epoch());
        while reader != log.tail() {
            let batch = log.batch(&reader).unwrap();
            prop_assert!(*batch.to() > reader);
            reader = *batch.to();
        }
        for class in Class::ALL {
            log.append(run.model.now, &run.model.retention, class, body(class, 1, 1));
        }
        log.reconfigure(Timestamp::MAX, &run.model.retention);
    }
}

fn find_numbers<'a>(
    value: &'a mut serde_json::Value,
    numbers: &mut Vec<&'a mut serde_json::Value>,
) {
    match value {
        serde_json::Value::Number(_) => numbers.push(value),
        serde_json::Value::Array(values) => {
            values.iter_mut().for_each(|value| find_numbers(value, numbers));
        }
        serde_json::Value::Object(fields) => {
            fields.iter_mut().for_each(|(_, value)| find_numbers(value, numbers));
        }
        _ => {}
    }
}
