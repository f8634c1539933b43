//! What the gateway costs, with clients that poll as the SDK does. By hand, and optimised:
//! `cargo test --release -p live --test live figures -- --ignored --nocapture`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt, future::join_all};
use live::{Limits, Options};
use tokio::{net::TcpStream, spawn, time::sleep};
use tokio_tungstenite::{client_async, tungstenite::Message};

use crate::support::{
    sdk::{APP, Sdk, app_options},
    start,
};

const READERS: u64 = 1_000;
const SECONDS: u64 = 10;
/// As many as a room delivers.
const RATE: u64 = 40;
/// The SDK's own pause between an answer and its next poll.
const PAUSE: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, and takes the machine for itself"]
async fn figures_of_a_thousand_clients_that_poll() {
    let limits = Limits { per_address: 2_048, ..Limits::default() };
    let host = start(Options { limits, ..app_options() });
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    ann.join("mine").await;
    let (events, answers, bytes) =
        (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let address = host.address();
    let reader = |n: u64| {
        let (events, answers, bytes) = (events.clone(), answers.clone(), bytes.clone());
        async move {
            let stream = TcpStream::connect(address).await.unwrap();
            let url = format!("ws://{address}/binfo?sdkappid={APP}&platform=7");
            let (mut socket, _) = client_async(url, stream).await.unwrap();
            let ask = |seq: u64, servcmd: &str, body: String| {
                let head = format!(r#"{{"servcmd":"{servcmd}","seq":{seq}}}"#);
                Message::binary(format!(r#"{{"head":{head},"body":{body}}}"#))
            };
            let join = "group_open_http_noauth_svc.apply_join_group";
            socket.send(ask(n, join, r#"{"GroupId":"mine"}"#.into())).await.unwrap();
            let answer = socket.next().await.unwrap().unwrap();
            let field = |bytes: &[u8], name: &str| -> Option<String> {
                let text = std::str::from_utf8(bytes).unwrap();
                let rest = &text[text.find(name)? + name.len()..];
                Some(rest[..rest.find([',', '"', '}'])?].to_owned())
            };
            let key = field(&answer.into_data(), r#""LongPollingKey":""#).unwrap();
            spawn(async move {
                let mut start = "0".to_owned();
                loop {
                    let body =
                        format!(r#"{{"USP":1,"HoldTime":90,"Key":"{key}","StartSeq":{start}}}"#);
                    let poll = "group_open_long_polling_http_noauth_svc.get_msg";
                    if socket.send(ask(n, poll, body)).await.is_err() {
                        return;
                    }
                    let Some(Ok(Message::Binary(answer))) = socket.next().await else { return };
                    let count = answer.windows(9).filter(|it| it == b"\"MsgSeq\":").count();
                    events.fetch_add(count as u64, Relaxed);
                    answers.fetch_add(1, Relaxed);
                    bytes.fetch_add(answer.len() as u64, Relaxed);
                    start = field(&answer, r#""NextSeq":"#).unwrap();
                    sleep(PAUSE).await;
                }
            });
        }
    };
    join_all((0..READERS).map(reader)).await;
    sleep(Duration::from_secs(1)).await;
    let counts = || [&events, &answers, &bytes].map(|count| count.load(Relaxed));
    let (before, began, cpu) = (counts(), Instant::now(), cpu_millis());
    for n in 0..RATE * SECONDS {
        let due = began + Duration::from_millis(n * 1_000 / RATE);
        tokio::time::sleep_until(due.into()).await;
        let sent =
            ann.say("mine", "a comment of some length, as people write them", 100 + n as u32);
        assert_eq!(sent.await["ErrorCode"], 0);
    }
    // Until everybody has the last.
    sleep(2 * PAUSE).await;
    let (after, took, cpu) = (counts(), began.elapsed(), cpu_millis() - cpu);
    let [events, answers, bytes] = [0, 1, 2].map(|it| after[it] - before[it]);
    let a_second = |count: u64| count * 1_000 / took.as_millis() as u64;
    println!(
        "{READERS} clients, {RATE} messages a second: {} hand-overs of events, {} answers, {} KiB a second; \
         host and clients together {} % of a core",
        a_second(events),
        a_second(answers),
        a_second(bytes) / 1_024,
        cpu * 100 / took.as_millis() as u64,
    );
    assert_eq!(events, READERS * RATE * SECONDS, "nobody missed anything");
    host.stop().await.unwrap();
}

/// What this process has used of the processors.
fn cpu_millis() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().unwrap();
    (ticks(11) + ticks(12)) * 10
}
