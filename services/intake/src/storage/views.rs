//! One referral with everything its coordinator sees, in one statement.

use chassis::vault::Vault;
use jiff::Timestamp;
use jiff::civil::Date;
use region::{ClosedSet as _, ScreeningOutcome};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::screenings::RuleRow;
use super::{open, persons};
use crate::domain::{Etag, ParticipationId, PersonId, ReferralId, ReferralState, Screening};
use crate::error::Error;

/// A referral as its coordinator sees it. Personal texts are `None` once the person was erased.
#[derive(Clone)]
pub struct ReferralView {
    /// Referral.
    pub id: ReferralId,
    /// As given to the referrer.
    pub receipt_number: String,
    /// Programme.
    pub programme: String,
    /// Version of the programme file it was taken under.
    pub programme_version: i32,
    /// Channel.
    pub channel: String,
    /// State.
    pub state: ReferralState,
    /// NIS code as on the day of submission.
    pub municipality: String,
    /// Referral reasons.
    pub reasons: Vec<String>,
    /// Person.
    pub person: PersonId,
    /// Name of the person.
    pub person_name: Option<String>,
    /// How to reach the person.
    pub person_contact: Option<String>,
    /// Birth date as far as known.
    pub birth_date: Option<String>,
    /// Whether a national number is on file.
    pub has_national_number: bool,
    /// Name of who refers.
    pub referrer_name: Option<String>,
    /// Organisation of who refers.
    pub referrer_organisation: Option<String>,
    /// How to reach who refers.
    pub referrer_contact: Option<String>,
    /// What the referrer added.
    pub note: Option<String>,
    /// When it was received.
    pub submitted_at: Timestamp,
    /// The latest screening.
    pub screening: Option<ScreeningView>,
    /// The decision.
    pub decision: Option<DecisionView>,
    /// Whether the person was erased.
    pub erased: bool,
    /// Current tag.
    pub etag: Etag,
}

impl std::fmt::Debug for ReferralView {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ReferralView")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A screening, with who and when.
#[derive(Debug, Clone)]
pub struct ScreeningView {
    /// What the rules said.
    pub screening: Screening,
    /// When.
    pub at: Timestamp,
    /// Worker.
    pub by: Uuid,
    /// Version of the programme file whose rules were used.
    pub programme_version: i32,
}

/// A decision.
#[derive(Clone)]
pub struct DecisionView {
    /// Worker.
    pub by: Uuid,
    /// When.
    pub at: Timestamp,
    /// Refusal or withdrawal reason.
    pub reason: Option<String>,
    /// Alternative named at a refusal.
    pub alternative: Option<String>,
    /// Last day of reply at a refusal.
    pub reply_until: Option<Date>,
    /// Participation at an admission.
    pub participation: Option<ParticipationId>,
    /// Why a rule was set aside at an admission.
    pub motivation: Option<String>,
}

/// Reads a referral; `None` when there is none in reach.
pub async fn referral(
    connection: &mut PgConnection,
    vault: &Vault,
    id: ReferralId,
) -> Result<Option<ReferralView>, Error> {
    // A left join makes columns nullable that the macro takes for not null, hence the question marks.
    let row = sqlx::query!(
        r#"select r.receipt_number, r.programme, r.programme_version, r.channel, r.state, r.municipality_nis, r.reasons, r.person_id,
                  r.referrer_name, r.referrer_organisation, r.referrer_contact, r.note, r.submitted_at, r.version,
                  p.name, p.contact, p.birth_date, p.national_number,
                  k.region_key_id, k.wrapped,
                  s.outcome as "outcome?", s.rules as "rules?: Json<Vec<RuleRow>>", s.screened_at as "screened_at?",
                  s.screened_by as "screened_by?", s.programme_version as "screened_version?",
                  d.decided_by as "decided_by?", d.decided_at as "decided_at?", d.reason as decision_reason, d.alternative,
                  d.motivation, d.reply_until, e.participation_id as "participation_id?"
           from referrals as r
           join persons as p on p.person_id = r.person_id
           join person_keys as k on k.person_id = r.person_id
           left join lateral (
               select outcome, rules, screened_at, screened_by, programme_version
               from screenings
               where screenings.referral_id = r.referral_id
               order by screenings.version desc
               limit 1
           ) as s on true
           left join decisions as d on d.referral_id = r.referral_id
           left join episodes as e on e.referral_id = r.referral_id
           where r.referral_id = $1"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let wrong = |what: &str| Error::inconsistent("referrals", format!("{id} has another {what}"));
    let key = persons::unwrap_key(vault, row.person_id, row.region_key_id, row.wrapped)?;
    let of_person =
        |column: &str, sealed: Option<Vec<u8>>| open(key.as_ref(), column, row.person_id, sealed.as_deref());
    let of_referral =
        |column: &str, sealed: Option<Vec<u8>>| open(key.as_ref(), column, id.as_uuid(), sealed.as_deref());
    let screening = match (row.outcome, row.rules, row.screened_at, row.screened_by, row.screened_version) {
        (Some(outcome), Some(Json(rules)), Some(at), Some(by), Some(programme_version)) => {
            Some(ScreeningView {
                screening: Screening {
                    outcome: ScreeningOutcome::from_word(&outcome).ok_or_else(|| wrong("outcome"))?,
                    rules: rules.into_iter().map(Into::into).collect(),
                },
                at: at.to_jiff(),
                by,
                programme_version,
            })
        }
        _ => None,
    };
    let decision = match row.decided_by.zip(row.decided_at) {
        Some((by, at)) => Some(DecisionView {
            by,
            at: at.to_jiff(),
            reason: row.decision_reason,
            alternative: of_referral("decisions.alternative", row.alternative)?,
            reply_until: row.reply_until.map(jiff_sqlx::Date::to_jiff),
            participation: row.participation_id.map(ParticipationId::from_uuid),
            motivation: of_referral("decisions.motivation", row.motivation)?,
        }),
        None => None,
    };
    Ok(Some(ReferralView {
        id,
        receipt_number: row.receipt_number,
        programme: row.programme,
        programme_version: row.programme_version,
        channel: row.channel,
        state: ReferralState::from_word(&row.state).ok_or_else(|| wrong("state"))?,
        municipality: row.municipality_nis,
        reasons: row.reasons,
        person: PersonId::from_uuid(row.person_id),
        person_name: of_person("persons.name", row.name)?,
        person_contact: of_person("persons.contact", row.contact)?,
        birth_date: of_person("persons.birth_date", row.birth_date)?,
        has_national_number: row.national_number.is_some(),
        referrer_name: of_referral("referrals.referrer_name", row.referrer_name)?,
        referrer_organisation: of_referral("referrals.referrer_organisation", row.referrer_organisation)?,
        referrer_contact: of_referral("referrals.referrer_contact", row.referrer_contact)?,
        note: of_referral("referrals.note", row.note)?,
        submitted_at: row.submitted_at.to_jiff(),
        screening,
        decision,
        erased: key.is_none(),
        etag: Etag::of(row.version),
    }))
}
