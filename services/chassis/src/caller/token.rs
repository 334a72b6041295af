//! The caller token: `EdDSA`, at most five minutes, for one region.
//!
//! Tokens always use real time, also in a demo region whose business time is set.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use proto::options::v1::Principal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Mandate, principal_from_name, principal_name};
use crate::clock::real_now;

/// Longest life of a caller token, in seconds.
pub const MAX_TOKEN_SECONDS: i64 = 300;
/// Clocks of two machines may differ by so much, in seconds.
const LEEWAY_SECONDS: i64 = 5;
/// Verified tokens that are remembered; a bound, not a tuning knob.
const REMEMBERED: usize = 1024;

/// Why a token does not count, or a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Signature, expiry, region, key or shape is wrong. The message never holds the token.
    #[error("the caller token does not count: {0}")]
    Refused(&'static str),
    /// The token could not be read or verified.
    #[error("the caller token does not count")]
    Invalid(#[source] jsonwebtoken::errors::Error),
    /// A key file cannot be read.
    #[error("cannot read the key file {path}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A key file holds something else.
    #[error("the key file {path} does not hold {expected}")]
    KeyFormat {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    principal: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mandates: Vec<Mandate>,
}

fn authority(region: &str) -> String {
    format!("bondgenoot:{region}")
}

/// Signs caller tokens: the gateway for people, the command and operations for operators.
#[derive(Clone)]
pub struct Signer {
    key: Arc<EncodingKey>,
    key_id: String,
    authority: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Signer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Signer {
    /// Reads an Ed25519 key (PKCS #8, PEM) that is known to the services as `key_id`.
    pub fn from_file(path: &Path, key_id: &str, region: &str) -> Result<Self, TokenError> {
        let pem =
            std::fs::read(path).map_err(|source| TokenError::KeyFile { path: path.to_owned(), source })?;
        let key = EncodingKey::from_ed_pem(&pem).map_err(|_| TokenError::KeyFormat {
            path: path.to_owned(),
            expected: "an Ed25519 private key in PKCS #8 PEM",
        })?;
        Ok(Self { key: Arc::new(key), key_id: key_id.to_owned(), authority: authority(region) })
    }

    /// A token for a caller, valid from now for so many seconds, at most [`MAX_TOKEN_SECONDS`].
    pub fn sign(&self, caller: &Caller, seconds: i64) -> Result<String, TokenError> {
        self.sign_at(caller, real_now(), seconds)
    }

    /// As [`sign`](Self::sign), from another moment on: for tests of expiry.
    pub fn sign_at(&self, caller: &Caller, from: Timestamp, seconds: i64) -> Result<String, TokenError> {
        let now = from.as_second();
        let claims = Claims {
            iss: self.authority.clone(),
            aud: self.authority.clone(),
            sub: caller
                .worker
                .map_or_else(|| principal_name(caller.principal).to_owned(), |worker| worker.to_string()),
            iat: now,
            nbf: now,
            exp: now.saturating_add(seconds.clamp(1, MAX_TOKEN_SECONDS)),
            principal: principal_name(caller.principal).to_owned(),
            organisation: caller.organisation,
            mandates: caller.mandates.clone(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(TokenError::Invalid)
    }
}

struct TrustedKey {
    key: DecodingKey,
    principals: HashSet<Principal>,
}

/// Verifies caller tokens against the public keys a service trusts.
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

struct Inner {
    keys: HashMap<String, TrustedKey>,
    validation: Validation,
    verified: Mutex<HashMap<String, Verified>>,
}

#[derive(Clone)]
struct Verified {
    caller: Arc<Caller>,
    expires: i64,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Verifier").field("keys", &self.inner.keys.len()).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct KeyFile {
    keys: Vec<KeyEntry>,
}

#[derive(Deserialize)]
struct KeyEntry {
    kid: String,
    x: String,
    bondgenoot_principals: Vec<String>,
}

impl Verifier {
    /// Reads the trusted public keys: a JSON Web Key set whose keys name the principals they may vouch for
    /// (`bondgenoot_principals`).
    pub fn from_file(path: &Path, region: &str) -> Result<Self, TokenError> {
        let text =
            std::fs::read(path).map_err(|source| TokenError::KeyFile { path: path.to_owned(), source })?;
        let malformed = || TokenError::KeyFormat {
            path: path.to_owned(),
            expected: "a JSON Web Key set of Ed25519 keys with kid, x and bondgenoot_principals",
        };
        let file: KeyFile = serde_json::from_slice(&text).map_err(|_| malformed())?;
        let mut keys = HashMap::new();
        for entry in file.keys {
            let key = DecodingKey::from_ed_components(&entry.x).map_err(|_| malformed())?;
            let principals = entry
                .bondgenoot_principals
                .iter()
                .map(|name| principal_from_name(name).ok_or_else(malformed))
                .collect::<Result<_, _>>()?;
            keys.insert(entry.kid, TrustedKey { key, principals });
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS.unsigned_abs();
        validation.validate_nbf = true;
        validation.set_audience(&[authority(region)]);
        validation.set_issuer(&[authority(region)]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        Ok(Self { inner: Arc::new(Inner { keys, validation, verified: Mutex::new(HashMap::new()) }) })
    }

    /// The caller a token proves.
    ///
    /// # Errors
    /// When it is expired, of another region, signed by an unknown key, for a principal that key may not vouch for, or
    /// lives longer than [`MAX_TOKEN_SECONDS`].
    pub fn verify(&self, token: &str) -> Result<Arc<Caller>, TokenError> {
        let now = real_now().as_second();
        let mut verified = self.inner.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = verified.get(token) {
            if known.expires.saturating_add(LEEWAY_SECONDS) >= now {
                return Ok(Arc::clone(&known.caller));
            }
            verified.remove(token);
        }
        drop(verified);
        let fresh = self.verify_signature(token)?;
        let mut verified = self.inner.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= REMEMBERED {
            verified.retain(|_, known| known.expires >= now);
            if verified.len() >= REMEMBERED {
                verified.clear();
            }
        }
        verified.insert(token.to_owned(), fresh.clone());
        Ok(fresh.caller)
    }

    fn verify_signature(&self, token: &str) -> Result<Verified, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(TokenError::Invalid)?;
        let trusted = header
            .kid
            .and_then(|kid| self.inner.keys.get(&kid))
            .ok_or(TokenError::Refused("its key is not trusted"))?;
        let claims = jsonwebtoken::decode::<Claims>(token, &trusted.key, &self.inner.validation)
            .map_err(TokenError::Invalid)?
            .claims;
        if claims.exp.saturating_sub(claims.iat) > MAX_TOKEN_SECONDS {
            return Err(TokenError::Refused("it lives too long"));
        }
        let principal =
            principal_from_name(&claims.principal).ok_or(TokenError::Refused("its principal is unknown"))?;
        if !trusted.principals.contains(&principal) {
            return Err(TokenError::Refused("its key may not vouch for this principal"));
        }
        let worker = if principal == Principal::Worker {
            Some(Uuid::try_parse(&claims.sub).map_err(|_| TokenError::Refused("its subject is no worker"))?)
        } else {
            None
        };
        let caller = Arc::new(Caller {
            principal,
            worker,
            organisation: claims.organisation,
            mandates: claims.mandates,
        });
        Ok(Verified { caller, expires: claims.exp })
    }
}
