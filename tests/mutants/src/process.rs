//! Child processes: their output whole, or their end within a time.

use std::{
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::Result;

/// What a test process may take of the memory: a mutant that never stops collecting must not take the
/// machine with it.
const MEMORY_KIB: &str = "6000000";

/// What became of a process that had a time to end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Success,
    Failure,
    Timeout,
}

/// What the command writes, or its complaints as an error.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let done = command.stdin(Stdio::null()).output()?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(format!("{command:?}: {}\n{said}", done.status).into())
}

/// A command that runs `program` with a bound on its memory.
pub(crate) fn bounded(program: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\""), program]);
    shell
}

/// Runs the command in silence, for so long at the most.
pub(crate) fn end(command: &mut Command, most: Duration) -> Result<End> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    Ok(match wait(&mut child, most)? {
        Some(status) if status.success() => End::Success,
        Some(_) => End::Failure,
        None => End::Timeout,
    })
}

fn wait(child: &mut Child, most: Duration) -> Result<Option<ExitStatus>> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() > most {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(20));
    }
}
