//! Whether anything in a database changed.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool};

use crate::harness::RegionUnderTest;

/// Every table of a database with count and digest of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, (i64, String)>);

/// Takes snapshots of one database.
#[derive(Debug)]
pub struct Camera {
    pool: PgPool,
    every_table: String,
}

impl Camera {
    /// Looks at all tables that a service has, its own and those of the chassis.
    pub async fn of(region: &RegionUnderTest, database: &str) -> anyhow::Result<Self> {
        let pool = region.database(database).await?;
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
             where c.relkind = 'r' and n.nspname in ('public', 'chassis') order by 1",
        )
        .fetch_all(&pool)
        .await?;
        anyhow::ensure!(!tables.is_empty(), "{database} has no tables");
        let one = |table: &String| {
            format!(
                "select '{table}', count(*), coalesce(md5(string_agg(row::text, '' order by row::text)), '') from {table} row"
            )
        };
        let every_table = tables.iter().map(one).collect::<Vec<_>>().join(" union all ");
        Ok(Self { pool, every_table })
    }

    /// Everything as it is now.
    pub async fn take(&self) -> anyhow::Result<Snapshot> {
        let rows: Vec<(String, i64, String)> =
            sqlx::query_as(AssertSqlSafe(self.every_table.clone())).fetch_all(&self.pool).await?;
        Ok(Snapshot(rows.into_iter().map(|(table, rows, digest)| (table, (rows, digest))).collect()))
    }
}

impl Snapshot {
    /// What differs from a later snapshot, table by table.
    pub fn changes(&self, later: &Self) -> Vec<String> {
        let Self(before) = self;
        let changed = |(table, now): (&String, &(i64, String))| {
            let then = before.get(table)?;
            (then != now).then(|| format!("{table}: {} rows before, {} after", then.0, now.0))
        };
        later.0.iter().filter_map(changed).collect()
    }
}
