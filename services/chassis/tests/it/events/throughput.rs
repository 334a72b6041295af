//! A sanity check, not a benchmark: the path is pipelined, not one round trip per event.

use std::time::Instant;

use futures::StreamExt as _;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
    QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection, ConnectionProperties};

use super::stage::Stage;

const EVENTS: i64 = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_drains_at_a_good_part_of_the_speed_of_the_bare_broker() {
    let stage = Stage::start().await;
    stage
        .producer
        .execute(&format!(
            "with made as (
                select gen_random_uuid() as aggregate, gen_random_uuid() as event, number from generate_series(1, {EVENTS}) as number
             ), history as (
                insert into chassis.histories select aggregate, 'referral', 1, 1, sha256(uuid_send(event)) from made
             )
             insert into chassis.outbox
                (event_id, event_type, aggregate_type, aggregate_id, event_sequence, epoch, digest, recorded_at, traceparent, payload)
             select event, 'intake.referral_submitted.v1', 'referral', aggregate, 1, 1, sha256(uuid_send(event)), now(),
                    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', ''
             from made order by number"
        ))
        .await;
    let bare = bare(&stage).await;

    let started = Instant::now();
    stage.producer.relay(&stage.broker);
    stage.until("effects", EVENTS).await;
    let ours = started.elapsed();

    println!("{EVENTS} events: bare broker {bare:?}, outbox to effect {ours:?}");
    stage.assert_once_and_in_order().await;
    assert!(ours < bare * 20, "the bare broker took {bare:?}, outbox to effect {ours:?}");
}

/// Publishes with pipelined confirms and consumes, without a database.
async fn bare(stage: &Stage) -> std::time::Duration {
    let connection =
        Connection::connect(&stage.region.amqp_url(), ConnectionProperties::default()).await.unwrap();
    let (publish, consume) =
        (connection.create_channel().await.unwrap(), connection.create_channel().await.unwrap());
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    publish.queue_declare("bare".into(), durable, arguments).await.unwrap();
    publish.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    consume.basic_qos(1_000, BasicQosOptions::default()).await.unwrap();
    let mut deliveries = consume
        .basic_consume("bare".into(), "".into(), BasicConsumeOptions::default(), FieldTable::default())
        .await
        .unwrap();
    let started = Instant::now();
    let publishing = tokio::spawn(async move {
        let mut confirms = std::collections::VecDeque::new();
        for _ in 0..EVENTS {
            if confirms.len() >= 256 {
                let oldest: lapin::PublisherConfirm = confirms.pop_front().unwrap();
                oldest.await.unwrap();
            }
            let properties = BasicProperties::default().with_delivery_mode(2);
            let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
            confirms.push_back(
                publish
                    .basic_publish("".into(), "bare".into(), options, &[7; 400], properties)
                    .await
                    .unwrap(),
            );
        }
        for confirm in confirms {
            confirm.await.unwrap();
        }
    });
    for number in 1..=EVENTS {
        let delivery = deliveries.next().await.unwrap().unwrap();
        if number % 250 == 0 {
            delivery.acker.ack(BasicAckOptions { multiple: true }).await.unwrap();
        }
    }
    publishing.await.unwrap();
    let took = started.elapsed();
    connection.close(200, "done".into()).await.unwrap();
    took
}
