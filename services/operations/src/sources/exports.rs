//! What finance says waits to be exported. Each question leaves an audit row there, so an answer is kept for a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chassis::clock::Clock;
use jiff::Timestamp;
use proto::finance::v1::{ExportRun, ListExportRunsRequest};

use super::Services;
use crate::domain::{ExportsSeen, WaitingExport};

/// Who makes exports.
const FINANCE: &str = "finance";
/// Rows on a page: most there may be.
const PAGE: i32 = 200;
/// Pages that are read: more claims than a region submits in years.
const PAGES: usize = 10;

/// The last answer.
#[derive(Debug, Clone)]
pub struct Exports {
    clock: Clock,
    every: Duration,
    last: Arc<Mutex<Option<Answer>>>,
}

/// What waited, and when that was asked.
type Answer = (Vec<WaitingExport>, Instant);

impl Exports {
    /// Asks again after `every`.
    pub fn new(clock: Clock, every: Duration) -> Self {
        Self { clock, every, last: Arc::default() }
    }

    /// What waits now, or did a while ago.
    pub(super) async fn look(&self, services: &Services) -> ExportsSeen {
        if !services.names().any(|name| name == FINANCE) {
            return ExportsSeen::Unwatched;
        }
        if let Some((waiting, asked)) = &*self.last.lock().unwrap_or_else(PoisonError::into_inner)
            && asked.elapsed() < self.every
        {
            return ExportsSeen::Answered(waiting.clone());
        }
        let asked = Instant::now();
        let answer = tokio::time::timeout(services.within(), self.ask(services)).await;
        let waiting = match answer {
            Ok(Ok(waiting)) => waiting,
            Ok(Err(status)) => {
                tracing::debug!(grpc.code = ?status.code(), "finance does not say what waits to be exported");
                return ExportsSeen::Silent;
            }
            Err(_) => return ExportsSeen::Silent,
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((waiting.clone(), asked));
        ExportsSeen::Answered(waiting)
    }

    /// What was asked counts no more: something was done.
    pub fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn ask(&self, services: &Services) -> Result<Vec<WaitingExport>, tonic::Status> {
        let mut client =
            services.exports(FINANCE).ok_or_else(|| tonic::Status::unavailable("no instance"))?;
        // In a demo region business time goes its own way; Kubernetes lives in real time.
        let ahead = self.clock.business_now().duration_since(self.clock.now());
        let (mut waiting, mut page_token) = (Vec::new(), String::new());
        for _ in 0..PAGES {
            let request = ListExportRunsRequest { only_outstanding: true, page_size: PAGE, page_token };
            let page = client.list_export_runs(request).await?.into_inner();
            let runs = page.runs.into_iter().filter_map(|run| {
                let submitted_at = submitted_at(&run)?;
                Some(WaitingExport {
                    programme: run.programme,
                    period: run.period,
                    revision: run.revision,
                    submitted_at,
                    submitted: submitted_at.checked_sub(ahead).ok()?,
                })
            });
            waiting.extend(runs);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        waiting.reverse();
        Ok(waiting)
    }
}

fn submitted_at(run: &ExportRun) -> Option<Timestamp> {
    let at = run.submitted_at.as_ref()?;
    Timestamp::new(at.seconds, at.nanos).ok()
}
