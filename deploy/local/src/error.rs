//! The one error of this crate. Every text says what was tried; [`Error::advice`] says what to do about it.

use std::{io, path::PathBuf, time::Duration};

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something about the processes of a region on this machine did not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// PostgreSQL or RabbitMQ is not installed; the names are Debian packages.
    #[error("not installed on this machine: {}", .packages.join(", "))]
    Missing {
        /// Debian package names.
        packages: Vec<&'static str>,
    },
    /// Installing packages was needed but not possible or not wanted.
    #[error("the packages could not be installed: {reason}")]
    Install {
        /// What stood in the way, and what to do by hand.
        reason: String,
    },
    /// A file or folder could not be read or written.
    #[error("{doing} {}", .path.display())]
    File {
        /// What was being done, as a gerund ("writing").
        doing: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file has content that this crate cannot read.
    #[error("{} cannot be read as {expected}: {reason}", .path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What was expected in it.
        expected: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Another run is using the data folder.
    #[error("another run (process {owner}) is using the data folder {}", .folder.display())]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Process id of the other run, or "unknown".
        owner: String,
    },
    /// No free port was found.
    #[error("no free port was found from {from} on")]
    NoPort {
        /// Where the search started.
        from: u16,
    },
    /// A program could not be started at all.
    #[error("starting {}", .program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A process ended while it should have become ready.
    #[error("{name} ended before it was ready ({status}); the last lines of {}:\n{tail}", .log.display())]
    Ended {
        /// Name of the process.
        name: String,
        /// Exit status.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of that file.
        tail: String,
    },
    /// A process did not become ready, or did not stop, in time.
    #[error("{name} was not {what} within {} s; the last lines of {}:\n{tail}", .within.as_secs(), .log.display())]
    Timeout {
        /// Name of the process.
        name: String,
        /// "ready" or "stopped".
        what: &'static str,
        /// The deadline.
        within: Duration,
        /// Its log file.
        log: PathBuf,
        /// The last lines of that file.
        tail: String,
    },
    /// A command that runs to its end (initdb, migrate, rabbitmqctl) failed.
    #[error("{command} failed ({status}): {output}")]
    Command {
        /// The command in words.
        command: String,
        /// Exit status.
        status: String,
        /// What it printed, shortened to its end.
        output: String,
    },
    /// A signal could not be sent.
    #[error("sending a signal to {name}")]
    Signal {
        /// Name of the process.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A statement to PostgreSQL failed.
    #[error("{doing} in PostgreSQL")]
    Database {
        /// What was being done.
        doing: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A call to the management API of RabbitMQ failed.
    #[error("{doing} through the management API of RabbitMQ: {reason}")]
    Management {
        /// What was being done.
        doing: String,
        /// Why.
        reason: String,
    },
    /// A key could not be made or used.
    #[error("key {name}: {reason}")]
    Key {
        /// Which key.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// The sign-in issuer refuses to start like this.
    #[error("the sign-in issuer does not start: {reason}")]
    Issuer {
        /// Why.
        reason: String,
    },
    /// The caller asked for something that cannot be.
    #[error("{0}")]
    Invalid(String),
}

impl Error {
    /// What a person can do about it, if anything is known; a line of text without full stop.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Missing { packages } => Some(format!(
                "install them: apt-get install --no-install-recommends {} (or run: bondgenoot dev --yes)",
                packages.join(" ")
            )),
            Self::InUse { owner, .. } => {
                Some(format!("stop that run first (process {owner}), or use another data folder"))
            }
            Self::Ended { log, .. } | Self::Timeout { log, .. } => Some(format!("read {}", log.display())),
            _ => None,
        }
    }

    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }

    pub(crate) fn database(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Database { doing, source }
    }
}
