//! What the export job asks of the database, each step a unit of work of its own: what an export is made of is recorded first and
//! does not change after, so that no long transaction is needed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;
use uuid::Uuid;

use crate::domain::ExportTable;
use crate::error::Error;
use crate::storage::exports::{self, Export, Place, Rows, Settings};

/// Records every submitted revision that was not exported, and gives all exports, oldest period first.
#[derive(Debug, Clone)]
pub struct RecordExports {
    /// The region.
    pub region: Arc<Region>,
    /// Between the cells of a CSV file.
    pub separator: String,
    /// Before the decimals of a number in a CSV file.
    pub decimal: String,
}

impl Command for RecordExports {
    const NAME: &'static str = "record_exports";
    type Outcome = Vec<Export>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Vec<Export>, Error> {
        let (now, ids) = (work.now(), work.ids());
        let settings =
            Settings { made_by: chassis::build::id(), separator: &self.separator, decimal: &self.decimal };
        for due in exports::due(work.connection()).await? {
            let id = ids.uuid();
            if exports::record(work.connection(), &self.region, id, due, &settings, now).await? {
                work.touches(due.0);
            }
        }
        exports::all(work.connection()).await
    }
}

/// Reads rows of a table of an export.
#[derive(Debug, Clone)]
pub struct ReadExportRows {
    /// Which export.
    pub export: Export,
    /// Which table.
    pub table: ExportTable,
    /// Where they begin.
    pub from: Place,
    /// How many rows at most.
    pub limit: i64,
}

impl Command for ReadExportRows {
    const NAME: &'static str = "read_export_rows";
    type Outcome = Rows;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Rows, Error> {
        let vault = work.vault().clone();
        work.touches(self.export.claim.as_uuid());
        exports::rows(work.connection(), &vault, &self.export, self.table, self.from, self.limit).await
    }
}

/// Reads which programme files priced the lines of an export: version and hash.
#[derive(Debug, Clone)]
pub struct ReadExportRules {
    /// Which export.
    pub export: Export,
}

impl Command for ReadExportRules {
    const NAME: &'static str = "read_export_rules";
    type Outcome = Vec<(i32, String)>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Self::Outcome, Error> {
        exports::rules(work.connection(), &self.export).await
    }
}

/// Notes that the files of an export stand in the target.
#[derive(Debug, Clone)]
pub struct CompleteExport {
    /// Which export.
    pub export: Uuid,
    /// Its manifest.
    pub manifest: String,
}

impl Command for CompleteExport {
    const NAME: &'static str = "complete_export";
    type Outcome = ();
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<(), Error> {
        let now = work.now();
        work.touches(self.export);
        exports::complete(work.connection(), self.export, &self.manifest, now).await
    }
}
