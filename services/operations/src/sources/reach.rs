//! How the management API is reached: whom we trust and how we prove ourselves, from files that may change meanwhile.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chassis::config::read_secret;
use reqwest::{Certificate, Client, ClientBuilder, Url};
use secrecy::{ExposeSecret as _, SecretString};

use super::broker::BrokerError;
use crate::config::BrokerConfig;

/// The client and the password as they were read last.
pub(super) struct Reach {
    secure: bool,
    within: Duration,
    ca_file: Option<PathBuf>,
    password_file: Option<PathBuf>,
    known: Mutex<Known>,
}

struct Known {
    client: Client,
    /// What stood in the file with certificates.
    ca: Vec<u8>,
    password: Option<SecretString>,
}

impl Reach {
    /// Reads the files for a URL of the API; every call ends `within` this time.
    pub(super) fn new(url: &Url, config: &BrokerConfig, within: Duration) -> Result<Self, BrokerError> {
        let secure = url.scheme() == "https";
        let ca = config.ca_file.as_deref().map(read).transpose()?;
        let client = client(secure, ca.as_deref(), within)?;
        let password = config.password_file.as_deref().map(read_secret).transpose();
        let password = password.map_err(BrokerError::Password)?;
        Ok(Self {
            secure,
            within,
            ca_file: config.ca_file.clone(),
            password_file: config.password_file.clone(),
            known: Mutex::new(Known { client, ca: ca.unwrap_or_default(), password }),
        })
    }

    /// The client as the files want it now. A file that is missing or broken for a moment changes nothing.
    pub(super) fn client(&self) -> Client {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ca) = self.ca_file.as_deref().and_then(|file| read(file).ok())
            && ca != known.ca
        {
            match client(self.secure, Some(&ca), self.within) {
                Ok(client) => known.client = client,
                Err(error) => {
                    tracing::warn!(
                        error.chain = %chassis::error::Chain(&error),
                        "the changed certificates of broker.ca_file cannot be used; those before go on"
                    );
                }
            }
            // Also when they cannot be used: that is said once.
            known.ca = ca;
        }
        known.client.clone()
    }

    /// A URL with the password that stands in its file now, if there is such a file.
    pub(super) fn with_password(&self, url: &Url) -> Url {
        let mut url = url.clone();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = self.password_file.as_deref().and_then(|file| read_secret(file).ok()) {
            known.password = Some(read);
        }
        if let Some(password) = &known.password {
            // Fails only for URLs without a host, and those were refused.
            let _ = url.set_password(Some(password.expose_secret()));
        }
        url
    }
}

fn read(file: &Path) -> Result<Vec<u8>, BrokerError> {
    std::fs::read(file).map_err(|source| BrokerError::Unreadable { file: file.to_owned(), source })
}

fn client(secure: bool, ca: Option<&[u8]>, within: Duration) -> Result<Client, BrokerError> {
    trusting(Client::builder(), secure, ca)?
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(within)
        .build()
        .map_err(BrokerError::Client)
}

fn trusting(builder: ClientBuilder, secure: bool, ca: Option<&[u8]>) -> Result<ClientBuilder, BrokerError> {
    match ca {
        Some(ca) => match Certificate::from_pem_bundle(ca) {
            Ok(certificates) if !certificates.is_empty() => Ok(builder.tls_certs_only(certificates)),
            _ => Err(BrokerError::NoCertificate),
        },
        // Nothing to verify, redirects are off: reading the machine's certificates would only delay the start.
        None if !secure => Ok(builder.tls_certs_only([])),
        None => Ok(builder),
    }
}
