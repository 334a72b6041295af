//! Migrations: the chassis' own tables first, then the service's, under the owner role.

use std::str::FromStr;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use sqlx::migrate::{Migrate as _, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};

use super::{Deployment, OpenError};
use crate::config::{DatabaseConfig, SecretFileError, read_secret};
use crate::error::Chain;

static CHASSIS: Migrator = sqlx::migrate!("./migrations");
/// Between two looks of who waits for the schema, and how long one look may take.
const SCHEMA_LOOK: Duration = Duration::from_secs(1);
const SCHEMA_ANSWER: Duration = Duration::from_secs(5);
const CHASSIS_TABLE: &str = "_chassis_migrations";

/// The migrations of a service.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// Name of the service; its runtime role is `<service>_runtime`.
    pub service: &'static str,
    /// The embedded set, `sqlx::migrate!()`.
    pub set: &'static Migrator,
}

impl Migrations {
    /// A digest over all migrations, the chassis' too: names a schema, e.g. of a template database.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for migration in CHASSIS.iter().chain(self.set.iter()) {
            hash.update(migration.version.to_be_bytes());
            hash.update(&migration.checksum);
        }
        hex::encode(hash.finalize())
    }
}

/// The database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// No URL of the owner role was given.
    #[error("database.owner_url is not set; migrations run as the owner role")]
    NoOwnerUrl,
    /// The password of the owner role cannot be read.
    #[error(transparent)]
    Password(#[from] SecretFileError),
    /// The database refused.
    #[error("the database refused the migration")]
    Database(#[from] sqlx::Error),
    /// A migration is broken, changed, or missing.
    #[error("a migration did not apply")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// The schema did not become what this build needs.
#[derive(Debug, thiserror::Error)]
#[error(
    "after {seconds} s still: {obstacle}; look at the job that runs `{service} migrate`, then at database.url and its password"
)]
pub struct SchemaError {
    service: &'static str,
    seconds: u64,
    obstacle: String,
}

/// Applies what is missing and writes the deployment row. Safe to repeat, and to run twice at once.
pub async fn migrate(
    config: &DatabaseConfig,
    migrations: &Migrations,
    region: &str,
) -> Result<(), MigrateError> {
    let url = config.owner_url.as_ref().ok_or(MigrateError::NoOwnerUrl)?;
    let role = format!("{}_runtime", migrations.service);
    let mut options = PgConnectOptions::from_str(url.expose_secret())?;
    if let Some(file) = &config.owner_password_file {
        options = options.password(read_secret(file)?.expose_secret());
    }
    let mut connection = options.options([("bondgenoot.runtime_role", role.as_str())]).connect().await?;
    chassis_migrator().run_direct(None, &mut connection, false).await?;
    migrations.set.run_direct(None, &mut connection, false).await?;
    // `serve` compares what is applied with what it carries.
    sqlx::raw_sql(
        r"do $$
        declare
            runtime text := current_setting('bondgenoot.runtime_role');
        begin
            execute format('grant usage on schema public to %I', runtime);
            execute format('grant select on _sqlx_migrations, _chassis_migrations to %I', runtime);
        end $$",
    )
    .execute(&mut connection)
    .await?;
    Deployment::write(&mut connection, migrations.service, region).await?;
    connection.close().await?;
    Ok(())
}

/// Versions of the service's own and the chassis' migrations that this database lacks. One that is ahead is fine.
pub async fn pending_migrations(pool: &PgPool, migrations: &Migrations) -> Result<Vec<i64>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    missing_in(&mut connection, migrations).await
}

/// Waits until a database has every migration of this build, as an init container does beside the job that migrates. It
/// reads only, as the runtime role, and asks again each second whatever is in the way: no server, no role, no table.
///
/// # Errors
/// When the time is over: what was in the way last, and what to look at.
pub async fn wait_for_schema(
    config: &DatabaseConfig,
    migrations: &Migrations,
    within: Duration,
) -> Result<(), SchemaError> {
    let asked = Instant::now();
    loop {
        let obstacle = match missing_now(config, migrations).await {
            Ok(missing) if missing.is_empty() => return Ok(()),
            Ok(missing) => format!("the database lacks the migrations {missing:?} of this build"),
            Err(error) => Chain(&error).to_string(),
        };
        if asked.elapsed() >= within {
            return Err(SchemaError { service: migrations.service, seconds: within.as_secs(), obstacle });
        }
        tracing::info!(obstacle, "waiting for the schema");
        tokio::time::sleep(SCHEMA_LOOK).await;
    }
}

async fn missing_now(config: &DatabaseConfig, migrations: &Migrations) -> Result<Vec<i64>, OpenError> {
    let unreachable = |error: sqlx::Error| OpenError::Unreachable(error.into());
    let connecting = super::options(config, migrations.service)?;
    let mut connection = tokio::time::timeout(SCHEMA_ANSWER, connecting.connect())
        .await
        .map_err(|_| unreachable(sqlx::Error::PoolTimedOut))?
        .map_err(unreachable)?;
    let missing = missing_in(&mut connection, migrations).await.map_err(unreachable)?;
    connection.close().await.map_err(unreachable)?;
    Ok(missing)
}

async fn missing_in(connection: &mut PgConnection, migrations: &Migrations) -> Result<Vec<i64>, sqlx::Error> {
    let mut versions = missing(connection, &chassis_migrator()).await?;
    versions.extend(missing(connection, migrations.set).await?);
    Ok(versions)
}

fn chassis_migrator() -> Migrator {
    let mut migrator = Migrator::with_migrations(CHASSIS.iter().cloned().collect());
    migrator.dangerous_set_table_name(CHASSIS_TABLE);
    migrator.set_ignore_missing(true);
    migrator
}

async fn missing(connection: &mut PgConnection, migrator: &Migrator) -> Result<Vec<i64>, sqlx::Error> {
    let applied = connection
        .list_applied_migrations(&migrator.table_name)
        .await
        .map_err(|error| sqlx::Error::Configuration(Box::new(error)))?;
    Ok(migrator
        .iter()
        .map(|migration| migration.version)
        .filter(|version| !applied.iter().any(|done| done.version == *version))
        .collect())
}
