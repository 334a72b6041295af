//! Every event of every producer at every consumer that the contract names, counted in their databases.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgPool;
use uuid::Uuid;

use crate::harness::RegionUnderTest;

/// A producer with the aggregate types of its events that a consumer's queue is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Who publishes.
    pub producer: &'static str,
    /// Who applies.
    pub consumer: &'static str,
    /// Aggregate types.
    pub aggregates: Vec<String>,
}

/// Every pair of the contract.
pub fn pairs() -> Vec<Pair> {
    let mut bound: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for event in proto::EVENT_TYPES {
        for consumer in event.consumers {
            bound.entry((event.producer, consumer)).or_default().insert(event.aggregate);
        }
    }
    bound
        .into_iter()
        .map(|((producer, consumer), aggregates)| Pair {
            producer,
            consumer,
            aggregates: aggregates.into_iter().map(str::to_owned).collect(),
        })
        .collect()
}

/// Superuser pools of every service that publishes or applies.
#[derive(Debug)]
pub struct Databases(BTreeMap<&'static str, PgPool>);

/// What has not arrived yet.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OnTheWay {
    /// Written and not published.
    pub unpublished: i64,
    /// Published, and neither applied nor parked, summed over consumers.
    pub unapplied: i64,
    /// Waiting for another event.
    pub pending: i64,
}

impl Databases {
    /// Connects to them.
    pub async fn of(region: &RegionUnderTest) -> anyhow::Result<Self> {
        let mut pools = BTreeMap::new();
        for name in pairs().iter().flat_map(|pair| [pair.producer, pair.consumer]) {
            if !pools.contains_key(name) {
                pools.insert(name, region.database(name).await?);
            }
        }
        Ok(Self(pools))
    }

    /// The pool of a service.
    ///
    /// # Errors
    /// When it neither publishes nor applies.
    pub fn of_service(&self, name: &str) -> anyhow::Result<&PgPool> {
        self.0.get(name).ok_or_else(|| anyhow::anyhow!("{name} neither publishes nor applies"))
    }

    /// Counts what has not arrived.
    pub async fn on_the_way(&self) -> anyhow::Result<OnTheWay> {
        let mut written: BTreeMap<(&str, String), i64> = BTreeMap::new();
        let mut arrived: BTreeMap<(&str, String, String), i64> = BTreeMap::new();
        let mut on_the_way = OnTheWay::default();
        for (name, pool) in &self.0 {
            let rows: Vec<(String, i64, i64)> = sqlx::query_as(
                "select aggregate_type, count(*), count(*) filter (where published_at is null) from chassis.outbox group by 1",
            )
            .fetch_all(pool)
            .await?;
            for (aggregate, all, unpublished) in rows {
                on_the_way.unpublished += unpublished;
                written.insert((name, aggregate), all);
            }
            let rows: Vec<(String, String, i64)> = sqlx::query_as(
                "select producer, aggregate_type, count(*)
                 from (select producer, aggregate_type from chassis.inbox
                       union all
                       select producer, aggregate_type from chassis.parked
                       where redriven_at is null and producer is not null and aggregate_type is not null) as arrived
                 group by 1, 2",
            )
            .fetch_all(pool)
            .await?;
            arrived.extend(rows.into_iter().map(|(producer, kind, count)| ((*name, producer, kind), count)));
            on_the_way.pending +=
                sqlx::query_scalar::<_, i64>("select count(*) from chassis.pending").fetch_one(pool).await?;
        }
        for pair in pairs() {
            for aggregate in pair.aggregates {
                let all = written.get(&(pair.producer, aggregate.clone())).copied().unwrap_or_default();
                let key = (pair.consumer, pair.producer.to_owned(), aggregate);
                on_the_way.unapplied += (all - arrived.get(&key).copied().unwrap_or_default()).abs();
            }
        }
        Ok(on_the_way)
    }

    /// What contradicts exactly one application of every event, in order, with equal histories and nothing parked.
    pub async fn contradictions(&self) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        for pair in pairs() {
            let Pair { producer, consumer, aggregates } = &pair;
            let (theirs, ours) = (self.of_service(producer)?, self.of_service(consumer)?);
            let published: Vec<Uuid> =
                sqlx::query_scalar("select event_id from chassis.outbox where aggregate_type = any($1)")
                    .bind(aggregates)
                    .fetch_all(theirs)
                    .await?;
            let applied: Vec<Uuid> = sqlx::query_scalar(
                "select event_id from chassis.inbox where producer = $1 and aggregate_type = any($2)",
            )
            .bind(producer)
            .bind(aggregates)
            .fetch_all(ours)
            .await?;
            let published: BTreeSet<Uuid> = published.into_iter().collect();
            let once: BTreeSet<Uuid> = applied.iter().copied().collect();
            if applied.len() != once.len() {
                found.push(format!("{consumer} applied an event of {producer} twice"));
            }
            if once != published {
                let both = published.intersection(&once).count();
                found.push(format!(
                    "{producer} published {} events for {consumer}, which applied {}; {both} are in both",
                    published.len(),
                    once.len()
                ));
            }
            let history = "coalesce(string_agg(aggregate_id::text || last_sequence::text || encode(digest, 'hex'), ',' order by aggregate_id), '')";
            let told: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
                "select {history} from chassis.histories where aggregate_type = any($1)"
            )))
            .bind(aggregates)
            .fetch_one(theirs)
            .await?;
            let heard: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
                "select {history} from chassis.consumed_histories where producer = $1 and aggregate_type = any($2)"
            )))
            .bind(producer)
            .bind(aggregates)
            .fetch_one(ours)
            .await?;
            if told != heard {
                found.push(format!("the histories of {producer} and {consumer} differ"));
            }
        }
        for (name, pool) in &self.0 {
            let parked: i64 =
                sqlx::query_scalar("select count(*) from chassis.parked where redriven_at is null")
                    .fetch_one(pool)
                    .await?;
            if parked > 0 {
                found.push(format!("{parked} good events are parked at {name}"));
            }
            let gaps: i64 = sqlx::query_scalar(
                "select count(*) from (select event_sequence, row_number() over (partition by aggregate_id order by event_sequence) as expected
                 from chassis.outbox) numbered where event_sequence <> expected",
            )
            .fetch_one(pool)
            .await?;
            if gaps > 0 {
                found.push(format!("{gaps} events of {name} break the gap-free order of their aggregate"));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_those_of_the_contract() {
        let pairs = pairs();

        let reporting = pairs.iter().find(|pair| pair.producer == "intake" && pair.consumer == "reporting");
        assert_eq!(reporting.unwrap().aggregates, ["participation", "person", "referral"]);
        assert!(pairs.iter().all(|pair| pair.producer != pair.consumer));
    }
}
