//! One viewer over real WebSockets, who comes back by themselves to whichever node answers.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use crate::{
    course::{Said, Seen, Sight},
    node::ROOM,
    speaker::Speaker,
};

/// How long a node may take to let somebody in until the next one is tried.
const COMES_IN: Duration = Duration::from_secs(3);
/// How long to wait before the next node is tried.
const NEXT: Duration = Duration::from_millis(100);
/// How often it is looked whether there is something to say.
const LOOK: Duration = Duration::from_millis(20);
/// After so long a silence a client asks, and after so much longer it takes the connection for lost: PROTOCOL.md.
const SILENT: Duration = Duration::from_secs(20);
const LOST: Duration = Duration::from_secs(10);

type Socket = WebSocketStream<TcpStream>;

/// How far a viewer is, for whoever waits for them.
#[derive(Debug, Default)]
pub struct Gauge {
    /// Whether they are in.
    pub inside: AtomicBool,
    /// The place of the last entry that they saw.
    pub reached: AtomicU64,
    /// How many of their messages have no end yet.
    pub open: AtomicU64,
    /// How many they sent.
    pub sent: AtomicU64,
    /// How many of those are acknowledged.
    pub acknowledged: AtomicU64,
}

/// Someone who watches, and may speak.
#[derive(Debug)]
pub struct Viewer {
    nick: String,
    nodes: Arc<[SocketAddr]>,
    /// At which of the nodes they are, or try next.
    at: usize,
    begun: Instant,
    speaker: Option<Speaker>,
    gauge: Arc<Gauge>,
    token: Value,
    cursor: Value,
    user: Value,
    sight: Sight,
    notes: Vec<String>,
    pinged: bool,
}

/// What a viewer tells in the end.
#[derive(Debug)]
pub struct Told {
    /// What they saw.
    pub sight: Sight,
    /// What they said.
    pub said: Vec<Said>,
    /// What was odd.
    pub notes: Vec<String>,
}

/// Why a connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Lost,
    TurnedAway,
    Ended,
}

impl Viewer {
    /// One who comes in at that node first.
    pub fn new(nick: String, nodes: Arc<[SocketAddr]>, at: usize, begun: Instant) -> Self {
        Self {
            nick,
            nodes,
            at,
            begun,
            speaker: None,
            gauge: Arc::default(),
            token: Value::Null,
            cursor: Value::Null,
            user: Value::Null,
            sight: Sight::default(),
            notes: Vec::new(),
            pinged: false,
        }
    }

    /// One who speaks.
    #[must_use]
    pub fn speaking(self, speaker: Speaker) -> Self {
        Self { speaker: Some(speaker), ..self }
    }

    /// How far they are.
    pub fn gauge(&self) -> Arc<Gauge> {
        self.gauge.clone()
    }

    /// Whether somebody is let in at a node at this moment.
    pub async fn is_let_in(node: SocketAddr) -> bool {
        let mut viewer = Self::new("door".to_owned(), [node].into(), 0, Instant::now());
        matches!(timeout(COMES_IN, viewer.come_in()).await, Ok(Some(_)))
    }

    /// Watches and speaks until it is told to end.
    pub async fn live(mut self, mut end: watch::Receiver<bool>) -> Told {
        while !*end.borrow() {
            let left = match timeout(COMES_IN, self.come_in()).await {
                Ok(Some(socket)) => self.stay(socket, &end).await,
                // The node that was left may be the one that answers: it is tried first, and then the next.
                Ok(None) | Err(_) => {
                    self.at = (self.at + 1) % self.nodes.len();
                    Left::Lost
                }
            };
            self.gauge.inside.store(false, Relaxed);
            if left == Left::TurnedAway {
                // A client does not come back then. Whatever follows is lost to it.
                let _ = end.wait_for(|end| *end).await;
            }
            let now = self.now();
            if let Some(speaker) = &mut self.speaker {
                speaker.handle_lost(now);
            }
            sleep(NEXT).await;
        }
        let said = self.speaker.into_iter().flat_map(Speaker::into_said).collect();
        Told { sight: self.sight, said, notes: self.notes }
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    fn note(&mut self, words: &str) {
        self.notes.push(format!("{} at {:.1} s: {words}", self.nick, self.now().as_secs_f64()));
    }

    async fn come_in(&mut self) -> Option<Socket> {
        let address = self.nodes[self.at];
        let stream = TcpStream::connect(address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (mut socket, _) = client_async(format!("ws://{address}/ws"), stream).await.ok()?;
        let (token, cursor) = (&self.token, &self.cursor);
        let join = json!({
            "v": 1, "t": "join", "group": ROOM, "nick": self.nick, "token": token, "cursor": cursor,
        });
        socket.send(Message::text(join.to_string())).await.ok()?;
        loop {
            let Message::Text(text) = socket.next().await?.ok()? else { continue };
            let frame: Value = serde_json::from_str(&text).ok()?;
            match frame["t"].as_str() {
                Some("welcome") => {
                    self.welcome(&frame);
                    return Some(socket);
                }
                Some("refused" | "error" | "bye") => {
                    self.note(&format!("not let in: {text}"));
                    return None;
                }
                _ => {}
            }
        }
    }

    fn welcome(&mut self, welcome: &Value) {
        if !self.token.is_null() {
            if welcome["me"]["user"] != self.user {
                self.note("the token was taken for none");
            } else if welcome["resumed"] != true {
                self.note("the cursor was not good any more");
            }
        }
        self.user = welcome["me"]["user"].clone();
        self.token = welcome["token"].clone();
        self.cursor = welcome["cursor"].clone();
        self.gauge.inside.store(true, Relaxed);
    }

    /// Reads and speaks over one connection.
    async fn stay(&mut self, mut socket: Socket, end: &watch::Receiver<bool>) -> Left {
        let mut heard = self.now();
        self.pinged = false;
        loop {
            if *end.borrow() {
                return Left::Ended;
            }
            if self.speak(&mut socket).await.is_none() {
                return Left::Lost;
            }
            match timeout(LOOK, socket.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => {
                    heard = self.now();
                    self.pinged = false;
                    if let Some(left) = self.handle(&text) {
                        return left;
                    }
                }
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return Left::Lost,
                Ok(Some(Ok(_))) => heard = self.now(),
                Err(_) => {}
            }
            let silence = self.now() - heard;
            if silence > SILENT + LOST {
                return Left::Lost;
            }
            if silence > SILENT && !self.pinged {
                self.pinged = true;
                let ping = json!({"v": 1, "t": "ping"}).to_string();
                if socket.send(Message::text(ping)).await.is_err() {
                    return Left::Lost;
                }
            }
        }
    }

    /// Sends what is due; `None` if the connection is lost.
    async fn speak(&mut self, socket: &mut Socket) -> Option<()> {
        let now = self.now();
        let Some(speaker) = &mut self.speaker else { return Some(()) };
        while let Some(frame) = speaker.poll(now) {
            socket.send(Message::text(frame.to_string())).await.ok()?;
        }
        let (sent, acknowledged) = speaker.counts();
        self.gauge.sent.store(sent, Relaxed);
        self.gauge.acknowledged.store(acknowledged, Relaxed);
        let open = if speaker.is_done(now) { 0 } else { speaker.open().max(1) };
        self.gauge.open.store(open as u64, Relaxed);
        Some(())
    }

    fn handle(&mut self, text: &str) -> Option<Left> {
        let now = self.now();
        let frame: Value = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(error) => {
                self.note(&format!("a frame that is none: {error}"));
                return Some(Left::TurnedAway);
            }
        };
        match frame["t"].as_str() {
            Some("batch") => self.read(now, &frame),
            Some("receipt" | "ended") => {
                if let Some(speaker) = &mut self.speaker {
                    speaker.handle_answer(now, &frame);
                }
            }
            Some("bye") if frame["may_reconnect"] == true => return Some(Left::Lost),
            Some("bye" | "error") => {
                self.note(&format!("turned away: {text}"));
                return Some(Left::TurnedAway);
            }
            _ => {}
        }
        None
    }

    fn read(&mut self, at: Duration, batch: &Value) {
        for entry in batch["entries"].as_array().into_iter().flatten() {
            let Some(seq) = entry["seq"].as_u64() else { continue };
            let is_message = entry["type"] == "message";
            let text = is_message.then(|| entry["text"].as_str().unwrap_or_default().to_owned());
            self.sight.seen.push(Seen { at, seq, text });
            self.gauge.reached.store(seq, Relaxed);
        }
        let missed = batch["missed"]["normal"].as_u64().unwrap_or_default();
        if missed > 0 {
            self.sight.missed += missed;
            self.note(&format!("told of {missed} messages that they missed"));
        }
        self.cursor = batch["cursor"].clone();
    }
}
