//! What a roster's digest is the sum of.
//!
//! Each change subtracts the fact that was and adds the one that is, so that the digest of a million
//! members costs nothing to read. A sum does not ask in which order facts came.

use std::sync::Arc;

use crate::{
    command::Device,
    deadlines::Turn,
    hash::stable_hash,
    id::{Fingerprint, SessionId, UserId},
    role::{Platform, Profile},
    time::Timestamp,
};

use super::Applicant;

/// One thing that is so. Members are named by the number of their join, which is theirs alone.
#[derive(Hash)]
pub(super) enum Fact<'a> {
    Member {
        join: u64,
        user: &'a UserId,
        profile: &'a Profile,
        card: Option<&'a Arc<str>>,
        joined: Timestamp,
    },
    /// The sessions of a member, in the order in which they came.
    Sessions {
        join: u64,
        devices: &'a [Device],
    },
    Admin {
        join: u64,
    },
    Marked {
        join: u64,
        mark: u32,
    },
    /// Until when a member is always online.
    Always {
        join: u64,
        turn: Turn,
    },
    Lost {
        session: SessionId,
        turn: Turn,
    },
    Guest {
        session: SessionId,
        platform: Platform,
    },
    Print {
        session: SessionId,
        print: Fingerprint,
    },
    Applicant {
        user: &'a UserId,
        applicant: &'a Applicant,
    },
}

/// A running sum of facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum(u64);

impl Sum {
    pub(super) fn add(&mut self, fact: &Fact<'_>) {
        self.0 = self.0.wrapping_add(stable_hash(fact));
    }

    pub(super) fn subtract(&mut self, fact: &Fact<'_>) {
        self.0 = self.0.wrapping_sub(stable_hash(fact));
    }

    pub(super) fn get(self) -> u64 {
        self.0
    }
}
