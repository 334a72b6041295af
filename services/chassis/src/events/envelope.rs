//! An event on the wire: `CloudEvents` names in the AMQP headers, protobuf in the body.
//!
//! Every header is text, so that any tool can read it. Nothing personal is in there: ids, codes, numbers, times. Several
//! events in one message have the same attributes (`batch`).

use std::borrow::Cow;

use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldTable};
use uuid::Uuid;

use super::batch::{self, BATCH_CONTENT_TYPE};
use super::handler::Envelope;
use super::outbox::OutboxRow;

/// Body format, as MIME type.
pub const CONTENT_TYPE: &str = "application/protobuf";
const SPECVERSION: &str = "1.0";
pub(super) const PERSISTENT: u8 = 2;
/// Longest text of an attribute; ours are far shorter.
const MAX_ATTRIBUTE: usize = 256;
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

/// The `CloudEvents` attributes of an event, all text.
pub(super) fn attributes<'a>(
    row: &'a OutboxRow,
    producer: &'a str,
    region: &'a str,
) -> [(&'static str, Cow<'a, str>); 13] {
    [
        ("specversion", SPECVERSION.into()),
        ("id", row.event_id.to_string().into()),
        ("source", source(region, producer).into()),
        ("type", row.event_type.as_str().into()),
        ("time", row.recorded_at.to_string().into()),
        ("producer", producer.into()),
        ("region", region.into()),
        ("aggregatetype", row.aggregate_type.as_str().into()),
        ("aggregateid", row.aggregate_id.to_string().into()),
        ("sequence", row.event_sequence.to_string().into()),
        ("epoch", row.epoch.to_string().into()),
        ("historydigest", hex::encode(&row.digest).into()),
        ("traceparent", row.traceparent.as_str().into()),
    ]
}

/// The properties an event is published with.
pub(super) fn properties(row: &OutboxRow, producer: &str, region: &str) -> BasicProperties {
    let mut headers = FieldTable::default();
    for (name, value) in attributes(row, producer, region) {
        headers
            .insert(format!("cloudEvents:{name}").into(), AMQPValue::LongString(value.into_owned().into()));
    }
    BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type(CONTENT_TYPE.into())
        .with_message_id(row.event_id.to_string().into())
        .with_headers(headers)
}

/// Reads a delivery of this region: an event, or a batch of them.
pub(super) fn read(delivery: Delivery, region: &str) -> Vec<Arrival> {
    let Delivery { properties, data, .. } = delivery;
    let content_type = properties.content_type().as_ref().map(lapin::types::ShortString::as_str);
    if content_type == Some(BATCH_CONTENT_TYPE) {
        return batch::read(data, region);
    }
    let text = |name| header(&properties, name);
    // Only what is parked needs the body twice.
    let arrival = match parse(text, content_type, Vec::new(), region) {
        Ok(mut received) => {
            received.envelope.payload = data;
            Arrival::Event(received)
        }
        Err((reason, error)) => Arrival::Unreadable(Unreadable {
            reason,
            error,
            event_id: text("id").ok().and_then(|id| Uuid::try_parse(&id).ok()),
            event_type: text("type").ok(),
            payload: data,
        }),
    };
    vec![arrival]
}

/// A code for why an event cannot be read, and what is wrong with it.
pub(super) type Wrong = (&'static str, String);

/// Reads an event from its attributes and body.
pub(super) fn parse(
    text: impl Fn(&'static str) -> Result<String, Wrong>,
    content_type: Option<&str>,
    payload: Vec<u8>,
    region: &str,
) -> Result<Received, Wrong> {
    let version = text("specversion")?;
    if version != SPECVERSION {
        return Err((
            "ENVELOPE_VERSION",
            format!("the envelope has version {version}, this build reads {SPECVERSION}"),
        ));
    }
    if content_type != Some(CONTENT_TYPE) {
        return Err(("CONTENT_TYPE", format!("the body is not {CONTENT_TYPE}")));
    }
    let uuid = |name| Uuid::try_parse(&text(name)?).map_err(|_| wrong(name, "it is no id"));
    let positive = |name| {
        let number: Option<i64> = text(name)?.parse().ok();
        number.filter(|number| *number >= 1).ok_or_else(|| wrong(name, "it is no number from 1"))
    };
    let producer = text("producer")?;
    let event_type = text("type")?;
    if !event_type.strip_prefix(&*producer).is_some_and(|rest| rest.starts_with('.')) {
        return Err(wrong("type", "it does not begin with its producer"));
    }
    let envelope = Envelope {
        event_id: uuid("id")?,
        event_type,
        aggregate_type: text("aggregatetype")?,
        aggregate_id: uuid("aggregateid")?,
        sequence: positive("sequence")?,
        epoch: positive("epoch")?,
        recorded_at: text("time")?.parse().map_err(|_| wrong("time", "it is no instant"))?,
        traceparent: text("traceparent")?,
        producer,
        payload,
    };
    let history_digest =
        hex::decode(text("historydigest")?).map_err(|_| wrong("historydigest", "it is not hexadecimal"))?;
    if history_digest.len() != DIGEST_BYTES {
        return Err(wrong("historydigest", "it is no SHA-256 digest"));
    }
    let (from, expected) = (text("source")?, source(region, &envelope.producer));
    if text("region")? != region || from != expected {
        return Err(("WRONG_REGION", format!("the event is not from {expected}")));
    }
    Ok(Received { envelope, history_digest })
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
    checked(name, bytes)
}

/// The text of an attribute.
pub(super) fn checked(name: &'static str, bytes: &[u8]) -> Result<String, Wrong> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.len() <= MAX_ATTRIBUTE && !text.contains(char::is_control) => {
            Ok(text.to_owned())
        }
        _ => Err(wrong(name, "it is empty, too long or no text")),
    }
}

pub(super) fn wrong(name: &'static str, what: &str) -> Wrong {
    ("ENVELOPE", format!("attribute {name}: {what}"))
}
