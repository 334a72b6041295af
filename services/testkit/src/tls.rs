//! Certificates of a test, and TLS before a server that has none.
#![expect(clippy::unwrap_used, reason = "a test helper: the test fails")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chassis::config::TlsConfig;
use chassis::grpc::{Addresses, patient};
use chassis::process::Service;
use chassis::tasks::Tasks;
use chassis::tls::Tls;
use proto::admin::v1::GetStatusRequest;
use proto::admin::v1::admin_service_client::AdminServiceClient;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tonic::Code;

use crate::TestRegion;

/// Signs certificates; a new one is another one, which nobody trusts yet.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// An authority with a key of its own.
    ///
    /// # Panics
    /// When no key can be made, as everything here: it fails the test.
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "kanarie authority");
        Self { issuer: CertifiedIssuer::self_signed(params, key).unwrap() }
    }

    /// Its own certificate, PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for names and addresses (`localhost`, `127.0.0.1`) and its key, PEM.
    ///
    /// # Panics
    /// When a name is none.
    pub fn issue(&self, names: &[&str]) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// A certificate that counts until a year begins, DER.
    ///
    /// # Panics
    /// When there is no such year.
    pub fn issue_until(&self, year: i32) -> Vec<u8> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        params.signed_by(&key, &self.issuer).unwrap().der().to_vec()
    }

    /// Writes `tls.crt`, `tls.key` (for `localhost` and 127.0.0.1) and `ca.crt`, as a Secret holds them, over what is there.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path) {
        let (certificate, key) = self.issue(&["localhost", "127.0.0.1"]);
        for (name, text) in [("tls.crt", certificate), ("tls.key", key), ("ca.crt", self.pem())] {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
}

/// Ends TLS and passes on what it reads to a server that has none.
#[derive(Debug)]
pub struct TlsProxy {
    /// Where it listens.
    pub address: SocketAddr,
    serving: Arc<Mutex<Arc<ServerConfig>>>,
    refused: Arc<AtomicU32>,
    tasks: Tasks,
}

impl Drop for TlsProxy {
    fn drop(&mut self) {
        self.tasks.shutdown().cancel();
    }
}

fn serving(authority: &Authority) -> Arc<ServerConfig> {
    let (certificate, key) = authority.issue(&["localhost"]);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let versions =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(versions.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

impl TlsProxy {
    /// Listens as `localhost` before the server at `behind`.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn start(authority: &Authority, behind: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shown = Arc::new(Mutex::new(serving(authority)));
        let refused = Arc::new(AtomicU32::new(0));
        let (now, count) = (Arc::clone(&shown), Arc::clone(&refused));
        let tasks = Tasks::new();
        let (connections, shutdown) = (tasks.clone(), tasks.shutdown().clone());
        tasks.run(async move {
            while let Some(Ok((stream, _))) = shutdown.run_until_cancelled(listener.accept()).await {
                let acceptor = TlsAcceptor::from(Arc::clone(&now.lock().unwrap()));
                let (behind, shutdown, refused) = (behind.clone(), shutdown.clone(), Arc::clone(&count));
                connections.run(async move {
                    let (Ok(mut secure), Ok(mut plain)) =
                        (acceptor.accept(stream).await, TcpStream::connect(behind).await)
                    else {
                        refused.fetch_add(1, Ordering::SeqCst);
                        return;
                    };
                    let copying = tokio::io::copy_bidirectional(&mut secure, &mut plain);
                    shutdown.run_until_cancelled(copying).await;
                });
            }
        });
        Self { address, serving: shown, refused, tasks }
    }

    /// How many connections came to nothing so far, because the other side does not trust the certificate.
    pub fn refused(&self) -> u32 {
        self.refused.load(Ordering::SeqCst)
    }

    /// Shows a certificate of another authority from now on.
    ///
    /// # Panics
    /// When another thread panicked.
    pub fn show(&self, authority: &Authority) {
        *self.serving.lock().unwrap() = serving(authority);
    }
}

/// Settings for the files that [`Authority::write`] writes.
pub fn tls_config(folder: &Path) -> TlsConfig {
    let file = |name| Some(folder.join(name));
    TlsConfig { certificate_file: file("tls.crt"), key_file: file("tls.key"), ca_file: file("ca.crt") }
}

/// As [`tls_config`], as a section of TOML.
pub fn tls_section(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "[tls]\ncertificate_file = '{folder}/tls.crt'\nkey_file = '{folder}/tls.key'\nca_file = '{folder}/ca.crt'"
    )
}

/// Checks that a service with certificates answers who shows one of the same authority, and nobody else.
///
/// # Panics
/// When it does not.
pub async fn check_tls<S: Service>() {
    let region = TestRegion::start().await.unwrap();
    let folder = region.folder().join("tls");
    std::fs::create_dir(&folder).unwrap();
    Authority::new().write(&folder);
    let running = region.run::<S>(&tls_section(&folder)).await.unwrap();
    let ours = tls_config(&folder);
    let nameless = TlsConfig { ca_file: ours.ca_file.clone(), ..TlsConfig::default() };
    for (scheme, config, expected) in
        [("https", ours, true), ("https", nameless, false), ("http", TlsConfig::default(), false)]
    {
        let tls = Tls::open(&config, &running.tasks).unwrap();
        let address = format!("{scheme}://{}", running.address);
        assert_eq!(is_answered(&address, &tls).await, expected, "{scheme}, {config:?}");
    }
    running.stop().await;
}

/// Whether a call over a new connection is answered, with whatever: that it names no caller is said by the service itself.
///
/// # Panics
/// When the address is none.
pub async fn is_answered(address: &str, tls: &Tls) -> bool {
    let addresses = Addresses::parse(address, tls).unwrap();
    let target = addresses.as_given().remove(0);
    let channel = addresses.channel(&target, |endpoint| patient(endpoint, Duration::from_secs(5)));
    match AdminServiceClient::new(channel).get_status(GetStatusRequest {}).await {
        Ok(_) => true,
        // A status that came over the wire has no source.
        Err(status) => std::error::Error::source(&status).is_none() && status.code() != Code::Unavailable,
    }
}
