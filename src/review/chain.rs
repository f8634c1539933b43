//! Which step of the chain is asked about a message next.

#![expect(
    clippy::indexing_slicing,
    reason = "a place is of a step, so that one behind it is at most the end"
)]

use serde::{Deserialize, Serialize};

use crate::{
    config::{AskStep, Asking, Occasion},
    id::StepName,
    output::Cause,
};

/// What there is about a message to be decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Doubt {
    /// Why it is held, by the filter or by a house rule.
    pub(crate) held: Option<Cause>,
    /// Whether a step escalated it, and none that takes such was asked since.
    pub(crate) escalated: bool,
}

impl Doubt {
    /// Why this step is asked, if it is. What the app says is no occasion by itself.
    fn cause(self, step: &AskStep, by_app: bool) -> Option<Cause> {
        let asks = |occasion| step.asks.contains(occasion);
        match self.held {
            _ if self.escalated && asks(Occasion::Escalated) => Some(Cause::Escalated),
            Some(held) if asks(Occasion::Held) => Some(held),
            None if !by_app && asks(Occasion::Passed) => Some(Cause::Policy),
            _ => None,
        }
    }
}

/// The next step that is asked behind `after`, and why. Where `after` is no step any more, the chain
/// begins anew: rather is somebody asked twice than nobody.
pub(crate) fn next<'a>(
    asking: &'a Asking,
    after: Option<&StepName>,
    doubt: Doubt,
    by_app: bool,
) -> Option<(&'a AskStep, Cause)> {
    let mut steps = behind(asking, after).iter();
    steps.find_map(|step| Some((step, doubt.cause(step, by_app)?)))
}

/// Behind which step a message goes on that the filter holds since it was replaced: somebody must be
/// asked about that, if need be somebody who was asked before.
pub(crate) fn held_anew<'a>(asking: &Asking, after: &'a StepName) -> Option<&'a StepName> {
    takes(asking, after, Occasion::Held).then_some(after)
}

/// Whether anybody behind a step takes what it escalates.
pub(crate) fn escalates(asking: &Asking, after: &StepName) -> bool {
    takes(asking, after, Occasion::Escalated)
}

fn takes(asking: &Asking, after: &StepName, occasion: Occasion) -> bool {
    behind(asking, Some(after)).iter().any(|step| step.asks.contains(occasion))
}

fn behind<'a>(asking: &'a Asking, after: Option<&StepName>) -> &'a [AskStep] {
    let place = after.and_then(|name| asking.steps.iter().position(|step| step.name == *name));
    &asking.steps[place.map_or(0, |place| place + 1)..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{GroupConfig, Occasions},
        id::FilterId,
    };

    fn asking(steps: &[(&str, &[Occasion])]) -> Asking {
        let settings = GroupConfig::livestream().settings().clone();
        let patience = settings.asking.steps[0].patience;
        let step = |(name, asks): &(&str, &[Occasion])| AskStep {
            name: name.parse().unwrap(),
            asks: asks.iter().fold(Occasions::NONE, |all, one| all.with(*one)),
            patience,
        };
        Asking { steps: steps.iter().map(step).collect(), ..settings.asking }
    }

    fn told(asking: &Asking, after: &str, term: Option<u32>, escalated: bool) -> String {
        let after = after.parse().ok();
        let held = term.map(|term| Cause::Filter { filter: FilterId(9), term });
        match next(asking, after.as_ref(), Doubt { held, escalated }, false) {
            Some((step, cause)) => format!("{}: {cause:?}", step.name),
            None => "-".into(),
        }
    }

    #[test]
    fn each_step_is_asked_on_its_occasions_and_in_order() {
        use Occasion::{Escalated, Held, Passed};
        let chain = asking(&[
            ("classifier", &[Passed, Held]),
            ("second", &[Passed]),
            ("human", &[Held, Escalated]),
        ]);
        let table = [
            ("", None, false, "classifier: Policy"),
            ("classifier", None, false, "second: Policy"),
            ("second", None, false, "-"),
            ("", Some(4), false, "classifier: Filter { filter: FilterId(9), term: 4 }"),
            ("classifier", Some(4), false, "human: Filter { filter: FilterId(9), term: 4 }"),
            // Nobody is passed over: who would be asked anyway is asked first.
            ("classifier", None, true, "second: Policy"),
            ("second", None, true, "human: Escalated"),
            ("classifier", Some(4), true, "human: Escalated"),
            ("human", Some(4), false, "-"),
            ("gone", None, false, "classifier: Policy"),
        ];
        for (after, term, escalated, expected) in table {
            assert_eq!(told(&chain, after, term, escalated), expected, "after {after:?}");
        }
    }

    #[test]
    fn what_the_app_says_is_asked_about_only_if_it_is_held_or_escalated() {
        let chain = asking(&[("all", &[Occasion::Passed]), ("some", &[Occasion::Held])]);
        assert!(next(&chain, None, Doubt::default(), true).is_none());
        let held = Doubt { held: Some(Cause::Rule { rule: 1 }), escalated: false };
        let (step, cause) = next(&chain, None, held, true).unwrap();
        assert_eq!((step.name.as_str(), cause), ("some", Cause::Rule { rule: 1 }));
    }

    #[test]
    fn what_a_replacement_holds_anew_finds_somebody() {
        let chain = asking(&[("filter", &[Occasion::Held]), ("last", &[Occasion::Escalated])]);
        let (filter, last) = ("filter".parse().unwrap(), "last".parse().unwrap());
        assert_eq!(held_anew(&chain, &filter), None, "from the front");
        assert!(escalates(&chain, &filter));
        assert!(!escalates(&chain, &last));
        let two = asking(&[("all", &[Occasion::Passed]), ("filter", &[Occasion::Held])]);
        let all = "all".parse().unwrap();
        assert_eq!(held_anew(&two, &all), Some(&all));
        assert!(!escalates(&two, &all));
    }
}
