//! The gRPC server: access rules, deadlines and trace context before a handler, one mapping of errors after it.
//!
//! A handler opens its request with [`open`], runs one use case, and maps its error with [`status`]; it never makes a
//! status itself.

mod access;
mod addresses;
mod client;
mod secure;
mod server;
mod status;

pub use access::{open, violation_status};
pub use addresses::{Addresses, BadAddress, LOOK_UP_EVERY, Target};
pub use client::{Authorized, ClientError, channel, patient};
pub use server::{Server, ServerError};
pub use status::{Rejected, detail, status};
