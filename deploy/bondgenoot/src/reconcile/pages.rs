//! Feeds the comparison from two running services, page by page.

use proto::EVENT_TYPES;
use proto::admin::v1::{ListConsumedHistoriesRequest, ListProducedHistoriesRequest};
use serde::Serialize;

use super::Difference;
use super::merge::{self, Side};
use crate::failure::{Failure, Outcome};
use crate::operator::Admin;

/// Histories a page.
const PAGE: i32 = 2000;

/// A service that publishes and one that consumes, and the aggregates between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Who publishes.
    pub producer: &'static str,
    /// Who consumes.
    pub consumer: &'static str,
    /// Aggregate types the consumer listens to.
    pub aggregates: Vec<&'static str>,
}

/// Every pair of the contract, or those of one producer.
pub fn pairs(producer: Option<&str>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    for event in EVENT_TYPES.iter().filter(|event| producer.is_none_or(|wanted| wanted == event.producer)) {
        for consumer in event.consumers {
            match pairs.iter_mut().find(|pair| pair.producer == event.producer && pair.consumer == *consumer)
            {
                Some(pair) if pair.aggregates.contains(&event.aggregate) => {}
                Some(pair) => pair.aggregates.push(event.aggregate),
                None => {
                    pairs.push(Pair {
                        producer: event.producer,
                        consumer,
                        aggregates: vec![event.aggregate],
                    });
                }
            }
        }
    }
    pairs
}

/// Reads both sides to their end and gives what differs, with the number of aggregates looked at.
pub async fn compare_pair(
    pair: &Pair,
    producer: &mut Admin,
    consumer: &mut Admin,
) -> Outcome<(Vec<Difference>, usize)> {
    let (mut left, mut right) = (Side::default(), Side::default());
    let (mut left_token, mut right_token) = (String::new(), String::new());
    let mut differences = Vec::new();
    let mut looked_at = 0;
    loop {
        if left.wants_page() {
            let request = ListProducedHistoriesRequest { page_size: PAGE, page_token: left_token };
            let answer = producer.client().list_produced_histories(request).await;
            let page = answer
                .map_err(|status| Failure::of_status(pair.producer, "listing what it published", &status))?
                .into_inner();
            left_token = page.next_page_token;
            left.push(page.histories, left_token.is_empty());
            continue;
        }
        if right.wants_page() {
            let request = ListConsumedHistoriesRequest {
                producer: pair.producer.to_owned(),
                page_size: PAGE,
                page_token: right_token,
            };
            let answer = consumer.client().list_consumed_histories(request).await;
            let page = answer
                .map_err(|status| Failure::of_status(pair.consumer, "listing what it consumed", &status))?
                .into_inner();
            right_token = page.next_page_token;
            right.push(page.histories, right_token.is_empty());
            continue;
        }
        let Some((published, received)) = merge::next(&mut left, &mut right) else { break };
        looked_at += 1;
        // What nobody told the consumer about is no difference.
        let concerns = |kind: &str| pair.aggregates.contains(&kind);
        let published = published.filter(|history| concerns(&history.aggregate_type));
        differences.extend(Difference::between(published.as_ref(), received.as_ref()));
    }
    Ok((differences, looked_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_gives_the_pairs_and_their_aggregates_once() {
        let pairs = pairs(None);

        let intake: Vec<_> =
            pairs.iter().filter(|pair| pair.producer == "intake" && pair.consumer == "reporting").collect();
        assert_eq!(intake.len(), 1);
        assert_eq!(intake[0].aggregates, ["referral", "participation", "person"]);
        assert!(super::pairs(Some("reporting")).iter().all(|pair| pair.producer == "reporting"));
    }
}
