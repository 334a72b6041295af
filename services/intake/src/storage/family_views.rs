//! A family as whoever may read the case sees it, in one statement.

use chassis::vault::Vault;
use jiff::Timestamp;
use sqlx::PgConnection;

use super::{families, open, persons};
use crate::domain::{Etag, FamilyRelation, ParticipationId, PersonId};
use crate::error::Error;

/// A member. Personal texts are `None` once the member was erased.
#[derive(Clone)]
pub struct MemberView {
    /// The member is a person.
    pub person: PersonId,
    /// What they are in the family.
    pub relation: FamilyRelation,
    /// Whether this is the person who was referred.
    pub is_referred: bool,
    /// Name.
    pub name: Option<String>,
    /// Birth date as far as known.
    pub birth_date: Option<String>,
    /// School.
    pub school: Option<String>,
    /// Code of the school year.
    pub school_year: Option<String>,
    /// Whether they left.
    pub left: bool,
    /// Whether their data were erased.
    pub erased: bool,
    /// When they were recorded.
    pub recorded_at: Timestamp,
    /// Current tag.
    pub etag: Etag,
}

impl std::fmt::Debug for MemberView {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MemberView").field("person", &self.person).finish_non_exhaustive()
    }
}

/// The programme of a participation in reach.
pub async fn programme_of(
    connection: &mut PgConnection,
    participation: ParticipationId,
) -> Result<Option<String>, Error> {
    let programme = sqlx::query_scalar!(
        "select programme from participations where participation_id = $1",
        participation.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(programme)
}

/// The members recorded for a person who was referred, or for the participation; who left stands last.
pub async fn members(
    connection: &mut PgConnection,
    vault: &Vault,
    referred: Option<PersonId>,
    participation: Option<ParticipationId>,
) -> Result<Vec<MemberView>, Error> {
    let rows = sqlx::query!(
        r#"select person_id, relation, person_id = referred_person_id as "is_referred!", name, birth_date, school, school_year,
                  left_on is not null as "has_left!", recorded_at, version, region_key_id, wrapped
           from family_members
           join persons using (person_id)
           join person_keys using (person_id)
           where (referred_person_id = $1 or participation_id = $2) and removed_why is distinct from 'mistake'
           order by left_on is not null, person_id <> referred_person_id,
                    array_position(array['parent', 'child', 'other'], relation), recorded_at, person_id"#,
        referred.map(PersonId::as_uuid),
        participation.map(ParticipationId::as_uuid),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = row.person_id;
            let key = persons::unwrap_key(vault, id, row.region_key_id, row.wrapped)?;
            let text = |column: &str, sealed: Option<&[u8]>| open(key.as_ref(), column, id, sealed);
            Ok(MemberView {
                person: PersonId::from_uuid(id),
                relation: families::relation(id, &row.relation)?,
                is_referred: row.is_referred,
                name: text("persons.name", row.name.as_deref())?,
                birth_date: text("persons.birth_date", row.birth_date.as_deref())?,
                school: text("family_members.school", row.school.as_deref())?,
                school_year: row.school_year,
                left: row.has_left,
                erased: key.is_none(),
                recorded_at: row.recorded_at.to_jiff(),
                etag: Etag::of(row.version),
            })
        })
        .collect()
}
