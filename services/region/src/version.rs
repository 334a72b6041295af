//! Which file a service works under: its version, its day and its hash.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;
use toml_span::value::{Table, Value, ValueInner};

use crate::explained::Explained;
use crate::values::serde_by_text;

/// The SHA-256 of what a file says: 64 hexadecimal digits in lower case.
///
/// It covers keys and values, not comments, blank lines, order of keys or line ends, so it changes when the meaning
/// may have changed and only then. The bytes hashed are the file as JSON without white space, keys sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(String);

/// A text that is not a content hash.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this is not the hash of a file")]
pub struct ContentHashError;

impl Explained for ContentHashError {
    fn remedy(&self) -> String {
        "a hash has 64 hexadecimal digits in lower case".to_owned()
    }

    fn reason(&self) -> &'static str {
        "CONTENT_HASH"
    }
}

impl ContentHash {
    /// Gives the 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Hashes a parsed file.
    pub(crate) fn of(root: &Value<'_>) -> Self {
        let mut canonical = String::new();
        write_value(root, &mut canonical);
        Self(hex::encode(Sha256::digest(canonical.as_bytes())))
    }
}

impl FromStr for ContentHash {
    type Err = ContentHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if text.len() == 64 && is_hex { Ok(Self(text.to_owned())) } else { Err(ContentHashError) }
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

serde_by_text!(ContentHash);

fn write_value(value: &Value<'_>, out: &mut String) {
    match value.as_ref() {
        ValueInner::String(text) => write_text(text, out),
        ValueInner::Integer(number) => out.push_str(&number.to_string()),
        ValueInner::Float(number) => out.push_str(&number.to_string()),
        ValueInner::Boolean(answer) => out.push_str(if *answer { "true" } else { "false" }),
        ValueInner::Array(items) => {
            write_list(items.iter(), '[', ']', out, |item, out| write_value(item, out));
        }
        ValueInner::Table(table) => write_table(table, out),
    }
}

fn write_table(table: &Table<'_>, out: &mut String) {
    write_list(table.iter(), '{', '}', out, |(key, value), out| {
        write_text(&key.name, out);
        out.push(':');
        write_value(value, out);
    });
}

fn write_list<T>(
    items: impl Iterator<Item = T>,
    open: char,
    close: char,
    out: &mut String,
    mut write: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// The version of a region or programme file, as every record remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileVersion {
    /// Counts up with every change of the file.
    pub number: u32,
    /// The first day on which this version holds.
    pub valid_from: Date,
    /// What the file said.
    pub hash: ContentHash,
    /// The text of the file as it was read, to be stored under its hash.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> ContentHash {
        ContentHash::of(&toml_span::parse(text).unwrap())
    }

    #[test]
    fn layout_does_not_change_the_hash_and_content_does() {
        let plain = hash("a = 1\nb = [\"x\", \"y\"]\n[c]\nd = true\n");

        assert_eq!(plain, hash("# why\nb = ['x',\r\n 'y']\r\na = 1\n\n[c]\nd = true # so\n"));
        assert_ne!(plain, hash("a = 1\nb = [\"y\", \"x\"]\n[c]\nd = true\n"));
        assert_ne!(plain, hash("a = \"1\"\nb = [\"x\", \"y\"]\n[c]\nd = true\n"));
    }

    #[test]
    fn the_hash_is_that_of_the_sorted_json() {
        // printf '{"a":1,"b":["é\\n"]}' | sha256sum
        let expected = hex::encode(Sha256::digest("{\"a\":1,\"b\":[\"é\\n\"]}"));

        assert_eq!(hash("b = [\"é\\n\"]\na = 1").as_str(), expected);
    }
}
