//! What people ask all day, through the gateway on real processes: the reads of a coach and a coordinator against `pgbench` with
//! the statements that the service ran for one of them, the writes against a referral, which `write` holds against `pgbench`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use chassis::id::IdGenerator;
use reqwest::Client;
use serde_json::json;

use super::{Effort, Request, Verdict, closed_loop, difference, pgbench, ratio, sentinel, statements};
use crate::harness::{RegionUnderTest, Setup};
use crate::life::{Case, PROGRAMME, Troupe};
use crate::load::{Attempts, referral};
use crate::web::Web;

/// Of the same statements without gateway, gRPC, checks and unsealing (design: page and detail at least 0.40 of pgbench).
const READ_FLOOR: f64 = 0.40;
/// Of a referral: a write of the same shape, with a check of who is on the case.
const WRITE_FLOOR: f64 = 0.5;
/// Requests in flight at a time.
const CONNECTIONS: u64 = 16;
/// Running cases of the one coach who asks.
const CASES: u64 = 8;
/// Contacts of each case and referrals before a list is read: more than a page.
const ROWS: u64 = 60;

/// Measures.
///
/// # Errors
/// When the region or an answer is not as it should be.
pub async fn run(effort: Effort) -> anyhow::Result<Vec<Verdict>> {
    let region = RegionUnderTest::start(Setup::with_own_broker().without_operations()).await?;
    let web = Arc::new(Web::forgetful(&region.url()?)?);
    let troupe = Troupe::enter(&region, &web, &Arc::new(Attempts::default())).await?;
    troupe.hire().await?;
    let mut cases = Vec::new();
    for number in 0..CASES {
        let admitted = troupe.admit(number).await?;
        cases.push(troupe.accompany(admitted, Some(&troupe.coaches[0].worker)).await?);
    }
    let case = cases.first().context("somebody is accompanied")?;
    troupe.work_on(case).await?;
    let waiting = troupe.admit(CASES).await?;

    let door = region.url()?;
    let (els, coach) = (troupe.els.cookie().to_owned(), case.coach.hand.cookie().to_owned());
    let log = log_contact(&door, &cases, &troupe.today());
    let refer = post(&door, "/api/v1/referrals", "", &referral("partner", 1));
    let client = Client::new();
    for row in 0..ROWS {
        let somebody = post(&door, "/api/v1/referrals", "", &referral("partner", 1_000 + row));
        somebody(&client).send().await?.error_for_status()?;
        for _ in 0..CASES {
            log(&client).send().await?.error_for_status()?;
        }
    }
    let year = troupe.today().get(..4).context("a day has a year")?.to_owned();
    let trajectory = format!("/api/v1/trajectories/{}", case.trajectory);
    let reads = [
        (
            "own_trajectories",
            "trajectory",
            "/api/v1/trajectories?view=TRAJECTORY_VIEW_MINE&state=TRAJECTORY_STATE_OPEN".to_owned(),
            &coach,
        ),
        ("trajectory", "trajectory", trajectory.clone(), &coach),
        ("contacts", "trajectory", format!("{trajectory}/contacts"), &coach),
        ("referrals", "intake", format!("/api/v1/referrals?programme={PROGRAMME}"), &els),
        (
            "figures",
            "reporting",
            format!("/api/v1/reports/trajectories?programme={PROGRAMME}&from={year}-01-01&to={year}-03-31"),
            &els,
        ),
    ];
    let time = effort.half / 2;
    let mut verdicts = Vec::new();
    for (name, service, path, cookie) in &reads {
        let ours = get(&door, path, cookie);
        let script = statements::script_of(&region, service, name, &ours).await?;
        let peer = async || pgbench::per_second(&region, service, service, &script, &[], time).await;
        let name = format!("read_{name}_vs_pgbench");
        verdicts.push(compare(&name, &ours, peer, (effort.pairs, time), READ_FLOOR).await?);
    }
    let needs = json!({"languages": ["nl"], "lifeDomains": ["work"], "weight": "regular", "firstDay": troupe.today()});
    let propose =
        post(&door, &format!("/api/v1/participations/{}:propose", waiting.participation), &els, &needs);
    for (name, ours) in [("log_contact", &log), ("propose_match", &propose)] {
        let name = format!("write_{name}_vs_referral");
        let peer = async || per_second(&refer, time).await;
        verdicts.push(compare(&name, ours, peer, (effort.pairs, time), WRITE_FLOOR).await?);
    }
    region.stop().await?;
    Ok(verdicts)
}

async fn compare(
    name: &str,
    ours: &Request,
    peer: impl AsyncFn() -> anyhow::Result<f64>,
    (pairs, time): (usize, Duration),
    floor: f64,
) -> anyhow::Result<Verdict> {
    let ours = async || per_second(ours, time).await.with_context(|| name.to_owned());
    ours().await?;
    peer().await?;
    let (mut figures, mut noise) = (Vec::new(), 0.0_f64);
    for pair in 0..pairs {
        let before = sentinel();
        figures.push(if pair % 2 == 0 {
            let ours = ours().await?;
            (ours, peer().await?)
        } else {
            let peer = peer().await?;
            (ours().await?, peer)
        });
        noise = noise.max(difference(before, sentinel()));
    }
    Ok(ratio(name, &figures, floor, noise))
}

async fn per_second(request: &Request, time: Duration) -> anyhow::Result<f64> {
    let (count, seconds) = closed_loop(Arc::clone(request), CONNECTIONS, time).await?;
    Ok(f64::from(u32::try_from(count)?) / seconds)
}

fn get(door: &str, path: &str, cookie: &str) -> Request {
    let (url, cookie) = (format!("{door}{path}"), cookie.to_owned());
    Arc::new(move |client| client.get(&url).header("cookie", &cookie).header("sec-fetch-site", "same-origin"))
}

fn post(door: &str, path: &str, cookie: &str, body: &serde_json::Value) -> Request {
    let (url, cookie, body) = (format!("{door}{path}"), cookie.to_owned(), body.to_string());
    Arc::new(move |client| {
        let request = client.post(&url).header("content-type", "application/json").body(body.clone());
        let request = request.header("idempotency-key", IdGenerator.uuid().to_string());
        if cookie.is_empty() {
            return request;
        }
        request.header("cookie", &cookie).header("sec-fetch-site", "same-origin")
    })
}

/// Contacts logged on each case in turn: a coach writes one at a time in each.
fn log_contact(door: &str, cases: &[Case], today: &str) -> Request {
    let contact = json!({
        "day": today,
        "outcome": "CONTACT_OUTCOME_REACHED",
        "timeClass": "TIME_CLASS_AROUND_PARTICIPANT",
        "minutes": 1,
        "domain": "work",
        "note": "Kanarie: even gebeld",
    });
    let requests: Vec<Request> = cases
        .iter()
        .map(|case| {
            let path = format!("/api/v1/trajectories/{}/contacts", case.trajectory);
            post(door, &path, case.coach.hand.cookie(), &contact)
        })
        .collect();
    let next = AtomicUsize::new(0);
    #[expect(clippy::indexing_slicing, reason = "modulo the length")]
    Arc::new(move |client| requests[next.fetch_add(1, Ordering::Relaxed) % requests.len()](client))
}
