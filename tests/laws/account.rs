//! Laws of the account: who outranked a message.

use super::*;

/// A message in a lane: who was released since it came there, the latest last.
#[derive(Default)]
struct Overtaken(Vec<(MessageId, Priority)>);

/// Everybody who waits is overtaken by what is released, and what has ended is held against its
/// explanation.
fn overtake(
    group: &Group,
    waiting: &mut BTreeMap<MessageId, Overtaken>,
    outputs: &[Output],
) -> Result<(), TestCaseError> {
    for output in outputs {
        let Output::Ended { message, outcome, .. } = output else { continue };
        let Some(Overtaken(by)) = waiting.remove(&message.id) else { continue };
        let Some(explained) = group.explain(message.id) else { continue };
        let delivered = if let Outcome::Delivered { at, .. } = outcome { Some(*at) } else { None };
        if let Some(wait) = &explained.wait {
            same_as_counted(group, wait, &by)?;
            prop_assert!(delivered.is_none() || wait.until == delivered);
            prop_assert_eq!(wait.since, message.accepted);
        } else {
            // Released or shed as it came.
            prop_assert!(by.is_empty());
            prop_assert!(delivered.is_none_or(|at| at == message.accepted));
        }
        if delivered.is_some() {
            for other in waiting.values_mut() {
                other.0.push((message.id, message.priority));
            }
        }
    }
    Ok(())
}

fn same_as_counted(
    group: &Group,
    wait: &Wait,
    by: &[(MessageId, Priority)],
) -> Result<(), TestCaseError> {
    for priority in Priority::ALL {
        let count = by.iter().filter(|(_, other)| *other == priority).count();
        prop_assert_eq!(wait.outranked[priority] as usize, count, "of {}", priority);
    }
    let named: Vec<_> = wait.last.iter().map(|other| (other.message, other.priority)).collect();
    let remembered = |(id, _): &&_| group.explain(*id).is_some();
    let last: Vec<_> = by.iter().rev().take(4).take_while(remembered).copied().collect();
    prop_assert_eq!(named, last);
    Ok(())
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn who_outranked_a_message_is_counted_exactly(script in script::script(60)) {
        let mut script = script;
        // What is held, or joins a fold, goes into the lane later, unseen, or never.
        script.knobs.every = None;
        script.knobs.more.clear();
        script.knobs.preview = None;
        script.knobs.folding = None;
        script.knobs.filter = false;
        script.knobs.house = script::HouseKnobs::OFF;
        let mut stage = Stage::new(&script);
        let mut waiting = BTreeMap::new();
        let drop = |command: &Command| {
            matches!(command, Command::Rebase { .. } | Command::UseFilter { .. } | Command::Configure(_))
        };
        for line in lines(&script, drop) {
            let (_, before) = stage.play(&(line.0, None));
            overtake(&stage.group, &mut waiting, &before)?;
            let (answer, outputs) = stage.play(&line);
            if let Some(Ok(Receipt::Sent { message, duplicate: false, .. })) = answer {
                waiting.insert(message, Overtaken::default());
            }
            overtake(&stage.group, &mut waiting, &outputs)?;
            for (id, Overtaken(by)) in &waiting {
                let Some(explained) = stage.group.explain(*id) else { continue };
                same_as_counted(&stage.group, &explained.wait.expect("it waits"), by)?;
            }
        }
    }
}
