//! Everything that needs more than one service: real processes, faults, a write ledger, invariants, benchmarks.
//!
//! - [`harness`] runs a region of real processes on real servers and refuses stale programs;
//! - [`load`] sends referrals through the gateway and writes every attempt into a [`ledger`] first; [`lives`] plays whole
//!   [`life`]s by the [`hand`]s of those who work there, [`deeds`] says where each write must be found;
//! - [`check`] compares ledger, databases and queues: nothing acknowledged is lost, nothing is done twice;
//! - [`faults`] are what happens to the processes, alone in tests or mixed by a seed in the campaign;
//! - [`operator`] are calls past the gateway;
//! - [`web`] is a browser that may do everything wrong, [`scenario`] what people do with it;
//! - [`snapshot`] tells whether anything in a database changed;
//! - [`canary`] searches everything that is left of a region for personal data.
//!
//! See the README for the cases, the campaign and the benchmarks.

pub mod bench;
pub mod canary;
pub mod check;
pub mod deeds;
pub mod delivery;
pub mod faults;
pub mod hand;
pub mod harness;
pub mod ledger;
pub mod life;
pub mod lives;
pub mod load;
pub mod operator;
pub mod projections;
pub mod scenario;
pub mod snapshot;
pub mod web;
