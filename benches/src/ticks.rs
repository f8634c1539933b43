//! F4: what the delivery tick costs readers, and what it saves the host, in virtual time.
//!
//! A minute of 40 messages a second, every twentieth a gift, at instants that look random. Nothing is
//! timed: a sweep takes no time here, so that the numbers are the same on every machine.

use std::time::Duration;

use liveroom::{Audience, Author, Cursor, Draft, Kind, NotNow, Output, Tick, Timestamp};

use crate::{
    dice::Dice,
    race::{Aimed, Amount, Report},
    rooms::{Room, START, without_tips},
};

const MESSAGES: usize = 40 * 60;
const GIFTS: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);

pub(crate) fn ticks(report: &mut Report) {
    for &members in report.sizes() {
        let wants = |kind| report.wants("F4", &format!("tick-{kind}/N={members}"));
        if !["mean", "longest", "writes"].into_iter().any(wants) {
            continue;
        }
        let (ours, at_once) = (play(members, Tick::default()), play(members, Tick::NONE));
        assert_eq!(ours.entries, at_once.entries, "everybody is given everything");
        let mut amount = |kind, ours, peer, at_most: Option<u64>, unit| {
            let name = format!("tick-{kind}/N={members}");
            if !report.wants("F4", &name) {
                return;
            }
            report.amount(&Amount {
                aim: "F4",
                name,
                unit,
                ours,
                peer,
                aimed: at_most.map(Aimed::AtMost),
            });
        };
        let hundredths = |time: Duration| time.as_micros() as u64 / 10;
        let mean = ours.waited / ours.entries;
        let unit = "ms that the tick adds to an entry, on average; of a gift none";
        amount("mean", hundredths(mean), None, None, unit);
        let unit = "ms that it adds at most";
        let most = hundredths(Tick::default().wait(members));
        amount("longest", hundredths(ours.longest), None, Some(most), unit);
        let unit = "writes a member and second; without a tick";
        let each = |writes| writes * 100 / (60 * members as u64);
        amount("writes", each(ours.writes), Some(each(at_once.writes)), None, unit);
    }
}

/// What came of a minute.
#[derive(Default)]
struct Minute {
    entries: u32,
    /// Of all entries together, and the longest of one.
    waited: Duration,
    longest: Duration,
    /// How often a member was given something.
    writes: u64,
}

fn play(members: usize, tick: Tick) -> Minute {
    let mut room = Room::empty(without_tips());
    let mut audience = Audience::new(tick);
    for token in 0..members as u32 {
        audience.add(token, room.group.tail());
    }
    let mut minute = Minute::default();
    let mut coming = instants().into_iter().zip(0..).peekable();
    loop {
        let due = room.group.poll_timeout().map(|due| due.at);
        let sweep = audience.due();
        let next = [coming.peek().map(|(at, _)| *at), due, sweep].into_iter().flatten().min();
        // What is left to the group is to forget: nobody waits for that.
        let Some(now) = next.filter(|now| *now < START + 2 * MINUTE) else { return minute };
        room.now = now;
        if let Some((_, number)) = coming.next_if(|(at, _)| *at == now) {
            room.push_now(Author::App, message(number).into());
        }
        room.group.advance(now);
        while let Some(output) = room.group.poll() {
            if let Output::Tail { urgent, .. } = output {
                audience.notify(now, urgent);
            }
        }
        sweep_at(&mut room, &mut audience, &mut minute);
    }
}

fn sweep_at(room: &mut Room, audience: &mut Audience<u32>, minute: &mut Minute) {
    let Room { group, now } = room;
    let mut source = |cursor: &Cursor| group.batch(cursor);
    let swept = audience.sweep(*now, &mut source, |batch, tokens, _: &mut NotNow| {
        minute.writes += tokens.len() as u64;
        for entry in batch.entries() {
            let waited = now.since(entry.at);
            minute.entries += 1;
            minute.waited += waited;
            minute.longest = minute.longest.max(waited);
        }
    });
    assert_eq!((swept.not_now, swept.lost), (0, 0), "everybody takes what there is");
}

fn message(number: usize) -> Draft {
    let kind = if number.is_multiple_of(GIFTS) { Kind::Gift } else { Kind::Text };
    Draft::custom(kind, "{\"name\":\"rose\"}")
}

fn instants() -> Vec<Timestamp> {
    let mut dice = Dice::new(40);
    let millis = MINUTE.as_millis() as usize;
    let mut instants: Vec<_> =
        (0..MESSAGES).map(|_| START + Duration::from_millis(dice.below(millis) as u64)).collect();
    instants.sort_unstable();
    instants
}
