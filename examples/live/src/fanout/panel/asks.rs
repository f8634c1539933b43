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
    /// Counts changes.
    changes: u64,
}

/// Which questions one watcher was told of.
#[derive(Debug, Default)]
pub(super) struct Told {
    open: BTreeSet<Ticket>,
    /// So many changes are told in full.
    changes: u64,
}

impl Asks {
    pub(super) fn open(&mut self, question: Question) {
        self.changes += 1;
        self.about.insert(question.message.id, question.ticket);
        self.open.insert(question.ticket, question);
    }

    pub(super) fn close(&mut self, ticket: Ticket) {
        if let Some(question) = self.open.remove(&ticket) {
            self.changes += 1;
            self.about.remove(&question.message.id);
        }
    }

    /// A message came to its end: nobody decides about it any more.
    pub(super) fn ended(&mut self, message: MessageId) {
        if let Some(ticket) = self.about.remove(&message) {
            self.changes += 1;
            self.open.remove(&ticket);
        }
    }

    /// Tells a watcher what is open and was not told, and what is open no more, as far as there is room.
    pub(super) fn tell(&self, room: &Room, told: &mut Told, line: &Line) -> Result<(), Full> {
        // On every step of the thread: what is known is not gone through for nothing.
        if told.changes == self.changes {
            return Ok(());
        }
        if !line.has_room() {
            return Err(Full);
        }
        let gone = told.open.iter().copied().filter(|ticket| !self.open.contains_key(ticket));
        for ticket in gone.collect::<Vec<_>>() {
            line.offer_made(|| HostFrame::Asked { ticket: ticket.0 }.text())?;
            told.open.remove(&ticket);
        }
        for (ticket, question) in &self.open {
            if !told.open.contains(ticket) {
                line.offer_made(|| ask(room, question).text())?;
                told.open.insert(*ticket);
            }
        }
        told.changes = self.changes;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use liveroom::{
        Content, Kind, Message, Platform, Priority, Profile, Sender, StepName, Timestamp,
    };
    use serde_json::Value;

    use super::*;
    use crate::{house::House, options::Options};

    fn question(number: u64) -> Question {
        let (user, profile) = ("ann".parse().ok(), Arc::new(Profile::nick("Ann")));
        let message = Arc::new(Message {
            id: MessageId(number),
            sender: Sender { user, role: None, profile, platform: Platform::Web },
            kind: Kind::Text,
            priority: Priority::Normal,
            content: Content::text("hello"),
            directive: None,
            random: None,
            accepted: Timestamp::ZERO,
        });
        let (ticket, cause) = (Ticket(number), Cause::Escalated);
        Question {
            ticket,
            message,
            cause,
            expires: Timestamp::ZERO,
            step: StepName::new("app").unwrap(),
        }
    }

    #[test]
    fn each_question_is_told_once_and_what_does_not_fit_later() {
        let (house, _errands) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
        let (line, mut outbound) = Line::new();
        let (mut asks, mut told) = (Asks::default(), Told::default());
        (1..=60).for_each(|number| asks.open(question(number)));
        let mut tell = |asks: &Asks| {
            let all = asks.tell(&house.rooms[0], &mut told, &line);
            let frames = outbound.take().into_iter();
            let tickets = frames.map(|frame| {
                let frame: Value = serde_json::from_str(&frame).unwrap();
                (frame["t"] == "ask", frame["ticket"].as_u64().unwrap())
            });
            (all, tickets.collect::<Vec<_>>())
        };
        let (all, first) = tell(&asks);
        assert_eq!((all, first.first(), first.len()), (Err(Full), Some(&(true, 1)), 48));
        asks.close(Ticket(2));
        asks.ended(MessageId(55));
        let (all, rest) = tell(&asks);
        assert_eq!((all, rest.first(), rest.len()), (Ok(()), Some(&(false, 2)), 12));
        assert_eq!(tell(&asks), (Ok(()), Vec::new()), "nothing changed");
        asks.close(Ticket(2));
        assert_eq!(tell(&asks), (Ok(()), Vec::new()), "it was closed before");
    }
}
