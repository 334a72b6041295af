//! Table `family_facts`: the families that take part.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::projections::FamilyRecord;

/// Keeps who belongs to a family, unless the row has seen a newer event.
pub(crate) async fn record_family(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    family: &FamilyRecord,
) -> Result<(), sqlx::Error> {
    let relations: Vec<String> = family.members.iter().map(|member| member.relation.to_owned()).collect();
    let school_years: Vec<String> = family.members.iter().map(|member| member.school_year.clone()).collect();
    let in_focus: Vec<bool> = family.members.iter().map(|member| member.in_focus).collect();
    // A list of dates that may be null goes as texts.
    let left_on: Vec<String> = family
        .members
        .iter()
        .map(|member| member.left_on.map(|day| day.to_string()).unwrap_or_default())
        .collect();
    sqlx::query!(
        "insert into family_facts
            (generation, participation_id, participation_sequence, programme, relations, school_years, in_focus, left_on,
             recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7,
                 array(select nullif(day, '')::date from unnest($8::text[]) with ordinality as given (day, place) order by place),
                 $9)
         on conflict on constraint family_facts_pkey do update
         set participation_sequence = excluded.participation_sequence, programme = excluded.programme,
             relations = excluded.relations, school_years = excluded.school_years, in_focus = excluded.in_focus,
             left_on = excluded.left_on, recorded_at = excluded.recorded_at
         where family_facts.participation_sequence < excluded.participation_sequence",
        generation,
        family.participation.as_uuid(),
        sequence,
        family.programme,
        &relations,
        &school_years,
        &in_focus,
        &left_on,
        family.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes what some participations told about their families.
pub(crate) async fn forget_families(
    connection: &mut PgConnection,
    generation: i64,
    participations: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from family_facts where generation = $1 and participation_id = any($2)",
        generation,
        participations,
    )
    .execute(connection)
    .await?;
    Ok(())
}
