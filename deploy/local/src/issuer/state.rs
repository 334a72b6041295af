//! What the issuer remembers while it runs.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{DemoPeople, DemoPerson, control::CurrentFault, serve::IssuerConfig};
use crate::{
    error::{Error, Result},
    keys::{Ed25519, PublicKey, PublicKeySet, public_key},
    task::now_seconds,
};

/// How long an authorisation code can be exchanged, in seconds.
const CODE_SECONDS: i64 = 60;
/// How long an access token opens userinfo, in seconds.
pub(super) const ACCESS_SECONDS: i64 = 600;
/// Codes and access tokens remembered at most; beyond that the oldest sign-ins have to start over.
const REMEMBERED: usize = 10_000;

/// Everything the handlers share.
#[derive(Debug)]
pub(super) struct State {
    pub(super) config: IssuerConfig,
    /// The address that tokens name as their issuer.
    pub(super) url: String,
    pub(super) people: DemoPeople,
    pub(super) signer: Mutex<Signer>,
    pub(super) fault: CurrentFault,
    grants: Mutex<HashMap<String, Grant>>,
    access: Mutex<HashMap<String, Access>>,
}

/// What a person agreed to by pressing a button, until the code for it is exchanged.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) worker: Uuid,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    pub(super) signed_in_at: i64,
}

#[derive(Debug)]
struct Access {
    worker: Uuid,
    until: i64,
}

impl State {
    pub(super) fn new(config: IssuerConfig, url: String, people: DemoPeople, signer: Signer) -> Self {
        Self {
            config,
            url,
            people,
            signer: Mutex::new(signer),
            fault: Mutex::default(),
            grants: Mutex::default(),
            access: Mutex::default(),
        }
    }

    pub(super) fn person(&self, worker: Uuid) -> Option<&DemoPerson> {
        self.people.people.iter().find(|person| person.worker_id == worker)
    }

    /// Remembers a grant under a new code.
    pub(super) fn grant(&self, grant: Grant) -> String {
        let code = random();
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now_seconds();
        grants.retain(|_, known| known.signed_in_at + CODE_SECONDS > now);
        if grants.len() >= REMEMBERED {
            grants.clear();
        }
        grants.insert(code.clone(), grant);
        code
    }

    /// Gives the grant of a code and forgets it: a code works once, whether the exchange then succeeds or not.
    pub(super) fn redeem(&self, code: &str) -> Option<Grant> {
        let grant = self.grants.lock().unwrap_or_else(PoisonError::into_inner).remove(code)?;
        (grant.signed_in_at + CODE_SECONDS > now_seconds()).then_some(grant)
    }

    /// Makes an access token for userinfo.
    pub(super) fn access_token(&self, worker: Uuid) -> String {
        let token = random();
        let now = now_seconds();
        let mut access = self.access.lock().unwrap_or_else(PoisonError::into_inner);
        access.retain(|_, known| known.until > now);
        if access.len() >= REMEMBERED {
            access.clear();
        }
        access.insert(token.clone(), Access { worker, until: now + ACCESS_SECONDS });
        token
    }

    /// Whose access token this is.
    pub(super) fn of_access_token(&self, token: &str) -> Option<&DemoPerson> {
        let access = self.access.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = access.get(token).filter(|known| known.until > now_seconds())?.worker;
        self.person(worker)
    }

    /// Whether a browser may be sent to this address: it is below one of the origins the client registered.
    pub(super) fn may_return_to(&self, address: &str) -> bool {
        reqwest::Url::parse(address).is_ok_and(|address| {
            let origin = address.origin().ascii_serialization();
            address.fragment().is_none() && self.config.redirect_origins.contains(&origin)
        })
    }
}

/// The key that signs ID tokens, and the public keys shown to clients.
pub(super) struct Signer {
    id: String,
    key: EncodingKey,
    public: Vec<PublicKey>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Signer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Signer {
    pub(super) fn of_pem(id: &str, pem: &str, public: String) -> Result<Self> {
        let key = EncodingKey::from_ed_pem(pem.as_bytes())
            .map_err(|error| Error::Key { name: id.to_owned(), reason: error.to_string() })?;
        Ok(Self { id: id.to_owned(), key, public: vec![public_key(id, public, &[])] })
    }

    pub(super) fn rotate(&mut self, keep_old: bool) -> Result<()> {
        let pair = Ed25519::generate()?;
        let id = format!("issuer-{}", random());
        let mut next = Self::of_pem(&id, &pair.pem, pair.public)?;
        if keep_old {
            next.public.append(&mut self.public);
        }
        *self = next;
        Ok(())
    }

    pub(super) fn public(&self) -> PublicKeySet {
        PublicKeySet { keys: self.public.clone() }
    }

    pub(super) fn sign(&self, claims: &impl Serialize) -> Option<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.key).ok()
    }
}

/// PKCE: the challenge that belongs to a verifier.
pub(super) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// 192 random bits as text.
pub(super) fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}
