//! Questions in addresses, and addresses that are none.

use serde_json::json;
use tests::scenario::form;
use tests::web::Ask;

use super::case::Case;

/// Lists and reports.
pub fn queries(els: &str) -> Vec<Case> {
    let list = |query: &str| Ask::get(&format!("/api/v1/referrals?{query}")).as_person(els);
    let report = |query: &str| Ask::get(&format!("/api/v1/reports/intake?{query}")).as_person(els);
    let mut cases = vec![
        Case::new("a list without programme", list(""), "programme"),
        Case::new("a list of a programme that cannot be", list("programme=a%20b"), "programme"),
        Case::new("a list of a programme that is not there", list("programme=nergens"), "").status(404),
        Case::new("the programme twice", list("programme=waasland-esf&programme=waasland-esf"), "programme"),
        Case::new("an unknown state", list("programme=waasland-esf&state=kanarie"), "state"),
        Case::new("a state that is a number too far", list("programme=waasland-esf&state=42"), "state"),
        Case::new("an unknown question", list("programme=waasland-esf&sort=name"), "sort"),
        Case::new("bytes that are not UTF-8", list("programme=%ff%fe"), ""),
        Case::new("NUL", list("programme=waasland-esf%00"), "programme"),
    ];
    for size in ["-1", "201", "100000", "99999999999", "many", "1.5", "0x10", ""] {
        cases.push(Case::new(
            format!("page size `{size}`"),
            list(&format!("programme=waasland-esf&pageSize={size}")),
            "pageSize",
        ));
    }
    for token in ["kanarie", "AAAA", "%00", "..%2F..", &"A".repeat(8_000), "eyJhbGciOiJub25lIn0"] {
        let shown: String = token.chars().take(20).collect();
        cases.push(Case::new(
            format!("page token {shown}"),
            list(&format!("programme=waasland-esf&pageToken={token}")),
            "pageToken",
        ));
    }
    for (from, to, field) in [
        ("", "2024-03-31", "from"),
        ("2024-01-01", "", "to"),
        ("24-01-01", "2024-03-31", "from"),
        ("0024-01-01", "2024-03-31", "from"),
        ("2024-02-30", "2024-03-31", "from"),
        ("2024-1-1", "2024-03-31", "from"),
        ("2024-01-01", "tomorrow", "to"),
        ("2024-01-01", "9999-99-99", "to"),
        ("2024-01-01", "2023-12-31", "to"),
        ("2010-01-01", "2024-01-01", "to"),
        ("2024-01-01T00:00:00Z", "2024-03-31", "from"),
        ("99999999999999-01-01", "2024-03-31", "from"),
    ] {
        let query = format!("programme=waasland-esf&from={from}&to={to}");
        cases.push(Case::new(format!("a report from `{from}` to `{to}`"), report(&query), field));
    }
    cases.push(Case::new("a report without anything", report(""), "programme"));
    cases
}

/// Ids that are none.
pub fn ids(els: &str, fatima: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for id in [
        "1",
        "kanarie",
        "0190b2c4",
        "0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0",
        "%00",
        "%ff",
        "'%20or%20'1'='1",
        "0190b2c4%2F7d1e",
    ] {
        let read = Ask::get(&format!("/api/v1/referrals/{id}")).as_person(els);
        cases.push(Case::new(format!("reading the referral {id}"), read, "referralId"));
        let step = Ask::post(&format!("/api/v1/referrals/{id}:withdraw"), &json!({"reason": "moved-away"}));
        cases.push(Case::new(
            format!("withdrawing the referral {id}"),
            step.as_person(els).on("1"),
            "referralId",
        ));
        let erase =
            Ask::post(&format!("/api/v1/persons/{id}:erase"), &json!({"ground": "ERASURE_GROUND_REQUEST"}));
        cases.push(Case::new(format!("erasing the person {id}"), erase.as_person(fatima), "personId"));
    }
    let person = "/api/v1/persons/0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b:erase";
    for ground in [
        json!({}),
        json!({"ground": "KANARIE"}),
        json!({"ground": "ERASURE_GROUND_UNSPECIFIED"}),
        json!({"ground": 9}),
    ] {
        cases.push(Case::new(
            format!("erasing for {ground}"),
            Ask::post(person, &ground).as_person(fatima),
            "ground",
        ));
    }
    let unknown = Ask::post(person, &json!({"ground": "ERASURE_GROUND_REQUEST"})).as_person(fatima);
    cases.push(Case::new("erasing somebody who is not there", unknown, "").status(404));
    cases
}

/// Addresses and methods that there are not.
pub fn routes(els: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let paths = [
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/referrals",
        "/api/v1/referral",
        "/api/v1/referrals/",
        "/api/v1//referrals",
        "/api/v1/referrals/a/b",
        "/api/v1/referrals/:screen",
        "/api/v1/persons",
        "/api/v1/%72eferrals%00",
        "/api/v1/referrals%2F..%2Fsession",
        "/api/v1/admin/status",
    ];
    cases.extend(
        paths.map(|path| Case::new(format!("GET {path}"), Ask::get(path).as_person(els), "").status(404)),
    );
    for (method, path) in [
        (reqwest::Method::PUT, "/api/v1/referrals"),
        (reqwest::Method::PATCH, "/api/v1/referrals"),
        (reqwest::Method::DELETE, "/api/v1/referrals"),
        (reqwest::Method::OPTIONS, "/api/v1/referrals"),
        (reqwest::Method::TRACE, "/api/v1/referrals"),
        (reqwest::Method::POST, "/api/v1/reports/intake"),
        (reqwest::Method::POST, "/api/v1/session"),
        (reqwest::Method::DELETE, "/api/v1/referrals/0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b"),
        (reqwest::Method::from_bytes(b"KANARIE").unwrap(), "/api/v1/referrals"),
    ] {
        let ask = Ask::post(path, &form(1)).method(method.clone()).as_person(els);
        cases.push(Case::new(format!("{method} {path}"), ask, "").status(405));
    }
    let query = Ask::post("/api/v1/referrals?note=kanarie", &form(1));
    cases.push(Case::new("a field of the body in the address", query, "note"));
    cases
}
