//! Classes: who speaks and draws, and the board.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Client, host};

const STROKE: u64 = 1;
const CLEAR: u64 = 2;

fn stroke(id: u64) -> String {
    format!(r#"{{"id":{id},"c":3,"w":12,"p":[100,100,{id},5000]}}"#)
}

/// The id of a stroke, by its data.
fn id_of(data: &Value) -> u64 {
    let stroke: Value = serde_json::from_str(data.as_str().unwrap()).unwrap();
    stroke["id"].as_u64().unwrap()
}

impl Client {
    async fn draw(&mut self, id: u64) -> Value {
        self.offer(STROKE, "", &stroke(id)).await
    }

    /// The whole drawing that comes after the welcome: its strokes, and its last frame.
    async fn drawing(&mut self) -> (Vec<u64>, Value) {
        let mut pieces = Vec::new();
        loop {
            let frame = self.until(|frame| frame["t"] == "board" || frame["t"] == "batch").await;
            assert_eq!(frame["t"], "board", "the drawing comes before any batch");
            pieces.extend(frame["pieces"].as_array().unwrap().iter().map(|it| id_of(&it["data"])));
            if frame["more"] == false {
                return (pieces, frame);
            }
        }
    }
}

#[tokio::test]
async fn a_pupil_speaks_and_draws_while_called_on() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "class").await;
    let (mut pupil, welcome) = Client::joined_in(&host, "class", "Pupil").await;
    let user = &welcome["me"]["user"];
    assert_eq!(welcome["me"]["called"], false);
    for receipt in [pupil.say("please").await, pupil.draw(1).await] {
        assert_eq!(receipt["state"], "refused", "{receipt}");
    }
    assert_eq!(pupil.act(json!({"do": "raise_hand"})).await["state"], "done");
    let direct = mia.next_of("direct").await;
    let hand: Value = serde_json::from_str(direct["notice"]["field"].as_str().unwrap()).unwrap();
    assert_eq!(hand, json!({"hand": {"user": user, "nick": "Pupil"}}));
    let again = pupil.act(json!({"do": "raise_hand"})).await;
    assert_eq!((&again["code"], again["detail"]["until"].is_u64()), (&json!(3003), true));

    let call = |on: bool| json!({"do": "call_on", "user": user, "on": on});
    assert_eq!(pupil.act(call(true)).await["code"], "key", "nobody calls on themselves");
    assert_eq!(mia.act(call(true)).await["state"], "done");
    assert_eq!(pupil.next_of("direct").await["notice"]["field"], r#"{"called":true}"#);
    assert_eq!(pupil.say("the answer is 7").await["state"], "delivered");
    assert_eq!(pupil.draw(2).await["state"], "delivered");
    // It is still so after coming back.
    let token = welcome["token"].clone();
    drop(pupil);
    let mut pupil = Client::connect(&host).await;
    let back = json!({"v": 1, "t": "join", "group": "class", "token": token});
    let returned = pupil.join(&back).await;
    assert_eq!((&returned["me"]["called"], &returned["called"]), (&json!(true), &Value::Null));
    let (mut mia, welcome) = Client::owner(&host, "class").await;
    assert_eq!(welcome["called"], json!([{"user": user, "nick": "Pupil"}]));

    assert_eq!(mia.act(call(false)).await["state"], "done");
    assert_eq!(pupil.next_of("direct").await["notice"]["field"], r#"{"called":false}"#);
    for receipt in [pupil.say("one more thing").await, pupil.draw(3).await] {
        assert_eq!(receipt["state"], "refused", "{receipt}");
    }
    assert_eq!(mia.draw(4).await["state"], "delivered", "the teacher always draws");
    let stranger = json!({"do": "call_on", "user": "nobody", "on": true});
    assert_eq!(mia.act(stranger).await["code"], 4002);
}

#[tokio::test]
async fn in_a_seminar_everybody_draws() {
    let host = host();
    let (mut ann, _) = Client::joined_in(&host, "seminar", "Ann").await;
    let (mut bo, _) = Client::joined_in(&host, "seminar", "Bo").await;
    assert_eq!(ann.draw(1).await["state"], "delivered");
    assert_eq!(bo.draw(2).await["state"], "delivered");
    let entry = ann.until_entry(|entry| entry["kind"] == STROKE && entry["nick"] == "Bo").await;
    assert_eq!((id_of(&entry["data"]), &entry["class"]), (2, &json!("normal")));
    let (mut mia, _) = Client::owner(&host, "seminar").await;
    mia.draw(3).await;
    let entry = ann.until_entry(|entry| entry["nick"] == "Mia" && entry["kind"] == STROKE).await;
    assert_eq!(entry["class"], "high", "who teaches does not wait");
}

#[tokio::test]
async fn who_comes_late_gets_every_piece_exactly_once() {
    /// As many as a client may send at once.
    const PIECES: u64 = 36;
    const ALL: usize = 3 * 36;
    let host = host();
    let draw = async |first: u64| {
        let (mut client, _) = Client::joined_in(&host, "seminar", "Ann").await;
        for id in first..first + PIECES {
            let receipt = client.draw(id).await;
            assert!(receipt["state"] == "delivered" || receipt["state"] == "waiting", "{receipt}");
        }
    };
    let come = async || {
        let (mut client, _) = Client::joined_in(&host, "seminar", "Late").await;
        let (mut seen, last) = client.drawing().await;
        let position = last["position"].as_u64().unwrap();
        while seen.len() < ALL {
            let entry = client.until_entry(|entry| entry["kind"] == STROKE).await;
            if entry["seq"].as_u64().unwrap() > position {
                seen.push(id_of(&entry["data"]));
            }
        }
        seen
    };
    let drawing = async { tokio::join!(draw(100), draw(200), draw(300)) };
    let coming = async {
        let mut all = Vec::new();
        for _ in 0..4 {
            let (a, b, c) = tokio::join!(come(), come(), come());
            all.extend([a, b, c]);
        }
        all
    };
    let (_, all) = tokio::join!(drawing, coming);
    for seen in &all {
        assert_eq!(seen, &all[0], "everybody has the same drawing, in the same order");
        let each: BTreeSet<u64> = seen.iter().copied().collect();
        assert_eq!(each.len(), ALL, "each piece once");
    }
}

#[tokio::test]
async fn a_clear_empties_the_board_for_those_who_come_after() {
    let host = host();
    let (mut ann, _) = Client::joined_in(&host, "seminar", "Ann").await;
    let (mut mia, _) = Client::owner(&host, "seminar").await;
    ann.draw(1).await;
    assert_eq!(ann.offer(CLEAR, "", "{}").await["code"], 2108, "only the owner clears");
    assert_eq!(mia.offer(CLEAR, "", "{}").await["state"], "delivered");
    ann.until_entry(|entry| entry["kind"] == CLEAR).await;
    ann.draw(2).await;
    let (mut late, _) = Client::joined_in(&host, "seminar", "Late").await;
    assert_eq!(late.drawing().await.0, [2]);
}

#[tokio::test]
async fn who_resumes_gets_no_drawing_and_who_cannot_gets_it_anew() {
    let host = host();
    let (mut ann, first) = Client::joined_in(&host, "seminar", "Ann").await;
    let (mut bo, _) = Client::joined_in(&host, "seminar", "Bo").await;
    assert!(ann.drawing().await.0.is_empty());
    bo.draw(1).await;
    ann.until_entry(|entry| entry["kind"] == STROKE).await;
    let cursor = ann.cursor.clone();
    drop(ann);
    bo.draw(2).await;
    let join = |cursor: &Value| json!({"v": 1, "t": "join", "group": "seminar", "token": first["token"], "cursor": cursor});
    let mut ann = Client::connect(&host).await;
    assert_eq!(ann.join(&join(&cursor)).await["resumed"], true);
    let frame = ann.until(|frame| frame["t"] == "board" || frame["t"] == "batch").await;
    assert_eq!(frame["t"], "batch");
    drop(ann);
    let mut ann = Client::connect(&host).await;
    assert_eq!(ann.join(&join(&Value::Null)).await["resumed"], false);
    let begin = ann.next_of("board").await;
    assert_eq!((&begin["reset"], &begin["pieces"]), (&json!(true), &json!([])));
    assert_eq!(ann.drawing().await.0, [1, 2]);
}

#[tokio::test]
async fn what_is_no_stroke_is_refused() {
    let host = host();
    let (mut ann, _) = Client::joined_in(&host, "seminar", "Ann").await;
    for data in ["", "{}", "[]", r#"{"id":1,"c":9,"w":1,"p":[1,1]}"#, &stroke(10_001)] {
        let receipt = ann.offer(STROKE, "", data).await;
        assert_eq!(receipt["code"], 1004, "{data}");
        assert_eq!(receipt["detail"], json!({"field": "Message"}));
    }
    assert_eq!(ann.offer(STROKE, "words", &stroke(1)).await["code"], 1004);
    let (mut mia, _) = Client::owner(&host, "seminar").await;
    assert_eq!(mia.offer(CLEAR, "", "everything").await["code"], 1004);
    let (mut viewer, _) = Client::joined(&host, "Viewer").await;
    assert_eq!(viewer.draw(1).await["code"], "wrong_room");
    let codes: BTreeSet<String> =
        [viewer.act(json!({"do": "raise_hand"})).await, viewer.offer(CLEAR, "", "{}").await]
            .iter()
            .map(|answer| answer["code"].to_string())
            .collect();
    assert_eq!(codes, BTreeSet::from([r#""wrong_room""#.to_owned()]));
}
