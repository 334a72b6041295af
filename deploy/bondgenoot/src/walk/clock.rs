//! Business time of the region, moved as the quarter is played.

use jiff::civil::Date;
use local::region_run::{RegionOptions, RegionState};

use super::scene::Scene;
use super::trouble::Trouble;

/// Hour of the day at which a played day begins.
const HOUR: i8 = 9;

/// Moves business time of all services to the morning of a day.
pub(super) fn move_to(state: &RegionState, scene: &Scene, day: Date) -> Result<(), Trouble> {
    let clock = chassis::clock::Clock::new("UTC", None).map_err(Trouble::of)?;
    let morning = day.at(HOUR, 0, 0, 0).to_zoned(scene.region.time_zone.clone()).map_err(Trouble::of)?;
    let offset = morning.timestamp().duration_since(clock.now()).as_secs();
    let file = RegionOptions::clock_file(&state.folder);
    local::files::write_readable(&file, offset.to_string().as_bytes()).map_err(Trouble::of)
}
