//! A place with a worker: whether there is one, and may be given. Locks before it counts, so the last place is given once.

use chassis::database::Work;
use chassis::error::Violation;
use jiff::ToSpan as _;
use jiff::civil::Date;
use region::programme::Role;
use region::{Programme, Region};
use rust_decimal::Decimal;

use super::step;
use crate::domain::text::Reason;
use crate::domain::{
    Admission, Capacity, DAYS_AHEAD, DAYS_BACK, Load, Mandate, OrganisationId, WorkerId, running_max,
};
use crate::error::{Error, Record};
use crate::storage::{capacities, mandates, matches, places};

/// A place that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The region.
    pub(super) region: &'a Region,
    /// Who waits or is handed over.
    pub(super) admission: &'a Admission,
    /// With whom.
    pub(super) worker: WorkerId,
    /// From when on.
    pub(super) first_day: Date,
    /// How many cases it counts for.
    pub(super) weight: Decimal,
    /// Whether the worker may go over capacity.
    pub(super) may_go_over: bool,
    /// What the coordinator wrote.
    pub(super) reason: Option<&'a Reason>,
}

/// A place that is given, under locks that last until the end of the transaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'r> {
    /// The programme file that decided.
    pub(super) programme: &'r Programme,
    /// Organisation the worker acts for.
    pub(super) organisation: OrganisationId,
    /// In which role.
    pub(super) role: Role,
    /// Whether it takes the worker over capacity.
    pub(super) over_capacity: bool,
}

/// Takes a place. `violations` are those found before; all that is found here is added, and any of them refuses.
pub(super) async fn take<'r>(
    work: &mut Work,
    wanted: Wanted<'r>,
    mut violations: Vec<Violation>,
) -> Result<Place<'r>, Error> {
    let programme = step::programme(work, wanted.region, &wanted.admission.programme)?;
    let code = programme.code.as_str();
    // Always in this order, so that two never wait for each other: programme, then worker.
    places::lock_programme(work.connection(), code).await?;
    let organisation = places::lock_worker(work.connection(), wanted.worker).await?;
    let organisation = organisation.ok_or(Error::NotFound(Record::Worker))?;

    let lasted = matches::latest_last_day(work.connection(), wanted.admission.episode).await?;
    violations.extend(check_day(work, programme, wanted.admission, wanted.first_day, lasted));
    let mandates = mandates::of_worker(work.connection(), wanted.worker).await?;
    let role = role_on(programme, &mandates, wanted.first_day);
    if role.is_none() {
        violations.push(Violation::new(
            "worker_id",
            "NO_MANDATE_ON_DAY",
            "the worker has no mandate to accompany on the first day",
            "grant the worker a mandate that holds on that day, or choose another day or worker",
        ));
    }
    let Some(role) = role.filter(|_| violations.is_empty()) else { return Err(Error::Invalid(violations)) };

    check_running_max(work, programme, wanted.first_day).await?;
    let over_capacity = goes_over(work, programme, &wanted).await?;
    Ok(Place { programme, organisation, role, over_capacity })
}

/// Whether a day can be the first of a match: near today, after the admission and earlier matches, inside the programme.
pub(super) fn check_day(
    work: &Work,
    programme: &Programme,
    admission: &Admission,
    day: Date,
    lasted: Option<Date>,
) -> Vec<Violation> {
    let mut violations = near_today(work, "first_day", day);
    let mut refuse = |reason, message: String, remedy: String| {
        violations.push(Violation::new("first_day", reason, message, remedy));
    };
    let admitted_on = work.clock().day_of(admission.admitted_at);
    if day < admitted_on {
        refuse(
            "BEFORE_ADMISSION",
            "the first day lies before the admission".to_owned(),
            format!("choose {admitted_on} or later"),
        );
    }
    if !step::runs_on(programme, day) {
        refuse(
            "OUTSIDE_PROGRAMME",
            "the programme does not run on that day".to_owned(),
            "choose a day on which the programme runs".to_owned(),
        );
    }
    if let Some(lasted) = lasted.filter(|lasted| day <= *lasted) {
        refuse(
            "OVERLAPS_MATCH",
            "an earlier match of the episode lasts longer".to_owned(),
            format!("choose a day after {lasted}"),
        );
    }
    violations
}

/// Whether a day lies near enough to today to be true.
pub(super) fn near_today(work: &Work, field: &str, day: Date) -> Vec<Violation> {
    let today = work.clock().today();
    let (earliest, latest) =
        (today.saturating_sub(DAYS_BACK.days()), today.saturating_add(DAYS_AHEAD.days()));
    if day < earliest {
        return vec![Violation::new(
            field,
            "TOO_FAR_BACK",
            format!("the day lies more than {DAYS_BACK} days back"),
            format!("choose {earliest} or later"),
        )];
    }
    if latest < day {
        return vec![Violation::new(
            field,
            "TOO_FAR_AHEAD",
            format!("the day lies more than {DAYS_AHEAD} days ahead"),
            format!("choose {latest} or earlier"),
        )];
    }
    Vec::new()
}

/// The role in which a worker accompanies from a day on: the first of the programme file for which a mandate holds.
fn role_on(programme: &Programme, mandates: &[Mandate], day: Date) -> Option<Role> {
    let holds = |role: &Role| mandates.iter().any(|mandate| mandate.allows(*role, &programme.code, day));
    step::accompanying(programme).into_iter().find(holds)
}

async fn check_running_max(work: &mut Work, programme: &Programme, day: Date) -> Result<(), Error> {
    let Some(max) = running_max(&programme.capacity) else { return Ok(()) };
    let running = places::running(work.connection(), programme.code.as_str(), day).await?;
    if running < i64::from(max) { Ok(()) } else { Err(Error::RunningMaxReached { running, max }) }
}

/// Whether a case takes a worker over capacity; refused unless the coordinator says so and why.
async fn goes_over(work: &mut Work, programme: &Programme, wanted: &Wanted<'_>) -> Result<bool, Error> {
    let code = programme.code.as_str();
    let all = capacities::of_worker(work.connection(), wanted.worker).await?;
    let own: Vec<Capacity> =
        all.into_iter().filter(|(own, _)| own == code).map(|(_, capacity)| capacity).collect();
    let load = Capacity::on(&own, wanted.first_day)
        .map_or(Load::NONE, |capacity| Load::of(&programme.capacity, capacity.share));
    let used = places::used(work.connection(), wanted.worker, code, wanted.first_day).await?;
    if load.has_room(used, wanted.weight) {
        return Ok(false);
    }
    if !wanted.may_go_over {
        return Err(Error::OverCapacity { used, max: load.shown_max() });
    }
    if wanted.reason.is_none() { Err(Error::field(reason_missing())) } else { Ok(true) }
}

/// Nothing says why.
pub(super) fn reason_missing() -> Violation {
    Violation::new(
        "reason",
        "REASON_MISSING",
        "nothing says why another than the first is chosen, or one goes over capacity",
        "write in at least 10 characters why",
    )
}
