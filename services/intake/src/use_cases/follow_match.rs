//! Who is on a case follows from the matches that matching tells of.

use chassis::database::{DatabaseError, Work};
use jiff::civil::Date;
use uuid::Uuid;

use crate::storage::case_access;
pub use crate::storage::case_access::Access;

/// A match began: the worker may be told names from its first day.
///
/// # Errors
/// The database.
pub async fn match_began(work: &mut Work, access: &Access) -> Result<(), DatabaseError> {
    case_access::begin(work.connection(), access).await
}

/// A match ended; false when its beginning was never applied.
///
/// # Errors
/// The database.
pub async fn match_ended(work: &mut Work, match_id: Uuid, last_day: Date) -> Result<bool, DatabaseError> {
    case_access::end(work.connection(), match_id, last_day).await
}
