//! The process `operations`.
use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::process::main::<operations::Operations>()
}
