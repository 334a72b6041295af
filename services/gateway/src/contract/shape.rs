//! What a message looks like, in the form that the transcoder walks through.

use std::sync::Arc;

/// A message of the contract.
#[derive(Debug)]
pub struct Message {
    /// Full name, e.g. `bondgenoot.intake.v1.Referral`.
    pub name: Box<str>,
    /// Its fields, by number.
    pub fields: Box<[Field]>,
}

impl Message {
    /// Finds a field by its JSON name or its name in the `.proto` file, with its position.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| *field.json_name == *name || *field.name == *name)
    }
}

/// One field of a message.
#[derive(Debug)]
pub struct Field {
    /// Number on the wire.
    pub number: u32,
    /// Name in the `.proto` file.
    pub name: Box<str>,
    /// Name in JSON.
    pub json_name: Box<str>,
    /// `"jsonName":`, ready to be written.
    pub json_key: Box<str>,
    /// What one value is.
    pub kind: Kind,
    /// One value, several, or a map.
    pub shape: Shape,
    /// What an absent value means.
    pub presence: Presence,
}

/// How many values a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One.
    Single,
    /// A list.
    List,
    /// A map with text keys; the kind is that of the values.
    Map,
}

/// What it means that a field is absent on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It has its default value, which JSON shows.
    Implicit,
    /// It is not there, and JSON leaves it out.
    Explicit,
    /// As explicit, and at most one field of this group may be there.
    OneOf(u16),
}

/// What one value of a field is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// 32-bit signed number.
    Int32,
    /// 64-bit signed number; text in JSON.
    Int64,
    /// 32-bit unsigned number.
    Uint32,
    /// 64-bit unsigned number; text in JSON.
    Uint64,
    /// Text.
    String,
    /// Bytes; base64 in JSON.
    Bytes,
    /// One word of a closed set.
    Enum(Arc<Enumeration>),
    /// A message.
    Message(Arc<Message>),
    /// An instant; RFC 3339 in JSON.
    Timestamp,
}

/// A closed set of words.
#[derive(Debug)]
pub struct Enumeration {
    /// Words with their numbers, in the order of the contract.
    pub values: Box<[(Box<str>, i32)]>,
}

impl Enumeration {
    /// The number of a word.
    pub fn number(&self, name: &str) -> Option<i32> {
        self.values.iter().find(|(word, _)| **word == *name).map(|(_, number)| *number)
    }

    /// The word of a number.
    pub fn name(&self, number: i32) -> Option<&str> {
        self.values.iter().find(|(_, value)| *value == number).map(|(word, _)| &**word)
    }

    /// The words a client may choose from: all but the one that stands for "not given".
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter(|(_, number)| *number != 0).map(|(word, _)| &**word)
    }
}
