//! Takes connections in, and serves HTTP over each until it ends or becomes a WebSocket.
//!
//! Bounds: what [`Gate`] says; a request's head within a time and [`HEAD_BYTES`]; and [`LONGEST`] for
//! a connection that does not become a WebSocket, with [`LAST`] for what it is asking then.

use std::{
    io,
    net::IpAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    select, spawn,
    sync::watch,
    time::{sleep, timeout},
};

use crate::gate::{Gate, Place};

/// A browser's head has one to four thousand bytes.
const HEAD_BYTES: usize = 16 << 10;
/// A page's files are fetched in a moment, and who calls over and over comes again.
const LONGEST: Duration = Duration::from_mins(1);
/// How long the last request of a connection may take.
const LAST: Duration = Duration::from_secs(10);
/// The pause where the system has no more connections to give: some end meanwhile.
const PAUSE: Duration = Duration::from_millis(100);

/// Whom a request came from.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// From where.
    pub(crate) ip: IpAddr,
    /// Whether it came from this machine.
    pub(crate) is_near: bool,
    pub(crate) place: Arc<Place>,
}

/// What every connection is served by.
#[derive(Clone)]
pub(crate) struct Reception {
    pub(crate) gate: Arc<Gate>,
    pub(crate) router: Router,
    pub(crate) head_within: Duration,
    pub(crate) closing: watch::Receiver<bool>,
}

/// Takes connections in until the host closes.
pub(crate) async fn accept(listener: TcpListener, reception: Reception) {
    let mut closing = reception.closing.clone();
    loop {
        let accepted = select! {
            _closes = closing.wait_for(|closes| *closes) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                // One too many is closed by being dropped: a word would cost what there is too little of.
                if let Ok(place) = reception.gate.admit(Instant::now(), from.ip()) {
                    // What is written is written at once: frames are whole, and small ones must not wait.
                    let _slower_then = stream.set_nodelay(true);
                    let place = Arc::new(place);
                    let ip = from.ip().to_canonical();
                    let peer = Peer { ip, is_near: ip.is_loopback(), place: place.clone() };
                    let visit = Visit { stream, _place: place };
                    spawn(serve(visit, peer, reception.clone()));
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(_nothing_left) => sleep(PAUSE).await,
        }
    }
}

/// Serves HTTP over one connection. Once it is a WebSocket, others have it.
async fn serve(visit: Visit, peer: Peer, reception: Reception) {
    let Reception { router, head_within, mut closing, gate: _ } = reception;
    let routes = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer.clone());
        routes.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_within).max_buf_size(HEAD_BYTES);
    let connection = http.serve_connection(TokioIo::new(visit), service).with_upgrades();
    let mut connection = pin!(connection);
    let served = async {
        select! {
            _ended = connection.as_mut() => return,
            _closes = closing.wait_for(|closes| *closes) => {}
            () = sleep(LONGEST) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ended = connection.await;
    };
    let _too_long = timeout(LONGEST + LAST, served).await;
}

/// Whether only the connection that would have come is concerned.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// A connection and its place, which is free again when the connection ends, whatever became of it.
struct Visit {
    stream: TcpStream,
    _place: Arc<Place>,
}

impl AsyncRead for Visit {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Visit {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
