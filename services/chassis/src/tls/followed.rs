//! The certificates of a process, as their files say now.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_util::sync::CancellationToken;

use super::pem::{Named, TlsError, provider};
use super::validity::expires_at;
use crate::config::TlsConfig;
use crate::error::Chain;
use crate::tasks::Tasks;

/// Between two looks at the files. Mounted Secrets follow a change within a minute or so.
const LOOK: Duration = Duration::from_secs(2);
/// gRPC is HTTP/2 only.
const PROTOCOL: &[u8] = b"h2";
const CERTIFICATE: &str = "tls.certificate_file";
const KEY: &str = "tls.key_file";
const CA: &str = "tls.ca_file";

/// What a process shows to other services, and whom of them it trusts. Clones follow the same files.
#[derive(Clone, Default)]
pub struct Tls {
    now: Arc<RwLock<Material>>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let now = self.now();
        formatter
            .debug_struct("Tls")
            .field("serves", &now.server.is_some())
            .field("calls", &now.client.is_some())
            .finish()
    }
}

/// What the files gave. New connections take it, open ones keep theirs.
#[derive(Clone, Default)]
struct Material {
    server: Option<Arc<ServerConfig>>,
    client: Option<Arc<ClientConfig>>,
    expires_at: Option<i64>,
}

/// What stands in the files.
#[derive(PartialEq, Eq)]
struct Contents {
    /// Certificate and key.
    pair: Option<(Vec<u8>, Vec<u8>)>,
    ca: Option<Vec<u8>>,
}

impl Tls {
    /// Neither shows nor trusts: everything in clear.
    pub fn off() -> Self {
        Self::default()
    }

    /// Reads the files once, for a command that ends soon.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn read(config: &TlsConfig) -> Result<Self, TlsError> {
        let files = Files::of(config)?;
        let material = files.understand(&files.read()?)?;
        Ok(Self { now: Arc::new(RwLock::new(material)) })
    }

    /// Reads the files for a process that calls others, and follows them from now on.
    ///
    /// # Errors
    /// When a file cannot be used, or settings that go together are not all there.
    pub fn open(config: &TlsConfig, tasks: &Tasks) -> Result<Self, TlsError> {
        let files = Files::of(config)?;
        let contents = files.read()?;
        let material = files.understand(&contents)?;
        material.tell();
        let tls = Self { now: Arc::new(RwLock::new(material)) };
        if files.pair.is_some() || files.ca.is_some() {
            let followed = Followed { files, known: contents, said: String::new() };
            tasks.background("certificates", tls.clone().follow(followed, tasks.shutdown().clone()));
        }
        Ok(tls)
    }

    /// As [`open`](Self::open), for a process that serves too: it would answer in clear if it had no certificate, so naming whom to trust
    /// is refused then.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_for_server(config: &TlsConfig, tasks: &Tasks) -> Result<Self, TlsError> {
        if config.ca_file.is_some() && config.certificate_file.is_none() {
            return Err(TlsError::Lacking {
                given: CA,
                lacking: CERTIFICATE,
                remedy: "name the certificate and the key of this service, or leave tls out",
            });
        }
        Self::open(config, tasks)
    }

    /// What the server shows, and of whom it wants a certificate; `None` when it speaks in clear.
    pub(crate) fn server(&self) -> Option<Arc<ServerConfig>> {
        self.now().server
    }

    /// Whom a client trusts, and what it shows; `None` when it trusts nobody.
    pub(crate) fn client(&self) -> Option<Arc<ClientConfig>> {
        self.now().client
    }

    fn now(&self) -> Material {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn follow(self, mut followed: Followed, shutdown: CancellationToken) {
        while shutdown.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_some() {
            self.look(&mut followed);
        }
    }

    /// Takes over what the files say now. What cannot be used changes nothing.
    fn look(&self, followed: &mut Followed) {
        let read = followed.files.read().and_then(|contents| {
            let changed = contents != followed.known;
            let material = changed.then(|| followed.files.understand(&contents)).transpose()?;
            Ok(material.map(|material| (contents, material)))
        });
        match read {
            Ok(None) => followed.said.clear(),
            Ok(Some((contents, material))) => {
                material.tell();
                *self.now.write().unwrap_or_else(PoisonError::into_inner) = material;
                followed.known = contents;
                followed.said.clear();
                tracing::info!("the certificates changed; new connections use them");
            }
            // A file that is being replaced may be missing, or not fit the others, for a moment; what lasts is said once.
            Err(error) => {
                let text = Chain(&error).to_string();
                if followed.said != text {
                    tracing::warn!(
                        error.chain = text,
                        "changed certificates cannot be used; those before go on"
                    );
                    followed.said = text;
                }
            }
        }
    }
}

/// What is known of the files that are followed.
struct Followed {
    files: Files,
    /// What stood in them when they were understood last.
    known: Contents,
    /// Why what stands in them now is not; empty when it is.
    said: String,
}

impl Material {
    /// Shows how long the certificate counts.
    fn tell(&self) {
        if let Some(at) = self.expires_at {
            metrics::gauge!("tls_certificate_expires_at_seconds").set(gauge(at));
        }
    }
}

/// A time for a gauge; gauges are floats.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn gauge(number: i64) -> f64 {
    number as f64
}

/// The files that the settings name.
struct Files {
    pair: Option<(PathBuf, PathBuf)>,
    ca: Option<PathBuf>,
}

impl Files {
    fn of(config: &TlsConfig) -> Result<Self, TlsError> {
        let lacking = |given, lacking| TlsError::Lacking {
            given,
            lacking,
            remedy: "set both or leave both out: a certificate counts only with its key",
        };
        let pair = match (&config.certificate_file, &config.key_file) {
            (Some(certificate), Some(key)) => Some((certificate.clone(), key.clone())),
            (None, None) => None,
            (Some(_), None) => return Err(lacking(CERTIFICATE, KEY)),
            (None, Some(_)) => return Err(lacking(KEY, CERTIFICATE)),
        };
        Ok(Self { pair, ca: config.ca_file.clone() })
    }

    fn read(&self) -> Result<Contents, TlsError> {
        let read = |setting, file: &Path| Named { setting, file }.read();
        let pair = match &self.pair {
            Some((certificate, key)) => Some((read(CERTIFICATE, certificate)?, read(KEY, key)?)),
            None => None,
        };
        Ok(Contents { pair, ca: self.ca.as_deref().map(|file| read(CA, file)).transpose()? })
    }

    fn understand(&self, contents: &Contents) -> Result<Material, TlsError> {
        let roots = match (&self.ca, &contents.ca) {
            (Some(file), Some(bytes)) => Some(Named { setting: CA, file }.roots(bytes)?),
            _ => None,
        };
        let roots = roots.map(Arc::new);
        let pair = match (&self.pair, &contents.pair) {
            (Some((certificate_file, key_file)), Some((certificate, key))) => {
                let chain =
                    Named { setting: CERTIFICATE, file: certificate_file }.certificates(certificate)?;
                Some((chain, Named { setting: KEY, file: key_file }.key(key)?))
            }
            _ => None,
        };
        let server = match &pair {
            Some((chain, key)) => Some(server(chain.clone(), key.clone_key(), roots.clone())?),
            None => None,
        };
        let expires_at = pair.as_ref().and_then(|(chain, _)| expires_at(chain.first()?));
        let client = match roots {
            Some(roots) => Some(client(pair, roots)?),
            None => None,
        };
        Ok(Material { server, client, expires_at })
    }
}

type Chained = Vec<CertificateDer<'static>>;
type Key = rustls::pki_types::PrivateKeyDer<'static>;

fn server(
    chain: Chained,
    key: Key,
    roots: Option<Arc<RootCertStore>>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder = match roots {
        Some(roots) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider())
                .build()
                .map_err(|error| rustls::Error::General(error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(Arc::new(config))
}

fn client(pair: Option<(Chained, Key)>, roots: Arc<RootCertStore>) -> Result<Arc<ClientConfig>, TlsError> {
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider())
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_webpki_verifier(verifier);
    let mut config = match pair {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(TlsError::Pair)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use testkit::Authority;

    use super::*;

    /// A process with the files of a folder, which looks at them when it is told to.
    fn opened(folder: &Path) -> (Tls, Followed) {
        let config = TlsConfig {
            certificate_file: Some(folder.join("tls.crt")),
            key_file: Some(folder.join("tls.key")),
            ca_file: Some(folder.join("ca.crt")),
        };
        let files = Files::of(&config).unwrap();
        let known = files.read().unwrap();
        let now = Arc::new(RwLock::new(files.understand(&known).unwrap()));
        (Tls { now }, Followed { files, known, said: String::new() })
    }

    #[test]
    fn what_cannot_be_used_changes_nothing_and_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        authority.write(folder.path());
        let (tls, mut followed) = opened(folder.path());
        let look_changes = |followed: &mut Followed| {
            let (server, client) = (tls.server().unwrap(), tls.client().unwrap());
            tls.look(followed);
            !Arc::ptr_eq(&server, &tls.server().unwrap()) && !Arc::ptr_eq(&client, &tls.client().unwrap())
        };
        let (other_certificate, _) = authority.issue(&["localhost"]);

        assert!(!look_changes(&mut followed), "the files are the same");
        let wrong: [(&str, Option<&str>, &str); 5] = [
            ("tls.crt", Some("kanarie"), "tls.certificate_file"),
            ("tls.crt", None, "tls.certificate_file"),
            // Half of a rotation: the certificate is new, its key is not there yet.
            ("tls.crt", Some(&other_certificate), "tls.key_file"),
            ("tls.key", Some("kanarie"), "tls.key_file"),
            ("ca.crt", Some("kanarie"), "tls.ca_file"),
        ];
        for (name, text, setting) in wrong {
            match text {
                Some(text) => std::fs::write(folder.path().join(name), text).unwrap(),
                None => std::fs::remove_file(folder.path().join(name)).unwrap(),
            }
            assert!(!look_changes(&mut followed), "{name}: {text:?}");
            assert!(followed.said.contains(setting), "{}", followed.said);
            authority.write(folder.path());
            assert!(look_changes(&mut followed), "after {name}");
            assert_eq!(followed.said, "");
        }
    }
}
