//! Which rooms there are, and how each is set up.

use std::time::Duration;

use liveroom::{
    AskStep, Class, Escalation, GroupConfig, JoinOption, Patience, Power, Powers, Priority, Rate,
    Settings, Silence,
};

/// The user who owns every room.
pub(crate) const OWNER: &str = "host";
/// The mark of a pupil who was called on.
pub(crate) const CALLED_ON: u32 = 1_001;

/// What a room is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomKind {
    /// A stage and its audience: gifts, likes, offers.
    Show,
    /// A board that is drawn on.
    Class,
}

/// Who speaks and draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speakers {
    All,
    /// The staff, and those who were called on.
    Called,
}

/// One room, as it is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: RoomKind,
    pub(crate) speakers: Speakers,
    pub(crate) introduction: &'static str,
    pub(crate) notification: &'static str,
}

/// The rooms of this host; the first is the one that a join without a group means.
pub(crate) const PLANS: [Plan; 3] = [
    Plan {
        id: "live",
        name: "Live",
        kind: RoomKind::Show,
        speakers: Speakers::All,
        introduction: "A room to try the engine in.",
        notification: "Be kind. Some words are masked, held or turned away here.",
    },
    Plan {
        id: "class",
        name: "Large class",
        kind: RoomKind::Class,
        speakers: Speakers::Called,
        introduction: "One teaches, many listen.",
        notification: "Raise your hand; whoever is called on speaks and draws.",
    },
    Plan {
        id: "seminar",
        name: "Small class",
        kind: RoomKind::Class,
        speakers: Speakers::All,
        introduction: "A table with a board on it.",
        notification: "Everybody speaks and draws.",
    },
];

impl Plan {
    /// The settings of its group, where a held message waits so long for the owner, and what is said in a
    /// show is seen so long by the owner alone.
    pub(crate) fn settings(&self, hold: Duration, preview: Option<Duration>) -> Settings {
        let mut settings = match self.kind {
            RoomKind::Show => Settings { preview, ..show() },
            // A stroke that is seen seconds later is no drawing any more.
            RoomKind::Class => class(),
        };
        settings.audit = true;
        settings.strikes.table = vec![
            Escalation::Notice,
            Escalation::Mute { span: Duration::from_mins(5) },
            Escalation::Mute { span: Duration::from_hours(1) },
        ];
        settings.speakers = match self.speakers {
            Speakers::All => vec![],
            Speakers::Called => vec![CALLED_ON],
        };
        let patience = Patience { deadline: hold, silence: Silence::Reject };
        settings.asking.steps = vec![AskStep::filter_hold(patience)];
        // The owner may have panel, stage and board open, and load each again within the grace time.
        settings.presence.per_user = 16;
        // For the owner, who asks what would have been.
        settings.journal = true;
        settings
    }
}

fn show() -> Settings {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.powers = moderated(Powers::NONE).with(Power::Purge);
    settings.house.raid = GroupConfig::modern().settings().house.raid.clone();
    // Nobody here admits: whoever comes during a raid watches, and is held to its pace.
    settings.house.raid.join = JoinOption::FreeAccess;
    settings
}

/// These powers, and what the panel does about people.
fn moderated(powers: Powers) -> Powers {
    powers.with(Power::Shadow).with(Power::Strikes).with(Power::Raid).with(Power::StaffNotices)
}

fn class() -> Settings {
    /// Some people drawing ten pieces a second each, and talk.
    const RATE: Rate = Rate::per_second(100).expect("100 is not zero");
    let mut settings = GroupConfig::modern().settings().clone();
    // Nobody here can hand the room over: an owner who would quit is told to disband it.
    // Nor is anything cleared: the board has the strokes, and not the log.
    settings.powers = moderated(
        Powers::NONE.with(Power::Marks).with(Power::MemberList).with(Power::Kick).with(Power::Ban),
    );
    settings.house.raid.join = JoinOption::FreeAccess;
    // Who draws says one thing in many messages, and under a pause would say none.
    settings.house.raid.slow_mode = None;
    settings.house.raid.unique = None;
    settings.traffic.rate = RATE;
    settings.traffic.burst = 20;
    // A piece that is lost is a hole in everybody's drawing, and one that is late is not.
    settings.traffic.lanes[Priority::Normal].max_wait = Duration::from_secs(2);
    // Who draws sends more than who talks, and every connection has a pace of its own.
    settings.house.pace = None;
    // The board is the history. Of the log a reader needs what is drawn while they take the board.
    settings.history = 0;
    settings.retention.quota[Class::Normal] = 8_192;
    settings.retention.quota[Class::High] = 8_192;
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_room_can_be_made_and_has_a_name_of_its_own() {
        for (at, plan) in PLANS.iter().enumerate() {
            assert!(
                plan.settings(Duration::from_secs(20), Some(Duration::from_secs(3)))
                    .build()
                    .is_ok(),
                "{}",
                plan.id
            );
            assert!(PLANS[at + 1..].iter().all(|other| other.id != plan.id));
        }
        assert_eq!(PLANS[0].id, "live");
    }
}
