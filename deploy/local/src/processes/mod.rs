//! Child processes: started in their own process group, written down so that a later run can find them, watched,
//! started again when they end by themselves (if wanted), and stopped together.
//!
//! A process of ours is known by three things together: its id, its start time in clock ticks since boot, and the id of
//! the boot. An id alone is reused by the kernel; the three together never are, so a signal can never reach a stranger.

mod identity;
mod ledger;
mod probe;
mod supervised;

pub use identity::Identity;
pub use ledger::{Ledger, Record, Stop};
pub use probe::http_status;
pub use rustix::process::Signal;
pub use supervised::{Exit, Process, ProcessSpec, Restart, Status, User};
