//! One generation of the publisher: pipelined, confirmed publishing.

use std::collections::{HashSet, VecDeque};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, Connection, PublisherConfirm};
use secrecy::SecretString;
use uuid::Uuid;

use super::connection::{BrokerError, Frames, close, connect, timed};
use super::envelope::properties;
use super::outbox::OutboxRow;
use super::topology::{self, EVENTS_EXCHANGE, routing_key};

/// A connection that publishes the events of one service.
#[derive(Debug)]
pub(super) struct Publisher {
    connection: Connection,
    channel: Channel,
    producer: String,
    region: String,
    window: usize,
}

/// An event on its way to the broker.
pub(super) struct InFlight {
    position: i64,
    aggregate_id: Uuid,
    event_type: String,
    confirm: PublisherConfirm,
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
        self.waiting.iter().map(|event| event.position).chain(self.confirmed.iter().copied()).collect()
    }

    async fn settle_oldest(&mut self) {
        let Some(InFlight { position, aggregate_id, event_type, confirm }) = self.waiting.pop_front() else {
            return;
        };
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
            Ok(Confirmation::Ack(Some(_))) => {
                let expected = topology::has_consumer(&event_type);
                metrics::counter!("publish_unroutable_total", "type" => event_type.clone()).increment(1);
                expected.then_some(BrokerError::Unroutable(event_type))
            }
            Ok(Confirmation::Nack(_) | Confirmation::NotRequested) => Some(BrokerError::NotConfirmed),
            Err(error) => Some(error),
        };
        match trouble {
            // What follows a failed event of its aggregate is sent again behind it.
            None if !self.failed.contains(&aggregate_id) => self.confirmed.push(position),
            None => {}
            Some(error) => {
                self.failed.insert(aggregate_id);
                self.trouble.get_or_insert(error);
            }
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
        url: &SecretString,
        producer: &str,
        region: &str,
        window: usize,
    ) -> Result<Self, BrokerError> {
        // What it gets back are its own messages.
        let connection = connect(url, &format!("{producer} relay"), Frames::Short).await?;
        let channel = timed("open channel", connection.create_channel()).await?;
        topology::declare_for_publisher(&channel, producer).await?;
        timed("confirm mode", channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(Self {
            connection,
            channel,
            producer: producer.to_owned(),
            region: region.to_owned(),
            window: window.max(1),
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

    /// Sends rows, in order, with at most a window of unconfirmed ones. Trouble is kept in the batch.
    pub(super) async fn send(&self, rows: Vec<OutboxRow>) -> Batch {
        let mut batch = Batch::default();
        for row in rows {
            while batch.waiting.len() >= self.window {
                batch.settle_oldest().await;
            }
            if batch.trouble.is_some() {
                break;
            }
            let published = self.channel.basic_publish(
                EVENTS_EXCHANGE.into(),
                routing_key(&self.producer, &row.aggregate_type).into(),
                BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() },
                &row.payload,
                properties(&row, &self.producer, &self.region),
            );
            match timed("publish", published).await {
                Ok(confirm) => batch.waiting.push_back(InFlight {
                    position: row.position,
                    aggregate_id: row.aggregate_id,
                    event_type: row.event_type,
                    confirm,
                }),
                Err(error) => {
                    batch.trouble = Some(error);
                    break;
                }
            }
        }
        batch
    }

    /// Ends the generation.
    pub(super) async fn close(&self) {
        close(&self.connection).await;
    }
}
