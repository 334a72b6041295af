//! Rates, hours, budgets, funding and controls: what a partnership costs, who pays, and whether the two are one to the cent.
//!
//! Owns budgets with their lines of staff, wages and funding; employments, time sheets and wage histories; claims and the ledger they
//! are held against; and the hours that contacts suggest. Wages never leave: no event, log or RPC for others carries one.
//!
//! [`domain`] computes: pure, exact, without a float; [`domain::figures`] is the heart and needs no service. A call comes in at
//! `grpc`, runs one of the [`use_cases`] in one unit of work, which loads and stores through [`storage`] and tells the others through
//! [`events`]; events of trajectory become suggested hours. [`Finance`] puts it together. Start reading at [`domain::Budget`] and
//! `use_cases/put_staff_line.rs`; the README has tables, events, settings and alerts.

mod config;
pub mod domain;
pub mod error;
pub mod events;
mod fields;
mod grpc;
pub mod import;
pub mod jobs;
mod refusal;
mod service;
pub mod storage;
pub mod use_cases;

pub use config::FinanceConfig;
pub use refusal::Refusal;
pub use service::Finance;
