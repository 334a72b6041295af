//! Writes down who looked at the schedules of exports.

use chassis::database::{Command, Work};

use crate::error::Error;

/// Nothing but the audit row: the schedules are those that the watch of Kubernetes knows.
#[derive(Debug, Clone, Copy)]
pub struct GetExportSchedules;

impl Command for GetExportSchedules {
    const NAME: &'static str = "get_export_schedules";
    type Outcome = ();
    type Error = Error;

    async fn execute(&self, _work: &mut Work) -> Result<(), Error> {
        Ok(())
    }
}
