//! `bondgenoot restore finished`.

use proto::admin::v1::RaiseEpochRequest;

use crate::failure::{Exit, Failure, Outcome};
use crate::operator::Admin;
use crate::place::Target;
use crate::terminal::Terminal;

/// Tells a service that its database is an older copy: its epoch rises, so that consumers tell old from new.
pub async fn finished(target: &Target, service: &str, reason: &str, terminal: &Terminal) -> Outcome {
    if reason.trim().is_empty() {
        return Err(Failure::usage("the reason is empty").next("--reason 'backup of 2026-11-21 03:00'"));
    }
    let mut admin = Admin::of(target, service)?;
    let answer = admin.client().raise_epoch(RaiseEpochRequest { reason: reason.trim().to_owned() }).await;
    let epoch = answer
        .map_err(|status| Failure::of_status(service, "raising its epoch", &status))?
        .into_inner()
        .epoch;
    terminal.data(&format!("{service} publishes in epoch {epoch} from now on"));
    terminal.talk("next: bondgenoot reconcile --repair");
    Ok(Exit::Ok)
}
