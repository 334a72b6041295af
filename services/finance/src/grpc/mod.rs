//! The door: convert, run one use case, convert back. Nothing is decided here.

mod budget_service;
mod employment_messages;
mod employment_service;
mod from_proto;
mod time_sheet_from_proto;
mod time_sheet_service;
mod time_sheet_to_proto;
mod to_proto;
mod wage_service;

pub use budget_service::Budgets;
pub use employment_service::Employments;
pub use time_sheet_service::TimeSheets;
pub use wage_service::Wages;
