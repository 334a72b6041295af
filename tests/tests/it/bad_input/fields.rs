//! Field by field: what a referral, a screening, a decision and a question may not hold.

use serde_json::{Value, json};
use tests::scenario::{Referral, answers, form};
use tests::web::Ask;

use super::case::Case;

/// Personal texts of a referral with their longest length in characters, and whether they must be there.
const TEXTS: [(&str, usize, bool); 6] = [
    ("personName", 120, true),
    ("personContact", 200, true),
    ("referrerName", 120, true),
    ("referrerOrganisation", 160, false),
    ("referrerContact", 200, true),
    ("note", 2000, false),
];
/// A national number whose check digits fit (invented).
const NATIONAL_NUMBER: &str = "93051822361";

fn with(field: &str, value: Value) -> Ask {
    let mut body = form(1);
    body[field] = value;
    Ask::post("/api/v1/referrals", &body)
}

/// Texts of people about people.
pub fn texts_of_a_referral() -> Vec<Case> {
    let mut cases = Vec::new();
    for (field, longest, required) in TEXTS {
        let mut case = |name: &str, value: Value| {
            cases.push(Case::new(format!("{field}: {name}"), with(field, value), field));
        };
        case("one character too long", format!("Kanarie{}", "é".repeat(longest - 6)).into());
        case("10 kB", "kanarie-en ".repeat(1_000).into());
        case("NUL", "Kanarie\0An".into());
        case("an escape sequence", "Kanarie \u{1b}[31mAn".into());
        case("DEL", "Kanarie\u{7f}".into());
        case("a C1 control character", "Kanarie\u{85}An".into());
        case("a national number", format!("Kanarie {NATIONAL_NUMBER}").into());
        case("a national number with separators", "kanarie: 93.05.18-223.61".into());
        for value in [json!(12), json!(1.5), json!(true), json!(["Kanarie"]), json!({"kanarie": "An"})] {
            case(&format!("the wrong type {}", kind(&value)), value);
        }
        if field != "note" {
            case("two lines", "Kanarie\nAn".into());
        }
        if required {
            case("empty", "".into());
            case("blank", " \u{a0}\t ".into());
            case("null", Value::Null);
        }
    }
    cases
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Codes of closed sets and of the region's files.
pub fn codes_of_a_referral() -> Vec<Case> {
    let mut cases = Vec::new();
    for field in [
        "programme",
        "channel",
        "consent",
        "personName",
        "personContact",
        "municipalityNis",
        "reasons",
        "referrerName",
        "referrerContact",
    ] {
        let mut body = form(1);
        body.as_object_mut().unwrap().remove(field);
        cases.push(Case::new(format!("{field} is missing"), Ask::post("/api/v1/referrals", &body), field));
    }
    let values: [(&str, Value); 31] = [
        ("programme", json!("kanarie-programma")),
        ("programme", json!("Waasland ESF")),
        ("programme", json!("../../etc/passwd")),
        ("channel", json!("kanarie")),
        ("channel", json!("self")),
        ("channel", json!("PARTNER")),
        ("channel", json!("partner ")),
        ("consent", json!("CONSENT_UNSPECIFIED")),
        ("consent", json!("CONSENT_KANARIE")),
        ("consent", json!("consent_given")),
        ("consent", json!(7)),
        ("consent", json!(-1)),
        ("consent", json!(99_999_999_999_u64)),
        ("consent", json!(true)),
        ("municipalityNis", json!("")),
        ("municipalityNis", json!("4602")),
        ("municipalityNis", json!("460200")),
        ("municipalityNis", json!("4602O")),
        ("municipalityNis", json!("\u{664}\u{666}\u{660}\u{662}\u{660}")),
        ("municipalityNis", json!(46020)),
        ("municipalityNis", json!("99999")),
        ("municipalityNis", json!("11002")),
        ("municipalityNis", json!("46014")),
        ("municipalityNis", json!("44045")),
        ("reasons", json!([])),
        ("reasons", json!("network")),
        ("reasons", json!({"0": "network"})),
        ("reasons", json!(["kanarie"])),
        ("reasons", json!(["network", "network"])),
        ("reasons", json!(["network", null])),
        ("reasons", json!(["network", 3])),
    ];
    cases.extend(
        values.map(|(field, value)| Case::new(format!("{field} is {value}"), with(field, value), field)),
    );
    cases.push(Case::new("an unknown field", with("extraField", json!("kanarie")), "extraField"));
    cases.push(Case::new("a field with a typing mistake", with("personNam", json!("Kanarie")), "personNam"));
    cases.push(Case::new(
        "a field of somebody else",
        with("receiptNumber", json!("KANARIE")),
        "receiptNumber",
    ));
    cases
}

fn screen(els: &str, referral: &Referral, body: &Value) -> Ask {
    Ask::post(&format!("/api/v1/referrals/{}:screen", referral.id), body).as_person(els).on(&referral.etag)
}

/// What the coordinator writes down at the first conversation.
pub fn screenings(els: &str, referral: &Referral) -> Vec<Case> {
    let mut cases = Vec::new();
    let with = |field: &str, value: Value| {
        let mut body = json!({ "answers": answers() });
        body[field] = value;
        screen(els, referral, &body)
    };
    let days = [
        "24",
        "24-06-14",
        "0024-06-14",
        "14/06/1987",
        "1987-6-4",
        "1987-13",
        "1987-00",
        "1987-02-30",
        "1987-06-31",
        "1801-01-01",
        "3000-01-01",
        "2099-01",
        "tomorrow",
        "19870614",
        "1987-06-14T10:00",
        "-1987-06-14",
        "kanarie",
    ];
    cases.extend(
        days.map(|day| Case::new(format!("birth date {day}"), with("birthDate", day.into()), "birthDate")),
    );
    let numbers = [
        "93051822362",
        "9305182236",
        "930518223610",
        "93.05.18-223.62",
        "93139922310",
        "93053299977",
        "kanarie",
        "00000000000",
        "99999999999",
        "\u{669}\u{663}051822361",
    ];
    cases.extend(numbers.map(|number| {
        Case::new(
            format!("national number {number}"),
            with("nationalNumber", number.into()),
            "nationalNumber",
        )
    }));
    let mut both = json!({ "answers": answers(), "nationalNumber": NATIONAL_NUMBER });
    both["birthDate"] = "1960-01-01".into();
    cases.push(Case::new(
        "birth date and number contradict each other",
        screen(els, referral, &both),
        "birthDate",
    ));
    for (question, answer) in [
        ("works-full-time", json!("maybe")),
        ("works-full-time", json!(true)),
        ("works-full-time", json!(null)),
        ("labour-status", json!("kanarie")),
        ("labour-status", json!("k".repeat(10_000))),
        ("no-such-question", json!("yes")),
        ("wish-of-person", json!("kanarie ".repeat(10_000))),
        ("wish-of-person", json!("kanarie\0")),
    ] {
        let mut given = answers();
        given[question] = answer.clone();
        let shown: String = answer.to_string().chars().take(20).collect();
        cases.push(Case::new(format!("{question} is {shown}"), with("answers", given), "answers"));
    }
    let mut lacking = answers();
    lacking.as_object_mut().unwrap().remove("legal-residence");
    cases.push(Case::new("a required question without answer", with("answers", lacking), "answers"));
    cases.push(Case::new("answers as a list", with("answers", json!(["yes"])), "answers"));
    let many: serde_json::Map<String, Value> =
        (0..10_000).map(|number| (format!("question-{number}"), json!("yes"))).collect();
    cases.push(Case::new("10,000 answers", with("answers", Value::Object(many)), "answers"));
    let good = json!({ "answers": answers() });
    cases.push(
        Case::new("no If-Match", screen(els, referral, &good).without("if-match"), "If-Match").status(428),
    );
    for tag in ["*", "\"a\", \"b\"", "", "\"\"", "kanarie kanarie", "\"k\u{e9}\""] {
        cases.push(Case::new(
            format!("If-Match {tag}"),
            screen(els, referral, &good).with("if-match", tag),
            "If-Match",
        ));
    }
    cases.push(
        Case::new("a stale If-Match", screen(els, referral, &good).with("if-match", "\"999\""), "")
            .status(412),
    );
    cases
}

/// Decisions that the programme does not know.
pub fn decisions(els: &str, referral: &Referral) -> Vec<Case> {
    let step = |verb: &str, body: Value| {
        Ask::post(&format!("/api/v1/referrals/{}:{verb}", referral.id), &body)
            .as_person(els)
            .on(&referral.etag)
    };
    vec![
        Case::new("refusal without reason", step("refuse", json!({})), "reason"),
        Case::new("refusal for an unknown reason", step("refuse", json!({"reason": "kanarie"})), "reason"),
        Case::new(
            "refusal for a withdrawal reason",
            step("refuse", json!({"reason": "moved-away"})),
            "reason",
        ),
        Case::new(
            "refusal without the alternative it needs",
            step("refuse", json!({"reason": "no-capacity"})),
            "alternative",
        ),
        Case::new(
            "an alternative that is too long",
            step("refuse", json!({"reason": "no-capacity", "alternative": "kanarie ".repeat(100)})),
            "alternative",
        ),
        Case::new("withdrawal without reason", step("withdraw", json!({})), "reason"),
        Case::new(
            "withdrawal for an unknown reason",
            step("withdraw", json!({"reason": "kanarie"})),
            "reason",
        ),
        Case::new(
            "withdrawal for a refusal reason",
            step("withdraw", json!({"reason": "no-capacity"})),
            "reason",
        ),
        Case::new(
            "a motivation of three words",
            step("admit", json!({"motivation": "kanarie te kort"})),
            "motivation",
        ),
        Case::new(
            "a motivation that is too long",
            step("admit", json!({"motivation": "kanarie ".repeat(300)})),
            "motivation",
        ),
        Case::new("admission before any screening", step("admit", json!({})), "").status(409),
        Case::new("a step that does not exist", step("explode", json!({})), "").status(404),
        Case::new(
            "another id in the body",
            step("withdraw", json!({"reason": "moved-away", "extraId": "kanarie"})),
            "extraId",
        ),
    ]
}
