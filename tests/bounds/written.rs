//! What is reckoned, to the byte, beside what `tests/golden/bytes.txt` says of it.

use std::{cell::RefCell, env, fs, path::Path};

use liveroom::{
    Entry, Group, GroupProfile, Message, Output, Profile, Receipt, Settings, WorstCase,
};

thread_local! {
    static LINES: RefCell<Vec<(String, u64)>> = const { RefCell::new(Vec::new()) };
}

/// Takes down what this thread reckoned.
pub(crate) fn note(what: &str, bytes: u64) {
    LINES.with_borrow_mut(|lines| lines.push((what.to_owned(), bytes)));
}

/// That all that this thread took down is what is written. With `LIVEROOM_BLESS=1` it is written anew.
///
/// How large the library's types are is the compiler's to say. Where it lays them out otherwise than the one
/// by which the file was written, the sums need only be near.
pub(crate) fn compare() {
    let mut lines: Vec<_> =
        types().map(|(name, size)| (format!("type/{name}"), size as u64)).into();
    lines.append(&mut LINES.take());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bytes.txt");
    if env::var_os("LIVEROOM_BLESS").is_some() {
        let text: String = lines.iter().map(|(what, bytes)| format!("{what} {bytes}\n")).collect();
        return fs::write(path, text).expect("the file can be written");
    }
    let golden = fs::read_to_string(path).expect("the file is there");
    let golden: Vec<(String, u64)> = golden
        .lines()
        .map(|line| {
            let (what, bytes) = line.split_once(' ').expect("a name and a number");
            (what.to_owned(), bytes.parse().expect("a number"))
        })
        .collect();
    let names = |lines: &[(String, u64)]| -> Vec<_> {
        lines.iter().map(|(what, _)| what.clone()).collect()
    };
    assert_eq!(names(&lines), names(&golden), "other sums than are written");
    let alike = lines[..types().len()] == golden[..types().len()];
    for ((what, now), (_, then)) in lines.iter().zip(&golden) {
        let near = if alike { now == then } else { now.abs_diff(*then) * 10 <= *then };
        assert!(
            near || what.starts_with("type/"),
            "{what}: {now} bytes, and {then} are written. If that is meant, run this test with \
             LIVEROOM_BLESS=1 and commit the file."
        );
    }
}

fn types() -> [(&'static str, usize); 8] {
    [
        ("group", size_of::<Group>()),
        ("settings", size_of::<Settings>()),
        ("entry", size_of::<Entry>()),
        ("message", size_of::<Message>()),
        ("profile", size_of::<Profile>()),
        ("group-profile", size_of::<GroupProfile>()),
        ("output", size_of::<Output>()),
        ("receipt", size_of::<Receipt>()),
    ]
}

/// The parts of the worst case, by the names that they have.
pub(crate) fn parts(worst: &WorstCase) -> Vec<(String, u64)> {
    let text = format!("{worst:?}");
    let fields = text.trim_start_matches("WorstCase { ").trim_end_matches(" }").split(", ");
    fields
        .map(|field| {
            let (name, bytes) = field.split_once(": ").expect("a field is a name and a number");
            (name.to_owned(), bytes.parse().expect("bytes are a number"))
        })
        .collect()
}
