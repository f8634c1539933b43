//! Hosts that are killed at any moment under load, and what their clients find when the next one is there.
//!
//! `KILLS` says how many; `KILLS=300 cargo test --release -p live --test kill -- --nocapture` tells at the end what was
//! found.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead, BufReader, Lines},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

const PATIENCE: Duration = Duration::from_secs(60);
/// Those who talk, and one who only reads.
const SPEAKERS: usize = 12;
const APP: &str = "1400000000:the key of the app";
const ROOM: &str = "live";

/// A host as a process of its own.
struct Host {
    child: Child,
    address: SocketAddr,
    /// It goes on saying things.
    lines: Lines<BufReader<ChildStdout>>,
}

impl Host {
    /// Starts one; `None` if it is killed before it says where it is.
    fn start(dir: &Path, durability: &str, life: Option<Duration>) -> Option<Self> {
        Self::run(Command::new(env!("CARGO_BIN_EXE_live")), dir, durability, life)
    }

    fn run(
        mut command: Command,
        dir: &Path,
        durability: &str,
        life: Option<Duration>,
    ) -> Option<Self> {
        let mut child = command
            .args(["--listen", "127.0.0.1:0", "--log", "off", "--app", APP])
            .args(["--per-address", "4096", "--durability", durability, "--data"])
            .arg(dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        if let Some(life) = life {
            thread::sleep(life);
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        while let Some(Ok(line)) = lines.next() {
            if let Some(rest) = line.strip_prefix("viewers  http://") {
                let address = rest.trim_end_matches('/').parse().unwrap();
                return Some(Self { child, address, lines });
            }
        }
        panic!("the host does not begin: {:?}", child.wait());
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends as a service manager ends it. Returns the last line that it said.
    #[cfg(unix)]
    fn end(&mut self) -> String {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.unwrap().success());
        let said = self.lines.by_ref().map_while(Result::ok).last().unwrap();
        assert!(self.child.wait().unwrap().success());
        said
    }
}

/// What everybody was told, by everybody: of one place they are all told the same.
#[derive(Default)]
struct Told {
    entries: BTreeMap<u64, Value>,
    /// Where a message was delivered, as its author was told.
    delivered: BTreeMap<u64, u64>,
    /// Gifts among them, and all that were sent.
    given: (BTreeSet<u64>, u64),
    epoch: Option<Value>,
}

impl Told {
    fn hear(&mut self, entry: &Value) {
        let seq = entry["seq"].as_u64().unwrap();
        let former = self.entries.entry(seq).or_insert_with(|| entry.clone());
        assert_eq!(former, entry, "two were told different things of one place");
    }

    fn check(&self) {
        for (message, seq) in &self.delivered {
            // Whoever was told so may be alone: those who read may not have come so far.
            if let Some(entry) = self.entries.get(seq) {
                assert_eq!(entry["id"], *message, "something else is where it was delivered");
            }
        }
    }
}

/// One of the room's people, who comes back after every kill.
struct Person {
    speaks: bool,
    nick: String,
    welcome: Value,
    cursor: Value,
    /// The last place that was read.
    read: u64,
    next: u32,
    /// What was sent, by its mark: what was answered.
    sent: BTreeMap<u32, Option<Value>>,
    /// Gifts that were sent at least once.
    tried: BTreeSet<u32>,
    /// Why the host said goodbye.
    byes: BTreeSet<String>,
    found: Found,
}

/// What one of them found.
#[derive(Clone, Copy, Default)]
struct Found {
    acknowledged: u64,
    unanswered: u64,
    kept_unanswered: u64,
    entries: u64,
    missed: u64,
}

type Socket = WebSocketStream<TcpStream>;

async fn connect(address: SocketAddr) -> Option<Socket> {
    let stream = TcpStream::connect(address).await.ok()?;
    Some(client_async(format!("ws://{address}/ws"), stream).await.ok()?.0)
}

/// The next frame; `None` once the host is gone.
async fn next(socket: &mut Socket) -> Option<Value> {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("nothing comes")? {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

impl Person {
    fn new(number: usize) -> Self {
        Self {
            speaks: number > 0,
            nick: format!("Person {number}"),
            welcome: Value::Null,
            cursor: Value::Null,
            read: 0,
            next: 1,
            sent: BTreeMap::new(),
            tried: BTreeSet::new(),
            byes: BTreeSet::new(),
            found: Found::default(),
        }
    }

    /// Comes in, or back, and talks and reads until the host is gone.
    async fn live(
        &mut self,
        address: SocketAddr,
        told: &Mutex<Told>,
        quiet: watch::Receiver<bool>,
    ) {
        let Some(mut socket) = connect(address).await else { return };
        let join = json!({
            "v": 1, "t": "join", "group": ROOM, "nick": self.nick,
            "token": self.welcome["token"], "cursor": self.cursor,
        });
        if socket.send(Message::text(join.to_string())).await.is_err() {
            return;
        }
        let Some(welcome) = next(&mut socket).await else { return };
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        if self.welcome["token"].is_string() {
            assert_eq!(welcome["me"]["user"], self.welcome["me"]["user"], "a token was lost");
            assert_eq!(welcome["resumed"], true, "a cursor was lost: {welcome}");
        }
        {
            let told = told.lock().unwrap();
            let gifts = welcome["gifts"].as_u64().unwrap();
            let (given, sent) = (told.given.0.len() as u64, told.given.1);
            assert!((given..=sent).contains(&gifts), "{gifts} gifts, of {given} to {sent}");
        }
        let epoch = welcome["cursor"]["epoch"].clone();
        assert_eq!(*told.lock().unwrap().epoch.get_or_insert(epoch.clone()), epoch);
        self.cursor = welcome["cursor"].clone();
        self.welcome = welcome;
        if !self.speaks {
            return self.read_on(&mut socket, told).await;
        }
        if self.ask_again(&mut socket, told).await.is_none() {
            return;
        }
        while !*quiet.borrow() {
            let random = self.next;
            self.next += 1;
            self.sent.insert(random, None);
            if self.say(&mut socket, told, random).await.is_none() {
                return;
            }
            sleep(Duration::from_millis(51)).await;
        }
    }

    async fn read_on(&mut self, socket: &mut Socket, told: &Mutex<Told>) {
        while let Some(frame) = next(socket).await {
            self.hear(&frame, told);
        }
    }

    /// Asks what became of the last of what was sent: it is where it was answered to be.
    async fn ask_again(&mut self, socket: &mut Socket, told: &Mutex<Told>) -> Option<()> {
        // A group remembers the last 32 of a user.
        let last: Vec<u32> = self.sent.keys().rev().take(12).copied().collect();
        for random in last.into_iter().rev() {
            let before = self.sent[&random].clone();
            let after = self.say(socket, told, random).await?;
            match before {
                Some(before) => {
                    assert_eq!(after["duplicate"], true, "what was acknowledged is gone: {before}");
                    assert_eq!(after["message"], before["message"]);
                    if before["state"] == "delivered" {
                        assert_eq!(
                            (&after["state"], &after["seq"]),
                            (&before["state"], &before["seq"])
                        );
                    }
                }
                None => {
                    self.found.unanswered += 1;
                    self.found.kept_unanswered += u64::from(after["duplicate"] == true);
                }
            }
        }
        Some(())
    }

    /// Sends something under a mark, and hears until it is answered.
    async fn say(&mut self, socket: &mut Socket, told: &Mutex<Told>, random: u32) -> Option<Value> {
        let gift = random.is_multiple_of(4);
        let (kind, data) = if gift { ("gift", r#"{"gift":"rose","n":1}"#) } else { ("text", "") };
        if gift && self.tried.insert(random) {
            told.lock().unwrap().given.1 += 1;
        }
        let text = if gift { String::new() } else { format!("{} says {random}", self.nick) };
        let frame = json!({
            "v": 1, "t": "send", "id": random, "kind": kind, "text": text, "data": data, "random": random,
        });
        socket.send(Message::text(frame.to_string())).await.ok()?;
        loop {
            let frame = next(socket).await?;
            self.hear(&frame, told);
            if frame["t"] == "receipt" && frame["id"] == random {
                if frame["code"] == "restart" {
                    self.sent.remove(&random);
                    return None;
                }
                assert_ne!(frame["state"], "refused", "{frame}");
                if frame["state"] == "delivered"
                    && let (Some(message), Some(seq)) =
                        (frame["message"].as_u64(), frame["seq"].as_u64())
                {
                    let mut told = told.lock().unwrap();
                    told.delivered.insert(message, seq);
                    if gift {
                        told.given.0.insert(message);
                    }
                }
                if self.sent.insert(random, Some(frame.clone())).flatten().is_none() {
                    self.found.acknowledged += 1;
                }
                return Some(frame);
            }
        }
    }

    fn hear(&mut self, frame: &Value, told: &Mutex<Told>) {
        if let ("bye", Some(code)) =
            (frame["t"].as_str().unwrap_or_default(), frame["code"].as_str())
        {
            self.byes.insert(code.to_owned());
        }
        if frame["t"] != "batch" {
            return;
        }
        let mut told = told.lock().unwrap();
        for entry in frame["entries"].as_array().into_iter().flatten() {
            let seq = entry["seq"].as_u64().unwrap();
            assert!(seq > self.read, "{seq} comes again, or out of order");
            self.read = seq;
            self.found.entries += 1;
            told.hear(entry);
        }
        let missed = frame["missed"].as_object().into_iter().flatten();
        self.found.missed += missed.filter_map(|(_, count)| count.as_u64()).sum::<u64>();
        self.cursor = frame["cursor"].clone();
    }
}

/// The app's own server, which counts, and remembers what it was answered.
#[derive(Default)]
struct Counting {
    answered: i64,
    unanswered: i64,
    groups: Vec<String>,
}

impl Counting {
    async fn live(&mut self, address: SocketAddr) {
        let id = format!("g{}", self.groups.len());
        let new = json!({"Type": "AVChatRoom", "Name": "x", "GroupId": id});
        match call(address, "create_group", &new).await {
            Some(0 | 10021 | 10025) => self.groups.push(id),
            // It is about to end.
            Some(10002) | None => return,
            Some(code) => panic!("no group is made: {code}"),
        }
        loop {
            let count = json!({"GroupId": "g0", "Mode": "Increase", "GroupCounter": [{"Key": "likes", "Value": 1}]});
            self.unanswered += 1;
            // An app may call a command 200 times a second.
            sleep(Duration::from_millis(6)).await;
            match call(address, "update_group_counter", &count).await {
                Some(0) => {
                    self.unanswered -= 1;
                    self.answered += 1;
                }
                Some(10002) | None => return,
                Some(code) => panic!("it does not count: {code}"),
            }
        }
    }

    /// What a new host says of it.
    async fn check(&self, address: SocketAddr) {
        if self.groups.is_empty() {
            return;
        }
        let ids = json!({"GroupIdList": self.groups});
        let told = ask(address, "get_group_info", &ids).await.unwrap();
        for group in told["GroupInfo"].as_array().unwrap() {
            assert_eq!(group["ErrorCode"], 0, "a group is gone: {group}");
        }
        let told = ask(address, "get_group_counter", &json!({"GroupId": "g0"})).await.unwrap();
        let likes = told["GroupCounter"][0]["Value"].as_i64().unwrap_or_default();
        assert!(
            (self.answered..=self.answered + self.unanswered).contains(&likes),
            "{likes} were counted, {} were answered for and {} were not",
            self.answered,
            self.unanswered
        );
    }
}

async fn call(address: SocketAddr, command: &str, body: &Value) -> Option<u64> {
    ask(address, command, body).await?["ErrorCode"].as_u64()
}

async fn ask(address: SocketAddr, command: &str, body: &Value) -> Option<Value> {
    let app: live::AppKey = APP.parse().unwrap();
    let sig = app.sign("administrator", liveroom::Clock::new().now(), PATIENCE).unwrap();
    let query = format!("sdkappid={}&identifier=administrator&usersig={sig}&random=1", app.app());
    let body = body.to_string();
    let request = format!(
        "POST /v4/group_open_http_svc/{command}?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("no answer comes").ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    serde_json::from_str(body).ok()
}

struct World {
    people: Vec<Person>,
    counting: Counting,
    told: Arc<Mutex<Told>>,
}

impl World {
    fn new() -> Self {
        Self {
            people: (0..=SPEAKERS).map(Person::new).collect(),
            counting: Counting::default(),
            told: Arc::default(),
        }
    }

    /// Everybody lives in a host until it is gone, by what `end` does.
    fn live(
        &mut self,
        runtime: &Runtime,
        host: &mut Host,
        life: Duration,
        end: impl FnOnce(&mut Host),
    ) {
        let address = host.address;
        runtime.block_on(self.counting.check(address));
        let (_quiet, quiet) = watch::channel(false);
        let mut tasks = Vec::new();
        for mut person in self.people.drain(..) {
            let (told, quiet) = (self.told.clone(), quiet.clone());
            tasks.push(runtime.spawn(async move {
                person.live(address, &told, quiet).await;
                person
            }));
        }
        let mut counting = std::mem::take(&mut self.counting);
        let counting = runtime.spawn(async move {
            counting.live(address).await;
            counting
        });
        thread::sleep(life);
        end(host);
        self.counting = runtime.block_on(counting).unwrap();
        for task in tasks {
            self.people.push(runtime.block_on(task).unwrap());
        }
        self.told.lock().unwrap().check();
    }
}

#[test]
fn what_clients_were_answered_is_there_after_a_kill_at_any_moment() {
    let kills = env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(9_u64);
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64 ^ u64::from(std::process::id());
    println!("the dice begin with {dice}");
    let mut roll = |most: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_micros((dice >> 33) % (most * 1_000))
    };
    let runtime = Runtime::new().unwrap();
    let (mut dir, mut world) = (tempfile::tempdir().unwrap(), World::new());
    let (mut all, mut most, mut times, mut found) =
        (Duration::ZERO, Duration::ZERO, 0, Found::default());
    let mut sum = |world: &World| {
        for person in &world.people {
            found.acknowledged += person.found.acknowledged;
            found.unanswered += person.found.unanswered;
            found.kept_unanswered += person.found.kept_unanswered;
            found.entries += person.found.entries;
            found.missed += person.found.missed;
        }
    };
    for kill in 0..kills {
        let durability = ["every", "50", "never"][usize::try_from(kill / 3 % 3).unwrap()];
        if kill % 30 == 0 && kill > 0 {
            sum(&world);
            (dir, world) = (tempfile::tempdir().unwrap(), World::new());
        }
        if kill % 5 == 4 {
            // While it begins, too, and while it begins for the first time.
            assert!(Host::start(dir.path(), durability, Some(roll(60))).is_none());
            let new = tempfile::tempdir().unwrap();
            assert!(Host::start(new.path(), durability, Some(roll(60))).is_none());
            let mut host = Host::start(new.path(), durability, None).unwrap();
            runtime.block_on(is_furnished(host.address));
            host.kill();
            continue;
        }
        let begun = Instant::now();
        let mut host = Host::start(dir.path(), durability, None).unwrap();
        let time = begun.elapsed();
        (all, most, times) = (all + time, most.max(time), times + 1);
        world.live(&runtime, &mut host, Duration::from_millis(50) + roll(1_500), Host::kill);
    }
    sum(&world);
    let mut host = Host::start(dir.path(), "every", None).unwrap();
    runtime.block_on(world.counting.check(host.address));
    host.kill();
    let Found { acknowledged, unanswered, kept_unanswered, entries, missed } = found;
    assert!(acknowledged > 0 && entries > 0, "nothing happened");
    println!(
        "{kills} kills: {acknowledged} messages and {} counts acknowledged, none lost; of {unanswered} that were sent \
         and not answered {kept_unanswered} were there; {entries} entries read, {missed} told as missed; a new host \
         listens after {:.0?} on average, {most:.0?} at most",
        world.counting.answered,
        all / times.max(1)
    );
}

#[cfg(unix)]
#[test]
fn a_host_that_is_told_to_end_hands_over_all_that_it_accepted() {
    let runtime = Runtime::new().unwrap();
    let (dir, mut world) = (tempfile::tempdir().unwrap(), World::new());
    for _ in 0..3 {
        let mut host = Host::start(dir.path(), "every", None).unwrap();
        let mut said = String::new();
        let life = Duration::from_millis(1_500);
        world.live(&runtime, &mut host, life, |host| said = host.end());
        assert!(said.starts_with("all in all: "), "{said}");
        let unanswered = world.people.iter().filter(|it| it.sent.values().any(Option::is_none));
        // Whatever it took in it has answered, but for what came while it said goodbye.
        println!("{said}; {} had no answer to their last", unanswered.count());
    }
    for byes in world.people.iter().map(|it| &it.byes) {
        assert!(byes.iter().all(|code| code == "restart"), "not why it ended: {byes:?}");
    }
    let found = world.people.iter().map(|person| person.found);
    assert_eq!(found.map(|found| found.missed).sum::<u64>(), 0);
    let mut host = Host::start(dir.path(), "every", None).unwrap();
    runtime.block_on(world.counting.check(host.address));
    host.kill();
}

/// Whether the first room has its profile and its words.
async fn is_furnished(address: SocketAddr) {
    let mut socket = connect(address).await.unwrap();
    let join = json!({"v": 1, "t": "join", "group": ROOM, "nick": "Ann"});
    let send =
        json!({"v": 1, "t": "send", "id": 1, "kind": "text", "text": "zorgblatt", "random": 1});
    for frame in [join, send] {
        socket.send(Message::text(frame.to_string())).await.unwrap();
    }
    loop {
        let frame = next(&mut socket).await.unwrap();
        match frame["t"].as_str() {
            Some("welcome") => assert_ne!(frame["group"]["introduction"], ""),
            Some("receipt") => {
                break assert_eq!(frame["state"], "rejected", "a room without words");
            }
            _ => {}
        }
    }
}

/// A message to the group, and where it came.
async fn send(address: SocketAddr, random: u32) -> Value {
    let text = "x".repeat(6_000);
    let body = json!({
        "GroupId": "g", "Random": random,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}],
    });
    ask(address, "send_group_msg", &body).await.unwrap()
}

/// The status of the host's health.
async fn health(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_takes_nothing_is_said_so_and_taken_up_again_when_it_does() {
    let dir = tempfile::tempdir().unwrap();
    // The system lets it write no file longer than 600 KB: as on a full disk, what is written fails.
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"trap "" XFSZ; ulimit -S -f 1200; exec "$0" "$@""#]);
    limited.arg(env!("CARGO_BIN_EXE_live"));
    let mut host = Host::run(limited, dir.path(), "every", None).unwrap();
    let address = host.address;
    let runtime = Runtime::new().unwrap();
    let kept = runtime.block_on(async {
        let new = json!({"Type": "AVChatRoom", "Name": "x", "GroupId": "g"});
        assert_eq!(call(address, "create_group", &new).await, Some(0));
        let mut socket = connect(address).await.unwrap();
        let join = json!({"v": 1, "t": "join", "nick": "Ann"});
        socket.send(Message::text(join.to_string())).await.unwrap();
        let mut kept = BTreeMap::new();
        for random in 1.. {
            let reply = send(address, random).await;
            if reply["ErrorCode"] == 0 {
                kept.insert(random, reply["MsgSeq"].clone());
            } else {
                assert_eq!(reply["ErrorCode"], 10002, "{reply}");
                break;
            }
            assert!(random < 1_000, "it is never full");
            sleep(Duration::from_millis(25)).await;
        }
        let health_then = health(address).await;
        assert!(health_then.starts_with("HTTP/1.1 503"), "{health_then}");
        assert!(health_then.contains("nothing is taken in"), "{health_then}");
        let mut said = async |random: u32| {
            let frame = json!({"v": 1, "t": "send", "id": random, "kind": "text", "text": "hello", "random": random});
            socket.send(Message::text(frame.to_string())).await.unwrap();
            loop {
                let frame = next(&mut socket).await.expect("readers stay");
                if frame["t"] == "receipt" {
                    return frame;
                }
            }
        };
        assert_eq!(said(1).await["code"], "not_kept");
        let pid = i32::try_from(host.child.id()).unwrap();
        let all = (u64::MAX, u64::MAX);
        rlimit::prlimit(pid, rlimit::Resource::FSIZE, Some(all), None).unwrap();
        let begun = Instant::now();
        while !health(address).await.starts_with("HTTP/1.1 200") {
            assert!(begun.elapsed() < PATIENCE, "it does not come back");
            sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(said(1).await["state"], "delivered");
        let reply = send(address, 5_000).await;
        assert_eq!(reply["ErrorCode"], 0);
        kept.insert(5_000, reply["MsgSeq"].clone());
        kept
    });
    host.kill();
    let mut host = Host::start(dir.path(), "every", None).unwrap();
    runtime.block_on(async {
        // As many as a group remembers marks of one author.
        for (random, seq) in kept.iter().rev().take(32) {
            let again = send(host.address, *random).await;
            assert_eq!((&again["ErrorCode"], &again["MsgSeq"]), (&json!(0), seq));
        }
    });
    host.kill();
}
