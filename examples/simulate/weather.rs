//! What breaks over a group: floods of messages, storms of people, crowds that mean no good.

use liveroom::Kind;
use proptest::{collection::vec, prelude::*, sample::select};

use crate::model::script::{self, Act, Clock, HOSTILE, Step, Who};

/// Many steps that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Spell {
    /// As the census counts it.
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
}

/// Most worlds see some weather.
pub(crate) fn spells() -> impl Strategy<Value = Vec<(usize, Spell)>> {
    vec((any::<usize>(), spell()), 0..3)
}

fn spell() -> impl Strategy<Value = Spell> {
    prop_oneof![
        3 => flood().prop_map(|steps| Spell { name: "floods", steps }).boxed(),
        2 => coming().prop_map(|steps| Spell { name: "join storms", steps }).boxed(),
        1 => going().prop_map(|steps| Spell { name: "leave storms", steps }).boxed(),
        1 => gifts().prop_map(|steps| Spell { name: "gift storms", steps }).boxed(),
        2 => notices().prop_map(|steps| Spell { name: "notice storms", steps }).boxed(),
        1 => hostile().prop_map(|steps| Spell { name: "hostile crowds", steps }).boxed(),
    ]
}

/// Faster than anybody types.
fn pace() -> impl Strategy<Value = Clock> {
    prop_oneof![8 => Just(Clock::Still), 2 => (1..20_u32).prop_map(Clock::Ahead)]
}

fn step(clock: Clock, who: Who, act: Act) -> Step {
    Step { clock, push: Some((who, act)) }
}

/// One user, or everybody, writes without pause.
fn flood() -> impl Strategy<Value = Vec<Step>> {
    let who = prop_oneof![
        2 => (0..5_u8).prop_map(|user| Some(Who::User(user, 0))),
        1 => Just(Some(Who::App)),
        2 => Just(None),
    ];
    (who, vec((pace(), script::message()), 20..80)).prop_map(|(who, messages)| {
        let steps = messages.into_iter();
        steps.map(|(clock, (one, act))| step(clock, who.unwrap_or(one), act)).collect()
    })
}

fn coming() -> impl Strategy<Value = Vec<Step>> {
    (vec(pace(), 5..60)).prop_map(|paces| {
        let fans = (0..).zip(paces);
        fans.map(|(fan, clock)| step(clock, Who::Fan(fan), Act::Join)).collect()
    })
}

fn going() -> impl Strategy<Value = Vec<Step>> {
    vec((pace(), 0..60_u8, select(vec![Act::Quit, Act::Detach])), 5..40).prop_map(|fans| {
        fans.into_iter().map(|(clock, fan, act)| step(clock, Who::Fan(fan), act)).collect()
    })
}

/// A few give the same over and over.
fn gifts() -> impl Strategy<Value = Vec<Step>> {
    vec((pace(), 0..3_u8), 10..60).prop_map(|gifts| {
        let (kind, text, random) = (Kind::Gift, "hi", None);
        let gift = || Act::Send { priority: kind.recommended_priority(), kind, text, random };
        gifts.into_iter().map(|(clock, user)| step(clock, Who::User(user, 0), gift())).collect()
    })
}

/// The app tells everybody one thing after the other, which no rate holds back, and takes some back.
fn notices() -> impl Strategy<Value = Vec<Step>> {
    let act = prop_oneof![
        20 => Just(Act::Broadcast),
        10 => Just(Act::Notify(None)),
        4 => (0..4_u8).prop_map(|user| Act::Purge(Some(user))),
    ];
    vec((pace(), act), 20..100)
        .prop_map(|acts| acts.into_iter().map(|(clock, act)| step(clock, Who::App, act)).collect())
}

/// They come in, and each says something that is meant to break something.
fn hostile() -> impl Strategy<Value = Vec<Step>> {
    vec((pace(), select(HOSTILE.to_vec())), 5..20).prop_map(|fans| {
        let (kind, random) = (Kind::Text, None);
        let priority = kind.recommended_priority();
        let fans = (0..).map(Who::Fan).zip(fans);
        let both = fans.flat_map(|(who, (clock, text))| {
            let says = Act::Send { priority, kind, text, random };
            [step(clock, who, Act::Join), step(Clock::Still, who, says)]
        });
        both.collect()
    })
}
