//! The console: steps 1 and 2 of the modelled service's guide. Apps are made, looked at, disabled and
//! deleted, and groups made, by whoever has the token that the host prints when it begins.
//!
//! The page asks for JSON at `/console/…`, with the token in a header, which no page of somebody else can
//! set. Bounds: [`MOST_BYTES`] of a body, which is read for who has the token alone; 100 apps, the engine's; the first [`SHOWN`] groups are shown.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Extension,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{
        StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, Limited};
use liveroom::{
    AppId, AppInfo, AppStatus, Author, Platform, PushError,
    tim::{
        Call, Code, Failure, GROUP_TYPE,
        rest::{self, TIMEOUT},
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use tokio::time::timeout;

use crate::{
    accept::Peer,
    apps::AppKey,
    desk::Asker,
    house::House,
    keep::things::{self, KeptApp},
    page::Site,
    secret::Secret,
};

/// A form has a few fields.
const MOST_BYTES: usize = 4_096;
/// Groups that are shown of one app.
const SHOWN: usize = 500;
/// "Enter a name for your app."
const NAME: usize = 60;
/// The first app made here, after the modelled service's own numbers.
const FIRST: u32 = 1_400_000_001;

/// Who may use the console, and the keys that it shows.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) token: Secret,
    apps: Mutex<Made>,
}

#[derive(Debug)]
struct Made {
    keys: BTreeMap<AppId, AppKey>,
    /// Those of them that the command line names.
    named: BTreeSet<AppId>,
    /// Apps of which groups are kept: their numbers are theirs, be they served or not.
    others: BTreeSet<AppId>,
    /// A number is not given twice, whatever became of the app.
    next: u32,
}

impl Console {
    /// With the number of the next app, if any were made before.
    pub(crate) fn new(
        token: Secret,
        named: &[AppKey],
        made: &[AppKey],
        (next, others): (Option<u32>, BTreeSet<AppId>),
    ) -> Self {
        let keys = named.iter().chain(made).map(|key| (key.app(), key.clone())).collect();
        let named = named.iter().map(AppKey::app).collect();
        let made = Made { keys, named, others, next: next.unwrap_or(FIRST) };
        Self { token, apps: Mutex::new(made) }
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.apps.lock().expect("nobody panics under this lock")
    }
}

/// What the console says.
pub(crate) enum Said {
    Done(serde_json::Value),
    No(StatusCode, Failure),
}

impl From<Failure> for Said {
    fn from(failure: Failure) -> Self {
        let status = match failure.code {
            Code::BAD_APP | Code::NO_SUCH_GROUP => StatusCode::NOT_FOUND,
            Code::INTERNAL => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::No(status, failure)
    }
}

impl From<PushError> for Said {
    fn from(error: PushError) -> Self {
        Failure::from(&error).into()
    }
}

impl IntoResponse for Said {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::Done(body) => (StatusCode::OK, body),
            Self::No(status, failure) => {
                (status, json!({ "code": failure.code.number(), "info": failure.info }))
            }
        };
        (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    }
}

pub(crate) type Answer = Result<Said, Said>;

/// An app, as the page shows it.
#[derive(Serialize)]
struct Shown<'a> {
    id: AppId,
    name: &'a str,
    enabled: bool,
    created: u64,
    expires: Option<u64>,
    /// `None` where it is not the console's to show.
    key: Option<&'a str>,
    groups: usize,
    /// The app of the page's own rooms, which stays.
    keeps: bool,
}

fn shown(house: &House, info: &AppInfo) -> serde_json::Value {
    let made = house.console.made();
    json!(Shown {
        id: info.id,
        name: &info.name,
        enabled: info.status == AppStatus::Enabled,
        created: info.created.as_secs(),
        expires: info.expires.map(liveroom::Timestamp::as_secs),
        key: made.keys.get(&info.id).map(AppKey::key),
        groups: house.hub.groups(info.id).len(),
        keeps: info.id == house.app,
    })
}

/// The house, for whoever has the token: known by the head of a request, before its body is read.
pub(crate) struct Admitted(Arc<House>);

impl FromRequestParts<Site> for Admitted {
    type Rejection = Said;

    async fn from_request_parts(head: &mut Parts, site: &Site) -> Result<Self, Said> {
        let given = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|text| text.strip_prefix("Bearer "));
        if token.and_then(|it| it.parse().ok()) == Some(site.house.console.token) {
            return Ok(Self(site.house.clone()));
        }
        let info = "the console needs the token that the host printed when it began";
        Err(Said::No(StatusCode::UNAUTHORIZED, Failure::new(Code::NO_PERMISSION, info)))
    }
}

/// A form, read once it is known who sends it.
pub(crate) struct Form<T>(T);

impl<T: DeserializeOwned> FromRequest<Site> for Form<T> {
    type Rejection = Said;

    async fn from_request(request: Request, _: &Site) -> Result<Self, Said> {
        let wrong = |info| Said::from(Failure::new(Code::BAD_PARAMETER, info));
        let body = Limited::new(request.into_body(), MOST_BYTES).collect();
        let body = timeout(TIMEOUT, body).await;
        let body = body.map_err(|_late| wrong("the form does not come".to_owned()))?;
        let body = body.map_err(|error| wrong(error.to_string()))?.to_bytes();
        serde_json::from_slice(&body).map(Self).map_err(|error| wrong(error.to_string()))
    }
}

/// Every app.
pub(crate) async fn list(Admitted(house): Admitted) -> Answer {
    let apps = house.hub.apps();
    let apps: Vec<_> = apps.iter().map(|info| shown(&house, info)).collect();
    Ok(Said::Done(json!({ "version": env!("CARGO_PKG_VERSION"), "apps": apps })))
}

/// The form of a new app.
#[derive(Deserialize)]
pub(crate) struct NewApp {
    name: String,
    /// For how many days; none is for good.
    days: Option<u32>,
}

/// Makes an app, with a key of its own.
pub(crate) async fn create(
    Admitted(house): Admitted,
    Form(NewApp { name, days }): Form<NewApp>,
) -> Answer {
    let name = name.trim();
    if name.is_empty() || name.len() > NAME || name.chars().any(char::is_control) {
        let info = format!("the name of an app is one line of 1 to {NAME} bytes");
        return Err(Failure::new(Code::BAD_PARAMETER, info).into());
    }
    house.keep.takes().map_err(Failure::from)?;
    let now = house.clock.now();
    let expires = days.map(|days| now + Duration::from_hours(24) * days);
    let info = {
        let mut made = house.console.made();
        while house.hub.app(AppId(made.next)).is_some() || made.others.contains(&AppId(made.next)) {
            made.next += 1;
        }
        let id = AppId(made.next);
        let key = AppKey::random(id).map_err(|_| Failure::from(Code::INTERNAL))?;
        let info = house.hub.create_app(now, id, name, expires)?;
        house.apps.add(&key);
        made.next += 1;
        house.keep.together(|kept| {
            kept.push(kept_app(&info, Some(&key)).put(id));
            kept.push(things::next_app(made.next));
        });
        made.keys.insert(id, key);
        info
    };
    house.kept().await.map_err(Failure::from)?;
    Ok(Said::Done(shown(&house, &info)))
}

/// What changes about an app.
#[derive(Deserialize)]
pub(crate) struct Change {
    enabled: bool,
}

/// Disables an app, or enables it again.
pub(crate) async fn change(
    Admitted(house): Admitted,
    Path(app): Path<u32>,
    Form(Change { enabled }): Form<Change>,
) -> Answer {
    house.keep.takes().map_err(Failure::from)?;
    let status = if enabled { AppStatus::Enabled } else { AppStatus::Disabled };
    let info = {
        // One change after the other, and kept in that order.
        let made = house.console.made();
        house.hub.set_app_status(AppId(app), status)?;
        let info = house.hub.app(AppId(app)).ok_or(Failure::from(Code::BAD_APP))?;
        let key = made.keys.get(&info.id).filter(|key| !made.named.contains(&key.app()));
        house.keep.change(|| kept_app(&info, key).put(info.id));
        info
    };
    house.kept().await.map_err(Failure::from)?;
    Ok(Said::Done(shown(&house, &info)))
}

/// An app as it is kept.
fn kept_app(info: &AppInfo, key: Option<&AppKey>) -> KeptApp {
    KeptApp {
        name: info.name.clone(),
        key: key.map(|key| key.key().to_owned()),
        enabled: info.status == AppStatus::Enabled,
        created: info.created.as_secs(),
        expires: info.expires.map(liveroom::Timestamp::as_secs),
    }
}

/// Deletes a disabled app with all that it has.
pub(crate) async fn delete(Admitted(house): Admitted, Path(app): Path<u32>) -> Answer {
    let app = AppId(app);
    if app == house.app {
        let info = "the rooms of the page are this app's: it stays";
        return Err(Failure::new(Code::NO_PERMISSION, info).into());
    }
    house.keep.takes().map_err(Failure::from)?;
    {
        let mut made = house.console.made();
        house.delete_app(app)?;
        made.keys.remove(&app);
        house.keep.change_all(|| things::of_no_app(app));
    }
    // Its signatures hold no more, and nobody waits for what it had.
    house.apps.remove(app);
    house.calls.forget(app);
    house.desk.forget(app);
    house.kept().await.map_err(Failure::from)?;
    Ok(Said::Done(json!({})))
}

/// The groups of an app.
pub(crate) async fn groups(Admitted(house): Admitted, Path(app): Path<u32>) -> Answer {
    house.hub.app(AppId(app)).ok_or(Failure::from(Code::BAD_APP))?;
    let keys = house.hub.groups(AppId(app));
    let show = |group: &liveroom::Group| {
        json!({
            "id": group.id(),
            "name": group.profile().name(),
            "owner": group.owner(),
            "type": GROUP_TYPE,
            "created": group.profile().created().as_secs(),
            "members": group.member_count(),
            "online": group.online(),
            "ended": group.is_disbanded(),
        })
    };
    let shown = keys.iter().take(SHOWN).filter_map(|key| house.hub.read(*key, show));
    Ok(Said::Done(json!({ "all": keys.len(), "groups": shown.collect::<Vec<_>>() })))
}

/// The form of a new group.
#[derive(Deserialize)]
pub(crate) struct NewGroup {
    name: String,
    #[serde(default)]
    owner: String,
    r#type: String,
}

/// Makes a group, as an administrator would over REST.
pub(crate) async fn create_group(
    Admitted(house): Admitted,
    Extension(peer): Extension<Peer>,
    Path(app): Path<u32>,
    Form(NewGroup { name, owner, r#type }): Form<NewGroup>,
) -> Answer {
    let form = json!({ "Name": name, "Owner_Account": owner, "Type": r#type }).to_string();
    let call: Call = rest::call("group_open_http_svc", "create_group", form.as_bytes())?;
    let asker = Asker {
        app: AppId(app),
        author: Author::App,
        user: Some(house.apps.admin.clone()),
        admin: true,
        platform: Platform::RestApi,
        ip: Some(peer.ip),
    };
    let reply = house.serve(&asker, call).await?;
    let made: NewId =
        serde_json::from_slice(reply.as_bytes()).map_err(|_| Failure::from(Code::INTERNAL))?;
    Ok(Said::Done(json!({ "id": made.group_id })))
}

/// What is said of a new group.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewId {
    group_id: String,
}
