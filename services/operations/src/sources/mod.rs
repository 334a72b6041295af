//! Whom operations asks: every service by RPC, the broker by its management API, all at once, each with a deadline; and
//! Kubernetes, which it watches.

mod broker;
mod cluster;
mod exports;
mod histories;
mod reach;
mod services;

pub use broker::{Broker, BrokerError};
pub use cluster::{ActError, Cluster, ClusterError, Started};
pub use exports::Exports;
pub use services::{RedriveError, Services, ServicesError};

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{History, Pair, Snapshot};

/// Everything that is asked.
#[derive(Debug, Clone)]
pub struct Sources {
    services: Services,
    broker: Broker,
    cluster: Cluster,
    exports: Exports,
}

impl Sources {
    /// Over these.
    pub const fn new(services: Services, broker: Broker, cluster: Cluster, exports: Exports) -> Self {
        Self { services, broker, cluster, exports }
    }

    /// Kubernetes, to act in it.
    pub const fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// What waits to be exported.
    pub const fn exports(&self) -> &Exports {
        &self.exports
    }

    /// The services.
    pub const fn services(&self) -> &Services {
        &self.services
    }

    /// Asks everybody how they are.
    pub async fn look(&self, at: Timestamp, reconciled: BTreeMap<String, i64>) -> Snapshot {
        let (services, broker, exports) =
            futures::join!(self.services.look(), self.broker.look(), self.exports.look(&self.services));
        Snapshot { at, services, broker, cluster: self.cluster.look(), exports, reconciled }
    }

    /// Asks for the histories around a service, per pair of producer and consumer what each side knows.
    ///
    /// # Errors
    /// When somebody does not answer: then nothing can be said.
    pub async fn histories_around(
        &self,
        service: &str,
    ) -> Result<BTreeMap<Pair, (Vec<History>, Vec<History>)>, tonic::Status> {
        histories::around(&self.services, service).await
    }
}
