//! Building the programs of the services from a checkout.

use std::path::Path;

use crate::failure::Outcome;
use crate::terminal::Terminal;
use crate::verify::run_cargo;

/// Builds the whole workspace: one feature set for all, so what `cargo test` builds is the same.
pub async fn build_programs(checkout: &Path, terminal: &Terminal) -> Outcome<()> {
    terminal.wait_over();
    let mut arguments = vec!["build", "--workspace"];
    // The programs are looked for beside this one, so they are built in the same profile.
    if !cfg!(debug_assertions) {
        arguments.push("--release");
    }
    run_cargo(
        checkout,
        &arguments,
        &[],
        "mend what the compiler says, or start the last build with --no-build",
    )
    .await
}
