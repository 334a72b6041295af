//! Path variables and query parameters to protobuf bytes.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::nearest::nearest;
use super::violation::{Violations, listed, shorten};
use super::wire;
use crate::contract::{Body, Field, Kind, Message, Route, Shape};

/// Appends what the path binds. It stands after the body, so the path wins.
pub fn bind_path(route: &Route, path: &str, out: &mut Vec<u8>, violations: &mut Violations) {
    for (name, value) in route.template.values(path) {
        let Some((_, field)) = route.input.field(name) else { continue };
        match value {
            Some(text) if !text.contains('\0') => wire::put_bytes(out, field.number, text.as_bytes()),
            _ => violations.add(
                field.json_name.to_string(),
                "INVALID_CHARACTER",
                "the path is not UTF-8 text without U+0000",
                "percent-encode the value as UTF-8",
            ),
        }
    }
}

/// Appends what the query string gives. Notes whether names were written as in the `.proto` file.
pub fn bind_query(route: &Route, query: &str, out: &mut Vec<u8>, violations: &mut Violations) -> bool {
    let mut seen = 0_u128;
    let mut proto_names = false;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decode(name), decode(value)) else {
            violations.add(
                String::new(),
                "INVALID_CHARACTER",
                "the query is not UTF-8 text",
                "percent-encode names and values as UTF-8",
            );
            continue;
        };
        let Some((index, field)) = route.input.field(&name) else {
            unknown(&route.input, &name, violations);
            continue;
        };
        if route.body == Body::All {
            violations.add(
                name.into_owned(),
                "NOT_ALLOWED_HERE",
                "this call takes no query parameters",
                "send the field in the body",
            );
            continue;
        }
        if route.bound.iter().any(|bound| **bound == *field.name) {
            violations.add(
                name.into_owned(),
                "NOT_ALLOWED_HERE",
                "the path gives this field already",
                "leave it out of the query",
            );
            continue;
        }
        let bit = 1_u128 << (index & 127);
        if field.shape == Shape::Single && seen & bit != 0 {
            violations.add(
                name.into_owned(),
                "DUPLICATE_FIELD",
                "the field is given twice",
                "send the field once",
            );
            continue;
        }
        seen |= bit;
        proto_names |= *name != *field.json_name;
        if let Err((reason, message, remedy)) = put(field, &value, out) {
            violations.add(name.into_owned(), reason, message, remedy);
        }
    }
    proto_names
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| Cow::Owned(text.into_owned()))
}

fn unknown(message: &Message, name: &str, violations: &mut Violations) {
    let names = || message.fields.iter().map(|field| &*field.json_name);
    let remedy = match nearest(name, names()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("leave it out; known parameters: {}", listed(names())),
    };
    violations.add(shorten(name), "UNKNOWN_FIELD", "there is no such parameter", remedy);
}

fn put(field: &Field, text: &str, out: &mut Vec<u8>) -> Result<(), (&'static str, &'static str, String)> {
    let wrong = |remedy: &str| ("WRONG_TYPE", "the value has the wrong form", remedy.to_owned());
    let number = match (&field.kind, field.shape) {
        (Kind::Message(_) | Kind::Timestamp | Kind::Bytes, _) | (_, Shape::Map) => {
            return Err((
                "NOT_ALLOWED_HERE",
                "the field cannot be given in a query",
                "leave it out".to_owned(),
            ));
        }
        (Kind::String, _) if text.contains('\0') => {
            return Err((
                "INVALID_CHARACTER",
                "the text contains the character U+0000",
                "leave it out".to_owned(),
            ));
        }
        (Kind::String, _) => {
            wire::put_bytes(out, field.number, text.as_bytes());
            return Ok(());
        }
        (Kind::Bool, _) => u64::from(text.parse::<bool>().map_err(|_| wrong("use true or false"))?),
        (Kind::Int32, _) => text
            .parse::<i32>()
            .map(|value| wire::signed(value.into()))
            .map_err(|_| wrong("use a whole number"))?,
        (Kind::Int64, _) => text.parse::<i64>().map(wire::signed).map_err(|_| wrong("use a whole number"))?,
        (Kind::Uint32, _) => {
            text.parse::<u32>().map(u64::from).map_err(|_| wrong("use a whole number from 0"))?
        }
        (Kind::Uint64, _) => text.parse::<u64>().map_err(|_| wrong("use a whole number from 0"))?,
        (Kind::Enum(set), _) => {
            let by_number = || text.parse::<i32>().ok().filter(|number| set.name(*number).is_some());
            let number = set.number(text).or_else(by_number).ok_or_else(|| {
                let remedy = format!("use one of {}", listed(set.choices()));
                ("UNKNOWN_VALUE", "this is none of the allowed values", remedy)
            })?;
            wire::signed(number.into())
        }
    };
    wire::put_tag(out, field.number, wire::VARINT);
    wire::put_varint(out, number);
    Ok(())
}
