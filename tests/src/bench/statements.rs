//! The statements of one call as PostgreSQL ran them, written as a script for `pgbench`: a peer that cannot drift from the code.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use reqwest::Client;

use super::Request;
use crate::harness::RegionUnderTest;

/// The statement with which every unit of work ends, and by which its connection is known.
const AUDIT: &str = "insert into chassis.audit";
/// How long the server may take to log as it was told.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes a call while the server logs every statement, and writes down the transaction it made in this service's database.
///
/// # Errors
/// When the call fails or the log does not hold the whole transaction.
pub async fn script_of(
    region: &RegionUnderTest,
    service: &str,
    name: &str,
    call: &Request,
) -> anyhow::Result<PathBuf> {
    let log = region.folder().join("data/logs/postgres.log");
    set_logging(region, "0").await?;
    let started = Instant::now();
    let transaction = loop {
        let before = usize::try_from(std::fs::metadata(&log)?.len())?;
        call(&Client::new()).send().await?.error_for_status()?;
        let written = std::fs::read(&log)?;
        let written = String::from_utf8_lossy(written.get(before..).unwrap_or_default()).into_owned();
        if let Some(transaction) = transaction(&written, service) {
            break transaction;
        }
        anyhow::ensure!(started.elapsed() < PATIENCE, "{service} ran no whole transaction for {name}");
    };
    set_logging(region, "-1").await?;
    let path = region.folder().join(format!("{name}.sql"));
    std::fs::write(&path, transaction)?;
    Ok(path)
}

async fn set_logging(region: &RegionUnderTest, milliseconds: &str) -> anyhow::Result<()> {
    let server = region.database("postgres").await?;
    let set = format!("alter system set log_min_duration_statement = {milliseconds}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(set)).execute(&server).await?;
    sqlx::raw_sql("select pg_reload_conf()").execute(&server).await?;
    Ok(())
}

/// The last whole transaction with an audit row that this service ran, one statement per line end.
fn transaction(log: &str, service: &str) -> Option<String> {
    let user = format!(" {service}_runtime@{service} ");
    let entries = entries(log);
    let entries: Vec<(&str, String)> = entries
        .iter()
        .filter_map(|entry| {
            let (head, text) = entry.split_once(&user)?;
            Some((head.split_once('[')?.1, statement(text)?))
        })
        .collect();
    let connection = entries.iter().rfind(|(_, statement)| statement.starts_with(AUDIT))?.0;
    let own: Vec<&String> =
        entries.iter().filter(|entry| entry.0 == connection).map(|entry| &entry.1).collect();
    let last = own.iter().rposition(|statement| statement.eq_ignore_ascii_case("commit"))?;
    let first = own.get(..last)?.iter().rposition(|statement| statement.eq_ignore_ascii_case("begin"))?;
    let whole = own.get(first..=last)?;
    whole
        .iter()
        .any(|statement| statement.starts_with(AUDIT))
        .then(|| whole.iter().map(|statement| [statement, ";\n"].concat()).collect())
}

/// Entries of the log: a line that starts with a day, its continuation, and the detail that belongs to it.
fn entries(log: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        let starts = line.starts_with("20") && line.get(4..5) == Some("-");
        match (entries.last_mut(), line.split_once("DETAIL:  ")) {
            (Some(entry), Some((_, detail))) if starts => *entry = format!("{entry}\n{PARAMETERS}{detail}"),
            (Some(entry), _) if !starts => *entry = format!("{entry}\n{line}"),
            _ => entries.push(line.to_owned()),
        }
    }
    entries
}

/// What stands before the parameters of an entry.
const PARAMETERS: &str = "\u{1}";

/// The statement of an entry, its parameters filled in.
fn statement(entry: &str) -> Option<String> {
    let (_, said) = entry.split_once(" ms  ")?;
    let (kind, rest) = said.split_once(": ")?;
    if kind != "statement" && !kind.starts_with("execute ") {
        return None;
    }
    let (text, details) = rest.split_once(PARAMETERS).unwrap_or((rest, ""));
    let text = text.trim();
    let mut values = parameters(details);
    if let Some(id) = values.first_mut()
        && text.starts_with(AUDIT)
    {
        "gen_random_uuid()".clone_into(id);
    }
    fill(text, &values)
}

/// A statement with a value in the place of each `$1`.
fn fill(text: &str, values: &[String]) -> Option<String> {
    let mut parts = text.split('$');
    let mut filled = parts.next()?.to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        filled.push_str(values.get(number.parse::<usize>().ok()?.checked_sub(1)?)?);
        filled.push_str(rest);
    }
    Some(filled)
}

/// `parameters: $1 = 'a', $2 = NULL` as literals in which pgbench sees no variable.
fn parameters(details: &str) -> Vec<String> {
    let mut rest = details;
    let mut values = Vec::new();
    while let Some((_, after)) = rest.split_once(&format!("${} = ", values.len() + 1)) {
        let Some(quoted) = after.strip_prefix('\'') else {
            values.push("null".to_owned());
            rest = after;
            continue;
        };
        let mut literal = String::new();
        let mut characters = quoted.char_indices().peekable();
        rest = "";
        while let Some((at, character)) = characters.next() {
            match character {
                '\'' if characters.next_if(|(_, next)| *next == '\'').is_none() => {
                    rest = quoted.get(at..).unwrap_or_default();
                    break;
                }
                '\'' => literal.push_str("''"),
                '\\' => literal.push_str(r"\\"),
                ':' => literal.push_str(r"\x3a"),
                other => literal.push(other),
            }
        }
        values.push(format!("E'{literal}'"));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
2026-11-22 23:45:16.204 UTC [7] trajectory_runtime@trajectory LOG:  duration: 0.1 ms  statement: BEGIN
2026-11-22 23:45:16.204 UTC [8] trajectory_runtime@trajectory LOG:  duration: 0.1 ms  execute sqlx_s_1: select 'of another'
2026-11-22 23:45:16.205 UTC [7] trajectory_runtime@trajectory LOG:  duration: 0.1 ms  bind sqlx_s_2: select a
2026-11-22 23:45:16.205 UTC [7] trajectory_runtime@trajectory LOG:  duration: 0.1 ms  execute sqlx_s_2: select a
\t       from b where c = $1::text and ($2 is null or d = $10)
2026-11-22 23:45:16.205 UTC [7] trajectory_runtime@trajectory DETAIL:  parameters: $1 = 'it''s $2 = 1', $2 = NULL, $3 = '3', $4 = '4', $5 = '5', $6 = '6', $7 = '7', $8 = '8', $9 = '9', $10 = '12:30'
2026-11-22 23:45:16.206 UTC [7] trajectory_runtime@trajectory LOG:  duration: 0.1 ms  execute sqlx_s_3: insert into chassis.audit (audit_id, at) values ($1, $2)
2026-11-22 23:45:16.206 UTC [7] trajectory_runtime@trajectory DETAIL:  parameters: $1 = 'same', $2 = 'x'
2026-11-22 23:45:16.207 UTC [7] trajectory_runtime@trajectory LOG:  duration: 0.1 ms  statement: COMMIT
2026-11-22 23:45:16.207 UTC [7] trajectory_runtime@trajectory LOG:  duration: 0.1 ms  statement: begin; rollback
";

    #[test]
    fn a_transaction_is_written_down_as_it_ran_but_for_the_id_of_its_audit_row() {
        let script = transaction(LOG, "trajectory").unwrap();
        assert_eq!(
            script,
            "BEGIN;\nselect a\n\t       from b where c = E'it''s $2 = 1'::text and (null is null or d = E'12\\x3a30');\n\
             insert into chassis.audit (audit_id, at) values (gen_random_uuid(), E'x');\nCOMMIT;\n"
        );
    }

    #[test]
    fn half_a_transaction_is_none() {
        let half: Vec<&str> = LOG.lines().filter(|line| !line.ends_with("COMMIT")).collect();
        assert_eq!(transaction(&half.join("\n"), "trajectory"), None);
        assert_eq!(transaction(LOG, "intake"), None);
    }
}
