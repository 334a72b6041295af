//! The gateway: `gateway serve | migrate | import-people | revoke-mandate | openapi`.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::process::main::<gateway::service::Gateway>()
}
