//! What readers got, held against what the host says it gave.
//!
//! A reader begins at a place in the history and ends at its end. In each class, what it read and what it was told
//! it missed must be exactly what was appended in between; what is neither was lost without a word.

use crate::class::{Class, PerClass};

/// What one reader got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// How far the history had come when it came in.
    pub from: PerClass<u64>,
    /// Entries that it read.
    pub read: PerClass<u64>,
    /// Entries that it was told it missed.
    pub missed: PerClass<u64>,
    /// Entries that it was told it missed by a host that does not know of which class.
    pub missed_of_some_class: u64,
    /// The last place that it read.
    pub last: u64,
    /// Entries that came twice, or out of order.
    pub disordered: u64,
}

/// What a host says about its history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Entries appended since it began.
    pub appended: PerClass<u64>,
    /// Times that a reader was given an entry, in this run.
    pub given: u64,
    /// Times that a reader was told of an entry missed, in this run.
    pub missed: u64,
}

/// All readers held against the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How many readers there were.
    pub readers: u64,
    /// Entries read, by all of them together.
    pub read: PerClass<u64>,
    /// Entries that they were told they missed.
    pub missed: PerClass<u64>,
    /// The same, of a class that nobody knows.
    pub missed_of_some_class: u64,
    /// Entries that were appended, and neither read nor told.
    pub lost_silently: u64,
    /// Entries that were read or told beyond what was appended.
    pub surplus: u64,
    /// Readers for whom it does not come out even.
    pub astray: u64,
    /// Entries that came twice, or out of order.
    pub disordered: u64,
}

impl Audit {
    /// Holds one reader against the history.
    pub fn add(&mut self, reading: &Reading, appended: &PerClass<u64>) {
        let (mut lacking, mut surplus) = (0, 0);
        for (class, appended) in appended.iter().enumerate() {
            let had = reading.from[class] + reading.read[class] + reading.missed[class];
            lacking += appended.saturating_sub(had);
            surplus += had.saturating_sub(*appended);
            self.read[class] += reading.read[class];
            self.missed[class] += reading.missed[class];
        }
        let told = reading.missed_of_some_class;
        surplus += told.saturating_sub(lacking);
        lacking = lacking.saturating_sub(told);
        self.readers += 1;
        self.missed_of_some_class += told;
        self.lost_silently += lacking;
        self.surplus += surplus;
        self.disordered += reading.disordered;
        self.astray += u64::from(lacking + surplus + reading.disordered > 0);
    }

    /// This audit and that of other readers.
    pub fn and(mut self, other: &Self) -> Self {
        for class in 0..Class::ALL.len() {
            self.read[class] += other.read[class];
            self.missed[class] += other.missed[class];
        }
        self.readers += other.readers;
        self.missed_of_some_class += other.missed_of_some_class;
        self.lost_silently += other.lost_silently;
        self.surplus += other.surplus;
        self.astray += other.astray;
        self.disordered += other.disordered;
        self
    }

    /// Entries that they were told they missed, of whatever class.
    pub fn told(&self) -> u64 {
        self.missed.iter().sum::<u64>() + self.missed_of_some_class
    }

    /// Whether every reader read or was told of every entry, once and in order.
    pub fn is_even(&self) -> bool {
        self.astray == 0
    }

    /// What does not come out even; nothing where all is well.
    pub fn faults(&self, ledger: &Ledger) -> Vec<String> {
        let mut faults = Vec::new();
        if self.astray > 0 {
            faults.push(format!(
                "{} of {} readers do not come out even: {} entries lost without a word, {} too many, {} out of order",
                self.astray, self.readers, self.lost_silently, self.surplus, self.disordered
            ));
        }
        let read: u64 = self.read.iter().sum();
        if read != ledger.given {
            faults
                .push(format!("read {read} entries, while the host says it gave {}", ledger.given));
        }
        if self.told() != ledger.missed {
            faults.push(format!(
                "told of {} missed entries, while the host says it told of {}",
                self.told(),
                ledger.missed
            ));
        }
        faults
    }
}

/// What became of the messages of each priority, as their authors were told or as the host says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// Given to the host.
    pub sent: [u64; 4],
    /// In the history.
    pub delivered: [u64; 4],
    /// Accepted, and turned away or lost to a limit.
    pub dropped: [u64; 4],
    /// Not accepted, whatever the priority.
    pub refused: u64,
    /// Without an end.
    pub open: u64,
}

impl Fates {
    /// Where authors were told otherwise than the host says.
    pub fn faults(&self, host: &Self) -> Vec<String> {
        let mut faults = Vec::new();
        for (at, class) in Class::PRIORITIES.iter().enumerate() {
            let ours = [self.delivered[at], self.dropped[at]];
            let theirs = [host.delivered[at], host.dropped[at]];
            if ours != theirs {
                faults.push(format!(
                    "of {} messages {} delivered and {} dropped, while the host says {} and {}",
                    class.name(),
                    ours[0],
                    ours[1],
                    theirs[0],
                    theirs[1]
                ));
            }
        }
        if self.refused != host.refused {
            faults.push(format!(
                "{} messages refused, while the host says {}",
                self.refused, host.refused
            ));
        }
        let ended =
            [self.delivered, self.dropped].as_flattened().iter().sum::<u64>() + self.refused;
        let sent: u64 = self.sent.iter().sum();
        if self.open > 0 || sent != ended {
            faults.push(format!("{sent} messages sent, and {ended} came to an end"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPENDED: PerClass<u64> = [10, 100, 50, 30, 5, 1];

    /// A reader that came in after the first 5 tips.
    fn whole() -> Reading {
        let from = [0, 0, 0, 0, 5, 0];
        Reading {
            from,
            read: [10, 96, 50, 20, 0, 1],
            missed: [0, 4, 0, 10, 0, 0],
            ..Reading::default()
        }
    }

    fn audit(readings: &[Reading]) -> Audit {
        let mut audit = Audit::default();
        readings.iter().for_each(|reading| audit.add(reading, &APPENDED));
        audit
    }

    #[test]
    fn readers_who_read_or_were_told_of_everything_come_out_even() {
        let audit = audit(&[whole(), whole()]);
        assert!(audit.is_even());
        let ledger = Ledger { appended: APPENDED, given: 354, missed: 28 };
        assert_eq!(audit.faults(&ledger), Vec::<String>::new());
    }

    #[test]
    fn one_entry_that_is_dropped_is_a_fault_whatever_its_class() {
        let ledger = Ledger { appended: APPENDED, given: 177, missed: 14 };
        for class in [0, 1, 2, 3, 5] {
            let mut reading = whole();
            reading.read[class] -= 1;
            let audit = audit(&[reading]);
            assert_eq!((audit.lost_silently, audit.astray), (1, 1), "class {class}");
            assert_eq!(audit.faults(&ledger).len(), 2, "for the reader and in sum");
        }
    }

    #[test]
    fn one_class_does_not_make_up_for_another() {
        let mut reading = whole();
        reading.read[0] -= 1;
        reading.read[1] += 1;
        let audit = audit(&[reading]);
        assert_eq!((audit.lost_silently, audit.surplus, audit.is_even()), (1, 1, false));
    }

    #[test]
    fn one_reader_does_not_make_up_for_another() {
        let (mut less, mut more) = (whole(), whole());
        less.read[1] -= 1;
        more.read[1] += 1;
        assert_eq!(audit(&[less, more]).astray, 2);
    }

    #[test]
    fn a_host_that_does_not_know_the_class_is_believed_in_number_only() {
        let mut reading = whole();
        reading.missed = [0; 6];
        reading.missed_of_some_class = 14;
        assert!(audit(&[reading]).is_even());
        reading.missed_of_some_class = 13;
        assert_eq!(audit(&[reading]).lost_silently, 1);
        reading.missed_of_some_class = 15;
        assert_eq!(audit(&[reading]).surplus, 1);
    }

    #[test]
    fn what_comes_twice_is_a_fault() {
        assert!(!audit(&[Reading { disordered: 1, ..whole() }]).is_even());
    }

    #[test]
    fn authors_and_host_must_agree_on_every_end() {
        let told = Fates {
            sent: [4, 4, 4, 4],
            delivered: [4, 3, 2, 1],
            dropped: [0, 1, 2, 2],
            refused: 1,
            open: 0,
        };
        assert_eq!(told.faults(&told), Vec::<String>::new());
        let host = Fates { delivered: [4, 3, 2, 2], ..told };
        assert_eq!(told.faults(&host).len(), 1);
        let unanswered = Fates { sent: [5, 4, 4, 4], open: 1, ..told };
        assert_eq!(unanswered.faults(&told).len(), 1);
    }
}
