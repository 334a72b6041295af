//! One generation of the publisher: pipelined, confirmed publishing.

use std::collections::{HashSet, VecDeque};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, Connection, PublisherConfirm};
use uuid::Uuid;

use super::batch;
use super::connection::{BrokerError, Frames, close, connect, timed};
use super::envelope;
use super::outbox::OutboxRow;
use super::topology::{self, EVENTS_EXCHANGE, routing_key};
use crate::config::BrokerConfig;

/// A connection that publishes the events of one service.
#[derive(Debug)]
pub(super) struct Publisher {
    connection: Connection,
    channel: Channel,
    producer: String,
    region: String,
    window: usize,
}

/// A message on its way to the broker: one event, or several of one kind of aggregate.
pub(super) struct InFlight {
    events: Vec<Sent>,
    confirm: PublisherConfirm,
}

struct Sent {
    position: i64,
    aggregate_id: Uuid,
    event_type: String,
}

/// Events on their way, oldest first, and what became of those that were waited for already.
#[derive(Default)]
pub(super) struct Batch {
    waiting: VecDeque<InFlight>,
    confirmed: Vec<i64>,
    failed: HashSet<Uuid>,
    trouble: Option<BrokerError>,
}

impl Batch {
    /// Positions of all its events.
    pub(super) fn positions(&self) -> Vec<i64> {
        let waiting = self.waiting.iter().flat_map(|message| &message.events).map(|event| event.position);
        waiting.chain(self.confirmed.iter().copied()).collect()
    }

    /// Events whose confirm was not waited for yet.
    fn unconfirmed(&self) -> usize {
        self.waiting.iter().map(|message| message.events.len()).sum()
    }

    async fn settle_oldest(&mut self) {
        let Some(InFlight { events, confirm }) = self.waiting.pop_front() else { return };
        // After trouble only what is answered already counts; waiting again would take one time-out per event.
        let answer = if self.trouble.is_some() {
            futures::FutureExt::now_or_never(confirm)
                .unwrap_or(Ok(Confirmation::NotRequested))
                .map_err(|source| BrokerError::Refused { what: "publish", source })
        } else {
            timed("confirm", confirm).await
        };
        let trouble = match answer {
            Ok(Confirmation::Ack(None)) => None,
            // Acknowledged and handed back: it is in no queue.
            Ok(Confirmation::Ack(Some(_))) => unroutable(&events),
            Ok(Confirmation::Nack(_) | Confirmation::NotRequested) => Some(BrokerError::NotConfirmed),
            Err(error) => Some(error),
        };
        for Sent { position, aggregate_id, .. } in events {
            // What follows a failed event of its aggregate is sent again behind it.
            if trouble.is_some() {
                self.failed.insert(aggregate_id);
            } else if !self.failed.contains(&aggregate_id) {
                self.confirmed.push(position);
            }
        }
        if let Some(error) = trouble {
            self.trouble.get_or_insert(error);
        }
    }

    /// Waits for the rest. Gives the positions that may be marked, and the trouble that ends the generation.
    pub(super) async fn settle(mut self) -> (Vec<i64>, Option<BrokerError>) {
        while !self.waiting.is_empty() {
            self.settle_oldest().await;
        }
        (self.confirmed, self.trouble)
    }
}

impl Publisher {
    /// Connects and declares.
    pub(super) async fn open(
        broker: &BrokerConfig,
        producer: &str,
        region: &str,
    ) -> Result<Self, BrokerError> {
        // What it gets back are its own messages.
        let connection = connect(broker, &format!("{producer} relay"), Frames::Short).await?;
        let channel = timed("open channel", connection.create_channel()).await?;
        topology::declare_for_publisher(&channel, producer).await?;
        timed("confirm mode", channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(Self {
            connection,
            channel,
            producer: producer.to_owned(),
            region: region.to_owned(),
            window: broker.publish_window.max(1),
        })
    }

    /// Declares anew: a binding that was lost while another consumer's still takes the events shows in nothing else.
    pub(super) async fn declare(&self) -> Result<(), BrokerError> {
        topology::declare_for_publisher(&self.channel, &self.producer).await
    }

    /// Whether the broker holds publishers back (memory or disk alarm).
    pub(super) fn is_blocked(&self) -> bool {
        self.connection.status().blocked()
    }

    /// Whether the connection stands.
    pub(super) fn is_connected(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// Sends rows, in order, with at most a window of unconfirmed ones; what stands together goes together. Trouble is kept in
    /// the batch.
    pub(super) async fn send(&self, rows: Vec<OutboxRow>) -> Batch {
        let mut batch = Batch::default();
        for rows in batch::bundles(rows) {
            while batch.unconfirmed() >= self.window {
                batch.settle_oldest().await;
            }
            if batch.trouble.is_some() {
                break;
            }
            match self.publish(&rows).await {
                Ok(confirm) => batch
                    .waiting
                    .push_back(InFlight { events: rows.into_iter().map(Sent::from).collect(), confirm }),
                Err(error) => {
                    batch.trouble = Some(error);
                    break;
                }
            }
        }
        batch
    }

    /// Sends rows of one kind of aggregate as one message.
    async fn publish(&self, rows: &[OutboxRow]) -> Result<PublisherConfirm, BrokerError> {
        let Some(first) = rows.first() else { return Err(BrokerError::Ended) };
        let together = match rows {
            [_] => None,
            _ => Some(batch::body(rows, &self.producer, &self.region).map_err(BrokerError::Encode)?),
        };
        let (body, properties) = match &together {
            Some(body) => (body, batch::properties()),
            None => (&first.payload, envelope::properties(first, &self.producer, &self.region)),
        };
        let published = self.channel.basic_publish(
            EVENTS_EXCHANGE.into(),
            routing_key(&self.producer, &first.aggregate_type).into(),
            BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() },
            body,
            properties,
        );
        timed("publish", published).await
    }

    /// Ends the generation.
    pub(super) async fn close(&self) {
        close(&self.connection).await;
    }
}

impl From<OutboxRow> for Sent {
    fn from(row: OutboxRow) -> Self {
        Self { position: row.position, aggregate_id: row.aggregate_id, event_type: row.event_type }
    }
}

/// What is wrong about a message that reached no queue: nothing, when no service consumes any event of it.
fn unroutable(events: &[Sent]) -> Option<BrokerError> {
    for event in events {
        metrics::counter!("publish_unroutable_total", "type" => event.event_type.clone()).increment(1);
    }
    let expected = events.iter().find(|event| topology::has_consumer(&event.event_type));
    expected.map(|event| BrokerError::Unroutable(event.event_type.clone()))
}
