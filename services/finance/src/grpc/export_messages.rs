//! Between the messages of exports and use cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::finance::v1::{
    Export as ProtoExport, ExportFile, ExportRules, ExportRun, ExportState as ProtoState, ExportSum,
    ExportSummary, GetExportRequest, ListExportRunsRequest, ListExportsRequest,
};
use region::Region;
use ring::digest;
use serde::Deserialize;

use super::from_proto::programme;
use crate::domain::{ClaimPeriod, ExportState, export_folder, period_label};
use crate::error::Error;
use crate::events::published::to_timestamp;
use crate::fields::Fields;
use crate::storage::export_lists::{Listed, Run};
use crate::use_cases::{ExportView, GetExport, ListExportRuns, ListExports};

/// A page of exports.
pub(super) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListExportsRequest,
) -> Result<ListExports, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let period = fields.accept(match request.period.as_str() {
        "" => Ok(None),
        text => ClaimPeriod::parse(text).map(Some).ok_or_else(|| {
            let remedy = "write a quarter as `2024-Q1`, or a year as `2024`";
            Violation::new("period", "CLAIM_PERIOD", "there is no such period", remedy)
        }),
    });
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| {
        Some(ListExports { region, programme: programme?, period: period?, after: after?, size: size? })
    })();
    fields.finish(query)
}

/// The list a page token belongs to.
pub(super) fn list_name(request: &ListExportsRequest) -> String {
    format!("ListExports/{}/{}", request.programme, request.period)
}

/// One export.
pub(super) fn get(request: &GetExportRequest) -> Result<GetExport, Error> {
    let mut fields = Fields::default();
    let id = fields.id::<crate::domain::ExportId>("export_id", &request.export_id);
    fields.finish(id.map(|id| GetExport { export: id.as_uuid() }))
}

/// A page of runs.
pub(super) fn runs(vault: &Vault, request: &ListExportRunsRequest) -> Result<ListExportRuns, Error> {
    let mut fields = Fields::default();
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &runs_name(request), &request.page_token));
    let only_outstanding = request.only_outstanding;
    fields.finish(size.zip(after).map(|(size, after)| ListExportRuns { only_outstanding, after, size }))
}

/// The list a page token belongs to.
pub(super) fn runs_name(request: &ListExportRunsRequest) -> String {
    format!("ListExportRuns/{}", request.only_outstanding)
}

fn to_state(state: ExportState) -> i32 {
    match state {
        ExportState::Due => ProtoState::Due,
        ExportState::Recorded => ProtoState::Recorded,
        ExportState::Published => ProtoState::Published,
    }
    .into()
}

/// An export in a list.
pub(super) fn to_summary(listed: &Listed) -> ExportSummary {
    let export = &listed.export;
    ExportSummary {
        export_id: export.id.to_string(),
        claim_id: export.claim.to_string(),
        revision: u32::try_from(export.revision).unwrap_or_default(),
        period: period_label(export.first, export.last),
        state: to_state(listed.state()),
        folder: export_folder(&export.programme, export.first, export.last, export.revision),
        recorded_at: Some(to_timestamp(export.recorded_at)),
        published_at: listed.published_at.map(to_timestamp),
    }
}

/// What is read of a manifest.
#[derive(Debug, Deserialize)]
struct Manifest {
    files: Vec<ManifestFile>,
}

#[derive(Debug, Deserialize)]
struct ManifestFile {
    name: String,
    bytes: i64,
    sha256: String,
    rows: i64,
    sums: BTreeMap<String, String>,
}

/// An export with its manifest.
pub(super) fn to_export(view: &ExportView) -> Result<ProtoExport, Error> {
    let export = &view.listed.export;
    let manifest = export.manifest.clone().unwrap_or_default();
    let read: Option<Manifest> =
        export.manifest.as_deref().map(serde_json::from_str).transpose().map_err(|_| {
            Error::inconsistent("exports", format!("{} has no manifest that can be read", export.id))
        })?;
    let files = read.into_iter().flat_map(|manifest| manifest.files).map(|file| ExportFile {
        name: file.name,
        bytes: file.bytes,
        sha256: file.sha256,
        rows: file.rows,
        sums: file.sums.into_iter().map(|(column, sum)| ExportSum { column, sum }).collect(),
    });
    let hash = hex::encode(digest::digest(&digest::SHA256, manifest.as_bytes()));
    let rules = view.rules.iter();
    Ok(ProtoExport {
        summary: Some(to_summary(&view.listed)),
        programme: export.programme.clone(),
        made_by: export.made_by.clone(),
        files: files.collect(),
        rules: rules
            .map(|(version, hash)| ExportRules { version: version.to_string(), hash: hash.clone() })
            .collect(),
        manifest_sha256: if manifest.is_empty() { String::new() } else { hash },
        manifest,
    })
}

/// A run.
pub(super) fn to_run(run: &Run) -> ExportRun {
    ExportRun {
        programme: run.programme.clone(),
        period: period_label(run.first, run.last),
        claim_id: run.claim.to_string(),
        revision: u32::try_from(run.revision).unwrap_or_default(),
        state: to_state(run.state),
        submitted_at: Some(to_timestamp(run.submitted_at)),
        published_at: run.published_at.map(to_timestamp),
    }
}
