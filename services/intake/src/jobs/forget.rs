//! `intake forget`: erases whom the programme files say to keep no longer. Safe to repeat and to run twice at once.

use std::sync::Arc;

use chassis::caller::Principal;
use chassis::database::UnitOfWork;
use region::Region;

use crate::error::Error;
use crate::use_cases::ForgetPersons;

/// Erases in small units of work until nobody is left whose term has passed, and gives how many it erased.
pub async fn run(work: &UnitOfWork, region: &Arc<Region>) -> Result<usize, Error> {
    let mut erased = 0;
    loop {
        let some = work.run_as(Principal::Job, ForgetPersons { region: Arc::clone(region) }).await?;
        erased += some;
        if some == 0 {
            return Ok(erased);
        }
    }
}
