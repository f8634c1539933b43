//! What a node serves: the page, the door to the WebSocket, and how it is.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use tokio::sync::Semaphore;

use super::{Node, connection};
use crate::{
    accept::Peer,
    files::{Files, files},
    ops::{FIGURES, may_have_figures},
    page::{open_for, with_headers},
};

/// What every request may need.
#[derive(Clone, Debug)]
pub(super) struct NodeSite {
    pub(super) node: Arc<Node>,
    pub(super) files: Arc<Files>,
    /// One permit for each connection.
    pub(super) places: Arc<Semaphore>,
}

/// How the node stands among the others.
#[derive(Serialize)]
struct Standing {
    node: String,
    /// Of which rooms it is home.
    homes: Vec<String>,
    /// Who lives, as far as it has heard.
    nodes: Vec<String>,
}

pub(super) fn routes(site: NodeSite) -> Router {
    let mut router = Router::new()
        .route("/ws", get(open))
        .route("/healthz", get(health))
        .route("/node", get(standing))
        .route("/metrics", get(figures));
    for file in files() {
        router = router.route(
            &file.address(),
            get(async move |State(site): State<NodeSite>| match site.files.read(file).await {
                Ok(content) => ([(CONTENT_TYPE, file.kind)], content).into_response(),
                Err(_not_there) => StatusCode::NOT_FOUND.into_response(),
            }),
        );
    }
    router.layer(map_response(with_headers)).with_state(site)
}

/// `ok`, while the other nodes can be reached.
async fn health(State(site): State<NodeSite>) -> (StatusCode, &'static str) {
    if site.node.nats.is_connected() {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no NATS server answers\n")
    }
}

async fn standing(State(site): State<NodeSite>) -> Response {
    let node = site.node.nats.node().to_owned();
    let homes = site.node.homes().keys().map(ToString::to_string).collect();
    let nodes = site.node.live().clone();
    let standing = serde_json::to_string(&Standing { node, homes, nodes });
    let standing = standing.expect("names are written into memory");
    ([(CONTENT_TYPE, "application/json")], standing).into_response()
}

/// The figures, for those who may have them.
async fn figures(
    State(site): State<NodeSite>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    if !may_have_figures(&peer, &headers, &site.node.limits) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let connections = site.node.limits.connections - site.places.available_permits();
    let text = site.node.figures(connections).await;
    ([(CONTENT_TYPE, FIGURES)], text).into_response()
}

/// Opens a WebSocket of the page.
async fn open(
    State(site): State<NodeSite>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let serve = move |socket| connection::serve(site.node, socket);
    open_for(&peer, &headers, site.places, upgrade, serve)
}
