//! What operations does. [`RegionWatch`] looks at the region and keeps the findings; the rest are single transactions.

mod get_region_health;
mod list_findings;
mod note_reconciled;
mod record_findings;
mod region_health;
mod watch_region;

pub use get_region_health::GetRegionHealth;
pub use list_findings::{FindingsPage, ListFindings};
pub use note_reconciled::NoteReconciled;
pub use record_findings::{Known, RecordFindings, Recorded};
pub use region_health::{Overall, RegionHealth};
pub use watch_region::RegionWatch;
