//! A client as the modelled service's web SDK is one, to test with.

use futures_util::{SinkExt, StreamExt};
use live::{AppKey, Host, Options};
use liveroom::{Clock, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use super::{PATIENCE, options, start};

pub(crate) const APP: u32 = 1_400_000_000;

/// The app of these tests.
pub(crate) fn app() -> AppKey {
    format!("{APP}:a key").parse().unwrap()
}

pub(crate) fn app_options() -> Options {
    Options { apps: vec![app()], ..options() }
}

pub(crate) fn now() -> Timestamp {
    Clock::new().now()
}

/// A signature that holds for a day.
pub(crate) fn sig(user: &str) -> String {
    app().sign(user, now(), Duration::from_hours(24)).unwrap()
}

pub(crate) struct Sdk {
    socket: WebSocketStream<TcpStream>,
    seq: u64,
    /// Frames that were not waited for.
    aside: Vec<Value>,
}

/// A reader of one group: its key, and where it goes on.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) key: String,
    pub(crate) start: u64,
    pub(crate) guest: bool,
}

impl Sdk {
    /// In a browser.
    pub(crate) async fn connect(host: &Host) -> Self {
        Self::connect_as(host, APP, 7).await
    }

    pub(crate) async fn connect_as(host: &Host, app: u32, platform: u32) -> Self {
        let stream = TcpStream::connect(host.address()).await.unwrap();
        let url = format!(
            "ws://{}/binfo?sdkappid={app}&instanceid=1&random=2&platform={platform}&host=unknown&version=-1",
            host.address()
        );
        let (socket, _) = client_async(url, stream).await.unwrap();
        Self { socket, seq: 0, aside: Vec::new() }
    }

    pub(crate) async fn user(host: &Host, name: &str) -> Self {
        let mut sdk = Self::connect(host).await;
        assert_eq!(sdk.log_in(name, &sig(name)).await["ErrorCode"], 0);
        sdk
    }

    /// On a phone.
    pub(crate) async fn user_on(host: &Host, name: &str, platform: u32) -> Self {
        let mut sdk = Self::connect_as(host, APP, platform).await;
        assert_eq!(sdk.log_in(name, &sig(name)).await["ErrorCode"], 0);
        sdk
    }

    pub(crate) async fn log_in(&mut self, name: &str, sig: &str) -> Value {
        let more = json!({ "identifier": name, "usersig": sig });
        let seq = self.ask_with("im_open_status.wslogin", &json!({}), &more).await;
        self.reply(seq).await
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// Asks, and does not wait.
    pub(crate) async fn ask(&mut self, servcmd: &str, body: &Value) -> u64 {
        self.ask_with(servcmd, body, &json!({})).await
    }

    pub(crate) async fn ask_with(&mut self, servcmd: &str, body: &Value, more: &Value) -> u64 {
        self.seq += 1;
        let mut head = json!({ "ver": "v4", "servcmd": servcmd, "seq": self.seq, "sdkappid": APP });
        head.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.send_bytes(json!({ "head": head, "body": body }).to_string().as_bytes()).await;
        self.seq
    }

    /// The body of the answer to one request.
    pub(crate) async fn reply(&mut self, seq: u64) -> Value {
        self.until(|frame| frame["head"]["seq"] == seq && frame["head"]["servcmd"] != PUSH).await
    }

    /// The body of what the host pushes next by itself.
    pub(crate) async fn pushed(&mut self) -> Value {
        self.until(|frame| frame["head"]["servcmd"] == PUSH).await
    }

    /// The body of a frame.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.aside.iter().position(&wanted) {
            return self.aside.remove(at)["body"].take();
        }
        loop {
            let mut frame = self.next().await.expect("it closed first");
            if wanted(&frame) {
                return frame["body"].take();
            }
            self.aside.push(frame);
        }
    }

    /// Whether no answer to that request is there, once another was answered.
    pub(crate) async fn is_unanswered(&mut self, seq: u64) -> bool {
        self.call("heartbeat.alive", &json!({})).await;
        self.aside.iter().all(|frame| frame["head"]["seq"] != seq)
    }

    /// Whether nothing came that was not waited for.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.aside.is_empty()
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("it does not come") {
                Some(Ok(Message::Binary(bytes))) => return serde_json::from_slice(&bytes).unwrap(),
                Some(Ok(Message::Ping(_))) => self.socket.flush().await.unwrap(),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("the SDK reads no {other}"),
            }
        }
    }

    pub(crate) async fn is_closed(&mut self) -> bool {
        while self.next().await.is_some() {}
        true
    }

    pub(crate) async fn call(&mut self, servcmd: &str, body: &Value) -> Value {
        let seq = self.ask(servcmd, body).await;
        self.reply(seq).await
    }

    /// The code with which something is answered.
    pub(crate) async fn code(&mut self, servcmd: &str, body: &Value) -> u64 {
        let reply = self.call(servcmd, body).await;
        let code = reply["ErrorCode"].as_u64().unwrap();
        assert_eq!(reply["ActionStatus"], if code == 0 { "OK" } else { "FAIL" });
        code
    }

    /// Makes a group of one's own.
    pub(crate) async fn make(&mut self, group: &str) {
        let new = json!({ "Type": "AVChatRoom", "Name": "A room", "GroupId": group });
        assert_eq!(self.code("group_open_http_svc.create_group", &new).await, 0);
    }

    pub(crate) async fn join(&mut self, group: &str) -> Reading {
        self.come_in("group_open_http_svc", group, false).await
    }

    pub(crate) async fn join_as_guest(&mut self, group: &str) -> Reading {
        self.come_in("group_open_http_noauth_svc", group, true).await
    }

    async fn come_in(&mut self, service: &str, group: &str, guest: bool) -> Reading {
        let body = json!({ "GroupId": group });
        let joined = self.call(&format!("{service}.apply_join_group"), &body).await;
        assert_eq!((&joined["ErrorCode"], &joined["HugeGroupFlag"]), (&json!(0), &json!(1)));
        let key = joined["LongPollingKey"].as_str().unwrap().to_owned();
        Reading { key, start: joined["StartSeq"].as_u64().unwrap(), guest }
    }

    /// Begins a poll.
    pub(crate) async fn begin_poll(&mut self, reading: &Reading) -> u64 {
        let service = if reading.guest {
            "group_open_long_polling_http_noauth_svc"
        } else {
            "group_open_long_polling_http_svc"
        };
        let body =
            json!({ "USP": 1, "StartSeq": reading.start, "HoldTime": 90, "Key": reading.key });
        self.ask(&format!("{service}.get_msg"), &body).await
    }

    /// The events that a poll is answered with.
    pub(crate) async fn end_poll(&mut self, reading: &mut Reading, seq: u64) -> Vec<Value> {
        let reply = self.reply(seq).await;
        assert_eq!(reply["ErrorCode"], 0, "{reply}");
        reading.key = reply["Key"].as_str().unwrap().to_owned();
        reading.start = reply["NextSeq"].as_u64().unwrap();
        reply["RspMsgList"].as_array().unwrap().clone()
    }

    pub(crate) async fn poll(&mut self, reading: &mut Reading) -> Vec<Value> {
        let seq = self.begin_poll(reading).await;
        self.end_poll(reading, seq).await
    }

    /// Polls until an event like that came; gives all that came.
    pub(crate) async fn poll_until(
        &mut self,
        reading: &mut Reading,
        wanted: impl Fn(&Value) -> bool,
    ) -> Vec<Value> {
        let mut came = Vec::new();
        let polls = async {
            while !came.iter().any(&wanted) {
                came.extend(self.poll(reading).await);
            }
        };
        timeout(PATIENCE, polls).await.expect("it does not come");
        came
    }

    /// Sends words, and gives the answer.
    pub(crate) async fn say(&mut self, group: &str, text: &str, random: u32) -> Value {
        self.call("group_open_http_svc.send_group_msg", &words(group, text, random)).await
    }
}

const PUSH: &str = "im_open_push.msg_push";

/// A host, and ann in a room of her own, which is called mine.
pub(crate) async fn room_of_ann() -> (Host, Sdk) {
    let host = start(app_options());
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    ann.join("mine").await;
    (host, ann)
}

/// The body of a message of words.
pub(crate) fn words(group: &str, text: &str, random: u32) -> Value {
    json!({
        "GroupId": group, "Random": random, "ClientSeq": 1, "MsgPriority": "Normal",
        "MsgBody": [{ "MsgType": "TIMTextElem", "MsgContent": { "Text": text } }],
    })
}

/// The words of a message among events.
pub(crate) fn text(event: &Value) -> Option<&str> {
    event["MsgBody"][0]["MsgContent"]["Text"].as_str()
}

/// All words among events.
pub(crate) fn texts(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(text).collect()
}
