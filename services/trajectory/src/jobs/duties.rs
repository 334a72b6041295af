//! `trajectory duties`: lets the days pass for every duty. Safe to repeat and to run twice at once.

use std::sync::Arc;
use std::time::Duration;

use chassis::caller::Principal;
use chassis::database::UnitOfWork;
use jiff::civil::Date;
use region::Region;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::use_cases::SweepDuties;

/// After a sweep that failed, the next one waits so long.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Brings every duty up to today, in small units of work.
pub async fn run(work: &UnitOfWork, region: &Arc<Region>) -> Result<(), Error> {
    let mut after = None;
    loop {
        let sweep = SweepDuties { region: Arc::clone(region), after };
        after = work.run_as(Principal::Job, sweep).await?;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Sweeps once, and again whenever the day of the region changed - business time may be set in a demo region - until the process
/// stops.
pub async fn keep_up(
    work: UnitOfWork,
    region: Arc<Region>,
    look_every: Duration,
    shutdown: CancellationToken,
) {
    let mut swept: Option<Date> = None;
    loop {
        let today = work.clock().today();
        let mut pause = look_every;
        if swept != Some(today) {
            match run(&work, &region).await {
                Ok(()) => swept = Some(today),
                Err(error) => {
                    pause = look_every.max(AFTER_FAILURE);
                    let chain = chassis::error::Chain(&error).to_string();
                    tracing::warn!(
                        error.chain = chain,
                        "duties were not brought up to today; another try follows"
                    );
                }
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
