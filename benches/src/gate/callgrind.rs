//! Instructions, counted by callgrind in a second process of this program.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::colliding;

/// What tells the second process what it is.
pub(crate) const INSIDE: &str = "--inside";
/// The function that is counted, as callgrind knows it, and the same again: of two options for one
/// pattern it heeds only the last.
const COUNTED: &str = "gate::measured*";
const LEFT: &str = "*gate::measured*";

/// How many instructions each path takes, in their order.
///
/// # Errors
/// There is no valgrind, or it did not count as often as there are paths.
pub(crate) fn count(paths: &[&str]) -> Result<Vec<u64>, Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("liveroom-gate-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let names = folder.join("names");
    fs::write(&names, colliding::written())?;
    let counted = run(&folder.join("counts"), &names);
    fs::remove_dir_all(&folder)?;
    let counts = counted?;
    if counts.len() == paths.len() {
        Ok(counts)
    } else {
        Err(format!("{} paths, and callgrind counted {}", paths.len(), counts.len()).into())
    }
}

fn run(out: &Path, names: &Path) -> Result<Vec<u64>, Box<dyn Error>> {
    let status = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--dump-after={LEFT}"))
        .arg(std::env::current_exe()?)
        .arg(INSIDE)
        .env(colliding::FILE, names)
        .stderr(Stdio::null())
        .status()
        .map_err(|error| {
            format!("valgrind counts the instructions, and does not start ({error}): install it")
        })?;
    if !status.success() {
        return Err(format!("valgrind ended with {status}").into());
    }
    // One file for each time that the function was left: `counts.1`, `counts.2`, and so on.
    let part = |number: usize| PathBuf::from(format!("{}.{number}", out.display()));
    (1..).map(part).take_while(|part| part.exists()).map(|part| total(&part)).collect()
}

/// What a file of counts says of all its functions together.
fn total(file: &Path) -> Result<u64, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("a file of counts without a total")?.trim().parse()?)
}
