//! A client to test with.

pub(crate) mod rest;
pub(crate) mod sdk;

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use live::{Host, Limits, Options};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

/// Long enough for a busy machine; what never comes is noticed after it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn options() -> Options {
    Options::at(([127, 0, 0, 1], 0).into())
}

pub(crate) fn start(options: Options) -> Host {
    Host::start(options).unwrap()
}

pub(crate) fn host() -> Host {
    start(options())
}

pub(crate) fn host_with(limits: Limits) -> Host {
    start(Options { limits, ..options() })
}

/// The messages among some entries.
pub(crate) fn messages(entries: &[Value]) -> impl Iterator<Item = &Value> {
    entries.iter().filter(|entry| entry["type"] == "message")
}

/// How far a cursor has come.
pub(crate) fn position(cursor: &Value) -> u64 {
    cursor["passed"].as_array().unwrap().iter().filter_map(Value::as_u64).sum()
}

/// The head of the answer to a plain request.
pub(crate) async fn request(host: &Host, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(host.address()).await.unwrap();
    let (ip, port) = (host.address().ip(), host.address().port());
    let request = format!("GET {path} HTTP/1.1\r\nHost: {ip}:{port}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// The whole answer to a plain request.
pub(crate) async fn get(host: &Host, path: &str) -> String {
    let mut stream = TcpStream::connect(host.address()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    /// As the page keeps it: the newest that came.
    pub(crate) cursor: Value,
    /// Entries that came in batches that were passed over.
    entries: Vec<Value>,
    /// What it alone was told while it waited for an answer: the two come in any order.
    aside: VecDeque<Value>,
    sent: u64,
}

impl Client {
    pub(crate) async fn connect(host: &Host) -> Self {
        Self::over(host, TcpSocket::new_v4().unwrap()).await
    }

    /// With as small a receive buffer as the system gives.
    pub(crate) async fn connect_narrow(host: &Host) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(1).unwrap();
        Self::over(host, socket).await
    }

    async fn over(host: &Host, socket: TcpSocket) -> Self {
        Self::at(host.address(), socket).await
    }

    /// At a host of another process.
    pub(crate) async fn at(address: SocketAddr, socket: TcpSocket) -> Self {
        let stream = socket.connect(address).await.unwrap();
        let url = format!("ws://{address}/ws");
        let (socket, _) = client_async(url, stream).await.unwrap();
        Self { socket, cursor: Value::Null, entries: Vec::new(), aside: VecDeque::new(), sent: 0 }
    }

    pub(crate) async fn joined(host: &Host, nick: &str) -> (Self, Value) {
        let mut client = Self::connect(host).await;
        let welcome = client.join(&json!({"v": 1, "t": "join", "nick": nick})).await;
        (client, welcome)
    }

    pub(crate) async fn join(&mut self, frame: &Value) -> Value {
        self.send(frame).await;
        self.next_of("welcome").await
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// A host that has closed already is no failure: what it said before is read all the same.
    pub(crate) async fn send_text(&mut self, text: &str) {
        let _closed = self.socket.send(Message::text(text)).await;
    }

    pub(crate) async fn send_binary(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// Sends words, and returns the receipt.
    pub(crate) async fn say(&mut self, text: &str) -> Value {
        self.offer("text", text, "").await
    }

    /// Sends a gift, and returns the receipt.
    pub(crate) async fn give(&mut self, data: &str) -> Value {
        self.offer("gift", "", data).await
    }

    /// Sends a message of any kind, and returns the receipt.
    pub(crate) async fn offer(&mut self, kind: impl Into<Value>, text: &str, data: &str) -> Value {
        let kind = kind.into();
        self.sent += 1;
        let (id, random) = (self.sent, 1_000 + self.sent);
        self.send(&json!({
            "v": 1, "t": "send", "id": id, "kind": kind, "text": text, "data": data, "random": random,
        }))
        .await;
        let receipt = self.answer_of("receipt").await;
        assert_eq!((&receipt["id"], &receipt["random"]), (&json!(id), &json!(random)));
        receipt
    }

    /// Comes into a room as the owner.
    pub(crate) async fn owner(host: &Host, room: &str) -> (Self, Value) {
        let mut client = Self::connect(host).await;
        let join = json!({"v": 1, "t": "join", "group": room, "nick": "Mia", "key": host.key()});
        let welcome = client.join(&join).await;
        (client, welcome)
    }

    /// Comes into a room as somebody.
    pub(crate) async fn joined_in(host: &Host, room: &str, nick: &str) -> (Self, Value) {
        let mut client = Self::connect(host).await;
        let welcome = client.join(&json!({"v": 1, "t": "join", "group": room, "nick": nick})).await;
        (client, welcome)
    }

    /// Does something, and returns how it was answered; `deed` has the word and its fields.
    pub(crate) async fn act(&mut self, deed: Value) -> Value {
        self.sent += 1;
        let mut frame = json!({"v": 1, "t": "do", "id": self.sent});
        frame.as_object_mut().unwrap().extend(deed.as_object().unwrap().clone());
        self.send(&frame).await;
        let done = self.answer_of("done").await;
        assert_eq!(done["id"], self.sent);
        done
    }

    /// The next message of the socket; `None` once it is closed.
    async fn next_message(&mut self) -> Option<Message> {
        match timeout(PATIENCE, self.socket.next()).await.expect("it does not come") {
            Some(Ok(Message::Close(_)) | Err(_)) | None => None,
            Some(Ok(message)) => Some(message),
        }
    }

    /// The next frame; `null` once it is closed.
    async fn next(&mut self) -> Value {
        loop {
            match self.next_message().await {
                None => return Value::Null,
                Some(Message::Text(text)) => return self.keep(&text),
                Some(Message::Ping(_)) => self.socket.flush().await.unwrap(),
                Some(_) => {}
            }
        }
    }

    fn keep(&mut self, text: &str) -> Value {
        let frame: Value = serde_json::from_str(text).unwrap();
        assert_eq!(frame["v"], 1);
        if frame["t"] == "batch" || frame["t"] == "welcome" {
            self.cursor = frame["cursor"].clone();
        }
        self.entries.extend(frame["entries"].as_array().into_iter().flatten().cloned());
        frame
    }

    /// The next answer; what is told meanwhile is kept for later.
    async fn answer_of(&mut self, t: &str) -> Value {
        let mut aside = std::mem::take(&mut self.aside);
        let told = |frame: &Value| {
            ["direct", "ended", "ask", "asked", "order", "echo", "audit", "previews"]
                .iter()
                .any(|t| frame["t"] == *t)
        };
        let answer = loop {
            let frame = self.until(|frame| frame["t"] == t || told(frame)).await;
            if frame["t"] == t {
                break frame;
            }
            aside.push_back(frame);
        };
        self.aside = aside;
        answer
    }

    /// What does not come within the time is not waited for, whatever else comes.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.aside.iter().position(&wanted) {
            return self.aside.remove(at).unwrap();
        }
        let found = async {
            loop {
                let frame = self.next().await;
                assert_ne!(frame, Value::Null, "it closed first");
                if wanted(&frame) {
                    return frame;
                }
            }
        };
        timeout(PATIENCE, found).await.expect("it does not come")
    }

    pub(crate) async fn next_of(&mut self, t: &str) -> Value {
        self.until(|frame| frame["t"] == t).await
    }

    /// The first entry of that kind that was not returned before; the ones before it are dropped.
    pub(crate) async fn until_entry(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            if let Some(at) = self.entries.iter().position(&wanted) {
                return self.entries.drain(..=at).next_back().unwrap();
            }
            self.next_of("batch").await;
        }
    }

    /// All entries up to the message with these words.
    pub(crate) async fn entries_until(&mut self, text: &str) -> Vec<Value> {
        loop {
            if let Some(at) = self.entries.iter().position(|entry| entry["text"] == text) {
                return self.entries.drain(..=at).collect();
            }
            self.next_of("batch").await;
        }
    }

    /// Waits for a ping, and answers it.
    pub(crate) async fn until_ping(&mut self) {
        loop {
            let message = self.next_message().await.expect("it closed first");
            if message.is_ping() {
                return self.socket.flush().await.unwrap();
            }
        }
    }

    /// Reads to the end; what is still there is passed over.
    pub(crate) async fn is_closed(&mut self) -> bool {
        while self.next().await != Value::Null {}
        true
    }
}
