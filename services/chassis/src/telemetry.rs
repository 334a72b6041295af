//! Logs and trace context.
//!
//! Messages are readable alone; fields have dotted names. Never names, contact details, notes, tokens or bodies.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;
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

/// Starts logging to standard output, panics too. A second call in one process changes nothing.
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
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Instead of the standard hook, which prints the message whatever it holds. With `RUST_BACKTRACE=1` the way there is told too.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(
        panic.message = words_of_panic(panic.payload()),
        code.location = place,
        code.backtrace = backtrace,
        "panicked"
    );
}

/// What a panic says, when that stands in the source. A message that was put together can hold what was worked on: `str` tells the
/// text that it could not cut.
fn words_of_panic(payload: &dyn Any) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(put together, so left out)")
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
    fn a_panic_tells_words_of_the_source_and_nothing_that_was_worked_on() {
        let words =
            |work: fn() -> usize| words_of_panic(&*std::panic::catch_unwind(work).unwrap_err()).to_owned();

        assert_eq!(words(|| panic!("no such state")), "no such state");
        assert_eq!(words(|| "0".parse::<usize>().unwrap() - 1), "attempt to subtract with overflow");
        assert_eq!(words(|| "Zoë Kanarie".split_at(3).0.len()), "(put together, so left out)");
    }

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
