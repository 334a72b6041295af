//! Tokens that must not count, and one that does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::caller::{Caller, Principal, Role, Scope, Signer};
use chassis::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tests::harness::RegionUnderTest;

fn coordinator() -> Caller {
    testkit::worker(7, vec![testkit::mandate(Role::Coordinator, Scope::Programme, Some("waasland-esf"))])
}

fn now() -> Timestamp {
    Clock::new("Europe/Brussels", None).unwrap().now()
}

/// A token of the gateway for a caller.
pub fn of(region: &RegionUnderTest, caller: &Caller) -> String {
    let key = &region.local.keys().gateway;
    Signer::from_file(&key.file, &key.id, "waasland").unwrap().sign(caller, 240).unwrap()
}

/// A token that counts.
pub fn good(region: &RegionUnderTest) -> String {
    of(region, &coordinator())
}

/// Everything that does not count: a name, and what stands in `authorization`.
pub fn bad(region: &RegionUnderTest) -> Vec<(String, Option<String>)> {
    let mut all = vec![("no token".to_owned(), None)];
    let good = good(region);
    let mut parts = good.split('.');
    let [header, claims, signature] = [(); 3].map(|()| parts.next().unwrap());
    for (name, header) in [
        ("an empty header", String::new()),
        ("no scheme", good.clone()),
        ("another scheme", format!("Basic {good}")),
        ("the scheme in small letters", format!("bearer {good}")),
        ("two spaces", format!("Bearer  {good}")),
        ("nothing behind the scheme", "Bearer ".to_owned()),
        ("a word", "Bearer kanarie".to_owned()),
        ("dots only", "Bearer ..".to_owned()),
        ("no signature", format!("Bearer {header}.{claims}.")),
        ("two parts", format!("Bearer {header}.{claims}")),
        ("four parts", format!("Bearer {good}.{signature}")),
        ("another signature", format!("Bearer {header}.{claims}.{}", URL_SAFE_NO_PAD.encode([7; 64]))),
        ("a token behind the token", format!("Bearer {good} {good}")),
        ("10 kB", format!("Bearer {}", "A".repeat(10_000))),
    ] {
        all.push((name.to_owned(), Some(header)));
    }
    let tokens =
        signed_by_others(region).into_iter().chain(with_other_claims(region, claims)).chain(unsigned(claims));
    all.extend(tokens.map(|(name, token)| (name, Some(format!("Bearer {token}")))));
    all
}

/// Right in every way, but for who signed, for whom, for where and when.
fn signed_by_others(region: &RegionUnderTest) -> Vec<(String, String)> {
    let keys = region.local.keys();
    let sign = |file, id: &str, region, caller: &Caller, from: Timestamp| {
        Signer::from_file(file, id, region).unwrap().sign_at(caller, from, 240).unwrap()
    };
    let (gateway, operator) = (&keys.gateway, &keys.operator);
    let (us, anybody) = (coordinator(), Caller::principal(Principal::Operator));
    let ago = |seconds: i64| now().checked_sub(SignedDuration::from_secs(seconds)).unwrap();
    [
        ("expired an hour ago", sign(&gateway.file, &gateway.id, "waasland", &us, ago(3_840))),
        ("expired ten seconds ago", sign(&gateway.file, &gateway.id, "waasland", &us, ago(250))),
        ("not yet valid", sign(&gateway.file, &gateway.id, "waasland", &us, ago(-60))),
        ("of another region", sign(&gateway.file, &gateway.id, "kempen", &us, now())),
        ("under the name of another key", sign(&operator.file, &gateway.id, "waasland", &us, now())),
        ("of a key that nobody knows", sign(&gateway.file, "nobody", "waasland", &us, now())),
        ("of a key that is a path", sign(&gateway.file, "../gateway", "waasland", &us, now())),
        ("of a key without a name", sign(&gateway.file, "", "waasland", &us, now())),
        (
            "a worker, vouched for by the operator's key",
            sign(&operator.file, &operator.id, "waasland", &us, now()),
        ),
        (
            "an operator, vouched for by the gateway's key",
            sign(&gateway.file, &gateway.id, "waasland", &anybody, now()),
        ),
    ]
    .map(|(name, token)| (name.to_owned(), token))
    .to_vec()
}

/// Signed with the right key, with claims that are not right.
fn with_other_claims(region: &RegionUnderTest, claims: &str) -> Vec<(String, String)> {
    let key = &region.local.keys().gateway;
    let pem = std::fs::read(&key.file).unwrap();
    let signing = EncodingKey::from_ed_pem(&pem).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let sign = |claims: &Value, change: fn(&mut Header)| {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.id.clone());
        change(&mut header);
        jsonwebtoken::encode(&header, claims, &signing).unwrap()
    };
    assert!(serde_json::from_value::<Value>(claims.clone()).is_ok());
    let seconds = now().as_second();
    let mut all = Vec::new();
    for (claim, value) in [
        ("exp", json!(seconds - 60)),
        ("exp", json!(seconds + 3_600)),
        ("exp", json!((seconds + 60).to_string())),
        ("exp", json!(i64::MAX)),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("nbf", json!(seconds + 60)),
        ("nbf", json!((seconds - 60).to_string())),
        ("iat", json!("yesterday")),
        ("iss", json!("bondgenoot:kempen")),
        ("iss", json!("")),
        ("iss", json!(["bondgenoot:waasland"])),
        ("aud", json!("bondgenoot:kempen")),
        ("aud", json!([])),
        ("sub", json!("kanarie")),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("principal", json!("kanarie")),
        ("principal", json!("relay")),
        ("principal", json!("job")),
        ("principal", json!("operator")),
        ("principal", json!("consumer")),
        ("principal", json!("unspecified")),
        ("principal", json!("WORKER")),
        ("organisation", json!("kanarie")),
        ("mandates", json!("coordinator")),
        ("mandates", json!([{"role": "coordinator"}])),
        (
            "mandates",
            json!([{"id": "0193a5c0-3000-7a01-8000-000000000001", "role": "boss", "scope": "region", "valid_from": "2024-01-01"}]),
        ),
        ("admin", json!(true)),
    ] {
        let mut other = claims.clone();
        other[claim] = value.clone();
        all.push((format!("{claim} is {value}"), sign(&other, |_| {})));
    }
    for claim in ["exp", "nbf", "iat", "iss", "aud", "sub", "principal"] {
        let mut other = claims.clone();
        other.as_object_mut().unwrap().remove(claim);
        all.push((format!("no {claim}"), sign(&other, |_| {})));
    }
    all.push(("claims that are a list".to_owned(), sign(&json!([]), |_| {})));
    all.push(("no name of a key".to_owned(), sign(&claims, |header| header.kid = None)));
    // The public key as the secret of a symmetric algorithm.
    let public = std::fs::read_to_string(&region.local.keys().caller_keys_file).unwrap();
    let public: Value = serde_json::from_str(&public).unwrap();
    let x = public["keys"].as_array().unwrap().iter().find(|entry| entry["kid"] == key.id.as_str()).unwrap()
        ["x"]
        .as_str()
        .unwrap()
        .to_owned();
    for (name, secret) in [
        ("the public key", URL_SAFE_NO_PAD.decode(&x).unwrap()),
        ("its text", x.into_bytes()),
        ("nothing", Vec::new()),
    ] {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(key.id.clone());
        let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&secret)).unwrap();
        all.push((format!("HS256 with {name} as the secret"), token));
    }
    all
}

/// With algorithms that sign nothing.
fn unsigned(claims: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for algorithm in ["none", "None", "NONE", "", "EdDSA", "HS256", "RS256"] {
        for kid in ["gateway", "operator"] {
            let header =
                URL_SAFE_NO_PAD.encode(json!({"alg": algorithm, "typ": "JWT", "kid": kid}).to_string());
            all.push((
                format!("the algorithm `{algorithm}` of {kid}, unsigned"),
                format!("{header}.{claims}."),
            ));
        }
    }
    let header = URL_SAFE_NO_PAD.encode("{\"alg\":\"EdDSA\",\"kid\":\"gateway\",\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}}");
    all.push((
        "a key of its own".to_owned(),
        format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([7; 64])),
    ));
    all
}
