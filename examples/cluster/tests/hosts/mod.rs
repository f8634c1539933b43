//! Live hosts as nodes, as tests drive them.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "no test needs all of it, and nobody else sees it"
)]

use std::{net::SocketAddr, time::Duration};

use cluster::server::Server;
use futures_util::{SinkExt, StreamExt};
use live::{NodeHost, NodeOptions, Options};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

pub const LONG: Duration = Duration::from_secs(30);
pub const LOOK: Duration = Duration::from_millis(100);
pub const ROOM: &str = "live";

pub async fn node(server: &Server, name: &str) -> NodeHost {
    node_like(NodeOptions::new(server.url(), name)).await
}

pub async fn node_like(beside: NodeOptions) -> NodeHost {
    let apps = vec!["1400000000:secret".parse().unwrap()];
    let options = Options { apps, ..Options::at(([127, 0, 0, 1], 0).into()) };
    NodeHost::start(options, beside).await.unwrap()
}

pub async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

pub struct Viewer(WebSocketStream<TcpStream>);

impl Viewer {
    pub async fn join(address: SocketAddr) -> Self {
        let mut viewer = Self::knock(address, ROOM).await;
        viewer.hears("welcome").await;
        viewer
    }

    /// Asks to come in.
    pub async fn knock(address: SocketAddr, room: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _answer) = client_async(format!("ws://{address}/ws"), stream).await.unwrap();
        let mut viewer = Self(socket);
        viewer.say(&json!({ "v": 1, "t": "join", "nick": "Ann", "group": room })).await;
        viewer
    }

    pub async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub async fn send(&mut self, id: u64, kind: &str, more: &Value) {
        let mut frame = json!({ "v": 1, "t": "send", "id": id, "random": id, "kind": kind });
        frame.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(&frame).await;
        self.hears("receipt").await;
    }

    pub async fn hears(&mut self, t: &str) -> Value {
        let hear = async {
            loop {
                let message = self.0.next().await.unwrap().unwrap();
                let Message::Text(text) = message else { continue };
                let frame: Value = serde_json::from_str(&text).unwrap();
                if frame["t"] == t {
                    return frame;
                }
            }
        };
        timeout(LONG, hear).await.unwrap()
    }
}
