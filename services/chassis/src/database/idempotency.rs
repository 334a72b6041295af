//! The first answer to every write, kept with the effect.

use std::sync::Arc;

use sqlx::PgConnection;
use uuid::Uuid;

use super::DatabaseError;

/// What a stored answer is found by.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "the names of the columns")]
pub(super) struct Key {
    pub(super) caller: String,
    pub(super) rpc: &'static str,
    pub(super) key: Arc<str>,
}

impl Key {
    /// What binds an encrypted answer to its row.
    pub(super) fn context(&self) -> String {
        format!("idempotency_keys/{}/{}/{}", self.caller, self.rpc, self.key)
    }
}

/// What the key says about a request.
#[derive(Debug)]
pub(super) enum Begun {
    /// The first time: carry it out.
    First,
    /// Carried out before: the encrypted answer.
    Repeat(Vec<u8>),
}

/// Claims the key. A concurrent repeat waits here until the first has committed or rolled back.
pub(super) async fn begin(
    connection: &mut PgConnection,
    key: &Key,
    request_hash: &[u8],
) -> Result<Begun, DatabaseError> {
    let claimed = sqlx::query!(
        "insert into chassis.idempotency_keys (caller, rpc, key, request_hash) values ($1, $2, $3, $4) on conflict do nothing",
        key.caller,
        key.rpc,
        &*key.key,
        request_hash,
    )
    .execute(&mut *connection)
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(Begun::First);
    }
    let known = sqlx::query!(
        "select request_hash, response, erased_at is not null as \"erased!\" from chassis.idempotency_keys
         where caller = $1 and rpc = $2 and key = $3",
        key.caller,
        key.rpc,
        &*key.key,
    )
    .fetch_one(connection)
    .await?;
    if known.request_hash != request_hash {
        return Err(DatabaseError::KeyReused);
    }
    match known.response {
        Some(answer) => Ok(Begun::Repeat(answer)),
        None if known.erased => Err(DatabaseError::AnswerErased),
        None => Err(DatabaseError::Inconsistent {
            table: "chassis.idempotency_keys",
            what: "a committed key has no answer".to_owned(),
        }),
    }
}

/// Removes the answers about a person, and keeps the keys: a repeat must not be carried out again.
pub(super) async fn erase_about(connection: &mut PgConnection, person: Uuid) -> Result<u64, DatabaseError> {
    let erased = sqlx::query!(
        "update chassis.idempotency_keys set response = null, erased_at = now() where subject_id = $1 and erased_at is null",
        person,
    )
    .execute(connection)
    .await?;
    Ok(erased.rows_affected())
}
