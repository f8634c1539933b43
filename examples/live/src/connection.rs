//! One WebSocket: what comes in over it, from the first frame to the last.

use std::{
    net::IpAddr,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{StreamExt, stream::SplitStream};
use liveroom::{Bucket, Cap, Limit, Rate};
use tokio::{
    select, spawn,
    sync::watch,
    time::{Instant, timeout, timeout_at},
};
use tracing::{debug, warn};

use crate::{
    door::{Entered, Stay, Turned},
    errand::{Errand, Reader},
    house::House,
    line::Line,
    protocol::{
        FRAMES_AT_ONCE, FRAMES_PER_SECOND,
        client::{ClientFrame, JoinFrame, SendFrame},
        deeds::{DoFrame, Done},
        host::{Bye, Fault, HostFrame, Refused},
    },
    speech::draft,
};

/// How long a client may take to close after the last word. Whoever is cut off before has not read it.
pub(crate) const CLOSING: Duration = Duration::from_secs(1);

/// Serves one connection until it ends.
pub(crate) async fn serve(house: Arc<House>, socket: WebSocket, ip: IpAddr) {
    let (sink, mut stream) = socket.split();
    let (line, outbound) = Line::new();
    let writer = spawn(outbound.write(sink, house.limits.patience));
    let closing = house.closing.subscribe();
    let mut connection = Connection::new(house, Arc::new(line), ip);
    let ending = connection.listen(&mut stream, closing).await;
    let (number, reason) = (connection.number(), connection.line.reason());
    debug!(number, reason = reason.as_deref().unwrap_or("lost"), "a connection ends");
    connection.leave().await;
    match ending {
        Ending::Lost => writer.abort(),
        Ending::Parted => {
            let _written = writer.await;
            let drained = async { while let Some(Ok(_)) = stream.next().await {} };
            let _closed = timeout(CLOSING, drained).await;
        }
    }
}

/// Tells a connection that there is no room for it.
pub(crate) async fn turn_away(mut socket: WebSocket) {
    let word = Message::Text(Bye::BUSY.text());
    let told = async {
        socket.send(word).await?;
        socket.send(Message::Close(None)).await?;
        while let Some(Ok(_)) = socket.recv().await {}
        Ok::<(), axum::Error>(())
    };
    let _in_vain = timeout(CLOSING, told).await;
}

/// How a connection comes to its end.
enum Ending {
    /// The client is gone.
    Lost,
    /// A last word is on its way.
    Parted,
}

/// One client of the page.
#[derive(Debug)]
pub(crate) struct Connection {
    house: Arc<House>,
    line: Arc<Line>,
    stay: Option<Stay>,
    ip: IpAddr,
    /// What it sent, against what it may send.
    frames: Bucket,
    heard: Instant,
    /// Whether the silent client was asked if it is there.
    asked: bool,
    /// Whether it was ever heard, and answered: then it has joined, or a person thinks about why not.
    answered: bool,
}

impl Connection {
    /// Somebody who has said nothing yet.
    pub(crate) fn new(house: Arc<House>, line: Arc<Line>, ip: IpAddr) -> Self {
        Self {
            house,
            line,
            stay: None,
            ip,
            frames: Bucket::default(),
            heard: Instant::now(),
            asked: false,
            answered: false,
        }
    }

    /// Its number, once it has joined.
    pub(crate) fn number(&self) -> Option<u64> {
        self.stay.as_ref().map(|stay| stay.connection)
    }

    async fn listen(
        &mut self,
        stream: &mut SplitStream<WebSocket>,
        mut closing: watch::Receiver<bool>,
    ) -> Ending {
        loop {
            let next = select! {
                biased;
                () = self.line.ended() => return Ending::Parted,
                _closes = closing.wait_for(|closes| *closes) => {
                    self.line.part(Bye::RESTART.text());
                    return Ending::Parted;
                }
                next = timeout_at(self.alarm(), stream.next()) => next,
            };
            match next {
                Err(_elapsed) => self.overdue(),
                Ok(Some(Ok(Message::Close(_))) | None) => return Ending::Lost,
                Ok(Some(Err(error))) if is_too_large(&error) => {
                    self.line.part(Fault::too_large().text());
                }
                Ok(Some(Err(_broken))) => return Ending::Lost,
                Ok(Some(Ok(message))) => self.hear(message).await,
            }
        }
    }

    /// When silence has lasted too long, or half so long.
    fn alarm(&self) -> Instant {
        let limits = &self.house.limits;
        match (self.answered, self.asked) {
            (false, _) => self.heard + limits.join_within,
            (true, false) => self.heard + limits.idle / 2,
            (true, true) => self.heard + limits.idle,
        }
    }

    fn overdue(&mut self) {
        if self.answered && !self.asked {
            // A viewer who only reads has nothing to say for hours; its browser answers a ping.
            self.asked = true;
            self.line.ping();
        } else {
            self.line.part(Bye::IDLE.text());
        }
    }

    pub(crate) async fn hear(&mut self, message: Message) {
        let now = Instant::now();
        if !self.frames.admit(self.house.clock.now(), frame_limit()) {
            return self.line.part(Bye::TOO_FAST.text());
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return self.line.part(Fault::binary().text()),
            // Silence of the protocol's own kind does not put off the time to join.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) if !self.answered => return,
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return self.heard_at(now),
        };
        // Whatever it says, the time to join runs until it does.
        if self.answered {
            self.heard_at(now);
        }
        match ClientFrame::parse(&text) {
            Ok(frame) => self.obey(frame).await,
            Err(fault) if fault.fatal => self.line.part(fault.text()),
            Err(fault) => self.line.say(fault.text()).await,
        }
    }

    fn heard_at(&mut self, now: Instant) {
        (self.heard, self.asked) = (now, false);
    }

    async fn obey(&mut self, frame: ClientFrame) {
        match (frame, self.stay.is_some()) {
            (ClientFrame::Join(_), true) => self.line.part(Fault::joined_already().text()),
            (ClientFrame::Join(join), false) => self.join(*join).await,
            (_, false) => self.line.part(Fault::join_first().text()),
            (ClientFrame::Send(send), true) => self.send(send).await,
            (ClientFrame::Do(deed), true) => self.act(deed).await,
            (ClientFrame::Quit, true) => self.quit().await,
            (ClientFrame::Ping, true) => {
                let now = self.house.clock.now().as_millis();
                self.line.say(HostFrame::Pong { now }.text()).await;
            }
        }
    }

    async fn join(&mut self, join: JoinFrame) {
        self.answered = true;
        self.heard_at(Instant::now());
        let Some(room) = self.house.room(join.group.as_deref()) else {
            return self.line.part(Fault::no_group().text());
        };
        if self.house.keep.takes().is_err() {
            return self.line.part(Bye::NOT_KEPT.text());
        }
        let entered = self.house.enter(room, &join, &self.line, self.ip);
        if let Err(why) = self.house.kept().await {
            if let Ok(Entered { stay, .. }) = entered {
                self.house.lose(&stay);
            }
            return self.line.part(Bye::from(why).text());
        }
        match entered {
            Ok(Entered { stay, arrival, cursor, welcome }) => {
                // Before the errand, so that no batch comes before the welcome.
                self.line.say(welcome.text()).await;
                let Stay { session, connection, .. } = stay;
                let (room, user) = (stay.room.no, stay.user.clone());
                self.stay = Some(stay);
                let line = self.line.clone();
                let reader = Reader { session, connection, line, user, arrival, cursor };
                if !self.house.send_on(Errand::Enter { room, reader }).await {
                    self.line.part(Bye::RESTART.text());
                }
            }
            Err(Turned::WrongKey) => {
                warn!(room = room.plan.id, "a wrong key");
                self.refuse("join", Refused::word("key", "that is not the owner's key")).await;
            }
            Err(Turned::Away(error)) => self.refuse("join", Refused::of(&error)).await,
        }
    }

    async fn send(&mut self, frame: SendFrame) {
        let (Some(stay), Some(place)) = (&self.stay, self.line.reserve().await) else { return };
        let (id, random) = (frame.id, frame.random);
        if let Err(nothing) = self.house.keep.takes() {
            stay.room.counts.turned_away();
            return place.say(HostFrame::receipt(id, random, Err(nothing.into())).text());
        }
        if self.house.ending.load(Relaxed) {
            stay.room.counts.turned_away();
            let refused = Refused::word("restart", "the host restarts: send it again in a moment");
            return place.say(HostFrame::receipt(id, random, Err(refused)).text());
        }
        let answer = match draft(stay, frame) {
            Ok(draft) => {
                let pushed = self.house.push(&stay.room, &stay.author, draft.into());
                pushed.map_err(|error| Refused::of(&error))
            }
            Err(refused) => {
                stay.room.counts.turned_away();
                Err(refused)
            }
        };
        // A refusal, too, may follow from what was done this very moment.
        match self.house.kept().await {
            Ok(()) => place.say(HostFrame::receipt(id, random, answer).text()),
            Err(why) => self.line.part(Bye::from(why).text()),
        }
    }

    async fn act(&mut self, frame: DoFrame) {
        let (Some(stay), Some(place)) = (&self.stay, self.line.reserve().await) else { return };
        let DoFrame { id, deed } = frame;
        if let Err(nothing) = self.house.keep.takes() {
            let done = Done::Refused(nothing.into());
            return place.say(HostFrame::Done { id, done }.text());
        }
        let done = self.house.act(stay, deed).await;
        match self.house.kept().await {
            Ok(()) => place.say(HostFrame::Done { id, done }.text()),
            Err(why) => self.line.part(Bye::from(why).text()),
        }
    }

    async fn quit(&mut self) {
        let Some(stay) = &self.stay else { return };
        if let Err(nothing) = self.house.keep.takes() {
            return self.refuse("quit", nothing.into()).await;
        }
        let quit = self.house.quit(stay).map_err(|error| Refused::of(&error));
        match (quit, self.house.kept().await) {
            (_, Err(why)) => self.line.part(Bye::from(why).text()),
            (Ok(()), Ok(())) => self.line.part(Bye::QUIT.text()),
            (Err(refused), Ok(())) => self.refuse("quit", refused).await,
        }
    }

    async fn refuse(&self, of: &'static str, refused: Refused) {
        self.line.say(HostFrame::Refused { of: of.into(), refused }.text()).await;
    }

    /// Whoever is still in has lost the connection; one who quit is not in any more, and losing it
    /// changes nothing.
    pub(crate) async fn leave(&mut self) {
        if let Some(stay) = self.stay.take() {
            self.house.lose(&stay);
            let Stay { session, connection, .. } = stay;
            let room = stay.room.no;
            // If nobody takes errands any more, nobody gives anything out either.
            let _taken = self.house.send_on(Errand::Leave { room, session, connection }).await;
        }
    }
}

/// Whether the connection's own limit was passed: a frame so long that it was not even read.
pub(crate) fn is_too_large(error: &axum::Error) -> bool {
    let mut cause = Some(error as &(dyn std::error::Error + 'static));
    while let Some(error) = cause {
        if let Some(tungstenite::Error::Capacity(_)) = error.downcast_ref() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// How many frames a client may send.
pub(crate) fn frame_limit() -> Limit {
    let rate = Rate::per_second(FRAMES_PER_SECOND).expect("some may be sent");
    Limit::from(Cap { rate, burst: FRAMES_AT_ONCE })
}

#[cfg(test)]
mod tests {
    use liveroom::Timestamp;

    use super::*;

    #[test]
    fn forty_frames_at_once_and_then_twenty_a_second() {
        let start = Timestamp::from_secs(1_600_000_000);
        let mut frames = Bucket::default();
        let mut taken = |at: u64, offered: usize| {
            let at = start + Duration::from_millis(at);
            (0..offered).filter(|_| frames.admit(at, frame_limit())).count()
        };
        assert_eq!(taken(0, 100), 40);
        assert_eq!(taken(49, 1), 0);
        assert_eq!(taken(50, 2), 1);
        assert_eq!(taken(1_050, 100), 20);
        assert_eq!(taken(60_000, 100), 40);
    }
}
