//! The audit trail of a room: the last acts of moderation, as a chain that anybody can verify.
//!
//! Bound: [`RECORDS`] records of together [`BYTES`] as text; past it the oldest go.

use std::collections::VecDeque;

use liveroom::{
    GroupId,
    audit::{self, AuditHash, AuditRecord, ChainError},
};

/// What nobody decides in time is recorded too: in a busy room some 500 in an hour, beside which an evening's acts
/// of people must stay.
const RECORDS: usize = 2_048;
const BYTES: usize = 1 << 20;

/// The last records of one room.
#[derive(Debug)]
pub(crate) struct Trail {
    /// What the first of all follows from.
    genesis: AuditHash,
    kept: VecDeque<Kept>,
    bytes: usize,
    /// The number of the last record that was verified; 0 where none was, or the chain broke.
    verified: u64,
}

#[derive(Debug)]
struct Kept {
    record: AuditRecord,
    /// As it is handed out: to write it anew would cost the same each time.
    line: Box<str>,
}

/// What verifying the kept records came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) records: usize,
    /// The number of the first that is kept.
    pub(crate) from: u64,
    /// The hash of the last, or where the chain breaks.
    pub(crate) head: Result<Option<AuditHash>, ChainError>,
}

impl Trail {
    pub(crate) fn of(group: &GroupId) -> Self {
        Self { genesis: audit::genesis(group), kept: VecDeque::new(), bytes: 0, verified: 0 }
    }

    /// Takes a record in, as the group told it.
    pub(crate) fn take(&mut self, record: AuditRecord) {
        let line = serde_json::to_string(&record).expect("a record is words and whole numbers");
        self.bytes += line.len();
        self.kept.push_back(Kept { record, line: line.into() });
        while (self.kept.len() > RECORDS || self.bytes > BYTES)
            && let Some(oldest) = self.kept.pop_front()
        {
            self.bytes -= oldest.line.len();
        }
    }

    /// The number of the last record; 0 where there is none.
    pub(crate) fn last(&self) -> u64 {
        self.kept.back().map_or(0, |kept| kept.record.no)
    }

    /// Those after the record of that number, the oldest first.
    pub(crate) fn after(&self, no: u64) -> impl Iterator<Item = &AuditRecord> {
        self.kept.iter().map(|kept| &kept.record).filter(move |record| record.no > no)
    }

    /// Checks that what is kept is a chain, from its beginning on if that is kept still.
    pub(crate) fn verify(&self) -> Verdict {
        let records = self.kept.iter().map(|kept| &kept.record);
        let first = self.kept.front().map(|kept| &kept.record);
        let severed = first.filter(|first| first.no == 1 && first.former != self.genesis);
        let head = match severed {
            Some(first) => Err(ChainError::Severed { no: first.no }),
            None => audit::verify(records),
        };
        Verdict { records: self.kept.len(), from: first.map_or(1, |first| first.no), head }
    }

    /// Checks that what came since it was last asked goes on the chain: to hash all that is kept takes
    /// milliseconds. What is altered while it is kept is found by [`verify`](Self::verify) alone.
    pub(crate) fn verify_new(&mut self) -> Verdict {
        let verdict = if self.verified == 0 {
            self.verify()
        } else {
            // From the last that was verified, which the next has to follow from.
            let records = self.kept.iter().map(|kept| &kept.record);
            let new = records.skip_while(|record| record.no < self.verified);
            let (records, from) =
                (self.kept.len(), self.kept.front().map_or(1, |kept| kept.record.no));
            Verdict { records, from, head: audit::verify(new) }
        };
        self.verified = if verdict.head.is_ok() { self.last() } else { 0 };
        verdict
    }

    /// The records as they are, one on each line.
    pub(crate) fn lines(&self) -> String {
        let mut lines = String::with_capacity(self.bytes + self.kept.len());
        for kept in &self.kept {
            lines.push_str(&kept.line);
            lines.push('\n');
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use liveroom::{
        Author, Command, Epoch, Group, GroupConfig, HashKey, Output, Span, Timestamp, UserId, Users,
    };

    use super::*;

    /// A group, and a trail of so many mutes of `users` each.
    fn trail(acts: usize, users: usize) -> (Group, Trail) {
        let (now, id) = (Timestamp::from_secs(1_600_000_000), GroupId::custom("friday").unwrap());
        let (config, key) = (GroupConfig::modern(), HashKey::new(1, 2));
        let mut group = Group::new(id.clone(), None, config, Epoch(1), key, now);
        let mut trail = Trail::of(&id);
        let users: Users =
            (0..users).map(|no| format!("user{no}").parse::<UserId>().unwrap()).collect();
        for _ in 0..acts {
            let mute = Command::Mute { users: users.clone(), span: Span::Forever };
            group.push(now, Author::App, mute).unwrap();
            while let Some(output) = group.poll() {
                if let Output::Audit { audit, .. } = output {
                    trail.take(*audit);
                }
            }
        }
        (group, trail)
    }

    #[test]
    fn what_is_kept_verifies_and_ends_where_the_group_is() {
        let (group, trail) = trail(3, 1);
        let verdict = trail.verify();
        assert_eq!((verdict.records, verdict.from), (3, 1));
        assert_eq!(verdict.head, Ok(group.audit_head()));
        assert_eq!((trail.last(), trail.after(2).count()), (3, 1));
        let read = trail.lines();
        let read: Vec<AuditRecord> =
            read.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(audit::verify(&read), Ok(group.audit_head()));
    }

    #[test]
    fn the_first_record_that_does_not_fit_is_named() {
        let (_, mut trail) = trail(4, 1);
        trail.kept[2].record.evidence.reason = "for another reason".into();
        assert_eq!(trail.verify().head, Err(ChainError::Altered { no: 3 }));
        trail.kept.remove(1);
        assert_eq!(trail.verify().head, Err(ChainError::Gap { expected: 2, found: 3 }));
    }

    #[test]
    fn what_was_verified_is_not_verified_again_and_what_is_new_is() {
        let (_, mut trail) = trail(4, 1);
        let new = trail.kept.pop_back().unwrap();
        assert_eq!(trail.verify_new(), trail.verify());
        assert_eq!(trail.verify_new(), trail.verify());
        trail.kept[1].record.evidence.reason = "for another reason".into();
        trail.take(new.record.clone());
        assert_eq!(trail.verify_new().head, Ok(Some(new.record.hash)), "only that is new");
        assert_eq!(trail.verify().head, Err(ChainError::Altered { no: 2 }));
        trail.take(new.record);
        assert_eq!(trail.verify_new().head, Err(ChainError::Gap { expected: 5, found: 4 }));
        assert_eq!(trail.verify_new().head, Err(ChainError::Altered { no: 2 }), "it was broken");
    }

    #[test]
    fn a_chain_of_another_group_is_none_of_this_one() {
        let (_, mut trail) = trail(1, 1);
        trail.genesis = audit::genesis(&GroupId::custom("monday").unwrap());
        assert_eq!(trail.verify().head, Err(ChainError::Severed { no: 1 }));
    }

    #[test]
    fn the_oldest_go_and_the_rest_still_is_a_chain() {
        let (group, few) = trail(RECORDS + 9, 1);
        let verdict = few.verify();
        assert_eq!((verdict.records, verdict.from), (RECORDS, 10));
        assert_eq!(verdict.head, Ok(group.audit_head()));
        let (_, long) = trail(400, 500);
        assert!(long.bytes <= BYTES && long.bytes > BYTES - 8_192, "{}", long.bytes);
        assert_eq!(long.bytes + long.kept.len(), long.lines().len());
        assert!(long.verify().head.is_ok());
    }
}
