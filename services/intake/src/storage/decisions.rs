//! `decisions`: the one decision on a referral.

use chassis::vault::PersonKey;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::place;
use crate::domain::{Admission, Origin, Referral, Refusal, Withdrawal};
use crate::error::Error;

/// Who decided when, under which programme file.
#[derive(Debug)]
pub struct Signature<'a> {
    /// The programme file whose reasons and rules were used.
    pub origin: &'a Origin,
    /// When.
    pub at: Timestamp,
    /// Worker.
    pub by: Uuid,
}

/// A decision as a row; texts are sealed already.
#[derive(Default)]
struct DecisionRow {
    reason: Option<String>,
    alternative: Option<Vec<u8>>,
    motivation: Option<Vec<u8>>,
    reply_until: Option<jiff::civil::Date>,
}

/// Stores an admission.
pub async fn insert_admission(
    connection: &mut PgConnection,
    referral: &Referral,
    admission: &Admission,
    key: &PersonKey,
    signature: &Signature<'_>,
) -> Result<(), Error> {
    let place = place("decisions.motivation", referral.id().as_uuid());
    let motivation = admission.motivation.as_ref().map(|text| key.seal(&place, text.expose()));
    insert(connection, referral, DecisionRow { motivation, ..DecisionRow::default() }, signature).await
}

/// Stores a refusal.
pub async fn insert_refusal(
    connection: &mut PgConnection,
    referral: &Referral,
    refusal: &Refusal,
    key: &PersonKey,
    signature: &Signature<'_>,
) -> Result<(), Error> {
    let place = place("decisions.alternative", referral.id().as_uuid());
    let row = DecisionRow {
        reason: Some(refusal.reason.to_string()),
        alternative: refusal.alternative.as_ref().map(|text| key.seal(&place, text.expose())),
        reply_until: Some(refusal.reply_until),
        ..DecisionRow::default()
    };
    insert(connection, referral, row, signature).await
}

/// Stores a withdrawal.
pub async fn insert_withdrawal(
    connection: &mut PgConnection,
    referral: &Referral,
    withdrawal: &Withdrawal,
    signature: &Signature<'_>,
) -> Result<(), Error> {
    let row = DecisionRow { reason: Some(withdrawal.reason.to_string()), ..DecisionRow::default() };
    insert(connection, referral, row, signature).await
}

async fn insert(
    connection: &mut PgConnection,
    referral: &Referral,
    row: DecisionRow,
    signature: &Signature<'_>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into decisions
            (referral_id, kind, reason, alternative, motivation, reply_until, programme_version, programme_hash, decided_at, decided_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        referral.id().as_uuid(),
        referral.state().as_str(),
        row.reason,
        row.alternative,
        row.motivation,
        row.reply_until.map(ToSqlx::to_sqlx) as _,
        i32::try_from(signature.origin.version).unwrap_or(i32::MAX),
        signature.origin.hash.as_str(),
        signature.at.to_sqlx() as _,
        signature.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
