//! Stand-ins for programs that supervision needs: this test program, started again by a small script.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::{Path, PathBuf},
};

use local::{
    postgres::Profile,
    region_run::{LocalRegion, RegionOptions, Service},
};
use sqlx::{Connection, PgConnection};

/// Makes a folder with a program for every service of a region.
pub fn programs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for service in Service::ALL {
        script(&folder.path().join(service.name()), &format!("{service} \"$@\""));
    }
    folder
}

/// A script that becomes this test program in the role of a stand-in.
fn script(path: &Path, role: &str) {
    let this = std::env::current_exe().unwrap();
    let run = format!("exec '{}' --ignored --exact stand_in::stand_in --nocapture", this.display());
    std::fs::write(path, format!("#!/bin/sh\nset -- {role}\nexport STAND_IN=\"$*\"\n{run}\n")).unwrap();
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// Starts a run of a region with one service as another process, and waits until it is ready.
pub fn supervisor(folder: &Path, programs: &Path) -> std::process::Child {
    let path = programs.join("supervisor");
    script(&path, &format!("supervise '{}' '{}'", folder.display(), programs.display()));
    let mut child = std::process::Command::new(path).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line == "region is ready"), "the other run did not get ready");
    child
}

pub fn options(folder: &Path, programs: &Path) -> RegionOptions {
    let region = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regions/waasland");
    RegionOptions::new(folder, region.join("region.toml"), region.join("demo-people.toml"), programs)
        .for_tests(Profile::Fast)
}

/// Not a test: what the scripts run. Does nothing when somebody runs all ignored tests.
#[tokio::test]
#[ignore = "the role of another program, played by this one"]
async fn stand_in() {
    let Ok(role) = std::env::var("STAND_IN") else { return };
    let words: Vec<&str> = role.split(' ').collect();
    match words.as_slice() {
        ["supervise", folder, programs] => supervise(Path::new(folder), Path::new(programs)).await,
        [service, "migrate"] => migrate(service).await,
        ["gateway", "import-people", file] => import_people(Path::new(file)).await,
        [service, "serve"] => serve(service).await,
        other => panic!("no role {other:?}"),
    }
}

async fn supervise(folder: &Path, programs: &Path) {
    let mut options = options(folder, programs);
    options.services = vec![Service::Intake];
    let _region = LocalRegion::start(options).await.unwrap();
    let mut output = std::io::stdout();
    writeln!(output, "\nregion is ready").unwrap();
    output.flush().unwrap();
    std::future::pending::<()>().await;
}

fn setting(service: &str, name: &str) -> Option<String> {
    std::env::var(format!("{}_{name}", service.to_uppercase())).ok()
}

/// Makes a table with a row, as the owner; twice is fine.
async fn migrate(service: &str) {
    let mut owner = PgConnection::connect(&setting(service, "DATABASE__OWNER_URL").unwrap()).await.unwrap();
    sqlx::raw_sql(
        "create table if not exists runs (id int generated always as identity);
         insert into runs default values;
         do $$ begin execute format('grant select, insert on runs to %s', replace(current_user, '_owner', '_runtime')); end $$",
    )
    .execute(&mut owner)
    .await
    .unwrap();
}

/// Adds a row to the table that the migration made, as the role that owns nothing.
async fn import_people(file: &Path) {
    assert!(file.is_absolute() && file.ends_with("demo-people.toml") && file.is_file());
    assert_eq!(setting("gateway", "DATABASE__OWNER_URL"), None);
    let mut runtime = PgConnection::connect(&setting("gateway", "DATABASE__URL").unwrap()).await.unwrap();
    sqlx::raw_sql("insert into runs default values").execute(&mut runtime).await.unwrap();
}

/// Looks at what it was given, and serves its health until it is told to stop.
async fn serve(service: &str) {
    assert_eq!(setting(service, "DATABASE__OWNER_URL"), None, "serve must not be able to migrate");
    assert_eq!(setting(service, "DATABASE__ALLOW_FAST").as_deref(), Some("true"));
    let region = PathBuf::from(setting(service, "REGION__FILE").unwrap());
    assert!(region.is_absolute() && region.is_file());
    let mut runtime = PgConnection::connect(&setting(service, "DATABASE__URL").unwrap()).await.unwrap();
    let runs: i64 = sqlx::query_scalar("select count(*) from runs").fetch_one(&mut runtime).await.unwrap();
    assert!(runs > 0, "migrated before it serves");
    for name in
        ["SIGNING_KEY_FILE", "CALLER_KEY_FILE", "CALLER_KEYS_FILE", "REGION_KEY_FILE", "INDEX_KEY_FILE"]
    {
        if let Some(file) = setting(service, &format!("KEYS__{name}")) {
            assert!(Path::new(&file).is_file(), "{file}");
        }
    }
    if let Some(url) = setting(service, "BROKER__URL") {
        lapin::Connection::connect(&url, lapin::ConnectionProperties::default()).await.unwrap();
    }
    if let Some(issuer) = setting(service, "SIGN_IN__ISSUER") {
        let address = issuer.strip_prefix("http://").unwrap().parse().unwrap();
        let path = "/.well-known/openid-configuration";
        assert_eq!(local::processes::http_status(address, path).await, Some(200));
    }
    let listener = TcpListener::bind(setting(service, "HEALTH__ADDRESS").unwrap()).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        let status = if line.starts_with("GET /readyz ") { "200 OK" } else { "404 Not Found" };
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").ok();
    }
}
