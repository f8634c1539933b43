//! All of it at once, to one group under a small budget, from one seed.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use liveroom::{
    Author, Class, Command, Content, Cursor, Decision, Discard, Draft, Element, Epoch, Fingerprint,
    FoldRule, Folding, Group, GroupConfig, GroupId, Join, Kind, Lane, MessageId, Outcome, Output,
    Patience, PerClass, PerPriority, Platform, Priority, PriorityRule, Profile, Random, Receipt,
    Refusal, Role, RoleSet, SessionId, Silence, Snapshot, Span, State, Those, Ticket, Timestamp,
    Users,
    filter::{Filter, FilterSpec},
};

use crate::{
    dice::Dice,
    memory, staff,
    stage::{KEY, SECOND, START, balanced, join, sent, session, user},
};

const STEPS: u64 = 20_000;
/// As many try to come in; half of them find room.
const CROWD: u64 = 400;
const MEMBERS: u64 = 200;
/// Refusals that everybody who overdoes it gets.
const WALLS: [&str; 10] = [
    "TooLong",
    "TooMany",
    "Malformed",
    "TextRule",
    "HeldFull",
    "GroupFull",
    "UnknownTicket",
    "UnknownSession",
    "Denied",
    "Undrained",
];
/// The honest viewer's session, and that of an admin who turned on the house.
const HOPE: u64 = 1_000_001;
const BO: u64 = 1_000_002;

fn small(filter: &Filter) -> GroupConfig {
    let mut it = GroupConfig::modern().settings().clone();
    let lane = Lane { capacity: 8, max_wait: 250 * SECOND / 1_000 };
    it.traffic.lanes = PerPriority([Lane { max_wait: 2 * SECOND, ..lane }, lane, lane, lane]);
    it.retention.quota = PerClass([32, 32, 16, 16, 16, 16]);
    it.asking.steps[0].patience = Patience { deadline: 2 * SECOND, silence: Silence::Reject };
    (it.asking.open, it.asking.per_author) = (8, 4);
    it.presence.per_user = 2;
    let rule = FoldRule { window: 2 * SECOND, interval: SECOND, open: 16, messages: 32 };
    let folding = Folding { combos: Some(rule), echoes: Some(rule), ..it.folding.unwrap() };
    it.folding = Some(Folding { waiting: 64, ..folding });
    it.filter = Some(filter.id());
    it.journal = true;
    (it.limits.members, it.limits.applicants, it.limits.outputs) = (Some(MEMBERS), 20, 3_400);
    (it.limits.mutes, it.limits.bans, it.limits.strikes) = (60, 60, 60);
    (it.limits.message_bytes, it.limits.elements) = (2_000, 4);
    let hope = Those { users: vec![user("hope")], ..Those::NOBODY };
    let others =
        Those { roles: RoleSet::NONE.with(Role::Member).with(Role::Admin), ..Those::NOBODY };
    // What the honest viewer pays for comes first; nobody else buys that by a word.
    it.house.priorities = vec![
        PriorityRule { of: hope, highest: Priority::High, lowest: Priority::Lowest },
        PriorityRule { of: others, highest: Priority::Normal, lowest: Priority::Lowest },
    ];
    it.build().expect("good settings")
}

/// What the crowd says.
const SAID: [&str; 14] = [
    "hello",
    "hello",
    "badword",
    "b\u{430}dw\u{43e}rd",
    "holdme",
    "h\u{200b}oldme now",
    "maskme and maskme",
    "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}algo",
    "\u{202e}turned",
    "\u{2067}\u{202e}turned twice",
    "\0\r\n\u{2028}",
    "\u{200b}\u{2060}",
    "b",
    "{\"a\":[\"]}",
];

/// A reader, and what it has been told.
struct Reader {
    start: Cursor,
    cursor: Cursor,
    told: PerClass<u64>,
}

impl Reader {
    fn new(group: &Group) -> Self {
        Self { start: group.tail(), cursor: group.tail(), told: PerClass::default() }
    }

    /// Reads to the end, by batches.
    fn read(&mut self, group: &mut Group) {
        loop {
            let batch = group.batch(&self.cursor).expect("a cursor of this group");
            if batch.is_empty() {
                break;
            }
            let missed = batch.missed();
            batch.entries().iter().for_each(|entry| self.told[entry.class] += 1);
            Class::ALL.into_iter().for_each(|class| self.told[class] += missed[class]);
            self.cursor = *batch.to();
        }
        let (from, to) = (self.start.passed(), group.tail().passed());
        for class in Class::ALL {
            assert_eq!(self.told[class], to[class] - from[class], "read or missed, of {class}");
        }
    }
}

struct Siege {
    group: Group,
    filter: Arc<Filter>,
    dice: Dice,
    now: Timestamp,
    /// Whether the clock has been told of a time that is none.
    wild: bool,
    tickets: VecDeque<Ticket>,
    /// The last message with a mark of each session, as long as it must be known.
    marked: BTreeMap<u64, (Draft, MessageId)>,
    accepted: u64,
    refused: u64,
    ended: u64,
    gifts: u64,
    kinds: BTreeMap<String, u64>,
}

impl Siege {
    fn push(&mut self, by: Author, command: Command) -> Result<Receipt, Refusal> {
        let is_message = matches!(command, Command::Send(_));
        let now = if self.wild { self.moment() } else { self.now };
        let answer = self.group.push(now, by, command);
        self.accepted += u64::from(sent(&answer).is_some());
        self.refused += u64::from(is_message && answer.is_err());
        if let Err(refusal) = &answer {
            assert!(refusal.code() > 0);
            // What it is called, without what it says.
            let kind = format!("{refusal:?}");
            let kind = kind.split([' ', '(']).next().unwrap_or_default().to_owned();
            *self.kinds.entry(kind).or_default() += 1;
        }
        answer
    }

    /// A time that is none.
    fn moment(&mut self) -> Timestamp {
        match self.dice.below(4) {
            0 => Timestamp::MAX,
            1 => Timestamp::ZERO,
            2 => self.now.before(50 * SECOND),
            _ => Timestamp::from_nanos(self.dice.next()),
        }
    }

    fn poll(&mut self) {
        while let Some(output) = self.group.poll() {
            match output {
                Output::Ended { .. } => self.ended += 1,
                Output::Ask { question, .. } => self.tickets.push_back(question.ticket),
                _ => {}
            }
        }
        if self.tickets.len() > 64 {
            self.tickets.drain(..32);
        }
    }

    /// Everything that is due by now has happened, and was polled.
    fn settle(&mut self) {
        self.poll();
        while self.group.clock() < self.now {
            self.group.advance(self.now);
            self.poll();
        }
    }

    fn somebody(&mut self) -> (u64, String) {
        let number = self.dice.below(CROWD);
        (4 * number + self.dice.below(3), format!("u{number}"))
    }

    fn words(&mut self) -> String {
        match self.dice.below(12) {
            0 => "x".repeat(2_001),
            1 => "x".repeat(40_000),
            2 => format!("{:>1999}", self.dice.next()),
            3 => format!("a{}", "\u{336}".repeat(self.dice.below(12) as usize)),
            _ => (*self.dice.pick(&SAID)).to_owned(),
        }
    }

    /// Mostly somebody who is there.
    fn speaker(&mut self) -> u64 {
        let mut number = self.somebody().0;
        for _ in 0..8 {
            if self.group.is_connected(SessionId(number)) {
                break;
            }
            number = self.somebody().0;
        }
        number
    }

    fn say(&mut self) {
        let number = self.speaker();
        let mut content = Content::text(self.words());
        if self.dice.below(8) == 0 {
            let more = (0..self.dice.below(7)).map(|_| Element::Text(String::new()));
            content.elements.extend(more);
        }
        let kinds = match self.dice.below(20) {
            0 => [Kind::Control; 4],
            _ => {
                [Kind::Text, Kind::Text, Kind::Gift, *self.dice.pick(&[Kind::Like, Kind::Host(3)])]
            }
        };
        let draft = Draft {
            kind: *self.dice.pick(&kinds),
            priority: Some(*self.dice.pick(&Priority::ALL)).filter(|_| self.dice.below(2) == 0),
            content,
            random: Some(Random(self.dice.next() as u32)).filter(|_| self.dice.below(2) == 0),
            directive: None,
        };
        let answer = self.push(session(number), draft.clone().into());
        if let (Some(id), Some(_), false) = (sent(&answer), draft.random, self.wild) {
            self.marked.insert(number, (draft, id));
        }
    }

    fn replay(&mut self) {
        let at = self.dice.below(self.marked.len().max(1) as u64) as usize;
        let Some((&number, (draft, id))) = self.marked.iter().nth(at) else { return };
        let (draft, id) = (draft.clone(), *id);
        let answer = self.push(session(number), draft.into());
        match answer {
            Ok(Receipt::Sent { message, duplicate, .. }) => assert!(duplicate && message == id),
            Ok(other) => panic!("{other:?}"),
            Err(_) => {}
        }
    }

    fn come_or_go(&mut self) {
        let (number, name) = self.somebody();
        let platform = Platform::Android;
        let nick = self.words();
        let print = Some(Fingerprint((number % 9).into()));
        let command = match self.dice.below(9) {
            0..3 => Command::Join(Join {
                user: Some(user(&name)),
                profile: Profile::nick(&name).into(),
                platform,
                note: nick.into(),
                print,
            }),
            3 => join(&name, &nick),
            4 => Command::Attach { user: user(&name), platform, print },
            5 => Command::Detach,
            6 => Command::SetProfile { profile: Profile::new(&nick, &nick).into() },
            7 => {
                let guest = Author::Guest(SessionId(2_000_000 + number));
                let _ = self.push(guest, Command::join_as_guest(platform));
                return;
            }
            _ => Command::Quit,
        };
        let _ = self.push(session(number), command);
    }

    /// Whoever is asked is silent, late, says it twice, or somebody else says it.
    fn answer(&mut self) {
        let known = self.tickets.len().max(1) as u64;
        let ticket = match self.dice.below(3) {
            0 => Ticket(self.dice.next() >> self.dice.below(64)),
            _ => {
                let at = self.dice.below(known) as usize;
                self.tickets.get(at).copied().unwrap_or(Ticket(1))
            }
        };
        let content = Content::text(self.words());
        let decision = match self.dice.below(5) {
            0 => Decision::Allow,
            1 => Decision::Replace { content },
            2 => Decision::Reject { code: 10_100, reason: "no".into() },
            3 => Decision::Escalate,
            _ => Decision::Discard,
        };
        let by = match self.dice.below(3) {
            0 => session(self.somebody().0),
            _ => Author::App,
        };
        for _ in 0..=self.dice.below(2) {
            let decision = decision.clone();
            let _ = self.push(by.clone(), Command::Answer { ticket, decision });
        }
    }

    /// A member does what only the staff may, and one of the staff does it to whomever they like.
    fn overreach(&mut self) {
        let (number, _) = self.somebody();
        let (_, name) = self.somebody();
        let all = staff::commands(&user(&name));
        let command = self.dice.pick(&all).clone();
        if self.dice.below(3) > 0 {
            // They may leave or take themselves for another, and no more.
            let _ = self.push(session(number), command);
            return;
        }
        let target: Users = [user(&name)].into_iter().collect();
        let span = if self.dice.below(2) == 0 { Span::Forever } else { Span::For(5 * SECOND) };
        let reason: Arc<str> = "because".into();
        let command = match self.dice.below(9) {
            0 => Command::Mute { users: target, span },
            1 => Command::Shadow { users: target, span },
            2 => Command::Kick { users: target, reason },
            3 => Command::Ban { users: target, span, reason },
            4 => Command::Warn { users: target, reason },
            5 => Command::Purge { author: Some(user(&name)) },
            6 => Command::Unban { users: target },
            7 => Command::Unmute { users: target },
            _ => Command::Raid { span: Some(SECOND).filter(|_| self.dice.below(2) == 0) },
        };
        let _ = self.push(session(BO), command);
    }

    fn app(&mut self) {
        let words: Arc<str> = self.words().into();
        let message = MessageId(self.dice.below(self.accepted + 2));
        let command = match self.dice.below(4) {
            0 => Command::Notify { users: None, field: words },
            1 => Command::Recall { message },
            2 => Command::Broadcast { content: Content::text(&*words).into() },
            _ => Draft::text(&*words).priority(Priority::Lowest).into(),
        };
        let _ = self.push(Author::App, command);
    }

    fn step(&mut self) {
        if !self.wild {
            self.now += Duration::from_millis(self.dice.below(4));
        }
        match self.dice.below(100) {
            0..46 => self.say(),
            46..66 => self.come_or_go(),
            66..74 => self.replay(),
            74..82 => self.answer(),
            82..92 => self.overreach(),
            92..98 => self.app(),
            _ => self.group.advance(self.now),
        }
    }

    /// The app says what time it is, and the honest viewer gives something.
    fn gift(&mut self) {
        if self.wild {
            self.wild = false;
            self.push(Author::App, Command::Rebase { to: self.now }).expect("the app may");
        }
        self.settle();
        self.gifts += 1;
        let gift = Draft::custom(Kind::Gift, format!("rose {}", self.gifts));
        let answer = self.push(session(HOPE), gift.into());
        let Ok(Receipt::Sent { state: State::Ended(Outcome::Delivered { at, .. }), .. }) = answer
        else {
            panic!("gift {}: {answer:?}", self.gifts);
        };
        assert_eq!(at, self.group.clock(), "what is urgent waits for nobody");
        self.poll();
    }

    /// The host ends in the midst of it, and what it wrote down is all there is.
    /// Answers with what the group took.
    fn fall_and_rise(&mut self) -> i64 {
        let saved = postcard::to_allocvec(&self.group.snapshot()).unwrap();
        for _ in 0..4 {
            let length = self.dice.below(saved.len() as u64) as usize;
            assert!(postcard::from_bytes::<Snapshot>(&saved[..length]).is_err());
            let mut turned = saved.clone();
            turned[length] ^= 1 << self.dice.below(8);
            if let Ok(snapshot) = postcard::from_bytes::<Snapshot>(&turned) {
                drop(Group::restore(snapshot, std::slice::from_ref(&self.filter), KEY, None));
            }
        }
        let snapshot = postcard::from_bytes(&saved).unwrap();
        let again =
            Group::restore(snapshot, std::slice::from_ref(&self.filter), KEY, None).unwrap();
        assert_eq!(again.digest(), self.group.digest());
        assert_eq!(again.stats(), self.group.stats());
        let before = std::mem::replace(&mut self.group, again);
        let ((), held, _) = memory::measured(|| drop(before));
        -held
    }

    /// That nothing is lost, and nothing told twice.
    fn account(&self) {
        balanced(&self.group);
        let stats = self.group.stats();
        let on_the_way: u64 = stats.flow.0.iter().map(|flow| flow.waiting + flow.held).sum();
        assert_eq!(stats.accepted(), self.accepted);
        assert_eq!(self.ended + on_the_way, self.accepted, "each comes to one end");
        assert_eq!(stats.refused(), self.refused);
        assert!(self.group.member_count() + self.group.guest_count() <= MEMBERS);
    }
}

#[test]
fn a_small_house_stands_while_everything_is_done_to_it_at_once() {
    let list = "[custom:1 block]\nbadword\n[custom:2 hold]\nholdme\n[custom:3 mask]\nmaskme";
    let filter = Arc::new(FilterSpec::parse(list).unwrap().compile().unwrap());
    let config = small(&filter);
    let bound = config.worst_case();
    let id = GroupId::custom("siege").unwrap();
    let mut group = Group::new(id, Some(user("mia")), config, Epoch(1), KEY, START);
    group.install_filter(filter.clone());
    for (number, name) in [(HOPE, "hope"), (BO, "bo")] {
        group.push(START, session(number), join(name, name)).unwrap();
    }
    group.push(START, Author::App, Command::SetAdmin { user: user("bo") }).unwrap();
    let (mut never, mut seldom) = (Reader::new(&group), Reader::new(&group));
    let mut siege = Siege {
        group,
        filter,
        dice: Dice::new(7),
        now: START,
        wild: false,
        tickets: VecDeque::new(),
        marked: BTreeMap::new(),
        accepted: 0,
        refused: 0,
        ended: 0,
        gifts: 0,
        kinds: BTreeMap::new(),
    };
    let mut most = 0;
    for number in 1..=STEPS {
        siege.step();
        // The host is away for a while, and then polls after each step again.
        let away = (4_000..4_950).contains(&(number % 5_000));
        if !away {
            siege.poll();
        }
        if number % 1_700 == 1_650 {
            siege.wild = true;
            siege.marked.clear();
        }
        if number % 100 == 0 && !away {
            siege.gift();
        }
        if number % 500 == 0 && !away {
            siege.account();
            seldom.read(&mut siege.group);
        }
        if number % 900 == 0 {
            let members = siege.group.member_count() + siege.group.guest_count();
            let held = siege.fall_and_rise();
            assert!(held as u64 <= bound.total(members), "{held} bytes of {bound:?}");
            most = most.max(held);
        }
    }
    siege.settle();
    siege.now += 600 * SECOND;
    siege.settle();
    siege.account();
    assert_eq!(siege.ended, siege.accepted, "nothing is on its way");
    never.read(&mut siege.group);
    seldom.read(&mut siege.group);
    let stats = siege.group.stats();
    println!("{} accepted, {} refused, {most} bytes", stats.accepted(), stats.refused());
    println!("{:?}", siege.kinds);
    // It was a siege: each wall was run into.
    for kind in WALLS {
        let met = siege.kinds.get(kind).copied().unwrap_or_default();
        assert!(met > 10, "{kind}: {:?}", siege.kinds);
    }
    let lost =
        |reason| stats.flow.0.iter().map(|flow| flow.discarded[reason as usize]).sum::<u64>();
    for reason in [Discard::Expired, Discard::Shed, Discard::Muted, Discard::Purged] {
        assert!(lost(reason) > 0, "{reason:?}: {:?}", stats.flow);
    }
}
