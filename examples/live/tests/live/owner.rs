//! The owner's key, and what an owner does with it.

use std::time::Duration;

use live::Limits;
use serde_json::{Value, json};

use crate::support::{Client, host, host_with};

/// One of every deed, as it would be done.
fn deeds() -> Vec<Value> {
    vec![
        json!({"do": "mute", "user": "u7", "seconds": 600}),
        json!({"do": "unmute", "user": "u7"}),
        json!({"do": "shadow", "user": "u7", "seconds": 600}),
        json!({"do": "unshadow", "user": "u7"}),
        json!({"do": "warn", "user": "u7", "why": "No adverts."}),
        json!({"do": "forgive", "user": "u7"}),
        json!({"do": "moderate", "user": "u7", "silence": "mute", "seconds": 600, "purge": true}),
        json!({"do": "person", "user": "u7"}),
        json!({"do": "find", "text": "u7"}),
        json!({"do": "raid", "seconds": 60}),
        json!({"do": "raid", "seconds": null}),
        json!({"do": "audit"}),
        json!({"do": "mute_all", "on": true}),
        json!({"do": "mute_all", "on": false}),
        json!({"do": "remove", "user": "u66"}),
        json!({"do": "notice", "text": "The raffle is open."}),
        json!({"do": "profile", "name": "Friday", "introduction": "x", "notification": "y"}),
        json!({"do": "words", "text": "[abuse]\nidiot"}),
        json!({"do": "traffic", "rate": 100, "burst": 8, "reserve": 2}),
        json!({"do": "preview", "text": "[abuse]\nidiot"}),
        json!({"do": "what_if", "rates": [40, 80], "burst": 4, "reserve": 1}),
        json!({"do": "disband"}),
    ]
}

#[tokio::test]
async fn the_right_key_makes_the_owner_and_a_wrong_one_nobody() {
    let host = host();
    for wrong in ["", "0", "00000000000000000000000000000000"] {
        let mut client = Client::connect(&host).await;
        client.send(&json!({"v": 1, "t": "join", "key": wrong})).await;
        let refused = client.next_of("refused").await;
        assert_eq!((&refused["of"], &refused["code"]), (&json!("join"), &json!("key")));
        // The connection stays open for another try.
        let welcome = client.join(&json!({"v": 1, "t": "join"})).await;
        assert_eq!((&welcome["me"]["role"], &welcome["online"]), (&json!("member"), &json!(1)));
        client.send(&json!({"v": 1, "t": "quit"})).await;
        client.next_of("bye").await;
    }
    for room in ["live", "class", "seminar"] {
        let (_mia, welcome) = Client::owner(&host, room).await;
        assert_eq!(welcome["me"]["user"], "host");
        assert_eq!(
            (&welcome["me"]["role"], &welcome["me"]["nick"]),
            (&json!("owner"), &json!("Mia"))
        );
    }
}

#[tokio::test]
async fn every_deed_takes_the_key() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    for deed in deeds() {
        let done = ann.act(deed.clone()).await;
        assert_eq!((&done["state"], &done["code"]), (&json!("refused"), &json!("key")), "{deed}");
    }
    let done = ann.act(json!({"do": "answer", "ticket": 1, "decision": "allow"})).await;
    assert_eq!(done["code"], "key");
    assert_eq!(ann.act(json!({"do": "withdraw", "message": 1})).await["code"], "key");
    let (mut mia, _) = Client::owner(&host, "live").await;
    for deed in deeds() {
        assert_eq!(mia.act(deed.clone()).await["state"], "done", "{deed}");
    }
}

#[tokio::test]
async fn a_token_of_the_owner_is_good_only_with_the_key() {
    let host = host();
    let (mia, first) = Client::owner(&host, "live").await;
    drop(mia);
    let mut thief = Client::connect(&host).await;
    let welcome = thief.join(&json!({"v": 1, "t": "join", "token": first["token"]})).await;
    assert_eq!(welcome["me"]["role"], "member");
    assert_ne!(welcome["me"]["user"], "host");
    assert_eq!(thief.act(json!({"do": "mute_all", "on": true})).await["code"], "key");
    let mut mia = Client::connect(&host).await;
    let back = json!({"v": 1, "t": "join", "token": first["token"], "key": host.key()});
    let welcome = mia.join(&back).await;
    assert_eq!((&welcome["me"]["user"], &welcome["token"]), (&json!("host"), &first["token"]));
    // A viewer's token gives the owner no other name.
    let (_ann, ann) = Client::joined(&host, "Ann").await;
    let mut other = Client::connect(&host).await;
    let join = json!({"v": 1, "t": "join", "token": ann["token"], "key": host.key()});
    assert_eq!(other.join(&join).await["me"]["user"], "host");
}

#[tokio::test]
async fn an_owner_cannot_quit() {
    let host = host();
    for room in ["live", "class"] {
        let (mut mia, _) = Client::owner(&host, room).await;
        mia.send(&json!({"v": 1, "t": "quit"})).await;
        let refused = mia.next_of("refused").await;
        assert_eq!((&refused["of"], &refused["code"]), (&json!("quit"), &json!(2103)));
        assert_eq!(mia.act(json!({"do": "notice", "text": "here I am"})).await["state"], "done");
    }
}

#[tokio::test]
async fn a_mute_reaches_the_muted_and_ends() {
    let host = host();
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    let user = &welcome["me"]["user"];
    assert_eq!(
        mia.act(json!({"do": "mute", "user": user, "seconds": null})).await["state"],
        "done"
    );
    let receipt = ann.say("may I?").await;
    assert_eq!((&receipt["code"], &receipt["detail"]["until"]), (&json!(2004), &json!("forever")));
    let tip = ann.until_entry(|entry| entry["kind"] == "member_profile").await;
    assert_eq!((&tip["operator"], &tip["names"][0]["user"]), (&json!("host"), user));
    assert_eq!(mia.act(json!({"do": "unmute", "user": user})).await["state"], "done");
    assert_eq!(ann.say("thank you").await["state"], "delivered");
    assert_eq!(mia.act(json!({"do": "mute_all", "on": true})).await["state"], "done");
    assert_eq!(ann.say("and now?").await["code"], 2005);
    assert_eq!(mia.say("I still speak").await["state"], "delivered");
    for (deed, code) in [
        (json!({"do": "mute", "user": "host", "seconds": 9}), json!(2111)),
        (json!({"do": "mute", "user": "", "seconds": 9}), json!(1004)),
        (json!({"do": "mute", "user": user, "seconds": 0}), json!(1004)),
    ] {
        assert_eq!(mia.act(deed.clone()).await["code"], code, "{deed}");
    }
}

#[tokio::test]
async fn whoever_is_removed_is_ordered_to_leave() {
    let host = host();
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    mia.act(json!({"do": "remove", "user": welcome["me"]["user"]})).await;
    assert_eq!(ann.next_of("order").await["do"], "leave");
}

#[tokio::test]
async fn words_are_switched_in_a_running_room() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    let old = ann.say("a stupid song").await;
    let done = mia.act(json!({"do": "words", "text": "[abuse]\nlovely\n[politics]\ntaxes"})).await;
    assert_eq!((&done["state"], &done["terms"]), (&json!("done"), &json!(2)));
    ann.say("a stupid song").await;
    ann.say("a lovely song").await;
    assert_eq!(ann.say("taxes").await["state"], "rejected");
    ann.entries_until("a ****** song").await;
    ann.entries_until("a stupid song").await;
    ann.entries_until("a ****** song").await;
    // What was judged by the old list is explained by the old list.
    let life = ann.act(json!({"do": "explain", "message": old["message"]})).await;
    assert_eq!(life["life"]["steps"][0]["word"], "stupid");
    for (bad, why) in [("[nonsense]", "line 1"), ("good\n---", "line 2")] {
        let done = mia.act(json!({"do": "words", "text": bad})).await;
        assert_eq!(done["code"], "words");
        assert!(done["why"].as_str().unwrap().contains(why), "{done}");
    }
    ann.say("a lovely day").await;
    ann.entries_until("a ****** day").await;
    // Other rooms keep their own.
    let (mut bo, _) = Client::joined_in(&host, "seminar", "Bo").await;
    bo.say("lovely").await;
    bo.entries_until("lovely").await;
}

#[tokio::test]
async fn traffic_is_changed_in_a_running_room_and_words_stay_in_force() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    let one_a_second = json!({"do": "traffic", "rate": 1, "burst": 1, "reserve": 0});
    assert_eq!(mia.act(one_a_second).await["state"], "done");
    let states = [ann.say("one").await, ann.say("two").await].map(|it| it["state"].clone());
    assert_eq!(states, ["delivered", "waiting"]);
    let ended = ann.next_of("ended").await;
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("discarded"), &json!("expired")));
    let many = json!({"do": "traffic", "rate": 1000, "burst": 100, "reserve": 1});
    assert_eq!(mia.act(many).await["state"], "done");
    for number in 0..20 {
        ann.say(&number.to_string()).await;
        // What was delivered under the old rate is paid for first.
        while number == 0 && ann.say("and now?").await["state"] != "delivered" {
            // Asked as often as a client may.
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }
    let entries = ann.entries_until("19").await;
    let numbers = entries.iter().filter(|entry| {
        entry["text"].as_str().is_some_and(|text| text.parse::<u32>().is_ok_and(|it| it > 0))
    });
    assert_eq!(numbers.count(), 19, "at one a second it would have been none");
    assert_eq!(ann.say("zorgblatt").await["state"], "rejected", "the words are still in force");
    for (rate, burst, reserve, why) in
        [(0, 1, 0, "traffic.rate"), (1, 0, 0, "traffic.burst"), (1, 4, 4, "traffic.reserve")]
    {
        let bad = json!({"do": "traffic", "rate": rate, "burst": burst, "reserve": reserve});
        let done = mia.act(bad).await;
        assert_eq!(done["code"], "traffic");
        assert!(done["why"].as_str().unwrap().starts_with(why), "{done}");
    }
}

#[tokio::test]
async fn a_held_message_is_decided_once_and_in_time() {
    let host = host_with(Limits { hold: Duration::from_secs(2), ..Limits::default() });
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    let answer = |ticket: u64, decision: &str| json!({"do": "answer", "ticket": ticket, "decision": decision, "why": "No adverts."});
    assert_eq!(ann.say("free coins, one").await["state"], "held");
    assert_eq!(mia.act(answer(1, "allow")).await["state"], "done");
    assert_eq!(ann.next_of("ended").await["state"], "delivered");
    let twice = mia.act(answer(1, "reject")).await;
    assert_eq!((&twice["state"], &twice["code"]), (&json!("refused"), &json!(4004)));
    ann.say("free coins, two").await;
    mia.act(answer(2, "reject")).await;
    let ended = ann.next_of("ended").await;
    assert_eq!((&ended["reason"], &ended["code"]), (&json!("decision"), &json!(10_100)));
    assert_eq!(ended["why"], "No adverts.");
    ann.say("free coins, three").await;
    assert_eq!(ann.next_of("ended").await["reason"], "silence");
    assert_eq!(mia.act(answer(3, "allow")).await["code"], 4004, "too late");
    let discarded = ann.say("free coins, four").await;
    mia.act(answer(4, "discard")).await;
    let ended = ann.next_of("ended").await;
    assert_eq!((&ended["message"], &ended["state"]), (&discarded["message"], &json!("delivered")));
    assert_eq!(ended.get("seq"), None);
    // Its author does not learn of it by asking for an explanation either.
    let explain = json!({"do": "explain", "message": discarded["message"]});
    let life = ann.act(explain.clone()).await["life"].clone();
    assert_eq!((&life["state"], &life["steps"]), (&json!("delivered"), &json!([])));
    let life = mia.act(explain).await["life"].clone();
    assert_eq!((&life["state"], &life["reason"]), (&json!("discarded"), &json!("decision")));
}

#[tokio::test]
async fn a_message_is_explained_to_its_author_and_to_the_owner() {
    let host = host();
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined(&host, "Bo").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    let sent = ann.say("stupid free coins").await;
    let explain = json!({"do": "explain", "message": sent["message"]});
    let life = mia.act(explain.clone()).await["life"].clone();
    assert_eq!((&life["user"], &life["nick"]), (&welcome["me"]["user"], &json!("Ann")));
    assert_eq!((&life["state"], &life["kind"]), (&json!("held"), &json!("text")));
    let steps = life["steps"].as_array().unwrap();
    assert_eq!((&steps[0]["what"], &steps[0]["word"]), (&json!("held"), &json!("free coins")));
    assert_eq!(steps[1]["step"], "asked");
    mia.act(json!({"do": "answer", "ticket": 1, "decision": "allow"})).await;
    let life = ann.act(explain.clone()).await["life"].clone();
    assert_eq!(life["steps"][2], json!({"step": "answered", "decision": "allow"}));
    assert_eq!(life["state"], "delivered");
    assert_eq!(bo.act(explain).await["code"], "key", "it is not Bo's");
    let unknown = json!({"do": "explain", "message": 4_711});
    assert_eq!(mia.act(unknown).await["code"], "unknown");
}

#[tokio::test]
async fn a_disbanded_room_ends_for_all_and_the_others_go_on() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined_in(&host, "seminar", "Bo").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    assert_eq!(mia.act(json!({"do": "disband"})).await["state"], "done");
    ann.until_entry(|entry| entry["kind"] == "disbanded").await;
    let bye = ann.next_of("bye").await;
    assert_eq!((&bye["code"], &bye["may_reconnect"]), (&json!("disbanded"), &json!(false)));
    assert_eq!(mia.next_of("bye").await["code"], "disbanded");
    let mut late = Client::connect(&host).await;
    late.send(&json!({"v": 1, "t": "join"})).await;
    assert_eq!(late.next_of("refused").await["code"], 4009);
    assert_eq!(bo.say("still here").await["state"], "delivered");
    assert!(host.stop().await.unwrap().balances());
}

#[tokio::test]
async fn a_deed_that_is_none_gets_a_coded_answer() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    assert_eq!(mia.act(json!({"do": "dance", "user": 7})).await["code"], "unknown_do");
    for frame in [
        json!({"v": 1, "t": "do"}),
        json!({"v": 1, "t": "do", "id": 1}),
        json!({"v": 1, "t": "do", "id": "x", "do": "disband"}),
        json!({"v": 1, "t": "do", "id": 1, "do": 7}),
        json!({"v": 1, "t": "do", "id": 1, "do": "mute"}),
        json!({"v": 1, "t": "do", "id": 1, "do": "mute", "user": "u1", "seconds": -1}),
        json!({"v": 1, "t": "do", "id": 1, "do": "mute_all", "on": "yes"}),
        json!({"v": 1, "t": "do", "id": 1, "do": "traffic", "rate": 1.5, "burst": 1, "reserve": 0}),
        json!({"v": 1, "t": "do", "id": 1, "do": "answer", "ticket": 1, "decision": "maybe"}),
        json!({"v": 1, "t": "do", "id": 1, "do": "explain", "message": "x"}),
        json!({"v": 1, "t": "do", "id": 1, "do": "call_on", "user": "u1"}),
    ] {
        let (mut mia, _) = Client::owner(&host, "live").await;
        mia.send(&frame).await;
        let error = mia.next_of("error").await;
        assert_eq!(
            (&error["code"], &error["fatal"]),
            (&json!("malformed"), &json!(true)),
            "{frame}"
        );
    }
    let mut early = Client::connect(&host).await;
    early.send(&json!({"v": 1, "t": "do", "id": 1, "do": "disband"})).await;
    assert_eq!(early.next_of("error").await["code"], "join_first");
}

#[tokio::test]
async fn somebody_who_spoke_before_the_owner_came_is_found_and_muted_even_if_they_left() {
    let host = host();
    let (mut zed, welcome) = Client::joined(&host, "Zed Zorg").await;
    let (_bo, silent) = Client::joined(&host, "Bo Zorgen").await;
    zed.say("nobody will ever know").await;
    zed.send(&json!({"v": 1, "t": "quit"})).await;
    zed.next_of("bye").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    let (user, bo) = (&welcome["me"]["user"], &silent["me"]["user"]);
    let zed = json!({"user": user, "nick": "Zed Zorg", "here": false});
    let bo = json!({"user": bo, "nick": "Bo Zorgen", "here": true});
    // Who spoke is known once the fan-out has dealt with their message.
    for _ in 0..500 {
        if mia.act(json!({"do": "find", "text": ""})).await["people"]["found"] != json!([]) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for (text, found) in [
        (json!(""), json!([zed])),
        (json!("zorg"), json!([zed, bo])),
        (json!(" BO "), json!([bo])),
        (user.clone(), json!([zed])),
        (json!("nobody"), json!([])),
    ] {
        let people = mia.act(json!({"do": "find", "text": text})).await["people"].clone();
        assert_eq!(people, json!({"found": found, "more": 0}), "{text}");
    }
    let mute = json!({"do": "mute", "user": user, "seconds": 600});
    assert_eq!(mia.act(mute).await["state"], "done");
}

#[tokio::test]
async fn of_a_crowd_no_more_are_told_than_one_looks_through() {
    let options = live::Options { crowd: 300, ..crate::support::options() };
    let host = crate::support::start(options);
    let (mut mia, _) = Client::owner(&host, "live").await;
    let find = json!({"do": "find", "text": "c"});
    // Four in five of them are members; all of those have an id with that letter.
    loop {
        let people = mia.act(find.clone()).await["people"].clone();
        if people["more"].as_u64().is_some_and(|more| more >= 220) {
            assert_eq!(people["found"].as_array().unwrap().len(), 20);
            break;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let people = mia.act(json!({"do": "find", "text": "c17"})).await["people"].clone();
    assert_eq!(people["found"][0]["user"], "c17", "the one who is called just so comes first");
}
