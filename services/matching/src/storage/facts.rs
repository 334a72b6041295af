//! What counts about the workers of a programme on a day: one statement for all of them.

use chassis::vault::Vault;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::programme::{self, Role};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{read, workers};
use crate::domain::proposal::{Accompanied, RoleSpan, WorkerFacts};
use crate::domain::{FullTimeShare, Load, ParticipationId};
use crate::error::Error;

/// Workers that one proposal looks at, at most.
const MOST_WORKERS: i64 = 500;
/// Days for which a mandate that ended is still looked at, so that people see why somebody they know is not proposed.
const DAYS_AFTER_MANDATE: i32 = 31;

/// For whom, where and when.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Code of the programme.
    pub programme: &'a str,
    /// Roles that accompany.
    pub roles: &'a [Role],
    /// How the programme counts capacity.
    pub capacity: &'a programme::Capacity,
    /// First day of the match.
    pub first_day: Date,
    /// Participation.
    pub participation: ParticipationId,
}

/// The facts of every worker with an accompanying mandate in the programme, by id.
pub async fn of_workers(
    connection: &mut PgConnection,
    vault: &Vault,
    question: Question<'_>,
) -> Result<Vec<WorkerFacts>, Error> {
    let roles: Vec<String> = question.roles.iter().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        r#"select w.worker_id, w.languages, w.municipalities, w.expertise, w.gender, w.starter_gate, k.region_key_id, k.wrapped,
                  spans.roles as "roles!", spans.firsts as "firsts!", spans.lasts as "lasts!",
                  (select case when c.valid_to is null or $3 <= c.valid_to then c.share::text end
                   from capacities as c
                   where c.worker_id = w.worker_id and c.programme = $1 and c.valid_from <= $3
                   order by c.valid_from desc
                   limit 1) as share,
                  (select count(*)
                   from (select distinct on (c.programme) c.valid_to
                         from capacities as c
                         where c.worker_id = w.worker_id and c.valid_from <= $3
                         order by c.programme, c.valid_from desc) as latest
                   where latest.valid_to is null or $3 <= latest.valid_to) as "programmes!",
                  (select sum(m.weight)::text
                   from matches as m
                   where m.worker_id = w.worker_id and m.programme = $1 and (m.last_day is null or m.last_day >= $3)) as used,
                  exists (select from matches as m
                          where m.worker_id = w.worker_id and m.participation_id = $4) as "accompanied!",
                  coalesce((select m.worker_id = w.worker_id
                            from matches as m
                            where m.participation_id = $4
                            order by m.first_day desc, m.match_id desc
                            limit 1), false) as "latest!"
           from workers as w
           join worker_keys as k using (worker_id)
           cross join lateral (
               select array_agg(m.role order by m.role, m.valid_from) as roles,
                      array_agg(m.valid_from::text order by m.role, m.valid_from) as firsts,
                      array_agg(coalesce(m.valid_to::text, '') order by m.role, m.valid_from) as lasts
               from mandates as m
               where m.worker_id = w.worker_id and (m.programme is null or m.programme = $1) and m.role = any ($2)
                 and (m.valid_to is null or m.valid_to >= $3::date - $5::integer)
           ) as spans
           where spans.roles is not null
           order by w.worker_id
           limit $6"#,
        question.programme,
        &roles,
        question.first_day.to_sqlx() as _,
        question.participation.as_uuid(),
        DAYS_AFTER_MANDATE,
        MOST_WORKERS,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = row.worker_id;
            let key = workers::key(vault, id, row.region_key_id, row.wrapped)?;
            let share: Option<FullTimeShare> =
                row.share.map(|share| read::parse("capacities", "share", id, &share)).transpose()?;
            let load = share.map_or(Load::NONE, |share| Load::of(question.capacity, share));
            Ok(WorkerFacts {
                worker: id,
                roles: spans(id, &row.roles, &row.firsts, &row.lasts)?,
                languages: read::parse_all("workers", "language", id, &row.languages)?,
                municipalities: read::parse_all("workers", "municipality", id, &row.municipalities)?,
                expertise: read::parse_all("workers", "domain", id, &row.expertise)?,
                gender: workers::open_gender(&key, id, row.gender.as_deref())?,
                starter_gate: read::parse_all("workers", "starter gate", id, &row.starter_gate)?,
                share: share.map_or(Decimal::ZERO, FullTimeShare::value),
                cases_max: load.max.normalize(),
                cases_used: read::decimal("matches", id, row.used.as_deref())?,
                programmes: u32::try_from(row.programmes).unwrap_or(u32::MAX),
                accompanied: match (row.accompanied, row.latest) {
                    (_, true) => Accompanied::Latest,
                    (true, false) => Accompanied::Earlier,
                    (false, false) => Accompanied::Never,
                },
            })
        })
        .collect()
}

fn spans(
    worker: Uuid,
    roles: &[String],
    firsts: &[String],
    lasts: &[String],
) -> Result<Vec<RoleSpan>, Error> {
    let spans = roles.iter().zip(firsts).zip(lasts).map(|((role, first), last)| {
        Ok(RoleSpan {
            role: read::parse("mandates", "role", worker, role)?,
            first: read::parse("mandates", "day", worker, first)?,
            last: read::day("mandates", worker, last)?,
        })
    });
    spans.collect()
}
