//! Which rules of the house hold for a message, for its explanation.

use crate::{
    command::Draft,
    message::Kind,
    receipts::{Rule, Rules},
    role::Role,
};

use super::{Caller, Group, Voice, house::Passed};

impl Group {
    /// The rules in force for a message that they let pass.
    pub(super) fn rules_in_force(&self, caller: &Caller, draft: &Draft, passed: &Passed) -> Rules {
        let mut rules = Rules::default();
        if self.house.modes.mute_all() {
            // Whom it holds for did not come so far.
            rules = rules.with(Rule::MuteAll, true);
        }
        if self.has_rules() {
            rules = self.house_rules_in_force(caller, draft.kind, passed, rules);
        }
        if self.house.filters.id_in_force().is_some() {
            rules = rules.with(Rule::Filter, caller.user.is_none());
        }
        rules
    }

    /// What concerns nobody whom `passed` exempts, and least of all the app.
    fn house_rules_in_force(
        &self,
        caller: &Caller,
        kind: Kind,
        passed: &Passed,
        mut rules: Rules,
    ) -> Rules {
        let role = match caller.voice() {
            Voice::Own { role, .. } if !passed.is_exempt() => Some(role),
            Voice::Own { .. } | Voice::App => None,
        };
        let exempt = |is_free: &dyn Fn(Role) -> bool| role.is_none_or(is_free);
        if let Some(slow) = self.slow_mode() {
            rules = rules.with(Rule::SlowMode, exempt(&|role| slow.pause(role).is_zero()));
        }
        // A directive is an order, not speech.
        if kind == Kind::Control {
            return rules;
        }
        if self.is_quiet() {
            // As with the mute of all.
            rules = rules.with(Rule::QuietHours, true);
        }
        if self.has_speakers() {
            let free = self.config.settings().mute_all_exempt;
            rules = rules.with(Rule::Speakers, exempt(&|role| free.contains(Some(role))));
        }
        let others = [
            (Rule::Pace, self.pace().is_some()),
            (Rule::Texts, self.texts().next().is_some()),
            (Rule::Repeats, self.repeats().is_some()),
        ];
        let in_force = others.into_iter().filter(|(_, in_force)| *in_force);
        in_force.fold(rules, |rules, (rule, _)| rules.with(rule, role.is_none()))
    }
}
