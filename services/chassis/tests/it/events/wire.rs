//! Events as a producer of a test puts them on the wire by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chassis::database::extend_digest;
use chassis::events::BATCH_CONTENT_TYPE;
use chassis::events::topology::{EVENTS_EXCHANGE, routing_key};
use jiff::Timestamp;
use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection};
use prost::Message as _;
use proto::intake::events::v1::ReferralWithdrawn;
use uuid::Uuid;

use super::stage::referral;

/// A made-up producer that puts events on the wire by hand.
pub struct Wire {
    connection: Connection,
}

/// An event as it goes onto the wire; every header can be made wrong.
#[derive(Debug, Clone)]
pub struct Telegram {
    pub event_id: Uuid,
    pub kind: &'static str,
    pub aggregate_type: &'static str,
    pub aggregate_id: Uuid,
    pub sequence: i64,
    pub epoch: i64,
    pub digest: Vec<u8>,
    pub region: String,
    pub payload: Vec<u8>,
    pub without: &'static str,
    /// Bytes of a header that nobody reads.
    pub padding: usize,
    pub content_type: &'static str,
}

/// The history of one aggregate as its producer tells it.
#[derive(Debug, Clone)]
pub struct Tale {
    pub aggregate_id: Uuid,
    pub epoch: i64,
    pub sequence: i64,
    pub digest: Vec<u8>,
}

impl Tale {
    pub fn new() -> Self {
        Self { aggregate_id: Uuid::now_v7(), epoch: 1, sequence: 0, digest: Vec::new() }
    }

    /// The next event of this history.
    pub fn next(&mut self, programme: &str) -> Telegram {
        let event_id = Uuid::now_v7();
        self.sequence += 1;
        self.digest = extend_digest(&self.digest, event_id);
        Telegram {
            event_id,
            kind: "intake.referral_submitted.v1",
            aggregate_type: "referral",
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            epoch: self.epoch,
            digest: self.digest.clone(),
            region: "waasland".to_owned(),
            payload: referral(self.aggregate_id, programme).encode_to_vec(),
            without: "",
            padding: 0,
            content_type: "application/protobuf",
        }
    }

    /// The next event, of a type nobody handles.
    pub fn next_unhandled(&mut self) -> Telegram {
        let payload =
            ReferralWithdrawn { referral_id: self.aggregate_id.to_string(), ..ReferralWithdrawn::default() };
        Telegram { kind: "intake.referral_withdrawn.v1", payload: payload.encode_to_vec(), ..self.next("") }
    }
}

impl Telegram {
    /// Its attributes, but for the one it goes without.
    fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![
            ("specversion", "1.0".to_owned()),
            ("id", self.event_id.to_string()),
            ("source", format!("bondgenoot/{}/intake", self.region)),
            ("type", self.kind.to_owned()),
            ("time", Timestamp::now().to_string()),
            ("producer", "intake".to_owned()),
            ("region", self.region.clone()),
            ("aggregatetype", self.aggregate_type.to_owned()),
            ("aggregateid", self.aggregate_id.to_string()),
            ("sequence", self.sequence.to_string()),
            ("epoch", self.epoch.to_string()),
            ("historydigest", hex::encode(&self.digest)),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        ];
        attributes.retain(|(name, _)| *name != self.without);
        attributes
    }

    /// How it looks among others in one message.
    pub fn in_batch(&self) -> serde_json::Value {
        let mut object: serde_json::Map<String, serde_json::Value> =
            self.attributes().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        object.insert("datacontenttype".to_owned(), self.content_type.into());
        object.insert("data_base64".to_owned(), STANDARD.encode(&self.payload).into());
        object.into()
    }
}

impl Wire {
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    pub async fn send(&self, telegram: &Telegram) {
        self.send_to(telegram, EVENTS_EXCHANGE, &routing_key("intake", telegram.aggregate_type)).await;
    }

    pub async fn send_to(&self, telegram: &Telegram, exchange: &str, key: &str) {
        let mut headers = FieldTable::default();
        for (name, value) in telegram.attributes() {
            headers.insert(format!("cloudEvents:{name}").into(), AMQPValue::LongString(value.into()));
        }
        if telegram.padding > 0 {
            headers.insert("padding".into(), AMQPValue::LongString("x".repeat(telegram.padding).into()));
        }
        let properties =
            BasicProperties::default().with_content_type(telegram.content_type.into()).with_headers(headers);
        self.put(&telegram.payload, properties, exchange, key).await;
    }

    /// Sends referrals in one message.
    pub async fn send_batch(&self, body: &[u8]) {
        let properties = BasicProperties::default().with_content_type(BATCH_CONTENT_TYPE.into());
        self.put(body, properties, EVENTS_EXCHANGE, &routing_key("intake", "referral")).await;
    }

    async fn put(&self, body: &[u8], properties: BasicProperties, exchange: &str, key: &str) {
        let channel = self.connection.create_channel().await.unwrap();
        channel.confirm_select(lapin::options::ConfirmSelectOptions::default()).await.unwrap();
        let confirm = channel
            .basic_publish(
                exchange.into(),
                key.into(),
                BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() },
                body,
                properties.with_delivery_mode(2),
            )
            .await
            .unwrap()
            .await
            .unwrap();
        assert!(
            confirm.is_ack() && confirm.take_message().is_none(),
            "the test's own event reached no queue"
        );
        channel.close(200, "done".into()).await.unwrap();
    }
}
