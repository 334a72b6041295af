//! Starting the issuer, in this process or (by the command) as a process of its own.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    DemoPeople, IssuerControl, authorize, control,
    state::{Signer, State},
    token,
};
use crate::{
    error::{Error, Result},
    files,
    keys::signing_key,
    task,
};

/// How to run the issuer. A file with this (JSON, private: it holds the client's secret) starts it as a process.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// Where it listens; port 0 for any.
    pub address: SocketAddr,
    /// The address clients know it by, when that is not `http://<address>`.
    #[serde(default)]
    pub url: Option<String>,
    /// The file with the demo people.
    pub people_file: PathBuf,
    /// The folder that keeps its signing key.
    pub folder: PathBuf,
    /// The name of its one client, the gateway.
    pub client_id: String,
    /// The secret of that client.
    #[serde(default)]
    pub client_secret: String,
    /// The file that holds it, in place of `client_secret`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_file: Option<PathBuf>,
    /// Origins (`http://127.0.0.1:8400`) below which the browser may be sent back.
    pub redirect_origins: Vec<String>,
    /// The region is marked as demo, so the issuer may listen beyond the loopback address.
    #[serde(default)]
    pub demo: bool,
}

impl std::fmt::Debug for IssuerConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("IssuerConfig").field("address", &self.address).finish_non_exhaustive()
    }
}

impl IssuerConfig {
    /// Reads the file that the command is started with.
    ///
    /// # Errors
    /// [`Error::Issuer`] unless the secret of the client, or the file that holds it, is given; never both.
    pub fn of_file(path: &Path) -> Result<Self> {
        let missing = |path: &Path| Error::file("reading", path)(std::io::ErrorKind::NotFound.into());
        let mut config: Self = files::read_json(path)?.ok_or_else(|| missing(path))?;
        if config.client_secret.is_empty() == config.client_secret_file.is_none() {
            return Err(Error::Issuer {
                reason: "give client_secret or client_secret_file in its settings, and one of them only"
                    .to_owned(),
            });
        }
        if let Some(file) = &config.client_secret_file {
            let secret = files::read_text(file)?.ok_or_else(|| missing(file))?;
            secret.trim().clone_into(&mut config.client_secret);
        }
        Ok(config)
    }
}

/// A running issuer. It stops when this is dropped.
#[derive(Debug)]
pub struct Issuer {
    url: String,
    control: IssuerControl,
    server: JoinHandle<std::io::Result<()>>,
}

impl Issuer {
    /// Starts the issuer in this process. When this returns it answers.
    ///
    /// # Errors
    /// [`Error::Issuer`] when the address is not a loopback address and the region is no demo region, or is taken.
    pub async fn start(config: IssuerConfig) -> Result<Self> {
        if !config.address.ip().is_loopback() && !config.demo {
            return Err(Error::Issuer {
                reason: format!(
                    "{} can be reached from other machines, and anybody can sign in as anybody here; only a region with \
                     demo = true may do that",
                    config.address
                ),
            });
        }
        let people = DemoPeople::of_file(&config.people_file)?;
        files::private_folder(&config.folder)?;
        let (key, public) = signing_key(&config.folder, "issuer")?;
        let pem = files::read_text(&key.file)?.unwrap_or_default();
        let signer = Signer::of_pem(&key.id, &pem, public)?;
        let cannot = |error: std::io::Error| Error::Issuer { reason: format!("{}: {error}", config.address) };
        let listener = TcpListener::bind(config.address).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let url = config.url.clone().unwrap_or_else(|| format!("http://{address}"));
        let state = Arc::new(State::new(config, url.clone(), people, signer));
        let routes = routes(Arc::clone(&state));
        let server = task::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { url, control: IssuerControl { state }, server })
    }

    /// Runs the issuer until `stopped`; what the command does.
    pub async fn run(config: IssuerConfig, stopped: impl Future<Output = ()>) -> Result<()> {
        let mut issuer = Self::start(config).await?;
        tokio::select! {
            () = stopped => Ok(()),
            ended = &mut issuer.server => Err(Error::Issuer { reason: format!("the server ended: {ended:?}") }),
        }
    }

    /// The address that discovery starts from and that tokens name.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The handle for tests.
    pub fn control(&self) -> &IssuerControl {
        &self.control
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn routes(state: Arc<State>) -> Router {
    let fault = middleware::from_fn_with_state(Arc::clone(&state), control::misbehave);
    Router::new()
        .route("/.well-known/openid-configuration", get(token::discovery))
        .route("/jwks.json", get(token::jwks))
        .route("/authorize", get(authorize::show).post(authorize::decide))
        .route("/token", post(token::exchange))
        .route("/userinfo", get(token::userinfo).post(token::userinfo))
        .route("/end_session", get(authorize::end_session))
        .layer(fault)
        .route("/readyz", get(async || "ready\n"))
        .with_state(state)
}
