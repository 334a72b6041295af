//! Backwards: the hours, or the amounts, with which a total comes out to the cent.
//!
//! What the search looks at is always computed by the ordinary arithmetic of a budget (`rate`, `flat_rate`), with its rounding of
//! rate, line and flat rate; nothing here rounds by itself. [`seek_hours`] moves the hours of one line or of several, `amounts`
//! divides money. Nothing is written: a person applies an answer, or does not.

mod amounts;
mod near;
mod one_line;
mod pools;
mod problem;
mod proportion;
mod seek;

pub use amounts::{SoughtSource, StaffDuty, seek_amounts, seek_sources, staff_duties};
pub use problem::{Moving, Proportion, SeekTarget};
pub use proportion::Bound;
pub use seek::{BoundReached, HoursAnswer, HoursMove, HoursSeek, Sought, seek_hours};
