//! The figures about intake, in one statement: all of them see the same moment and the same generation.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::error::Error;
use crate::projections::{Count, IntakeFigures, WaitingTime};
use chassis::database::DatabaseError;

/// Which referrals are counted, and when "today" is.
#[derive(Debug)]
pub(crate) struct Selection<'a> {
    /// Code of the programme.
    pub(crate) programme: &'a str,
    /// Received at or after.
    pub(crate) start: Timestamp,
    /// Received before.
    pub(crate) end: Timestamp,
    /// Today in the region, in business time.
    pub(crate) today: Date,
    /// IANA name of the region's time zone, in which waiting days are counted.
    pub(crate) zone: &'a str,
}

/// Counts the referrals of the active generation.
///
/// Days are those of the region. Waiting is never below 0, also when a played clock was set back. `percentile_disc` is the
/// nearest-rank percentile that [`WaitingTime`] promises.
pub(crate) async fn read_intake_figures(
    connection: &mut PgConnection,
    selection: &Selection<'_>,
) -> Result<IntakeFigures, Error> {
    let rows = sqlx::query_as!(
        FigureRow,
        r#"with active as (
               select active_generation as generation
               from chassis.projection_generations
           ),
           facts as materialized (
               select fact.generation,
                      fact.referral_id,
                      fact.channel,
                      fact.municipality_nis,
                      fact.reasons,
                      fact.refusal_reason,
                      fact.withdrawal_reason,
                      case when admission.referral_id is null then fact.state else 'admitted' end as state,
                      (fact.submitted_at at time zone $5)::date as received_on,
                      (coalesce(admission.admitted_at, fact.refused_at) at time zone $5)::date as decided_on,
                      greatest(fact.submitted_at, fact.screened_at, fact.refused_at, fact.withdrawn_at,
                               admission.admitted_at) as newest_at
               from referral_facts as fact
               left join admissions as admission
                      on admission.generation = fact.generation
                     and admission.referral_id = fact.referral_id
               where fact.generation = (select active.generation from active)
                 and fact.programme = $1
                 and fact.submitted_at >= $2
                 and fact.submitted_at < $3
           ),
           waiting as (
               select 'waiting_to_decision' as part, greatest(decided_on - received_on, 0) as days
               from facts
               where decided_on is not null
               union all
               select 'still_waiting', greatest($4::date - received_on, 0)
               from facts
               where state in ('submitted', 'screened')
           ),
           parts as (
               select 'referrals' as part, '' as code, count(*) as count,
                      null::bigint as median, null::bigint as p90, null::bigint as longest, max(newest_at) as newest_at
               from facts
               union all
               select 'channel', channel, count(*), null, null, null, null
               from facts
               group by channel
               union all
               select 'state', state, count(*), null, null, null, null
               from facts
               group by state
               union all
               select 'municipality', municipality_nis, count(*), null, null, null, null
               from facts
               group by municipality_nis
               union all
               select 'reason', reason.code, count(*), null, null, null, null
               from facts
               cross join unnest(facts.reasons) as reason (code)
               group by reason.code
               union all
               select 'refusal_reason', refusal_reason, count(*), null, null, null, null
               from facts
               where refusal_reason is not null
               group by refusal_reason
               union all
               select 'withdrawal_reason', withdrawal_reason, count(*), null, null, null, null
               from facts
               where withdrawal_reason is not null
               group by withdrawal_reason
               union all
               select part, '', count(*),
                      percentile_disc(0.5) within group (order by days),
                      percentile_disc(0.9) within group (order by days),
                      max(days), null
               from waiting
               group by part
           )
           select part as "part!", code as "code!", count as "count!", median, p90, longest, newest_at
           from parts
           order by part, count desc, code collate "C""#,
        selection.programme,
        selection.start.to_sqlx() as _,
        selection.end.to_sqlx() as _,
        selection.today.to_sqlx() as _,
        selection.zone,
    )
    .fetch_all(connection)
    .await
    .map_err(Error::sql)?;
    collect(rows)
}

/// One line of the answer: of a table, or of a distribution of waiting times.
#[derive(Debug)]
struct FigureRow {
    part: String,
    code: String,
    count: i64,
    median: Option<i64>,
    p90: Option<i64>,
    longest: Option<i64>,
    newest_at: Option<jiff_sqlx::Timestamp>,
}

fn collect(rows: Vec<FigureRow>) -> Result<IntakeFigures, Error> {
    let mut figures = IntakeFigures::default();
    for row in rows {
        let waiting = WaitingTime {
            count: row.count,
            median_days: row.median.unwrap_or_default(),
            p90_days: row.p90.unwrap_or_default(),
            longest_days: row.longest.unwrap_or_default(),
        };
        let count = Count { code: row.code, count: row.count };
        match row.part.as_str() {
            "referrals" => {
                figures.referrals = row.count;
                figures.as_of = row.newest_at.map(jiff_sqlx::Timestamp::to_jiff);
            }
            "channel" => figures.by_channel.push(count),
            "state" => figures.by_state.push(count),
            "municipality" => figures.by_municipality.push(count),
            "reason" => figures.by_reason.push(count),
            "refusal_reason" => figures.by_refusal_reason.push(count),
            "withdrawal_reason" => figures.by_withdrawal_reason.push(count),
            "waiting_to_decision" => figures.waiting_to_decision = waiting,
            "still_waiting" => figures.still_waiting = waiting,
            _ => return Err(Error::Database(unknown_part())),
        }
    }
    Ok(figures)
}

fn unknown_part() -> DatabaseError {
    DatabaseError::Inconsistent {
        table: "referral_facts",
        what: "the figures have a part that nobody asked for".to_owned(),
    }
}
