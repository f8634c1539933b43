//! The lives of a hub's apps: each begins, changes and ends in the registry, in every shard and at
//! every desk.
//!
//! The registry knows first, and the others are told after it, one lock at a time. Between two of them
//! another thread may change or delete the app, so what they are told says of which life and revision
//! it is, and never takes the place of what is newer.

use std::sync::atomic::Ordering;

use super::{AppInfo, AppStatus, Corner, Hub, apps::App, folk::Folk};
use crate::{
    engine::{PushError, Shelf},
    id::AppId,
    time::Timestamp,
};

impl Hub {
    /// Registers an app, or answers what is known of it: the same id is the same app, as in
    /// step 4 of the modelled service's guide.
    ///
    /// # Errors
    /// [`PushError::TooManyApps`]: disable and delete one first.
    pub fn create_app(
        &self,
        now: Timestamp,
        id: AppId,
        name: &str,
        expires: Option<Timestamp>,
    ) -> Result<AppInfo, PushError> {
        let app = self.registry.write().apps.create(now, id, name, expires)?;
        self.settle(&app);
        Ok(app.info)
    }

    /// What is known of an app.
    pub fn app(&self, id: AppId) -> Option<AppInfo> {
        self.registry.read().apps.get(id).map(|app| app.info.clone())
    }

    /// Every app, in the order of their ids.
    pub fn apps(&self) -> Vec<AppInfo> {
        self.registry.read().apps.iter().cloned().collect()
    }

    /// Lets an app be used, or not. A disabled app keeps its groups, which take no commands.
    ///
    /// # Errors
    /// [`PushError::NoSuchApp`].
    pub fn set_app_status(&self, id: AppId, status: AppStatus) -> Result<(), PushError> {
        let app = self.registry.write().apps.change(id, |app| app.status = status)?;
        self.tell_corners(&app);
        Ok(())
    }

    /// Changes when an app expires.
    ///
    /// # Errors
    /// [`PushError::NoSuchApp`].
    pub fn renew_app(&self, id: AppId, expires: Option<Timestamp>) -> Result<(), PushError> {
        let app = self.registry.write().apps.change(id, |app| app.expires = expires)?;
        self.tell_corners(&app);
        Ok(())
    }

    /// Deletes a disabled app with all its groups, users and sessions. They cannot be recovered.
    ///
    /// # Errors
    /// [`PushError::AppInUse`] unless it was disabled; [`PushError::NoSuchApp`].
    pub fn delete_app(&self, id: AppId) -> Result<AppInfo, PushError> {
        let app = self.registry.write().apps.begin_delete(id)?;
        self.clear(&app);
        let mut registry = self.registry.write();
        registry.broadcasts.remove(&id);
        registry.apps.end_delete(id);
        Ok(app.info)
    }

    /// Gives an app its place in every shard and at every desk, in place of what an app that was
    /// deleted may have left there.
    pub(super) fn settle(&self, app: &App) {
        let App { info: AppInfo { id, .. }, life, .. } = *app;
        for shard in &self.shards {
            let mut corners = shard.apps.lock();
            if corners.get(&id).is_none_or(|corner| corner.app.life < life) {
                let empty = Shelf::new(self.key, self.config.budget);
                let life = shard.lives.fetch_add(1, Ordering::Relaxed);
                corners.insert(id, Corner { shelf: empty, app: app.clone(), life });
            }
        }
        for desk in &self.desks {
            let mut apps = desk.lock();
            if apps.get(&id).is_none_or(|folk| folk.life < life) {
                apps.insert(id, Folk::new(self.key, life));
            }
        }
        // Look again: what changed meanwhile passed by the places that were not there yet.
        let known = self.registry.read().apps.get(id).filter(|known| known.life == life).cloned();
        match known {
            Some(known) => self.tell_corners(&known),
            None => self.clear(app),
        }
    }

    /// Removes all that an app has, or had in former lives.
    fn clear(&self, app: &App) {
        let App { info: AppInfo { id, .. }, life, .. } = *app;
        for shard in &self.shards {
            let mut apps = shard.apps.lock();
            if apps.get(&id).is_some_and(|corner| corner.app.life <= life) {
                apps.remove(&id);
            }
        }
        for desk in &self.desks {
            let mut apps = desk.lock();
            if apps.get(&id).is_some_and(|folk| folk.life <= life) {
                apps.remove(&id);
            }
        }
    }

    /// Copies what the registry says of an app to every shard that does not know better.
    fn tell_corners(&self, app: &App) {
        for shard in &self.shards {
            if let Some(corner) = shard.apps.lock().get_mut(&app.info.id)
                && corner.app.life == app.life
                && corner.app.revision < app.revision
            {
                corner.app = app.clone();
            }
        }
    }
}
