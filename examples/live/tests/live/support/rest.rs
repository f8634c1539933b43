//! An app's server, as the host sees it: it calls commands, and is called back.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use live::{AppKey, CallbackOptions, Host, Options};
use liveroom::Clock;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{sleep, timeout},
};

use super::{PATIENCE, options, start};

pub(crate) const APP: &str = "1400000000:the key of the app";

/// An administrator of an app who calls commands.
pub(crate) struct Caller {
    pub(crate) address: SocketAddr,
    app: AppKey,
}

impl Caller {
    pub(crate) fn new(host: &Host) -> Self {
        Self { address: host.address(), app: APP.parse().unwrap() }
    }

    pub(crate) fn sign(&self, user: &str) -> String {
        self.app.sign(user, Clock::new().now(), Duration::from_mins(5)).unwrap()
    }

    /// The query with which that user calls.
    pub(crate) fn query(&self, user: &str) -> String {
        let (app, sig) = (self.app.app(), self.sign(user));
        format!("sdkappid={app}&identifier={user}&usersig={sig}&random=99999999&contenttype=json")
    }

    /// Calls a command, and gives the whole reply.
    pub(crate) async fn call(&self, command: &str, body: Value) -> Value {
        self.call_text(command, &body.to_string()).await
    }

    pub(crate) async fn call_text(&self, command: &str, body: &str) -> Value {
        let target = format!("/v4/{command}?{}", self.query("administrator"));
        self.request("POST", &target, body.as_bytes()).await
    }

    /// Calls a command of the service of groups that is to succeed.
    pub(crate) async fn group(&self, command: &str, body: Value) -> Value {
        let reply = self.call(&format!("group_open_http_svc/{command}"), body).await;
        assert_eq!(
            (&reply["ActionStatus"], &reply["ErrorCode"]),
            (&json!("OK"), &json!(0)),
            "{reply}"
        );
        reply
    }

    /// The code with which a command of the service of groups fails.
    pub(crate) async fn fails(&self, command: &str, body: Value) -> u64 {
        let reply = self.call(&format!("group_open_http_svc/{command}"), body).await;
        code(&reply)
    }

    /// Makes a group with that id.
    pub(crate) async fn create(&self, id: &str) {
        let body = json!({"Type": "AVChatRoom", "Name": id, "GroupId": id});
        assert_eq!(self.group("create_group", body).await["GroupId"], id);
    }

    /// Sends a text to a group.
    pub(crate) async fn send(&self, group: &str, random: u32, text: &str) -> Value {
        let command = "group_open_http_svc/send_group_msg";
        self.call(command, text_to(group, random, text)).await
    }

    /// A request of any form. Whatever it is, the status is 200.
    pub(crate) async fn request(&self, method: &str, target: &str, body: &[u8]) -> Value {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The host may answer before it has read it all.
        let _closed = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _reset = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains("content-type: application/json\r\n"), "{head}");
        serde_json::from_str(body).unwrap()
    }
}

/// The code of a reply that is a failure.
pub(crate) fn code(reply: &Value) -> u64 {
    assert_eq!(reply["ActionStatus"], "FAIL", "{reply}");
    assert_ne!(reply["ErrorInfo"], "", "{reply}");
    reply["ErrorCode"].as_u64().unwrap()
}

pub(crate) fn text_to(group: &str, random: u32, text: &str) -> Value {
    let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
    json!({"GroupId": group, "Random": random, "MsgBody": body})
}

/// A host with that app, and an administrator of it.
pub(crate) fn house() -> (Host, Caller) {
    house_with(options())
}

pub(crate) fn house_with(options: Options) -> (Host, Caller) {
    let host = start(Options { apps: vec![APP.parse().unwrap()], ..options });
    let caller = Caller::new(&host);
    (host, caller)
}

/// What the app's own server does with a callback.
#[derive(Clone, Debug)]
pub(crate) enum Reaction {
    Say(Value),
    /// The same, after a while.
    Late(Duration, Value),
    Raw(&'static str),
    /// Reads, and says nothing.
    Never,
    /// Says more than anybody wants to read.
    Endless,
    HangUp,
}

pub(crate) fn allow() -> Reaction {
    Reaction::Say(json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""}))
}

pub(crate) fn refuse(code: u32, info: &str) -> Reaction {
    Reaction::Say(json!({"ActionStatus": "OK", "ErrorCode": code, "ErrorInfo": info}))
}

/// One callback that came.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Called {
    pub(crate) fn command(&self) -> &str {
        self.body["CallbackCommand"].as_str().unwrap()
    }

    /// The text of the message that it is about.
    pub(crate) fn text(&self) -> &str {
        self.body["MsgBody"][0]["MsgContent"]["Text"].as_str().unwrap_or_default()
    }
}

type React = Arc<Mutex<Box<dyn Fn(&Called) -> Reaction + Send>>>;

/// The app's own server.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    react: React,
    calls: mpsc::UnboundedReceiver<Called>,
    aside: Vec<Called>,
}

impl Receiver {
    /// A server that allows everything.
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let react: React = Arc::new(Mutex::new(Box::new(|_| allow())));
        let (told, calls) = mpsc::unbounded_channel();
        let reacting = react.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reacting.clone(), told.clone()));
            }
        });
        Self { address, react, calls, aside: Vec::new() }
    }

    pub(crate) fn options(&self) -> CallbackOptions {
        CallbackOptions::to(format!("http://{}/im?k=v", self.address).parse().unwrap())
    }

    /// From now on it does this.
    pub(crate) fn react(&self, react: impl Fn(&Called) -> Reaction + Send + 'static) {
        *self.react.lock().unwrap() = Box::new(react);
    }

    /// The first callback of that kind that was not returned before, however they come in.
    pub(crate) async fn next(&mut self, wanted: impl Fn(&Called) -> bool) -> Called {
        if let Some(at) = self.aside.iter().position(&wanted) {
            return self.aside.remove(at);
        }
        loop {
            let called = timeout(PATIENCE, self.calls.recv()).await.expect("it does not come");
            let called = called.unwrap();
            if wanted(&called) {
                return called;
            }
            self.aside.push(called);
        }
    }

    pub(crate) async fn next_of(&mut self, command: &str) -> Called {
        self.next(|called| called.command() == command).await
    }

    /// What came so far and was not asked for.
    pub(crate) fn rest(&mut self) -> Vec<Called> {
        while let Ok(called) = self.calls.try_recv() {
            self.aside.push(called);
        }
        std::mem::take(&mut self.aside)
    }
}

/// Serves one connection until it ends.
async fn serve(stream: TcpStream, react: React, told: mpsc::UnboundedSender<Called>) {
    let mut stream = BufReader::new(stream);
    while let Some(called) = read(&mut stream).await {
        let reaction = (react.lock().unwrap())(&called);
        let _test_ended = told.send(called);
        let answer = match reaction {
            Reaction::Say(value) => written(&value.to_string()),
            Reaction::Late(wait, value) => {
                sleep(wait).await;
                written(&value.to_string())
            }
            Reaction::Raw(text) => text.to_owned(),
            Reaction::HangUp => return,
            Reaction::Never => {
                // Until the host gives up.
                let _gone = stream.read_u8().await;
                return;
            }
            Reaction::Endless => {
                let head =
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"ErrorInfo\":\"";
                let _gone = stream.write_all(head.as_bytes()).await;
                while stream.write_all(&[b'x'; 4_096]).await.is_ok() {}
                return;
            }
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn written(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Called> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let field = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then(|| value.to_owned()))
    };
    assert_eq!(field("content-type").as_deref(), Some("application/json"), "{head}");
    let mut body = vec![0; field("content-length")?.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    let target = head.strip_prefix("POST ")?.split(' ').next()?;
    let (path, query) = target.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let body = serde_json::from_slice(&body).ok()?;
    Some(Called { path: path.to_owned(), query, body })
}
