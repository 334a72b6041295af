//! Caller tokens, signed once and used again while they say the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chassis::caller::{Caller, Signer};
use tonic::metadata::{Ascii, MetadataValue};

use super::TOKEN_SECONDS;
use crate::problem::Problem;

/// A token is signed anew when it was used for so long; the rest of its life covers calls under way and retries.
const REUSED: Duration = Duration::from_mins(2);
/// Most sessions whose token is remembered; a bound, not a tuning knob.
const MOST: usize = 10_000;

#[derive(Debug, Clone)]
struct Token {
    caller: Arc<Caller>,
    authorization: MetadataValue<Ascii>,
    signed: Instant,
}

impl Token {
    fn is_fresh(&self) -> bool {
        self.signed.elapsed() < REUSED
    }
}

/// Signs caller tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    signer: Signer,
    anonymous: Mutex<Option<Token>>,
    sessions: Mutex<HashMap<[u8; 32], Token>>,
}

impl Tokens {
    pub(super) fn new(signer: Signer) -> Self {
        Self { signer, anonymous: Mutex::default(), sessions: Mutex::default() }
    }

    pub(super) fn anonymous(&self) -> Result<MetadataValue<Ascii>, Problem> {
        let mut known = self.anonymous.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = known.as_ref().filter(|token| token.is_fresh()) {
            return Ok(token.authorization.clone());
        }
        let token = self.sign(Arc::new(Caller::anonymous()))?;
        Ok(known.insert(token).authorization.clone())
    }

    /// The token of a session whose caller is, as of now, this one.
    pub(super) fn of_session(
        &self,
        hash: [u8; 32],
        caller: Caller,
    ) -> Result<(Arc<Caller>, MetadataValue<Ascii>), Problem> {
        let known =
            self.lock().get(&hash).filter(|token| token.is_fresh() && *token.caller == caller).cloned();
        if let Some(token) = known {
            return Ok((token.caller, token.authorization));
        }
        let token = self.sign(Arc::new(caller))?;
        let mut sessions = self.lock();
        if sessions.len() >= MOST {
            sessions.retain(|_, token| token.is_fresh());
            if sessions.len() >= MOST {
                sessions.clear();
            }
        }
        sessions.insert(hash, token.clone());
        Ok((token.caller, token.authorization))
    }

    pub(super) fn forget(&self, hash: &[u8; 32]) {
        self.lock().remove(hash);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Token>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, caller: Arc<Caller>) -> Result<Token, Problem> {
        let failed = |error: &(dyn std::error::Error + 'static)| {
            tracing::error!(error.chain = %chassis::error::Chain(error), "a caller token cannot be signed");
            Problem::internal()
        };
        let token = self.signer.sign(&caller, TOKEN_SECONDS).map_err(|error| failed(&error))?;
        let mut authorization =
            MetadataValue::try_from(format!("Bearer {token}")).map_err(|error| failed(&error))?;
        authorization.set_sensitive(true);
        Ok(Token { caller, authorization, signed: Instant::now() })
    }
}
