//! One file per command, and what several of them share.

mod budget_check;
mod build;
mod check;
mod clock;
mod databases;
mod dev;
mod issuer;
mod progressing;
mod queue;
mod rebuild;
mod reconcile;
mod region_check;
mod republish;
mod restore;
mod secrets;
mod smoke;
mod sqlx;
mod status;
mod status_cluster;

pub(crate) use build::build_programs;
pub(crate) use progressing::Progressing;

use crate::cli::{BudgetCommand, Cli, Command, QueueCommand, RegionCommand, RestoreCommand};
use crate::failure::{Exit, Outcome};
use crate::place::Target;
use crate::terminal::Terminal;

/// Runs one command line.
pub async fn run(cli: Cli, terminal: &Terminal) -> Outcome {
    let place = &cli.place;
    match cli.command {
        Command::Dev(arguments) if arguments.walk => crate::walk::command(&arguments, terminal).await,
        Command::Dev(arguments) => dev::run(place, &arguments, terminal).await,
        Command::Verify(arguments) => crate::verify::run(&arguments, terminal).await,
        Command::Check(arguments) => check::run(&Target::find(place)?, arguments, terminal).await,
        Command::Status(arguments) => status::run(&Target::find(place)?, arguments.json, terminal).await,
        Command::Smoke(arguments) => smoke::run(&arguments, terminal).await,
        Command::Region(RegionCommand::Check { file, json }) => region_check::run(&file, json, terminal),
        Command::Budget(BudgetCommand::Check { file, json }) => budget_check::run(&file, json, terminal),
        Command::Queue(QueueCommand::Parked { service, json }) => {
            queue::parked(&Target::find(place)?, service.as_deref(), json, terminal).await
        }
        Command::Queue(QueueCommand::Redrive { service, ids, all }) => {
            queue::redrive(&Target::find(place)?, &service, &ids, all, terminal).await
        }
        Command::Republish(arguments) => republish::run(&Target::find(place)?, &arguments, terminal).await,
        Command::Rebuild(arguments) => {
            rebuild::run(&Target::find(place)?, &arguments.service, terminal).await
        }
        Command::Reconcile(arguments) => reconcile::run(&Target::find(place)?, &arguments, terminal).await,
        Command::Restore(RestoreCommand::Finished { service, reason }) => {
            restore::finished(&Target::find(place)?, &service, &reason, terminal).await
        }
        Command::Sqlx(arguments) => sqlx::run(&arguments, terminal).await,
        Command::Clock(command) => clock::run(&Target::find(place)?, &command, terminal).map(|()| Exit::Ok),
        Command::Secrets(arguments) => secrets::run(&arguments, terminal),
        Command::Databases(arguments) => databases::run(&arguments, terminal).await,
        Command::Issuer(arguments) => issuer::run(&arguments, terminal).await,
    }
}
