//! The private PostgreSQL.

use std::{net::TcpListener, sync::Mutex};

use local::{
    Progress, Step,
    postgres::{PostgresOptions, PrivatePostgres, Profile},
    processes::Identity,
};
use sqlx::{Connection, PgConnection};

use crate::support::{Folder, eventually, gone};

async fn start(folder: &Folder, profile: Profile) -> PrivatePostgres {
    let options = PostgresOptions::new(folder.path()).profile(profile);
    PrivatePostgres::start(&options, &folder.ledger, &folder.progress).await.unwrap()
}

async fn setting(url: &str, name: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("select current_setting($1)").bind(name).fetch_one(&mut connection).await.unwrap()
}

async fn count(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("select count(*) from kept").fetch_one(&mut connection).await.unwrap()
}

async fn execute(url: &str, statement: &'static str) -> Result<(), String> {
    let mut connection = PgConnection::connect(url).await.map_err(|error| error.to_string())?;
    sqlx::raw_sql(statement).execute(&mut connection).await.map(drop).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_durable_server_keeps_what_was_committed_through_stop_crash_and_a_new_start() {
    let folder = Folder::new();
    let server = start(&folder, Profile::Durable).await;
    let url = server.superuser_url();
    for name in ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"] {
        assert_eq!(setting(&url, name).await, "on", "{name}");
    }
    assert_eq!(setting(&url, "listen_addresses").await, "127.0.0.1");
    execute(&url, "create table kept (id int); insert into kept values (1)").await.unwrap();

    let exit = server.stop().await.unwrap();
    assert_eq!(exit.code, Some(0), "a stop in good order");
    server.start_again().await.unwrap();
    assert_eq!(count(&url).await, 1);

    execute(&url, "insert into kept values (2)").await.unwrap();
    server.kill().await.unwrap();
    assert!(PgConnection::connect(&url).await.is_err(), "a killed server answers nobody");
    server.start_again().await.unwrap();
    assert_eq!(count(&url).await, 2);

    execute(&url, "insert into kept values (3)").await.unwrap();
    server.stop_immediate().await.unwrap();
    drop(server);
    let server = start(&folder, Profile::Durable).await;
    assert_eq!(count(&server.superuser_url()).await, 3);
}

#[tokio::test]
async fn a_service_gets_a_role_that_owns_and_a_role_that_only_works() {
    let folder = Folder::new();
    let server = start(&folder, Profile::Fast).await;
    assert_eq!(setting(&server.superuser_url(), "fsync").await, "off");

    let (intake, reporting) =
        tokio::join!(server.create_service_database("intake"), server.create_service_database("reporting"));
    let (intake, reporting) = (intake.unwrap(), reporting.unwrap());
    let again = server.create_service_database("intake").await.unwrap();
    assert_eq!(intake, again, "making it twice is fine");
    assert!(intake.runtime_url.starts_with("postgres://intake_runtime@127.0.0.1:"), "{}", intake.runtime_url);

    let schema = "create table kept (id int);
                  alter table kept enable row level security;
                  grant select, insert on kept to intake_runtime";
    execute(&intake.owner_url, schema).await.unwrap();
    execute(&intake.runtime_url, "insert into kept values (1)").await.unwrap_err();
    execute(&intake.owner_url, "create policy all_rows on kept using (true)").await.unwrap();
    execute(&intake.runtime_url, "insert into kept values (1)").await.unwrap();
    assert_eq!(count(&intake.runtime_url).await, 1);

    let denied = execute(&intake.runtime_url, "create table mine (id int)").await.unwrap_err();
    assert!(denied.contains("permission denied"), "{denied}");
    let other = server.url("intake_runtime", "reporting");
    let denied = execute(&other, "select 1").await.unwrap_err();
    assert!(denied.contains("permission denied"), "another service's database: {denied}");
    execute(&reporting.runtime_url, "select 1").await.unwrap();
    let mut connection = PgConnection::connect(&server.superuser_url()).await.unwrap();
    let powers: i64 = sqlx::query_scalar(
        "select count(*) from pg_roles where rolname in ('intake_owner', 'intake_runtime')
         and (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or not rolcanlogin)",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(powers, 0);
}

#[tokio::test]
async fn a_taken_port_is_passed_over_and_said() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let wanted = taken.local_addr().unwrap().port();
    let told = std::sync::Arc::new(Mutex::new(Vec::new()));
    let progress = Progress::to({
        let told = std::sync::Arc::clone(&told);
        move |step| told.lock().unwrap().push(step)
    });

    let options = PostgresOptions::new(folder.path()).profile(Profile::Fast).port(wanted);
    let server = PrivatePostgres::start(&options, &folder.ledger, &progress).await.unwrap();

    assert_ne!(server.port(), wanted);
    execute(&server.superuser_url(), "select 1").await.unwrap();
    let told = told.lock().unwrap();
    assert!(
        matches!(told.as_slice(), [Step::PortMoved { wanted: from, used, .. }] if *from == wanted && *used == server.port()),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_server_of_a_run_that_was_killed_is_stopped_by_the_next_run() {
    let folder = Folder::new();
    let server = start(&folder, Profile::Fast).await;
    execute(&server.superuser_url(), "create table kept (id int); insert into kept values (1)")
        .await
        .unwrap();
    let left = Identity::of(server.process().pid().unwrap()).unwrap();
    // A killed run drops nothing.
    std::mem::forget(server);

    folder.ledger.stop_leftovers(&folder.progress).await.unwrap();

    gone(&left).await;
    assert!(folder.ledger.records().unwrap().is_empty());
    let server = start(&folder, Profile::Fast).await;
    assert_eq!(count(&server.superuser_url()).await, 1);
}

#[tokio::test]
async fn a_dropped_server_is_gone_and_a_half_made_cluster_is_made_again() {
    let folder = Folder::new();
    let data = PrivatePostgres::data_folder(folder.path()).unwrap();
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("PG_VERSION"), "15").unwrap();

    let server = start(&folder, Profile::Fast).await;
    let identity = Identity::of(server.process().pid().unwrap()).unwrap();
    let port = server.port();
    drop(server);

    gone(&identity).await;
    eventually("the port is free", async || TcpListener::bind(("127.0.0.1", port)).is_ok()).await;
}

#[tokio::test]
async fn below_a_folder_that_only_we_may_enter_the_server_still_starts() {
    let folder = Folder::new();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(folder.path(), private).unwrap();

    let server = start(&folder, Profile::Fast).await;

    execute(&server.superuser_url(), "select 1").await.unwrap();
    let data = server.folder().to_owned();
    assert_eq!(data, PrivatePostgres::data_folder(folder.path()).unwrap());
    server.stop().await.unwrap();
    if !data.starts_with(folder.path()) {
        // As root: elsewhere, and not removed with the folder of the test.
        std::fs::remove_dir_all(data.parent().unwrap()).unwrap();
    }
}
