//! A whole region, with stand-ins for the services.

use std::sync::{Arc, Mutex};

use local::{
    Error, Phase, Progress, Step,
    postgres::{PrivatePostgres, Profile},
    processes::Identity,
    region_run::{GivenBroker, LocalRegion, RegionState, Service},
};
use sqlx::{Connection, PgConnection};

use crate::{
    stand_in::{options, programs, supervisor},
    support::{Folder, gone},
};

/// How often the stand-in has migrated: once for every start on the same data.
async fn runs(region: &LocalRegion) -> i64 {
    rows(region, Service::Intake).await
}

async fn rows(region: &LocalRegion, service: Service) -> i64 {
    let database = region.database(service).unwrap();
    let mut connection = PgConnection::connect(&database.runtime_url).await.unwrap();
    sqlx::query_scalar("select count(*) from runs").fetch_one(&mut connection).await.unwrap()
}

fn identities(region: &LocalRegion) -> Vec<Identity> {
    let records = region.state().unwrap().processes().unwrap();
    records.into_iter().map(|record| record.identity).collect()
}

#[tokio::test]
async fn a_region_starts_keeps_its_data_and_starts_over_only_when_asked() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    let programs = programs();
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut options = options(&data, programs.path());
    options.progress = Progress::to({
        let told = Arc::clone(&told);
        move |step| told.lock().unwrap().push(step)
    });

    let mut region = LocalRegion::start(options.clone()).await.unwrap();

    let state = RegionState::read(&data).unwrap().unwrap();
    assert_eq!(state, region.state().unwrap());
    assert_eq!(
        state.services.keys().collect::<Vec<_>>(),
        ["finance", "gateway", "intake", "matching", "operations", "reporting", "trajectory"]
    );
    assert_eq!(state.public_url, format!("http://{}", state.services["gateway"].address));
    let names: Vec<_> = state.processes().unwrap().into_iter().map(|record| record.name).collect();
    assert_eq!(
        names,
        [
            "epmd",
            "finance",
            "gateway",
            "intake",
            "matching",
            "operations",
            "postgres",
            "rabbitmq",
            "reporting",
            "trajectory"
        ]
    );
    assert_eq!(runs(&region).await, 1);
    assert_eq!(rows(&region, Service::Gateway).await, 2, "migrated, and the people imported");
    assert!(region.management().vhosts().await.unwrap().contains(&"bondgenoot".to_owned()));
    let told = told.lock().unwrap().clone();
    for phase in [
        Phase::Postgres,
        Phase::Rabbit,
        Phase::Migrate("intake".to_owned()),
        Phase::Service("gateway".to_owned()),
    ] {
        assert!(
            told.iter().any(|step| matches!(step, Step::Finished(done, _) if *done == phase)),
            "{phase}: {told:?}"
        );
    }
    let began = |phase: &Phase| told.iter().position(|step| *step == Step::Started(phase.clone())).unwrap();
    let ended = |phase: &Phase| {
        told.iter().position(|step| matches!(step, Step::Finished(done, _) if done == phase)).unwrap()
    };
    assert!(began(&Phase::Rabbit) < ended(&Phase::Postgres), "both start at the same time: {told:?}");

    // Another run may not use the same data.
    let refused = LocalRegion::start(options.clone()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::InUse { owner, .. } if *owner == std::process::id().to_string()),
        "{refused}"
    );

    // A second process of a service, and one that is killed and comes back.
    assert_eq!(region.add_instance(Service::Intake).await.unwrap(), "intake-2");
    let second = region.process("intake-2").unwrap().pid().unwrap();
    region.process("intake").unwrap().kill().await.unwrap();
    assert_eq!(region.process("intake").unwrap().pid(), None);
    assert_eq!(region.process("intake-2").unwrap().pid(), Some(second));
    region.start_again("intake").await.unwrap();
    assert!(RegionState::read(&data).unwrap().unwrap().services.contains_key("intake-2"));

    // Another region on the same servers, kept apart by names.
    let elsewhere = Folder::new();
    let mut shared = crate::stand_in::options(&elsewhere.path().join("data"), programs.path());
    shared.postgres = Some(state.postgres_url.clone());
    let amqp_url = region.rabbit().unwrap().amqp_url("");
    shared.broker = Some(GivenBroker { amqp_url, management_url: state.management_url.clone() });
    shared.database_prefix = "second_".to_owned();
    shared.vhost = "second".to_owned();
    let other = LocalRegion::start(shared).await.unwrap();
    assert!(other.postgres().is_none() && other.rabbit().is_none());
    assert_eq!(runs(&other).await, 1);
    other.stop().await.unwrap();
    assert!(region.management().vhosts().await.unwrap().contains(&"second".to_owned()));

    // Everything stops, and a new start finds the data.
    let processes = identities(&region);
    let key = std::fs::read(&region.keys().region_key_file).unwrap();
    region.stop().await.unwrap();
    for process in &processes {
        gone(process).await;
    }
    assert_eq!(RegionState::read(&data).unwrap(), None);
    let region = LocalRegion::start(options.clone()).await.unwrap();
    assert_eq!(runs(&region).await, 2);
    assert_eq!(std::fs::read(&region.keys().region_key_file).unwrap(), key);
    let processes = identities(&region);
    drop(region);
    for process in &processes {
        gone(process).await;
    }

    // Fresh means fresh.
    options.fresh = true;
    let region = LocalRegion::start(options).await.unwrap();
    assert_eq!(runs(&region).await, 1);
    assert_ne!(std::fs::read(&region.keys().region_key_file).unwrap(), key);
    assert!(region.issuer_control().is_some());
    region.stop().await.unwrap();
}

#[tokio::test]
async fn what_a_killed_run_left_behind_is_stopped_by_the_next_one() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    let programs = programs();
    let mut killed = supervisor(&data, programs.path());
    let state = RegionState::read(&data).unwrap().unwrap();
    let left: Vec<_> = state.processes().unwrap().into_iter().map(|record| record.identity).collect();
    assert_eq!(left.len(), 4, "intake, postgres, rabbitmq, epmd");

    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(RegionState::read(&data).unwrap(), None, "nobody supervises it");
    assert!(left.iter().all(Identity::is_running), "its processes do not know");

    let mut options = options(&data, programs.path());
    options.services = vec![Service::Intake];
    let region = LocalRegion::start(options).await.unwrap();
    for process in &left {
        assert!(!process.is_running());
    }
    assert_eq!(runs(&region).await, 2);
    region.stop().await.unwrap();
}

#[tokio::test]
async fn a_service_that_cannot_start_stops_the_start_with_its_last_words_and_leaves_nothing() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    let programs = programs();
    std::fs::write(programs.path().join("intake"), "#!/bin/sh\necho no such table: tiles >&2\nexit 3\n")
        .unwrap();
    let server = PrivatePostgres::start(
        &local::postgres::PostgresOptions::new(folder.path()).profile(Profile::Fast),
        &folder.ledger,
        &folder.progress,
    )
    .await
    .unwrap();
    let mut options = options(&data, programs.path());
    options.services = vec![Service::Intake];
    options.postgres = Some(server.superuser_url());
    // Nobody answers there; the migration fails before that matters.
    options.broker = None;

    let failed = LocalRegion::start(options).await.unwrap_err();

    let Error::Command { command, status, output } = &failed else { panic!("{failed}") };
    assert_eq!(
        (command.as_str(), status.as_str(), output.as_str()),
        ("intake-migrate", "exit code 3", "no such table: tiles")
    );
    assert_eq!(RegionState::read(&data).unwrap(), None);
    let ledger = local::processes::Ledger::open(data.join("pids")).unwrap();
    crate::support::eventually("nothing runs any more", async || {
        ledger.records().unwrap().iter().all(|record| !record.identity.is_running())
    })
    .await;
}
