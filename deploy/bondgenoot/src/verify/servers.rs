//! The private PostgreSQL and RabbitMQ of one verification: fast, in a temporary folder, gone afterwards.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use local::postgres::{PostgresOptions, PrivatePostgres, Profile};
use local::processes::Ledger;
use local::rabbitmq::{PrivateRabbit, RabbitOptions};
use local::{Progress, Step};
use tempfile::TempDir;

use crate::failure::{Failure, Outcome};
use crate::terminal::Terminal;

/// What a step needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// PostgreSQL only.
    Postgres,
    /// Both.
    Both,
}

/// The servers, started as they are needed.
#[derive(Debug)]
pub struct Servers {
    // Dropped in this order: what runs in the folder first.
    rabbit: Option<PrivateRabbit>,
    postgres: Option<PrivatePostgres>,
    ledger: Ledger,
    folder: TempDir,
}

impl Servers {
    /// Installs what is missing (asks first, unless `yes`). Starts nothing yet.
    pub async fn prepare(yes: bool, terminal: &Terminal) -> Outcome<Self> {
        terminal.wait("looking for PostgreSQL and RabbitMQ");
        // The tests of finance hold its arithmetic against Python's decimals; the checks of the chart run in an environment of it.
        local::packages::install(&["python3", "python3-venv"], yes, &installing()).await?;
        terminal.wait_over();
        // PostgreSQL runs as another user under root, and has to pass through.
        let folder = tempfile::Builder::new()
            .prefix("bondgenoot-verify-")
            .permissions(Permissions::from_mode(0o711))
            .tempdir()?;
        let ledger = Ledger::open(folder.path().join("pids"))?;
        Ok(Self { rabbit: None, postgres: None, ledger, folder })
    }

    /// Starts what is wanted and does not run yet.
    pub async fn start(&mut self, wanted: Wanted, terminal: &Terminal) -> Outcome<()> {
        let silent = Progress::silent();
        if self.postgres.is_none() {
            terminal.wait("starting PostgreSQL");
            let mut options = PostgresOptions::new(self.folder.path()).profile(Profile::Fast);
            options.max_connections = 500;
            self.postgres = Some(PrivatePostgres::start(&options, &self.ledger, &silent).await?);
        }
        if wanted == Wanted::Both && self.rabbit.is_none() {
            terminal.wait("starting RabbitMQ");
            let options = RabbitOptions::new(self.folder.path());
            self.rabbit = Some(PrivateRabbit::start(&options, &self.ledger, &silent).await?);
        }
        terminal.wait_over();
        Ok(())
    }

    /// PostgreSQL as its superuser; empty before it was started.
    pub fn postgres_url(&self) -> String {
        self.postgres.as_ref().map(PrivatePostgres::superuser_url).unwrap_or_default()
    }

    /// What tells the tests to use these servers.
    pub fn environment(&self) -> Vec<(String, String)> {
        let (Some(postgres), Some(rabbit)) = (&self.postgres, &self.rabbit) else { return Vec::new() };
        let amqp = rabbit.amqp_url("");
        [
            ("TEST_DATABASE_URL", postgres.superuser_url()),
            ("TEST_AMQP_URL", amqp.trim_end_matches('/').to_owned()),
            ("TEST_AMQP_MANAGEMENT_URL", rabbit.management_url()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// Ends both at once: nothing in them is kept. A failure leaves a process that dropping kills.
    pub async fn stop(self) {
        if let Some(rabbit) = &self.rabbit {
            let _ = rabbit.kill().await;
            let _ = rabbit.epmd().kill().await;
        }
        if let Some(postgres) = &self.postgres {
            let _ = postgres.stop().await;
        }
    }
}

/// What apt-get says is talk.
fn installing() -> Progress {
    Progress::to(|step| {
        if let Step::Output(line) = step {
            Terminal::new().talk(&line);
        }
    })
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::new("PostgreSQL refused").because(chassis::error::Chain(&error).to_string())
    }
}
