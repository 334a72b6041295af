//! How often one client address may do something.
//!
//! Generic cell rate algorithm: one number per address, no timers. Memory is bounded: when the table is full, addresses
//! that are not in it share one bucket.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Most addresses that are remembered at once.
const MOST: usize = 20_000;
/// Microseconds between two sweeps of a full table.
const SWEEP: u64 = 1_000_000;

/// A limit per client address; an IPv6 network of 64 bits counts as one.
#[derive(Debug)]
pub struct RateLimit {
    /// Microseconds between two requests at the steady rate.
    interval: u64,
    /// Microseconds of credit.
    credit: u64,
    started: Instant,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// When the credit of an address is whole again, in microseconds since the start.
    whole_at: HashMap<IpAddr, u64>,
    everybody_else: u64,
    swept_at: u64,
}

impl RateLimit {
    /// So many per minute, after a burst of so many.
    pub fn new(per_minute: u32, burst: u32) -> Self {
        let interval = 60_000_000 / u64::from(per_minute.max(1));
        Self {
            interval,
            credit: interval.saturating_mul(u64::from(burst.max(1))),
            started: Instant::now(),
            table: Mutex::default(),
        }
    }

    /// Counts a request now.
    ///
    /// # Errors
    /// With the seconds to wait, when it is one too many.
    pub fn count(&self, address: IpAddr) -> Result<(), u32> {
        let now = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.count_at(network(address), now)
    }

    fn count_at(&self, address: IpAddr, now: u64) -> Result<(), u32> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let table = &mut *table;
        // sweeping costs a walk over the table, so a flood of addresses may cause it once a second only
        if table.whole_at.len() >= MOST && now >= table.swept_at.saturating_add(SWEEP) {
            table.whole_at.retain(|_, whole_at| *whole_at > now);
            table.swept_at = now;
        }
        let whole_at = if table.whole_at.len() < MOST || table.whole_at.contains_key(&address) {
            table.whole_at.entry(address).or_default()
        } else {
            &mut table.everybody_else
        };
        let next = (*whole_at).max(now).saturating_add(self.interval);
        let over = next.saturating_sub(now).saturating_sub(self.credit);
        if over > 0 {
            return Err(u32::try_from(over.div_ceil(1_000_000)).unwrap_or(u32::MAX));
        }
        *whole_at = next;
        Ok(())
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn address(text: &str) -> IpAddr {
        network(text.parse().unwrap())
    }

    #[test]
    fn after_the_burst_the_steady_rate_holds() {
        let limit = RateLimit::new(60, 3);
        let one = address("192.0.2.1");

        let burst: Vec<_> = (0..4).map(|_| limit.count_at(one, 10 * SECOND)).collect();

        assert_eq!(burst, [Ok(()), Ok(()), Ok(()), Err(1)]);
        assert_eq!(limit.count_at(address("192.0.2.2"), 10 * SECOND), Ok(()), "others are not held back");
        assert_eq!(limit.count_at(one, 11 * SECOND), Ok(()));
        assert_eq!(limit.count_at(one, 11 * SECOND), Err(1));
    }

    #[test]
    fn one_network_of_ipv6_is_one_client() {
        let limit = RateLimit::new(1, 1);

        assert_eq!(limit.count_at(address("2001:db8::1"), 0), Ok(()));
        assert!(limit.count_at(address("2001:db8::ffff:1"), 0).is_err());
        assert_eq!(limit.count_at(address("2001:db8:0:1::1"), 0), Ok(()));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
    }

    #[test]
    fn memory_stays_bounded_under_a_flood_of_addresses() {
        let limit = RateLimit::new(1, 1);
        for number in 0..40_000_u32 {
            let _ = limit.count_at(IpAddr::V4(number.into()), 1);
        }

        assert_eq!(limit.table.lock().unwrap().whole_at.len(), MOST);
        assert!(
            limit.count_at(IpAddr::V4(50_000.into()), 1).is_err(),
            "who is not remembered shares one bucket"
        );
        assert_eq!(limit.count_at(IpAddr::V4(50_000.into()), 3_600 * SECOND), Ok(()));
    }
}
