//! Table `contact_facts`.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::projections::Contact;

/// Inserts a contact; one that is there stays as it is, because it may have been corrected.
pub(crate) async fn insert_contact(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    programme: &str,
    contact: &Contact,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into contact_facts
            (generation, contact_id, trajectory_id, trajectory_sequence, programme, day, outcome, time_class, minutes, told_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict on constraint contact_facts_pkey do nothing",
        generation,
        contact.id.as_uuid(),
        contact.trajectory.as_uuid(),
        sequence,
        programme,
        contact.day.to_sqlx() as _,
        contact.outcome.as_str(),
        contact.time_class.as_str(),
        contact.minutes,
        contact.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets the values of a correction hold. Gives false when the contact is not there, or knows a newer event.
pub(crate) async fn correct_contact(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    contact: &Contact,
    struck_out: bool,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update contact_facts
         set trajectory_sequence = $4, day = $5, outcome = $6, time_class = $7, minutes = $8, struck_out = $9, told_at = $10
         where generation = $1
           and contact_id = $2
           and trajectory_id = $3
           and trajectory_sequence < $4",
        generation,
        contact.id.as_uuid(),
        contact.trajectory.as_uuid(),
        sequence,
        contact.day.to_sqlx() as _,
        contact.outcome.as_str(),
        contact.time_class.as_str(),
        contact.minutes,
        struck_out,
        contact.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Reads the sequence of the newest event in a contact of this trajectory.
pub(crate) async fn find_contact(
    connection: &mut PgConnection,
    generation: i64,
    contact: &Contact,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select trajectory_sequence
         from contact_facts
         where generation = $1 and contact_id = $2 and trajectory_id = $3",
        generation,
        contact.id.as_uuid(),
        contact.trajectory.as_uuid(),
    )
    .fetch_optional(connection)
    .await
}
