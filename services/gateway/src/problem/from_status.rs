//! The answer of a service that could not do it.

use http::StatusCode;
use prost::Message as _;
use proto::common::v1::ErrorDetail;

use super::Problem;
use super::kind::{http_status, kind_of_code};
use crate::contract::{Kind, Message, Shape};
use crate::transcode::Violation;

/// How the client wrote the fields of its request.
#[derive(Debug, Clone, Copy)]
pub struct FieldNames<'m> {
    /// The request message.
    pub message: &'m Message,
    /// As in the `.proto` file; else as JSON names.
    pub proto: bool,
}

/// Makes a problem of a gRPC status. Texts of statuses from 500 on stay inside.
pub fn from_status(status: &tonic::Status, names: FieldNames<'_>) -> Problem {
    let detail = error_detail(status);
    let kind = detail.as_ref().map(|detail| detail.kind.clone()).filter(|kind| http_status(kind).is_some());
    let kind = kind.unwrap_or_else(|| kind_of_code(status.code()).to_owned());
    let http = http_status(&kind).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if http.is_server_error() {
        return match http {
            StatusCode::SERVICE_UNAVAILABLE => Problem::unavailable("UNAVAILABLE"),
            StatusCode::GATEWAY_TIMEOUT => too_slow(),
            _ => Problem::internal(),
        };
    }
    let detail = detail.unwrap_or_default();
    let reason = if detail.reason.is_empty() { kind } else { detail.reason };
    let remedy = if detail.remedy.is_empty() { "see /api/docs".to_owned() } else { detail.remedy };
    let retry_after = (http == StatusCode::TOO_MANY_REQUESTS).then(|| {
        detail.metadata.get("retry_after_seconds").and_then(|seconds| seconds.parse().ok()).unwrap_or(1)
    });
    let violations = detail
        .violations
        .into_iter()
        .map(|violation| Violation {
            field: names.as_written(&violation.field),
            reason: violation.reason.into(),
            message: violation.message,
            remedy: violation.remedy,
        })
        .collect();
    let problem = Problem::new(http, reason, status.message().to_owned(), remedy)
        .violations(violations)
        .metadata(detail.metadata.into_iter().collect());
    match retry_after {
        Some(seconds) => problem.retry_after(seconds),
        None => problem,
    }
}

/// The deadline passed.
pub(crate) fn too_slow() -> Problem {
    Problem::new(
        StatusCode::GATEWAY_TIMEOUT,
        "DEADLINE_EXCEEDED",
        "the answer took too long; it is not known whether the request was carried out",
        "send the same request again with the same Idempotency-Key",
    )
}

fn error_detail(status: &tonic::Status) -> Option<ErrorDetail> {
    let details = status.details();
    if details.is_empty() {
        return None;
    }
    let rpc = proto::google::rpc::Status::decode(details).ok()?;
    let any = rpc.details.iter().find(|any| any.type_url.ends_with("/bondgenoot.common.v1.ErrorDetail"))?;
    ErrorDetail::decode(any.value.as_slice()).ok()
}

impl FieldNames<'_> {
    /// A path of `.proto` names as the client wrote it: `person.birth_date` becomes `person.birthDate`.
    fn as_written(self, path: &str) -> String {
        if self.proto {
            return path.to_owned();
        }
        let mut message = Some(self.message);
        let mut key_of_map = false;
        let mut written = String::with_capacity(path.len());
        for segment in path.split('.') {
            if !written.is_empty() {
                written.push('.');
            }
            let (name, index) =
                segment.find('[').and_then(|at| segment.split_at_checked(at)).unwrap_or((segment, ""));
            let field = message.filter(|_| !key_of_map).and_then(|message| message.field(name));
            key_of_map = false;
            match field {
                Some((_, field)) => {
                    written.push_str(&field.json_name);
                    key_of_map = field.shape == Shape::Map && index.is_empty();
                    message = match &field.kind {
                        Kind::Message(inner) => Some(inner),
                        _ => None,
                    };
                }
                None => written.push_str(name),
            }
            written.push_str(index);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use proto::common::v1::FieldViolation;
    use tonic::{Code, Status};

    use super::*;
    use crate::contract::Routes;

    fn names(routes: &Routes, proto: bool) -> FieldNames<'_> {
        let route = routes.by_rpc("/bondgenoot.intake.v1.ReferralService/ScreenReferral").unwrap();
        FieldNames { message: &route.input, proto }
    }

    fn status(code: Code, message: &str, detail: &ErrorDetail) -> Status {
        let any = prost_types::Any {
            type_url: "type.googleapis.com/bondgenoot.common.v1.ErrorDetail".to_owned(),
            value: detail.encode_to_vec(),
        };
        let rpc =
            proto::google::rpc::Status { code: code as i32, message: message.to_owned(), details: vec![any] };
        Status::with_details(code, message, rpc.encode_to_vec().into())
    }

    fn body(problem: &Problem) -> serde_json::Value {
        serde_json::from_slice(&problem.to_json("r-1")).unwrap()
    }

    #[test]
    fn every_kind_of_the_chassis_has_its_status() {
        let routes = Routes::compile(proto::DESCRIPTORS).unwrap();
        for (kind, code, expected) in [
            ("INVALID_ARGUMENT", Code::InvalidArgument, 400),
            ("UNAUTHENTICATED", Code::Unauthenticated, 401),
            ("PERMISSION_DENIED", Code::PermissionDenied, 403),
            ("NOT_FOUND", Code::NotFound, 404),
            ("ALREADY_EXISTS", Code::AlreadyExists, 409),
            ("ABORTED", Code::Aborted, 409),
            ("FAILED_PRECONDITION", Code::FailedPrecondition, 409),
            ("STALE_PRECONDITION", Code::FailedPrecondition, 412),
            ("KEY_REUSED", Code::FailedPrecondition, 422),
            ("PRECONDITION_REQUIRED", Code::FailedPrecondition, 428),
            ("RESOURCE_EXHAUSTED", Code::ResourceExhausted, 429),
            ("INTERNAL", Code::Internal, 500),
            ("UNAVAILABLE", Code::Unavailable, 503),
            ("DEADLINE_EXCEEDED", Code::DeadlineExceeded, 504),
        ] {
            let detail =
                ErrorDetail { kind: kind.to_owned(), reason: "WHY".to_owned(), ..ErrorDetail::default() };

            let problem = from_status(&status(code, "secret of the service", &detail), names(&routes, false));

            assert_eq!(problem.status().as_u16(), expected, "{kind}");
            let text = String::from_utf8(problem.to_json("r-1")).unwrap();
            assert_eq!(text.contains("secret of the service"), expected < 500, "{kind}: {text}");
            let retry = problem.render("r-1").headers().contains_key("retry-after");
            assert_eq!(retry, expected == 429 || expected == 503, "{kind}");
        }
    }

    #[test]
    fn violations_carry_the_names_that_the_client_wrote() {
        let routes = Routes::compile(proto::DESCRIPTORS).unwrap();
        let violation = |field: &str| FieldViolation { field: field.to_owned(), ..FieldViolation::default() };
        let detail = ErrorDetail {
            kind: "INVALID_ARGUMENT".to_owned(),
            violations: vec![
                violation("birth_date"),
                violation("answers.birth_date"),
                violation("other_thing[2]"),
            ],
            ..ErrorDetail::default()
        };
        let fields = |proto: bool| {
            let problem = from_status(&status(Code::InvalidArgument, "", &detail), names(&routes, proto));
            problem.wrong_fields().iter().map(|violation| violation.field.clone()).collect::<Vec<_>>()
        };

        assert_eq!(fields(false), ["birthDate", "answers.birth_date", "other_thing[2]"]);
        assert_eq!(fields(true), ["birth_date", "answers.birth_date", "other_thing[2]"]);
    }

    #[test]
    fn facts_for_programs_stand_beside_the_standard_members_and_never_replace_them() {
        let routes = Routes::compile(proto::DESCRIPTORS).unwrap();
        let detail = ErrorDetail {
            kind: "STALE_PRECONDITION".to_owned(),
            reason: "REFERRAL_CHANGED".to_owned(),
            metadata: [("current_etag", "7"), ("status", "200")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            ..ErrorDetail::default()
        };

        let body =
            body(&from_status(&status(Code::FailedPrecondition, "changed", &detail), names(&routes, false)));

        assert_eq!(body["current_etag"], "7");
        assert_eq!(body["status"], 412);
        assert_eq!(body["type"], "urn:bondgenoot:problem:referral-changed");
        assert_eq!(body["request_id"], "r-1");
    }

    #[test]
    fn a_status_without_detail_is_mapped_by_its_code() {
        let routes = Routes::compile(proto::DESCRIPTORS).unwrap();

        assert_eq!(from_status(&Status::not_found("x"), names(&routes, false)).status().as_u16(), 404);
        assert_eq!(from_status(&Status::unknown("x"), names(&routes, false)).status().as_u16(), 500);
    }
}
