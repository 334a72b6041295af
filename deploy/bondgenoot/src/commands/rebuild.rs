//! `bondgenoot rebuild`.

use std::time::Duration;

use proto::admin::v1::RebuildProjectionsRequest;

use crate::failure::{Exit, Failure, Outcome};
use crate::operator::Admin;
use crate::place::Target;
use crate::terminal::Terminal;

/// A rebuild replays every event there is.
const DEADLINE: Duration = Duration::from_hours(12);

/// Builds projections anew and tells how far it is.
pub async fn run(target: &Target, service: &str, terminal: &Terminal) -> Outcome {
    let mut admin = Admin::with_deadline(target, service, DEADLINE)?;
    let failed = |status: tonic::Status| {
        Failure::of_status(service, "building its projections anew", &status)
            .effect("readers go on with the projections they had")
    };
    let mut progress =
        admin.client().rebuild_projections(RebuildProjectionsRequest {}).await.map_err(failed)?.into_inner();
    let mut last = None;
    while let Some(step) = progress.message().await.map_err(failed)? {
        terminal.wait(&format!("generation {}: {} of {} events", step.generation, step.replayed, step.total));
        last = Some(step);
    }
    match last {
        Some(step) if step.done => {
            terminal.data(&format!(
                "{} events replayed; readers see generation {}",
                step.replayed, step.generation
            ));
            Ok(Exit::Ok)
        }
        _ => Err(Failure::new(format!("{service} stopped before its projections were complete"))
            .effect("readers go on with the projections they had")
            .next(format!("bondgenoot rebuild {service}"))),
    }
}
