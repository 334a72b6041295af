//! What travels over the broker.

/// An integration event: a fact in the past tense that other services may consume.
///
/// Implemented by `build.rs` for every message with the option `bondgenoot.options.v1.event`.
pub trait Event: prost::Message + Default {
    /// Type with version, e.g. `intake.referral_submitted.v1`.
    const TYPE: &'static str;
    /// Service that publishes it.
    const PRODUCER: &'static str;
    /// Aggregate whose history it belongs to.
    const AGGREGATE: &'static str;
}

/// An event type as data.
#[derive(Debug, Clone, Copy)]
pub struct EventType {
    /// Type with version.
    pub name: &'static str,
    /// Service that publishes it.
    pub producer: &'static str,
    /// Aggregate whose history it belongs to.
    pub aggregate: &'static str,
    /// Services that consume it.
    pub consumers: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/events.rs"));
