//! Commands played on a group that came from anywhere.

use liveroom::{Group, Timestamp};

use crate::{
    dice::Dice,
    laws,
    script::{self, Recent},
};

/// Commands that a group must survive that came from anywhere.
const COMMANDS: usize = 100;

/// Plays [`COMMANDS`] that follow from `data`, from where the clock stands.
pub(crate) fn on(group: &mut Group, data: &[u8]) {
    let mut now = group.clock();
    let seed = data.iter().fold(1, |seed: u64, byte| seed.wrapping_mul(31) ^ u64::from(*byte));
    let noise = noise(seed);
    commands(group, &mut now, &mut Dice::new(&noise), COMMANDS);
}

/// Plays some commands on a group, as they come.
pub(crate) fn commands(group: &mut Group, now: &mut Timestamp, dice: &mut Dice<'_>, most: usize) {
    let mut reader = group.tail();
    for _ in 0..most {
        *now = script::moment(dice, *now);
        let by = script::author(dice);
        let recent = Recent { now: *now, ticket: 4, message: group.stats().accepted() };
        let command = script::command(dice, &by, recent);
        if dice.rarely(4) {
            while group.poll().is_some() {}
        }
        group.advance(*now);
        let before = group.digest();
        let answer = group.push(*now, by, command);
        if answer.is_err() {
            assert_eq!(group.digest(), before, "a refusal changed something");
        }
        *now = group.clock();
        laws::hold(group);
        laws::read(group, &mut reader);
    }
}

/// Bytes enough for [`COMMANDS`], the same for the same seed.
fn noise(mut seed: u64) -> Vec<u8> {
    let xorshift = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()
    };
    std::iter::repeat_with(xorshift).take(COMMANDS * 8).flatten().collect()
}
