//! What people do after the quarter of the walk: every personal field that the walk leaves empty.

use serde_json::json;
use tests::life::{PROGRAMME, Troupe, text};
use tests::scenario::{People, answers, form};
use tests::web::{Ask, Web};

use super::{BIRTH_DATE, NATIONAL_NUMBER, WAGE};

/// In intake and reporting.
pub async fn everything_that_people_do(web: &Web, people: &People) {
    let form = |number| {
        let mut form = form(number);
        form["referrerOrganisation"] = "Kanarieplein vzw".into();
        form
    };
    // Admitted although a rule fails, with a motivation.
    let admitted = people.refer(web, &form(1)).await.unwrap();
    let mut doubtful = answers();
    doubtful["legal-residence"] = "no".into();
    let screening = json!({"birthDate": BIRTH_DATE, "nationalNumber": NATIONAL_NUMBER, "answers": doubtful});
    let screened = people.take(web, &admitted, "screen", &screening).await.unwrap();
    assert!(!screened.body.to_string().contains(NATIONAL_NUMBER), "the number is never shown");
    let motivation = json!({"motivation": "Kanarie: de aanvraag loopt, zegt de advocaat van mevrouw."});
    people.take(web, &screened, "admit", &motivation).await.unwrap();

    // Refused, with an alternative.
    let refused = people.refer(web, &form(2)).await.unwrap();
    let screened = people
        .take(web, &refused, "screen", &json!({"birthDate": "1993", "answers": answers()}))
        .await
        .unwrap();
    let refusal = json!({"reason": "no-capacity", "alternative": "Kanarie: het inloophuis in de Kerkstraat"});
    people.take(web, &screened, "refuse", &refusal).await.unwrap();

    // Withdrawn; a duplicate of the first; erased; and one that nobody touches.
    let withdrawn = people.refer(web, &form(3)).await.unwrap();
    people.take(web, &withdrawn, "withdraw", &json!({"reason": "found-work"})).await.unwrap();
    let double = people.refer(web, &form(1)).await.unwrap();
    assert!(!double.body["possibleDuplicates"].as_array().unwrap().is_empty(), "{}", double.body);
    let erased = people.refer(web, &form(4)).await.unwrap();
    let screened = people.take(web, &erased, "screen", &screening).await.unwrap();
    people.erase(web, &erased.person).await.unwrap();
    let read = people.read(web, &screened.id).await.unwrap();
    assert!(!read.body.to_string().to_lowercase().contains("kanarie"), "{}", read.body);
    people.refer(web, &form(5)).await.unwrap();

    let report = Ask::get("/api/v1/reports/intake?programme=waasland-esf&from=2024-01-01&to=2033-12-31");
    let report = web.send(&report.as_person(&people.els)).await.unwrap();
    assert_eq!(report.status, 200, "{}", report.text);
    for login in ["geert", "samira", "jef", "pieter", "wim", "lotte"] {
        web.sign_in(login).await.unwrap();
    }
}

/// In matching, trajectory and finance.
pub async fn everything_that_comes_after_an_admission(web: &Web, troupe: &Troupe) {
    // A case that is closed with an evaluation and somebody who takes over.
    let case = troupe.accompany(troupe.admit(21).await.unwrap(), None).await.unwrap();
    troupe.work_on(&case).await.unwrap();
    let coach = case.coach.hand.cookie();
    let path = format!("/api/v1/trajectories/{}", case.trajectory);
    let step = json!({"words": "Kanarie: samen naar de open dag", "day": troupe.today()});
    web.send(&Ask::post(&format!("{path}/next-steps"), &step).as_person(coach))
        .await
        .unwrap()
        .good()
        .unwrap();
    for (verb, body) in [
        (
            "evaluate",
            json!({"outcome": "CLOSING_EVALUATION_OUTCOME_HELD", "note": "Kanarie: het gezin is tevreden"}),
        ),
        (
            "close",
            json!({"reason": "warm-referral", "handoverTo": "Kanarie van het CAW", "handoverConfirmedOn": troupe.today()}),
        ),
    ] {
        let read = case.coach.hand.read(&path).await.unwrap().good().unwrap();
        let ask = Ask::post(&format!("{path}:{verb}"), &body).as_person(coach);
        let etag = text(&read, "/trajectory/etag").unwrap();
        web.send(&ask.on(&etag)).await.unwrap().good().unwrap();
    }

    // Another whose match ends, with a reason; and who waits again.
    let case = troupe.accompany(troupe.admit(22).await.unwrap(), None).await.unwrap();
    let end = json!({"lastDay": troupe.today(), "reason": "Kanarie: de begeleider verhuist naar Gent."});
    let ask = Ask::post(&format!("/api/v1/matches/{}:end", case.match_id), &end);
    let ask = ask.as_person(troupe.els.cookie()).on(&case.match_etag);
    web.send(&ask).await.unwrap().good().unwrap();

    // A wage that no other number in the region looks like.
    let new = json!({"programme": PROGRAMME, "year": 2026, "name": "Begroting met een loon"});
    let budget = troupe.pieter.write("CreateBudget", "/api/v1/budgets", "", &new).await.unwrap();
    let path = format!("/api/v1/budgets/{}:putStaffLine", text(&budget, "/budget/budgetId").unwrap());
    let line =
        json!({"row": "r01", "component": "operation", "partner": "arktos", "wageEuro": WAGE, "hours": "10"});
    let etag = text(&budget, "/budget/etag").unwrap();
    let put = troupe.pieter.write("PutStaffLine", &path, &etag, &line).await.unwrap();
    assert!(put.to_string().contains("98765431"), "who may know a wage reads it: {put}");
}
