//! The whole host: started, served, and ended in order.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    sync::Semaphore,
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};
use tracing::{info, warn};

use crate::{
    accept::{Reception, accept},
    account::Account,
    apps::AppKey,
    callbacks::Senders,
    crowd,
    errand::Errand,
    fanout::FanOut,
    files::Files,
    gate::Gate,
    house::House,
    open_files::raise_open_files,
    options::{Limits, Options},
    page::{Site, routes},
};

/// How long connections may take to close when the host ends.
const CLOSING: Duration = Duration::from_secs(4);
/// Connections that may wait to be accepted: Linux's own default.
const BACKLOG: u32 = 4_096;

/// A running host.
#[derive(Debug)]
pub struct Host {
    house: Arc<House>,
    address: SocketAddr,
    places: Arc<Semaphore>,
    server: JoinHandle<()>,
    fan_out: thread::JoinHandle<io::Result<()>>,
    senders: Senders,
    crowd: Option<thread::JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

impl Host {
    /// Opens the rooms and begins to serve them, on the tokio runtime that it is called on.
    ///
    /// # Errors
    /// The address cannot be listened at, the system gives no randomness or no thread, or a room
    /// cannot be made.
    ///
    /// # Panics
    /// Where there is no tokio runtime.
    pub fn start(options: Options) -> io::Result<Self> {
        make_room(&options.limits);
        let listener = listen(&options)?;
        let address = listener.local_addr()?;
        let (house, duties) = House::open(&options)?;
        let places = Arc::new(Semaphore::new(options.limits.connections));
        let stop = Arc::new(AtomicBool::new(false));

        let fan_out = FanOut::new(house.clone(), duties);
        let fan_out = thread::Builder::new().name("fan-out".to_owned()).spawn(|| fan_out.run())?;
        let senders = Senders::begin(&house);
        let mut crowd = None;
        if options.crowd > 0 {
            let (house, stop) = (house.clone(), stop.clone());
            let (size, show) = (options.crowd, options.show);
            let run = move || crowd::run(&house, size, show, &stop);
            crowd = Some(thread::Builder::new().name("crowd".to_owned()).spawn(run)?);
        }

        let files = Arc::new(Files::new(options.page));
        let routes = routes(Site { house: house.clone(), files, places: places.clone() });
        let gate = Arc::new(Gate::new(options.limits.sockets(), options.limits.per_address));
        let (head_within, closing) = (options.limits.head_within, house.closing.subscribe());
        let reception = Reception { gate, router: routes, head_within, closing };
        let server = tokio::spawn(accept(listener, reception));
        info!(%address, "the host begins");
        Ok(Self { house, address, places, server, fan_out, senders, crowd, stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The owner's key: whoever brings it comes in as the owner of every room.
    pub fn key(&self) -> String {
        self.house.key.to_string()
    }

    /// The console's token: whoever brings it makes and deletes apps.
    pub fn console(&self) -> String {
        self.house.console.token.to_string()
    }

    /// The app that is there because none was named, with its key.
    pub fn demo(&self) -> Option<&AppKey> {
        self.house.demo.as_ref()
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.house.limits.connections - self.places.available_permits()
    }

    /// The account so far.
    pub fn account(&self) -> Account {
        Account::take(&self.house)
    }

    /// Tells everybody in every room something, as a notice.
    ///
    /// # Errors
    /// Why the group did not take it, in its own words.
    pub fn announce(&self, what: &str) -> io::Result<()> {
        self.house.announce(what).map_err(io::Error::other)
    }

    /// Ends in order: a notice to all, an end for every message, a last word to each connection, and
    /// the account.
    ///
    /// # Errors
    /// A thread or the server had failed, or what was said last could not be kept.
    pub async fn stop(self) -> io::Result<Account> {
        let Self { house, places, server, fan_out, senders, crowd, stop, address: _ } = self;
        stop.store(true, Relaxed);
        if let Some(crowd) = crowd {
            join(crowd).await?;
        }
        // If the group takes no notice any more, the last word still says it.
        let _not_told = house.announce("This host restarts. Come back in a moment.");
        house.settle().await;
        house.send_on(Errand::Close).await;
        let kept = join(fan_out).await?;
        senders.end(&house).await;
        // Connections that have not joined hear it from here, and nobody more is let in.
        house.closing.send_replace(true);
        let all = u32::try_from(house.limits.connections).unwrap_or(u32::MAX);
        let _some_do_not_close = timeout(CLOSING, places.acquire_many(all)).await;
        // It ends by itself, since the host closes.
        server.await.map_err(io::Error::other)?;
        kept?;
        info!("the host ends");
        Ok(Account::take(&house))
    }
}

/// Lets the process have as many files open as its connections need, and says so if it cannot.
pub(crate) fn make_room(limits: &Limits) {
    /// What is open beside connections, and some more.
    const BESIDE: usize = 64;
    let needed = limits.sockets() + BESIDE;
    match raise_open_files() {
        Ok(files) if usize::try_from(files).is_ok_and(|files| files < needed) => {
            warn!(
                files,
                needed,
                "the system lets this process have too few files open for all connections: raise its hard limit (ulimit -Hn), or take fewer"
            );
        }
        Ok(_enough) => {}
        Err(error) => warn!(%error, "the limit of open files cannot be raised"),
    }
}

async fn join<T: Send + 'static>(thread: thread::JoinHandle<T>) -> io::Result<T> {
    let joined = spawn_blocking(move || thread.join()).await.map_err(io::Error::other)?;
    joined.map_err(|_| io::Error::other("a thread of the host panicked"))
}

pub(crate) fn listen(options: &Options) -> io::Result<TcpListener> {
    let socket = match options.listen {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    // Inherited by every connection: else the system keeps megabytes for each one that is not read.
    socket.set_send_buffer_size(options.limits.send_buffer)?;
    let bound = socket.bind(options.listen).and_then(|()| socket.listen(BACKLOG));
    bound.map_err(|error| {
        let why = format!("cannot listen at {}: {error}; try another --listen", options.listen);
        io::Error::new(error.kind(), why)
    })
}
