//! The logbook.

use proto::trajectory::v1::{
    Contact, ContactOutcome, CorrectContactRequest, ListContactsRequest, LogContactRequest,
    StrikeOutContactRequest, TimeClass,
};
use tonic::Status;

use crate::house::{
    House, coach, contact, coordinator, other_coach, pair, reason, told, violations, with_key, with_tag,
};

fn correction(of: &Contact) -> CorrectContactRequest {
    CorrectContactRequest {
        contact_id: of.contact_id.clone(),
        day: "2024-03-05".to_owned(),
        outcome: ContactOutcome::Tried.into(),
        time_class: TimeClass::AroundParticipant.into(),
        minutes: 10,
        domain: String::new(),
        note: "kanarie: niemand thuis".to_owned(),
    }
}

async fn correct(house: &House, request: CorrectContactRequest, etag: &str) -> Result<Contact, Status> {
    let answer = house.contacts(coach()).correct_contact(with_tag(request, etag)).await?;
    Ok(answer.into_inner().contact.unwrap())
}

async fn strike(house: &House, of: &Contact, etag: &str) -> Result<Contact, Status> {
    let request = StrikeOutContactRequest { contact_id: of.contact_id.clone() };
    let answer = house.contacts(coach()).strike_out_contact(with_tag(request, etag)).await?;
    Ok(answer.into_inner().contact.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_is_written_down_sealed_and_told_without_words() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;

    let logged = house.log(coach(), contact(&id, "2024-03-06")).await.unwrap();

    assert_eq!((logged.day.as_str(), logged.minutes, logged.corrections), ("2024-03-06", 45, 0));
    assert_eq!(logged.note, "kanarie: wil graag in het groen werken");
    assert_eq!(house.told().await, ["trajectory.trajectory_opened.v1", "trajectory.contact_logged.v1"]);
    let payloads = house.count("chassis.outbox where encode(payload, 'escape') ilike '%kanarie%'").await;
    let readable = house.count("words where encode(sealed, 'escape') ilike '%kanarie%'").await;
    assert_eq!((payloads, readable), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_that_cannot_be_is_refused_with_every_field_and_changes_nothing() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let before = (house.rows().await, house.told().await);
    let wrong = |change: fn(&mut LogContactRequest)| {
        let mut request = contact(&id, "2024-03-06");
        change(&mut request);
        request
    };

    for (request, expected) in [
        (wrong(|request| request.day = "2024-03-11".to_owned()), vec![pair("day", "IN_FUTURE")]),
        (wrong(|request| request.day = "2024-03-03".to_owned()), vec![pair("day", "BEFORE_MATCH")]),
        (wrong(|request| request.day = String::new()), vec![pair("day", "REQUIRED")]),
        (wrong(|request| request.day = "6 maart".to_owned()), vec![pair("day", "DAY_SHAPE")]),
        (wrong(|request| request.minutes = 1441), vec![pair("minutes", "MINUTES")]),
        (wrong(|request| request.minutes = -1), vec![pair("minutes", "MINUTES")]),
        (wrong(|request| request.domain = "sleep".to_owned()), vec![pair("domain", "UNKNOWN_DOMAIN")]),
        (
            wrong(|request| request.note = "kanarie 93.05.18-223.61".to_owned()),
            vec![pair("note", "NATIONAL_NUMBER")],
        ),
        (
            wrong(|request| (request.day, request.domain) = ("2024-03-01".to_owned(), "sleep".to_owned())),
            vec![pair("day", "BEFORE_MATCH"), pair("domain", "UNKNOWN_DOMAIN")],
        ),
        (
            wrong(|request| {
                (request.day, request.minutes) = ("2024-04-01".to_owned(), 1441);
                (request.outcome, request.time_class) = (0, 9);
                request.domain = "Kanarie!".to_owned();
            }),
            vec![
                pair("day", "IN_FUTURE"),
                pair("outcome", "REQUIRED"),
                pair("time_class", "UNKNOWN_VALUE"),
                pair("minutes", "MINUTES"),
                pair("domain", "UNKNOWN_DOMAIN"),
            ],
        ),
    ] {
        let refused = house.log(coach(), request).await.unwrap_err();
        assert_eq!(violations(&refused), expected);
    }

    assert_eq!((house.rows().await, house.told().await), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_keeps_what_was_there_before() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let logged = house.log(coach(), contact(&id, "2024-03-06")).await.unwrap();

    let corrected = correct(&house, correction(&logged), &logged.etag).await.unwrap();

    assert_eq!((corrected.day.as_str(), corrected.minutes, corrected.corrections), ("2024-03-05", 10, 1));
    assert_eq!(corrected.note, "kanarie: niemand thuis");
    assert_ne!(corrected.etag, logged.etag);
    let kept = house.texts("select day || ' ' || outcome || ' ' || minutes from contact_versions").await;
    assert_eq!(kept, ["2024-03-06 reached 45"]);
    assert_eq!(house.count("words where kind = 'contact'").await, 2, "the earlier note stays, sealed");
    assert_eq!(house.told().await.last().unwrap(), "trajectory.contact_corrected.v1");
    assert_eq!(house.texts("select coalesce(last_reached_on::text, '') from trajectories").await, [""]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_or_missing_version_is_refused_with_who_and_when() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let logged = house.log(coach(), contact(&id, "2024-03-06")).await.unwrap();
    let corrected = correct(&house, correction(&logged), &logged.etag).await.unwrap();

    let stale = correct(&house, correction(&logged), &logged.etag).await.unwrap_err();
    let missing = house.contacts(coach()).correct_contact(with_key(correction(&logged))).await.unwrap_err();

    let told = told(&stale);
    assert_eq!((told.kind.as_str(), told.reason.as_str()), ("STALE_PRECONDITION", "STALE_ETAG"));
    assert_eq!(told.metadata["current_etag"], corrected.etag);
    assert_eq!(told.metadata["changed_by"], corrected.worker_id);
    assert_eq!(reason(&missing), "IF_MATCH_REQUIRED");
    assert_eq!(house.count("contact_versions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_struck_out_counts_for_nothing_and_cannot_change_again() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let logged = house.log(coach(), contact(&id, "2024-03-06")).await.unwrap();

    let struck = strike(&house, &logged, &logged.etag).await.unwrap();

    assert!(struck.struck_out);
    assert_eq!(house.told().await.last().unwrap(), "trajectory.contact_corrected.v1");
    assert_eq!(house.texts("select coalesce(last_reached_on::text, '') from trajectories").await, [""]);
    let again = strike(&house, &struck, &struck.etag).await.unwrap_err();
    let corrected = correct(&house, correction(&struck), &struck.etag).await.unwrap_err();
    assert_eq!(
        (reason(&again), reason(&corrected)),
        ("CONTACT_STRUCK_OUT".to_owned(), "CONTACT_STRUCK_OUT".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_come_in_pages_those_written_down_last_first() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let mut expected = Vec::new();
    for day in ["2024-03-05", "2024-03-07", "2024-03-06", "2024-03-08", "2024-03-04"] {
        expected.push(house.log(coach(), contact(&id, day)).await.unwrap().contact_id);
    }
    expected.reverse();
    let mut seen = Vec::new();
    let mut request =
        ListContactsRequest { trajectory_id: id.clone(), page_size: 2, page_token: String::new() };

    loop {
        let page = house.contacts(coach()).list_contacts(request.clone()).await.unwrap().into_inner();
        seen.extend(page.contacts.into_iter().map(|contact| contact.contact_id));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }

    assert_eq!(seen, expected);
    request.trajectory_id = "kanarie".to_owned();
    let refused = house.contacts(coach()).list_contacts(request).await.unwrap_err();
    assert_eq!(violations(&refused), [pair("trajectory_id", "NOT_AN_ID"), pair("page_token", "PAGE_TOKEN")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_is_on_the_case_writes_in_the_logbook() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let logged = house.log(coach(), contact(&id, "2024-03-06")).await.unwrap();
    let before = (house.rows().await, house.told().await);

    for (caller, of_log, of_contact) in [
        (coordinator(), "NOT_ON_CASE", "NOT_ON_CASE"),
        (other_coach(), "TRAJECTORY_NOT_FOUND", "CONTACT_NOT_FOUND"),
    ] {
        let refused = house.log(caller.clone(), contact(&id, "2024-03-06")).await.unwrap_err();
        assert_eq!(reason(&refused), of_log);
        let request = with_tag(correction(&logged), &logged.etag);
        let refused = house.contacts(caller.clone()).correct_contact(request).await.unwrap_err();
        assert_eq!(reason(&refused), of_contact);
        let request = StrikeOutContactRequest { contact_id: logged.contact_id.clone() };
        let refused =
            house.contacts(caller).strike_out_contact(with_tag(request, &logged.etag)).await.unwrap_err();
        assert_eq!(reason(&refused), of_contact);
    }

    assert_eq!((house.rows().await, house.told().await), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_under_the_same_key_is_one_contact_and_one_event() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let again = || {
        let mut request = tonic::Request::new(contact(&id, "2024-03-06"));
        request.metadata_mut().insert("idempotency-key", "k".parse().unwrap());
        request
    };

    let first = house.contacts(coach()).log_contact(again()).await.unwrap().into_inner();
    let second = house.contacts(coach()).log_contact(again()).await.unwrap().into_inner();

    assert_eq!(first, second);
    assert_eq!((house.count("contacts").await, house.told().await.len()), (1, 2));
}
