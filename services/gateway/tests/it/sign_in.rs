//! Signing in at the real issuer, mandates, and signing out.

use std::collections::HashMap;

use chassis::caller::{Role, principal_name};
use local::issuer::Fault;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::stand::{Stand, client, parts};

const ELS_MANDATE: &str = "0193a5c0-3000-7a01-8000-000000000001";

/// Somebody at a browser.
pub struct Person<'s> {
    stand: &'s Stand,
    pub cookie: String,
}

impl Person<'_> {
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.stand.get(path).header("cookie", &self.cookie)
    }

    /// A POST from a page of ours.
    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.stand.post(path, body).header("cookie", &self.cookie).header("sec-fetch-site", "same-origin")
    }
}

fn cookie(response: &Response, name: &str) -> Option<String> {
    response.headers().get_all("set-cookie").iter().find_map(|line| {
        let pair = line.to_str().unwrap().split(';').next().unwrap().to_owned();
        (pair.starts_with(&format!("{name}=")) && !pair.ends_with('=')).then_some(pair)
    })
}

fn location(response: &Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

impl Stand {
    /// Goes to the issuer, presses the button of a person, and gives the way back and the cookie of the browser.
    async fn press_button(&self, login: &str, cookie_before: Option<&str>) -> (String, String) {
        let mut sign_in = self.get("/sign-in?return_to=/api/docs");
        if let Some(cookie) = cookie_before {
            sign_in = sign_in.header("cookie", cookie);
        }
        let begun = sign_in.send().await.unwrap();
        assert_eq!(begun.status().as_u16(), 303);
        let browser = cookie(&begun, "sign-in").unwrap();
        let page = location(&begun);
        let (_, query) = page.split_once('?').unwrap();
        let (authorize, _) = page.split_once('?').unwrap();
        let form = format!("{query}&login={login}");
        let decided = client()
            .post(authorize)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        (location(&decided), browser)
    }

    /// Signs somebody in.
    pub async fn sign_in(&self, login: &str) -> Person<'_> {
        let (back, browser) = self.press_button(login, None).await;
        let arrived = client().get(back).header("cookie", browser).send().await.unwrap();
        assert_eq!((arrived.status().as_u16(), location(&arrived).as_str()), (303, "/api/docs"));
        Person { stand: self, cookie: cookie(&arrived, "session").unwrap() }
    }
}

#[tokio::test]
async fn who_signed_in_calls_with_the_mandates_of_today() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let els = stand.sign_in("els").await;

    let (code, session) = parts(els.get("/api/v1/session").send().await.unwrap()).await;
    let list = els.get("/api/v1/referrals?programme=waasland-esf").send().await.unwrap();
    let home = els.get("/").send().await.unwrap().text().await.unwrap();

    assert_eq!(code.as_u16(), 200);
    assert_eq!(session["mandates"][0]["mandateId"], ELS_MANDATE);
    assert_eq!(session["mandates"][0]["validTo"], Value::Null);
    assert_eq!(list.status().as_u16(), 200);
    let caller = stand.intake.last().caller;
    assert_eq!(principal_name(caller.principal), "worker");
    assert_eq!(caller.worker.unwrap().to_string(), session["workerId"].as_str().unwrap());
    assert_eq!((caller.mandates.len(), caller.mandates[0].role), (1, Role::Coordinator));
    assert!(home.contains("coördinator") && home.contains("Uitloggen"));
}

#[tokio::test]
async fn a_mandate_that_ended_counts_for_nothing() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let geert = stand.sign_in("geert").await;

    let (code, body) = parts(geert.get("/api/v1/referrals").send().await.unwrap()).await;
    let (_, session) = parts(geert.get("/api/v1/session").send().await.unwrap()).await;

    assert_eq!((code.as_u16(), body["reason"].as_str()), (403, Some("NO_VALID_MANDATE")));
    assert!(body["remedy"].as_str().unwrap().contains("coordinator"));
    assert_eq!(session["mandates"], json!([]));
    assert!(stand.intake.seen().is_empty());
}

#[tokio::test]
async fn a_revoked_mandate_stops_counting_with_the_next_request() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let els = stand.sign_in("els").await;
    assert_eq!(els.get("/api/v1/referrals").send().await.unwrap().status().as_u16(), 200);

    stand.command("revoke-mandate", &[ELS_MANDATE, "--reason", "left the partnership"]).await.unwrap();

    let (code, body) = parts(els.get("/api/v1/referrals").send().await.unwrap()).await;
    assert_eq!((code.as_u16(), body["reason"].as_str()), (403, Some("NO_VALID_MANDATE")));
    stand.import_people().await;
    let again = els.get("/api/v1/referrals").send().await.unwrap().status().as_u16();
    assert_eq!(again, 403, "an import does not give it back");
    assert!(
        stand
            .command("revoke-mandate", &["0193a5c0-3000-7a01-8000-0000000000ff", "--reason", "x"])
            .await
            .is_err()
    );
}

#[tokio::test]
async fn importing_twice_changes_nothing_and_every_import_is_audited() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let rows = async || {
        sqlx::query_as::<_, (i64, i64)>(
            "select (select count(*) from mandates), (select count(*) from chassis.audit where action = 'import_people')",
        )
        .fetch_one(&stand.database.admin)
        .await
        .unwrap()
    };
    let first = rows().await;

    stand.import_people().await;

    assert!(first.0 > 4);
    assert_eq!(rows().await, (first.0, 2));
}

#[tokio::test]
async fn signing_out_ends_the_session_itself() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let els = stand.sign_in("els").await;

    let from_elsewhere = stand.request(Method::POST, "/sign-out").header("cookie", &els.cookie);
    let from_elsewhere = from_elsewhere.header("sec-fetch-site", "cross-site").send().await.unwrap();
    let still = els.get("/api/v1/session").send().await.unwrap().status().as_u16();
    let out = els.post("/sign-out", &json!({})).send().await.unwrap();

    assert_eq!((from_elsewhere.status().as_u16(), still), (403, 200));
    assert_eq!((out.status().as_u16(), location(&out).as_str()), (303, "/"));
    assert!(out.headers()["clear-site-data"].to_str().unwrap().contains("cookies"));
    assert_eq!(els.get("/api/v1/session").send().await.unwrap().status().as_u16(), 401);
    let stored: i64 =
        sqlx::query_scalar("select count(*) from sessions").fetch_one(&stand.database.admin).await.unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn another_site_cannot_write_with_the_session() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let els = stand.sign_in("els").await;
    let write = || stand.post("/api/v1/referrals", &json!({})).header("cookie", &els.cookie);

    let cross = parts(write().header("sec-fetch-site", "cross-site").send().await.unwrap()).await;
    let none = write().send().await.unwrap().status().as_u16();
    let other = write().header("origin", "https://evil.example").send().await.unwrap().status().as_u16();
    let own = write().header("origin", &stand.url).send().await.unwrap().status().as_u16();

    assert_eq!((cross.0.as_u16(), cross.1["reason"].as_str()), (403, Some("CROSS_SITE_REQUEST")));
    assert_eq!((none, other, own), (403, 403, 200));
}

#[tokio::test]
async fn signing_in_gives_a_new_session_and_ends_the_one_before() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let els = stand.sign_in("els").await;

    let (back, browser) = stand.press_button("samira", Some(&els.cookie)).await;
    let arrived =
        client().get(back).header("cookie", format!("{}; {browser}", els.cookie)).send().await.unwrap();
    let samira = cookie(&arrived, "session").unwrap();

    assert_ne!(samira, els.cookie);
    assert_eq!(els.get("/api/v1/session").send().await.unwrap().status().as_u16(), 401);
    let flags = arrived
        .headers()
        .get_all("set-cookie")
        .iter()
        .find(|line| line.to_str().unwrap().starts_with("session="));
    let flags = flags.unwrap().to_str().unwrap();
    assert!(
        flags.contains("HttpOnly") && flags.contains("SameSite=Lax") && flags.contains("Path=/"),
        "{flags}"
    );
    let hash: Vec<u8> = sqlx::query_scalar("select session_hash from sessions")
        .fetch_one(&stand.database.admin)
        .await
        .unwrap();
    assert!(!samira.contains(&String::from_utf8_lossy(&hash).into_owned()));
}

#[tokio::test]
async fn the_way_back_counts_once_and_in_the_same_browser_only() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let (back, browser) = stand.press_button("els", None).await;
    let (_, other_browser) = stand.press_button("els", None).await;
    let arrive = |cookie: Option<&str>| {
        let mut request = client().get(&back);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        request.send()
    };

    let without = arrive(None).await.unwrap();
    let elsewhere = arrive(Some(&other_browser)).await.unwrap();
    let right = arrive(Some(&browser)).await.unwrap();
    let twice = arrive(Some(&browser)).await.unwrap();

    let statuses = [&without, &elsewhere, &right, &twice].map(|response| response.status().as_u16());
    assert_eq!(statuses, [400, 400, 303, 400]);
    assert!(cookie(&twice, "session").is_none());
    assert!(twice.text().await.unwrap().contains("Opnieuw inloggen"));
    let forged =
        stand.get("/sign-in/callback?code=x&state=y").header("cookie", browser).send().await.unwrap();
    assert_eq!(forged.status().as_u16(), 400);
}

#[tokio::test]
async fn a_stranger_is_told_what_to_do_and_nothing_is_stored() {
    let stand = Stand::start().await;

    let (back, browser) = stand.press_button("els", None).await;
    let arrived = client().get(back).header("cookie", browser).send().await.unwrap();

    assert_eq!(arrived.status().as_u16(), 403);
    assert!(cookie(&arrived, "session").is_none());
    assert!(arrived.text().await.unwrap().contains("geen mandaat"));
    let stored: i64 =
        sqlx::query_scalar("select count(*) from sessions").fetch_one(&stand.database.admin).await.unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn an_idle_or_old_session_has_ended() {
    let stand = Stand::start().await;
    stand.import_people().await;
    for age in [
        "last_seen_at = last_seen_at - interval '31 minutes'",
        "created_at = created_at - interval '601 minutes'",
    ] {
        let els = stand.sign_in("els").await;
        assert_eq!(els.get("/api/v1/session").send().await.unwrap().status().as_u16(), 200);

        sqlx::query(sqlx::AssertSqlSafe(format!("update sessions set {age}")))
            .execute(&stand.database.admin)
            .await
            .unwrap();

        assert_eq!(els.get("/api/v1/session").send().await.unwrap().status().as_u16(), 401, "{age}");
    }
}

#[tokio::test]
async fn being_seen_is_written_once_a_minute() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let els = stand.sign_in("els").await;
    let seen = async || -> String {
        sqlx::query_scalar("select last_seen_at::text from sessions")
            .fetch_one(&stand.database.admin)
            .await
            .unwrap()
    };
    let at_sign_in = seen().await;

    els.get("/api/v1/session").send().await.unwrap();
    let a_moment_later = seen().await;
    sqlx::query("update sessions set last_seen_at = last_seen_at - interval '2 minutes'")
        .execute(&stand.database.admin)
        .await
        .unwrap();
    els.get("/api/v1/session").send().await.unwrap();

    assert_eq!(at_sign_in, a_moment_later);
    assert!(seen().await > at_sign_in, "after two minutes it is written again");
}

#[tokio::test]
async fn an_identity_provider_that_fails_gives_a_page_and_no_session() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let (back, browser) = stand.press_button("els", None).await;
    stand.issuer.control().set_fault(Some(Fault::Failing));

    let arrived = client().get(back).header("cookie", browser).send().await.unwrap();

    assert!(arrived.status().as_u16() == 503 || arrived.status().as_u16() == 403, "{}", arrived.status());
    assert!(cookie(&arrived, "session").is_none());
    stand.issuer.control().set_fault(None);
    stand.sign_in("els").await;
}

#[tokio::test]
async fn a_secret_that_changed_in_its_file_counts_for_the_next_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client-secret");
    std::fs::write(&file, "kanarie-old\n").unwrap();
    let settings = format!("[sign_in]\nclient_secret = \"\"\nclient_secret_file = \"{}\"", file.display());
    let stand = Stand::with(&settings, 1).await;
    stand.import_people().await;

    let (back, browser) = stand.press_button("els", None).await;
    let arrived = client().get(back).header("cookie", browser).send().await.unwrap();
    assert!(cookie(&arrived, "session").is_none(), "the issuer knows another secret");

    std::fs::write(&file, "kanarie-secret\n").unwrap();
    stand.sign_in("els").await;
}

#[tokio::test]
async fn a_token_signed_with_an_unknown_key_is_refused() {
    let stand = Stand::start().await;
    stand.import_people().await;
    stand.sign_in("els").await;
    stand.issuer.control().rotate_key(false).unwrap();

    let (back, browser) = stand.press_button("els", None).await;
    let arrived = client().get(back).header("cookie", browser).send().await.unwrap();

    // keys were fetched less than a minute ago, so they are not fetched again yet
    assert_eq!(arrived.status().as_u16(), 403);
    assert!(cookie(&arrived, "session").is_none());
}

#[tokio::test]
async fn signing_in_is_audited_with_the_worker() {
    let stand = Stand::start().await;
    stand.import_people().await;
    let els = stand.sign_in("els").await;
    els.post("/sign-out", &json!({})).send().await.unwrap();

    let rows: Vec<(String, Vec<uuid::Uuid>)> = sqlx::query_as(
        "select action, subject_ids from chassis.audit where action like '%session' order by position",
    )
    .fetch_all(&stand.database.admin)
    .await
    .unwrap();

    let actions: HashMap<&str, String> =
        rows.iter().map(|(action, ids)| (action.as_str(), ids[0].to_string())).collect();
    assert_eq!(actions.len(), 2);
    assert!(actions.values().all(|id| id == "0193a5c0-1000-7a01-8000-000000000001"), "{actions:?}");
}
