//! What owner and pupils do beside sending, each deed answered once.
//!
//! Whoever may do it is decided here; how it is done, in the file of its subject.

mod class;
mod explain;
mod find;
mod moderate;
mod offer;
mod panel;
mod past;
mod settings;
mod staff;

pub(crate) use self::offer::OFFER;

use std::sync::Arc;

use liveroom::{Author, Command, MessageId, Profile, Ticket};
use tracing::{debug, info};

use crate::{
    door::Stay,
    house::House,
    protocol::{
        deeds::{Deed, Done},
        host::Refused,
    },
};

/// What a deed came to.
type Answer = Result<Done, Refused>;

impl House {
    /// Does it, or says why not.
    pub(crate) async fn act(self: &Arc<Self>, stay: &Stay, deed: Deed) -> Done {
        let (word, room) = (deed.word(), stay.room.plan.id);
        if deed.takes_the_key() && !stay.owns {
            debug!(room, deed = word, "refused without the key");
            return Done::Refused(Refused::wrong_key());
        }
        let answer = self.do_it(stay, deed).await;
        if stay.owns {
            info!(room, deed = word, done = answer.is_ok(), "the owner acts");
        }
        answer.unwrap_or_else(Done::Refused)
    }

    async fn do_it(self: &Arc<Self>, stay: &Stay, deed: Deed) -> Answer {
        match deed {
            Deed::Mute { user, seconds } => self.mute(stay, &user, seconds),
            Deed::Unmute { user } => self.unmute(stay, &user),
            Deed::Shadow { user, seconds } => self.shadow(stay, &user, seconds),
            Deed::Unshadow { user } => self.unshadow(stay, &user),
            Deed::Warn { user, why } => self.warn(stay, &user, why),
            Deed::Forgive { user } => self.forgive(stay, &user),
            Deed::Moderate { user, acts } => self.moderate(stay, &user, *acts),
            Deed::Person { user } => self.person(stay, &user),
            Deed::Find { text } => Ok(self.look_for(stay, &text)),
            Deed::Raid { seconds } => self.raid(stay, seconds),
            Deed::Audit => Ok(Self::tell_trail(stay)),
            Deed::Withdraw { message } => {
                self.in_name(stay, Command::Withdraw { message: MessageId(message) })
            }
            Deed::MuteAll { on } => self.as_owner(stay, Command::MuteAll { on }),
            Deed::Remove { user } => self.remove(stay, &user),
            Deed::Notice { text } => self.as_owner(stay, Command::notice(text)),
            Deed::Profile { name, introduction, notification } => {
                self.set_profile(stay, name, introduction, notification)
            }
            Deed::Words { text: Some(text) } => self.set_words(stay, text).await,
            Deed::Words { text: None } => Ok(Self::tell_words(stay)),
            Deed::Preview { text } => self.preview(stay, text).await,
            Deed::WhatIf { rates, burst, reserve, text } => {
                self.what_if(stay, rates, burst, reserve, text).await
            }
            Deed::Traffic { rate, burst, reserve } => self.set_traffic(stay, rate, burst, reserve),
            Deed::Answer { ticket, decision, why } => {
                self.answer(stay, Ticket(ticket), decision.with(why)).await
            }
            Deed::Watch { on } => self.watch(stay, on).await,
            Deed::Explain { message } => self.explain(stay, message),
            Deed::Offer { title, text, stock } => self.open_offer(stay, title, text, stock),
            Deed::OfferEnd => self.end_offer(stay),
            Deed::CallOn { user, on } => self.call_on(stay, &user, on),
            Deed::RaiseHand => self.raise_hand(stay),
            Deed::Disband => self.as_owner(stay, Command::Disband),
            Deed::Unknown => Err(Refused::word("unknown_do", "this host knows no such deed")),
        }
    }

    /// A command that the owner gives.
    fn as_owner(&self, stay: &Stay, command: Command) -> Answer {
        self.push(&stay.room, &stay.author, command)?;
        Ok(Done::PLAIN)
    }

    /// A command that the engine takes from the app alone; the host has seen that the owner wants it, and
    /// the audit trail says so.
    fn in_name(&self, stay: &Stay, command: Command) -> Answer {
        self.push(&stay.room, &self.in_owners_name(), command)?;
        Ok(Done::PLAIN)
    }

    /// The app, in the owner's name.
    fn in_owners_name(&self) -> Author {
        Author::AppAs { user: self.owner.clone(), profile: Profile::default() }
    }
}
