//! What travels beside the body: idempotency key, version, media type.

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tonic::metadata::{Ascii, MetadataValue};

use crate::contract::{Body, Route};
use crate::problem::Problem;
use crate::transcode::Violation;

/// Name of the header with the idempotency key.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What a request carries beside its body.
#[derive(Debug, Default, Clone)]
pub struct Beside {
    /// Makes a write repeatable.
    pub idempotency_key: Option<MetadataValue<Ascii>>,
    /// The version the client saw, without quotes.
    pub if_match: Option<MetadataValue<Ascii>>,
}

impl Beside {
    /// Reads the headers that a route needs.
    pub(super) fn read(route: &Route, headers: &HeaderMap) -> Result<Self, Problem> {
        if route.body != Body::None {
            check_media_type(headers)?;
        }
        let idempotency_key = if route.method == Method::POST { Some(key(headers)?) } else { None };
        let if_match = if_match(headers)?;
        if route.rpc.requires_if_match && if_match.is_none() {
            return Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "IF_MATCH_REQUIRED",
                "the call changes a record and does not say which version you saw",
                "send the etag of the record as If-Match",
            )
            .violations(vec![violation(
                "If-Match",
                "REQUIRED",
                "the header is missing",
                "If-Match: \"<etag>\"",
            )]));
        }
        Ok(Self { idempotency_key, if_match })
    }
}

fn violation(field: &str, reason: &'static str, message: &str, remedy: &str) -> Violation {
    Violation {
        field: field.to_owned(),
        reason: reason.into(),
        message: message.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// A key of 1 to 128 visible ASCII characters.
pub fn idempotency_key(value: &[u8]) -> Option<MetadataValue<Ascii>> {
    let visible = (1..=128).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic);
    visible.then(|| MetadataValue::try_from(value).ok()).flatten()
}

fn key(headers: &HeaderMap) -> Result<MetadataValue<Ascii>, Problem> {
    let wrong = |reason: &'static str, violated: &'static str, message: &'static str| {
        let remedy = "send the header Idempotency-Key with a new random UUID, and the same one when you repeat the request";
        Problem::new(StatusCode::BAD_REQUEST, reason, message, remedy).violations(vec![violation(
            "Idempotency-Key",
            violated,
            message,
            remedy,
        )])
    };
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (values.next(), values.next()) {
        (None, _) => {
            Err(wrong("IDEMPOTENCY_KEY_REQUIRED", "REQUIRED", "the header Idempotency-Key is missing"))
        }
        (Some(value), None) => idempotency_key(value.as_bytes()).ok_or_else(|| {
            let message = "the header Idempotency-Key is not 1 to 128 visible ASCII characters";
            wrong("IDEMPOTENCY_KEY_MALFORMED", "WRONG_FORMAT", message)
        }),
        (Some(_), Some(_)) => Err(wrong(
            "IDEMPOTENCY_KEY_MALFORMED",
            "DUPLICATE_FIELD",
            "the header Idempotency-Key is given twice",
        )),
    }
}

fn if_match(headers: &HeaderMap) -> Result<Option<MetadataValue<Ascii>>, Problem> {
    let mut values = headers.get_all(header::IF_MATCH).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let tag = value.to_str().ok().and_then(|text| entity_tag(text.trim()));
    match (tag, values.next()) {
        (Some(tag), None) => Ok(MetadataValue::try_from(tag).ok()),
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "IF_MATCH_MALFORMED",
            "the header If-Match is not one entity tag",
            "send the etag of the record in double quotes",
        )
        .violations(vec![violation(
            "If-Match",
            "WRONG_FORMAT",
            "not one entity tag",
            "If-Match: \"<etag>\"",
        )])),
    }
}

/// The tag without weakness mark and quotes; a bare one counts as well.
fn entity_tag(text: &str) -> Option<&str> {
    let text = text.strip_prefix("W/").unwrap_or(text);
    let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let plain = !tag.is_empty() && tag.len() <= 128 && tag.bytes().all(|byte| byte.is_ascii_graphic());
    (plain && !tag.contains(['"', ',', '*'])).then_some(tag)
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: HeaderName| headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
    let media_type = text(header::CONTENT_TYPE);
    let mut parts = media_type.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(b"application/json"));
    let utf8 = parts.all(|parameter| {
        let parameter = parameter.to_ascii_lowercase();
        parameter == b"charset=utf-8" || parameter == b"charset=\"utf-8\""
    });
    let plain = matches!(text(header::CONTENT_ENCODING), b"" | b"identity");
    if json && utf8 && plain {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "NOT_JSON",
        "the body is not announced as plain JSON in UTF-8",
        "send the body uncompressed, with the header Content-Type: application/json",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(content_type: &str, encoding: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", content_type.parse().unwrap());
        headers.insert("content-encoding", encoding.parse().unwrap());
        check_media_type(&headers).is_ok()
    }

    #[test]
    fn only_plain_json_in_utf8_passes() {
        assert!(media("application/json", "identity"));
        assert!(media("Application/JSON; charset=UTF-8", ""));
        assert!(!media("application/json; charset=latin1", ""));
        assert!(!media("text/plain", ""));
        assert!(!media("application/x-www-form-urlencoded", ""));
        assert!(!media("application/json", "gzip"));
        assert!(check_media_type(&HeaderMap::new()).is_err());
    }

    #[test]
    fn keys_are_visible_ascii_of_bounded_length() {
        assert!(idempotency_key(b"0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b").is_some());
        assert!(idempotency_key(&[b'x'; 128]).is_some());
        for bad in [&b""[..], b"with space", b"caf\xc3\xa9", b"tab\t", &[b'x'; 129]] {
            assert!(idempotency_key(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn one_entity_tag_is_taken_with_or_without_quotes() {
        for (given, tag) in [("\"7-a\"", Some("7-a")), ("W/\"7-a\"", Some("7-a")), ("7-a", Some("7-a"))] {
            assert_eq!(entity_tag(given), tag);
        }
        for bad in ["", "\"\"", "*", "\"a\", \"b\"", "a b"] {
            assert_eq!(entity_tag(bad), None, "{bad}");
        }
    }
}
