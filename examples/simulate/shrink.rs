//! A world that fails, made as short as it can be.

use std::time::{Duration, Instant};

use liveroom::{Escalation, Silence};
use proptest::strategy::ValueTree;

use crate::{
    model::script::{Clock, HouseKnobs, Knobs},
    run::{PANICKED, attempt},
    world::{Mood, Plan},
};

/// How long the trees of a strategy are tried, and how long the steps one by one.
const PATIENCE: Duration = Duration::from_secs(40);

/// Each makes one setting as plain as it is by default.
const CALMER: &[fn(&mut Knobs)] = &[
    |knobs| knobs.folding = None,
    |knobs| knobs.house = HouseKnobs::OFF,
    |knobs| knobs.every = None,
    |knobs| knobs.more.clear(),
    |knobs| knobs.preview = None,
    |knobs| knobs.trails = None,
    |knobs| knobs.slow = None,
    |knobs| knobs.speakers = None,
    |knobs| knobs.members = None,
    |knobs| knobs.caps = [None; 4],
    |knobs| knobs.weights = [1; 5],
    |knobs| knobs.lanes = [(64, 250); 4],
    |knobs| knobs.quota = [64; 6],
    |knobs| (knobs.rate, knobs.burst, knobs.reserve) = (40, 4, 1),
    |knobs| knobs.limits = (100, 100, 100, 100),
    |knobs| knobs.strikes = (60_000, vec![Escalation::Notice]),
    |knobs| knobs.hold = (2_000, Silence::Allow),
    |knobs| knobs.questions = (64, 16),
    |knobs| (knobs.tips, knobs.no_joins) = ((10, 10, 1), false),
    |knobs| (knobs.in_order, knobs.takes, knobs.filter) = (false, false, false),
    |knobs| (knobs.grace, knobs.stay, knobs.per_user) = (0, false, 2),
    |knobs| (knobs.history, knobs.tally, knobs.max_age) = (0, 5, 120),
    |knobs| (knobs.exempt, knobs.speak_through) = (1, 0),
    |knobs| (knobs.disclose_loss, knobs.disclose_withdrawn) = (false, false),
    |knobs| (knobs.preset, knobs.all_powers) = (0, true),
];

/// The shortest world found, and what it breaks.
pub(crate) fn shrink(mut tree: impl ValueTree<Value = Plan>, why: String) -> (Plan, String) {
    let mut least = Least { plan: tree.current(), why, until: Instant::now() + PATIENCE };
    least.pare();
    let pared = least.plan.script.steps.len();
    let mut by_tree =
        Least { plan: tree.current(), until: Instant::now() + PATIENCE, ..least.clone() };
    let mut simpler = tree.simplify();
    while simpler && Instant::now() < by_tree.until {
        simpler = if by_tree.tries(tree.current()) { tree.simplify() } else { tree.complicate() };
    }
    by_tree.until = Instant::now() + PATIENCE;
    by_tree.pare();
    if by_tree.plan.script.steps.len() <= pared {
        least = by_tree;
    }
    (least.plan, least.why)
}

#[derive(Clone)]
struct Least {
    plan: Plan,
    why: String,
    until: Instant,
}

impl Least {
    /// Whether this fails as well; if so, it is the least.
    fn tries(&mut self, plan: Plan) -> bool {
        // Another failure would be another story.
        if let Err(why) = attempt(&plan).0
            && why.starts_with(PANICKED) == self.why.starts_with(PANICKED)
        {
            (self.plan, self.why) = (plan, why);
            return true;
        }
        false
    }

    fn tries_with(&mut self, change: impl FnOnce(&mut Plan)) -> bool {
        let mut plan = self.plan.clone();
        change(&mut plan);
        self.tries(plan)
    }

    /// Leaves out whatever it fails without, until nothing is left to be left out.
    fn pare(&mut self) {
        loop {
            let before = self.plan.script.steps.len();
            while !self.plan.beside.is_empty() && self.tries_with(|plan| _ = plan.beside.pop()) {}
            self.leave_steps_out();
            self.calm_down();
            let done = self.plan.script.steps.len() == before;
            if done || Instant::now() > self.until {
                return;
            }
        }
    }

    fn leave_steps_out(&mut self) {
        let mut many = self.plan.script.steps.len().div_ceil(2);
        while many > 0 {
            let mut at = 0;
            while at < self.plan.script.steps.len() {
                let end = (at + many).min(self.plan.script.steps.len());
                let gone = self.tries_with(|plan| {
                    plan.script.steps.drain(at..end);
                    plan.moods.drain(at..end);
                });
                at += if gone { 0 } else { many };
            }
            many /= 2;
        }
    }

    fn calm_down(&mut self) {
        for at in 0..self.plan.script.steps.len() {
            if self.plan.moods[at] != Mood::Usual {
                self.tries_with(|plan| plan.moods[at] = Mood::Usual);
            }
            if !matches!(self.plan.script.steps[at].clock, Clock::Still) {
                self.tries_with(|plan| plan.script.steps[at].clock = Clock::Still);
            }
        }
        for calmer in CALMER {
            self.tries_with(|plan| calmer(&mut plan.script.knobs));
        }
    }
}
