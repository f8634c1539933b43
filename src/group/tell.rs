//! What a group tells of itself: tips, and changes of its profile.

use crate::{
    entry::{ProfileChanges, Subject, TipKind},
    id::UserId,
    output::Output,
    profile,
    time::Timestamp,
};

use super::Group;

impl Group {
    /// Tells readers that something happened, at once or folded with others.
    pub(super) fn tip(
        &mut self,
        now: Timestamp,
        kind: TipKind,
        operator: Option<&UserId>,
        subjects: impl IntoIterator<Item = Subject>,
    ) {
        let tips = &self.config.settings().tips;
        let waiting = &mut self.talk.make(self.key()).tips;
        let tip = waiting.offer(now, tips, kind, operator.cloned(), subjects, None);
        if let Some(tip) = tip {
            self.append_tip(now, tip);
        }
    }

    /// A change of the group's own profile: it raises `info_seq`, and host and readers are told.
    pub(super) fn profile_changed(
        &mut self,
        now: Timestamp,
        operator: Option<&UserId>,
        changes: ProfileChanges,
    ) {
        let info_seq = self.profile.touch(now);
        self.tell_changes(now, operator, ProfileChanges { info_seq, ..changes });
    }

    /// Tells the host of changes, and readers if there is something to show.
    pub(super) fn tell_changes(
        &mut self,
        now: Timestamp,
        operator: Option<&UserId>,
        changes: ProfileChanges,
    ) {
        let (tips, kind) = (&self.config.settings().tips, TipKind::GroupProfile);
        let mute_all = changes.mute_all.filter(|_| tips.mute_all);
        let told = ProfileChanges { mute_all, ..changes.clone() };
        if profile::tells_readers(&told)
            && let waiting = &mut self.talk.make(self.key()).tips
            && let Some(tip) = waiting.offer(now, tips, kind, operator.cloned(), [], Some(told))
        {
            self.append_tip(now, tip);
        }
        let (operator, changes) = (operator.cloned(), Box::new(changes));
        self.outbox.put(|record| Output::ProfileChanged { record, operator, changes });
    }

    /// A user as a tip names them.
    pub(super) fn subject(&self, user: &UserId, until: Option<Timestamp>) -> Subject {
        let profile = self.roster.profile(user).cloned().unwrap_or_default();
        Subject { user: user.clone(), profile, until }
    }
}
