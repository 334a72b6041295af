//! Mistakes in every place where a personal value can stand.

use serde_json::{Value, json};
use tests::harness::RegionUnderTest;
use tests::life::{Case, PROGRAMME, Troupe, text};
use tests::scenario::{People, answers, form};
use tests::web::{Ask, Web};

use super::{BIRTH_DATE, NATIONAL_NUMBER, PLANTED, WAGE};

/// Every one of them is refused.
pub async fn everything_that_people_do_wrong(
    region: &RegionUnderTest,
    web: &Web,
    people: &People,
    troupe: &Troupe,
) {
    let els = people.els.as_str();
    let referral = people.refer(web, &form(9)).await.unwrap();
    let step = |verb: &str, body: Value| {
        Ask::post(&format!("/api/v1/referrals/{}:{verb}", referral.id), &body)
            .as_person(els)
            .on(&referral.etag)
    };
    let mut asks = Vec::new();
    for field in [
        "programme",
        "channel",
        "consent",
        "personName",
        "personContact",
        "municipalityNis",
        "reasons",
        "referrerName",
        "referrerOrganisation",
        "referrerContact",
        "note",
    ] {
        for value in [
            json!("Kanarie-Jansen\u{1b}"),
            json!(["Kanarie-Jansen"]),
            json!("Kanarie ".repeat(500)),
            json!(format!("Kanarie {NATIONAL_NUMBER}")),
        ] {
            let mut body = form(9);
            body[field] = value;
            asks.push(Ask::post("/api/v1/referrals", &body));
        }
    }
    for body in [
        "{\"personName\": \"Kanarie-Jansen",
        "Kanarie-Jansen",
        "{\"Kanarie-Jansen\"}",
        "[\"Kanarie-Jansen\", ]",
    ] {
        asks.push(Ask::post("/api/v1/referrals", &json!({})).body(body));
    }
    asks.push(Ask::post("/api/v1/referrals", &form(9)).with("content-type", "text/kanarie"));
    asks.push(Ask::post("/api/v1/referrals", &form(9)).with("idempotency-key", "Kanarie Jansen"));
    asks.push(step("screen", json!({"birthDate": "kanarie", "nationalNumber": "kanarie", "answers": {"works-full-time": "kanarie"}})));
    asks.push(step(
        "screen",
        json!({"birthDate": BIRTH_DATE, "nationalNumber": "93051822362", "answers": answers()}),
    ));
    asks.push(step("screen", json!({"answers": answers()})).with("if-match", "\"kanarie\""));
    asks.push(step("refuse", json!({"reason": "kanarie", "alternative": "Kanarie ".repeat(100)})));
    asks.push(step("withdraw", json!({"reason": "kanarie"})));
    asks.push(step("admit", json!({"motivation": "Kanarie"})));
    asks.push(Ask::get("/api/v1/referrals?programme=kanarie&state=kanarie&pageToken=kanarie").as_person(els));
    asks.push(Ask::get("/api/v1/referrals/kanarie").as_person(els));
    asks.push(Ask::get("/api/v1/reports/intake?programme=kanarie&from=kanarie&to=kanarie").as_person(els));
    asks.push(Ask::get("/api/v1/session").as_person("session=kanarie"));
    asks.push(Ask::get("/api/v1/session").with("authorization", "Bearer kanarie"));
    asks.push(Ask::get("/sign-in/callback?code=kanarie&state=kanarie").with("cookie", "sign-in=kanarie"));
    asks.push(Ask::get("/sign-in/callback?error=kanarie&error_description=kanarie"));
    for fields in
        ["consent=CONSENT_GIVEN&personName=Kanarie&note=Kanarie", "personName=Kanarie%00", "Kanarie%ff"]
    {
        let page =
            Ask::post("/aanmelden", &json!({})).with("content-type", "application/x-www-form-urlencoded");
        asks.push(page.body(fields));
    }
    let case = troupe.accompany(troupe.admit(23).await.unwrap(), None).await.unwrap();
    asks.extend(after_an_admission(troupe, &case).await);
    for ask in &asks {
        let answer = web.send(ask).await.unwrap();
        assert!((400..500).contains(&answer.status), "{ask:?}: {} {}", answer.status, answer.text);
    }

    // The database is away in the middle of it: errors of our own.
    region.local.postgres().unwrap().stop_immediate().await.unwrap();
    for ask in [
        Ask::post("/api/v1/referrals", &form(9)),
        Ask::get(&format!("/api/v1/referrals/{}", referral.id)).as_person(els),
        Ask::post(&format!("/api/v1/trajectories/{}/contacts", case.trajectory), &contact(troupe))
            .as_person(case.coach.hand.cookie()),
    ] {
        // Trouble is logged with the id of the request: the plant in the logs.
        let answer = web.send(&ask.with("x-request-id", PLANTED)).await.unwrap();
        assert!(answer.status >= 500, "{} {}", answer.status, answer.text);
        assert_eq!(answer.faults_of_a_problem(), Vec::<String>::new());
    }
    region.local.postgres().unwrap().start_again().await.unwrap();
    testkit::eventually("the region works again", || async {
        let answer = web.send(&Ask::post("/api/v1/referrals", &form(10))).await.unwrap();
        (answer.status == 200).then_some(())
    })
    .await;
}

fn contact(troupe: &Troupe) -> Value {
    json!({
        "day": troupe.today(),
        "outcome": "CONTACT_OUTCOME_REACHED",
        "timeClass": "TIME_CLASS_WITH_PARTICIPANT",
        "minutes": 30,
        "note": "Kanarie: een goed gesprek",
    })
}

/// Everything with a personal field in matching, trajectory and finance, with that field wrong in four ways.
async fn after_an_admission(troupe: &Troupe, case: &Case) -> Vec<Ask> {
    let (els, pieter, coach) =
        (troupe.els.cookie(), troupe.pieter.cookie(), case.coach.hand.cookie().to_owned());
    let trajectory = format!("/api/v1/trajectories/{}", case.trajectory);
    let read = case.coach.hand.read(&trajectory).await.unwrap().good().unwrap();
    let etag = text(&read, "/trajectory/etag").unwrap();
    let logged = log(case, troupe).await;
    let budget = json!({"programme": PROGRAMME, "year": 2026, "name": "Begroting met fouten"});
    let budget = troupe.pieter.write("CreateBudget", "/api/v1/budgets", "", &budget).await.unwrap();
    let match_path = format!("/api/v1/matches/{}", case.match_id);
    let worker = json!({"programme": PROGRAMME, "details": {"name": "", "organisationId": case.coach.organisation, "languages": ["nl"]}});
    let line = json!({"row": "r01", "component": "operation", "partner": "arktos", "hours": "10"});
    let correct = format!("/api/v1/contacts/{}:correct", text(&logged, "/contact/contactId").unwrap());
    let put = format!("/api/v1/budgets/{}:putStaffLine", text(&budget, "/budget/budgetId").unwrap());
    let confirm = format!("/api/v1/proposals/{}:confirm", case.proposal);
    let choice = json!({"workerId": case.coach.worker, "firstDay": troupe.today()});
    let (of_contact, of_budget) =
        (text(&logged, "/contact/etag").unwrap(), text(&budget, "/budget/etag").unwrap());
    let mut asks = Vec::new();
    for (cookie, path, etag, body, field) in [
        (coach.as_str(), format!("{trajectory}/contacts"), "", contact(troupe), "/note"),
        (&coach, correct, &of_contact, contact(troupe), "/note"),
        (&coach, format!("{trajectory}/goals"), "", json!({"domain": "work"}), "/words"),
        (&coach, format!("{trajectory}/next-steps"), "", json!({"day": troupe.today()}), "/words"),
        (
            &coach,
            format!("{trajectory}:evaluate"),
            &etag,
            json!({"outcome": "CLOSING_EVALUATION_OUTCOME_HELD"}),
            "/note",
        ),
        (
            &coach,
            format!("{trajectory}:close"),
            &etag,
            json!({"reason": "warm-referral", "handoverConfirmedOn": troupe.today()}),
            "/handoverTo",
        ),
        (els, confirm, "", choice.clone(), "/reason"),
        (els, format!("{match_path}:handOver"), &case.match_etag, choice, "/reason"),
        (els, format!("{match_path}:end"), &case.match_etag, json!({"lastDay": troupe.today()}), "/reason"),
        (els, "/api/v1/workers".to_owned(), "", worker, "/details/name"),
        (pieter, put, &of_budget, line, "/wageEuro"),
    ] {
        for value in [
            json!("Kanarie-Jansen\u{1b}"),
            json!(["Kanarie-Jansen", WAGE]),
            json!("Kanarie ".repeat(5_000)),
            json!(format!("Kanarie {NATIONAL_NUMBER}, {WAGE}9")),
        ] {
            let mut body = body.clone();
            let (parent, name) = field.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[name] = value;
            let ask = Ask::post(&path, &body).as_person(cookie);
            asks.push(if etag.is_empty() { ask } else { ask.on(etag) });
        }
    }
    for (cookie, path) in [
        (els, "/api/v1/workers?programme=kanarie&day=kanarie&pageToken=kanarie"),
        (els, "/api/v1/waiting?programme=kanarie&pageToken=kanarie"),
        (els, "/api/v1/matches?programme=kanarie&pageToken=kanarie"),
        (els, "/api/v1/proposals/kanarie:replay"),
        (&coach, "/api/v1/trajectories?view=kanarie&programme=kanarie"),
        (&coach, "/api/v1/trajectories/kanarie"),
        (pieter, "/api/v1/budgets?programme=kanarie&year=kanarie"),
        (pieter, "/api/v1/suggested-hours?programme=kanarie&fromMonth=kanarie&workerId=kanarie"),
    ] {
        asks.push(Ask::get(path).as_person(cookie));
    }
    asks
}

async fn log(case: &Case, troupe: &Troupe) -> Value {
    let path = format!("/api/v1/trajectories/{}/contacts", case.trajectory);
    case.coach.hand.write("LogContact", &path, "", &contact(troupe)).await.unwrap()
}
