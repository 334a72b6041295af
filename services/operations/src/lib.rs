//! Operations: health of the running region as its operators see it.
//!
//! Owns the findings about the region and their history, and up to which epoch restored services were seen reconciled.
//! No case data, no personal data; learns everything by asking the services (`AdminService.GetStatus`) and the broker's
//! management API.
//!
//! Start at [`domain`] for the rules, [`use_cases::RegionWatch`] for how a look at the region becomes findings,
//! [`sources`] for whom is asked, [`service`] for how the parts are put together.

pub mod config;
pub mod domain;
pub mod error;
mod grpc;
mod jobs;
pub mod service;
pub mod sources;
mod storage;
pub mod use_cases;

pub use service::Operations;
