//! What would have been, as the wire tells it.

use std::borrow::Cow;

use liveroom::{
    Contrast, Difference, Differing, Fate, Fates, Priority, Timestamp,
    filter::{Met, Treatment},
};
use serde::{Deserialize, Serialize};

use super::{
    KindName, PriorityName,
    answers::{DISCARDS, REJECTIONS},
};

/// Messages told one by one: as many as somebody looks through.
const TOLD: usize = 40;

/// What another word list would have met, beside what the one in force meets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WirePreview {
    /// From when on messages were judged.
    pub(crate) since: u64,
    pub(crate) judged: u64,
    #[serde(flatten)]
    all: WireMets,
    /// Those that the list in force does not meet.
    new: WireMets,
    /// Those that both meet, and treat otherwise.
    changed: u64,
    /// Those that the list in force alone meets.
    gone: u64,
    /// The newest of the new, the changed and the gone.
    pub(crate) met: Vec<WireMet>,
}

/// Messages that are met, by what is done about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct WireMets {
    tag: u64,
    mask: u64,
    hold: u64,
    block: u64,
}

impl WireMets {
    fn count(&mut self, treatment: Treatment) {
        *match treatment {
            Treatment::Tag => &mut self.tag,
            Treatment::Mask => &mut self.mask,
            Treatment::Hold => &mut self.hold,
            Treatment::Block => &mut self.block,
        } += 1;
    }
}

/// How two lists differ about one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WireHow {
    New,
    Changed,
    Gone,
}

/// One message about which the lists differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireMet {
    how: WireHow,
    message: u64,
    user: Option<String>,
    nick: String,
    text: String,
    treatment: Cow<'static, str>,
    /// The listed term.
    term: String,
    /// The place where it was met, as it was written.
    words: String,
}

impl WirePreview {
    /// Nothing was judged yet, of what there is since then.
    pub(crate) fn since(since: Timestamp) -> Self {
        Self { since: since.as_millis(), ..Self::default() }
    }

    /// Counts one message, as it is met and as it would be. Returns how these differ, if they do.
    pub(crate) fn count(&mut self, is: Option<&Met>, would: Option<&Met>) -> Option<WireHow> {
        self.judged += 1;
        if let Some(would) = would {
            self.all.count(would.treatment);
        }
        match (is, would) {
            (None, None) => None,
            (None, Some(would)) => {
                self.new.count(would.treatment);
                Some(WireHow::New)
            }
            (Some(is), Some(would)) if is.treatment == would.treatment => None,
            (Some(_), Some(_)) => {
                self.changed += 1;
                Some(WireHow::Changed)
            }
            (Some(_), None) => {
                self.gone += 1;
                Some(WireHow::Gone)
            }
        }
    }
}

impl WireMet {
    pub(crate) const MOST: usize = TOLD;

    /// A message by a user of that nick; `term` is what was listed.
    pub(crate) fn new(
        how: WireHow,
        met: &Met,
        user: Option<String>,
        nick: String,
        text: String,
        term: &str,
    ) -> Self {
        let treatment = match met.treatment {
            Treatment::Tag => "tag",
            Treatment::Mask => "mask",
            Treatment::Hold => "hold",
            Treatment::Block => "block",
        };
        let (message, words) = (met.message.0, met.words.clone());
        let (treatment, term) = (treatment.into(), term.into());
        Self { how, message, user, nick, text, treatment, term, words }
    }
}

/// What would have been under other settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WireWhatIf {
    /// From when on it was lived through again.
    pub(crate) since: u64,
    /// What became of the messages.
    pub(crate) was: WireFates,
    /// What would have become of them, for each rate that was asked for.
    pub(crate) points: Vec<WirePoint>,
    /// Of the first of these: messages that differ in more than their time.
    pub(crate) differing: Vec<WireDiffering>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WireFates {
    pub(crate) delivered: u64,
    altered: u64,
    rejected: u64,
    discarded: u64,
    refused: u64,
    open: u64,
    /// How long a delivered one waited, in the mean.
    mean_ms: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WirePoint {
    pub(crate) rate: u32,
    #[serde(flatten)]
    pub(crate) fates: WireFates,
    gained: u64,
    lost: u64,
    earlier: u64,
    later: u64,
}

/// One message that would have come to something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireDiffering {
    message: u64,
    user: Option<String>,
    kind: KindName,
    priority: PriorityName,
    text: String,
    /// `gained`, `lost`, `altered` or `otherwise`.
    how: Cow<'static, str>,
    /// `delivered`, `open`, `refused`, or the reason why not.
    was: Cow<'static, str>,
    would: Cow<'static, str>,
}

impl WireWhatIf {
    pub(crate) fn new(since: Timestamp, differences: &[(u32, Difference)]) -> Self {
        let first = differences.first().map(|(_, difference)| difference);
        let told = first.into_iter().flat_map(|first| &first.differing);
        let told = told.filter(|one| !one.how.is_timing()).take(TOLD).map(WireDiffering::of);
        Self {
            since: since.as_millis(),
            was: first.map(|first| WireFates::of(&first.was.0)).unwrap_or_default(),
            points: differences.iter().map(WirePoint::of).collect(),
            differing: told.collect(),
        }
    }
}

impl WireFates {
    fn of(fates: &[Fates; Priority::ALL.len()]) -> Self {
        let sum = |count: fn(&Fates) -> u64| fates.iter().map(count).sum();
        let delivered: u64 = sum(|fates| fates.delivered);
        let delay: u128 = fates.iter().map(|fates| fates.delay.as_millis()).sum();
        let mean = delay.checked_div(u128::from(delivered)).unwrap_or_default();
        Self {
            delivered,
            altered: sum(|fates| fates.altered),
            rejected: sum(|fates| fates.rejected.iter().sum()),
            discarded: sum(|fates| fates.discarded.iter().sum()),
            refused: sum(|fates| fates.refused),
            open: sum(|fates| fates.open),
            mean_ms: u64::try_from(mean).unwrap_or(u64::MAX),
        }
    }
}

impl WirePoint {
    fn of((rate, difference): &(u32, Difference)) -> Self {
        Self {
            rate: *rate,
            fates: WireFates::of(&difference.would.0),
            gained: difference.count(Contrast::Gained),
            lost: difference.count(Contrast::Lost),
            earlier: difference.count(Contrast::Earlier),
            later: difference.count(Contrast::Later),
        }
    }
}

impl WireDiffering {
    fn of(one: &Differing) -> Self {
        let how = match one.how {
            Contrast::Gained => "gained",
            Contrast::Lost => "lost",
            Contrast::Altered => "altered",
            _ => "otherwise",
        };
        Self {
            message: one.message.0,
            user: one.author.as_ref().map(ToString::to_string),
            kind: KindName(one.kind),
            priority: one.priority.into(),
            text: one.text.clone(),
            how: how.into(),
            was: fate(&one.was).into(),
            would: fate(&one.would).into(),
        }
    }
}

fn fate(fate: &Fate) -> &'static str {
    match fate {
        Fate::Delivered { .. } => "delivered",
        Fate::Rejected(by) => REJECTIONS.get(*by as usize).copied().unwrap_or("other"),
        Fate::Discarded(reason) => DISCARDS.get(*reason as usize).copied().unwrap_or("other"),
        Fate::Refused { .. } => "refused",
        _ => "open",
    }
}
