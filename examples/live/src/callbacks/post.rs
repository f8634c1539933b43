//! One request to the app's server, bounded in time and size whatever the server does.

use std::{str::FromStr, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::{Request, StatusCode, Uri, header::CONTENT_TYPE};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use liveroom::tim::callbacks::Answer;
use thiserror::Error;
use tokio::time::timeout;

/// How long a connection is kept that nothing is sent over.
const IDLE: Duration = Duration::from_secs(30);
/// The head of an answer.
const HEAD_BYTES: usize = 16 << 10;

/// Where callbacks are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Uri);

/// Why no callbacks can be sent there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadAddress {
    /// It is none.
    #[error("no address: it looks like http://10.0.0.7:8000/im")]
    Form,
    /// It is of another scheme.
    #[error(
        "callbacks are sent by http alone: put a proxy that speaks TLS before a server that is far"
    )]
    Scheme,
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let uri: Uri = text.parse().map_err(|_| BadAddress::Form)?;
        match (uri.scheme_str(), uri.host()) {
            (Some("http"), Some(host)) if !host.is_empty() => Ok(Self(uri)),
            (Some(_), Some(_)) => Err(BadAddress::Scheme),
            (_, _) => Err(BadAddress::Form),
        }
    }
}

impl Address {
    /// The same, with this query after its own.
    fn with(&self, query: &str) -> Option<Uri> {
        let sign = if self.0.query().is_some() { '&' } else { '?' };
        format!("{}{sign}{query}", self.0).parse().ok()
    }
}

/// The client. Connections are kept and used again; redirects are not followed.
#[derive(Debug)]
pub(super) struct Post {
    address: Address,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Post {
    /// With at most so many connections that are kept.
    pub(super) fn new(address: Address, kept: usize) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(kept)
            .http1_max_buf_size(HEAD_BYTES)
            .build(connector);
        Self { address, client }
    }

    /// Sends a body, and gives the answer's; `None` if there is none in time, or too much of it, or it
    /// is no success.
    pub(super) async fn send(&self, query: &str, body: Vec<u8>, within: Duration) -> Option<Bytes> {
        let request = Request::post(self.address.with(query)?)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .ok()?;
        let exchange = async {
            let response = self.client.request(request).await.ok()?;
            if response.status() != StatusCode::OK {
                return None;
            }
            let body = Limited::new(response.into_body(), Answer::MAX_BYTES).collect().await;
            body.ok().map(Collected::to_bytes)
        };
        timeout(within, exchange).await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_http_and_keeps_its_own_query() {
        let with = |address: &str| {
            let address: Address = address.parse().unwrap();
            address.with("a=1&b=%2F").unwrap().to_string()
        };
        assert_eq!(with("http://10.0.0.7:8000"), "http://10.0.0.7:8000/?a=1&b=%2F");
        assert_eq!(with("http://[::1]:8000/im"), "http://[::1]:8000/im?a=1&b=%2F");
        assert_eq!(with("http://im.example/x?k=v"), "http://im.example/x?k=v&a=1&b=%2F");
        for (text, why) in [
            ("https://im.example/", BadAddress::Scheme),
            ("ftp://im.example/", BadAddress::Scheme),
            ("im.example", BadAddress::Form),
            ("/im", BadAddress::Form),
            ("http://", BadAddress::Form),
            ("", BadAddress::Form),
        ] {
            assert_eq!(text.parse::<Address>(), Err(why), "{text}");
        }
    }
}
