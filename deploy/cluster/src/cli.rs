//! The command line.

use clap::Parser;

/// What stands under the help.
const AFTER: &str = "\
Examples:
  cargo verify-cluster                   everything, about as a machine for continuous integration does
  cargo verify-cluster --tier 3          only the control plane
  cargo verify-cluster --tier 4          only the image and a region of containers
  cargo verify-cluster --tools-only      builds the programs and ends

CLUSTER_TOOLS names a folder with programs that are there already, CLUSTER_IMAGE an archive with the image; then none is built.";

/// Holds the chart and operations against the programs of Kubernetes.
#[derive(Debug, Clone, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
#[command(name = "cargo verify-cluster", version, about, after_help = AFTER, max_term_width = 100)]
pub struct Cli {
    /// Runs only this tier (repeatable)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=4))]
    pub tier: Vec<u8>,
    /// Also runs what takes longer: all of tier 3 once more with the versions of Helm changed over
    #[arg(long)]
    pub full: bool,
    /// Installs missing packages without asking (also when CI=true)
    #[arg(long, short)]
    pub yes: bool,
    /// Builds the programs and ends
    #[arg(long)]
    pub tools_only: bool,
    /// Keeps the folder with logs also when everything passed
    #[arg(long)]
    pub keep: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_the_readme_shows_can_be_typed() {
        let readme = include_str!("../README.md");
        let shown: Vec<_> =
            readme.lines().filter_map(|line| line.trim().strip_prefix("cargo verify-cluster")).collect();
        assert!(shown.len() >= 3, "{shown:?}");
        for line in shown {
            let words = line.split(" #").next().unwrap_or_default().split_whitespace();
            Cli::try_parse_from(std::iter::once("verify-cluster").chain(words)).unwrap();
        }
    }
}
