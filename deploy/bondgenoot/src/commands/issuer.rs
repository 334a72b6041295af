//! `bondgenoot issuer`: the sign-in issuer as a process of its own, as `dev` starts it.

use local::issuer::{Issuer, IssuerConfig};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::IssuerArgs;
use crate::failure::{Exit, Outcome};
use crate::terminal::Terminal;

/// Serves until it is told to stop.
pub async fn run(arguments: &IssuerArgs, terminal: &Terminal) -> Outcome {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let issuer = Issuer::start(IssuerConfig::of_file(&arguments.settings)?).await?;
    terminal.talk(&format!("sign-in issuer for invented people at {}", issuer.url()));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(Exit::Ok)
}
