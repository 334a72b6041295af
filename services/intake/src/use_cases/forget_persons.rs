//! Persons whose referral led to nothing are erased when the term of their programme has passed.

use std::sync::Arc;

use chassis::clock::Clock;
use chassis::database::{Command, Work};
use jiff::civil::Date;
use region::programme::{DataClass, RetentionFrom, RetentionTerm};
use region::{Programme, Region};

use super::erase_person::erase_with_family;
use crate::domain::{ErasureGround, PersonId, ReferralState};
use crate::error::Error;
use crate::storage::erasures::{self, Closed};

/// Persons that one unit of work erases at most, so that it stays short.
const AT_ONCE: usize = 50;

/// Erases some persons whose only referrals were withdrawn or refused, long enough ago. A referral that waits for a decision is
/// never forgotten by itself.
#[derive(Debug, Clone)]
pub struct ForgetPersons {
    /// The region.
    pub region: Arc<Region>,
}

impl Command for ForgetPersons {
    const NAME: &'static str = "forget_persons";
    /// How many were erased; 0 when nobody is left.
    type Outcome = usize;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<usize, Error> {
        let today = work.clock().today();
        let mut codes: Vec<_> = self.region.programmes.iter().map(|programme| &programme.code).collect();
        codes.dedup();
        let mut due: Vec<PersonId> = Vec::new();
        for programme in codes.into_iter().filter_map(|code| self.region.programme_at(code, today)) {
            for (state, class) in [
                (ReferralState::Withdrawn, DataClass::ReferralWithoutStart),
                (ReferralState::Refused, DataClass::RefusedReferral),
            ] {
                let Some(term) = programme.retention.term(class) else { continue };
                let closed =
                    erasures::closed(work.connection(), programme.code.as_str(), state, AT_ONCE).await?;
                let over =
                    closed.iter().filter(|closed| is_over(term, programme, closed, work.clock(), today));
                due.extend(over.map(|closed| closed.person));
            }
        }
        due.truncate(AT_ONCE);
        for person in &due {
            erase_with_family(work, *person, ErasureGround::Retention).await?;
        }
        Ok(due.len())
    }
}

/// Whether the last day on which something is kept has passed.
fn is_over(term: &RetentionTerm, programme: &Programme, closed: &Closed, clock: &Clock, today: Date) -> bool {
    let from = match term.from {
        RetentionFrom::Receipt => Some(clock.day_of(closed.submitted_at)),
        RetentionFrom::Decision => Some(clock.day_of(closed.decided_at)),
        RetentionFrom::ProgrammeEnd => programme.ends_on,
        // There was none.
        RetentionFrom::TrajectoryEnd => None,
    };
    from.and_then(|from| term.keep_until(from)).is_some_and(|last| last < today)
}
