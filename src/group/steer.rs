//! Steering the group itself: its profile, shared values, notices, config, clock and end.

use std::{mem, slice, sync::Arc};

use crate::{
    audit::{Act, Deed},
    command::{AttributeChange, AttributeMode, CounterChange, GroupPatch, Receipt, Users},
    config::{GroupConfig, Settings, SlowMode},
    entry::{Notice, ProfileChanges},
    filter::Trails,
    form,
    hash::stable_hash,
    id::{FilterId, UserId},
    message::Content,
    outcome::Discard,
    output::Output,
    refusal::{Denial, Field, Refusal},
    role::Profile,
    rules::Action,
    time::{Shift, Timestamp},
};

use super::{Caller, Group};

impl Group {
    /// Names a new group, before anything is told or recorded.
    pub(crate) fn christen(&mut self, now: Timestamp, name: Arc<str>) -> Result<(), Refusal> {
        let patch = GroupPatch { name: Some(name), ..GroupPatch::default() };
        form::patch(&patch)?;
        self.profile.apply(now, &patch).map(drop)
    }

    pub(super) fn set_group(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        patch: GroupPatch,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::SetGroup, None)?;
        let patch = self.cleaned_patch(caller, patch)?;
        if let Some(changes) = self.profile.apply(now, &patch)? {
            self.tell_changes(now, caller.user.as_ref(), changes);
        }
        Ok(Receipt::Done)
    }

    pub(super) fn set_profile(
        &mut self,
        caller: &Caller,
        profile: Arc<Profile>,
    ) -> Result<Receipt, Refusal> {
        if !(caller.is_app() && caller.user.is_some()) {
            self.may_do(caller, Action::SetProfile, None)?;
        }
        let user = caller.user.as_ref().ok_or(Denial::SessionOnly)?;
        if caller.role.is_none() {
            return Err(Refusal::UnknownMember { user: user.clone() });
        }
        let profile = self.cleaned_profile(profile)?;
        self.roster.set_profile(user, profile);
        Ok(Receipt::Done)
    }

    pub(super) fn set_name_card(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        user: &UserId,
        card: Arc<str>,
    ) -> Result<Receipt, Refusal> {
        let own = caller.user.as_ref() == Some(user);
        let standing = self.standing(user).filter(|_| !own);
        self.may_do(caller, Action::SetNameCard { own }, standing)?;
        if self.roster.role(user).is_none() {
            return Err(Refusal::UnknownMember { user: user.clone() });
        }
        let card = self.cleaned_card(caller, card)?;
        self.roster.set_card(user, card);
        if !own {
            self.audit(now, caller, |_| Deed::of(Act::NameCard).on(slice::from_ref(user)));
        }
        Ok(Receipt::Done)
    }

    pub(super) fn notify(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: Option<Users>,
        field: Arc<str>,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Notify, None)?;
        let notice = Notice::Custom { field };
        match users {
            None => drop(self.append_notice(now, notice)),
            Some(users) => {
                for user in form::named(&users) {
                    self.direct(&user, &notice);
                }
            }
        }
        Ok(Receipt::Done)
    }

    pub(super) fn broadcast(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        content: Arc<Content>,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Broadcast, None)?;
        self.append_notice(now, Notice::Broadcast { content });
        Ok(Receipt::Done)
    }

    pub(super) fn set_attributes(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        mode: AttributeMode,
        changes: &[AttributeChange],
        seen: Option<u64>,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Attributes, None)?;
        let before = self.house.attributes.clone();
        let seq = self.house.make(self.key()).attributes.write(now, mode, changes, seen)?;
        let attributes = Some(self.house.attributes.since(&before));
        let changes = ProfileChanges { attributes, ..self.unchanged() };
        self.tell_changes(now, caller.user.as_ref(), changes);
        Ok(Receipt::Attributes { seq })
    }

    pub(super) fn count(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        changes: &[CounterChange],
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Counters, None)?;
        let before = self.house.counters.clone();
        let values = self.house.make(self.key()).counters.apply(now, changes)?;
        let counters = Some(self.house.counters.since(&before));
        let changes = ProfileChanges { counters, ..self.unchanged() };
        self.tell_changes(now, caller.user.as_ref(), changes);
        Ok(Receipt::Counters(values))
    }

    /// No change at all, at the present `info_seq`.
    fn unchanged(&self) -> ProfileChanges {
        ProfileChanges { info_seq: self.profile.info_seq(), ..ProfileChanges::default() }
    }

    pub(super) fn set_slow_mode(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        slow_mode: Option<SlowMode>,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::SlowMode, None)?;
        let mut settings = self.config.settings().clone();
        settings.slow_mode = slow_mode;
        // Form checked the pauses, and nothing else changed.
        self.config = settings.build().expect("a pause of good form keeps a good config good");
        self.settle_pauses();
        self.audit(now, caller, |_| Deed::of(Act::SlowMode { slow_mode }));
        Ok(Receipt::Done)
    }

    pub(super) fn use_filter(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        filter: Option<FilterId>,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::UseFilter, None)?;
        self.check_filter(filter)?;
        self.house.make(self.key()).filters.put_in_force(filter);
        // Who reads the config, changes something else and gives it back keeps this filter.
        let settings = Settings { filter, ..self.config.settings().clone() };
        self.config = settings.build().expect("no filter makes a good config bad");
        self.audit(now, caller, |_| Deed::of(Act::UseFilter { filter }));
        Ok(Receipt::Done)
    }

    fn check_filter(&self, filter: Option<FilterId>) -> Result<(), Refusal> {
        match filter.filter(|id| !self.house.filters.knows(*id)) {
            Some(filter) => Err(Refusal::UnknownFilter { filter }),
            None => Ok(()),
        }
    }

    pub(super) fn configure(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        config: GroupConfig,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Configure, None)?;
        let settings = config.settings();
        self.check_filter(settings.filter)?;
        self.check_held(settings)?;
        self.house.make(self.key()).filters.put_in_force(settings.filter);
        self.log.reconfigure(now, &settings.retention);
        let shed = self.talk.there().map(|talk| {
            talk.tips.relax(now, &settings.tips);
            talk.folds.reconfigure(now, settings.folding.as_ref());
            talk.scheduler.reconfigure(now, &settings.traffic)
        });
        if let Some(house) = self.house.there() {
            if settings.filtering.trails != self.config.settings().filtering.trails {
                house.trails = Trails::default();
            }
            house.review.end_previews_by(now + settings.preview.unwrap_or_default());
            if !settings.asking.in_order {
                house.review.end_order();
            }
        }
        let deed = Deed::of(Act::Configure { config: stable_hash(&config) });
        let former = mem::replace(&mut self.config, config);
        self.settle_pauses();
        // Whichever of the two keeps a log.
        if former.settings().audit || self.config.settings().audit {
            self.write_down(now, caller.by(), deed);
        }
        for taken in shed.unwrap_or_default() {
            self.end_waiting(taken.payload, Discard::Shed);
        }
        self.tell_deadlines();
        Ok(Receipt::Done)
    }

    /// Whether what is held already fits a new config: its limit on outputs rests on the others.
    fn check_held(&self, settings: &Settings) -> Result<(), Refusal> {
        self.check_reserved(settings)?;
        let waiting = self.outbox.len() as u64;
        let shared = self.talk.folds.reach();
        if waiting + shared + u64::from(self.talk.scheduler.len())
            > u64::from(settings.limits.outputs)
        {
            return Err(Refusal::Undrained { waiting });
        }
        Ok(())
    }

    /// Whether no more is held than room for outputs is reserved for.
    pub(super) fn check_reserved(&self, settings: &Settings) -> Result<(), Refusal> {
        let (open, per_user) = (settings.asking.open, settings.presence.per_user);
        Refusal::if_more(Field::Questions, self.house.review.len() as u64, open.into())?;
        let room = u64::from(settings.limits.outputs).saturating_sub(settings.reach());
        Refusal::if_more(Field::Folds, self.talk.folds.reach(), room)?;
        Refusal::if_more(Field::Sessions, self.roster.most_sessions() as u64, per_user.into())
    }

    pub(super) fn disband(&mut self, now: Timestamp, caller: &Caller) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Disband, None)?;
        if let Some(news) = self.house.make(self.key()).tally.flush() {
            self.profile_changed(now, None, news);
        }
        for tip in self.talk.make(self.key()).tips.flush() {
            self.append_tip(now, tip);
        }
        let folds = self.discard_waiting();
        for (_, held) in self.house.make(self.key()).review.drain_all() {
            self.end_held(held, Discard::Disbanded);
        }
        for over in folds {
            self.end_fold(over);
        }
        self.audit(now, caller, |_| Deed::of(Act::Disband));
        self.append_notice(now, Notice::Disbanded);
        self.outbox.put(|record| Output::Disbanded { record });
        self.house.make(self.key()).disbanded = true;
        Ok(Receipt::Done)
    }

    /// Moves the clock and every open deadline together.
    pub(super) fn rebase(&mut self, caller: &Caller, to: Timestamp) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Rebase, None)?;
        let to = to.min(Timestamp::LATEST);
        let shift = Shift::new(self.clock, to);
        self.clock = to;
        self.roster.shift(shift);
        self.log.shift(shift);
        if let Some(talk) = self.talk.there() {
            talk.shift(shift);
        }
        if let Some(house) = self.house.there() {
            house.shift(shift);
        }
        self.tell_deadlines();
        Ok(Receipt::Done)
    }
}
