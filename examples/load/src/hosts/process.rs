//! A process of this program that serves, and ends with the one that started it.

use std::{
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::run::Beside;

/// How it begins to say what it is.
const SERVES: &str = "serves ";
/// How long it may take to end by itself.
const ENDS: Duration = Duration::from_secs(5);

/// What a process that serves says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Said {
    /// Where clients come in.
    pub(super) address: SocketAddr,
    /// The process where they do.
    pub(super) pid: u32,
    /// Whose figures together are the host's.
    pub(super) books: Vec<SocketAddr>,
    /// Other processes that the host is made of.
    pub(super) beside: Vec<Beside>,
    /// The NATS server, if it is by one that it does its work.
    pub(super) nats: Option<String>,
}

impl Said {
    /// Of a host that is this one process.
    pub(super) fn alone(address: SocketAddr) -> Self {
        let (pid, books) = (std::process::id(), vec![address]);
        Self { address, pid, books, beside: Vec::new(), nats: None }
    }

    /// Says it to whoever started this process.
    pub(super) fn say(&self) -> io::Result<()> {
        println!("{SERVES}{}", serde_json::to_string(self)?);
        Ok(())
    }
}

/// A process that serves.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// It ends when this is closed, even if we are killed.
    tether: Option<ChildStdin>,
    pub(super) said: Said,
}

impl Process {
    /// Starts one; `program` is this program.
    ///
    /// # Errors
    /// It does not start; why, in its own words, is on standard error.
    pub(super) fn start(program: &Path, arguments: &[String]) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("serve").args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (tether, said) = (child.stdin.take(), child.stdout.take());
        let mut line = String::new();
        BufReader::new(said.expect("its output is a pipe")).read_line(&mut line)?;
        let said = line.strip_prefix(SERVES).and_then(|said| serde_json::from_str(said).ok());
        match said {
            Some(said) => Ok(Self { child, tether, said }),
            None => Err(io::Error::other(format!("it did not start: {}", child.wait()?))),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.tether.take());
        // It may have something to tidy up, and to end what it has started itself.
        let begun = Instant::now();
        while begun.elapsed() < ENDS {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(5)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
