//! `family_members`: what changes in a family.

use chassis::vault::PersonKey;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::place;
use crate::domain::{
    FamilyRelation, MemberDetails, Origin, ParticipationId, PersonId, RecordedMember, ReferralId,
    ReferralState,
};
use crate::error::Error;

/// Locks the families of these referred persons, so that a family changes in one transaction at a time.
pub async fn lock(connection: &mut PgConnection, referred: &[PersonId]) -> Result<(), Error> {
    let persons: Vec<Uuid> = referred.iter().map(|person| person.as_uuid()).collect();
    sqlx::query_scalar!(
        "select referral_id from referrals where person_id = any ($1) order by referral_id for update",
        &persons
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// The participation of the family, and whether its case runs.
pub async fn participation(
    connection: &mut PgConnection,
    referral: ReferralId,
) -> Result<Option<(ParticipationId, bool)>, Error> {
    let row = sqlx::query!(
        r#"select led.participation_id,
                  exists (select from episodes
                          where episodes.participation_id = led.participation_id and ended_at is null) as "runs!"
           from episodes as led
           where led.referral_id = $1"#,
        referral.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (ParticipationId::from_uuid(row.participation_id), row.runs)))
}

/// A new member.
#[derive(Debug)]
pub struct NewMember<'a> {
    /// Who.
    pub person: PersonId,
    /// For whose family.
    pub referred: PersonId,
    /// Of which participation, once there is one.
    pub participation: Option<ParticipationId>,
    /// What is known.
    pub details: &'a MemberDetails,
}

/// Inserts a member. The person who was referred comes back when they were taken out before.
pub async fn insert(
    connection: &mut PgConnection,
    member: &NewMember<'_>,
    key: &PersonKey,
    origin: &Origin,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let (person, details) = (member.person.as_uuid(), member.details);
    sqlx::query!(
        "insert into family_members
            (person_id, referred_person_id, participation_id, programme, programme_version, programme_hash,
             relation, school_year, school, recorded_at, version, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $10, $11)
         on conflict on constraint family_members_pkey do update
         set participation_id = excluded.participation_id, programme_version = excluded.programme_version,
             programme_hash = excluded.programme_hash, relation = excluded.relation,
             school_year = excluded.school_year, school = excluded.school,
             version = family_members.version + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
             removed_why = null, left_on = null",
        person,
        member.referred.as_uuid(),
        member.participation.map(ParticipationId::as_uuid),
        origin.programme.as_str(),
        i32::try_from(origin.version).unwrap_or(i32::MAX),
        origin.hash.as_str(),
        details.relation.as_str(),
        details.school_year.as_ref().map(region::SchoolYearCode::as_str),
        details.school.as_ref().map(|school| key.seal(&place("family_members.school", person), school.expose())),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A member of a locked family.
#[derive(Debug)]
pub struct FoundMember {
    /// For whose family.
    pub referred: PersonId,
    /// Referral of that person.
    pub referral: ReferralId,
    /// Its state.
    pub state: ReferralState,
    /// Programme.
    pub programme: String,
    /// Participation, once there is one.
    pub participation: Option<ParticipationId>,
    /// Version.
    pub version: i64,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: Option<Uuid>,
    /// Whether they left.
    pub left: bool,
}

/// A member in reach, unless it was recorded by mistake.
pub async fn find(connection: &mut PgConnection, member: PersonId) -> Result<Option<FoundMember>, Error> {
    let row = sqlx::query!(
        r#"select referred_person_id, referral_id, state, family_members.programme, participation_id,
                  family_members.version, family_members.changed_at, family_members.changed_by,
                  left_on is not null as "has_left!"
           from family_members
           join referrals on referrals.person_id = referred_person_id
           where family_members.person_id = $1 and removed_why is distinct from 'mistake'"#,
        member.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(FoundMember {
            referred: PersonId::from_uuid(row.referred_person_id),
            referral: ReferralId::from_uuid(row.referral_id),
            state: ReferralState::from_word(&row.state).ok_or_else(|| {
                Error::inconsistent("referrals", format!("{} has another state", row.referral_id))
            })?,
            programme: row.programme,
            participation: row.participation_id.map(ParticipationId::from_uuid),
            version: row.version,
            changed_at: row.changed_at.to_jiff(),
            changed_by: row.changed_by,
            left: row.has_left,
        })
    })
    .transpose()
}

/// Stores a correction of a member of a locked family.
pub async fn update(
    connection: &mut PgConnection,
    member: PersonId,
    details: &MemberDetails,
    key: &PersonKey,
    origin: &Origin,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let person = member.as_uuid();
    sqlx::query!(
        "update family_members
         set relation = $2, school_year = $3, school = $4, programme_version = $5, programme_hash = $6,
             version = version + 1, changed_at = $7, changed_by = $8
         where person_id = $1",
        person,
        details.relation.as_str(),
        details.school_year.as_ref().map(region::SchoolYearCode::as_str),
        details
            .school
            .as_ref()
            .map(|school| key.seal(&place("family_members.school", person), school.expose())),
        i32::try_from(origin.version).unwrap_or(i32::MAX),
        origin.hash.as_str(),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a member out: on a day when they left, without one when they were recorded by mistake.
pub async fn remove(
    connection: &mut PgConnection,
    member: PersonId,
    left_on: Option<Date>,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "update family_members
         set removed_why = case when $2::date is null then 'mistake' else 'left' end, left_on = $2,
             version = version + 1, changed_at = $3, changed_by = $4
         where person_id = $1",
        member.as_uuid(),
        left_on.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The family of a person takes part from now on. Who was referred is recorded once: at a re-entry as the newer person.
pub async fn take_part(
    connection: &mut PgConnection,
    referred: PersonId,
    participation: ParticipationId,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "update family_members as earlier
         set removed_why = 'mistake', left_on = null, version = earlier.version + 1, changed_at = $3, changed_by = $4
         where earlier.participation_id = $2
           and earlier.person_id = earlier.referred_person_id
           and earlier.person_id <> $1
           and earlier.removed_why is distinct from 'mistake'
           and exists (select from family_members as newer where newer.person_id = $1 and newer.removed_why is null)",
        referred.as_uuid(),
        participation.as_uuid(),
        at.to_sqlx() as _,
        by,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update family_members set participation_id = $2 where referred_person_id = $1",
        referred.as_uuid(),
        participation.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The members of a participation as others are told about them, those who left included.
pub async fn recorded(
    connection: &mut PgConnection,
    participation: ParticipationId,
) -> Result<Vec<RecordedMember>, Error> {
    let rows = sqlx::query!(
        "select person_id, relation, school_year, left_on
         from family_members
         where participation_id = $1 and removed_why is distinct from 'mistake'
         order by recorded_at, person_id",
        participation.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RecordedMember {
                person: PersonId::from_uuid(row.person_id),
                relation: relation(row.person_id, &row.relation)?,
                school_year: row.school_year,
                left_on: row.left_on.map(jiff_sqlx::Date::to_jiff),
            })
        })
        .collect()
}

/// Everybody who was ever recorded for the family of a person, but for that person.
pub async fn persons_of(connection: &mut PgConnection, referred: PersonId) -> Result<Vec<PersonId>, Error> {
    let ids = sqlx::query_scalar!(
        "select person_id from family_members where referred_person_id = $1 and person_id <> $1 order by person_id",
        referred.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(PersonId::from_uuid).collect())
}

/// A stored relation.
pub(super) fn relation(member: Uuid, word: &str) -> Result<FamilyRelation, Error> {
    FamilyRelation::from_word(word)
        .ok_or_else(|| Error::inconsistent("family_members", format!("{member} has another relation")))
}
