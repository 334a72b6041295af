//! `bondgenoot check`.

use crate::checkup::{Facts, Mark, judge};
use crate::cli::CheckArgs;
use crate::failure::{Exit, Outcome};
use crate::place::Target;
use crate::terminal::Terminal;

/// Asks every process of the region and prints what is in order and what is not. Exit code 1 at a failure.
pub async fn run(target: &Target, arguments: CheckArgs, terminal: &Terminal) -> Outcome {
    terminal.wait(&format!("asking {} processes of {}", target.services.len(), target.region));
    let checkup = judge(&Facts::gather(target).await?);
    if arguments.json {
        terminal.json(&checkup);
    } else {
        terminal.data_lines("", &checkup.lines(arguments.short, terminal));
    }
    // Somebody must act on a failure; a warning is for reading.
    Ok(if checkup.worst == Mark::Failure { Exit::Finding } else { Exit::Ok })
}
