//! The command line of the live host.

#![forbid(unsafe_code)]

use std::{
    io::{self, IsTerminal},
    net::SocketAddr,
    path::PathBuf,
    pin::pin,
    process::ExitCode,
    str::FromStr,
    time::Duration,
};

use clap::Parser;
use live::{
    Address, AppKey, CallbackOptions, DataOptions, Host, Limits, LogForm, NodeHost, NodeOptions,
    Options, begin_log,
};
use liveroom::{AppId, Clock, Epoch, Silence, store::Durability};
use tokio::{
    select,
    time::{MissedTickBehavior, interval},
};

/// A live room in your browser, on the liveroom engine.
///
/// Open the address that it prints in two windows and talk. Without --data nothing is stored: when it ends, all is gone.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// An app of the modelled service, and the key that its users' signatures are made with; may be given more than
    /// once. The rooms of the page are the first app's. Without any: one with a new key, which is printed.
    #[arg(long, value_name = "ID:KEY")]
    app: Vec<AppKey>,

    /// The user who administers every app.
    #[arg(long, value_name = "NAME", default_value = Options::ADMIN)]
    admin: String,

    /// Print a signature with which that user of the first app logs in, alone on the last line, and end. It holds for
    /// 180 days.
    #[arg(long, value_name = "NAME", requires = "app")]
    usersig: Option<String>,

    /// The app's own server, which is asked before messages, joins and new groups, and told what happened. By http
    /// alone: one that is far is reached through a proxy that speaks TLS.
    #[arg(long, value_name = "URL")]
    callback: Option<Address>,

    /// What is done where that server does not answer within 2 seconds: deliver or deny.
    #[arg(long, value_name = "POLICY", default_value = "deliver", requires = "callback")]
    callback_default: Policy,

    /// Sign what that server is sent (`Sign`, `RequestTime`) with this token.
    #[arg(long, value_name = "TOKEN", requires = "callback")]
    callback_token: Option<String>,

    /// Keep groups, settings, keys and tokens in this folder, and go on with what is in it. What is answered for is on
    /// disk.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// What an answer waits for: every (the disk), never (the system, so that a failure of the machine takes some
    /// along), or a number of milliseconds after which the disk is asked at the latest.
    #[arg(long, value_name = "WHEN", default_value = "every", requires = "data")]
    durability: Waits,

    /// For how many hours back every moment of a group can be had again, with the journal example.
    #[arg(long, value_name = "HOURS", default_value_t = 0, requires = "data")]
    keep: u32,

    /// Be one node of many: any of them serves any room. Where the NATS servers are, which have `JetStream`, by commas.
    #[arg(long, value_name = "URL", requires = "node", requires = "app",
        conflicts_with_all = ["callback", "data", "crowd", "preview"])]
    nats: Option<String>,

    /// What this node is called: letters, digits, - and _; no other is called so.
    #[arg(long, value_name = "NAME", requires = "nats")]
    node: Option<String>,

    /// A credentials file for the NATS servers.
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_credentials: Option<PathBuf>,

    /// Speak TLS with the NATS servers, and know them by the certificates in this file.
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_roots: Option<PathBuf>,

    /// How many NATS servers keep a copy of what is written, where nothing is there yet.
    #[arg(long, value_name = "N", requires = "nats", default_value_t = 1,
        value_parser = clap::value_parser!(u8).range(1..=5))]
    nats_replicas: u8,

    /// The NATS servers had a power failure, and what was told before this time may be lost, in seconds as `date +%s` says
    /// it: rooms that are older begin anew. Stop all nodes, and start them with the same.
    #[arg(long, value_name = "SECONDS", requires = "nats", default_value_t = 0)]
    nats_lost_before: u32,

    /// A room of the nodes, made if it is not there; may be given more than once. Default: live.
    #[arg(long, value_name = "ID", requires = "nats")]
    room: Vec<String>,

    /// Simulated viewers, who chat, like and give; one in five is a guest.
    #[arg(long, value_name = "N", default_value_t = 0)]
    crowd: usize,

    /// What is said in the show is seen by its owner alone for so many seconds, 2 to 6, and may be withdrawn.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(2..=6))]
    preview: Option<u64>,

    /// Connections at once; one more is told that the host is busy.
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    connections: usize,

    /// Connections at once from one IPv4 address, or from one /64 of IPv6.
    #[arg(long, value_name = "N", default_value_t = Limits::default().per_address)]
    per_address: usize,

    /// How many milliseconds entries wait for others to go out with them; by default 25 for each 1,000
    /// readers, at most 250.
    #[arg(long, value_name = "MS")]
    tick: Option<u32>,

    /// Serve /metrics to other machines too.
    #[arg(long)]
    metrics_to_all: bool,

    /// What is written to standard error: off, text or json.
    #[arg(long, value_name = "FORM", default_value = "text")]
    log: LogForm,

    /// How much of it: error, warn, info, debug, trace, or a list by target: `live` is the host, and
    /// `liveroom` what groups tell, which in a busy room is much.
    #[arg(long, value_name = "LEVEL", default_value = "info,liveroom=warn")]
    log_level: String,

    /// Serve the page's files from this folder, each time as they are there: for work on the page.
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,
}

/// What the silence of the app's own server means.
#[derive(Clone, Copy, Debug)]
struct Policy(Silence);

impl FromStr for Policy {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "deliver" => Ok(Self(Silence::Allow)),
            "deny" => Ok(Self(Silence::Reject)),
            _ => Err("deliver or deny"),
        }
    }
}

/// What an answer waits for.
#[derive(Clone, Copy, Debug)]
struct Waits(Durability);

impl FromStr for Waits {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match (text, text.parse()) {
            ("every", _) => Ok(Self(Durability::Every)),
            ("never", _) => Ok(Self(Durability::Never)),
            (_, Ok(millis)) if millis > 0 => {
                Ok(Self(Durability::Interval(Duration::from_millis(millis))))
            }
            _ => Err("every, never, or a number of milliseconds"),
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  live --crowd 2000                a busy room at http://127.0.0.1:8080/
  live --listen 0.0.0.0:8080       a quiet one, for everybody in the house
  live --data shows                one that goes on where it ended, however it ended

As one of many machines, each with the same app and a name of its own, beside a NATS server (nats-server -js):
  live --listen 0.0.0.0:8080 --app 1400000000:secret --nats nats://10.0.0.9:4222 --node a

For clients of the modelled service, say where the host is and bring a signature:
  live --app 1400000000:secret
  live --app 1400000000:secret --usersig ann
  tim = TIM.create({ SDKAppID: 1400000000, proxyServer: 'ws://127.0.0.1:8080' })
  tim.login({ userID: 'ann', userSig: 'what the second line printed' })
  tim.joinGroup({ groupID: 'live' })                        the first room of the page

For servers of it, make a signature for the administrator, and say where the app's own server is:
  live --app 1400000000:secret --callback http://127.0.0.1:8000/im
  live --app 1400000000:secret --usersig administrator
  curl 'http://127.0.0.1:8080/v4/group_open_http_svc/get_group_info?sdkappid=1400000000&identifier=administrator\
&usersig=WHAT-WAS-PRINTED&random=1&contenttype=json' -d '{\"GroupIdList\":[\"live\"]}'

Try these words: \"stupid\" is masked, \"zorgblatt\" is turned away, and \"free coins\" is
held for 20 seconds for the owner to decide, and turned away if nobody does.

Ctrl-C tells everybody, closes in order, and prints what became of every message.";

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(run(Arguments::parse())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("live: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How long a signature from the command line holds: the modelled service's own example.
const SIGNED_FOR: Duration = Duration::from_hours(180 * 24);
/// The app that is there where none is named, by the number of the modelled service's own examples.
const DEMO: AppId = AppId(1_400_000_000);

async fn run(arguments: Arguments) -> io::Result<()> {
    if let (Some(name), Some(app)) = (&arguments.usersig, arguments.app.first()) {
        let sig = app.sign(name, Clock::new().now(), SIGNED_FOR).map_err(io::Error::other)?;
        println!("{sig}");
        return Ok(());
    }
    begin_log(arguments.log, &arguments.log_level).map_err(io::Error::other)?;
    if let Some(beside) = beside(&arguments) {
        return run_node(options(arguments), beside).await;
    }
    let host = Host::start(options(arguments))?;
    let address = host.address();
    println!("viewers  http://{address}/");
    // Once, here, and nowhere else: browsers do not send what stands behind the `#`.
    println!("owner    http://{address}/panel#key={}", host.key());
    println!("teacher  http://{address}/board?group=class#key={}", host.key());
    println!("console  http://{address}/console#token={}", host.console());
    if let Some(demo) = host.demo() {
        println!("app      {}:{}", demo.app(), demo.key());
    }

    let mut minutes = interval(Duration::from_mins(1));
    minutes.set_missed_tick_behavior(MissedTickBehavior::Skip);
    // The first tick comes at once.
    minutes.tick().await;
    let first = host.account();
    let mut last = first.clone();
    let mut ending = pin!(ended());
    loop {
        select! {
            ended = &mut ending => break ended?,
            _minute = minutes.tick() => {
                let account = host.account();
                println!("{}", account.since(&last));
                last = account;
            }
        }
    }
    eprintln!();
    let account = host.stop().await?;
    println!("{account}");
    println!("all in all: {}", account.since(&first));
    Ok(())
}

/// How the command line says that the host is one of many.
fn beside(arguments: &Arguments) -> Option<NodeOptions> {
    let (url, name) = (arguments.nats.clone()?, arguments.node.clone()?);
    let mut beside = NodeOptions {
        credentials: arguments.nats_credentials.clone(),
        roots: arguments.nats_roots.clone(),
        replicas: arguments.nats_replicas.into(),
        oldest_epoch: Epoch(arguments.nats_lost_before),
        ..NodeOptions::new(url, name)
    };
    if !arguments.room.is_empty() {
        beside.rooms.clone_from(&arguments.room);
    }
    Some(beside)
}

/// Serves as one node of many until somebody ends it.
async fn run_node(options: Options, beside: NodeOptions) -> io::Result<()> {
    let rooms = beside.rooms.clone();
    let host = NodeHost::start(options, beside).await?;
    let (address, key) = (host.address(), host.key()?);
    for room in &rooms {
        println!("viewers  http://{address}/?group={room}");
        println!("owner    http://{address}/panel?group={room}#key={key}");
    }
    select! {
        ended = ended() => ended?,
        () = host.closes() => {}
    }
    eprintln!();
    host.stop().await
}

/// Waits until somebody ends it: by Ctrl-C, or as service managers do.
async fn ended() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _told = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// How the command line says that the host is to be started.
fn options(arguments: Arguments) -> Options {
    let Arguments { listen, app, admin, crowd, connections, per_address, .. } = arguments;
    let Arguments {
        tick,
        metrics_to_all,
        page,
        preview,
        callback,
        callback_default,
        callback_token,
        data,
        durability,
        keep,
        ..
    } = arguments;
    let keep = Duration::from_hours(keep.into());
    let data =
        data.map(|dir| DataOptions { durability: durability.0, keep, ..DataOptions::at(dir) });

    let preview = preview.map(Duration::from_secs);
    let limits = Limits::default();
    let mut limits = Limits { connections, per_address, preview, metrics_to_all, ..limits };
    if let Some(tick) = tick {
        limits = limits.with_tick(Duration::from_millis(tick.into()));
    }
    let callbacks = callback.map(|address| CallbackOptions {
        token: callback_token,
        silence: callback_default.0,
        ..CallbackOptions::to(address)
    });
    let show = io::stderr().is_terminal();
    let demo = app.is_empty().then_some(DEMO);
    let of = Options::at(listen);
    Options { apps: app, demo, admin, callbacks, data, crowd, show, page, limits, ..of }
}
