//! Who may read by a key, with the fan-out thread's work done by hand, so that it comes as late as it can.

use std::{net::TcpListener, sync::Arc, time::Duration};

use liveroom::{
    Admission, AppId, AppStatus, Author, Command, Creation, GroupConfig, GroupId, GroupPatch,
    HubKey, JoinOption, Occupant, Platform, SessionId, Silence, Span, Timestamp, UserId, Visitor,
    tim::{Code, Failure, rest::Reply},
};

use super::{Handle, entry::Guise, keys::Reader};
use crate::{
    account::Account,
    callbacks::CallbackOptions,
    desk::Asker,
    fanout::{FanOut, READABLE},
    house::House,
    options::Options,
    secret::Secret,
};

struct Scene {
    house: Arc<House>,
    fan_out: FanOut,
    group: HubKey,
    now: Timestamp,
}

fn user(name: &str) -> UserId {
    name.parse().unwrap()
}

impl Scene {
    fn new() -> Self {
        Self::with(None)
    }

    /// A group of ann's, who is not there.
    fn with(callbacks: Option<CallbackOptions>) -> Self {
        let options = Options { callbacks, ..Options::at(([127, 0, 0, 1], 0).into()) };
        let (house, errands) = House::open(&options).unwrap();
        let fan_out = FanOut::new(house.clone(), errands);
        let now = house.clock.now();
        let creation = Creation::named("g").id(GroupId::custom("g").unwrap());
        let creation = creation.owner(user("ann")).config(GroupConfig::vendor());
        let group = house.hub.create(now, house.app, creation).unwrap();
        Self { house, fan_out, group, now }
    }

    fn app(&self) -> AppId {
        self.house.app
    }

    /// Somebody connects; nobody is a guest.
    fn connect(&self, name: Option<&str>) -> Guise {
        let (session, platform) = (SessionId(self.house.number()), Platform::Web);
        let user = name.map(user);
        let visitor = Visitor { user: user.clone(), platform };
        self.house.hub.open(self.app(), session, visitor).unwrap();
        Guise { session, user, platform }
    }

    fn disconnect(&self, guise: &Guise) {
        self.house.hub.close(self.house.clock.now(), self.app(), guise.session);
    }

    fn asker(&self, guise: &Guise) -> Asker {
        let (author, user, platform) = (guise.author(), guise.user.clone(), guise.platform);
        Asker { app: self.app(), author, user, admin: false, platform, ip: None }
    }

    fn join(&self, guise: &Guise) -> Result<Reply, Failure> {
        self.house.come_in(&self.asker(guise), guise, self.group, "")
    }

    /// Comes in, and gives the key.
    fn come(&self, guise: &Guise) -> Secret {
        self.join(guise).unwrap();
        self.key(guise).unwrap()
    }

    fn key(&self, guise: &Guise) -> Option<Secret> {
        self.house.gateway.keys.of(self.house.clock.now(), self.group, guise.session)
    }

    fn quit(&self, guise: &Guise) {
        self.house.go(guise, self.group).unwrap();
    }

    async fn enter(&self, guise: &Guise, secret: Secret) -> Result<(Secret, Reader), Code> {
        let handle = Handle { secret, group: GroupId::custom("g").unwrap() };
        let entered = self.house.reader(&self.asker(guise), guise, &handle).await;
        entered.map_err(|failure| failure.code)
    }

    async fn poll(&self, guise: &Guise, key: Secret) -> Result<Reader, Code> {
        let (secret, reader) = self.enter(guise, key).await?;
        assert_eq!(secret, key);
        Ok(reader)
    }

    fn push(&self, command: Command) {
        self.house.hub.push(self.house.clock.now(), self.group, Author::App, command).unwrap();
    }

    fn let_in(&self, join_option: JoinOption) {
        let join_option = Some(join_option);
        self.push(Command::SetGroup(Box::new(GroupPatch { join_option, ..GroupPatch::default() })));
    }

    fn occupant(&self, guise: &Guise) -> Option<Occupant> {
        self.house.hub.read(self.group, |group| group.occupant(guise.session)).unwrap()
    }

    /// What groups told is heard, after a while.
    fn hear_after(&mut self, wait: Duration) {
        self.now += wait;
        let house = self.house.clone();
        let mut drainer = house.hub.drainer(house.shard()).unwrap();
        assert!(self.fan_out.step(self.now, &mut drainer).is_continue());
    }

    fn hear(&mut self) {
        self.hear_after(Duration::from_millis(10));
    }

    /// The connection of somebody who has a key is lost, for longer than the grace time.
    fn lose(&mut self, guise: &Guise) {
        self.disconnect(guise);
        self.hear_after(Duration::from_secs(31));
    }
}

#[tokio::test]
async fn who_is_back_before_it_is_heard_that_they_quit_keeps_the_new_key() {
    let mut scene = Scene::new();
    let bob = scene.connect(Some("bob"));
    let first = scene.come(&bob);
    scene.hear();
    scene.quit(&bob);
    let second = scene.come(&bob);
    assert_ne!(first, second);
    scene.hear();
    assert_eq!(scene.poll(&bob, first).await.unwrap_err(), Code::NO_PERMISSION);
    assert!(scene.poll(&bob, second).await.is_ok());
    scene.quit(&bob);
    scene.hear();
    assert_eq!(scene.poll(&bob, second).await.unwrap_err(), Code::NO_PERMISSION);
}

#[tokio::test]
async fn who_is_unbanned_and_back_before_it_is_heard_reads_from_where_they_came_in() {
    let mut scene = Scene::new();
    let (here, there) = (scene.connect(Some("bob")), scene.connect(Some("bob")));
    let (first, other) = (scene.come(&here), scene.come(&there));
    let users = || [user("bob")].into_iter().collect();
    let span = Span::For(Duration::from_mins(1));
    scene.push(Command::Ban { users: users(), span, reason: "".into() });
    scene.push(Command::notice("not for bob"));
    let told = scene.house.hub.read(scene.group, |group| group.tail().position()).unwrap();
    scene.push(Command::Unban { users: users() });
    let second = scene.come(&here);
    scene.hear();
    assert!(scene.poll(&here, second).await.unwrap().floor.position() >= told);
    for (guise, key) in [(&here, first), (&there, other)] {
        assert_eq!(scene.poll(guise, key).await.unwrap_err(), Code::NO_PERMISSION);
    }
}

#[tokio::test]
async fn a_quit_in_the_browser_takes_the_keys_of_every_session() {
    let mut scene = Scene::new();
    let (here, there) = (scene.connect(Some("bob")), scene.connect(Some("bob")));
    let keys = [scene.come(&here), scene.come(&there)];
    let reader = scene.poll(&there, keys[1]).await.unwrap();
    scene.quit(&here);
    scene.hear();
    assert!(!reader.pass.is_good(), "a poll that is held is given nothing more");
    assert_eq!((scene.key(&here), scene.key(&there)), (None, None));
}

#[tokio::test]
async fn who_was_lost_comes_in_again_by_a_key_while_it_is_free_to() {
    let mut scene = Scene::new();
    let before = [scene.connect(Some("bob")), scene.connect(None)];
    let keys = before.each_ref().map(|guise| scene.come(guise));
    for guise in &before {
        scene.lose(guise);
    }
    let after = [scene.connect(Some("bob")), scene.connect(None)];
    for (guise, key) in after.iter().zip(keys) {
        assert!(scene.poll(guise, key).await.is_ok());
        assert!(scene.occupant(guise).is_some());
        assert_eq!(scene.key(guise), Some(key));
    }
    // What is heard of the loss only now concerns nobody who is back.
    scene.hear();
    let reader = scene.poll(&after[0], keys[0]).await.unwrap();
    assert!(!reader.lost);
}

#[tokio::test]
async fn a_key_from_before_lets_nobody_past_who_has_to_be_admitted() {
    let mut scene = Scene::new();
    let (before, guest) = (scene.connect(Some("bob")), scene.connect(None));
    let (key, of_guest) = (scene.come(&before), scene.come(&guest));
    scene.lose(&before);
    scene.disconnect(&guest);
    scene.let_in(JoinOption::NeedPermission);
    let bob = scene.connect(Some("bob"));
    for _ in 0..3 {
        assert_eq!(scene.poll(&bob, key).await.unwrap_err(), Code::NO_PERMISSION);
        assert_eq!(scene.occupant(&bob), Some(Occupant::Applicant(user("bob"))));
        scene.hear();
    }
    scene.join(&bob).unwrap();
    assert_eq!(scene.key(&bob), None, "who asks has no key");
    let guest = scene.connect(None);
    assert!(scene.poll(&guest, of_guest).await.is_err());
    assert_eq!(scene.occupant(&guest), None);

    scene.push(Command::AnswerJoin { user: user("bob"), admission: Admission::Admit });
    assert!(scene.poll(&bob, key).await.is_ok());
}

#[tokio::test]
async fn who_is_banned_while_away_does_not_come_back_by_a_key() {
    let mut scene = Scene::new();
    let before = scene.connect(Some("bob"));
    let key = scene.come(&before);
    scene.lose(&before);
    let (users, span) = ([user("bob")].into_iter().collect(), Span::Forever);
    scene.push(Command::Ban { users, span, reason: "".into() });
    let bob = scene.connect(Some("bob"));
    assert_eq!(scene.poll(&bob, key).await.unwrap_err(), Code::NO_PERMISSION);
}

#[tokio::test]
async fn who_joins_again_reads_on_by_the_same_key() {
    let scene = Scene::new();
    let bob = scene.connect(Some("bob"));
    let key = scene.come(&bob);
    assert_eq!(scene.come(&bob), key);
    assert!(scene.poll(&bob, key).await.is_ok());
}

#[tokio::test]
async fn who_quit_elsewhere_does_not_come_back_by_a_key_before_it_is_heard() {
    let scene = Scene::new();
    let (here, there) = (scene.connect(Some("bob")), scene.connect(Some("bob")));
    scene.come(&here);
    let key = scene.come(&there);
    scene.disconnect(&there);
    scene.quit(&here);
    let back = scene.connect(Some("bob"));
    assert_eq!(scene.poll(&back, key).await.unwrap_err(), Code::NO_PERMISSION);
    assert_eq!(scene.occupant(&back), None);
}

#[tokio::test]
async fn a_group_that_ended_is_there_as_long_as_it_can_be_read() {
    let mut scene = Scene::new();
    let is_there = |scene: &Scene| scene.house.hub.read(scene.group, |_| ()).is_some();
    scene.push(Command::Disband);
    scene.hear();
    scene.hear_after(READABLE - Duration::from_millis(1));
    assert!(is_there(&scene));
    scene.hear_after(Duration::from_millis(1));
    assert!(!is_there(&scene));
}

/// Callbacks to a server that says nothing.
fn silent(silence: Silence) -> (TcpListener, Option<CallbackOptions>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let to = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let within = Duration::from_millis(200);
    (listener, Some(CallbackOptions { silence, within, ..CallbackOptions::to(to) }))
}

#[tokio::test]
async fn the_apps_server_is_asked_before_who_was_lost_comes_in_again() {
    let (_listener, callbacks) = silent(Silence::Reject);
    let mut scene = Scene::with(callbacks);
    let before = scene.connect(Some("bob"));
    let key = scene.come(&before);
    scene.disconnect(&before);
    // Within the grace time they are a member still.
    let back = scene.connect(Some("bob"));
    assert!(scene.poll(&back, key).await.is_ok());
    scene.lose(&back);
    let late = scene.connect(Some("bob"));
    assert_eq!(scene.poll(&late, key).await.unwrap_err(), Code::APP_SILENT);
    assert_eq!(scene.occupant(&late), None);
}

#[tokio::test]
async fn a_key_that_is_taken_while_the_apps_server_is_asked_lets_nobody_in() {
    let (_listener, callbacks) = silent(Silence::Allow);
    let mut scene = Scene::with(callbacks);
    let before = scene.connect(Some("bob"));
    let key = scene.come(&before);
    scene.lose(&before);
    let late = scene.connect(Some("bob"));
    let taken = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        scene.house.gateway.keys.logged_out(before.session);
    };
    let (polled, ()) = tokio::join!(scene.poll(&late, key), taken);
    assert_eq!(polled.unwrap_err(), Code::NO_PERMISSION);
    assert_eq!(scene.occupant(&late), None);
}

/// A key that this host gave nobody, or has forgotten.
fn unknown() -> Secret {
    Secret::random().unwrap()
}

#[tokio::test]
async fn who_comes_with_a_key_that_is_not_known_joins_the_group_that_it_names() {
    let scene = Scene::new();
    for (guise, occupant) in [
        (scene.connect(Some("bob")), Occupant::Member(user("bob"))),
        (scene.connect(None), Occupant::Guest),
    ] {
        let former = unknown();
        let (key, reader) = scene.enter(&guise, former).await.expect("nothing is against it");
        assert_eq!(scene.occupant(&guise), Some(occupant));
        let tail = scene.house.hub.read(scene.group, |group| group.tail().position()).unwrap();
        assert!(key != former && reader.floor.position() <= tail);
        // Asked again before the answer is there, it is the same.
        assert_eq!(scene.enter(&guise, former).await.unwrap().0, key);
        assert!(scene.poll(&guise, key).await.is_ok());
    }
}

#[tokio::test]
async fn who_comes_with_a_key_that_is_not_known_is_let_in_only_as_by_a_join() {
    let scene = Scene::new();
    // A guest who has logged in is a member of nothing, and out once they quit.
    let guest = scene.connect(None);
    let of_guest = scene.come(&guest);
    let bob = scene.connect(Some("bob"));
    assert_eq!(scene.poll(&bob, of_guest).await.unwrap_err(), Code::BAD_REQUEST);
    assert_eq!(scene.occupant(&bob), None);
    scene.quit(&bob);
    scene.let_in(JoinOption::NeedPermission);
    assert_eq!(scene.poll(&bob, unknown()).await.unwrap_err(), Code::NO_PERMISSION);
    assert_eq!(scene.occupant(&bob), Some(Occupant::Applicant(user("bob"))));
    scene.let_in(JoinOption::FreeAccess);
    let (users, span) = ([user("cy")].into_iter().collect(), Span::Forever);
    scene.push(Command::Ban { users, span, reason: "".into() });
    let cy = scene.connect(Some("cy"));
    assert_eq!(scene.poll(&cy, unknown()).await.unwrap_err(), Code::NO_PERMISSION);
    scene.house.hub.dispose(scene.group);
    assert_eq!(scene.poll(&cy, unknown()).await.unwrap_err(), Code::NO_SUCH_GROUP);
}

#[tokio::test]
async fn what_was_said_in_a_group_that_is_gone_stays_in_the_account() {
    let scene = Scene::new();
    let offered = || Account::take(&scene.house).stats().offered();
    let before = offered();
    scene.push(Command::text("hello"));
    assert_eq!(offered(), before + 1);
    let earlier = Account::take(&scene.house);
    scene.house.dispose(scene.group);
    assert_eq!(offered(), before + 1);
    let (app, now) = (AppId(7), scene.house.clock.now());
    scene.house.hub.create_app(now, app, "Shows", None).unwrap();
    let key = scene.house.hub.create(now, app, Creation::named("g")).unwrap();
    scene.house.hub.push(now, key, Author::App, Command::text("hello")).unwrap();
    scene.house.hub.set_app_status(app, AppStatus::Disabled).unwrap();
    scene.house.delete_app(app).unwrap();
    assert_eq!(offered(), before + 2);
    // An account that was taken while one was disposed of is lower than the next, and no error.
    let _line = earlier.since(&Account::take(&scene.house));
}
