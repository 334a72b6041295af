//! The main job of a quarter, played by people through the gateway's HTTP API on real processes, in business time.
//!
//! Three referrals come in over three channels; a coordinator screens them, admits two and refuses one; coaches are
//! registered, proposed and confirmed; they log contacts, measure, keep a quarterly duty and miss another; a case is handed over
//! and closed with a reason, and the person comes back; a budget adds up to the cent; and the figures of the quarter are what one
//! counts by SQL in the services' databases. `cargo dev --walk` runs it on a region of its own; the crate `tests` runs the same [`play`] as a test.

mod answers;
mod browser;
mod clock;
mod figures;
mod finance;
mod first_day;
mod matching;
mod people;
mod region;
mod report;
mod scene;
mod steps;
mod trajectory;
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
    terminal.data("the main job of a quarter works, from the form to the report");
    Ok(Exit::Ok)
}
