//! `bondgenoot clock`: business time of a demo region, so that a quarter can be played.
//!
//! All processes of the region read one small file with the offset in seconds. Tokens, time-outs and leases use real
//! time and do not notice.

use jiff::{SignedDuration, Timestamp};
use local::region_run::RegionOptions;

use crate::cli::ClockCommand;
use crate::failure::{Failure, Outcome};
use crate::place::Target;
use crate::terminal::Terminal;

/// Shows or moves business time.
pub fn run(target: &Target, command: &ClockCommand, terminal: &Terminal) -> Outcome<()> {
    if !target.demo {
        return Err(Failure::refused(format!("{} is a region with real people", target.region))
            .because("business time can be set in a region with demo = true only"));
    }
    let local = target.local.as_ref().ok_or_else(|| {
        Failure::usage("business time is set on the machine that runs the region")
            .next("there: bondgenoot clock   (it needs the data folder)")
    })?;
    let file = RegionOptions::clock_file(&local.folder);
    let clock = chassis::clock::Clock::new("UTC", Some(file.clone()))
        .map_err(|error| Failure::new("no clock").because(error.to_string()))?;
    let offset = match command {
        ClockCommand::Show => None,
        ClockCommand::Set { time } => Some(time.duration_since(clock.now())),
        ClockCommand::Offset { offset } => Some(parse(offset, clock.now())?),
    };
    if let Some(offset) = offset {
        local::files::write_readable(&file, offset.as_secs().to_string().as_bytes())?;
    }
    terminal.data(&format!("{:.0}", clock.business_now()));
    Ok(())
}

fn parse(text: &str, now: Timestamp) -> Outcome<SignedDuration> {
    let wrong = || {
        Failure::usage(format!("`{text}` is no length of time"))
            .next("for example: bondgenoot clock offset 90d")
    };
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    // Days are calendar days of 24 hours here: business time has no daylight saving of its own.
    let zoned = now.to_zoned(jiff::tz::TimeZone::UTC);
    let then = zoned.checked_add(span).map_err(|_| wrong())?;
    Ok(then.timestamp().duration_since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_days_hours_and_back() {
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();

        assert_eq!(parse("90d", now).unwrap(), SignedDuration::from_hours(90 * 24));
        assert_eq!(parse("-12h", now).unwrap(), SignedDuration::from_hours(-12));
        assert_eq!(parse("0s", now).unwrap(), SignedDuration::ZERO);
        assert_eq!(parse("soon", now).unwrap_err().exit, crate::failure::Exit::Usage);
    }
}
