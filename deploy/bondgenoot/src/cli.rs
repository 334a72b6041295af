//! The command line: nouns and verbs, with examples. Parsing only; the work is in `commands`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// What stands under the list of commands.
const AFTER: &str = "\
Examples:
  bondgenoot dev                            start the region Waasland with invented people
  bondgenoot check                          is everything in order, and if not, what to do
  bondgenoot queue parked intake            events that could not be applied
  bondgenoot region check region.toml       what is wrong with a region file, and where
  bondgenoot budget check budget.toml       what a budget comes to, and whether it is paid to the cent

Exit codes: 0 in order, 1 a finding or a failure, 2 wrong use, 3 not reachable, 4 refused.
Data goes to stdout, talk to stderr. Colour only on a terminal; NO_COLOR switches it off.";

/// Develops, checks and operates a region of Bondgenoot.
#[derive(Debug, Parser)]
#[command(name = "bondgenoot", version, about, after_help = AFTER, max_term_width = 100)]
pub struct Cli {
    /// Where the region is.
    #[command(flatten)]
    pub place: Place,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Which region a command is about.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Folder with the data of a region on this machine [default: .bondgenoot in the checkout]
    #[arg(long, global = true, value_name = "DIR", env = "BONDGENOOT_DATA")]
    pub data: Option<PathBuf>,
    /// File that says where a running region is [default: region.json in the data folder]
    #[arg(long, global = true, value_name = "FILE", env = "BONDGENOOT_REGION_STATE")]
    pub region_state: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts a region on this machine, for development: servers, services and a sign-in issuer with invented people
    #[command(after_help = "\
Examples:
  bondgenoot dev                 asks before it installs PostgreSQL and RabbitMQ
  bondgenoot dev --yes --fresh   asks nothing, starts over with empty data
  bondgenoot dev --postgres postgres://postgres@db/ --amqp amqp://user:secret@broker/
  bondgenoot dev --walk          plays intake on a region of its own and ends")]
    Dev(DevArgs),
    /// Runs everything that must be green, from formatting to tests over real processes
    #[command(after_help = "\
Examples:
  bondgenoot verify                       everything, about as a machine for continuous integration does
  bondgenoot verify --only format --only lint
  bondgenoot verify --list                the steps, without running them")]
    Verify(VerifyArgs),
    /// Says whether a running region is in order; each failure with its effect and what to do
    #[command(after_help = "\
Examples:
  bondgenoot check
  bondgenoot check --short       only what is not in order, for a chat
  bondgenoot check --json | jq '.findings[]'")]
    Check(CheckArgs),
    /// Shows a running region on one screen
    #[command(after_help = "Examples:\n  bondgenoot status\n  bondgenoot status --json")]
    Status(JsonArgs),
    /// Says whether a region that was just installed answers: its door and every process (run by `helm test`)
    #[command(after_help = "\
Examples:
  bondgenoot smoke --target https://waasland.example.org
  bondgenoot smoke --target http://gateway:8080 --health intake=http://intake:7200 --within 60")]
    Smoke(SmokeArgs),
    /// Region files and programme files
    #[command(subcommand)]
    Region(RegionCommand),
    /// Budget files, computed without a server
    #[command(subcommand)]
    Budget(BudgetCommand),
    /// Events that could not be applied
    #[command(subcommand)]
    Queue(QueueCommand),
    /// Publishes events again; consumers that have them ignore them
    #[command(after_help = "\
Examples:
  bondgenoot republish intake --since 2026-11-01T00:00:00Z
  bondgenoot republish intake --aggregate 0193a5c0-1000-7a01-8000-000000000001")]
    Republish(RepublishArgs),
    /// Builds the projections of a service anew, while readers go on
    #[command(after_help = "Examples:\n  bondgenoot rebuild reporting")]
    Rebuild(ServiceArgs),
    /// Compares what services published with what others consumed; lists and repairs differences
    #[command(after_help = "\
Examples:
  bondgenoot reconcile                     lists differences between all services
  bondgenoot reconcile intake --repair     mends what was consumed from intake, then lists again")]
    Reconcile(ReconcileArgs),
    /// What has to be said after a restore from a backup
    #[command(subcommand)]
    Restore(RestoreCommand),
    /// Refreshes the offline query data of the services, or compares it with the schema
    #[command(after_help = "\
Examples:
  bondgenoot sqlx            refreshes all
  bondgenoot sqlx intake     refreshes one
  bondgenoot sqlx --check    fails when a committed file differs")]
    Sqlx(SqlxArgs),
    /// Business time of a demo region
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Makes the keys and passwords of a new region as files; what is there is kept
    #[command(after_help = "\
Examples:
  bondgenoot secrets secrets                          for docker/compose.yaml
  bondgenoot secrets secrets --owner 65532            readable in containers of the image (as root)
  kubectl create secret generic waasland-keys --from-file=region.key=secrets/keys/region-key.json ...")]
    Secrets(SecretsArgs),
    /// Makes roles and databases of all services on a PostgreSQL, with the passwords of `secrets`
    #[command(after_help = "\
Examples:
  bondgenoot databases --postgres postgres://postgres@postgres:5432/postgres --secrets secrets")]
    Databases(DatabasesArgs),
    /// Runs the sign-in issuer of a demo region (started by `dev`)
    #[command(hide = true)]
    Issuer(IssuerArgs),
}

/// Arguments of `dev`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub struct DevArgs {
    /// Installs missing packages without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Throws the data of an earlier run away first
    #[arg(long)]
    pub fresh: bool,
    /// Uses this PostgreSQL (superuser) in place of a private one
    #[arg(long, value_name = "URL", requires = "amqp")]
    pub postgres: Option<String>,
    /// Uses this RabbitMQ in place of a private one
    #[arg(long, value_name = "URL", requires = "postgres")]
    pub amqp: Option<String>,
    /// Management address of that RabbitMQ [default: port 15672 of the same host]
    #[arg(long, value_name = "URL", requires = "amqp")]
    pub management: Option<String>,
    /// Port of the door; the next free one when it is taken
    #[arg(long, value_name = "N", default_value_t = 8400)]
    pub port: u16,
    /// Region file, or the folder that holds region.toml [default: the region Waasland of the checkout]
    #[arg(long, value_name = "FILE")]
    pub region: Option<PathBuf>,
    /// Takes the binaries as they are
    #[arg(long)]
    pub no_build: bool,
    /// Plays the first half of the main job on a region of its own, prints each step, and ends
    #[arg(long, conflicts_with_all = ["fresh", "postgres", "amqp", "region"])]
    pub walk: bool,
}

/// Arguments of `secrets`.
#[derive(Debug, Clone, Args)]
pub struct SecretsArgs {
    /// The folder; made when it is not there
    pub folder: PathBuf,
    /// Virtual host of the region at its broker
    #[arg(long, value_name = "NAME", default_value = "bondgenoot")]
    pub vhost: String,
    /// Gives the files to this user and group; only root can
    #[arg(long, value_name = "UID")]
    pub owner: Option<u32>,
}

/// Arguments of `databases`.
#[derive(Debug, Clone, Args)]
pub struct DatabasesArgs {
    /// PostgreSQL, as a superuser, without the password
    #[arg(long, value_name = "URL")]
    pub postgres: String,
    /// The folder that `bondgenoot secrets` made
    #[arg(long, value_name = "DIR")]
    pub secrets: PathBuf,
    /// How long to wait for the server, in seconds
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub wait_seconds: u64,
}

/// Arguments of `verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Runs only this step (repeatable)
    #[arg(long, value_name = "STEP")]
    pub only: Vec<String>,
    /// Lists the steps and ends
    #[arg(long)]
    pub list: bool,
    /// Goes on after a step that failed
    #[arg(long)]
    pub keep_going: bool,
    /// Installs missing packages without asking (also when CI=true)
    #[arg(long, short)]
    pub yes: bool,
}

/// Arguments of `check`.
#[derive(Debug, Clone, Copy, Args)]
pub struct CheckArgs {
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
    /// Prints only what is not in order
    #[arg(long, conflicts_with = "json")]
    pub short: bool,
}

/// Arguments of `smoke`.
#[derive(Debug, Clone, Args)]
pub struct SmokeArgs {
    /// Address of the door
    #[arg(long, value_name = "URL", required_unless_present = "health")]
    pub target: Option<reqwest::Url>,
    /// Health port of a process (repeatable); of a name with several addresses each must answer
    #[arg(long, value_name = "NAME=URL", value_parser = named_url)]
    pub health: Vec<(String, reqwest::Url)>,
    /// How long it is tried again, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub within: u64,
}

/// Reads `intake=http://intake:7200`.
fn named_url(text: &str) -> Result<(String, reqwest::Url), String> {
    let (name, url) = text.split_once('=').ok_or("write NAME=URL, for example intake=http://intake:7200")?;
    let url: reqwest::Url = url.parse().map_err(|error| format!("{url}: {error}"))?;
    if name.is_empty() || url.host().is_none() || url.port_or_known_default().is_none() {
        return Err("write NAME=URL, for example intake=http://intake:7200".to_owned());
    }
    Ok((name.to_owned(), url))
}

/// The one switch of commands that give data.
#[derive(Debug, Clone, Copy, Args)]
pub struct JsonArgs {
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Verbs of `region`.
#[derive(Debug, Subcommand)]
pub enum RegionCommand {
    /// Checks a region file with its programme files, or one programme file; explains every mistake
    #[command(after_help = "Examples:\n  bondgenoot region check deploy/regions/waasland\n  \
                            bondgenoot region check programmes/new.toml --json")]
    Check {
        /// The file, or the folder that holds region.toml
        file: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// Verbs of `budget`.
#[derive(Debug, Subcommand)]
pub enum BudgetCommand {
    /// Computes a budget file to the cent and prints its controls; 0 when all are 0, 1 when not, 2 when it cannot be read
    #[command(after_help = "Examples:\n  bondgenoot budget check deploy/budgets/waasland-2024.toml\n  \
                            bondgenoot budget check my-budget.toml --json")]
    Check {
        /// The file; deploy/budgets/README.md explains how to write one
        file: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// Verbs of `queue`.
#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// Lists parked events, of one service or of all
    #[command(
        after_help = "Examples:\n  bondgenoot queue parked\n  bondgenoot queue parked reporting --json"
    )]
    Parked {
        /// The service [default: all]
        service: Option<String>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Tries parked events again, with what waited behind them; safe to repeat
    #[command(after_help = "Examples:\n  bondgenoot queue redrive reporting --all\n  \
                            bondgenoot queue redrive reporting 0193a5c0-1000-7a01-8000-000000000001")]
    Redrive {
        /// The service
        service: String,
        /// Parked events, by their id in `queue parked`
        #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<uuid::Uuid>,
        /// All parked events of the service
        #[arg(long)]
        all: bool,
    },
}

/// Arguments of `republish`.
#[derive(Debug, Clone, Args)]
pub struct RepublishArgs {
    /// The service
    pub service: String,
    /// Events recorded at or after this time (RFC 3339)
    #[arg(long, value_name = "TIME", required_unless_present = "aggregate", conflicts_with = "aggregate")]
    pub since: Option<jiff::Timestamp>,
    /// All events of these aggregates
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub aggregate: Vec<uuid::Uuid>,
}

/// One service.
#[derive(Debug, Clone, Args)]
pub struct ServiceArgs {
    /// The service
    pub service: String,
}

/// Arguments of `reconcile`.
#[derive(Debug, Clone, Args)]
pub struct ReconcileArgs {
    /// The producing service [default: all]
    pub service: Option<String>,
    /// Mends the differences, then lists again
    #[arg(long)]
    pub repair: bool,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Verbs of `restore`.
#[derive(Debug, Subcommand)]
pub enum RestoreCommand {
    /// Says that the database of a service was restored from an older copy: its producer epoch rises
    #[command(
        after_help = "Examples:\n  bondgenoot restore finished intake --reason 'backup of 2026-11-21 03:00'\n  \
                            bondgenoot reconcile --repair      (afterwards)"
    )]
    Finished {
        /// The service
        service: String,
        /// Which copy and why; written into the audit trail
        #[arg(long)]
        reason: String,
    },
}

/// Arguments of `sqlx`.
#[derive(Debug, Clone, Args)]
pub struct SqlxArgs {
    /// Compares and changes nothing
    #[arg(long)]
    pub check: bool,
    /// Services, or `chassis` [default: all that have query data]
    #[arg(value_name = "CRATE", conflicts_with = "check")]
    pub crates: Vec<String>,
}

/// Verbs of `clock`.
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// Sets business time of the running demo region
    #[command(after_help = "Examples:\n  bondgenoot clock set 2025-01-06T09:00:00Z")]
    Set {
        /// The time it should be now (RFC 3339)
        time: jiff::Timestamp,
    },
    /// Moves business time away from real time by this much, or back to it with 0
    #[command(after_help = "Examples:\n  bondgenoot clock offset 90d\n  bondgenoot clock offset 0s")]
    Offset {
        /// For example `90d`, `-12h` or `0s`
        #[arg(allow_hyphen_values = true)]
        offset: String,
    },
    /// Shows business time
    Show,
}

/// Arguments of `issuer`.
#[derive(Debug, Clone, Args)]
pub struct IssuerArgs {
    /// File with its settings, written by `dev`
    #[arg(long, value_name = "FILE")]
    pub settings: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn refused(words: &[&str]) -> String {
        Cli::try_parse_from(std::iter::once("bondgenoot").chain(words.iter().copied()))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_for_people_has_an_example() {
        fn look(command: &clap::Command, path: &str, without: &mut Vec<String>) {
            let path = format!("{path} {}", command.get_name());
            let leaf = command.get_subcommands().next().is_none();
            if leaf && !command.is_hide_set() && command.get_after_help().is_none() {
                without.push(path.clone());
            }
            command.get_subcommands().for_each(|below| look(below, &path, without));
        }
        let mut without = Vec::new();

        look(&Cli::command(), "", &mut without);

        assert_eq!(without, [" bondgenoot clock show"], "a command without example");
    }

    #[test]
    fn republish_needs_exactly_one_choice() {
        assert!(refused(&["republish", "intake"]).contains("--since"));
        let both = ["republish", "intake", "--since", "2026-01-01T00:00:00Z", "--aggregate"];
        assert!(
            refused(&[&both[..], &["0193a5c0-1000-7a01-8000-000000000001"]].concat())
                .contains("cannot be used")
        );
        Cli::try_parse_from(["bondgenoot", "republish", "intake", "--since", "2026-01-01T00:00:00Z"])
            .unwrap();
    }

    #[test]
    fn redrive_needs_ids_or_all_and_not_both() {
        assert!(refused(&["queue", "redrive", "intake"]).contains("ID"));
        assert!(
            refused(&["queue", "redrive", "intake", "--all", "0193a5c0-1000-7a01-8000-000000000001"])
                .contains("--all")
        );
        assert!(refused(&["queue", "redrive", "intake", "not-an-id"]).contains("not-an-id"));
    }

    #[test]
    fn smoke_takes_what_the_chart_gives_it_and_nothing_less_than_an_address() {
        let words = ["bondgenoot", "smoke", "--target", "http://r-gateway-headless.r.svc:8080", "--health"];
        Cli::try_parse_from(words.iter().chain(&["intake=http://r-intake-headless.r.svc:7200"])).unwrap();
        assert!(refused(&["smoke"]).contains("--target"));
        assert!(refused(&["smoke", "--health", "http://intake:7200"]).contains("NAME=URL"));
    }

    #[test]
    fn a_wrong_command_line_ends_with_exit_code_2() {
        let error = Cli::try_parse_from(["bondgenoot", "staus"]).unwrap_err();

        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("status"), "suggests: {error}");
    }

    #[test]
    fn a_server_of_your_own_needs_both_addresses() {
        assert!(refused(&["dev", "--postgres", "postgres://x"]).contains("--amqp"));
    }
}
