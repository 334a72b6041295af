//! Signing in and out, as the browser sees it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::provider::SignInError;
use crate::api::own_page;
use crate::app::App;
use crate::http::RequestInfo;
use crate::pages::message;
use crate::problem::Problem;
use crate::sessions::{CookieJar, Secret, Visitor};
use crate::storage::sign_ins::SignIn;
use crate::use_cases::{BeginSignIn, FinishSignIn};

/// How long somebody may take at the identity provider.
const AWAY: SignedDuration = SignedDuration::from_mins(10);

/// What `/sign-in` takes.
#[derive(Debug, Deserialize)]
pub struct BeginQuery {
    /// Path of ours to go to afterwards.
    return_to: Option<String>,
}

/// What the provider sends back.
#[derive(Deserialize)]
pub struct FinishQuery {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Sends the browser to the identity provider.
pub async fn begin(
    State(app): State<Arc<App>>,
    Extension(info): Extension<RequestInfo>,
    Query(query): Query<BeginQuery>,
) -> Result<Response, Problem> {
    app.limits.sign_in(&info)?;
    let departure = match app.provider.depart().await {
        Ok(departure) => departure,
        Err(error) => return Ok(failed(&error)),
    };
    let browser = Secret::random();
    let now = app.clock.now();
    let sign_in = SignIn {
        state_hash: departure.state.hash(),
        browser_hash: browser.hash(),
        nonce: departure.nonce,
        pkce_verifier: departure.pkce_verifier,
        return_to: query.return_to.filter(|path| is_own_path(path)).unwrap_or_else(|| "/".to_owned()),
    };
    app.work
        .look_up(BeginSignIn { sign_in, now, forgotten_before: earlier(now) })
        .await
        .map_err(|error| crate::sessions::database_problem(&error))?;
    let mut response = see_other(&departure.url)?;
    put_cookie(&mut response, app.sign_in_cookie.set(&browser, AWAY));
    Ok(response)
}

/// The browser comes back from the identity provider.
pub async fn finish(
    State(app): State<Arc<App>>,
    Extension(info): Extension<RequestInfo>,
    headers: HeaderMap,
    Query(query): Query<FinishQuery>,
) -> Result<Response, Problem> {
    app.limits.sign_in(&info)?;
    if query.error.is_some() {
        return Ok(again(StatusCode::FORBIDDEN, "Het inloggen is gestopt", "U bent niet ingelogd."));
    }
    let (Some(code), Some(state)) = (query.code, query.state.as_deref().and_then(Secret::parse)) else {
        return Ok(stale());
    };
    let Some(browser) = CookieJar(&headers).get(app.sign_in_cookie.name()).and_then(Secret::parse) else {
        return Ok(stale());
    };
    let not_before = earlier(app.clock.now());
    let begun = app
        .work
        .look_up(FinishSignIn { state_hash: state.hash(), browser_hash: browser.hash(), not_before })
        .await
        .map_err(|error| crate::sessions::database_problem(&error))?;
    let Some((nonce, pkce_verifier, return_to)) = begun else { return Ok(stale()) };
    let subject = match app.provider.arrive(code, pkce_verifier, nonce).await {
        Ok(subject) => subject,
        Err(error) => return Ok(failed(&error)),
    };
    let mut response = match app.sessions.open(&subject, &headers).await? {
        Some(cookie) => {
            tracing::info!(request.id = &*info.id, "somebody signed in");
            let mut response = see_other(&return_to)?;
            put_cookie(&mut response, Some(cookie));
            response
        }
        None => again(
            StatusCode::FORBIDDEN,
            "We kennen u hier nog niet",
            "Uw account is in orde, maar u hebt in deze regio geen mandaat. Vraag er een aan de coördinator van uw organisatie.",
        ),
    };
    put_cookie(&mut response, app.sign_in_cookie.remove());
    Ok(response)
}

/// Ends the session, here and in the browser.
pub async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Visitor::Worker(_) = app.sessions.visitor(&headers).await? {
        own_page(&headers, &app.public_origin)?;
    }
    let cookie = app.sessions.close(&headers).await?;
    let mut response = see_other("/")?;
    put_cookie(&mut response, cookie);
    response
        .headers_mut()
        .insert("clear-site-data", HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""));
    Ok(response)
}

fn earlier(now: Timestamp) -> Timestamp {
    now.checked_sub(AWAY).unwrap_or(now)
}

/// A path of this site; never another site, whatever browsers make of slashes.
fn is_own_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 200
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn see_other(url: &str) -> Result<Response, Problem> {
    let location = HeaderValue::try_from(url).map_err(|_| Problem::internal())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

fn put_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn again(status: StatusCode, title: &str, text: &str) -> Response {
    message(status, title, text, ("/sign-in", "Opnieuw inloggen"))
}

fn stale() -> Response {
    again(
        StatusCode::BAD_REQUEST,
        "Het inloggen duurde te lang",
        "Of het begon in een andere browser. Begin opnieuw.",
    )
}

fn failed(error: &SignInError) -> Response {
    match error {
        SignInError::Unavailable(why) => {
            tracing::warn!(sign_in.error = why, "the identity provider cannot be asked");
            let text = "De dienst waar u inlogt, antwoordt niet. Probeer het over een paar minuten opnieuw.";
            again(StatusCode::SERVICE_UNAVAILABLE, "Inloggen lukt nu even niet", text)
        }
        SignInError::Refused(why) => {
            tracing::warn!(sign_in.error = why, "a sign-in was refused");
            again(StatusCode::FORBIDDEN, "Inloggen is niet gelukt", "Begin opnieuw.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for own in ["/", "/aanmelden", "/api/docs?x=1#y"] {
            assert!(is_own_path(own), "{own}");
        }
        for other in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nb", "/\t/evil", "evil"]
        {
            assert!(!is_own_path(other), "{other}");
        }
    }
}
