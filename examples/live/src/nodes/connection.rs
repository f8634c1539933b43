//! One WebSocket at a node: what comes in over it, from the first frame to the last.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use futures_util::{StreamExt, stream::SplitStream};
use liveroom::{Bucket, Profile, SessionId};
use tokio::{
    select, spawn,
    sync::oneshot,
    time::{Instant, sleep_until, timeout, timeout_at},
};

use super::{
    Node, Way, closes, deeds,
    stage::{Ask, Joining},
};
use crate::{
    connection::{CLOSING, frame_limit, is_too_large},
    line::Line,
    plan::{OWNER, PLANS},
    protocol::{
        client::{ClientFrame, JoinFrame, SendFrame},
        deeds::{Deed, DoFrame, Done},
        host::{Bye, Fault, HostFrame, Refused},
    },
};

/// Serves one connection until it ends.
pub(super) async fn serve(node: Arc<Node>, socket: WebSocket) {
    let (sink, mut stream) = socket.split();
    let (line, outbound) = Line::new();
    let writer = spawn(outbound.write(sink, node.limits.patience));
    let mut connection = Connection::new(node, Arc::new(line));
    let parted = connection.listen(&mut stream).await;
    connection.leave().await;
    if parted {
        let _written = writer.await;
        let drained = async { while let Some(Ok(_)) = stream.next().await {} };
        let _closed = timeout(CLOSING, drained).await;
    } else {
        writer.abort();
    }
}

/// One client of the page.
struct Connection {
    node: Arc<Node>,
    line: Arc<Line>,
    stay: Stay,
    frames: Bucket,
    heard: Instant,
    asked: bool,
}

/// Where somebody is.
enum Stay {
    Outside,
    /// They asked to come in.
    AtDoor {
        way: Way,
        seated: oneshot::Receiver<SessionId>,
        owns: bool,
    },
    Inside {
        way: Way,
        session: SessionId,
        owns: bool,
    },
}

impl Connection {
    fn new(node: Arc<Node>, line: Arc<Line>) -> Self {
        let (stay, frames, heard) = (Stay::Outside, Bucket::default(), Instant::now());
        Self { node, line, stay, frames, heard, asked: false }
    }

    /// Listens until there is a last word, `true`, or the client is gone.
    async fn listen(&mut self, stream: &mut SplitStream<WebSocket>) -> bool {
        let mut closing = self.node.closing.subscribe();
        loop {
            let alarm = self.alarm();
            let at_door = matches!(self.stay, Stay::AtDoor { .. });
            let next = select! {
                biased;
                () = self.line.ended() => return true,
                () = closes(&mut closing) => {
                    self.line.part(Bye::RESTART.text());
                    return true;
                }
                () = self.stay.come_in(), if at_door => continue,
                () = sleep_until(alarm), if at_door => {
                    // The room has no home, or this node does not reach it.
                    self.line.part(Bye::RESTART.text());
                    return true;
                }
                // Whoever waits at the door is heard when they are in.
                next = timeout_at(alarm, stream.next()), if !at_door => next,
            };
            match next {
                Err(_elapsed) => self.overdue(),
                Ok(Some(Ok(Message::Close(_))) | None) => return false,
                Ok(Some(Err(error))) if is_too_large(&error) => {
                    self.line.part(Fault::too_large().text());
                }
                Ok(Some(Err(_broken))) => return false,
                Ok(Some(Ok(message))) => self.hear(message).await,
            }
        }
    }

    fn is_outside(&self) -> bool {
        matches!(self.stay, Stay::Outside)
    }

    /// When silence has lasted too long, or half so long.
    fn alarm(&self) -> Instant {
        let limits = &self.node.limits;
        match (matches!(self.stay, Stay::Inside { .. }), self.asked) {
            (false, _) => self.heard + limits.join_within,
            (true, false) => self.heard + limits.idle / 2,
            (true, true) => self.heard + limits.idle,
        }
    }

    fn overdue(&mut self) {
        if self.is_outside() || self.asked {
            self.line.part(Bye::IDLE.text());
        } else {
            self.asked = true;
            self.line.ping();
        }
    }

    async fn hear(&mut self, message: Message) {
        if !self.frames.admit(self.node.nats.now(), frame_limit()) {
            return self.line.part(Bye::TOO_FAST.text());
        }
        if !self.is_outside() {
            (self.heard, self.asked) = (Instant::now(), false);
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return self.line.part(Fault::binary().text()),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return,
        };
        match ClientFrame::parse(&text) {
            Ok(frame) => self.obey(frame).await,
            Err(fault) if fault.fatal => self.line.part(fault.text()),
            Err(fault) => self.line.say(fault.text()).await,
        }
    }

    async fn obey(&mut self, frame: ClientFrame) {
        let Stay::Inside { way, session, owns } = &self.stay else {
            return match frame {
                ClientFrame::Join(join) => self.join(*join).await,
                _ => self.line.part(Fault::join_first().text()),
            };
        };
        let (way, session, owns) = (way.clone(), *session, *owns);
        let ask = match frame {
            ClientFrame::Join(_) => return self.line.part(Fault::joined_already().text()),
            ClientFrame::Ping => {
                let now = self.node.nats.now().as_millis();
                return self.line.say(HostFrame::Pong { now }.text()).await;
            }
            ClientFrame::Quit => Ask::Quit { session },
            ClientFrame::Send(frame) => match message(session, frame) {
                Ok(ask) => ask,
                Err(refusal) => {
                    way.counts.turned_away();
                    return self.line.say(refusal.text()).await;
                }
            },
            ClientFrame::Do(DoFrame { id, deed }) => match command(owns, deed) {
                Ok(command) => Ask::Do { session, id, command },
                Err(refused) => {
                    let done = Done::Refused(refused);
                    return self.line.say(HostFrame::Done { id, done }.text()).await;
                }
            },
        };
        self.hand_in(&way, ask).await;
    }

    /// Gives an ask to the room, unless the connection ends first. Returns whether it did.
    async fn hand_in(&self, way: &Way, ask: Ask) -> bool {
        let mut closing = self.node.closing.subscribe();
        let sent = select! {
            sent = way.asks.send(ask) => sent.is_ok(),
            () = self.line.ended() => return false,
            () = closes(&mut closing) => false,
        };
        if !sent {
            self.line.part(Bye::RESTART.text());
        }
        sent
    }

    async fn join(&mut self, join: JoinFrame) {
        let JoinFrame { group, nick, avatar, guest, token, cursor, key } = join;
        self.heard = Instant::now();
        let owns = match &key {
            None => false,
            Some(key) if self.node.is_owners(key) => true,
            Some(_) => {
                let refused = Refused::word("key", "that is not the owner's key");
                return self
                    .line
                    .say(HostFrame::Refused { of: "join".into(), refused }.text())
                    .await;
            }
        };
        let [first, ..] = &PLANS;
        let Some(way) = self.node.enter(group.as_deref().unwrap_or(first.id)) else {
            return self.line.part(Fault::no_group().text());
        };
        let bearer = token.as_deref().and_then(|token| self.node.bearer(token));
        let (newcomer, unnamed) = self.node.newcomer();
        let user = match bearer {
            // The key is all that the owner needs, and all that makes one.
            _ if owns => OWNER.parse().ok(),
            _ if guest == Some(true) => None,
            bearer => Some(bearer.unwrap_or(newcomer)),
        };
        let nick = nick.as_deref().map(str::trim).filter(|nick| !nick.is_empty());
        let profile = Profile::new(nick.unwrap_or(&unnamed), avatar.as_deref().unwrap_or_default());
        let token = user.as_ref().filter(|_| !owns).and_then(|user| self.node.token(user));
        let cursor = cursor.and_then(|cursor| serde_json::from_value(cursor).ok());
        let (seating, seated) = oneshot::channel();
        let line = self.line.clone();
        let joining = Box::new(Joining { user, profile, token, cursor, line, seated: seating });
        if !self.hand_in(&way, Ask::Join(joining)).await {
            return;
        }
        self.stay = Stay::AtDoor { way, seated, owns };
    }

    /// Whoever is still in has lost the connection; one who quit is not in any more, and losing it changes nothing.
    async fn leave(self) {
        let inside = match self.stay {
            Stay::Outside => None,
            // The door may have opened this very moment.
            Stay::AtDoor { way, mut seated, .. } => {
                seated.close();
                seated.try_recv().ok().map(|session| (way, session))
            }
            Stay::Inside { way, session, .. } => Some((way, session)),
        };
        if let Some((way, session)) = inside {
            // A room that is not served any more has lost its sessions.
            let _over = way.asks.send(Ask::Leave { session }).await;
        }
    }
}

impl Stay {
    /// Waits at the door until it opens, or it is said that it does not.
    async fn come_in(&mut self) {
        let Self::AtDoor { way, seated, owns } = self else { return };
        *self = match seated.await {
            Ok(session) => Self::Inside { way: way.clone(), session, owns: *owns },
            Err(_not_let_in) => Self::Outside,
        };
    }
}

/// What somebody sends, or why it is not even forwarded.
fn message(session: SessionId, frame: SendFrame) -> Result<Ask, HostFrame<'static>> {
    let (id, random) = (frame.id, frame.random);
    match deeds::draft(frame) {
        Ok(draft) => Ok(Ask::Send { session, id, random, draft: Box::new(draft) }),
        Err(refused) => Err(HostFrame::receipt(id, random, Err(refused))),
    }
}

fn command(owns: bool, deed: Deed) -> Result<liveroom::Command, Refused> {
    if deed.takes_the_key() && !owns {
        return Err(Refused::wrong_key());
    }
    deeds::command(deed)
}
