//! The one door of a region for browsers and partners: HTTP/JSON in, gRPC out.

pub mod contract;
pub mod problem;
pub mod transcode;
