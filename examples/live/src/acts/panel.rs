//! The panel's feed, and decisions about what it asks.

use liveroom::{Command, Decision, Ticket};

use crate::{
    door::Stay,
    errand::Errand,
    house::House,
    protocol::{deeds::Done, host::Refused},
};

use super::Answer;

impl House {
    /// Decides about a held message.
    pub(super) async fn answer(&self, stay: &Stay, ticket: Ticket, decision: Decision) -> Answer {
        let done = self.in_name(stay, Command::Answer { ticket, decision })?;
        if self.kept().await.is_ok() {
            // Those who watch need not wait for the message's end to hear that it is decided.
            let _ends_anyway = self.send_on(Errand::Answered { room: stay.room.no, ticket }).await;
        }
        Ok(done)
    }

    /// Begins or ends the feed on this connection.
    pub(super) async fn watch(&self, stay: &Stay, on: bool) -> Answer {
        let &Stay { session, connection, .. } = stay;
        let errand = Errand::Watch { room: stay.room.no, session, connection, on };
        if self.send_on(errand).await {
            Ok(Done::PLAIN)
        } else {
            Err(Refused::word("unavailable", "the host is about to end"))
        }
    }
}
