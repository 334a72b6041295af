//! JSON to protobuf and back, straight over the wire format.
//!
//! A request is checked against the shape of its message while it is read, and written as protobuf in the same pass;
//! an answer is written as JSON from its protobuf bytes. There is no message in between, so a call costs one buffer
//! each way, and every mistake is known by its field: all of them are reported, not only the first. A test compares
//! both directions with `prost-reflect` as oracle.
//!
//! JSON is canonical proto3 JSON: field names in lowerCamelCase (the names of the `.proto` file are understood),
//! 64-bit numbers as text, default values emitted, unknown and repeated keys refused.

mod from_json;
mod from_text;
mod nearest;
mod timestamp;
mod to_json;
mod violation;
mod wire;

pub use from_json::{BadJson, Parsed, from_json};
pub use from_text::{bind_path, bind_query};
pub use nearest::nearest;
pub use to_json::{Malformed, text_at, to_json};
pub use violation::{Violation, Violations};
pub use wire::wrapped;

#[cfg(test)]
mod tests;
