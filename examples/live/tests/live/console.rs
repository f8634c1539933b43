//! The console's requests: with the token everything is done, and without it nothing.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{
    PATIENCE,
    rest::{Caller, code, house},
};

/// The status and body of an answer of the console.
async fn ask(app: &Caller, token: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} /console/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn an_app_of_the_console_is_as_good_as_one_of_the_command_line() {
    let (host, app) = house();
    let token = format!("Bearer {}", host.console());
    let asked = async |method: &str, path: &str, body: Value| {
        ask(&app, &token, method, path, &body.to_string()).await
    };
    let (status, made) = asked("POST", "apps", json!({"name": "Friday", "days": 1})).await;
    assert_eq!((status, &made["name"], &made["enabled"]), (200, &json!("Friday"), &json!(true)));
    assert_eq!(made["expires"].as_u64().unwrap(), made["created"].as_u64().unwrap() + 86_400);
    let id = &made["id"];
    let key: live::AppKey = format!("{id}:{}", made["key"].as_str().unwrap()).parse().unwrap();
    let now = liveroom::Clock::new().now();
    let sig = key.sign("administrator", now, PATIENCE).unwrap();
    let describe = async || {
        let query = format!("sdkappid={id}&identifier=administrator&usersig={sig}");
        let target = format!("/v4/group_open_http_svc/get_group_info?{query}");
        app.request("POST", &target, br#"{"GroupIdList":["live"]}"#).await
    };
    // Groups of two apps never meet.
    assert_eq!(describe().await["GroupInfo"][0]["ErrorCode"], 10010);
    let form = json!({"name": "Night", "owner": "", "type": "AVChatRoom"});
    let (status, group) = asked("POST", &format!("apps/{id}/groups"), form).await;
    assert_eq!((status, group["id"].as_str().unwrap().starts_with("@TGS#")), (200, true));
    let (_, groups) = asked("GET", &format!("apps/{id}/groups"), json!({})).await;
    assert_eq!((&groups["all"], &groups["groups"][0]["id"]), (&json!(1), &group["id"]));

    let path = format!("apps/{id}");
    assert_eq!(asked("DELETE", &path, json!({})).await.0, 400, "it is in use");
    let (status, changed) = asked("POST", &path, json!({"enabled": false})).await;
    assert_eq!((status, &changed["enabled"]), (200, &json!(false)));
    assert_eq!(code(&describe().await), 60016);
    assert_eq!(asked("DELETE", &path, json!({})).await.0, 200);
    assert_eq!(code(&describe().await), 60006, "its signatures hold no more");
    assert_eq!(asked("GET", &format!("apps/{id}/groups"), json!({})).await.0, 404);
    let (_, again) = asked("POST", "apps", json!({"name": "Next"})).await;
    assert_ne!(&again["id"], id, "no number is given twice");
    assert_eq!(again["expires"], Value::Null);
}

#[tokio::test]
async fn nobody_without_the_token_learns_or_does_anything() {
    let (host, app) = house();
    let tokens = ["", "Bearer", "Bearer ", &format!("Bearer {}", host.key()), &host.console()];
    for token in tokens {
        for (method, path) in [
            ("GET", "apps"),
            ("POST", "apps"),
            ("POST", "apps/1400000000"),
            ("DELETE", "apps/1400000000"),
            ("GET", "apps/1400000000/groups"),
            ("POST", "apps/1400000000/groups"),
        ] {
            let body = r#"{"name":"x","enabled":false,"type":"AVChatRoom"}"#;
            let (status, said) = ask(&app, token, method, path, body).await;
            assert_eq!((status, said.get("apps")), (401, None), "{token:?} {method} {path}");
        }
    }
    let token = format!("Bearer {}", host.console());
    let (_, said) = ask(&app, &token, "GET", "apps", "").await;
    assert_eq!(
        (&said["apps"][0]["enabled"], said["apps"].as_array().unwrap().len()),
        (&json!(true), 1)
    );
}

/// The status of the answer to a head alone, which says that so much follows, and to that much of it.
async fn status_of(app: &Caller, token: &str, length: usize, sent: usize) -> u16 {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST /console/apps HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; sent]).await.unwrap();
    let mut status = [0; 12];
    timeout(Duration::from_secs(20), stream.read_exact(&mut status)).await.unwrap().unwrap();
    std::str::from_utf8(&status[9..]).unwrap().parse().unwrap()
}

#[tokio::test]
async fn nobody_makes_the_host_read_more_than_a_form() {
    let (host, app) = house();
    let token = format!("Bearer {}", host.console());
    assert_eq!(status_of(&app, "Bearer x", 1_000_000, 0).await, 401, "nothing of it is read");
    assert_eq!(status_of(&app, &token, 1_000_000, 4_097).await, 400, "no more is read");
    assert_eq!(status_of(&app, &token, 100, 10).await, 400, "nor is it waited for");
}

#[tokio::test]
async fn a_form_that_is_wrong_changes_nothing() {
    let (host, app) = house();
    let token = format!("Bearer {}", host.console());
    let long = json!({"name": "x".repeat(61)}).to_string();
    let huge = json!({"name": "x", "more": "x".repeat(5_000)}).to_string();
    for (method, path, body) in [
        ("POST", "apps", "{"),
        ("POST", "apps", "{}"),
        ("POST", "apps", r#"{"name":" "}"#),
        ("POST", "apps", r#"{"name":"a\u0000b"}"#),
        ("POST", "apps", r#"{"name":"x","days":-1}"#),
        ("POST", "apps", &long),
        ("POST", "apps", &huge),
        ("POST", "apps/1400000000", r#"{"enabled":"no"}"#),
        ("DELETE", "apps/1400000000", ""),
        ("POST", "apps/1400000000/groups", r#"{"name":"","type":"AVChatRoom"}"#),
        ("POST", "apps/1400000000/groups", r#"{"name":"x","type":"Public"}"#),
        ("POST", "apps/1400000000/groups", r#"{"name":"x","type":"AVChatRoom","owner":"a b"}"#),
        ("POST", "apps/x", r#"{"enabled":false}"#),
    ] {
        let (status, said) = ask(&app, &token, method, path, body).await;
        assert_eq!(status, 400, "{method} {path} {body}: {said}");
    }
    assert_eq!(ask(&app, &token, "POST", "apps/7", r#"{"enabled":false}"#).await.0, 404);
    // The page's own app can be disabled, and stays all the same.
    let switch = async |body: &str| ask(&app, &token, "POST", "apps/1400000000", body).await.0;
    assert_eq!(switch(r#"{"enabled":false}"#).await, 200);
    assert_eq!(ask(&app, &token, "DELETE", "apps/1400000000", "").await.0, 400);
    assert_eq!(switch(r#"{"enabled":true}"#).await, 200);
    let (_, said) = ask(&app, &token, "GET", "apps", "").await;
    assert_eq!(said["apps"].as_array().unwrap().len(), 1);
    assert_eq!((&said["apps"][0]["groups"], &said["apps"][0]["keeps"]), (&json!(3), &json!(true)));
}
