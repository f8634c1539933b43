//! What would have been: under another word list, and under other traffic.

use std::{sync::Arc, time::Duration};

use liveroom::{Difference, Group, Rate, Settings, WhatIfError, filter::Filter, what_if};
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};

use crate::{
    door::Stay,
    house::House,
    past::Stretch,
    protocol::{
        deeds::{Done, Told},
        host::Refused,
        past::{WireMet, WirePreview, WireWhatIf},
    },
    room::Room,
    words::Compiled,
};

use super::Answer;

/// Rates that are tried at once: enough for a curve.
const RATES: usize = 8;
/// How long the past may take to catch up, and how often that is looked at.
const PATIENCE: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(5);
/// Characters of a message's words that are told.
const SHOWN: usize = 120;

impl House {
    /// What a word list would have met in the last five minutes, beside what the one in force meets.
    pub(super) async fn preview(self: &Arc<Self>, stay: &Stay, text: String) -> Answer {
        let filtering = self.read(&stay.room, |group| group.config().settings().filtering);
        let in_force = stay.room.words().in_force();
        let preview = self.with_past(stay, move |stretch| {
            let compiled = read(&text)?;
            let since = stretch.since().unwrap_or_default();
            let mut said = stretch.said().map_err(|_| unavailable())?;
            // The newest first, and what the app says for itself is not judged.
            said.retain(|said| said.author.is_some());
            said.reverse();
            let mut preview = WirePreview::since(since);
            for said in &said {
                let Some(content) = said.content() else { continue };
                let judge = |filter: &Filter| {
                    let mut judged = filter.dry_run(&filtering, [(said.message, content)]);
                    judged.shown.pop()
                };
                let (is, would) = (in_force.as_deref().and_then(judge), judge(&compiled.filter));
                let Some(how) = preview.count(is.as_ref(), would.as_ref()) else { continue };
                if preview.met.len() == WireMet::MOST {
                    continue;
                }
                // What would not be met any more is told as it is met.
                let (met, by) = match (&would, &is, &in_force) {
                    (Some(met), _, _) => (met, &compiled.filter),
                    (None, Some(met), Some(in_force)) => (met, in_force),
                    (None, _, _) => continue,
                };
                let text = content.texts().flat_map(str::chars).take(SHOWN).collect();
                let user = said.author.as_ref().map(ToString::to_string);
                let term = by.term(met.term).map_or("", |term| term.text);
                preview.met.push(WireMet::new(how, met, user, said.nick.clone(), text, term));
            }
            Ok(preview)
        });
        let preview = Some(Box::new(preview.await?));
        Ok(Done::Done(Told { preview, ..Told::NOTHING }))
    }

    /// What would have become of the last five minutes at each of these rates, and by another word list
    /// if one is given.
    pub(super) async fn what_if(
        self: &Arc<Self>,
        stay: &Stay,
        rates: Vec<u32>,
        burst: u32,
        reserve: u32,
        text: Option<String>,
    ) -> Answer {
        if rates.is_empty() || rates.len() > RATES {
            return Err(Refused::word(
                "traffic",
                format!("1 to {RATES} rates can be tried at once"),
            ));
        }
        let what_if = self.with_past(stay, move |mut stretch| {
            let compiled = text.as_deref().map(read).transpose()?;
            let filter = compiled.map(|compiled| compiled.filter);
            let id = filter.as_ref().map(|filter| filter.id());
            stretch.filters.extend(filter);
            let mut differences = Vec::new();
            for rate in rates {
                let wanted = Rate::per_second(rate)
                    .ok_or_else(|| Refused::word("traffic", "traffic.rate must be at least 1"))?;
                let change = |settings: &mut Settings| {
                    let traffic = &mut settings.traffic;
                    (traffic.rate, traffic.burst, traffic.reserve) = (wanted, burst, reserve);
                    settings.filter = id.or(settings.filter);
                };
                differences.push((rate, difference(&stretch, change)?));
            }
            Ok(WireWhatIf::new(stretch.since().unwrap_or_default(), &differences))
        });
        let what_if = Some(Box::new(what_if.await?));
        Ok(Done::Done(Told { what_if, ..Told::NOTHING }))
    }

    /// Does something with a room's past where nobody waits for it, one at a time in each room.
    async fn with_past<R: Send + 'static>(
        &self,
        stay: &Stay,
        act: impl FnOnce(Stretch) -> Result<R, Refused> + Send + 'static,
    ) -> Result<R, Refused> {
        let Ok(turn) = stay.room.looking_back.clone().try_acquire_owned() else {
            return Err(Refused::word("busy", "the past is being looked at already"));
        };
        self.catch_up(&stay.room).await;
        let room = stay.room.clone();
        let done = spawn_blocking(move || {
            let _turn = turn;
            let look = room.past().take_out().ok_or_else(unavailable)?;
            // Of a large room this takes a while, in which the past is nobody's to wait for.
            let stretch = look.stretch();
            room.past().put_back(look);
            act(stretch)
        });
        done.await.unwrap_or_else(|_| Err(unavailable()))
    }
}

impl House {
    /// Waits until the past has what was recorded so far: the fan-out thread brings it a moment later. A past
    /// that stays behind is looked at as it is.
    async fn catch_up(&self, room: &Room) {
        let recorded = self.read(room, Group::last_record);
        let caught_up = async {
            while room.past().last() < recorded {
                sleep(LOOK).await;
            }
        };
        let _behind = timeout(PATIENCE, caught_up).await;
    }
}

fn read(text: &str) -> Result<Compiled, Refused> {
    Compiled::read(text).map_err(|error| Refused::word("words", error.to_string()))
}

fn difference(stretch: &Stretch, change: impl Fn(&mut Settings)) -> Result<Difference, Refused> {
    let start = stretch.start.clone();
    let told = what_if(start, &stretch.filters, stretch.key, stretch.replayed(), change);
    told.map_err(|error| match error {
        WhatIfError::Config(error) => Refused::word("traffic", error.to_string()),
        _ => unavailable(),
    })
}

fn unavailable() -> Refused {
    Refused::word("unavailable", "the room does not remember its last minutes")
}
