//! Rules over what services say: each is broken, found, mended and closed.

use proto::operations::v1::Severity;
use testkit::{TestRegion, eventually};

use crate::played::{Played, Said};
use crate::support::{Choices, Running, Scene};

type Break = fn(&mut Said);

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_over_a_status_opens_when_broken_and_closes_when_mended() {
    let scene = Scene::start().await;
    let health = scene.finds(&[]).await;
    assert_eq!(health.severity(), Severity::Ok);
    assert_eq!(health.summary, "Alles werkt; gebruikers merken niets.");
    assert_eq!(health.region, "waasland");
    assert!(health.services.iter().all(|service| service.reachable && service.build_id == "0.1.0-aa-1"));

    let intake: [(&str, &str, Break); 8] = [
        ("OUTBOX_STUCK", "intake", |said| {
            said.status.outbox_unpublished = 2;
            said.status.outbox_oldest_seconds = 31;
        }),
        ("NO_RELAY_LEADER", "intake", |said| said.status.relay_leader = false),
        ("EVENTS_PENDING_LONG", "intake", |said| {
            said.status.pending = 1;
            said.status.pending_oldest_seconds = 301;
        }),
        ("EVENTS_PARKED", "intake", |said| said.status.parked = 1),
        ("BROKER_UNREACHABLE", "intake", |said| said.status.broker_connected = false),
        ("DATABASE_NOT_DURABLE", "intake", |said| {
            said.status.database_settings.insert("fsync".to_owned(), "off".to_owned());
        }),
        ("BUILDS_DIFFER", "region", |said| said.status.build_id = "0.2.0-bb-2".to_owned()),
        ("SERVICE_UNREACHABLE", "intake", |said| said.status.region = "elders".to_owned()),
    ];
    for (code, subject, break_it) in intake {
        let before = scene.intake.says(break_it);
        let health = scene.finds(&[(code, subject)]).await;
        let finding = &health.findings[0];
        assert_ne!(health.severity(), Severity::Ok, "{code}");
        assert_eq!(finding.link, format!("deploy/runbooks/{}.md", code.to_lowercase()));
        assert!(finding.until.is_none() && finding.since.is_some());
        assert!([&finding.message, &finding.effect, &finding.action].iter().all(|text| !text.is_empty()));
        scene.intake.says(|said| *said = before);
        scene.finds(&[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_is_unreachable_its_other_findings_stay_and_it_comes_back() {
    let scene = Scene::start().await;
    let before = scene.intake.says(|said| said.status.parked = 1);
    let parked = scene.finds(&[("EVENTS_PARKED", "intake")]).await.findings.remove(0);

    scene.intake.tasks.finish().await;
    let health = scene.finds(&[("EVENTS_PARKED", "intake"), ("SERVICE_UNREACHABLE", "intake")]).await;
    assert_eq!(health.severity(), Severity::Failure);
    assert!(health.summary.starts_with("Aanmelden, screenen"), "{}", health.summary);
    let intake = health.services.iter().find(|service| service.service == "intake").unwrap();
    assert!(!intake.reachable);

    let again = Played::start_at(&scene.region, "intake", scene.intake.address).await;
    again.says(|said| said.status.parked = before.status.parked + 1);
    let health = scene.finds(&[("EVENTS_PARKED", "intake")]).await;
    assert_eq!(health.findings[0].finding_id, parked.finding_id);
    again.says(|said| *said = before);
    scene.finds(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_hangs_does_not_hold_up_the_answer() {
    let scene = Scene::start().await;
    // Accepts connections into its backlog and never says a word.
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut choices = scene.choices();
    choices.services.insert("matching".to_owned(), format!("http://{}", hanging.local_addr().unwrap()));
    choices.more = "[watch]\nanswer_within_ms = 300\n[grpc]\ndeadline_ms = 3000".to_owned();
    let operations = Running::start(&scene.region, &scene.database, &choices).await;

    let asked = std::time::Instant::now();
    let health = operations.check(&scene.region).await;

    assert!(asked.elapsed() < std::time::Duration::from_millis(2500), "{:?}", asked.elapsed());
    let silent: Vec<_> = health.findings.iter().map(|finding| finding.subject.as_str()).collect();
    assert_eq!(silent, ["matching"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_do_not_trust_our_key_say_so() {
    let scene = Scene::start().await;
    // The gateway's name on operations' key: the signature does not fit.
    let mut choices = scene.choices();
    choices.signing_key_id.clone_from(&scene.region.keys.gateway.id);
    let operations = Running::start(&scene.region, &scene.database, &choices).await;

    let health = eventually("both services refuse", || async {
        let health = operations.check(&scene.region).await;
        (health.findings.len() == 2).then_some(health)
    })
    .await;

    assert!(
        health.findings.iter().all(|finding| finding.message.contains("sleutels")),
        "{:?}",
        health.findings
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_of_a_service_are_all_asked_and_one_leader_is_enough() {
    let scene = Scene::start().await;
    let stand_by = Played::start(&scene.region, "intake").await;
    stand_by.says(|said| said.status.relay_leader = false);
    let mut choices = scene.choices();
    let both = format!("http://{}, http://{}", scene.intake.address, stand_by.address);
    choices.services.insert("intake".to_owned(), both);
    let operations = Running::start(&scene.region, &scene.database, &choices).await;
    operations.finds(&scene.region, &[]).await;

    stand_by.tasks.finish().await;
    let health = operations.finds(&scene.region, &[("SERVICE_UNREACHABLE", "intake")]).await;

    assert_eq!(health.severity(), Severity::Warning);
    assert!(health.services.iter().all(|service| service.reachable));
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_without_a_service_to_watch_does_not_start() {
    let region = TestRegion::start().await.unwrap();
    let database =
        region.database(&<operations::Operations as chassis::process::Service>::migrations()).await.unwrap();

    let refused = Running::try_start(&region, &database, &Choices::new(&region, &[])).await.unwrap_err();

    assert!(refused.to_string().contains("OPERATIONS_SERVICES__"), "{refused}");
}
