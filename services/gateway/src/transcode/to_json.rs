//! Protobuf bytes to JSON text, with default values emitted.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::timestamp;
use super::wire::{Raw, Reader};
use crate::contract::{Field, Kind, Message, Presence, Shape};

/// A service answered with bytes that are no such message.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not a {0}")]
pub struct Malformed(pub String);

/// Appends the message as JSON.
///
/// # Errors
/// When the bytes are not such a message.
pub fn to_json(message: &Message, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    write_message(message, bytes, out).ok_or_else(|| Malformed(message.name.to_string()))
}

/// Finds the text at a path of field numbers, without decoding the rest.
pub fn text_at<'w>(bytes: &'w [u8], path: &[u32]) -> Option<&'w str> {
    let (number, rest) = path.split_first()?;
    let found = Reader(bytes).filter_map(Result::ok).filter(|(found, _)| found == number).last()?;
    let (_, Raw::Bytes(bytes)) = found else { return None };
    if rest.is_empty() { std::str::from_utf8(bytes).ok() } else { text_at(bytes, rest) }
}

fn write_message(message: &Message, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut found: Vec<(usize, Raw<'_>)> = Vec::with_capacity(message.fields.len());
    for field in Reader(bytes) {
        let (number, raw) = field.ok()?;
        if let Ok(index) = message.fields.binary_search_by_key(&number, |field| field.number) {
            found.push((index, raw));
        }
    }
    // writers keep the order of numbers, so this is a check, rarely a sort
    if !found.is_sorted_by_key(|(index, _)| *index) {
        found.sort_by_key(|(index, _)| *index);
    }
    let mut rest = found.as_slice();
    let mut first = true;
    out.push(b'{');
    for (index, field) in message.fields.iter().enumerate() {
        let count = rest.iter().take_while(|(at, _)| *at == index).count();
        let (values, after) = rest.split_at_checked(count)?;
        rest = after;
        if values.is_empty() && !shown_when_absent(field) {
            continue;
        }
        if !first {
            out.push(b',');
        }
        first = false;
        out.extend_from_slice(field.json_key.as_bytes());
        match field.shape {
            Shape::Single => write_single(field, values, out)?,
            Shape::List => write_list(field, values, out)?,
            Shape::Map => write_map(field, values, out)?,
        }
    }
    out.push(b'}');
    Some(())
}

fn shown_when_absent(field: &Field) -> bool {
    field.shape != Shape::Single || field.presence == Presence::Implicit
}

fn write_single(field: &Field, values: &[(usize, Raw<'_>)], out: &mut Vec<u8>) -> Option<()> {
    match (values, &field.kind) {
        ([], kind) => write_default(kind, out),
        ([(_, one)], kind) => write_value(kind, *one, out),
        // a message written in parts is merged by joining them
        (parts, Kind::Message(message)) => {
            let mut joined = Vec::new();
            for (_, part) in parts {
                let Raw::Bytes(bytes) = part else { return None };
                joined.extend_from_slice(bytes);
            }
            write_message(message, &joined, out)
        }
        ([.., (_, last)], kind) => write_value(kind, *last, out),
    }
}

fn write_list(field: &Field, values: &[(usize, Raw<'_>)], out: &mut Vec<u8>) -> Option<()> {
    let numeric = !matches!(field.kind, Kind::String | Kind::Bytes | Kind::Message(_) | Kind::Timestamp);
    let mut first = true;
    let mut comma = |out: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
    };
    out.push(b'[');
    for (_, value) in values {
        match value {
            Raw::Bytes(packed) if numeric => {
                let mut reader = Reader(packed);
                while !reader.0.is_empty() {
                    let number = reader.varint()?;
                    comma(out);
                    write_value(&field.kind, Raw::Varint(number), out)?;
                }
            }
            one => {
                comma(out);
                write_value(&field.kind, *one, out)?;
            }
        }
    }
    out.push(b']');
    Some(())
}

fn write_map(field: &Field, values: &[(usize, Raw<'_>)], out: &mut Vec<u8>) -> Option<()> {
    // by key: a later entry replaces an earlier one, and the same answer is the same text
    let mut entries = std::collections::BTreeMap::new();
    for (_, value) in values {
        let Raw::Bytes(entry) = value else { return None };
        let (mut key, mut value) = ("", None);
        for part in Reader(entry) {
            match part.ok()? {
                (1, Raw::Bytes(bytes)) => key = std::str::from_utf8(bytes).ok()?,
                (2, raw) => value = Some(raw),
                _ => {}
            }
        }
        entries.insert(key, value);
    }
    out.push(b'{');
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_text(key, out)?;
        out.push(b':');
        match value {
            Some(value) => write_value(&field.kind, value, out)?,
            None => write_default(&field.kind, out)?,
        }
    }
    out.push(b'}');
    Some(())
}

fn write_default(kind: &Kind, out: &mut Vec<u8>) -> Option<()> {
    match kind {
        Kind::String | Kind::Bytes => out.extend_from_slice(b"\"\""),
        Kind::Timestamp | Kind::Message(_) => return write_value(kind, Raw::Bytes(&[]), out),
        _ => return write_value(kind, Raw::Varint(0), out),
    }
    Some(())
}

fn write_value(kind: &Kind, raw: Raw<'_>, out: &mut Vec<u8>) -> Option<()> {
    match (kind, raw) {
        (Kind::String, Raw::Bytes(bytes)) => write_text(std::str::from_utf8(bytes).ok()?, out),
        (Kind::Bytes, Raw::Bytes(bytes)) => write_text(&BASE64_STANDARD.encode(bytes), out),
        (Kind::Message(message), Raw::Bytes(bytes)) => write_message(message, bytes, out),
        (Kind::Timestamp, Raw::Bytes(bytes)) => timestamp::print(bytes, out),
        (Kind::Bool, Raw::Varint(value)) => {
            out.extend_from_slice(if value == 0 { b"false" } else { b"true" });
            Some(())
        }
        (Kind::Int32, Raw::Varint(value)) => write_number(truncated(value), out),
        (Kind::Uint32, Raw::Varint(value)) => write_number(truncated(value).cast_unsigned(), out),
        (Kind::Int64, Raw::Varint(value)) => write_quoted(value.cast_signed(), out),
        (Kind::Uint64, Raw::Varint(value)) => write_quoted(value, out),
        (Kind::Enum(set), Raw::Varint(value)) => {
            let number = truncated(value);
            match set.name(number) {
                Some(name) => write_text(name, out),
                None => write_number(number, out),
            }
        }
        _ => None,
    }
}

/// The low 32 bits, which is what protobuf says of a 32-bit field.
fn truncated(value: u64) -> i32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

fn write_text(text: &str, out: &mut Vec<u8>) -> Option<()> {
    serde_json::to_writer(out, text).ok()
}

fn write_number(number: impl std::fmt::Display, out: &mut Vec<u8>) -> Option<()> {
    use std::io::Write as _;
    write!(out, "{number}").ok()
}

fn write_quoted(number: impl std::fmt::Display, out: &mut Vec<u8>) -> Option<()> {
    use std::io::Write as _;
    write!(out, "\"{number}\"").ok()
}
