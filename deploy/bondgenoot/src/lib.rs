//! The command `bondgenoot`: develops, checks and operates a region.
//!
//! [`cli`] is the command line; each command is one file under `commands`; [`failure`] says how commands end and
//! [`terminal`] where words go. The thicker pieces have rooms of their own: `verify` (everything that must be green),
//! `reconcile` (two services compared), `checkup` (findings about a running region) and [`walk`] (the first half of the
//! main job through the gateway, also a test of the crate `tests`, which is why this crate is a library too).
//!
//! The command owns no data. It learns where a region is from `region.json` ([`place`]; `elsewhere` for one that another machine runs) and calls the services as the
//! principal *operator* ([`operator`]).

mod budget_report;
mod checkup;
pub mod cli;
mod commands;
mod elsewhere;
pub mod failure;
mod instant;
pub mod operator;
pub mod place;
mod reconcile;
mod table;
pub mod terminal;
pub mod verify;
pub mod walk;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new();
    // Several libraries use TLS; all of them take this provider. An error means it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            Failure::from(error).tell(&terminal);
            return Exit::Finding.into();
        }
    };
    match runtime.block_on(commands::run(cli, &terminal)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.tell(&terminal);
            failure.exit.into()
        }
    }
}
