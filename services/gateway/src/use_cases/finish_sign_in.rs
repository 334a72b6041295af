//! Finds again what was remembered when the browser was sent away; it counts once.

use chassis::database::{DatabaseError, LookUp};
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::storage::sign_ins;

/// A browser came back.
#[derive(Debug)]
pub struct FinishSignIn {
    /// SHA-256 of the state.
    pub state_hash: [u8; 32],
    /// SHA-256 of the cookie.
    pub browser_hash: [u8; 32],
    /// Sign-ins that began earlier do not count.
    pub not_before: Timestamp,
}

impl LookUp for FinishSignIn {
    const NAME: &'static str = "finish_sign_in";
    /// Nonce, PKCE verifier, and where to go.
    type Outcome = Option<(String, String, String)>;

    async fn execute(&self, connection: &mut PgConnection) -> Result<Self::Outcome, DatabaseError> {
        sign_ins::take(connection, &self.state_hash, &self.browser_hash, self.not_before).await
    }
}
