//! An edge's commands on their way to the home, each until it is answered.

use std::collections::VecDeque;

use super::{
    Request, WINDOW,
    ids::{EdgeId, LetterNo, RequestNo},
};
use crate::{command::Command, role::Author, time::Timestamp};

#[derive(Debug)]
pub(super) struct Upstream {
    edge: EdgeId,
    /// Those without an answer, in order.
    open: VecDeque<Sent>,
    /// The last one that was given a number.
    last: RequestNo,
    /// When they are sent again.
    again: Option<Timestamp>,
}

#[derive(Debug)]
struct Sent {
    no: RequestNo,
    by: Author,
    command: Command,
    /// When its outcome is told to be unknown; `None` once it was.
    patience: Option<Timestamp>,
}

impl Upstream {
    pub(super) fn new(edge: EdgeId) -> Self {
        Self { edge, open: VecDeque::new(), last: RequestNo(0), again: None }
    }

    pub(super) fn is_full(&self) -> bool {
        self.open.len() >= WINDOW
    }

    /// Gives a command its number, and returns it as it is to be sent.
    pub(super) fn send(
        &mut self,
        now: Timestamp,
        heard: LetterNo,
        by: Author,
        command: Command,
    ) -> Request {
        self.last = self.last.next();
        let no = self.last;
        self.again.get_or_insert(now + super::AGAIN);
        let patience = Some(now + super::Edge::PATIENCE);
        self.open.push_back(Sent { no, by: by.clone(), command: command.clone(), patience });
        Request { edge: self.edge, no, heard, by, command }
    }

    /// One was answered: whether it is the next of them, as it must be.
    pub(super) fn answered(&mut self, no: RequestNo) -> bool {
        let next = self.open.front().is_some_and(|sent| sent.no == no);
        if next {
            self.open.pop_front();
        }
        if self.open.is_empty() {
            self.again = None;
        }
        next
    }

    /// All that have no answer are to be sent again now.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        self.again = self.again.map(|again| again.min(now));
    }

    /// What is to be sent again by `now`.
    pub(super) fn again(&mut self, now: Timestamp, heard: LetterNo) -> Vec<Request> {
        if self.again.is_none_or(|again| again > now) {
            return Vec::new();
        }
        self.again = Some(now + super::AGAIN);
        let edge = self.edge;
        let request = |Sent { no, by, command, .. }: &Sent| Request {
            edge,
            no: *no,
            heard,
            by: by.clone(),
            command: command.clone(),
        };
        self.open.iter().map(request).collect()
    }

    /// Those whose patience is over by `now`; each is given once.
    pub(super) fn unknown(&mut self, now: Timestamp) -> Vec<RequestNo> {
        let over = |sent: &&mut Sent| sent.patience.is_some_and(|patience| patience <= now);
        let over = self.open.iter_mut().filter(over);
        over.map(|sent| {
            sent.patience = None;
            sent.no
        })
        .collect()
    }

    /// All that have no answer, which are given up.
    pub(super) fn give_up(&mut self) -> impl Iterator<Item = RequestNo> {
        self.again = None;
        std::mem::take(&mut self.open).into_iter().map(|sent| sent.no)
    }

    pub(super) fn due(&self) -> Option<Timestamp> {
        let patience = self.open.iter().filter_map(|sent| sent.patience).min();
        self.again.into_iter().chain(patience).min()
    }
}
