//! `ContributionService`: contributions under the bodies of their year and under those after the merger of 2025.

use chassis::caller::{Caller, Role};
use chassis::grpc::Authorized;
use proto::finance::v1::contribution_service_client::ContributionServiceClient;
use proto::finance::v1::{
    AllocationRule, BodyContribution, GetContributionsRequest, GetContributionsResponse, PutFundingRequest,
};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::desk::{coach, of_programme};
use crate::house::{
    House, board, case_funding, contribution, euro, fields, funding_line, officer, pair, refusal, stranger,
    violations,
};

type Client = ContributionServiceClient<InterceptedService<Channel, Authorized>>;

impl House {
    fn contributions(&self, caller: Caller) -> Client {
        let caller = self.region.calls_as(caller).unwrap();
        ContributionServiceClient::new(self.running.client_channel(caller).unwrap())
    }

    async fn both_ways(
        &self,
        budget: &str,
        on_day: &str,
        total: &str,
    ) -> Result<GetContributionsResponse, Status> {
        let request = GetContributionsRequest {
            budget_id: budget.to_owned(),
            on_day: on_day.to_owned(),
            total_euro: total.to_owned(),
        };
        Ok(self.contributions(officer()).get_contributions(request).await?.into_inner())
    }
}

/// Body, cents that were entered, cents of the key, and how many bodies merged into it.
fn rows(bodies: &[BodyContribution]) -> Vec<(&str, i64, i64, usize)> {
    bodies
        .iter()
        .map(|one| {
            let (entered, by_key) = (one.entered.unwrap().cents, one.by_key.unwrap().cents);
            assert_eq!(one.difference.unwrap().cents, entered - by_key, "{}", one.partner);
            (one.partner.as_str(), entered, by_key, one.merged_from.len())
        })
        .collect()
}

const OTHERS: [(&str, i64, i64, usize); 4] = [
    ("ocmw-sint-gillis-waas", 1_002_933, 1_002_933, 0),
    ("ocmw-stekene", 914_378, 914_378, 0),
    ("ocmw-temse", 2_014_787, 2_014_787, 0),
    ("ocmw-waasmunster", 455_815, 455_815, 0),
];

#[tokio::test]
async fn the_year_before_the_merger_is_read_under_the_old_bodies_and_under_the_new_one() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let budget = house.fund(&budget, case_funding()).await.unwrap();

    let last = house.both_ways(&budget.budget_id, "2024-12-31", "").await.unwrap();
    let after = house.both_ways(&budget.budget_id, "2025-01-01", "").await.unwrap();

    let old: Vec<_> =
        [("ocmw-lokeren", 2_847_393, 2_847_394, 0), ("ocmw-moerbeke", 223_276, 223_276, 0)].into();
    let new: Vec<_> = [("ocmw-lokeren", 3_070_669, 3_070_670, 2)].into();
    assert_eq!(rows(&last.as_it_was), [old.clone(), OTHERS.to_vec()].concat());
    assert_eq!(rows(&last.as_it_is), [old.clone(), OTHERS.to_vec()].concat());
    assert_eq!(rows(&after.as_it_was), [old, OTHERS.to_vec()].concat(), "history stays");
    assert_eq!(rows(&after.as_it_is), [new, OTHERS.to_vec()].concat());
    assert_eq!(after.as_it_is[0].merged_from, ["ocmw-lokeren", "ocmw-moerbeke"]);
    assert_eq!((after.as_it_is[0].name.as_str(), after.year), ("OCMW Lokeren", 2024));
    assert_eq!((after.entered_total, after.total), (euro("74585.82"), euro("74585.83")));
    assert_eq!((after.on_day.as_str(), &after.etag), ("2025-01-01", &budget.etag));
    let key = after.key.unwrap();
    assert_eq!((key.valid_from.as_str(), key.rule()), ("2024-01-01", AllocationRule::LargestRemainder));
    assert!(key.certainty.starts_with("[V]") && key.programme_version > 0);
}

#[tokio::test]
async fn the_year_after_it_has_its_own_key_and_what_is_divided_adds_up_to_the_cent() {
    let house = House::open().await;
    let budget = house.create(2025, "Begroting").await.unwrap();
    let funding = PutFundingRequest {
        lines: vec![funding_line("operation", "local", "100.01")],
        contributions: vec![contribution("ocmw-temse", "100.01")],
        ..PutFundingRequest::default()
    };
    let budget = house.fund(&budget, funding).await.unwrap();

    let local = house.both_ways(&budget.budget_id, "2025-01-01", "").await.unwrap();
    assert_eq!(local.key.as_ref().unwrap().valid_from, "2025-01-01");
    assert_eq!(local.total, euro("100.01"));
    let expected = [
        ("ocmw-temse", 10_001, 2_702, 0),
        ("ocmw-lokeren", 0, 4_117, 0),
        ("ocmw-sint-gillis-waas", 0, 1_345, 0),
        ("ocmw-stekene", 0, 1_226, 0),
        ("ocmw-waasmunster", 0, 611, 0),
    ];
    assert_eq!(rows(&local.as_it_was), expected);
    assert_eq!(rows(&local.as_it_is), expected);

    for total in ["0", "0.01", "0.04", "33.33", "1000000.07"] {
        let found = house.both_ways(&budget.budget_id, "2026-06-01", total).await.unwrap();
        for way in [&found.as_it_was, &found.as_it_is] {
            let sum: i64 = rows(way).iter().map(|row| row.2).sum();
            assert_eq!(Some(sum), euro(total).map(|money| money.cents), "{total}");
        }
    }
}

#[tokio::test]
async fn wrong_questions_are_refused_all_at_once_and_only_the_officer_reads() {
    let house = House::open().await;
    let budget = house.create(2025, "Begroting").await.unwrap();
    let id = budget.budget_id.as_str();

    let both = house.both_ways(id, "kanarie", "1.001").await.unwrap_err();
    assert_eq!(violations(&both), fields(&[("on_day", "DAY_SHAPE"), ("total_euro", "AMOUNT_DECIMALS")]));
    let early = house.both_ways(id, "2024-12-31", "-1").await.unwrap_err();
    let expected = fields(&[("on_day", "DAY_BEFORE_YEAR"), ("total_euro", "AMOUNT_NEGATIVE")]);
    assert_eq!(violations(&early), expected);
    let no_id = house.both_ways("kanarie", "", "").await.unwrap_err();
    assert_eq!(violations(&no_id), fields(&[("budget_id", "NOT_AN_ID")]));

    let request = || GetContributionsRequest { budget_id: id.to_owned(), ..Default::default() };
    for caller in [board(), of_programme(Role::Coordinator), of_programme(Role::Auditor), coach(0x0c)] {
        let refused = house.contributions(caller).get_contributions(request()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
    let refused = house.contributions(stranger()).get_contributions(request()).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "BUDGET_NOT_FOUND"));
    let read =
        "select count(*) from chassis.audit where action like '%/GetContributions' and purpose = 'finance'";
    let before = house.count(read).await;
    house.both_ways(id, "", "").await.unwrap();
    assert_eq!(house.count(read).await, before + 1);
}
