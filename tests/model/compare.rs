//! What a group and its model, or two groups, must say alike.

use liveroom::{Group, Hold, Member, MessageId, Page, Refusal, SessionId, Ticket, UserId};
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};

use super::{self as model, Model, play::Stage, script::USERS};

/// An answer whose count is not compared: the model counts from the front.
pub(crate) fn uncounted<T>(answer: Result<T, Refusal>) -> Result<T, Refusal> {
    answer.map_err(|refusal| match refusal {
        Refusal::TooMany { field, limit, .. } => Refusal::TooMany { field, limit, count: 0 },
        other => other,
    })
}

/// Compares what getters say.
pub(crate) fn same_facts(stage: &Stage, model: &Model) -> Result<(), TestCaseError> {
    let group = &stage.group;
    prop_assert_eq!(group.clock(), model.now);
    prop_assert_eq!(group.owner(), model.owner.as_ref());
    prop_assert_eq!(group.is_disbanded(), model.disbanded);
    prop_assert_eq!(group.online(), model.online(), "online");
    prop_assert_eq!(group.member_count(), model.members.len() as u64, "members");
    prop_assert_eq!(group.guest_count(), model.guests.len() as u64, "guests");
    prop_assert_eq!(group.is_mute_all(), model.mute_all);
    let (listed, more) = group.members(Page::default(), 100);
    let shown = model.members.iter().filter(|member| !member.marks.contains(&600));
    let shown: Vec<_> = shown.map(|member| &member.user).collect();
    prop_assert_eq!(listed.iter().map(Member::user).collect::<Vec<_>>(), shown, "the list");
    prop_assert!(more.is_none());
    for name in USERS {
        let user: UserId = name.parse().expect("a good id");
        let until = |list: &[model::Sentence]| {
            list.iter().find(|one| one.user == user).map(|one| one.until)
        };
        prop_assert_eq!(group.muted_until(&user), until(&model.mutes), "mute of {}", name);
        prop_assert_eq!(group.shadowed_until(&user), until(&model.shadows), "shadow of {}", name);
        prop_assert_eq!(group.banned_until(&user), until(&model.bans), "ban of {}", name);
        let strikes = model.strikes.iter().find(|(one, _)| one.user == user);
        prop_assert_eq!(group.strikes(&user), strikes.map_or(0, |it| it.1), "strikes of {}", name);
        let expected = model.members.iter().find(|member| member.user == user);
        let member = group.member(&user);
        prop_assert_eq!(member.is_some(), expected.is_some(), "{} is a member", name);
        let (Some(member), Some(expected)) = (member, expected) else { continue };
        prop_assert_eq!(member.role(), expected.role, "role of {}", name);
        prop_assert_eq!(member.profile(), &expected.profile, "profile of {}", name);
        prop_assert_eq!(member.name_card().unwrap_or(""), &*expected.card, "card of {}", name);
        prop_assert_eq!(member.joined(), expected.joined, "joining of {}", name);
        prop_assert_eq!(member.is_online(), expected.is_online(), "presence of {}", name);
        let always = expected.always.map(|(until, _)| until);
        prop_assert_eq!(member.always_online_until(), always, "{} is always online", name);
        let mut marks = expected.marks.clone();
        marks.sort_unstable();
        prop_assert_eq!(member.marks().collect::<Vec<_>>(), marks, "marks of {}", name);
        let devices: Vec<_> =
            member.devices().map(|device| (device.session, device.platform)).collect();
        let sessions: Vec<_> =
            expected.sessions.iter().map(|session| (session.id, session.platform)).collect();
        prop_assert_eq!(devices, sessions, "sessions of {}", name);
    }
    let mut guests: Vec<_> = model.guests.iter().map(|guest| guest.session).collect();
    guests.sort_unstable();
    let there: Vec<_> = group.guests().iter().map(|device| device.session).collect();
    prop_assert_eq!(there, guests, "guests");
    let mut applicants: Vec<_> =
        model.applicants.iter().map(|one| (&one.user, one.session)).collect();
    applicants.sort_unstable();
    let there: Vec<_> =
        group.applicants().map(|(user, applicant)| (user, applicant.device.session)).collect();
    prop_assert_eq!(there, applicants, "applicants");
    let asked = |open: &&model::Open| matches!(open.holding, model::Holding::Asked { .. });
    let open = model.questions.iter().filter(asked);
    let open: Vec<_> = open.map(|open| (open.ticket, open.expires)).collect();
    let there: Vec<_> =
        group.questions().map(|question| (question.ticket, question.expires)).collect();
    prop_assert_eq!(there, open, "questions");
    let all = |it: &model::Open| {
        let hold = match &it.holding {
            model::Holding::Asked { step, .. } => Some(step.clone()),
            model::Holding::Ordered | model::Holding::Previewed => None,
        };
        (it.ticket, it.message, it.expires, hold)
    };
    let held: Vec<_> = model.questions.iter().map(all).collect();
    let (there, more) = group.held(Ticket(0), 100);
    let there = there.into_iter().map(|it| {
        let step = if let Hold::Question { step, .. } = it.hold { Some(step) } else { None };
        (it.ticket, it.message.id, it.expires, step)
    });
    prop_assert_eq!(there.collect::<Vec<_>>(), held, "held");
    prop_assert!(more.is_none());
    prop_assert_eq!(group.mutes().count(), model.mutes.len());
    prop_assert_eq!(group.shadows().count(), model.shadows.len());
    prop_assert_eq!(group.struck().count(), model.strikes.len());
    prop_assert_eq!(group.bans().count(), model.bans.len());
    for session in (0..100).map(SessionId) {
        prop_assert_eq!(group.print(session), model.print(session), "print of {}", session);
    }
    let print_bans: Vec<_> = group.print_bans().collect();
    prop_assert_eq!(print_bans.len(), model.print_bans.len());
    prop_assert!(print_bans.iter().all(|ban| model.print_bans.contains(ban)));
    prop_assert_eq!(group.filter(), model.settings.filter);
    let (profile, expected) = (group.profile(), &model.profile);
    prop_assert_eq!(profile.name(), &*expected.name);
    prop_assert_eq!(profile.join_option(), expected.join_option);
    prop_assert_eq!(profile.info_seq(), expected.info_seq, "info_seq");
    let mut custom: Vec<_> =
        expected.custom.iter().map(|(key, value)| (&**key, &**value)).collect();
    custom.sort_unstable();
    prop_assert_eq!(profile.custom().collect::<Vec<_>>(), custom, "custom fields");
    let mut attributes: Vec<_> = (model.attributes.iter())
        .map(|attribute| (&attribute.key, &attribute.value, attribute.seq))
        .collect();
    attributes.sort_unstable();
    prop_assert_eq!(group.attributes().iter().collect::<Vec<_>>(), attributes, "attributes");
    prop_assert_eq!(group.attributes().seq(), model.attribute_seq);
    let mut counters: Vec<_> = model.counters.iter().map(|(key, count)| (key, *count)).collect();
    counters.sort_unstable();
    prop_assert_eq!(group.counters().iter().collect::<Vec<_>>(), counters, "counters");
    let totals = group.totals();
    prop_assert_eq!((totals.likes, totals.follows), (model.likes.total, model.follows.total));
    Ok(())
}

/// Compares what getters say of two groups, which a digest could leave out with the snapshot.
pub(crate) fn same_to_a_reader(one: &Group, other: &Group) -> Result<(), TestCaseError> {
    prop_assert_eq!(
        one.attributes().iter().collect::<Vec<_>>(),
        other.attributes().iter().collect::<Vec<_>>()
    );
    prop_assert_eq!(
        one.counters().iter().collect::<Vec<_>>(),
        other.counters().iter().collect::<Vec<_>>()
    );
    prop_assert_eq!(one.profile(), other.profile());
    prop_assert_eq!(one.totals(), other.totals());
    prop_assert_eq!(one.is_mute_all(), other.is_mute_all());
    prop_assert_eq!(one.poll_timeout(), other.poll_timeout());
    prop_assert_eq!(one.last_record(), other.last_record());
    prop_assert!(one.print_bans().eq(other.print_bans()));
    for session in (0..100).map(SessionId) {
        prop_assert_eq!(one.print(session), other.print(session));
    }
    prop_assert_eq!(one.stats(), other.stats());
    for id in (1..=one.stats().accepted()).map(MessageId) {
        prop_assert_eq!(one.explain(id), other.explain(id));
    }
    for user in USERS.map(|name| name.parse().expect("a good id")) {
        prop_assert_eq!(one.muted_until(&user), other.muted_until(&user));
        prop_assert_eq!(one.shadowed_until(&user), other.shadowed_until(&user));
        prop_assert_eq!(one.banned_until(&user), other.banned_until(&user));
        prop_assert_eq!(one.strikes(&user), other.strikes(&user));
    }
    Ok(())
}
