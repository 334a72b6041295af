//! Table `findings`.

use chassis::database::DatabaseError;
use chassis::page::Cursor;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Finding, Key, Severity};

struct Row {
    finding_id: Uuid,
    code: String,
    subject: String,
    severity: String,
    message: String,
    effect: String,
    action: String,
    link: String,
    since: jiff_sqlx::Timestamp,
    until: Option<jiff_sqlx::Timestamp>,
}

impl TryFrom<Row> for Finding {
    type Error = DatabaseError;

    fn try_from(row: Row) -> Result<Self, DatabaseError> {
        let severity = Severity::parse(&row.severity).ok_or_else(|| DatabaseError::Inconsistent {
            table: "findings",
            what: format!("severity of {}", row.finding_id),
        })?;
        Ok(Self {
            finding_id: row.finding_id,
            key: Key { code: row.code, subject: row.subject },
            severity,
            message: row.message,
            effect: row.effect,
            action: row.action,
            link: row.link,
            since: row.since.to_jiff(),
            until: row.until.map(jiff_sqlx::Timestamp::to_jiff),
        })
    }
}

/// Opens a finding; false when one of the same code and subject is open already.
pub async fn open(connection: &mut PgConnection, finding: &Finding) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "insert into findings (finding_id, code, subject, severity, message, effect, action, link, since)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (code, subject) where until is null do nothing",
        finding.finding_id,
        finding.key.code,
        finding.key.subject,
        finding.severity.as_str(),
        finding.message,
        finding.effect,
        finding.action,
        finding.link,
        finding.since.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes the severity of an open finding, with the message that goes with it. One that was closed meanwhile stays closed.
pub async fn change(
    connection: &mut PgConnection,
    finding_id: Uuid,
    severity: Severity,
    message: &str,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update findings set severity = $2, message = $3 where finding_id = $1 and until is null",
        finding_id,
        severity.as_str(),
        message,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Closes a finding; false when it is closed already.
pub async fn close(
    connection: &mut PgConnection,
    finding_id: Uuid,
    at: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update findings set until = greatest(since, $2) where finding_id = $1 and until is null",
        finding_id,
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Everything open.
pub async fn all_open(connection: &mut PgConnection) -> Result<Vec<Finding>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        r#"select finding_id, code, subject, severity, message, effect, action, link,
                  since as "since: jiff_sqlx::Timestamp", until as "until: jiff_sqlx::Timestamp"
         from findings
         where until is null
         order by findings.since, finding_id"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Finding::try_from).collect()
}

/// Findings, newest first, after a place in the list.
pub async fn page(
    connection: &mut PgConnection,
    open_only: bool,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Finding>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        r#"select finding_id, code, subject, severity, message, effect, action, link,
                  since as "since: jiff_sqlx::Timestamp", until as "until: jiff_sqlx::Timestamp"
         from findings
         where (not $1 or until is null) and (findings.since, finding_id) < ($2, $3)
         order by findings.since desc, finding_id desc
         limit $4"#,
        open_only,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Finding::try_from).collect()
}
