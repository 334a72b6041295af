//! What an export is, and what vouches for it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use ring::signature::Ed25519KeyPair;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::domain::{Cell, ExportTable};
use crate::storage::exports::Export;

/// Says what an export is. The order of its fields is that of the file.
#[derive(Debug, Serialize)]
pub(super) struct Manifest {
    format: u32,
    region: String,
    programme: String,
    period: String,
    first_month: String,
    last_month: String,
    claim_id: String,
    revision: i32,
    export_id: String,
    recorded_at: String,
    made_by: String,
    rules: Vec<Rules>,
    csv_separator: String,
    csv_decimal: String,
    files: Vec<FileEntry>,
}

#[derive(Debug, Serialize)]
struct Rules {
    version: i32,
    hash: String,
}

/// A file of an export.
#[derive(Debug, Serialize)]
pub(super) struct FileEntry {
    name: String,
    bytes: u64,
    sha256: String,
    rows: u64,
    sums: BTreeMap<String, String>,
}

impl Manifest {
    pub(super) fn new(
        region: &str,
        export: &Export,
        period: String,
        rules: Vec<(i32, String)>,
        files: Vec<FileEntry>,
    ) -> Self {
        Self {
            format: 1,
            region: region.to_owned(),
            programme: export.programme.clone(),
            period,
            first_month: export.first.to_string(),
            last_month: export.last.to_string(),
            claim_id: export.claim.to_string(),
            revision: export.revision,
            export_id: export.id.to_string(),
            recorded_at: export.recorded_at.to_string(),
            made_by: export.made_by.clone(),
            rules: rules.into_iter().map(|(version, hash)| Rules { version, hash }).collect(),
            csv_separator: export.separator.clone(),
            csv_decimal: export.decimal.clone(),
            files,
        }
    }

    pub(super) fn to_json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl FileEntry {
    /// Reads a finished file once more: what is vouched for is what stands on the disk.
    pub(super) fn read(
        folder: &Path,
        name: &str,
        rows: u64,
        sums: BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        let mut file = std::fs::File::open(folder.join(name))?;
        let mut hash = digest::Context::new(&digest::SHA256);
        let mut buffer = vec![0; 65_536];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            bytes += u64::try_from(read)?;
            hash.update(buffer.get(..read).context("a read within the buffer")?);
        }
        let sha256 = hex::encode(hash.finish());
        Ok(Self { name: name.to_owned(), bytes, sha256, rows, sums })
    }
}

/// Rows and sums of a table, counted while it is written.
pub(super) struct Sums {
    table: ExportTable,
    rows: u64,
    totals: BTreeMap<usize, Decimal>,
}

impl Sums {
    pub(super) fn new(table: ExportTable) -> Self {
        Self { table, rows: 0, totals: BTreeMap::new() }
    }

    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn add(&mut self, row: &[Cell]) -> anyhow::Result<()> {
        self.rows += 1;
        for (place, (cell, (_, is_summed))) in row.iter().zip(self.table.columns()).enumerate() {
            if let (Cell::Number(number), true) = (cell, *is_summed) {
                let total = self.totals.entry(place).or_default();
                *total = total.checked_add(*number).context("a sum does not fit")?;
            }
        }
        Ok(())
    }

    pub(super) fn into_totals(self) -> BTreeMap<String, String> {
        let columns = self.table.columns().iter().enumerate();
        columns
            .filter(|(_, (_, is_summed))| *is_summed)
            .map(|(place, (name, _))| {
                let total = self.totals.get(&place).copied().unwrap_or_default();
                ((*name).to_owned(), total.to_string())
            })
            .collect()
    }
}

/// Reads the key that signs manifests: Ed25519, PKCS #8, PEM.
pub(super) fn signing_key(path: &Path) -> anyhow::Result<Ed25519KeyPair> {
    let pem = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read export.signing_key_file {}", path.display()))?;
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let read =
        STANDARD.decode(body).ok().and_then(|der| Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok());
    match read {
        Some(key) => Ok(key),
        None => bail!("export.signing_key_file {} holds no Ed25519 key in PKCS #8 PEM", path.display()),
    }
}
