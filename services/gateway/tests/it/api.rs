//! JSON in, gRPC out, and back.

use prost::Message as _;
use proto::intake::v1::{ScreenReferralRequest, SubmitReferralRequest};
use reqwest::Method;
use serde_json::json;
use tonic::Code;

use super::fake_intake::{Answer, status};
use super::stand::{Stand, parts};

#[tokio::test]
async fn a_referral_arrives_as_the_message_it_is() {
    let stand = Stand::start().await;

    let response = stand
        .post(
            "/api/v1/referrals",
            &json!({"personName": "Kanarie", "consent": "CONSENT_GIVEN", "reasons": ["a", "b"]}),
        )
        .header("x-request-id", "kanarie-request")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .send()
        .await
        .unwrap();

    assert_eq!(response.headers()["x-request-id"], "kanarie-request");
    assert_eq!(response.headers()["content-type"], "application/json");
    let (code, body) = parts(response).await;
    assert_eq!((code.as_u16(), body), (200, json!({"receiptNumber": "KANARIE-1", "stored": true})));
    let seen = stand.intake.last();
    assert_eq!(seen.rpc, "SubmitReferral");
    let request = SubmitReferralRequest::decode(seen.request.as_slice()).unwrap();
    assert_eq!((request.person_name.as_str(), request.consent, request.reasons.len()), ("Kanarie", 1, 2));
    assert_eq!(chassis::caller::principal_name(seen.caller.principal), "anonymous");
    assert_eq!(seen.meta("idempotency-key"), "kanarie-key");
    assert_eq!(seen.meta("x-request-id"), "kanarie-request");
    assert!(seen.meta("traceparent").contains("0af7651916cd43dd8448eb211c80319c"));
    assert!(seen.metadata.contains_key("grpc-timeout"));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_it_reaches_a_service() {
    let stand = Stand::start().await;
    let post = |path: &str| stand.request(Method::POST, path).header("idempotency-key", "k");
    let json_post =
        |body: &'static str| post("/api/v1/referrals").header("content-type", "application/json").body(body);
    let table = [
        (json_post("{"), 400, "MALFORMED_JSON"),
        (json_post(""), 400, "MALFORMED_JSON"),
        (json_post(r#"{"x": 1}"#), 400, "INVALID_REQUEST"),
        (json_post(r#"{"consent": "YES"}"#), 400, "INVALID_REQUEST"),
        (post("/api/v1/referrals?note=x").json(&json!({})), 400, "INVALID_REQUEST"),
        (post("/api/v1/referrals").body("{}"), 415, "NOT_JSON"),
        (post("/api/v1/referrals").header("content-type", "text/plain").body("{}"), 415, "NOT_JSON"),
        (json_post("{}").header("content-encoding", "gzip"), 415, "NOT_JSON"),
        (stand.request(Method::POST, "/api/v1/referrals").json(&json!({})), 400, "IDEMPOTENCY_KEY_REQUIRED"),
        (json_post("{}").header("idempotency-key", "again"), 400, "IDEMPOTENCY_KEY_MALFORMED"),
        (json_post("{}").header("authorization", "Bearer x"), 401, "BEARER_NOT_ACCEPTED"),
        (stand.get("/api/v1/referrals"), 401, "SIGN_IN_REQUIRED"),
        (post("/api/v1/referrals/1:screen").json(&json!({})), 401, "SIGN_IN_REQUIRED"),
        (stand.get("/api/v1/session"), 401, "SIGN_IN_REQUIRED"),
        (stand.get("/api/v1/nothing"), 404, "NO_SUCH_PATH"),
        (post("/api/v1/referrals/1:burn").json(&json!({})), 404, "NO_SUCH_PATH"),
        (stand.request(Method::PUT, "/api/v1/referrals"), 405, "METHOD_NOT_ALLOWED"),
        (stand.request(Method::OPTIONS, "/api/v1/referrals"), 405, "METHOD_NOT_ALLOWED"),
        (stand.request(Method::TRACE, "/api/v1/referrals"), 405, "METHOD_NOT_ALLOWED"),
        (stand.request(Method::DELETE, "/api/v1/session"), 405, "METHOD_NOT_ALLOWED"),
    ];
    for (request, code, reason) in table {
        let shown = format!("{request:?}");

        let response = request.send().await.unwrap();

        assert_eq!(response.headers()["content-type"], "application/problem+json", "{shown}");
        let (status, body) = parts(response).await;
        assert_eq!((status.as_u16(), body["reason"].as_str().unwrap()), (code, reason), "{shown}: {body}");
        assert_eq!(body["status"], code);
        for member in ["type", "title", "detail", "remedy", "request_id"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {body}");
        }
    }
    assert!(stand.intake.seen().is_empty());
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let stand = Stand::start().await;

    let one = stand.request(Method::PUT, "/api/v1/referrals").send().await.unwrap();
    let other = stand.request(Method::PUT, "/api/v1/session").send().await.unwrap();

    assert_eq!(one.headers()["allow"], "GET, POST");
    assert_eq!(other.headers()["allow"], "GET,HEAD");
}

#[tokio::test]
async fn what_a_service_refuses_is_told_in_the_words_of_the_client() {
    let stand = Stand::start().await;
    let refused = status(
        Code::InvalidArgument,
        "INVALID_ARGUMENT",
        "INVALID_FIELDS",
        &["person_name", "reasons[1]"],
        &[],
    );
    stand.intake.answer_with(Answer::Status(refused));

    let (code, body) = parts(stand.refer().send().await.unwrap()).await;

    assert_eq!(code.as_u16(), 400);
    assert_eq!(body["reason"], "INVALID_FIELDS");
    assert_eq!(body["detail"], "text of intake");
    assert_eq!(body["violations"][0]["field"], "personName");
    assert_eq!(body["violations"][1]["field"], "reasons[1]");
    let with_proto_names = stand.post("/api/v1/referrals", &json!({"person_name": "Kanarie"}));
    let (_, body) = parts(with_proto_names.send().await.unwrap()).await;
    assert_eq!(body["violations"][0]["field"], "person_name");
}

#[tokio::test]
async fn what_goes_wrong_inside_stays_inside() {
    let stand = Stand::start().await;
    for (failure, code) in [
        (status(Code::Internal, "INTERNAL", "INTERNAL", &["secret"], &[("secret", "kanarie")]), 500),
        (tonic::Status::unknown("secret of intake"), 500),
        (tonic::Status::resource_exhausted("slow down"), 429),
    ] {
        stand.intake.answer_with(Answer::Status(failure));

        let response = stand.refer().send().await.unwrap();

        let retry = response.headers().contains_key("retry-after");
        let (status, body) = parts(response).await;
        assert_eq!(status.as_u16(), code);
        assert_eq!(retry, code == 429);
        assert!(!body.to_string().contains("secret") && !body.to_string().contains("intake"), "{body}");
    }
}

#[tokio::test]
async fn a_version_goes_out_as_etag_and_comes_back_as_if_match() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let els = stand.sign_in("els").await;

    let read = els.get("/api/v1/referrals/r-1").send().await.unwrap();
    let etag = read.headers()["etag"].clone();
    let without = parts(els.post("/api/v1/referrals/r-1:screen", &json!({})).send().await.unwrap()).await;
    let with =
        els.post("/api/v1/referrals/r-1:screen", &json!({"referralId": "other", "answers": {"a": "b"}}));
    let with = with.header("if-match", etag.clone()).send().await.unwrap();

    assert_eq!(etag, "\"7-kanarie\"");
    assert_eq!((without.0.as_u16(), without.1["reason"].as_str()), (428, Some("IF_MATCH_REQUIRED")));
    assert_eq!(with.status().as_u16(), 200);
    assert_eq!(with.headers()["etag"], etag);
    let seen = stand.intake.last();
    assert_eq!(seen.meta("if-match"), "7-kanarie");
    let request = ScreenReferralRequest::decode(seen.request.as_slice()).unwrap();
    assert_eq!(request.referral_id, "r-1", "the path wins over the body");

    let stale = status(
        Code::Aborted,
        "STALE_PRECONDITION",
        "REFERRAL_CHANGED",
        &[],
        &[("changed_by", "w-1"), ("current_etag", "8")],
    );
    stand.intake.answer_with(Answer::Status(stale));
    let again =
        els.post("/api/v1/referrals/r-1:screen", &json!({})).header("if-match", etag).send().await.unwrap();
    let (code, body) = parts(again).await;
    assert_eq!(
        (code.as_u16(), body["changed_by"].as_str(), body["current_etag"].as_str()),
        (412, Some("w-1"), Some("8"))
    );
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let stand = Stand::start().await;
    for path in [
        "/",
        "/aanmelden",
        "/site.css",
        "/api/docs",
        "/api/openapi.json",
        "/api/v1/session",
        "/nowhere",
        "/api/x",
    ] {
        let response = stand.get(path).send().await.unwrap();
        let headers = response.headers();

        let expected = if path.contains("css") || path.contains("docs") || path.contains("openapi") {
            "no-cache"
        } else {
            "no-store"
        };
        assert_eq!(headers["cache-control"], expected, "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!headers.contains_key("strict-transport-security"), "not over http");
        assert!(headers.contains_key("x-request-id"), "{path}");
    }
}

#[tokio::test]
async fn the_description_is_served_and_is_what_the_routes_are() {
    let stand = Stand::start().await;

    let (code, document) = parts(stand.get("/api/openapi.json").send().await.unwrap()).await;
    let page = stand.get("/api/docs").send().await.unwrap().text().await.unwrap();

    assert_eq!((code.as_u16(), document["openapi"].as_str()), (200, Some("3.1.0")));
    assert!(page.contains("POST /api/v1/referrals/{referral_id}:screen"));
    assert!(
        !page.contains("http://") && !page.contains("https://") && !page.contains("<script"),
        "nothing from outside"
    );
}
