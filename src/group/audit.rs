//! What the group writes into its audit log.

use crate::{
    audit::{Act, AuditHash, By, Deed},
    id::UserId,
    output::Output,
    time::Timestamp,
};

use super::{Caller, Group, acts::Grounds};

impl Caller {
    pub(super) fn by(&self) -> By {
        match (self.user.clone(), self.role) {
            (Some(user), _) if self.is_app() => By::AppAs { user },
            (Some(user), Some(role)) => By::Member { user, role },
            // Nobody else does anything that is written down.
            _ => By::App,
        }
    }
}

impl Group {
    /// The hash of the last [`AuditRecord`](crate::audit::AuditRecord), if there was one.
    pub fn audit_head(&self) -> Option<AuditHash> {
        self.house.audit.head()
    }

    /// Writes down what somebody did, if the house keeps an audit log.
    pub(super) fn audit(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        deed: impl FnOnce(&Self) -> Deed,
    ) {
        if self.config.settings().audit {
            let deed = deed(self);
            self.write_down(now, caller.by(), deed);
        }
    }

    /// Writes down what was done to users, if to any, and if the house keeps an audit log.
    pub(super) fn audit_on(
        &mut self,
        now: Timestamp,
        grounds: &Grounds<'_>,
        act: Act,
        users: &[UserId],
        until: Option<Timestamp>,
    ) {
        let Grounds { by, rule, evidence } = grounds;
        self.audit(now, by, |_| {
            let evidence = evidence.clone();
            Deed { until, rule: *rule, evidence, ..Deed::of(act).on(users) }
        });
    }

    /// Writes down what somebody ended, for those for whom there was something to end.
    pub(super) fn audit_lifted(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        act: Act,
        users: &[UserId],
    ) {
        if !users.is_empty() {
            self.audit(now, caller, |_| Deed::of(act).on(users));
        }
    }

    /// Writes down what came about by time alone, if the house keeps an audit log.
    pub(super) fn audit_of_time(&mut self, now: Timestamp, deed: impl FnOnce() -> Deed) {
        if self.config.settings().audit {
            self.write_down(now, By::Time, deed());
        }
    }

    pub(super) fn write_down(&mut self, now: Timestamp, by: By, deed: Deed) {
        let key = self.key();
        let audit = Box::new(self.house.make(key).audit.append(&self.id, now, by, deed));
        self.outbox.put(|record| Output::Audit { record, audit });
    }
}
