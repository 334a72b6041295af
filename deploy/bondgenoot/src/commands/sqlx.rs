//! `bondgenoot sqlx`: the offline query data of the services.

use crate::cli::{SqlxArgs, VerifyArgs};
use crate::failure::{Exit, Outcome};
use crate::place::needed_checkout;
use crate::terminal::Terminal;
use crate::verify::{self, Refresh, Servers, Wanted};

/// Refreshes, or with `--check` compares as `verify` does.
pub async fn run(arguments: &SqlxArgs, terminal: &Terminal) -> Outcome {
    if arguments.check {
        let only =
            VerifyArgs { only: vec!["queries".to_owned()], list: false, keep_going: false, yes: false };
        return verify::run(&only, terminal).await;
    }
    let root = needed_checkout()?;
    let mut servers = Servers::prepare(false, terminal).await?;
    servers.start(Wanted::Postgres, terminal).await?;
    let what = Refresh { root: &root, postgres_url: &servers.postgres_url() };
    let outcome = verify::refresh(what, &arguments.crates, terminal).await;
    servers.stop().await;
    outcome.map(|()| Exit::Ok)
}
