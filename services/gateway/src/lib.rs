//! The one door of a region for browsers and partners: HTTP/JSON in, gRPC out.
//!
//! No RPC has a handler of its own: [`contract`] reads routes and message shapes from the descriptors, [`transcode`] turns
//! JSON into protobuf and back, [`api`] guards and sends, [`upstream`] reaches the services, [`problem`] says what went
//! wrong, and [`openapi`] describes all of it. Handwritten are only signing in ([`sign_in`], [`sessions`]) and the pages that
//! work without scripts ([`pages`]). [`http`] is the server, [`service`] puts everything together.
//!
//! Owns: sessions, and its copy of mandates ([`storage`], [`use_cases`]). See the README.

pub mod api;
pub mod app;
pub mod config;
pub mod contract;
pub mod http;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod public_url;
pub mod service;
pub mod sessions;
pub mod sign_in;
pub mod storage;
pub mod transcode;
pub mod upstream;
pub mod use_cases;
