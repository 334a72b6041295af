//! Logs and trace context.
//!
//! Messages are readable alone; fields have dotted names. Never names, contact details, notes, tokens or bodies.

use std::str::FromStr;

use rand::Rng as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogConfig, LogFormat};

/// The log filter cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{filter}` is no log filter; write `info` or `info,chassis=debug`")]
pub struct FilterError {
    filter: String,
}

/// Starts logging to standard output. A second call in one process changes nothing.
pub fn init(config: &LogConfig) -> Result<(), FilterError> {
    let filter =
        Targets::from_str(&config.filter).map_err(|_| FilterError { filter: config.filter.clone() })?;
    let registry = tracing_subscriber::registry().with(filter);
    // An error here means that a test harness has set a subscriber already.
    let _ = match config.format {
        LogFormat::Json => {
            registry.with(tracing_subscriber::fmt::layer().json().flatten_event(true)).try_init()
        }
        LogFormat::Text => registry.with(tracing_subscriber::fmt::layer().with_ansi(false)).try_init(),
    };
    Ok(())
}

/// A position in a distributed trace, W3C `traceparent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceParent(String);

impl TraceParent {
    /// A new trace.
    pub fn new_root() -> Self {
        let mut random = rand::rng();
        Self(format!("00-{:032x}-{:016x}-01", random.random::<u128>(), random.random::<u64>()))
    }

    /// Reads a header; anything malformed gives a new trace.
    pub fn parse_or_new(header: Option<&str>) -> Self {
        header.filter(|text| Self::is_valid(text)).map_or_else(Self::new_root, |text| Self(text.to_owned()))
    }

    fn is_valid(text: &str) -> bool {
        let mut parts = text.split('-');
        let lengths = [2, 32, 16, 2];
        lengths.iter().all(|length| {
            parts.next().is_some_and(|part| {
                part.len() == *length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        }) && parts.next().is_none()
    }

    /// The header value.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the whole trace.
    pub fn trace_id(&self) -> &str {
        self.0.split('-').nth(1).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_trace_parent_starts_a_new_trace() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(TraceParent::parse_or_new(Some(good)).as_str(), good);

        for bad in ["", "00-xyz", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", "<script>"] {
            let made = TraceParent::parse_or_new(Some(bad));
            assert_ne!(made.as_str(), bad);
            assert!(TraceParent::is_valid(made.as_str()));
        }
    }
}
