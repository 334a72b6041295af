//! The report of the quarter against what one counts by SQL in the services' databases, past every line of our code.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use local::region_run::RegionState;
use serde_json::Value;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::answers::{arrives, must};
use super::browser::Browser;
use super::scene::Scene;
use super::steps::Tell;
use super::trouble::Trouble;

/// Figures of the report by their place in it, with the database that knows better and what to ask it. Everything in the
/// databases happened within the period.
const FIGURES: [(&str, &str, &str); 17] = [
    ("/admissions/admissions", "intake", "select count(*) from episodes"),
    ("/admissions/reEntries", "intake", "select count(*) - count(distinct participation_id) from episodes"),
    ("/admissions/participants", "intake", "select count(*) from participations"),
    ("/standing/opened", "trajectory", "select count(*) from trajectories"),
    ("/standing/running", "trajectory", "select count(*) from trajectories where state = 'open'"),
    ("/standing/workers", "matching", "select count(distinct worker_id) from capacities"),
    ("/matches/confirmed", "matching", "select count(*) from matches"),
    ("/matches/overridden", "matching", "select count(*) from matches where overridden"),
    ("/matches/handovers", "matching", "select count(*) from matches where follows_match_id is not null"),
    (
        "/contacts/reached",
        "trajectory",
        "select count(*) from contacts where outcome = 'reached' and not struck_out",
    ),
    (
        "/contacts/tried",
        "trajectory",
        "select count(*) from contacts where outcome = 'tried' and not struck_out",
    ),
    (
        "/contacts/minutesWithParticipant",
        "trajectory",
        "select coalesce(sum(minutes) filter (where time_class = 'with_participant'), 0)::bigint from contacts where not struck_out",
    ),
    (
        "/contacts/minutesAroundParticipant",
        "trajectory",
        "select coalesce(sum(minutes) filter (where time_class <> 'with_participant'), 0)::bigint from contacts where not struck_out",
    ),
    ("/duties/kept", "trajectory", "select count(*) from duties where state = 'kept'"),
    ("/duties/missed", "trajectory", "select count(*) from duties where state = 'missed'"),
    ("/measures", "trajectory", "select count(*) from measures"),
    ("/exits/exits", "trajectory", "select count(*) from trajectories where state = 'closed'"),
];

/// Waits until the report of the period says what the databases count.
pub(super) async fn compare(
    state: &RegionState,
    scene: &Scene,
    els: &Browser,
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let mut counted = BTreeMap::new();
    for (place, service, question) in FIGURES {
        let mut connection = connect(state, service).await?;
        let count: i64 =
            sqlx::query_scalar(question).fetch_one(&mut connection).await.map_err(Trouble::of)?;
        counted.insert(place, count);
    }
    for place in
        ["/admissions/reEntries", "/matches/handovers", "/contacts/tried", "/duties/missed", "/exits/exits"]
    {
        must(counted.get(place).is_some_and(|count| *count > 0), || format!("the play has no {place}"))?;
    }
    let (from, to) = scene.period()?;
    let (from, to) = (from.to_string(), to.to_string());
    let query = [("programme", scene.programme.code.as_str()), ("from", from.as_str()), ("to", to.as_str())];
    let last = Mutex::new(BTreeMap::new());
    let report = arrives("the report of the quarter", || async {
        let report = els.get("/api/v1/reports/trajectories", &query).await?.good("reading the report")?;
        let reported: BTreeMap<&str, i64> =
            FIGURES.iter().map(|(place, ..)| (*place, figure(&report, place))).collect();
        let equal = reported == counted;
        *last.lock().unwrap_or_else(PoisonError::into_inner) = reported;
        Ok(equal.then_some(report))
    });
    let report = report.await.map_err(|trouble| {
        let reported = last.lock().unwrap_or_else(PoisonError::into_inner);
        let differing: Vec<String> = counted
            .iter()
            .filter(|(place, count)| reported.get(*place) != Some(*count))
            .map(|(place, count)| format!("{place}: reported {:?}, counted {count}", reported.get(place)))
            .collect();
        Trouble::new(format!("{trouble}\n      {}", differing.join("\n      ")))
    })?;
    let figures: Vec<String> = counted
        .iter()
        .map(|(place, count)| format!("{} {count}", place.trim_start_matches('/').replace('/', ".")))
        .collect();
    tell(&format!("report of {from} to {to}, as the databases count: {}", figures.join(", ")));
    tell(&outflow(&report)?);
    Ok(())
}

/// A figure of the report; of a list, the sum over its lines.
fn figure(report: &Value, place: &str) -> i64 {
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_default();
    let sum = |list: &[Value], name: &str| list.iter().filter_map(|one| one.get(name)).map(number).sum();
    match place.split('/').collect::<Vec<_>>()[..] {
        ["", "measures"] => {
            report.get("measures").and_then(Value::as_array).map_or(0, |list| sum(list, "count"))
        }
        ["", "duties", name] => {
            report.get("duties").and_then(Value::as_array).map_or(0, |list| sum(list, name))
        }
        _ => report.pointer(place).map_or(0, number),
    }
}

/// The outflow to work with each way to say out of how many.
fn outflow(report: &Value) -> Result<String, Trouble> {
    let indicators = super::answers::list(report, "indicators");
    let found =
        indicators.iter().find(|one| one.get("numerator").and_then(Value::as_str) == Some("exits_with_work"));
    let found = found.ok_or_else(|| Trouble::new("the report has no outflow to work"))?;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
    let ways: Vec<String> = super::answers::list(found, "denominators")
        .iter()
        .map(|one| {
            let targets: Vec<String> = super::answers::list(one, "targets")
                .iter()
                .map(|target| format!("{} % asks {}", text(target, "percent"), text(target, "required")))
                .collect();
            format!("{} {} ({})", text(one, "denominator"), text(one, "value"), targets.join(", "))
        })
        .collect();
    must(ways.len() > 2, || "the outflow names fewer than three denominators".to_owned())?;
    Ok(format!("outflow to work: {} out of {}", text(found, "value"), ways.join("; ")))
}

/// Minutes of all contacts that took place.
pub(super) async fn contact_minutes(state: &RegionState) -> Result<i64, Trouble> {
    let mut connection = connect(state, "trajectory").await?;
    sqlx::query_scalar("select coalesce(sum(minutes), 0)::bigint from contacts where not struck_out")
        .fetch_one(&mut connection)
        .await
        .map_err(Trouble::of)
}

async fn connect(state: &RegionState, service: &str) -> Result<PgConnection, Trouble> {
    let options: PgConnectOptions = state.postgres_url.parse().map_err(Trouble::of)?;
    let options = options.database(&super::figures::database(state, service)?);
    options.disable_statement_logging().connect().await.map_err(Trouble::of)
}
