//! The figures about trajectories, in one statement: all of them see the same moment and the same generation.

use chassis::database::DatabaseError;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::error::Error;
use crate::projections::{Count, DutyCounts, TrajectoryCounts, WaitingTime};

/// What is counted.
#[derive(Debug)]
pub(crate) struct TrajectorySelection<'a> {
    /// Code of the programme.
    pub(crate) programme: &'a str,
    /// Instants of the period: at or after.
    pub(crate) start: Timestamp,
    /// Before.
    pub(crate) end: Timestamp,
    /// First day of the period.
    pub(crate) from: Date,
    /// Last day of the period.
    pub(crate) to: Date,
    /// IANA name of the region's time zone, in which instants have a day.
    pub(crate) zone: &'a str,
}

/// Counts in the active generation.
///
/// A trajectory, a contact, a measure, a duty and an exit have a day; an admission and a match have an instant, which belongs to
/// its day in the region. Days between are never below 0, also when a played clock was set back. `percentile_disc` is the
/// nearest-rank percentile that [`WaitingTime`] promises.
#[expect(clippy::too_many_lines, reason = "one statement: all figures see the same moment")]
pub(crate) async fn read_trajectory_figures(
    connection: &mut PgConnection,
    selection: &TrajectorySelection<'_>,
) -> Result<TrajectoryCounts, Error> {
    let rows = sqlx::query_as!(
        FigureRow,
        r#"with active as (
               select active_generation as generation
               from chassis.projection_generations
           ),
           trajectories as materialized (
               select episode_id, opened_on, closed_on, exit_reason, outcome,
                      closed_on is null or closed_on > $5 as is_running,
                      greatest(opened_at, closed_at) as newest_at
               from trajectory_facts
               where generation = (select active.generation from active)
                 and programme = $1
                 and opened_on <= $5
                 and (closed_on is null or closed_on >= $4)
           ),
           weights as (
               select coalesce(newest.weight, '') as code
               from trajectories
               left join lateral (
                   select fact.weight
                   from match_facts as fact
                   where fact.generation = (select active.generation from active)
                     and fact.programme = $1
                     and fact.episode_id = trajectories.episode_id
                     and fact.first_day <= $5
                   order by fact.first_day desc, fact.confirmed_at desc, fact.match_id desc
                   limit 1
               ) as newest on true
               where trajectories.is_running
           ),
           episodes as materialized (
               select participation_id, re_entry, ended_on,
                      admitted_at >= $2 as is_admission,
                      greatest(admitted_at, ended_at) as newest_at
               from admissions
               where generation = (select active.generation from active)
                 and programme = $1
                 and admitted_at < $3
                 and (ended_on is null or ended_on >= $4)
           ),
           families as materialized (
               select fact.participation_id, relations, school_years, in_focus, left_on, recorded_at
               from family_facts as fact
               where generation = (select active.generation from active)
                 and programme = $1
                 and exists (select 1 from episodes where episodes.participation_id = fact.participation_id)
           ),
           members as materialized (
               select member.relation, member.school_year, member.in_focus
               from families
               cross join lateral unnest(relations, school_years, in_focus, left_on)
                   as member (relation, school_year, in_focus, left_on)
               where member.left_on is null or member.left_on >= $4
           ),
           matches as materialized (
               select match_id, episode_id, overridden, over_capacity, follows_match_id, confirmed_at
               from match_facts
               where generation = (select active.generation from active)
                 and programme = $1
                 and confirmed_at >= $2
                 and confirmed_at < $3
           ),
           ended_matches as materialized (
               select ended_why, ended_at
               from match_facts
               where generation = (select active.generation from active)
                 and programme = $1
                 and last_day between $4 and $5
           ),
           contacts as materialized (
               select outcome, time_class, minutes, told_at
               from contact_facts
               where generation = (select active.generation from active)
                 and programme = $1
                 and day between $4 and $5
                 and not struck_out
           ),
           duties as materialized (
               select duty, state, changed_at
               from duty_facts
               where generation = (select active.generation from active)
                 and programme = $1
                 and due_on between $4 and $5
           ),
           measures as materialized (
               select instrument, taken_at
               from measure_facts
               where generation = (select active.generation from active)
                 and programme = $1
                 and day between $4 and $5
           ),
           declined as materialized (
               select declined_at
               from declined_proposals
               where generation = (select active.generation from active)
                 and programme = $1
                 and declined_at >= $2
                 and declined_at < $3
           ),
           begun_capacities as (
               select distinct on (worker_id) worker_id, cases_min, cases_max, valid_to, changed_at
               from worker_capacities
               where generation = (select active.generation from active)
                 and programme = $1
                 and valid_from <= $5
               order by worker_id, valid_from desc
           ),
           capacities as materialized (
               select cases_min, cases_max, changed_at
               from begun_capacities
               where valid_to is null or valid_to >= $5
           ),
           spreads as (
               select 'lead_time' as part, greatest(closed_on - opened_on, 0) as days
               from trajectories
               where not is_running
               union all
               select 'waiting_to_match',
                      greatest((matches.confirmed_at at time zone $6)::date
                               - (admission.referred_at at time zone $6)::date, 0)
               from matches
               join admissions as admission
                 on admission.generation = (select active.generation from active)
                and admission.programme = $1
                and admission.episode_id = matches.episode_id
                and admission.referred_at is not null
               where not exists (
                   select 1
                   from match_facts as earlier
                   where earlier.generation = (select active.generation from active)
                     and earlier.programme = $1
                     and earlier.episode_id = matches.episode_id
                     and (earlier.confirmed_at, earlier.match_id) < (matches.confirmed_at, matches.match_id)
               )
           ),
           counts as (
               select 'running_before' as part, '' as code, '' as detail, count(*) as count
               from trajectories where opened_on < $4
               union all
               select 'opened', '', '', count(*) from trajectories where opened_on >= $4
               union all
               select 'running', '', '', count(*) from trajectories where is_running
               union all
               select 'ran', '', '', count(*) from trajectories
               union all
               select 'weight', code, '', count(*) from weights group by code
               union all
               select 'exits', '', '', count(*) from trajectories where not is_running
               union all
               select 'exit_reason', exit_reason, '', count(*) from trajectories where not is_running group by exit_reason
               union all
               select 'exit_outcome', outcome, '', count(*) from trajectories where not is_running group by outcome
               union all
               select 'participants', '', '', count(distinct participation_id) from episodes
               union all
               select 'admissions', '', '', count(*) from episodes where is_admission
               union all
               select 're_entries', '', '', count(*) from episodes where is_admission and re_entry
               union all
               select 'admitted', '', '', count(distinct participation_id) from episodes where is_admission
               union all
               select 'episodes_ended', '', '', count(*) from episodes where ended_on <= $5
               union all
               select 'families', '', '', count(*) from families
               union all
               select 'member', relation, '', count(*) from members group by relation
               union all
               select 'children_in_focus', '', '', count(*) from members where relation = 'child' and in_focus
               union all
               select 'school_year', school_year, '', count(*)
               from members where relation = 'child' and school_year <> '' group by school_year
               union all
               select 'confirmed', '', '', count(*) from matches
               union all
               select 'overridden', '', '', count(*) from matches where overridden
               union all
               select 'over_capacity', '', '', count(*) from matches where over_capacity
               union all
               select 'handovers', '', '', count(*) from matches where follows_match_id is not null
               union all
               select 'declined', '', '', count(*) from declined
               union all
               select 'match_ended', ended_why, '', count(*) from ended_matches group by ended_why
               union all
               select 'contact', outcome, '', count(*) from contacts group by outcome
               union all
               select 'minutes', time_class, '', sum(minutes) from contacts group by time_class
               union all
               select 'duty', duty, state, count(*) from duties group by duty, state
               union all
               select 'measure', instrument, '', count(*) from measures group by instrument
               union all
               select 'workers', '', '', count(*) from capacities
               union all
               select 'referrals', '', '', count(*)
               from referral_facts
               where generation = (select active.generation from active)
                 and programme = $1
                 and submitted_at >= $2
                 and submitted_at < $3
           ),
           newest as (
               select max(newest_at) as at
               from (
                   select newest_at from trajectories
                   union all select newest_at from episodes
                   union all select recorded_at from families
                   union all select confirmed_at from matches
                   union all select ended_at from ended_matches
                   union all select told_at from contacts
                   union all select changed_at from duties
                   union all select taken_at from measures
                   union all select declined_at from declined
                   union all select changed_at from capacities
               ) as told
           ),
           parts as (
               select part, code, detail, count, null::text as amount,
                      null::bigint as median, null::bigint as p90, null::bigint as longest, null::timestamptz as newest_at
               from counts
               union all
               select part, '', '', count(*), null,
                      percentile_disc(0.5) within group (order by days),
                      percentile_disc(0.9) within group (order by days),
                      max(days), null
               from spreads
               group by part
               union all
               select 'capacity_min', '', '', 0, coalesce(sum(cases_min), 0)::text, null, null, null, null
               from capacities
               union all
               select 'capacity_max', '', '', 0, coalesce(sum(cases_max), 0)::text, null, null, null, null
               from capacities
               union all
               select 'newest', '', '', 0, null, null, null, null, at
               from newest
           )
           select part as "part!", code as "code!", detail as "detail!", count as "count!", amount, median, p90, longest,
                  newest_at
           from parts
           order by part, count desc, code collate "C", detail"#,
        selection.programme,
        selection.start.to_sqlx() as _,
        selection.end.to_sqlx() as _,
        selection.from.to_sqlx() as _,
        selection.to.to_sqlx() as _,
        selection.zone,
    )
    .fetch_all(connection)
    .await
    .map_err(Error::sql)?;
    collect(rows)
}

/// One line of the answer: a count, an amount, a distribution of days, or the newest instant.
#[derive(Debug)]
struct FigureRow {
    part: String,
    code: String,
    detail: String,
    count: i64,
    amount: Option<String>,
    median: Option<i64>,
    p90: Option<i64>,
    longest: Option<i64>,
    newest_at: Option<jiff_sqlx::Timestamp>,
}

fn collect(rows: Vec<FigureRow>) -> Result<TrajectoryCounts, Error> {
    let mut counts = TrajectoryCounts::default();
    for row in rows {
        let spread = WaitingTime {
            count: row.count,
            median_days: row.median.unwrap_or_default(),
            p90_days: row.p90.unwrap_or_default(),
            longest_days: row.longest.unwrap_or_default(),
        };
        let number = row.count;
        let line = Count { code: row.code, count: number };
        match row.part.as_str() {
            "running_before" => counts.running_before = number,
            "opened" => counts.opened = number,
            "running" => counts.running = number,
            "ran" => counts.ran = number,
            "weight" => counts.running_by_weight.push(line),
            "exits" => counts.exits = number,
            "exit_reason" => counts.exits_by_reason.push(line),
            "exit_outcome" => counts.exits_by_outcome.push(line),
            "lead_time" => counts.lead_time = spread,
            "participants" => counts.participants = number,
            "admissions" => counts.admissions = number,
            "re_entries" => counts.re_entries = number,
            "admitted" => counts.admitted = number,
            "episodes_ended" => counts.episodes_ended = number,
            "families" => counts.families = number,
            "member" => match line.code.as_str() {
                "parent" => counts.parents = number,
                "child" => counts.children = number,
                _ => counts.other_members = number,
            },
            "children_in_focus" => counts.children_in_focus = number,
            "school_year" => counts.children_by_school_year.push(line),
            "confirmed" => counts.confirmed = number,
            "overridden" => counts.overridden = number,
            "over_capacity" => counts.over_capacity = number,
            "handovers" => counts.handovers = number,
            "declined" => counts.declined = number,
            "waiting_to_match" => counts.waiting_to_match = spread,
            "match_ended" => counts.matches_ended.push(line),
            "contact" if line.code == "reached" => counts.reached = number,
            "contact" => counts.tried = number,
            "minutes" if line.code == "with_participant" => counts.minutes_with = number,
            "minutes" => counts.minutes_around = number,
            "duty" => add_duty(&mut counts.duties, &line.code, &row.detail, number),
            "measure" => counts.measures.push(line),
            "workers" => counts.workers = number,
            "referrals" => counts.referrals = number,
            "capacity_min" => counts.capacity_min = decimal(row.amount)?,
            "capacity_max" => counts.capacity_max = decimal(row.amount)?,
            "newest" => counts.as_of = row.newest_at.map(jiff_sqlx::Timestamp::to_jiff),
            _ => return Err(inconsistent("the figures have a part that nobody asked for")),
        }
    }
    counts.duties.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(counts)
}

fn add_duty(duties: &mut Vec<DutyCounts>, code: &str, state: &str, number: i64) {
    if !duties.iter().any(|duty| duty.code == code) {
        duties.push(DutyCounts { code: code.to_owned(), ..DutyCounts::default() });
    }
    for duty in duties.iter_mut().filter(|duty| duty.code == code) {
        match state {
            "kept" => duty.kept = number,
            "kept_late" => duty.kept_late = number,
            "missed" => duty.missed = number,
            _ => duty.open = number,
        }
    }
}

fn decimal(text: Option<String>) -> Result<Decimal, Error> {
    text.and_then(|text| Decimal::from_str_exact(&text).ok())
        .ok_or_else(|| inconsistent("the sum of the capacities is no decimal"))
}

fn inconsistent(what: &str) -> Error {
    Error::Database(DatabaseError::Inconsistent { table: "trajectory_facts", what: what.to_owned() })
}
