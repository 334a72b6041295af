//! De Katrol: a second region beside the first, where a student visits a family twice a week for eight school weeks.

use jiff::Span;
use jiff::civil::{Date, date};
use local::region_run::RegionState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::answers::{arrives, key, list, must, part, text};
use super::browser::Browser;
use super::people::Person;
use super::scene::Scene;
use super::steps::Tell;
use super::trouble::Trouble;
use super::{clock, family, first_day};

/// A Monday from which eight school weeks end on Friday 5 December: the autumn holiday lies between.
const FIRST_MONDAY: Date = date(2025, 10, 6);
const LAST_FRIDAY: Date = date(2025, 12, 5);
const IN_AUTUMN_HOLIDAY: Date = date(2025, 10, 28);
/// Monday and Thursday.
const WEEKDAYS: [i8; 2] = [1, 4];
/// Two visits a week for eight weeks.
const VISITS: usize = 16;

/// Plays it on a running region katrol-asse in which nothing happened yet.
///
/// # Errors
/// The first result that is not what it must be.
pub async fn play(state: &RegionState, tell: Tell<'_>) -> Result<(), Trouble> {
    let scene = Scene::of(state)?;
    clock::move_to(state, &scene, FIRST_MONDAY)?;
    let anybody = Browser::open(&scene.door)?;
    let nadia = Person::sign_in(&scene, "nadia", "Nadia Kanarie-Wouters").await?;
    let tom = Person::sign_in(&scene, "tom", "Tom Kanarie-Peeters").await?;
    let aya = Person::sign_in(&scene, "aya", "Aya Kanarie-Idrissi").await?;
    tell(&format!(
        "{}: business time is {}; anchor person nadia and students tom and aya signed in",
        scene.region.name,
        scene.today()
    ));

    let receipt = first_day::refer(&scene, &anybody, 0, "self", "Rana Kanarie-Dupont", tell).await?;
    let referral = first_day::referral_of(&scene, &nadia.browser, &receipt).await?;
    family::recorded(&scene, &nadia, &referral, tell).await?;
    let admitted = first_day::admit(&scene, &nadia.browser, referral, 0, None, tell).await?;
    let trajectory = matched(&scene, &nadia, &tom, &admitted.participation, tell).await?;
    family::seen_by_student(&tom, &admitted.participation, tell).await?;
    family::hidden_from(&aya, &admitted.participation).await?;
    let visits = planned(&tom, &trajectory, tell).await?;
    missed(state, &scene, &tom, &trajectory, &visits, tell).await?;
    closed(&tom, &trajectory, tell).await?;
    family::counted(state, &scene, &nadia, (FIRST_MONDAY, LAST_FRIDAY), tell).await
}

/// The student is registered, proposed and confirmed; the trajectory opens.
async fn matched(
    scene: &Scene,
    nadia: &Person,
    tom: &Person,
    participation: &str,
    tell: Tell<'_>,
) -> Result<String, Trouble> {
    let programme = scene.programme.code.as_str();
    let browser = &nadia.browser;
    let body = json!({
        "workerId": tom.worker,
        "programme": programme,
        "details": { "name": tom.name, "organisationId": tom.organisation, "languages": ["nl", "fr"] },
    });
    browser.post("/api/v1/workers", &key(), None, &body).await?.good("registering a student")?;
    let mandate = json!({
        "role": "ROLE_STUDENT",
        "programme": programme,
        "scope": "SCOPE_OWN_CASES",
        "validFrom": "2025-09-01",
    });
    let path = format!("/api/v1/workers/{}:grantMandate", tom.worker);
    browser.post(&path, &key(), None, &mandate).await?.good("granting a mandate")?;
    let capacity = json!({ "programme": programme, "validFrom": "2025-09-01" });
    let path = format!("/api/v1/workers/{}:setCapacity", tom.worker);
    browser.post(&path, &key(), None, &capacity).await?.good("setting a capacity")?;

    let query = [("programme", programme)];
    arrives("the family in the waiting list", || async {
        let waiting = browser.get("/api/v1/waiting", &query).await?.good("reading who waits")?;
        Ok((list(&waiting, "waiting").len() == 1).then_some(()))
    })
    .await?;
    let body = json!({ "languages": ["fr"], "firstDay": FIRST_MONDAY.to_string() });
    let path = format!("/api/v1/participations/{participation}:propose");
    let answer = browser.post(&path, &key(), None, &body).await?.good("proposing")?;
    let proposal = text(&part(&answer, "proposal", "proposing")?, "proposalId", "proposing")?;
    let body = json!({ "workerId": tom.worker, "firstDay": FIRST_MONDAY.to_string() });
    let path = format!("/api/v1/proposals/{proposal}:confirm");
    browser.post(&path, &key(), None, &body).await?.good("confirming the student")?;
    let trajectory = arrives("the trajectory of the family", || async {
        let mine = [("view", "TRAJECTORY_VIEW_MINE")];
        let listed = tom.browser.get("/api/v1/trajectories", &mine).await?.good("listing trajectories")?;
        let row = list(&listed, "trajectories").into_iter().next();
        row.map(|row| text(&row, "trajectoryId", "listing trajectories")).transpose()
    })
    .await?;
    tell(
        "the family waits; the student is proposed, since sixteen visits fit before the holiday, and confirmed",
    );
    Ok(trajectory)
}

/// Sixteen visits in eight school weeks, around the autumn holiday and Armistice Day.
async fn planned(tom: &Person, trajectory: &str, tell: Tell<'_>) -> Result<Vec<Value>, Trouble> {
    let doing = "planning the visits";
    let path = format!("/api/v1/trajectories/{trajectory}:planVisits");
    let holiday = json!({ "firstDay": IN_AUTUMN_HOLIDAY.to_string(), "weekdays": WEEKDAYS });
    let refused = tom.browser.post(&path, &key(), None, &holiday).await?;
    must(refused.status == StatusCode::BAD_REQUEST, || {
        format!("a plan from a holiday: {}", refused.problem())
    })?;
    let body = json!({ "firstDay": FIRST_MONDAY.to_string(), "weekdays": WEEKDAYS });
    let plan = tom.browser.post(&path, &key(), None, &body).await?.good(doing)?;
    let visits = list(&plan, "visits");
    must(visits.len() == VISITS, || format!("{} visits are planned, not {VISITS}", visits.len()))?;
    let ends_on = text(&plan, "endsOn", doing)?;
    must(ends_on == LAST_FRIDAY.to_string(), || format!("the plan ends on {ends_on}, not on {LAST_FRIDAY}"))?;
    let days: Vec<String> = visits.iter().map(|visit| text(visit, "day", doing)).collect::<Result<_, _>>()?;
    let in_holiday =
        days.iter().any(|day| ("2025-10-27".."2025-11-03").contains(&day.as_str()) || day == "2025-11-11");
    must(!in_holiday, || format!("a visit lies in a holiday: {days:?}"))?;
    tell(&format!(
        "planned {VISITS} visits from {FIRST_MONDAY} to {}, none in the autumn holiday (a plan that begins there: 400)",
        days.last().map_or("?", String::as_str)
    ));
    Ok(visits)
}

/// One visit is held, one is missed and gets another day, which cannot be a holiday.
async fn missed(
    state: &RegionState,
    scene: &Scene,
    tom: &Person,
    trajectory: &str,
    visits: &[Value],
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let doing = "recording a visit";
    let [first, second, ..] = visits else { return Err(Trouble::new("fewer than two visits")) };
    clock::move_to(state, scene, FIRST_MONDAY.checked_add(Span::new().days(7)).map_err(Trouble::of)?)?;
    let record = async |visit: &Value, what: &str| -> Result<Value, Trouble> {
        let path = format!("/api/v1/visits/{}:record", text(visit, "visitId", doing)?);
        let body = json!({ "state": what });
        let answer = tom.browser.post(&path, &key(), Some(&text(visit, "etag", doing)?), &body).await?;
        part(&answer.good(doing)?, "visit", doing)
    };
    record(first, "VISIT_STATE_HELD").await?;
    let missed = record(second, "VISIT_STATE_MISSED").await?;
    let path = format!("/api/v1/visits/{}:proposeCatchUp", text(&missed, "visitId", doing)?);
    let holiday = json!({ "day": IN_AUTUMN_HOLIDAY.to_string() });
    let refused = tom.browser.post(&path, &key(), None, &holiday).await?;
    must(refused.status == StatusCode::BAD_REQUEST, || {
        format!("a visit in a holiday: {}", refused.problem())
    })?;
    let answer = tom.browser.post(&path, &key(), None, &json!({})).await?.good("catching up")?;
    let day = text(&part(&answer, "visit", doing)?, "day", doing)?;
    let path = format!("/api/v1/trajectories/{trajectory}/visits");
    let listed = tom.browser.get(&path, &[]).await?.good("listing visits")?;
    must(list(&listed, "visits").len() == VISITS + 1, || "the catch-up is not in the plan".to_owned())?;
    tell(&format!("one visit held, one missed and caught up on {day} (on a school holiday: 400)"));
    Ok(())
}

/// Without closing evaluation it cannot close; a recorded refusal is enough.
async fn closed(tom: &Person, trajectory: &str, tell: Tell<'_>) -> Result<(), Trouble> {
    let doing = "closing";
    let read = async || -> Result<String, Trouble> {
        let answer =
            tom.browser.get(&format!("/api/v1/trajectories/{trajectory}"), &[]).await?.good(doing)?;
        text(&part(&answer, "trajectory", doing)?, "etag", doing)
    };
    let close = async |etag: &str| {
        let path = format!("/api/v1/trajectories/{trajectory}:close");
        let body = json!({ "reason": "visits-completed" });
        tom.browser.post(&path, &key(), Some(etag), &body).await
    };
    let without = close(&read().await?).await?;
    must(without.status == StatusCode::CONFLICT, || {
        format!("a close without evaluation: {}", without.problem())
    })?;
    let path = format!("/api/v1/trajectories/{trajectory}:evaluate");
    let body = json!({ "outcome": "CLOSING_EVALUATION_OUTCOME_REFUSED" });
    tom.browser.post(&path, &key(), Some(&read().await?), &body).await?.good("recording the evaluation")?;
    close(&read().await?).await?.good(doing)?;
    tell(
        "without a closing evaluation it does not close (409); the family refused one, which is recorded; closed",
    );
    Ok(())
}
