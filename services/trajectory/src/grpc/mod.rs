//! The door: convert, run one use case, convert back. Nothing is decided here.

mod contact_service;
mod duty_service;
mod fields;
mod from_proto;
mod goal_service;
mod measure_service;
mod to_proto;
mod trajectory_service;
mod visit_service;

use std::sync::Arc;

use chassis::database::UnitOfWork;
use jiff::civil::Date;
use region::Region;

pub use contact_service::Contacts;
pub use duty_service::Duties;
pub use goal_service::Goals;
pub use measure_service::Measures;
pub use trajectory_service::Trajectories;
pub use visit_service::Visits;

/// What every door needs.
#[derive(Debug, Clone)]
pub struct Doors {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Doors {
    /// Doors over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }

    fn today(&self) -> Date {
        self.work.clock().today()
    }
}
