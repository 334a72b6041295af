//! Certificates and keys in files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// A file or a setting of TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("the file {} ({setting}) cannot be read; it should be a PEM file that the process may read", file.display())]
    Unreadable {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("the file {} ({setting}) holds no {what} in PEM; write one into it, or name another file", file.display())]
    Missing {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: PathBuf,
        /// What should be in it.
        what: &'static str,
    },
    /// A file does not hold what it should.
    #[error("the {what} in the file {} ({setting}) is broken; it should be PEM as the authority gave it", file.display())]
    Broken {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: PathBuf,
        /// What should be in it.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Settings that go together are not all there.
    #[error("{given} is set and {lacking} is not; {remedy}")]
    Lacking {
        /// The setting that is there.
        given: &'static str,
        /// The setting that is not.
        lacking: &'static str,
        /// What would be right.
        remedy: &'static str,
    },
    /// Certificate and key do not belong together, or are of a kind that is not known.
    #[error(
        "the certificate (tls.certificate_file) and the key (tls.key_file) cannot be used together; name the key that the \
         certificate was made for"
    )]
    Pair(#[source] rustls::Error),
    /// The machine has no certificates to trust.
    #[error("this machine trusts nobody: it has no certificates of authorities; set {setting}")]
    NoRoots {
        /// The setting that would say whom to trust.
        setting: &'static str,
    },
    /// The TLS library refuses.
    #[error("TLS cannot be set up")]
    Library(#[from] rustls::Error),
}

/// A file that a setting names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) setting: &'static str,
    pub(super) file: &'a Path,
}

impl Named<'_> {
    /// The bytes of the file.
    pub(super) fn read(&self) -> Result<Vec<u8>, TlsError> {
        std::fs::read(self.file).map_err(|source| TlsError::Unreadable {
            setting: self.setting,
            file: self.file.to_owned(),
            source,
        })
    }

    fn missing(&self, what: &'static str) -> TlsError {
        TlsError::Missing { setting: self.setting, file: self.file.to_owned(), what }
    }

    fn broken(
        &self,
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> TlsError {
        TlsError::Broken { setting: self.setting, file: self.file.to_owned(), what, source: source.into() }
    }

    /// The certificates in the bytes of the file, at least one.
    pub(super) fn certificates(&self, bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let found: Vec<_> = CertificateDer::pem_slice_iter(bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| self.broken("certificate", error))?;
        if found.is_empty() { Err(self.missing("certificate")) } else { Ok(found) }
    }

    /// The private key in the bytes of the file.
    pub(super) fn key(&self, bytes: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
        PrivateKeyDer::from_pem_slice(bytes).map_err(|error| match error {
            pem::Error::NoItemsFound => self.missing("private key"),
            error => self.broken("private key", error),
        })
    }

    /// Whom the bytes of the file say to trust.
    pub(super) fn roots(&self, bytes: &[u8]) -> Result<RootCertStore, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in self.certificates(bytes)? {
            roots.add(certificate).map_err(|error| self.broken("certificate", error))?;
        }
        Ok(roots)
    }
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A client that trusts the certificates in a file and no other, or those of the machine when there is none. It shows no
/// certificate of its own. `setting` is the one that names the file.
///
/// # Errors
/// When the file holds no certificates, or the machine has none.
pub fn trusting(setting: &'static str, file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let roots = if let Some(file) = file {
        let named = Named { setting, file };
        named.roots(&named.read()?)?
    } else {
        let mut roots = RootCertStore::empty();
        // Certificates of the machine that cannot be read are passed over, as everybody does.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(TlsError::NoRoots { setting });
        }
        roots
    };
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_webpki_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(client))
}
