//! Signing in, as the gateway does it: with the client library it uses.

use std::{path::Path, time::Duration};

use local::{
    Error,
    issuer::{Fault, Issuer, IssuerConfig},
};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreResponseType,
        CoreUserInfoClaims,
    },
};
use reqwest::{StatusCode, Url, redirect::Policy};
use serde_json::Value;
use tempfile::TempDir;

const BACK: &str = "http://127.0.0.1:8400/auth/callback";
const SECRET: &str = "a secret:with/ödd +signs";

fn http() -> reqwest::Client {
    rustls_provider();
    reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

fn rustls_provider() {
    rustls::crypto::ring::default_provider().install_default().ok();
}

fn config(folder: &Path) -> IssuerConfig {
    IssuerConfig {
        address: "127.0.0.1:0".parse().unwrap(),
        url: None,
        people_file: Path::new(env!("CARGO_MANIFEST_DIR")).join("../regions/waasland/demo-people.toml"),
        folder: folder.to_owned(),
        client_id: "gateway".to_owned(),
        client_secret: SECRET.to_owned(),
        client_secret_file: None,
        redirect_origins: vec!["http://127.0.0.1:8400".to_owned()],
        demo: false,
    }
}

async fn start() -> (Issuer, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Issuer::start(config(folder.path())).await.unwrap(), folder)
}

/// The bridge from the client library to the HTTP client.
async fn call(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let answer =
        http().request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body).send().await?;
    let mut response = openidconnect::http::Response::builder().status(answer.status());
    *response.headers_mut().unwrap() = answer.headers().clone();
    Ok(response.body(answer.bytes().await?.to_vec()).unwrap())
}

async fn metadata(issuer: &Issuer) -> CoreProviderMetadata {
    let url = IssuerUrl::new(issuer.url().to_owned()).unwrap();
    CoreProviderMetadata::discover_async(url, &call).await.unwrap()
}

/// The client as the gateway makes it. A macro, because its type tells which end points are set.
macro_rules! client {
    ($metadata:expr, $secret:expr) => {
        CoreClient::from_provider_metadata(
            $metadata,
            ClientId::new("gateway".to_owned()),
            Some(ClientSecret::new($secret.to_owned())),
        )
        .set_redirect_uri(RedirectUrl::new(BACK.to_owned()).unwrap())
    };
}

/// Opens the page at this address, presses the button of a person, and gives where the browser is sent.
async fn press(page: &Url, login: &str) -> Url {
    let shown = http().get(page.clone()).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    let text = shown.text().await.unwrap();
    assert!(text.contains("lang=\"nl\"") && text.contains(&format!("value=\"{login}\"")), "{text}");
    assert!(!text.contains("<script"));
    let mut form: Vec<(String, String)> = page.query_pairs().into_owned().collect();
    for (name, _) in &form {
        assert!(text.contains(&format!("name=\"{name}\"")), "the page loses {name}");
    }
    form.push(("login".to_owned(), login.to_owned()));
    let mut action = page.clone();
    action.set_query(None);
    let answer = http().post(action).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()["location"].to_str().unwrap().parse().unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

struct Begun {
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
    nonce: Nonce,
}

async fn begin(metadata: &CoreProviderMetadata, login: &str) -> Begun {
    let client = client!(metadata.clone(), SECRET);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow: CoreAuthenticationFlow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let (page, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .set_pkce_challenge(challenge)
        .url();
    let back = press(&page, login).await;
    assert!(back.as_str().starts_with(BACK), "{back}");
    assert_eq!(parameter(&back, "state").as_ref(), Some(state.secret()));
    Begun { code: AuthorizationCode::new(parameter(&back, "code").unwrap()), verifier, nonce }
}

#[tokio::test]
async fn a_person_signs_in_with_code_pkce_and_nonce_and_is_who_they_are() {
    let (issuer, _folder) = start().await;
    let metadata = metadata(&issuer).await;
    let client = client!(metadata.clone(), SECRET);
    let begun = begin(&metadata, "els").await;

    let tokens = client
        .exchange_code(begun.code)
        .unwrap()
        .set_pkce_verifier(begun.verifier)
        .request_async(&call)
        .await
        .unwrap();

    let id_token = tokens.id_token().unwrap();
    let claims: &CoreIdTokenClaims = id_token.claims(&client.id_token_verifier(), &begun.nonce).unwrap();
    assert_eq!(claims.subject().as_str(), "0193a5c0-1000-7a01-8000-000000000001");
    assert_eq!(claims.name().unwrap().get(None).unwrap().as_str(), "Els Kanarie-Peeters");
    assert_eq!(claims.email().unwrap().as_str(), "kanarie.els@example.org");
    assert_eq!(claims.auth_context_ref().unwrap().as_str(), "urn:bondgenoot:acr:demo");
    assert!(claims.auth_time().is_some());
    let other = Nonce::new_random();
    assert!(id_token.claims(&client.id_token_verifier(), &other).is_err(), "the nonce binds");
    let info: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .unwrap()
        .request_async(&call)
        .await
        .unwrap();
    assert_eq!(info.email().unwrap().as_str(), "kanarie.els@example.org");
    let stranger =
        http().get(format!("{}/userinfo", issuer.url())).bearer_auth("wrong").send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

/// Asks for tokens and gives status and error code.
async fn ask(issuer: &Issuer, begun: &Begun, changes: &[(&str, &str)]) -> (StatusCode, String) {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", begun.code.secret()),
        ("redirect_uri", BACK),
        ("code_verifier", begun.verifier.secret()),
        ("client_id", "gateway"),
        ("client_secret", SECRET),
    ];
    for (name, value) in changes {
        form.retain(|(field, _)| field != name);
        form.push((name, value));
    }
    let answer = http().post(format!("{}/token", issuer.url())).form(&form).send().await.unwrap();
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    (status, body["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_code_works_once_and_only_for_who_asked_for_it() {
    let (issuer, _folder) = start().await;
    let metadata = metadata(&issuer).await;
    let grant_refused = (StatusCode::BAD_REQUEST, "invalid_grant".to_owned());

    let begun = begin(&metadata, "samira").await;
    assert_eq!(ask(&issuer, &begun, &[]).await, (StatusCode::OK, String::new()), "secret in the form");
    assert_eq!(ask(&issuer, &begun, &[]).await, grant_refused, "a code that was used");

    let begun = begin(&metadata, "samira").await;
    let verifier = PkceCodeChallenge::new_random_sha256().1;
    assert_eq!(ask(&issuer, &begun, &[("code_verifier", verifier.secret())]).await, grant_refused);
    assert_eq!(ask(&issuer, &begun, &[]).await, grant_refused, "a failed try uses the code up");

    let begun = begin(&metadata, "samira").await;
    assert_eq!(ask(&issuer, &begun, &[("redirect_uri", "http://127.0.0.1:8400/other")]).await, grant_refused);

    let begun = begin(&metadata, "samira").await;
    let client_refused = (StatusCode::UNAUTHORIZED, "invalid_client".to_owned());
    assert_eq!(ask(&issuer, &begun, &[("client_secret", "wrong")]).await, client_refused);
    assert_eq!(ask(&issuer, &begun, &[("client_id", "other")]).await, client_refused);
    let unsupported = (StatusCode::BAD_REQUEST, "unsupported_grant_type".to_owned());
    assert_eq!(ask(&issuer, &begun, &[("grant_type", "password")]).await, unsupported);
    assert_eq!(ask(&issuer, &begun, &[]).await.0, StatusCode::OK, "a stranger does not use the code up");
}

#[tokio::test]
async fn a_question_that_is_not_right_is_refused_and_never_sends_the_browser_elsewhere() {
    let (issuer, _folder) = start().await;
    let challenge = "a".repeat(43);
    let right = [
        ("response_type", "code"),
        ("client_id", "gateway"),
        ("redirect_uri", BACK),
        ("scope", "openid"),
        ("state", "s"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let show = async |name: &str, value: &str| {
        let mut url: Url = format!("{}/authorize", issuer.url()).parse().unwrap();
        let changed = right.iter().map(|(key, old)| (*key, if *key == name { value } else { old }));
        url.query_pairs_mut().extend_pairs(changed);
        let answer = http().get(url).send().await.unwrap();
        let location =
            answer.headers().get("location").map(|to| to.to_str().unwrap().parse::<Url>().unwrap());
        (answer.status(), location.and_then(|to| parameter(&to, "error")))
    };
    let back = |error: &str| (StatusCode::SEE_OTHER, Some(error.to_owned()));
    let here = (StatusCode::BAD_REQUEST, None);

    assert_eq!(show("nothing", "").await, (StatusCode::OK, None));
    assert_eq!(show("client_id", "other").await, here);
    assert_eq!(show("redirect_uri", "http://127.0.0.1:8401/auth/callback").await, here);
    assert_eq!(show("redirect_uri", "http://127.0.0.1:8400@example.org/").await, here);
    assert_eq!(show("response_type", "token").await, back("unsupported_response_type"));
    assert_eq!(show("scope", "profile").await, back("invalid_scope"));
    assert_eq!(show("code_challenge_method", "plain").await, back("invalid_request"));
    assert_eq!(show("code_challenge", "").await, back("invalid_request"));

    let mut page: Url = format!("{}/authorize", issuer.url()).parse().unwrap();
    page.query_pairs_mut().extend_pairs(right);
    let form: Vec<_> = right.into_iter().chain([("login", "nobody")]).collect();
    page.set_query(None);
    let answer = http().post(page).form(&form).send().await.unwrap();
    let to: Url = answer.headers()["location"].to_str().unwrap().parse().unwrap();
    assert_eq!(parameter(&to, "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn the_key_stays_through_a_restart_and_can_be_rotated() {
    let (issuer, folder) = start().await;
    let kids = async |issuer: &Issuer| {
        let set: Value =
            http().get(format!("{}/jwks.json", issuer.url())).send().await.unwrap().json().await.unwrap();
        let keys = set["keys"].as_array().unwrap();
        assert!(keys.iter().all(|key| key["d"].is_null()), "only public halves");
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = kids(&issuer).await;
    drop(issuer);
    let issuer = Issuer::start(config(folder.path())).await.unwrap();
    assert_eq!(kids(&issuer).await, first);

    issuer.control().rotate_key(true).unwrap();
    let both = kids(&issuer).await;
    assert_eq!((both.len(), &both[1]), (2, &first[0]));
    issuer.control().rotate_key(false).unwrap();
    assert_eq!(kids(&issuer).await.len(), 1);

    let stale = metadata(&issuer).await;
    let begun = begin(&stale, "wim").await;
    issuer.control().rotate_key(false).unwrap();
    let client = client!(stale, SECRET);
    let exchange = client.exchange_code(begun.code).unwrap().set_pkce_verifier(begun.verifier);
    let tokens = exchange.request_async(&call).await.unwrap();
    let id_token = tokens.id_token().unwrap();
    assert!(id_token.claims(&client.id_token_verifier(), &begun.nonce).is_err(), "the keys we hold are old");
    let fresh = client!(metadata(&issuer).await, SECRET);
    id_token.claims(&fresh.id_token_verifier(), &begun.nonce).unwrap();
}

#[tokio::test]
async fn a_test_can_make_it_fail_and_be_slow() {
    let (issuer, _folder) = start().await;
    let address = format!("{}/.well-known/openid-configuration", issuer.url());

    issuer.control().set_fault(Some(Fault::Failing));
    assert_eq!(http().get(&address).send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    issuer.control().set_fault(Some(Fault::Slow(Duration::from_mins(1))));
    let impatient = http().get(&address).timeout(Duration::from_millis(200)).send().await;
    assert!(impatient.unwrap_err().is_timeout());
    issuer.control().set_fault(None);
    assert_eq!(http().get(&address).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn beyond_the_loopback_address_it_starts_only_for_a_demo_region() {
    let folder = tempfile::tempdir().unwrap();
    let open = IssuerConfig { address: "0.0.0.0:0".parse().unwrap(), ..config(folder.path()) };

    let refused = Issuer::start(open.clone()).await.unwrap_err();
    assert!(matches!(&refused, Error::Issuer { reason } if reason.contains("demo = true")), "{refused}");

    Issuer::start(IssuerConfig { demo: true, url: Some("https://demo.example.org".to_owned()), ..open })
        .await
        .unwrap();
}

#[tokio::test]
async fn signing_out_sends_the_browser_back_only_to_the_client() {
    let (issuer, _folder) = start().await;
    let end = async |back: &str| {
        let mut url: Url = format!("{}/end_session", issuer.url()).parse().unwrap();
        url.query_pairs_mut().append_pair("post_logout_redirect_uri", back).append_pair("state", "s");
        let answer = http().get(url).send().await.unwrap();
        answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned())
    };

    assert_eq!(end("http://127.0.0.1:8400/").await.as_deref(), Some("http://127.0.0.1:8400/?state=s"));
    assert_eq!(end("https://example.org/").await, None);
}

#[tokio::test]
async fn the_secret_is_given_once_in_the_settings_or_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, secret) = (folder.path().join("issuer.json"), folder.path().join("secret"));
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let read = |inline: &str, file: Option<&Path>| {
        let config = IssuerConfig {
            client_secret: inline.to_owned(),
            client_secret_file: file.map(Path::to_owned),
            ..config(folder.path())
        };
        local::files::write_json(&settings, &config).unwrap();
        IssuerConfig::of_file(&settings).map(|config| config.client_secret)
    };

    assert_eq!(read("", Some(&secret)).unwrap(), SECRET);
    assert_eq!(read(SECRET, None).unwrap(), SECRET);
    for wrong in [read("", None), read(SECRET, Some(&secret)), read("", Some(&folder.path().join("none")))] {
        assert!(wrong.is_err());
    }
}
