//! One WebSocket of the SDK, from the first frame to the last.
//!
//! A connection does several things at once: a message that waits for its end holds up neither a heartbeat
//! nor a poll. Bounds: [`MOST_BYTES`] for a frame, [`limit`] for how many, and [`MOST_JOBS`] at once.

use std::{net::IpAddr, pin::Pin, sync::Arc};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{
    FutureExt, StreamExt,
    stream::{FuturesUnordered, SplitStream},
};
use liveroom::{
    AppId, Bucket, Cap, Limit, Platform, Rate,
    tim::{
        Code, Failure,
        callbacks::Connection as End,
        frames::{self, Frame, MAX_FRAME},
        platform_of_sdk,
        rest::Reply,
    },
};
use tokio::{
    select, spawn,
    sync::watch,
    time::{Duration, Instant, timeout, timeout_at},
};
use tracing::debug;

use super::asks::Client;
use crate::{house::House, line::Line};

/// A frame a little too long is read to its end, so that its sender can be told.
pub(crate) const MOST_BYTES: usize = 2 * MAX_FRAME;
/// Requests of one connection that wait for their ends. While there are more, it is not read.
const MOST_JOBS: usize = 64;
/// How long a client may take to close after the last frame.
const CLOSING: Duration = Duration::from_secs(1);

/// What a frame asked, under way: it ends with the frame that answers it, unless that is left to the fan-out thread.
pub(super) type Job = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send>>;

/// Who connects, by their address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) app: AppId,
    pub(crate) platform: Platform,
    pub(crate) ip: IpAddr,
}

impl Caller {
    /// What the SDK says in the address that it connects to; `None` if it names no app.
    pub(crate) fn read(query: &str, ip: IpAddr) -> Option<Self> {
        let value = |name| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).and_then(|(_, value)| value.parse::<u32>().ok())
        };
        let platform = value("platform").map_or(Platform::Unknown, platform_of_sdk);
        Some(Self { app: AppId(value("sdkappid")?), platform, ip })
    }
}

/// Serves one connection until it ends.
pub(crate) async fn serve(house: Arc<House>, socket: WebSocket, caller: Caller) {
    let (sink, mut stream) = socket.split();
    let (line, outbound) = Line::wordless();
    let line = Arc::new(line);
    let writer = spawn(outbound.write(sink, house.limits.patience));
    let closing = house.closing.subscribe();
    let mut connection = Connection::new(house, line, caller);
    let lost = connection.listen(&mut stream, closing).await;
    debug!(app = caller.app.0, lost, "a connection of the SDK ends");
    connection.leave();
    if lost {
        writer.abort();
    } else {
        let _written = writer.await;
        let drained = async { while let Some(Ok(_)) = stream.next().await {} };
        let _closed = timeout(CLOSING, drained).await;
    }
}

/// One client of the SDK.
pub(crate) struct Connection {
    house: Arc<House>,
    line: Arc<Line>,
    client: Client,
    jobs: FuturesUnordered<Job>,
    /// What it sent, against what it may send.
    frames: Bucket,
    heard: Instant,
    /// Whether the silent client was asked if it is there.
    asked: bool,
    /// Whether it did not answer.
    overdue: bool,
}

impl Connection {
    /// Somebody who has said nothing yet.
    pub(crate) fn new(house: Arc<House>, line: Arc<Line>, caller: Caller) -> Self {
        Self {
            client: Client::new(house.clone(), line.clone(), caller),
            house,
            line,
            jobs: FuturesUnordered::new(),
            frames: Bucket::default(),
            heard: Instant::now(),
            asked: false,
            overdue: false,
        }
    }

    /// Whether somebody has logged in.
    pub(crate) fn is_logged_in(&self) -> bool {
        self.client.is_logged_in()
    }

    /// The connection is gone.
    pub(crate) fn leave(&mut self) {
        self.client.leave(if self.overdue { End::TimedOut } else { End::Closed });
    }

    /// Answers what came to its end.
    pub(crate) async fn turn(&mut self) {
        while let Some(Some(answer)) = self.jobs.next().now_or_never() {
            say(&self.line, answer).await;
        }
    }

    /// Serves until the end, and says whether the client was lost.
    async fn listen(
        &mut self,
        stream: &mut SplitStream<WebSocket>,
        mut closing: watch::Receiver<bool>,
    ) -> bool {
        loop {
            let idle = self.house.limits.idle;
            let alarm = self.heard + if self.asked { idle } else { idle / 2 };
            select! {
                biased;
                () = self.line.ended() => return false,
                () = closes(&mut closing) => {
                    // What came to its end is answered still.
                    self.turn().await;
                    self.line.end();
                    return false;
                }
                Some(answer) = self.jobs.next() => say(&self.line, answer).await,
                letter = self.client.letter() => self.client.deliver(&letter).await,
                next = timeout_at(alarm, stream.next()), if self.jobs.len() < MOST_JOBS => match next {
                    Err(_elapsed) => self.nudge(),
                    Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return true,
                    Ok(Some(Ok(message))) => self.hear(message).await,
                },
            }
        }
    }

    /// Asks the silent client whether it is there, and ends what does not answer.
    fn nudge(&mut self) {
        if self.asked {
            self.overdue = true;
            self.line.end();
        } else {
            self.asked = true;
            self.line.ping();
        }
    }

    pub(crate) async fn hear(&mut self, message: Message) {
        (self.heard, self.asked) = (Instant::now(), false);
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => text.into(),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return,
        };
        let admitted = self.frames.admit(self.house.clock.now(), limit());
        match Frame::read(&bytes) {
            Ok(frame) if admitted => {
                let Some(mut job) = self.client.take_up(&frame).await else { return };
                // Begun now, so that what is asked first is done first.
                match (&mut job).now_or_never() {
                    Some(answer) => say(&self.line, answer).await,
                    None => self.jobs.push(job),
                }
            }
            Ok(frame) => {
                let failure = Failure::from(Code::TOO_OFTEN);
                self.client.answer(frame.head(), &Reply::from(&failure)).await;
            }
            Err(failure) => self.line.say_bytes(frames::fault(&failure)).await,
        }
    }
}

/// Says what a job ended with, if that is anything to say.
async fn say(line: &Line, answer: Option<Vec<u8>>) {
    if let Some(answer) = answer {
        line.say_bytes(answer).await;
    }
}

/// Resolves once the host closes.
async fn closes(closing: &mut watch::Receiver<bool>) {
    let _closes_or_is_gone = closing.wait_for(|closes| *closes).await;
}

/// How many frames a client may send: thrice what the SDK sends when it comes in, and what a user does who uses up
/// every limit of the SDK's own.
fn limit() -> Limit {
    const HUNDRED: Rate = Rate::per_second(100).expect("100 is not zero");
    Limit::from(Cap { rate: HUNDRED, burst: 100 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_app_and_platform() {
        let read = |query| Caller::read(query, IpAddr::from([127, 0, 0, 1]));
        let sdk = "sdkappid=1400000000&instanceid=x&random=0.1&platform=7&host=unknown&version=-1";
        let caller = read(sdk).unwrap();
        assert_eq!((caller.app, caller.platform), (AppId(1_400_000_000), Platform::Web));
        assert_eq!(read("sdkappid=7&platform=8").unwrap().platform, Platform::MiniProgram);
        assert_eq!(read("sdkappid=7").unwrap().platform, Platform::Unknown);
        for nobody in ["", "platform=7", "sdkappid=", "sdkappid=x", "sdkappid=4294967296"] {
            assert!(read(nobody).is_none(), "{nobody}");
        }
    }
}
