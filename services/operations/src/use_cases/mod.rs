//! What operations does. [`RegionWatch`] looks at the region and keeps the findings, [`Actions`] does what people ask; the rest are
//! single transactions.

mod ask_action;
mod carry_out;
mod end_action;
mod get_export_schedules;
mod get_region_health;
mod list_actions;
mod list_findings;
mod note_reconciled;
mod record_findings;
mod region_health;
mod watch_region;

pub use ask_action::AskAction;
pub use carry_out::Actions;
pub use end_action::EndAction;
pub use get_export_schedules::GetExportSchedules;
pub use get_region_health::GetRegionHealth;
pub use list_actions::{ActionsPage, ListActions};
pub use list_findings::{FindingsPage, ListFindings};
pub use note_reconciled::NoteReconciled;
pub use record_findings::{Known, RecordFindings, Recorded};
pub use region_health::{Overall, RegionHealth};
pub use watch_region::RegionWatch;
