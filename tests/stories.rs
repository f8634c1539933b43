//! Stories: chat transcripts that are tests.
//!
//! A line that begins with `>` is something done; the indented lines below it are all that followed
//! from it, and everything else is prose for whoever reviews it. Run with `LIVEROOM_BLESS=1` to
//! write down what happens now, and read the difference before you keep it.

mod story;

use std::{env, fs, path::Path};

use story::Stage;

#[test]
fn every_story_is_told_as_it_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 12, "the stories were not found");
    let bless = env::var_os("LIVEROOM_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in paths {
        let written = fs::read_to_string(&path).unwrap();
        let told = tell(&written);
        if bless {
            fs::write(&path, &told).unwrap();
        } else if told != written {
            wrong.push(format!("{}\n{}", path.display(), difference(&written, &told)));
        }
    }
    assert!(wrong.is_empty(), "told otherwise than written:\n{}", wrong.join("\n"));
}

/// The story as it happens now: prose and deeds are kept, what follows from deeds is told anew.
fn tell(written: &str) -> String {
    let mut stage = Stage::new();
    let mut told = String::new();
    for line in written.lines().filter(|line| !line.starts_with("  ")) {
        told.push_str(line);
        told.push('\n');
        if let Some(deed) = line.strip_prefix("> ") {
            let followed = stage.act(deed).unwrap_or_else(|why| panic!("{deed:?}: {why}"));
            for line in followed {
                told.push_str("  ");
                told.push_str(&line);
                told.push('\n');
            }
        }
    }
    told
}

/// The first place where two texts differ, with both sides.
fn difference(written: &str, told: &str) -> String {
    let pairs = written.lines().zip(told.lines());
    let at = pairs.take_while(|(left, right)| left == right).count();
    let around =
        |text: &str| text.lines().skip(at.saturating_sub(3)).take(8).collect::<Vec<_>>().join("\n");
    format!("--- written, near line {}\n{}\n+++ told\n{}", at + 1, around(written), around(told))
}

#[test]
fn a_story_that_happens_otherwise_is_noticed() {
    let written = "> group livestream\n> ann@web joins\n> ann says hello\n  nothing of the kind\n";
    let told = tell(written);
    assert_ne!(told, written);
    assert!(told.contains("Ann: hello"), "{told}");
}
