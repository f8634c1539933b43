//! Names that a stranger chose because they collide, under a key that the stranger guessed.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    fs,
    hash::{BuildHasher, Hasher},
    sync::OnceLock,
    thread,
};

use liveroom::{HashKey, UserId};

/// How many names there are.
pub(crate) const NAMES: u64 = 100_000;
/// In a process with this in its environment the names were searched before, by one that is not
/// slowed down.
pub(crate) const FILE: &str = "LIVEROOM_GATE_NAMES";
/// The lower bits in which their hashes are alike; a table of so many names has 17.
const ALIKE: u64 = (1 << 12) - 1;
/// What is guessed. A table that knows no key is one with this.
const GUESSED: HashKey = HashKey::new(0, 0);

/// The names that collide.
pub(crate) fn colliding() -> Vec<UserId> {
    static NUMBERS: OnceLock<Vec<u64>> = OnceLock::new();
    let numbers = NUMBERS.get_or_init(|| match env::var_os(FILE) {
        Some(file) => read(file),
        None => search(),
    });
    numbers.iter().map(|number| named(*number)).collect()
}

/// As many names as they come.
pub(crate) fn plain() -> Vec<UserId> {
    (0..NAMES).map(named).collect()
}

/// The names that collide, one on each line, for [`read`].
pub(crate) fn written() -> String {
    colliding().iter().map(|name| format!("{name}\n")).collect()
}

/// The numbers of the names in a file.
fn read(file: OsString) -> Vec<u64> {
    let text = fs::read_to_string(file).expect("the names that the first process wrote down");
    let digits =
        |name: &str| name.bytes().rev().fold(0, |all, digit| all << 4 | u64::from(digit - b'a'));
    text.lines().map(digits).collect()
}

/// Each thread looks at every so many-th number, until it has its share.
fn search() -> Vec<u64> {
    let lanes = thread::available_parallelism().map_or(1, |lanes| lanes.get());
    let found: BTreeSet<u64> = thread::scope(|scope| {
        let share = |lane| {
            let collides = |number: &u64| hash(*number) & ALIKE == 0;
            move || {
                (lane..)
                    .step_by(lanes)
                    .filter(collides)
                    .take(NAMES as usize / lanes + 1)
                    .collect::<Vec<_>>()
            }
        };
        let searchers: Vec<_> = (0..lanes as u64).map(|lane| scope.spawn(share(lane))).collect();
        searchers.into_iter().flat_map(|it| it.join().expect("a search ends")).collect()
    });
    found.into_iter().take(NAMES as usize).collect()
}

fn hash(number: u64) -> u64 {
    let mut hasher = GUESSED.build_hasher();
    hasher.write(&letters(number));
    hasher.finish()
}

/// Eight letters for the lower 32 bits.
fn letters(number: u64) -> [u8; 8] {
    std::array::from_fn(|digit| b'a' + (number >> (4 * digit) & 15) as u8)
}

fn named(number: u64) -> UserId {
    str::from_utf8(&letters(number)).expect("letters").parse().expect("a good id")
}
