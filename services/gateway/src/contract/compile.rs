//! Descriptors to shapes.
//!
//! The transcoder speaks the part of protobuf that the contract uses. What it does not speak (floating point numbers,
//! messages that contain themselves, maps with other keys than text, `Any` and its like) is refused here, when the
//! process starts, and by a unit test long before that.

use std::collections::HashMap;
use std::sync::Arc;

use prost_reflect::{FieldDescriptor, Kind as ProtoKind, MessageDescriptor};

use super::shape::{Enumeration, Field, Kind, Message, Presence, Shape};

/// The contract asks for something the gateway cannot do.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The descriptor set cannot be read.
    #[error("the descriptors of the contract cannot be read")]
    Descriptors(#[from] prost_reflect::DescriptorError),
    /// Something of the contract that the gateway does not speak.
    #[error("{subject}: {problem}")]
    Unsupported {
        /// Full name of the field, message or method.
        subject: String,
        /// What is not supported.
        problem: &'static str,
    },
}

pub(super) fn unsupported(subject: &str, problem: &'static str) -> ContractError {
    ContractError::Unsupported { subject: subject.to_owned(), problem }
}

/// Messages that were compiled already, by full name; a message in progress is `None`.
pub type Known = HashMap<String, Option<Arc<Message>>>;

/// Compiles a message and everything it refers to.
pub fn compile(descriptor: &MessageDescriptor, known: &mut Known) -> Result<Arc<Message>, ContractError> {
    let name = descriptor.full_name();
    match known.get(name) {
        Some(Some(message)) => return Ok(Arc::clone(message)),
        Some(None) => return Err(unsupported(name, "a message that contains itself has no bounded depth")),
        None => {}
    }
    if name.starts_with("google.protobuf.") {
        return Err(unsupported(name, "of google.protobuf only Timestamp is supported"));
    }
    known.insert(name.to_owned(), None);
    let mut fields =
        descriptor.fields().map(|field| compile_field(&field, known)).collect::<Result<Vec<_>, _>>()?;
    fields.sort_by_key(|field| field.number);
    if fields.len() > 128 {
        return Err(unsupported(name, "a message with more than 128 fields"));
    }
    let message = Arc::new(Message { name: name.into(), fields: fields.into() });
    known.insert(name.to_owned(), Some(Arc::clone(&message)));
    Ok(message)
}

fn compile_field(field: &FieldDescriptor, known: &mut Known) -> Result<Field, ContractError> {
    let (kind, shape) = match field.kind() {
        ProtoKind::Message(entry) if field.is_map() => {
            if !matches!(entry.map_entry_key_field().kind(), ProtoKind::String) {
                return Err(unsupported(field.full_name(), "a map with keys that are not text"));
            }
            (compile_kind(&entry.map_entry_value_field(), known)?, Shape::Map)
        }
        _ if field.is_list() => (compile_kind(field, known)?, Shape::List),
        _ => (compile_kind(field, known)?, Shape::Single),
    };
    let presence = match field.containing_oneof() {
        Some(group) if !group.is_synthetic() => {
            let index = group.parent_message().oneofs().position(|other| other.name() == group.name());
            Presence::OneOf(index.and_then(|index| u16::try_from(index).ok()).unwrap_or_default())
        }
        _ if field.supports_presence() => Presence::Explicit,
        _ => Presence::Implicit,
    };
    let json_name = field.json_name();
    Ok(Field {
        number: field.number(),
        name: field.name().into(),
        json_name: json_name.into(),
        json_key: format!("\"{json_name}\":").into(),
        kind,
        shape,
        presence,
    })
}

fn compile_kind(field: &FieldDescriptor, known: &mut Known) -> Result<Kind, ContractError> {
    Ok(match field.kind() {
        ProtoKind::Bool => Kind::Bool,
        ProtoKind::Int32 => Kind::Int32,
        ProtoKind::Int64 => Kind::Int64,
        ProtoKind::Uint32 => Kind::Uint32,
        ProtoKind::Uint64 => Kind::Uint64,
        ProtoKind::String => Kind::String,
        ProtoKind::Bytes => Kind::Bytes,
        ProtoKind::Enum(descriptor) => Kind::Enum(Arc::new(Enumeration {
            values: descriptor.values().map(|value| (value.name().into(), value.number())).collect(),
        })),
        ProtoKind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => Kind::Timestamp,
        ProtoKind::Message(message) => Kind::Message(compile(&message, known)?),
        ProtoKind::Float | ProtoKind::Double => {
            return Err(unsupported(field.full_name(), "floating point numbers"));
        }
        _ => return Err(unsupported(field.full_name(), "zigzag and fixed-width numbers")),
    })
}
