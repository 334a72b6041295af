//! One RPC as an operation.

use prost_reflect::{Kind, MethodDescriptor};
use proto::AccessRule;
use serde_json::{Value, json};

use super::responses;
use super::schema::Schemas;
use crate::contract::{Body, ContractError, HttpRule, Template};

pub(super) fn operation(
    schemas: &mut Schemas,
    method: &MethodDescriptor,
    rule: &HttpRule,
    index: usize,
) -> Result<Value, ContractError> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let unsupported = |problem| ContractError::Unsupported { subject: path.clone(), problem };
    let rpc = proto::method(&path).ok_or_else(|| unsupported("an RPC without access rule"))?;
    let template = Template::parse(&rule.path).ok_or_else(|| unsupported("a path that cannot be parsed"))?;
    let bound: Vec<String> = template.variables().map(str::to_owned).collect();
    let input = method.input();

    let mut parameters = Vec::new();
    for name in &bound {
        let field =
            input.get_field_by_name(name).ok_or_else(|| unsupported("a path variable without field"))?;
        let schema = schemas.described_field(&field);
        parameters.push(json!({"name": name, "in": "path", "required": true, "schema": schema}));
    }
    if rule.body != Body::All {
        for field in input.fields() {
            let in_body = matches!(&rule.body, Body::Field(name) if name == field.name());
            let in_query = !matches!(field.kind(), Kind::Message(_) | Kind::Bytes);
            if bound.iter().any(|name| name == field.name()) || in_body || !in_query {
                continue;
            }
            let schema = schemas.described_field(&field);
            let required = schemas.marked(&field);
            parameters.push(
                json!({"name": field.json_name(), "in": "query", "required": required, "schema": schema}),
            );
        }
    }
    let is_post = rule.method == http::Method::POST;
    if is_post {
        parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
    }
    if rpc.requires_if_match {
        parameters.push(json!({"$ref": "#/components/parameters/IfMatch"}));
    }

    let comment = schemas.comment(method.parent_file().name(), method.path()).to_owned();
    let summary = comment
        .split_once(". ")
        .map_or(comment.as_str(), |(first, _)| first)
        .trim_end_matches('.')
        .to_owned();
    let suffix = if index == 0 { String::new() } else { format!("_{index}") };
    let success = success(schemas, method);
    let mut operation = json!({
        "operationId": format!("{}{suffix}", method.name()),
        "tags": [method.parent_service().name()],
        "summary": summary,
        "description": format!("{comment}\n\n{}", access(rpc.rule)),
        "parameters": parameters,
        "responses": responses::of(success, rpc.rule, is_post, rpc.requires_if_match, !bound.is_empty()),
        "security": if rpc.rule == AccessRule::Public { json!([]) } else { json!([{"session": []}]) },
    });
    let body = match &rule.body {
        Body::None => None,
        Body::All => Some(schemas.message(&input, &bound)),
        Body::Field(name) => {
            let field =
                input.get_field_by_name(name).ok_or_else(|| unsupported("a body field that is none"))?;
            Some(schemas.described_field(&field))
        }
    };
    if let (Some(schema), Some(operation)) = (body, operation.as_object_mut()) {
        let body = json!({"required": true, "content": {"application/json": {"schema": schema}}});
        operation.insert("requestBody".to_owned(), body);
    }
    Ok(operation)
}

fn success(schemas: &mut Schemas, method: &MethodDescriptor) -> Value {
    let output = method.output();
    let schema = schemas.message(&output, &[]);
    let has_etag = |message: &prost_reflect::MessageDescriptor| message.get_field_by_name("etag").is_some();
    let etag = has_etag(&output)
        || output.fields().any(|field| !field.is_list() && field.kind().as_message().is_some_and(has_etag));
    let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/RequestId"}});
    if let (true, Some(headers)) = (etag, headers.as_object_mut()) {
        headers.insert("ETag".to_owned(), json!({"$ref": "#/components/headers/ETag"}));
    }
    json!({"description": "Done.", "headers": headers, "content": {"application/json": {"schema": schema}}})
}

fn access(rule: AccessRule) -> String {
    match rule {
        AccessRule::Public => "Access: anybody.".to_owned(),
        AccessRule::Internal { .. } => "Access: processes of the region.".to_owned(),
        AccessRule::Mandate { roles, scope, purpose, .. } => {
            let roles: Vec<String> = roles.iter().map(|role| chassis::caller::role_name(*role)).collect();
            format!(
                "Access: a mandate as {} that reaches at least as far as {}. Purpose in the access log: {purpose}.",
                roles.join(" or "),
                chassis::caller::scope_name(scope)
            )
        }
    }
}
