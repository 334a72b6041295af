//! The whole document.

use prost_reflect::DescriptorPool;
use serde_json::{Map, Value, json};

use super::operation::operation;
use super::schema::{Schemas, check_names};
use super::{handwritten, responses};
use crate::contract::{ContractError, http_rules};

const ABOUT: &str = "Everything a region's pages do, they do through this API.\n\n\
    Field names are lowerCamelCase; the names of the `.proto` files are understood too. Unknown fields are refused. \
    64-bit numbers are text. Answers show every field, also when it has its default value.\n\n\
    Every POST needs an `Idempotency-Key`: a repeat with the same key and body gives the first answer again, and is never \
    carried out twice. A call that changes a record needs `If-Match` with the `etag` that was read.\n\n\
    Errors are `application/problem+json`: `reason` is stable, `violations` names every field that is wrong and what would \
    be right, `request_id` is what operators ask for.";

/// The `OpenAPI` 3.1 document of a descriptor set.
///
/// # Errors
/// When the descriptors say something that cannot be said in `OpenAPI`.
pub fn document(descriptors: &[u8]) -> Result<Value, ContractError> {
    let pool = DescriptorPool::decode(descriptors)?;
    check_names(&pool)?;
    let mut schemas = Schemas::new(&pool);
    let mut paths: Map<String, Value> = handwritten::paths();
    let mut tags = vec![json!({"name": "Session", "description": "Who is signed in."})];
    for service in pool.services() {
        let mut has_route = false;
        for method in service.methods() {
            for (index, rule) in http_rules(&pool, &method)?.into_iter().enumerate() {
                has_route = true;
                let operation = operation(&mut schemas, &method, &rule, index)?;
                let path = paths.entry(rule.path).or_insert_with(|| json!({}));
                if let Some(path) = path.as_object_mut() {
                    path.insert(rule.method.as_str().to_lowercase(), operation);
                }
            }
        }
        if has_route {
            let about = schemas.comment(service.parent_file().name(), service.path());
            tags.push(json!({"name": service.name(), "description": about}));
        }
    }
    let mut all = schemas.finish();
    all.extend(handwritten::schemas());
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bondgenoot",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": all,
            "responses": responses::all(),
            "parameters": handwritten::parameters(),
            "headers": handwritten::headers(),
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-session",
                    "description": "Sign in at /sign-in. Writes with a session must come from a page of the region: `Sec-Fetch-Site: \
                        same-origin`, or `Origin` with its address. Over http on a loopback address the cookie is named `session`.",
                },
            },
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Routes;

    #[test]
    fn the_golden_copy_is_what_the_contract_says() {
        let now = document(proto::DESCRIPTORS).unwrap();
        let golden: Value = serde_json::from_str(crate::openapi::DOCUMENT).unwrap();

        assert!(
            now == golden,
            "the contract changed; look at the difference, then refresh the copy:\n\
             cargo run --bin gateway -- openapi > services/gateway/openapi.json"
        );
    }

    #[test]
    fn paths_are_exactly_the_routes_and_the_handwritten_ones() {
        let document = document(proto::DESCRIPTORS).unwrap();
        let routes = Routes::compile(proto::DESCRIPTORS).unwrap();

        let mut described: Vec<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, verbs)| {
                verbs.as_object().unwrap().keys().map(move |verb| format!("{verb} {path}"))
            })
            .collect();
        let mut expected: Vec<String> = handwritten::paths()
            .iter()
            .flat_map(|(path, verbs)| {
                verbs.as_object().unwrap().keys().map(move |verb| format!("{verb} {path}"))
            })
            .collect();
        let pool = DescriptorPool::decode(proto::DESCRIPTORS).unwrap();
        for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            for rule in http_rules(&pool, &method).unwrap() {
                expected.push(format!("{} {}", rule.method.as_str().to_lowercase(), rule.path));
            }
        }
        described.sort();
        expected.sort();

        assert_eq!(described, expected);
        assert_eq!(routes.iter().count() + handwritten::paths().len(), expected.len());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(map) => {
                    found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    map.values().for_each(|value| references(value, found));
                }
                Value::Array(list) => list.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = document(proto::DESCRIPTORS).unwrap();
        let mut found = vec![];
        references(&document, &mut found);

        assert!(found.len() > 50);
        for reference in found {
            let pointer = reference.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
