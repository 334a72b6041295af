//! Messages to JSON Schema.

use std::collections::{BTreeMap, HashMap, HashSet};

use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind,
    MessageDescriptor, Value as Proto,
};
use serde_json::{Map, Value, json};

use crate::contract::{ContractError, http_rules};

/// `google.api.FieldBehavior.REQUIRED`.
const REQUIRED: i32 = 2;

/// Schemas as they are needed, and the comments of the contract.
pub(super) struct Schemas {
    comments: HashMap<(String, Vec<i32>), String>,
    behavior: Option<ExtensionDescriptor>,
    limits: Option<ExtensionDescriptor>,
    /// Messages that clients send: their fields are required only where the contract says so.
    sent: HashSet<String>,
    made: BTreeMap<String, Value>,
}

impl Schemas {
    pub(super) fn new(pool: &DescriptorPool) -> Self {
        let mut comments = HashMap::new();
        for file in pool.files() {
            let info = file.file_descriptor_proto().source_code_info.as_ref();
            for location in info.into_iter().flat_map(|info| &info.location) {
                let text: Vec<&str> = location.leading_comments().trim().lines().map(str::trim).collect();
                if !text.is_empty() {
                    comments.insert((file.name().to_owned(), location.path.clone()), text.join(" "));
                }
            }
        }
        let mut sent = HashSet::new();
        for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            if http_rules(pool, &method).is_ok_and(|rules| !rules.is_empty()) {
                reach(&method.input(), &mut sent);
            }
        }
        Self {
            comments,
            behavior: pool.get_extension_by_name("google.api.field_behavior"),
            limits: pool.get_extension_by_name("bondgenoot.options.v1.limits"),
            sent,
            made: BTreeMap::new(),
        }
    }

    pub(super) fn finish(self) -> Map<String, Value> {
        self.made.into_iter().collect()
    }

    /// The comment that stands above something.
    pub(super) fn comment(&self, file: &str, path: &[i32]) -> &str {
        self.comments.get(&(file.to_owned(), path.to_vec())).map_or("", String::as_str)
    }

    /// A reference to a message; fields that the path binds are left out.
    pub(super) fn message(&mut self, message: &MessageDescriptor, bound: &[String]) -> Value {
        if message.full_name() == "google.protobuf.Timestamp" {
            return json!({"type": "string", "format": "date-time"});
        }
        let name = message.name().to_owned();
        if !self.made.contains_key(&name) {
            let mut properties = Map::new();
            let mut required = Vec::new();
            for field in message.fields().filter(|field| !bound.iter().any(|name| name == field.name())) {
                if self.is_required(&field, message) {
                    required.push(json!(field.json_name()));
                }
                properties.insert(field.json_name().to_owned(), self.described_field(&field));
            }
            let mut schema = json!({
                "type": "object",
                "description": self.comment(message.parent_file().name(), message.path()),
                "properties": properties,
            });
            if let Some(schema) = schema.as_object_mut() {
                if !required.is_empty() {
                    schema.insert("required".to_owned(), Value::Array(required));
                }
                if self.sent.contains(message.full_name()) {
                    schema.insert("additionalProperties".to_owned(), json!(false));
                }
            }
            self.made.insert(name.clone(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// In what clients send: what the contract marks. In answers: everything that is always shown.
    fn is_required(&self, field: &FieldDescriptor, message: &MessageDescriptor) -> bool {
        if self.sent.contains(message.full_name()) { self.marked(field) } else { !field.supports_presence() }
    }

    /// Whether the contract marks a field as required.
    pub(super) fn marked(&self, field: &FieldDescriptor) -> bool {
        let Some(behavior) = &self.behavior else { return false };
        let options = field.options();
        let value = options.get_extension(behavior);
        value.as_list().into_iter().flatten().any(|value| value.as_enum_number() == Some(REQUIRED))
    }

    pub(super) fn described_field(&mut self, field: &FieldDescriptor) -> Value {
        let mut schema = self.field(field);
        let comment = self.comment(field.parent_message().parent_file().name(), field.path());
        if !comment.is_empty()
            && let Some(schema) = schema.as_object_mut()
        {
            schema.insert("description".to_owned(), json!(comment));
        }
        schema
    }

    fn field(&mut self, field: &FieldDescriptor) -> Value {
        let limits = self.limits(field);
        if field.is_map() {
            let value = field.kind().as_message().map(MessageDescriptor::map_entry_value_field);
            let schema = value.map_or_else(|| json!({}), |value| self.field(&value));
            return json!({"type": "object", "additionalProperties": schema});
        }
        let mut one = match field.kind() {
            Kind::Message(message) => self.message(&message, &[]),
            Kind::Enum(set) => self.enumeration(&set),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
            Kind::Int64 => json!({"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}),
            Kind::Uint64 => json!({"type": "string", "format": "uint64", "pattern": "^[0-9]+$"}),
            Kind::Int32 => json!({"type": "integer", "format": "int32"}),
            Kind::Uint32 => json!({"type": "integer", "minimum": 0, "maximum": u32::MAX}),
            _ => json!({"type": "string"}),
        };
        limits.put(&mut one, &["maxLength", "pattern"]);
        if !field.is_list() {
            return one;
        }
        let mut list = json!({"type": "array", "items": one});
        limits.put(&mut list, &["maxItems"]);
        list
    }

    fn enumeration(&mut self, set: &EnumDescriptor) -> Value {
        let name = set.name().to_owned();
        if !self.made.contains_key(&name) {
            let words: Vec<Value> = set.values().map(|value| json!(value.name())).collect();
            let mut about = self.comment(set.parent_file().name(), set.path()).to_owned();
            for value in set.values() {
                let comment = self.comment(set.parent_file().name(), value.path());
                about.push_str(&["\n- `", value.name(), "`: ", comment].concat());
            }
            self.made.insert(name.clone(), json!({"type": "string", "enum": words, "description": about}));
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn limits(&self, field: &FieldDescriptor) -> Limits {
        let options = field.options();
        let found = self.limits.as_ref().filter(|extension| options.has_extension(extension));
        let value = found.map(|extension| options.get_extension(extension));
        Limits(value.and_then(|value| value.as_message().cloned()))
    }
}

fn reach(message: &MessageDescriptor, reached: &mut HashSet<String>) {
    if reached.insert(message.full_name().to_owned()) {
        for inner in message.fields().filter_map(|field| field.kind().as_message().cloned()) {
            reach(&inner, reached);
        }
    }
}

/// The option `bondgenoot.options.v1.limits` of a field.
struct Limits(Option<DynamicMessage>);

impl Limits {
    fn put(&self, schema: &mut Value, keywords: &[&str]) {
        let (Some(limits), Some(schema)) = (&self.0, schema.as_object_mut()) else { return };
        for (field, value) in limits.fields() {
            let keyword = match field.name() {
                "max_length" => "maxLength",
                "max_items" => "maxItems",
                "pattern" => "pattern",
                _ => continue,
            };
            let value = match value {
                Proto::U32(number) => json!(number),
                Proto::String(text) => json!(text),
                _ => continue,
            };
            if keywords.contains(&keyword) {
                schema.insert(keyword.to_owned(), value);
            }
        }
    }
}

/// Two messages of one short name would be one schema.
pub(super) fn check_names(pool: &DescriptorPool) -> Result<(), ContractError> {
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut reached = HashSet::new();
    for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        if !http_rules(pool, &method)?.is_empty() {
            reach(&method.input(), &mut reached);
            reach(&method.output(), &mut reached);
        }
    }
    for full in reached {
        let short = full.rsplit('.').next().unwrap_or_default().to_owned();
        if let Some(other) = seen.insert(short, full.clone()) {
            return Err(ContractError::Unsupported {
                subject: format!("{other} and {full}"),
                problem: "two messages of the public API with one name",
            });
        }
    }
    Ok(())
}
