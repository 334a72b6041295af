//! A worker gives another share of full time to a programme.

use std::collections::BTreeMap;
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
        if self.largest_total(&known) > Decimal::ONE {
            violations.push(Violation::new(
                "full_time_share",
                "FULL_TIME_TOTAL",
                "the shares in all programmes of one day together pass full time",
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
    /// The largest sum of the shares in all programmes, over the days on which the new one holds. Programmes of visits count
    /// families, not shares. A sum rises on a first day only.
    fn largest_total(&self, known: &[(String, Capacity)]) -> Decimal {
        let own = (self.programme.as_str(), self.capacity);
        let others = known.iter().map(|(code, capacity)| (code.as_str(), *capacity));
        let replaced = |(code, capacity): &(&str, Capacity)| {
            *code == own.0 && capacity.period.first == self.capacity.period.first
        };
        let mut by_programme: BTreeMap<&str, Vec<Capacity>> = BTreeMap::new();
        for (code, capacity) in others.filter(|other| !replaced(other)).chain([own]) {
            if self.counts_shares(code) {
                by_programme.entry(code).or_default().push(capacity);
            }
        }
        let days = by_programme.values().flatten().map(|capacity| capacity.period.first);
        let share_on = |day| {
            by_programme.values().fold(Decimal::ZERO, |sum, of_one| {
                sum + Capacity::on(of_one, day).map_or(Decimal::ZERO, |capacity| capacity.share.value())
            })
        };
        let days = days.filter(|day| self.capacity.period.contains(*day));
        days.map(share_on).max().unwrap_or(Decimal::ZERO)
    }

    fn counts_shares(&self, code: &str) -> bool {
        let file = ProgrammeCode::parse(code).ok().and_then(|code| self.region.programme(&code));
        file.is_some_and(|file| matches!(file.capacity, programme::Capacity::Caseload(_)))
    }
}
