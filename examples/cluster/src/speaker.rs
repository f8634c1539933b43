//! What one viewer says, and what becomes of it: without IO.
//!
//! Each message is sent until there is an answer that holds: once more, under the same `random`, after each lost
//! connection and after each answer that the outcome is not known. Nobody talks on for long without an answer.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use crate::course::{Fate, Said};

/// A group remembers 32 randoms of a user: what is older than that is not sent again.
const REMEMBERED: usize = 32;
/// So many of its messages may be without an end. What waits for a new home comes to it all at once, and its room
/// delivers 40 a second.
const OPEN: usize = 2;
/// How long an answer that the outcome is not known is given to be followed by another.
const FOLLOWS: Duration = Duration::from_secs(2);
/// After which time a message that a limit refused is sent again.
const AGAIN: Duration = Duration::from_millis(500);
/// What is sent again goes out by and by: a room delivers 40 messages a second.
const APART: Duration = Duration::from_millis(250);

/// One who says something every so often.
#[derive(Debug)]
pub struct Speaker {
    name: String,
    every: Duration,
    next: Duration,
    until: Duration,
    messages: Vec<Message>,
    /// Which message a frame of this connection held.
    ids: BTreeMap<u64, usize>,
    last_id: u64,
    /// The first number of its randoms.
    base: u32,
}

#[derive(Debug)]
struct Message {
    said: Said,
    stands: Stands,
    sent: u32,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// It is to be sent then.
    Due(Duration),
    /// It was sent, or accepted: another answer comes.
    Asked,
    /// There is nothing more to come.
    Settled,
}

impl Speaker {
    /// One who speaks from then until then. The number tells its randoms from those of others.
    pub fn new(name: &str, no: u32, every: Duration, from: Duration, until: Duration) -> Self {
        let name = name.to_owned();
        let (messages, ids, base) = (Vec::new(), BTreeMap::new(), (no + 1) << 16);
        Self { name, every, next: from, until, messages, ids, last_id: 0, base }
    }

    /// The next frame to be sent, if one is due.
    pub fn poll(&mut self, now: Duration) -> Option<Value> {
        let is_time = now >= self.next && self.next < self.until;
        // What was not said in its time is not said any more.
        while now >= self.next {
            self.next += self.every;
        }
        if is_time && self.has_room() {
            let text = format!("{} says {}", self.name, self.messages.len() + 1);
            let said = Said { text, fate: Fate::Unknown, acknowledged: None };
            self.messages.push(Message { said, stands: Stands::Due(now), sent: 0 });
        }
        let due = |message: &Message| matches!(message.stands, Stands::Due(at) if at <= now);
        let no = self.messages.iter().position(due)?;
        let message = &mut self.messages[no];
        (message.stands, message.sent) = (Stands::Asked, message.sent + 1);
        self.last_id += 1;
        self.ids.insert(self.last_id, no);
        let random = self.base + no as u32;
        let (id, text) = (self.last_id, &message.said.text);
        Some(json!({"v": 1, "t": "send", "id": id, "kind": "text", "text": text, "random": random}))
    }

    /// Whether it may talk on, and the group then still remembers all that has no end.
    fn has_room(&self) -> bool {
        let open = self.messages.iter().position(|message| message.stands != Stands::Settled);
        self.open() < OPEN && open.is_none_or(|open| self.messages.len() - open < REMEMBERED)
    }

    /// The connection is lost: what has no end is sent again.
    pub fn handle_lost(&mut self, now: Duration) {
        self.ids.clear();
        let open = self.messages.iter_mut().filter(|it| it.stands != Stands::Settled);
        for (no, message) in (0..).zip(open) {
            message.stands = Stands::Due(now + APART * no);
        }
    }

    /// A `receipt` or an `ended` came.
    pub fn handle_answer(&mut self, now: Duration, answer: &Value) {
        let Some(message) = self.of(answer) else { return };
        if message.stands == Stands::Settled {
            return;
        }
        match answer["state"].as_str() {
            Some("delivered") => message.acknowledge(now, Stands::Settled),
            Some("waiting" | "held") => message.acknowledge(now, Stands::Asked),
            Some("refused") => message.refuse(now, &answer["code"]),
            _ => message.turn_away(),
        }
    }

    fn of(&mut self, answer: &Value) -> Option<&mut Message> {
        let no = match answer["id"].as_u64() {
            Some(id) => self.ids.get(&id).copied(),
            None => {
                let random = answer["random"].as_u64().and_then(|it| u32::try_from(it).ok());
                random.and_then(|random| random.checked_sub(self.base)).map(|no| no as usize)
            }
        };
        self.messages.get_mut(no?)
    }

    /// How many of its messages have no end yet.
    pub fn open(&self) -> usize {
        self.messages.iter().filter(|message| message.stands != Stands::Settled).count()
    }

    /// How many were sent, and how many of them are acknowledged.
    pub fn counts(&self) -> (u64, u64) {
        let of = |fate| self.messages.iter().filter(|it| it.said.fate == fate).count() as u64;
        let sent = self.messages.iter().filter(|message| message.sent > 0).count() as u64;
        (sent, of(Fate::Acknowledged))
    }

    /// Whether it says nothing more, and knows what became of all.
    pub fn is_done(&self, now: Duration) -> bool {
        now >= self.until && self.open() == 0
    }

    /// What was said, as far as it was sent.
    pub fn into_said(self) -> impl Iterator<Item = Said> {
        self.messages.into_iter().filter(|message| message.sent > 0).map(|message| message.said)
    }
}

impl Message {
    fn acknowledge(&mut self, now: Duration, stands: Stands) {
        self.said.acknowledged.get_or_insert(now);
        (self.said.fate, self.stands) = (Fate::Acknowledged, stands);
    }

    fn turn_away(&mut self) {
        (self.said.fate, self.stands) = (Fate::TurnedAway, Stands::Settled);
    }

    fn refuse(&mut self, now: Duration, code: &Value) {
        // Of one author, 3001 to 3009 are limits that time lifts.
        let passes = code.as_u64().is_some_and(|code| (3_001..3_010).contains(&code));
        match code.as_str() {
            Some("unknown") => self.stands = Stands::Due(now + FOLLOWS),
            Some("busy" | "restart" | "not_kept" | "unavailable") => {
                self.stands = Stands::Due(now + AGAIN);
            }
            _ if passes => self.stands = Stands::Due(now + AGAIN),
            // That this one was refused says nothing of those before it.
            _ if self.sent > 1 => self.stands = Stands::Settled,
            _ => self.turn_away(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn speaker() -> Speaker {
        Speaker::new("ann", 0, ms(100), ms(0), ms(150))
    }

    fn receipt(frame: &Value, state: &str, code: &str) -> Value {
        json!({"t": "receipt", "id": frame["id"], "state": state, "code": code})
    }

    #[test]
    fn something_is_said_every_so_often_until_the_end() {
        let mut ann = speaker();
        let first = ann.poll(ms(0)).unwrap();
        assert_eq!((&first["text"], &first["random"]), (&json!("ann says 1"), &json!(65_536)));
        assert!(ann.poll(ms(50)).is_none());
        assert_eq!(ann.poll(ms(100)).unwrap()["text"], "ann says 2");
        assert!(ann.poll(ms(200)).is_none());
        ann.handle_answer(ms(210), &receipt(&first, "delivered", ""));
        assert_eq!((ann.open(), ann.counts()), (1, (2, 1)));
    }

    #[test]
    fn what_has_no_end_is_sent_again_after_a_lost_connection() {
        let mut ann = speaker();
        let (first, second) = (ann.poll(ms(0)).unwrap(), ann.poll(ms(100)).unwrap());
        ann.handle_answer(ms(110), &receipt(&first, "waiting", ""));
        ann.handle_lost(ms(200));
        let again = [ann.poll(ms(200)).unwrap(), ann.poll(ms(450)).unwrap()];
        assert_eq!(
            (&again[0]["random"], &again[1]["random"]),
            (&first["random"], &second["random"])
        );
        // A late answer of the former connection is nobody's.
        ann.handle_answer(ms(460), &receipt(&first, "delivered", ""));
        assert_eq!(ann.open(), 2);
        ann.handle_answer(ms(470), &receipt(&again[0], "delivered", ""));
        ann.handle_answer(ms(470), &receipt(&again[1], "delivered", ""));
        assert!(ann.is_done(ms(470)));
        let said: Vec<_> = ann.into_said().collect();
        assert_eq!(said[0].acknowledged, Some(ms(110)), "by the first answer");
    }

    #[test]
    fn an_outcome_that_is_not_known_is_asked_for_again_unless_it_follows() {
        let mut ann = speaker();
        let first = ann.poll(ms(0)).unwrap();
        ann.handle_answer(ms(10), &receipt(&first, "refused", "unknown"));
        let second = ann.poll(ms(100)).unwrap();
        assert_eq!(second["text"], "ann says 2");
        ann.handle_answer(ms(110), &receipt(&second, "refused", "unknown"));
        ann.handle_answer(ms(120), &receipt(&second, "delivered", ""));
        assert!(ann.poll(ms(2_009)).is_none());
        assert_eq!(ann.poll(ms(2_010)).unwrap()["random"], first["random"]);
        assert_eq!((ann.open(), ann.counts()), (1, (2, 1)));
    }

    #[test]
    fn an_accepted_message_may_end_otherwise() {
        let mut ann = speaker();
        let first = ann.poll(ms(0)).unwrap();
        ann.handle_answer(ms(10), &receipt(&first, "waiting", ""));
        assert_eq!(ann.counts(), (1, 1));
        let ended = json!({"t": "ended", "random": first["random"], "state": "discarded"});
        ann.handle_answer(ms(20), &ended);
        assert_eq!((ann.open(), ann.counts()), (0, (1, 0)));
    }

    #[test]
    fn a_refusal_of_what_was_sent_before_says_nothing_of_that() {
        let mut ann = speaker();
        let first = ann.poll(ms(0)).unwrap();
        ann.handle_answer(ms(10), &receipt(&first, "refused", "unknown"));
        let second = ann.poll(ms(100)).unwrap();
        ann.handle_answer(ms(110), &receipt(&second, "refused", "wrong_room"));
        let again = ann.poll(ms(2_010)).unwrap();
        ann.handle_answer(ms(2_020), &receipt(&again, "refused", "wrong_room"));
        let fates: Vec<_> = ann.into_said().map(|said| said.fate).collect();
        assert_eq!(fates, [Fate::Unknown, Fate::TurnedAway]);
    }

    #[test]
    fn nothing_new_is_said_that_would_push_out_what_is_open() {
        let mut ann = Speaker::new("ann", 0, ms(1), ms(0), ms(1_000));
        let first = ann.poll(ms(0)).unwrap();
        let mut sent = 1;
        while let Some(frame) = ann.poll(ms(sent)) {
            ann.handle_answer(ms(sent), &receipt(&frame, "delivered", ""));
            sent += 1;
        }
        assert_eq!(sent, REMEMBERED as u64);
        ann.handle_answer(ms(600), &receipt(&first, "delivered", ""));
        assert!(ann.poll(ms(600)).is_some());
    }

    #[test]
    fn nobody_talks_on_without_an_answer_and_nothing_is_made_up_for() {
        let mut ann = Speaker::new("ann", 0, ms(100), ms(0), ms(1_000));
        let first = ann.poll(ms(0)).unwrap();
        assert!(ann.poll(ms(100)).is_some());
        assert!(ann.poll(ms(200)).is_none() && ann.poll(ms(550)).is_none());
        ann.handle_answer(ms(560), &receipt(&first, "delivered", ""));
        assert!(ann.poll(ms(560)).is_none());
        assert!(ann.poll(ms(600)).is_some() && ann.poll(ms(610)).is_none());
    }
}
