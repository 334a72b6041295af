//! Provisions and supervises the processes of one region on one machine.
//!
//! The `bondgenoot` command uses it for development, the test kit and the fault campaign for real servers and real
//! processes. Nothing here runs in a cluster. Start reading at [`region_run`], which puts the other rooms together:
//! [`packages`] finds the programs, [`ports`] chooses the ports, [`postgres`] and [`rabbitmq`] are private servers,
//! [`keys`] and [`secrets`] make the keys and passwords, [`issuer`] signs demo people in and [`processes`] supervises all of it.

pub mod error;
pub mod files;
pub mod issuer;
pub mod keys;
pub mod packages;
pub mod ports;
pub mod postgres;
pub mod processes;
pub mod progress;
pub mod rabbitmq;
pub mod region_run;
pub mod secrets;
mod task;

pub use error::{Error, Result};
pub use progress::{Phase, Progress, Step};
