//! What every step in a trajectory begins with, and what every page of a list ends with.

use chassis::caller::Scope;
use chassis::database::Work;
use chassis::page::Cursor;
use chassis::vault::PersonKey;
use jiff::Timestamp;
use region::programme::{LifeDomain, SecrecyClass};
use region::{DomainCode, Programme, Region};
use uuid::Uuid;

use crate::domain::{Etag, HIDDEN_UNLESS_ON_CASE, Trajectory, TrajectoryId};
use crate::error::{Error, Thing, unknown_code};
use crate::storage::matches::{self, Access};
use crate::storage::{Change, persons, trajectories};

/// A locked trajectory with the caller's place in it.
#[derive(Debug)]
pub(super) struct Step {
    /// The trajectory.
    pub(super) trajectory: Trajectory,
    /// When it changed last, and who changed it.
    pub(super) changed: (Timestamp, Option<Uuid>),
    /// The caller's match, when the caller is on the case today.
    pub(super) access: Option<Access>,
    /// The caller and the one instant of the step.
    pub(super) change: Change,
}

/// Locks a trajectory for a step. What is not in reach is not there; what may only be read is refused.
pub(super) async fn begin(work: &mut Work, id: TrajectoryId, thing: Thing) -> Result<Step, Error> {
    let worker = work.caller().worker.ok_or(Error::NotFound(thing))?;
    let (at, today) = (work.now(), work.clock().today());
    let connection = work.connection();
    let Some(locked) = trajectories::lock(connection, id).await? else {
        return Err(if trajectories::is_in_reach(connection, id).await? {
            Error::NotOnCase
        } else {
            Error::NotFound(thing)
        });
    };
    let access = matches::access(connection, id, worker, today).await?;
    let step = Step {
        changed: (locked.changed_at, locked.changed_by),
        trajectory: locked.trajectory,
        access,
        change: Change { at, by: worker },
    };
    // The policies let nothing else through; a use case does not rest on them alone.
    if step.access.is_none() && !coordinates(work, &step.trajectory) {
        return Err(Error::NotFound(thing));
    }
    work.touches(id.as_uuid());
    work.touches(step.trajectory.person().as_uuid());
    work.answer_is_about(step.trajectory.person().as_uuid());
    Ok(step)
}

fn coordinates(work: &Work, trajectory: &Trajectory) -> bool {
    let grant = work.grant();
    matches!(grant.scope, Scope::Programme | Scope::Region)
        && grant.programmes.contains(trajectory.programme().as_str())
}

impl Step {
    /// The caller's match; refuses who is not on the case today.
    pub(super) fn on_case(&self) -> Result<Access, Error> {
        self.access.ok_or(Error::NotOnCase)
    }

    /// Refuses a caller who read another version of the trajectory.
    pub(super) fn check_tag(&self, work: &Work) -> Result<(), Error> {
        check_tag(work, self.trajectory.etag(), self.changed)
    }

    /// The key of the person, for words; `None` when there are none to write, refused when the person was erased.
    pub(super) async fn key_for<T>(
        &self,
        work: &mut Work,
        text: Option<&T>,
    ) -> Result<Option<PersonKey>, Error> {
        if text.is_none() {
            return Ok(None);
        }
        let vault = work.vault().clone();
        let key = persons::key(work.connection(), &vault, self.trajectory.person()).await?;
        key.map(Some).ok_or(Error::Erased)
    }

    /// The key of the person, for an answer; `None` when it was destroyed.
    pub(super) async fn key(&self, work: &mut Work) -> Result<Option<PersonKey>, Error> {
        let vault = work.vault().clone();
        persons::key(work.connection(), &vault, self.trajectory.person()).await
    }
}

/// Refuses a caller who read another version.
pub(super) fn check_tag(
    work: &Work,
    current: Etag,
    (changed_at, changed_by): (Timestamp, Option<Uuid>),
) -> Result<(), Error> {
    if current.is(work.if_match()) { Ok(()) } else { Err(Error::Stale { changed_by, changed_at, current }) }
}

/// The programme file a trajectory runs under: the version it began with, else the newest there is.
pub(super) fn programme<'r>(region: &'r Region, trajectory: &Trajectory) -> Result<&'r Programme, Error> {
    let opening = trajectory.opening();
    region
        .programme_version(&opening.programme, opening.programme_version)
        .or_else(|| region.programme(&opening.programme))
        .ok_or(Error::ProgrammeFileMissing)
}

/// A life domain of a programme.
pub(super) fn domain<'p>(programme: &'p Programme, code: &DomainCode) -> Result<&'p LifeDomain, Error> {
    programme.life_domain(code).ok_or_else(|| {
        let known: Vec<&str> = programme.life_domains.iter().map(|domain| domain.code.as_str()).collect();
        Error::Invalid(vec![unknown_code("domain", "UNKNOWN_DOMAIN", "life domain", &known)])
    })
}

/// How secret words are that may be about a life domain.
pub(super) fn class_of(programme: &Programme, code: Option<&DomainCode>) -> Result<SecrecyClass, Error> {
    code.map_or(Ok(HIDDEN_UNLESS_ON_CASE), |code| domain(programme, code).map(|domain| domain.secrecy))
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts a page of `size` out of rows of which one more was read, which tells whether there is a next page.
    pub(super) fn cut(mut rows: Vec<T>, size: i64, cursor: impl Fn(&T) -> Cursor) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let is_last = rows.len() <= size;
        rows.truncate(size);
        let next = if is_last { None } else { rows.last().map(cursor) };
        Self { rows, next }
    }
}
