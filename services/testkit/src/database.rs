//! A migrated database per test, cloned from a template per service and schema.

use std::str::FromStr as _;

use anyhow::Context as _;
use chassis::config::DatabaseConfig;
use chassis::database::{Migrations, migrate};
use chassis::id::IdGenerator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

/// Any number; the same for all test processes on one server.
const TEMPLATE_LOCK: i64 = 0x626f_6e64;

/// A database of one test.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    /// URL for the owner role.
    pub owner_url: String,
    /// URL for the runtime role.
    pub runtime_url: String,
    /// A superuser's pool, to look at what the runtime role may not see.
    pub admin: PgPool,
}

impl TestDatabase {
    /// A new database with the schema of a service, for a region. Cloning takes some tens of milliseconds; the server is
    /// thrown away after the run, so databases are not dropped.
    pub async fn create(superuser_url: &str, migrations: &Migrations, region: &str) -> anyhow::Result<Self> {
        let service = migrations.service;
        let server = PgConnectOptions::from_str(superuser_url)?.disable_statement_logging();
        let digest = migrations.digest();
        // A code of a region has hyphens, which an unquoted name of a database has not.
        let region_name = region.replace('-', "_");
        let template =
            format!("template_{service}_{region_name}_{}", digest.get(..12).context("a short digest")?);
        let mut admin = PgConnection::connect_with(&server).await?;
        ensure_template(&mut admin, &server, superuser_url, &template, migrations, region).await?;
        let name = format!("test_{service}_{}", IdGenerator.uuid().simple());
        let statement = format!("create database {name} template {template} owner {service}_owner");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut admin).await?;
        admin.close().await?;
        let options = server.clone().database(&name);
        let pool = PgPoolOptions::new().max_connections(2).connect_with(options.clone()).await?;
        // A clone has another identity than its template; the epoch rises for restores only.
        sqlx::raw_sql(
            "update chassis.deployment set database_identity =
                 format('%s/%s/%s', (select system_identifier from pg_control_system()),
                        (select timeline_id from pg_control_checkpoint()),
                        (select oid from pg_database where datname = current_database()))",
        )
        .execute(&pool)
        .await?;
        Ok(Self {
            owner_url: url(&options, &format!("{service}_owner")),
            runtime_url: url(&options, &format!("{service}_runtime")),
            admin: pool,
        })
    }
}

fn url(options: &PgConnectOptions, role: &str) -> String {
    let mut url = options.clone().username(role).to_url_lossy();
    url.set_query(None);
    url.to_string()
}

async fn ensure_template(
    admin: &mut PgConnection,
    server: &PgConnectOptions,
    superuser_url: &str,
    template: &str,
    migrations: &Migrations,
    region: &str,
) -> anyhow::Result<()> {
    sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await?;
    let exists: bool =
        sqlx::query_scalar("select exists (select 1 from pg_database where datname = $1 and datistemplate)")
            .bind(template)
            .fetch_one(&mut *admin)
            .await?;
    if !exists {
        let service = migrations.service;
        local::postgres::create_service_database(superuser_url, service).await?;
        for statement in [
            format!("drop database if exists {template}"),
            format!("create database {template} owner {service}_owner"),
        ] {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *admin).await?;
        }
        let config = DatabaseConfig {
            url: String::new().into(),
            password_file: None,
            owner_password_file: None,
            owner_url: Some(url(&server.clone().database(template), &format!("{service}_owner")).into()),
            max_connections: 1,
            acquire_timeout_ms: 5_000,
            statement_timeout_ms: 30_000,
            allow_fast: true,
        };
        migrate(&config, migrations, region).await?;
        let done = format!("alter database {template} is_template true");
        sqlx::raw_sql(AssertSqlSafe(done)).execute(&mut *admin).await?;
    }
    sqlx::query("select pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await?;
    Ok(())
}
