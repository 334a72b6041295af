//! One statement of the process itself, outside of a unit of work.

use std::future::Future;

use sqlx::PgConnection;

use super::DatabaseError;

/// One statement about how a process does its own work, such as "whose session is this": not about a case, before it is
/// known who calls. It commits by itself, sets no caller and writes no audit row, so it must touch no case data.
pub trait LookUp: Send + Sync + 'static {
    /// Name for spans, metrics and logs, `verb_noun`.
    const NAME: &'static str;
    /// What it gives back.
    type Outcome: Send + 'static;

    /// Carries it out: one statement.
    fn execute(
        &self,
        connection: &mut PgConnection,
    ) -> impl Future<Output = Result<Self::Outcome, DatabaseError>> + Send;
}
