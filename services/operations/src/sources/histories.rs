//! Histories around one service, page by page, for the comparison after a restore.

use std::collections::{BTreeMap, BTreeSet};

use proto::admin::v1::{self as admin, ListConsumedHistoriesRequest, ListProducedHistoriesRequest};
use tonic::Status;
use uuid::Uuid;

use super::Services;
use super::services::Client;
use crate::domain::{History, Pair};

/// Most there is on a page.
const PAGE: i32 = 5000;

/// Both sides of every pair that this service is in, as far as the other side is watched.
pub(super) async fn around(
    services: &Services,
    service: &str,
) -> Result<BTreeMap<Pair, (Vec<History>, Vec<History>)>, Status> {
    let watched: BTreeSet<&str> = services.names().collect();
    let mut sides = BTreeMap::new();
    for (pair, aggregates) in pairs(service) {
        if !watched.contains(pair.producer.as_str()) || !watched.contains(pair.consumer.as_str()) {
            continue;
        }
        let gone = || Status::not_found("no such service is watched");
        let mut telling = services.client(&pair.producer).ok_or_else(gone)?;
        let mut listening = services.client(&pair.consumer).ok_or_else(gone)?;
        // What was consumed first: what comes in between is then at most missing there, and gone at the next comparison.
        let known = consumed(&mut listening, &pair.producer, &aggregates).await?;
        let told = produced(&mut telling, &aggregates).await?;
        sides.insert(pair, (told, known));
    }
    Ok(sides)
}

/// Every pair of the contract with this service in it, and the aggregate types between them.
fn pairs(service: &str) -> BTreeMap<Pair, BTreeSet<&'static str>> {
    let mut pairs: BTreeMap<Pair, BTreeSet<&'static str>> = BTreeMap::new();
    for event in proto::EVENT_TYPES {
        for consumer in event.consumers {
            if event.producer == service || *consumer == service {
                let pair = Pair { producer: event.producer.to_owned(), consumer: (*consumer).to_owned() };
                pairs.entry(pair).or_default().insert(event.aggregate);
            }
        }
    }
    pairs
}

async fn produced(client: &mut Client, aggregates: &BTreeSet<&str>) -> Result<Vec<History>, Status> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListProducedHistoriesRequest { page_size: PAGE, page_token };
        let page = client.list_produced_histories(request).await?.into_inner();
        all.extend(from_histories(page.histories, aggregates)?);
        if page.next_page_token.is_empty() {
            return Ok(all);
        }
        page_token = page.next_page_token;
    }
}

async fn consumed(
    client: &mut Client,
    producer: &str,
    aggregates: &BTreeSet<&str>,
) -> Result<Vec<History>, Status> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request =
            ListConsumedHistoriesRequest { producer: producer.to_owned(), page_size: PAGE, page_token };
        let page = client.list_consumed_histories(request).await?.into_inner();
        all.extend(from_histories(page.histories, aggregates)?);
        if page.next_page_token.is_empty() {
            return Ok(all);
        }
        page_token = page.next_page_token;
    }
}

fn from_histories(page: Vec<admin::History>, aggregates: &BTreeSet<&str>) -> Result<Vec<History>, Status> {
    page.into_iter()
        .filter(|history| aggregates.contains(history.aggregate_type.as_str()))
        .map(|history| {
            let aggregate_id = Uuid::try_parse(&history.aggregate_id)
                .map_err(|_| Status::internal("an aggregate id is no UUID"))?;
            Ok(History { aggregate_id, last_sequence: history.last_sequence, digest: history.digest })
        })
        .collect()
}
