//! The path of a message up to the scheduler: modes, filter, questions.

use std::sync::Arc;

use liveroom::{
    Cause, Content, Discard, Draft, Element, Field, FilterId, Message, MessageId, Notice, Outcome,
    Output, Platform, Profile, Refusal, Rejection, Sender, State, Treat, UserId,
};

use super::{
    Accepted, Actor, MESSAGES_REMEMBERED, Model, ModelReceipt, NO_RECORD, RANDOMS_OF_A_USER,
    REMEMBERED_FOR, Remembered, holding::Doubt,
};

/// What scripts write instead of letters, and what a reader takes it for.
const DISGUISES: [(&str, &str); 7] = [
    ("\u{ff42}\u{ff4c}\u{ff4f}\u{ff43}\u{ff4b}\u{ff4d}\u{ff45}", "blockme"),
    ("\u{43e}", "o"),
    ("\u{200b}", ""),
    ("\u{200d}", ""),
    ("\u{2060}", ""),
    ("\u{ad}", ""),
    ("\u{feff}", ""),
];

/// A text as a reader takes it, whatever its letters.
pub(super) fn read(text: &str) -> String {
    let low = text.to_lowercase();
    if low.is_ascii() {
        return low;
    }
    DISGUISES.iter().fold(low, |low, (disguise, letters)| low.replace(disguise, letters))
}

/// A filter as a list of words; the number of a word is its term.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub(crate) words: Vec<(&'static str, Gravity)>,
    /// What stands for each character of a masked word.
    pub(crate) mask: char,
}

/// What is done about a word, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gravity {
    Tag,
    Mask,
    Hold,
    Block,
}

/// What the filter says of a whole message.
pub(super) enum Verdict {
    GoOn(Content),
    Hold(u32),
    Block(FilterId, u32),
}

impl Model {
    /// The message of which this draft is a duplicate.
    pub(super) fn duplicate_of(&self, actor: &Actor, draft: &Draft) -> Option<MessageId> {
        let author = match actor {
            Actor::App => None,
            Actor::AppAs { user, .. } | Actor::User { user, .. } => Some(user),
            // Somebody who was in before may ask again what became of it.
            Actor::Applicant { session } => {
                let applicant = self.applicants.iter().find(|one| one.session == *session);
                Some(&applicant?.user)
            }
            Actor::Guest { .. } | Actor::Newcomer { .. } => return None,
        };
        let random = draft.random?;
        let last = self.messages.len() as u64;
        let same = |one: &&Remembered| {
            one.author.as_ref() == author
                && one.random == random
                && one.until > self.now
                && one.message.0 + MESSAGES_REMEMBERED > last
        };
        self.randoms.iter().find(same).map(|one| one.message)
    }

    /// The receipt that says where a message stands.
    pub(super) fn sent(&self, message: MessageId, duplicate: bool) -> ModelReceipt {
        let state = self.accepted(message).state.clone();
        let disclose = match &state {
            State::Ended(outcome) => self.disclose(outcome),
            _ => true,
        };
        ModelReceipt::Sent { message, state, disclose, duplicate }
    }

    /// Whether the author may be told. Chosen: a duplicate is answered as the config has it now.
    fn disclose(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Discarded(Discard::Decision | Discard::Shadowed) => false,
            Outcome::Discarded(Discard::Withdrawn) => self.settings.disclose_withdrawn,
            Outcome::Discarded(Discard::Rate | Discard::Expired | Discard::Shed) => {
                self.settings.disclose_loss
            }
            _ => true,
        }
    }

    fn is_remembered(&self, message: MessageId) -> bool {
        let all = self.messages.len() as u64;
        (1..=all).contains(&message.0)
            && message.0 + MESSAGES_REMEMBERED > all
            && (self.accepted(message).until > self.now
                || self.accepted(message).until == liveroom::Timestamp::MAX)
    }

    /// One's own that ended without one's knowing it is taken back once, as if it were there.
    pub(super) fn recall_unseen(
        &mut self,
        actor: &Actor,
        message: MessageId,
    ) -> Result<ModelReceipt, Refusal> {
        let unknown = Refusal::UnknownMessage { message };
        let (Actor::User { user, .. } | Actor::AppAs { user, .. }) = actor else {
            return Err(unknown);
        };
        if !self.is_remembered(message) {
            return Err(unknown);
        }
        let accepted = self.accepted(message);
        let own = accepted.message.sender.user.as_ref() == Some(user);
        match &accepted.state {
            State::Ended(outcome) if own && !accepted.taken_back && !self.disclose(outcome) => {}
            _ => return Err(unknown),
        }
        self.accepted_mut(message).taken_back = true;
        for session in self.sessions_of(user) {
            let author = Some(user.clone());
            let notice = Notice::Purged { author, message: Some(message), emptied: 1 };
            self.tell_session(session, notice);
        }
        Ok(ModelReceipt::Purged { emptied: 1, discarded: 0 })
    }

    pub(super) fn accepted(&self, message: MessageId) -> &Accepted {
        self.messages.get(message.0 as usize - 1).expect("ids count up from 1")
    }

    pub(super) fn accepted_mut(&mut self, message: MessageId) -> &mut Accepted {
        self.messages.get_mut(message.0 as usize - 1).expect("ids count up from 1")
    }

    pub(super) fn send(&mut self, actor: &Actor, draft: &Draft) -> Result<ModelReceipt, Refusal> {
        self.modes(actor)?;
        let ruling = self.house_rules(actor, draft)?;
        let verdict = match actor {
            Actor::App => Verdict::GoOn(draft.content.clone()),
            _ => {
                self.must_be_installed(self.settings.filter)?;
                self.judge(&draft.content)
            }
        };
        let mut sender = self.sender(actor);
        // What is short enough to complete a word is too short to hold one of those that scripts use.
        let author = sender.user.as_ref();
        let completed = author.and_then(|author| self.completed(author, &draft.content));
        let verdict = match completed {
            None | Some((Gravity::Tag, _)) => verdict,
            Some((Gravity::Mask, _)) => Verdict::GoOn(self.all_masked(&draft.content)),
            Some((Gravity::Hold, term)) => Verdict::Hold(term),
            Some((Gravity::Block, term)) => {
                let filter = self.settings.filter.expect("a filter met it");
                Verdict::Block(filter, term)
            }
        };
        if let Actor::AppAs { profile, .. } = actor {
            sender.profile = self.cleaned_profile(profile)?;
        }
        let blocked =
            matches!(verdict, Verdict::Block(..)) || matches!(ruling, Some((_, Treat::Block)));
        let held = match (&verdict, ruling) {
            (Verdict::Hold(term), _) => Some(self.held_for(*term)),
            (_, Some((rule, Treat::Hold))) => Some(Cause::Rule { rule }),
            _ => None,
        };
        if !blocked {
            self.may_hold(actor, sender.user.as_ref(), held)?;
        }
        let author = sender.user.clone();
        // Chosen: a pause is set under the mode of the moment, like every deadline; and what the app
        // says in a user's name does not make the user wait.
        self.remember_speech(actor, draft, blocked || held.is_some());
        let id = self.accept(actor, sender, draft);
        let is_read = completed.is_none_or(|(gravity, _)| gravity == Gravity::Tag)
            && !matches!(ruling, Some((_, Treat::Block)));
        if let (Some(author), Verdict::GoOn(content), true) = (author, &verdict, is_read) {
            self.leave_trail(&author, content);
        }
        match (verdict, ruling) {
            (Verdict::Block(filter, term), _) => {
                self.end(id, Outcome::Rejected(Rejection::Filter { filter, term }));
            }
            (_, Some((rule, Treat::Block))) => {
                self.end(id, Outcome::Rejected(Rejection::Rule { rule }));
            }
            (Verdict::Hold(_), _) => self.walk(id, None, Doubt { held, escalated: false }),
            (Verdict::GoOn(content), _) => {
                self.accepted_mut(id).message.content = content;
                self.walk(id, None, Doubt { held, escalated: false });
            }
        }
        Ok(self.sent(id, false))
    }

    /// Muted, everybody muted: neither concerns the app.
    fn modes(&self, actor: &Actor) -> Result<(), Refusal> {
        let Actor::User { user, role, .. } = actor else { return Ok(()) };
        if let Some(mute) = self.mutes.iter().find(|mute| mute.user == *user) {
            return Err(Refusal::Muted { until: mute.until });
        }
        if self.mute_all && !self.settings.mute_all_exempt.contains(Some(*role)) {
            return Err(Refusal::MutedAll);
        }
        Ok(())
    }

    fn sender(&self, actor: &Actor) -> Sender {
        match actor {
            Actor::User { user, role, device } => Sender {
                user: Some(user.clone()),
                role: Some(*role),
                profile: self.member(user).expect("standing found the member").profile.clone(),
                platform: device.platform,
            },
            Actor::AppAs { user, profile } => Sender {
                user: Some(user.clone()),
                role: self.member(user).map(|member| member.role),
                profile: Arc::new(profile.clone()),
                platform: Platform::RestApi,
            },
            _ => Sender {
                user: None,
                role: None,
                profile: Arc::new(Profile::default()),
                platform: Platform::RestApi,
            },
        }
    }

    /// Judges every text element on its own, and all of them on end. Chosen: nothing stands between them
    /// in scripts.
    pub(super) fn judge(&self, content: &Content) -> Verdict {
        let Some(id) = self.settings.filter else { return Verdict::GoOn(content.clone()) };
        let mut gravest: Option<(Gravity, u32)> = None;
        let mut masked = content.clone();
        let mut on_end = String::new();
        for element in &content.elements {
            let Element::Text(text) = element else { continue };
            on_end.push_str(text);
        }
        let words = self.look_for_words(&mut on_end);
        for element in &mut masked.elements {
            let Element::Text(text) = element else { continue };
            for (gravity, term) in self.look_for_words(text) {
                if gravest.is_none_or(|(known, _)| gravity > known) {
                    gravest = Some((gravity, term));
                }
            }
            // A mask is as long as the word, so every byte is at its place.
            let rest = on_end.split_off(text.len());
            let both = text.chars().zip(on_end.chars());
            *text = both.map(|(alone, on_end)| if alone == '*' { alone } else { on_end }).collect();
            on_end = rest;
        }
        for (gravity, term) in words {
            if gravest.is_none_or(|(known, _)| gravity > known) {
                gravest = Some((gravity, term));
            }
        }
        match gravest {
            Some((Gravity::Block, term)) => Verdict::Block(id, term),
            Some((Gravity::Hold, term)) => Verdict::Hold(term),
            _ => Verdict::GoOn(masked),
        }
    }

    /// The words in a text, each with its number; those to be masked are.
    fn look_for_words(&self, text: &mut String) -> Vec<(Gravity, u32)> {
        let found =
            self.filters.iter().find(|(installed, _)| Some(*installed) == self.settings.filter);
        let (_, filter) = found.expect("a filter in force is installed");
        let low = read(text);
        let mut words = vec![];
        for (term, (word, gravity)) in filter.words.iter().enumerate() {
            if low.contains(word) {
                words.push((*gravity, term as u32));
            }
            if *gravity == Gravity::Mask {
                *text = text.replace(word, &String::from(filter.mask).repeat(word.len()));
            }
        }
        words
    }

    /// A name or notice as it may be shown. Chosen: nobody is asked about one, so what would be held is
    /// refused, as what would be blocked is.
    pub(super) fn cleaned(&self, field: Field, text: &Arc<str>) -> Result<Arc<str>, Refusal> {
        let Some(filter) = self.settings.filter.filter(|_| !text.is_empty()) else {
            return Ok(text.clone());
        };
        self.must_be_installed(Some(filter))?;
        let mut masked = text.to_string();
        let words = self.look_for_words(&mut masked);
        let gravest = words.iter().map(|(gravity, _)| *gravity).max();
        let first = words.iter().find(|(gravity, _)| Some(*gravity) == gravest);
        match first {
            Some((Gravity::Hold | Gravity::Block, term)) => {
                Err(Refusal::Filtered { field, filter, term: *term })
            }
            _ => Ok(masked.into()),
        }
    }

    pub(super) fn cleaned_profile(&self, profile: &Profile) -> Result<Arc<Profile>, Refusal> {
        let nick = self.cleaned(Field::Nick, &profile.nick)?;
        Ok(Arc::new(Profile { nick, ..profile.clone() }))
    }

    fn all_masked(&self, content: &Content) -> Content {
        let mut masked = content.clone();
        let (_, words) = self.filters.first().expect("a filter met it");
        for element in &mut masked.elements {
            if let Element::Text(text) = element {
                // What is invisible is not shown as a star.
                let visible = text.chars().filter(|c| *c != '\u{200b}');
                *text = visible.map(|_| words.mask).collect();
            }
        }
        masked
    }

    fn accept(&mut self, actor: &Actor, sender: Sender, draft: &Draft) -> MessageId {
        let id = MessageId(self.messages.len() as u64 + 1);
        let priority = self.priority_here(actor, draft);
        if let Some(random) = draft.random {
            self.remember(sender.user.clone(), random, id);
        }
        self.messages.push(Accepted {
            message: Message {
                id,
                sender,
                kind: draft.kind,
                priority,
                content: draft.content.clone(),
                directive: draft.directive.clone(),
                random: draft.random,
                accepted: self.now,
            },
            session: match actor {
                Actor::User { device, .. } => Some(device.session),
                _ => None,
            },
            // Not seen before it is set: every accepted message is held, offered or ended at once.
            state: State::Held { expires: self.now },
            until: self.now + REMEMBERED_FOR,
            taken_back: false,
        });
        id
    }

    fn remember(&mut self, author: Option<UserId>, random: liveroom::Random, message: MessageId) {
        let until = self.now + REMEMBERED_FOR;
        self.randoms.push(Remembered { author: author.clone(), random, message, until });
        let own = |one: &Remembered| one.author == author && author.is_some();
        if self.randoms.iter().filter(|one| own(one)).count() > RANDOMS_OF_A_USER {
            let oldest = self.randoms.iter().position(own).expect("there are more than 32");
            self.randoms.remove(oldest);
        }
    }

    pub(super) fn forget_randoms(&mut self) {
        let now = self.now;
        self.randoms.retain(|one| one.until > now);
    }

    pub(super) fn randoms_end_at(&self) -> Option<liveroom::Timestamp> {
        self.randoms.iter().map(|one| one.until).min()
    }

    pub(super) fn end(&mut self, id: MessageId, outcome: Outcome) {
        let disclose = self.disclose(&outcome);
        let accepted = self.accepted_mut(id);
        accepted.state = State::Ended(outcome.clone());
        let (message, session) = (Arc::new(accepted.message.clone()), accepted.session);
        self.told.push(Output::Ended { record: NO_RECORD, message, session, outcome, disclose });
    }

    /// Discards what waits or is held of those whom the choice takes.
    /// What waits in the order of the ids, then, as chosen, what is held in the order of the questions.
    pub(super) fn discard_all(
        &mut self,
        takes: impl Fn(&Self, &Accepted) -> bool,
        reason: Discard,
    ) -> u64 {
        let mut all = self.all_waiting();
        all.extend(self.questions.iter().map(|open| open.message));
        self.discard_among(all, takes, reason)
    }

    /// In lanes and in folds.
    fn all_waiting(&self) -> Vec<MessageId> {
        let mut waiting = self.waiting_in_order();
        waiting.extend(self.folded());
        waiting.sort_unstable();
        waiting
    }

    fn discard_among(
        &mut self,
        all: Vec<MessageId>,
        takes: impl Fn(&Self, &Accepted) -> bool,
        reason: Discard,
    ) -> u64 {
        let discarded: Vec<_> =
            all.into_iter().filter(|id| takes(self, self.accepted(*id))).collect();
        self.spoil(|model, id| takes(model, model.accepted(id)));
        for id in &discarded {
            self.leave_lane(*id);
            self.taken_from_fold(*id, reason);
            self.questions.retain(|open| open.message != *id);
            self.end(*id, Outcome::Discarded(reason));
        }
        discarded.len() as u64
    }

    /// Discards what these users have waiting or held by themselves, one after the other.
    pub(super) fn discard_of(&mut self, users: &[UserId], reason: Discard) {
        for user in users {
            let own = |accepted: &Accepted| {
                accepted.session.is_some() && accepted.message.sender.user.as_ref() == Some(user)
            };
            self.discard_all(|_, accepted| own(accepted), reason);
        }
    }

    pub(super) fn discard_waiting_of(&mut self, user: &UserId, reason: Discard) {
        let own = |accepted: &Accepted| {
            accepted.session.is_some() && accepted.message.sender.user.as_ref() == Some(user)
        };
        self.discard_among(self.all_waiting(), |_, accepted| own(accepted), reason);
    }

    pub(super) fn discard_of_author(&mut self, author: Option<UserId>, reason: Discard) -> u64 {
        self.discard_all(|_, accepted| accepted.message.sender.user == author, reason)
    }
}
