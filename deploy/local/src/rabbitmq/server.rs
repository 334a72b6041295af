//! Starting, stopping and killing the broker.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::net::TcpStream;

use super::{Credentials, Management};
use crate::{
    error::{Error, Result},
    files,
    packages::{Machine, RabbitPrograms},
    ports::Port,
    processes::{Exit, Ledger, Process, ProcessSpec},
    progress::Progress,
};

/// The name of the node. The same in every data folder: each has its own port mapper, so they do not meet, and the data
/// stays readable when the ports change.
const NODE: &str = "bondgenoot@localhost";
/// How long a start may take on a loaded machine.
const START_WITHIN: Duration = Duration::from_mins(2);
/// How long a stop in good order may take.
const STOP_WITHIN: Duration = Duration::from_mins(1);
/// How long one `rabbitmqctl` may take.
const CONTROL_WITHIN: Duration = Duration::from_mins(2);
/// How often a start is tried on other ports.
const ATTEMPTS: u32 = 5;

/// How to run a private RabbitMQ.
#[derive(Debug, Clone)]
pub struct RabbitOptions {
    /// The folder of the region; the data goes into `rabbitmq` below it.
    pub region_folder: PathBuf,
    /// The port for AMQP to try first; `None` for any.
    pub port: Option<u16>,
    /// The port of the management API to try first; `None` for any.
    pub management_port: Option<u16>,
    /// More lines for `rabbitmq.conf`, as key and value.
    pub settings: Vec<(String, String)>,
}

impl RabbitOptions {
    /// Any ports.
    pub fn new(region_folder: impl Into<PathBuf>) -> Self {
        Self { region_folder: region_folder.into(), port: None, management_port: None, settings: Vec::new() }
    }

    /// With these ports, or the next free ones.
    #[must_use]
    pub fn ports(mut self, amqp: u16, management: u16) -> Self {
        self.port = Some(amqp);
        self.management_port = Some(management);
        self
    }
}

#[derive(Debug)]
struct Ports {
    amqp: Port,
    management: Port,
    /// Between nodes and for `rabbitmqctl`; its default is checked at boot even when another one is configured.
    distribution: Port,
    epmd: Port,
}

/// A running (or stopped) private broker. When it is dropped it is killed; the data stays.
#[derive(Debug)]
pub struct PrivateRabbit {
    // The broker before its port mapper, so that it is dropped first.
    process: Process,
    epmd: Process,
    ports: Ports,
    folder: PathBuf,
    programs: RabbitPrograms,
    credentials: Credentials,
    management: Management,
}

impl PrivateRabbit {
    /// Starts the broker and waits until it accepts connections and its management API answers. Taken ports are passed
    /// over.
    ///
    /// # Errors
    /// [`Error::Missing`] without RabbitMQ; [`Error::Ended`] or [`Error::Timeout`] with the end of its log.
    pub async fn start(options: &RabbitOptions, ledger: &Ledger, progress: &Progress) -> Result<Self> {
        let machine = Machine::look();
        let programs = machine.rabbit()?.clone();
        let folder = options.region_folder.join("rabbitmq");
        files::private_folder(&folder)?;
        let credentials = Credentials::of_folder(&folder)?;
        let mut attempt = 1;
        loop {
            let ports = Ports {
                amqp: Port::choose("rabbitmq", options.port, progress)?,
                management: Port::choose("rabbitmq management", options.management_port, progress)?,
                distribution: Port::any()?,
                epmd: Port::any()?,
            };
            let base = format!("http://127.0.0.1:{}", ports.management.number());
            let management = Management::new(base, credentials.clone())?;
            let started =
                start_on(&ports, options, &folder, &programs, &credentials, &management, ledger, progress);
            match started.await {
                Ok((process, epmd)) => {
                    return Ok(Self { process, epmd, ports, folder, programs, credentials, management });
                }
                Err(error) if attempt < ATTEMPTS && address_in_use(&error) => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The port for AMQP.
    pub fn port(&self) -> u16 {
        self.ports.amqp.number()
    }

    /// The folder with the data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The broker's process: its id, status and log, and signals such as SIGSTOP.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The process of the Erlang port mapper.
    pub fn epmd(&self) -> &Process {
        &self.epmd
    }

    /// The address of a virtual host, with user and password.
    pub fn amqp_url(&self, vhost: &str) -> String {
        let vhost = utf8_percent_encode(vhost, NON_ALPHANUMERIC);
        format!("amqp://{}@127.0.0.1:{}/{vhost}", self.credentials.in_url(), self.port())
    }

    /// The address of the management API, with user and password.
    pub fn management_url(&self) -> String {
        format!("http://{}@127.0.0.1:{}", self.credentials.in_url(), self.ports.management.number())
    }

    /// The management API.
    pub fn management(&self) -> &Management {
        &self.management
    }

    /// User and password.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Stops the broker in good order (takes some seconds), and its port mapper.
    pub async fn stop(&self) -> Result<Exit> {
        let exit = self.process.stop().await?;
        self.epmd.kill().await?;
        Ok(exit)
    }

    /// Kills the broker (SIGKILL). Its port mapper stays.
    pub async fn kill(&self) -> Result<Exit> {
        self.process.kill().await
    }

    /// Starts the broker again on the same data and the same ports, and waits until it is ready.
    pub async fn start_again(&self) -> Result<()> {
        start_epmd_again(&self.epmd, &self.ports.epmd).await?;
        self.process.start_again()?;
        wait_ready(&self.process, &self.ports, &self.management).await
    }

    /// Runs `rabbitmqctl` with these arguments against the broker and gives what it printed.
    pub async fn control(&self, arguments: &[&str]) -> Result<String> {
        let logs = self.process.spec().log.with_file_name("rabbitmqctl.log");
        let name = format!("rabbitmqctl {}", arguments.join(" "));
        let mut spec = ProcessSpec::new(name, self.programs.folder.join("rabbitmqctl"), &self.folder, logs);
        spec.environment = environment(&self.folder, &self.ports);
        spec.arguments = ["-n", NODE].iter().chain(arguments).map(|word| (*word).to_owned()).collect();
        spec.run_to_end(CONTROL_WITHIN).await
    }

    /// Stops RabbitMQ inside its Erlang node, which goes on running: clients lose their connection.
    pub async fn stop_app(&self) -> Result<()> {
        self.control(&["stop_app"]).await.map(drop)
    }

    /// Starts RabbitMQ inside its node again and waits until it is ready.
    pub async fn start_app(&self) -> Result<()> {
        self.control(&["start_app"]).await?;
        wait_ready(&self.process, &self.ports, &self.management).await
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one private step of start, which is repeated with other ports"
)]
async fn start_on(
    ports: &Ports,
    options: &RabbitOptions,
    folder: &Path,
    programs: &RabbitPrograms,
    credentials: &Credentials,
    management: &Management,
    ledger: &Ledger,
    progress: &Progress,
) -> Result<(Process, Process)> {
    write_configuration(folder, ports, credentials, &options.settings)?;
    let logs = options.region_folder.join("logs");
    // Started by us, so that we know its process: the one that Erlang starts goes into the background and stays.
    let mut epmd = ProcessSpec::new("epmd", &programs.epmd, folder, logs.join("epmd.log"));
    epmd.arguments =
        ["-port", &ports.epmd.number().to_string(), "-address", "127.0.0.1"].map(str::to_owned).to_vec();
    let epmd = Process::start(epmd, ledger, progress)?;
    wait_epmd(&epmd, &ports.epmd).await?;
    let script = programs.folder.join("rabbitmq-server");
    let mut broker = ProcessSpec::new("rabbitmq", script, folder, logs.join("rabbitmq.log"));
    broker.environment = environment(folder, ports);
    broker.stop_within = STOP_WITHIN;
    let process = Process::start(broker, ledger, progress)?;
    wait_ready(&process, ports, management).await?;
    Ok((process, epmd))
}

async fn start_epmd_again(epmd: &Process, port: &Port) -> Result<()> {
    epmd.start_again()?;
    wait_epmd(epmd, port).await
}

async fn wait_epmd(epmd: &Process, port: &Port) -> Result<()> {
    let address = port.address();
    epmd.ready_when(START_WITHIN, async || TcpStream::connect(address).await.is_ok()).await
}

async fn wait_ready(process: &Process, ports: &Ports, management: &Management) -> Result<()> {
    let amqp = ports.amqp.address();
    process
        .ready_when(START_WITHIN, async || {
            TcpStream::connect(amqp).await.is_ok() && management.is_ready().await
        })
        .await
}

fn write_configuration(
    folder: &Path,
    ports: &Ports,
    credentials: &Credentials,
    settings: &[(String, String)],
) -> Result<()> {
    let amqp = ports.amqp.number();
    let management = ports.management.number();
    let Credentials { user, password } = credentials;
    // The user is made at the first boot, in place of `guest`. Counts of the management API are a second old, not five.
    let mut text = format!(
        "listeners.tcp.1 = 127.0.0.1:{amqp}\n\
         management.tcp.ip = 127.0.0.1\n\
         management.tcp.port = {management}\n\
         default_user = {user}\n\
         default_pass = {password}\n\
         default_user_tags.administrator = true\n\
         loopback_users = none\n\
         log.console = true\n\
         log.console.level = info\n\
         log.file = false\n\
         collect_statistics_interval = 1000\n"
    );
    for (key, value) in settings {
        writeln!(text, "{key} = {value}").map_err(|error| Error::Invalid(error.to_string()))?;
    }
    files::write_private(&folder.join("rabbitmq.conf"), text.as_bytes())?;
    files::write_private(&folder.join("enabled_plugins"), b"[rabbitmq_management].\n")?;
    // Settings of the machine's own broker in /etc/rabbitmq must not reach ours.
    files::write_private(&folder.join("empty.conf"), b"")?;
    files::private_folder(&folder.join("home"))
}

fn environment(folder: &Path, ports: &Ports) -> Vec<(String, String)> {
    let inside = |name: &str| folder.join(name).display().to_string();
    [
        ("HOME", inside("home")),
        ("LANG", "C.UTF-8".to_owned()),
        ("LC_ALL", "C.UTF-8".to_owned()),
        ("RABBITMQ_NODENAME", NODE.to_owned()),
        ("RABBITMQ_NODE_PORT", ports.amqp.number().to_string()),
        ("RABBITMQ_DIST_PORT", ports.distribution.number().to_string()),
        ("ERL_EPMD_PORT", ports.epmd.number().to_string()),
        ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
        ("RABBITMQ_MNESIA_BASE", inside("mnesia")),
        ("RABBITMQ_LOG_BASE", inside("log")),
        ("RABBITMQ_CONFIG_FILE", inside("rabbitmq.conf")),
        ("RABBITMQ_ADVANCED_CONFIG_FILE", inside("none")),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", inside("enabled_plugins")),
        ("RABBITMQ_CONF_ENV_FILE", inside("empty.conf")),
        ("RABBITMQ_PID_FILE", inside("pid")),
        // The script then becomes the broker instead of waiting for it, so that our child is the broker itself.
        ("RUNNING_UNDER_SYSTEMD", "true".to_owned()),
        // Without the first part the distribution port listens on all addresses.
        (
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none".to_owned(),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn address_in_use(error: &Error) -> bool {
    let Error::Ended { tail, .. } = error else { return false };
    ["eaddrinuse", "already in use", "address in use", "already bound"]
        .iter()
        .any(|text| tail.to_lowercase().contains(text))
}
