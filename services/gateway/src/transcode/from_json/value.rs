//! One value, checked against the kind that may stand there.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::context::{Context, Step};
use super::fields::{read_map, read_message};
use crate::contract::{Enumeration, Field, Kind, Message, Shape};
use crate::transcode::violation::listed;
use crate::transcode::{timestamp, wire};

/// Most items that a list or a map may have, whatever the contract says of a field.
pub(super) const MOST_ITEMS: usize = 10_000;

/// What may stand at a place.
pub(super) enum Expected<'s> {
    Root(&'s Message),
    Field(&'s Field),
    /// One value of a list or map: with tag of this number, unless it is packed.
    One {
        kind: &'s Kind,
        number: u32,
        packed: bool,
    },
}

/// Reads one value.
pub(super) struct Value<'c, 's> {
    pub(super) context: &'c mut Context<'s>,
    pub(super) kind: &'c Expected<'s>,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'s> Value<'_, 's> {
    /// The kind of a single value, with its tag's number; `None` where a list, a map or the body is expected.
    fn single(&self) -> Option<(&'s Kind, u32, bool)> {
        match *self.kind {
            Expected::Root(_) => None,
            Expected::Field(field) => {
                (field.shape == Shape::Single).then_some((&field.kind, field.number, false))
            }
            Expected::One { kind, number, packed, .. } => Some((kind, number, packed)),
        }
    }

    fn wrong_type(self, given: &'static str) {
        let (wanted, remedy): (Cow<'static, str>, Cow<'static, str>) = match *self.kind {
            Expected::Root(_) => {
                ("an object".into(), "send a JSON object, such as {\"programme\": \"...\"}".into())
            }
            Expected::Field(Field { shape: Shape::List, .. }) => {
                ("a list".into(), "send a list, such as [...]".into())
            }
            Expected::Field(Field { shape: Shape::Map, .. }) => {
                ("an object".into(), "send an object with one entry per key".into())
            }
            Expected::Field(Field { kind, .. }) | Expected::One { kind, .. } => describe(kind),
        };
        self.context.violation("WRONG_TYPE", format!("this is {given}, {wanted} is expected"), remedy);
    }

    fn varint(self, number: u32, packed: bool, value: u64) {
        if !packed {
            wire::put_tag(&mut self.context.out, number, wire::VARINT);
        }
        wire::put_varint(&mut self.context.out, value);
    }

    fn integer(self, value: i128, given: &'static str) {
        let Some((kind, number, packed)) = self.single() else { return self.wrong_type(given) };
        let (least, most) = match kind {
            Kind::Int32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
            Kind::Int64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
            Kind::Uint32 => (0, i128::from(u32::MAX)),
            Kind::Uint64 => (0, i128::from(u64::MAX)),
            Kind::Enum(set) => {
                let known = i32::try_from(value).ok().filter(|number| set.name(*number).is_some());
                return match known {
                    Some(value) => self.varint(number, packed, wire::signed(i64::from(value))),
                    None => self.unknown_word(set),
                };
            }
            _ => return self.wrong_type(given),
        };
        match i64::try_from(value).map(wire::signed).or_else(|_| u64::try_from(value)) {
            Ok(wire) if (least..=most).contains(&value) => self.varint(number, packed, wire),
            _ => self.context.violation(
                "OUT_OF_RANGE",
                "the number does not fit",
                format!("send a whole number from {least} to {most}"),
            ),
        }
    }

    fn unknown_word(self, set: &Enumeration) {
        self.context.violation(
            "UNKNOWN_VALUE",
            "this is none of the allowed values",
            format!("use one of {}", listed(set.choices())),
        );
    }

    fn text(self, text: &str) {
        let Some((kind, number, packed)) = self.single() else { return self.wrong_type("text") };
        match kind {
            Kind::String if text.contains('\0') => self.context.violation(
                "INVALID_CHARACTER",
                "the text contains the character U+0000",
                "leave the character out",
            ),
            Kind::String => wire::put_bytes(&mut self.context.out, number, text.as_bytes()),
            Kind::Bytes => match decode_base64(text) {
                Some(bytes) => wire::put_bytes(&mut self.context.out, number, &bytes),
                None => self.context.violation(
                    "WRONG_FORMAT",
                    "this is not base64",
                    "send the bytes as base64 text",
                ),
            },
            Kind::Enum(set) => match set.number(text) {
                Some(value) => self.varint(number, packed, wire::signed(i64::from(value))),
                None => self.unknown_word(set),
            },
            Kind::Timestamp => match timestamp::parse(text) {
                Some(instant) => {
                    wire::put_tag(&mut self.context.out, number, wire::LENGTH);
                    let start = wire::open(&mut self.context.out);
                    timestamp::put(&mut self.context.out, instant);
                    wire::close(&mut self.context.out, start);
                }
                None => self.context.violation(
                    "WRONG_FORMAT",
                    "this is not an instant",
                    "send RFC 3339 text, such as 2026-06-14T10:00:00Z",
                ),
            },
            Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 => match text.parse::<i128>() {
                Ok(value) => self.integer(value, "text"),
                Err(_) => self.wrong_type("text"),
            },
            Kind::Bool | Kind::Message(_) => self.wrong_type("text"),
        }
    }
}

fn describe(kind: &Kind) -> (Cow<'static, str>, Cow<'static, str>) {
    match kind {
        Kind::Bool => ("true or false".into(), "send true or false, without quotes".into()),
        Kind::Int32 | Kind::Uint32 => ("a whole number".into(), "send a whole number, such as 12".into()),
        Kind::Int64 | Kind::Uint64 => {
            ("a whole number".into(), "send a whole number as text, such as \"12\"".into())
        }
        Kind::String => ("text".into(), "send text in double quotes".into()),
        Kind::Bytes => ("base64 text".into(), "send the bytes as base64 text".into()),
        Kind::Enum(set) => {
            ("one of the allowed values".into(), format!("use one of {}", listed(set.choices())).into())
        }
        Kind::Message(_) => ("an object".into(), "send a JSON object".into()),
        Kind::Timestamp => ("an instant".into(), "send RFC 3339 text, such as 2026-06-14T10:00:00Z".into()),
    }
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const ANY_PADDING: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let standard = GeneralPurpose::new(&base64::alphabet::STANDARD, ANY_PADDING);
    let url_safe = GeneralPurpose::new(&base64::alphabet::URL_SAFE, ANY_PADDING);
    standard.decode(text).or_else(|_| url_safe.decode(text)).ok()
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        match self.kind {
            // null is "not given", but not inside a list or map, where something must be meant
            Expected::Field(_) => {}
            Expected::Root(_) | Expected::One { .. } => self.wrong_type("null"),
        }
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        match self.single() {
            Some((Kind::Bool, number, packed)) => self.varint(number, packed, u64::from(value)),
            _ => self.wrong_type("true or false"),
        }
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.integer(i128::from(value), "a number");
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.integer(i128::from(value), "a number");
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        // 12.0 and 1.2e1 are whole numbers in JSON: Rust prints both as `12`
        match value.to_string().parse::<i128>() {
            Ok(whole) => self.integer(whole, "a number"),
            Err(_) => self.wrong_type("a number with decimals"),
        }
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.text(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Expected::Field(field @ Field { shape: Shape::List, .. }) = *self.kind else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            self.wrong_type("a list");
            return Ok(());
        };
        let context = self.context;
        let packed = !matches!(field.kind, Kind::String | Kind::Bytes | Kind::Message(_) | Kind::Timestamp);
        let before = context.out.len();
        let start = packed.then(|| {
            wire::put_tag(&mut context.out, field.number, wire::LENGTH);
            wire::open(&mut context.out)
        });
        let expected = Expected::One { kind: &field.kind, number: field.number, packed };
        let mut index = 0;
        loop {
            context.path.push(Step::Item(index));
            let item = items.next_element_seed(Value { context: &mut *context, kind: &expected })?;
            context.path.pop();
            if item.is_none() {
                break;
            }
            index += 1;
            if index == MOST_ITEMS {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                context.violation(
                    "TOO_MANY",
                    "the list is too long",
                    format!("send fewer than {MOST_ITEMS} items"),
                );
                break;
            }
        }
        match start {
            Some(_) if index == 0 => context.out.truncate(before),
            Some(start) => wire::close(&mut context.out, start),
            None => {}
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let one = match *self.kind {
            Expected::Root(message) => return read_message(self.context, message, entries),
            Expected::Field(field) if field.shape == Shape::Map => {
                return read_map(self.context, field, entries);
            }
            Expected::Field(field) if field.shape == Shape::List => None,
            Expected::Field(field) => Some((&field.kind, field.number)),
            Expected::One { kind, number, .. } => Some((kind, number)),
        };
        let Some((Kind::Message(message), number)) = one else {
            while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            self.wrong_type("an object");
            return Ok(());
        };
        wire::put_tag(&mut self.context.out, number, wire::LENGTH);
        let start = wire::open(&mut self.context.out);
        read_message(&mut *self.context, message, entries)?;
        wire::close(&mut self.context.out, start);
        Ok(())
    }
}
