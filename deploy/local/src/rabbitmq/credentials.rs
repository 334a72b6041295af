//! The user of a private broker, made once per data folder.

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    files,
};

/// Name and password of the broker's only user, an administrator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Credentials {
    /// Reads the credentials of a data folder; makes them, with a random password, when there are none.
    pub fn of_folder(folder: &Path) -> Result<Self> {
        let path = folder.join("credentials.json");
        if let Some(found) = files::read_json(&path)? {
            return Ok(found);
        }
        let made = Self { user: "bondgenoot".to_owned(), password: hex::encode(rand::random::<[u8; 24]>()) };
        files::write_json(&path, &made)?;
        Ok(made)
    }

    /// Takes the credentials out of an `amqp://` or `http://` address.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no address.
    pub fn of_url(url: &str) -> Result<Self> {
        let url: reqwest::Url = url.parse().map_err(|_| Error::Invalid(format!("not an address: {url}")))?;
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        Ok(Self { user: decode(url.username()), password: decode(url.password().unwrap_or_default()) })
    }

    /// `user:password`, encoded for an address.
    pub(super) fn in_url(&self) -> String {
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        format!("{}:{}", encode(&self.user), encode(&self.password))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_password_and_it_is_private() {
        let folder = tempfile::tempdir().unwrap();

        let first = Credentials::of_folder(folder.path()).unwrap();
        let second = Credentials::of_folder(folder.path()).unwrap();
        let other = Credentials::of_folder(tempfile::tempdir().unwrap().path()).unwrap();

        assert_eq!(first, second);
        assert_eq!(files::mode(&folder.path().join("credentials.json")).unwrap(), 0o600);
        assert_ne!(first, other, "another folder has another password");
        assert!(!format!("{first:?}").contains(&first.password));
    }

    #[test]
    fn credentials_go_through_an_address_unchanged() {
        let credentials = Credentials { user: "a:b".to_owned(), password: "p@ss/%word".to_owned() };
        let url = format!("amqp://{}@127.0.0.1:5672/x", credentials.in_url());

        assert_eq!(Credentials::of_url(&url).unwrap(), credentials);
    }
}
