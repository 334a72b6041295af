//! What a run tells while it works, as values: the command words them for people, tests count them.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use tokio::time::Instant;

/// One part of starting a region, in the words of this crate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Processes that an earlier run left behind are stopped.
    Leftovers,
    /// Debian packages are installed.
    Packages,
    /// The keys of the region are made or read.
    Keys,
    /// PostgreSQL starts.
    Postgres,
    /// RabbitMQ starts.
    Rabbit,
    /// Roles and databases are made.
    Databases,
    /// The virtual host is made.
    VirtualHost,
    /// The migrations of this service run.
    Migrate(String),
    /// The demo people and their mandates are made known to the gateway.
    People,
    /// This service starts and becomes ready.
    Service(String),
    /// The sign-in issuer starts.
    Issuer,
    /// Everything stops.
    Stop,
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leftovers => formatter.write_str("leftovers of an earlier run"),
            Self::Packages => formatter.write_str("packages"),
            Self::Keys => formatter.write_str("keys"),
            Self::Postgres => formatter.write_str("postgresql"),
            Self::Rabbit => formatter.write_str("rabbitmq"),
            Self::Databases => formatter.write_str("databases"),
            Self::VirtualHost => formatter.write_str("virtual host"),
            Self::Migrate(service) => write!(formatter, "migrate {service}"),
            Self::People => formatter.write_str("demo people"),
            Self::Service(service) => write!(formatter, "service {service}"),
            Self::Issuer => formatter.write_str("sign-in issuer"),
            Self::Stop => formatter.write_str("stop"),
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A phase began. Phases overlap: PostgreSQL and RabbitMQ start together.
    Started(Phase),
    /// A phase ended well.
    Finished(Phase, Duration),
    /// A phase went wrong; the error itself is in the result of the call.
    Failed(Phase),
    /// A port was taken, the next free one is used.
    PortMoved {
        /// What the port is for.
        name: String,
        /// The port that was wanted.
        wanted: u16,
        /// The port that is used.
        used: u16,
        /// The process that holds the wanted port, if it could be found.
        holder: Option<u32>,
    },
    /// A process of an earlier run was still there and was stopped.
    LeftoverStopped {
        /// Its name.
        name: String,
        /// Its process id.
        pid: u32,
    },
    /// A supervised process ended by itself and is started again.
    Restarting {
        /// Its name.
        name: String,
        /// How it ended.
        status: String,
        /// The pause before it starts again.
        after: Duration,
        /// Its log file.
        log: PathBuf,
    },
    /// One line of a tool that takes long (apt-get).
    Output(String),
}

/// Where steps go. Cheap to clone; called from several tasks at once.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(Step) + Send + Sync>);

impl fmt::Debug for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Progress")
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::silent()
    }
}

impl Progress {
    /// Sends every step to this function. It must not block for long.
    pub fn to(receiver: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Arc::new(receiver))
    }

    /// Tells nobody.
    pub fn silent() -> Self {
        Self::to(|_| ())
    }

    /// Tells one step.
    pub fn tell(&self, step: Step) {
        (self.0)(step);
    }

    /// Runs one phase and tells its begin and its end.
    pub async fn phase<T, E>(&self, phase: Phase, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let started = Instant::now();
        self.tell(Step::Started(phase.clone()));
        let result = work.await;
        self.tell(match result {
            Ok(_) => Step::Finished(phase, started.elapsed()),
            Err(_) => Step::Failed(phase),
        });
        result
    }
}
