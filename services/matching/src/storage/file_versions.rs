//! `file_versions`: every file this service worked under.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use region::FileVersion;
use sqlx::PgConnection;

use crate::error::Error;

/// Stores a file, unless it is known.
pub async fn insert(
    connection: &mut PgConnection,
    kind: &str,
    code: &str,
    file: &FileVersion,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into file_versions (hash, kind, code, number, valid_from, content, first_used_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
        file.hash.as_str(),
        kind,
        code,
        i32::try_from(file.number).unwrap_or(i32::MAX),
        file.valid_from.to_sqlx() as _,
        file.text,
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
