//! The modelled service's REST interface: `POST /v4/<service>/<command>`.
//!
//! Whatever is asked, the answer is HTTP 200 and a body that says how it went. Who calls is known by the
//! signature in the address, before anything of the body is read, and is an administrator of the app.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{Method, Request, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use liveroom::{
    AppId, Author, Bucket, Cap, Limit, Platform, Rate, Timestamp, UserId,
    tim::{
        Code, Failure,
        rest::{self, Access, MAX_BODY, Reply, TIMEOUT, Turned},
    },
};
use tokio::time::timeout;

use crate::{accept::Peer, desk::Asker, house::House, page::Site};

const JSON: &str = "application/json";
/// The service of messages to single users, which has codes of its own.
const MESSAGES: &str = "openim";

/// How often each app called each command of late. Bound: one entry for each command of each app.
#[derive(Debug)]
pub(crate) struct Calls {
    limit: Limit,
    buckets: Mutex<BTreeMap<(AppId, String), Bucket>>,
}

impl Calls {
    /// So many a second, and as many at one instant.
    pub(crate) fn new(a_second: u32) -> Self {
        let rate = Rate::per_second(a_second.max(1)).expect("it is not zero");
        let limit = Limit::from(Cap { rate, burst: a_second });
        Self { limit, buckets: Mutex::default() }
    }

    fn admit(&self, now: Timestamp, app: AppId, command: &str) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry((app, command.to_owned())).or_default();
        bucket.admit(now, self.limit)
    }

    /// An app is gone.
    pub(crate) fn forget(&self, app: AppId) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.retain(|(of, _), _| *of != app);
    }
}

/// Answers a request.
pub(crate) async fn answer(
    State(site): State<Site>,
    Extension(peer): Extension<Peer>,
    request: Request<Body>,
) -> Response {
    let reply = Reply::from(serve(&site.house, &peer, request).await);
    ([(CONTENT_TYPE, JSON)], Bytes::copy_from_slice(reply.as_bytes())).into_response()
}

/// What a request asks is done.
pub(crate) async fn serve(
    house: &House,
    peer: &Peer,
    request: Request<Body>,
) -> Result<Reply, Failure> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        return Err(Failure::new(Code::BAD_URL, "commands are given by POST"));
    }
    let access = Access::read(head.uri.path(), head.uri.query().unwrap_or_default())?;
    let admin = admin(house, &access)?;
    // Of commands that are not there none is counted, and of no body that will not be heard is any read.
    if let Err(failure) = rest::call(access.service, access.command, b"")
        && [Code::UNKNOWN_COMMAND, Code::BAD_SERVICE].contains(&failure.code)
    {
        return Err(failure);
    }
    if !house.calls.admit(house.clock.now(), access.app, access.command) {
        return Err(Turned::TooOften.into());
    }
    let body = timeout(TIMEOUT, read(access.service, body)).await;
    let body = body.map_err(|_| Failure::from(Turned::TooLate))??;
    let call = rest::call(access.service, access.command, &body)?;
    let asker = Asker {
        app: access.app,
        author: Author::App,
        user: Some(admin),
        admin: true,
        platform: Platform::RestApi,
        ip: Some(peer.ip),
    };
    house.serve(&asker, call).await
}

/// The administrator who calls.
fn admin(house: &House, access: &Access<'_>) -> Result<UserId, Failure> {
    let (name, sig) = (&access.identifier, &access.usersig);
    let (user, _until) = house.apps.verify(access.app, name, sig, house.clock.now())?;
    if user == house.apps.admin {
        return Ok(user);
    }
    Err(if access.service == MESSAGES { Turned::MessageNotAdmin } else { Turned::NotAdmin }.into())
}

/// The body, unless it is too long.
async fn read(service: &str, body: Body) -> Result<Bytes, Failure> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let is_message = service == MESSAGES;
            let code = if is_message { Code::MESSAGE_BAD_FORM } else { Code::BAD_PARAMETER };
            let info = format!("the body has more than the {MAX_BODY} bytes that are allowed");
            Err(Failure::new(code, info))
        }
        Err(_broken) => Err(Code::BAD_JSON.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_of_each_app_has_a_limit_of_its_own() {
        let calls = Calls::new(200);
        let now = Timestamp::from_secs(1_600_000_000);
        let admits = |app, command, at| calls.admit(at, AppId(app), command);
        let first = (0..1_000).take_while(|_| admits(1, "send_group_msg", now)).count();
        assert_eq!(first, 200);
        assert!(admits(1, "get_group_info", now) && admits(2, "send_group_msg", now));
        let a_bit_later = now + std::time::Duration::from_millis(5);
        assert!(
            admits(1, "send_group_msg", a_bit_later) && !admits(1, "send_group_msg", a_bit_later)
        );
        calls.forget(AppId(1));
        assert_eq!(calls.buckets.lock().unwrap().len(), 1);
    }
}
