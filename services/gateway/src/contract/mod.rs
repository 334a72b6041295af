//! The contract as the gateway needs it at run time: routes and message shapes, compiled once from the descriptors.
//!
//! [`shape`] holds what a message looks like, [`compile`] reads shapes from descriptors, [`http_rule`] reads the
//! `google.api.http` options, [`template`] parses their paths and [`routes`] finds the route of a request. Nothing of a
//! descriptor is cloned per request.

mod compile;
mod http_rule;
mod routes;
mod shape;
mod template;

pub use compile::{ContractError, compile};
pub use http_rule::{Body, HttpRule, http_rules};
pub use routes::{Found, Route, Routes};
pub use shape::{Enumeration, Field, Kind, Message, Presence, Shape};
pub use template::{Segment, Template};
