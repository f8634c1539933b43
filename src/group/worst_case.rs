//! How much memory a group can hold at most, by the config alone.

use std::mem::size_of;

use crate::{
    attributes::{Attributes, Counters},
    bounds,
    command::Command,
    config::{Folding, GroupConfig, Power, Settings},
    entry::{Entry, ProfileChanges, Tip, TipKind},
    filter::Trails,
    folds::Folds,
    house::Memory,
    id::{Fingerprint, UserId},
    log::Log,
    message::{Class, Content, Message, Priority},
    modes::Modes,
    mutes::Mutes,
    output::Output,
    profile::GroupProfile,
    receipts::Receipts,
    review::Review,
    role::Profile,
    roster::Roster,
    scheduler::Scheduler,
    space,
    strikes::Strikes,
};

use super::{
    Group,
    parts::{House, Talk},
    speak::Pending,
};

/// The most bytes that one group can hold on the heap between two calls, by part, whoever says and does
/// what.
///
/// Every part is an upper bound on its own, with every text as long as it may be and shared with nobody.
/// All of them at once are far more than any group holds: most messages are short, and one that is
/// delivered stands in the history and no more in a lane. A test with a counting allocator drives each
/// part to its limit and past it.
///
/// What is shared between groups is not in it: filters and the config. Nor is what a host adds to
/// what it is handed: encoded batches, and room that it leaves in its texts and lists.
///
/// ```
/// let worst = liveroom::GroupConfig::livestream().worst_case();
/// assert!(worst.history < 130 << 20, "{worst:?}");
/// assert!(worst.total(1_000) > worst.history + 1_000 * worst.member);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct WorstCase {
    /// What every group has: profile, attributes, counters, tips that wait, numbers.
    pub fixed: u64,
    /// Entries within their quotas.
    pub history: u64,
    /// Entries past their quotas, in batches that are remembered.
    pub batches: u64,
    /// Messages in the lanes.
    pub lanes: u64,
    /// Messages that are held, for whatever reason.
    pub held: u64,
    /// Messages that wait in folds, and the first of each.
    pub folds: u64,
    /// What became of the last 65,536 messages, and by whom they were.
    pub receipts: u64,
    /// What staff and host added to that: who answered, and why.
    pub decisions: u64,
    /// Letters of very short messages.
    pub trails: u64,
    /// Pauses of slow mode.
    pub pauses: u64,
    /// How much each author said of late.
    pub paces: u64,
    /// How often each user came of late.
    pub joins: u64,
    /// What was said of late.
    pub said: u64,
    /// Those who ask to be admitted.
    pub applicants: u64,
    /// Mutes, shadow mutes, bans, and bans by fingerprint.
    pub bars: u64,
    /// Strikes.
    pub strikes: u64,
    /// Outputs that the host has not polled; next to nothing where it polls after each call.
    pub outputs: u64,
    /// Each member, with all sessions; a guest takes less.
    pub member: u64,
}

impl WorstCase {
    /// All parts, with so many members and guests.
    pub fn total(&self, members: u64) -> u64 {
        let Self { fixed, history, batches, lanes, held, folds, receipts, decisions, .. } = self;
        let Self { trails, pauses, paces, joins, said, .. } = self;
        let Self { applicants, bars, strikes, outputs, member, .. } = self;
        let talk = fixed + history + batches + lanes + held + folds + receipts + decisions;
        let house = trails + pauses + paces + joins + said + applicants + bars + strikes;
        talk + house + outputs + member.saturating_mul(members)
    }
}

impl GroupConfig {
    /// The most memory that a group can hold that was always under this config, by part. Limits of what is counted
    /// here are in [`Limits`](crate::Limits), [`Traffic`](crate::Traffic),
    /// [`Retention`](crate::Retention), [`Asking`](crate::Asking), [`Folding`],
    /// [`TrailLimits`](crate::TrailLimits), or fixed.
    pub fn worst_case(&self) -> WorstCase {
        let settings = self.settings();
        let (limits, sizes) = (&settings.limits, Sizes::of(settings));
        let (history, batches) =
            Log::most_bytes(&settings.retention, |class| sizes.entry(settings, class));
        let (people, member) = Roster::most_bytes(settings.presence.per_user.into());
        let trails = settings.filtering.trails.as_ref();
        let (house, power) = (&settings.house, |power| settings.powers.contains(power));
        let raid = power(Power::Raid).then_some(&house.raid);
        let pauses = settings.slow_mode.is_some() || power(Power::SlowMode);
        let pauses = pauses || raid.is_some_and(|raid| raid.slow_mode.is_some());
        let paces = house.pace.is_some() || raid.is_some_and(|raid| raid.pace.is_some());
        let said = house.unique.is_some() || raid.is_some_and(|raid| raid.unique.is_some());
        let where_on = |is_on: bool, most: fn() -> u64| if is_on { most() } else { 0 };
        WorstCase {
            fixed: fixed(&sizes) + people,
            history,
            batches,
            lanes: lanes(settings, &sizes),
            held: Review::<Pending>::most_bytes(settings.asking.open.into())
                + u64::from(settings.asking.open) * sizes.order,
            folds: settings.folding.as_ref().map_or(0, |it| folds(settings, &sizes, it)),
            receipts: Receipts::most_bytes(),
            decisions: Receipts::most_bytes_of_decisions(),
            trails: trails.map_or(0, Trails::most_bytes),
            pauses: where_on(pauses, Modes::most_bytes),
            paces: where_on(paces, Memory::most_bytes_of_users),
            joins: where_on(house.joins.is_some(), Memory::most_bytes_of_users),
            said: where_on(said, Memory::most_bytes_of_said),
            applicants: Roster::most_bytes_of_applicants(limits.applicants.into()),
            bars: bars(settings),
            strikes: if power(Power::Strikes) {
                Strikes::most_bytes(limits.strikes.into())
            } else {
                0
            },
            outputs: outputs(settings, &sizes),
            member,
        }
    }
}

/// How large the things are of which there are many.
struct Sizes {
    /// A message.
    message: u64,
    /// One that is an order to as many users as one may name.
    order: u64,
    /// What a tip says.
    tip: u64,
    /// What changed about a group.
    changes: u64,
    /// What a notice says.
    notice: u64,
}

impl Sizes {
    fn of(settings: &Settings) -> Self {
        let limits = &settings.limits;
        let content = Content::most_heap_bytes(limits.message_bytes.into(), limits.elements.into());
        let changes = changes();
        let subjects = Entry::most_bytes(0, settings.tips.names.into(), Profile::MOST);
        Self {
            message: Message::most_bytes(content, 0),
            order: Message::most_bytes(content, Command::MAX_USERS),
            tip: subjects + changes + UserId::MOST_BESIDE,
            changes,
            notice: space::size::<Content>() + content + bounds::REASON as u64,
        }
    }

    /// The largest entry of a class.
    fn entry(&self, settings: &Settings, class: Class) -> u64 {
        let names = settings.folding.as_ref().map_or(0, |folding| folding.names.into());
        match class {
            // An order is of high priority.
            Class::High => Entry::most_bytes(self.order, names, Profile::MOST),
            Class::Normal | Class::Low | Class::Lowest => {
                Entry::most_bytes(self.message, names, Profile::MOST)
            }
            Class::Tip => Entry::most_bytes(self.tip, 0, 0),
            Class::Notice => Entry::most_bytes(self.notice, 0, 0),
        }
    }
}

/// The most that a tip says of what changed about a group.
fn changes() -> u64 {
    // As many as a folded tip tells of, each with its texts shared with nobody.
    const FIELDS: u64 = 64;
    let counts = 2 * space::size::<usize>();
    let key = |length: usize| length as u64 + 2 * counts + 64;
    space::size::<ProfileChanges>()
        + GroupProfile::most_bytes()
        + bounds::ATTRIBUTE_BYTES as u64
        + FIELDS * (key(bounds::CUSTOM_KEY) + key(bounds::ATTRIBUTE_KEY) + key(bounds::COUNTER_KEY))
}

fn fixed(sizes: &Sizes) -> u64 {
    // Every kind of end that a message of each priority can come to, and every code of a refusal.
    const NUMBERS: u64 = 4 * 32 * 24;
    const REFUSALS: u64 = 128;
    let tips = TipKind::ALL.len() as u64;
    (size_of::<Group>() + size_of::<Talk>() + size_of::<House>()) as u64
        + GroupProfile::most_bytes()
        + Attributes::most_bytes()
        + Counters::most_bytes()
        + tips * sizes.tip
        + space::list::<Tip>(tips)
        + NUMBERS
        + space::tree::<(u16, u64)>(REFUSALS)
}

fn bars(settings: &Settings) -> u64 {
    let limits = &settings.limits;
    let users = |limit: u32| Mutes::<UserId>::most_bytes(limit.into(), UserId::MOST_BESIDE);
    let prints = Mutes::<Fingerprint>::most_bytes(limits.bans.into(), 0)
        + space::list::<Fingerprint>(limits.bans.into());
    let power = |power, most| if settings.powers.contains(power) { most } else { 0 };
    users(limits.mutes)
        + power(Power::Shadow, users(limits.mutes))
        + power(Power::Ban, users(limits.bans) + prints)
}

fn lanes(settings: &Settings, sizes: &Sizes) -> u64 {
    let capacity =
        |priority| u64::from(settings.traffic.lanes[priority].capacity).saturating_add(1);
    let payloads = Priority::ALL.map(|priority| {
        let each = if priority == Priority::High { sizes.order } else { sizes.message };
        capacity(priority) * each
    });
    Scheduler::<Pending>::most_bytes(&settings.traffic) + payloads.iter().sum::<u64>()
}

/// Orders are never folded.
fn folds(settings: &Settings, sizes: &Sizes, folding: &Folding) -> u64 {
    let in_lanes = settings.traffic.lanes.0.iter().map(|lane| u64::from(lane.capacity)).sum();
    let messages = u64::from(folding.waiting) + folding.most_open();
    Folds::<Pending>::most_bytes(folding, in_lanes) + messages * sizes.message
}

/// The largest is a message that is an order, a command of the staff's where commands are recorded, or
/// a change of attributes.
fn outputs(settings: &Settings, sizes: &Sizes) -> u64 {
    let most = u64::from(settings.limits.outputs);
    // Those that tell each session of each user whom one command names share what they tell, but for who it was and
    // whom it is about.
    let named = settings.named().min(most);
    let own = 2 * UserId::MOST_BESIDE;
    let users = Command::MAX_USERS * (space::size::<UserId>() + UserId::MOST_BESIDE);
    let attributes = (bounds::ATTRIBUTE_KEY + bounds::ATTRIBUTE_VALUE + 128) as u64;
    let record = users + sizes.notice + 2 * bounds::ATTRIBUTES as u64 * attributes;
    let told = sizes.order.max(sizes.changes).max(users + bounds::REASON as u64);
    let each = if settings.journal { told.max(record) } else { told };
    // Who is shadow-muted is shown all that they had on its way, in one piece.
    let echo = settings.reach() * sizes.order;
    space::list::<Output>(most) + (most - named) * each + named * own + echo
}
