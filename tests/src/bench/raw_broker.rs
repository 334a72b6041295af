//! The peer of the event benchmark: a raw confirmed publish and consume on the same broker.

use std::time::Instant;

use anyhow::Context as _;
use chassis::events::CONTENT_TYPE;
use chassis::events::topology::{DEAD_EXCHANGE, EVENTS_EXCHANGE};
use chassis::id::IdGenerator;
use futures::StreamExt as _;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
    QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use proto::Event as _;
use proto::intake::events::v1::ReferralSubmitted;

use super::events::encode;
use crate::harness::RegionUnderTest;

/// Unconfirmed messages of the raw side; more does not help it.
const WINDOW: usize = 256;

/// What the raw side sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    /// What the goal names: 400 bytes, persistent, straight into a quorum queue.
    Plain,
    /// An event of ours without what makes it: its headers and body, `mandatory`, through a topic exchange into a queue with
    /// the arguments of a consumer's. The difference to `Plain` is the price of the envelope, not of relay and consumer.
    Event,
}

/// Messages per second through one quorum queue: persistent, confirmed with a window, acknowledged in lots.
pub(super) async fn raw(region: &RegionUnderTest, messages: i64, kind: Message) -> anyhow::Result<f64> {
    let url = region.local.state()?.amqp_url;
    let (publisher, consumer) = (connect(&url).await?, connect(&url).await?);
    let (sender, receiver) = (publisher.create_channel().await?, consumer.create_channel().await?);
    let name = format!("raw-{}", IdGenerator.uuid().simple());
    let (exchange, key) = declare(&sender, &name, kind).await?;
    sender.confirm_select(ConfirmSelectOptions::default()).await?;
    receiver.basic_qos(1_000, BasicQosOptions::default()).await?;
    let mut deliveries = receiver
        .basic_consume(
            name.as_str().into(),
            "raw".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    let body = if kind == Message::Plain { vec![7; 400] } else { encode(IdGenerator.uuid()) };
    let options = BasicPublishOptions { mandatory: kind == Message::Event, ..BasicPublishOptions::default() };
    let properties = properties(kind);
    let began = Instant::now();
    let publish = async {
        let mut window = std::collections::VecDeque::new();
        for _ in 0..messages {
            if window.len() >= WINDOW
                && let Some(oldest) = window.pop_front()
            {
                settle(oldest).await?;
            }
            let (exchange, key) = (exchange.as_str().into(), key.as_str().into());
            window.push_back(sender.basic_publish(exchange, key, options, &body, properties.clone()).await?);
        }
        for confirm in window {
            settle(confirm).await?;
        }
        anyhow::Ok(())
    };
    let consume = async {
        for number in 1..=messages {
            let delivery = deliveries.next().await.context("the queue ended")??;
            if number % 100 == 0 || number == messages {
                delivery.ack(BasicAckOptions { multiple: true }).await?;
            }
        }
        anyhow::Ok(())
    };
    tokio::try_join!(publish, consume)?;
    let per_second = f64::from(u32::try_from(messages)?) / began.elapsed().as_secs_f64();
    region.local.management().delete_queue(&region.vhost, &name).await?;
    Ok(per_second)
}

/// Declares the queue of the raw side. Gives exchange and routing key to publish with.
async fn declare(channel: &Channel, queue: &str, kind: Message) -> anyhow::Result<(String, String)> {
    let text = |value: &str| AMQPValue::LongString(value.into());
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    if kind == Message::Event {
        arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
        arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(1_000));
        arguments.insert("x-dead-letter-exchange".into(), text(DEAD_EXCHANGE));
        arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
        arguments.insert("x-overflow".into(), text("reject-publish"));
    }
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(queue.into(), durable, arguments).await?;
    if kind == Message::Plain {
        return Ok((String::new(), queue.to_owned()));
    }
    // The exchange of the events, with a key that no consumer of theirs is bound to.
    let bind = channel.queue_bind(
        queue.into(),
        EVENTS_EXCHANGE.into(),
        queue.into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    bind.await?;
    Ok((EVENTS_EXCHANGE.to_owned(), queue.to_owned()))
}

fn properties(kind: Message) -> BasicProperties {
    let plain = BasicProperties::default().with_delivery_mode(2);
    if kind == Message::Plain {
        return plain;
    }
    let (event, aggregate) = (IdGenerator.uuid().to_string(), IdGenerator.uuid().to_string());
    let mut headers = FieldTable::default();
    for (name, value) in [
        ("specversion", "1.0"),
        ("id", &event),
        ("source", "bondgenoot/waasland/intake"),
        ("type", ReferralSubmitted::TYPE),
        ("time", "2026-11-22T17:06:02.719603Z"),
        ("producer", "intake"),
        ("region", "waasland"),
        ("aggregatetype", "referral"),
        ("aggregateid", &aggregate),
        ("sequence", "1"),
        ("epoch", "1"),
        ("historydigest", &"ab".repeat(32)),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ] {
        headers.insert(format!("cloudEvents:{name}").into(), AMQPValue::LongString(value.into()));
    }
    plain.with_content_type(CONTENT_TYPE.into()).with_message_id(event.into()).with_headers(headers)
}

async fn connect(url: &str) -> anyhow::Result<Connection> {
    Ok(Connection::connect(url, ConnectionProperties::default()).await?)
}

async fn settle(confirm: lapin::PublisherConfirm) -> anyhow::Result<()> {
    anyhow::ensure!(confirm.await?.is_ack(), "the broker refused a message");
    Ok(())
}
