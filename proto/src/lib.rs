//! The contract: every RPC, every event, every access rule.
//!
//! The `.proto` files in `proto/` are the source; `build.rs` compiles them without `protoc`. Beside the generated messages
//! this crate offers [`METHODS`] (who may call what), [`Event`] and [`EVENT_TYPES`] (what travels over the broker) and
//! [`DESCRIPTORS`] (for the gateway). See the README for packages, conventions and the list of error reasons.

mod access;
mod event;

pub use access::{AccessRule, METHODS, Method, method};
pub use event::{EVENT_TYPES, Event, EventType};

#[expect(
    missing_docs,
    unused_qualifications,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated from the .proto files, whose comments are the documentation"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/tree.rs"));
}

pub use generated::bondgenoot::{
    admin, common, finance, intake, matching, operations, options, reporting, trajectory,
};
pub use generated::{bondgenoot, google};

/// The encoded `FileDescriptorSet` of all files, with options and comments.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));
/// The same without comments: a fraction of the memory to read, for who answers requests by it.
pub const BARE_DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bare.bin"));
