//! The roles and the database of a service: one role that owns the tables and migrates, one that works with them.

use std::{str::FromStr, time::Duration};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

use crate::error::{Error, Result};

/// How long a statement that makes a role or a database may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The addresses of a service's database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceDatabase {
    /// For the role `<service>_owner`: owns the database and everything in it; only `migrate` uses it.
    pub owner_url: String,
    /// For the role `<service>_runtime`: owns nothing and cannot pass row-level security; what `serve` uses.
    pub runtime_url: String,
}

/// Makes the roles `<service>_owner` and `<service>_runtime` and the database `<service>` on the server that
/// `superuser_url` names. Does nothing for what is there already, but sets the rights again.
///
/// # Errors
/// [`Error::Invalid`] for a service name other than lower-case letters, digits and underscores.
pub async fn create_service_database(superuser_url: &str, service: &str) -> Result<ServiceDatabase> {
    create_named_database(superuser_url, service, service).await
}

/// Like [`create_service_database`], with a database of another name: several regions can share a server so. The roles
/// are those of the service, because its migrations name them.
pub async fn create_named_database(
    superuser_url: &str,
    service: &str,
    database: &str,
) -> Result<ServiceDatabase> {
    check_name(service)?;
    check_name(database)?;
    let name = database;
    let doing = format!("making the database {name}");
    let work = async {
        let options = PgConnectOptions::from_str(superuser_url)?.disable_statement_logging();
        let mut server = PgConnection::connect_with(&options).await?;
        ensure_role(&mut server, &format!("{service}_owner")).await?;
        ensure_role(&mut server, &format!("{service}_runtime")).await?;
        ensure_database(&mut server, service, name).await?;
        server.close().await?;
        let mut inside = PgConnection::connect_with(&options.clone().database(name)).await?;
        grant_inside(&mut inside, service).await?;
        inside.close().await?;
        let url = |role: &str| {
            let mut url =
                options.clone().username(&format!("{service}_{role}")).database(name).to_url_lossy();
            url.set_query(None);
            url.to_string()
        };
        Ok(ServiceDatabase { owner_url: url("owner"), runtime_url: url("runtime") })
    };
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut))
        .map_err(Error::database(doing))
}

/// Whether the server takes this address: it runs, can be reached, and knows user and password.
///
/// # Errors
/// [`Error::Database`] with what it says.
pub async fn answers(url: &str) -> Result<()> {
    let work = async {
        let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
        PgConnection::connect_with(&options).await?.close().await
    };
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut))
        .map_err(Error::database("asking whether PostgreSQL answers".to_owned()))
}

/// Lets the role `<service>_<part>` sign in with this password, of letters and digits only, and no other.
///
/// # Errors
/// [`Error::Invalid`] for a password with other characters, which is not repeated; [`Error::Database`] when the role is not there.
pub async fn set_password(superuser_url: &str, role: &str, password: &str) -> Result<()> {
    check_name(role)?;
    if password.is_empty() || !password.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        return Err(Error::Invalid(format!("the password of {role} is not letters and digits only")));
    }
    let work = async {
        let options = PgConnectOptions::from_str(superuser_url)?.disable_statement_logging();
        let mut server = PgConnection::connect_with(&options).await?;
        let statement = format!("alter role {role} with password '{password}'");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut server).await?;
        server.close().await
    };
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut))
        .map_err(Error::database(format!("giving {role} a password")))
}

/// The name goes into statements that take no parameters, so it must not need quoting.
fn check_name(name: &str) -> Result<()> {
    let fits = name.len() <= 50
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if fits { Ok(()) } else { Err(Error::Invalid(format!("not a name for a database: {name:?}"))) }
}

async fn exists(server: &mut PgConnection, question: &'static str, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar::<_, bool>(question).bind(name).fetch_one(server).await
}

async fn ensure_role(server: &mut PgConnection, role: &str) -> sqlx::Result<()> {
    if !exists(server, "select exists (select 1 from pg_catalog.pg_roles where rolname = $1)", role).await? {
        let create = sqlx::raw_sql(AssertSqlSafe(format!("create role {role}"))).execute(&mut *server).await;
        // Two services under test may make the same role at the same moment.
        match create {
            Err(sqlx::Error::Database(error))
                if matches!(error.code().as_deref(), Some("42710" | "23505")) => {}
            other => {
                other?;
            }
        }
    }
    let rights =
        format!("alter role {role} with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication");
    sqlx::raw_sql(AssertSqlSafe(rights)).execute(server).await?;
    Ok(())
}

async fn ensure_database(server: &mut PgConnection, service: &str, name: &str) -> sqlx::Result<()> {
    if !exists(server, "select exists (select 1 from pg_catalog.pg_database where datname = $1)", name)
        .await?
    {
        let create = format!("create database {name} owner {service}_owner");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut *server).await?;
    }
    let rights = format!(
        "revoke all on database {name} from public;
         grant connect on database {name} to {service}_runtime"
    );
    sqlx::raw_sql(AssertSqlSafe(rights)).execute(server).await?;
    Ok(())
}

async fn grant_inside(database: &mut PgConnection, service: &str) -> sqlx::Result<()> {
    let rights = format!(
        "revoke all on schema public from public;
         grant usage on schema public to {service}_runtime"
    );
    sqlx::raw_sql(AssertSqlSafe(rights)).execute(database).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn a_name_that_would_need_quoting_is_refused() {
        check_name("intake").unwrap();
        check_name("intake_2").unwrap();
        for name in ["", "Intake", "2intake", "intake;", "in take", "in-take", "é"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }
}
