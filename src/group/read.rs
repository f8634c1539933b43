//! Reading a group: everything here only looks, but for the cache of batches.

use std::sync::Arc;

use crate::{
    attributes::{Attributes, Counters},
    batch::Batch,
    command::{Device, Newcomer},
    config::GroupConfig,
    cursor::{Cursor, CursorError},
    entry::Entry,
    filter::Filter,
    id::{
        Epoch, FilterId, Fingerprint, GroupId, MessageId, Random, RecordNo, Seq, SessionId, Ticket,
        UserId,
    },
    log::Entries,
    outcome::{State, Told},
    output::{HeldMessage, Question},
    profile::GroupProfile,
    receipts::Explanation,
    refusal::Refusal,
    review::Stage,
    role::{Author, Role},
    roster::{Applicant, Member, Occupant, Page},
    rules::Action,
    stats::Stats,
    tally::Totals,
    time::Timestamp,
};

use super::Group;

impl Group {
    /// The group's id.
    pub fn id(&self) -> &GroupId {
        &self.id
    }

    /// The config in force.
    pub fn config(&self) -> &GroupConfig {
        &self.config
    }

    /// The latest time that the group has seen.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// Which life of its history this is.
    pub fn epoch(&self) -> Epoch {
        self.log.epoch()
    }

    /// Whether the group has ended. It stays readable until it is dropped.
    pub fn is_disbanded(&self) -> bool {
        self.house.disbanded
    }

    /// The number of the last journal record; 0 where none was kept.
    pub fn last_record(&self) -> RecordNo {
        self.outbox.record()
    }

    /// Whether outputs wait to be polled.
    pub fn has_output(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// What polling makes [`heap_bytes`](Self::heap_bytes) less by.
    pub(crate) fn output_bytes(&self) -> usize {
        self.outbox.heap_bytes()
    }

    /// The end of the history: where a newcomer begins.
    pub fn tail(&self) -> Cursor {
        self.log.tail()
    }

    /// The entries after `cursor` that are still kept, borrowed, with how many of each class were
    /// missed: the poll side.
    ///
    /// # Errors
    /// [`CursorError`] if the cursor is not of this history; start again from [`tail`](Self::tail).
    #[inline]
    pub fn since(&self, cursor: &Cursor) -> Result<Entries<'_>, CursorError> {
        self.log.since(cursor)
    }

    /// The next entries after `cursor`, shareable and encoded once for each format: the push side.
    ///
    /// # Errors
    /// As [`since`](Self::since).
    pub fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError> {
        self.log.batch(cursor)
    }

    /// The same without what comes after `until`, for a host that tells no more than its journal has: up to the last
    /// [`Output::Tail`](crate::Output::Tail) whose record it has. A reader who has come as far is given an empty one.
    ///
    /// # Errors
    /// As [`since`](Self::since).
    pub fn batch_until(&mut self, cursor: &Cursor, until: Seq) -> Result<Batch, CursorError> {
        self.log.batch_until(cursor, until)
    }

    /// The entry at a place of the history, if it is still kept.
    ///
    /// ```
    /// # use liveroom::*;
    /// # let (now, key) = (Timestamp::from_secs(1), HashKey::new(1, 2));
    /// # let mut group = Creation::named("Friday").build(now, GroupId::custom("friday")?, key)?;
    /// group.push(now, Author::App, Command::text("first"))?;
    /// let Body::Message(first) = &group.entry(Seq(1)).expect("it is kept").body else { panic!() };
    /// assert_eq!(first.content, Content::text("first"));
    /// assert_eq!(group.entry(Seq(0)).or(group.entry(Seq(2))), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn entry(&self, seq: Seq) -> Option<&Entry> {
        self.log.get(seq).map(|entry| &**entry)
    }

    /// One member, while they are one.
    pub fn member(&self, user: &UserId) -> Option<Member<'_>> {
        self.roster.get(user)
    }

    /// Members in the order in which they joined, and where to go on. Those marked as
    /// [hidden](crate::Command::HIDDEN) are passed over; [`member`](Self::member) finds them.
    pub fn members(&self, from: Page, limit: usize) -> (Vec<Member<'_>>, Option<Page>) {
        self.roster.page(from, limit)
    }

    /// The newest members, the newest first; the hidden are passed over, as in
    /// [`members`](Self::members).
    pub fn newest(&self, limit: usize) -> Vec<Member<'_>> {
        self.roster.newest(limit)
    }

    /// The owner, if a member, and the admins, in the order in which they joined.
    pub fn staff(&self) -> impl Iterator<Item = Member<'_>> {
        self.roster.staff()
    }

    /// The members who have a mark, at most 1,000, in the order in which they joined; the hidden are
    /// among them.
    pub fn marked(&self, mark: u32) -> impl Iterator<Item = Member<'_>> {
        self.roster.marked(mark)
    }

    /// The guests' sessions, in the order of their numbers.
    pub fn guests(&self) -> Vec<Device> {
        self.roster.guest_devices()
    }

    /// Every session whose connection is not known to be lost.
    pub(crate) fn connected(&self) -> impl Iterator<Item = SessionId> {
        self.roster.connected()
    }

    /// Those who ask to be admitted, in the order of their ids.
    pub fn applicants(&self) -> impl Iterator<Item = (&UserId, &Applicant)> {
        self.roster.applicants()
    }

    /// Who is at a session; `None` is nobody that the group knows.
    pub fn occupant(&self, session: SessionId) -> Option<Occupant> {
        self.roster.occupant(session)
    }

    /// How many members there are, the hidden included.
    pub fn member_count(&self) -> u64 {
        self.roster.members()
    }

    /// How many guests there are.
    pub fn guest_count(&self) -> u64 {
        self.roster.guests()
    }

    /// How many users and guests are online, exactly and at once.
    pub fn online(&self) -> u64 {
        self.roster.online()
    }

    /// The owner, if there is one.
    pub fn owner(&self) -> Option<&UserId> {
        self.roster.owner()
    }

    /// What a user is: their role as a member, or owner before joining; `None` is a stranger.
    pub fn role(&self, user: &UserId) -> Option<Role> {
        if self.roster.owner() == Some(user) { Some(Role::Owner) } else { self.roster.role(user) }
    }

    /// Whether a session is in the group, and its connection not lost.
    pub fn is_connected(&self, session: SessionId) -> bool {
        !self.house.disbanded && self.roster.is_connected(session)
    }

    /// Until when a user may not speak.
    pub fn muted_until(&self, user: &UserId) -> Option<Timestamp> {
        self.house.mutes.until(self.clock, user)
    }

    /// Until when what a user says is seen by themselves alone. It is for staff to know.
    pub fn shadowed_until(&self, user: &UserId) -> Option<Timestamp> {
        self.house.shadows.until(self.clock, user)
    }

    /// How many strikes a user has.
    pub fn strikes(&self, user: &UserId) -> u32 {
        self.house.strikes.count(self.clock, user)
    }

    /// Until when a user may not come in.
    pub fn banned_until(&self, user: &UserId) -> Option<Timestamp> {
        self.house.bans.until(self.clock, user)
    }

    /// Until when nobody comes in with a fingerprint, but for staff.
    pub fn print_banned_until(&self, print: Fingerprint) -> Option<Timestamp> {
        self.house.print_bans.until(self.clock, &print)
    }

    /// The fingerprints that are banned, and until when, those first whose ban ends first.
    pub fn print_bans(&self) -> impl Iterator<Item = (Fingerprint, Timestamp)> {
        let bans = self.house.print_bans.iter().filter(|(_, until)| *until > self.clock);
        bans.map(|(print, until)| (*print, until))
    }

    /// The fingerprint with which somebody's session came, if it came with one.
    pub fn print(&self, session: SessionId) -> Option<Fingerprint> {
        self.roster.print(session)
    }

    /// Who may not speak, and until when, those first whose mute ends first.
    pub fn mutes(&self) -> impl Iterator<Item = (&UserId, Timestamp)> {
        self.house.mutes.iter().filter(|(_, until)| *until > self.clock)
    }

    /// Who is shadow-muted, and until when, those first whose mute ends first. It is for staff to know.
    pub fn shadows(&self) -> impl Iterator<Item = (&UserId, Timestamp)> {
        self.house.shadows.iter().filter(|(_, until)| *until > self.clock)
    }

    /// Who has strikes, how many, and until when they are remembered, those first who are forgotten first.
    pub fn struck(&self) -> impl Iterator<Item = (&UserId, u32, Timestamp)> {
        self.house.strikes.iter().filter(|(_, _, until)| *until > self.clock)
    }

    /// Who may not come in, and until when, those first whose ban ends first.
    pub fn bans(&self) -> impl Iterator<Item = (&UserId, Timestamp)> {
        self.house.bans.iter().filter(|(_, until)| *until > self.clock)
    }

    /// Until when slow mode lets a member wait before their next message.
    pub fn slow_until(&self, user: &UserId) -> Option<Timestamp> {
        let slow = self.slow_mode()?;
        self.house.modes.slow(self.clock, user, self.roster.role(user)?, &slow)
    }

    /// Until when raid mode is on, if it is.
    pub fn raid_until(&self) -> Option<Timestamp> {
        self.house.memory.raid().filter(|until| *until > self.clock)
    }

    /// The questions that wait for the host's answer, in the order of their tickets: what a host that
    /// takes over from another has to know.
    pub fn questions(&self) -> impl Iterator<Item = Question> {
        self.house.review.iter().filter_map(|(ticket, held)| {
            let Stage::Asked { step, cause, .. } = &held.stage else { return None };
            let (step, cause, message) = (step.clone(), *cause, held.payload.message.clone());
            Some(Question { ticket, message, step, cause, expires: held.expires })
        })
    }

    /// What is held, for whatever reason, in the order of the tickets, and where to go on: from
    /// behind the ticket given, which is 0 to begin with.
    ///
    /// ```
    /// # use liveroom::*;
    /// # let (now, key) = (Timestamp::from_secs(1), HashKey::new(1, 2));
    /// # let mut group = Creation::named("Friday").build(now, GroupId::custom("friday")?, key)?;
    /// let (first, more) = group.held(Ticket(0), 50);
    /// assert!(first.is_empty() && more.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn held(&self, after: Ticket, limit: usize) -> (Vec<HeldMessage>, Option<Ticket>) {
        let mut rest = self.house.review.iter_after(after).map(|(ticket, held)| HeldMessage {
            ticket,
            message: held.payload.message.clone(),
            hold: held.stage.hold(),
            since: held.since,
            expires: held.expires,
        });
        let page: Vec<HeldMessage> = rest.by_ref().take(limit).collect();
        let more = rest.next().and_then(|_| page.last().map(|last| last.ticket));
        (page, more)
    }

    /// The filter in force, if one is.
    pub fn filter(&self) -> Option<FilterId> {
        self.house.filters.id_in_force()
    }

    /// The filters that are installed: the one in force and the last 4 others, those first that were installed
    /// first. With one of them an outcome's `(filter, term)` gets its word, as long as it is kept.
    ///
    /// ```
    /// # use liveroom::{*, filter::FilterSpec};
    /// # use std::sync::Arc;
    /// # let (now, key) = (Timestamp::from_secs(1), HashKey::new(1, 2));
    /// # let mut group = Creation::named("Friday").build(now, GroupId::custom("friday")?, key)?;
    /// let list = Arc::new(FilterSpec::parse("[advertising block]\nfree coins")?.compile()?);
    /// group.install_filter(list.clone());
    /// group.push(now, Author::App, Command::UseFilter { filter: Some(list.id()) })?;
    ///
    /// let ann = Author::AppAs { user: "ann".parse()?, profile: Profile::nick("Ann") };
    /// let receipt = group.push(now, ann, Command::text("get freecoins"))?;
    /// let Receipt::Sent { state: State::Ended(Outcome::Rejected(why)), .. } = receipt else { panic!() };
    /// let Rejection::Filter { filter, term } = why else { panic!() };
    /// let filter = group.filters().find(|known| known.id() == filter).expect("it is in force");
    /// assert_eq!(filter.term(term).map(|it| it.text), Some("free coins"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn filters(&self) -> impl ExactSizeIterator<Item = &Arc<Filter>> {
        self.house.filters.iter()
    }

    /// Whether everybody is muted.
    pub fn is_mute_all(&self) -> bool {
        self.house.modes.mute_all()
    }

    /// The group's own profile.
    pub fn profile(&self) -> &GroupProfile {
        &self.profile
    }

    /// The attributes that clients share.
    pub fn attributes(&self) -> &Attributes {
        &self.house.attributes
    }

    /// The counters that members count.
    pub fn counters(&self) -> &Counters {
        &self.house.counters
    }

    /// Likes and follows counted so far, exactly and at once.
    pub fn totals(&self) -> Totals {
        self.house.tally.totals()
    }

    /// Whether the author may do something here, by the decision table alone.
    ///
    /// # Errors
    /// The refusal that a command of that kind would get before the state of things is looked at.
    pub fn may(&self, by: &Author, action: Action) -> Result<(), Refusal> {
        let caller = self.caller(by, Some(Newcomer(None)))?;
        self.may_do(&caller, action, None)
    }

    /// The message that a user, or the app (`None`), sent with that mark, as long as the same mark again is a
    /// duplicate: 5 minutes, and the last 32 marks of each author.
    pub fn first_with(
        &self,
        now: Timestamp,
        author: Option<&UserId>,
        random: Random,
    ) -> Option<MessageId> {
        self.talk.receipts.duplicate(now, &author.cloned(), random)
    }

    /// The life of an accepted message, while it is remembered: 5 minutes, and at most 65,536 messages.
    pub fn explain(&self, message: MessageId) -> Option<Explanation> {
        self.talk.receipts.explain(message)
    }

    /// What the author of a message may be told of where it stands, as [`explain`](Self::explain) says it. Of one
    /// of which they may not know how it ended ([`Told::Sent`]), the steps are not for them either.
    pub fn to_author<'a>(&self, state: &'a State) -> Told<'a> {
        let disclose = match state {
            State::Ended(outcome) => self.disclosed(outcome),
            State::Held { .. } | State::Waiting { .. } => true,
        };
        state.to_author(disclose)
    }

    /// The account of every message, by class and reason.
    pub fn stats(&self) -> Stats {
        Stats {
            refused: self.house.refused.clone(),
            flow: self.talk.account.flow(),
            appended: self.log.appended(),
            evicted: self.log.evicted(),
        }
    }

    /// Roughly the heap memory that the group holds, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.log.heap_bytes()
            + self.roster.heap_bytes()
            + self.profile.heap_bytes()
            + self.talk.heap_bytes()
            + self.house.heap_bytes()
            + self.outbox.heap_bytes()
    }
}
