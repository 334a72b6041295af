//! Plays trajectory: publishes events with any envelope, so that tests can repeat, reorder and break them.

use std::collections::HashMap;

use chassis::database::extend_digest;
use chassis::events::CONTENT_TYPE;
use chassis::events::topology::{EVENTS_EXCHANGE, queue_name, routing_key};
use chassis::id::IdGenerator;
use futures::future::join_all;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};
use proto::Event;
use testkit::eventually;
use uuid::Uuid;

/// An event as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Sent {
    pub event_id: Uuid,
    pub event_type: String,
    pub aggregate_type: &'static str,
    pub aggregate_id: Uuid,
    pub sequence: i64,
    pub digest: Vec<u8>,
    pub payload: Vec<u8>,
}

/// Trajectory, as far as finance sees it.
pub struct Producer {
    region: String,
    histories: HashMap<Uuid, (i64, Vec<u8>)>,
    channel: Channel,
    _connection: Connection,
}

impl Producer {
    pub async fn connect(amqp_url: &str, region: &str) -> Self {
        let connection = Connection::connect(amqp_url, ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        Self { region: region.to_owned(), histories: HashMap::new(), channel, _connection: connection }
    }

    /// The next event of an aggregate; publishes nothing yet.
    pub fn next<E: Event>(&mut self, aggregate_id: Uuid, event: &E) -> Sent {
        self.next_of_type(aggregate_id, E::TYPE, E::AGGREGATE, event.encode_to_vec())
    }

    /// As [`next`](Self::next), with any type and payload.
    pub fn next_of_type(
        &mut self,
        aggregate_id: Uuid,
        event_type: &str,
        aggregate_type: &'static str,
        payload: Vec<u8>,
    ) -> Sent {
        let event_id = IdGenerator.uuid();
        let (sequence, digest) = self.histories.entry(aggregate_id).or_default();
        *sequence += 1;
        *digest = extend_digest(digest, event_id);
        Sent {
            event_id,
            event_type: event_type.to_owned(),
            aggregate_type,
            aggregate_id,
            sequence: *sequence,
            digest: digest.clone(),
            payload,
        }
    }

    /// Publishes in this order, and returns when the broker has all of them in the queue.
    pub async fn send(&self, events: &[Sent]) {
        let mut confirms = Vec::new();
        for event in events {
            let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
            let (key, properties) = (routing_key("trajectory", event.aggregate_type), self.properties(event));
            let published = self.channel.basic_publish(
                EVENTS_EXCHANGE.into(),
                key.as_str().into(),
                options,
                &event.payload,
                properties,
            );
            confirms.push(published.await.unwrap());
        }
        for confirm in join_all(confirms).await {
            assert!(
                matches!(confirm.unwrap(), Confirmation::Ack(None)),
                "the broker has no queue for the event"
            );
        }
    }

    fn properties(&self, event: &Sent) -> BasicProperties {
        let mut headers = FieldTable::default();
        for (name, value) in [
            ("specversion", "1.0".to_owned()),
            ("id", event.event_id.to_string()),
            ("source", format!("bondgenoot/{}/trajectory", self.region)),
            ("type", event.event_type.clone()),
            ("time", "2026-11-22T12:00:00Z".to_owned()),
            ("producer", "trajectory".to_owned()),
            ("region", self.region.clone()),
            ("aggregatetype", event.aggregate_type.to_owned()),
            ("aggregateid", event.aggregate_id.to_string()),
            ("sequence", event.sequence.to_string()),
            ("epoch", "1".to_owned()),
            ("historydigest", hex::encode(&event.digest)),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        ] {
            headers.insert(format!("cloudEvents:{name}").into(), AMQPValue::LongString(value.into()));
        }
        BasicProperties::default()
            .with_delivery_mode(2)
            .with_content_type(CONTENT_TYPE.into())
            .with_message_id(event.event_id.to_string().into())
            .with_headers(headers)
    }
}

/// Waits until the queue of finance is there and bound.
pub async fn queue_is_ready(amqp_url: &str) {
    eventually("finance declares its queue", || async {
        let connection = Connection::connect(amqp_url, ConnectionProperties::default()).await.ok()?;
        let channel = connection.create_channel().await.ok()?;
        let options = QueueDeclareOptions { passive: true, ..Default::default() };
        let queue = queue_name("finance");
        let declared =
            channel.queue_declare(queue.as_str().into(), options, FieldTable::default()).await.ok()?;
        // The consumer binds before it consumes.
        (declared.consumer_count() > 0).then_some(())
    })
    .await;
}
