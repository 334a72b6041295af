//! A worker gives another share of full time to a programme.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::programme;
use region::{ProgrammeCode, Region};
use rust_decimal::Decimal;

use super::get_worker::{self, FoundWorker, load_of};
use super::step;
use crate::domain::{Capacity, OrganisationId, WorkerId};
use crate::error::{Error, Record};
use crate::events::published;
use crate::storage::{capacities, workers};

/// Sets the capacity from a day on.
#[derive(Debug, Clone)]
pub struct SetCapacity {
    /// The region.
    pub region: Arc<Region>,
    /// Whose.
    pub worker: WorkerId,
    /// In which programme.
    pub programme: ProgrammeCode,
    /// How much, from when to when.
    pub capacity: Capacity,
}

impl Command for SetCapacity {
    const NAME: &'static str = "set_capacity";
    type Outcome = FoundWorker;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundWorker, Error> {
        let programme = step::reach(work, &self.region, &self.programme)?;
        let (now, by) = (work.now(), step::caller(work)?);
        workers::lock(work.connection(), self.worker).await?.ok_or(Error::NotFound(Record::Worker))?;
        let known = capacities::of_worker(work.connection(), self.worker).await?;
        let mut violations = Vec::new();
        let day = self.capacity.period.first;
        let is_over = programme.ends_on.is_some_and(|last| last < day);
        let is_early =
            programme.starts_on.zip(self.capacity.period.last).is_some_and(|(first, last)| last < first);
        if is_over || is_early {
            violations.push(Violation::new(
                "valid_from",
                "OUTSIDE_PROGRAMME",
                "the programme does not run on any of these days",
                "choose days on which the programme runs",
            ));
        }
        if self.total(&known) > Decimal::ONE {
            violations.push(Violation::new(
                "full_time_share",
                "FULL_TIME_TOTAL",
                "the shares in all programmes of that day together pass full time",
                "lower the share here, or the one in another programme first",
            ));
        }
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
        capacities::upsert(work.connection(), self.worker, self.programme.as_str(), &self.capacity, now, by)
            .await?;
        work.answer_is_about(self.worker.as_uuid());
        let found = get_worker::read(work, &self.region, self.worker).await?;
        let load = load_of(&self.region, self.programme.as_str(), &self.capacity);
        let organisation: OrganisationId = found.worker.details.organisation;
        work.publish(
            self.worker.as_uuid(),
            &published::worker_capacity_changed(self, organisation, &load, now),
        );
        Ok(found)
    }
}

impl SetCapacity {
    /// The shares of the first day in all programmes together. Programmes of visits count families, not shares.
    fn total(&self, known: &[(String, Capacity)]) -> Decimal {
        let counts_shares = |code: &ProgrammeCode| {
            self.region
                .programme(code)
                .is_some_and(|file| matches!(file.capacity, programme::Capacity::Caseload(_)))
        };
        let mut programmes: Vec<&str> = known
            .iter()
            .map(|(code, _)| code.as_str())
            .filter(|code| *code != self.programme.as_str())
            .collect();
        programmes.sort_unstable();
        programmes.dedup();
        let others =
            programmes.into_iter().filter(|code| code.parse().is_ok_and(|code| counts_shares(&code)));
        let share_in = |code: &str| {
            let of: Vec<Capacity> =
                known.iter().filter(|(own, _)| own == code).map(|(_, capacity)| *capacity).collect();
            Capacity::on(&of, self.capacity.period.first)
                .map_or(Decimal::ZERO, |capacity| capacity.share.value())
        };
        let own = if counts_shares(&self.programme) { self.capacity.share.value() } else { Decimal::ZERO };
        others.map(share_in).fold(own, |sum, share| sum + share)
    }
}
