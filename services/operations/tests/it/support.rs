//! A region with operations in it: services that are played, a broker that is real.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;

use chassis::caller::Caller;
use chassis::grpc::{Authorized, channel};
use chassis::health::Readiness;
use chassis::process::{Context, Service as _};
use chassis::tasks::Tasks;
use operations::Operations;
use operations::config::OperationsConfig;
use proto::operations::v1::action_service_client::ActionServiceClient;
use proto::operations::v1::health_service_client::HealthServiceClient;
use proto::operations::v1::{CheckRegionRequest, Finding, RegionHealth};
use testkit::{TestDatabase, TestRegion, eventually, region_file};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::played::Played;

pub type ActionClient = ActionServiceClient<InterceptedService<Channel, Authorized>>;
pub type Client = HealthServiceClient<InterceptedService<Channel, Authorized>>;

/// What a test chooses of the settings.
#[derive(Debug, Clone)]
pub struct Choices {
    pub services: BTreeMap<String, String>,
    pub management_url: String,
    pub signing_key_id: String,
    pub more: String,
}

impl Choices {
    pub fn new(region: &TestRegion, played: &[(&str, &Played)]) -> Self {
        Self {
            services: played
                .iter()
                .map(|(name, played)| ((*name).to_owned(), format!("http://{}", played.address)))
                .collect(),
            management_url: region.servers.management_url.clone(),
            signing_key_id: region.keys.operations.id.clone(),
            more: String::new(),
        }
    }
}

/// Operations, running in this process.
#[derive(Debug)]
pub struct Running {
    pub address: SocketAddr,
    pub tasks: Tasks,
}

impl Running {
    /// Runs operations: quick looks, nothing needs to last.
    pub async fn start(region: &TestRegion, database: &TestDatabase, choices: &Choices) -> Self {
        Self::try_start(region, database, choices).await.unwrap()
    }

    pub async fn try_start(
        region: &TestRegion,
        database: &TestDatabase,
        choices: &Choices,
    ) -> anyhow::Result<Self> {
        let port = local_port();
        let services: Vec<String> =
            choices.services.iter().map(|(name, address)| format!("{name} = \"{address}\"")).collect();
        let services = services.join("\n");
        let settings = format!(
            r#"
            [services]
            {services}
            [database]
            url = "{database}"
            allow_fast = true
            [broker]
            url = "{amqp}"
            management_url = "{management}"
            [grpc]
            address = "{port}"
            [region]
            file = "{region_file}"
            [keys]
            caller_keys_file = "{caller_keys}"
            signing_key_file = "{key}"
            signing_key_id = "{key_id}"
            [watch]
            interval_ms = 100
            compare_ms = 100
            [thresholds]
            no_leader_seconds = 0
            no_connection_seconds = 0
            no_consumer_seconds = 0
            backlog_messages = 3
            backlog_seconds = 0
            dead_letters_seconds = 0
            builds_differ_seconds = 0
            "#,
            database = database.runtime_url,
            amqp = region.amqp_url(),
            management = choices.management_url,
            region_file = region_file().display(),
            caller_keys = region.keys.caller_keys_file.display(),
            key = region.keys.operations.file.display(),
            key_id = choices.signing_key_id,
        );
        let config: OperationsConfig =
            chassis::config::parse("operations", &[Operations::DEFAULTS, &settings, &choices.more])?;
        let context = Context { tasks: Tasks::new(), readiness: Readiness::new() };
        Operations::start(config, context.clone()).await?;
        Ok(Self { address: port, tasks: context.tasks })
    }

    pub fn client(&self, caller: Authorized) -> Client {
        let channel =
            channel(&format!("http://{}", self.address), std::time::Duration::from_secs(30)).unwrap();
        HealthServiceClient::with_interceptor(channel, caller)
    }

    pub fn actions(&self, caller: Authorized) -> ActionClient {
        let channel =
            channel(&format!("http://{}", self.address), std::time::Duration::from_secs(30)).unwrap();
        ActionServiceClient::with_interceptor(channel, caller)
    }

    /// The health, as an operator sees it.
    pub async fn check(&self, region: &TestRegion) -> RegionHealth {
        let mut client = self.client(region.calls_as_operator().unwrap());
        client.check_region(CheckRegionRequest {}).await.unwrap().into_inner().health.unwrap()
    }

    /// Waits until the codes and subjects found are exactly these.
    pub async fn finds(&self, region: &TestRegion, expected: &[(&str, &str)]) -> RegionHealth {
        let mut expected: Vec<(String, String)> =
            expected.iter().map(|(code, subject)| ((*code).to_owned(), (*subject).to_owned())).collect();
        expected.sort();
        let what = format!("the findings are {expected:?}");
        let seen = Mutex::new(Vec::new());
        eventually(&what, || async {
            let health = self.check(region).await;
            let mut found: Vec<_> = health.findings.iter().map(key).collect();
            found.sort();
            let done = found == expected;
            // Shown when the test fails: what was found in place of it.
            if std::mem::replace(&mut *seen.lock().unwrap(), found.clone()) != found {
                println!("waiting until {what}; now {:?}", health.findings);
            }
            done.then_some(health)
        })
        .await
    }
}

/// Code and subject.
pub fn key(finding: &Finding) -> (String, String) {
    (finding.code.clone(), finding.subject.clone())
}

fn local_port() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// The caller with administrator's mandate for the region.
pub fn administrator() -> Caller {
    use chassis::caller::{Role, Scope};
    testkit::worker(7, vec![testkit::mandate(Role::Administrator, Scope::Region, None)])
}

/// A region with intake and reporting played, the broker's topology in place, and operations looking at it.
pub struct Scene {
    pub region: TestRegion,
    pub database: TestDatabase,
    pub intake: Played,
    pub reporting: Played,
    pub topology: Topology,
    pub operations: Running,
}

impl Scene {
    pub async fn start() -> Self {
        let region = TestRegion::start().await.unwrap();
        let database = region.database(&Operations::migrations()).await.unwrap();
        let intake = Played::start(&region, "intake").await;
        let reporting = Played::start(&region, "reporting").await;
        let topology = Topology::declare(&region).await;
        let choices = Choices::new(&region, &[("intake", &intake), ("reporting", &reporting)]);
        let operations = Running::start(&region, &database, &choices).await;
        let scene = Self { region, database, intake, reporting, topology, operations };
        scene.finds(&[]).await;
        scene
    }

    pub fn choices(&self) -> Choices {
        Choices::new(&self.region, &[("intake", &self.intake), ("reporting", &self.reporting)])
    }

    pub async fn finds(&self, expected: &[(&str, &str)]) -> RegionHealth {
        self.operations.finds(&self.region, expected).await
    }
}

/// The broker's part of a region, with a consumer on reporting's queue.
pub struct Topology {
    _connection: lapin::Connection,
    pub channel: lapin::Channel,
    // A consumer ends when its stream is dropped.
    pub consumer: Mutex<Option<(lapin::Channel, lapin::Consumer)>>,
    other_consumers: Vec<lapin::Consumer>,
}

pub const QUEUE: &str = "bondgenoot.reporting";
pub const EXCHANGE: &str = "bondgenoot.events";

impl Topology {
    async fn declare(region: &TestRegion) -> Self {
        let connection =
            lapin::Connection::connect(&region.amqp_url(), lapin::ConnectionProperties::default())
                .await
                .unwrap();
        let channel = connection.create_channel().await.unwrap();
        let consumer = connection.create_channel().await.unwrap();
        let durable = lapin::options::ExchangeDeclareOptions { durable: true, ..Default::default() };
        let topic = lapin::ExchangeKind::Topic;
        channel.exchange_declare(EXCHANGE.into(), topic, durable, Default::default()).await.unwrap();
        let mut this = Self {
            _connection: connection,
            channel,
            consumer: Mutex::new(None),
            other_consumers: Vec::new(),
        };
        // As the relays declare it: the queues of all consumers; those of services that are not played here have one, too.
        for event in proto::EVENT_TYPES {
            for consumer in event.consumers {
                let queue = format!("bondgenoot.{consumer}");
                this.queue(&queue).await;
                this.bind_to(&queue, &format!("{}.{}", event.producer, event.aggregate)).await;
            }
        }
        let names = proto::EVENT_TYPES.iter().flat_map(|event| event.consumers);
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            let queue = format!("bondgenoot.{name}");
            if queue != QUEUE {
                let consuming = this.channel.basic_consume(
                    queue.as_str().into(),
                    "".into(),
                    Default::default(),
                    Default::default(),
                );
                this.other_consumers.push(consuming.await.unwrap());
            }
        }
        this.consume(consumer).await;
        this
    }

    pub async fn queue(&self, name: &str) {
        let options = lapin::options::QueueDeclareOptions { durable: true, ..Default::default() };
        self.channel.queue_declare(name.into(), options, Default::default()).await.unwrap();
    }

    pub async fn bind(&self, routing_key: &str) {
        self.bind_to(QUEUE, routing_key).await;
    }

    async fn bind_to(&self, queue: &str, routing_key: &str) {
        let bound = self.channel.queue_bind(
            queue.into(),
            EXCHANGE.into(),
            routing_key.into(),
            Default::default(),
            Default::default(),
        );
        bound.await.unwrap();
    }

    /// Consumes and never acknowledges: what is published stays in the queue.
    pub async fn consume(&self, channel: lapin::Channel) {
        let consuming =
            channel.basic_consume(QUEUE.into(), "".into(), Default::default(), Default::default());
        let stream = consuming.await.unwrap();
        *self.consumer.lock().unwrap() = Some((channel, stream));
    }

    pub async fn publish(&self, queue: &str, count: usize) {
        for _ in 0..count {
            let sent = self.channel.basic_publish(
                "".into(),
                queue.into(),
                Default::default(),
                b"x",
                Default::default(),
            );
            sent.await.unwrap();
        }
    }

    pub async fn purge(&self, queue: &str) {
        self.channel.queue_purge(queue.into(), Default::default()).await.unwrap();
    }
}
