//! Viewers who are not there: they come in, chat, like and give, through the same doors as everybody.
//!
//! They stand in the same audience as connections do. What is handed over to them is counted, and
//! nothing is written anywhere.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use liveroom::{
    Author, Command, Draft, Kind, Platform, Priority, Profile, PushError, Random, Receipt,
    SessionId, UserId, Visitor,
};

use crate::{errand::Errand, house::House, room::Room};

/// One in five is a guest, who only reads.
const GUEST_EVERY: usize = 5;
/// From 500 viewers on, 400 of whom have a voice, they send 120 messages a second together, three times
/// what a group delivers; fewer send less in proportion.
const MESSAGES_PER_SECOND: u64 = 120;
const FULL_VOICE: u64 = 400;
/// How fast they come in: a great crowd takes some seconds.
const JOINS_AT_ONCE: usize = 50;
const JOIN_PAUSE: Duration = Duration::from_millis(25);

/// Starts a crowd, and says when it is in.
pub(crate) fn run(house: &Arc<House>, size: usize, show: bool, stop: &AtomicBool) {
    let Some(room) = house.room(None) else { return };
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut voices = Vec::new();
    for number in 0..size {
        if stop.load(Relaxed) {
            return;
        }
        if let Ok(voice) = come_in(house, room, number, &mut dice) {
            voices.extend(voice);
        }
        if number % JOINS_AT_ONCE == JOINS_AT_ONCE - 1 || number + 1 == size {
            if show {
                eprint!("\rthe crowd comes in: {} of {size}", number + 1);
                let _not_shown = std::io::stderr().flush();
            }
            // Those who are in speak already, so that nobody looks at a mute room.
            let until = Instant::now() + JOIN_PAUSE;
            talk(house, room, &voices, &mut dice, || stop.load(Relaxed) || Instant::now() >= until);
            sleep(until.saturating_duration_since(Instant::now()));
        }
    }
    if show {
        eprintln!();
    }
    talk(house, room, &voices, &mut dice, || stop.load(Relaxed));
}

/// One viewer comes in; a guest has no voice.
fn come_in(
    house: &House,
    room: &Room,
    number: usize,
    dice: &mut Dice,
) -> Result<Option<SessionId>, PushError> {
    let session = SessionId(house.number());
    let (author, visitor, command, voice) = if number % GUEST_EVERY == GUEST_EVERY - 1 {
        let visitor = Visitor::guest(Platform::Web);
        (Author::Guest(session), visitor, Command::join_as_guest(Platform::Web), None)
    } else {
        let user = UserId::new(&format!("c{number}")).expect("a letter and a number are an id");
        let visitor = Visitor::user(user.clone(), Platform::Web);
        let nick = format!("{} {}", dice.pick(&FIRST), dice.pick(&SECOND));
        let command = Command::join(user, Profile::nick(&nick), Platform::Web);
        (Author::Session(session), visitor, command, Some(session))
    };
    house.hub.open(house.app, session, visitor)?;
    if let Receipt::Joined { cursor, .. } = house.push(room, &author, command)? {
        house.send_on_blocking(Errand::View { room: room.no, cursor });
    }
    Ok(voice)
}

/// They speak until it is over.
fn talk(
    house: &House,
    room: &Room,
    voices: &[SessionId],
    dice: &mut Dice,
    over: impl Fn() -> bool,
) {
    let size = u64::try_from(voices.len()).unwrap_or(u64::MAX);
    // The pause between two messages of the whole crowd: about 8 ms from 400 voices on.
    let mean = Duration::from_micros(
        1_000_000 * FULL_VOICE / (MESSAGES_PER_SECOND * size.clamp(1, FULL_VOICE)),
    );
    let mut next = Instant::now();
    while !voices.is_empty() && !over() {
        // Anything from nothing to twice the mean, so that they bunch now and then.
        let twice = u64::try_from(2 * mean.as_micros()).unwrap_or(u64::MAX);
        next += Duration::from_micros(dice.below(twice + 1));
        while let Some(pause) = next.checked_duration_since(Instant::now()) {
            if over() {
                return;
            }
            sleep(pause.min(Duration::from_millis(50)));
        }
        let session = *dice.pick(voices);
        // A refusal is counted by the group, and the crowd does not mind.
        let _refused = house.push(room, &Author::Session(session), say(dice));
    }
}

/// What one of them sends: of 100 messages 60 are words, 28 likes, 7 gifts and 5 follows.
fn say(dice: &mut Dice) -> Command {
    let draft = match dice.below(100) {
        0..34 => Draft::text(*dice.pick(&PHRASES)).priority(Priority::Low),
        // What is worth an answer goes before a mere cheer: gifts and this together are just about what
        // the room delivers, so that a viewer's own words get through the flood.
        34..60 => Draft::text(words(dice)),
        60..88 => Draft::custom(Kind::Like, "1"),
        88..95 => {
            let (gift, most) = *dice.pick(&GIFTS);
            let n = 1 + dice.below(most);
            Draft::custom(Kind::Gift, format!(r#"{{"gift":"{gift}","n":{n}}}"#))
        }
        _ => Draft::custom(Kind::Follow, "1"),
    };
    draft.random(Random(u32::try_from(dice.next() >> 32).unwrap_or(0))).into()
}

fn words(dice: &mut Dice) -> String {
    // Two in fifty are rude, so that the filter has something to do.
    match dice.below(50) {
        0 => (*dice.pick(&RUDE)).to_owned(),
        1 => format!("{} {}", dice.pick(&RUDE), dice.pick(&PHRASES)),
        _ => format!("{}, {}", dice.pick(&PHRASES), dice.pick(&PHRASES)),
    }
}

const FIRST: [&str; 16] = [
    "Quiet", "Merry", "Sleepy", "Brave", "Little", "Green", "Lucky", "Late", "Northern", "Velvet",
    "Honest", "Spare", "Golden", "Curious", "Paper", "Salty",
];
const SECOND: [&str; 16] = [
    "Otter", "Kite", "Lantern", "Fox", "Pebble", "Comet", "Teapot", "Heron", "Maple", "Walrus",
    "Ember", "Sparrow", "Button", "River", "Clover", "Moth",
];
const PHRASES: [&str; 24] = [
    "hello everybody",
    "first time here",
    "this is great",
    "louder please",
    "what was that song",
    "哈哈哈",
    "主播好",
    "666",
    "greetings from the coast",
    "again, again",
    "can you see me",
    "so good",
    "wow",
    "that was close",
    "who else is up late",
    "best stream of the week",
    "play the other one",
    "加油",
    "❤️❤️❤️",
    "I am new, be gentle",
    "where are you from",
    "see you tomorrow",
    "one more",
    "¡qué bueno!",
];
const RUDE: [&str; 5] =
    ["what a stupid song", "free coins at my place", "you grumblefrick", "zorgblatt!", "i-d-i-o-t"];
const GIFTS: [(&str, u64); 4] = [("rose", 9), ("rose", 3), ("cake", 3), ("rocket", 1)];

/// xorshift64: the same crowd says the same things in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 to `end` less one; for small numbers the bias of a remainder does not show.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of several; there must be at least one.
    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len() as u64);
        &from[usize::try_from(at).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::client::Gift;

    use super::*;

    #[test]
    fn the_crowd_gives_only_what_is_sold() {
        let mut dice = Dice(1);
        let mut gifts = 0;
        for _ in 0..2_000 {
            let Command::Send(draft) = say(&mut dice) else { panic!("it sends") };
            if draft.kind == Kind::Gift {
                gifts += 1;
                let liveroom::Element::Custom { data, .. } = &draft.content.elements[0] else {
                    panic!("a gift is a custom element")
                };
                assert!(Gift::read(data).is_some(), "{data}");
            }
        }
        assert!((50..250).contains(&gifts), "{gifts} of 2,000");
    }
}
