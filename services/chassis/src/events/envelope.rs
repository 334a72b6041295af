//! An event on the wire: `CloudEvents` names in the AMQP headers, protobuf in the body.
//!
//! Every header is text, so that any tool can read it. Nothing personal is in there: ids, codes, numbers, times.

use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldTable};
use uuid::Uuid;

use super::handler::Envelope;
use super::outbox::OutboxRow;

/// Body format, as MIME type.
pub const CONTENT_TYPE: &str = "application/protobuf";
const SPECVERSION: &str = "1.0";
const PERSISTENT: u8 = 2;
/// Longest text that may come in a header; ours are far shorter.
const MAX_HEADER: usize = 256;
const DIGEST_BYTES: usize = 32;

/// An event with what only its delivery needs.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) envelope: Envelope,
    /// Digest of the producer's history up to and with this event.
    pub(super) history_digest: Vec<u8>,
}

/// A message that is no event of ours, as far as it could be read.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) reason: &'static str,
    pub(super) error: String,
    pub(super) event_id: Option<Uuid>,
    pub(super) event_type: Option<String>,
    pub(super) payload: Vec<u8>,
}

/// What came from a queue.
#[derive(Debug)]
pub(super) enum Arrival {
    Event(Received),
    Unreadable(Unreadable),
}

/// The properties an event is published with.
pub(super) fn properties(row: &OutboxRow, producer: &str, region: &str) -> BasicProperties {
    let id = row.event_id.to_string();
    let mut headers = FieldTable::default();
    for (name, value) in [
        ("cloudEvents:specversion", SPECVERSION.to_owned()),
        ("cloudEvents:id", id.clone()),
        ("cloudEvents:source", source(region, producer)),
        ("cloudEvents:type", row.event_type.clone()),
        ("cloudEvents:time", row.recorded_at.to_string()),
        ("cloudEvents:producer", producer.to_owned()),
        ("cloudEvents:region", region.to_owned()),
        ("cloudEvents:aggregatetype", row.aggregate_type.clone()),
        ("cloudEvents:aggregateid", row.aggregate_id.to_string()),
        ("cloudEvents:sequence", row.event_sequence.to_string()),
        ("cloudEvents:epoch", row.epoch.to_string()),
        ("cloudEvents:historydigest", hex::encode(&row.digest)),
        ("cloudEvents:traceparent", row.traceparent.clone()),
    ] {
        headers.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type(CONTENT_TYPE.into())
        .with_message_id(id.into())
        .with_headers(headers)
}

/// Reads a delivery of this region.
pub(super) fn read(delivery: Delivery, region: &str) -> Arrival {
    let Delivery { properties, data, .. } = delivery;
    match parse(&properties, region) {
        Ok((mut envelope, history_digest)) => {
            envelope.payload = data;
            Arrival::Event(Received { envelope, history_digest })
        }
        Err((reason, error)) => Arrival::Unreadable(Unreadable {
            reason,
            error,
            event_id: header(&properties, "id").ok().and_then(|id| Uuid::try_parse(&id).ok()),
            event_type: header(&properties, "type").ok(),
            payload: data,
        }),
    }
}

type Wrong = (&'static str, String);

fn parse(properties: &BasicProperties, region: &str) -> Result<(Envelope, Vec<u8>), Wrong> {
    let text = |name| header(properties, name);
    let version = text("specversion")?;
    if version != SPECVERSION {
        return Err((
            "ENVELOPE_VERSION",
            format!("the envelope has version {version}, this build reads {SPECVERSION}"),
        ));
    }
    if properties.content_type().as_ref().map(lapin::types::ShortString::as_str) != Some(CONTENT_TYPE) {
        return Err(("CONTENT_TYPE", format!("the body is not {CONTENT_TYPE}")));
    }
    let producer = text("producer")?;
    let event_type = text("type")?;
    if !event_type.strip_prefix(&*producer).is_some_and(|rest| rest.starts_with('.')) {
        return Err(wrong("type", "it does not begin with its producer"));
    }
    let event_id = uuid(properties, "id")?;
    let envelope = Envelope {
        event_id,
        event_type,
        aggregate_type: text("aggregatetype")?,
        aggregate_id: uuid(properties, "aggregateid")?,
        sequence: positive(properties, "sequence")?,
        epoch: positive(properties, "epoch")?,
        recorded_at: text("time")?.parse().map_err(|_| wrong("time", "it is no instant"))?,
        traceparent: text("traceparent")?,
        producer,
        payload: Vec::new(),
    };
    let digest =
        hex::decode(text("historydigest")?).map_err(|_| wrong("historydigest", "it is not hexadecimal"))?;
    if digest.len() != DIGEST_BYTES {
        return Err(wrong("historydigest", "it is no SHA-256 digest"));
    }
    let (from, expected) = (text("source")?, source(region, &envelope.producer));
    if text("region")? != region || from != expected {
        return Err(("WRONG_REGION", format!("the event is not from {expected}")));
    }
    Ok((envelope, digest))
}

fn source(region: &str, producer: &str) -> String {
    format!("bondgenoot/{region}/{producer}")
}

fn header(properties: &BasicProperties, name: &'static str) -> Result<String, Wrong> {
    let headers = properties.headers().as_ref();
    let bytes = match headers.and_then(|headers| headers.inner().get(format!("cloudEvents:{name}").as_str()))
    {
        Some(AMQPValue::LongString(text)) => text.as_bytes(),
        Some(AMQPValue::ShortString(text)) => text.as_str().as_bytes(),
        Some(_) => return Err(wrong(name, "it is no text")),
        None => return Err(wrong(name, "it is missing")),
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.len() <= MAX_HEADER && !text.contains(char::is_control) => {
            Ok(text.to_owned())
        }
        _ => Err(wrong(name, "it is empty, too long or no text")),
    }
}

fn uuid(properties: &BasicProperties, name: &'static str) -> Result<Uuid, Wrong> {
    Uuid::try_parse(&header(properties, name)?).map_err(|_| wrong(name, "it is no id"))
}

fn positive(properties: &BasicProperties, name: &'static str) -> Result<i64, Wrong> {
    header(properties, name)?
        .parse()
        .ok()
        .filter(|number| *number >= 1)
        .ok_or_else(|| wrong(name, "it is no number from 1"))
}

fn wrong(name: &'static str, what: &str) -> Wrong {
    ("ENVELOPE", format!("header cloudEvents:{name}: {what}"))
}
