//! Places where a test can make a process die, fail or wait. They exist in builds with debug assertions only.
//!
//! A process reads `BONDGENOOT_FAILPOINTS` once at start: `outbox.before_mark=kill,consumer.after_commit=kill@3` kills it
//! the first time it passes the one and the third time it passes the other. A file named by `BONDGENOOT_FAILPOINT_FILE`
//! with the same text is read at every pass, so that a running process can be armed.
//!
//! Actions: `kill` (SIGKILL semantics: the process ends at once, no destructor runs), `error`, `pause` (until the
//! file no longer names it).

/// What passing a failpoint asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// Go on.
    Pass,
    /// Fail with a transient error.
    Error,
}

/// Passes a failpoint. Compiled to nothing without debug assertions.
#[cfg(not(debug_assertions))]
#[expect(clippy::unused_async, reason = "the same signature as with debug assertions")]
pub async fn pass(_name: &'static str) -> Trip {
    Trip::Pass
}

#[cfg(debug_assertions)]
pub use armed::pass;

#[cfg(debug_assertions)]
mod armed {
    use std::collections::HashMap;
    use std::sync::{Mutex, OnceLock, PoisonError};
    use std::time::Duration;

    use super::Trip;

    const PAUSE_STEP: Duration = Duration::from_millis(5);

    static PASSES: OnceLock<Mutex<HashMap<&'static str, u64>>> = OnceLock::new();
    static AT_START: OnceLock<String> = OnceLock::new();
    static FILE: OnceLock<Option<String>> = OnceLock::new();

    fn armed_text() -> String {
        let start = AT_START.get_or_init(|| std::env::var("BONDGENOOT_FAILPOINTS").unwrap_or_default());
        let file = FILE.get_or_init(|| std::env::var("BONDGENOOT_FAILPOINT_FILE").ok());
        match file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()) {
            Some(text) => format!("{start},{text}"),
            None => start.clone(),
        }
    }

    fn action(name: &str) -> Option<(String, Option<u64>)> {
        let text = armed_text();
        let found = text.split([',', '\n']).find_map(|entry| {
            let (point, action) = entry.trim().split_once('=')?;
            (point == name).then(|| action.to_owned())
        })?;
        Some(match found.split_once('@') {
            Some((action, pass)) => (action.to_owned(), pass.parse().ok()),
            None => (found, None),
        })
    }

    /// Passes a failpoint.
    pub async fn pass(name: &'static str) -> Trip {
        let Some((kind, only)) = action(name) else { return Trip::Pass };
        let passes = {
            let mut passes =
                PASSES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
            let count = passes.entry(name).or_default();
            *count += 1;
            *count
        };
        if only.is_some_and(|only| only != passes) {
            return Trip::Pass;
        }
        match kind.as_str() {
            "kill" => {
                tracing::error!(failpoint = name, "failpoint kills the process");
                std::process::abort();
            }
            "error" => Trip::Error,
            "pause" => {
                tracing::warn!(failpoint = name, "failpoint pauses");
                while action(name).is_some_and(|(kind, _)| kind == "pause") {
                    tokio::time::sleep(PAUSE_STEP).await;
                }
                Trip::Pass
            }
            _ => Trip::Pass,
        }
    }
}
