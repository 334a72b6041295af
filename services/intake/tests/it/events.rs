//! What intake tells the others, as it stands in the outbox.

use prost::Message as _;
use proto::intake::events::v1::{
    ParticipantAdmitted, ParticipantRefused, PersonErased, ReferralScreened, ReferralSubmitted,
    ReferralWithdrawn,
};
use sqlx::Row as _;

use crate::house::{House, eligible, form};

/// The outbox as type, aggregate type, aggregate, number and payload, in order.
async fn outbox(house: &House) -> Vec<(String, String, String, i64, Vec<u8>)> {
    sqlx::query("select event_type, aggregate_type, aggregate_id::text, event_sequence, payload from chassis.outbox order by position")
        .fetch_all(&house.running.database.admin)
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)))
        .collect()
}

#[tokio::test]
async fn a_referral_tells_its_story_in_order_and_names_nobody() {
    let house = House::open().await;
    let submitted = house.submitted(form()).await;
    let mut young = eligible(&submitted);
    "2015".clone_into(&mut young.birth_date);
    let screened = house.screen(&submitted, young).await.unwrap();
    let admitted = house.admit(&screened, "kanarie: wordt over een maand achttien").await.unwrap();
    house.erase(&submitted.person_id).await.unwrap();

    let told = outbox(&house).await;

    let decision = admitted.decision.unwrap();
    let (referral, person) = (submitted.referral_id.clone(), submitted.person_id.clone());
    let story: Vec<_> =
        told.iter().map(|(name, kind, id, number, _)| (&**name, &**kind, &**id, *number)).collect();
    assert_eq!(
        story,
        [
            ("intake.referral_submitted.v1", "referral", &*referral, 1),
            ("intake.referral_screened.v1", "referral", &*referral, 2),
            ("intake.participant_admitted.v1", "participation", &*decision.participation_id, 1),
            ("intake.person_erased.v1", "person", &*person, 1),
        ]
    );
    let event = ReferralSubmitted::decode(&*told[0].4).unwrap();
    assert_eq!((&event.referral_id, &event.person_id), (&referral, &person));
    assert_eq!(
        (&*event.programme, &*event.programme_version, &*event.channel),
        ("waasland-esf", "1", "partner")
    );
    assert_eq!((&*event.municipality_nis, &event.reasons), ("46025", &submitted.reasons));
    assert_eq!(event.submitted_at, submitted.submitted_at);
    let event = ReferralScreened::decode(&*told[1].4).unwrap();
    assert_eq!((event.outcome, event.failed_rules), (2, vec!["working-age".to_owned()]));
    let event = ParticipantAdmitted::decode(&*told[2].4).unwrap();
    assert_eq!(
        (&event.participation_id, &event.referral_id, &event.person_id),
        (&decision.participation_id, &referral, &person)
    );
    assert_eq!(event.admitted_at, decision.decided_at);
    assert_eq!((&*event.municipality_nis, event.referred_at), ("46025", submitted.submitted_at));
    assert!(!event.re_entry);
    assert!(!event.episode_id.is_empty());
    assert_eq!(PersonErased::decode(&*told[3].4).unwrap().person_id, person);
    for (name, .., payload) in &told {
        assert!(!String::from_utf8_lossy(payload).to_lowercase().contains("kanarie"), "{name}");
    }
}

#[tokio::test]
async fn refusal_and_withdrawal_are_told_with_their_reason() {
    let house = House::open().await;
    let refused =
        house.refuse(&house.submitted(form()).await, "no-capacity", "kanarie elders").await.unwrap();
    let withdrawn = house.withdraw(&house.submitted(form()).await, "moved-away").await.unwrap();

    let told = outbox(&house).await;

    let event = ParticipantRefused::decode(&*told[1].4).unwrap();
    assert_eq!(
        (told[1].0.as_str(), &event.referral_id),
        ("intake.participant_refused.v1", &refused.referral_id)
    );
    assert_eq!((event.reason.as_str(), event.alternative_named), ("no-capacity", true));
    assert_eq!(event.reply_until, refused.decision.unwrap().reply_until);
    let event = ReferralWithdrawn::decode(&*told[3].4).unwrap();
    assert_eq!((&event.referral_id, event.reason.as_str()), (&withdrawn.referral_id, "moved-away"));
}

#[tokio::test]
async fn what_is_refused_tells_nothing() {
    let house = House::open().await;
    let submitted = house.submitted(form()).await;

    house.admit(&submitted, "").await.unwrap_err();
    house.refuse(&submitted, "no-capacity", "").await.unwrap_err();

    assert_eq!(outbox(&house).await.len(), 1);
}
