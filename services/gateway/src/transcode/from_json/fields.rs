//! The members of an object: fields of a message, or entries of a map.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::context::{Context, Step};
use super::value::{Expected, MOST_ITEMS, Value};
use crate::contract::{Field, Message, Presence};
use crate::transcode::nearest::nearest;
use crate::transcode::violation::listed;
use crate::transcode::wire;

/// Reads the fields of a message.
pub(super) fn read_message<'de, 's, A: MapAccess<'de>>(
    context: &mut Context<'s>,
    message: &'s Message,
    mut entries: A,
) -> Result<(), A::Error> {
    let mut seen = 0_u128;
    let mut groups: Vec<(u16, &str)> = Vec::new();
    while let Some(key) = entries.next_key_seed(FieldName(message))? {
        let (index, field, proto_name) = match key {
            Key::Known { index, field, proto_name } => (index, field, proto_name),
            Key::Unknown(name) => {
                entries.next_value::<IgnoredAny>()?;
                unknown_field(context, message, &name);
                continue;
            }
        };
        context.proto_names |= proto_name;
        context.path.push(Step::Field(if proto_name { &field.name } else { &field.json_name }));
        let bit = 1_u128 << (index & 127);
        if seen & bit == 0 {
            let before = context.out.len();
            entries.next_value_seed(Value { context: &mut *context, kind: &Expected::Field(field) })?;
            if let (Presence::OneOf(group), true) = (field.presence, context.out.len() > before) {
                if let Some((_, other)) = groups.iter().find(|(known, _)| *known == group) {
                    let remedy = format!("send either this field or `{other}`");
                    context.violation("NOT_BOTH", "only one field of this group may be given", remedy);
                }
                groups.push((group, &field.json_name));
            }
        } else {
            entries.next_value::<IgnoredAny>()?;
            context.violation("DUPLICATE_FIELD", "the field is given twice", "send the field once");
        }
        seen |= bit;
        context.path.pop();
    }
    Ok(())
}

fn unknown_field(context: &mut Context<'_>, message: &Message, name: &str) {
    let names = || message.fields.iter().map(|field| &*field.json_name);
    let remedy = match nearest(name, names()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if message.fields.is_empty() => "send an empty object".to_owned(),
        None => format!("leave it out; known fields: {}", listed(names())),
    };
    context.path.push(Step::Key(name.to_owned()));
    let place = context.place();
    context.path.pop();
    context.violations.add(
        place.trim_start_matches('.').to_owned(),
        "UNKNOWN_FIELD",
        "there is no such field",
        remedy,
    );
}

/// Reads the entries of a map.
pub(super) fn read_map<'de, 's, A: MapAccess<'de>>(
    context: &mut Context<'s>,
    field: &'s Field,
    mut entries: A,
) -> Result<(), A::Error> {
    let expected = Expected::One { kind: &field.kind, number: 2, packed: false };
    let mut keys = std::collections::HashSet::new();
    while let Some(key) = entries.next_key::<String>()? {
        wire::put_tag(&mut context.out, field.number, wire::LENGTH);
        let start = wire::open(&mut context.out);
        wire::put_bytes(&mut context.out, 1, key.as_bytes());
        context.path.push(Step::Key(key.clone()));
        entries.next_value_seed(Value { context: &mut *context, kind: &expected })?;
        let again = keys.len() >= MOST_ITEMS || !keys.insert(key);
        if again {
            context.violation(
                "DUPLICATE_FIELD",
                "the key is given twice, or there are too many",
                "send each key once",
            );
        }
        context.path.pop();
        wire::close(&mut context.out, start);
    }
    Ok(())
}

struct FieldName<'s>(&'s Message);

enum Key<'s> {
    Known { index: usize, field: &'s Field, proto_name: bool },
    Unknown(String),
}

impl<'de, 's> DeserializeSeed<'de> for FieldName<'s> {
    type Value = Key<'s>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'s>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'s> Visitor<'_> for FieldName<'s> {
    type Value = Key<'s>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key<'s>, E> {
        Ok(match self.0.field(name) {
            Some((index, field)) => Key::Known { index, field, proto_name: *field.json_name != *name },
            None => Key::Unknown(name.to_owned()),
        })
    }
}
