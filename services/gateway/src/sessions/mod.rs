//! From a cookie to a caller token.
//!
//! The cookie holds 256 random bits; only their SHA-256 is stored. Every request with a session asks the database once
//! for worker and mandates of today, so a revoked mandate stops counting with the next request. The caller token that the
//! services see lives [`TOKEN_SECONDS`] and is reused while nothing about the caller changes.

mod cookie;
mod secret;
mod tokens;

pub use cookie::{CookieJar, CookieName};
pub use secret::Secret;

use std::sync::Arc;

use chassis::caller::{Caller, Principal, Signer};
use chassis::clock::Clock;
use chassis::database::{DatabaseError, UnitOfWork};
use http::HeaderMap;
use jiff::SignedDuration;
use tonic::metadata::{Ascii, MetadataValue};

use crate::problem::Problem;
use crate::storage::sessions::Limits;
use crate::use_cases::{CloseSession, FindSession, OpenSession, Opened};
use tokens::Tokens;

/// How long a caller token lives.
const TOKEN_SECONDS: i64 = 240;

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// Without a request.
    pub idle: SignedDuration,
    /// Altogether.
    pub absolute: SignedDuration,
}

/// Sessions of workers.
#[derive(Debug)]
pub struct Sessions {
    work: UnitOfWork,
    clock: Clock,
    tokens: Tokens,
    cookie: CookieName,
    lifetimes: Lifetimes,
}

/// Who sent a request.
#[derive(Debug, Clone)]
pub enum Visitor {
    /// Nobody who signed in.
    Anonymous,
    /// A worker.
    Worker(SignedIn),
}

/// A worker with a session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Worker, organisation, and the mandates that count today; there may be none.
    pub caller: Arc<Caller>,
    /// `Bearer <caller token>`.
    pub authorization: MetadataValue<Ascii>,
}

impl Sessions {
    /// Sessions in this database, with tokens of this signer.
    pub fn new(
        work: UnitOfWork,
        clock: Clock,
        signer: Signer,
        cookie: CookieName,
        lifetimes: Lifetimes,
    ) -> Self {
        Self { work, clock, tokens: Tokens::new(signer), cookie, lifetimes }
    }

    /// Who sent a request with these headers. No cookie, no look into the database.
    pub async fn visitor(&self, headers: &HeaderMap) -> Result<Visitor, Problem> {
        let Some(secret) = self.secret(headers) else { return Ok(Visitor::Anonymous) };
        let hash = secret.hash();
        let find = FindSession { hash, today: self.clock.today(), limits: self.limits() };
        let Some(caller) = self.work.look_up(find).await.map_err(|error| database_problem(&error))? else {
            self.tokens.forget(&hash);
            return Ok(Visitor::Anonymous);
        };
        let (caller, authorization) = self.tokens.of_session(hash, caller)?;
        Ok(Visitor::Worker(SignedIn { caller, authorization }))
    }

    /// The token of somebody who did not sign in.
    pub fn anonymous(&self) -> Result<MetadataValue<Ascii>, Problem> {
        self.tokens.anonymous()
    }

    /// Opens a session with a new id in the place of the one this browser had. The cookie to set, or `None` for somebody the
    /// region does not know.
    pub async fn open(
        &self,
        subject: &str,
        headers: &HeaderMap,
    ) -> Result<Option<http::HeaderValue>, Problem> {
        let secret = Secret::random();
        let previous = self.secret(headers).map(|previous| previous.hash());
        let open =
            OpenSession { hash: secret.hash(), previous, subject: subject.to_owned(), limits: self.limits() };
        let opened =
            self.work.run_as(Principal::Worker, open).await.map_err(|error| database_problem(&error))?;
        if let Some(previous) = previous {
            self.tokens.forget(&previous);
        }
        Ok(match opened {
            Opened::Session => self.cookie.set(&secret, self.lifetimes.absolute),
            Opened::Stranger => None,
        })
    }

    /// Ends the session of a request. Gives the cookie that removes the cookie.
    pub async fn close(&self, headers: &HeaderMap) -> Result<Option<http::HeaderValue>, Problem> {
        if let Some(secret) = self.secret(headers) {
            let hash = secret.hash();
            self.work
                .run_as(Principal::Worker, CloseSession { hash })
                .await
                .map_err(|error| database_problem(&error))?;
            self.tokens.forget(&hash);
        }
        Ok(self.cookie.remove())
    }

    fn secret(&self, headers: &HeaderMap) -> Option<Secret> {
        CookieJar(headers).get(self.cookie.name()).and_then(Secret::parse)
    }

    fn limits(&self) -> Limits {
        let now = self.clock.now();
        let before = |duration: SignedDuration| now.checked_sub(duration).unwrap_or(now);
        Limits {
            now,
            idle_since: before(self.lifetimes.idle),
            made_before: before(self.lifetimes.absolute),
            seen_before: before(SignedDuration::from_secs(60)),
        }
    }
}

/// The gateway's own database failed.
pub(crate) fn database_problem(error: &DatabaseError) -> Problem {
    tracing::error!(error.chain = %chassis::error::Chain(error), "the database of the gateway failed");
    if error.is_transient() { Problem::unavailable("UNAVAILABLE") } else { Problem::internal() }
}
