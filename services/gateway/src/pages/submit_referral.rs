//! Takes the referral form in: the same call as the API makes.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use percent_encoding::percent_decode_str;
use prost::Message as _;
use proto::intake::v1::SubmitReferralResponse;
use serde_json::{Map, Value, json};

use super::form_text::{CONSENT, NOTE, PERSON, REFERRER, errors};
use super::html::{Page, escape};
use super::message::message;
use super::referral_form::render;
use crate::api::{Beside, Sent, idempotency_key, own_page};
use crate::app::App;
use crate::http::{RequestInfo, read_body};
use crate::problem::Problem;
use crate::sessions::Visitor;
use crate::transcode::from_json;

const RPC: &str = "/bondgenoot.intake.v1.ReferralService/SubmitReferral";
/// More fields than the form has.
const MOST_FIELDS: usize = 100;

/// What was filled in.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    fn parse(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let decode = |part: &str| {
            let part = part.replace('+', " ");
            percent_decode_str(&part)
                .decode_utf8()
                .ok()
                .map(|text| text.replace("\r\n", "\n").trim().to_owned())
        };
        text.split('&')
            .filter(|pair| !pair.is_empty())
            .take(MOST_FIELDS)
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Some((decode(name)?, decode(value)?))
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    /// The text of a field; empty when it is not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether a field has a value.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(known, given)| known == name && given == value)
    }

    /// The request as JSON. What was left empty is left out.
    fn to_json(&self) -> Value {
        let mut body = Map::new();
        let texts = PERSON.iter().chain(&REFERRER).chain([&NOTE]).map(|field| field.name);
        for name in texts.chain(["programme", "channel", "consent", "municipalityNis"]) {
            if !self.text(name).is_empty() {
                body.insert(name.to_owned(), json!(self.text(name)));
            }
        }
        let reasons: Vec<&str> =
            self.0.iter().filter(|(name, _)| name == "reasons").map(|(_, value)| value.as_str()).collect();
        body.insert("reasons".to_owned(), json!(reasons));
        Value::Object(body)
    }
}

/// Sends a filled-in form to intake.
pub async fn submit(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(info) = parts.extensions.get::<RequestInfo>() else {
        return Problem::internal().into_response();
    };
    let is_form =
        parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded")
        });
    let form = match read_body(&parts.headers, body, app.body_timeout).await {
        Ok(bytes) if is_form => Form::parse(&bytes),
        Ok(_) => None,
        Err(problem) => return trouble(&problem),
    };
    let Some(form) = form else {
        return message(
            StatusCode::BAD_REQUEST,
            "Dat formulier kennen we niet",
            "Vul het formulier opnieuw in.",
            ("/aanmelden", "Naar het formulier"),
        );
    };
    if form.text("consent") == "CONSENT_NOT_YET" {
        // nothing leaves the gateway, so nothing can be stored
        return not_stored();
    }
    match send(&app, &parts.headers, info, &form).await {
        Ok(answer) if answer.stored => thanks(&answer.receipt_number),
        Ok(_) => not_stored(),
        Err(problem) if !problem.wrong_fields().is_empty() => {
            render(&app, &form, &errors(&problem), None, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(problem) => trouble(&problem),
    }
}

async fn send(
    app: &App,
    headers: &http::HeaderMap,
    info: &RequestInfo,
    form: &Form,
) -> Result<SubmitReferralResponse, Problem> {
    let authorization = match app.sessions.visitor(headers).await? {
        Visitor::Worker(worker) => {
            own_page(headers, &app.public_origin)?;
            worker.authorization
        }
        Visitor::Anonymous => {
            app.limits.anonymous_post(info)?;
            app.sessions.anonymous()?
        }
    };
    let route = app.gate.routes.by_rpc(RPC).ok_or_else(Problem::internal)?;
    let parsed = from_json(&route.input, form.to_json().to_string().as_bytes())?;
    let key = idempotency_key(form.text("key").as_bytes())
        .or_else(|| idempotency_key(chassis::id::IdGenerator.uuid().to_string().as_bytes()));
    let beside = Beside { idempotency_key: key, if_match: None };
    let sent = Sent { message: Bytes::from(parsed.wire), proto_names: false, beside, authorization };
    let answer = app.gate.call(route, info, sent).await?;
    SubmitReferralResponse::decode(answer).map_err(|_| Problem::internal())
}

fn thanks(receipt_number: &str) -> Response {
    let body = format!(
        "<h1>Bedankt</h1><p>We hebben de aanmelding goed ontvangen. Iemand van het partnerschap neemt contact op.</p>\
         <p>Bewaar dit nummer. Zo vinden we de aanmelding terug als u belt:</p><p class=\"receipt\">{}</p>\
         <p><a href=\"/aanmelden\">Nog iemand aanmelden</a></p>",
        escape(receipt_number)
    );
    Page { language: "nl", title: "Bedankt", body: &body, signed_in: None }.respond(StatusCode::OK)
}

fn not_stored() -> Response {
    let text = format!(
        "Op de vraag \"{CONSENT}\" antwoordde u: nog niet. Praat er eerst samen over. Daarna kunt u terugkomen."
    );
    message(StatusCode::OK, "We hebben niets bewaard", &text, ("/aanmelden", "Terug naar het formulier"))
}

fn trouble(problem: &Problem) -> Response {
    let (title, text) = match problem.status() {
        StatusCode::TOO_MANY_REQUESTS => (
            "Even wachten",
            "Er kwamen te veel aanmeldingen na elkaar van uw adres. Probeer het over een minuut opnieuw.",
        ),
        StatusCode::UNPROCESSABLE_ENTITY => {
            ("Deze aanmelding is al verstuurd", "Wilt u nog iets aanpassen? Vul dan een nieuw formulier in.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("Dat is te veel tekst", "Maak de tekst korter en verstuur het formulier opnieuw.")
        }
        StatusCode::FORBIDDEN => {
            ("Dat kan niet van hieruit", "Open het formulier op deze site en vul het daar in.")
        }
        _ => (
            "Het lukt nu even niet",
            "Ga terug in uw browser en verstuur hetzelfde formulier opnieuw. De aanmelding komt nooit dubbel aan.",
        ),
    };
    let mut response = message(problem.status(), title, text, ("/aanmelden", "Naar het formulier"));
    if let Some(retry) = problem.render("").headers_mut().remove(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, retry);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_becomes_the_request_of_the_api() {
        let form = Form::parse(
            b"key=k&consent=CONSENT_GIVEN&personName=Kanarie+%C3%A9&reasons=a&reasons=b&note=&referrerContact=%0D%0A+x+",
        )
        .unwrap();

        assert_eq!(
            form.to_json(),
            json!({"consent": "CONSENT_GIVEN", "personName": "Kanarie é", "reasons": ["a", "b"], "referrerContact": "x"})
        );
        assert!(Form::parse(b"note=%FF").is_none());
    }
}
