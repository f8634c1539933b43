//! What is said, by whom, and what its author was told became of it.

use crate::{
    account::Fates,
    class::Class,
    hearing::Fate,
    schedule::{Nanos, Schedule},
};

/// The messages of a run, as those who send them have them.
#[derive(Debug, Default)]
pub(crate) struct Speech {
    schedule: Option<Schedule>,
    speakers: u32,
    /// The message that is sent next.
    next: u32,
    /// Where each message stands that was sent.
    fates: Vec<Option<Fate>>,
}

/// A message that is to be sent now.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) number: u32,
    pub(crate) speaker: u32,
    pub(crate) at: Nanos,
    pub(crate) frame: String,
}

impl Speech {
    /// Some speakers take turns; with none, somebody else sends the messages.
    pub(crate) fn new(schedule: Schedule, speakers: u32) -> Self {
        let fates = vec![None; if speakers > 0 { schedule.count as usize } else { 0 }];
        Self { schedule: Some(schedule), speakers, next: 0, fates }
    }

    pub(crate) fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_ref()
    }

    /// Whether something is to be sent by `now`.
    pub(crate) fn is_due(&self, now: Nanos) -> bool {
        let Some(schedule) = &self.schedule else { return false };
        self.speakers > 0 && self.next < schedule.count && schedule.at(self.next) <= now
    }

    /// The next message that is to be sent by `now`.
    pub(crate) fn next(&mut self, now: Nanos) -> Option<Due> {
        if !self.is_due(now) {
            return None;
        }
        let (schedule, number) = (self.schedule?, self.next);
        self.next += 1;
        let frame = written(number, schedule.random(number));
        Some(Due { number, speaker: number % self.speakers, at: schedule.at(number), frame })
    }

    /// A message was given to the host.
    pub(crate) fn sent(&mut self, number: u32) {
        self.fates[number as usize] = Some(Fate::Open);
    }

    /// Its author was told where a message stands. Receipt and end come in any order: an end stands.
    pub(crate) fn answer(&mut self, random: u32, fate: Fate) {
        let number = self.schedule.and_then(|schedule| schedule.number(random));
        let known = number.and_then(|number| self.fates.get_mut(number as usize)?.as_mut());
        if let Some(known @ Fate::Open) = known {
            *known = fate;
        }
    }

    /// What became of all of them.
    pub(crate) fn fates(&self) -> Fates {
        let mut fates = Fates::default();
        for (number, fate) in self.fates.iter().enumerate() {
            let Some(fate) = fate else { continue };
            let class = Schedule::class(number as u32) as usize;
            fates.sent[class] += 1;
            match fate {
                Fate::Open => fates.open += 1,
                Fate::Delivered => fates.delivered[class] += 1,
                Fate::Dropped => fates.dropped[class] += 1,
                Fate::Refused => fates.refused += 1,
            }
        }
        fates
    }
}

/// A `send` of PROTOCOL.md.
fn written(number: u32, random: u32) -> String {
    let message = match Schedule::class(number) {
        Class::High => r#""kind":"gift","text":"","data":"{\"gift\":\"rose\",\"n\":1}""#.to_owned(),
        Class::Low => r#""kind":"like","text":"","data":"1""#.to_owned(),
        Class::Lowest => format!(
            r#""kind":"text","priority":"lowest","text":"hurray, and hurray again: number {number}","data":"""#
        ),
        Class::Normal | Class::Tip | Class::Notice => {
            format!(
                r#""kind":"text","text":"this is what somebody says, number {number}","data":"""#
            )
        }
    };
    format!(r#"{{"v":1,"t":"send","id":{number},"random":{random},{message}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speech() -> (Schedule, Speech) {
        let schedule = Schedule::new(0, 40, 1, 3).unwrap();
        (schedule, Speech::new(schedule, 8))
    }

    #[test]
    fn what_is_due_is_said_once_in_turns_and_never_early() {
        let (schedule, mut speech) = speech();
        assert!(!speech.is_due(schedule.at(0) - 1));
        let now = schedule.at(9);
        let due: Vec<_> = std::iter::from_fn(|| speech.next(now)).collect();
        let speakers: Vec<_> = due.iter().map(|due| due.speaker).collect();
        assert_eq!(speakers, [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]);
        assert_eq!(due[9].at, now);
        for due in due {
            let frame: serde_json::Value = serde_json::from_str(&due.frame).unwrap();
            assert_eq!(frame["random"], schedule.random(due.number));
        }
    }

    #[test]
    fn an_end_stands_whatever_is_told_after_it() {
        let (schedule, mut speech) = speech();
        for number in 0..4 {
            speech.sent(number);
        }
        speech.answer(schedule.random(0), Fate::Delivered);
        speech.answer(schedule.random(0), Fate::Open);
        speech.answer(schedule.random(1), Fate::Open);
        speech.answer(schedule.random(1), Fate::Dropped);
        speech.answer(schedule.random(2), Fate::Refused);
        speech.answer(schedule.random(9), Fate::Delivered);
        let fates = speech.fates();
        assert_eq!(fates.sent.iter().sum::<u64>(), 4);
        assert_eq!(fates.delivered.iter().sum::<u64>(), 1);
        assert_eq!(fates.dropped.iter().sum::<u64>(), 1);
        assert_eq!((fates.refused, fates.open), (1, 1));
    }

    #[test]
    fn nobody_speaks_where_somebody_else_does() {
        let (schedule, _) = speech();
        let mut listener = Speech::new(schedule, 0);
        assert!(listener.next(u64::MAX).is_none());
        listener.answer(schedule.random(0), Fate::Delivered);
        assert_eq!(listener.fates(), Fates::default());
    }
}
