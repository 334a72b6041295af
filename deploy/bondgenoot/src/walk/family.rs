//! The family of De Katrol: two parents and three children, of whom one is outside the focus group. All of them count.

use std::str::FromStr as _;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use local::region_run::RegionState;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::answers::{arrives, key, list, must, number, part, text};
use super::browser::Browser;
use super::figures;
use super::people::Person;
use super::scene::Scene;
use super::steps::Tell;
use super::trouble::Trouble;

/// Names of the children with their birth date as far as known and their school year; the last is outside the focus group.
const CHILDREN: [(&str, &str, &str); 3] = [
    ("Lou Kanarie-Dupont", "2020-02", "kindergarten-3"),
    ("Sam Kanarie-Dupont", "2018-11-03", "primary-2"),
    ("Noa Kanarie-Dupont", "2014", "primary-6"),
];

/// Families, children, children in the focus group and parents.
type Counts = [i64; 4];

/// The anchor person records the family at the first visit; a child who is not born yet is refused.
pub(super) async fn recorded(
    scene: &Scene,
    nadia: &Person,
    referral: &str,
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let doing = "recording the family";
    let born_tomorrow = scene.today().tomorrow().map_err(Trouble::of)?.to_string();
    let unborn = json!({
        "relation": "FAMILY_RELATION_CHILD",
        "name": "Mil Kanarie-Dupont",
        "birthDate": born_tomorrow,
    });
    let refused = add(&nadia.browser, referral, &key(), &unborn).await?;
    must(refused.status == StatusCode::BAD_REQUEST, || format!("an unborn child: {}", refused.problem()))?;
    let mother = json!({ "relation": "FAMILY_RELATION_PARENT", "isReferredPerson": true });
    let father = json!({ "relation": "FAMILY_RELATION_PARENT", "name": "Ali Kanarie-Dupont" });
    for parent in [&mother, &father] {
        add(&nadia.browser, referral, &key(), parent).await?.good(doing)?;
    }
    let twice = add(&nadia.browser, referral, &key(), &mother).await?;
    must(twice.status == StatusCode::BAD_REQUEST, || format!("the referred twice: {}", twice.problem()))?;
    let mut last = Value::Null;
    for (name, birth_date, school_year) in CHILDREN {
        let child = json!({
            "relation": "FAMILY_RELATION_CHILD",
            "name": name,
            "birthDate": birth_date,
            "schoolYear": school_year,
        });
        let key = key();
        last = part(&add(&nadia.browser, referral, &key, &child).await?.good(doing)?, "member", doing)?;
        let again = add(&nadia.browser, referral, &key, &child).await?.good(doing)?;
        must(part(&again, "member", doing)? == last, || "a repeat added a child twice".to_owned())?;
    }
    let [.., (name, birth_date, _)] = CHILDREN;
    let right = json!({
        "relation": "FAMILY_RELATION_CHILD",
        "name": name,
        "birthDate": birth_date,
        "schoolYear": "primary-5",
    });
    let path = format!("/api/v1/family-members/{}:correct", text(&last, "memberId", doing)?);
    let etag = text(&last, "etag", doing)?;
    nadia.browser.post(&path, &key(), Some(&etag), &right).await?.good("correcting a child")?;
    let stale = nadia.browser.post(&path, &key(), Some(&etag), &right).await?;
    must(stale.status == StatusCode::PRECONDITION_FAILED, || format!("a stale edit: {}", stale.problem()))?;
    tell(
        "the anchor person records two parents and three children, of whom one is older (unborn: 400, twice: 400, stale: 412)",
    );
    Ok(())
}

async fn add(
    browser: &Browser,
    referral: &str,
    key: &str,
    member: &Value,
) -> Result<super::browser::Answer, Trouble> {
    browser.post(&format!("/api/v1/referrals/{referral}:addFamilyMember"), key, None, member).await
}

/// The student is told whom to visit, once on the case; before that there is no such family.
pub(super) async fn seen_by_student(
    tom: &Person,
    participation: &str,
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let path = format!("/api/v1/participations/{participation}/family");
    let family = arrives("the family, for the student", || async {
        let answer = tom.browser.get(&path, &[]).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        part(&answer.good("reading the family")?, "family", "reading the family").map(Some)
    })
    .await?;
    let names: Vec<String> = list(&family, "members")
        .iter()
        .map(|member| text(member, "name", "reading the family"))
        .collect::<Result<_, _>>()?;
    must(
        names.len() == 5 && CHILDREN.iter().all(|(name, ..)| names.iter().any(|seen| seen == name)),
        || format!("the student sees {names:?}"),
    )?;
    tell("the student on the case reads who lives there: five people, three children");
    Ok(())
}

/// Nobody who is not on the case reads the family.
pub(super) async fn hidden_from(aya: &Person, participation: &str) -> Result<(), Trouble> {
    let path = format!("/api/v1/participations/{participation}/family");
    let refused = aya.browser.get(&path, &[]).await?;
    must(refused.status == StatusCode::NOT_FOUND, || {
        format!("a student who is not on the case: {}", refused.problem())
    })
}

/// Families and children of the report are those that SQL counts.
pub(super) async fn counted(
    state: &RegionState,
    scene: &Scene,
    nadia: &Person,
    (from, to): (Date, Date),
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let programme = scene.programme.code.as_str();
    let by_sql = of_intake(state, programme).await?;
    must(by_sql == [1, 3, 2, 2], || format!("SQL counts {by_sql:?}"))?;
    let (from, to) = (from.to_string(), to.to_string());
    let query = [("programme", programme), ("from", from.as_str()), ("to", to.as_str())];
    let last = Mutex::new(Value::Null);
    let report = arrives("the figures about families", || async {
        let report =
            nadia.browser.get("/api/v1/reports/trajectories", &query).await?.good("reading figures")?;
        let equal = of_report(&report) == Some(by_sql);
        last.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&report);
        Ok(equal.then_some(report))
    })
    .await;
    let report = report.map_err(|trouble| {
        let last = last.lock().unwrap_or_else(PoisonError::into_inner).get("families").cloned();
        Trouble::new(format!("{trouble}: SQL counts {by_sql:?}, the report says {last:?}"))
    })?;
    let indicators: Vec<(String, i64)> = list(&report, "indicators")
        .iter()
        .filter_map(|line| Some((line.get("code")?.as_str()?.to_owned(), number(line, "value")?)))
        .collect();
    for expected in [("families", 1), ("children", 3), ("children-in-focus", 2)] {
        must(indicators.iter().any(|(code, value)| (code.as_str(), *value) == expected), || {
            format!("the indicators are {indicators:?}")
        })?;
    }
    tell("one family and three children reached, two in the focus group: the report and SQL agree");
    Ok(())
}

fn of_report(report: &Value) -> Option<Counts> {
    let families = report.get("families")?;
    let count = |name: &str| number(families, name).unwrap_or_default();
    Some([count("families"), count("children"), count("childrenInFocus"), count("parents")])
}

/// Counts in the database of intake, as a superuser and past every line of our code.
async fn of_intake(state: &RegionState, programme: &str) -> Result<Counts, Trouble> {
    let database = figures::database(state, "intake")?;
    let options = PgConnectOptions::from_str(&state.postgres_url).map_err(Trouble::of)?.database(&database);
    let mut connection = options.disable_statement_logging().connect().await.map_err(Trouble::of)?;
    let counts: (i64, i64, i64, i64) = sqlx::query_as(
        "select count(distinct participation_id),
                count(*) filter (where relation = 'child'),
                count(*) filter (where relation = 'child' and school_year in ('kindergarten-3', 'primary-1', 'primary-2')),
                count(*) filter (where relation = 'parent')
         from family_members
         join participations using (participation_id)
         where participations.programme = $1 and removed_why is null",
    )
    .bind(programme)
    .fetch_one(&mut connection)
    .await
    .map_err(Trouble::of)?;
    connection.close().await.map_err(Trouble::of)?;
    Ok([counts.0, counts.1, counts.2, counts.3])
}
