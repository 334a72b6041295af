//! `ListReferrals` and who may read.

use std::cell::Cell;

use chassis::caller::{Caller, Role, Scope};
use proto::intake::v1::{GetReferralRequest, ListReferralsRequest, ReferralState, ReferralSummary};
use testkit::{mandate, worker};
use tonic::Code;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::house::{House, another_form, coordinator, form, list, stranger, told, violations};

async fn page(house: &House, request: ListReferralsRequest) -> (Vec<ReferralSummary>, String) {
    let answer = house.referrals(coordinator()).list_referrals(request).await.unwrap().into_inner();
    (answer.referrals, answer.next_page_token)
}

#[tokio::test]
async fn the_newest_comes_first_without_names_and_with_duplicates_counted() {
    let house = House::open().await;
    let first = house.submitted(form()).await;
    let second = house.submitted(form()).await;
    let third = house.submitted(another_form(1)).await;

    let (rows, next) = page(&house, list()).await;

    let ids: Vec<&str> = rows.iter().map(|row| row.referral_id.as_str()).collect();
    assert_eq!(ids, [&third.referral_id, &second.referral_id, &first.referral_id]);
    assert_eq!(rows.iter().map(|row| row.possible_duplicates).collect::<Vec<_>>(), [0, 1, 1]);
    assert_eq!(next, "");
    assert!(!format!("{rows:?}").to_lowercase().contains("kanarie"));
}

#[tokio::test]
async fn pages_stay_as_they_are_while_referrals_come_in() {
    let house = House::open().await;
    let mut expected = Vec::new();
    for number in 0..7 {
        expected.push(house.submitted(another_form(number)).await.referral_id);
    }
    expected.reverse();
    let mut seen = Vec::new();
    let mut request = ListReferralsRequest { page_size: 3, ..list() };

    loop {
        let (rows, next) = page(&house, request.clone()).await;
        seen.extend(rows.into_iter().map(|row| row.referral_id));
        house.submit(form()).await;
        if next.is_empty() {
            break;
        }
        request.page_token = next;
    }

    assert_eq!(seen, expected);
}

#[tokio::test]
async fn the_last_page_is_known_when_it_is_full() {
    let house = House::open().await;
    for number in 0..3 {
        house.submit(another_form(number)).await;
    }

    let (rows, next) = page(&house, ListReferralsRequest { page_size: 3, ..list() }).await;

    assert_eq!((rows.len(), next.as_str()), (3, ""));
}

#[tokio::test]
async fn a_state_narrows_the_list() {
    let house = House::open().await;
    house.submit(another_form(1)).await;
    let screened = house.screened(form()).await;

    let request = ListReferralsRequest { state: ReferralState::Screened.into(), ..list() };
    let (rows, _) = page(&house, request).await;

    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0].referral_id, rows[0].state()), (&screened.referral_id, ReferralState::Screened));
    assert_eq!(rows[0].etag, screened.etag);
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_refused() {
    let house = House::open().await;
    for number in 0..3 {
        house.submit(another_form(number)).await;
    }
    let (_, token) = page(&house, ListReferralsRequest { page_size: 1, ..list() }).await;
    let of_another_filter = ListReferralsRequest { state: 1, page_token: token.clone(), ..list() };

    for (request, field, reason) in [
        (ListReferralsRequest { page_size: 201, ..list() }, "page_size", "PAGE_SIZE"),
        (ListReferralsRequest { page_size: -1, ..list() }, "page_size", "PAGE_SIZE"),
        (ListReferralsRequest { page_token: "x".repeat(80), ..list() }, "page_token", "PAGE_TOKEN"),
        (ListReferralsRequest { page_token: token[..79].to_owned(), ..list() }, "page_token", "PAGE_TOKEN"),
        (of_another_filter, "page_token", "PAGE_TOKEN"),
        (ListReferralsRequest { state: 9, ..list() }, "state", "UNKNOWN_VALUE"),
        (
            ListReferralsRequest { programme: "Kanarie!".to_owned(), ..list() },
            "programme",
            "UNKNOWN_PROGRAMME",
        ),
    ] {
        let refused = house.referrals(coordinator()).list_referrals(request).await.unwrap_err();
        assert_eq!(violations(&refused), [(field.to_owned(), reason.to_owned())]);
    }
}

#[tokio::test]
async fn not_there_and_not_yours_is_one_answer() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let nowhere = chassis::id::IdGenerator.uuid().to_string();

    let mut answers = Vec::new();
    for (caller, id) in
        [(stranger(), &referral.referral_id), (stranger(), &nowhere), (coordinator(), &nowhere)]
    {
        let request = GetReferralRequest { referral_id: id.clone() };
        let refused = house.referrals(caller).get_referral(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
        answers.push((told(&refused), refused.message().to_owned()));
    }
    assert_eq!(answers[0].0.reason, "REFERRAL_NOT_FOUND");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");

    let mut lists = Vec::new();
    for (caller, programme) in
        [(stranger(), "waasland-esf"), (stranger(), "elsewhere"), (coordinator(), "nowhere")]
    {
        let request = ListReferralsRequest { programme: programme.to_owned(), ..list() };
        let refused = house.referrals(caller).list_referrals(request).await.unwrap_err();
        lists.push((told(&refused), refused.message().to_owned()));
    }
    assert_eq!(lists[0].0.reason, "PROGRAMME_NOT_FOUND");
    assert!(lists.iter().all(|answer| *answer == lists[0]), "{lists:?}");
}

#[tokio::test]
async fn without_a_mandate_for_the_programme_nobody_reads() {
    let house = House::open().await;
    let narrow = worker(1, vec![mandate(Role::Coordinator, Scope::Organisation, Some("waasland-esf"))]);
    let coach = worker(2, vec![mandate(Role::Coach, Scope::Region, None)]);

    for (caller, reason) in
        [(Caller::anonymous(), "SIGN_IN_REQUIRED"), (narrow, "NO_MANDATE"), (coach, "NO_MANDATE")]
    {
        let refused = house.referrals(caller).list_referrals(list()).await.unwrap_err();
        assert_eq!(told(&refused).reason, reason);
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_refused() {
    let house = House::open().await;

    let request = GetReferralRequest { referral_id: "A-1".to_owned() };
    let refused = house.referrals(coordinator()).get_referral(request).await.unwrap_err();

    assert_eq!(violations(&refused), [("referral_id".to_owned(), "NOT_AN_ID".to_owned())]);
}

thread_local! {
    /// Statements on the service's own tables. A service under test runs on the thread of its test.
    static STATEMENTS: Cell<usize> = const { Cell::new(0) };
}

/// Counts statements for every thread on its own.
struct Counter;

impl<S: tracing::Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut is_ours = false;
            event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                is_ours |= matches!(field.name(), "summary" | "db.statement")
                    && format!("{value:?}").contains("referral");
            });
            STATEMENTS.with(|count| count.set(count.get() + usize::from(is_ours)));
        }
    }
}

#[tokio::test]
async fn a_list_and_a_referral_take_as_many_statements_for_many_rows_as_for_one() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    for _ in 0..30 {
        house.submit(form()).await;
    }
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Counter)).unwrap();
    STATEMENTS.take();

    let (rows, _) = page(&house, list()).await;
    let of_the_list = STATEMENTS.take();
    house.get(&referral.referral_id).await;
    let of_the_referral = STATEMENTS.take();

    assert_eq!(rows.len(), 31);
    assert_eq!(rows[0].possible_duplicates, 30);
    assert_eq!((of_the_list, of_the_referral), (1, 2));
}
