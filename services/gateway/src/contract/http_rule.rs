//! The `google.api.http` options of the contract.

use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};

use super::compile::{ContractError, unsupported};

/// Where a route and the JSON body come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRule {
    /// HTTP method.
    pub method: http::Method,
    /// Path template, e.g. `/api/v1/referrals/{referral_id}:screen`.
    pub path: String,
    /// What the body carries.
    pub body: Body,
}

/// What the body of a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// Every field that the path does not bind.
    All,
    /// The field with this name in the `.proto` file.
    Field(String),
}

/// Reads the HTTP rules of a method; empty when it has no route.
pub fn http_rules(pool: &DescriptorPool, method: &MethodDescriptor) -> Result<Vec<HttpRule>, ContractError> {
    let options = method.options();
    let Some(extension) = pool.get_extension_by_name("google.api.http") else { return Ok(Vec::new()) };
    if !options.has_extension(&extension) {
        return Ok(Vec::new());
    }
    let option = options.get_extension(&extension);
    let Some(rule) = option.as_message() else { return Ok(Vec::new()) };
    if method.is_client_streaming() || method.is_server_streaming() {
        return Err(unsupported(method.full_name(), "a stream has no HTTP route"));
    }
    let mut rules = vec![read(rule, method)?];
    if let Some(more) = rule.get_field_by_name("additional_bindings") {
        for binding in more.as_list().into_iter().flatten().filter_map(prost_reflect::Value::as_message) {
            rules.push(read(binding, method)?);
        }
    }
    Ok(rules)
}

fn read(rule: &DynamicMessage, method: &MethodDescriptor) -> Result<HttpRule, ContractError> {
    let text = |name: &str| {
        rule.get_field_by_name(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    if !text("response_body").is_empty() {
        return Err(unsupported(method.full_name(), "response_body"));
    }
    let verbs = [
        ("get", http::Method::GET),
        ("post", http::Method::POST),
        ("put", http::Method::PUT),
        ("patch", http::Method::PATCH),
        ("delete", http::Method::DELETE),
    ];
    let chosen = verbs.into_iter().find(|(name, _)| rule.has_field_by_name(name));
    let Some((name, http_method)) = chosen else {
        return Err(unsupported(method.full_name(), "an HTTP rule without get, post, put, patch or delete"));
    };
    let body = match text("body").as_str() {
        "" => Body::None,
        "*" => Body::All,
        field => Body::Field(field.to_owned()),
    };
    Ok(HttpRule { method: http_method, path: text(name), body })
}
