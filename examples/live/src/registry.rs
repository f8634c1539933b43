//! Which apps a host serves when it begins: those of its command line, and those that were made at the console.

use std::{collections::BTreeSet, io};

use liveroom::{AppId, AppStatus, Hub, Timestamp, UserId};
use tracing::error;

use crate::{
    apps::{AppKey, Apps},
    console::Console,
    keep::Found,
    options::Options,
    secret::Secret,
};

/// The apps of a host.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) apps: Apps,
    /// The first, of which the rooms of the page are.
    pub(crate) app: AppId,
    pub(crate) demo: Option<AppKey>,
    pub(crate) console: Console,
}

/// Registers the apps of the command line, and those that were made at the console.
pub(crate) fn register(
    hub: &Hub,
    now: Timestamp,
    admin: UserId,
    options: &Options,
    mut found: Option<&mut Found>,
) -> io::Result<Registered> {
    let apps = Apps::new(admin);
    let demo = match options.demo.filter(|_| options.apps.is_empty()) {
        Some(app) => Some(demo(app, found.as_deref_mut())?),
        None => None,
    };
    let named: Vec<AppKey> = options.apps.iter().chain(&demo).cloned().collect();
    let unknown = [AppKey::random(AppId(1))?];
    let served = if named.is_empty() { &unknown[..] } else { &named };
    let first = served.first().map_or(AppId(1), AppKey::app);
    for key in served {
        let name = format!("app {}", key.app());
        hub.create_app(now, key.app(), &name, None).map_err(io::Error::other)?;
        apps.add(key);
    }
    let (mut made, mut next, mut others) = (Vec::new(), None, BTreeSet::new());
    let (token, kept) = match found {
        Some(found) => {
            (next, others) = (found.next_app()?, found.apps_of_groups());
            (found.console()?, found.apps()?)
        }
        None => (Secret::random()?, Vec::new()),
    };
    for (id, app) in kept {
        if let Some(key) = app.key.filter(|_| hub.app(id).is_none()) {
            let (created, secs) = (Timestamp::from_secs(app.created), Timestamp::from_secs);
            if let Err(error) = hub.create_app(created, id, &app.name, app.expires.map(secs)) {
                error!(app = id.0, %error, "an app of the console is not there");
                continue;
            }
            let key = AppKey::new(id, key);
            apps.add(&key);
            made.push(key);
        }
        if !app.enabled && hub.app(id).is_some() {
            hub.set_app_status(id, AppStatus::Disabled).map_err(io::Error::other)?;
        }
    }
    Ok(Registered {
        apps,
        app: first,
        demo,
        console: Console::new(token, &named, &made, (next, others)),
    })
}

fn demo(app: AppId, found: Option<&mut Found>) -> io::Result<AppKey> {
    let new = AppKey::random(app)?;
    match found {
        Some(found) => Ok(AppKey::new(app, found.demo(|| Ok(new.key().to_owned()))?)),
        None => Ok(new),
    }
}
