//! Duties inside an open unit of work: read, brought up to date, stored, told.

use chassis::database::Work;
use region::Programme;
use uuid::Uuid;

use crate::domain::{Anchors, DutyBook, DutyCalendar, Trajectory};
use crate::error::Error;
use crate::events::published;
use crate::storage::duties;

/// Reads the duties of a locked trajectory and brings them up to today.
pub(super) async fn open(
    work: &mut Work,
    programme: &Programme,
    trajectory: &Trajectory,
) -> Result<DutyBook, Error> {
    let today = work.clock().today();
    let known = duties::of(work.connection(), trajectory.id(), None).await?;
    let mut book = DutyBook::new(known, today);
    bring_up_to_date(work, &mut book, programme, trajectory);
    Ok(book)
}

/// Adds what the programme says and lets the days pass.
pub(super) fn bring_up_to_date(
    work: &Work,
    book: &mut DutyBook,
    programme: &Programme,
    trajectory: &Trajectory,
) {
    let anchors = Anchors { opened_on: trajectory.opened_on(), closed_on: trajectory.standing().closed_on };
    book.bring_up_to_date(&DutyCalendar::new(&programme.duties, anchors), work.ids());
}

/// Stores what changed and tells the others.
pub(super) async fn store(
    work: &mut Work,
    book: &DutyBook,
    trajectory: &Trajectory,
    by: Option<Uuid>,
) -> Result<(), Error> {
    let at = work.now();
    for page in book.pages() {
        if page.is_new {
            duties::insert(work.connection(), trajectory.id(), &page.duty, at, by).await?;
        } else if page.changed {
            duties::update(work.connection(), &page.duty, at, by).await?;
        }
        for state in &page.told {
            if let Some(event) = published::duty_changed(trajectory, &page.duty, *state, at) {
                work.publish(trajectory.id().as_uuid(), &event);
            }
        }
    }
    Ok(())
}
