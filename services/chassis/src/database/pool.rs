//! The pool of a service's runtime role.

use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use super::begin::leave;
use super::{DatabaseError, Deployment, DeploymentError, Migrations};
use crate::config::{DatabaseConfig, SecretFileError, millis, read_secret};
use crate::tasks::Tasks;

/// Pauses between two tries to reach the database at start, so that services and database may start in any order.
const START_RETRY: Duration = Duration::from_millis(50);
const START_TRIES: u32 = 200;
/// Between two looks at the file of the password. Mounted Secrets follow a change within a minute or so.
const PASSWORD_LOOK: Duration = Duration::from_secs(5);

/// The database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL cannot be read.
    #[error("the database URL cannot be read")]
    Url(#[source] sqlx::Error),
    /// The password cannot be read.
    #[error(transparent)]
    Password(#[from] SecretFileError),
    /// It cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] DatabaseError),
    /// It may lose acknowledged writes.
    #[error(
        "the database setting {setting} is {value}: acknowledged writes could be lost; set it to on, or set database.allow_fast for tests"
    )]
    NotDurable {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// The role could see or change more than it may.
    #[error(
        "the database role {role} is {power}; services run as a role that owns nothing, see the README of chassis"
    )]
    TooPowerful {
        /// The role.
        role: String,
        /// What it may do.
        power: &'static str,
    },
    /// Tables with case data lack row-level security.
    #[error("row-level security is off for {tables}; enable it in the migration that makes the table")]
    NoRowSecurity {
        /// The tables.
        tables: String,
    },
    /// It lacks migrations of this build.
    #[error("the database lacks the migrations {missing:?} of this build; run `{service} migrate` first")]
    Behind {
        /// The service.
        service: &'static str,
        /// Versions of the migrations.
        missing: Vec<i64>,
    },
    /// The database belongs to another region or service, or is not migrated.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
}

/// Connection options common to pool and dedicated connections.
pub(crate) fn options(config: &DatabaseConfig, service: &str) -> Result<PgConnectOptions, OpenError> {
    let statement_timeout = config.statement_timeout_ms.to_string();
    let mut options = PgConnectOptions::from_str(config.url.expose_secret()).map_err(OpenError::Url)?;
    if let Some(file) = &config.password_file {
        options = options.password(read_secret(file)?.expose_secret());
    }
    Ok(options.application_name(service).options([
        ("statement_timeout", statement_timeout.as_str()),
        ("lock_timeout", statement_timeout.as_str()),
        ("idle_in_transaction_session_timeout", "30s"),
        ("TimeZone", "UTC"),
        // Policies make plans look dear, and PostgreSQL then compiles them: tens of milliseconds for statements that read
        // a page of rows.
        ("jit", "off"),
        // Planning a statement with its policies costs more than running it, and each is written to have one good plan.
        ("plan_cache_mode", "force_generic_plan"),
    ]))
}

/// Opens the pool and checks that the database is the right one, durable, and shows the role no more than it should.
pub async fn open(
    config: &DatabaseConfig,
    service: &str,
    region: &str,
) -> Result<(PgPool, Deployment), OpenError> {
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .min_connections(1)
        .acquire_timeout(millis(config.acquire_timeout_ms))
        .test_before_acquire(false)
        .after_release(|connection, _| Box::pin(leave(connection)))
        .connect_lazy_with(options(config, service)?);
    let mut tries = 0;
    let deployment = loop {
        match Deployment::read(&pool, service, region).await {
            Err(DeploymentError::Database(error)) if error.is_transient() && tries < START_TRIES => {
                tries += 1;
                if tries == 1 {
                    tracing::info!("waiting for the database");
                }
                tokio::time::sleep(START_RETRY).await;
            }
            other => break other?,
        }
    };
    check_role(&pool).await?;
    check_durability(&pool, config.allow_fast).await?;
    Ok((pool, deployment))
}

/// As [`open`], and refuses a database that lacks migrations of this build. A password in a file is followed from now on.
///
/// # Errors
/// As [`open`], and [`OpenError::Behind`].
pub async fn open_migrated(
    config: &DatabaseConfig,
    migrations: &Migrations,
    region: &str,
    tasks: &Tasks,
) -> Result<(PgPool, Deployment), OpenError> {
    let service = migrations.service;
    let (pool, deployment) = open(config, service, region).await?;
    let missing = super::pending_migrations(&pool, migrations)
        .await
        .map_err(|error| OpenError::Unreachable(error.into()))?;
    if !missing.is_empty() {
        return Err(OpenError::Behind { service, missing });
    }
    follow_password(&pool, config, service, tasks);
    Ok((pool, deployment))
}

/// Lets new connections of a pool use the password that stands in its file now. Open connections stay: the database asks
/// for the password once. Nothing is done when the password is part of the URL.
fn follow_password(pool: &PgPool, config: &DatabaseConfig, service: &'static str, tasks: &Tasks) {
    let Some(file) = config.password_file.clone() else { return };
    let (pool, config, shutdown) = (pool.clone(), config.clone(), tasks.shutdown().clone());
    tasks.background("database password", async move {
        // The first look takes the password over in any case: it may have changed since the pool was made.
        let mut known: Option<SecretString> = None;
        while shutdown.run_until_cancelled(tokio::time::sleep(PASSWORD_LOOK)).await.is_some() {
            // A file that is being replaced may be missing for a moment: the password that is known goes on.
            let Ok(now) = read_secret(&file) else { continue };
            if known.as_ref().is_some_and(|known| known.expose_secret() == now.expose_secret()) {
                continue;
            }
            if let Ok(options) = options(&config, service) {
                pool.set_connect_options(options);
                if known.replace(now).is_some() {
                    tracing::info!("the password of the database changed; new connections use it");
                }
            }
        }
    });
}

async fn check_durability(pool: &PgPool, allow_fast: bool) -> Result<(), OpenError> {
    if allow_fast {
        return Ok(());
    }
    let settings = sqlx::query!(
        r#"select current_setting('fsync') as "fsync!", current_setting('synchronous_commit') as "synchronous_commit!",
                  current_setting('full_page_writes') as "full_page_writes!""#
    )
    .fetch_one(pool)
    .await
    .map_err(|error| OpenError::Unreachable(error.into()))?;
    for (setting, value) in [
        ("fsync", settings.fsync),
        ("synchronous_commit", settings.synchronous_commit),
        ("full_page_writes", settings.full_page_writes),
    ] {
        if value == "off" || (setting == "synchronous_commit" && value == "local") {
            return Err(OpenError::NotDurable { setting, value });
        }
    }
    Ok(())
}

async fn check_role(pool: &PgPool) -> Result<(), OpenError> {
    let unreachable = |error: sqlx::Error| OpenError::Unreachable(error.into());
    let role = sqlx::query!(
        r#"select rolname::text as "name!", rolsuper as "is_superuser!", rolbypassrls as "bypasses_rls!",
                  exists (select 1 from pg_class where relowner = pg_roles.oid and relkind in ('r', 'p', 'v', 'm')) as "owns!"
           from pg_roles where rolname = current_user"#
    )
    .fetch_one(pool)
    .await
    .map_err(unreachable)?;
    let power = match (role.is_superuser, role.bypasses_rls, role.owns) {
        (true, ..) => Some("a superuser"),
        (_, true, _) => Some("exempt from row-level security"),
        (.., true) => Some("the owner of tables"),
        _ => None,
    };
    if let Some(power) = power {
        return Err(OpenError::TooPowerful { role: role.name, power });
    }
    // Every table of the service itself (schema public) is under row-level security, but for sqlx's own bookkeeping.
    let open = sqlx::query_scalar!(
        r#"select string_agg(relname::text, ', ' order by relname)
           from pg_class
           where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity
             and relname not like '\_%'"#
    )
    .fetch_one(pool)
    .await
    .map_err(unreachable)?;
    open.map_or(Ok(()), |tables| Err(OpenError::NoRowSecurity { tables }))
}
