//! `screenings`: one row for every screening of a referral.

use std::collections::BTreeMap;

use chassis::vault::PersonKey;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use region::ClosedSet as _;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::place;
use crate::domain::{Origin, Referral, RuleResult, Screening};
use crate::error::Error;

/// The result of a rule as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuleRow {
    rule: String,
    holds: bool,
    explanation: String,
    suggested_refusal_reason: Option<String>,
}

impl From<RuleResult> for RuleRow {
    fn from(result: RuleResult) -> Self {
        let RuleResult { rule, holds, explanation, suggested_refusal_reason } = result;
        Self { rule, holds, explanation, suggested_refusal_reason }
    }
}

impl From<RuleRow> for RuleResult {
    fn from(row: RuleRow) -> Self {
        let RuleRow { rule, holds, explanation, suggested_refusal_reason } = row;
        Self { rule, holds, explanation, suggested_refusal_reason }
    }
}

/// Stores the screening that made the referral's present version, with the answers it went by.
#[expect(clippy::too_many_arguments, reason = "one row, every column of it")]
pub async fn insert(
    connection: &mut PgConnection,
    referral: &Referral,
    screening: &Screening,
    answers: &BTreeMap<String, String>,
    key: &PersonKey,
    origin: &Origin,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let id = referral.id().as_uuid();
    let rules: Vec<RuleRow> = screening.rules.iter().cloned().map(RuleRow::from).collect();
    let answers = serde_json::to_string(answers).map_err(|error| Error::inconsistent("screenings", error))?;
    // Bound to its version: the answers of one screening do not open as those of another.
    let answers = key.seal(&place(&format!("screenings.answers/{}", referral.version()), id), &answers);
    sqlx::query!(
        "insert into screenings
            (referral_id, version, outcome, rules, answers, programme_version, programme_hash, screened_at, screened_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        referral.version(),
        screening.outcome.as_str(),
        Json(rules) as _,
        answers,
        i32::try_from(origin.version).unwrap_or(i32::MAX),
        origin.hash.as_str(),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
