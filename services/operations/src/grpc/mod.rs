//! The RPCs: convert, use case, convert.

mod convert;
mod health_service;
mod page_token;

pub use health_service::HealthRpc;
