//! Findings are kept: once per replica set, through restarts, with their history.

use proto::operations::v1::ListFindingsRequest;
use testkit::eventually;

use crate::support::{Running, Scene, administrator, key};

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_see_the_same_keep_one_finding() {
    let scene = Scene::start().await;
    let second = Running::start(&scene.region, &scene.database, &scene.choices()).await;

    for _ in 0..3 {
        scene.reporting.says(|said| said.status.parked = 1);
        let (one, other) = tokio::join!(
            scene.finds(&[("EVENTS_PARKED", "reporting")]),
            second.finds(&scene.region, &[("EVENTS_PARKED", "reporting")])
        );
        assert_eq!(one.findings[0].finding_id, other.findings[0].finding_id);
        scene.reporting.says(|said| said.status.parked = 0);
        tokio::join!(scene.finds(&[]), second.finds(&scene.region, &[]));
    }

    let (all, open): (i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where until is null) from findings where code = 'EVENTS_PARKED'",
    )
    .fetch_one(&scene.database.admin)
    .await
    .unwrap();
    assert_eq!((all, open), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing_and_closes_what_was_mended_meanwhile() {
    let scene = Scene::start().await;
    scene.reporting.says(|said| said.status.parked = 1);
    scene.intake.says(|said| said.status.parked = 1);
    let before = scene.finds(&[("EVENTS_PARKED", "intake"), ("EVENTS_PARKED", "reporting")]).await;

    scene.operations.tasks.finish().await;
    scene.intake.says(|said| said.status.parked = 0);
    // Nothing would ripen for an hour: what is open is known to have lasted.
    let mut choices = scene.choices();
    choices.more = "[thresholds]\nno_consumer_seconds = 3600".to_owned();
    let again = Running::start(&scene.region, &scene.database, &choices).await;

    let after = again.finds(&scene.region, &[("EVENTS_PARKED", "reporting")]).await;
    let kept = before.findings.iter().find(|finding| finding.subject == "reporting").unwrap();
    assert_eq!((&after.findings[0].finding_id, &after.findings[0].since), (&kept.finding_id, &kept.since));
    eventually("the mended one is closed", || async {
        let until: Option<Option<String>> = sqlx::query_scalar(
            "select until::text from findings where subject = 'intake' and code = 'EVENTS_PARKED'",
        )
        .fetch_optional(&scene.database.admin)
        .await
        .unwrap();
        until.flatten()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_listed_newest_first_page_by_page() {
    let scene = Scene::start().await;
    for _ in 0..3 {
        scene.reporting.says(|said| said.status.parked = 1);
        scene.finds(&[("EVENTS_PARKED", "reporting")]).await;
        scene.reporting.says(|said| said.status.parked = 0);
        scene.finds(&[]).await;
    }
    scene.reporting.says(|said| said.status.parked = 2);
    let open = scene.finds(&[("EVENTS_PARKED", "reporting")]).await.findings.remove(0);
    let mut client = scene.operations.client(scene.region.calls_as(administrator()).unwrap());

    let (mut listed, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListFindingsRequest { page_size: 2, page_token, ..ListFindingsRequest::default() };
        let page = client.list_findings(request).await.unwrap().into_inner();
        assert!(page.findings.len() <= 2);
        listed.extend(page.findings);
        if page.next_page_token.is_empty() {
            break;
        }
        page_token = page.next_page_token;
    }
    let parked: Vec<_> = listed.iter().filter(|finding| finding.code == "EVENTS_PARKED").collect();
    assert_eq!(parked.len(), 4);
    assert_eq!(parked[0].finding_id, open.finding_id);
    assert!(parked[1..].iter().all(|finding| finding.until.is_some()));
    assert!(listed.windows(2).all(|two| two[0].since.as_ref().map(|at| (at.seconds, at.nanos))
        >= two[1].since.as_ref().map(|at| (at.seconds, at.nanos))));

    let only_open = ListFindingsRequest { open_only: true, ..ListFindingsRequest::default() };
    let page = client.list_findings(only_open).await.unwrap().into_inner();
    assert_eq!(page.findings.iter().map(key).collect::<Vec<_>>(), [key(&open)]);

    let wrong =
        ListFindingsRequest { page_size: 201, page_token: "x".to_owned(), ..ListFindingsRequest::default() };
    let refused = client.list_findings(wrong).await.unwrap_err();
    let violations = chassis::grpc::detail(&refused).unwrap().violations;
    assert_eq!(
        violations.iter().map(|violation| violation.field.as_str()).collect::<Vec<_>>(),
        ["page_size", "page_token"]
    );
}
