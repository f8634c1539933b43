//! Playing scripts on groups.

use std::sync::{Arc, LazyLock};

use liveroom::{
    Author, Command, Cursor, Entry, Epoch, Group, GroupConfig, GroupId, HashKey, Output, PerClass,
    Receipt, Refusal, Timestamp,
    filter::{Filter, FilterSpec},
};

use super::{
    Model, Words,
    script::{Cast, START, Script, Step, user},
    speaking::Gravity,
};

/// The words that scripts use, one for each treatment.
const LIST: &str = "[custom:1 mask]\nmaskme\n[custom:2 hold]\nholdme\n\
                    [custom:3 block]\nblockme\n[custom:4 tag]\ntagme";

pub(crate) fn filter() -> Arc<Filter> {
    static FILTER: LazyLock<Arc<Filter>> =
        LazyLock::new(|| Arc::new(filter_spec().compile().expect("four words fit")));
    FILTER.clone()
}

/// Of what the filter is made.
pub(crate) fn filter_spec() -> FilterSpec {
    FilterSpec::parse(LIST).expect("a good list")
}

/// The same words for the model.
fn words() -> Words {
    let words = vec![
        ("maskme", Gravity::Mask),
        ("holdme", Gravity::Hold),
        ("blockme", Gravity::Block),
        ("tagme", Gravity::Tag),
    ];
    Words { words, mask: '*' }
}

/// The cursor of a group in which nothing has happened.
pub(crate) fn beginning() -> Cursor {
    let id = GroupId::custom("stage").expect("a good id");
    Group::new(id, None, GroupConfig::livestream(), Epoch(1), HashKey::new(1, 2), START).tail()
}

/// The model of the script's group, before its first step.
pub(crate) fn model(script: &Script) -> Model {
    let id = filter().id();
    let owner = script.owned.then(|| user(0));
    let config = script.knobs.config(Some(id));
    let mut model = Model::new(owner, &config, START, beginning());
    model.install_filter(id, words());
    model
}

/// One step of a script as a group sees it: the time given, and what is pushed, if anything.
pub(crate) type Line = (Timestamp, Option<(Author, Command)>);

/// A group's answer to one line; `None` where time alone passed.
pub(crate) type Answer = Option<Result<Receipt, Refusal>>;

/// A group on which a script is played.
pub(crate) struct Stage {
    pub(crate) group: Group,
    cast: Cast,
}

impl Stage {
    pub(crate) fn new(script: &Script) -> Self {
        Self::with(script, "stage", HashKey::new(1, 2))
    }

    pub(crate) fn with(script: &Script, name: &str, key: HashKey) -> Self {
        let filter = filter();
        let cast = Cast {
            filter: Some(filter.id()),
            now: START,
            max_age: script.knobs.max_age,
            ..Cast::default()
        };
        let id = GroupId::custom(name).expect("a good id");
        let config = script.knobs.config(cast.filter);
        let owner = script.owned.then(|| user(0));
        let mut group = Group::new(id, owner, config, Epoch(1), key, START);
        group.install_filter(filter);
        Self { group, cast }
    }

    /// What the step is in the words of a group that has come so far.
    pub(crate) fn line(&self, step: &Step) -> Line {
        let now = self.cast.time(step.clock);
        let cast = self.cast.at(now);
        let push = step.push.as_ref();
        (now, push.map(|(who, act)| (who.author(), cast.command(*who, act))))
    }

    /// Plays one line, and polls whatever comes of it.
    pub(crate) fn play(&mut self, line: &Line) -> (Answer, Vec<Output>) {
        let answer = self.play_unpolled(line);
        (answer, self.poll())
    }

    /// Plays one line and leaves the outputs where they are.
    pub(crate) fn play_unpolled(&mut self, line: &Line) -> Answer {
        let (now, push) = line;
        self.cast.now = self.cast.now.max(*now).min(Timestamp::LATEST);
        let Some((by, command)) = push else {
            self.group.advance(*now);
            return None;
        };
        let answer = self.group.push(*now, by.clone(), command.clone());
        match (&answer, command) {
            (Ok(_), Command::Rebase { to }) => self.cast.now = (*to).min(Timestamp::LATEST),
            (Ok(Receipt::Sent { message, .. }), _) => {
                self.cast.messages = self.cast.messages.max(message.0);
            }
            _ => {}
        }
        Some(answer)
    }

    /// Everything that waits to be polled, but for the tail, which is a level and no event.
    pub(crate) fn poll(&mut self) -> Vec<Output> {
        let mut outputs = vec![];
        while let Some(output) = self.group.poll() {
            if let Output::Ask { question, .. } = &output {
                self.cast.tickets = question.ticket.0;
            }
            if !matches!(output, Output::Tail { .. }) {
                outputs.push(output);
            }
        }
        outputs
    }

    /// What a reader at this cursor is given and has missed; the cursor goes to the end.
    pub(crate) fn read(&self, cursor: &mut Cursor) -> (Vec<Entry>, PerClass<u64>) {
        let entries = self.group.since(cursor).expect("a cursor of this group");
        let missed = entries.missed();
        *cursor = entries.cursor();
        (entries.map(|entry| Entry::clone(entry)).collect(), missed)
    }
}

/// The script in the words of a group that plays it and is polled after each step.
pub(crate) fn rehearse(script: &Script) -> Vec<Line> {
    let mut stage = Stage::new(script);
    let lines = script.steps.iter().map(|step| {
        let line = stage.line(step);
        stage.play(&line);
        line
    });
    lines.collect()
}
