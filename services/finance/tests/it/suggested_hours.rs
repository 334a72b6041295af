//! What contacts suggest: per worker and month, corrected, struck out, rebuilt.

use proto::finance::v1::{ListSuggestedHoursRequest, SuggestedHours, SuggestedTime};
use proto::trajectory::events::v1::{ContactOutcome, TimeClass};
use testkit::Sent;
use uuid::Uuid;

use crate::stage::{Stage, Story, all, time};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hours_are_suggested_per_worker_and_month_in_the_two_classes() {
    let mut stage = Stage::open().await;
    let (one, other) = (Story::new(1), Story::new(2));
    let elsewhere = Story { organisation: Uuid::from_u128(0x0b), ..Story::new(1) };
    let mut tried = one.contact("2024-03-31", TimeClass::WithParticipant, 5);
    tried.outcome = ContactOutcome::Tried.into();
    let mut of_another_programme = one.contact("2024-03-05", TimeClass::WithParticipant, 600);
    of_another_programme.programme = "katrol".to_owned();
    let told: Vec<Sent> = [
        (one, one.contact("2024-03-01", TimeClass::WithParticipant, 45)),
        (one, tried),
        (one, one.contact("2024-03-10", TimeClass::AroundParticipant, 20)),
        (one, one.contact("2024-04-01", TimeClass::WithParticipant, 30)),
        (elsewhere, elsewhere.contact("2024-03-10", TimeClass::AroundParticipant, 10)),
        (other, other.contact("2024-03-15", TimeClass::WithParticipant, 60)),
        (one, of_another_programme),
    ]
    .iter()
    .map(|(story, contact)| stage.producer.next(story.trajectory, contact))
    .collect();

    stage.tell(&told).await;

    let row = |worker: u128, month: &str, organisations: Vec<SuggestedTime>, total| SuggestedHours {
        worker_id: Uuid::from_u128(worker).to_string(),
        month: month.to_owned(),
        organisations,
        total: Some(total),
    };
    let (a, b) = (Some(Uuid::from_u128(0x0a)), Some(Uuid::from_u128(0x0b)));
    let expected = [
        row(1, "2024-04", vec![time(a, 30, 0, 1, "0.500")], time(None, 30, 0, 1, "0.500")),
        row(2, "2024-03", vec![time(a, 60, 0, 1, "1.000")], time(None, 60, 0, 1, "1.000")),
        row(
            1,
            "2024-03",
            vec![time(a, 50, 20, 3, "1.167"), time(b, 0, 10, 1, "0.167")],
            time(None, 50, 30, 4, "1.333"),
        ),
    ];
    assert_eq!(stage.suggested().await, expected);
    let (first, token) = stage.ask(ListSuggestedHoursRequest { page_size: 2, ..all() }).await;
    let rest = ListSuggestedHoursRequest { page_size: 2, page_token: token, ..all() };
    let (second, end) = stage.ask(rest).await;
    assert_eq!(([first, second].concat(), end.as_str()), (expected.to_vec(), ""));
    let of_march = ListSuggestedHoursRequest {
        from_month: "2024-03".to_owned(),
        to_month: "2024-03".to_owned(),
        worker_id: Uuid::from_u128(1).to_string(),
        ..all()
    };
    assert_eq!(stage.ask(of_march).await.0, expected[2..]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_replaces_and_a_struck_out_contact_counts_for_nothing() {
    let mut stage = Stage::open().await;
    let story = Story::new(1);
    let kept = story.contact("2024-03-01", TimeClass::WithParticipant, 45);
    let struck = story.contact("2024-03-02", TimeClass::WithParticipant, 60);
    let beside = story.contact("2024-03-03", TimeClass::WithParticipant, 15);
    let mut moved = story.correction(&kept, 50);
    moved.day = "2024-04-02".to_owned();
    moved.time_class = TimeClass::AroundParticipant.into();
    let mut never = story.correction(&struck, 60);
    never.struck_out = true;
    let producer = &mut stage.producer;
    let told = [
        producer.next(story.trajectory, &kept),
        producer.next(story.trajectory, &struck),
        producer.next(story.trajectory, &beside),
        producer.next(story.trajectory, &moved),
        producer.next(story.trajectory, &never),
    ];

    stage.tell(&told).await;

    let suggested = stage.suggested().await;
    let months: Vec<_> = suggested.into_iter().map(|one| (one.month, one.total.unwrap())).collect();
    assert_eq!(
        months,
        [
            ("2024-04".to_owned(), time(None, 0, 50, 1, "0.833")),
            ("2024-03".to_owned(), time(None, 15, 0, 1, "0.250")),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_gives_the_same_and_a_forgotten_trajectory_is_gone() {
    use proto::admin::v1::admin_service_client::AdminServiceClient;
    use proto::admin::v1::{ForgetHistoriesRequest, RebuildProjectionsRequest};
    let mut stage = Stage::open().await;
    let (one, two) = (Story::new(1), Story::new(2));
    let contact = one.contact("2024-03-01", TimeClass::WithParticipant, 45);
    let struck = one.contact("2024-03-02", TimeClass::WithParticipant, 60);
    let mut never = one.correction(&struck, 60);
    never.struck_out = true;
    let producer = &mut stage.producer;
    let told = [
        producer.next(one.trajectory, &contact),
        producer.next(one.trajectory, &struck),
        producer.next(two.trajectory, &two.contact("2024-03-03", TimeClass::AroundParticipant, 15)),
        producer.next(one.trajectory, &one.correction(&contact, 40)),
        producer.next(one.trajectory, &never),
    ];
    stage.tell(&told).await;
    let before = stage.suggested().await;
    let operator = stage.house.region.calls_as_operator().unwrap();
    let mut admin = AdminServiceClient::new(stage.house.running.client_channel(operator).unwrap());

    admin.rebuild_projections(RebuildProjectionsRequest::default()).await.unwrap();

    stage
        .eventually_counts(
            "chassis.projection_generations where active_generation = 2 and building_generation is null",
            1,
        )
        .await;
    assert_eq!(stage.suggested().await, before);
    let forget = ForgetHistoriesRequest {
        producer: "trajectory".to_owned(),
        aggregate_ids: vec![one.trajectory.to_string()],
    };
    admin.forget_histories(forget).await.unwrap();
    let left = stage.suggested().await;
    assert_eq!(
        left.iter().map(|one| one.worker_id.clone()).collect::<Vec<_>>(),
        [Uuid::from_u128(2).to_string()]
    );
}
