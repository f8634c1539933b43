//! Cargo in the copy: what the compiler complains of, and where the test binaries are.

use std::{ops::Range, path::PathBuf, process::Command};

use serde_json::Value;

use crate::{Result, build::Binary};

/// How to call cargo in the copy.
pub(crate) struct Cargo {
    pub(crate) copy: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) jobs: usize,
}

/// An error, and the places in the library that it is about, the likeliest first.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) rendered: String,
    pub(crate) places: Vec<(String, Range<usize>)>,
}

impl Cargo {
    /// What the compiler has against the library.
    pub(crate) fn check(&self) -> Result<Vec<Complaint>> {
        let messages = self.run(&["check", "--lib"])?;
        Ok(complaints(&messages))
    }

    /// The test binaries, or what the compiler has against them.
    pub(crate) fn build_tests(&self) -> Result<std::result::Result<Vec<Binary>, Vec<Complaint>>> {
        let messages = self.run(&["test", "--lib", "--tests", "--no-run"])?;
        let complaints = complaints(&messages);
        if !complaints.is_empty() {
            return Ok(Err(complaints));
        }
        Ok(Ok(messages.iter().filter_map(binary).collect()))
    }

    fn run(&self, args: &[&str]) -> Result<Vec<Value>> {
        let done = Command::new("cargo")
            .current_dir(&self.copy)
            .args(args)
            .args(["-p", "liveroom", "--all-features", "--message-format=json"])
            .args(["--jobs", &self.jobs.to_string()])
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .env("RUSTFLAGS", "--cap-lints allow")
            .output()?;
        let text = String::from_utf8(done.stdout)?;
        let messages: Vec<_> =
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if !done.status.success() && complaints(&messages).is_empty() {
            return Err(String::from_utf8_lossy(&done.stderr).into());
        }
        Ok(messages)
    }
}

fn binary(message: &Value) -> Option<Binary> {
    let path = message["executable"].as_str()?.into();
    let target = &message["target"];
    let is_lib = target["kind"][0] == "lib";
    let name = if is_lib { "lib" } else { target["name"].as_str()? };
    Some(Binary { name: name.to_owned(), path })
}

fn complaints(messages: &[Value]) -> Vec<Complaint> {
    let all = messages.iter().filter(|it| it["reason"] == "compiler-message");
    let errors = all.map(|it| &it["message"]).filter(|it| it["level"] == "error");
    let told = errors.filter(|it| !it["spans"].as_array().is_none_or(Vec::is_empty));
    told.map(complaint).collect()
}

fn complaint(message: &Value) -> Complaint {
    let spans = |of: &Value| of["spans"].as_array().cloned().unwrap_or_default();
    let mut spans = spans(message);
    // A stable sort: the primary spans come first.
    spans.sort_by_key(|span| span["is_primary"] != true);
    let word = |of: &Value| of.as_str().unwrap_or_default().to_owned();
    Complaint {
        code: word(&message["code"]["code"]),
        message: word(&message["message"]),
        rendered: word(&message["rendered"]),
        places: spans.iter().flat_map(places).collect(),
    }
}

/// Where in the library a span is, and what called the macros that it is in.
fn places(span: &Value) -> Vec<(String, Range<usize>)> {
    let mut all = Vec::new();
    let mut next = Some(span);
    while let Some(span) = next {
        all.extend(place(span));
        next = span["expansion"].get("span");
    }
    all
}

fn place(span: &Value) -> Option<(String, Range<usize>)> {
    let file = span["file_name"].as_str().filter(|file| file.starts_with("src/"))?;
    let at = |end: &str| usize::try_from(span[end].as_u64()?).ok();
    Some((file.to_owned(), at("byte_start")?..at("byte_end")?))
}

/// A path without what stands in angle brackets.
pub(crate) fn without_parameters(path: &str) -> String {
    let mut depth = 0_u32;
    let keep = move |letter: &char| {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    path.chars().filter(keep).collect()
}
