//! Remembers that a browser was sent to the identity provider.

use chassis::database::{DatabaseError, LookUp};
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::storage::sign_ins::{self, SignIn};

/// A sign-in begins.
#[derive(Debug)]
pub struct BeginSignIn {
    /// What must be known again.
    pub sign_in: SignIn,
    /// Now.
    pub now: Timestamp,
    /// Older ones are removed.
    pub forgotten_before: Timestamp,
}

impl LookUp for BeginSignIn {
    const NAME: &'static str = "begin_sign_in";
    type Outcome = ();

    async fn execute(&self, connection: &mut PgConnection) -> Result<(), DatabaseError> {
        sign_ins::begin(connection, &self.sign_in, self.now, self.forgotten_before).await
    }
}
