//! What the owner changes about what is let through: words and traffic.

use std::sync::Arc;

use liveroom::{Command, Rate};
use tokio::task::spawn_blocking;

use crate::{
    door::Stay,
    house::House,
    protocol::{
        deeds::{Done, Told},
        host::Refused,
    },
    words::Compiled,
};

use super::Answer;

impl House {
    /// Puts another word list in force. It is compiled where nobody waits for it; a frame's length
    /// bounds it to some thousand terms.
    pub(super) async fn set_words(self: &Arc<Self>, stay: &Stay, text: String) -> Answer {
        let compiled = spawn_blocking(move || Compiled::read(&text)).await;
        let compiled = compiled
            .map_err(|_| Refused::word("words", "the list could not be read"))?
            .map_err(|error| Refused::word("words", error.to_string()))?;
        let terms = Some(compiled.terms());
        self.use_words(&stay.room, &self.in_owners_name(), compiled)?;
        Ok(Done::Done(Told { terms, ..Told::NOTHING }))
    }

    /// The list in force, as it was written.
    pub(super) fn tell_words(stay: &Stay) -> Done {
        let words = stay.room.words();
        let (terms, text) = (Some(words.terms()), Some(words.text().to_owned()));
        Done::Done(Told { terms, text, ..Told::NOTHING })
    }

    pub(super) fn set_traffic(&self, stay: &Stay, rate: u32, burst: u32, reserve: u32) -> Answer {
        let Some(rate) = Rate::per_second(rate) else {
            return Err(Refused::word("traffic", "traffic.rate must be at least 1"));
        };
        // A config names the filter in force: under this lock nobody changes it meanwhile.
        let words = stay.room.words();
        let mut settings = self.read(&stay.room, |group| group.config().settings().clone());
        settings.filter = words.filter();
        (settings.traffic.rate, settings.traffic.burst) = (rate, burst);
        settings.traffic.reserve = reserve;
        let config =
            settings.build().map_err(|error| Refused::word("traffic", error.to_string()))?;
        self.in_name(stay, Command::Configure(Box::new(config)))
    }
}
