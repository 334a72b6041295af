//! One kind of object, followed by a watch. Watches have been seen to fall silent while their process looked healthy: so each
//! is compared, now and then, with a list of names and versions, and one that stays behind ends the process.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chassis::clock::Clock;
use chassis::error::Chain;
use chassis::tasks::Tasks;
use futures::StreamExt as _;
use jiff::Timestamp;
use k8s_openapi::NamespaceResourceScope;
use kube::api::ListParams;
use kube::runtime::reflector::{self, Store};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Client, Resource, ResourceExt as _};
use serde::de::DeserializeOwned;

use super::ANSWER;

/// Comparisons in a row that may differ: something may always have changed in between.
const PATIENCE: u32 = 4;
/// How long one watch lasts before it is asked for again, seconds: so a dead connection is noticed.
const WATCH_SECONDS: u32 = 60;
/// When an object never agreed.
const NEVER: i64 = i64::MIN;

/// Objects of one kind, as the watch knows them.
#[derive(Debug)]
pub(super) struct Followed<K: Resource<DynamicType = ()> + 'static> {
    store: Store<K>,
    /// When the API server last answered a comparison, milliseconds since 1970.
    agreed: Arc<AtomicI64>,
}

/// What may be followed.
pub(super) trait Kind:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
}

impl<K> Kind for K where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned
        + Send
        + Sync
        + 'static
{
}

impl<K: Kind> Followed<K> {
    /// Starts the watch and its comparison.
    pub(super) fn start(
        client: &Client,
        namespace: &str,
        selector: &str,
        compare: Duration,
        clock: &Clock,
        tasks: &Tasks,
    ) -> Self {
        let api: Api<K> = Api::namespaced(client.clone(), namespace);
        let (store, writer) = reflector::store();
        let agreed = Arc::new(AtomicI64::new(NEVER));
        let config = watcher::Config::default().labels(selector).timeout(WATCH_SECONDS);
        let watching = watcher(api.clone(), config).default_backoff().modify(|object| {
            // Who wrote which field: half of the bytes, and nobody here asks.
            object.managed_fields_mut().clear();
        });
        let mut watching = Box::pin(reflector::reflector(writer, watching));
        let shutdown = tasks.shutdown().clone();
        tasks.background("watch of Kubernetes", async move {
            let watched = async {
                while let Some(event) = watching.next().await {
                    if let Err(error) = event {
                        tracing::debug!(kind = %K::kind(&()), error.chain = %Chain(&error), "a watch is asked for again");
                    }
                }
            };
            shutdown.run_until_cancelled(watched).await;
        });
        let comparing = Comparison {
            api,
            store: store.clone(),
            selector: selector.to_owned(),
            every: compare,
            clock: clock.clone(),
            agreed: Arc::clone(&agreed),
        };
        let shutdown = tasks.shutdown().clone();
        tasks.background("comparison of a watch", async move {
            shutdown.run_until_cancelled(comparing.run()).await;
        });
        Self { store, agreed }
    }

    /// What is known.
    pub(super) fn state(&self) -> Vec<Arc<K>> {
        self.store.state()
    }

    /// When the API server last answered; `None` before that.
    pub(super) fn agreed(&self) -> Option<Timestamp> {
        let at = self.agreed.load(Ordering::Acquire);
        if at == NEVER { None } else { Timestamp::from_millisecond(at).ok() }
    }
}

struct Comparison<K: Kind> {
    api: Api<K>,
    store: Store<K>,
    selector: String,
    every: Duration,
    clock: Clock,
    agreed: Arc<AtomicI64>,
}

impl<K: Kind> Comparison<K> {
    /// Compares for ever; returns, and with it ends the process, when the watch stays behind.
    async fn run(self) {
        let mut behind = 0;
        while behind < PATIENCE {
            let asked = tokio::time::timeout(ANSWER, self.api.list_metadata(&self.listed())).await;
            if let Ok(Ok(list)) = asked {
                let listed: BTreeSet<_> =
                    list.items.iter().map(|one| (one.name_any(), one.resource_version())).collect();
                let known: BTreeSet<_> =
                    self.store.state().iter().map(|one| (one.name_any(), one.resource_version())).collect();
                behind = if listed == known { 0 } else { behind + 1 };
                self.agreed.store(self.clock.now().as_millisecond(), Ordering::Release);
            }
            // Behind: look again soon. A restart does not mend an API server that is away, so that alone is waited out.
            let pause = if behind == 0 { self.every } else { self.every.min(Duration::from_secs(5)) };
            tokio::time::sleep(pause).await;
        }
        tracing::error!(kind = %K::kind(&()), "a watch of Kubernetes stays behind what the API server lists; starting anew");
    }

    fn listed(&self) -> ListParams {
        ListParams::default().labels(&self.selector)
    }
}
