//! Held messages that wait for the owner.
//!
//! Bound: the engine opens at most 1,024 questions in a group; each leaves when it is answered or its
//! message ends.

use std::collections::{BTreeMap, BTreeSet};

use liveroom::{Cause, MessageId, Question, Ticket};

use crate::{
    line::{Full, Line},
    protocol::{
        host::HostFrame,
        panel::{Ask, Brief},
    },
    room::Room,
};

/// The open questions of one room.
#[derive(Debug, Default)]
pub(super) struct Asks {
    open: BTreeMap<Ticket, Question>,
    about: BTreeMap<MessageId, Ticket>,
}

/// Which questions one watcher was told of.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeSet<Ticket>);

impl Asks {
    pub(super) fn open(&mut self, question: Question) {
        self.about.insert(question.message.id, question.ticket);
        self.open.insert(question.ticket, question);
    }

    pub(super) fn close(&mut self, ticket: Ticket) {
        if let Some(question) = self.open.remove(&ticket) {
            self.about.remove(&question.message.id);
        }
    }

    /// A message came to its end: nobody decides about it any more.
    pub(super) fn ended(&mut self, message: MessageId) {
        if let Some(ticket) = self.about.remove(&message) {
            self.open.remove(&ticket);
        }
    }

    /// Tells a watcher what is open and was not told, and what is open no more, as far as there is room.
    pub(super) fn tell(&self, room: &Room, told: &mut Told, line: &Line) -> Result<(), Full> {
        let gone: Vec<Ticket> =
            told.0.iter().copied().filter(|ticket| !self.open.contains_key(ticket)).collect();
        for ticket in gone {
            line.offer_shared(HostFrame::Asked { ticket: ticket.0 }.text())?;
            told.0.remove(&ticket);
        }
        for (ticket, question) in &self.open {
            if !told.0.contains(ticket) {
                line.offer_shared(ask(room, question).text())?;
                told.0.insert(*ticket);
            }
        }
        Ok(())
    }
}

fn ask(room: &Room, question: &Question) -> HostFrame<'static> {
    let Question { ticket, message, cause, expires, step: _ } = question;
    let (cause, word) = match cause {
        Cause::Filter { term, .. } => {
            let words = room.words();
            ("filter", words.word(message.accepted, *term).map(str::to_owned))
        }
        Cause::Escalated => ("escalated", None),
        Cause::Rule { .. } => ("rule", None),
        _ => ("policy", None),
    };
    HostFrame::Ask(Box::new(Ask {
        ticket: ticket.0,
        message: Brief::of(message),
        cause: cause.into(),
        word,
        expires: expires.as_millis(),
    }))
}
