//! `ScreenReferral`.

use proto::intake::v1::{ReferralState, ScreenReferralRequest, ScreeningOutcome};
use tonic::{Code, Request};

use crate::house::{
    House, NATIONAL_NUMBER, another_form, coordinator, eligible, form, stranger, told, violations, with_tag,
};

#[tokio::test]
async fn the_rules_of_the_programme_decide_the_outcome() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;

    let screened = house.screen(&referral, eligible(&referral)).await.unwrap();

    let screening = screened.screening.clone().unwrap();
    assert_eq!(screened.state(), ReferralState::Screened);
    assert_eq!(screening.outcome(), ScreeningOutcome::Eligible);
    assert_eq!((screened.etag.as_str(), screening.programme_version.as_str()), ("v2", "1"));
    assert_eq!(screening.screened_by, uuid::Uuid::from_u128(crate::house::COORDINATOR).to_string());
    assert!(screening.rules.iter().all(|rule| rule.holds && !rule.explanation.is_empty()));
    assert_eq!(screened.person.unwrap().birth_date, "1993-05");
}

#[tokio::test]
async fn a_screening_may_be_repeated_and_the_latest_counts() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let mut works = eligible(&referral);
    works.answers.insert("works-full-time".to_owned(), "yes".to_owned());
    let mut young = eligible(&referral);
    "2015".clone_into(&mut young.birth_date);

    let first = house.screen(&referral, works).await.unwrap();
    let second = house.screen(&first, young).await.unwrap();
    let third = house.screen(&second, eligible(&referral)).await.unwrap();

    let outcomes = [&first, &second, &third].map(|read| read.screening.as_ref().unwrap().outcome());
    assert_eq!(
        outcomes,
        [ScreeningOutcome::NotEligible, ScreeningOutcome::Manual, ScreeningOutcome::Eligible]
    );
    let failed: Vec<_> = first.screening.unwrap().rules.into_iter().filter(|rule| !rule.holds).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (failed[0].rule.as_str(), failed[0].suggested_refusal_reason.as_str()),
        ("not-full-time", "works-full-time")
    );
    assert_eq!(house.count("select count(*) from screenings").await, 3);
    assert_eq!(house.get(&referral.referral_id).await.screening, third.screening);
}

#[tokio::test]
async fn a_national_number_is_found_by_its_keyed_hash_and_never_shown() {
    let house = House::open().await;
    let (first, second) = (house.submitted(form()).await, house.submitted(another_form(1)).await);

    let numbered = |read: &proto::intake::v1::Referral| ScreenReferralRequest {
        national_number: NATIONAL_NUMBER.to_owned(),
        ..eligible(read)
    };
    house.screen(&first, numbered(&first)).await.unwrap();
    let second = house.screen(&second, numbered(&second)).await.unwrap();
    let again = house.screen(&second, eligible(&second)).await.unwrap();

    assert_eq!(again.possible_duplicates.len(), 1);
    assert_eq!(again.possible_duplicates[0].referral_id, first.referral_id);
    assert_eq!(again.possible_duplicates[0].grounds, [1]);
    // Nobody is shown the number, so leaving it out keeps it.
    assert!(again.person.clone().unwrap().has_national_number);
    assert!(!format!("{again:?}").contains("93051822361"));
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_at_once() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let with = |change: &dyn Fn(&mut ScreenReferralRequest)| {
        let mut request = eligible(&referral);
        change(&mut request);
        request
    };
    let answer = |id: &str, text: &str| {
        let (id, text) = (id.to_owned(), text.to_owned());
        with(&move |request| {
            request.answers.insert(id.clone(), text.clone());
        })
    };

    for (request, field, reason) in [
        (with(&|request| request.birth_date = "24".to_owned()), "birth_date", "DATE_SHORT_YEAR"),
        (with(&|request| request.birth_date = "1993-13".to_owned()), "birth_date", "DATE_MONTH"),
        (with(&|request| request.birth_date = "1993-02-30".to_owned()), "birth_date", "DATE_DAY"),
        (with(&|request| request.birth_date = "kanarie".to_owned()), "birth_date", "DATE_SHAPE"),
        (with(&|request| request.birth_date = "2099".to_owned()), "birth_date", "BIRTH_IN_FUTURE"),
        (
            with(&|request| request.national_number = "93051822362".to_owned()),
            "national_number",
            "INSZ_CHECK_DIGITS",
        ),
        (with(&|request| request.national_number = "930518".to_owned()), "national_number", "INSZ_SHAPE"),
        (
            with(&|request| {
                request.birth_date = "1980".to_owned();
                request.national_number = NATIONAL_NUMBER.to_owned();
            }),
            "birth_date",
            "BIRTH_CONTRADICTION",
        ),
        (answer("favourite-colour", "kanariegeel"), "answers", "ANSWER_UNKNOWN_QUESTION"),
        (answer("works-full-time", "kanarie"), "answers.works-full-time", "ANSWER_WRONG"),
        (answer("works-full-time", " "), "answers.works-full-time", "ANSWER_MISSING"),
        (answer("wish-of-person", "kanarie 93051822361"), "answers.wish-of-person", "NATIONAL_NUMBER"),
        (answer("wish-of-person", "kanarie\0"), "answers.wish-of-person", "CONTROL_CHARACTER"),
        (with(&|request| request.referral_id = "x".to_owned()), "referral_id", "NOT_AN_ID"),
    ] {
        let refused = house.screen(&referral, request).await.unwrap_err();
        assert_eq!(violations(&refused), [(field.to_owned(), reason.to_owned())]);
    }

    let empty = ScreenReferralRequest {
        referral_id: referral.referral_id.clone(),
        ..ScreenReferralRequest::default()
    };
    let refused = house.screen(&referral, empty).await.unwrap_err();
    assert_eq!(violations(&refused).len(), 4, "every required question is told: {refused:?}");
    assert_eq!(house.get(&referral.referral_id).await, referral);
}

#[tokio::test]
async fn a_stale_edit_is_refused_with_who_changed_it_and_when() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let changed = house.screen(&referral, eligible(&referral)).await.unwrap();

    let refused = house.screen(&referral, eligible(&referral)).await.unwrap_err();

    let detail = told(&refused);
    assert_eq!((detail.kind.as_str(), detail.reason.as_str()), ("STALE_PRECONDITION", "STALE_ETAG"));
    assert_eq!(detail.metadata["current_etag"], changed.etag);
    assert_eq!(detail.metadata["changed_by"], uuid::Uuid::from_u128(crate::house::COORDINATOR).to_string());
    let screened_at = changed.screening.unwrap().screened_at.unwrap();
    let changed_at: jiff::Timestamp = detail.metadata["changed_at"].parse().unwrap();
    assert_eq!(
        (changed_at.as_second(), changed_at.subsec_nanosecond()),
        (screened_at.seconds, screened_at.nanos)
    );
    assert_eq!(house.count("select count(*) from screenings").await, 1);
}

#[tokio::test]
async fn two_edits_of_one_version_at_once_cannot_both_win() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;

    let (one, other) = tokio::join!(
        house.screen(&referral, eligible(&referral)),
        house.screen(&referral, eligible(&referral))
    );

    assert_eq!([&one, &other].iter().filter(|result| result.is_ok()).count(), 1);
    let refused = one.err().or(other.err()).unwrap();
    assert_eq!(told(&refused).reason, "STALE_ETAG");
}

#[tokio::test]
async fn an_edit_without_a_version_is_refused() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;

    let refused =
        house.referrals(coordinator()).screen_referral(Request::new(eligible(&referral))).await.unwrap_err();

    assert_eq!(told(&refused).kind, "PRECONDITION_REQUIRED");
}

#[tokio::test]
async fn a_repeat_of_an_edit_gets_the_first_answer() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let repeat = || {
        let mut request = crate::house::with_this_key(eligible(&referral), "screening-1");
        request.metadata_mut().insert("if-match", referral.etag.parse().unwrap());
        request
    };
    let mut coordinator = house.referrals(coordinator());

    let first = coordinator.screen_referral(repeat()).await.unwrap().into_inner();
    let second = coordinator.screen_referral(repeat()).await.unwrap().into_inner();

    assert_eq!(first, second);
    assert_eq!(house.count("select count(*) from screenings").await, 1);
}

#[tokio::test]
async fn somebody_elses_referral_cannot_be_screened() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;

    let request = with_tag(eligible(&referral), &referral.etag);
    let refused = house.referrals(stranger()).screen_referral(request).await.unwrap_err();
    let wrong_tag = with_tag(eligible(&referral), "v9");
    let same = house.referrals(stranger()).screen_referral(wrong_tag).await.unwrap_err();

    assert_eq!((refused.code(), told(&refused).reason.as_str()), (Code::NotFound, "REFERRAL_NOT_FOUND"));
    assert_eq!(told(&refused), told(&same));
}
