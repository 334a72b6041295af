//! `DifferenceService`: a difference is spread over who pays, or accepted at exactly its amount.

use chassis::caller::Caller;
use chassis::grpc::Authorized;
use proto::finance::v1::difference_service_client::DifferenceServiceClient;
use proto::finance::v1::{
    AcceptDifferenceRequest, Budget, DifferenceSubject, DistributeDifferenceRequest,
    DistributeDifferenceResponse, WithdrawAcceptanceRequest,
};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::house::{
    House, OFFICER, board, case_funding, euro, fields, officer, pair, refusal, stranger, told, violations,
    with_tag, with_this_key,
};

type Client = DifferenceServiceClient<InterceptedService<Channel, Authorized>>;

const REASON: &str = "Afgesproken met de financier op 14 maart";

impl House {
    fn differences(&self, caller: Caller) -> Client {
        let caller = self.region.calls_as(caller).unwrap();
        DifferenceServiceClient::new(self.running.client_channel(caller).unwrap())
    }

    async fn accept_open(
        &self,
        read: &Budget,
        subject: DifferenceSubject,
        reason: &str,
    ) -> Result<Budget, Status> {
        let request = AcceptDifferenceRequest {
            budget_id: read.budget_id.clone(),
            subject: Some(subject),
            reason: reason.to_owned(),
        };
        let request = with_tag(request, &read.etag);
        Ok(self.differences(officer()).accept_difference(request).await?.into_inner().budget.unwrap())
    }

    async fn withdraw(&self, read: &Budget, subject: DifferenceSubject) -> Result<Budget, Status> {
        let request = WithdrawAcceptanceRequest { budget_id: read.budget_id.clone(), subject: Some(subject) };
        let request = with_tag(request, &read.etag);
        Ok(self.differences(officer()).withdraw_acceptance(request).await?.into_inner().budget.unwrap())
    }

    async fn distribute(
        &self,
        read: &Budget,
        component: &str,
        validate_only: bool,
    ) -> Result<DistributeDifferenceResponse, Status> {
        let request = distribution(read, component, validate_only);
        let request = with_tag(request, &read.etag);
        Ok(self.differences(officer()).distribute_difference(request).await?.into_inner())
    }

    /// The case of Waasland with three cents too much for the operation, as its text says.
    async fn three_cents_over(&self) -> Budget {
        let budget = self.waasland().await;
        let mut funding = case_funding();
        let is_vcf = |one: &&mut proto::finance::v1::FundingLineInput| {
            one.component == "operation" && one.source == "vcf"
        };
        "149151.45".clone_into(&mut funding.lines.iter_mut().find(is_vcf).unwrap().amount_euro);
        self.fund(&budget, funding).await.unwrap()
    }
}

fn distribution(read: &Budget, component: &str, validate_only: bool) -> DistributeDifferenceRequest {
    DistributeDifferenceRequest {
        budget_id: read.budget_id.clone(),
        component: component.to_owned(),
        validate_only,
    }
}

fn control(of: &str) -> DifferenceSubject {
    DifferenceSubject { control: of.to_owned(), ..DifferenceSubject::default() }
}

fn finding(code: &str, source: &str) -> DifferenceSubject {
    let (finding, source) = (code.to_owned(), source.to_owned());
    DifferenceSubject { finding, source, ..DifferenceSubject::default() }
}

fn differences(budget: &Budget) -> Vec<i64> {
    budget.controls.iter().map(|control| control.difference.unwrap().cents).collect()
}

#[tokio::test]
async fn open_cents_are_spread_by_the_largest_remainder_first_shown_then_done_and_undone() {
    let house = House::open().await;
    let open = house.three_cents_over().await;

    let shown = house.distribute(&open, "operation", true).await.unwrap();
    assert_eq!(house.get(&open.budget_id).await, open, "nothing was written");
    let done = house.distribute(&open, "operation", false).await.unwrap();

    assert_eq!((shown.budget.is_none(), &shown.lines), (true, &done.lines));
    let budget = done.budget.unwrap();
    assert_eq!(differences(&budget), [0, 0, 0]);
    let off: Vec<_> = done
        .lines
        .iter()
        .map(|one| (one.source.as_str(), one.from.unwrap().cents - one.to.unwrap().cents))
        .collect();
    // By what is paid in money, 198868.59, 149151.45, nothing and 49028.93: 1.50, 1.13, 0 and 0.37 cents.
    assert_eq!(off, [("esf", 2), ("vcf", 1), ("local", 0), ("vdab", 0)]);
    let totals = house.budgets(board()).get_budget_totals(crate::house::totals(&budget)).await.unwrap();
    assert_eq!(totals.into_inner().budget.unwrap().project.unwrap().funding, euro("552874.26"));
    let audited = "select count(*) from chassis.audit where action like '%/DistributeDifference'";
    assert!(house.count(audited).await >= 1);

    let again = house.distribute(&budget, "operation", false).await.unwrap_err();
    assert_eq!(violations(&again), fields(&[("component", "CONTROL_HOLDS")]));
    let undone = house.fund(&budget, case_funding()).await.unwrap();
    assert_eq!(differences(&undone), [0, 0, 0]);
}

#[tokio::test]
async fn what_no_line_can_take_is_not_spread() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let mut funding = case_funding();
    funding.lines.retain(|line| line.component == "support");
    let open = house.fund(&budget, funding).await.unwrap();

    let refused = house.distribute(&open, "operation", false).await.unwrap_err();
    let unknown = house.distribute(&open, "nowhere", true).await.unwrap_err();
    let stale = house.distribute(&budget, "operation", false).await.unwrap_err();

    assert_eq!(violations(&refused), fields(&[("component", "NOT_DISTRIBUTABLE")]));
    assert_eq!(violations(&unknown), fields(&[("component", "UNKNOWN_COMPONENT")]));
    assert_eq!(refusal(&stale), pair("STALE_PRECONDITION", "STALE_ETAG"));
}

#[tokio::test]
async fn a_budget_is_approved_when_every_open_control_is_accepted_at_its_amount() {
    let house = House::open().await;
    let open = house.three_cents_over().await;

    let half = house.accept_open(&open, control("operation"), REASON).await.unwrap();
    let refused = house.approve(&half).await.unwrap_err();
    let both = house.accept_open(&half, control("project"), REASON).await.unwrap();
    let approved = house.approve(&both).await.unwrap();

    assert_eq!(told(&refused).metadata.keys().collect::<Vec<_>>(), ["project"]);
    let one = &approved.acceptances[0];
    assert_eq!(
        (one.subject.clone(), one.amount, one.lapsed),
        (Some(control("operation")), euro("0.03"), false)
    );
    assert_eq!(
        (one.reason.as_str(), one.accepted_by.clone()),
        (REASON, uuid::Uuid::from_u128(OFFICER).to_string())
    );
    assert!(one.accepted_at.is_some());
    assert_eq!(differences(&approved), [3, 0, 3], "what is accepted stays what it is");
    let late = house.withdraw(&approved, control("project")).await.unwrap_err();
    assert_eq!(refusal(&late), pair("FAILED_PRECONDITION", "BUDGET_APPROVED"));
}

#[tokio::test]
async fn an_acceptance_lapses_when_the_amount_changes_and_can_be_withdrawn() {
    let house = House::open().await;
    let open = house.three_cents_over().await;
    let accepted = house.accept_open(&open, control("operation"), REASON).await.unwrap();
    let accepted = house.accept_open(&accepted, control("project"), REASON).await.unwrap();
    let accepted = house.accept_open(&accepted, finding("municipal-sum", "local"), REASON).await.unwrap();

    let mut other = case_funding();
    for line in other.lines.iter_mut().filter(|one| one.component == "operation" && one.source == "vcf") {
        line.amount_euro = "149151.46".to_owned();
    }
    let changed = house.fund(&accepted, other).await.unwrap();
    let lapsed: Vec<bool> = changed.acceptances.iter().map(|one| one.lapsed).collect();
    let refused = house.approve(&changed).await.unwrap_err();
    let again = house.accept_open(&changed, control("operation"), REASON).await.unwrap();
    let withdrawn = house.withdraw(&again, control("project")).await.unwrap();
    let twice = house.withdraw(&withdrawn, control("project")).await.unwrap_err();

    assert_eq!(lapsed, [true, true, false], "the finding is what it was");
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "CONTROLS_NOT_ZERO"));
    assert_eq!(again.acceptances.iter().filter(|one| !one.lapsed).count(), 2);
    assert_eq!(withdrawn.acceptances.len(), 2);
    assert_eq!(refusal(&twice), pair("NOT_FOUND", "ACCEPTANCE_NOT_FOUND"));
    assert_eq!(house.count("select count(*) from acceptances").await, 4, "what was given stays recorded");
    assert_eq!(house.count("select count(*) from acceptances where withdrawn_by is null").await, 2);
}

#[tokio::test]
async fn only_what_is_open_is_accepted_with_a_reason_that_says_something() {
    let house = House::open().await;
    let open = house.three_cents_over().await;

    let short = house.accept_open(&open, control("support"), "ok").await.unwrap_err();
    let none = house.accept_open(&open, DifferenceSubject::default(), "").await.unwrap_err();
    let control_unknown = house.accept_open(&open, control("kanarie"), REASON).await.unwrap_err();
    let finding_unknown =
        house.accept_open(&open, finding("kanarie", ""), &"é".repeat(501)).await.unwrap_err();

    let expected = [("subject.control", "CONTROL_HOLDS"), ("reason", "TOO_SHORT")];
    assert_eq!(violations(&short), fields(&expected));
    assert_eq!(violations(&none), fields(&[("subject", "REQUIRED"), ("reason", "REQUIRED")]));
    assert_eq!(violations(&control_unknown), fields(&[("subject.control", "UNKNOWN_CONTROL")]));
    let expected = [("subject.finding", "UNKNOWN_FINDING"), ("reason", "TOO_LONG")];
    assert_eq!(violations(&finding_unknown), fields(&expected));
    assert_eq!(house.get(&open.budget_id).await, open);
}

#[tokio::test]
async fn others_take_no_way_out_and_a_repeated_key_has_one_effect() {
    let house = House::open().await;
    let open = house.three_cents_over().await;
    let request = || AcceptDifferenceRequest {
        budget_id: open.budget_id.clone(),
        subject: Some(control("operation")),
        reason: REASON.to_owned(),
    };
    let withdrawal = || WithdrawAcceptanceRequest {
        budget_id: open.budget_id.clone(),
        subject: Some(control("operation")),
    };

    for (caller, code) in [
        (board(), Code::PermissionDenied),
        (Caller::anonymous(), Code::Unauthenticated),
        (stranger(), Code::NotFound),
    ] {
        let client = || house.differences(caller.clone());
        let refused = client().accept_difference(with_tag(request(), &open.etag)).await.unwrap_err();
        assert_eq!(refused.code(), code);
        let refused = client().withdraw_acceptance(with_tag(withdrawal(), &open.etag)).await.unwrap_err();
        assert_eq!(refused.code(), code);
        for only in [true, false] {
            let request = with_tag(distribution(&open, "operation", only), &open.etag);
            assert_eq!(client().distribute_difference(request).await.unwrap_err().code(), code);
        }
    }
    assert_eq!(house.get(&open.budget_id).await, open);

    let repeat = || {
        let mut request = with_this_key(request(), "kanarie-1");
        request.metadata_mut().insert("if-match", open.etag.parse().unwrap());
        request
    };
    let first = house.differences(officer()).accept_difference(repeat()).await.unwrap().into_inner();
    let second = house.differences(officer()).accept_difference(repeat()).await.unwrap().into_inner();

    assert_eq!(first, second);
    assert_eq!(house.count("select count(*) from acceptances").await, 1);
}
