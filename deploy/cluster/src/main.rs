//! Starts the command; everything is in the library of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    cluster::main()
}
