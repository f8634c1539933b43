//! What gathers at a home for its next frame, and the frame on its way.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    frame::{Frame, Tell},
    ids::EdgeId,
    says::HomeOutput,
};
use crate::{
    command::Command,
    config::Settings,
    id::SessionId,
    output::{Output, Record},
};

/// What gathers for the next frame, beside letters.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) told: Vec<Tell>,
    pub(super) records: Vec<Record>,
    pub(super) after: Vec<HomeOutput>,
    /// Edges that are told that they lapsed.
    pub(super) lapsed: BTreeSet<EdgeId>,
    pub(super) bytes: usize,
    /// It ends with another epoch, and nothing more goes in.
    pub(super) closed: bool,
}

/// A frame on its way, and what is told once it is stored.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) frame: Arc<Frame>,
    pub(super) after: Vec<HomeOutput>,
}

impl Open {
    pub(super) fn is_empty(&self) -> bool {
        self.told.is_empty() && self.records.is_empty() && self.after.is_empty()
    }
}

/// Frames are made of the journal.
pub(super) fn with_journal(command: Command) -> Command {
    match command {
        Command::Configure(config) if !config.settings().journal => {
            let settings = Settings { journal: true, ..config.settings().clone() };
            Command::Configure(settings.build().map_or(config, Box::new))
        }
        command => command,
    }
}

/// The session to which an output is addressed.
pub(super) fn addressee(output: &Output) -> Option<SessionId> {
    match output {
        Output::Ended { session, .. } => *session,
        Output::Direct { session, .. }
        | Output::Echo { session, .. }
        | Output::Order { session, .. } => Some(*session),
        _ => None,
    }
}
