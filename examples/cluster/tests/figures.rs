//! What nodes say of their rooms at `/metrics`: the room's own figures at its home, and at an edge what was given there.

#![allow(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

mod hosts;

use std::net::SocketAddr;

use cluster::server::{Server, Setup};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use hosts::{LONG, LOOK, ROOM, Viewer, get, node};

/// The figure of that name with these labels of the room, where there is one.
async fn figure(address: SocketAddr, name: &str, labels: &str) -> Option<u64> {
    let start = format!("{name}{{group=\"{ROOM}\"{labels}}} ");
    let text = get(address, "/metrics").await;
    let value = text.lines().find_map(|line| line.strip_prefix(&start));
    value.map(|value| value.parse().unwrap())
}

/// Returns the home of the room and another node, once one of them says that it is home.
async fn home_and_edge(nodes: [SocketAddr; 2]) -> (SocketAddr, SocketAddr) {
    let find = async {
        loop {
            let mut homes = [false; 2];
            let mut see_both = true;
            for (no, node) in nodes.into_iter().enumerate() {
                let told: Value = serde_json::from_str(&get(node, "/node").await).unwrap();
                homes[no] = told["homes"] == json!([ROOM]);
                see_both &= told["nodes"].as_array().unwrap().len() == 2;
            }
            match (see_both, homes) {
                (true, [true, false]) => return (nodes[0], nodes[1]),
                (true, [false, true]) => return (nodes[1], nodes[0]),
                _ => sleep(LOOK).await,
            }
        }
    };
    timeout(LONG, find).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_tells_of_its_room_and_an_edge_of_what_it_gave() {
    let server = Server::start(&Setup::default()).unwrap();
    let nodes = [node(&server, "one").await, node(&server, "two").await];
    let (home, edge) = home_and_edge([nodes[0].address(), nodes[1].address()]).await;

    let mut ann = Viewer::join(edge).await;
    ann.send(1, "text", &json!({ "text": "hello" })).await;
    ann.send(2, "text", &json!({ "text": "zorgblatt" })).await;
    ann.send(3, "gift", &json!({ "data": r#"{"gift":"rose","n":3}"# })).await;
    ann.send(4, "gift", &json!({ "data": "no gift" })).await;
    // Her own coming in, what she said, and the gift.
    let all = async {
        while figure(edge, "live_entries_given_total", "").await < Some(3) {
            sleep(LOOK).await;
        }
    };
    timeout(LONG, all).await.unwrap();

    let accepted = "liveroom_messages_accepted_total";
    let ended = "liveroom_messages_ended_total";
    for (at_home, at_edge, name, labels) in [
        (Some(1), None, accepted, r#",priority="high""#),
        (Some(2), None, accepted, r#",priority="normal""#),
        (Some(1), None, ended, r#",priority="normal",outcome="delivered",reason="none""#),
        (Some(1), None, ended, r#",priority="high",outcome="delivered",reason="none""#),
        (Some(1), None, ended, r#",priority="normal",outcome="rejected",reason="filter""#),
        (Some(1), None, "liveroom_entries_appended_total", r#",class="high""#),
        (Some(1), None, "liveroom_entries_appended_total", r#",class="normal""#),
        (Some(1), None, "liveroom_entries_appended_total", r#",class="tip""#),
        (Some(1), None, "liveroom_members", ""),
        (Some(0), Some(3), "live_entries_given_total", ""),
        (Some(0), Some(0), "live_entries_missed_total", ""),
        (Some(0), Some(1), "live_turned_away_total", ""),
        (Some(3), Some(0), "live_gifts_total", ""),
    ] {
        let told = (figure(home, name, labels).await, figure(edge, name, labels).await);
        assert_eq!(told, (at_home, at_edge), "{name}{labels}\n{}", get(home, "/metrics").await);
    }
}
