//! The addresses of a service: round-robin over those that answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tonic::transport::{Channel, Endpoint};

/// How long an address that did not answer is passed over while another one is there.
const REST: Duration = Duration::from_millis(500);

/// Every service the gateway may call.
#[derive(Debug, Clone)]
pub struct Upstreams(Arc<HashMap<String, Pool>>);

/// The instances of one service.
#[derive(Debug)]
pub struct Pool {
    instances: Vec<Instance>,
    next: AtomicUsize,
    started: Instant,
}

#[derive(Debug)]
pub(super) struct Instance {
    pub(super) channel: Channel,
    /// Milliseconds after the pool started until which the instance is passed over.
    rests_until: AtomicU64,
}

/// An address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{address}` of upstream {service} is no address; write http://host:port, several with commas between"
)]
pub struct BadAddress {
    service: String,
    address: String,
}

impl Upstreams {
    /// Connects lazily to the addresses of each service (several with commas between).
    pub fn new(addresses: &HashMap<String, String>) -> Result<Self, BadAddress> {
        let pools = addresses
            .iter()
            .map(|(service, list)| Ok((service.clone(), Pool::new(service, list)?)))
            .collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(pools)))
    }

    /// The instances of a service.
    pub fn get(&self, service: &str) -> Option<&Pool> {
        self.0.get(service)
    }
}

impl Pool {
    fn new(service: &str, list: &str) -> Result<Self, BadAddress> {
        let bad = |address: &str| BadAddress { service: service.to_owned(), address: address.to_owned() };
        let instances = list
            .split(',')
            .map(str::trim)
            .filter(|address| !address.is_empty())
            .map(|address| {
                let endpoint = Endpoint::from_shared(address.to_owned()).map_err(|_| bad(address))?;
                let channel = endpoint
                    .connect_timeout(Duration::from_secs(1))
                    .tcp_nodelay(true)
                    // notices within seconds that a machine is gone
                    .http2_keep_alive_interval(Duration::from_secs(10))
                    .keep_alive_timeout(Duration::from_secs(3))
                    .initial_stream_window_size(1 << 20)
                    .initial_connection_window_size(4 << 20)
                    .connect_lazy();
                Ok(Instance { channel, rests_until: AtomicU64::new(0) })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if instances.is_empty() {
            return Err(bad(list));
        }
        Ok(Self { instances, next: AtomicUsize::new(0), started: Instant::now() })
    }

    /// The next instance that is not resting; any, when all are.
    pub(super) fn pick(&self) -> Option<&Instance> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let now = self.elapsed();
        let in_turn = |step: usize| self.instances.get(first.wrapping_add(step) % self.instances.len());
        (0..self.instances.len())
            .filter_map(in_turn)
            .find(|instance| instance.rests_until.load(Ordering::Relaxed) <= now)
            .or_else(|| in_turn(0))
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

    fn position(pool: &Pool, instance: &Instance) -> usize {
        pool.instances.iter().position(|other| std::ptr::eq(other, instance)).unwrap()
    }

    #[tokio::test]
    async fn instances_take_turns_and_one_that_rests_is_passed_over() {
        let pool = Pool::new("intake", "http://127.0.0.1:1, http://127.0.0.1:2,").unwrap();
        let turn = || position(&pool, pool.pick().unwrap());

        assert_ne!(turn(), turn());

        pool.rest(&pool.instances[0]);
        assert_eq!([turn(), turn(), turn()], [1, 1, 1]);
        pool.rest(&pool.instances[1]);
        assert_ne!(turn(), turn(), "when all rest, all are tried");
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        for bad in ["", " , ", "http://a b"] {
            let error = Pool::new("intake", bad).unwrap_err();
            assert!(error.to_string().contains("intake"), "{error}");
        }
    }
}
