//! Frames that are not of the protocol, or too many.

use serde_json::json;

use crate::support::{Client, host};

#[tokio::test]
async fn what_is_not_of_the_protocol_is_named_and_ends_the_connection() {
    let host = host();
    let long = format!(r#"{{"v":1,"t":"ping","pad":"{}"}}"#, "x".repeat(32_768));
    let longer = format!(r#"{{"v":1,"t":"ping","pad":"{}"}}"#, "x".repeat(200_000));
    for (frame, code) in [
        (long.as_str(), "too_large"),
        (longer.as_str(), "too_large"),
        ("nonsense", "malformed"),
        (r#"["v",1]"#, "malformed"),
        (r#"{"v":1,"t":"send","id":1,"kind":"text","random":-1}"#, "malformed"),
        (r#"{"v":2,"t":"ping"}"#, "version"),
        (r#"{"v":1,"t":"join"}"#, "joined_already"),
    ] {
        let (mut client, _) = Client::joined(&host, "Ann").await;
        client.send_text(frame).await;
        let error = client.next_of("error").await;
        assert_eq!((&error["code"], &error["fatal"]), (&json!(code), &json!(true)));
        assert!(client.is_closed().await, "{code}");
    }
    let mut client = Client::connect(&host).await;
    client.send_binary(&[1, 2, 3]).await;
    assert_eq!(client.next_of("error").await["code"], "binary");
    for (frame, code) in [
        (r#"{"v":1,"t":"ping"}"#, "join_first"),
        (r#"{"v":1,"t":"join","group":"elsewhere"}"#, "no_group"),
    ] {
        let mut client = Client::connect(&host).await;
        client.send_text(frame).await;
        assert_eq!(client.next_of("error").await["code"], code);
        assert!(client.is_closed().await, "{code}");
    }
}

#[tokio::test]
async fn an_unknown_frame_and_a_refused_join_do_not_end_the_connection() {
    let host = host();
    let mut ann = Client::connect(&host).await;
    ann.send(&json!({"v": 1, "t": "wave"})).await;
    let error = ann.next_of("error").await;
    assert_eq!((&error["code"], &error["fatal"]), (&json!("unknown_type"), &json!(false)));
    ann.send(&json!({"v": 1, "t": "join", "nick": "n".repeat(501)})).await;
    let refused = ann.next_of("refused").await;
    assert_eq!((&refused["of"], &refused["code"]), (&json!("join"), &json!(1002)));
    assert_eq!(refused["detail"]["limit"], 500);
    let welcome = ann.join(&json!({"v": 1, "t": "join", "nick": "n", "group": "live"})).await;
    assert_eq!(welcome["status"], "joined");
    assert_eq!(welcome["online"], 1, "the refused one left nothing behind");
    ann.send(&json!({"v": 1, "t": "ping"})).await;
    assert!(ann.next_of("pong").await["now"].is_u64());
}

#[tokio::test]
async fn whoever_sends_too_fast_is_told_so_and_closed() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    for _ in 0..45 {
        ann.send(&json!({"v": 1, "t": "ping"})).await;
    }
    let bye = ann.next_of("bye").await;
    assert_eq!((&bye["code"], &bye["may_reconnect"]), (&json!("too_fast"), &json!(true)));
    assert!(ann.is_closed().await);
}
