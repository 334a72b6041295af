//! `finance export [--period PERIOD] [--again PERIOD]`: submitted claims as CSV and XLSX with a signed manifest.
//!
//! What an export is made of is recorded in the database before a byte is written, and nothing of it changes afterwards. So any
//! process that makes it, now or in ten years, makes the same bytes: a killed one is made again, and of several at once each
//! would publish the same. The whole folder of an export becomes visible by one rename, with the manifest in it.

mod csv_file;
mod manifest;
mod staging;
mod target;
mod workbook;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use chassis::caller::Principal;
use chassis::database::UnitOfWork;
use region::Region;

use crate::config::ExportConfig;
use crate::domain::{Cell, ExportTable, export_folder, period_label};
use crate::storage::exports::{Export, Place};
use crate::use_cases::{CompleteExport, ReadExportRows, ReadExportRules, RecordExports};
use csv_file::CsvFile;
use manifest::{FileEntry, Manifest, Sums};
use staging::Staging;
pub use target::{FolderTarget, Target};
use workbook::Book;

/// Name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// Name of its detached signature: the 64 bytes of Ed25519 over the manifest.
pub const SIGNATURE: &str = "manifest.json.sig";
const WORKBOOK: &str = "export.xlsx";
/// Rows that are read at once, and after which progress is told.
const PAGE: i64 = 10_000;

/// From how many rows on a table tells how long it took.
const TOLD_FROM: u64 = 50_000;

/// How long a table took, by what was done.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    read: Duration,
    csv: Duration,
    workbook: Duration,
}

impl std::fmt::Display for Times {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (read, csv, book) = (self.read.as_millis(), self.csv.as_millis(), self.workbook.as_millis());
        write!(formatter, "read {read} ms, CSV {csv} ms, workbook {book} ms")
    }
}

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Every submitted claim that was not exported yet.
    Missing,
    /// Those of one period, e.g. `2024-Q1` or `2024`.
    Period(String),
    /// The exports of a period that were made before, byte for byte.
    Again(String),
}

impl Asked {
    /// Reads the arguments behind `export`.
    pub fn parse(arguments: &[String]) -> anyhow::Result<Self> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => Ok(Self::Missing),
            ["--period", period] => Ok(Self::Period((*period).to_owned())),
            ["--again", period] => Ok(Self::Again((*period).to_owned())),
            _ => bail!("usage: finance export [--period PERIOD | --again PERIOD], PERIOD as 2024-Q1 or 2024"),
        }
    }
}

fn label(export: &Export) -> String {
    period_label(export.first, export.last)
}

/// Name of an export in the target.
fn name(export: &Export) -> String {
    export_folder(&export.programme, export.first, export.last, export.revision)
}

/// Makes what was asked for; the first failure ends the run, and the next run goes on there.
pub async fn run(
    work: &UnitOfWork,
    region: Arc<Region>,
    config: &ExportConfig,
    asked: &Asked,
) -> anyhow::Result<()> {
    config.check()?;
    let target = FolderTarget::open(&config.target)?;
    let key = manifest::signing_key(&config.signing_key_file)?;
    let code = region.code.to_string();
    let record =
        RecordExports { region, separator: config.separator.clone(), decimal: config.decimal.clone() };
    let exports =
        work.run_as(Principal::Job, record).await.context("cannot record what is to be exported")?;
    let (period, again) = match asked {
        Asked::Missing => (None, false),
        Asked::Period(period) => (Some(period), false),
        Asked::Again(period) => (Some(period), true),
    };
    let mut found = false;
    for export in exports {
        if period.is_some_and(|period| *period != label(&export)) {
            continue;
        }
        found = true;
        if again || export.manifest.is_none() {
            make(work, &code, &target, &key, &export).await?;
        } else if period.is_some() {
            tell(&format!("{} is there already", name(&export)));
        }
    }
    ensure!(found || period.is_none(), "no claim of this period was submitted");
    Ok(())
}

async fn make(
    work: &UnitOfWork,
    region: &str,
    target: &FolderTarget,
    key: &ring::signature::Ed25519KeyPair,
    export: &Export,
) -> anyhow::Result<()> {
    let name = name(export);
    let held = target.hold(&name)?;
    let staging = held.staging()?;
    let files = write_tables(work, &staging, export).await?;
    let rules = work.run_as(Principal::Job, ReadExportRules { export: export.clone() }).await?;
    let manifest = Manifest::new(region, export, label(export), rules, files).to_json()?;
    ensure!(
        export.manifest.as_ref().is_none_or(|before| *before == manifest),
        "{name} does not come out as it was recorded: nothing was written; look for changed rows or files"
    );
    staging.write(SIGNATURE, key.sign(manifest.as_bytes()).as_ref())?;
    staging.write(MANIFEST, manifest.as_bytes())?;
    let was_new = held.publish(staging)?;
    let complete = CompleteExport { export: export.id, manifest };
    work.run_as(Principal::Job, complete).await.context("cannot note the export")?;
    tell(&format!("{name} {}", if was_new { "is made" } else { "is there already" }));
    Ok(())
}

async fn write_tables(
    work: &UnitOfWork,
    staging: &Staging,
    export: &Export,
) -> anyhow::Result<Vec<FileEntry>> {
    let mut book = Book::new(staging.path(), export.recorded_at)?;
    let mut files = Vec::new();
    let mut rows_of_book = 0;
    for table in ExportTable::ALL {
        let file = format!("{}.csv", table.name());
        let mut csv =
            CsvFile::create(&staging.path().join(&file), table, &export.separator, &export.decimal)?;
        book.begin(table)?;
        let mut sums = Sums::new(table);
        let mut times = Times::default();
        let mut page = read(work, export, table, Place::Start).await?;
        while !page.rows.is_empty() {
            times.read += page.took;
            let write = async {
                let started = Instant::now();
                for row in &page.rows {
                    csv.write(row)?;
                    sums.add(row)?;
                }
                let written = Instant::now();
                for row in &page.rows {
                    book.write(row)?;
                }
                times.csv += written - started;
                times.workbook += written.elapsed();
                anyhow::Ok(())
            };
            let Some(next) = page.next else {
                write.await?;
                break;
            };
            // Asked first, so that the database is at work while this page is written.
            let (following, written) = tokio::join!(read(work, export, table, next), write);
            written?;
            page = following?;
            tell(&format!("{}: {} rows of {}", name(export), sums.rows(), table.name()));
        }
        let started = Instant::now();
        csv.finish()?;
        times.csv += started.elapsed();
        if sums.rows() >= TOLD_FROM {
            tell(&format!("{}: {} rows of {} in all, {times}", name(export), sums.rows(), table.name()));
        }
        rows_of_book += sums.rows();
        files.push(FileEntry::read(staging.path(), &file, sums.rows(), sums.into_totals())?);
    }
    let started = Instant::now();
    book.finish(&staging.path().join(WORKBOOK))?;
    if rows_of_book >= TOLD_FROM {
        tell(&format!("{}: workbook packed in {} ms", name(export), started.elapsed().as_millis()));
    }
    files.push(FileEntry::read(staging.path(), WORKBOOK, rows_of_book, std::collections::BTreeMap::new())?);
    Ok(files)
}

/// Some rows of a table.
struct Page {
    rows: Vec<Vec<Cell>>,
    /// Where the next ones begin.
    next: Option<Place>,
    took: Duration,
}

async fn read(work: &UnitOfWork, export: &Export, table: ExportTable, from: Place) -> anyhow::Result<Page> {
    let started = Instant::now();
    let read = ReadExportRows { export: export.clone(), table, from, limit: PAGE };
    let (rows, next) = work.run_as(Principal::Job, read).await?;
    Ok(Page { rows, next, took: started.elapsed() })
}

/// Progress, for whoever watches the job.
#[expect(clippy::print_stderr, reason = "a job tells on stderr how far it is")]
fn tell(text: &str) {
    eprintln!("finance export: {text}");
}

/// Makes a file durable before it gets its name.
fn sync(path: &Path) -> std::io::Result<()> {
    std::fs::File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_mean_nothing_are_refused() {
        let parse = |words: &[&str]| Asked::parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>());

        assert_eq!(parse(&[]).unwrap(), Asked::Missing);
        assert_eq!(parse(&["--again", "2024-Q1"]).unwrap(), Asked::Again("2024-Q1".to_owned()));
        assert!(parse(&["--period"]).is_err());
        assert!(parse(&["2024-Q1"]).is_err());
    }
}
