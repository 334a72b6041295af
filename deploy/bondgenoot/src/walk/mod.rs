//! The first half of the main job, played by people through the gateway's HTTP API on real processes.
//!
//! Three referrals come in over three channels; a coordinator signs in, screens them, admits one, refuses one with a
//! reason and withdraws one; the quarter's figures are read back from reporting and compared with what the database of
//! intake counts. `cargo dev --walk` runs it on a region of its own; the crate `tests` runs the same [`play`] as a test.

mod browser;
mod figures;
mod region;
mod scene;
mod steps;
mod trouble;

pub use browser::{Answer, Browser};
pub use figures::Figures;
pub use steps::play;
pub use trouble::Trouble;

use crate::cli::DevArgs;
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::{Style, Terminal};

/// `bondgenoot dev --walk`.
pub(crate) async fn command(arguments: &DevArgs, terminal: &Terminal) -> Outcome {
    let region = region::start(arguments, terminal).await?;
    let running = region.state();
    let mut number = 0;
    let mut told = |what: &str| {
        number += 1;
        terminal.data(&format!("{number:>2} {} {what}", terminal.style(Style::Good, "✔")));
    };
    let result = match running {
        Ok(state) => play(&state, &mut told).await,
        Err(error) => Err(Trouble::of(error)),
    };
    let stopped = region.stop(result.is_err(), terminal).await;
    if let Err(trouble) = result {
        terminal.data(&format!("   {} {trouble}", terminal.style(Style::Bad, "✖")));
        let logs = stopped.ok().flatten();
        let failure = Failure::new("the walk did not come to its end");
        return Err(match logs {
            Some(logs) => failure.next(format!("read {}", logs.display())),
            None => failure,
        });
    }
    stopped?;
    terminal.data("the first half of the main job works from the form to the figures");
    Ok(Exit::Ok)
}
