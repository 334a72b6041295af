//! The order of the play.

use local::region_run::RegionState;

use super::browser::Browser;
use super::people::Cast;
use super::scene::Scene;
use super::trouble::Trouble;
use super::{clock, finance, first_day, matching, report, trajectory};

/// Where steps are told.
pub(super) type Tell<'a> = &'a mut (dyn FnMut(&str) + Send);

/// Days after the quarter began: people come in and are matched, the first measure, and the first quarterly duty.
const FIRST_DAY: i64 = 4;
const FIRST_MONTH: i64 = FIRST_DAY + 28;
const NEXT_QUARTER: i64 = FIRST_DAY + 95;

/// Plays the walk on a running region and tells each step with its result.
///
/// Expects a region in which nothing happened yet, with a business clock that can be set: figures are compared over all of it.
///
/// # Errors
/// The first result that is not what it must be.
pub async fn play(state: &RegionState, tell: Tell<'_>) -> Result<(), Trouble> {
    let scene = Scene::of(state)?;
    clock::move_to(state, &scene, scene.day(FIRST_DAY)?)?;
    tell(&format!("business time is {}", scene.today()));
    let anybody = Browser::open(&scene.door)?;
    let cast = Cast::sign_in(&scene, tell).await?;
    let [amina, chiara] = first_day::play(&scene, &anybody, &cast.els.browser, tell).await?;

    matching::workers(&scene, &cast, tell).await?;
    let matches = matching::confirm(&scene, &cast, [&amina, &chiara], tell).await?;
    let cases = trajectory::begin(&scene, &cast, &matches, tell).await?;

    clock::move_to(state, &scene, scene.day(FIRST_MONTH)?)?;
    tell(&format!("business time is {}", scene.today()));
    trajectory::first_month(&scene, &cases, tell).await?;

    clock::move_to(state, &scene, scene.day(NEXT_QUARTER)?)?;
    tell(&format!("business time is {}", scene.today()));
    trajectory::quarterly_duty(&scene, &cast, &cases, tell).await?;
    let taken_over = matching::hand_over(&scene, &cast, &matches, tell).await?;
    trajectory::close(&scene, &cases, &taken_over, tell).await?;
    matching::place_is_free(&scene, &cast, tell).await?;
    first_day::come_back(&scene, &anybody, &cast.els.browser, &amina, tell).await?;

    finance::budget(&scene, &cast, tell).await?;
    finance::suggested_hours(state, &scene, &cast, tell).await?;
    first_day::compare(state, &scene, &cast.els.browser, tell).await?;
    report::compare(state, &scene, &cast.els.browser, tell).await
}
