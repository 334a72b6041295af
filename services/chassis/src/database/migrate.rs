//! Migrations: the chassis' own tables first, then the service's, under the owner role.

use std::str::FromStr;

use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use sqlx::migrate::{Migrate as _, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};

use super::Deployment;
use crate::config::DatabaseConfig;

static CHASSIS: Migrator = sqlx::migrate!("./migrations");
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
    /// The database refused.
    #[error("the database refused the migration")]
    Database(#[from] sqlx::Error),
    /// A migration is broken, changed, or missing.
    #[error("a migration did not apply")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// Applies what is missing and writes the deployment row. Safe to repeat, and to run twice at once.
pub async fn migrate(
    config: &DatabaseConfig,
    migrations: &Migrations,
    region: &str,
) -> Result<(), MigrateError> {
    let url = config.owner_url.as_ref().ok_or(MigrateError::NoOwnerUrl)?;
    let role = format!("{}_runtime", migrations.service);
    let mut connection = PgConnectOptions::from_str(url.expose_secret())?
        .options([("bondgenoot.runtime_role", role.as_str())])
        .connect()
        .await?;
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
    let mut missing = missing(&mut connection, &chassis_migrator()).await?;
    missing.extend(self::missing(&mut connection, migrations.set).await?);
    Ok(missing)
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
