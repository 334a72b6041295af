//! The addresses of a service: round-robin over those that answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chassis::grpc::{Addresses, BadAddress, LOOK_UP_EVERY, Target};
use chassis::tasks::Tasks;
use chassis::tls::Tls;
use tonic::transport::{Channel, Endpoint};

/// How long an address that did not answer is passed over while another one is there.
const REST: Duration = Duration::from_millis(500);

/// Every service the gateway may call.
#[derive(Debug, Clone)]
pub struct Upstreams(Arc<HashMap<String, Pool>>);

/// The instances of one service.
#[derive(Debug)]
pub struct Pool {
    addresses: Addresses,
    instances: RwLock<Vec<Arc<Instance>>>,
    next: AtomicUsize,
    started: Instant,
}

/// One instance and the connection to it.
#[derive(Debug)]
pub(super) struct Instance {
    target: Target,
    pub(super) channel: Channel,
    /// Milliseconds after the pool started until which the instance is passed over.
    rests_until: AtomicU64,
}

/// An address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("upstreams.{service} cannot be used")]
pub struct UpstreamError {
    service: String,
    #[source]
    source: BadAddress,
}

impl Upstreams {
    /// Connects lazily to the addresses of each service (several with commas between), with TLS where they want it.
    ///
    /// # Errors
    /// When an address is none, or wants TLS and nobody is trusted.
    pub fn new(addresses: &HashMap<String, String>, tls: &Tls) -> Result<Self, UpstreamError> {
        let pools = addresses
            .iter()
            .map(|(service, list)| {
                let pool = Pool::new(list, tls)
                    .map_err(|source| UpstreamError { service: service.clone(), source })?;
                Ok((service.clone(), pool))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(pools)))
    }

    /// Looks the names of the services up from now on, so that instances which come and go are found.
    pub fn follow(&self, tasks: &Tasks) {
        let (upstreams, shutdown) = (self.clone(), tasks.shutdown().clone());
        tasks.background("addresses of services", async move {
            loop {
                futures::future::join_all(upstreams.0.values().map(Pool::look_up)).await;
                if shutdown.run_until_cancelled(tokio::time::sleep(LOOK_UP_EVERY)).await.is_none() {
                    return;
                }
            }
        });
    }

    /// The instances of a service.
    pub fn get(&self, service: &str) -> Option<&Pool> {
        self.0.get(service)
    }
}

impl Instance {
    fn new(addresses: &Addresses, target: Target) -> Arc<Self> {
        let channel = addresses.channel(&target, tuned);
        Arc::new(Self { target, channel, rests_until: AtomicU64::new(0) })
    }
}

fn tuned(endpoint: Endpoint) -> Endpoint {
    endpoint
        .connect_timeout(Duration::from_secs(1))
        .tcp_nodelay(true)
        // notices within seconds that a machine is gone
        .http2_keep_alive_interval(Duration::from_secs(10))
        .keep_alive_timeout(Duration::from_secs(3))
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20)
}

impl Pool {
    fn new(list: &str, tls: &Tls) -> Result<Self, BadAddress> {
        let addresses = Addresses::parse(list, tls)?;
        let instances =
            addresses.as_given().into_iter().map(|target| Instance::new(&addresses, target)).collect();
        Ok(Self {
            addresses,
            instances: RwLock::new(instances),
            next: AtomicUsize::new(0),
            started: Instant::now(),
        })
    }

    /// Takes over what the names stand for now. An instance that is still there keeps its connection; calls that run on one
    /// that went are finished.
    async fn look_up(&self) {
        self.take_over(self.addresses.look_up().await);
    }

    fn take_over(&self, targets: Vec<Target>) {
        let mut instances = self.instances.write().unwrap_or_else(PoisonError::into_inner);
        if instances.iter().map(|instance| &instance.target).eq(&targets) {
            return;
        }
        *instances = targets
            .into_iter()
            .map(|target| {
                let known = instances.iter().find(|instance| instance.target == target);
                known.cloned().unwrap_or_else(|| Instance::new(&self.addresses, target))
            })
            .collect();
    }

    /// The next instance that is not resting; any, when all are.
    pub(super) fn pick(&self) -> Option<Arc<Instance>> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let now = self.elapsed();
        let instances = self.instances.read().unwrap_or_else(PoisonError::into_inner);
        let in_turn = |step: usize| instances.get(first.wrapping_add(step) % instances.len());
        (0..instances.len())
            .filter_map(in_turn)
            .find(|instance| instance.rests_until.load(Ordering::Relaxed) <= now)
            .or_else(|| if instances.is_empty() { None } else { in_turn(0) })
            .cloned()
    }

    /// Passes an instance over for a while.
    pub(super) fn rest(&self, instance: &Instance) {
        let until = self.elapsed().saturating_add(u64::try_from(REST.as_millis()).unwrap_or(u64::MAX));
        instance.rests_until.store(until, Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn found(list: &str) -> Vec<Target> {
        Addresses::parse(list, &Tls::off()).unwrap().look_up().await
    }

    #[tokio::test]
    async fn instances_take_turns_and_one_that_rests_is_passed_over() {
        let pool = Pool::new("http://127.0.0.1:1, http://127.0.0.1:2,", &Tls::off()).unwrap();
        let turn = || pool.pick().unwrap();

        let (first, second) = (turn(), turn());
        assert_ne!(first.target, second.target);

        pool.rest(&first);
        assert!([turn(), turn(), turn()].iter().all(|instance| instance.target == second.target));
        pool.rest(&second);
        assert_ne!(turn().target, turn().target, "when all rest, all are tried");
    }

    #[tokio::test]
    async fn who_comes_is_called_who_goes_is_not_and_who_stays_keeps_the_connection() {
        let pool = Pool::new("http://127.0.0.1:1", &Tls::off()).unwrap();
        pool.take_over(found("http://127.0.0.1:1").await);
        let stayed = pool.pick().unwrap();

        pool.take_over(found("http://127.0.0.1:1, http://127.0.0.1:2").await);
        let two = [pool.pick().unwrap(), pool.pick().unwrap()];
        assert_ne!(two[0].target, two[1].target);
        assert!(two.iter().any(|instance| Arc::ptr_eq(instance, &stayed)));

        pool.take_over(found("http://127.0.0.1:2").await);
        assert!((0..4).all(|_| pool.pick().unwrap().target != stayed.target));
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        for bad in ["", " , ", "http://a b"] {
            let given = HashMap::from([("intake".to_owned(), bad.to_owned())]);
            let error = Upstreams::new(&given, &Tls::off()).unwrap_err();
            assert!(error.to_string().contains("upstreams.intake"), "{error}");
        }
    }
}
