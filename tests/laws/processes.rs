//! What a group says does not hang on the process that it is in: on its hash key, on where its memory
//! lies, on what else is seeded at the start of a process.

use std::{
    collections::BTreeSet,
    env,
    hash::{DefaultHasher, Hasher},
    process::Command,
};

use liveroom::HashKey;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use crate::model::{
    play::{self, Stage},
    script,
};

/// The key of a process, as two numbers.
const KEY: &str = "LIVEROOM_TEST_HASH_KEY";
const EVENINGS: u8 = 24;

#[test]
#[ignore = "is run by the next test, in processes of its own"]
fn evenings_of_one_process() {
    let key = env::var(KEY).expect("the next test gives a key");
    let (first, second) = key.split_once(' ').expect("two numbers");
    let number = |text: &str| text.parse().expect("a number");
    let key = HashKey::new(number(first), number(second));
    for evening in 0..EVENINGS {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[evening; 32]);
        let mut runner = TestRunner::new_with_rng(Default::default(), rng);
        let script = script::script(80).new_tree(&mut runner).expect("a script").current();
        let mut stage = Stage::with(&script, "stage", key);
        let mut said = DefaultHasher::new();
        for line in play::rehearse(&script) {
            said.write(format!("{:?}", stage.play(&line)).as_bytes());
        }
        println!("evening {evening} {:x} {:?}", said.finish(), stage.group.digest());
    }
}

#[test]
fn processes_with_different_keys_say_the_same() {
    let says = |key: &str| {
        let output = Command::new(env::current_exe().expect("this program"))
            .args(["--exact", "processes::evenings_of_one_process", "--ignored", "--nocapture"])
            .env(KEY, key)
            .output()
            .expect("this program starts");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{text}");
        let evenings =
            text.lines().filter_map(|line| Some(line.split_once("evening ")?.1.to_owned()));
        evenings.collect::<Vec<_>>()
    };
    let all = ["0 0", "1 2", "18446744073709551615 81985529216486895"].map(says);
    let different: BTreeSet<_> = all[0].iter().collect();
    assert_eq!(different.len(), usize::from(EVENINGS), "each evening is another");
    assert!(all.iter().all(|one| *one == all[0]));
}
