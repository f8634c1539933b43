//! The chain of records, as a group makes it and as anybody verifies it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use thiserror::Error;

use super::{Act, AuditHash, AuditRecord, By, Evidence, Trigger, genesis};
use crate::{
    bounds,
    command::Users,
    corrupt::Corrupt,
    id::{GroupId, MessageId, UserId},
    time::Timestamp,
};

/// Where records are no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A record is missing, comes twice, or in another order.
    #[error("record {found} comes where {expected} should")]
    Gap {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A record does not follow from the one before: one of them is of another chain.
    #[error("record {no} does not follow from the one before")]
    Severed {
        /// Which.
        no: u64,
    },
    /// A record is not what was hashed.
    #[error("record {no} was altered")]
    Altered {
        /// Which.
        no: u64,
    },
}

/// Checks that records, in order and without holes, are a chain, or a stretch of one. Returns the hash of
/// the last; `None` where there are none.
///
/// That nothing is missing before the first is seen by its `former`, which is the [`genesis`] of its
/// group, or the last hash of the stretch before; that nothing is missing behind, by
/// [`Group::audit_head`](crate::Group::audit_head).
///
/// # Errors
/// [`ChainError`] names the first record that breaks the chain.
pub fn verify<'a>(
    records: impl IntoIterator<Item = &'a AuditRecord>,
) -> Result<Option<AuditHash>, ChainError> {
    let mut last: Option<(u64, AuditHash)> = None;
    for record in records {
        let AuditRecord { no, former, hash, .. } = *record;
        if let Some((before, head)) = last {
            let expected = before.saturating_add(1);
            if no != expected {
                return Err(ChainError::Gap { expected, found: no });
            }
            if former != head {
                return Err(ChainError::Severed { no });
            }
        }
        if record.digest() != hash {
            return Err(ChainError::Altered { no });
        }
        last = Some((no, hash));
    }
    Ok(last.map(|(_, head)| head))
}

/// An act before it has its place in the chain.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) act: Act,
    pub(crate) whom: Users,
    pub(crate) until: Option<Timestamp>,
    pub(crate) rule: Trigger,
    pub(crate) evidence: Evidence,
}

impl Deed {
    pub(crate) fn of(act: Act) -> Self {
        let (whom, evidence) = (Users::new(), Evidence::default());
        Self { act, whom, until: None, rule: Trigger::Command, evidence }
    }

    /// What was set for a time and is over.
    pub(crate) fn elapsed(act: Act, user: UserId) -> Self {
        Self { rule: Trigger::Elapsed, ..Self::of(act).on(&[user]) }
    }

    pub(crate) fn on(self, users: &[UserId]) -> Self {
        Self { whom: users.iter().cloned().collect(), ..self }
    }

    pub(crate) fn because(self, reason: &Arc<str>) -> Self {
        let reason = reason.clone();
        Self { evidence: Evidence { reason, ..self.evidence }, ..self }
    }

    pub(crate) fn about(self, message: MessageId) -> Self {
        let messages = SmallVec::from_buf([message]);
        Self { evidence: Evidence { messages, ..self.evidence }, ..self }
    }
}

/// Where a group's chain has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Chain {
    /// The number of the last record; 0 where there was none.
    pub(super) no: u64,
    pub(super) head: Option<AuditHash>,
}

impl Chain {
    /// The hash of the last record, if there was one.
    pub(crate) fn head(&self) -> Option<AuditHash> {
        self.head
    }

    pub(crate) fn is_new(&self) -> bool {
        self.no == 0
    }

    /// Gives an act its place.
    pub(crate) fn append(
        &mut self,
        group: &GroupId,
        at: Timestamp,
        by: By,
        deed: Deed,
    ) -> AuditRecord {
        let Deed { act, whom, until, rule, evidence } = deed;
        // Cannot overflow: saved numbers are bounded, and from there one would ask for centuries.
        let no = self.no + 1;
        let former = self.head.unwrap_or_else(|| genesis(group));
        let mut record =
            AuditRecord { no, at, by, act, whom, until, rule, evidence, former, hash: former };
        record.hash = record.digest();
        *self = Self { no, head: Some(record.hash) };
        record
    }

    /// Whether it can be gone on from.
    pub(crate) fn restore(self) -> Result<Self, Corrupt> {
        if self.no >= bounds::COUNTED || self.head.is_some() == self.is_new() {
            return Err(Corrupt("an audit chain without its last hash, or too long"));
        }
        Ok(self)
    }
}
