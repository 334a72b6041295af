//! `words`: everything somebody wrote, sealed and bound to its record.

use std::fmt;

use chassis::vault::{PersonKey, SealBroken};
use region::ClosedSet as _;
use region::programme::SecrecyClass;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::TrajectoryId;
use crate::error::Error;

/// What the words belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The note of a contact.
    Contact,
    /// A goal.
    Goal,
    /// A step.
    NextStep,
    /// The note of a closing evaluation; the record is its trajectory.
    Evaluation,
    /// Who takes over; the record is the trajectory.
    Handover,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Goal => "goal",
            Self::NextStep => "next_step",
            Self::Evaluation => "evaluation",
            Self::Handover => "handover",
        }
    }

    fn place(self, record: Uuid, version: i64) -> String {
        format!("words.{}/{version}/{record}", self.as_str())
    }
}

/// Where words belong and who may read them.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The trajectory.
    pub trajectory: TrajectoryId,
    /// What they belong to.
    pub kind: Kind,
    /// The record.
    pub record: Uuid,
    /// Version of the record that wrote them.
    pub version: i64,
    /// How secret they are.
    pub class: SecrecyClass,
}

/// Words as a reader gets them.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// There are none.
    Nothing,
    /// There are some that the reader may not read, or that were erased.
    Hidden,
    /// These.
    Words(String),
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Hidden => "Hidden",
            Self::Words(_) => "Words(..)",
        })
    }
}

impl Shown {
    /// Opens sealed words; `version` is that of the record that wrote them, `None` when it has none. A policy that keeps the
    /// row from the reader makes `sealed` null, as an erasure does.
    pub fn open(
        key: Option<&PersonKey>,
        (kind, record, version): (Kind, Uuid, Option<i64>),
        sealed: Option<&[u8]>,
    ) -> Result<Self, SealBroken> {
        match (version, key.zip(sealed)) {
            (None, _) => Ok(Self::Nothing),
            (Some(_), None) => Ok(Self::Hidden),
            (Some(version), Some((key, sealed))) => {
                key.open(&kind.place(record, version), sealed).map(Self::Words)
            }
        }
    }
}

/// Stores words.
pub async fn insert(
    connection: &mut PgConnection,
    key: &PersonKey,
    place: Place,
    text: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into words (record_id, kind, version, trajectory_id, domain_class, sealed) values ($1, $2, $3, $4, $5, $6)",
        place.record,
        place.kind.as_str(),
        place.version,
        place.trajectory.as_uuid(),
        place.class.as_str(),
        key.seal(&place.kind.place(place.record, place.version), text),
    )
    .execute(connection)
    .await?;
    Ok(())
}
