//! Who speaks in a class: hands that are raised, and pupils who are called on.

use liveroom::{Author, Command, Denial, Refusal, UserId};

use crate::{
    door::Stay,
    house::House,
    plan::{CALLED_ON, RoomKind},
    protocol::{
        deeds::Done,
        host::Refused,
        program::{ForProgram, Hand},
    },
};

use super::{Answer, staff::named};

impl House {
    pub(super) fn call_on(&self, stay: &Stay, user: &str, on: bool) -> Answer {
        stay.room.must_be(RoomKind::Class)?;
        let user = named(user)?;
        let users = [user.clone()].into_iter().collect();
        let marks = [CALLED_ON].into_iter().collect();
        let done = self.as_owner(stay, Command::Mark { users, marks, on })?;
        self.tell(stay, user, &ForProgram::Called(on))?;
        Ok(done)
    }

    /// Tells the owner, over every session of theirs in the room.
    pub(super) fn raise_hand(&self, stay: &Stay) -> Answer {
        stay.room.must_be(RoomKind::Class)?;
        let Some(user) = &stay.user else {
            return Err(Refusal::from(Denial::GuestsOnlyRead).into());
        };
        let now = self.clock.now();
        stay.room.hands().raise(now, user).map_err(|until| Refusal::TooOften { until })?;
        let nick = self.read(&stay.room, |group| {
            group.member(user).map(|member| member.profile().nick.clone()).unwrap_or_default()
        });
        let hand = Hand { user: user.as_str().into(), nick: (&*nick).into() };
        self.tell(stay, self.owner.clone(), &ForProgram::Hand(hand))?;
        Ok(Done::PLAIN)
    }

    fn tell(&self, stay: &Stay, user: UserId, what: &ForProgram<'_>) -> Result<(), Refused> {
        let users = Some([user].into_iter().collect());
        let command = Command::Notify { users, field: what.field().into() };
        self.push(&stay.room, &Author::App, command)?;
        Ok(())
    }
}
