//! `contacts` and `contact_versions`.

use chassis::page::Cursor;
use chassis::vault::PersonKey;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::DomainCode;
use region::programme::SecrecyClass;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Change;
use super::words::{self, Kind, Place, Shown};
use crate::domain::{Contact, ContactId, ContactOutcome, Entry, Etag, TimeClass, TrajectoryId};
use crate::error::Error;

/// A contact as its reader sees it.
#[derive(Debug, Clone)]
pub struct ContactView {
    /// Contact.
    pub id: ContactId,
    /// Its trajectory.
    pub trajectory: TrajectoryId,
    /// Worker who had it.
    pub worker: Uuid,
    /// Organisation the worker acted for.
    pub organisation: Uuid,
    /// Its day.
    pub day: Date,
    /// How it went.
    pub outcome: ContactOutcome,
    /// Class of its time.
    pub time_class: TimeClass,
    /// Minutes it took.
    pub minutes: i32,
    /// The life domain it was about.
    pub domain: Option<String>,
    /// The note.
    pub note: Shown,
    /// Whether it never took place.
    pub struck_out: bool,
    /// How often it changed.
    pub corrections: i64,
    /// When it was written down first.
    pub logged_at: Timestamp,
    /// Current tag.
    pub etag: Etag,
}

struct ContactRow {
    contact_id: Uuid,
    trajectory_id: Uuid,
    worker_id: Uuid,
    organisation_id: Uuid,
    day: jiff_sqlx::Date,
    outcome: String,
    time_class: String,
    minutes: i32,
    domain: Option<String>,
    note_version: Option<i64>,
    struck_out: bool,
    version: i64,
    logged_at: jiff_sqlx::Timestamp,
    sealed: Option<Vec<u8>>,
}

impl ContactRow {
    fn open(self, key: Option<&PersonKey>) -> Result<ContactView, Error> {
        let wrong =
            |what: &str| Error::inconsistent("contacts", format!("{} has another {what}", self.contact_id));
        let place = (Kind::Contact, self.contact_id, self.note_version);
        Ok(ContactView {
            id: ContactId::from_uuid(self.contact_id),
            trajectory: TrajectoryId::from_uuid(self.trajectory_id),
            worker: self.worker_id,
            organisation: self.organisation_id,
            day: self.day.to_jiff(),
            outcome: ContactOutcome::from_word(&self.outcome).ok_or_else(|| wrong("outcome"))?,
            time_class: TimeClass::from_word(&self.time_class).ok_or_else(|| wrong("time class"))?,
            minutes: self.minutes,
            note: Shown::open(key, place, self.sealed.as_deref())?,
            domain: self.domain,
            struck_out: self.struck_out,
            corrections: self.version - 1,
            logged_at: self.logged_at.to_jiff(),
            etag: Etag::of(self.version),
        })
    }
}

/// Who had a contact.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// Worker.
    pub worker: Uuid,
    /// Organisation the worker acts for.
    pub organisation: Uuid,
}

/// Stores a contact that was logged.
pub async fn insert(
    connection: &mut PgConnection,
    contact: &Contact,
    entry: &Entry,
    author: Author,
    key: Option<&PersonKey>,
    class: SecrecyClass,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into contacts
            (contact_id, trajectory_id, worker_id, organisation_id, day, outcome, time_class, minutes, domain, note_version,
             struck_out, version, logged_at, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false, 1, $11, $11, $3)",
        contact.id().as_uuid(),
        contact.trajectory().as_uuid(),
        author.worker,
        author.organisation,
        entry.day.to_sqlx() as _,
        entry.outcome.as_str(),
        entry.time_class.as_str(),
        i32::from(entry.minutes.get()),
        entry.domain.as_ref().map(DomainCode::as_str),
        entry.note.as_ref().zip(key).map(|_| contact.version()),
        at.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    insert_note(connection, contact, entry, key, class).await
}

async fn insert_note(
    connection: &mut PgConnection,
    contact: &Contact,
    entry: &Entry,
    key: Option<&PersonKey>,
    class: SecrecyClass,
) -> Result<(), Error> {
    let Some((note, key)) = entry.note.as_ref().zip(key) else { return Ok(()) };
    let place = Place {
        trajectory: contact.trajectory(),
        kind: Kind::Contact,
        record: contact.id().as_uuid(),
        version: contact.version(),
        class,
    };
    words::insert(connection, key, place, note.expose()).await
}

/// The trajectory of a contact; `None` when there is none in reach.
pub async fn trajectory_of(
    connection: &mut PgConnection,
    id: ContactId,
) -> Result<Option<TrajectoryId>, Error> {
    let found = sqlx::query_scalar!("select trajectory_id from contacts where contact_id = $1", id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(TrajectoryId::from_uuid))
}

/// A contact of a locked trajectory.
#[derive(Debug)]
pub struct Found {
    /// The contact.
    pub contact: Contact,
    /// Worker who had it.
    pub worker: Uuid,
    /// Its values.
    pub day: Date,
    /// How it went.
    pub outcome: ContactOutcome,
    /// Class of its time.
    pub time_class: TimeClass,
    /// Minutes it took.
    pub minutes: i32,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: Uuid,
}

/// Reads a contact of a locked trajectory.
pub async fn find(connection: &mut PgConnection, id: ContactId) -> Result<Option<Found>, Error> {
    let row = sqlx::query!(
        "select trajectory_id, worker_id, day, outcome, time_class, minutes, struck_out, version, changed_at, changed_by
         from contacts
         where contact_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let wrong = |what: &str| Error::inconsistent("contacts", format!("{id} has another {what}"));
        let trajectory = TrajectoryId::from_uuid(row.trajectory_id);
        Ok(Found {
            contact: Contact::new(id, trajectory, row.struck_out, row.version),
            worker: row.worker_id,
            day: row.day.to_jiff(),
            outcome: ContactOutcome::from_word(&row.outcome).ok_or_else(|| wrong("outcome"))?,
            time_class: TimeClass::from_word(&row.time_class).ok_or_else(|| wrong("time class"))?,
            minutes: row.minutes,
            changed_at: row.changed_at.to_jiff(),
            changed_by: row.changed_by,
        })
    })
    .transpose()
}

/// Keeps the values before a change.
async fn keep_version(connection: &mut PgConnection, contact: &Contact) -> Result<(), Error> {
    sqlx::query!(
        "insert into contact_versions
            (contact_id, version, day, outcome, time_class, minutes, domain, note_version, struck_out, changed_at, changed_by)
         select contact_id, version, day, outcome, time_class, minutes, domain, note_version, struck_out, changed_at, changed_by
         from contacts
         where contact_id = $1 and version = $2::bigint - 1",
        contact.id().as_uuid(),
        contact.version(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores a correction of a contact.
pub async fn update_corrected(
    connection: &mut PgConnection,
    contact: &Contact,
    entry: &Entry,
    key: Option<&PersonKey>,
    class: SecrecyClass,
    change: Change,
) -> Result<(), Error> {
    keep_version(connection, contact).await?;
    let updated = sqlx::query!(
        "update contacts
         set day = $3, outcome = $4, time_class = $5, minutes = $6, domain = $7, note_version = $8, version = $2, changed_at = $9,
             changed_by = $10
         where contact_id = $1 and version = $2::bigint - 1",
        contact.id().as_uuid(),
        contact.version(),
        entry.day.to_sqlx() as _,
        entry.outcome.as_str(),
        entry.time_class.as_str(),
        i32::from(entry.minutes.get()),
        entry.domain.as_ref().map(DomainCode::as_str),
        entry.note.as_ref().zip(key).map(|_| contact.version()),
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(&mut *connection)
    .await?;
    one_row(updated.rows_affected(), contact)?;
    insert_note(connection, contact, entry, key, class).await
}

/// Stores that a contact never took place.
pub async fn update_struck_out(
    connection: &mut PgConnection,
    contact: &Contact,
    change: Change,
) -> Result<(), Error> {
    keep_version(connection, contact).await?;
    let updated = sqlx::query!(
        "update contacts set struck_out = true, version = $2, changed_at = $3, changed_by = $4
         where contact_id = $1 and version = $2::bigint - 1",
        contact.id().as_uuid(),
        contact.version(),
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(connection)
    .await?;
    one_row(updated.rows_affected(), contact)
}

/// The trajectory is locked, so another number of rows is no lost race.
fn one_row(rows: u64, contact: &Contact) -> Result<(), Error> {
    if rows == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("contacts", format!("{} was not updated", contact.id())))
    }
}

/// One contact as its reader sees it.
pub async fn view(
    connection: &mut PgConnection,
    id: ContactId,
    key: Option<&PersonKey>,
) -> Result<Option<ContactView>, Error> {
    // A left join makes columns nullable that the macro takes for not null, hence the question mark.
    let row = sqlx::query_as!(
        ContactRow,
        r#"select c.contact_id, c.trajectory_id, c.worker_id, c.organisation_id, c.day, c.outcome, c.time_class, c.minutes, c.domain,
                  c.note_version, c.struck_out, c.version, c.logged_at, w.sealed as "sealed?"
           from contacts as c
           left join words as w on w.record_id = c.contact_id and w.kind = 'contact' and w.version = c.note_version
           where c.contact_id = $1"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.open(key)).transpose()
}

/// The contacts of a trajectory, those written down last first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
    key: Option<&PersonKey>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<ContactView>, Error> {
    let rows = sqlx::query_as!(
        ContactRow,
        r#"select c.contact_id, c.trajectory_id, c.worker_id, c.organisation_id, c.day, c.outcome, c.time_class, c.minutes, c.domain,
                  c.note_version, c.struck_out, c.version, c.logged_at, w.sealed as "sealed?"
           from contacts as c
           left join words as w on w.record_id = c.contact_id and w.kind = 'contact' and w.version = c.note_version
           where c.trajectory_id = $1 and (c.logged_at, c.contact_id) < ($2, $3)
           order by c.logged_at desc, c.contact_id desc
           limit $4"#,
        trajectory.as_uuid(),
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| row.open(key)).collect()
}
