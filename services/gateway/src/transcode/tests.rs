//! Bad requests by table, and both directions against `prost-reflect` as oracle.

use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, ReflectMessage as _, SerializeOptions,
};
use serde_json::{Value, json};

use super::*;
use crate::contract::Routes;

const SUBMIT: &str = "/bondgenoot.intake.v1.ReferralService/SubmitReferral";
const LIST: &str = "/bondgenoot.intake.v1.ReferralService/ListReferrals";
const SCREEN: &str = "/bondgenoot.intake.v1.ReferralService/ScreenReferral";

fn routes() -> Routes {
    Routes::compile(proto::DESCRIPTORS).unwrap()
}

/// `field reason remedy` of every violation, or the place of a syntax error.
fn complaints(rpc: &str, body: &str) -> Vec<String> {
    let routes = routes();
    match from_json(&routes.by_rpc(rpc).unwrap().input, body.as_bytes()) {
        Ok(_) => vec![],
        Err(BadJson::Syntax { line, column, problem }) => vec![format!("{line}:{column} {problem}")],
        Err(BadJson::Violations(violations)) => violations
            .into_vec()
            .into_iter()
            .map(|violation| format!("{} {} | {}", violation.field, violation.reason, violation.remedy))
            .collect(),
    }
}

#[test]
fn every_kind_of_bad_body_is_refused_with_field_and_remedy() {
    let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
    let table: Vec<(&str, String, Vec<&str>)> = vec![
        (SUBMIT, String::new(), vec!["1:0 EOF while parsing a value"]),
        (SUBMIT, "{\n  \"programme\": \"a\",\n}".into(), vec!["3:1 trailing comma"]),
        (SUBMIT, "{} x".into(), vec!["1:4 trailing characters"]),
        (
            SUBMIT,
            "{\"note\": \"\u{1}\"}".into(),
            vec!["1:11 control character (\\u0000-\\u001F) found while parsing a string"],
        ),
        (SUBMIT, "[]".into(), vec![" WRONG_TYPE | send a JSON object, such as {\"programme\": \"...\"}"]),
        (SUBMIT, "null".into(), vec![" WRONG_TYPE | send a JSON object, such as {\"programme\": \"...\"}"]),
        (
            SUBMIT,
            r#"{"persnName": "kanarie"}"#.into(),
            vec!["persnName UNKNOWN_FIELD | did you mean `personName`?"],
        ),
        (
            SUBMIT,
            r#"{"consent": "YES"}"#.into(),
            vec!["consent UNKNOWN_VALUE | use one of `CONSENT_GIVEN`, `CONSENT_NOT_YET`"],
        ),
        (
            SUBMIT,
            r#"{"consent": 9}"#.into(),
            vec!["consent UNKNOWN_VALUE | use one of `CONSENT_GIVEN`, `CONSENT_NOT_YET`"],
        ),
        (
            SUBMIT,
            r#"{"consent": true}"#.into(),
            vec!["consent WRONG_TYPE | use one of `CONSENT_GIVEN`, `CONSENT_NOT_YET`"],
        ),
        (SUBMIT, r#"{"person_name": 7}"#.into(), vec!["person_name WRONG_TYPE | send text in double quotes"]),
        (SUBMIT, r#"{"personName": {}}"#.into(), vec!["personName WRONG_TYPE | send text in double quotes"]),
        (SUBMIT, r#"{"reasons": "a"}"#.into(), vec!["reasons WRONG_TYPE | send a list, such as [...]"]),
        (
            SUBMIT,
            r#"{"reasons": ["a", null, 3]}"#.into(),
            vec![
                "reasons[1] WRONG_TYPE | send text in double quotes",
                "reasons[2] WRONG_TYPE | send text in double quotes",
            ],
        ),
        (
            SUBMIT,
            r#"{"note": "a", "note": "b", "channel": 1}"#.into(),
            vec![
                "note DUPLICATE_FIELD | send the field once",
                "channel WRONG_TYPE | send text in double quotes",
            ],
        ),
        (
            SUBMIT,
            r#"{"personName": "a", "person_name": "b"}"#.into(),
            vec!["person_name DUPLICATE_FIELD | send the field once"],
        ),
        (SUBMIT, r#"{"note": "a\u0000b"}"#.into(), vec!["note INVALID_CHARACTER | leave the character out"]),
        (SUBMIT, r#"{"note": "\ud800"}"#.into(), vec!["1:17 unexpected end of hex escape"]),
        (SUBMIT, format!("{{\"note\": {deep}}}"), vec!["note WRONG_TYPE | send text in double quotes"]),
        (
            SUBMIT,
            format!("{{\"nothing_like_it\": {deep}}}"),
            vec![
                "nothing_like_it UNKNOWN_FIELD | leave it out; known fields: `programme`, `channel`, `consent`, `personName`, \
                 `personContact`, `municipalityNis`, `reasons`, `referrerName`, `referrerOrganisation`, `referrerContact`, `note`",
            ],
        ),
        (
            SCREEN,
            r#"{"answers": []}"#.into(),
            vec!["answers WRONG_TYPE | send an object with one entry per key"],
        ),
        (
            SCREEN,
            r#"{"answers": {"a": 1}}"#.into(),
            vec!["answers.a WRONG_TYPE | send text in double quotes"],
        ),
        (
            SCREEN,
            r#"{"answers": {"a": null}}"#.into(),
            vec!["answers.a WRONG_TYPE | send text in double quotes"],
        ),
        (
            SCREEN,
            r#"{"answers": {"a": "x", "a": "y"}}"#.into(),
            vec!["answers.a DUPLICATE_FIELD | send each key once"],
        ),
        (LIST, r#"{"pageSize": 1.5}"#.into(), vec!["pageSize WRONG_TYPE | send a whole number, such as 12"]),
        (
            LIST,
            r#"{"pageSize": 3000000000}"#.into(),
            vec!["pageSize OUT_OF_RANGE | send a whole number from -2147483648 to 2147483647"],
        ),
        (LIST, r#"{"pageSize": "x"}"#.into(), vec!["pageSize WRONG_TYPE | send a whole number, such as 12"]),
        (LIST, r#"{"pageSize": 1e400}"#.into(), vec!["1:18 number out of range"]),
    ];
    for (rpc, body, expected) in table {
        assert_eq!(complaints(rpc, &body), expected, "{}", body.chars().take(80).collect::<String>());
    }
}

#[test]
fn a_list_without_end_is_cut_off() {
    let body = format!("{{\"reasons\": [{}\"a\"]}}", "\"a\",".repeat(20_000));

    assert_eq!(complaints(SUBMIT, &body), ["reasons TOO_MANY | send fewer than 10000 items"]);
}

#[test]
fn at_most_a_hundred_mistakes_are_listed() {
    let body = format!("{{\"reasons\": [{}1]}}", "1,".repeat(300));

    assert_eq!(complaints(SUBMIT, &body).len(), 100);
}

#[test]
fn no_complaint_repeats_a_value() {
    let body =
        r#"{"personName": {"kanarie-1": "kanarie-2"}, "consent": "kanarie-3", "reasons": [["kanarie-4"]]}"#;

    let all = complaints(SUBMIT, body).join("\n");

    assert_eq!(all.lines().count(), 3);
    assert!(!all.contains("kanarie"), "{all}");
}

#[test]
fn bodies_are_understood_as_the_oracle_understands_them() {
    let pool = DescriptorPool::decode(proto::DESCRIPTORS).unwrap();
    let routes = routes();
    let long = "kanarie ".repeat(40);
    for (rpc, body) in [
        (SUBMIT, json!({})),
        (
            SUBMIT,
            json!({"programme": "p", "consent": "CONSENT_GIVEN", "personName": "Kanarie é\u{1f600}", "reasons": ["a", "b"]}),
        ),
        (SUBMIT, json!({"consent": 2, "note": long, "person_name": null, "reasons": []})),
        (SCREEN, json!({"referralId": "1", "answers": {"a": "ja", "": "", "lang": long}})),
        (LIST, json!({"pageSize": 12, "state": "REFERRAL_STATE_SCREENED"})),
        (LIST, json!({"pageSize": "-12", "state": 5})),
        (LIST, json!({"pageSize": 12.0, "pageToken": "kanarie"})),
    ] {
        let route = routes.by_rpc(rpc).unwrap();
        let descriptor = pool.get_message_by_name(&route.input.name).unwrap();
        let text = body.to_string();

        let parsed = from_json(&route.input, text.as_bytes()).unwrap();

        let ours = DynamicMessage::decode(descriptor.clone(), parsed.wire.as_slice()).unwrap();
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let options = DeserializeOptions::new().deny_unknown_fields(true);
        let theirs =
            DynamicMessage::deserialize_with_options(descriptor, &mut deserializer, &options).unwrap();
        // over the wire once: an empty list is no list there
        let theirs = DynamicMessage::decode(ours.descriptor(), theirs.encode_to_vec().as_slice()).unwrap();
        assert!(ours == theirs, "{text}");
    }
}

#[test]
fn answers_are_written_as_the_oracle_writes_them() {
    let pool = DescriptorPool::decode(proto::DESCRIPTORS).unwrap();
    let routes = routes();
    for route in routes.iter() {
        let descriptor = pool.get_message_by_name(&route.output.name).unwrap();
        for message in [DynamicMessage::new(descriptor.clone()), filled(&descriptor)] {
            let bytes = message.encode_to_vec();
            let mut ours = Vec::new();

            to_json(&route.output, &bytes, &mut ours).unwrap();

            let ours: Value = serde_json::from_slice(&ours).unwrap();
            let mut theirs = Vec::new();
            let options = SerializeOptions::new().skip_default_fields(false);
            message.serialize_with_options(&mut serde_json::Serializer::new(&mut theirs), &options).unwrap();
            assert_eq!(ours, serde_json::from_slice::<Value>(&theirs).unwrap(), "{}", route.output.name);
            for cut in 0..bytes.len() {
                // cut anywhere: an error or a shorter answer, never a panic
                let _ = to_json(&route.output, &bytes[..cut], &mut Vec::new());
            }
        }
    }
}

/// A message with something in every field.
fn filled(descriptor: &prost_reflect::MessageDescriptor) -> DynamicMessage {
    use prost_reflect::{Kind, MapKey, Value as V};
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        let of = |kind: Kind| match kind {
            Kind::Bool => V::Bool(true),
            Kind::Int32 => V::I32(-7),
            Kind::Int64 => V::I64(-9_007_199_254_740_993),
            Kind::Uint32 => V::U32(u32::MAX),
            Kind::Uint64 => V::U64(u64::MAX),
            Kind::Bytes => V::Bytes(vec![0, 255, 7].into()),
            Kind::Enum(set) => V::EnumNumber(set.values().last().unwrap().number()),
            Kind::Message(inner) => V::Message(filled(&inner)),
            Kind::String => V::String("kanarie \"é\"\n".repeat(20)),
            other => panic!("{other:?} is not in the contract"),
        };
        let value = if field.is_map() {
            let entry = field.kind().as_message().unwrap().clone();
            V::Map([(MapKey::String("k".to_owned()), of(entry.map_entry_value_field().kind()))].into())
        } else if field.is_list() {
            V::List(vec![of(field.kind()), of(field.kind())])
        } else {
            match (descriptor.full_name(), field.name()) {
                ("google.protobuf.Timestamp", "seconds") => V::I64(1_781_431_200),
                ("google.protobuf.Timestamp", _) => V::I32(120_000_000),
                _ => of(field.kind()),
            }
        };
        message.set_field(&field, value);
    }
    message
}

#[test]
fn the_etag_is_found_in_the_bytes() {
    let pool = DescriptorPool::decode(proto::DESCRIPTORS).unwrap();
    let routes = routes();
    let route = routes.by_rpc("/bondgenoot.intake.v1.ReferralService/GetReferral").unwrap();
    let bytes = filled(&pool.get_message_by_name(&route.output.name).unwrap()).encode_to_vec();

    assert!(text_at(&bytes, &route.etag).unwrap().starts_with("kanarie"));
    assert_eq!(text_at(&[], &route.etag), None);
}

#[test]
fn the_query_is_read_and_its_mistakes_are_named() {
    let routes = routes();
    let read = |rpc: &str, query: &str| {
        let mut out = Vec::new();
        let mut violations = Violations::default();
        bind_query(routes.by_rpc(rpc).unwrap(), query, &mut out, &mut violations);
        let complaints: Vec<_> = violations
            .into_vec()
            .into_iter()
            .map(|found| format!("{} {}", found.field, found.reason))
            .collect();
        (out, complaints)
    };
    let list = |query: &str| read(LIST, query).1;
    let expected = proto::intake::v1::ListReferralsRequest {
        programme: "a b+é".to_owned(),
        state: 2,
        page_size: -5,
        page_token: "x".to_owned(),
    };

    let (out, complaints) =
        read(LIST, "programme=a+b%2B%C3%A9&state=REFERRAL_STATE_SCREENED&page_size=-5&pageToken=x&");
    assert!(complaints.is_empty());
    assert_eq!(proto::intake::v1::ListReferralsRequest::decode(out.as_slice()).unwrap(), expected);

    assert_eq!(list("pageSize=1&page_size=2"), ["page_size DUPLICATE_FIELD"]);
    assert_eq!(list("pagesize=1"), ["pagesize UNKNOWN_FIELD"]);
    assert_eq!(list("state=SCREENED"), ["state UNKNOWN_VALUE"]);
    assert_eq!(list("pageSize=many"), ["pageSize WRONG_TYPE"]);
    assert_eq!(list("programme=%FF"), [" INVALID_CHARACTER"]);
    assert_eq!(list("programme=%00"), ["programme INVALID_CHARACTER"]);
    assert_eq!(read(SUBMIT, "note=x").1, ["note NOT_ALLOWED_HERE"]);
    let get = "/bondgenoot.intake.v1.ReferralService/GetReferral";
    assert_eq!(read(get, "referral_id=2").1, ["referral_id NOT_ALLOWED_HERE"]);
}

#[test]
fn the_path_wins_over_the_body() {
    let routes = routes();
    let route = routes.by_rpc(SCREEN).unwrap();
    let mut parsed = from_json(&route.input, br#"{"referralId": "of-the-body"}"#).unwrap();
    let mut violations = Violations::default();

    bind_path(route, "/api/v1/referrals/of%20the-path:screen", &mut parsed.wire, &mut violations);

    let request = proto::intake::v1::ScreenReferralRequest::decode(parsed.wire.as_slice()).unwrap();
    assert_eq!(request.referral_id, "of the-path");
    assert!(violations.is_empty());
}
