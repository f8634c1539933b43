//! The fan-out thread's work, done by hand: no thread, no socket.

use liveroom::{Author, Command, Draft, Kind, SessionId, Span, UserId};
use serde_json::{Value, json};

use crate::{
    door::Entered,
    errand::{Arrival, Reader},
    line::{Line, Outbound},
    options::{Limits, Options},
    protocol::{
        client::JoinFrame,
        host::{Bye, HostFrame},
    },
    room::Room,
};

use super::{seats::MOST_PERSONAL, *};

/// One viewer and the thread's own work, done by hand.
struct Scene {
    house: Arc<House>,
    room: Arc<Room>,
    session: SessionId,
    fan_out: FanOut,
    line: Arc<Line>,
    outbound: Outbound,
    user: UserId,
    now: Timestamp,
}

impl Scene {
    fn new() -> Self {
        Self::in_room(0)
    }

    fn in_room(no: usize) -> Self {
        Self::with(no, Limits::default())
    }

    /// As if so many were there that all of the history waits so long for more.
    fn with_tick(wait: Duration) -> Self {
        Self::with(0, Limits::default().with_tick(wait))
    }

    fn with(no: usize, limits: Limits) -> Self {
        let options = Options { limits, ..Options::at(([127, 0, 0, 1], 0).into()) };
        let (house, errands) = House::open(&options).unwrap();
        let room = house.rooms[no].clone();
        let mut fan_out = FanOut::new(house.clone(), errands);
        let (line, outbound) = Line::new();
        let line = Arc::new(line);
        let Entered { stay, arrival, cursor, welcome } =
            house.enter(&room, &JoinFrame::default(), &line, [127, 0, 0, 1].into()).unwrap();
        let HostFrame::Welcome(welcome) = welcome else { panic!("it welcomes") };
        let user: UserId = welcome.me.user.unwrap().parse().unwrap();
        let (session, connection) = (stay.session, stay.connection);
        let now = house.clock.now();
        let reader =
            Reader { session, connection, line: line.clone(), user: stay.user, arrival, cursor };
        fan_out.halls[no].enter(&house, now, reader);
        let mut scene = Self { house, room, session, fan_out, line, outbound, user, now };
        scene.step();
        scene.outbound.take();
        scene
    }

    fn push(&self, command: Command) {
        self.house.push(&self.room, &Author::App, command).unwrap();
    }

    /// A second goes by.
    fn step(&mut self) {
        self.step_by(Duration::from_secs(1));
    }

    fn step_by(&mut self, time: Duration) {
        self.now += time;
        let house = self.house.clone();
        let mut drainer = house.hub.drainer(house.shard()).unwrap();
        assert!(self.fan_out.step(self.now, &mut drainer).is_continue());
    }

    /// The frames in the outbox.
    fn frames(&mut self) -> Vec<Value> {
        let frames = self.outbound.take().into_iter();
        frames.map(|frame| serde_json::from_str(&frame).unwrap()).collect()
    }

    /// Their types.
    fn taken(&mut self) -> Vec<String> {
        self.frames().iter().map(|frame| frame["t"].as_str().unwrap().to_owned()).collect()
    }

    fn fill(&self) {
        while self.line.offer_shared(r#"{"t":"filling"}"#.into()).is_ok() {}
    }
}

#[test]
fn what_one_alone_is_told_waits_for_the_history_before_it() {
    let mut scene = Scene::new();
    scene.fill();
    scene.push(Command::notice("to all"));
    let users = Some([scene.user.clone()].into_iter().collect());
    scene.push(Command::Notify { users, field: "to you".into() });
    scene.push(Command::leave([scene.user.clone()]));
    scene.step();
    assert!(scene.taken().iter().all(|frame| frame == "filling"), "it could not take the history");
    scene.step();
    assert_eq!(scene.taken(), ["batch", "direct", "order"]);
    scene.step();
    assert!(scene.taken().is_empty(), "nothing comes twice");
}

#[test]
fn what_one_alone_is_told_hurries_nobody() {
    let mut scene = Scene::with_tick(Duration::from_millis(250));
    scene.push(Command::text("first"));
    scene.step();
    assert_eq!(scene.taken(), ["batch"]);
    scene.push(Command::shadow(scene.user.clone(), Span::Forever));
    scene.push(Command::text("second"));
    let author = Author::Session(scene.session);
    scene.house.push(&scene.room, &author, Command::text("for myself")).unwrap();
    let users = Some([scene.user.clone()].into_iter().collect());
    scene.push(Command::Notify { users, field: "to you".into() });
    scene.step_by(Duration::from_millis(100));
    assert_eq!(scene.taken(), ["ended"], "the history waits for more, and what follows it too");
    scene.step_by(Duration::from_millis(150));
    assert_eq!(scene.taken(), ["batch", "echo", "direct"]);
    scene.push(Command::leave([scene.user.clone()]));
    scene.step_by(Duration::from_millis(1));
    assert_eq!(scene.taken(), ["batch", "order"], "an order is urgent as an entry");
}

#[test]
fn how_many_are_there_goes_along_with_a_batch_that_is_due_soon() {
    let mut scene = Scene::with_tick(Duration::from_millis(250));
    let come = |scene: &Scene| {
        let line = Arc::new(Line::new().0);
        let guest = JoinFrame { guest: Some(true), ..JoinFrame::default() };
        scene.house.enter(&scene.room, &guest, &line, [127, 0, 0, 1].into()).unwrap();
    };
    scene.step();
    scene.push(Command::text("first"));
    scene.step();
    scene.taken();
    scene.push(Command::text("second"));
    come(&scene);
    scene.step_by(Duration::from_millis(100));
    assert!(scene.taken().is_empty(), "both wait");
    scene.step_by(Duration::from_millis(150));
    let frames = scene.frames();
    assert_eq!((&frames[0]["t"], &frames[1]["t"]), (&json!("batch"), &json!("online")));
    assert_eq!((&frames[1]["online"], frames.len()), (&json!(2), 2), "once");
    come(&scene);
    scene.step_by(Duration::from_millis(500));
    assert!(scene.taken().is_empty(), "at most once a second");
    scene.step_by(Duration::from_millis(500));
    assert_eq!(scene.taken(), ["online"], "where no batch is due, it waits for none");
    come(&scene);
    scene.push(Command::notice("to all"));
    while scene.line.offer_history(|| r#"{"t":"filling"}"#.into()).is_ok() {}
    scene.step();
    assert_eq!(scene.taken(), ["filling", "filling", "online"], "who takes no batch hears it too");
}

#[test]
fn the_end_of_the_group_is_told_before_the_connection_ends() {
    let mut scene = Scene::new();
    scene.fill();
    scene.push(Command::Disband);
    scene.step();
    assert_eq!(scene.outbound.last_word(), None);
    assert!(scene.taken().iter().all(|frame| frame == "filling"));
    scene.step();
    assert_eq!(scene.taken(), ["batch"]);
    assert_eq!(scene.outbound.last_word(), Some(Bye::DISBANDED.text()));
}

#[test]
fn who_has_too_much_of_its_own_coming_is_too_slow() {
    let mut scene = Scene::new();
    while scene.line.offer("{}".into()).is_ok() {}
    for _ in 0..=MOST_PERSONAL {
        let users = Some([scene.user.clone()].into_iter().collect());
        scene.push(Command::Notify { users, field: "to you".into() });
    }
    scene.step();
    assert_eq!(scene.outbound.last_word(), Some(Bye::SLOW.text()));
}

#[test]
fn an_older_connection_does_not_take_the_seat_of_a_newer_one() {
    let mut scene = Scene::new();
    let (line, mut late) = Line::new();
    let cursor = scene.house.read(&scene.room, liveroom::Group::tail);
    let (line, arrival) = (Arc::new(line), Arrival::Resumed);
    let reader =
        Reader { session: scene.session, connection: 0, line, user: None, arrival, cursor };
    scene.fan_out.halls[0].enter(&scene.house, scene.now, reader);
    assert_eq!(late.last_word(), Some(Bye::REPLACED.text()));
    scene.push(Command::notice("to all"));
    scene.step();
    assert_eq!((scene.taken().len(), late.take().len()), (1, 0));
}

const STROKE: &str = r#"{"id":7,"c":0,"w":1,"p":[1,2]}"#;

#[test]
fn who_missed_strokes_gets_the_whole_drawing_again() {
    let mut scene = Scene::in_room(2);
    scene.fill();
    scene.push(Draft::custom(Kind::Host(1), STROKE).into());
    scene.step();
    // The log keeps nothing for so long, and the board does.
    scene.now += Duration::from_mins(5);
    scene.step();
    assert!(scene.taken().iter().all(|frame| frame == "filling"));
    scene.step();
    scene.step();
    let frames = scene.frames();
    assert_eq!((&frames[0]["t"], &frames[0]["missed"]["normal"]), (&json!("batch"), &json!(1)));
    assert_eq!((&frames[1]["t"], &frames[1]["reset"]), (&json!("board"), &json!(true)));
    assert_eq!(frames[2]["pieces"][0]["data"], STROKE);
    assert_eq!(frames.len(), 3);
    scene.push(Command::notice("to all"));
    scene.step();
    assert_eq!(scene.taken(), ["batch"], "it reads on");
}

#[test]
fn a_drawing_that_nobody_takes_ends_the_connection() {
    let mut scene = Scene::in_room(2);
    scene.push(Draft::custom(Kind::Host(1), STROKE).into());
    scene.step();
    scene.taken();
    while scene.line.offer_shared("{}".into()).is_ok() {}
    let (line, arrival) = (scene.line.clone(), Arrival::Anew);
    let cursor = scene.house.read(&scene.room, liveroom::Group::tail);
    let (session, connection) = (scene.session, u64::MAX);
    let reader = Reader { session, connection, line, user: None, arrival, cursor };
    scene.fan_out.halls[2].enter(&scene.house, scene.now, reader);
    scene.step();
    assert_eq!(scene.outbound.last_word(), None);
    scene.now += Duration::from_mins(1);
    scene.step();
    assert_eq!(scene.outbound.last_word(), Some(Bye::SLOW.text()));
}
