//! The budget of the case, to the cent; and the hours that contacts suggest.

use local::region_run::RegionState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::answers::{arrives, key, list, must, number, part, text};
use super::people::Cast;
use super::scene::Scene;
use super::steps::Tell;
use super::trouble::Trouble;

/// The staff rows, what was entered as funding, and what has to come out: the case that finance is tested with as well.
const STAFF: &str = include_str!("../../../../services/finance/tests/cases/waasland-2024-staff.csv");
const FUNDING: &str = include_str!("../../../../services/finance/tests/cases/waasland-2024-funding.toml");
const EXPECTED: &str = include_str!("../../../../services/finance/tests/cases/waasland-2024-expected.toml");
/// The year of the case.
const YEAR: u32 = 2024;
/// The partners of the region behind the neutral codes of the case.
const PARTNERS: [(&str, &str); 11] = [
    ("p01", "arktos"),
    ("p02", "emino"),
    ("p03", "compaan"),
    ("p04", "vdab"),
    ("p05", "ocmw-lokeren"),
    ("p06", "ocmw-moerbeke"),
    ("p07", "ocmw-sint-gillis-waas"),
    ("p08", "ocmw-stekene"),
    ("p09", "ocmw-temse"),
    ("p10", "ocmw-waasmunster"),
    ("p11", "vvsg"),
];

/// Enters the 18 rows and the funding; the totals are those of the form and every control is 0.
pub(super) async fn budget(scene: &Scene, cast: &Cast, tell: Tell<'_>) -> Result<(), Trouble> {
    let pieter = &cast.pieter.browser;
    let doing = "keeping the budget";
    let new = json!({ "programme": scene.programme.code.as_str(), "year": YEAR, "name": "Begroting 2024" });
    let mut budget =
        part(&pieter.post("/api/v1/budgets", &key(), None, &new).await?.good(doing)?, "budget", doing)?;
    let path = format!("/api/v1/budgets/{}", text(&budget, "budgetId", doing)?);
    let mut rows = 0;
    for line in STAFF.lines().skip(1).filter(|line| !line.is_empty()) {
        let [row, component, partner, _, wage, hours, ..] = line.split(',').collect::<Vec<_>>()[..] else {
            return Err(Trouble::new(format!("the case has a row of another shape: {line}")));
        };
        let found = PARTNERS.iter().find(|(code, _)| *code == partner);
        let (_, partner) =
            found.ok_or_else(|| Trouble::new(format!("{partner} is no partner of the case")))?;
        let body = json!({ "row": row, "component": component, "partner": partner, "wageEuro": wage, "hours": hours });
        let etag = text(&budget, "etag", doing)?;
        let answer = pieter.post(&format!("{path}:putStaffLine"), &key(), Some(&etag), &body).await?;
        budget = part(&answer.good(&format!("{doing}, row {row}"))?, "budget", doing)?;
        rows += 1;
    }
    let too_early = pieter
        .post(&format!("{path}:approve"), &key(), Some(&text(&budget, "etag", doing)?), &json!({}))
        .await?;
    must(too_early.status == StatusCode::CONFLICT, || {
        format!("an approval without funding: {}", too_early.problem())
    })?;

    let etag = text(&budget, "etag", doing)?;
    let answer = pieter.post(&format!("{path}:putFunding"), &key(), Some(&etag), &funding()?).await?;
    budget = part(&answer.good(doing)?, "budget", doing)?;
    totals(&budget)?;
    let controls = list(&budget, "controls");
    let open: Vec<&Value> = controls
        .iter()
        .filter(|one| one.get("difference").and_then(|money| number(money, "cents")) != Some(0))
        .collect();
    must(controls.len() == 3 && open.is_empty(), || format!("controls that are not 0: {open:?}"))?;
    let findings = list(&budget, "findings");
    for code in findings_of_the_case() {
        must(findings.iter().any(|one| one.get("code").and_then(Value::as_str) == Some(code)), || {
            format!("the finding {code} is not shown")
        })?;
    }
    let findings = findings.len();
    let etag = text(&budget, "etag", doing)?;
    pieter.post(&format!("{path}:approve"), &key(), Some(&etag), &json!({})).await?.good("approving")?;
    tell(&format!(
        "finance: {rows} staff rows give the totals of the form to the cent, {} controls are 0.00, {findings} differences are shown with their cause; approved (without funding: 409)",
        controls.len()
    ));
    Ok(())
}

/// The funding of the case, as it is entered.
fn funding() -> Result<Value, Trouble> {
    let mut lines = Vec::new();
    for component in ["operation", "support"] {
        for source in ["esf", "vcf", "local", "vdab"] {
            let Ok(amount) = entry(FUNDING, &format!("funding.{component}"), source) else { continue };
            let mut line = json!({ "component": component, "source": source, "amountEuro": amount });
            // What is brought in kind, and what the text of the application says instead of the form.
            let more = match (component, source) {
                ("operation", "local") => Some(("inKindEuro", "cofinancing", "local_staff_in_kind")),
                ("operation", "vdab") => Some(("inKindEuro", "cofinancing", "vdab_staff_in_kind")),
                ("operation", "vcf") => Some(("statedEuro", "text", "vcf_operation")),
                _ => None,
            };
            if let (Some((field, table, name)), Some(fields)) = (more, line.as_object_mut()) {
                fields.insert(field.to_owned(), json!(entry(FUNDING, table, name)?));
            }
            lines.push(line);
        }
    }
    let contributions: Vec<Value> = [
        ("Lokeren", "ocmw-lokeren"),
        ("Moerbeke", "ocmw-moerbeke"),
        ("Sint-Gillis-Waas", "ocmw-sint-gillis-waas"),
        ("Stekene", "ocmw-stekene"),
        ("Temse", "ocmw-temse"),
        ("Waasmunster", "ocmw-waasmunster"),
    ]
    .into_iter()
    .map(|(name, partner)| {
        Ok(json!({ "partner": partner, "amountEuro": entry(FUNDING, "municipal_contributions", name)? }))
    })
    .collect::<Result<_, Trouble>>()?;
    Ok(json!({ "lines": lines, "contributions": contributions }))
}

/// The totals against those of the case.
fn totals(budget: &Value) -> Result<(), Trouble> {
    let component = |code: &str| {
        let components = list(budget, "components");
        components.into_iter().find(|one| one.get("component").and_then(Value::as_str) == Some(code))
    };
    let cost = |code: &str| match code {
        "project" => budget.get("project").cloned(),
        code => component(code).and_then(|one| one.get("cost").cloned()),
    };
    for (code, field, name) in [
        ("operation", "staff", "operation_staff_cost"),
        ("support", "staff", "support_staff_cost"),
        ("project", "staff", "project_staff_cost"),
        ("operation", "flatRate", "operation_flat_rate"),
        ("support", "flatRate", "support_flat_rate"),
        ("project", "flatRate", "project_flat_rate"),
        ("operation", "total", "operation_total"),
        ("support", "total", "support_total"),
        ("project", "total", "project_total"),
    ] {
        let expected = entry(EXPECTED, "totals", name)?.replace('.', "");
        let found = cost(code).and_then(|cost| number(cost.get(field)?, "cents"));
        must(found.map(|cents| cents.to_string()) == Some(expected.clone()), || {
            format!("{name} is {found:?} cents, and must be {expected}")
        })?;
    }
    Ok(())
}

/// The differences a finance officer must be shown.
fn findings_of_the_case() -> impl Iterator<Item = &'static str> {
    EXPECTED.lines().filter_map(|line| line.strip_prefix("code = ")?.split('"').nth(1))
}

/// A quoted value of a table of the case.
fn entry(file: &str, table: &str, name: &str) -> Result<String, Trouble> {
    let head = format!("[{table}]");
    let lines = file.lines().skip_while(|line| line.split_whitespace().next() != Some(head.as_str())).skip(1);
    let value = lines.take_while(|line| !line.starts_with('[')).find_map(|line| {
        let (key, rest) = line.split_once('=')?;
        (key.trim() == name).then(|| rest.split('"').nth(1)).flatten()
    });
    value.map(str::to_owned).ok_or_else(|| Trouble::new(format!("the case has no {name} in {head}")))
}

/// Hours are suggested from the contacts: the minutes are those that one counts in the database of trajectory.
pub(super) async fn suggested_hours(
    state: &RegionState,
    scene: &Scene,
    cast: &Cast,
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let query = [("programme", scene.programme.code.as_str())];
    let counted = super::report::contact_minutes(state).await?;
    let suggested = arrives("the suggested hours", || async {
        let answer = cast
            .pieter
            .browser
            .get("/api/v1/suggested-hours", &query)
            .await?
            .good("reading suggested hours")?;
        let minutes: i64 = list(&answer, "hours")
            .iter()
            .filter_map(|one| {
                let total = one.get("total")?;
                Some(number(total, "withParticipantMinutes")? + number(total, "aroundParticipantMinutes")?)
            })
            .sum();
        Ok((minutes == counted).then_some(minutes))
    })
    .await?;
    tell(&format!(
        "finance suggests hours from the contacts: {suggested} minutes, as trajectory's database counts"
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_is_read_by_table_and_name() {
        assert_eq!(entry(EXPECTED, "totals", "project_total").unwrap(), "552874.26");
        assert_eq!(entry(FUNDING, "funding.support", "vcf").unwrap(), "25057.16");
        assert!(entry(FUNDING, "funding.support", "local").is_err());
        assert_eq!(STAFF.lines().count(), 19);
        assert_eq!(findings_of_the_case().count(), 7);
    }
}
