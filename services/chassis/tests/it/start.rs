//! What happens around a start: probes, the schema that is waited for, a password that is changed.

use std::time::{Duration, Instant};

use chassis::config::HealthConfig;
use chassis::database::{self, Migrations};
use chassis::health::{self, Readiness};
use chassis::tasks::Tasks;
use sqlx::ConnectOptions as _;
use testkit::eventually;
use tonic::Code;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::toy::{self, MIGRATIONS, Toy};

static LATER: sqlx::migrate::Migrator = sqlx::migrate!("tests/later_migrations");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kubelet_asks_for_readiness_and_life_on_the_port_that_people_read() {
    let (readiness, tasks) = (Readiness::new(), Tasks::new());
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    health::spawn(&HealthConfig { address }, readiness.clone(), &tasks).await.unwrap();
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut client = HealthClient::new(channel.clone());
    let mut ask = async |service: &str| {
        let asked = client.check(HealthCheckRequest { service: service.to_owned() }).await;
        asked.map(|answer| answer.into_inner().status()).map_err(|status| status.code())
    };

    assert_eq!(ask("readiness").await, Ok(ServingStatus::NotServing));
    assert_eq!(ask("liveness").await, Ok(ServingStatus::Serving));
    readiness.set(true);
    assert_eq!(ask("readiness").await, Ok(ServingStatus::Serving));
    assert_eq!(ask("").await, Ok(ServingStatus::Serving));
    assert_eq!(ask("readyness").await, Err(Code::NotFound));

    let mut client = HealthClient::new(channel);
    let watched = HealthCheckRequest { service: "readiness".to_owned() };
    let mut changes = client.watch(watched).await.unwrap().into_inner();
    assert_eq!(changes.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    readiness.set(false);
    assert_eq!(changes.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    tasks.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_the_schema_goes_on_when_the_last_migration_is_there() {
    let toy = Toy::start(1).await;
    let config = toy::config(&toy.database, 1);
    let newer = Migrations { service: "toy", set: &LATER };
    database::wait_for_schema(&config, &MIGRATIONS, Duration::ZERO).await.unwrap();

    let error = database::wait_for_schema(&config, &newer, Duration::ZERO).await.unwrap_err().to_string();
    assert!(error.contains("20300101000000") && error.contains("`toy migrate`"), "{error}");

    let waiting = database::wait_for_schema(&config, &newer, Duration::from_mins(1));
    let migrating = async {
        database::migrate(&config, &newer, &toy.region.code).await.unwrap();
    };
    let (waited, ()) = tokio::join!(waiting, migrating);
    waited.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_schema_without_a_server_ends_in_time_and_says_why() {
    let toy = Toy::start(1).await;
    let mut config = toy::config(&toy.database, 1);
    config.url = "postgres://toy_runtime@127.0.0.1:1/toy".to_owned().into();
    let asked = Instant::now();

    let error = database::wait_for_schema(&config, &MIGRATIONS, Duration::from_secs(1)).await.unwrap_err();

    assert!(error.to_string().contains("database.url"), "{error}");
    assert!(asked.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_password_counts_for_new_connections() {
    let toy = Toy::start(1).await;
    let file = toy.region.folder().join("password");
    let mut config = toy::config(&toy.database, 1);
    config.password_file = Some(file.clone());

    let error = database::open(&config, "toy", &toy.region.code).await.unwrap_err();
    assert!(error.to_string().contains("password"), "{error}");

    std::fs::write(&file, "kanarieold\n").unwrap();
    let tasks = Tasks::new();
    let (pool, _) = database::open_migrated(&config, &MIGRATIONS, &toy.region.code, &tasks).await.unwrap();
    let password = || pool.connect_options().to_url_lossy().password().map(ToOwned::to_owned);
    assert_eq!(password().as_deref(), Some("kanarieold"));

    std::fs::write(&file, "kanarienew\n").unwrap();
    eventually("the new password counts", || async {
        (password().as_deref() == Some("kanarienew")).then_some(())
    })
    .await;
    tasks.finish().await;
}
