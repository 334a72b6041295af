//! `GoalSeekService`: answers that an officer applies, and questions that cannot be answered.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::Authorized;
use proto::finance::v1::goal_seek_service_client::GoalSeekServiceClient;
use proto::finance::v1::{
    Budget, PutStaffLineRequest, SeekBound, SeekContributionsRequest, SeekFundingRequest, SeekHoursRequest,
    SeekHoursResponse, SeekLine, SeekProportion, SeekTarget, SeekWeight,
};
use testkit::{mandate, worker};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::house::{
    House, PROGRAMME, board, case_lines, euro, fields, officer, pair, refusal, stranger, violations,
};

type Client = GoalSeekServiceClient<InterceptedService<Channel, Authorized>>;

impl House {
    fn goal_seek(&self, caller: Caller) -> Client {
        let caller = self.region.calls_as(caller).unwrap();
        GoalSeekServiceClient::new(self.running.client_channel(caller).unwrap())
    }

    async fn seek(&self, request: SeekHoursRequest) -> Result<SeekHoursResponse, Status> {
        Ok(self.goal_seek(officer()).seek_hours(request).await?.into_inner())
    }
}

fn line_id(budget: &Budget, row: &str) -> String {
    budget.lines.iter().find(|line| line.row == row).unwrap().line_id.clone()
}

fn moving(budget: &Budget, rows: &[(&str, &str)]) -> Vec<SeekLine> {
    rows.iter()
        .map(|(row, weight)| SeekLine { line_id: line_id(budget, row), weight: (*weight).to_owned() })
        .collect()
}

fn question(
    budget: &Budget,
    target: SeekTarget,
    of: &str,
    total: &str,
    rows: &[(&str, &str)],
) -> SeekHoursRequest {
    SeekHoursRequest {
        budget_id: budget.budget_id.clone(),
        target: target.into(),
        of: of.to_owned(),
        total_euro: total.to_owned(),
        lines: moving(budget, rows),
        proportion: SeekProportion::Unspecified.into(),
    }
}

fn weight(of: &str, weight: &str) -> SeekWeight {
    SeekWeight { of: of.to_owned(), weight: weight.to_owned() }
}

/// The case with other hours of one row.
async fn with_hours(house: &House, row: &str, hours: &str) -> Budget {
    let budget = house.waasland().await;
    let mut line = case_lines().into_iter().find(|line| line.row == row).unwrap();
    line.line_id = line_id(&budget, row);
    hours.clone_into(&mut line.hours);
    house.put(&budget, line).await.unwrap()
}

#[tokio::test]
async fn the_hours_of_the_coordinator_are_found_and_applied_under_the_etag_of_the_answer() {
    let house = House::open().await;
    let budget = with_hours(&house, "r02", "860").await;
    assert_ne!(budget.controls[0].difference.unwrap().cents, 0);

    let found = house
        .seek(question(&budget, SeekTarget::Component, "operation", "497191.67", &[("r02", "")]))
        .await
        .unwrap();

    assert!(found.exact && found.proven && found.limits.is_empty());
    let answer = &found.answers[0];
    assert_eq!((answer.total, answer.difference), (euro("497191.67"), euro("0")));
    assert_eq!((answer.lines[0].from.as_str(), answer.lines[0].to.as_str()), ("860.000", "859.950"));
    assert_eq!(found.now, budget.components[0].cost.as_ref().unwrap().total);
    let same = house.get(&budget.budget_id).await;
    assert_eq!((&same, &found.etag), (&budget, &budget.etag), "nothing was written");

    let read = Budget { etag: found.etag.clone(), ..budget.clone() };
    let mut line = case_lines().into_iter().find(|line| line.row == "r02").unwrap();
    line.line_id.clone_from(&answer.lines[0].line_id);
    line.hours.clone_from(&answer.lines[0].to);
    let applied = house.put(&read, line.clone()).await.unwrap();

    assert!(applied.controls.iter().all(|control| control.difference.unwrap().cents == 0));
    let again: PutStaffLineRequest = line;
    let stale = house.put(&read, again).await.unwrap_err();
    assert_eq!(refusal(&stale).1, "STALE_ETAG");
}

#[tokio::test]
async fn staff_of_lokeren_is_divided_by_its_shares_to_the_cent_of_its_contribution() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let rows = [("r06", "50"), ("r07", "30"), ("r08", "20")];

    let found =
        house.seek(question(&budget, SeekTarget::Partner, "ocmw-lokeren", "28473.93", &rows)).await.unwrap();
    let over = house
        .seek(question(&budget, SeekTarget::Line, &line_id(&budget, "r05"), "99999.00", &[("r05", "")]))
        .await
        .unwrap();

    assert!(found.exact);
    assert_eq!(found.answers[0].total, euro("28473.93"));
    let costs: i64 = found.answers[0].lines.iter().map(|one| one.cost.unwrap().cents).sum();
    assert_eq!(costs, 2_033_852);
    assert_eq!((over.exact, over.answers.len()), (false, 1));
    assert_eq!((over.limits[0].bound(), over.limits[0].hours.as_str()), (SeekBound::Highest, "1720.000"));
}

#[tokio::test]
async fn every_violation_of_a_question_is_named_at_once() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let mut request =
        question(&budget, SeekTarget::Component, "support", "1.001", &[("r02", "0"), ("r17", "a")]);
    request.lines.push(SeekLine::default());
    request.lines.push(SeekLine { line_id: line_id(&budget, "r17"), weight: String::new() });
    request.lines.push(SeekLine { line_id: line_id(&budget, "r17"), weight: String::new() });

    let refused = house.seek(request).await.unwrap_err();
    let empty =
        house.seek(SeekHoursRequest { budget_id: budget.budget_id.clone(), ..SeekHoursRequest::default() });
    let empty = empty.await.unwrap_err();
    let none = question(&budget, SeekTarget::Partner, "kanarie", "", &[]);
    let none = house.seek(none).await.unwrap_err();

    let expected = [
        ("total_euro", "AMOUNT_DECIMALS"),
        ("lines[0].weight", "WEIGHT_NOT_POSITIVE"),
        ("lines[0].line_id", "LINE_OUTSIDE_TARGET"),
        ("lines[1].weight", "WEIGHT_SHAPE"),
        ("lines[2].line_id", "REQUIRED"),
        ("lines[4].line_id", "REPEATED"),
    ];
    assert_eq!(violations(&refused), fields(&expected));
    assert_eq!(violations(&empty), fields(&[("target", "REQUIRED")]));
    let expected = [("of", "UNKNOWN_PARTNER"), ("total_euro", "REQUIRED"), ("lines", "REQUIRED")];
    assert_eq!(violations(&none), fields(&expected));
}

#[tokio::test]
async fn contributions_add_up_and_say_what_staff_falls_short_of() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let ask = |total: &str, weights: Vec<SeekWeight>| {
        let (budget_id, total_euro) = (budget.budget_id.clone(), total.to_owned());
        let mut client = house.goal_seek(officer());
        async move { client.seek_contributions(SeekContributionsRequest { budget_id, total_euro, weights }).await }
    };

    let present = ask("", Vec::new()).await.unwrap().into_inner();
    let weights = vec![weight("ocmw-temse", "2"), weight("ocmw-stekene", "1")];
    let other = ask("100.00", weights).await.unwrap().into_inner();
    let wrong = vec![weight("arktos", "1"), weight("ocmw-temse", "-1"), weight("", "")];
    let wrong = ask("1", wrong).await.unwrap_err();
    let zero = ask("1", vec![weight("ocmw-temse", "0")]).await.unwrap_err();

    assert_eq!(present.total, euro("74585.83"));
    let lokeren = &present.contributions[0];
    assert_eq!(
        (lokeren.partner.as_str(), lokeren.from, lokeren.to),
        ("ocmw-lokeren", euro("28473.93"), euro("28473.94"))
    );
    assert_eq!((lokeren.staff, lokeren.staff_with_flat_rate), (euro("20337.48"), euro("28472.47")));
    assert_eq!(lokeren.difference, euro("1.47"));
    assert_eq!(present.contributions.iter().map(|one| one.to.unwrap().cents).sum::<i64>(), 7_458_583);
    let parts: Vec<_> = other.contributions.iter().map(|one| one.to).collect();
    assert_eq!(parts, [euro("66.67"), euro("33.33")]);
    let expected = [
        ("weights[0].of", "NOT_A_LOCAL_AUTHORITY"),
        ("weights[1].weight", "WEIGHT_NEGATIVE"),
        ("weights[2].of", "REQUIRED"),
        ("weights[2].weight", "REQUIRED"),
    ];
    assert_eq!(violations(&wrong), fields(&expected));
    assert_eq!(violations(&zero), fields(&[("weights", "WEIGHTS_ZERO")]));
}

#[tokio::test]
async fn what_is_left_of_a_total_is_split_over_the_sources_that_change() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let ask = |component: &str, total: &str, weights: Vec<SeekWeight>| {
        let (budget_id, component) = (budget.budget_id.clone(), component.to_owned());
        let total_euro = total.to_owned();
        let mut client = house.goal_seek(officer());
        async move { client.seek_funding(SeekFundingRequest { budget_id, component, total_euro, weights }).await }
    };

    let split = ask("operation", "497191.70", vec![weight("esf", "4"), weight("vcf", "3")])
        .await
        .unwrap()
        .into_inner();
    let all = ask("support", "", Vec::new()).await.unwrap().into_inner();
    let staff = ask("operation", "423000.00", vec![weight("local", "1")]).await.unwrap().into_inner();
    let short = ask("operation", "1.00", vec![weight("esf", "1")]).await.unwrap_err();
    let wrong =
        ask("nowhere", "", vec![weight("esf", "1"), weight("esf", "1"), weight("kanarie", "1")]).await;

    let parts: Vec<_> = split.lines.iter().map(|one| (one.source.as_str(), one.to)).collect();
    assert_eq!(parts, [("esf", euro("198868.59")), ("vcf", euro("149151.45"))]);
    assert_eq!(all.total, euro("55682.59"));
    assert!(all.lines.iter().all(|one| one.from == one.to), "it adds up already");
    assert!(staff.lines[0].below_in_kind, "less than its staff in kind: {staff:?}");
    assert_eq!(violations(&short), fields(&[("total_euro", "TOTAL_BELOW_KEPT")]));
    let expected = [
        ("component", "UNKNOWN_COMPONENT"),
        ("weights[1].of", "REPEATED"),
        ("weights[2].of", "UNKNOWN_SOURCE"),
    ];
    assert_eq!(violations(&wrong.unwrap_err()), fields(&expected));
}

#[tokio::test]
async fn only_the_officer_of_the_programme_seeks() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let hours = || question(&budget, SeekTarget::Project, "", "1.00", &[("r01", "")]);
    let contributions = || SeekContributionsRequest {
        budget_id: budget.budget_id.clone(),
        ..SeekContributionsRequest::default()
    };
    let funding = || SeekFundingRequest {
        budget_id: budget.budget_id.clone(),
        component: "operation".to_owned(),
        ..SeekFundingRequest::default()
    };
    let auditor = worker(0xa0, vec![mandate(Role::Auditor, Scope::Programme, Some(PROGRAMME))]);
    let own = worker(0xa1, vec![mandate(Role::FinanceOfficer, Scope::Organisation, Some(PROGRAMME))]);

    for (caller, code) in [
        (board(), Code::PermissionDenied),
        (auditor, Code::PermissionDenied),
        (own, Code::PermissionDenied),
        (Caller::anonymous(), Code::Unauthenticated),
        (stranger(), Code::NotFound),
    ] {
        let client = || house.goal_seek(caller.clone());
        assert_eq!(client().seek_hours(hours()).await.unwrap_err().code(), code);
        assert_eq!(client().seek_contributions(contributions()).await.unwrap_err().code(), code);
        assert_eq!(client().seek_funding(funding()).await.unwrap_err().code(), code);
    }
    let refused = house.goal_seek(stranger()).seek_hours(hours()).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "BUDGET_NOT_FOUND"));
    let read = "select count(*) from chassis.audit where action like '%/SeekHours' and purpose = 'finance'";
    house.seek(hours()).await.unwrap();
    assert_eq!(house.count(read).await, 1);
}
