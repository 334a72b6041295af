//! `budgets`: inserting, locking for a step, reading, and pages of the list.

use chassis::page::Cursor;
use chassis::vault::Vault;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{acceptances, funding, staff_lines};
use crate::domain::{Budget, BudgetId, BudgetName, BudgetState, Standing};
use crate::error::Error;

/// How often a budget is read without a lock before a reader takes one.
const READS_WITHOUT_LOCK: usize = 3;

/// Inserts a draft.
pub async fn insert(connection: &mut PgConnection, budget: &Budget, by: Uuid) -> Result<(), Error> {
    let (version, hash) = budget.rules();
    sqlx::query!(
        "insert into budgets
            (budget_id, programme, programme_version, programme_hash, year, name, state, version, created_at, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)",
        budget.id().as_uuid(),
        budget.programme().as_str(),
        i32::try_from(*version).unwrap_or(i32::MAX),
        hash.as_str(),
        budget.year(),
        budget.name().as_str(),
        budget.standing().state.as_str(),
        budget.standing().version,
        budget.standing().created_at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A budget with who changed it last and when.
#[derive(Debug)]
pub struct Found {
    /// The budget with its lines and funding.
    pub budget: Budget,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: Uuid,
}

/// Whether a budget is read to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Only to be shown.
    Shared,
    /// Locked until the end of the transaction.
    Locked,
}

/// Reads a budget with its lines and funding, all of one version; `None` when there is none in reach.
///
/// Every statement sees what is committed when it begins, so without a lock a change can fall between two of them. Every change
/// counts the version up: when it is the same before and after, nothing fell in between. A reader who loses often locks.
pub async fn find(
    connection: &mut PgConnection,
    vault: &Vault,
    id: BudgetId,
    reading: Reading,
) -> Result<Option<Found>, Error> {
    if reading == Reading::Shared {
        for _ in 0..READS_WITHOUT_LOCK {
            let found = read(connection, vault, id).await?;
            let now = sqlx::query_scalar!("select version from budgets where budget_id = $1", id.as_uuid())
                .fetch_optional(&mut *connection)
                .await?;
            if found.as_ref().map(|found| found.budget.standing().version) == now {
                return Ok(found);
            }
        }
    }
    if lock(connection, id).await? { read(connection, vault, id).await } else { Ok(None) }
}

/// Five statements.
async fn read(connection: &mut PgConnection, vault: &Vault, id: BudgetId) -> Result<Option<Found>, Error> {
    let row = sqlx::query!(
        "select programme, programme_version, programme_hash, year, name, state, version, created_at, changed_at, changed_by,
                approved_at, approved_by
         from budgets
         where budget_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let wrong = |what: &str| Error::inconsistent("budgets", format!("{id} has another {what}"));
    let standing = Standing {
        state: read_state(id.as_uuid(), &row.state)?,
        version: row.version,
        created_at: row.created_at.to_jiff(),
        approved: row.approved_at.map(jiff_sqlx::Timestamp::to_jiff).zip(row.approved_by),
    };
    let lines = staff_lines::of(connection, vault, id).await?;
    let funding = funding::of(&mut *connection, id).await?;
    let accepted = acceptances::of(connection, id).await?;
    let rules = (
        u32::try_from(row.programme_version).map_err(|_| wrong("programme version"))?,
        row.programme_hash.parse().map_err(|_| wrong("programme hash"))?,
    );
    let budget = Budget::stored(
        id,
        row.programme.parse().map_err(|_| wrong("programme"))?,
        rules,
        row.year,
        BudgetName::parse(&row.name).map_err(|_| wrong("name"))?,
        standing,
        lines,
        funding,
    )
    .with_acceptances(accepted);
    Ok(Some(Found { budget, changed_at: row.changed_at.to_jiff(), changed_by: row.changed_by }))
}

/// Locks by a statement of its own: what is read after it is as the one before committed it. An approved budget cannot be
/// locked (the policy of changes hides it), and need not be: it does not change.
async fn lock(connection: &mut PgConnection, id: BudgetId) -> Result<bool, Error> {
    let found = sqlx::query!(
        "select budget_id from budgets where budget_id = $1 and state = 'draft' for update",
        id.as_uuid()
    )
    .fetch_optional(&mut *connection)
    .await?;
    if found.is_some() {
        return Ok(true);
    }
    let approved = sqlx::query!("select budget_id from budgets where budget_id = $1", id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(approved.is_some())
}

/// Reads the state of a budget.
fn read_state(id: Uuid, word: &str) -> Result<BudgetState, Error> {
    BudgetState::ALL
        .into_iter()
        .find(|state| state.as_str() == word)
        .ok_or_else(|| Error::inconsistent("budgets", format!("{id} has another state")))
}

/// Stores a step of a locked budget. Approving comes last: nothing of an approved budget can be written.
pub async fn update(
    connection: &mut PgConnection,
    budget: &Budget,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let standing = budget.standing();
    let updated = sqlx::query!(
        "update budgets
         set state = $2, version = $3, changed_at = $4, changed_by = $5, approved_at = $6, approved_by = $7
         where budget_id = $1 and version = $3::bigint - 1",
        budget.id().as_uuid(),
        standing.state.as_str(),
        standing.version,
        at.to_sqlx() as _,
        by,
        standing.approved.map(|(at, _)| at.to_sqlx()) as _,
        standing.approved.map(|(_, by)| by),
    )
    .execute(connection)
    .await?;
    // The row is locked, so this is no lost race.
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("budgets", format!("{} was not updated", budget.id())))
    }
}

/// A budget in a list, and what its board sees of it: no line.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Budget.
    pub id: BudgetId,
    /// Programme.
    pub programme: String,
    /// Year.
    pub year: i16,
    /// Name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
}

/// Which budgets a list is of.
#[derive(Debug, Clone)]
pub struct Filter<'a> {
    /// Programme.
    pub programme: &'a str,
    /// Only this year; `None` is all.
    pub year: Option<i16>,
    /// Only this state; `None` is all.
    pub state: Option<BudgetState>,
}

/// The budgets of a programme, newest first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    filter: &Filter<'_>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    let rows = sqlx::query!(
        "select budget_id, programme, year, name, state, version, created_at, approved_at, approved_by
         from budgets
         where programme = $1 and ($2::smallint is null or year = $2) and ($3::text is null or state = $3)
           and (created_at, budget_id) < ($4, $5)
         order by created_at desc, budget_id desc
         limit $6",
        filter.programme,
        filter.year,
        filter.state.map(BudgetState::as_str),
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Summary {
                id: BudgetId::from_uuid(row.budget_id),
                programme: row.programme,
                year: row.year,
                name: row.name,
                standing: Standing {
                    state: read_state(row.budget_id, &row.state)?,
                    version: row.version,
                    created_at: row.created_at.to_jiff(),
                    approved: row.approved_at.map(jiff_sqlx::Timestamp::to_jiff).zip(row.approved_by),
                },
            })
        })
        .collect()
}

/// One budget as its board sees it; `None` when there is none in reach.
pub async fn summary(connection: &mut PgConnection, id: BudgetId) -> Result<Option<Summary>, Error> {
    let row = sqlx::query!(
        "select programme, year, name, state, version, created_at, approved_at, approved_by
         from budgets
         where budget_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Summary {
            id,
            programme: row.programme,
            year: row.year,
            name: row.name,
            standing: Standing {
                state: read_state(id.as_uuid(), &row.state)?,
                version: row.version,
                created_at: row.created_at.to_jiff(),
                approved: row.approved_at.map(jiff_sqlx::Timestamp::to_jiff).zip(row.approved_by),
            },
        })
    })
    .transpose()
}
