//! Polls: held, answered, resumed.

use std::time::Duration;

use live::{Limits, Options};
use serde_json::json;

use crate::support::{
    sdk::{Sdk, app_options, room_of_ann, sig, text, texts},
    start,
};

#[tokio::test]
async fn a_poll_is_held_until_there_is_something_and_holds_up_nothing_else() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    let mut reading = bob.join("mine").await;
    // Its own coming in is the first thing that it reads.
    let tip = bob.poll(&mut reading).await.remove(0);
    assert_eq!((&tip["Event"], &tip["MsgBody"]["OpType"]), (&json!(4), &json!(1)));
    let seq = bob.begin_poll(&reading).await;
    assert!(bob.is_unanswered(seq).await);
    ann.say("mine", "hello", 1).await;
    let came = bob.end_poll(&mut reading, seq).await;
    assert_eq!(texts(&came), ["hello"]);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_poll_for_which_nothing_comes_is_answered_after_ten_seconds() {
    let host = start(app_options());
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    let mut reading = ann.join("mine").await;
    ann.poll(&mut reading).await;
    let start = reading.start;
    let began = std::time::Instant::now();
    assert!(ann.poll(&mut reading).await.is_empty());
    assert!((10..15).contains(&began.elapsed().as_secs()));
    assert_eq!(reading.start, start);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn who_polls_when_the_host_ends_is_given_what_there_is() {
    let limits = Limits::default().with_tick(Duration::from_secs(5));
    let host = start(Options { limits, ..app_options() });
    let (mut ann, mut bob) = (Sdk::user(&host, "ann").await, Sdk::user(&host, "bob").await);
    ann.make("mine").await;
    ann.join("mine").await;
    let mut reading = bob.join("mine").await;
    bob.poll(&mut reading).await;
    let last = bob.begin_poll(&reading).await;
    assert_eq!(ann.say("mine", "the last", 1).await["ErrorCode"], 0);
    assert!(bob.is_unanswered(last).await, "it waits for others to go with it");
    let (stopped, came) = tokio::join!(host.stop(), bob.end_poll(&mut reading, last));
    assert_eq!(texts(&came), ["the last"]);
    stopped.unwrap();
}

#[tokio::test]
async fn a_second_poll_with_a_key_ends_the_first() {
    let host = start(app_options());
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    let mut reading = ann.join("mine").await;
    ann.poll(&mut reading).await;
    let first = ann.begin_poll(&reading).await;
    let second = ann.begin_poll(&reading).await;
    assert!(ann.end_poll(&mut reading, first).await.is_empty());
    ann.say("mine", "hello", 1).await;
    assert_eq!(texts(&ann.end_poll(&mut reading, second).await), ["hello"]);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_dropped_connection_resumes_without_loss() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    let mut reading = bob.join("mine").await;
    ann.say("mine", "1", 1).await;
    bob.poll_until(&mut reading, |event| text(event) == Some("1")).await;
    let before = reading.clone();
    ann.say("mine", "2", 2).await;
    // This answer is lost: the client asks again from where it was.
    bob.begin_poll(&reading).await;
    drop(bob);
    for n in 3..8 {
        ann.say("mine", &n.to_string(), n).await;
    }
    let mut bob = Sdk::user(&host, "bob").await;
    let mut reading = before.clone();
    let came = bob.poll_until(&mut reading, |event| text(event) == Some("7")).await;
    assert_eq!(texts(&came), ["2", "3", "4", "5", "6", "7"]);
    // It is a member still: it speaks without joining again, and nobody heard of its coming or going.
    assert_eq!(bob.say("mine", "back", 1).await["ErrorCode"], 0);
    assert!(came.iter().all(|event| event["Event"] == 3), "{came:?}");
    // A place that it had once is a place that it can go back to.
    let mut again = before;
    let came = bob.poll(&mut again).await;
    assert_eq!(texts(&came)[0], "2");
    host.stop().await.unwrap();
}

/// After a loss the SDK polls on by the key that its login was answered with, and logs in by it meanwhile.
#[tokio::test]
async fn the_key_of_a_login_is_as_good_as_the_login() {
    let host = start(app_options());
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    let mut bob = Sdk::connect(&host).await;
    let key = bob.log_in("bob", &sig("bob")).await["A2Key"].clone();
    let mut reading = bob.join("mine").await;
    bob.poll(&mut reading).await;
    drop(bob);
    let mut bob = Sdk::connect(&host).await;
    let with_key = json!({ "a2": key, "identifier": "", "usersig": "" });
    let poll = json!({ "StartSeq": reading.start, "Key": reading.key });
    let polled = bob.ask_with("group_open_long_polling_http_svc.get_msg", &poll, &with_key).await;
    let again = bob.ask_with("im_open_status.wslogin", &json!({}), &with_key).await;
    assert_eq!(bob.reply(again).await["ErrorCode"], 0);
    assert_eq!(bob.say("mine", "back", 1).await["ErrorCode"], 0);
    assert_eq!(texts(&bob.end_poll(&mut reading, polled).await), ["back"]);

    let mut eve = Sdk::connect(&host).await;
    for key in ["", "bob", "bob:", &format!("bob:{}", sig("eve"))] {
        let with_key = json!({ "a2": key });
        let polled =
            eve.ask_with("group_open_long_polling_http_svc.get_msg", &poll, &with_key).await;
        assert_eq!(eve.reply(polled).await["ErrorCode"], 10_008, "{key}");
    }
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_guest_reads_from_where_it_came_in_and_resumes_too() {
    let (host, mut ann) = room_of_ann().await;
    ann.say("mine", "before", 1).await;
    let mut guest = Sdk::connect(&host).await;
    let mut reading = guest.join_as_guest("mine").await;
    // A guest's first poll asks from 0, which gives it nothing that was before.
    reading.start = 0;
    ann.say("mine", "1", 2).await;
    let came = guest.poll_until(&mut reading, |event| text(event) == Some("1")).await;
    assert_eq!(texts(&came), ["1"]);
    let sent = guest.say("mine", "may I?", 1).await;
    assert_eq!(sent["ErrorCode"], 10_007);
    drop(guest);
    ann.say("mine", "2", 3).await;
    let mut guest = Sdk::connect(&host).await;
    let came = guest.poll_until(&mut reading, |event| text(event) == Some("2")).await;
    assert_eq!(texts(&came), ["2"]);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_guest_who_logs_in_is_there_once_and_may_read_on() {
    let (host, mut ann) = room_of_ann().await;
    let mut cy = Sdk::connect(&host).await;
    let mut reading = cy.join_as_guest("mine").await;
    assert_eq!(cy.log_in("cy", &sig("cy")).await["ErrorCode"], 0);
    cy.join("mine").await;
    let group = json!({ "GroupId": "mine" });
    let online = ann.call("group_open_http_svc.get_online_member_num", &group).await;
    assert_eq!(online["OnlineMemberNum"], 2);
    ann.say("mine", "hello", 1).await;
    let came = cy.poll_until(&mut reading, |event| text(event).is_some()).await;
    assert_eq!(texts(&came), ["hello"]);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn who_is_far_behind_gets_all_of_it_in_order_and_no_answer_twice() {
    let host = start(app_options());
    let mut ann = Sdk::user(&host, "ann").await;
    let mut reading = ann.join("live").await;
    for n in 0..150 {
        host.announce(&n.to_string()).unwrap();
    }
    let (mut came, mut polls) = (Vec::new(), 0);
    while came.len() < 151 {
        came.extend(ann.poll(&mut reading).await);
        polls += 1;
    }
    assert!(polls > 1, "a batch has 64 entries");
    let seqs: Vec<_> = came.iter().map(|event| event["MsgSeq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|a, b| a + 1 == *b), "{seqs:?}");
    let told = came.last().unwrap()["MsgBody"]["UserDefinedField"].clone();
    assert_eq!(told, "149");
    let seq = ann.begin_poll(&reading).await;
    assert!(ann.is_unanswered(seq).await && ann.is_at_rest(), "nothing was answered twice");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn places_and_keys_that_are_none_give_nothing_that_is_not_theirs() {
    let host = start(app_options());
    let (mut ann, mut bob) = (Sdk::user(&host, "ann").await, Sdk::user(&host, "bob").await);
    ann.make("mine").await;
    let mut of_ann = ann.join("mine").await;
    ann.poll(&mut of_ann).await;
    ann.say("mine", "before", 1).await;
    ann.poll(&mut of_ann).await;
    let reading = bob.join("mine").await;
    ann.say("mine", "after", 2).await;
    for start in [0, 1, 2] {
        let mut reading = crate::support::sdk::Reading { start, ..reading.clone() };
        let came = bob.poll_until(&mut reading, |event| text(event).is_some()).await;
        assert_eq!(texts(&came), ["after"], "from {start}");
    }
    // Whoever says that they have come further than there is reads what comes.
    let mut far = crate::support::sdk::Reading { start: u64::MAX, ..reading.clone() };
    let seq = bob.begin_poll(&far).await;
    assert!(bob.is_unanswered(seq).await);
    ann.say("mine", "later", 3).await;
    assert_eq!(texts(&bob.end_poll(&mut far, seq).await), ["later"]);
    for key in ["", "x", &*"0".repeat(32), &format!("{}a\tb", "0".repeat(32))] {
        let body = json!({ "StartSeq": 1, "Key": key });
        assert_eq!(bob.code("group_open_long_polling_http_svc.get_msg", &body).await, 10_004);
    }
    let quit = json!({ "GroupId": "mine" });
    assert_eq!(bob.code("group_open_http_svc.quit_group", &quit).await, 0);
    let seq = bob.begin_poll(&reading).await;
    assert_eq!(bob.reply(seq).await["ErrorCode"], 10_007, "who quit reads no more");
    host.stop().await.unwrap();
}

/// As after the host was started anew, or an hour offline.
#[tokio::test]
async fn whose_key_is_not_known_any_more_reads_on_from_now_and_is_told_if_there_is_no_such_group() {
    let host = start(app_options());
    let (mut ann, mut bob) = (Sdk::user(&host, "ann").await, Sdk::user(&host, "bob").await);
    ann.make("mine").await;
    ann.join("mine").await;
    ann.say("mine", "before", 1).await;
    let key = |group| format!("{}{group}", "0".repeat(32));
    let mut reading = crate::support::sdk::Reading { key: key("mine"), start: 77, guest: false };
    let came = bob.poll(&mut reading).await;
    assert!(texts(&came).is_empty(), "they are told of their own coming: {came:?}");
    ann.say("mine", "after", 2).await;
    let came = bob.poll_until(&mut reading, |event| text(event).is_some()).await;
    assert_eq!(texts(&came), ["after"]);
    assert_ne!(reading.key, key("mine"));
    assert_eq!(bob.say("mine", "I am back", 3).await["ErrorCode"], 0);

    let mut reading = crate::support::sdk::Reading { key: key("gone"), start: 9, guest: true };
    let mut guest = Sdk::connect(&host).await;
    let told = guest.poll(&mut reading).await;
    assert_eq!(
        (&told[0]["ToGroupId"], &told[0]["MsgBody"]["ReportType"]),
        (&json!("gone"), &json!(5))
    );
    host.stop().await.unwrap();
}

/// What told the host that they left may come to its readers after they are back.
#[tokio::test]
async fn who_quits_and_joins_at_once_reads_on_by_the_new_key() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    let mut reading = bob.join("mine").await;
    let group = json!({ "GroupId": "mine" });
    for round in 1..=20 {
        let quit = bob.ask("group_open_http_svc.quit_group", &group).await;
        let join = bob.ask("group_open_http_svc.apply_join_group", &group).await;
        assert_eq!(bob.reply(quit).await["ErrorCode"], 0);
        let joined = bob.reply(join).await;
        let former = reading.clone();
        reading.key = joined["LongPollingKey"].as_str().unwrap().to_owned();
        reading.start = joined["StartSeq"].as_u64().unwrap();
        let said = round.to_string();
        ann.say("mine", &said, round).await;
        let came = bob.poll_until(&mut reading, |event| text(event) == Some(said.as_str())).await;
        assert_eq!(texts(&came), [said.as_str()]);
        let seq = bob.begin_poll(&former).await;
        assert_eq!(bob.reply(seq).await["ErrorCode"], 10_007, "the former key is of who quit");
    }
    host.stop().await.unwrap();
}

#[tokio::test]
async fn who_logs_in_where_another_was_is_given_nothing_of_theirs() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    let mut reading = bob.join("mine").await;
    bob.poll(&mut reading).await;
    let held = bob.begin_poll(&reading).await;
    assert!(bob.is_unanswered(held).await);
    assert_eq!(bob.code("im_open_status.wslogout", &json!({})).await, 0);
    assert_eq!(bob.log_in("cy", &sig("cy")).await["ErrorCode"], 0);
    ann.say("mine", "not for cy", 1).await;
    let answer = bob.reply(held).await;
    assert_eq!(answer["ErrorCode"], 10_007, "{answer}");
    assert!(answer.get("RspMsgList").is_none(), "{answer}");
    // Whoever logged out on purpose comes in again to read on.
    assert_eq!(bob.log_in("bob", &sig("bob")).await["ErrorCode"], 0);
    let seq = bob.begin_poll(&reading).await;
    assert_eq!(bob.reply(seq).await["ErrorCode"], 10_007);
    bob.join("mine").await;
    host.stop().await.unwrap();
}
