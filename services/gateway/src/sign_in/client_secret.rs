//! What the gateway proves itself with to the identity provider: from the settings, or from a file that may change.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use chassis::config::{SecretFileError, read_secret};
use secrecy::{ExposeSecret as _, SecretString};

/// The secret of the client at the identity provider.
#[derive(Debug)]
pub struct ClientSecret {
    /// Where it is read for every exchange; `None` when it stands in the settings.
    file: Option<PathBuf>,
    /// The secret that was read last.
    known: Mutex<SecretString>,
}

/// There is not exactly one secret.
#[derive(Debug, thiserror::Error)]
pub enum ClientSecretError {
    /// None.
    #[error(
        "the secret of the client at the identity provider is missing; set sign_in.client_secret_file to the file that holds it, \
         or sign_in.client_secret"
    )]
    Missing,
    /// Two.
    #[error("sign_in.client_secret and sign_in.client_secret_file are both set; leave one of them out")]
    Both,
    /// A file without a secret in it.
    #[error("the file {} (sign_in.client_secret_file) is empty; write the secret of the client into it", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The file cannot be read.
    #[error("sign_in.client_secret_file cannot be used; it should be a text file that the process may read")]
    File(#[from] SecretFileError),
}

impl ClientSecret {
    /// The secret of the settings: as text, where empty means none, or in a file.
    ///
    /// # Errors
    /// When both are given or neither, or the file holds none.
    pub fn new(text: SecretString, file: Option<PathBuf>) -> Result<Self, ClientSecretError> {
        let known = match (text.expose_secret().is_empty(), &file) {
            (true, None) => return Err(ClientSecretError::Missing),
            (false, Some(_)) => return Err(ClientSecretError::Both),
            (false, None) => text,
            (true, Some(path)) => {
                let read = read_secret(path)?;
                if read.expose_secret().is_empty() {
                    return Err(ClientSecretError::Empty { file: path.clone() });
                }
                read
            }
        };
        Ok(Self { file, known: Mutex::new(known) })
    }

    /// The secret as it is now. A file that is being replaced may be missing or empty for a moment: then what was read last
    /// goes on.
    pub fn now(&self) -> SecretString {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let read = self.file.as_deref().and_then(|file| read_secret(file).ok());
        if let Some(read) = read.filter(|read| !read.expose_secret().is_empty()) {
            if read.expose_secret() != known.expose_secret() {
                tracing::info!("the secret at the identity provider changed; sign-ins use the new one");
            }
            *known = read;
        }
        known.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_secret_is_given_and_the_setting_is_named_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let (there, empty) = (folder.path().join("there"), folder.path().join("empty"));
        std::fs::write(&there, "kanarie\n").unwrap();
        std::fs::write(&empty, "\n").unwrap();
        let error = |text: &str, file: Option<PathBuf>| {
            chassis::error::Chain(&ClientSecret::new(text.to_owned().into(), file).unwrap_err()).to_string()
        };

        assert!(error("", None).contains("set sign_in.client_secret_file"));
        assert!(error("x", Some(there.clone())).contains("both set"));
        assert!(error("", Some(empty)).contains("is empty"));
        let missing = error("", Some(folder.path().join("missing")));
        assert!(missing.contains("sign_in.client_secret_file") && missing.contains("/missing"), "{missing}");
        assert_eq!(ClientSecret::new("x".to_owned().into(), None).unwrap().now().expose_secret(), "x");
        assert_eq!(
            ClientSecret::new(String::new().into(), Some(there)).unwrap().now().expose_secret(),
            "kanarie"
        );
    }

    #[test]
    fn a_file_that_is_gone_for_a_moment_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "old").unwrap();
        let secret = ClientSecret::new(String::new().into(), Some(file.clone())).unwrap();

        std::fs::write(&file, "").unwrap();
        assert_eq!(secret.now().expose_secret(), "old");
        std::fs::write(&file, "new").unwrap();
        assert_eq!(secret.now().expose_secret(), "new");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(secret.now().expose_secret(), "new");
    }
}
