//! Which rules of the house hold for a message, for its explanation.

use crate::{
    receipts::{Rule, Rules},
    role::RoleSet,
    rules::Action,
};

use super::{Caller, Group, Voice};

impl Group {
    /// The rules in force for a message that they let pass.
    pub(super) fn rules_in_force(&self, caller: &Caller, action: Action) -> Rules {
        let settings = self.config.settings();
        let voice = caller.voice();
        let exempt = |roles: RoleSet| match voice {
            Voice::Own { role, .. } => roles.contains(Some(role)),
            Voice::App => true,
        };
        let mut rules = Rules::default();
        if self.house.modes.mute_all() {
            // Whom it holds for did not come so far.
            rules = rules.with(Rule::MuteAll, true);
        }
        if settings.speakers.is_some() && action == Action::Speak {
            rules = rules.with(Rule::Speakers, exempt(settings.mute_all_exempt));
        }
        if let Some(slow) = &settings.slow_mode {
            rules = rules.with(Rule::SlowMode, exempt(slow.exempt));
        }
        if self.house.filters.id_in_force().is_some() {
            rules = rules.with(Rule::Filter, caller.user.is_none());
        }
        rules
    }
}
