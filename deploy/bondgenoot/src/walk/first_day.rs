//! The first day: referrals come in, a coordinator screens them, admits two and refuses one.

use std::sync::{Mutex, PoisonError};

use jiff::ToSpan as _;
use local::region_run::RegionState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::answers::{arrives, key, must, part, text};
use super::browser::Browser;
use super::figures::Figures;
use super::scene::Scene;
use super::steps::Tell;
use super::trouble::Trouble;

/// Who comes in, over which channel.
const COMING: [(&str, &str); 3] = [
    ("partner", "Amina Kanarie-Haddad"),
    ("outreach", "Bram Kanarie-Wouters"),
    ("peer", "Chiara Kanarie-Rossi"),
];

/// Somebody who takes part.
#[derive(Debug, Clone)]
pub(super) struct Participant {
    /// The referral that led to it.
    pub(super) referral: String,
    /// Participation.
    pub(super) participation: String,
    /// Number of the person in the list of those who came, for referring again.
    pub(super) number: usize,
}

/// Plays it. Gives the two who were admitted.
pub(super) async fn play(
    scene: &Scene,
    anybody: &Browser,
    els: &Browser,
    tell: Tell<'_>,
) -> Result<[Participant; 2], Trouble> {
    let mut receipts = Vec::new();
    for (number, (channel, person)) in COMING.into_iter().enumerate() {
        receipts.push(refer(scene, anybody, number, channel, person, tell).await?);
    }
    closed_without_session(scene, anybody, tell).await?;
    let listed = list(scene, els, &receipts, tell).await?;
    let [Some(first), Some(second), Some(third)] = [0, 1, 2].map(|number| listed.get(number).cloned()) else {
        return Err(Trouble::new("a referral is not in the list"));
    };
    let amina = admit(scene, els, first, 0, None, tell).await?;
    refuse(scene, els, &second, tell).await?;
    let chiara = admit(scene, els, third, 2, None, tell).await?;
    Ok([amina, chiara])
}

/// The same person is referred again, and admitted as whom they are: same participation, new episode.
pub(super) async fn come_back(
    scene: &Scene,
    anybody: &Browser,
    els: &Browser,
    who: &Participant,
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let (_, person) = COMING.get(who.number).ok_or_else(|| Trouble::new("nobody of that number came"))?;
    let receipt = refer(scene, anybody, who.number, "peer", person, tell).await?;
    let id = referral_of(scene, els, &receipt).await?;
    let again = admit(scene, els, id, who.number, Some(&who.referral), tell).await?;
    must(again.participation == who.participation, || {
        format!("the participation is {}, and was {}", again.participation, who.participation)
    })?;
    tell("the person came back: same participation, new episode");
    Ok(())
}

/// The referral with this receipt, as a coordinator finds it.
pub(super) async fn referral_of(scene: &Scene, els: &Browser, receipt: &str) -> Result<String, Trouble> {
    let programme = [("programme", scene.programme.code.as_str())];
    let listed = els.get("/api/v1/referrals", &programme).await?.good("listing referrals")?;
    let rows = super::answers::list(&listed, "referrals");
    let row = rows.iter().find(|row| row.get("receiptNumber").and_then(Value::as_str) == Some(receipt));
    text(row.unwrap_or(&Value::Null), "referralId", "listing referrals")
}

/// Refers somebody without an account, twice under one key: one receipt.
pub(super) async fn refer(
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

/// The list is closed without a session.
async fn closed_without_session(scene: &Scene, anybody: &Browser, tell: Tell<'_>) -> Result<(), Trouble> {
    let programme = [("programme", scene.programme.code.as_str())];
    let closed = anybody.get("/api/v1/referrals", &programme).await?;
    must(closed.status == StatusCode::UNAUTHORIZED, || {
        format!("the list without session: {}", closed.problem())
    })?;
    tell("the list is closed without a session (401)");
    Ok(())
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

pub(super) async fn admit(
    scene: &Scene,
    els: &Browser,
    referral: String,
    number: usize,
    earlier: Option<&str>,
    tell: Tell<'_>,
) -> Result<Participant, Trouble> {
    let screened = screen(els, &referral, scene.answers(None), "ELIGIBLE").await?;
    let rules = screened.pointer("/screening/rules").and_then(Value::as_array).map_or(0, Vec::len);
    let body = json!({ "earlierReferralId": earlier.unwrap_or_default() });
    let decided = decide(els, &referral, "admit", &screened, body, "ADMITTED").await?;
    let participation = text(&part(&decided, "decision", "admitting")?, "participationId", "admitting")?;
    tell(&format!(
        "screened referral {}: eligible by {rules} rules of the programme; admitted: participation {participation}",
        number + 1
    ));
    Ok(Participant { referral, participation, number })
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
    let last = scene.today().checked_add(i64::from(term).days()).map_err(Trouble::of)?.to_string();
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

/// Waits until the report of a period is what the database of intake counts.
pub(super) async fn compare(
    state: &RegionState,
    scene: &Scene,
    els: &Browser,
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let (from, to) = scene.period()?;
    let programme = scene.programme.code.as_str();
    let zone = scene.region.time_zone.iana_name().unwrap_or("Europe/Brussels");
    let database = super::figures::database(state, "intake")?;
    let counted = Figures::of_intake(&state.postgres_url, &database, programme, zone, from, to).await?;
    must(counted.referrals > 0, || "both sources count nothing".to_owned())?;
    let (from, to) = (from.to_string(), to.to_string());
    let query = [("programme", programme), ("from", from.as_str()), ("to", to.as_str())];
    let last = Mutex::new(Figures::default());
    let same = arrives("the figures of intake", || async {
        let report = els.get("/api/v1/reports/intake", &query).await?.good("reading the figures")?;
        let figures = Figures::of_report(&report);
        let equal = figures == counted;
        *last.lock().unwrap_or_else(PoisonError::into_inner) = figures;
        Ok(equal.then_some(()))
    });
    same.await.map_err(|trouble| {
        let reported = last.lock().unwrap_or_else(PoisonError::into_inner);
        Trouble::new(format!("{trouble}\n      reported {reported}\n      counted  {counted}"))
    })?;
    tell(&format!("figures of {from} to {to}, read from reporting and counted in intake: {counted}"));
    Ok(())
}

async fn read(els: &Browser, id: &str) -> Result<Value, Trouble> {
    let doing = "reading a referral";
    let answer = els.get(&format!("/api/v1/referrals/{id}"), &[]).await?.good(doing)?;
    part(&answer, "referral", doing)
}

fn etag(referral: &Value) -> Result<String, Trouble> {
    text(referral, "etag", "reading a referral")
}
