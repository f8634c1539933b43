//! What became of one message, and why.

use liveroom::{MessageId, Told as ToAuthor};

use crate::{
    door::Stay,
    house::House,
    protocol::{
        deeds::{Done, Told},
        host::Refused,
        life::WireLife,
    },
};

use super::Answer;

impl House {
    /// The owner asks about every message, everybody else about their own.
    pub(super) fn explain(&self, stay: &Stay, message: u64) -> Answer {
        let explained = self.read(&stay.room, |group| {
            let life = group.explain(MessageId(message))?;
            let author = life.author.as_ref().and_then(|author| group.member(author));
            let nick = author.map(|author| author.profile().nick.to_string());
            let disclose = stay.owns || group.to_author(&life.state) != ToAuthor::Sent;
            Some((life, nick.unwrap_or_default(), disclose))
        });
        let Some((life, nick, disclose)) = explained else {
            return Err(Refused::word("unknown", "that message is not remembered any more"));
        };
        if !stay.owns && (life.author.is_none() || life.author != stay.user) {
            return Err(Refused::wrong_key());
        }
        let words = stay.room.words();
        let word = |term| words.word(life.accepted, term).map(str::to_owned);
        let mut life = WireLife::of(&life, &nick, (stay.owns, disclose), word);
        drop(words);
        life.call(|user, nick| stay.room.voices().call(user, nick));
        Ok(Done::Done(Told { life: Some(Box::new(life)), ..Told::NOTHING }))
    }
}
