//! `AdmitReferral`, `RefuseReferral`, `WithdrawReferral`.

use jiff::ToSpan as _;
use proto::intake::v1::{Referral, ReferralState};

use crate::house::{COORDINATOR, House, eligible, form, told, violations};

const MOTIVATION: &str = "kanarie: wordt over twee maanden achttien";

async fn manual(house: &House) -> Referral {
    let referral = house.submitted(form()).await;
    let mut young = eligible(&referral);
    "2015".clone_into(&mut young.birth_date);
    house.screen(&referral, young).await.unwrap()
}

#[tokio::test]
async fn an_eligible_person_is_admitted_and_takes_part() {
    let house = House::open().await;
    let screened = house.screened(form()).await;

    let admitted = house.admit(&screened, "").await.unwrap();

    let decision = admitted.decision.clone().unwrap();
    assert_eq!(admitted.state(), ReferralState::Admitted);
    assert_eq!(decision.decided_by, uuid::Uuid::from_u128(COORDINATOR).to_string());
    assert_eq!((decision.reason.as_str(), decision.reply_until.as_str()), ("", ""));
    let running = format!(
        "select count(*) from participations join episodes using (participation_id)
         where participation_id = '{}' and person_id = '{}' and referral_id = '{}' and programme = 'waasland-esf' and ended_at is null",
        decision.participation_id, admitted.person_id, admitted.referral_id
    );
    assert_eq!(house.count(&running).await, 1);
    assert_eq!(house.get(&admitted.referral_id).await, admitted);
}

#[tokio::test]
async fn a_condition_is_set_aside_with_a_motivation_only() {
    let house = House::open().await;
    let manual = manual(&house).await;

    let without = house.admit(&manual, "").await.unwrap_err();
    let short = house.admit(&manual, "kanarie").await.unwrap_err();
    let admitted = house.admit(&manual, MOTIVATION).await.unwrap();

    assert_eq!(violations(&without), [("motivation".to_owned(), "MOTIVATION_MISSING".to_owned())]);
    assert_eq!(violations(&short), [("motivation".to_owned(), "TOO_SHORT".to_owned())]);
    assert_eq!(admitted.decision.unwrap().motivation, MOTIVATION);
}

#[tokio::test]
async fn a_motivation_without_a_condition_to_set_aside_is_refused() {
    let house = House::open().await;
    let screened = house.screened(form()).await;

    let refused = house.admit(&screened, MOTIVATION).await.unwrap_err();

    assert_eq!(violations(&refused), [("motivation".to_owned(), "MOTIVATION_NOT_NEEDED".to_owned())]);
}

#[tokio::test]
async fn nobody_is_admitted_without_screening_or_against_a_hard_rule() {
    let house = House::open().await;
    let submitted = house.submitted(form()).await;

    let unscreened = house.admit(&submitted, "").await.unwrap_err();
    let mut works = eligible(&submitted);
    works.answers.insert("works-full-time".to_owned(), "yes".to_owned());
    let screened = house.screen(&submitted, works).await.unwrap();
    let excluded = house.admit(&screened, MOTIVATION).await.unwrap_err();

    assert_eq!(told(&unscreened).reason, "REFERRAL_NOT_SCREENED");
    assert_eq!(told(&excluded).reason, "REFERRAL_NOT_ELIGIBLE");
    assert!(told(&excluded).remedy.contains("refuse"));
    assert_eq!(house.count("select count(*) from participations").await, 0);
}

#[tokio::test]
async fn a_second_open_episode_is_impossible() {
    let house = House::open().await;
    let screened = house.screened(form()).await;
    let other = house.screened(form()).await;
    // As if a coordinator had joined the two persons and the other referral had led to a running episode.
    let joined = "with running as (
            insert into participations (participation_id, person_id, programme) values (gen_random_uuid(), '%P', 'waasland-esf')
            returning participation_id)
         insert into episodes (episode_id, participation_id, referral_id, began_at)
         select gen_random_uuid(), participation_id, '%R', now() from running";
    house.execute(&joined.replace("%P", &screened.person_id).replace("%R", &other.referral_id)).await;

    let refused = house.admit(&screened, "").await.unwrap_err();

    assert_eq!(
        (told(&refused).kind.as_str(), told(&refused).reason.as_str()),
        ("ALREADY_EXISTS", "EPISODE_OPEN")
    );
    let unchanged = house.get(&screened.referral_id).await;
    assert_eq!((unchanged.state(), &unchanged.etag), (ReferralState::Screened, &screened.etag));
}

#[tokio::test]
async fn re_entry_goes_on_in_the_same_participation() {
    let house = House::open().await;
    let screened = house.screened(form()).await;
    let other = house.screened(form()).await;
    let ended = "with known as (
            insert into participations (participation_id, person_id, programme)
            values ('0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b', '%P', 'waasland-esf') returning participation_id)
         insert into episodes (episode_id, participation_id, referral_id, began_at, ended_at)
         select gen_random_uuid(), participation_id, '%R', now() - interval '1 year', now() from known";
    house.execute(&ended.replace("%P", &screened.person_id).replace("%R", &other.referral_id)).await;

    let admitted = house.admit(&screened, "").await.unwrap();

    assert_eq!(admitted.decision.unwrap().participation_id, "0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b");
    assert_eq!(house.count("select count(*) from episodes").await, 2);
}

#[tokio::test]
async fn a_refusal_names_reason_alternative_and_term_of_reply() {
    let house = House::open().await;
    let submitted = house.submitted(form()).await;

    let refused = house.refuse(&submitted, "no-capacity", "kanarie: het CAW in Temse").await.unwrap();

    let decision = refused.decision.unwrap();
    let clock = chassis::clock::Clock::new("Europe/Brussels", None).unwrap();
    assert_eq!(refused.state, i32::from(ReferralState::Refused));
    assert_eq!(
        (decision.reason.as_str(), decision.alternative.as_str()),
        ("no-capacity", "kanarie: het CAW in Temse")
    );
    let decided_at = decision.decided_at.unwrap();
    let decided_at = jiff::Timestamp::new(decided_at.seconds, decided_at.nanos).unwrap();
    assert_eq!(decision.reply_until, clock.day_of(decided_at).checked_add(30.days()).unwrap().to_string());
}

#[tokio::test]
async fn a_refusal_that_says_too_little_is_refused() {
    let house = House::open().await;
    let submitted = house.submitted(form()).await;

    for (reason, alternative, field, expected) in [
        ("no-capacity", "", "alternative", "ALTERNATIVE_MISSING"),
        ("no-capacity", "kanarie\0", "alternative", "CONTROL_CHARACTER"),
        ("bad-hair", "kanarie", "reason", "UNKNOWN_REASON"),
        ("Bad Hair", "kanarie", "reason", "UNKNOWN_REASON"),
        ("", "kanarie", "reason", "REQUIRED"),
        // A reason of withdrawal is none of refusal.
        ("moved-away", "kanarie", "reason", "UNKNOWN_REASON"),
    ] {
        let refused = house.refuse(&submitted, reason, alternative).await.unwrap_err();
        assert_eq!(violations(&refused), [(field.to_owned(), expected.to_owned())]);
    }
    for (reason, expected) in [("", "REQUIRED"), ("no-capacity", "UNKNOWN_REASON")] {
        let refused = house.withdraw(&submitted, reason).await.unwrap_err();
        assert_eq!(violations(&refused), [("reason".to_owned(), expected.to_owned())]);
    }
}

#[tokio::test]
async fn a_withdrawal_ends_it_with_a_reason() {
    let house = House::open().await;
    let screened = house.screened(form()).await;

    let withdrawn = house.withdraw(&screened, "moved-away").await.unwrap();

    assert_eq!(withdrawn.state(), ReferralState::Withdrawn);
    assert_eq!(withdrawn.decision.unwrap().reason, "moved-away");
}

#[tokio::test]
async fn after_a_decision_there_is_no_other() {
    let house = House::open().await;
    let screened = house.screened(form()).await;
    let decided = house.withdraw(&screened, "moved-away").await.unwrap();

    for refused in [
        house.screen(&decided, eligible(&decided)).await,
        house.admit(&decided, "").await,
        house.refuse(&decided, "no-capacity", "kanarie elders").await,
        house.withdraw(&decided, "moved-away").await,
    ] {
        let detail = told(&refused.unwrap_err());
        assert_eq!(
            (detail.kind.as_str(), detail.reason.as_str()),
            ("FAILED_PRECONDITION", "REFERRAL_DECIDED")
        );
        assert_eq!(detail.metadata["state"], "withdrawn");
    }
}

#[tokio::test]
async fn of_a_refusal_and_an_admission_at_once_one_wins() {
    let house = House::open().await;
    let screened = house.screened(form()).await;

    let (admitted, refused) =
        tokio::join!(house.admit(&screened, ""), house.refuse(&screened, "no-capacity", "kanarie elders"));

    assert!(admitted.is_ok() != refused.is_ok());
    assert_eq!(house.count("select count(*) from decisions").await, 1);
}
