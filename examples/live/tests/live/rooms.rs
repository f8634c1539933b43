//! Three rooms in one host.

use serde_json::json;

use crate::support::{Client, host};

#[tokio::test]
async fn each_room_has_its_own_people_history_and_card() {
    let host = host();
    for (id, kind, speakers) in
        [("live", "show", "all"), ("class", "class", "called"), ("seminar", "class", "all")]
    {
        let (mut ann, welcome) = Client::joined_in(&host, id, "Ann").await;
        assert_eq!(welcome["group"]["id"], id);
        assert_eq!(welcome["group"]["owner"], "host");
        assert_eq!(welcome["room"], json!({"kind": kind, "speakers": speakers}));
        let rooms = welcome["rooms"].as_array().unwrap();
        let ids: Vec<_> = rooms.iter().map(|room| room["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["live", "class", "seminar"]);
        assert_eq!(welcome["online"], 1, "nobody of another room");
        let called = welcome["me"].get("called");
        assert_eq!(called, (kind == "class").then_some(&json!(false)));
        if speakers == "all" {
            ann.say(id).await;
            assert_eq!(ann.until_entry(|entry| entry["type"] == "message").await["text"], id);
        }
    }
}

#[tokio::test]
async fn a_token_is_good_in_its_own_room_alone() {
    let host = host();
    let (_ann, first) = Client::joined(&host, "Ann").await;
    let mut elsewhere = Client::connect(&host).await;
    let join = json!({"v": 1, "t": "join", "group": "seminar", "token": first["token"]});
    let welcome = elsewhere.join(&join).await;
    assert_ne!(welcome["me"]["user"], first["me"]["user"]);
    assert_ne!(welcome["token"], first["token"]);
}
