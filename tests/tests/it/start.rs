//! What stops the start of a service, and what it says then.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use local::region_run::Service;
use tests::harness::{RegionUnderTest, Setup, repository, run_program};

use crate::TWO_REGIONS;
use crate::support::changed;

/// A service with the settings of a running process of it, on ports of its own.
struct Stopped {
    service: Service,
    environment: BTreeMap<String, String>,
}

impl Stopped {
    fn of(region: &RegionUnderTest, service: Service) -> Self {
        let mut stopped = Self { service, environment: region.environment(service.name()).unwrap() };
        let address = if service == Service::Gateway { "HTTP__ADDRESS" } else { "GRPC__ADDRESS" };
        for name in [address, "HEALTH__ADDRESS"] {
            stopped.environment.insert(stopped.name(name), "127.0.0.1:0".to_owned());
        }
        stopped
    }

    fn name(&self, setting: &str) -> String {
        format!("{}_{setting}", self.service.name().to_uppercase())
    }

    /// Does not start with these settings changed, ends with failure, and says all of this.
    async fn refuses(&self, changes: &[(&str, &str)], says: &[&str]) {
        let changes: Vec<(String, &str)> =
            changes.iter().map(|(name, value)| (self.name(name), *value)).collect();
        let changes: Vec<(&str, &str)> =
            changes.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let environment = changed(&self.environment, &changes);
        let ended = run_program(self.service.name(), &["serve"], &environment).await;
        let Ok((code, said)) = ended else { panic!("{} starts with {changes:?}", self.service) };
        assert_eq!(code, Some(1), "{} with {changes:?} said: {said}", self.service);
        for part in says {
            assert!(said.contains(part), "{} with {changes:?} does not say `{part}`: {said}", self.service);
        }
        assert!(!said.contains("panicked"), "{} with {changes:?}: {said}", self.service);
    }
}

/// The region Waasland in a folder of its own, with one text in one file replaced by another. Gives the region file, and
/// `<file>:<line>:` of the replaced text.
fn spoilt(folder: &Path, name: &str, file: &str, find: &str, replace: &str) -> (PathBuf, String) {
    let (from, to) = (repository().join("deploy/regions/waasland"), folder.join(name));
    std::fs::create_dir_all(to.join("programmes")).unwrap();
    let mut place = String::new();
    for part in ["region.toml", "programmes/waasland-esf.toml"] {
        let mut text = std::fs::read_to_string(from.join(part)).unwrap();
        if part == file {
            assert_eq!(text.matches(find).count(), 1, "`{find}` stands once in {part}");
            place = format!("{file}:{}:", text.split(find).next().unwrap().lines().count() + 1);
            text = text.replace(find, replace);
        }
        std::fs::write(to.join(part), text).unwrap();
    }
    (to.join("region.toml"), place)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_cannot_be_right_does_not_start_and_says_why() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable()).await.unwrap();

    for service in Service::ALL {
        let stopped = Stopped::of(&region, service);
        wrong_files(&region, &stopped).await;
        wrong_settings(&stopped).await;
        wrong_database(&region, &stopped).await;
        command_lines(&stopped).await;
    }
    a_database_that_forgets_is_refused(&region).await;

    region.stop().await.unwrap();
}

async fn wrong_files(region: &RegionUnderTest, stopped: &Stopped) {
    let folder = region.folder().join(format!("spoilt-{}", stopped.service));
    let refuses = async |name: &str, file: &str, find: &str, replace: &str, says: &[&str]| {
        let (region_file, place) = spoilt(&folder, name, file, find, replace);
        let says = [&[place.as_str()], says].concat();
        stopped.refuses(&[("REGION__FILE", region_file.to_str().unwrap())], &says).await;
    };
    // Line and column of what is wrong, and what would be right.
    let programme = "programmes/waasland-esf.toml";
    refuses(
        "zone",
        "region.toml",
        "time_zone = \"Europe/Brussels\"",
        "time_zone = \"Europe/Kanarie\"",
        &["Europe/Kanarie"],
    )
    .await;
    refuses(
        "word",
        "region.toml",
        "languages = [\"nl\"]\n",
        "langages = [\"nl\"]\n",
        &["langages", "languages"],
    )
    .await;
    refuses("open", "region.toml", "[words]", "[words", &[]).await;
    refuses("channel", programme, "kind = \"outreach\"", "kind = \"outreech\"", &["outreech", "outreach"])
        .await;
    refuses("age", programme, "min_years = 18", "min_years = \"eighteen\"", &["min_years"]).await;
    let missing = folder.join("nowhere/region.toml");
    stopped.refuses(&[("REGION__FILE", missing.to_str().unwrap())], &["nowhere/region.toml"]).await;
}

async fn wrong_settings(stopped: &Stopped) {
    let prefix = stopped.name("<SECTION>__<KEY>");
    stopped.refuses(&[("HEALTH__ADRESS", "127.0.0.1:0")], &["adress", &prefix]).await;
    stopped.refuses(&[("KANARIE__X", "1")], &["kanarie"]).await;
    stopped.refuses(&[("HEALTH__ADDRESS", "nowhere")], &["health.address"]).await;
    stopped.refuses(&[("DATABASE__MAX_CONNECTIONS", "many")], &["max_connections"]).await;
    stopped.refuses(&[("LOG__FILTER", "info,,=x=y")], &["log filter"]).await;
    let key =
        if stopped.service == Service::Gateway { "KEYS__CALLER_KEY_FILE" } else { "KEYS__CALLER_KEYS_FILE" };
    stopped.refuses(&[(key, "/nowhere/key")], &["/nowhere/key"]).await;
    // Somebody else listens there.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    stopped.refuses(&[("HEALTH__ADDRESS", &address)], &[&address, "health.address"]).await;
}

async fn wrong_database(region: &RegionUnderTest, stopped: &Stopped) {
    let service = stopped.service.name();
    let folder = region.folder().join(format!("elsewhere-{service}"));
    let (kempen, _) =
        spoilt(&folder, "kempen", "region.toml", "code = \"waasland\"\n", "code = \"kempen\"\n");
    let (theirs, ours) = (format!("{service} of waasland"), format!("{service} of kempen"));
    stopped.refuses(&[("REGION__FILE", kempen.to_str().unwrap())], &[&theirs, &ours, "database.url"]).await;

    let url = region.local.state().unwrap().postgres_url;
    let empty = format!("{service}_empty");
    let database = local::postgres::create_named_database(&url, service, &empty).await.unwrap();
    let migrate = format!("{service} migrate");
    stopped.refuses(&[("DATABASE__URL", &database.runtime_url)], &["first", &migrate]).await;

    // Half of the migrations: of the service's own, and of the chassis.
    let environment = changed(
        &stopped.environment,
        &[
            (&stopped.name("DATABASE__URL"), &database.runtime_url),
            (&stopped.name("DATABASE__OWNER_URL"), &database.owner_url),
        ],
    );
    let (code, said) = run_program(service, &["migrate"], &environment).await.unwrap();
    assert_eq!(code, Some(0), "{service} migrate: {said}");
    let pool = region.database(&empty).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where c.relname like '%sqlx_migrations%' and c.relkind = 'r'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(!tables.is_empty(), "{service} remembers its migrations");
    for table in tables {
        let newest = format!(
            "delete from {table} where version = (select max(version) from {table}) returning version"
        );
        let version: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(newest)).fetch_one(&pool).await.unwrap();
        stopped.refuses(&[("DATABASE__URL", &database.runtime_url)], &[&version.to_string(), &migrate]).await;
    }
    pool.close().await;
}

async fn command_lines(stopped: &Stopped) {
    let service = stopped.service.name();
    let nothing = BTreeMap::new();
    for (argument, expected, says) in [
        ("--version", 0, format!("{service} ")),
        ("--help", 0, format!("usage: {service} [serve | migrate")),
        ("fly", 2, format!("usage: {service} [serve | migrate")),
    ] {
        let (code, said) = run_program(service, &[argument], &nothing).await.unwrap();
        assert_eq!(code, Some(expected), "{service} {argument}: {said}");
        assert!(said.contains(&says), "{service} {argument}: {said}");
    }
}

async fn a_database_that_forgets_is_refused(region: &RegionUnderTest) {
    let pool = region.database("postgres").await.unwrap();
    for setting in ["synchronous_commit", "full_page_writes"] {
        let stopped = Stopped::of(region, Service::Intake);
        // For one role only: the services that run keep their promise.
        let role = format!("alter role intake_runtime set {setting} = off");
        if sqlx::raw_sql(sqlx::AssertSqlSafe(role)).execute(&pool).await.is_err() {
            continue;
        }
        stopped.refuses(&[], &[setting]).await;
        let reset = format!("alter role intake_runtime reset {setting}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(reset)).execute(&pool).await.unwrap();
    }
    pool.close().await;
}
