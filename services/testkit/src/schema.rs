//! What the migrations of every service must have made: guarded and explained tables, and names that we chose.
#![expect(clippy::unwrap_used, reason = "a test helper: the test fails")]

use std::path::Path;

use sqlx::postgres::PgPool;

/// Checks that every table of a service is under row-level security with a policy, and has a comment. `fewest` is how many
/// tables there are, at least.
///
/// # Panics
/// When one is not; when there are too few.
pub async fn check_tables(admin: &PgPool, fewest: usize) {
    let open = open_tables(admin).await;
    assert!(open.is_empty(), "not guarded by row-level security and explained: {open:?}");
    let tables = names(admin, "select tablename::text from pg_tables where schemaname = 'public'").await;
    assert!(tables.len() >= fewest, "{tables:?}");
}

/// Checks that every constraint and index has a name that is written in a migration. `package` is the folder of the service,
/// `fewest` how many there are, at least.
///
/// # Panics
/// When PostgreSQL made a name up; when there are too few.
pub async fn check_names(admin: &PgPool, package: &str, fewest: usize) {
    let migrations: String = std::fs::read_dir(Path::new(package).join("migrations"))
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let (made, unwritten) = unwritten_names(admin, &migrations).await;
    assert!(unwritten.is_empty(), "not written in any migration: {unwritten:?}");
    assert!(made >= fewest, "{made}");
}

/// The names that a query gives, for what a service checks itself.
///
/// # Panics
/// When it fails.
pub async fn names(admin: &PgPool, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(admin).await.unwrap()
}

async fn open_tables(admin: &PgPool) -> Vec<String> {
    let query = r"select relname::text from pg_class
                  where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like '\_%'
                    and (not relrowsecurity or obj_description(oid, 'pg_class') is null
                         or not exists (select from pg_policy where polrelid = pg_class.oid))
                  order by 1";
    names(admin, query).await
}

/// How many constraints and indexes there are, and those that are not written.
async fn unwritten_names(admin: &PgPool, migrations: &str) -> (usize, Vec<String>) {
    let query = r"select conname::text from pg_constraint
                  where connamespace = 'public'::regnamespace and conrelid::regclass::text not like '\_%'
                  union select indexname from pg_indexes where schemaname = 'public' and tablename not like '\_%'
                  order by 1";
    let made = names(admin, query).await;
    (made.len(), made.into_iter().filter(|name| !migrations.contains(name.as_str())).collect())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use chassis::id::IdGenerator;
    use sqlx::AssertSqlSafe;
    use sqlx::postgres::PgConnectOptions;

    use super::*;
    use crate::servers::servers;

    const TABLES: &str = "
        create table fine (id integer constraint fine_pkey primary key);
        comment on table fine is 'Guarded and explained.';
        alter table fine enable row level security;
        create policy fine_read on fine for select using (true);

        create table without_policy (id integer);
        comment on table without_policy is 'Nobody may read it.';
        alter table without_policy enable row level security;

        create table without_comment (id integer);
        alter table without_comment enable row level security;
        create policy without_comment_read on without_comment for select using (true);

        create table without_guard (id integer unique);
        comment on table without_guard is 'Everybody may read it.';
        create policy without_guard_read on without_guard for select using (true);
        create table _migrations (id integer primary key);";

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn tables_that_are_open_and_names_that_nobody_chose_are_found() {
        let server = PgConnectOptions::from_str(&servers().await.database_url).unwrap();
        let name = format!("test_schema_{}", IdGenerator.uuid().simple());
        let admin = PgPool::connect_with(server.clone()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&admin).await.unwrap();
        let admin = PgPool::connect_with(server.database(&name)).await.unwrap();
        sqlx::raw_sql(TABLES).execute(&admin).await.unwrap();

        assert_eq!(open_tables(&admin).await, ["without_comment", "without_guard", "without_policy"]);
        assert_eq!(unwritten_names(&admin, TABLES).await, (2, vec!["without_guard_id_key".to_owned()]));
    }
}
