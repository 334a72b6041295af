//! Caller tokens: what does not count is refused.

use chassis::caller::{Caller, Principal, Role, Scope, Signer, Verifier};
use jiff::{SignedDuration, Timestamp};
use testkit::{TestRegion, mandate, worker};

async fn region() -> (TestRegion, Verifier) {
    let region = TestRegion::without_broker().await.unwrap();
    let verifier = Verifier::from_file(&region.keys.caller_keys_file, &region.code).unwrap();
    (region, verifier)
}

fn coordinator() -> Caller {
    worker(3, vec![mandate(Role::Coordinator, Scope::Programme, Some("waasland-esf"))])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_proves_the_caller_with_all_mandates() {
    let (region, verifier) = region().await;
    let token = region.gateway_signer().unwrap().sign(&coordinator(), 60).unwrap();

    for _ in 0..2 {
        assert_eq!(*verifier.verify(&token).unwrap(), coordinator());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_do_not_count_are_refused() {
    let (region, verifier) = region().await;
    let other = TestRegion::without_broker().await.unwrap();
    let signer = region.gateway_signer().unwrap();
    let long_ago = Timestamp::now() - SignedDuration::from_mins(10);
    let soon = Timestamp::now() + SignedDuration::from_mins(10);
    let foreign = Signer::from_file(&region.keys.gateway.file, &region.keys.gateway.id, "asse").unwrap();
    let other_key =
        Signer::from_file(&other.keys.gateway.file, &region.keys.gateway.id, &region.code).unwrap();
    let unknown_key = Signer::from_file(&region.keys.gateway.file, "nobody", &region.code).unwrap();
    let operator = Caller::principal(Principal::Operator);
    let good = signer.sign(&coordinator(), 60).unwrap();
    let mut parts = good.split('.');
    let (_, body) = (parts.next().unwrap(), parts.next().unwrap());

    for (what, token) in [
        ("expired", signer.sign_at(&coordinator(), long_ago, 60).unwrap()),
        ("not yet valid", signer.sign_at(&coordinator(), soon, 60).unwrap()),
        ("another region", foreign.sign(&coordinator(), 60).unwrap()),
        ("another key under a known name", other_key.sign(&coordinator(), 60).unwrap()),
        ("an unknown key", unknown_key.sign(&coordinator(), 60).unwrap()),
        ("an operator by the gateway's key", signer.sign(&operator, 60).unwrap()),
        // {"alg":"none","typ":"JWT"}
        ("no algorithm", format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}.")),
        ("a cut signature", good.get(..good.len() - 4).unwrap().to_owned()),
        ("nothing", String::new()),
        ("no token", "kanarie".to_owned()),
    ] {
        assert!(verifier.verify(&token).is_err(), "{what} counted");
    }
    assert!(verifier.verify(&good).is_ok());
}
