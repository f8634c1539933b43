use std::{fmt::Write as _, fs, path::Path};

use super::*;
use crate::config::GroupConfig;

const TARGETS: [Option<Role>; 5] =
    [None, Some(Role::Guest), Some(Role::Member), Some(Role::Admin), Some(Role::Owner)];

const POWERS: [Power; 17] = [
    Power::Recall,
    Power::Purge,
    Power::Kick,
    Power::Ban,
    Power::Shadow,
    Power::Strikes,
    Power::Admins,
    Power::Transfer,
    Power::Attributes,
    Power::Counters,
    Power::Marks,
    Power::MemberList,
    Power::NameCards,
    Power::StaffNotices,
    Power::SlowMode,
    Power::Review,
    Power::Raid,
];

fn everything() -> Powers {
    POWERS.into_iter().fold(Powers::NONE, Powers::with)
}

/// No power, every power, each power alone, and each alone missing.
fn houses() -> Vec<Powers> {
    let without = |missing| {
        POWERS.into_iter().filter(|&power| power != missing).fold(Powers::NONE, Powers::with)
    };
    let mut houses = vec![Powers::NONE, everything()];
    houses.extend(POWERS.map(|power| Powers::NONE.with(power)));
    houses.extend(POWERS.map(without));
    houses
}

fn cell(answer: Result<(), Denial>) -> String {
    match answer {
        Ok(()) => "yes".into(),
        Err(Denial::RoleTooLow { needs }) => format!("RoleTooLow:{needs:?}"),
        Err(Denial::TargetTooHigh { .. }) => "TargetTooHigh".into(),
        Err(denial) => format!("{denial:?}"),
    }
}

fn action_name(action: Action) -> String {
    match action {
        Action::Recall { own: true } => "Recall own".into(),
        Action::Recall { own: false } => "Recall another's".into(),
        Action::SetNameCard { own: true } => "SetNameCard own".into(),
        Action::SetNameCard { own: false } => "SetNameCard another's".into(),
        action => format!("{action:?}"),
    }
}

/// The table of one house: targets that are answered alike share a line.
fn table(name: &str, powers: Powers) -> String {
    let mut text = format!("## {name}\n{:<23}{:<11}", "action", "target");
    for actor in Actor::ALL {
        write!(text, "{:<19}", format!("{actor:?}")).unwrap();
    }
    text = format!("{}\n", text.trim_end());
    for action in Action::ALL {
        let row =
            |target| Actor::ALL.map(|actor| cell(decide(powers, actor, action, target))).to_vec();
        let rows = TARGETS.map(|target| (target, row(target)));
        for alike in rows.chunk_by(|a, b| a.1 == b.1) {
            let name = |at: usize| alike[at].0.map_or("-".into(), |role| format!("{role:?}"));
            let targets = match alike.len() {
                5 => "any".into(),
                1 => name(0),
                many => format!("{}..{}", name(0), name(many - 1)),
            };
            let mut line = format!("{:<23}{targets:<11}", action_name(action));
            for cell in &alike[0].1 {
                write!(line, "{cell:<19}").unwrap();
            }
            writeln!(text, "{}", line.trim_end()).unwrap();
        }
    }
    text
}

#[test]
fn the_decisions_of_every_preset_are_those_written_down() {
    let presets = [
        ("livestream", GroupConfig::livestream()),
        ("vendor", GroupConfig::vendor()),
        ("modern", GroupConfig::modern()),
    ];
    let mut actual = String::from(
        "Who may do what, in each preset. The columns are who acts; a target is what the other\n\
         one is in the group: \"-\" is nothing, or nobody, and \"-..Admin\" all from there up to admin.\n",
    );
    for (name, config) in presets {
        write!(actual, "\n{}", table(name, config.settings().powers)).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/decisions.txt");
    if std::env::var_os("LIVEROOM_BLESS").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let mut difference = String::new();
    let (mut old, mut new) = (golden.lines(), actual.lines());
    loop {
        match (old.next(), new.next()) {
            (None, None) => break,
            (old, new) if old == new => {}
            (old, new) => {
                let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
                write!(difference, "- {old}\n+ {new}\n").unwrap();
            }
        }
    }
    assert!(
        difference.is_empty(),
        "{} says otherwise:\n{difference}If the new lines are right, run the test again with \
         LIVEROOM_BLESS=1 and commit the file.",
        path.display()
    );
}

#[test]
fn outsiders_come_and_go_and_do_nothing_else() {
    for powers in houses() {
        for action in Action::ALL {
            for target in TARGETS {
                let comes_and_goes = matches!(action, Action::Join | Action::Detach | Action::Quit);
                for actor in [Actor::Guest, Actor::Stranger] {
                    let allowed = decide(powers, actor, action, target).is_ok();
                    assert_eq!(allowed, comes_and_goes, "{actor:?} {action:?}");
                }
            }
        }
    }
}

#[test]
fn a_higher_role_may_all_that_a_lower_one_may_but_the_owner_never_quits() {
    for powers in houses() {
        for action in Action::ALL {
            for target in TARGETS {
                let may = |actor| decide(powers, actor, action, target).is_ok();
                assert!(!may(Actor::Member) || may(Actor::Admin), "{action:?} {target:?}");
                if action == Action::Quit {
                    assert!(may(Actor::Admin) && !may(Actor::Owner));
                } else {
                    assert!(!may(Actor::Admin) || may(Actor::Owner), "{action:?} {target:?}");
                    let for_sessions = matches!(
                        action,
                        Action::Join | Action::Attach | Action::Detach | Action::SetProfile
                    );
                    assert!(!may(Actor::Owner) || may(Actor::App) != for_sessions);
                }
            }
        }
    }
}

#[test]
fn nobody_acts_on_a_role_as_high_as_their_own() {
    for action in Action::ALL {
        for actor in Actor::ALL {
            for target in TARGETS {
                let answer = decide(everything(), actor, action, target);
                let free = decide(everything(), actor, action, None);
                let aims = decide(everything(), Actor::Owner, action, Some(Role::Owner))
                    == Err(Denial::TargetTooHigh { target: Role::Owner });
                let too_high = aims && actor.role().is_some_and(|role| target >= Some(role));
                match (target, free) {
                    (Some(target), Ok(())) if too_high => {
                        assert_eq!(answer, Err(Denial::TargetTooHigh { target }));
                    }
                    _ if actor == Actor::App => {}
                    _ => assert_eq!(answer, free, "{actor:?} {action:?} {target:?}"),
                }
            }
        }
    }
}

#[test]
fn a_power_more_never_takes_something_away() {
    for action in Action::ALL {
        for actor in Actor::ALL {
            for target in TARGETS {
                for powers in houses() {
                    let may = |powers| decide(powers, actor, action, target).is_ok();
                    assert!(!may(Powers::NONE) || may(powers), "{actor:?} {action:?}");
                    assert!(!may(powers) || may(everything()), "{actor:?} {action:?}");
                }
            }
        }
    }
}

#[test]
fn what_the_house_does_not_know_is_refused_to_all_alike() {
    for powers in houses() {
        for actor in Actor::ALL {
            let says = |action| decide(powers, actor, action, None).err();
            let kick = says(Action::Kick) == Some(Denial::NoRemoval);
            assert_eq!(kick, !powers.contains(Power::Kick));
            let recall = says(Action::Recall { own: true }) == Some(Denial::NoRecall);
            assert_eq!(recall, !powers.contains(Power::Recall));
            let ban = says(Action::Ban) == Some(Denial::NotOffered);
            assert_eq!(ban, !powers.contains(Power::Ban));
        }
    }
}

#[test]
fn every_actor_with_a_role_comes_from_that_role() {
    for role in Role::ALL {
        assert_eq!(Actor::from(role).role(), Some(role));
    }
}
