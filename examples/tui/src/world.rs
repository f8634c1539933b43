//! One group and everybody in it, in one process and in virtual time.
//!
//! Invariant: what happens follows from the seed, and from what was done at which virtual time; how
//! often somebody looks changes nothing.

use std::{collections::VecDeque, fmt, sync::Arc, time::Duration};

use liveroom::{
    Author, Command, Cursor, Decision, Due, Epoch, Group, GroupConfig, GroupId, HashKey, Output,
    PerClass, Platform, Profile, Receipt, Refusal, Span, Ticket, Timestamp, UserId,
    filter::FilterSpec,
};

use crate::{
    account::Account,
    cast::{Actor, FILTER, Habit},
    dice::Dice,
    knobs::{self, Knob, Turn},
};

/// The hour at which every world begins.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_600_000_000);
/// Percent of what the cast sends at ease: at 150 it is a little more than the rate.
const LOADS: [u64; 9] = [10, 25, 50, 100, 150, 200, 300, 500, 1_000];
/// How long the moderator reads what the filter held.
const READING: Duration = Duration::from_millis(1_200);

pub(crate) struct World {
    group: Group,
    actors: Vec<Actor>,
    dice: Dice,
    load: u64,
    account: Account,
    /// Questions that the moderator is reading, the first one first.
    questions: VecDeque<(Timestamp, Ticket)>,
    /// Before the first entry.
    origin: Cursor,
}

/// What happens next, unless a key is pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Somebody speaks.
    Speaks(UserId),
    /// The moderator answers.
    Answers,
    /// Something is due in the group.
    Due(Due),
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Speaks(user) => write!(f, "{user} speaks"),
            Self::Answers => f.write_str("the moderator answers"),
            Self::Due(Due::Release) => f.write_str("a release"),
            Self::Due(Due::Expiry) => f.write_str("an expiry"),
            Self::Due(due) => write!(f, "due: {due:?}"),
        }
    }
}

/// What a key did, or why it could not.
pub(crate) type Told = Result<String, String>;

impl World {
    /// Everybody comes in, and begins to talk.
    pub(crate) fn new(seed: u64) -> Self {
        let id = GroupId::custom("friday").expect("a word is an id");
        let owner = UserId::new("olga").expect("a word is an id");
        let key = HashKey::new(1, 2);
        let mut group = Group::new(id, Some(owner), config(), Epoch(1), key, START);
        let filter = FilterSpec::parse(FILTER).and_then(|spec| spec.compile());
        let filter = Arc::new(filter.expect("the list is well formed"));
        let in_force = Some(filter.id());
        group.install_filter(filter);
        let mut world = Self {
            origin: group.tail(),
            group,
            actors: Actor::all(),
            dice: Dice::new(seed),
            load: 150,
            account: Account::default(),
            questions: VecDeque::new(),
        };
        world.must(Author::App, Command::UseFilter { filter: in_force });
        for number in 0..world.actors.len() {
            world.come_in(number);
        }
        let ada = UserId::new("ada").expect("a word is an id");
        world.must(world.owner(), Command::SetAdmin { user: ada });
        world.drain();
        world
    }

    pub(crate) fn group(&self) -> &Group {
        &self.group
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    pub(crate) fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// Before the first entry of the group's history.
    pub(crate) fn origin(&self) -> &Cursor {
        &self.origin
    }

    /// In percent.
    pub(crate) fn load(&self) -> u64 {
        self.load
    }

    /// Whether the flooder floods.
    pub(crate) fn is_flooded(&self) -> bool {
        self.flooder().next.is_some()
    }

    /// Whether the flooder is muted.
    pub(crate) fn is_flooder_muted(&self) -> bool {
        self.group.muted_until(&self.flooder().user).is_some()
    }

    /// What happens next, and when.
    pub(crate) fn next(&self) -> (Timestamp, Next) {
        let speaks = self.first_speaker().map(|(at, number)| {
            let user = self.actors[number].user.clone();
            (at, Next::Speaks(user))
        });
        let answers = self.questions.front().map(|(at, _)| (*at, Next::Answers));
        let due = self.group.poll_timeout().map(|due| (due.at, Next::Due(due.reason)));
        // What is due comes first: the group settles before it takes a command.
        let all = due.into_iter().chain(answers).chain(speaks);
        all.min_by_key(|(at, _)| *at).unwrap_or((Timestamp::MAX, Next::Due(Due::Forget)))
    }

    /// Everything happens that happens until `to`, each thing at its own time.
    pub(crate) fn run(&mut self, to: Timestamp) {
        loop {
            let answer = self.questions.front().map(|(at, _)| *at).filter(|at| *at <= to);
            let speaker = self.first_speaker().filter(|(at, _)| *at <= to);
            match (answer, speaker) {
                (Some(answer), speaker) if speaker.is_none_or(|(at, _)| answer <= at) => {
                    self.answer();
                }
                (_, Some((at, number))) => self.speak(at, number),
                (_, None) => break,
            }
        }
        self.group.advance(to);
        self.drain();
        self.account.settle(to);
    }

    /// More or less is said from now on.
    pub(crate) fn change_load(&mut self, turn: Turn) -> String {
        let (now, former) = (self.group.clock(), self.load);
        let load = knobs::next(&LOADS, former, turn);
        self.load = load;
        for actor in self.actors.iter_mut().filter(|actor| actor.habit != Habit::Flood) {
            // Who has drawn a pause waits the rest of it at the new pace.
            if let Some(next) = &mut actor.next {
                let rest = u64::try_from(next.since(now).as_nanos()).unwrap_or(u64::MAX);
                *next = now + Duration::from_nanos(rest.saturating_mul(former) / load);
            }
        }
        format!("the load is {load} %")
    }

    /// The flooder begins or ends.
    pub(crate) fn flood(&mut self) -> String {
        let (now, on) = (self.group.clock(), !self.is_flooded());
        for actor in self.actors.iter_mut().filter(|actor| actor.habit == Habit::Flood) {
            actor.next = on.then_some(now);
        }
        if on { "max lets loose: 50 messages a second" } else { "max is silent" }.to_owned()
    }

    /// Somebody gives a gift now.
    pub(crate) fn gift(&mut self) -> String {
        let givers: Vec<usize> = (0..self.actors.len())
            .filter(|number| self.actors[*number].habit == Habit::Give)
            .collect();
        let number = *self.dice.pick(&givers);
        let next = self.actors[number].next;
        self.speak(self.group.clock(), number);
        self.actors[number].next = next;
        format!("{} gives a gift", self.actors[number].user)
    }

    /// The owner mutes the flooder, or lets them speak again.
    pub(crate) fn mute_flooder(&mut self) -> Told {
        let user = self.flooder().user.clone();
        let (command, told) = if self.is_flooder_muted() {
            (Command::Unmute { users: [user].into_iter().collect() }, "max may speak again")
        } else {
            (
                Command::mute(user, Span::Forever),
                "max is muted, and what waited of max is discarded",
            )
        };
        self.tell(self.owner(), command, told.to_owned())
    }

    /// The owner mutes everybody but the staff, or lets them speak again.
    pub(crate) fn mute_all(&mut self) -> Told {
        let on = !self.group.is_mute_all();
        let told = if on { "all but the staff are muted" } else { "everybody may speak again" };
        self.tell(self.owner(), Command::MuteAll { on }, told.to_owned())
    }

    /// The app tells everybody something, whatever the rate.
    pub(crate) fn notice(&mut self) -> Told {
        let command = Command::notice("the break is over");
        self.tell(Author::App, command, "a notice, which no rate limits".to_owned())
    }

    /// The group goes on under another config.
    pub(crate) fn configure(&mut self, knob: Knob, turn: Turn) -> Told {
        let mut settings = self.group.config().settings().clone();
        let told = knob.turn(turn, &mut settings);
        let config = settings.build().map_err(|error| error.to_string())?;
        self.tell(Author::App, Command::Configure(Box::new(config)), told)
    }

    fn flooder(&self) -> &Actor {
        let flooder = self.actors.iter().find(|actor| actor.habit == Habit::Flood);
        flooder.expect("the cast has a flooder")
    }

    fn owner(&self) -> Author {
        Author::Session(self.actors[0].session)
    }

    fn first_speaker(&self) -> Option<(Timestamp, usize)> {
        let speakers = self.actors.iter().enumerate();
        speakers.filter_map(|(number, actor)| actor.next.map(|at| (at, number))).min()
    }

    fn come_in(&mut self, number: usize) {
        let actor = &mut self.actors[number];
        if actor.habit != Habit::Flood {
            actor.speak_after(START, self.load, &mut self.dice);
        }
        let (session, user) = (actor.session, actor.user.clone());
        let profile = Profile::nick(user.as_str());
        self.must(Author::Session(session), Command::join(user, profile, Platform::Web));
    }

    fn speak(&mut self, at: Timestamp, number: usize) {
        let actor = &mut self.actors[number];
        actor.speak_after(at, self.load, &mut self.dice);
        let (command, by) = (actor.says(&mut self.dice), Author::Session(actor.session));
        let priority = actor.habit.priority();
        self.account.offer(at, &actor.user);
        match self.group.push(at, by, command) {
            Ok(Receipt::Sent { .. }) => self.account.accept(priority),
            Ok(_) => {}
            Err(refusal) => self.account.refuse(&refusal),
        }
        self.drain();
    }

    /// The moderator answers the question that was asked first: every other one is let through.
    fn answer(&mut self) {
        let Some((at, ticket)) = self.questions.pop_front() else { return };
        let decision = if self.dice.below(2) == 0 {
            Decision::Allow
        } else {
            Decision::Reject { code: 10_101, reason: "no advertising".to_owned() }
        };
        // A question may have closed meanwhile: its author was muted.
        let _closed = self.group.push(at, Author::App, Command::Answer { ticket, decision });
        self.drain();
    }

    /// Takes what the group puts out, as every host must.
    fn drain(&mut self) {
        while let Some(output) = self.group.poll() {
            match output {
                Output::Ask { question, .. } => {
                    let at = question.message.accepted + READING;
                    self.questions.push_back((at, question.ticket));
                }
                Output::Ended { message, outcome, .. } => {
                    self.account.end(message.id, message.sender.user.as_ref(), &outcome);
                }
                _ => {}
            }
        }
    }

    fn tell(&mut self, by: Author, command: Command, told: String) -> Told {
        let answer = self.group.push(self.group.clock(), by, command);
        self.drain();
        answer.map(|_| told).map_err(|refusal| refusal.to_string())
    }

    fn must(&mut self, by: Author, command: Command) {
        let answer: Result<_, Refusal> = self.group.push(START, by, command);
        answer.expect("the house of this world lets everybody in");
    }
}

/// A house with every power, nothing folded, and a log so small that its quotas fill while one looks.
fn config() -> GroupConfig {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.retention.quota = PerClass([64, 128, 64, 32, 16, 16]);
    // What joins a fold waits in no lane, and who floods is turned away before them; the lanes are what
    // one is to see.
    (settings.folding, settings.house.pace) = (None, None);
    settings.build().expect("a smaller log keeps a good config good")
}

/// The session of somebody by name, for tests.
#[cfg(test)]
impl World {
    pub(crate) fn session(&self, name: &str) -> liveroom::SessionId {
        let actor = self.actors.iter().find(|actor| actor.user.as_str() == name);
        actor.expect("somebody of the cast").session
    }

    /// Counts an offer that was never made.
    pub(crate) fn forge_an_offer(&mut self) {
        let user = self.actors[0].user.clone();
        self.account.offer(self.group.clock(), &user);
    }

    /// Nobody speaks any more of their own accord.
    pub(crate) fn hush(&mut self) {
        for actor in &mut self.actors {
            actor.next = None;
        }
    }

    /// Somebody says something now.
    pub(crate) fn say(&mut self, name: &str, command: Command) {
        let (session, now) = (self.session(name), self.group.clock());
        let user = UserId::new(name).unwrap();
        self.account.offer(now, &user);
        let Command::Send(draft) = &command else { panic!("it is a message") };
        let priority = draft.effective_priority();
        self.group.push(now, Author::Session(session), command).unwrap();
        self.account.accept(priority);
        self.drain();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn how_often_one_looks_changes_nothing() {
        let (mut once, mut often) = (World::new(7), World::new(7));
        for world in [&mut once, &mut often] {
            world.flood();
        }
        once.run(after(20));
        for millis in 1..=20_000 / 7 {
            often.run(START + Duration::from_millis(7 * millis));
        }
        often.run(after(20));
        assert_eq!(once.group.digest(), often.group.digest());
        assert!(once.account.ended().eq(often.account.ended()));
        let mut other = World::new(8);
        other.flood();
        other.run(after(20));
        assert_ne!(once.group.digest(), other.group.digest());
    }

    #[test]
    fn every_outcome_is_met_and_every_equation_holds_whatever_is_done() {
        let mut world = World::new(1);
        let mut keys = 0..;
        for second in 1..=120 {
            world.run(after(second));
            assert_eq!(world.account.broken(&world.group), Vec::<String>::new());
            let told = match keys.next().unwrap_or(0) % 11 {
                0 => Ok(world.flood()),
                1 | 2 => Ok(world.change_load(Turn::Up)),
                3 => world.configure(Knob::Rate, Turn::Down),
                4 => Ok(world.gift()),
                5 => world.mute_flooder(),
                6 => world.configure(Knob::MaxWait, Turn::Down),
                7 => world.notice(),
                8 => world.configure(Knob::Burst, Turn::Up),
                9 => world.configure(Knob::Rate, Turn::Up),
                _ => world.configure(Knob::Reserve, Turn::Up),
            };
            told.unwrap();
        }
        let stats = world.group.stats();
        let sum = |of: fn(&liveroom::Flow) -> u64| stats.flow.0.iter().map(of).sum::<u64>();
        assert!(sum(|flow| flow.delivered) > 0 && stats.refused() > 0);
        assert!(sum(|flow| flow.rejected[0]) > 0, "the filter blocked some");
        assert!(sum(|flow| flow.rejected[1]) > 0, "the moderator turned some away");
        assert!(sum(|flow| flow.discarded[1]) > 0, "some expired");
    }

    #[test]
    fn the_next_moment_is_the_first_of_all_that_can_happen() {
        let mut world = World::new(3);
        for _ in 0..2_000 {
            let (at, next) = world.next();
            let before = world.group.stats();
            world.run(at.before(Duration::from_nanos(1)));
            assert_eq!(world.group.stats(), before, "nothing before {next:?}");
            world.run(at);
        }
    }

    #[test]
    fn settings_that_do_not_hold_together_are_told_in_the_librarys_words() {
        let mut world = World::new(1);
        for _ in 0..2 {
            world.configure(Knob::Reserve, Turn::Up).unwrap();
        }
        let told = world.configure(Knob::Reserve, Turn::Up).unwrap_err();
        assert_eq!(told, "traffic.reserve must be less than traffic.burst");
    }
}
