//! The main job of a quarter, played by people through the gateway's HTTP API on real processes, in business time.
//!
//! Three referrals come in over three channels; a coordinator screens them, admits two and refuses one; coaches are
//! registered, proposed and confirmed; they log contacts, measure, keep a quarterly duty and miss another; a case is handed over
//! and closed with a reason, and the person comes back; a budget adds up to the cent; and the figures of the quarter are what one
//! counts by SQL in the services' databases. `cargo dev --walk` runs it on a region of its own; the crate `tests` runs the same [`play`] as a test.

mod answers;
mod browser;
mod clock;
mod family;
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
mod visits;

pub use browser::{Answer, Browser};
pub use figures::Figures;
pub use steps::play;
pub use trouble::Trouble;
pub use visits::play as play_visits;

use crate::cli::DevArgs;
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::{Style, Terminal};

/// `bondgenoot dev --walk`: a quarter in Waasland, then De Katrol in Asse beside it. The two share nothing but the machine.
pub(crate) async fn command(arguments: &DevArgs, terminal: &Terminal) -> Outcome {
    let waasland = region::start(arguments, "waasland", terminal).await?;
    let mut number = 0;
    let mut told = |what: &str| {
        number += 1;
        terminal.data(&format!("{number:>2} {} {what}", terminal.style(Style::Good, "✔")));
    };
    let played = match waasland.state() {
        Ok(state) => play(&state, &mut told).await,
        Err(error) => Err(Trouble::of(error)),
    };
    if played.is_err() {
        return finish(played, waasland.stop(true, terminal).await, terminal);
    }
    let asse = region::start(&DevArgs { no_build: true, ..arguments.clone() }, "katrol-asse", terminal).await;
    let asse = match asse {
        Ok(asse) => asse,
        Err(failure) => {
            waasland.stop(false, terminal).await?;
            return Err(failure);
        }
    };
    let played = match asse.state() {
        Ok(state) => play_visits(&state, &mut told).await,
        Err(error) => Err(Trouble::of(error)),
    };
    let stopped = asse.stop(played.is_err(), terminal).await;
    waasland.stop(false, terminal).await?;
    finish(played, stopped, terminal)?;
    terminal.data("the main job of a quarter works, from the form to the report, in two regions");
    Ok(Exit::Ok)
}

fn finish(
    played: Result<(), Trouble>,
    stopped: Outcome<Option<std::path::PathBuf>>,
    terminal: &Terminal,
) -> Outcome {
    let Err(trouble) = played else {
        stopped?;
        return Ok(Exit::Ok);
    };
    terminal.data(&format!("   {} {trouble}", terminal.style(Style::Bad, "✖")));
    let failure = Failure::new("the walk did not come to its end");
    Err(match stopped.ok().flatten() {
        Some(logs) => failure.next(format!("read {}", logs.display())),
        None => failure,
    })
}
