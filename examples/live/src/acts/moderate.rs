//! What staff do about somebody beside a mute, about everybody during a raid, and what is kept of it all.

use std::time::Duration;

use liveroom::{Command, UserId, Users};

use crate::{
    door::Stay,
    house::House,
    protocol::{
        deeds::{Done, Told, WireActs, span},
        moderation::WirePerson,
    },
};

use super::{Answer, staff::named};

impl House {
    pub(super) fn shadow(&self, stay: &Stay, user: &str, seconds: Option<u64>) -> Answer {
        self.about(stay, user, |users| Command::Shadow { users, span: span(seconds) })
    }

    pub(super) fn unshadow(&self, stay: &Stay, user: &str) -> Answer {
        self.about(stay, user, |users| Command::Unshadow { users })
    }

    pub(super) fn warn(&self, stay: &Stay, user: &str, why: String) -> Answer {
        self.about(stay, user, |users| Command::Warn { users, reason: why.into() })
    }

    pub(super) fn forgive(&self, stay: &Stay, user: &str) -> Answer {
        self.about(stay, user, |users| Command::Forgive { users })
    }

    /// Several acts in one step, all or none.
    pub(super) fn moderate(&self, stay: &Stay, user: &str, acts: WireActs) -> Answer {
        let acts = Box::new(acts.into());
        self.about(stay, user, |users| Command::Moderate { users, acts })
    }

    /// How somebody stands with the staff.
    pub(super) fn person(&self, stay: &Stay, user: &str) -> Answer {
        Ok(self.tell_person(stay, &named(user)?))
    }

    /// Makes the house stricter for a time, or ends that.
    pub(super) fn raid(&self, stay: &Stay, seconds: Option<u64>) -> Answer {
        self.as_owner(stay, Command::Raid { span: seconds.map(Duration::from_secs) })
    }

    /// The audit records that are kept, as they are, verified anew.
    pub(super) fn tell_trail(stay: &Stay) -> Done {
        let trail = stay.room.trail();
        let (text, chain) = (Some(trail.lines()), Some(Box::new(trail.verify().into())));
        Done::Done(Told { text, chain, ..Told::NOTHING })
    }

    /// Does something about somebody, and says how they stand then.
    fn about(&self, stay: &Stay, user: &str, act: impl FnOnce(Users) -> Command) -> Answer {
        let user = named(user)?;
        self.push(&stay.room, &stay.author, act([user.clone()].into_iter().collect()))?;
        Ok(self.tell_person(stay, &user))
    }

    fn tell_person(&self, stay: &Stay, user: &UserId) -> Done {
        let person = self.read(&stay.room, |group| WirePerson::of(group, user));
        Done::Done(Told { person: Some(Box::new(person)), ..Told::NOTHING })
    }
}
