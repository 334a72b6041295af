//! A gateway in the test's process, with everything around it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chassis::caller::Verifier;
use chassis::health::Readiness;
use chassis::process::{Context, Service as _};
use chassis::tasks::Tasks;
use gateway::config::{Config, DEFAULTS};
use gateway::service::Gateway;
use local::issuer::{Issuer, IssuerConfig};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use testkit::{TestDatabase, TestRegion, region_file};
use tokio::net::TcpListener;

use super::fake_intake::{FakeIntake, Instance};

/// What surrounds a gateway.
pub struct Stand {
    pub url: String,
    pub intake: FakeIntake,
    pub instance: Option<Instance>,
    pub database: TestDatabase,
    pub issuer: Issuer,
    pub tasks: Tasks,
    pub readiness: Readiness,
    pub config: Config,
    pub http: reqwest::Client,
    /// Requests that a test lets run meanwhile.
    pub background: Tasks,
    _region: TestRegion,
}

/// A port that was free a moment ago.
pub async fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

pub fn people_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/waasland/demo-people.toml")
}

/// A client without cookie jar, redirects or patience.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(20))
        .build()
        .unwrap()
}

impl Stand {
    /// A gateway with one instance of intake.
    pub async fn start() -> Self {
        Self::with("", 1).await
    }

    /// A gateway with settings of the test over its defaults, and so many instances of intake (0: one address where nobody
    /// listens).
    pub async fn with(settings: &str, instances: usize) -> Self {
        let region = TestRegion::without_broker().await.unwrap();
        let intake =
            FakeIntake::new(Verifier::from_file(&region.keys.caller_keys_file, &region.code).unwrap());
        let (mut addresses, mut instance) = (Vec::new(), None);
        for _ in 0..instances {
            let running = intake.serve("127.0.0.1:0".parse().unwrap()).await;
            addresses.push(format!("http://{}", running.address));
            instance = Some(running);
        }
        if addresses.is_empty() {
            addresses.push(format!("http://{}", free_address().await));
        }
        let database = region.database(&gateway::service::migrations()).await.unwrap();
        let address = free_address().await;
        let issuer = Issuer::start(IssuerConfig {
            address: "127.0.0.1:0".parse().unwrap(),
            url: None,
            people_file: people_file(),
            folder: region.folder().join("issuer"),
            client_id: "bondgenoot".to_owned(),
            client_secret: "kanarie-secret".to_owned(),
            client_secret_file: None,
            redirect_origins: vec![format!("http://{address}")],
            demo: true,
        })
        .await
        .unwrap();
        let around = format!(
            r#"
            [database]
            url = "{database}"
            allow_fast = true
            [region]
            file = "{region}"
            [http]
            address = "{address}"
            public_url = "http://{address}"
            [upstreams]
            intake = "{intake}"
            [limits]
            anonymous_posts_per_minute = 100000
            anonymous_posts_burst = 100000
            sign_ins_per_minute = 100000
            sign_ins_burst = 100000
            [sign_in]
            issuer = "{issuer}"
            client_secret = "kanarie-secret"
            [keys]
            caller_key_file = "{key}"
            caller_key_id = "{key_id}"
            "#,
            database = database.runtime_url,
            region = region_file().display(),
            intake = addresses.join(","),
            issuer = issuer.url(),
            key = region.keys.gateway.file.display(),
            key_id = region.keys.gateway.id,
        );
        let config: Config = chassis::config::parse("gateway", &[DEFAULTS, &around, settings]).unwrap();
        let context = Context { tasks: Tasks::new(), readiness: Readiness::new() };
        gateway::service::start(config.clone(), context.clone()).await.unwrap();
        context.readiness.set(true);
        Self {
            url: format!("http://{address}"),
            intake,
            instance,
            database,
            issuer,
            tasks: context.tasks,
            readiness: context.readiness,
            config,
            http: client(),
            background: Tasks::new(),
            _region: region,
        }
    }

    /// Takes in the demo people.
    pub async fn import_people(&self) {
        self.command("import-people", &[people_file().to_str().unwrap()]).await.unwrap();
    }

    /// Runs a command of the gateway, as the binary does.
    pub async fn command(&self, name: &str, arguments: &[&str]) -> anyhow::Result<()> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Gateway::command(name, &arguments, self.config.clone()).await.expect("a command of the gateway")
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// A POST with key and body.
    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).header("idempotency-key", "kanarie-key").json(body)
    }

    /// A referral by the API.
    pub fn refer(&self) -> RequestBuilder {
        self.post("/api/v1/referrals", &json!({"programme": "waasland-esf", "personName": "Kanarie"}))
    }
}

/// Status and JSON of an answer.
pub async fn parts(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
