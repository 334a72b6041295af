//! `referrals`: inserting, locking for a step, and pages of the list.

use chassis::page::Cursor;
use chassis::vault::PersonKey;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use region::ClosedSet as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::place;
use crate::domain::{
    Etag, PersonId, ReceiptNumber, Referral, ReferralId, ReferralState, Standing, Submission,
};
use crate::error::Error;

/// Inserts a referral as it was submitted.
pub async fn insert(
    connection: &mut PgConnection,
    id: ReferralId,
    receipt_number: &ReceiptNumber,
    person: PersonId,
    key: &PersonKey,
    submission: &Submission,
    at: Timestamp,
) -> Result<(), Error> {
    let seal = |column: &str, text: &str| key.seal(&place(column, id.as_uuid()), text);
    let reasons: Vec<String> = submission.reasons.iter().map(ToString::to_string).collect();
    let referrer = &submission.referrer;
    sqlx::query!(
        "insert into referrals
            (referral_id, receipt_number, person_id, programme, programme_version, programme_hash, channel, municipality_nis,
             reasons, referrer_name, referrer_organisation, referrer_contact, note, state, submitted_at, version, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'submitted', $14, 1, $14)",
        id.as_uuid(),
        receipt_number.as_str(),
        person.as_uuid(),
        submission.origin.programme.as_str(),
        i32::try_from(submission.origin.version).unwrap_or(i32::MAX),
        submission.origin.hash.as_str(),
        submission.channel.as_str(),
        submission.person.municipality.to_string(),
        &reasons,
        seal("referrals.referrer_name", referrer.name.expose()),
        referrer.organisation.as_ref().map(|name| seal("referrals.referrer_organisation", name.expose())),
        seal("referrals.referrer_contact", referrer.contact.expose()),
        submission.note.as_ref().map(|note| seal("referrals.note", note.expose())),
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A referral that is locked until the end of the transaction.
#[derive(Debug)]
pub struct Locked {
    /// The referral.
    pub referral: Referral,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it; `None` when it was the referrer.
    pub changed_by: Option<Uuid>,
}

/// Who was referred to which programme; `None` when there is no such referral in reach.
pub async fn subject(
    connection: &mut PgConnection,
    id: ReferralId,
) -> Result<Option<(PersonId, String)>, Error> {
    let row = sqlx::query!("select person_id, programme from referrals where referral_id = $1", id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (PersonId::from_uuid(row.person_id), row.programme)))
}

/// Locks a referral; `None` when there is none in reach.
pub async fn lock(connection: &mut PgConnection, id: ReferralId) -> Result<Option<Locked>, Error> {
    let row = sqlx::query!(
        r#"select person_id, programme, municipality_nis, submitted_at, state, version, changed_at, changed_by,
                  (select outcome from screenings where screenings.referral_id = referrals.referral_id
                   order by screenings.version desc limit 1) as outcome,
                  (select destroyed_at is not null from person_keys where person_keys.person_id = referrals.person_id) as "erased!"
           from referrals
           where referral_id = $1
           for update"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let wrong = |what: &str| Error::inconsistent("referrals", format!("{id} has another {what}"));
        let outcome = row
            .outcome
            .map(|word| region::ScreeningOutcome::from_word(&word).ok_or_else(|| wrong("outcome")));
        let standing = Standing {
            state: ReferralState::from_word(&row.state).ok_or_else(|| wrong("state"))?,
            outcome: outcome.transpose()?,
            erased: row.erased,
            version: row.version,
        };
        let programme = row.programme.parse().map_err(|_| wrong("programme"))?;
        let municipality = row.municipality_nis.parse().map_err(|_| wrong("municipality"))?;
        Ok(Locked {
            referral: Referral::new(
                id,
                PersonId::from_uuid(row.person_id),
                programme,
                municipality,
                row.submitted_at.to_jiff(),
                standing,
            ),
            changed_at: row.changed_at.to_jiff(),
            changed_by: row.changed_by,
        })
    })
    .transpose()
}

/// Stores a step of a locked referral.
pub async fn update(
    connection: &mut PgConnection,
    referral: &Referral,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update referrals set state = $2, version = $3, changed_at = $4, changed_by = $5
         where referral_id = $1 and version = $3::bigint - 1",
        referral.id().as_uuid(),
        referral.state().as_str(),
        referral.version(),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    // The row is locked, so this is no lost race.
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("referrals", format!("{} was not updated", referral.id())))
    }
}

/// A referral in a list: nothing personal.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Referral.
    pub id: ReferralId,
    /// As given to the referrer.
    pub receipt_number: String,
    /// Programme.
    pub programme: String,
    /// Channel.
    pub channel: String,
    /// State.
    pub state: ReferralState,
    /// NIS code as on the day of submission.
    pub municipality: String,
    /// Referral reasons.
    pub reasons: Vec<String>,
    /// When it was received.
    pub submitted_at: Timestamp,
    /// How many other referrals look like the same person.
    pub possible_duplicates: i64,
    /// Current tag.
    pub etag: Etag,
}

/// The referrals of a programme in some states, newest first, after a cursor. One statement, duplicates counted.
pub async fn page(
    connection: &mut PgConnection,
    programme: &str,
    states: &[ReferralState],
    after: Cursor,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    let states: Vec<String> = states.iter().map(|state| state.as_str().to_owned()).collect();
    let rows = sqlx::query!(
        r#"select referral_id, receipt_number, programme, channel, state, municipality_nis, reasons, submitted_at, version,
                  (select count(distinct referrals.referral_id)
                   from duplicate_keys as mine
                   join duplicate_keys as theirs
                       on theirs.ground = mine.ground and theirs.key = mine.key and theirs.person_id <> mine.person_id
                   join referrals on referrals.person_id = theirs.person_id
                   where mine.person_id = listed.person_id) as "possible_duplicates!"
           from (
               select referral_id, receipt_number, person_id, programme, channel, state, municipality_nis, reasons, submitted_at, version
               from referrals
               where programme = $1 and state = any ($2) and (submitted_at, referral_id) < ($3, $4)
               order by submitted_at desc, referral_id desc
               limit $5
           ) as listed
           order by submitted_at desc, referral_id desc"#,
        programme,
        &states,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Summary {
                id: ReferralId::from_uuid(row.referral_id),
                receipt_number: row.receipt_number,
                programme: row.programme,
                channel: row.channel,
                state: ReferralState::from_word(&row.state).ok_or_else(|| {
                    Error::inconsistent("referrals", format!("{} has another state", row.referral_id))
                })?,
                municipality: row.municipality_nis,
                reasons: row.reasons,
                submitted_at: row.submitted_at.to_jiff(),
                possible_duplicates: row.possible_duplicates,
                etag: Etag::of(row.version),
            })
        })
        .collect()
}
