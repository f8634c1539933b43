//! What the host serves: the page's files, and the door to the WebSocket.

use std::{sync::Arc, time::Instant};

use axum::{
    Extension, Router,
    extract::{RawQuery, State, WebSocketUpgrade, ws::WebSocket},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use tokio::sync::Semaphore;

use crate::{
    accept::Peer,
    connection::{serve, turn_away},
    console,
    files::{Files, files},
    gateway::{self, Caller},
    house::House,
    ops::{figures, health},
    protocol::FRAME_BYTES,
    rest,
};

/// A frame a little too long is read to its end, so that its sender can be told. One that is longer
/// than this is not.
const READ_BYTES: usize = 2 * FRAME_BYTES;
/// What a connection reads at a time; most frames of a client are far smaller.
const READ_BUFFER: usize = 4_096;
/// Frames that wait together are written together, up to so many bytes: several batches of a busy room. Whoever
/// does not read has no more than that, and a frame, waiting beside the outbox.
const WRITE_BUFFER: usize = 16 << 10;

/// The headers of every answer, as PROTOCOL.md has them.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (CACHE_CONTROL, "no-cache"),
];

/// What every request may need.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) house: Arc<House>,
    pub(crate) files: Arc<Files>,
    /// One permit for each connection.
    pub(crate) places: Arc<Semaphore>,
}

/// All that is served.
pub(crate) fn routes(site: Site) -> Router {
    let mut router = Router::new()
        .route("/ws", get(open))
        .route("/binfo", get(open_gateway))
        .route("/healthz", get(health))
        .route("/metrics", get(figures))
        .route("/v4/", any(rest::answer))
        .route("/v4/{*command}", any(rest::answer))
        .route("/console/apps", get(console::list).post(console::create))
        .route("/console/apps/{app}", post(console::change).delete(console::delete))
        .route("/console/apps/{app}/groups", get(console::groups).post(console::create_group));
    for file in files() {
        router = router.route(
            &file.address(),
            get(async move |State(site): State<Site>| match site.files.read(file).await {
                Ok(content) => ([(CONTENT_TYPE, file.kind)], content).into_response(),
                Err(_not_there) => StatusCode::NOT_FOUND.into_response(),
            }),
        );
    }
    router.layer(map_response(with_headers)).with_state(site)
}

pub(crate) async fn with_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Opens a WebSocket of the page.
async fn open(
    State(site): State<Site>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let ip = peer.ip;
    let serve = move |socket| serve(site.house, socket, ip);
    open_for(&peer, &headers, site.places, upgrade, serve)
}

/// Opens a WebSocket, unless a page of somebody else asks for it, and serves it in one of the places.
pub(crate) fn open_for<F>(
    peer: &Peer,
    headers: &HeaderMap,
    places: Arc<Semaphore>,
    upgrade: WebSocketUpgrade,
    serve: impl FnOnce(WebSocket) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = ()> + Send,
{
    if !is_our_own(headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let upgrade = sized(upgrade, READ_BYTES);
    if !peer.place.opens(Instant::now()) {
        return upgrade.on_upgrade(turn_away);
    }
    match places.try_acquire_owned() {
        Ok(place) => upgrade.on_upgrade(async move |socket| {
            serve(socket).await;
            drop(place);
        }),
        Err(_full) => upgrade.on_upgrade(turn_away),
    }
}

/// Opens a WebSocket of the modelled service's SDK. Its pages are somebody else's, and what a connection may do comes
/// with its frames alone.
async fn open_gateway(
    State(site): State<Site>,
    Extension(peer): Extension<Peer>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    let caller = query.as_deref().and_then(|query| Caller::read(query, peer.ip));
    let Some(caller) = caller else { return StatusCode::BAD_REQUEST.into_response() };
    let place = site.places.try_acquire_owned();
    let (Ok(place), true) = (place, peer.place.opens(Instant::now())) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let upgrade = sized(upgrade, gateway::MOST_BYTES);
    upgrade.on_upgrade(async move |socket| {
        gateway::serve(site.house, socket, caller).await;
        drop(place);
    })
}

/// A WebSocket whose frames have so many bytes at most.
fn sized(upgrade: WebSocketUpgrade, most: usize) -> WebSocketUpgrade {
    upgrade
        .max_message_size(most)
        .max_frame_size(most)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
}

/// Whether the request's origin, where there is one, is the host that it was sent to.
fn is_our_own(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let host = headers.get(HOST).map(HeaderValue::as_bytes);
    let origin = origin.as_bytes();
    let named = origin.strip_prefix(b"http://").or_else(|| origin.strip_prefix(b"https://"));
    match (named, host) {
        (Some(named), Some(host)) => named.eq_ignore_ascii_case(host),
        (None, _) | (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROTOCOL: &str = include_str!("../PROTOCOL.md");

    #[test]
    fn only_pages_of_this_host_may_open_a_connection() {
        let asks = |origin: Option<&str>, host: Option<&str>| {
            let mut headers = HeaderMap::new();
            for (name, value) in [(ORIGIN, origin), (HOST, host)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            is_our_own(&headers)
        };
        let host = Some("room.example:8080");
        assert!(asks(None, host));
        assert!(asks(Some("http://room.example:8080"), host));
        assert!(asks(Some("https://ROOM.example:8080"), host));
        for stranger in [
            "http://room.example",
            "http://room.example:80800",
            "http://evil.example",
            "ftp://room.example:8080",
            "room.example:8080",
            "null",
            "",
        ] {
            assert!(!asks(Some(stranger), host), "{stranger}");
        }
        assert!(!asks(Some("http://room.example:8080"), None));
    }

    #[test]
    fn the_headers_are_those_of_the_protocol() {
        let (_, rest) = PROTOCOL.split_once("With every answer:\n```text\n").unwrap();
        let (listed, _) = rest.split_once("```").unwrap();
        let ours = HEADERS.map(|(name, value)| format!("{name}: {value}"));
        let theirs: Vec<String> = listed
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| format!("{}: {value}", name.to_lowercase()))
            .collect();
        assert_eq!(ours.as_slice(), theirs);
    }

    #[test]
    fn every_file_that_the_protocol_names_is_served_as_it_says() {
        let (_, rest) = PROTOCOL.split_once("## What the host serves").unwrap();
        let named = |address: &str| {
            rest.contains(&format!("`{address}`")) || rest.contains(&format!("`GET {address}`"))
        };
        for file in files() {
            let address = file.address();
            let folder = address.rsplit_once('/').map_or("", |(folder, _)| folder);
            let known = named(&address) || named(&format!("{folder}/…"));
            assert!(known, "{address} is not in PROTOCOL.md");
            assert!(rest.contains(file.kind), "{}", file.kind);
        }
        for address in ["/", "/panel", "/board", "/liveroom.js", "/show/app.js", "/icon.svg"] {
            assert!(files().iter().any(|file| file.address() == address), "{address}");
        }
    }
}
