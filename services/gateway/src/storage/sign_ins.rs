//! Sign-ins that went to the identity provider and did not come back yet.

use chassis::database::DatabaseError;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// What must be known again when the browser comes back.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// SHA-256 of the state.
    pub state_hash: [u8; 32],
    /// SHA-256 of the cookie of the browser.
    pub browser_hash: [u8; 32],
    /// Ties the ID token to this sign-in.
    pub nonce: String,
    /// Proves to the provider that the code was asked for by us.
    pub pkce_verifier: String,
    /// Path of ours to go to afterwards.
    pub return_to: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SignIn").field("return_to", &self.return_to).finish_non_exhaustive()
    }
}

/// Stores a sign-in, and removes those that nobody came back from: one statement.
pub async fn begin(
    connection: &mut PgConnection,
    sign_in: &SignIn,
    now: Timestamp,
    forgotten_before: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with forgotten as (delete from sign_ins where started_at < $7)
         insert into sign_ins (state_hash, browser_hash, nonce, pkce_verifier, return_to, started_at)
         values ($1, $2, $3, $4, $5, $6)",
        &sign_in.state_hash,
        &sign_in.browser_hash,
        sign_in.nonce,
        sign_in.pkce_verifier,
        sign_in.return_to,
        now.to_sqlx() as _,
        forgotten_before.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a sign-in out: it counts once, for the browser that began it, and not too late.
pub async fn take(
    connection: &mut PgConnection,
    state_hash: &[u8],
    browser_hash: &[u8],
    not_before: Timestamp,
) -> Result<Option<(String, String, String)>, DatabaseError> {
    let row = sqlx::query!(
        "delete from sign_ins where state_hash = $1 and browser_hash = $2 and started_at >= $3
         returning nonce, pkce_verifier, return_to",
        state_hash,
        browser_hash,
        not_before.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.nonce, row.pkce_verifier, row.return_to)))
}
