//! One worker is read.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::{ProgrammeCode, Region};

use crate::domain::{Capacity, Load, Mandate, WorkerId};
use crate::error::{Error, Record};
use crate::storage::workers::WorkerView;
use crate::storage::{capacities, mandates, workers};

/// Reads one worker with mandates and capacities.
#[derive(Debug, Clone)]
pub struct GetWorker {
    /// The region.
    pub region: Arc<Region>,
    /// Whom.
    pub worker: WorkerId,
}

/// A worker with mandates and capacities.
#[derive(Debug, Clone)]
pub struct FoundWorker {
    /// The worker.
    pub worker: WorkerView,
    /// Mandates within reach, latest first day first.
    pub mandates: Vec<Mandate>,
    /// Capacities with their programmes and what they let the worker carry, latest first day first.
    pub capacities: Vec<(String, Capacity, Load)>,
}

impl Command for GetWorker {
    const NAME: &'static str = "get_worker";
    type Outcome = FoundWorker;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundWorker, Error> {
        read(work, &self.region, self.worker).await
    }
}

/// Reads a worker inside an open unit of work; also what every step answers with.
pub(super) async fn read(work: &mut Work, region: &Region, id: WorkerId) -> Result<FoundWorker, Error> {
    let vault = work.vault().clone();
    let worker =
        workers::find(work.connection(), &vault, id).await?.ok_or(Error::NotFound(Record::Worker))?;
    let mandates = mandates::of_worker(work.connection(), id).await?;
    let capacities = capacities::of_worker(work.connection(), id).await?;
    work.touches(id.as_uuid());
    let with_load = |(programme, capacity): (String, Capacity)| {
        let load = load_of(region, &programme, &capacity);
        (programme, capacity, load)
    };
    Ok(FoundWorker { worker, mandates, capacities: capacities.into_iter().map(with_load).collect() })
}

/// What a capacity lets a worker carry, by the programme file of its first day; nothing when the region has no such programme.
pub(super) fn load_of(region: &Region, programme: &str, capacity: &Capacity) -> Load {
    let file = ProgrammeCode::parse(programme).ok().and_then(|code| {
        region.programme_at(&code, capacity.period.first).or_else(|| region.programme(&code))
    });
    file.map_or(Load::NONE, |file| Load::of(&file.capacity, capacity.share))
}
