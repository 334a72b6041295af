//! The queries of the services against the schema of their migrations.
//!
//! Builds are offline: `query!` reads the committed `.sqlx` folders. That catches a changed query, but not a changed
//! schema. So the lint step compiles everything against freshly migrated scratch databases and lets the macros write what
//! they saw; a difference with what is committed is a failure.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::cargo;
use crate::failure::{Failure, Outcome};
use crate::terminal::Terminal;

/// What to refresh.
#[derive(Debug, Clone, Copy)]
pub struct Refresh<'a> {
    /// The checkout.
    pub root: &'a Path,
    /// PostgreSQL as a superuser.
    pub postgres_url: &'a str,
}

/// A crate with checked queries.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Crate {
    name: String,
    folder: PathBuf,
}

impl Crate {
    fn database_variable(&self) -> String {
        format!("{}_DATABASE_URL", self.name.to_uppercase())
    }

    fn data(&self) -> PathBuf {
        self.folder.join(".sqlx")
    }
}

/// Crates with a `sqlx.toml`, by name.
fn crates(root: &Path) -> Outcome<Vec<Crate>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join("services"))? {
        let folder = entry?.path();
        if folder.join("sqlx.toml").is_file()
            && let Some(name) = folder.file_name().and_then(|name| name.to_str())
        {
            found.push(Crate { name: name.to_owned(), folder: folder.clone() });
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// What is said about style while the queries are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Every warning is an error.
    Judged,
    /// Nothing: only the queries count.
    Ignored,
}

/// Lints everything while the queries are checked against scratch databases; what the macros saw goes into `seen`.
pub async fn lint_live(
    root: &Path,
    postgres_url: &str,
    seen: &Path,
    style: Style,
    terminal: &Terminal,
) -> Outcome<()> {
    terminal.wait("migrating scratch databases");
    let mut environment = live(seen);
    for service in crates(root)? {
        let url = scratch_database(root, postgres_url, &service).await?;
        environment.push((service.database_variable(), url));
    }
    terminal.wait_over();
    // Clippy checks a crate again when its arguments change; without that, crates that did not change since the last
    // run would not look at the databases. The name is not used anywhere.
    let fresh = format!("--cfg=verified_by_{}", std::process::id());
    let lints = match style {
        Style::Judged => ["-D", "warnings"],
        Style::Ignored => ["--cap-lints", "allow"],
    };
    let arguments = ["clippy", "--workspace", "--all-targets", "--keep-going", "--"];
    let arguments: Vec<&str> = arguments.into_iter().chain(lints).chain([fresh.as_str()]).collect();
    cargo::run(root, &arguments, &environment, "mend what clippy or the database says").await
}

fn live(seen: &Path) -> Vec<(String, String)> {
    vec![
        ("SQLX_OFFLINE".to_owned(), "false".to_owned()),
        ("SQLX_OFFLINE_DIR".to_owned(), seen.display().to_string()),
    ]
}

/// Makes a database and migrates it as the kernel does: the chassis first, under the owner role.
async fn scratch_database(root: &Path, postgres_url: &str, service: &Crate) -> Outcome<String> {
    let name = format!("scratch_{}_{}", service.name, std::process::id());
    let database = local::postgres::create_named_database(postgres_url, &service.name, &name).await?;
    let runtime = format!("{}_runtime", service.name);
    let mut connection = PgConnectOptions::from_str(&database.owner_url)?
        .options([("bondgenoot.runtime_role", runtime.as_str())])
        .connect()
        .await?;
    let chassis = root.join("services/chassis/migrations");
    let own = service.folder.join("migrations");
    let mut kernel = migrator(&chassis).await?;
    kernel.dangerous_set_table_name("_chassis_migrations");
    let mut sets = vec![kernel];
    if own != chassis {
        sets.push(migrator(&own).await?);
    }
    for set in sets {
        set.run_direct(None, &mut connection, false).await.map_err(|error| {
            Failure::new(format!("the migrations of {} do not apply", service.name))
                .because(chassis::error::Chain(&error).to_string())
                .next(format!("look at services/{}/migrations", service.name))
        })?;
    }
    connection.close().await?;
    Ok(database.owner_url)
}

async fn migrator(folder: &Path) -> Outcome<Migrator> {
    Migrator::new(folder).await.map_err(|error| {
        Failure::new(format!("{} cannot be read", folder.display()))
            .because(chassis::error::Chain(&error).to_string())
    })
}

/// How what is committed differs from what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Difference {
    /// The schema gives other columns or parameters.
    Changed(PathBuf),
    /// Nobody uses it any more.
    Stale(PathBuf),
    /// Not committed.
    Missing(String),
}

/// Compares what was seen with what is committed.
pub fn compare(root: &Path, seen: &Path, terminal: &Terminal) -> Outcome<()> {
    let seen = read(seen)?;
    let committed: Vec<(PathBuf, BTreeMap<String, String>)> = crates(root)?
        .into_iter()
        .map(|service| Ok((service.data(), read(&service.data())?)))
        .collect::<Outcome<_>>()?;
    let differences = differences(&seen, &committed);
    if differences.is_empty() {
        terminal.data(&format!("   {} queries", seen.len()));
        return Ok(());
    }
    for difference in &differences {
        let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
        terminal.data(&match difference {
            Difference::Changed(path) => format!("   the schema gives something else: {}", relative(path)),
            Difference::Stale(path) => format!("   no query uses it any more: {}", relative(path)),
            Difference::Missing(query) => format!("   not committed: {query}"),
        });
    }
    Err(Failure::new(format!(
        "{} committed query data are not those of the code and the schema",
        differences.len()
    ))
    .effect("a build that is green offline may fail against a real database")
    .next("cargo run --bin bondgenoot -- sqlx    and commit the .sqlx folders"))
}

fn differences(
    seen: &BTreeMap<String, String>,
    committed: &[(PathBuf, BTreeMap<String, String>)],
) -> Vec<Difference> {
    let mut found = Vec::new();
    for (folder, files) in committed {
        for (name, content) in files {
            match seen.get(name) {
                None => found.push(Difference::Stale(folder.join(name))),
                Some(now) if now.trim() != content.trim() => {
                    found.push(Difference::Changed(folder.join(name)));
                }
                Some(_) => {}
            }
        }
    }
    for (name, content) in seen {
        if !committed.iter().any(|(_, files)| files.contains_key(name)) {
            found.push(Difference::Missing(query_of(content).unwrap_or_else(|| name.clone())));
        }
    }
    found
}

fn query_of(content: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(content).ok()?;
    let words: Vec<&str> = json.get("query")?.as_str()?.split_whitespace().collect();
    Some(words.join(" "))
}

/// The files of a folder with query data; none when it is not there.
fn read(folder: &Path) -> Outcome<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json")
            && let Some(name) = path.file_name().and_then(|name| name.to_str())
        {
            files.insert(name.to_owned(), fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}

/// Writes the query data of some crates anew (all when none is named).
pub async fn refresh(what: Refresh<'_>, names: &[String], terminal: &Terminal) -> Outcome<()> {
    let all = crates(what.root)?;
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|one| one.name == **name)) {
        let known: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        return Err(Failure::usage(format!("`{unknown}` has no query data"))
            .next(format!("choose among: {}", known.join(", "))));
    }
    for service in all.iter().filter(|one| names.is_empty() || names.contains(&one.name)) {
        terminal.wait(&format!("checking the queries of {}", service.name));
        let seen = tempfile::tempdir()?;
        let mut environment = live(seen.path());
        // Only this crate has a database, so only its macros write; the others read their committed data.
        environment.push((
            service.database_variable(),
            scratch_database(what.root, what.postgres_url, service).await?,
        ));
        touch(service)?;
        let arguments = ["check", "--workspace", "--all-targets", "--quiet"];
        cargo::run(what.root, &arguments, &environment, "mend the query and try again").await?;
        let written = replace(seen.path(), &service.data())?;
        terminal.data(&format!("{}: {written} queries", service.name));
    }
    Ok(())
}

/// Makes cargo compile the crate and its tests again.
fn touch(service: &Crate) -> Outcome<()> {
    for file in ["src/lib.rs", "src/main.rs", "tests/it/main.rs"] {
        let path = service.folder.join(file);
        if path.is_file() {
            let content = fs::read(&path)?;
            fs::write(&path, content)?;
        }
    }
    Ok(())
}

fn replace(from: &Path, to: &Path) -> Outcome<usize> {
    let new = read(from)?;
    fs::create_dir_all(to)?;
    for (name, content) in &new {
        fs::write(to.join(name), content)?;
    }
    for name in read(to)?.keys().filter(|name| !new.contains_key(*name)) {
        fs::remove_file(to.join(name))?;
    }
    Ok(new.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn equal_data_are_no_difference_and_a_last_newline_is_none_either() {
        let committed = [(PathBuf::from("a"), files(&[("q1", "{}\n")]))];

        assert_eq!(differences(&files(&[("q1", "{}")]), &committed), []);
    }

    #[test]
    fn changed_stale_and_missing_data_are_found() {
        let seen = files(&[("q1", r#"{"query": "select 1,\n  2"}"#), ("q2", "new")]);
        let committed = [(PathBuf::from("a"), files(&[("q2", "old"), ("q3", "{}")]))];

        assert_eq!(
            differences(&seen, &committed),
            [
                Difference::Changed("a/q2".into()),
                Difference::Stale("a/q3".into()),
                Difference::Missing("select 1, 2".to_owned())
            ]
        );
    }

    #[test]
    fn refreshing_replaces_and_removes() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(from.path().join("query-1.json"), "new").unwrap();
        fs::write(to.path().join("query-1.json"), "old").unwrap();
        fs::write(to.path().join("query-2.json"), "stale").unwrap();

        assert_eq!(replace(from.path(), to.path()).unwrap(), 1);
        assert_eq!(read(to.path()).unwrap(), files(&[("query-1.json", "new")]));
    }
}
