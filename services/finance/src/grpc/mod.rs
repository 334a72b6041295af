//! The door: convert, run one use case, convert back. Nothing is decided here.

mod budget_service;
mod claim_messages;
mod claim_service;
mod difference_service;
mod employment_messages;
mod employment_service;
mod export_messages;
mod export_service;
mod from_proto;
mod goal_seek_messages;
mod goal_seek_service;
mod import_messages;
mod import_service;
mod ledger_messages;
mod ledger_service;
mod pot_messages;
mod pot_service;
mod term_messages;
mod term_service;
mod time_sheet_from_proto;
mod time_sheet_service;
mod time_sheet_to_proto;
mod to_proto;
mod wage_service;

pub use budget_service::Budgets;
pub use claim_service::Claims;
pub use difference_service::Differences;
pub use employment_service::Employments;
pub use export_service::Exports;
pub use goal_seek_service::GoalSeek;
pub use import_service::Imports;
pub use ledger_service::Ledger;
pub use pot_service::Pots;
pub use term_service::Terms;
pub use time_sheet_service::TimeSheets;
pub use wage_service::Wages;
