//! The region's own namespace: watched, not polled. What the watches know is read without a call; calls are made only to
//! compare, and to act.

mod act;
mod follow;
mod read;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chassis::clock::Clock;
use chassis::config::millis;
use chassis::tasks::Tasks;
use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::Pod;
use kube::api::PostParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};

pub use act::{ActError, Started};
use follow::Followed;

use crate::config::{KubernetesConfig, KubernetesWatch};
use crate::domain::{ClusterRight, ClusterSeen, ClusterState};

/// How long the API server may take for one answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How old an answer may be while the API server still counts as answering, in comparisons.
const COMPARISONS: u32 = 2;

/// The namespace of the region, or the knowledge that there is none.
#[derive(Debug, Clone)]
pub struct Cluster {
    inner: Option<Arc<Inner>>,
}

struct Inner {
    client: Client,
    namespace: String,
    clock: Clock,
    compare: Duration,
    deployments: Followed<Deployment>,
    pods: Followed<Pod>,
    jobs: Followed<Job>,
    cron_jobs: Followed<CronJob>,
    autoscalers: Followed<HorizontalPodAutoscaler>,
    allowed: RwLock<BTreeSet<ClusterRight>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Inner").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

/// Kubernetes cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The configuration file cannot be used.
    #[error("kubernetes.config_file {file} cannot be used")]
    File {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: kube::config::KubeconfigError,
    },
    /// The service account cannot be used.
    #[error(
        "the service account of the pod cannot be used; mount its token, or set kubernetes.watch = \"off\""
    )]
    ServiceAccount(#[source] kube::config::InClusterError),
    /// No client can be made.
    #[error("no client for Kubernetes can be made")]
    Client(#[source] kube::Error),
}

impl Cluster {
    /// Starts to watch the namespace, or knows that there is nothing to watch. Does not wait for the API server.
    ///
    /// # Errors
    /// When a setting, or what the pod is given, cannot be used.
    pub async fn open(config: &KubernetesConfig, clock: &Clock, tasks: &Tasks) -> Result<Self, ClusterError> {
        let in_cluster = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
        if config.watch == KubernetesWatch::Off || (config.config_file.is_empty() && !in_cluster) {
            tracing::info!("Kubernetes is not watched");
            return Ok(Self { inner: None });
        }
        let mut connecting = if config.config_file.is_empty() {
            Config::incluster().map_err(ClusterError::ServiceAccount)?
        } else {
            from_file(&config.config_file)
                .await
                .map_err(|source| ClusterError::File { file: config.config_file.clone(), source })?
        };
        connecting.connect_timeout = Some(ANSWER);
        let namespace = match config.namespace.as_str() {
            "" => connecting.default_namespace.clone(),
            named => named.to_owned(),
        };
        let client = Client::try_from(connecting).map_err(ClusterError::Client)?;
        let (selector, compare) = (config.selector.as_str(), millis(config.compare_ms));
        let inner = Arc::new(Inner {
            deployments: Followed::start(&client, &namespace, selector, compare, clock, tasks),
            pods: Followed::start(&client, &namespace, selector, compare, clock, tasks),
            jobs: Followed::start(&client, &namespace, selector, compare, clock, tasks),
            cron_jobs: Followed::start(&client, &namespace, selector, compare, clock, tasks),
            autoscalers: Followed::start(&client, &namespace, selector, compare, clock, tasks),
            allowed: RwLock::default(),
            client,
            namespace,
            clock: clock.clone(),
            compare,
        });
        let (asking, shutdown) = (Arc::clone(&inner), tasks.shutdown().clone());
        tasks.background("rights in Kubernetes", async move {
            while shutdown.run_until_cancelled(asking.ask_rights()).await.is_some()
                && shutdown.run_until_cancelled(tokio::time::sleep(asking.compare)).await.is_some()
            {
            }
        });
        Ok(Self { inner: Some(inner) })
    }

    /// A region that does not run on Kubernetes.
    pub const fn outside() -> Self {
        Self { inner: None }
    }

    /// What is known now. Makes no call.
    pub fn look(&self) -> ClusterSeen {
        let Some(inner) = &self.inner else { return ClusterSeen::Outside };
        let answered = inner.answered();
        let oldest = inner.clock.now() - inner.compare * COMPARISONS - ANSWER;
        if answered.is_none_or(|answered| answered < oldest) {
            return ClusterSeen::Silent { answered };
        }
        ClusterSeen::Answered(ClusterState {
            namespace: inner.namespace.clone(),
            components: read::components(
                &inner.deployments.state(),
                &inner.pods.state(),
                &inner.autoscalers.state(),
            ),
            schedules: read::schedules(&inner.cron_jobs.state(), &inner.jobs.state()),
            allowed: inner.allowed(),
        })
    }
}

impl Inner {
    /// When the API server last answered for everything that is watched; `None` before that.
    fn answered(&self) -> Option<Timestamp> {
        [
            self.deployments.agreed(),
            self.pods.agreed(),
            self.jobs.agreed(),
            self.cron_jobs.agreed(),
            self.autoscalers.agreed(),
        ]
        .into_iter()
        .min()
        .flatten()
    }

    fn allowed(&self) -> BTreeSet<ClusterRight> {
        self.allowed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks what the role lets us do; without an answer, what was known stays.
    async fn ask_rights(&self) {
        let mut allowed = BTreeSet::new();
        for right in ClusterRight::ALL {
            match tokio::time::timeout(ANSWER, self.may(right)).await {
                Ok(Ok(true)) => _ = allowed.insert(right),
                Ok(Ok(false)) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
        *self.allowed.write().unwrap_or_else(PoisonError::into_inner) = allowed;
    }

    async fn may(&self, right: ClusterRight) -> Result<bool, kube::Error> {
        let review = SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec {
                resource_attributes: Some(ResourceAttributes {
                    group: Some("batch".to_owned()),
                    resource: Some(right.resource().to_owned()),
                    verb: Some(right.verb().to_owned()),
                    namespace: Some(self.namespace.clone()),
                    ..ResourceAttributes::default()
                }),
                ..SelfSubjectAccessReviewSpec::default()
            },
            ..SelfSubjectAccessReview::default()
        };
        let api: Api<SelfSubjectAccessReview> = Api::all(self.client.clone());
        let answer = api.create(&PostParams::default(), &review).await?;
        Ok(answer.status.is_some_and(|status| status.allowed))
    }
}

async fn from_file(file: &str) -> Result<Config, kube::config::KubeconfigError> {
    let read = Kubeconfig::read_from(Path::new(file))?;
    Config::from_custom_kubeconfig(read, &KubeConfigOptions::default()).await
}
