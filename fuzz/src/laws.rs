//! What must be true of every group at every moment, and of every group that comes back.

use std::{collections::BTreeSet, sync::Arc};

use liveroom::{Class, Command, Cursor, Entry, Group, HashKey, Member, Page, Role, Snapshot};

use crate::script;

/// The account balances, and everybody is listed once.
pub(crate) fn hold(group: &Group) {
    let stats = group.stats();
    for flow in &stats.flow.0 {
        assert!(flow.balances(), "a message is lost or counted twice: {flow:?}");
    }
    for class in Class::ALL {
        assert!(stats.evicted[class] <= stats.appended[class], "{class} entries out of nowhere");
    }
    standing(group);
}

/// Pages list every member once who is not hidden, and one owner at most, who is the group's.
fn standing(group: &Group) {
    let (mut seen, mut from) = (BTreeSet::new(), Some(Page::default()));
    while let Some(page) = from {
        let (members, next) = group.members(page, 3);
        for member in &members {
            assert!(seen.insert(member.user().clone()), "{} is listed twice", member.user());
            let owns = group.owner() == Some(member.user());
            assert_eq!(member.role() == Role::Owner, owns, "the role of {}", member.user());
        }
        from = next;
    }
    assert!(seen.len() as u64 <= group.member_count(), "more listed than there are");
    for user in script::users_of_scripts() {
        let hidden = |member: &Member<'_>| member.marks().any(|mark| mark == Command::HIDDEN);
        let shown = group.member(&user).is_some_and(|member| !hidden(&member));
        assert_eq!(seen.contains(&user), shown, "whether a page lists {user}");
    }
}

/// A reader who takes everything there is sees each place in order, or is told of it. Returns what
/// was read.
pub(crate) fn read(group: &Group, cursor: &mut Cursor) -> Vec<Arc<Entry>> {
    let entries = group.since(cursor).expect("the cursor is of this history");
    let (missed, end) = (entries.missed(), entries.cursor());
    let entries: Vec<_> = entries.cloned().collect();
    assert_eq!(end, group.tail(), "reading ends before the tail");
    let missed: u64 = missed.0.iter().sum();
    let passed = end.position().0 - cursor.position().0;
    assert_eq!(passed, missed + entries.len() as u64, "a reader missed more than they were told");
    assert!(entries.is_sorted_by(|one, next| one.seq < next.seq), "the history is out of order");
    assert!(
        entries
            .iter()
            .all(|entry| (cursor.position().next()..=end.position()).contains(&entry.seq))
    );
    *cursor = end;
    entries
}

/// The same group, written down and read again.
pub(crate) fn reborn(group: &Group, key: HashKey) -> Group {
    let snapshot = group.snapshot();
    let bytes = postcard::to_allocvec(&snapshot).expect("a snapshot can be written");
    let read: Snapshot = postcard::from_bytes(&bytes).expect("what was written can be read");
    assert!(read == snapshot, "a snapshot is read otherwise than it was written");
    let again = Group::restore(read, &script::FILTERS[..], key, None);
    let again = again.expect("a genuine snapshot holds together");
    assert_eq!(again.digest(), group.digest(), "a restored group has another digest");
    assert!(again.snapshot() == snapshot, "a restored group gives another snapshot");
    again
}
