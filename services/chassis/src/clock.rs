//! Time: real time for tokens, time-outs and leases; business time for what happens in a region.
//!
//! The two are the same, but for a demo region, where business time can be set so that a quarter can be played. All
//! processes of such a region share one small file that holds the offset in seconds.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

/// The clock of a process.
#[derive(Debug, Clone)]
pub struct Clock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    zone: TimeZone,
    offset_file: Option<PathBuf>,
}

/// A time zone name that is not in the IANA database.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` is no time zone")]
pub struct UnknownZone {
    name: String,
    #[source]
    source: jiff::Error,
}

impl Clock {
    /// The clock of a region in this IANA time zone. `offset_file` is for demo regions only.
    pub fn new(zone: &str, offset_file: Option<PathBuf>) -> Result<Self, UnknownZone> {
        let zone = TimeZone::get(zone).map_err(|source| UnknownZone { name: zone.to_owned(), source })?;
        Ok(Self { inner: Arc::new(Inner { zone, offset_file }) })
    }

    /// Real time.
    pub fn now(&self) -> Timestamp {
        real_now()
    }

    /// Business time: when something happened, as the region's people see it.
    pub fn business_now(&self) -> Timestamp {
        let now = real_now();
        let offset = self.inner.offset_file.as_ref().and_then(|file| {
            let text = std::fs::read_to_string(file).ok()?;
            text.trim().parse::<i64>().ok()
        });
        offset.map_or(now, |seconds| now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now))
    }

    /// Today in the region, in business time.
    pub fn today(&self) -> civil::Date {
        self.day_of(self.business_now())
    }

    /// The day of an instant in the region.
    pub fn day_of(&self, instant: Timestamp) -> civil::Date {
        instant.to_zoned(self.inner.zone.clone()).date()
    }

    /// The region's time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.inner.zone
    }
}

/// Real time, for the few places without a [`Clock`].
#[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
pub(crate) fn real_now() -> Timestamp {
    // PostgreSQL keeps microseconds; a finer instant would differ after it was read back.
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
