//! Where the programs are on this machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    error::{Error, Result},
    processes::User,
};

/// The oldest PostgreSQL that the migrations work on.
const OLDEST_POSTGRES: u32 = 15;

/// Folder of a PostgreSQL release with `initdb` and `postgres`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresPrograms {
    /// Its `bin` folder.
    pub folder: PathBuf,
    /// Its major version.
    pub major: u32,
}

impl PostgresPrograms {
    /// Path of one of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Folder of RabbitMQ's own scripts, and of Erlang's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RabbitPrograms {
    /// Folder with the real `rabbitmq-server` and `rabbitmqctl`. Those in /usr/sbin are wrappers that change user and
    /// folder.
    pub folder: PathBuf,
    /// Erlang's port mapper daemon.
    pub epmd: PathBuf,
}

/// What of the needed programs this machine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The newest PostgreSQL of at least version 15.
    pub postgres: Option<PostgresPrograms>,
    /// RabbitMQ with Erlang.
    pub rabbit: Option<RabbitPrograms>,
}

impl Machine {
    /// Looks at this machine.
    pub fn look() -> Self {
        Self { postgres: find_postgres(), rabbit: find_rabbit() }
    }

    /// Debian packages that have to be installed; empty when everything is there.
    pub fn missing(&self) -> Vec<&'static str> {
        let postgres = self.postgres.is_none().then_some("postgresql");
        let rabbit = self.rabbit.is_none().then_some("rabbitmq-server");
        postgres.into_iter().chain(rabbit).collect()
    }

    /// The programs of PostgreSQL.
    ///
    /// # Errors
    /// [`Error::Missing`] when they are not installed.
    pub fn postgres(&self) -> Result<&PostgresPrograms> {
        self.postgres.as_ref().ok_or_else(|| Error::Missing { packages: vec!["postgresql"] })
    }

    /// The programs of RabbitMQ.
    ///
    /// # Errors
    /// [`Error::Missing`] when they are not installed.
    pub fn rabbit(&self) -> Result<&RabbitPrograms> {
        self.rabbit.as_ref().ok_or_else(|| Error::Missing { packages: vec!["rabbitmq-server"] })
    }
}

/// Whether this process runs as root, for which PostgreSQL refuses to start.
pub fn current_user_is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The user that runs PostgreSQL when this process runs as root; `None` when it does not, and the caller's own user does.
///
/// # Errors
/// [`Error::Missing`] when the package has not made the user `postgres`.
pub fn postgres_user() -> Result<Option<User>> {
    if !current_user_is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(Error::file("reading", "/etc/passwd"))?;
    user_named(&users, "postgres").map(Some).ok_or_else(|| Error::Missing { packages: vec!["postgresql"] })
}

fn user_named(users: &str, name: &str) -> Option<User> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(User { uid, gid })
    })
}

fn find_postgres() -> Option<PostgresPrograms> {
    let by_folder = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path().join("bin"));
    by_folder
        .chain(on_path("postgres").and_then(|found| found.parent().map(Path::to_owned)))
        .filter(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file()))
        .filter_map(|folder| Some(PostgresPrograms { major: major_version(&folder)?, folder }))
        .filter(|found| found.major >= OLDEST_POSTGRES)
        .max_by_key(|found| found.major)
}

/// Asks the server program itself: `postgres (PostgreSQL) 15.18 (Debian ...)`.
fn major_version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

fn parse_major(text: &str) -> Option<u32> {
    let version = text.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn find_rabbit() -> Option<RabbitPrograms> {
    let debian = PathBuf::from("/usr/lib/rabbitmq/bin");
    let folder =
        Some(debian).filter(|folder| has_rabbit(folder)).or_else(rabbit_by_package).or_else(|| {
            let script = fs::canonicalize(on_path("rabbitmq-server")?).ok()?;
            script.parent().map(Path::to_owned).filter(|folder| has_rabbit(folder))
        })?;
    let epmd = on_path("epmd").or_else(|| Some(PathBuf::from("/usr/lib/erlang/bin/epmd")))?;
    epmd.is_file().then_some(RabbitPrograms { folder, epmd })
}

/// The real scripts lie beside `rabbitmq-env`, which a wrapper does not have.
fn has_rabbit(folder: &Path) -> bool {
    ["rabbitmq-server", "rabbitmqctl", "rabbitmq-env"].iter().all(|name| folder.join(name).exists())
}

fn rabbit_by_package() -> Option<PathBuf> {
    let output = Command::new("dpkg").args(["-L", "rabbitmq-server"]).output().ok()?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| line.ends_with("/rabbitmq-server"))
        .filter_map(|line| Path::new(line).parent().map(Path::to_owned))
        .find(|folder| has_rabbit(folder))
}

/// A program on the PATH, or in the folders for system programs that an ordinary user's PATH lacks.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/bin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_server_says() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("nonsense"), None);
    }

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgresql:x:7:7::/:\npostgres:x:104:110:PostgreSQL:/var/lib:/bin/sh\n";

        assert_eq!(user_named(users, "postgres"), Some(User { uid: 104, gid: 110 }));
        assert_eq!(user_named(users, "rabbit"), None);
    }

    #[test]
    fn what_is_missing_is_named_as_a_debian_package() {
        let nothing = Machine { postgres: None, rabbit: None };

        assert_eq!(nothing.missing(), ["postgresql", "rabbitmq-server"]);
        assert!(matches!(nothing.postgres(), Err(Error::Missing { .. })));
    }

    #[test]
    fn this_machine_has_both_and_the_scripts_are_not_the_wrappers() {
        let machine = Machine::look();

        assert_eq!(machine.missing(), Vec::<&str>::new(), "install postgresql and rabbitmq-server");
        assert!(machine.rabbit().unwrap().folder.join("rabbitmq-env").exists());
        assert!(machine.postgres().unwrap().major >= OLDEST_POSTGRES);
    }
}
