//! What happens in two cases of the quarter: contacts, a goal, measures, duties, a handover, a close.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::answers::{arrives, key, list, must, part, text};
use super::browser::{Answer, Browser};
use super::matching::Confirmed;
use super::people::{Cast, Person};
use super::scene::Scene;
use super::steps::Tell;
use super::trouble::Trouble;

/// A trajectory with the coach who has it at first.
#[derive(Debug, Clone)]
pub(super) struct Case {
    id: String,
    coach: Person,
}

/// Both open by themselves; each coach sees the own one and logs.
pub(super) async fn begin(
    scene: &Scene,
    cast: &Cast,
    matches: &[Confirmed; 2],
    tell: Tell<'_>,
) -> Result<[Case; 2], Trouble> {
    let [first, second] = matches;
    let cases = [open(cast, first).await?, open(cast, second).await?];
    let [mine, other] = &cases;
    tell("two trajectories opened by themselves; each coach lists the own one only");

    // Not yours and not there are one answer.
    let foreign = read(&mine.coach.browser, &other.id).await?;
    let nowhere = read(&mine.coach.browser, &key()).await?;
    must(foreign.status == StatusCode::NOT_FOUND && foreign.reason() == nowhere.reason(), || {
        format!(
            "a case of another coach: {}, one that does not exist: {}",
            foreign.problem(),
            nowhere.problem()
        )
    })?;
    tell("the case of another coach answers as one that does not exist (404)");

    for case in &cases {
        let with = "TIME_CLASS_WITH_PARTICIPANT";
        let around = "TIME_CLASS_AROUND_PARTICIPANT";
        for (outcome, class, minutes) in
            [("REACHED", with, 60), ("TRIED", around, 5), ("REACHED", around, 30)]
        {
            contact(scene, case, scene.today(), outcome, class, minutes).await?.good("logging a contact")?;
        }
    }
    let tomorrow = scene.today().tomorrow().map_err(Trouble::of)?;
    let refused = contact(scene, mine, tomorrow, "REACHED", "TIME_CLASS_WITH_PARTICIPANT", 60).await?;
    must(refused.status == StatusCode::BAD_REQUEST, || {
        format!("a contact of tomorrow: {}", refused.problem())
    })?;
    tell("logged three contacts in each case, tried and reached apart; one of tomorrow is refused (400)");

    let goal = json!({ "domain": scene.domain(5)?, "words": "Kanarie: ik wil weer met mensen werken" });
    mine.post("goals", &goal).await?.good("setting a goal")?;
    let step = json!({
        "words": "Kanarie: samen naar de open dag",
        "day": scene.today().checked_add(jiff::Span::new().days(7)).map_err(Trouble::of)?.to_string(),
    });
    mine.post("next-steps", &step).await?.good("planning the next step")?;
    let wrong = measure(scene, mine, "release", 11).await?;
    must(wrong.status == StatusCode::BAD_REQUEST, || format!("11 on a scale to 10: {}", wrong.problem()))?;
    measure(scene, mine, "release", 4).await?.good("taking the release scale")?;
    measure(scene, mine, "star", 2).await?.good("taking the star")?;
    tell(
        "set a goal in the participant's words, planned a step, took release scale and star (an 11 is refused)",
    );
    Ok(cases)
}

/// After four weeks a measure is due: kept in one case.
pub(super) async fn first_month(scene: &Scene, cases: &[Case; 2], tell: Tell<'_>) -> Result<(), Trouble> {
    for case in cases {
        due(case, "first-empowerment", "DUTY_STATE_DUE").await?;
    }
    let [mine, _] = cases;
    measure(scene, mine, "empowerment", 3).await?.good("taking the empowerment measure")?;
    due(mine, "first-empowerment", "DUTY_STATE_KEPT").await?;
    tell("four weeks later the empowerment measure is due in both cases; taken in one");
    Ok(())
}

/// After three months the follow-up is due: kept in one case; the measure nobody took is missed.
pub(super) async fn quarterly_duty(
    scene: &Scene,
    cast: &Cast,
    cases: &[Case; 2],
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let [mine, other] = cases;
    due(mine, "quarterly-follow-up", "DUTY_STATE_DUE").await?;
    due(other, "first-empowerment", "DUTY_STATE_MISSED").await?;
    let els = &cast.els.browser;
    let query = [
        ("view", "TRAJECTORY_VIEW_PROGRAMME"),
        ("programme", scene.programme.code.as_str()),
        ("dutyOverdue", "true"),
    ];
    let overdue = els.get("/api/v1/trajectories", &query).await?.good("listing what is overdue")?;
    let overdue = list(&overdue, "trajectories").len();
    must(overdue > 0, || "the coordinator sees no overdue duty".to_owned())?;
    measure(scene, mine, "release", 7).await?.good("taking the release scale")?;
    measure(scene, mine, "star", 4).await?.good("taking the star")?;
    due(mine, "quarterly-follow-up", "DUTY_STATE_KEPT").await?;
    contact(scene, other, scene.today(), "REACHED", "TIME_CLASS_WITH_PARTICIPANT", 45)
        .await?
        .good("logging a contact")?;
    tell(&format!(
        "three months later the follow-up is due; kept in one case by two measures; {overdue} cases show what is overdue"
    ));
    Ok(())
}

/// The case that was handed over: the new coach sees it, the earlier one does not; it closes with a reason only.
pub(super) async fn close(
    scene: &Scene,
    cases: &[Case; 2],
    new_coach: &Person,
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let [mine, _] = cases;
    let taken = Case { id: mine.id.clone(), coach: new_coach.clone() };
    let seen = arrives("the handed over case", || async {
        let answer = read(&taken.coach.browser, &taken.id).await?;
        Ok((answer.status == StatusCode::OK).then_some(answer.body))
    })
    .await?;
    // The match of the earlier coach ended yesterday.
    arrives("the end of the earlier coach's access", || async {
        let answer = read(&mine.coach.browser, &mine.id).await?;
        Ok((answer.status == StatusCode::NOT_FOUND).then_some(()))
    })
    .await?;
    tell("after the handover the new coach sees the case and the earlier one does not (404)");

    let trajectory = part(&seen, "trajectory", "reading a trajectory")?;
    let etag = text(&trajectory, "etag", "reading a trajectory")?;
    let path = format!("/api/v1/trajectories/{}:close", taken.id);
    let without = taken.coach.browser.post(&path, &key(), Some(&etag), &json!({})).await?;
    must(without.status == StatusCode::BAD_REQUEST, || {
        format!("a close without reason: {}", without.problem())
    })?;
    let reason = scene.exit_with_work()?;
    let body = json!({ "reason": reason });
    taken.coach.browser.post(&path, &key(), Some(&etag), &body).await?.good("closing")?;
    tell(&format!("closed the case with the reason {reason} (without one: 400)"));
    Ok(())
}

impl Case {
    async fn post(&self, what: &str, body: &Value) -> Result<Answer, Trouble> {
        let path = format!("/api/v1/trajectories/{}/{what}", self.id);
        self.coach.browser.post(&path, &key(), None, body).await
    }
}

async fn open(cast: &Cast, confirmed: &Confirmed) -> Result<Case, Trouble> {
    let coach = if confirmed.worker == cast.samira.worker { &cast.samira } else { &cast.noor };
    let query = [("view", "TRAJECTORY_VIEW_MINE")];
    let id = arrives("the trajectory", || async {
        let listed = coach.browser.get("/api/v1/trajectories", &query).await?.good("listing trajectories")?;
        let rows = list(&listed, "trajectories");
        must(rows.len() <= 1, || format!("the coach sees {} cases, and has one", rows.len()))?;
        let row = rows.into_iter().find(|row| {
            row.get("participationId").and_then(Value::as_str) == Some(confirmed.participation.as_str())
        });
        row.map(|row| text(&row, "trajectoryId", "listing trajectories")).transpose()
    })
    .await?;
    Ok(Case { id, coach: coach.clone() })
}

async fn read(browser: &Browser, id: &str) -> Result<Answer, Trouble> {
    browser.get(&format!("/api/v1/trajectories/{id}"), &[]).await
}

async fn contact(
    scene: &Scene,
    case: &Case,
    day: jiff::civil::Date,
    outcome: &str,
    class: &str,
    minutes: u32,
) -> Result<Answer, Trouble> {
    let body = json!({
        "day": day.to_string(),
        "outcome": format!("CONTACT_OUTCOME_{outcome}"),
        "timeClass": class,
        "minutes": minutes,
        "domain": scene.domain(5)?,
        "note": "Kanarie: een goed gesprek",
    });
    case.post("contacts", &body).await
}

/// Takes a measure in which every value is the same.
async fn measure(scene: &Scene, case: &Case, instrument: &str, value: u32) -> Result<Answer, Trouble> {
    let values: Vec<Value> =
        scene.items(instrument)?.iter().map(|item| json!({ "item": item, "value": value })).collect();
    case.post("measures", &json!({ "instrument": instrument, "values": values })).await
}

/// Waits until a duty of a case is in a state.
async fn due(case: &Case, duty: &str, state: &str) -> Result<(), Trouble> {
    let path = format!("/api/v1/trajectories/{}/duties", case.id);
    arrives(&format!("the duty {duty} in the state {state}"), || async {
        let listed = case.coach.browser.get(&path, &[]).await?.good("listing duties")?;
        let found = list(&listed, "duties").into_iter().any(|one| {
            let is = |name: &str, text: &str| one.get(name).and_then(Value::as_str) == Some(text);
            is("duty", duty) && is("state", state)
        });
        Ok(found.then_some(()))
    })
    .await
}
