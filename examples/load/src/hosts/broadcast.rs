//! What one would write today: axum, and a `tokio::sync::broadcast` receiver for each connection.
//!
//! Each message is encoded once and its bytes are shared. There is no limit, no priority and no batch: everybody is
//! sent everything at once, several messages in one write where they wait, and whoever lags is told how many it missed.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
    routing::get,
    serve::ListenerExt,
};
use futures_util::SinkExt;
use serde::Serialize;
use tokio::{
    net::{TcpListener, TcpSocket},
    select, spawn,
    sync::broadcast::{
        self,
        error::{RecvError, TryRecvError},
    },
};

use super::history::{Asked, Counts, Frame, History, Receipt, Said, Welcome, lagged};

/// Messages that a receiver may be behind: as many as the live host keeps of one class.
const BEHIND: usize = 1_024;
/// Messages that are written at once, where so many wait.
const AT_ONCE: usize = 32;

struct Room {
    history: Mutex<History>,
    news: broadcast::Sender<Utf8Bytes>,
    counts: Counts,
    users: AtomicU64,
}

pub(super) async fn serve() -> io::Result<SocketAddr> {
    let room = Room {
        history: Mutex::default(),
        news: broadcast::channel(BEHIND).0,
        counts: Counts::default(),
        users: AtomicU64::new(0),
    };
    let router = Router::new().route("/ws", get(open)).route("/metrics", get(figures));
    let listener = listen()?;
    let address = listener.local_addr()?;
    let router = router.with_state(Arc::new(room));
    // What is written is written at once, as the live host does it.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Listens with as much room for those who come at once as the live host has.
pub(super) fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    socket.listen(4_096)
}

async fn figures(State(room): State<Arc<Room>>) -> String {
    room.history().figures(&room.counts)
}

async fn open(State(room): State<Arc<Room>>, upgrade: WebSocketUpgrade) -> Response {
    let upgrade = upgrade.read_buffer_size(4_096).write_buffer_size(16 * 1_024);
    upgrade.on_upgrade(async move |socket| {
        // A connection that breaks has ended.
        let _ended = serve_one(&room, socket).await;
    })
}

async fn serve_one(room: &Room, mut socket: WebSocket) -> Result<(), axum::Error> {
    let mut news = loop {
        match socket.recv().await.transpose()? {
            None => return Ok(()),
            Some(Message::Text(text)) if matches!(asked(&text), Asked::Join {}) => {
                break room.join();
            }
            Some(_) => {}
        }
    };
    socket.send(text(&news.1)).await?;
    let user = room.users.fetch_add(1, Relaxed);
    loop {
        select! {
            told = news.0.recv() => match told {
                Ok(first) => room.write(&mut socket, &mut news.0, first).await?,
                Err(RecvError::Lagged(missed)) => room.tell_missed(&mut socket, missed).await?,
                Err(RecvError::Closed) => return Ok(()),
            },
            heard = socket.recv() => match heard.transpose()? {
                None => return Ok(()),
                Some(Message::Text(words)) => if let Asked::Send(said) = asked(&words) {
                    let receipt = room.publish(user, said);
                    socket.send(text(&receipt)).await?;
                },
                Some(_) => {}
            },
        }
    }
}

fn asked(text: &str) -> Asked {
    serde_json::from_str(text).unwrap_or(Asked::Other)
}

fn text(frame: &impl Serialize) -> Message {
    Message::text(encoded(frame))
}

fn encoded(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("our own frames have keys that are words, and no floats")
}

impl Room {
    /// Writes a message and what waits behind it at once.
    async fn write(
        &self,
        socket: &mut WebSocket,
        news: &mut broadcast::Receiver<Utf8Bytes>,
        first: Utf8Bytes,
    ) -> Result<(), axum::Error> {
        self.counts.given.fetch_add(1, Relaxed);
        socket.feed(Message::Text(first)).await?;
        for _ in 1..AT_ONCE {
            match news.try_recv() {
                Ok(bytes) => {
                    self.counts.given.fetch_add(1, Relaxed);
                    socket.feed(Message::Text(bytes)).await?;
                }
                Err(TryRecvError::Lagged(missed)) => {
                    return self.tell_missed(socket, missed).await;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        socket.flush().await
    }

    async fn tell_missed(&self, socket: &mut WebSocket, missed: u64) -> Result<(), axum::Error> {
        self.counts.missed.fetch_add(missed, Relaxed);
        socket.send(text(&lagged(missed))).await
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().expect("nobody panics under this lock")
    }

    /// A receiver, and from where on it receives: nothing comes in between.
    fn join(&self) -> (broadcast::Receiver<Utf8Bytes>, Frame<Welcome>) {
        let history = self.history();
        (self.news.subscribe(), history.welcome())
    }

    /// Sends a message to all, in the order of its place.
    fn publish(&self, user: u64, said: Said) -> Frame<Receipt> {
        let mut history = self.history();
        let (batch, receipt) = history.append(user, said);
        // Its author is there to receive it.
        let _receivers = self.news.send(encoded(&batch).into());
        receipt
    }
}
