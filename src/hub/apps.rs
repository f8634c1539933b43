//! The registry of apps: which there are, and which may be used.
//!
//! Invariants: an app is deleted only after it was disabled; each change of an app has a higher
//! revision than the one before, so that copies of what is known can be told old from new; an app that
//! is created anew under an id that was free again lives another life, with a higher number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{engine::PushError, id::AppId, time::Timestamp};

/// Whether an app may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum AppStatus {
    /// It may.
    Enabled,
    /// Its groups are kept, and take no commands.
    Disabled,
}

/// What is known of an app: what the modelled service shows of one (step 1 of its guide).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AppInfo {
    /// Its id: the modelled service's `SDKAppID`.
    pub id: AppId,
    /// Its name.
    pub name: String,
    /// Whether it may be used.
    pub status: AppStatus,
    /// When it was created.
    pub created: Timestamp,
    /// From when on it can be used no more, if ever.
    pub expires: Option<Timestamp>,
}

/// Apps by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Apps {
    by_id: BTreeMap<AppId, App>,
    revision: u64,
    lives: u32,
}

/// An app, and which change of it this is.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) info: AppInfo,
    pub(super) revision: u64,
    /// Which of all lives of apps this one is: what is of another is of an app that was deleted.
    pub(super) life: u32,
    /// What it had is being removed; then its id is free.
    leaving: bool,
}

impl Apps {
    /// 100 apps for an account: step 1 of the modelled service's guide.
    const MOST: usize = 100;

    /// Registers an app, or answers what is known of it: the same id is the same app.
    pub(super) fn create(
        &mut self,
        now: Timestamp,
        id: AppId,
        name: &str,
        expires: Option<Timestamp>,
    ) -> Result<App, PushError> {
        match self.by_id.get(&id) {
            Some(app) if app.leaving => return Err(PushError::AppDisabled),
            Some(app) => return Ok(app.clone()),
            None => {}
        }
        if self.by_id.len() >= Self::MOST {
            return Err(PushError::TooManyApps { limit: Self::MOST });
        }
        let status = AppStatus::Enabled;
        let info = AppInfo { id, name: name.to_owned(), status, created: now, expires };
        self.lives += 1;
        let app = App { info, revision: self.next_revision(), life: self.lives, leaving: false };
        self.by_id.insert(id, app.clone());
        Ok(app)
    }

    pub(super) fn get(&self, id: AppId) -> Option<&App> {
        self.by_id.get(&id).filter(|app| !app.leaving)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &AppInfo> {
        self.by_id.values().filter(|app| !app.leaving).map(|app| &app.info)
    }

    /// Changes what is known of an app.
    pub(super) fn change(
        &mut self,
        id: AppId,
        change: impl FnOnce(&mut AppInfo),
    ) -> Result<App, PushError> {
        let revision = self.next_revision();
        let app = self.by_id.get_mut(&id).filter(|app| !app.leaving);
        let app = app.ok_or(PushError::NoSuchApp)?;
        change(&mut app.info);
        app.revision = revision;
        Ok(app.clone())
    }

    /// Begins to delete a disabled app: from now on nobody finds it, and its id is not free yet.
    pub(super) fn begin_delete(&mut self, id: AppId) -> Result<App, PushError> {
        let app = self.by_id.get_mut(&id).filter(|app| !app.leaving);
        let app = app.ok_or(PushError::NoSuchApp)?;
        match app.info.status {
            AppStatus::Enabled => Err(PushError::AppInUse),
            AppStatus::Disabled => {
                app.leaving = true;
                Ok(app.clone())
            }
        }
    }

    /// Everything the app had is gone.
    pub(super) fn end_delete(&mut self, id: AppId) {
        self.by_id.remove(&id);
    }

    fn next_revision(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }
}

impl AppInfo {
    /// Whether the app may be used at `now`.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), PushError> {
        match (self.status, self.expires) {
            (AppStatus::Disabled, _) => Err(PushError::AppDisabled),
            (AppStatus::Enabled, Some(at)) if at <= now => Err(PushError::AppExpired { at }),
            (AppStatus::Enabled, _) => Ok(()),
        }
    }
}
