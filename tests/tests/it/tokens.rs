//! Who is not believed: tokens at the services, sessions and sign-ins at the gateway.

mod corpus;

use chassis::caller::{Mandate, Role, Scope};
use jiff::civil::{Date, date};
use proto::intake::v1::ListReferralsRequest;
use proto::intake::v1::referral_service_client::ReferralServiceClient;
use serde_json::json;
use tests::harness::{RegionUnderTest, Setup, run_program};
use tests::operator::connect;
use tests::scenario::form;
use tests::web::{Ask, Web};
use tonic::Code;

use crate::TWO_REGIONS;
use crate::support::wounds;

const LIST: &str = "/api/v1/referrals?programme=waasland-esf";
const REPORT: &str = "/api/v1/reports/intake?programme=waasland-esf&from=2024-01-01&to=2024-12-31";
const HEALTH: &str = "/api/v1/operations/health";
/// The mandate of els.
const MANDATE: &str = "0193a5c0-3000-7a01-8000-000000000001";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_believes_only_good_tokens() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable().without_operations()).await.unwrap();
    let ask = async |token: Option<&str>| -> Result<(), tonic::Status> {
        let mut request = tonic::Request::new(ListReferralsRequest {
            programme: "waasland-esf".to_owned(),
            ..Default::default()
        });
        if let Some(token) = token {
            request.metadata_mut().insert("authorization", token.parse().unwrap());
        }
        ReferralServiceClient::new(connect(&region, "intake").unwrap())
            .list_referrals(request)
            .await
            .map(drop)
    };

    let good = format!("Bearer {}", corpus::good(&region));
    ask(Some(&good)).await.unwrap();
    let mut believed = Vec::new();
    for (name, header) in corpus::bad(&region) {
        match ask(header.as_deref()).await {
            Err(status) if status.code() == Code::Unauthenticated && !status.details().is_empty() => {}
            other => believed.push(format!("{name}: {other:?}")),
        }
    }
    for (name, mandate) in mandates_that_do_not_count() {
        let header = format!("Bearer {}", corpus::of(&region, &testkit::worker(7, vec![mandate])));
        match ask(Some(&header)).await {
            Err(status) if status.code() == Code::PermissionDenied && !status.details().is_empty() => {}
            other => believed.push(format!("{name}: {other:?}")),
        }
    }
    assert_eq!(believed, Vec::<String>::new());
    ask(Some(&good)).await.unwrap();
    assert_eq!(wounds(&region).await, Vec::<String>::new());
    region.stop().await.unwrap();
}

fn mandates_that_do_not_count() -> Vec<(&'static str, Mandate)> {
    let coordinator = || testkit::mandate(Role::Coordinator, Scope::Programme, Some("waasland-esf"));
    let until = |last: Date| Mandate { valid_to: Some(last), ..coordinator() };
    vec![
        ("a mandate that expired", until(date(2024, 12, 31))),
        ("a mandate that has not begun", Mandate { valid_from: date(2999, 1, 1), ..coordinator() }),
        ("a mandate for own cases", Mandate { scope: Scope::OwnCases, ..coordinator() }),
        ("a mandate of another role", Mandate { role: Role::Volunteer, ..coordinator() }),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gateway_lets_in_who_signed_in_and_has_a_mandate() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable()).await.unwrap();
    let web = Web::open(&region.url().unwrap()).unwrap();

    without_session_nothing_but_the_form_is_open(&web).await;
    everybody_gets_what_their_mandate_gives(&web).await;
    a_session_ends_with_signing_out(&web).await;
    another_site_cannot_write_with_a_session(&web).await;
    a_sign_in_counts_only_in_the_browser_that_began_it(&web).await;
    a_revoked_mandate_ends_with_the_next_request(&region, &web).await;
    a_sign_in_with_a_key_of_nobody_is_refused(&region, &web).await;

    assert_eq!(wounds(&region).await, Vec::<String>::new());
    region.stop().await.unwrap();
}

async fn without_session_nothing_but_the_form_is_open(web: &Web) {
    let strange = format!("session={}", "A".repeat(43));
    let twice = format!("session={0}; session={1}", "A".repeat(43), "B".repeat(43));
    for cookie in ["", "session=", "session=kanarie", &strange, &twice, "__Host-session=kanarie"] {
        for path in [
            LIST,
            REPORT,
            HEALTH,
            "/api/v1/session",
            "/api/v1/referrals/0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b",
        ] {
            let mut ask = Ask::get(path);
            if !cookie.is_empty() {
                ask = ask.as_person(cookie);
            }
            let answer = web.send(&ask).await.unwrap();
            assert_eq!(
                (answer.status, answer.field("reason")),
                (401, "SIGN_IN_REQUIRED"),
                "{cookie}: {path}: {}",
                answer.text
            );
            assert_eq!(answer.faults_of_a_problem(), Vec::<String>::new());
        }
    }
    assert_eq!(web.send(&Ask::post("/api/v1/referrals", &form(1))).await.unwrap().status, 200);
}

async fn everybody_gets_what_their_mandate_gives(web: &Web) {
    for (login, list, report, health) in [
        ("els", 200, 200, 403),
        ("geert", 403, 403, 403),
        ("samira", 403, 403, 403),
        ("jef", 403, 403, 403),
        ("pieter", 403, 200, 403),
        ("wim", 403, 403, 200),
        ("fatima", 403, 403, 403),
        ("lotte", 403, 200, 403),
    ] {
        let cookie = web.sign_in(login).await.unwrap();
        assert_eq!(
            web.send(&Ask::get("/api/v1/session").as_person(&cookie)).await.unwrap().status,
            200,
            "{login}"
        );
        for (path, expected) in [(LIST, list), (REPORT, report), (HEALTH, health)] {
            let answer = web.send(&Ask::get(path).as_person(&cookie)).await.unwrap();
            assert_eq!(answer.status, expected, "{login} asks {path}: {}", answer.text);
            if expected == 403 {
                assert_eq!(answer.faults_of_a_problem(), Vec::<String>::new(), "{login} asks {path}");
                let reason = if login == "geert" { "NO_VALID_MANDATE" } else { "NO_MANDATE" };
                assert_eq!(answer.field("reason"), reason, "{login} asks {path}");
                assert!(answer.field("remedy").contains("mandate"), "what to do: {}", answer.text);
            }
        }
    }
}

async fn a_session_ends_with_signing_out(web: &Web) {
    let cookie = web.sign_in("els").await.unwrap();
    let other = web.sign_in("els").await.unwrap();
    assert_ne!(cookie, other, "every sign-in has a session of its own");

    let out = web.send(&Ask::post("/sign-out", &json!({})).as_person(&cookie)).await.unwrap();

    assert_eq!(out.status, 303, "{}", out.text);
    assert!(out.headers.contains_key("clear-site-data"));
    assert_eq!(web.send(&Ask::get(LIST).as_person(&cookie)).await.unwrap().status, 401);
    assert_eq!(
        web.send(&Ask::get(LIST).as_person(&other)).await.unwrap().status,
        200,
        "the other session goes on"
    );
}

async fn another_site_cannot_write_with_a_session(web: &Web) {
    let cookie = web.sign_in("els").await.unwrap();
    let write = |path: &str| Ask::post(path, &form(1)).with("cookie", cookie.as_str());
    let paths =
        ["/api/v1/referrals", "/api/v1/referrals/0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b:withdraw", "/sign-out"];
    for path in paths {
        for (name, headers) in [
            ("nothing about where it comes from", vec![]),
            ("another site", vec![("sec-fetch-site", "cross-site"), ("origin", "https://kanarie.example")]),
            ("a neighbour", vec![("sec-fetch-site", "same-site"), ("origin", web.door())]),
            ("another origin", vec![("origin", "https://kanarie.example")]),
            ("no origin", vec![("origin", "null")]),
        ] {
            let ask =
                headers.into_iter().fold(write(path).on("1"), |ask, (name, value)| ask.with(name, value));
            let answer = web.send(&ask).await.unwrap();
            assert_eq!(
                (answer.status, answer.field("reason")),
                (403, "CROSS_SITE_REQUEST"),
                "{path}, {name}: {}",
                answer.text
            );
        }
    }
    let own = web.send(&write("/api/v1/referrals").with("origin", web.door())).await.unwrap();
    assert_eq!(own.status, 200, "from an own page: {}", own.text);
    assert_eq!(web.send(&Ask::get(LIST).as_person(&cookie)).await.unwrap().status, 200, "still signed in");
}

async fn a_sign_in_counts_only_in_the_browser_that_began_it(web: &Web) {
    let (mine, theirs) = (web.depart().await.unwrap(), web.depart().await.unwrap());
    let back = web.press(&mine, "els").await.unwrap();
    let with = |name: &str, value: &str| {
        let mut url = back.clone();
        let pairs: Vec<(String, String)> =
            back.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        if !value.is_empty() {
            url.query_pairs_mut().append_pair(name, value);
        }
        url
    };
    let their_state = theirs.page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    for (name, url, cookie) in [
        ("another state", with("state", &"A".repeat(43)), mine.cookie.as_str()),
        ("no state", with("state", ""), &mine.cookie),
        ("the state of another sign-in", with("state", &their_state), &mine.cookie),
        ("no code", with("code", ""), &mine.cookie),
        ("the cookie of another browser", back.clone(), &theirs.cookie),
        ("no cookie", back.clone(), ""),
        ("an error", with("error", "access_denied"), &mine.cookie),
    ] {
        let answer = web.arrive(&url, cookie).await.unwrap();
        assert!(answer.status >= 400 && answer.status < 500, "{name}: {}", answer.status);
        assert_eq!(answer.cookie("session"), None, "{name}");
    }

    // None of that used it up, but it counts once.
    let answer = web.arrive(&back, &mine.cookie).await.unwrap();
    assert!(answer.cookie("session").is_some(), "{} {}", answer.status, answer.text);
    assert_eq!(web.arrive(&back, &mine.cookie).await.unwrap().cookie("session"), None, "a second time");

    // A code of the issuer that belongs to another nonce and another proof key.
    let (first, second) = (web.depart().await.unwrap(), web.depart().await.unwrap());
    let code = web
        .press(&first, "els")
        .await
        .unwrap()
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let mut mixed = web.press(&second, "els").await.unwrap();
    let others: Vec<(String, String)> =
        mixed.query_pairs().into_owned().filter(|(name, _)| name != "code").collect();
    mixed.query_pairs_mut().clear().extend_pairs(others).append_pair("code", &code);
    let answer = web.arrive(&mixed, &second.cookie).await.unwrap();
    assert_eq!((answer.status, answer.cookie("session")), (403, None), "{}", answer.text);
}

async fn a_sign_in_with_a_key_of_nobody_is_refused(region: &RegionUnderTest, web: &Web) {
    let issuer = region.local.issuer_control().unwrap();
    issuer.rotate_key(false).unwrap();
    let departure = web.depart().await.unwrap();
    let back = web.press(&departure, "lotte").await.unwrap();

    let answer = web.arrive(&back, &departure.cookie).await.unwrap();

    // The gateway fetched the keys at most a minute ago, and asks no more often, however many tokens come with keys of nobody.
    assert!([403, 503].contains(&answer.status), "{} {}", answer.status, answer.text);
    assert_eq!(answer.cookie("session"), None);
}

async fn a_revoked_mandate_ends_with_the_next_request(region: &RegionUnderTest, web: &Web) {
    let cookie = web.sign_in("els").await.unwrap();
    assert_eq!(web.send(&Ask::get(LIST).as_person(&cookie)).await.unwrap().status, 200);
    let environment = region.environment("gateway").unwrap();
    let revoke = ["revoke-mandate", MANDATE, "--reason", "ended by the board"];

    let (code, said) = run_program("gateway", &revoke, &environment).await.unwrap();

    assert_eq!(code, Some(0), "{said}");
    let answer = web.send(&Ask::get(LIST).as_person(&cookie)).await.unwrap();
    assert_eq!((answer.status, answer.field("reason")), (403, "NO_VALID_MANDATE"), "{}", answer.text);
    let (code, said) = run_program(
        "gateway",
        &["revoke-mandate", &MANDATE.replace('3', "4"), "--reason", "x"],
        &environment,
    )
    .await
    .unwrap();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("there is no mandate"), "{said}");
}
