//! Exchanges, queues and bindings. Declared anew by every generation of publisher and consumer, with the same arguments.
//!
//! ```text
//! bondgenoot.events (topic) --<producer>.<aggregate>--> bondgenoot.<service>       quorum, single active consumer
//!                                                            | more than 1,000 deliveries
//! bondgenoot.dead (direct)  --bondgenoot.<service>-->   bondgenoot.<service>.dead  drained back by its own consumer
//! ```
//!
//! The contract names the consumers of every event, so the publisher declares their queues too: an event published before
//! its consumer ever ran is kept, and a binding that got lost is back with the next generation. There is no alternate
//! exchange: with one, the broker takes a message that no queue wants for delivered, and a lost binding would cost events. A
//! returned message instead leaves its outbox row unpublished, which is counted, seen and repaired.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind};

use super::connection::{BrokerError, timed};

/// The exchange every event goes to; routing key `<producer>.<aggregate>`.
pub const EVENTS_EXCHANGE: &str = "bondgenoot.events";
/// Where queues put what was delivered too often.
pub const DEAD_EXCHANGE: &str = "bondgenoot.dead";
/// A net for crashes only: every disconnect of a consumer counts as a delivery of all it held.
const DELIVERY_LIMIT: i64 = 1_000;
/// Dead queues have nothing behind them. RabbitMQ 4 gives a queue without a limit one of 20, and drops what exceeds it.
const DEAD_DELIVERY_LIMIT: i64 = 1_000_000_000;

/// Name of a service's queue.
pub fn queue_name(service: &str) -> String {
    format!("bondgenoot.{service}")
}

/// Name of a service's dead queue.
pub fn dead_queue_name(service: &str) -> String {
    format!("bondgenoot.{service}.dead")
}

/// Routing key of the events of an aggregate.
pub fn routing_key(producer: &str, aggregate: &str) -> String {
    format!("{producer}.{aggregate}")
}

/// The publisher's part: the exchange, and the queues of all consumers the contract names for this producer.
pub(super) async fn declare_for_publisher(channel: &Channel, producer: &str) -> Result<(), BrokerError> {
    declare_exchanges(channel).await?;
    let mut consumers: Vec<(&str, &str)> = proto::EVENT_TYPES
        .iter()
        .filter(|event| event.producer == producer)
        .flat_map(|event| event.consumers.iter().map(|consumer| (*consumer, event.aggregate)))
        .collect();
    consumers.sort_unstable();
    consumers.dedup();
    let mut declared = None;
    for (consumer, aggregate) in consumers {
        if declared != Some(consumer) {
            declare_queues(channel, consumer).await?;
            declared = Some(consumer);
        }
        bind(channel, &queue_name(consumer), EVENTS_EXCHANGE, &routing_key(producer, aggregate)).await?;
    }
    Ok(())
}

/// The consumer's part: its queues, bound to every aggregate it has a handler for.
pub(super) async fn declare_for_consumer(
    channel: &Channel,
    service: &str,
    bindings: &[(&'static str, &'static str)],
) -> Result<(), BrokerError> {
    declare_exchanges(channel).await?;
    declare_queues(channel, service).await?;
    for (producer, aggregate) in bindings {
        bind(channel, &queue_name(service), EVENTS_EXCHANGE, &routing_key(producer, aggregate)).await?;
    }
    Ok(())
}

/// Whether the contract names a consumer for this type of event.
pub(super) fn has_consumer(event_type: &str) -> bool {
    proto::EVENT_TYPES.iter().any(|event| event.name == event_type && !event.consumers.is_empty())
}

async fn declare_exchanges(channel: &Channel) -> Result<(), BrokerError> {
    for (name, kind) in [(EVENTS_EXCHANGE, ExchangeKind::Topic), (DEAD_EXCHANGE, ExchangeKind::Direct)] {
        let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        timed(
            "declare exchange",
            channel.exchange_declare(name.into(), kind, options, FieldTable::default()),
        )
        .await?;
    }
    Ok(())
}

async fn declare_queues(channel: &Channel, service: &str) -> Result<(), BrokerError> {
    let (queue, dead) = (queue_name(service), dead_queue_name(service));
    declare_queue(channel, &dead, &[("x-delivery-limit", DEAD_DELIVERY_LIMIT.into())]).await?;
    bind(channel, &dead, DEAD_EXCHANGE, &queue).await?;
    let arguments = [
        ("x-delivery-limit", DELIVERY_LIMIT.into()),
        ("x-dead-letter-exchange", text(DEAD_EXCHANGE)),
        ("x-dead-letter-routing-key", text(&queue)),
        ("x-dead-letter-strategy", text("at-least-once")),
        ("x-overflow", text("reject-publish")),
    ];
    declare_queue(channel, &queue, &arguments).await
}

async fn declare_queue(channel: &Channel, name: &str, more: &[(&str, AMQPValue)]) -> Result<(), BrokerError> {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments.insert("x-single-active-consumer".into(), true.into());
    for (key, value) in more {
        arguments.insert((*key).into(), value.clone());
    }
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    timed("declare queue", channel.queue_declare(name.into(), options, arguments)).await?;
    Ok(())
}

async fn bind(channel: &Channel, queue: &str, exchange: &str, key: &str) -> Result<(), BrokerError> {
    let bound = channel.queue_bind(
        queue.into(),
        exchange.into(),
        key.into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    timed("bind queue", bound).await
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}
