//! `bondgenoot.finance.v1.ImportService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::import_service_server::ImportService;
use proto::finance::v1::{
    ApplyBudgetImportRequest, ApplyBudgetImportResponse, ApplyHoursImportRequest, ApplyHoursImportResponse,
    ImportFile as ProtoFile, PreviewBudgetImportRequest, PreviewBudgetImportResponse,
    PreviewHoursImportRequest, PreviewHoursImportResponse,
};
use region::Region;
use tonic::{Request, Response, Status};

use super::from_proto::programme;
use super::import_messages::{counts, file, to_preview};
use super::to_proto::to_budget;
use crate::domain::BudgetId;
use crate::error::Error;
use crate::fields::Fields;
use crate::import::{ImportKind, Unreadable};
use crate::use_cases::{
    ApplyBudgetImport, ApplyHoursImport, Import, PreviewBudgetImport, PreviewHoursImport,
};

const OF_BUDGETS: [ImportKind; 3] = [ImportKind::StaffLines, ImportKind::Funding, ImportKind::Contributions];
const OF_HOURS: [ImportKind; 2] = [ImportKind::Employments, ImportKind::TimeEntries];

/// Takes files in.
#[derive(Debug, Clone)]
pub struct Imports {
    work: UnitOfWork,
    region: Arc<Region>,
}

/// Reads a file beside the threads that answer calls, before anything of the database is held.
async fn read(of: &[ImportKind], kind: i32, sent: Option<ProtoFile>) -> Result<Import, Error> {
    let file = file(of, kind, sent)?;
    let opened = tokio::task::spawn_blocking(move || {
        let opened = crate::import::open(&file);
        (file, opened)
    });
    let Ok((file, opened)) = opened.await else {
        return Err(Error::Invalid(vec![Unreadable::Damaged.violation()]));
    };
    let open = Arc::new(opened.map_err(Error::Invalid)?);
    Ok(Import { file, open })
}

impl Imports {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    async fn budget(
        &self,
        id: &str,
        kind: i32,
        sent: Option<ProtoFile>,
    ) -> Result<PreviewBudgetImport, Error> {
        let mut fields = Fields::default();
        let budget = fields.id::<BudgetId>("budget_id", id);
        let budget = fields.finish(budget)?;
        let import = read(&OF_BUDGETS, kind, sent).await?;
        Ok(PreviewBudgetImport { region: Arc::clone(&self.region), budget, import })
    }

    async fn hours(
        &self,
        code: &str,
        kind: i32,
        sent: Option<ProtoFile>,
    ) -> Result<PreviewHoursImport, Error> {
        let mut fields = Fields::default();
        let programme = programme(&mut fields, code);
        let programme = fields.finish(programme)?;
        let import = read(&OF_HOURS, kind, sent).await?;
        Ok(PreviewHoursImport { region: Arc::clone(&self.region), programme, import })
    }
}

#[tonic::async_trait]
impl ImportService for Imports {
    async fn preview_budget_import(
        &self,
        request: Request<PreviewBudgetImportRequest>,
    ) -> Result<Response<PreviewBudgetImportResponse>, Status> {
        let (call, message) = open(request)?;
        let query = self.budget(&message.budget_id, message.kind, message.file).await;
        let query = query.map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(PreviewBudgetImportResponse { preview: Some(to_preview(&view)) }))
    }

    async fn apply_budget_import(
        &self,
        request: Request<ApplyBudgetImportRequest>,
    ) -> Result<Response<ApplyBudgetImportResponse>, Status> {
        let (call, message) = open(request)?;
        let preview = self.budget(&message.budget_id, message.kind, message.file).await;
        let PreviewBudgetImport { region, budget, import } = preview.map_err(|error| status(&error))?;
        let command = ApplyBudgetImport { region, budget, import, plan: message.plan };
        let respond = |(budget, view)| {
            let (added, changed, left) = counts(&view);
            ApplyBudgetImportResponse { budget: Some(to_budget(budget)), added, changed, left }
        };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn preview_hours_import(
        &self,
        request: Request<PreviewHoursImportRequest>,
    ) -> Result<Response<PreviewHoursImportResponse>, Status> {
        let (call, message) = open(request)?;
        let query = self.hours(&message.programme, message.kind, message.file).await;
        let query = query.map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(PreviewHoursImportResponse { preview: Some(to_preview(&view)) }))
    }

    async fn apply_hours_import(
        &self,
        request: Request<ApplyHoursImportRequest>,
    ) -> Result<Response<ApplyHoursImportResponse>, Status> {
        let (call, message) = open(request)?;
        let preview = self.hours(&message.programme, message.kind, message.file).await;
        let preview = preview.map_err(|error| status(&error))?;
        let command = ApplyHoursImport { preview, plan: message.plan };
        let respond = |view| {
            let (added, changed, left) = counts(&view);
            ApplyHoursImportResponse { added, changed, left }
        };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
