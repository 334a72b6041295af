//! Running cargo inside cargo.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::failure::{Failure, Outcome};

/// A cargo command in the checkout, without what an outer `cargo run` put into the environment: build scripts that look
/// at those variables would be built again each time.
pub fn command(root: &Path, arguments: &[&str], environment: &[(String, String)]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_the_outer_cargo) {
            command.env_remove(name);
        }
    }
    command
        .args(arguments)
        .current_dir(root)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

fn is_of_the_outer_cargo(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_BIN_NAME", "CARGO_CRATE_NAME", "OUT_DIR"]
            .contains(&name)
}

/// Runs cargo and passes its output through.
pub async fn run(
    root: &Path,
    arguments: &[&str],
    environment: &[(String, String)],
    next: &str,
) -> Outcome<()> {
    let status = command(root, arguments, environment).status().await.map_err(|error| {
        Failure::new("cargo cannot be started")
            .because(error.to_string())
            .next("install Rust: https://rustup.rs")
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("cargo {} failed ({status})", shown(arguments))).next(next))
}

/// What a person would type; what comes after `--` is ours.
fn shown(arguments: &[&str]) -> String {
    let typed: Vec<&str> = arguments.iter().copied().take_while(|word| *word != "--").collect();
    typed.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_the_person_stay_and_facts_of_the_outer_run_go() {
        assert!(is_of_the_outer_cargo("CARGO_PKG_NAME"));
        assert!(is_of_the_outer_cargo("CARGO_MANIFEST_DIR"));
        for kept in
            ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_INCREMENTAL", "CARGO_TERM_COLOR", "CARGO_NET_OFFLINE"]
        {
            assert!(!is_of_the_outer_cargo(kept), "{kept}");
        }
    }

    #[test]
    fn a_failure_shows_what_a_person_would_type() {
        assert_eq!(shown(&["clippy", "--workspace", "--", "-D", "warnings"]), "clippy --workspace");
    }
}
