//! A message on its way: asked about, pushed, and waited for.

use std::time::Duration;

use liveroom::{
    Author, Command, Content, Decision, Discard, Draft, GroupId, HubKey, Outcome, Random,
    Rejection, UserId,
    tim::{
        Code, Failure,
        callbacks::{Callback, Saying},
        rest::{self, Reply, TIMEOUT, Turned},
    },
};
use tokio::time::timeout;

use super::{
    Asker,
    ends::{Mark, Sent, Standing},
};
use crate::house::House;

impl House {
    /// Sends a message, and waits for its end.
    pub(super) async fn send(
        &self,
        asker: &Asker,
        group: &GroupId,
        author: Author,
        mut draft: Draft,
        sent: Sent,
    ) -> Result<Reply, Failure> {
        let key = self.find(asker.app, group)?;
        draft.kind = super::likes::kind(&draft, self.rooms.iter().any(|room| room.key == key));
        let now = || self.clock.now();
        let by_app = matches!(author, Author::App | Author::AppAs { .. });
        if by_app && !sent.skip_before && !self.repeats(key, &author, &draft) {
            // Users' messages are held and asked about by the group; the app's own are not.
            match self.decision(asker, group, &author, &draft).await? {
                Decision::Allow => {}
                Decision::Replace { content } => draft.content = content,
                Decision::Discard => {
                    let outcome = Outcome::Discarded(Discard::Decision);
                    return Ok(rest::sent(&outcome, false, asker.admin, now()));
                }
                Decision::Reject { code, reason } => {
                    let failure = Failure::from(&Rejection::Decision { code, reason });
                    self.tell_refused(asker, key, group, &author, &draft, &failure);
                    return Err(failure);
                }
                _ => return Err(Code::INTERNAL.into()),
            }
            // It may have ended meanwhile, or be about to.
            self.must_be_open(asker.app)?;
        }
        let push = || self.push_as(key, author.clone(), Command::from(draft.clone()));
        let mark = Mark::of(key, &author, asker.user.as_ref(), &draft);
        let standing = self.desk.ends.push(&mark, sent, push).map_err(|error| {
            let failure = Failure::from(&error);
            self.tell_refused(asker, key, group, &author, &draft, &failure);
            failure
        })?;
        let (outcome, disclose) = match standing {
            Standing::Ended(end) => end,
            Standing::Open(end) => match timeout(TIMEOUT, end).await {
                Ok(Ok(end)) => end,
                // Its app is gone, and nobody tells its end.
                Ok(Err(_gone)) => return Err(Code::NO_SUCH_GROUP.into()),
                Err(_elapsed) => return Err(Turned::TooLate.into()),
            },
        };
        Ok(rest::sent(&outcome, disclose, asker.admin, now()))
    }

    /// Whether a message of the app is one that was sent before, and decided about. One that will be forgotten in a
    /// moment is none any more, so that none is pushed undecided.
    fn repeats(&self, key: HubKey, author: &Author, draft: &Draft) -> bool {
        let user = match author {
            Author::AppAs { user, .. } => Some(user),
            _ => None,
        };
        let Some(random) = draft.random else { return false };
        let then = self.clock.now() + Duration::from_secs(1);
        let first = self.hub.read(key, |group| group.first_with(then, user, random));
        first.flatten().is_some()
    }

    /// Tells all groups of an app something, unless it was told before.
    pub(super) fn broadcast(
        &self,
        asker: &Asker,
        from: Option<&UserId>,
        random: Random,
        content: Content,
    ) -> Result<Reply, Failure> {
        if !asker.admin {
            return Err(Turned::NotAdmin.into());
        }
        if from.is_some_and(|from| *from != self.apps.admin) {
            let info = "From_Account: a broadcast is told in the administrator's name";
            return Err(Failure::new(Code::BAD_PARAMETER, info));
        }
        let (now, mark) = (self.clock.now(), (asker.app, random));
        let before = self.desk.broadcasts().number(now, &mark);
        if let Some(number) = before {
            return Ok(rest::broadcast(number));
        }
        // Of two at once the second comes too often.
        let sent = self.hub.broadcast(now, asker.app, content);
        sent.map_err(|error| Failure::from(&error))?;
        let number = self.number();
        self.desk.broadcasts().keep(now, mark, number);
        Ok(rest::broadcast(number))
    }

    /// What the app's server decides about a message of the app.
    async fn decision(
        &self,
        asker: &Asker,
        group: &GroupId,
        author: &Author,
        draft: &Draft,
    ) -> Result<Decision, Failure> {
        let Some(callbacks) = &self.desk.callbacks else { return Ok(Decision::Allow) };
        let saying = saying(asker, author, draft);
        let callback = Callback::before_push(&callbacks.room(group, ""), &saying);
        let answer = callbacks.ask(&callback, self.here(asker)).await;
        match answer.and_then(|answer| callbacks.sense(answer.decision(&draft.content))) {
            Some(decision) => Ok(decision),
            None => callbacks.silence().map(|()| Decision::Allow),
        }
    }

    /// Tells the app's server of a message that the group did not take.
    fn tell_refused(
        &self,
        asker: &Asker,
        key: HubKey,
        group: &GroupId,
        author: &Author,
        draft: &Draft,
        failure: &Failure,
    ) {
        if let Some(callbacks) = &self.desk.callbacks {
            let saying = saying(asker, author, draft);
            let callback = Callback::refused(&callbacks.room(group, ""), &saying, failure);
            callbacks.tell(key, callback, self.here(asker));
        }
    }
}

fn saying<'a>(asker: &'a Asker, author: &'a Author, draft: &'a Draft) -> Saying<'a> {
    let from: Option<&UserId> = match author {
        Author::App => None,
        Author::AppAs { user, .. } => Some(user),
        _ => asker.user.as_ref(),
    };
    let operator = asker.user.as_ref().filter(|_| !asker.is_app());
    Saying { from, operator, platform: asker.platform, draft }
}
