//! Who accompanies whom.

use jiff::civil::Date;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::answers::{arrives, key, list, must, part, text};
use super::browser::Browser;
use super::first_day::Participant;
use super::people::{Cast, Person};
use super::scene::Scene;
use super::steps::Tell;
use super::trouble::Trouble;

/// A match that was confirmed.
#[derive(Debug, Clone)]
pub(super) struct Confirmed {
    /// Match.
    pub(super) id: String,
    /// Its version.
    pub(super) etag: String,
    /// Participation.
    pub(super) participation: String,
    /// Worker.
    pub(super) worker: String,
}

/// Reasons people give; they stay in matching.
const REASON: &str = "Kanarie: de deelnemer kent deze begeleider al van de sociale kruidenier.";

/// Registers the two coaches with mandate and capacity.
pub(super) async fn workers(scene: &Scene, cast: &Cast, tell: Tell<'_>) -> Result<(), Trouble> {
    let els = &cast.els.browser;
    let programme = scene.programme.code.as_str();
    let domain = scene.domain(0)?;
    for (person, share, expertise) in
        [(&cast.samira, "1", vec![domain.clone()]), (&cast.noor, "0.5", Vec::new())]
    {
        let doing = "registering a worker";
        let body = json!({
            "workerId": person.worker,
            "programme": programme,
            "details": {
                "name": person.name,
                "organisationId": person.organisation,
                "languages": ["nl"],
                "expertise": expertise,
            },
        });
        els.post("/api/v1/workers", &key(), None, &body).await?.good(doing)?;
        let mandate = json!({
            "role": "ROLE_COACH",
            "programme": programme,
            "scope": "SCOPE_OWN_CASES",
            "validFrom": "2024-03-01",
        });
        let path = format!("/api/v1/workers/{}:grantMandate", person.worker);
        els.post(&path, &key(), None, &mandate).await?.good("granting a mandate")?;
        let capacity = json!({ "programme": programme, "fullTimeShare": share, "validFrom": "2024-03-01" });
        let path = format!("/api/v1/workers/{}:setCapacity", person.worker);
        els.post(&path, &key(), None, &capacity).await?.good("setting a capacity")?;
    }
    let listed = places(scene, els, scene.today()).await?;
    must(listed.len() == 2, || format!("{} workers are listed, 2 were registered", listed.len()))?;
    let told: Vec<String> = listed
        .iter()
        .map(|worker| {
            let field = |name: &str| worker.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
            format!("{} FTE: {} to {} cases", field("fullTimeShare"), field("casesMin"), field("casesMax"))
        })
        .collect();
    tell(&format!("registered two coaches with mandate and capacity ({})", told.join("; ")));
    Ok(())
}

/// Proposes for both who wait, makes a proposal again, and confirms: the first proposed, and another with a reason.
pub(super) async fn confirm(
    scene: &Scene,
    cast: &Cast,
    participants: [&Participant; 2],
    tell: Tell<'_>,
) -> Result<[Confirmed; 2], Trouble> {
    let els = &cast.els.browser;
    let programme = [("programme", scene.programme.code.as_str())];
    let waiting = arrives("the waiting list", || async {
        let waiting = els.get("/api/v1/waiting", &programme).await?.good("reading who waits")?;
        let waiting = list(&waiting, "waiting");
        Ok((waiting.len() == participants.len()).then_some(waiting))
    })
    .await?;
    tell(&format!("{} participants wait for a coach", waiting.len()));

    let [first, second] = participants;
    let proposal = propose(scene, els, first).await?;
    let order: Vec<String> = proposed(&proposal);
    let best = order.first().cloned().ok_or_else(|| Trouble::new("nobody is proposed"))?;
    let lines = proposal.pointer("/proposed/0/rules").and_then(Value::as_array).map_or(0, Vec::len)
        + proposal.pointer("/proposed/0/terms").and_then(Value::as_array).map_or(0, Vec::len);
    let id = text(&proposal, "proposalId", "proposing")?;
    let replay = els.get(&format!("/api/v1/proposals/{id}:replay"), &[]).await?.good("replaying")?;
    must(replay.get("same").and_then(Value::as_bool) == Some(true), || {
        "the proposal made again gives another answer".to_owned()
    })?;
    tell(&format!(
        "proposed {} coaches in an order explained in {lines} lines; made again, the answer is the same bit for bit",
        order.len()
    ));
    let one = accept(scene, els, &proposal, &best, "").await?.good("confirming")?;

    let proposal = propose(scene, els, second).await?;
    let order = proposed(&proposal);
    let other = order.iter().find(|worker| **worker != cast.samira.worker).cloned();
    let other = other.ok_or_else(|| Trouble::new("nobody but samira is proposed"))?;
    let without_reason = order.first().is_none_or(|first| *first == other);
    if !without_reason {
        let refused = accept(scene, els, &proposal, &other, "").await?;
        must(refused.status == StatusCode::BAD_REQUEST, || {
            format!("another than the first without a reason: {}", refused.problem())
        })?;
    }
    let reason = if without_reason { "" } else { REASON };
    let two = accept(scene, els, &proposal, &other, reason).await?.good("confirming")?;
    tell(
        "confirmed the first proposed for one participant, and another with a reason for the other (none without)",
    );
    Ok([confirmed(&one)?, confirmed(&two)?])
}

/// Hands the first match over to the other coach.
pub(super) async fn hand_over(
    scene: &Scene,
    cast: &Cast,
    matches: &[Confirmed; 2],
    tell: Tell<'_>,
) -> Result<Person, Trouble> {
    let [first, _] = matches;
    let to = if first.worker == cast.samira.worker { &cast.noor } else { &cast.samira };
    let body = json!({ "workerId": to.worker, "firstDay": scene.today().to_string(), "reason": REASON });
    let path = format!("/api/v1/matches/{}:handOver", first.id);
    let answer =
        cast.els.browser.post(&path, &key(), Some(&first.etag), &body).await?.good("handing over")?;
    let begun = part(&answer, "begun", "handing over")?;
    must(text(&begun, "followsMatchId", "handing over")? == first.id, || {
        "the new match does not follow the old one".to_owned()
    })?;
    tell("handed the first case over to the other coach");
    Ok(to.clone())
}

/// After the close the coach has a place more, from the next day on.
pub(super) async fn place_is_free(scene: &Scene, cast: &Cast, tell: Tell<'_>) -> Result<(), Trouble> {
    let tomorrow = scene.today().tomorrow().map_err(Trouble::of)?;
    arrives("a free place", || async {
        let workers = places(scene, &cast.els.browser, tomorrow).await?;
        let running: i64 =
            workers.iter().filter_map(|worker| super::answers::number(worker, "matches")).sum();
        Ok((running == 1).then_some(()))
    })
    .await?;
    tell("the place is free again from tomorrow on: one match runs");
    Ok(())
}

async fn places(scene: &Scene, els: &Browser, day: Date) -> Result<Vec<Value>, Trouble> {
    let day = day.to_string();
    let query = [("programme", scene.programme.code.as_str()), ("day", day.as_str())];
    let listed = els.get("/api/v1/workers", &query).await?.good("listing workers")?;
    Ok(list(&listed, "workers"))
}

async fn propose(scene: &Scene, els: &Browser, who: &Participant) -> Result<Value, Trouble> {
    let body = json!({
        "languages": ["nl"],
        "lifeDomains": [scene.domain(0)?],
        "weight": scene.weight(),
        "firstDay": scene.today().to_string(),
    });
    let path = format!("/api/v1/participations/{}:propose", who.participation);
    let answer = els.post(&path, &key(), None, &body).await?.good("proposing")?;
    part(&answer, "proposal", "proposing")
}

fn proposed(proposal: &Value) -> Vec<String> {
    let ids = list(proposal, "proposed");
    ids.iter().filter_map(|worker| Some(worker.get("workerId")?.as_str()?.to_owned())).collect()
}

async fn accept(
    scene: &Scene,
    els: &Browser,
    proposal: &Value,
    worker: &str,
    reason: &str,
) -> Result<super::browser::Answer, Trouble> {
    let id = text(proposal, "proposalId", "confirming")?;
    let body = json!({ "workerId": worker, "firstDay": scene.today().to_string(), "reason": reason });
    els.post(&format!("/api/v1/proposals/{id}:confirm"), &key(), None, &body).await
}

fn confirmed(answer: &Value) -> Result<Confirmed, Trouble> {
    let doing = "confirming";
    let found = part(answer, "match", doing)?;
    Ok(Confirmed {
        id: text(&found, "matchId", doing)?,
        etag: text(&found, "etag", doing)?,
        participation: text(&found, "participationId", doing)?,
        worker: text(&found, "workerId", doing)?,
    })
}
