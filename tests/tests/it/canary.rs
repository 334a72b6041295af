//! A whole quarter, everything else people do and what they do wrong, then a search for what they wrote in everything the region leaves behind.

mod deeds;
mod mistakes;

use std::sync::Arc;
use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Confirmation, Connection, ConnectionProperties};
use tests::canary::{Found, Hunt, stop_and_search, tables_in_clear};
use tests::check::drained;
use tests::harness::{RegionUnderTest, Setup};
use tests::life::Troupe;
use tests::load::Attempts;
use tests::scenario::People;
use tests::web::Web;

use crate::TWO_REGIONS;
use crate::support::{metrics, panics};

/// Personal values that cannot carry the marker: a national number and a birth date (both invented).
const NATIONAL_NUMBER: &str = "93051822361";
const BIRTH_DATE: &str = "1993-05-18";
/// A wage, which cannot carry it either, and the same in cents.
const WAGE: &str = "987654.31";
const WAGE_IN_CENTS: &str = "98765431";
/// What may stand nowhere in clear in a database, beside the marker: that wage, and wages of the budget of the walk. The
/// shorter ones are not looked for in cents: any instant has six digits.
const WAGES: [&str; 6] = [WAGE, "987654,31", WAGE_IN_CENTS, "5263.86", "5263,86", "4858.09"];
/// What is planted, so that it is seen that the search sees.
const PLANTED: &str = "planted-for-the-search";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_personal_value_is_left_in_clear_anywhere() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::with_own_broker()).await.unwrap();
    // First the quarter, which expects that nothing happened yet.
    let mut steps = Vec::new();
    let played =
        bondgenoot::walk::play(&region.local.state().unwrap(), &mut |step| steps.push(step.to_owned())).await;
    assert!(played.is_ok(), "after {steps:#?}: {}", played.unwrap_err());

    let web = Arc::new(Web::open(&region.url().unwrap()).unwrap());
    let wrong = Web::open(&region.url().unwrap()).unwrap();
    let troupe = Troupe::enter(&region, &web, &Arc::new(Attempts::default())).await.unwrap();
    let people = People::sign_in(&web).await.unwrap();

    deeds::everything_that_people_do(&web, &people).await;
    deeds::everything_that_comes_after_an_admission(&web, &troupe).await;
    mistakes::everything_that_people_do_wrong(&region, &wrong, &people, &troupe).await;
    drained(&region).await.unwrap();

    let everywhere: Vec<&str> = std::iter::once(NATIONAL_NUMBER).chain(WAGES).collect();
    let hunt = Hunt::new(&everywhere);
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
        assert_eq!(tables_in_clear(&region, database, &WAGES).await.unwrap(), Vec::<String>::new());
    }
    assert_eq!(panics(&region), Vec::<String>::new());
    plant(&region).await;
    let seen = tables_in_clear(&region, "intake", &WAGES).await.unwrap();
    assert_eq!(seen, ["intake: 1 rows of public.planted"], "the search sees a wage that is a number");

    let postgres = region.local.postgres().unwrap().folder().to_owned();
    let kept = region.folder().join("data");
    assert!(
        postgres.starts_with(&kept),
        "the data of PostgreSQL is searched with the rest: {}",
        postgres.display()
    );
    let more: Vec<&str> = everywhere.into_iter().chain([BIRTH_DATE]).collect();
    let (found, planted) = stop_and_search(region, &more, PLANTED).await.unwrap();

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

/// Leaves a text where a leak would be: in a table and in a queue.
async fn plant(region: &RegionUnderTest) {
    let state = region.local.state().unwrap();
    let pool = region.database("intake").await.unwrap();
    sqlx::raw_sql("create table planted (text text, cents bigint)").execute(&pool).await.unwrap();
    sqlx::query("insert into planted (text, cents) values ($1, $2)")
        .bind(PLANTED)
        .bind(WAGE_IN_CENTS.parse::<i64>().unwrap())
        .execute(&pool)
        .await
        .unwrap();
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
