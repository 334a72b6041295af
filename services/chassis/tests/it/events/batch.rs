//! Several events in one message: how a backlog travels.

use chassis::events::BATCH_CONTENT_TYPE;
use chassis::events::CONTENT_TYPE;
use chassis::events::topology::{EVENTS_EXCHANGE, routing_key};
use futures::StreamExt as _;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use serde_json::json;
use uuid::Uuid;

use super::stage::{Stage, connect};
use super::wire::Tale;

/// Content types of the messages with intake's referrals, and their bodies.
async fn listen_in(stage: &Stage) -> lapin::Consumer {
    let channel = connect(&stage.region.amqp_url()).await.create_channel().await.unwrap();
    let queue = channel
        .queue_declare("".into(), QueueDeclareOptions::default(), FieldTable::default())
        .await
        .unwrap();
    let (name, key) = (queue.name().clone(), routing_key("intake", "referral"));
    channel
        .queue_bind(
            name.clone(),
            EVENTS_EXCHANGE.into(),
            key.into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        )
        .await
        .unwrap();
    channel
        .basic_consume(name, "".into(), BasicConsumeOptions::default(), FieldTable::default())
        .await
        .unwrap()
}

/// Events of messages until there were so many, per message.
async fn heard(messages: &mut lapin::Consumer, events: usize) -> Vec<(String, usize)> {
    let mut heard: Vec<(String, usize)> = Vec::new();
    while heard.iter().map(|(_, events)| events).sum::<usize>() < events {
        let message = messages.next().await.unwrap().unwrap();
        message.ack(BasicAckOptions::default()).await.unwrap();
        let kind = message.properties.content_type().as_ref().unwrap().as_str().to_owned();
        let number = if kind == CONTENT_TYPE {
            1
        } else {
            serde_json::from_slice::<Vec<serde_json::Value>>(&message.data).unwrap().len()
        };
        heard.push((kind, number));
    }
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_travels_in_few_messages_and_an_event_alone_by_itself() {
    let stage = Stage::start().await;
    let mut messages = listen_in(&stage).await;
    let referrals: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
    for number in 0..6 {
        for referral in &referrals {
            stage.producer.tell(*referral, &number.to_string()).await;
        }
    }

    stage.producer.relay(&stage.broker);

    stage.until("effects", 120).await;
    for referral in &referrals {
        assert_eq!(stage.story(*referral).await, ["0", "1", "2", "3", "4", "5"]);
    }
    stage.assert_once_and_in_order().await;
    let batch = |events| (BATCH_CONTENT_TYPE.to_owned(), events);
    assert_eq!(heard(&mut messages, 120).await, [batch(50), batch(50), batch(20)]);
    let unmarked = "select count(*) from chassis.outbox where published_at is null";
    testkit::eventually("all are marked", || async {
        (stage.producer.number(unmarked).await == 0).then_some(())
    })
    .await;

    stage.producer.tell(referrals[0], "6").await;
    stage.until("effects", 121).await;
    assert_eq!(heard(&mut messages, 1).await, [(CONTENT_TYPE.to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_large_travels_with_few_others() {
    let stage = Stage::start().await;
    let mut messages = listen_in(&stage).await;
    for _ in 0..4 {
        stage.producer.tell(Uuid::now_v7(), &"x".repeat(15_000)).await;
    }

    stage.producer.relay(&stage.broker);

    stage.until("effects", 4).await;
    let batch = |events| (BATCH_CONTENT_TYPE.to_owned(), events);
    assert_eq!(heard(&mut messages, 4).await, [batch(2), batch(2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_in_a_batch_is_parked_alone() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let (mut tale, mut other) = (Tale::new(), Tale::new());
    let (first, second) = (tale.next("one"), tale.next("two"));
    let mut foreign = other.clone().next("three");
    foreign.region = "elsewhere".to_owned();
    let mut xml = other.clone().next("four");
    xml.content_type = "application/xml";
    let mut endless = other.clone().next("five");
    endless.without = "sequence";
    let mut garbled = other.next("six").in_batch();
    garbled["data_base64"] = json!("%%%");
    let good = other.clone();

    let events = json!([
        first.in_batch(),
        foreign.in_batch(),
        xml.in_batch(),
        endless.in_batch(),
        garbled,
        "no object",
        second.in_batch(),
    ]);
    wire.send_batch(events.to_string().as_bytes()).await;
    wire.send_batch(b"[{\"id\": ").await;
    // Again: a redelivery after a connection that broke.
    wire.send_batch(events.to_string().as_bytes()).await;

    stage.until("effects", 2).await;
    assert_eq!(stage.story(tale.aggregate_id).await, ["one", "two"]);
    assert_eq!(stage.story(good.aggregate_id).await, Vec::<String>::new());
    stage.until("chassis.parked", 6).await;
    let mut reasons: Vec<String> = sqlx::query_scalar("select reason from chassis.parked")
        .fetch_all(&stage.consumer.database.admin)
        .await
        .unwrap();
    reasons.sort();
    assert_eq!(reasons, ["CONTENT_TYPE", "ENVELOPE", "ENVELOPE", "ENVELOPE", "ENVELOPE", "WRONG_REGION"]);
    let named: Vec<Uuid> = sqlx::query_scalar(
        "select event_id from chassis.parked where reason = 'WRONG_REGION' and error = 'the event is not from bondgenoot/waasland/intake'",
    )
    .fetch_all(&stage.consumer.database.admin)
    .await
    .unwrap();
    assert_eq!(named, [foreign.event_id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_in_a_batch_holds_back_its_own_aggregate_only() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tales: Vec<Tale> = (0..3).map(|_| Tale::new()).collect();
    let events: Vec<serde_json::Value> = ["one", "poison", "three"]
        .iter()
        .zip(&mut tales)
        .map(|(programme, tale)| tale.next(programme).in_batch())
        .collect();

    wire.send_batch(json!(events).to_string().as_bytes()).await;

    stage.until("chassis.parked", 1).await;
    stage.until("effects", 2).await;
    assert_eq!(stage.reason().await, "POISON");
}
