//! Reading answers, and waiting for what events bring.

use std::time::Duration;

use chassis::id::IdGenerator;
use serde_json::Value;
use tokio::time::Instant;

use super::trouble::Trouble;

/// How long events may take to arrive.
pub(super) const ARRIVE: Duration = Duration::from_secs(20);
/// Pause between two looks.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// A part of an answer.
pub(super) fn part(value: &Value, name: &str, doing: &str) -> Result<Value, Trouble> {
    let found = value.get(name).filter(|part| part.is_object()).cloned();
    found.ok_or_else(|| Trouble::new(format!("{doing}: the answer has no {name}")))
}

/// A text of an answer that is not empty.
pub(super) fn text(value: &Value, name: &str, doing: &str) -> Result<String, Trouble> {
    let found = value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    found.map(str::to_owned).ok_or_else(|| Trouble::new(format!("{doing}: the answer has no {name}")))
}

/// A list of an answer; none is an empty one.
pub(super) fn list(value: &Value, name: &str) -> Vec<Value> {
    value.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A whole number of an answer: canonical JSON writes those of 64 bits as texts.
pub(super) fn number(value: &Value, name: &str) -> Option<i64> {
    let value = value.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// What has to hold.
pub(super) fn must(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Trouble> {
    if holds { Ok(()) } else { Err(Trouble::new(otherwise())) }
}

/// A new idempotency key.
pub(super) fn key() -> String {
    IdGenerator.uuid().to_string()
}

/// Looks until there is something.
///
/// # Errors
/// That it did not come in time, or the first look that failed.
pub(super) async fn arrives<T, F>(what: &str, mut look: impl FnMut() -> F) -> Result<T, Trouble>
where
    F: Future<Output = Result<Option<T>, Trouble>>,
{
    let deadline = Instant::now() + ARRIVE;
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            return Err(Trouble::new(format!("{what}: not within {} s", ARRIVE.as_secs())));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
