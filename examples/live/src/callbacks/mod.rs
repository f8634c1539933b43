//! What the app's own server is asked and told, over HTTP.
//!
//! What a group asks about ([`Callbacks::hear`]) waits in the group, by the group's own clock: whatever
//! the server does, silence decides after [`Options::within`](CallbackOptions). Many are asked at once, and
//! answered to the group in the order in which it asked ([`order`]). What is asked before a
//! group is concerned ([`Callbacks::ask`]) waits in the request that asked. What is told is told once, and
//! in order within a group. A fixed number of tasks sends it all, from queues with bounds: a server that is
//! slow, gone or hostile costs the app its callbacks, and holds nobody up.

mod order;
mod post;
mod queue;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use liveroom::{
    AppId, Asking, Author, Cause, Command, Decision, GroupId, HubKey, Output, Patience, Question,
    Silence, Ticket, Timestamp, UserId,
    tim::{
        Code, Failure, Room,
        callbacks::{Answer, Callback, Garbage},
    },
};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};

pub use self::post::{Address, BadAddress};
use self::{
    order::Answers,
    post::Post,
    queue::{Order, Place, Queue},
};
use crate::house::House;

/// Questions that are open at the server at once.
const ASKERS: usize = 64;
/// What it is told at once.
const TELLERS: usize = 16;

/// Where callbacks go, and what is done where no answer comes.
#[derive(Clone, Debug)]
pub struct CallbackOptions {
    /// The app's server.
    pub to: Address,
    /// With what requests are signed, if they are.
    pub token: Option<String>,
    /// Whether what was not decided goes on. The modelled service lets it.
    pub silence: Silence,
    /// How long an answer may take; the modelled service waits 2 s.
    pub within: Duration,
}

impl CallbackOptions {
    /// As the modelled service does it.
    pub fn to(address: Address) -> Self {
        let Patience { deadline, silence } = Asking::CALLBACK;
        Self { to: address, token: None, silence, within: deadline }
    }
}

/// Something the server is to be asked about for a group.
#[derive(Debug)]
struct Asked {
    key: HubKey,
    callback: Callback,
    question: Question,
    from: Origin,
    /// Among the questions of its group.
    place: order::Place,
}

/// Something the server is to be told.
#[derive(Debug)]
struct Told {
    what: What,
    from: Origin,
}

#[derive(Debug)]
enum What {
    /// Made into a callback where it is sent, and not where the group told it.
    Output(GroupId, Box<Output>),
    Ready(Callback),
}

/// Of which app something came, from where and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) app: AppId,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) at: Timestamp,
}

/// How often what happened.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Requests that were sent.
    pub(crate) sent: AtomicU64,
    /// Those that had no answer, or none that was one.
    pub(crate) silent: AtomicU64,
    /// What was not sent, because too much waited.
    pub(crate) lost: AtomicU64,
}

/// The callbacks of a house.
#[derive(Debug)]
pub(crate) struct Callbacks {
    options: CallbackOptions,
    admin: UserId,
    post: Post,
    asked: Queue<Asked>,
    answers: Answers<Command>,
    told: Queue<Told>,
    /// For questions that do not wait in a group.
    askers: Semaphore,
    pub(crate) counts: Counts,
}

impl Callbacks {
    pub(crate) fn new(options: CallbackOptions, admin: UserId) -> Self {
        let post = Post::new(options.to.clone(), 2 * ASKERS + TELLERS);
        Self {
            options,
            admin,
            post,
            asked: Queue::new(Order::Free),
            answers: Answers::new(),
            told: Queue::new(Order::Kept),
            askers: Semaphore::new(ASKERS),
            counts: Counts::default(),
        }
    }

    /// How long a group asks, and what its silence means.
    pub(crate) fn patience(&self) -> Patience {
        Patience { deadline: self.options.within, silence: self.options.silence }
    }

    /// Takes notice of what a group told. `ip` is of whoever did it.
    pub(crate) fn hear(&self, house: &House, key: HubKey, output: &Output, ip: Option<IpAddr>) {
        let from = Origin { app: key.app(), ip, at: house.clock.now() };
        let read = |group: &liveroom::Group| group.id().clone();
        match output {
            Output::Ask { question, .. } if question.cause == Cause::Policy => {
                let Some(id) = house.hub.read(key, read) else { return };
                let Some(callback) = Callback::of(&self.room(&id, ""), output) else { return };
                let (question, place) = (question.clone(), self.answers.ask(key));
                let ticket = question.ticket;
                let asked = Asked { key, callback, question, from, place };
                let put = self.asked.put(Place::Group(key), asked);
                if put.is_err() {
                    self.settle(house, key, place, ticket, None);
                }
                self.count_lost(put);
            }
            Output::Ended { .. }
            | Output::Joined { user: Some(_), already: false, .. }
            | Output::Left { user: Some(_), .. }
            | Output::Presence { .. }
            | Output::ProfileChanged { .. }
            | Output::Full { .. } => {
                let Some(id) = house.hub.read(key, read) else { return };
                self.put(Place::Group(key), What::Output(id, Box::new(output.clone())), from);
            }
            Output::Disbanded { .. } => {
                let destroyed = house.hub.read(key, |group| {
                    let room = self.room(group.id(), group.profile().name());
                    Callback::destroyed(&room, group.owner())
                });
                if let Some(callback) = destroyed {
                    self.put(Place::Group(key), What::Ready(callback), from);
                }
            }
            // The rest concerns people, the journal, or nobody.
            _ => {}
        }
    }

    /// Gives a group what was decided, once all was decided about which it asked before. If nobody decides, and silence
    /// lets a message pass, it passes now: later ones may be decided already.
    fn settle(
        &self,
        house: &House,
        key: HubKey,
        place: order::Place,
        ticket: Ticket,
        decision: Option<Decision>,
    ) {
        let passes = (self.options.silence == Silence::Allow).then_some(Decision::Allow);
        let answer = decision.or(passes).map(|decision| Command::Answer { ticket, decision });
        self.answers.settle(key, place, answer, |answer| {
            // Too late, or the group ended: then it is decided already.
            let _decided = house.hub.push(house.clock.now(), key, Author::App, answer);
        });
    }

    /// What the server decides about a message, if it does before silence decides.
    async fn decide(&self, house: &House, asked: &Asked) -> Option<Decision> {
        let Asked { callback, question, from, .. } = asked;
        let left = question.expires.since(house.clock.now());
        if left.is_zero() {
            self.counts.lost.fetch_add(1, Relaxed);
            return None;
        }
        let bytes = self.request(callback, *from, left).await?;
        let answer = self.sense(Answer::read(&bytes))?;
        self.sense(answer.decision(&question.message.content))
    }

    /// Tells the server something, after all it was told of the group before.
    pub(crate) fn tell(&self, key: HubKey, callback: Callback, from: Origin) {
        self.put(Place::Group(key), What::Ready(callback), from);
    }

    /// Tells the server that a user's connection came or went.
    pub(crate) fn tell_state(&self, user: &UserId, callback: Callback, from: Origin) {
        self.put(Place::User(from.app, user.clone()), What::Ready(callback), from);
    }

    fn put(&self, place: Place, what: What, from: Origin) {
        self.count_lost(self.told.put(place, Told { what, from }));
    }

    fn count_lost(&self, put: Result<(), queue::Full>) {
        if put.is_err() {
            self.counts.lost.fetch_add(1, Relaxed);
        }
    }

    /// Asks about something that waits for the answer; `None` if there is none in time.
    pub(crate) async fn ask(&self, callback: &Callback, from: Origin) -> Option<Answer> {
        let asked = async {
            let _one_of_them = self.askers.acquire().await.ok()?;
            self.request(callback, from, self.options.within).await
        };
        let answer = timeout(self.options.within, asked).await.ok().flatten();
        self.sense(Answer::read(&answer?))
    }

    /// Asks whether something may be done.
    ///
    /// # Errors
    /// Why not: the server says so, or says nothing, and that is what its silence means.
    pub(crate) async fn permit(&self, callback: &Callback, from: Origin) -> Result<(), Failure> {
        let answer = self.ask(callback, from).await;
        let permission = answer.and_then(|answer| self.sense(answer.permission()));
        permission.unwrap_or_else(|| self.silence())
    }

    /// What is done where no answer came.
    pub(crate) fn silence(&self) -> Result<(), Failure> {
        match self.options.silence {
            Silence::Allow => Ok(()),
            Silence::Reject | Silence::Discard | _ => Err(Code::APP_SILENT.into()),
        }
    }

    /// An answer, if it is one.
    pub(crate) fn sense<T>(&self, answer: Result<T, Garbage>) -> Option<T> {
        if answer.is_err() {
            self.counts.silent.fetch_add(1, Relaxed);
        }
        answer.ok()
    }

    pub(crate) fn room<'a>(&'a self, id: &'a GroupId, name: &'a str) -> Room<'a> {
        Room { id, name, admin: self.admin.as_str() }
    }

    pub(crate) fn admin(&self) -> &UserId {
        &self.admin
    }

    async fn request(
        &self,
        callback: &Callback,
        from: Origin,
        within: Duration,
    ) -> Option<bytes::Bytes> {
        let ip = from.ip.map(|ip| ip.to_string()).unwrap_or_default();
        let query = callback.query(from.app, &ip, self.options.token.as_deref(), from.at);
        self.counts.sent.fetch_add(1, Relaxed);
        let answer = self.post.send(&query, callback.body(from.at), within).await;
        if answer.is_none() {
            self.counts.silent.fetch_add(1, Relaxed);
        }
        answer
    }
}

/// How long what waits to be told may take when the house ends.
const FLUSH: Duration = Duration::from_secs(2);

/// The tasks that send what waits, until they are dropped.
#[derive(Debug, Default)]
pub(crate) struct Senders(JoinSet<()>);

impl Senders {
    /// Begins to send what the house has to ask and to tell.
    pub(crate) fn begin(house: &Arc<House>) -> Self {
        let mut senders = JoinSet::new();
        if house.desk.callbacks.is_some() {
            for _ in 0..ASKERS {
                senders.spawn(ask_on(house.clone()));
            }
            for _ in 0..TELLERS {
                senders.spawn(tell_on(house.clone()));
            }
        }
        Self(senders)
    }

    /// Lets what waits and what is on its way arrive, for a while, and ends.
    pub(crate) async fn end(mut self, house: &House) {
        let Some(callbacks) = &house.desk.callbacks else { return };
        let all_sent = async {
            while !callbacks.told.is_done() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        let _too_slow = timeout(FLUSH, all_sent).await;
        self.0.shutdown().await;
    }
}

async fn ask_on(house: Arc<House>) {
    let Some(callbacks) = &house.desk.callbacks else { return };
    loop {
        let turn = callbacks.asked.take().await;
        let decision = callbacks.decide(&house, &turn.what).await;
        let Asked { key, question, place, .. } = &turn.what;
        callbacks.settle(&house, *key, *place, question.ticket, decision);
    }
}

async fn tell_on(house: Arc<House>) {
    let Some(callbacks) = &house.desk.callbacks else { return };
    loop {
        let turn = callbacks.told.take().await;
        let Told { what, from } = &turn.what;
        let callback = match what {
            What::Ready(callback) => Some(callback.clone()),
            What::Output(id, output) => Callback::of(&callbacks.room(id, ""), output),
        };
        let Some(callback) = callback else { continue };
        let _ignored = callbacks.request(&callback, *from, callbacks.options.within).await;
    }
}

#[cfg(test)]
mod tests;
