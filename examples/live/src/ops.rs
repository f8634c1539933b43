//! What is served to those who keep the host running: whether it lives, and its figures.

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use crate::{accept::Peer, metrics, options::Limits, page::Site};

/// The text format that Prometheus reads.
pub(crate) const FIGURES: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What proxies say of whom they speak for.
const FORWARDING: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];
const TEXT: &str = "text/plain; charset=utf-8";

/// `ok`, while the fan-out thread steps and what it tells can be kept.
pub(crate) async fn health(State(site): State<Site>) -> Response {
    let house = &site.house;
    let (status, word) = if !house.pulse.is_felt(house.clock.now()) {
        (StatusCode::SERVICE_UNAVAILABLE, "the fan-out thread does not step\n".to_owned())
    } else if let Some(why) = house.keep.failure() {
        (StatusCode::SERVICE_UNAVAILABLE, format!("nothing is taken in: {why}\n"))
    } else {
        (StatusCode::OK, "ok\n".to_owned())
    };
    (status, [(CONTENT_TYPE, TEXT)], word).into_response()
}

/// Whether somebody may have the figures.
pub(crate) fn may_have_figures(peer: &Peer, headers: &HeaderMap, limits: &Limits) -> bool {
    // Behind a proxy on this machine everybody seems to be near, but a proxy says that it is one.
    let is_near = peer.is_near && !FORWARDING.iter().any(|name| headers.contains_key(*name));
    is_near || limits.metrics_to_all
}

/// The figures, for those who may have them.
pub(crate) async fn figures(
    State(site): State<Site>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    if !may_have_figures(&peer, &headers, &site.house.limits) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let connections = site.house.limits.connections - site.places.available_permits();
    let text = metrics::figures(&site.house, connections);
    ([(CONTENT_TYPE, FIGURES)], text).into_response()
}
