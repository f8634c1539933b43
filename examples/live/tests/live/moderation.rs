//! What the owner does about people and during a raid, what is kept of it, and what readers see of it.

use std::time::Duration;

use live::Limits;
use liveroom::audit::{AuditRecord, verify};
use serde_json::{Value, json};

use crate::support::{Client, host, host_with};

/// An owner who watches.
async fn watching(host: &live::Host) -> Client {
    let (mut mia, _) = Client::owner(host, "live").await;
    assert_eq!(mia.act(json!({"do": "watch", "on": true})).await["state"], "done");
    mia
}

async fn done(client: &mut Client, deed: Value) -> Value {
    let done = client.act(deed.clone()).await;
    assert_eq!(done["state"], "done", "{deed}: {done}");
    done
}

/// Reads on until the record of that act, and returns it with the chain.
async fn told(client: &mut Client, act: &str) -> (Value, Value) {
    let named = |record: &&Value| record["act"] == act;
    let records = |frame: &Value| frame["records"].as_array().cloned().unwrap_or_default();
    let has = |frame: &Value| frame["t"] == "audit" && records(frame).iter().any(|it| named(&it));
    let frame = client.until(has).await;
    (records(&frame).iter().find(named).unwrap().clone(), frame["chain"].clone())
}

#[tokio::test]
async fn a_raid_makes_the_house_stricter_and_everybody_is_told() {
    let host = host();
    let mut mia = watching(&host).await;
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    assert_eq!(welcome["group"].get("raid"), None);
    for seconds in [json!(0), json!(86_401), json!(u64::MAX)] {
        let refused = mia.act(json!({"do": "raid", "seconds": seconds})).await;
        assert_eq!(refused["code"], 1004, "{seconds}");
    }
    done(&mut mia, json!({"do": "raid", "seconds": 60})).await;
    let notice = ann.until_entry(|entry| entry["kind"] == "raid").await;
    let until = notice["until"].as_u64().unwrap();
    assert_eq!(until - notice["at"].as_u64().unwrap(), 60_000);
    let panel = mia.until(|frame| frame["t"] == "panel" && frame["raid"].is_u64()).await;
    assert_eq!(panel["raid"], until);
    // Whoever comes now is told at the door.
    let (_bo, welcome) = Client::joined(&host, "Bo").await;
    assert_eq!(welcome["group"]["raid"], until);
    assert_eq!(ann.say("see https://example.org/free").await["code"], 3008);
    assert_eq!(ann.say("without a link").await["state"], "delivered");
    assert_eq!(ann.say("and at once another").await["code"], 3001);
    done(&mut mia, json!({"do": "raid", "seconds": null})).await;
    let over = ann.until_entry(|entry| entry["kind"] == "raid").await;
    assert_eq!(over.get("until"), None);
    assert_eq!(ann.say("see https://example.org/free").await["state"], "delivered");
    mia.until(|frame| frame["t"] == "panel" && frame.get("raid").is_none()).await;
}

#[tokio::test]
async fn every_act_is_told_once_and_the_chain_can_be_verified_by_anybody() {
    let host = host_with(Limits { hold: Duration::from_secs(1), ..Limits::default() });
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let user = &welcome["me"]["user"];
    let mut mia = watching(&host).await;
    let (_, chain) = told(&mut mia, "words").await;
    assert_eq!((&chain["records"], &chain["from"]), (&json!(1), &json!(1)));
    done(&mut mia, json!({"do": "mute", "user": user, "seconds": 600})).await;
    let (mute, chain) = told(&mut mia, "mute").await;
    assert_eq!(
        (&mute["no"], &mute["by"]["user"], &mute["role"]),
        (&json!(2), &json!("host"), &json!("owner"))
    );
    let named = json!([{"user": user, "nick": "Ann"}]);
    assert_eq!((&mute["whom"], &mute["whom_count"]), (&named, &json!(1)));
    assert_eq!(mute["rule"], "command");
    assert!(mute["until"].as_u64() > mute["at"].as_u64());
    assert_eq!((&chain["records"], chain.get("broken")), (&json!(2), None));
    done(&mut mia, json!({"do": "unmute", "user": user})).await;
    // Nobody decides in time.
    let held = ann.say("free coins for all").await;
    let (silence, _) = told(&mut mia, "reject").await;
    assert_eq!((&silence["role"], &silence["rule"]), (&json!("time"), &json!("silence")));
    assert_eq!(silence["messages"], json!([held["message"]]));
    assert_eq!(silence["word"], "free coins");
    // What the owner changes about the room is in the owner's name.
    done(&mut mia, json!({"do": "traffic", "rate": 80, "burst": 8, "reserve": 2})).await;
    let (settings, _) = told(&mut mia, "settings").await;
    assert_eq!((&settings["by"]["user"], &settings["role"]), (&json!("host"), &json!("app")));

    let kept = done(&mut mia, json!({"do": "audit"})).await;
    let lines = kept["text"].as_str().unwrap().lines();
    let records: Vec<AuditRecord> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let head = verify(&records).unwrap().unwrap();
    assert_eq!(kept["chain"], json!({"records": 5, "from": 1, "head": head.to_string()}));
    // A new panel is told all that is kept.
    let mut other = watching(&host).await;
    let frame = other.next_of("audit").await;
    let all = frame["records"].as_array().unwrap();
    assert_eq!(
        all.iter().map(|it| it["no"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(frame["chain"], kept["chain"]);
}

#[tokio::test]
async fn who_is_shadowed_alone_sees_what_they_say_and_is_told_of_success() {
    let host = host();
    let mut mia = watching(&host).await;
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined(&host, "Bo").await;
    let user = &welcome["me"]["user"];
    let shadowed = done(&mut mia, json!({"do": "shadow", "user": user, "seconds": null})).await;
    assert_eq!(shadowed["person"], json!({"user": user, "shadowed": "forever", "strikes": 0}));
    let receipt = ann.say("is anybody there").await;
    assert_eq!((&receipt["state"], receipt.get("seq")), (&json!("delivered"), None));
    let echo = ann.next_of("echo").await;
    let entry = &echo["entries"][0];
    assert_eq!(
        (&entry["text"], &entry["random"]),
        (&json!("is anybody there"), &receipt["random"])
    );
    assert_eq!((&entry["id"], &entry["seq"]), (&receipt["message"], &echo["after"]));
    let lives = mia.next_of("lives").await;
    assert_eq!(lives["lives"][0]["reason"], "shadowed");
    let ask = json!({"do": "explain", "message": receipt["message"]});
    let (own, staff) = (done(&mut ann, ask.clone()).await, done(&mut mia, ask).await);
    assert_eq!((&own["life"]["state"], own["life"].get("seq")), (&json!("delivered"), None));
    assert_eq!(staff["life"]["reason"], "shadowed");
    let panel = mia.until(|frame| frame["t"] == "panel" && frame["shadowed_count"] == 1).await;
    assert_eq!(panel["shadowed"], json!([{"user": user, "nick": "Ann", "until": "forever"}]));
    // Others see what comes after it, and not it; nor does a tip tell of the mute.
    done(&mut mia, json!({"do": "unshadow", "user": user})).await;
    assert_eq!(ann.say("I am back").await["state"], "delivered");
    let seen = bo.entries_until("I am back").await;
    let about =
        |entry: &&Value| entry["text"] == "is anybody there" || entry["kind"] == "member_profile";
    assert_eq!(seen.iter().find(about), None);
    let own = ann.entries_until("I am back").await;
    assert_eq!(own.iter().filter(|entry| entry["kind"] == "member_profile").count(), 0);
}

#[tokio::test]
async fn the_second_warning_mutes_and_the_warned_are_told() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let user = &welcome["me"]["user"];
    let warn = json!({"do": "warn", "user": user, "why": "No adverts."});
    assert_eq!(done(&mut mia, warn.clone()).await["person"]["strikes"], 1);
    let told = ann.next_of("direct").await;
    assert_eq!(told["notice"], json!({"kind": "warned", "strikes": 1, "reason": "No adverts."}));
    assert_eq!(ann.say("sorry").await["state"], "delivered");
    let person = done(&mut mia, warn).await["person"].clone();
    assert_eq!(person["strikes"], 2);
    assert!(person["muted"].is_u64(), "{person}");
    assert_eq!(ann.say("sorry again").await["code"], 2004);
    done(&mut mia, json!({"do": "forgive", "user": user})).await;
    let person = done(&mut mia, json!({"do": "person", "user": user})).await;
    assert_eq!(person["person"]["strikes"], 0);
    let long = json!({"do": "warn", "user": user, "why": "x".repeat(1_001)});
    assert_eq!(mia.act(long).await["code"], 1002);
    assert_eq!(mia.act(json!({"do": "warn", "user": "host"})).await["code"], 2111);
}

#[tokio::test]
async fn one_step_mutes_clears_and_tells_or_does_nothing() {
    let host = host();
    let mut mia = watching(&host).await;
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined(&host, "Bo").await;
    let user = &welcome["me"]["user"];
    let said = ann.say("buy my things").await;
    let step = |messages: Vec<u64>| {
        json!({"do": "moderate", "user": user, "silence": "mute", "seconds": 600, "purge": true,
            "notice": "Please read the rules.", "why": "Adverts.", "messages": messages})
    };
    let refused = mia.act(step((0..33).collect())).await;
    assert_eq!((&refused["state"], &refused["code"]), (&json!("refused"), &json!(1003)));
    assert_eq!(ann.say("and more of it").await["state"], "delivered", "nothing was done");
    let message = said["message"].as_u64().unwrap();
    let person = done(&mut mia, step(vec![message])).await["person"].clone();
    assert!(person["muted"].is_u64(), "{person}");
    let notice = ann.next_of("direct").await["notice"].clone();
    assert_eq!(notice, json!({"kind": "custom", "field": "Please read the rules."}));
    let purged = bo.until_entry(|entry| entry["kind"] == "purged").await;
    assert_eq!((&purged["author"], &purged["emptied"]), (user, &json!(2)));
    assert_eq!(ann.say("may I?").await["code"], 2004);
    let (mute, _) = told(&mut mia, "mute").await;
    assert_eq!((&mute["messages"], &mute["why"]), (&json!([message]), &json!("Adverts.")));
    // A class has its strokes on the board, so nothing of it can be cleared.
    let (mut teacher, _) = Client::owner(&host, "class").await;
    assert_eq!(teacher.act(step(vec![])).await["code"], 2105);
}

#[tokio::test]
async fn what_the_staff_see_first_can_be_withdrawn_and_goes_on_by_itself() {
    let limits = Limits { preview: Some(Duration::from_secs(3)), ..Limits::default() };
    let host = host_with(limits);
    let mut mia = watching(&host).await;
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined(&host, "Bo").await;
    let receipt = ann.say("a secret of the plot").await;
    assert_eq!(receipt["state"], "held");
    let shows = |frame: &Value| frame["previews"].as_array().is_some_and(|all| !all.is_empty());
    let told = mia.until(shows).await;
    let shown = &told["previews"][0];
    assert_eq!((&shown["message"], &shown["nick"]), (&receipt["message"], &json!("Ann")));
    assert_eq!((&shown["expires"], &told["more"]), (&receipt["expires"], &json!(0)));
    let withdraw = json!({"do": "withdraw", "message": receipt["message"]});
    done(&mut mia, withdraw.clone()).await;
    assert_eq!(mia.act(withdraw).await["code"], 4011);
    let ended = ann.next_of("ended").await;
    assert_eq!((&ended["state"], ended.get("seq")), (&json!("delivered"), None));
    let passed = ann.say("nothing of the plot").await;
    let has_it = |frame: &Value| {
        let previews = frame["previews"].as_array().into_iter().flatten();
        previews.map(|one| one["message"].clone()).any(|message| message == passed["message"])
    };
    let told = mia.until(has_it).await;
    assert_eq!(told["previews"].as_array().unwrap().len(), 1, "the other is not shown any more");
    let seen = bo.entries_until("nothing of the plot").await;
    assert!(seen.iter().all(|entry| entry["text"] != "a secret of the plot"));
    let ended = ann.next_of("ended").await;
    assert_eq!((&ended["message"], &ended["state"]), (&passed["message"], &json!("delivered")));
    let gone = mia.until(|frame| frame["t"] == "previews" && !shows(frame)).await;
    assert_eq!(gone["more"], 0);
    // In a class strokes do not wait for anybody.
    let (mut pupil, _) = Client::joined_in(&host, "seminar", "Pia").await;
    assert_eq!(pupil.say("hello").await["state"], "delivered");
    assert_eq!(mia.say("the staff speak at once").await["state"], "delivered");
}
