//! Several events in one message: what a relay sends while it catches up.
//!
//! The body is a `CloudEvents` JSON batch: an array of objects with the attributes that a single event has as headers, and the
//! protobuf body under `data_base64`. A broker's work is per message and hardly per byte, so a backlog costs it a fraction.
//! An event that has none beside it travels alone, as `envelope` says.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lapin::BasicProperties;
use serde::ser::SerializeMap as _;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::envelope::{self, Arrival, CONTENT_TYPE, PERSISTENT, Received, Unreadable, Wrong};
use super::outbox::OutboxRow;

/// Format of a batch, as MIME type.
pub const BATCH_CONTENT_TYPE: &str = "application/cloudevents-batch+json";
/// Events of one message at most: 100 unacknowledged messages of these are still some megabytes.
const EVENTS: usize = 50;
/// Bytes of bodies in one message, before encoding; a larger event travels alone.
const BYTES: usize = 32 * 1024;

/// Rows that go in one message each, all of one kind of aggregate. Rows of a kind stay in order; the kinds follow each other
/// as they first come.
pub(super) fn bundles(rows: Vec<OutboxRow>) -> Vec<Vec<OutboxRow>> {
    let mut bundles: Vec<(usize, Vec<OutboxRow>)> = Vec::new();
    for row in rows {
        let newest = bundles.iter_mut().rfind(|(_, bundle)| {
            bundle.first().is_some_and(|first| first.aggregate_type == row.aggregate_type)
        });
        match newest {
            Some((bytes, bundle)) if bundle.len() < EVENTS && *bytes + row.payload.len() <= BYTES => {
                *bytes += row.payload.len();
                bundle.push(row);
            }
            _ => bundles.push((row.payload.len(), vec![row])),
        }
    }
    bundles.into_iter().map(|(_, bundle)| bundle).collect()
}

/// The properties a batch is published with.
pub(super) fn properties() -> BasicProperties {
    BasicProperties::default().with_delivery_mode(PERSISTENT).with_content_type(BATCH_CONTENT_TYPE.into())
}

/// The body of a batch.
pub(super) fn body(rows: &[OutboxRow], producer: &str, region: &str) -> Result<Vec<u8>, serde_json::Error> {
    let events: Vec<Event<'_>> = rows.iter().map(|row| Event { row, producer, region }).collect();
    serde_json::to_vec(&events)
}

struct Event<'a> {
    row: &'a OutboxRow,
    producer: &'a str,
    region: &'a str,
}

impl serde::Serialize for Event<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (name, value) in envelope::attributes(self.row, self.producer, self.region) {
            object.serialize_entry(name, &*value)?;
        }
        object.serialize_entry("datacontenttype", CONTENT_TYPE)?;
        object.serialize_entry("data_base64", &STANDARD.encode(&self.row.payload))?;
        object.end()
    }
}

/// Reads a batch of this region. What cannot be read is parked alone; the others are events like any.
pub(super) fn read(body: Vec<u8>, region: &str) -> Vec<Arrival> {
    if let Ok(events) = serde_json::from_slice::<Vec<&RawValue>>(&body) {
        return events.into_iter().map(|event| read_one(event.get(), region)).collect();
    }
    vec![Arrival::Unreadable(Unreadable {
        reason: "ENVELOPE",
        error: "the body is no JSON array".to_owned(),
        event_id: None,
        event_type: None,
        payload: body,
    })]
}

fn read_one(event: &str, region: &str) -> Arrival {
    let attributes: BTreeMap<Cow<'_, str>, Cow<'_, str>> = serde_json::from_str(event).unwrap_or_default();
    let text = |name: &'static str| match attributes.get(name) {
        Some(text) => envelope::checked(name, text.as_bytes()),
        None => Err(envelope::wrong(name, "it is missing")),
    };
    match parse(&attributes, text, region) {
        Ok(received) => Arrival::Event(received),
        Err((reason, error)) => Arrival::Unreadable(Unreadable {
            reason,
            error,
            event_id: text("id").ok().and_then(|id| Uuid::try_parse(&id).ok()),
            event_type: text("type").ok(),
            payload: event.as_bytes().to_vec(),
        }),
    }
}

fn parse(
    attributes: &BTreeMap<Cow<'_, str>, Cow<'_, str>>,
    text: impl Fn(&'static str) -> Result<String, Wrong>,
    region: &str,
) -> Result<Received, Wrong> {
    let content_type = attributes.get("datacontenttype").map(|text| &**text);
    let data =
        attributes.get("data_base64").ok_or_else(|| envelope::wrong("data_base64", "it is missing"))?;
    let payload = STANDARD.decode(&**data).map_err(|_| envelope::wrong("data_base64", "it is not base64"))?;
    envelope::parse(text, content_type, payload, region)
}
