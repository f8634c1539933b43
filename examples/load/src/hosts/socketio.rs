//! A room of socketioxide, in one namespace, with its own settings.
//!
//! A message is an event to the room. Whoever's buffer is full does not get it, and is not told.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{Router, routing::get, serve::ListenerExt};
use socketioxide::{
    BroadcastError, SocketIo,
    extract::{Data, SocketRef},
};
use tokio::{spawn, sync::Mutex};

use super::{
    broadcast::listen,
    history::{Counts, History, Said},
};

const ROOM: &str = "live";

#[derive(Default)]
struct Room {
    /// Held while a message is handed to the buffers, so that all have one order.
    history: Mutex<History>,
    counts: Counts,
    readers: AtomicU64,
}

pub(super) async fn serve() -> io::Result<SocketAddr> {
    let room = Arc::new(Room::default());
    let (layer, io) = SocketIo::new_layer();
    let of_socket = room.clone();
    io.ns("/", async move |socket: SocketRef| {
        let number = of_socket.readers.fetch_add(1, Relaxed);
        let room = of_socket.clone();
        socket.on("send", async move |socket: SocketRef, Data::<Said>(said)| {
            room.publish(&socket, number, said).await;
        });
        let room = of_socket.clone();
        socket.on_disconnect(async move || {
            room.readers.fetch_sub(1, Relaxed);
        });
        of_socket.join(&socket).await;
    });
    let figures = async move || room.history.lock().await.figures(&room.counts);
    let router = Router::new().route("/metrics", get(figures)).layer(layer);
    let listener = listen()?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

impl Room {
    async fn join(&self, socket: &SocketRef) {
        let history = self.history.lock().await;
        socket.join(ROOM);
        // A socket that has closed meanwhile needs no welcome.
        let _closed = socket.emit("welcome", &history.welcome());
    }

    async fn publish(&self, socket: &SocketRef, user: u64, said: Said) {
        let mut history = self.history.lock().await;
        let (batch, receipt) = history.append(user, said);
        let all = self.readers.load(Relaxed);
        let full = match socket.within(ROOM).emit("batch", &batch).await {
            Ok(()) => 0,
            Err(BroadcastError::Socket(errors)) => errors.len() as u64,
            Err(_other) => all,
        };
        self.counts.given.fetch_add(all.saturating_sub(full), Relaxed);
        let _closed = socket.emit("receipt", &receipt);
    }
}
