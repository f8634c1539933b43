//! What is served over HTTP.

use std::fs;

use live::Options;

use crate::support::{get, host, options, request, start};

#[tokio::test]
async fn every_answer_has_the_headers_and_a_strangers_page_gets_no_socket() {
    const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                           Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let host = host();
    let own = format!("{UPGRADE}Origin: http://{}\r\n", host.address());
    let strange = format!("{UPGRADE}Origin: http://evil.example\r\n");
    for (path, extra, status) in [
        ("/", "", "200 OK"),
        ("/liveroom.js", "", "200 OK"),
        ("/common/style.css", "", "200 OK"),
        ("/panel", "", "200 OK"),
        ("/board", "", "200 OK"),
        ("/nowhere", "", "404 Not Found"),
        ("/ws", "", "400 Bad Request"),
        ("/ws", own.as_str(), "101 Switching Protocols"),
        ("/ws", strange.as_str(), "403 Forbidden"),
    ] {
        let head = request(&host, path, extra).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{path}: {head}");
        for header in [
            "content-security-policy: default-src 'none'; ",
            "x-content-type-options: nosniff\r\n",
            "referrer-policy: no-referrer\r\n",
            "cross-origin-opener-policy: same-origin\r\n",
            "cache-control: no-cache\r\n",
        ] {
            assert!(head.contains(header), "{path} lacks {header}");
        }
    }
}

#[tokio::test]
async fn a_folder_is_served_as_it_is_now_and_nothing_beside_the_table() {
    let folder = std::env::temp_dir().join(format!("live-page-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("liveroom.js"), "export const first = 1;").unwrap();
    fs::write(folder.join("secret.txt"), "not for anybody").unwrap();
    let host = start(Options { page: Some(folder.clone()), ..options() });
    assert!(get(&host, "/liveroom.js").await.ends_with("\r\n\r\nexport const first = 1;"));
    fs::write(folder.join("liveroom.js"), "export const second = 2;").unwrap();
    assert!(get(&host, "/liveroom.js").await.ends_with("export const second = 2;"));
    for path in [
        "/common/style.css",
        "/secret.txt",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/liveroom.js/../secret.txt",
        "/liveroom.js%00",
        "//liveroom.js",
    ] {
        assert!(get(&host, path).await.starts_with("HTTP/1.1 404 "), "{path}");
    }
    fs::remove_dir_all(folder).unwrap();
}
