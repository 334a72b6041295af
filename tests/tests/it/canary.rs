//! Everything people do, then a search for what they wrote in everything the region leaves behind.

use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Confirmation, Connection, ConnectionProperties};
use serde_json::json;
use tests::canary::{Found, Hunt, stop_and_search, tables_in_clear};
use tests::check::drained;
use tests::harness::{RegionUnderTest, Setup};
use tests::scenario::{People, answers, form};
use tests::web::{Ask, Web};

use crate::ONE_REGION;
use crate::support::{metrics, panics};

/// Personal values that cannot carry the marker: a national number and a birth date (both invented).
const NATIONAL_NUMBER: &str = "93051822361";
const BIRTH_DATE: &str = "1993-05-18";
/// What is planted, so that it is seen that the search sees.
const PLANTED: &str = "planted-for-the-search";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_personal_value_is_left_in_clear_anywhere() {
    let _turn = ONE_REGION.lock().await;
    let region = RegionUnderTest::start(Setup::with_own_broker()).await.unwrap();
    let (web, wrong) =
        (Web::open(&region.url().unwrap()).unwrap(), Web::open(&region.url().unwrap()).unwrap());
    let people = People::sign_in(&web).await.unwrap();

    everything_that_people_do(&web, &people).await;
    everything_that_people_do_wrong(&region, &wrong, &people).await;
    drained(&region).await.unwrap();

    let hunt = Hunt::new(&[NATIONAL_NUMBER]);
    let mut said = Found::default();
    for seen in web.seen() {
        hunt.text("an address", &seen.request, &mut said);
    }
    // What a success answers is for who may know. The page of the form gives back what was typed, to who typed it: without a
    // script nothing else can.
    let refusals = web
        .seen()
        .into_iter()
        .chain(wrong.seen())
        .filter(|seen| seen.status >= 300 && !seen.request.contains("/aanmelden"));
    for seen in refusals {
        let place = format!("the answer to {}", seen.request.split('?').next().unwrap());
        hunt.text(&place, &seen.answer, &mut said);
    }
    for (name, service) in region.local.state().unwrap().services {
        hunt.text(&format!("the metrics of {name}"), &metrics(service.health).await, &mut said);
    }
    assert_eq!(said.hits, [], "in what the region says");
    for database in ["intake", "matching", "trajectory", "finance", "reporting", "operations", "gateway"] {
        assert_eq!(tables_in_clear(&region, database).await.unwrap(), Vec::<String>::new());
    }
    assert_eq!(panics(&region), Vec::<String>::new());
    plant(&region).await;

    let postgres = region.local.postgres().unwrap().folder().to_owned();
    let kept = region.folder().join("data");
    assert!(
        postgres.starts_with(&kept),
        "the data of PostgreSQL is searched with the rest: {}",
        postgres.display()
    );
    let (found, planted) = stop_and_search(region, &[NATIONAL_NUMBER, BIRTH_DATE], PLANTED).await.unwrap();

    assert_eq!(found.hits, [], "in {} files", found.files);
    assert!(
        found.files > 500 && found.bytes > 50_000_000,
        "only {} files of {} bytes",
        found.files,
        found.bytes
    );
    for place in ["postgres/base/", "postgres/pg_wal/", "rabbitmq/", "logs/"] {
        assert!(
            planted.iter().any(|hit| hit.place.starts_with(place)),
            "the search does not see {place}: {planted:?}"
        );
    }
    assert!(
        found.allowed.contains_key("OCMW Kanariegem"),
        "the list of what is allowed holds nothing in vain: {:?}",
        found.allowed
    );
}

async fn everything_that_people_do(web: &Web, people: &People) {
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

/// Mistakes in every place where a personal value can stand.
async fn everything_that_people_do_wrong(region: &RegionUnderTest, web: &Web, people: &People) {
    let els = people.els.as_str();
    let referral = people.refer(web, &form(9)).await.unwrap();
    let step = |verb: &str, body: serde_json::Value| {
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
    for ask in &asks {
        let answer = web.send(ask).await.unwrap();
        assert!((400..500).contains(&answer.status), "{ask:?}: {} {}", answer.status, answer.text);
    }

    // The database is away in the middle of it: errors of our own.
    region.local.postgres().unwrap().stop_immediate().await.unwrap();
    for ask in [
        Ask::post("/api/v1/referrals", &form(9)),
        Ask::get(&format!("/api/v1/referrals/{}", referral.id)).as_person(els),
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

/// Leaves a text where a leak would be: in a table and in a queue.
async fn plant(region: &RegionUnderTest) {
    let state = region.local.state().unwrap();
    let pool = region.database("intake").await.unwrap();
    sqlx::raw_sql("create table planted (text text)").execute(&pool).await.unwrap();
    sqlx::query("insert into planted (text) values ($1)").bind(PLANTED).execute(&pool).await.unwrap();
    pool.close().await;

    let connection = Connection::connect(&state.amqp_url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let mut quorum = FieldTable::default();
    quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare("planted".into(), options, quorum).await.unwrap();
    let persistent = BasicProperties::default().with_delivery_mode(2);
    let sent = channel
        .basic_publish(
            "".into(),
            "planted".into(),
            BasicPublishOptions::default(),
            PLANTED.as_bytes(),
            persistent,
        )
        .await
        .unwrap();
    let confirmed = tokio::time::timeout(Duration::from_secs(10), sent).await.unwrap().unwrap();
    assert!(matches!(confirmed, Confirmation::Ack(None)), "{confirmed:?}");
    connection.close(200, "done".into()).await.unwrap();
}
