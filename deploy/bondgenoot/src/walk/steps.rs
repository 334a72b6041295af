//! The steps.

use std::time::Duration;

use chassis::id::IdGenerator;
use jiff::ToSpan as _;
use local::region_run::RegionState;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::browser::Browser;
use super::figures::Figures;
use super::scene::Scene;
use super::trouble::Trouble;

/// The coordinator among the demo people.
const COORDINATOR: &str = "els";
/// How long events may take to reach the figures.
const ARRIVE: Duration = Duration::from_secs(20);
/// Pause between two looks at the figures.
const PAUSE: Duration = Duration::from_millis(100);
/// Who comes in, over which channel.
const COMING: [(&str, &str); 3] = [
    ("partner", "Amina Kanarie-Haddad"),
    ("outreach", "Bram Kanarie-Wouters"),
    ("peer", "Chiara Kanarie-Rossi"),
];

/// Where steps are told.
type Tell<'a> = &'a mut (dyn FnMut(&str) + Send);

/// Plays the walk on a running region and tells each step with its result.
///
/// Expects a region without referrals in the present quarter: the figures are compared over all of them.
///
/// # Errors
/// The first result that is not what it must be.
pub async fn play(state: &RegionState, tell: Tell<'_>) -> Result<(), Trouble> {
    let scene = Scene::of(state)?;
    let anybody = Browser::open(&scene.door)?;
    let mut receipts = Vec::new();
    for (number, (channel, person)) in COMING.into_iter().enumerate() {
        receipts.push(refer(&scene, &anybody, number, channel, person, tell).await?);
    }

    let els = sign_in(&scene, &anybody, tell).await?;
    let listed = list(&scene, &els, &receipts, tell).await?;
    let [first, second, third] = [0, 1, 2].map(|number| listed.get(number).cloned());
    let missing = || Trouble::new("a referral is not in the list");

    admit(&scene, &els, &first.ok_or_else(missing)?, tell).await?;
    refuse(&scene, &els, &second.ok_or_else(missing)?, tell).await?;
    withdraw(&scene, &els, &third.ok_or_else(missing)?, tell).await?;
    compare(state, &scene, &els, tell).await
}

/// Refers somebody without an account, twice under one key: one receipt.
async fn refer(
    scene: &Scene,
    anybody: &Browser,
    number: usize,
    channel: &str,
    person: &str,
    tell: Tell<'_>,
) -> Result<String, Trouble> {
    let municipality = scene.municipality(number)?;
    let organisation = if channel == "peer" { "" } else { "Kanarie vzw" };
    let form = json!({
        "programme": scene.programme.code.as_str(),
        "channel": channel,
        "consent": "CONSENT_GIVEN",
        "personName": person,
        "personContact": format!("kanarie.{number}@example.org"),
        "municipalityNis": municipality,
        "reasons": scene.reasons(number),
        "referrerName": "Dirk Kanarie-Maes",
        "referrerOrganisation": organisation,
        "referrerContact": "kanarie.dirk@example.org",
    });
    let key = key();
    let doing = format!("referring through {channel}");
    let first = anybody.post("/api/v1/referrals", &key, None, &form).await?.good(&doing)?;
    let receipt = text(&first, "receiptNumber", &doing)?;
    let again = anybody.post("/api/v1/referrals", &key, None, &form).await?.good(&doing)?;
    must(text(&again, "receiptNumber", &doing)? == receipt, || {
        format!("{doing}: the same form under the same key gave another receipt")
    })?;
    tell(&format!(
        "referral through {channel} from {municipality}: receipt {receipt}, the same one when sent again"
    ));
    Ok(receipt)
}

/// The list is closed without a session and open with one.
async fn sign_in(scene: &Scene, anybody: &Browser, tell: Tell<'_>) -> Result<Browser, Trouble> {
    let programme = [("programme", scene.programme.code.as_str())];
    let closed = anybody.get("/api/v1/referrals", &programme).await?;
    must(closed.status == StatusCode::UNAUTHORIZED, || {
        format!("the list without session: {}", closed.problem())
    })?;
    let els = Browser::open(&scene.door)?;
    els.sign_in(COORDINATOR).await?;
    tell("the list is closed without a session (401); coordinator els signed in through the issuer");
    Ok(els)
}

/// Finds the referrals of these receipts in the list, in their order.
async fn list(
    scene: &Scene,
    els: &Browser,
    receipts: &[String],
    tell: Tell<'_>,
) -> Result<Vec<String>, Trouble> {
    let programme = [("programme", scene.programme.code.as_str())];
    let answer = els.get("/api/v1/referrals", &programme).await?.good("listing referrals")?;
    let rows = answer.get("referrals").and_then(Value::as_array).cloned().unwrap_or_default();
    must(rows.len() == receipts.len(), || {
        format!("{} referrals are listed, {} came in", rows.len(), receipts.len())
    })?;
    must(!answer.to_string().contains("Kanarie"), || "the list shows a name".to_owned())?;
    let found = receipts.iter().map(|receipt| {
        let row = rows.iter().find(|row| row.get("receiptNumber").and_then(Value::as_str) == Some(receipt));
        row.map_or_else(
            || Err(Trouble::new(format!("the receipt {receipt} is not in the list"))),
            |row| text(row, "referralId", "listing referrals"),
        )
    });
    let found = found.collect::<Result<Vec<_>, _>>()?;
    tell(&format!("the list shows the {} referrals, without a name", found.len()));
    Ok(found)
}

/// Screens by the questions of the programme; gives the referral after it.
async fn screen(els: &Browser, id: &str, answers: Value, outcome: &str) -> Result<Value, Trouble> {
    let doing = "screening";
    let referral = read(els, id).await?;
    let body = json!({ "birthDate": "1990-06", "answers": answers });
    let path = format!("/api/v1/referrals/{id}:screen");
    let answer = els.post(&path, &key(), Some(&etag(&referral)?), &body).await?.good(doing)?;
    let referral = part(&answer, "referral", doing)?;
    let screening = part(&referral, "screening", doing)?;
    let given = text(&screening, "outcome", doing)?;
    must(given == format!("SCREENING_OUTCOME_{outcome}"), || {
        format!("{doing}: {given} where {outcome} was due")
    })?;
    Ok(referral)
}

async fn admit(scene: &Scene, els: &Browser, id: &str, tell: Tell<'_>) -> Result<(), Trouble> {
    let referral = screen(els, id, scene.answers(None), "ELIGIBLE").await?;
    let rules = referral.pointer("/screening/rules").and_then(Value::as_array).map_or(0, Vec::len);
    tell(&format!("screened the first: eligible by {rules} rules of the programme"));
    let decided = decide(els, id, "admit", &referral, json!({}), "ADMITTED").await?;
    let participation = text(&part(&decided, "decision", "admitting")?, "participationId", "admitting")?;
    tell(&format!("admitted the first: participation {participation}"));
    Ok(())
}

async fn refuse(scene: &Scene, els: &Browser, id: &str, tell: Tell<'_>) -> Result<(), Trouble> {
    let (rule, reason) = scene.strict_rule()?;
    let referral = screen(els, id, scene.answers(Some(rule)), "NOT_ELIGIBLE").await?;
    let rules = referral.pointer("/screening/rules").and_then(Value::as_array).cloned().unwrap_or_default();
    let failed: Vec<&str> = rules
        .iter()
        .filter(|one| one.get("holds").and_then(Value::as_bool) == Some(false))
        .filter_map(|one| one.get("rule")?.as_str())
        .collect();
    must(failed == [rule.id.as_str()], || {
        format!("screening: the rules {failed:?} fail, not only {}", rule.id)
    })?;
    tell(&format!("screened the second: not eligible by the rule {}", rule.id));

    let old_version = etag(&read(els, id).await?)?;
    let refusal = json!({ "reason": reason, "alternative": "Kanarie: het aanbod van de VDAB" });
    let decided = decide(els, id, "refuse", &referral, refusal.clone(), "REFUSED").await?;
    let decision = part(&decided, "decision", "refusing")?;
    must(text(&decision, "reason", "refusing")? == reason, || {
        "refusing: another reason was recorded".to_owned()
    })?;
    let term = scene.reply_term_days(&reason)?;
    let last = scene.today.checked_add(i64::from(term).days()).map_err(Trouble::of)?.to_string();
    let until = text(&decision, "replyUntil", "refusing")?;
    must(until == last, || format!("refusing: reply until {until} where {last} was due"))?;
    let late =
        els.post(&format!("/api/v1/referrals/{id}:refuse"), &key(), Some(&old_version), &refusal).await?;
    must(late.status == StatusCode::PRECONDITION_FAILED, || format!("a stale write: {}", late.problem()))?;
    tell(&format!(
        "refused the second: {reason}, reply until {until}; a write on the old version is refused (412)"
    ));
    Ok(())
}

async fn withdraw(scene: &Scene, els: &Browser, id: &str, tell: Tell<'_>) -> Result<(), Trouble> {
    let reasons = &scene.programme.withdrawal_reasons;
    let reason = reasons.first().map(|reason| reason.code.to_string());
    let reason = reason.ok_or_else(|| Trouble::new("the programme has no withdrawal reason"))?;
    let referral = read(els, id).await?;
    decide(els, id, "withdraw", &referral, json!({ "reason": reason }), "WITHDRAWN").await?;
    tell(&format!("withdrew the third: {reason}"));
    Ok(())
}

/// Takes a decision on the version that was read; gives the referral after it.
async fn decide(
    els: &Browser,
    id: &str,
    verb: &str,
    referral: &Value,
    body: Value,
    state: &str,
) -> Result<Value, Trouble> {
    let doing = format!("decision {verb}");
    let path = format!("/api/v1/referrals/{id}:{verb}");
    let answer = els.post(&path, &key(), Some(&etag(referral)?), &body).await?.good(&doing)?;
    let referral = part(&answer, "referral", &doing)?;
    let now = text(&referral, "state", &doing)?;
    must(now == format!("REFERRAL_STATE_{state}"), || format!("{doing}: the state is {now}"))?;
    Ok(referral)
}

/// Waits until the report of the quarter is what the database of intake counts.
async fn compare(state: &RegionState, scene: &Scene, els: &Browser, tell: Tell<'_>) -> Result<(), Trouble> {
    let (from, to) = scene.quarter()?;
    let programme = scene.programme.code.as_str();
    let zone = scene.region.time_zone.iana_name().unwrap_or("Europe/Brussels");
    let counted =
        Figures::of_intake(&state.postgres_url, &intake_database(state)?, programme, zone, from, to).await?;
    let deadline = Instant::now() + ARRIVE;
    let (from, to) = (from.to_string(), to.to_string());
    let query = [("programme", programme), ("from", from.as_str()), ("to", to.as_str())];
    loop {
        let report = els.get("/api/v1/reports/intake", &query).await?.good("reading the figures")?;
        let reported = Figures::of_report(&report);
        if reported == counted {
            must(counted.referrals > 0, || "both sources count nothing".to_owned())?;
            tell(&format!("figures of {from} to {to}, read from reporting and counted in intake: {counted}"));
            return Ok(());
        }
        if Instant::now() >= deadline {
            let within = ARRIVE.as_secs();
            return Err(Trouble::new(format!(
                "the figures differ after {within} s\n      reported {reported}\n      counted  {counted}"
            )));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Name of intake's database, from its address.
fn intake_database(state: &RegionState) -> Result<String, Trouble> {
    let url = state.services.get("intake").and_then(|service| service.database_url.as_deref());
    let name = url.and_then(|url| url.rsplit('/').next()).and_then(|name| name.split('?').next());
    name.map(str::to_owned).ok_or_else(|| Trouble::new("intake has no database"))
}

async fn read(els: &Browser, id: &str) -> Result<Value, Trouble> {
    let doing = "reading a referral";
    let answer = els.get(&format!("/api/v1/referrals/{id}"), &[]).await?.good(doing)?;
    part(&answer, "referral", doing)
}

fn etag(referral: &Value) -> Result<String, Trouble> {
    text(referral, "etag", "reading a referral")
}

fn part(value: &Value, name: &str, doing: &str) -> Result<Value, Trouble> {
    let found = value.get(name).filter(|part| part.is_object()).cloned();
    found.ok_or_else(|| Trouble::new(format!("{doing}: the answer has no {name}")))
}

fn text(value: &Value, name: &str, doing: &str) -> Result<String, Trouble> {
    let found = value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    found.map(str::to_owned).ok_or_else(|| Trouble::new(format!("{doing}: the answer has no {name}")))
}

fn must(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Trouble> {
    if holds { Ok(()) } else { Err(Trouble::new(otherwise())) }
}

fn key() -> String {
    IdGenerator.uuid().to_string()
}
