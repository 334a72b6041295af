//! The door: convert, run one use case, convert back. Nothing is decided here.

mod budget_service;
mod from_proto;
mod to_proto;

pub use budget_service::Budgets;
