//! A private PostgreSQL and RabbitMQ, once per test process.

use std::collections::VecDeque;
use std::process::Child;
use std::sync::{Mutex, OnceLock, PoisonError};

use local::Progress;
use local::postgres::{PostgresOptions, PrivatePostgres, Profile};
use local::processes::Ledger;
use local::rabbitmq::{Credentials, Management, PrivateRabbit, RabbitOptions};

use crate::guard;

/// Where the servers of this test process are.
#[derive(Debug, Clone)]
pub struct Servers {
    /// PostgreSQL, as a superuser, its maintenance database.
    pub database_url: String,
    /// RabbitMQ, without a vhost: `amqp://user:password@host:port`.
    pub amqp_url: String,
    /// RabbitMQ's management API with user and password.
    pub management_url: String,
    /// Client of that API.
    pub management: Management,
}

static SERVERS: OnceLock<Result<Servers, String>> = OnceLock::new();

/// The servers; started at the first call.
///
/// # Panics
/// When they cannot be started. The message says what to install.
#[expect(clippy::panic, reason = "a test helper: the test fails")]
pub async fn servers() -> Servers {
    let started = tokio::task::spawn_blocking(|| SERVERS.get_or_init(start)).await;
    match started {
        Ok(Ok(servers)) => servers.clone(),
        Ok(Err(error)) => panic!("the test servers cannot be started: {error}"),
        Err(error) => panic!("the test servers cannot be started: {error}"),
    }
}

fn start() -> Result<Servers, String> {
    chassis::process::install_tls_provider();
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (variable("TEST_DATABASE_URL"), variable("TEST_AMQP_URL"), variable("TEST_AMQP_MANAGEMENT_URL")) {
        (Some(database_url), Some(amqp_url), Some(management_url)) => {
            given(database_url, &amqp_url, &management_url)
        }
        (None, None, None) => private(),
        _ => {
            Err("set all of TEST_DATABASE_URL, TEST_AMQP_URL and TEST_AMQP_MANAGEMENT_URL, or none"
                .to_owned())
        }
    }
}

fn given(database_url: String, amqp_url: &str, management_url: &str) -> Result<Servers, String> {
    let text = |error: local::Error| error.to_string();
    let credentials = Credentials::of_url(management_url).map_err(text)?;
    let host = management_url.rsplit('@').next().unwrap_or(management_url);
    let management =
        Management::new(format!("http://{}", host.trim_end_matches('/')), credentials).map_err(text)?;
    Ok(Servers {
        database_url,
        amqp_url: amqp_url.trim_end_matches('/').to_owned(),
        management_url: management_url.to_owned(),
        management,
    })
}

/// Starts both on a runtime of their own, which outlives the runtimes of single tests.
fn private() -> Result<Servers, String> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::Builder::new()
        .name("test servers".to_owned())
        .spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    let _ = sender.send(Err(error.to_string()));
                    return;
                }
            };
            runtime.block_on(async move {
                let kept = start_private().await;
                let _ = sender.send(kept.as_ref().map(|(servers, ..)| servers.clone()).map_err(Clone::clone));
                // Keeps the supervision of both alive until the process ends.
                std::future::pending::<()>().await;
            });
        })
        .map_err(|error| error.to_string())?;
    receiver.recv().map_err(|error| error.to_string())?
}

async fn start_private() -> Result<(Servers, PrivatePostgres, PrivateRabbit), String> {
    /// Holds our end of its pipe until this process ends.
    static GUARD: OnceLock<Child> = OnceLock::new();
    let text = |error: local::Error| match error.advice() {
        Some(advice) => format!("{error}; {advice}"),
        None => error.to_string(),
    };
    let folder = tempfile::Builder::new()
        .prefix("bondgenoot-test-")
        .tempdir()
        .map_err(|error| error.to_string())?
        .keep();
    let ledger = Ledger::open(folder.join("processes")).map_err(text)?;
    let data = PrivatePostgres::data_folder(&folder).map_err(text)?;
    let guard = guard::start(ledger.folder(), &folder, &data).map_err(|error| error.to_string())?;
    // Once per process: `SERVERS` keeps also what could not be started.
    let _ = GUARD.set(guard);
    let progress = Progress::silent();
    let (postgres_options, rabbit_options) =
        (PostgresOptions::new(&folder).profile(Profile::Fast), RabbitOptions::new(&folder));
    let (postgres, rabbit) = tokio::join!(
        PrivatePostgres::start(&postgres_options, &ledger, &progress),
        PrivateRabbit::start(&rabbit_options, &ledger, &progress)
    );
    let (postgres, rabbit) = (postgres.map_err(text)?, rabbit.map_err(text)?);
    let amqp = rabbit.amqp_url("");
    let servers = Servers {
        database_url: postgres.superuser_url(),
        amqp_url: amqp.trim_end_matches('/').to_owned(),
        management_url: rabbit.management_url(),
        management: rabbit.management().clone(),
    };
    Ok((servers, postgres, rabbit))
}

/// Vhosts of tests that ended which are still there.
const KEPT_VHOSTS: usize = 8;

/// Deletes a vhost in the background, for the end of a test, where nothing can be awaited: once as many tests more have ended, for
/// a queue that goes while RabbitMQ 3.10 still starts its dead-lettering ends that for the whole broker, and no queue of ours can
/// be made any more. The broker is thrown away after the run anyway, so nobody waits for it and an error does not matter.
pub fn delete_vhost(servers: &Servers, vhost: &str) {
    static KEPT: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());
    let oldest = {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(vhost.to_owned());
        if kept.len() > KEPT_VHOSTS { kept.pop_front() } else { None }
    };
    let (management, Some(vhost)) = (servers.management.clone(), oldest) else { return };
    let _ = std::thread::Builder::new().name("delete vhost".to_owned()).spawn(move || {
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            let _ = runtime.block_on(management.delete_vhost(&vhost));
        }
    });
}
