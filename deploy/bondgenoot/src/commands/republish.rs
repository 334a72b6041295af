//! `bondgenoot republish`.

use proto::admin::v1::RepublishEventsRequest;
use uuid::Uuid;

use crate::cli::RepublishArgs;
use crate::failure::{Exit, Failure, Outcome};
use crate::operator::Admin;
use crate::place::Target;
use crate::terminal::Terminal;

/// Puts events on their way again.
pub async fn run(target: &Target, arguments: &RepublishArgs, terminal: &Terminal) -> Outcome {
    let mut admin = Admin::of(target, &arguments.service)?;
    let request = RepublishEventsRequest {
        since: arguments.since.map(crate::instant::to_proto),
        aggregate_ids: arguments.aggregate.iter().map(Uuid::to_string).collect(),
    };
    let answer = admin.client().republish_events(request).await;
    let done = answer
        .map_err(|status| Failure::of_status(&arguments.service, "publishing events again", &status))?
        .into_inner();
    terminal.data(&format!("{} events on their way again", done.events));
    Ok(Exit::Ok)
}
