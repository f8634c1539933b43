//! Frames of anybody at the live host, over its own protocol and the modelled service's: whoever says what,
//! each is answered once and in form, and nobody does what is the owner's.
//!
//! Each line of an input is a frame over the connection that was named last: `#0` to `#3` are of the page,
//! `#4` and `#5` of the SDK. `+250` lets so many milliseconds go by, `!` breaks the connection and opens
//! another in its place, `*` sends the frame that follows as bytes, `~32768` a ping of so many bytes, and `/v4/…?… {body}` is a request over REST.
//! `$KEY` is the owner's key, `$TOKEN`, `$CURSOR` and `$POLL` are what was given out last, and `$ADMIN`,
//! `$HOST` and `$ANN` signatures.

use std::{collections::BTreeSet, time::Duration};

use live::rig::{Message, Rig, Wire, client_frame, host_frame};
use serde_json::Value;

use crate::{desk, rest::waits};

/// More lines than these add time, not states.
const LINES: usize = 64;
/// Connections of the page, and then of the SDK.
const PAGES: usize = 4;
const SDKS: usize = 2;
/// The most bytes of a frame of the page, and how many may come at once, as `examples/live/PROTOCOL.md` promises.
const FRAME_BYTES: usize = 32_768;
const FRAMES_AT_ONCE: u32 = 40;

/// Lets the lines come in, and looks at everything that goes out.
pub fn ws(data: &[u8]) {
    let mut world = World::new();
    let mut at = 0;
    for line in data.split(|byte| *byte == b'\n').take(LINES) {
        if let Some(millis) = waits(line) {
            world.pass(Duration::from_millis(millis));
        } else if let [b'#', digit] = line {
            at = usize::from(*digit) % (PAGES + SDKS);
        } else if line == b"!" {
            world.lose(at);
        } else if line.starts_with(b"/") {
            world.rest(line);
        } else if let Some(bytes) = bytes(line).filter(|_| at < PAGES) {
            world.hear_page(at, &format!("{:bytes$}", r#"{"v":1,"t":"ping"}"#));
        } else {
            world.hear(at, line);
        }
        assert!(world.rig.account().balances(), "a message is lost or counted twice");
    }
    world.end();
}

/// How long a ping is that a line asks for: a little more than may be, at most.
fn bytes(line: &[u8]) -> Option<usize> {
    let digits = str::from_utf8(line.strip_prefix(b"~")?).ok()?;
    digits.parse().ok().filter(|bytes| *bytes <= 2 * FRAME_BYTES)
}

struct World {
    rig: Rig,
    key: String,
    given: Given,
    places: Vec<Place>,
}

/// What was given out last.
#[derive(Default)]
struct Given {
    token: String,
    cursor: String,
    poll: String,
}

/// One connection, and what was said over it.
struct Place {
    wire: Wire,
    owns: bool,
    /// Frames of the page since time last went by.
    heard: u32,
    /// The last entry of the history.
    read: u64,
    /// Messages that wait or are held, and those that have ended.
    open: BTreeSet<u64>,
    ended: BTreeSet<u64>,
}

impl World {
    fn new() -> Self {
        let rig = Rig::open();
        let places = (0..PAGES + SDKS).map(|at| Place::new(&rig, at)).collect();
        Self { key: rig.key(), rig, given: Given::default(), places }
    }

    fn pass(&mut self, span: Duration) {
        self.rig.pass(span);
        self.places.iter_mut().for_each(|place| place.heard = 0);
        self.look();
    }

    /// Looks at what everybody is told.
    fn look(&mut self) {
        for place in &mut self.places {
            let told = self.rig.told(&mut place.wire);
            place.take(&told, &mut self.given);
        }
    }

    fn lose(&mut self, at: usize) {
        let place = std::mem::replace(&mut self.places[at], Place::new(&self.rig, at));
        self.rig.lose(place.wire);
        self.look();
    }

    fn rest(&mut self, line: &[u8]) {
        let at = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (address, body) = line.split_at(at);
        let address = self.filled(&String::from_utf8_lossy(address));
        if let Some(reply) = self.rig.rest(&address, body) {
            desk::is_a_reply(&reply);
        }
        // It may have waited for the end of a message.
        self.places.iter_mut().for_each(|place| place.heard = 0);
        self.look();
    }

    fn filled(&self, line: &str) -> String {
        let Given { token, cursor, poll } = &self.given;
        let mut line = line.to_owned();
        for (name, what) in
            [("$KEY", &self.key), ("$TOKEN", token), ("$CURSOR", cursor), ("$POLL", poll)]
        {
            line = line.replace(name, what);
        }
        for (name, user) in [("$ADMIN", "administrator"), ("$HOST", "host"), ("$ANN", "ann")] {
            if line.contains(name) {
                line = line.replace(name, &self.rig.signature(user));
            }
        }
        line
    }

    fn hear(&mut self, at: usize, line: &[u8]) {
        let text = match String::from_utf8(line.to_vec()) {
            Ok(text) => self.filled(&text),
            Err(_) => return self.say(at, Message::Binary(line.to_vec().into())),
        };
        if let Some(bytes) = text.strip_prefix('*') {
            self.say(at, Message::Binary(bytes.as_bytes().to_vec().into()));
        } else if at < PAGES {
            self.hear_page(at, &text);
        } else {
            self.say(at, Message::Binary(text.into_bytes().into()));
        }
    }

    fn say(&mut self, at: usize, message: Message) {
        self.rig.hear(&mut self.places[at].wire, message);
        self.look();
    }

    /// A frame of the page, and the answer to it.
    fn hear_page(&mut self, at: usize, text: &str) {
        let frame = client_frame(text).map(|written| reads_again(&written));
        assert!(frame.is_none() || text.len() <= FRAME_BYTES, "{} bytes are taken", text.len());
        let before = self.rig.digests();
        let place = &mut self.places[at];
        let (was_in, had_parted) = (place.wire.is_in(), place.wire.has_parted());
        place.heard += 1;
        self.rig.hear(&mut place.wire, Message::Text(text.into()));
        let told = self.rig.told(&mut place.wire);
        place.take(&told, &mut self.given);
        let after = self.rig.digests();
        let told: Vec<Value> = told.iter().map(parsed).collect();
        let parted = place.wire.has_parted();
        assert!(parted || place.heard <= FRAMES_AT_ONCE, "more is heard than may come at once");
        if had_parted {
            assert!(told.is_empty(), "something is said after the last word");
        } else if let Some(frame) = frame {
            place.answered(&frame, was_in, &told);
            if place.wire.is_in() && told.iter().any(|said| said["me"]["role"] == "owner") {
                assert!(text.contains(&self.key), "somebody owns without the key");
                place.owns = true;
            }
            if was_in && !place.owns && frame["t"] == "do" && takes_the_key(&frame) {
                assert!(told.iter().any(|said| said["code"] == "key"), "{frame}");
                assert_eq!(after, before, "somebody does what is the owner's: {frame}");
            }
        } else {
            // Whoever was in may have lost the connection for it.
            let is_lost = was_in && parted;
            assert!(is_lost || after == before, "what is no frame changes something: {text}");
            assert!(told.iter().any(|said| said["t"] == "error" || said["code"] == "too_fast"));
        }
        self.look();
    }

    /// Every message comes to its end, and its author hears of it.
    fn end(&mut self) {
        for _ in 0..4 {
            self.pass(Duration::from_secs(30));
        }
        for place in self.places.iter().filter(|place| !place.wire.has_parted()) {
            assert!(place.open.is_subset(&place.ended), "an end is not told");
        }
        let stats = self.rig.account();
        let open: u64 = stats.stats().flow.0.iter().map(|flow| flow.waiting + flow.held).sum();
        assert_eq!(open, 0, "messages without an end");
    }
}

impl Place {
    fn new(rig: &Rig, at: usize) -> Self {
        let wire = if at < PAGES {
            rig.connect()
        } else {
            rig.connect_sdk("sdkappid=7&platform=7").expect("there is such an app")
        };
        let (open, ended) = (BTreeSet::new(), BTreeSet::new());
        Self { wire, owns: false, heard: 0, read: 0, open, ended }
    }

    /// Takes in what was said.
    fn take(&mut self, told: &[Message], given: &mut Given) {
        for message in told {
            match message {
                Message::Text(text) => self.take_frame(&is_a_frame(text), given),
                Message::Binary(bytes) => is_of_the_sdk(bytes, given),
                Message::Ping(_) => {}
                other => panic!("a host does not say {other:?}"),
            }
        }
    }

    fn take_frame(&mut self, said: &Value, given: &mut Given) {
        match said["t"].as_str().unwrap_or_default() {
            "welcome" => {
                if let Some(token) = said["token"].as_str() {
                    given.token = token.to_owned();
                }
                given.cursor = said["cursor"].to_string();
                self.read = 0;
            }
            "batch" => {
                given.cursor = said["cursor"].to_string();
                for entry in said["entries"].as_array().into_iter().flatten() {
                    let seq = entry["seq"].as_u64().expect("an entry has its place");
                    assert!(seq > self.read, "an entry comes twice, or out of order");
                    self.read = seq;
                }
            }
            "receipt" if said["state"] == "waiting" || said["state"] == "held" => {
                self.open.insert(said["message"].as_u64().expect("it was accepted"));
            }
            "ended" => {
                let message = said["message"].as_u64().expect("it was accepted");
                assert!(self.ended.insert(message), "message {message} ended twice");
            }
            _ => {}
        }
    }

    /// A frame has one answer, or the connection has ended.
    fn answered(&self, frame: &Value, was_in: bool, told: &[Value]) {
        let count = |is: &dyn Fn(&Value) -> bool| told.iter().filter(|said| is(said)).count();
        let answers = match (frame["t"].as_str().unwrap_or_default(), was_in) {
            ("join", false) => count(&|said| said["t"] == "welcome" || said["t"] == "refused"),
            ("send", true) => count(&|said| said["t"] == "receipt" && said["id"] == frame["id"]),
            ("do", true) => count(&|said| said["t"] == "done" && said["id"] == frame["id"]),
            ("ping", true) => count(&|said| said["t"] == "pong"),
            ("quit", true) => count(&|said| said["t"] == "bye" || said["t"] == "refused"),
            // A second join, or something before the first.
            _ => count(&|said| said["t"] == "error"),
        };
        let parted = self.wire.has_parted();
        assert!(answers == 1 || answers == 0 && parted, "{answers} answers to {frame}: {told:?}");
    }
}

fn parsed(message: &Message) -> Value {
    message.to_text().ok().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// A client's frame as it is written; written again, it is the same.
fn reads_again(written: &str) -> Value {
    if written.len() <= FRAME_BYTES {
        assert_eq!(client_frame(written).as_deref(), Some(written), "it is read otherwise");
    }
    serde_json::from_str(written).expect("it is JSON")
}

/// A frame of the host can be read, and written again is the same.
fn is_a_frame(text: &str) -> Value {
    let said: Value = serde_json::from_str(text).expect("it is JSON");
    assert_eq!(said["v"], 1);
    let again = host_frame(text).unwrap_or_else(|| panic!("it cannot be read: {text}"));
    let again: Value = serde_json::from_str(&again).expect("it is JSON");
    assert_eq!(again, said, "it is read otherwise");
    said
}

fn is_of_the_sdk(bytes: &[u8], given: &mut Given) {
    let said: Value = serde_json::from_slice(bytes).expect("it is JSON");
    assert!(said["head"]["servcmd"].is_string() && said["head"]["seq"].is_u64(), "{said}");
    let body = &said["body"];
    if let Some(code) = body.get("ErrorCode") {
        desk::is_known(code);
    }
    if let Some(key) = body["LongPollingKey"].as_str() {
        given.poll = key.to_owned();
    }
}

fn takes_the_key(frame: &Value) -> bool {
    !["explain", "raise_hand", "unknown"].iter().any(|word| frame["do"] == *word)
}
