//! A host as one of many nodes: any of them serves any room, and each room has its home on one of them.
//!
//! What is served is the page's own protocol: the show, as its viewers have it, and what its owner does with one
//! command. Whoever comes has a token that every node believes, since all know the app's key: a client whose node is gone
//! goes on at another one, where it was.

mod card;
mod connection;
mod deeds;
mod homes;
mod site;
mod stage;

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use async_nats::{ConnectOptions, ServerAddr};
use liveroom::{
    Author, Command, Creation, Epoch, Group, GroupId, HashKey, Settings, UserId,
    metrics::record,
    nats::{Nats, NatsConfig, NatsError, Refused},
    relay::EdgeId,
};
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tracing::info;

use self::{
    homes::{Homes, Look},
    site::{NodeSite, routes},
    stage::{Ask, Stage},
};
use crate::{
    accept::{Reception, accept},
    apps::Signatures,
    counts::Counts,
    files::Files,
    furnish::hash_key,
    gate::Gate,
    host::{listen, make_room},
    metrics::{self, Sheet},
    options::{Limits, Options},
    plan::{OWNER, PLANS},
    words::{self, Compiled},
};

/// How long connections may take to close when the node ends.
const CLOSING: Duration = Duration::from_secs(4);
/// So many rooms are named to who comes in.
const ROOMS_TOLD: usize = 64;
/// So many rooms are claimed at once.
const CLAIMS: usize = 4;
/// How often the server is asked whether it is there: whoever is cut off is to know it soon.
const PING: Duration = Duration::from_secs(2);
/// For how long a token is good.
const TOKEN_LASTS: Duration = Duration::from_hours(24);
/// How long homes may take to show their groups to whoever wants the figures.
const SHOWN: Duration = Duration::from_secs(1);
/// For how long the owner's key is good.
const OWNER_LASTS: Duration = Duration::from_hours(180 * 24);

/// How a node finds the others.
#[derive(Clone, Debug)]
pub struct NodeOptions {
    /// Where the NATS servers are; several are separated by commas.
    pub url: String,
    /// A credentials file of NATS, if its servers want one.
    pub credentials: Option<PathBuf>,
    /// Certificates by which the servers are known, if those of the system are not enough. With them TLS is a must.
    pub roots: Option<PathBuf>,
    /// What this node is called; no other is called so.
    pub name: String,
    /// The rooms that are made if they are not there.
    pub rooms: Vec<String>,
    /// How many servers keep a copy, where nothing is there yet.
    pub replicas: usize,
    /// Rooms whose history is of an epoch before this one begin anew; see [`NatsConfig::oldest_epoch`].
    pub oldest_epoch: Epoch,
}

impl NodeOptions {
    /// A node of that name, with the room `live`.
    pub fn new(url: impl Into<String>, name: impl Into<String>) -> Self {
        let rooms = vec![PLANS[0].id.to_owned()];
        let (url, name) = (url.into(), name.into());
        Self {
            url,
            credentials: None,
            roots: None,
            name,
            rooms,
            replicas: 1,
            oldest_epoch: Epoch(0),
        }
    }

    async fn connect(&self) -> io::Result<async_nats::Client> {
        let mut options = ConnectOptions::new().ping_interval(PING).reconnect_delay_callback(again);
        options = options.name(format!("liveroom node {}", self.name));
        if let Some(credentials) = &self.credentials {
            options = options.credentials_file(credentials).await?;
        }
        if let Some(roots) = &self.roots {
            options = options.add_root_certificates(roots.clone()).require_tls(true);
        }
        let servers = self.url.split(',').map(str::parse::<ServerAddr>);
        let servers = servers.collect::<io::Result<Vec<_>>>()?;
        let login = servers.iter().find_map(|it| Some((it.username()?, it.password()?)));
        if let Some((user, password)) = login {
            options = options.user_and_password(user.to_owned(), password.to_owned());
        }
        // Without what stands before the host, which may be a password.
        let at: Vec<_> = servers.iter().map(|it| format!("{}:{}", it.host(), it.port())).collect();
        options.connect(servers).await.map_err(|error| {
            let at = at.join(", ");
            io::Error::other(format!(
                "cannot reach NATS at {at}: {error}; is it there, and are you let in?"
            ))
        })
    }
}

/// How long to wait until the next try to reach a server.
fn again(tries: usize) -> Duration {
    const LONGEST: Duration = Duration::from_secs(1);
    let doubled = 1 << tries.min(10);
    LONGEST.min(Duration::from_millis(25) * doubled)
}

/// A running node.
#[derive(Debug)]
pub struct NodeHost {
    node: Arc<Node>,
    address: SocketAddr,
    places: Arc<Semaphore>,
    server: JoinHandle<()>,
    homes: JoinHandle<()>,
}

/// What all rooms at a node share.
#[derive(Debug)]
pub(crate) struct Node {
    nats: Nats,
    /// The tokens of those who come, and the owner's keys: neither is good for the other, or for anything else.
    pages: Signatures,
    owner: Signatures,
    limits: Limits,
    hash_key: HashKey,
    words: Compiled,
    /// The number of its edges, until one is given up.
    edge: EdgeId,
    /// When it began, in seconds: the servers may give the number of an edge again.
    begun: u64,
    numbers: AtomicU64,
    /// The rooms that there are.
    rooms: Mutex<BTreeMap<GroupId, Room>>,
    /// For those who claim rooms: so many at once.
    claims: Semaphore,
    /// Of which rooms it is home, and how to look at them.
    homes: Mutex<BTreeMap<GroupId, mpsc::Sender<Look>>>,
    /// Who lives.
    live: Mutex<Vec<String>>,
    closing: watch::Sender<bool>,
}

/// A room that there is, as this node has it.
#[derive(Debug, Default)]
struct Room {
    counts: Arc<Counts>,
    /// The way in, once somebody has come.
    asks: Option<mpsc::Sender<Ask>>,
}

/// The way into a room, and what is counted on it.
#[derive(Clone, Debug)]
struct Way {
    asks: mpsc::Sender<Ask>,
    counts: Arc<Counts>,
}

impl NodeHost {
    /// Joins the other nodes, and begins to serve.
    ///
    /// # Errors
    /// The address cannot be listened at, no NATS server answers or it does not do what is needed, or no app's key is
    /// given, which all nodes have to share.
    pub async fn start(options: Options, beside: NodeOptions) -> io::Result<Self> {
        make_room(&options.limits);
        let listener = listen(&options)?;
        let address = listener.local_addr()?;
        let key = options.apps.first().cloned().ok_or_else(|| {
            io::Error::other("nodes share an app's key: give each the same --app ID:KEY")
        })?;
        let client = beside.connect().await?;
        let config = NatsConfig {
            replicas: beside.replicas,
            oldest_epoch: beside.oldest_epoch,
            ..NatsConfig::new(format!("live-{}", key.app().0), &*beside.name)
        };
        let nats = Nats::open(client, config).await.map_err(io::Error::other)?;
        let node = Arc::new(Node {
            edge: nats.edge_id().await.map_err(io::Error::other)?,
            begun: nats.now().as_secs(),
            nats,
            pages: Signatures::new(&key, "page"),
            owner: Signatures::new(&key, "owner"),
            limits: options.limits,
            hash_key: hash_key()?,
            words: Compiled::read(words::FIRST).map_err(io::Error::other)?,
            numbers: AtomicU64::new(0),
            rooms: Mutex::default(),
            claims: Semaphore::new(CLAIMS),
            homes: Mutex::default(),
            live: Mutex::default(),
            closing: watch::Sender::new(false),
        });
        let words = &node.words;
        node.nats.keep_filter(&words.list).await.map_err(io::Error::other)?;
        for room in &beside.rooms {
            node.make_sure_of(room).await?;
        }
        let homes = Homes::begin(node.clone(), address.to_string()).await?;
        let homes = tokio::spawn(homes.run());

        let places = Arc::new(Semaphore::new(options.limits.connections));
        let files = Arc::new(Files::new(options.page));
        let router = routes(NodeSite { node: node.clone(), files, places: places.clone() });
        let gate = Arc::new(Gate::new(options.limits.sockets(), options.limits.per_address));
        let (head_within, closing) = (options.limits.head_within, node.closing.subscribe());
        let server =
            tokio::spawn(accept(listener, Reception { gate, router, head_within, closing }));
        info!(%address, node = node.nats.node(), "the node begins");
        Ok(Self { node, address, places, server, homes })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What makes its bringer the owner of every room, for half a year.
    ///
    /// # Errors
    /// The owner's name is none.
    pub fn key(&self) -> io::Result<String> {
        let now = self.node.nats.now();
        self.node.owner.sign(OWNER, now, OWNER_LASTS).map_err(io::Error::other)
    }

    /// Waits until it closes by itself, as where a younger node has its name.
    pub async fn closes(&self) {
        closes(&mut self.node.closing.subscribe()).await;
    }

    /// Ends in order: its connections are told, and go to other nodes; so do its rooms.
    ///
    /// # Errors
    /// The server had failed.
    pub async fn stop(self) -> io::Result<()> {
        let Self { node, address: _, places, server, homes } = self;
        node.closing.send_replace(true);
        let all = u32::try_from(node.limits.connections).unwrap_or(u32::MAX);
        let _some_do_not_close = timeout(CLOSING, places.acquire_many(all)).await;
        server.await.map_err(io::Error::other)?;
        homes.await.map_err(io::Error::other)?;
        info!("the node ends");
        Ok(())
    }
}

/// Waits until the node closes.
async fn closes(closing: &mut watch::Receiver<bool>) {
    // Whoever could say so lives as long as the node.
    let _closes = closing.wait_for(|closes| *closes).await;
}

impl Node {
    /// Makes a room, if nobody has yet.
    async fn make_sure_of(&self, room: &str) -> io::Result<()> {
        let id = GroupId::custom(room).map_err(io::Error::other)?;
        let Some(plan) = PLANS.first() else { return Ok(()) };
        let settings = Settings { journal: true, ..plan.settings(self.limits.hold, None) };
        let creation = Creation::named(plan.name)
            .owner(UserId::new(OWNER).map_err(io::Error::other)?)
            .config(settings.build().map_err(io::Error::other)?)
            .epoch(Epoch::at(self.nats.now()));
        let group = creation.build(self.nats.now(), id, self.hash_key);
        let mut group = group.map_err(io::Error::other)?;
        group.install_filter(self.words.filter.clone());
        let in_force = self.use_words();
        group.push(self.nats.now(), Author::App, in_force).map_err(io::Error::other)?;
        while group.poll().is_some() {}
        match self.nats.create(&group).await {
            Ok(()) | Err(NatsError::Refused(Refused::Exists)) => Ok(()),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn use_words(&self) -> Command {
        Command::UseFilter { filter: Some(self.words.filter.id()) }
    }

    /// What a client shows when it comes back, at whichever node.
    fn token(&self, user: &UserId) -> Option<String> {
        let sig = self.pages.sign(user.as_str(), self.nats.now(), TOKEN_LASTS).ok()?;
        Some(format!("{user}:{sig}"))
    }

    /// Whose token it is.
    fn bearer(&self, token: &str) -> Option<UserId> {
        let (user, sig) = token.split_once(':')?;
        self.pages.prove(user, sig, self.nats.now())
    }

    /// Whether it is the owner's key.
    fn is_owners(&self, key: &str) -> bool {
        self.owner.prove(OWNER, key, self.nats.now()).is_some()
    }

    /// A name for somebody who was never here.
    fn newcomer(&self) -> (UserId, String) {
        let number = self.numbers.fetch_add(1, Relaxed) + 1;
        let user = UserId::new(&format!("u{}-{:x}-{number}", self.edge, self.begun));
        (user.expect("letters and numbers are an id"), format!("Viewer {number}"))
    }

    fn rooms(&self) -> MutexGuard<'_, BTreeMap<GroupId, Room>> {
        self.rooms.lock().expect("nobody panics under this lock")
    }

    fn homes(&self) -> MutexGuard<'_, BTreeMap<GroupId, mpsc::Sender<Look>>> {
        self.homes.lock().expect("nobody panics under this lock")
    }

    fn live(&self) -> MutexGuard<'_, Vec<String>> {
        self.live.lock().expect("nobody panics under this lock")
    }

    /// Which rooms there are, as far as a newcomer is told.
    fn room_names(&self) -> Vec<String> {
        self.rooms().keys().take(ROOMS_TOLD).map(ToString::to_string).collect()
    }

    /// The way into a room, which begins to be served here with whoever comes first; `None` where there is none.
    fn enter(self: &Arc<Self>, room: &str) -> Option<Way> {
        let id = GroupId::custom(room).ok()?;
        let mut rooms = self.rooms();
        let room = rooms.get_mut(&id)?;
        let counts = room.counts.clone();
        if let Some(asks) = room.asks.as_ref().filter(|asks| !asks.is_closed()) {
            return Some(Way { asks: asks.clone(), counts });
        }
        let (asks, asked) = mpsc::channel(stage::ASKS);
        tokio::spawn(Stage::run(self.clone(), id, counts.clone(), asked));
        Some(Way { asks: room.asks.insert(asks).clone(), counts })
    }

    /// The text of all figures: of the connection to the others, of the rooms that it is home of, and of those that it
    /// serves.
    async fn figures(&self, connections: usize) -> String {
        let sheet = Sheet::new();
        let homes: BTreeSet<_> = self.homes().keys().cloned().collect();
        let shown = |(id, room): (&GroupId, &Room)| {
            let is_shown = room.asks.is_some() || homes.contains(id);
            is_shown.then(|| (id.clone(), room.counts.clone()))
        };
        let rooms: Vec<_> = self.rooms().iter().filter_map(shown).collect();
        sheet.put(|| {
            metrics::set("liveroom_node_connections", connections);
            metrics::set("liveroom_node_homes", homes.len());
            for (name, total) in self.nats.counts().all() {
                metrics::count(format!("liveroom_nats_{name}_total"), total);
            }
            for (id, counts) in rooms {
                metrics::tell(id.as_str(), &counts);
            }
        });
        let shown = sheet.clone();
        self.look_at_homes(move |group| shown.put(|| record(group))).await;
        sheet.text()
    }

    /// Looks at each group that this node is home of. One whose home does not answer in time is passed over.
    async fn look_at_homes(&self, look: impl Fn(&Group) + Clone + Send + 'static) {
        // It is closed once everybody has looked.
        let (looking, mut looked) = mpsc::channel::<Infallible>(1);
        for home in self.homes().values() {
            let (look, looking) = (look.clone(), looking.clone());
            let _has_too_much_to_do = home.try_send(Box::new(move |group: &Group| {
                look(group);
                drop(looking);
            }));
        }
        drop(looking);
        let _some_did_not_answer = timeout(SHOWN, looked.recv()).await;
    }
}
