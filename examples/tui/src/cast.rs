//! Who is in the room, and what each of them does there.

use std::time::Duration;

use liveroom::{Command, Draft, Kind, Priority, SessionId, Timestamp, UserId};

use crate::dice::Dice;

/// What somebody does, over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// The owner and an admin, who talk and are exempt from caps.
    Staff,
    /// One who never stops; silent until let loose.
    Flood,
    /// Talks, now and then rudely.
    Chat,
    /// Gives gifts, which are of High priority.
    Give,
    /// Likes, of Low priority.
    Like,
    /// Shows presence, of the Lowest priority.
    Watch,
}

/// The names of the cast, the owner first.
const CAST: [(Habit, &[&str]); 6] = [
    (Habit::Staff, &["olga", "ada"]),
    (Habit::Flood, &["max"]),
    (
        Habit::Chat,
        &["ann", "ben", "cho", "dee", "eli", "fay", "gus", "hal", "ivy", "jon", "kit", "leo"],
    ),
    (Habit::Give, &["gil", "gwen", "guy"]),
    (Habit::Like, &["lia", "lou", "lux", "lyn"]),
    (Habit::Watch, &["wes", "wim", "wyn"]),
];

impl Habit {
    /// The pause between two messages of one person, on average, at a load of 100 %. All of them
    /// together then send about 30 a second, and the flooder 50.
    fn pause(self) -> Duration {
        Duration::from_millis(match self {
            Self::Staff => 4_000,
            Self::Flood => 20,
            Self::Chat => 900,
            Self::Give => 2_500,
            Self::Like => 400,
            Self::Watch => 800,
        })
    }

    /// The lane in which their messages wait.
    pub(crate) fn priority(self) -> Priority {
        match self {
            Self::Staff | Self::Flood | Self::Chat => Priority::Normal,
            Self::Give => Priority::High,
            Self::Like => Priority::Low,
            Self::Watch => Priority::Lowest,
        }
    }

    fn says(self, dice: &mut Dice) -> Draft {
        match self {
            Self::Staff => Draft::text(*dice.pick(&STAFF)),
            Self::Flood => Draft::text(*dice.pick(&SPAM)),
            // Three in a hundred are rude, so that the filter has something to do.
            Self::Chat if dice.below(100) < 3 => Draft::text(*dice.pick(&RUDE)),
            Self::Chat => Draft::text(*dice.pick(&PHRASES)),
            Self::Give => Draft::custom(Kind::Gift, *dice.pick(&GIFTS)),
            Self::Like => Draft::custom(Kind::Like, "like"),
            Self::Watch => Draft::custom(Kind::Host(1), "here").priority(Priority::Lowest),
        }
    }
}

/// Somebody in the room.
pub(crate) struct Actor {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) habit: Habit,
    /// When they speak next; `None` while they are silent.
    pub(crate) next: Option<Timestamp>,
}

impl Actor {
    /// Everybody, silent; the owner is the first.
    pub(crate) fn all() -> Vec<Self> {
        let people =
            CAST.iter().flat_map(|(habit, names)| names.iter().map(|name| (*habit, *name)));
        let actor = |(number, (habit, name))| Self {
            user: UserId::new(name).expect("a short word is an id"),
            session: SessionId(number),
            habit,
            next: None,
        };
        (1..).zip(people).map(actor).collect()
    }

    /// What they send.
    pub(crate) fn says(&self, dice: &mut Dice) -> Command {
        self.habit.says(dice).into()
    }

    /// They speak again after `now`: anything from nothing to twice their pause, so that they bunch
    /// now and then. The flooder minds no load.
    pub(crate) fn speak_after(&mut self, now: Timestamp, load: u64, dice: &mut Dice) {
        let load = if self.habit == Habit::Flood { 100 } else { load };
        let mean = u64::try_from(self.habit.pause().as_nanos()).unwrap_or(u64::MAX) * 100 / load;
        self.next = Some(now + Duration::from_nanos(1 + dice.below(2 * mean)));
    }
}

const STAFF: [&str; 3] =
    ["welcome everybody", "thank you for the gifts", "the next song is yours to choose"];
const SPAM: [&str; 3] = ["LOOK AT ME", "my channel is better", "first!!!"];
const RUDE: [&str; 3] = ["what a stupid song", "free coins at my place", "zorgblatt!"];
const GIFTS: [&str; 3] = ["a rose", "a cake", "a rocket"];
const PHRASES: [&str; 12] = [
    "hello",
    "first time here",
    "louder please",
    "what was that song",
    "again, again",
    "can you see me",
    "so good",
    "wow",
    "that was close",
    "play the other one",
    "one more",
    "see you tomorrow",
];

/// What is masked, held and blocked here.
pub(crate) const FILTER: &str =
    "[abuse mask]\nstupid\n[advertising hold]\nfree coins\n[politics block]\nzorgblatt";
