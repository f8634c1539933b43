//! How many messages a second come in over REST: a measurement, which runs only when it is asked for.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use live::{Limits, Options};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
};

use crate::support::{
    options,
    rest::{Caller, Receiver, house_with, text_to},
};

const GROUPS: u32 = 2_000;
const CALLERS: u32 = 64;
const FOR: Duration = Duration::from_secs(5);

/// Calls over one connection as fast as it is answered; returns how often, and how long each took.
async fn call_on(app: Arc<Caller>, caller: u32) -> Vec<Duration> {
    let stream = TcpStream::connect(app.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::new(stream);
    let target = format!("/v4/group_open_http_svc/send_group_msg?{}", app.query("administrator"));
    let mut took = Vec::new();
    let start = Instant::now();
    for turn in 0_u32.. {
        if start.elapsed() >= FOR {
            break;
        }
        let group = format!("g{}", (caller + turn * CALLERS) % GROUPS);
        let body = text_to(&group, caller << 20 | turn, "hello, everybody").to_string();
        let length = body.len();
        let request =
            format!("POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}");
        let begun = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut reply = vec![0; length];
        stream.read_exact(&mut reply).await.unwrap();
        took.push(begun.elapsed());
        let delivered = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MsgDropReason":"","#;
        assert!(reply.starts_with(delivered), "{}", String::from_utf8_lossy(&reply));
    }
    took
}

async fn measure(what: &str, options: Options) {
    let limits = Limits { calls: 1_000_000, ..Limits::default() };
    let (host, app) = house_with(Options { limits, ..options });
    for number in 0..GROUPS {
        app.create(&format!("g{number}")).await;
    }
    let app = Arc::new(app);
    let mut callers = JoinSet::new();
    let start = Instant::now();
    for caller in 0..CALLERS {
        callers.spawn(call_on(app.clone(), caller));
    }
    let mut took: Vec<Duration> = callers.join_all().await.into_iter().flatten().collect();
    let spent = start.elapsed();
    took.sort_unstable();
    let at = |permille: usize| took[took.len() * permille / 1_000 - 1];
    println!(
        "{what}: {} a second, half within {:.1?}, 99 of 100 within {:.1?}",
        took.len() as u128 * 1_000 / spent.as_millis(),
        at(500),
        at(990)
    );
    host.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --release -p live --test live -- --ignored --nocapture send_group_msg"]
async fn send_group_msg_requests_a_second() {
    measure("send_group_msg", options()).await;
    let receiver = Receiver::new().await;
    let callbacks = Some(receiver.options());
    measure("the same, asked about and told", Options { callbacks, ..options() }).await;
}
