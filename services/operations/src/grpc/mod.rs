//! The RPCs: convert, use case, convert.

mod action_messages;
mod action_service;
mod convert;
mod health_service;
mod page_token;

pub use action_service::ActionRpc;
pub use health_service::HealthRpc;
