//! Bodies that are not what they are announced as, or too much of it; headers beside them.

use serde_json::{Value, json};
use tests::scenario::form;
use tests::web::Ask;

use super::case::Case;

const REFERRALS: &str = "/api/v1/referrals";

fn raw(body: impl Into<Vec<u8>>) -> Ask {
    Ask::post(REFERRALS, &Value::Null).body(body)
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// What is no JSON, or not the JSON of a message.
pub fn malformed() -> Vec<Case> {
    let good = form(1).to_string();
    let mut cases: Vec<Case> = (1..good.len())
        .step_by(good.len() / 12)
        .map(|length| {
            let cut: String = good.chars().take(length).collect();
            Case::new(format!("a body cut off after {length} characters"), raw(cut), "")
        })
        .collect();
    let texts: [(&str, &[u8]); 14] = [
        ("no body", b""),
        ("white space", b" \n "),
        ("half a word", b"nul"),
        ("single quotes", b"{'note': 'kanarie'}"),
        ("a comma at the end", b"{\"note\": \"kanarie\",}"),
        ("a comment", b"{} // kanarie"),
        ("two objects", b"{}{}"),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("bytes that are not UTF-8", b"{\"note\": \"kanarie \xff\xfe\"}"),
        ("half a pair of surrogates", b"{\"note\": \"kanarie \\ud800\"}"),
        ("an escape that does not exist", b"{\"note\": \"kanarie \\x41\"}"),
        ("a line end inside a text", b"{\"note\": \"kanarie\n\"}"),
        ("a number that is none", b"{\"note\": NaN}"),
        ("UTF-16", b"{\0}\0"),
    ];
    cases.extend(texts.map(|(name, body)| Case::new(name, raw(body), "")));
    let others = [json!([]), json!("kanarie"), json!(12), json!(true), Value::Null];
    cases.extend(
        others.map(|body| Case::new(format!("a body that is {body}"), Ask::post(REFERRALS, &body), "")),
    );
    let twice = good.replacen('{', "{\"personName\": \"Kanarie\", ", 1);
    cases.push(Case::new("a field twice", raw(twice), "personName"));
    cases
}

/// More than anybody needs.
pub fn too_much() -> Vec<Case> {
    let with = |name: &str, value: Value| {
        let mut body = form(1);
        body[name] = value;
        Ask::post(REFERRALS, &body)
    };
    let many = |count: usize| Value::from(vec!["network"; count]);
    vec![
        Case::new("a body of 2 MB", with("note", "kanarie ".repeat(260_000).into()), "").status(413),
        Case::new("a list nested 1,000 deep", raw(nested(1_000)), ""),
        Case::new("a list nested 100,000 deep", raw(nested(100_000)), ""),
        Case::new("nesting that never ends", raw("[".repeat(50_000)), ""),
        Case::new(
            "objects nested 1,000 deep",
            raw(format!("{}{}", "{\"note\":".repeat(1_000), "}".repeat(1_000))),
            "",
        ),
        Case::new("a field nested 1,000 deep", raw(format!("{{\"note\": {}}}", nested(1_000))), ""),
        Case::new("10,000 items", with("reasons", many(10_000)), "reasons"),
        Case::new("100,000 items", with("reasons", many(90_000)), "reasons"),
        Case::new("11 items", with("reasons", many(11)), "reasons"),
        Case::new("10,000 unknown fields", raw(unknown_fields(10_000)), ""),
    ]
}

fn unknown_fields(count: usize) -> String {
    let fields: Vec<String> = (0..count).map(|number| format!("\"extra{number}\": 1")).collect();
    format!("{{{}}}", fields.join(","))
}

/// What must stand in the head of a write.
pub fn headers() -> Vec<Case> {
    let good = || Ask::post(REFERRALS, &form(1));
    let mut cases = Vec::new();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
        "kanarie",
        "",
    ] {
        cases.push(
            Case::new(format!("content type `{kind}`"), good().with("content-type", kind), "").status(415),
        );
    }
    cases.push(Case::new("no content type", good().without("content-type"), "").status(415));
    cases.push(
        Case::new("Latin-1", good().with("content-type", "application/json; charset=latin1"), "").status(415),
    );
    cases.push(Case::new("compressed", good().with("content-encoding", "gzip"), "").status(415));
    let key = "Idempotency-Key";
    cases.push(Case::new("no idempotency key", good().without("idempotency-key"), key));
    for (name, value) in [
        ("an empty idempotency key", Vec::new()),
        ("an idempotency key of 129 characters", vec![b'k'; 129]),
        ("an idempotency key of 10,000 characters", vec![b'k'; 10_000]),
        ("an idempotency key with a space", b"kanarie kanarie".to_vec()),
        ("an idempotency key outside ASCII", "kanari\u{eb}".as_bytes().to_vec()),
    ] {
        cases.push(Case::new(name, good().with("idempotency-key", value), key));
    }
    cases.push(Case::new("two idempotency keys", good().and("idempotency-key", "another-key-of-mine"), key));
    cases.push(Case::new("a token", good().with("authorization", "Bearer kanarie"), "").status(401));
    cases
}
