//! The readable page of the API, without anything from outside.

use serde_json::Value;

use crate::pages::{Page, escape, push};

/// Renders the document as a page.
pub fn docs_page(document: &Value) -> String {
    let mut html = String::with_capacity(64 << 10);
    html.push_str("<h1>API of Bondgenoot</h1>");
    for paragraph in text(document, "/info/description").split("\n\n") {
        push!(html, "<p>{}</p>", code(paragraph));
    }
    html.push_str("<p>For programs: <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>");
    for (path, verbs) in entries(document.get("paths")) {
        for (verb, operation) in entries(Some(verbs)) {
            render_operation(&mut html, path, verb, operation, document);
        }
    }
    html.push_str("<h2>Shapes</h2>");
    for (name, schema) in entries(document.pointer("/components/schemas")) {
        push!(html, "<section id=\"{0}\"><h3>{0}</h3>", escape(name));
        for paragraph in text(schema, "/description").split('\n') {
            push!(html, "<p>{}</p>", code(paragraph));
        }
        render_fields(&mut html, schema);
        html.push_str("</section>");
    }
    Page { language: "en", title: "API", body: &html, signed_in: None }.render()
}

fn render_operation(html: &mut String, path: &str, verb: &str, operation: &Value, document: &Value) {
    let id = text(operation, "/operationId");
    push!(
        html,
        "<section id=\"{0}\"><h2><code>{1} {2}</code></h2>",
        escape(id),
        escape(&verb.to_uppercase()),
        escape(path)
    );
    for paragraph in text(operation, "/description").split("\n\n") {
        push!(html, "<p>{}</p>", code(paragraph));
    }
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let rows: Vec<String> = parameters
        .map(|parameter| {
            let parameter = resolve(parameter, document);
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or_default();
            let about = match text(parameter, "/description") {
                "" => text(parameter, "/schema/description"),
                about => about,
            };
            row(text(parameter, "/name"), text(parameter, "/in"), required, about)
        })
        .collect();
    table(html, "Parameters", "In", &rows);
    if let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") {
        push!(html, "<p>Body: {}</p>", kind(body));
    }
    if let Some(answer) = operation.pointer("/responses/200/content/application~1json/schema") {
        push!(html, "<p>Answer: {}</p>", kind(answer));
    }
    let statuses: Vec<&str> = entries(operation.get("responses")).map(|(status, _)| status).collect();
    push!(html, "<p>Statuses: {}</p></section>", escape(&statuses.join(", ")));
}

fn render_fields(html: &mut String, schema: &Value) {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let rows: Vec<String> = entries(schema.get("properties"))
        .map(|(name, property)| {
            let about = code(text(property, "/description"));
            format!(
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{about}</td></tr>",
                escape(name),
                kind(property),
                if required.contains(&name) { "yes" } else { "" },
            )
        })
        .collect();
    table(html, "Fields", "Kind", &rows);
}

fn row(name: &str, second: &str, required: bool, about: &str) -> String {
    format!(
        "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>",
        escape(name),
        escape(second),
        if required { "yes" } else { "" },
        code(about)
    )
}

fn table(html: &mut String, caption: &str, second: &str, rows: &[String]) {
    if !rows.is_empty() {
        push!(
            html,
            "<table><caption>{caption}</caption><thead><tr><th>Name</th><th>{second}</th><th>Required</th>\
             <th>Meaning</th></tr></thead><tbody>{}</tbody></table>",
            rows.concat()
        );
    }
}

fn kind(schema: &Value) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = escape(reference.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(items) = schema.get("items") {
        return format!("list of {}", kind(items));
    }
    let mut words = vec![match schema.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    }];
    for keyword in ["format", "maxLength", "maxItems", "pattern"] {
        if let Some(value) = schema.get(keyword) {
            words.push(format!("{keyword} {}", value.to_string().trim_matches('"')));
        }
    }
    escape(&words.join(", ")).into_owned()
}

fn resolve<'v>(value: &'v Value, document: &'v Value) -> &'v Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    reference.and_then(|reference| document.pointer(reference.trim_start_matches('#'))).unwrap_or(value)
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Escapes, and shows what stands between backticks as code.
fn code(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for (index, part) in text.split('`').enumerate() {
        let part = escape(part);
        if index % 2 == 1 {
            push!(html, "<code>{part}</code>");
        } else {
            html.push_str(&part);
        }
    }
    html
}
