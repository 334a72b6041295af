//! `PutWage`, `RemoveWage`, `GetWageHistory`: wages with dates, seen by who keeps them and nobody else.

use chassis::caller::Role;
use proto::finance::v1::{
    Employment, GetWageHistoryRequest, PutWageRequest, RemoveWageRequest, WageBasis, WageHistory,
};
use tonic::{Code, Status};

use crate::desk::{COACH, coach, employment, of_programme, officer_of, organisation};
use crate::house::{House, board, euro, fields, officer, pair, refusal, violations, with_tag};

async fn employed(house: &House) -> Employment {
    house.employ(employment(COACH)).await.unwrap()
}

fn wage(employment: &Employment, from: &str, to: &str) -> PutWageRequest {
    PutWageRequest {
        employment_id: employment.employment_id.clone(),
        wage_id: String::new(),
        valid_from: from.to_owned(),
        valid_to: to.to_owned(),
        basis: WageBasis::GrossMonth.into(),
        amount_euro: "3585.00".to_owned(),
    }
}

async fn put(house: &House, request: PutWageRequest) -> Result<WageHistory, Status> {
    let tag = house.tag_of(&request.employment_id).await;
    let answer = house.wages(officer()).put_wage(with_tag(request, &tag)).await?;
    Ok(answer.into_inner().history.unwrap())
}

async fn read(house: &House, employment: &Employment) -> WageHistory {
    let request = GetWageHistoryRequest { employment_id: employment.employment_id.clone() };
    house.wages(officer()).get_wage_history(request).await.unwrap().into_inner().history.unwrap()
}

#[tokio::test]
async fn wages_follow_each_other_with_their_rates_and_rules() {
    let house = House::open().await;
    let made = employed(&house).await;

    house.pay(&made.employment_id, "2024-07-01", "", "3656.70").await.unwrap();
    let history = house.pay(&made.employment_id, "2024-01-01", "2024-06-30", "3585.00").await.unwrap();

    let seen: Vec<_> = history
        .wages
        .iter()
        .map(|one| {
            let rate = &one.rates[0];
            assert_eq!((one.rates.len(), rate.programme_version.as_str()), (1, "1"));
            (one.valid_from.as_str(), one.valid_to.as_str(), one.amount, rate.hourly_rate)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("2024-01-01", "2024-06-30", euro("3585.00"), euro("43.02")),
            ("2024-07-01", "", euro("3656.70"), euro("43.88")),
        ]
    );
    let changed = PutWageRequest {
        wage_id: history.wages[1].wage_id.clone(),
        amount_euro: "3700.00".to_owned(),
        ..wage(&made, "2024-07-01", "2024-12-31")
    };
    let changed = put(&house, changed).await.unwrap();
    assert_eq!((changed.wages.len(), changed.wages[1].rates[0].hourly_rate), (2, euro("44.40")));
    let remove = RemoveWageRequest {
        employment_id: made.employment_id.clone(),
        wage_id: changed.wages[0].wage_id.clone(),
    };
    let stale =
        house.wages(officer()).remove_wage(with_tag(remove.clone(), &history.etag)).await.unwrap_err();
    assert_eq!(refusal(&stale), pair("STALE_PRECONDITION", "STALE_ETAG"));
    let removed = house.wages(officer()).remove_wage(with_tag(remove.clone(), &changed.etag)).await.unwrap();
    let removed = removed.into_inner().history.unwrap();
    assert_eq!(removed.wages, changed.wages[1..]);
    let gone = house.wages(officer()).remove_wage(with_tag(remove, &removed.etag)).await.unwrap_err();
    assert_eq!(refusal(&gone), pair("NOT_FOUND", "WAGE_NOT_FOUND"));
    assert_eq!(house.count("select count(*) from employment_wage_keys").await, 1, "its key is destroyed");
}

#[tokio::test]
async fn what_cannot_be_a_wage_is_refused_and_nothing_changes() {
    let house = House::open().await;
    let made = employed(&house).await;
    house.pay(&made.employment_id, "2024-03-01", "2024-06-30", "3585.00").await.unwrap();
    let before = read(&house, &made).await;
    let with = |change: fn(&mut PutWageRequest)| {
        let mut request = wage(&made, "2024-07-01", "");
        change(&mut request);
        request
    };

    let cases: Vec<(PutWageRequest, &[(&str, &str)])> = vec![
        (with(|one| one.valid_from = String::new()), &[("valid_from", "REQUIRED")]),
        (with(|one| one.valid_from = "2024-06-30".to_owned()), &[("valid_from", "WAGE_OVERLAPS")]),
        (
            with(|one| (one.valid_from, one.valid_to) = ("2024-01-01".to_owned(), "2024-03-01".to_owned())),
            &[("valid_from", "WAGE_OVERLAPS")],
        ),
        (
            with(|one| one.valid_from = "2023-12-31".to_owned()),
            &[("valid_from", "DAY_OUTSIDE_EMPLOYMENT"), ("valid_from", "WAGE_OVERLAPS")],
        ),
        (with(|one| one.valid_to = "2024-06-30".to_owned()), &[("valid_to", "BEFORE_FROM")]),
        (with(|one| one.basis = WageBasis::AnnualCost.into()), &[("basis", "WAGE_BASIS")]),
        (with(|one| one.basis = 9), &[("basis", "UNKNOWN_VALUE")]),
        (with(|one| one.amount_euro = "0".to_owned()), &[("amount_euro", "AMOUNT_NOT_POSITIVE")]),
        (with(|one| one.amount_euro = "3.585,00".to_owned()), &[("amount_euro", "AMOUNT_SHAPE")]),
        (with(|one| one.amount_euro = "3585.001".to_owned()), &[("amount_euro", "AMOUNT_DECIMALS")]),
    ];
    for (request, expected) in cases {
        let shown = format!("{} {} {}", request.valid_from, request.valid_to, request.amount_euro);
        let refused = put(&house, request).await.unwrap_err();
        assert_eq!(violations(&refused), fields(expected), "{shown}");
    }
    assert_eq!(read(&house, &made).await, before, "nothing changed");
    let overlapping = sqlx::raw_sql(
        "insert into wages (wage_id, employment_id, valid_from, valid_to, basis, amount)
         select gen_random_uuid(), employment_id, '2024-06-30', null, basis, amount from wages",
    );
    let refused = overlapping.execute(&house.running.database.admin).await.unwrap_err();
    assert!(refused.to_string().contains("overlap"), "the database holds to it as well: {refused}");
}

#[tokio::test]
async fn wages_of_another_organisation_and_for_other_roles_are_not_visible() {
    let house = House::open().await;
    let made = employed(&house).await;
    house.pay(&made.employment_id, "2024-01-01", "", "5263.86").await.unwrap();
    let request = || GetWageHistoryRequest { employment_id: made.employment_id.clone() };

    let ours = house.wages(officer_of(organisation(0x0a))).get_wage_history(request()).await.unwrap();
    assert_eq!(ours.into_inner().history.unwrap().wages.len(), 1);
    let theirs = house.wages(officer_of(organisation(0x0b))).get_wage_history(request()).await.unwrap_err();
    assert_eq!(refusal(&theirs), pair("NOT_FOUND", "EMPLOYMENT_NOT_FOUND"));
    let put = wage(&made, "2024-01-01", "");
    let foreign =
        house.wages(officer_of(organisation(0x0b))).put_wage(with_tag(put, "v2")).await.unwrap_err();
    assert_eq!(refusal(&foreign), pair("NOT_FOUND", "EMPLOYMENT_NOT_FOUND"));
    for caller in [coach(COACH), of_programme(Role::Coordinator), of_programme(Role::Auditor), board()] {
        let refused = house.wages(caller.clone()).get_wage_history(request()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        let put = with_tag(wage(&made, "2025-01-01", ""), "v2");
        assert_eq!(
            house.wages(caller.clone()).put_wage(put).await.unwrap_err().code(),
            Code::PermissionDenied
        );
        let remove = RemoveWageRequest { employment_id: made.employment_id.clone(), wage_id: String::new() };
        let refused = house.wages(caller).remove_wage(with_tag(remove, "v2")).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
    let texts = ["5263.86", "63.17"];
    assert_eq!(
        house.tables_with(&texts, &["526386", "6317"]).await,
        Vec::<String>::new(),
        "sealed everywhere"
    );
}
