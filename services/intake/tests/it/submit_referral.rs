//! `SubmitReferral`.

use std::collections::HashSet;

use chassis::caller::Caller;
use intake::domain::ReceiptNumber;
use proto::intake::v1::{Consent, ReferralState, SubmitReferralRequest};

use crate::house::{COORDINATOR, House, coordinator, form, told, violations, with_key, with_this_key};

#[tokio::test]
async fn a_referral_is_stored_and_its_receipt_says_nothing() {
    let house = House::open().await;

    let receipt_number = house.submit(form()).await;

    assert_eq!(receipt_number.parse::<ReceiptNumber>().unwrap().as_str(), receipt_number);
    let id = house
        .text("select referral_id::text from referrals where receipt_number = $1", &receipt_number)
        .await;
    let referral = house.get(&id).await;
    assert_eq!(referral.state(), ReferralState::Submitted);
    assert_eq!(referral.reasons, ["work-search", "network"]);
    assert_eq!((referral.programme_version.as_str(), referral.etag.as_str()), ("1", "v1"));
    assert_eq!(referral.person.unwrap().name, "Kanarie Jansen");
    assert_eq!(referral.referrer.unwrap().organisation, "Kanariehuis");
    assert_eq!(referral.note, "kanarie: belt liefst na vier uur");
}

#[tokio::test]
async fn a_worker_may_refer_too_and_reads_nothing_by_it() {
    let house = House::open().await;

    let answer = house.referrals(coordinator()).submit_referral(with_key(form())).await.unwrap().into_inner();

    assert!(answer.stored);
}

#[tokio::test]
async fn nothing_personal_is_stored_in_clear() {
    let house = House::open().await;

    house.screened(form()).await;

    assert_eq!(house.tables_with_canary().await, Vec::<String>::new());
}

#[tokio::test]
async fn not_yet_stores_nothing_at_all() {
    let house = House::open().await;
    let before = house.rows().await;
    let not_yet = SubmitReferralRequest { consent: Consent::NotYet.into(), ..form() };

    for request in [
        not_yet,
        SubmitReferralRequest { consent: Consent::NotYet.into(), ..SubmitReferralRequest::default() },
    ] {
        let answer = house
            .referrals(Caller::anonymous())
            .submit_referral(with_key(request))
            .await
            .unwrap()
            .into_inner();
        assert!(!answer.stored);
        assert_eq!(answer.receipt_number, "");
    }

    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn after_not_yet_the_same_key_may_still_carry_a_yes() {
    let house = House::open().await;
    let mut anybody = house.referrals(Caller::anonymous());
    let not_yet = SubmitReferralRequest { consent: Consent::NotYet.into(), ..form() };
    anybody.submit_referral(with_this_key(not_yet, "one-form")).await.unwrap();

    let answer = anybody.submit_referral(with_this_key(form(), "one-form")).await.unwrap().into_inner();

    assert!(answer.stored);
}

#[tokio::test]
async fn a_hundred_identical_posts_at_once_have_one_effect_and_one_answer() {
    let house = House::open().await;

    let posts = (0..100).map(|_| {
        let mut anybody = house.referrals(Caller::anonymous());
        async move { anybody.submit_referral(with_this_key(form(), "the-same")).await.unwrap().into_inner() }
    });
    let answers = futures::future::join_all(posts).await;

    let distinct: HashSet<String> = answers.into_iter().map(|answer| answer.receipt_number).collect();
    assert_eq!(distinct.len(), 1);
    for table in ["referrals", "persons", "person_keys", "chassis.outbox", "chassis.idempotency_keys"] {
        assert_eq!(house.count(&format!("select count(*) from {table}")).await, 1, "{table}");
    }
}

#[tokio::test]
async fn a_key_for_another_form_is_refused() {
    let house = House::open().await;
    let mut anybody = house.referrals(Caller::anonymous());
    anybody.submit_referral(with_this_key(form(), "k")).await.unwrap();
    let other = SubmitReferralRequest { note: String::new(), ..form() };

    let refused = anybody.submit_referral(with_this_key(other, "k")).await.unwrap_err();

    assert_eq!(told(&refused).kind, "KEY_REUSED");
    assert_eq!(house.count("select count(*) from referrals").await, 1);
}

#[tokio::test]
async fn the_referrer_never_learns_that_the_person_is_known() {
    let house = House::open().await;

    let (first, second) = (house.submit(form()).await, house.submit(form()).await);

    assert_ne!(first, second);
    assert_eq!(first.len(), second.len());
}

#[tokio::test]
async fn a_coordinator_sees_who_looks_the_same_and_why() {
    let house = House::open().await;
    let first = house.submitted(form()).await;
    let by_phone = SubmitReferralRequest {
        person_name: "Kanarie Peeters".to_owned(),
        person_contact: "+32 (0)470/11.22.33".to_owned(),
        ..form()
    };
    let by_name = SubmitReferralRequest {
        person_name: "kanarie-JANSÉN".to_owned(),
        person_contact: "dinsdag in het kanariehuis".to_owned(),
        ..form()
    };
    let elsewhere = SubmitReferralRequest { municipality_nis: "46024".to_owned(), ..by_name.clone() };

    let (by_phone, by_name) = (house.submitted(by_phone).await, house.submitted(by_name).await);
    house.submit(elsewhere).await;

    let seen = house.get(&first.referral_id).await.possible_duplicates;
    let seen: Vec<(&str, Vec<i32>)> =
        seen.iter().map(|other| (other.referral_id.as_str(), other.grounds.clone())).collect();
    // 2 is contact, 3 is name and municipality; newest first.
    assert_eq!(seen, [(by_name.referral_id.as_str(), vec![3]), (by_phone.referral_id.as_str(), vec![2])]);
}

#[tokio::test]
async fn every_field_that_is_wrong_is_told_at_once() {
    let house = House::open().await;

    let refused = house
        .referrals(Caller::anonymous())
        .submit_referral(with_key(SubmitReferralRequest::default()))
        .await
        .unwrap_err();

    let expected = [
        ("consent", "CONSENT"),
        ("programme", "UNKNOWN_PROGRAMME"),
        ("reasons", "REQUIRED"),
        ("person_name", "REQUIRED"),
        ("person_contact", "REQUIRED"),
        ("municipality_nis", "NIS_CODE_SHAPE"),
        ("referrer_name", "REQUIRED"),
        ("referrer_contact", "REQUIRED"),
    ];
    assert_eq!(violations(&refused), expected.map(|(field, reason)| (field.to_owned(), reason.to_owned())));
    assert_eq!(house.count("select count(*) from referrals").await, 0);
}

#[tokio::test]
async fn each_wrong_field_has_its_reason() {
    let house = House::open().await;
    let mut anybody = house.referrals(Caller::anonymous());
    let too_many: Vec<String> = (0..11).map(|_| "work-search".to_owned()).collect();
    let wrong: Vec<(SubmitReferralRequest, &str, &str)> = vec![
        (SubmitReferralRequest { programme: "nowhere".into(), ..form() }, "programme", "UNKNOWN_PROGRAMME"),
        (SubmitReferralRequest { channel: "pigeon".into(), ..form() }, "channel", "UNKNOWN_CHANNEL"),
        (SubmitReferralRequest { channel: "self".into(), ..form() }, "channel", "UNKNOWN_CHANNEL"),
        (SubmitReferralRequest { consent: 7, ..form() }, "consent", "CONSENT"),
        (SubmitReferralRequest { person_name: " \t ".into(), ..form() }, "person_name", "REQUIRED"),
        (SubmitReferralRequest { person_name: "kanarie ".repeat(20), ..form() }, "person_name", "TOO_LONG"),
        (
            SubmitReferralRequest { person_name: "kanarie\0".into(), ..form() },
            "person_name",
            "CONTROL_CHARACTER",
        ),
        (
            SubmitReferralRequest { person_contact: "kanarie 93051822361".into(), ..form() },
            "person_contact",
            "NATIONAL_NUMBER",
        ),
        (
            SubmitReferralRequest { municipality_nis: "kanarie".into(), ..form() },
            "municipality_nis",
            "NIS_CODE_SHAPE",
        ),
        (
            SubmitReferralRequest { municipality_nis: "11002".into(), ..form() },
            "municipality_nis",
            "MUNICIPALITY_UNKNOWN",
        ),
        (
            SubmitReferralRequest { municipality_nis: "46014".into(), ..form() },
            "municipality_nis",
            "MUNICIPALITY_NO_LONGER_VALID",
        ),
        (SubmitReferralRequest { reasons: vec!["boredom".into()], ..form() }, "reasons[0]", "UNKNOWN_REASON"),
        (
            SubmitReferralRequest { reasons: vec!["network".into(), "network".into()], ..form() },
            "reasons[1]",
            "REPEATED",
        ),
        (SubmitReferralRequest { reasons: too_many, ..form() }, "reasons", "TOO_MANY"),
        (
            SubmitReferralRequest { referrer_name: "kanarie\u{1b}[2J".into(), ..form() },
            "referrer_name",
            "CONTROL_CHARACTER",
        ),
        (
            SubmitReferralRequest { referrer_organisation: "kanarie ".repeat(30), ..form() },
            "referrer_organisation",
            "TOO_LONG",
        ),
        (SubmitReferralRequest { referrer_contact: String::new(), ..form() }, "referrer_contact", "REQUIRED"),
        (
            SubmitReferralRequest { note: "kanarie 93.05.18-223.61".into(), ..form() },
            "note",
            "NATIONAL_NUMBER",
        ),
        (SubmitReferralRequest { note: "kanarie".repeat(300), ..form() }, "note", "TOO_LONG"),
    ];

    for (request, field, reason) in wrong {
        let refused = anybody.submit_referral(with_key(request)).await.unwrap_err();
        assert_eq!(violations(&refused), [(field.to_owned(), reason.to_owned())]);
    }

    assert_eq!(house.count("select count(*) from referrals").await, 0);
}

#[tokio::test]
async fn a_merged_municipality_names_its_successor() {
    let house = House::open().await;
    let request = SubmitReferralRequest { municipality_nis: "44045".into(), ..form() };

    let refused = house.referrals(Caller::anonymous()).submit_referral(with_key(request)).await.unwrap_err();

    assert!(told(&refused).violations[0].remedy.contains("46029"), "{refused:?}");
}

#[tokio::test]
async fn texts_come_back_as_they_were_written() {
    let house = House::open().await;
    for name in [
        "Kanarie 'Şükrü' O’Brien",
        "kanarie; drop table persons;--",
        "Канарейка kanarie",
        "kanarie 🐤 \u{202b}x",
        "=kanarie()",
    ] {
        let referral =
            house.submitted(SubmitReferralRequest { person_name: name.to_owned(), ..form() }).await;
        assert_eq!(referral.person.unwrap().name, name);
    }
}

#[tokio::test]
async fn the_audit_row_names_the_records_and_nothing_else() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;

    let submitted = "select count(*) from chassis.audit where principal = 'anonymous' and worker_id is null
                     and action like '%/SubmitReferral' and purpose = 'public' and cardinality(subject_ids) = 2";
    let read = format!(
        "select count(*) from chassis.audit where worker_id = '{}' and action like '%/GetReferral' and purpose = 'intake'
         and subject_ids @> array['{}'::uuid, '{}'::uuid]",
        uuid::Uuid::from_u128(COORDINATOR),
        referral.referral_id,
        referral.person_id
    );
    assert_eq!(house.count(submitted).await, 1);
    assert_eq!(house.count(&read).await, 1);
}
