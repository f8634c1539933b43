//! Which test comes by which mutants, and how long each takes: every test once, in a process of its own.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Command,
    sync::Mutex,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    Result,
    build::Binary,
    each,
    process::{self, End},
};

/// How long a test may take before anything is changed.
const MOST: Duration = Duration::from_mins(5);

/// A test that passes, and what it comes by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Test {
    /// Of its binary; `lib` for unit tests.
    pub(crate) binary: String,
    pub(crate) name: String,
    pub(crate) millis: u64,
    /// The first switches of the places that it comes by.
    pub(crate) places: Vec<u32>,
}

/// All tests of one build.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reach {
    pub(crate) tests: Vec<Test>,
    /// Tests that fail with no mutant on, and so say nothing.
    pub(crate) failing: Vec<String>,
}

impl Reach {
    /// By the first switch of a place, the tests that come by it, by their number.
    pub(crate) fn by_place(&self) -> BTreeMap<usize, Vec<usize>> {
        let mut reached = BTreeMap::<usize, Vec<usize>>::new();
        for (number, test) in self.tests.iter().enumerate() {
            for place in &test.places {
                reached.entry(*place as usize).or_default().push(number);
            }
        }
        reached
    }
}

/// Runs every test of the binaries once.
pub(crate) fn reach(binaries: &[Binary], copy: &Path, jobs: usize) -> Result<Reach> {
    let mut all = Vec::new();
    for binary in binaries {
        let listed =
            process::output(command(&binary.path, copy).args(["--list", "--format=terse"]))?;
        let listed = String::from_utf8(listed)?;
        let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
        all.extend(names.map(|name| (binary, name.to_owned())));
    }
    let found = Mutex::new(Reach::default());
    let bar = each::bar(all.len(), "tests");
    each::each(&all, jobs, |number, (binary, name)| {
        let touched = std::env::temp_dir().join(format!("reach-{}-{number}", std::process::id()));
        let began = Instant::now();
        let mut test = command(&binary.path, copy);
        test.args(["--exact", name, "--test-threads=1"]).env("LIVEROOM_REACH", &touched);
        let end = process::end(&mut test, MOST)?;
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let noted = fs::read(&touched).unwrap_or_default();
        let _gone = fs::remove_file(&touched);
        bar.inc(1);
        let mut found = found.lock().map_err(|_| "a job panicked")?;
        if end == End::Success {
            let numbers = noted.as_chunks::<4>().0;
            let places = numbers.iter().map(|number| u32::from_le_bytes(*number)).collect();
            let binary = binary.name.clone();
            found.tests.push(Test { binary, name: name.clone(), millis, places });
        } else {
            found.failing.push(format!("{}: {name}", binary.name));
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    let mut found = found.into_inner().map_err(|_| "a job panicked")?;
    found.tests.sort_by(|one, two| (&one.binary, &one.name).cmp(&(&two.binary, &two.name)));
    found.failing.sort();
    Ok(found)
}

/// A test binary in the copy: few cases, always the same, and nothing kept of those that fail.
pub(crate) fn command(binary: &Path, copy: &Path) -> Command {
    let mut test = process::bounded(&binary.to_string_lossy());
    test.current_dir(copy)
        .env("CARGO_MANIFEST_DIR", copy)
        .env("PROPTEST_CASES", "32")
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true")
        .env("RUST_BACKTRACE", "0");
    test
}
