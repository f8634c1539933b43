//! What stands beside the groups.

use super::*;

#[test]
fn things_of_the_host_stand_beside_the_groups() {
    let mut desk = Desk::new(StoreConfig::default());
    assert_eq!(desk.store.get("keys/a").unwrap(), None);
    for (name, bytes) in [("keys/b", b"2"), ("keys/a", b"0"), ("keys/a", b"1"), ("words", b"w")] {
        desk.store.put(name, bytes);
    }
    assert_eq!(desk.store.pending_bytes(), 32, "names, sums and what was put, each once");
    assert_eq!(desk.store.get("keys/a").unwrap(), None, "it waits for the commit");
    desk.store.commit(second(1)).unwrap();
    desk.store.put("keys/c", b"3");
    assert_eq!(desk.reopen(), Opening::Killed);
    assert_eq!(desk.store.get("keys/a").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(desk.store.names("keys/").unwrap(), ["keys/a", "keys/b"]);
    assert_eq!(desk.store.names("").unwrap().len(), 3);
    desk.store.put("keys/a", b"2");
    desk.store.remove("keys/a");
    desk.store.commit(second(1)).unwrap();
    assert_eq!((desk.store.get("keys/a").unwrap(), desk.store.pending_bytes()), (None, 0));
    desk.store.put("keys/d", b"4");
    desk.store.remove_all("keys/").unwrap();
    desk.store.commit(second(1)).unwrap();
    assert_eq!(desk.store.names("").unwrap(), ["words"]);
    desk.change("UPDATE things SET frame = CAST(frame || x'00' AS BLOB) WHERE name = 'words'");
    assert!(matches!(desk.store.get("words"), Err(StoreError::Damaged(_))));
    desk.change("UPDATE things SET frame = x'00' WHERE name = 'words'");
    assert!(matches!(desk.store.get("words"), Err(StoreError::Damaged(_))));
}

#[test]
fn filters_come_back_with_the_groups_that_name_them() {
    let mut desk = Desk::new(StoreConfig::default());
    let lists = ["fool", "idiot", "fool"].map(|word| FilterSpec::parse(word).unwrap());
    let filters = lists.each_ref().map(|list| Arc::new(list.compile().unwrap()));
    for (at, filter) in (1..).zip(&filters) {
        desk.group.install_filter(filter.clone());
        let filter = Some(filter.id());
        desk.group.push(second(at), Author::App, Command::UseFilter { filter }).unwrap();
        desk.happen(at);
    }
    desk.store.commit(second(4)).unwrap();
    // The first list is lacking: nothing is changed, and the group is there once it is found.
    desk.store.keep_filter(filters[1].id(), &lists[1]).unwrap();
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    let lacking = filters[0].id();
    let named = matches!(error, RecoverError::UnknownFilter { filter, at: RecordNo(1) } if filter == lacking);
    assert!(named, "{error}");
    desk.store.keep_filter(lacking, &lists[1]).unwrap();
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    assert!(matches!(error, RecoverError::Store(StoreError::Damaged(_))), "another list: {error}");
    desk.store.keep_filter(lacking, &lists[0]).unwrap();
    assert_eq!(desk.recover().group.digest(), *desk.digests.last().unwrap());
    desk.store.follower().unwrap().snapshot(desk.no, KEY).unwrap();
    desk.reopen();
    let recovered = desk.recover();
    assert_eq!((recovered.replayed, recovered.group.filter()), (0, Some(lacking)));
    // One whose list was changed is none.
    let (from, to) = (filters[1].id().0.to_le_bytes(), lacking.0.to_le_bytes());
    let swap = "UPDATE filters SET frame = (SELECT frame FROM filters WHERE id = ?1) WHERE id = ?2";
    desk.store.db.execute(swap, [&from[..], &to[..]]).unwrap();
    desk.reopen();
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    assert!(matches!(error, RecoverError::Store(StoreError::Damaged(_))), "{error}");
}
