//! JSON text to protobuf bytes, in one pass.
//!
//! [`context`] is what is carried along, [`value`] reads one value of whatever kind the shape says, [`fields`] the members of
//! an object. A mistake is noted and reading goes on, so that all of them are found; only text that is no JSON ends it.

mod context;
mod fields;
mod value;

use serde::de::DeserializeSeed as _;

use self::context::Context;
use self::value::{Expected, Value};
use super::violation::Violations;
use crate::contract::Message;

/// A request body that was understood.
#[derive(Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The message as protobuf.
    pub wire: Vec<u8>,
    /// Whether the client wrote field names as in the `.proto` file, so that answers can name them alike.
    pub proto_names: bool,
}

/// A request body that was not understood.
#[derive(Debug)]
pub enum BadJson {
    /// It is no JSON.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says; never a value.
        problem: String,
    },
    /// It does not fit the message.
    Violations(Violations),
}

/// Reads a body as the given message.
///
/// # Errors
/// With every field that is wrong, or with the place where the text is no JSON.
pub fn from_json(message: &Message, body: &[u8]) -> Result<Parsed, BadJson> {
    let mut context = Context {
        out: Vec::with_capacity(body.len() + 16),
        violations: Violations::default(),
        path: Vec::new(),
        proto_names: false,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = Value { context: &mut context, kind: &Expected::Root(message) }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    if let Err(error) = read {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or_default().to_owned();
        return Err(BadJson::Syntax { line: error.line(), column: error.column(), problem });
    }
    if !context.violations.is_empty() {
        return Err(BadJson::Violations(context.violations));
    }
    Ok(Parsed { wire: context.out, proto_names: context.proto_names })
}
