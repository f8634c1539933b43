//! Who asks whether a message may be sent is told what sending it then tells.

use liveroom::{Draft, Random};

use super::*;

/// Asks first, as of the time of the push; asking leaves no trace.
fn ask(
    group: &mut Group,
    now: Timestamp,
    by: &Author,
    draft: &Draft,
) -> Result<Result<(), Refusal>, TestCaseError> {
    group.advance(now);
    let before = (group.digest(), group.stats());
    let told = group.may_send(by, draft);
    prop_assert_eq!((group.digest(), group.stats()), before);
    Ok(told)
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn who_asks_is_told_what_sending_tells(script in script::script(80)) {
        let mut stage = Stage::new(&script);
        for step in &script.steps {
            let line = stage.line(step);
            let asked = match &line {
                (now, Some((by, Command::Send(draft)))) => {
                    Some(ask(&mut stage.group, *now, by, draft)?)
                }
                _ => None,
            };
            let (answer, _) = stage.play(&line);
            if let Some(asked) = asked {
                prop_assert_eq!(Some(asked), answer.map(|answer| answer.map(drop)));
            }
        }
    }
}

#[test]
fn who_asks_a_full_or_ended_group_is_told_so() {
    let start = Timestamp::from_secs(1_600_000_000);
    let id = GroupId::custom("asked").expect("a good id");
    let mut group =
        Group::new(id, None, cramped(Duration::ZERO), Epoch(1), HashKey::new(1, 2), start);
    let mut refused = 0_u64;
    let mut say = |group: &mut Group, now| {
        let draft = Draft::text("hello");
        let asked = ask(group, now, &Author::App, &draft).expect("asking leaves no trace");
        let told = group.push(now, Author::App, draft.into()).map(drop);
        assert_eq!(asked, told);
        refused += u64::from(matches!(told, Err(Refusal::Undrained { .. })));
        told
    };
    for step in 0..200 {
        let _ = say(&mut group, start + Duration::from_millis(10) * (step / 8));
    }
    assert!(refused > 20, "the queue was full {refused} times");
    while group.poll().is_some() {}
    let now = start + Duration::from_secs(9);
    group.push(now, Author::App, Command::Disband).expect("there is room again");
    let say = |group: &mut Group| {
        ask(group, now, &Author::App, &Draft::text("hello")).expect("asking leaves no trace")
    };
    assert_eq!(say(&mut group), Err(Refusal::Disbanded));
}

#[test]
fn who_asks_about_a_duplicate_is_told_that_it_is_taken() {
    let now = Timestamp::from_secs(1_600_000_000);
    let id = GroupId::custom("asked").expect("a good id");
    let config = GroupConfig::livestream();
    let mut group = Group::new(id, None, config, Epoch(1), HashKey::new(1, 2), now);
    let (ann, user) = (Author::Session(SessionId(1)), "ann".parse::<UserId>().expect("a good id"));
    let join = Command::join(user.clone(), Profile::default(), Platform::Web);
    group.push(now, ann.clone(), join).expect("the door is open");
    let draft = Draft::text("hello").random(Random(7));
    group.push(now, ann.clone(), draft.clone().into()).expect("nothing forbids it");
    let mute = Command::mute(user, Span::Forever);
    group.push(now, Author::App, mute).expect("the app may");
    // What became of the first is answered whatever became of its author.
    assert_eq!(group.may_send(&ann, &draft), Ok(()));
    assert!(group.push(now, ann.clone(), draft.into()).is_ok());
    let muted = Refusal::Muted { until: Timestamp::MAX };
    assert_eq!(group.may_send(&ann, &Draft::text("hello")), Err(muted));
}
