//! The apps that are served, and the keys that their users' signatures are made with.

use std::{
    collections::BTreeMap,
    fmt, io,
    str::FromStr,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use liveroom::{
    AppId, IdError, Timestamp, UserId,
    tim::{Code, Failure, SigError, Signer},
};
use thiserror::Error;

use crate::secret::Secret;

/// An app and its key: `ID:KEY` on the command line.
#[derive(Clone)]
pub struct AppKey {
    app: AppId,
    key: String,
}

/// Why something is no app and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadAppKey {
    /// There is no colon.
    #[error("write ID:KEY, the app's number and the key that its signatures are made with")]
    NoColon,
    /// What stands before it is no number.
    #[error("the app's id is a number from 1 to 4294967295")]
    BadId,
    /// Nothing stands after it.
    #[error("the key is missing")]
    NoKey,
}

impl AppKey {
    /// An app with a key that nobody can foretell.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn random(app: AppId) -> io::Result<Self> {
        Ok(Self { app, key: Secret::random()?.to_string() })
    }

    /// An app with a key that is known.
    pub(crate) fn new(app: AppId, key: String) -> Self {
        Self { app, key }
    }

    /// Which app.
    pub fn app(&self) -> AppId {
        self.app
    }

    /// Its key, for whoever is to make signatures.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A signature with which that user logs in.
    ///
    /// # Errors
    /// The name is no user's id.
    pub fn sign(&self, user: &str, now: Timestamp, lifetime: Duration) -> Result<String, IdError> {
        Ok(self.signer().sign(&user.parse()?, now, lifetime))
    }

    fn signer(&self) -> Signer {
        Signer::new(self.app, &self.key)
    }
}

impl FromStr for AppKey {
    type Err = BadAppKey;

    fn from_str(text: &str) -> Result<Self, BadAppKey> {
        let (app, key) = text.split_once(':').ok_or(BadAppKey::NoColon)?;
        let app = app.parse().ok().filter(|app| *app > 0).ok_or(BadAppKey::BadId)?;
        if key.is_empty() {
            return Err(BadAppKey::NoKey);
        }
        Ok(Self { app: AppId(app), key: key.to_owned() })
    }
}

impl fmt::Debug for AppKey {
    /// A key in a log would be a key given away.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppKey").field("app", &self.app).finish_non_exhaustive()
    }
}

/// Signatures for one purpose of the host's own, made with a key that follows from an app's and is good for nothing else.
#[derive(Debug)]
pub(crate) struct Signatures {
    signer: Signer,
}

impl Signatures {
    pub(crate) fn new(app: &AppKey, purpose: &str) -> Self {
        Self { signer: Signer::new(app.app, &format!("{}/{purpose}", app.key)) }
    }

    pub(crate) fn sign(
        &self,
        user: &str,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<String, IdError> {
        Ok(self.signer.sign(&user.parse()?, now, lifetime))
    }

    /// The user, if it is a signature of theirs that holds still.
    pub(crate) fn prove(&self, user: &str, sig: &str, now: Timestamp) -> Option<UserId> {
        let user = user.parse().ok()?;
        self.signer.verify(&user, sig, now).is_ok().then_some(user)
    }
}

/// Whose signatures hold.
#[derive(Debug)]
pub(crate) struct Apps {
    /// The administrator of every app: as whom the app speaks.
    pub(crate) admin: UserId,
    signers: RwLock<BTreeMap<AppId, Signer>>,
}

impl Apps {
    pub(crate) fn new(admin: UserId) -> Self {
        Self { admin, signers: RwLock::default() }
    }

    /// Lets an app's users in, from now on by that key.
    pub(crate) fn add(&self, key: &AppKey) {
        let mut signers = self.signers.write().unwrap_or_else(PoisonError::into_inner);
        signers.insert(key.app, key.signer());
    }

    /// Lets nobody in by an app's key any more.
    pub(crate) fn remove(&self, app: AppId) {
        self.signers.write().unwrap_or_else(PoisonError::into_inner).remove(&app);
    }

    /// Who somebody is by their signature, and until when.
    ///
    /// # Errors
    /// 60006 if there is no such app; a name that is none has no signature either, 70003.
    pub(crate) fn verify(
        &self,
        app: AppId,
        name: &str,
        sig: &str,
        now: Timestamp,
    ) -> Result<(UserId, Timestamp), Failure> {
        let signers = self.signers.read().unwrap_or_else(PoisonError::into_inner);
        let signer = signers.get(&app).ok_or(Code::BAD_APP)?;
        let user = UserId::new(name).map_err(|_| SigError::Malformed)?;
        let until = signer.verify(&user, sig, now)?.expires;
        Ok((user, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);
    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn an_app_is_written_with_its_key_and_shown_without() {
        let app: AppKey = "1400000000:a:key".parse().unwrap();
        assert_eq!((app.app(), app.key()), (AppId(1_400_000_000), "a:key"));
        assert_eq!(format!("{app:?}"), "AppKey { app: AppId(1400000000), .. }");
        let errors = [
            ("1400000000", BadAppKey::NoColon),
            ("", BadAppKey::NoColon),
            ("0:key", BadAppKey::BadId),
            ("x:key", BadAppKey::BadId),
            ("4294967296:key", BadAppKey::BadId),
            ("7:", BadAppKey::NoKey),
        ];
        for (text, error) in errors {
            assert_eq!(text.parse::<AppKey>().unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn a_signature_for_one_purpose_is_good_for_no_other() {
        let app: AppKey = "7:k".parse().unwrap();
        let (page, owner) = (Signatures::new(&app, "page"), Signatures::new(&app, "owner"));
        let sig = page.sign("host", NOW, DAY).unwrap();
        assert_eq!(page.prove("host", &sig, NOW), Some("host".parse().unwrap()));
        assert_eq!(page.prove("ann", &sig, NOW), None);
        assert_eq!(page.prove("host", &sig, NOW + DAY + DAY), None);
        assert_eq!(owner.prove("host", &sig, NOW), None);
        let of_the_app = app.sign("host", NOW, DAY).unwrap();
        assert_eq!(owner.prove("host", &of_the_app, NOW), None);
        assert_eq!(app.signer().verify(&"host".parse().unwrap(), &sig, NOW).ok(), None);
    }

    #[test]
    fn an_apps_users_come_in_by_its_key_while_it_is_there() {
        let (ours, theirs): (AppKey, AppKey) = ("7:k".parse().unwrap(), "8:k".parse().unwrap());
        let apps = Apps::new("administrator".parse().unwrap());
        let sig = ours.sign("ann", NOW, DAY).unwrap();
        let verify = |app, name: &str, sig: &str| {
            apps.verify(AppId(app), name, sig, NOW).map_err(|failure| failure.code)
        };
        assert_eq!(verify(7, "ann", &sig), Err(Code::BAD_APP));
        apps.add(&ours);
        assert_eq!(verify(7, "ann", &sig), Ok(("ann".parse().unwrap(), NOW + DAY)));
        assert_eq!(verify(7, "bob", &sig), Err(Code::SIG_OTHER_USER));
        assert_eq!(verify(7, "a b", &sig), Err(Code::SIG_MALFORMED));
        let foreign = theirs.sign("ann", NOW, DAY).unwrap();
        assert_eq!(verify(7, "ann", &foreign), Err(Code::SIG_OTHER_APP));
        apps.remove(AppId(7));
        assert_eq!(verify(7, "ann", &sig), Err(Code::BAD_APP));
    }
}
