//! The term through the door: the plan, a contradiction and its decision, what may be approved, and looking ahead.

use std::path::Path;

use chassis::caller::Caller;
use finance::Finance;
use proto::finance::v1::term_service_client::TermServiceClient;
use proto::finance::v1::{
    DecideTermReadingRequest, ForecastTermRequest, ForecastTermResponse, GetTermPlanRequest, TermPlan,
    TermReading,
};
use testkit::TestRegion;
use tonic::{Code, Status};

use crate::desk::{coach, of_programme};
use crate::house::{
    House, PROGRAMME, board, euro, fields, funding_line, line, officer, pair, refusal, stranger, told,
    violations, with_this_key,
};

impl House {
    /// A house whose programme is a call for units at so much a year, with a total that contradicts itself.
    async fn of_a_call() -> Self {
        let region = TestRegion::without_broker().await.unwrap();
        let folder = region.folder().join("call");
        copy(testkit::region_file().parent().unwrap(), &folder);
        let file = folder.join("programmes/waasland-esf.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let changed = text
            .replace("budget_euro = \"3200811.43\"", "")
            .replace("budget_euro = \"2983433.01\"", "")
            .replace("budget_euro = \"217378.42\"", "")
            .replace("years = 6", "years = 2")
            .replace(
                "[finance.hourly_rate]",
                "[finance.grant]\nwhat = \"halftijdse coördinator\"\nunits = 6\neuro_per_year = \"45000\"\n\
                 stated_total_euro = \"270000\"\n\n[finance.hourly_rate]",
            );
        assert_ne!(text, changed);
        std::fs::write(&file, changed).unwrap();
        let settings = format!("[region]\nfile = \"{}\"", folder.join("region.toml").display());
        let running = region.run::<Finance>(&settings).await.unwrap();
        Self { region, running }
    }

    async fn plan_as(&self, caller: Caller) -> Result<TermPlan, Status> {
        let mut client = TermServiceClient::new(
            self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap(),
        );
        let request = GetTermPlanRequest { programme: PROGRAMME.to_owned() };
        Ok(client.get_term_plan(request).await?.into_inner().plan.unwrap())
    }

    async fn decide_as(
        &self,
        caller: Caller,
        reading: TermReading,
        reason: &str,
        key: &str,
    ) -> Result<TermPlan, Status> {
        let mut client = TermServiceClient::new(
            self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap(),
        );
        let request = DecideTermReadingRequest {
            programme: PROGRAMME.to_owned(),
            reading: reading.into(),
            reason: reason.to_owned(),
        };
        Ok(client.decide_term_reading(with_this_key(request, key)).await?.into_inner().plan.unwrap())
    }

    async fn forecast_as(
        &self,
        caller: Caller,
        request: ForecastTermRequest,
    ) -> Result<ForecastTermResponse, Status> {
        let mut client = TermServiceClient::new(
            self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap(),
        );
        Ok(client.forecast_term(request).await?.into_inner())
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::write(target, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

fn scenario(budget_id: &str, percent: &str) -> ForecastTermRequest {
    ForecastTermRequest {
        budget_id: budget_id.to_owned(),
        index_percent: percent.to_owned(),
        first_step: "2025-01".to_owned(),
        vacancies_from: String::new(),
    }
}

#[tokio::test]
async fn the_plan_of_waasland_has_the_amounts_of_the_sources() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let drafted = house.plan_as(board()).await.unwrap();
    let operation = &drafted.readings[0].parts[1].years[0];
    assert_eq!((operation.approved, operation.drafted), (euro("0"), euro("497191.67")));

    house.approve(&budget).await.unwrap();

    let plan = house.plan_as(board()).await.unwrap();
    assert_eq!((plan.first_year, plan.last_year, plan.readings.len()), (2024, 2029, 1));
    let [whole, operation, support] = plan.readings[0].parts.as_slice() else { panic!("{plan:?}") };
    assert_eq!(whole.total, euro("3200811.43"));
    let first = &operation.years[0];
    assert_eq!((first.maximum_exact.as_str(), first.room_exact.as_str()), ("497238.835", "47.165"));
    assert_eq!((first.maximum, first.room), (euro("497238.84"), euro("47.17")));
    assert_eq!(support.left, euro("161695.83"));
    assert_eq!(
        (support.left_per_open_year, support.left_per_open_year_exact.as_str()),
        (euro("32339.17"), "32339.166")
    );
}

#[tokio::test]
async fn a_contradictory_call_is_shown_both_ways_until_the_officer_decides_and_again_when_that_is_taken_back()
{
    let house = House::of_a_call().await;
    let totals = |plan: &TermPlan| -> Vec<_> {
        plan.readings.iter().map(|one| (one.reading(), one.total, one.formula.clone())).collect()
    };
    let both = [
        (TermReading::EveryYear, euro("540000"), "6 x 45000 x 2".to_owned()),
        (TermReading::StatedTotal, euro("270000"), "6 x 45000".to_owned()),
    ];
    assert_eq!(totals(&house.plan_as(officer()).await.unwrap()), both);

    let reason = "Brief van de overheid van 3 maart";
    let decided = house.decide_as(officer(), TermReading::EveryYear, reason, "first").await.unwrap();
    assert_eq!(totals(&decided), both[..1]);
    let decision = decided.decision.clone().unwrap();
    assert_eq!((decision.reading(), decision.reason.as_str()), (TermReading::EveryYear, reason));
    assert!(decision.decided_at.is_some() && !decision.decided_by.is_empty());
    let again = house.decide_as(officer(), TermReading::EveryYear, reason, "first").await.unwrap();
    assert_eq!(again, decided, "the same key decides once");
    assert_eq!(house.count("select count(*) from term_readings").await, 1);

    let back =
        house.decide_as(officer(), TermReading::Unspecified, "Toch niet zeker", "second").await.unwrap();
    assert_eq!(totals(&back), both);
    assert_eq!(house.count("select count(*) from term_readings").await, 2);
}

#[tokio::test]
async fn a_decision_needs_a_reason_a_reading_and_something_to_decide() {
    let house = House::open().await;
    let refused = house.decide_as(officer(), TermReading::EveryYear, "Omdat", "k").await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "NOTHING_TO_DECIDE"));
    let refused = house.decide_as(officer(), TermReading::EveryYear, " ", "k").await.unwrap_err();
    assert_eq!(violations(&refused), fields(&[("reason", "REQUIRED")]));
    assert_eq!(house.count("select count(*) from term_readings").await, 0);
}

#[tokio::test]
async fn approved_budgets_never_need_more_than_the_term_has() {
    let house = House::of_a_call().await;
    // 45 000.00 a month at the factor of 0.012 is 540.00 an hour: 600 hours and 40 % are 453 600.00.
    let budget = house.create(2024, "Oproep").await.unwrap();
    let mut dear = line("r01");
    dear.wage_euro = "45000".to_owned();
    dear.hours = "600".to_owned();
    let budget = house.put(&budget, dear).await.unwrap();
    let mut funding = crate::house::case_funding();
    funding.contributions.clear();
    funding.lines = vec![funding_line("operation", "vcf", "453600.00")];
    let budget = house.fund(&budget, funding).await.unwrap();
    assert_eq!(budget.project.as_ref().unwrap().total, euro("453600"));

    house.decide_as(officer(), TermReading::StatedTotal, "Brief", "one").await.unwrap();
    let refused = house.approve(&budget).await.unwrap_err();
    let detail = told(&refused);
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "OVER_TERM"));
    let told: Vec<_> = detail.metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(told, [("component", "project"), ("needed_cents", "45360000"), ("total_cents", "27000000")]);
    assert_eq!(house.get(&budget.budget_id).await, budget, "nothing changed");

    house.decide_as(officer(), TermReading::EveryYear, "Nieuwe brief", "two").await.unwrap();
    assert!(house.approve(&budget).await.is_ok());
}

#[tokio::test]
async fn looking_ahead_tells_totals_the_shortfall_and_the_month_in_which_money_runs_out() {
    let house = House::open().await;
    let budget = house.waasland().await;

    let flat = house.forecast_as(officer(), scenario(&budget.budget_id, "0")).await.unwrap();
    assert_eq!(flat.years.len(), 6);
    assert!(flat.years.iter().all(|year| year.cost == euro("552874.26") && year.balance == euro("0")));
    assert_eq!((flat.runs_out.as_str(), flat.cost), ("", euro("3317245.56")));

    let rising = house.forecast_as(officer(), scenario(&budget.budget_id, "2")).await.unwrap();
    let balances: Vec<i64> = rising.years.iter().map(|year| year.balance.unwrap().cents).collect();
    assert_eq!(balances[0], 0);
    assert!(balances.windows(2).all(|pair| pair[1] < pair[0]), "{balances:?}");
    assert!(rising.runs_out.starts_with("2029-"), "{}", rising.runs_out);
    let mut late = scenario(&budget.budget_id, "0");
    late.vacancies_from = "2024-07".to_owned();
    let late = house.forecast_as(officer(), late).await.unwrap();
    assert!(
        late.years[0].cost.unwrap().cents < flat.years[0].cost.unwrap().cents,
        "nobody is recruited in the case"
    );
    assert_eq!(late.years[1], flat.years[1]);
}

#[tokio::test]
async fn a_wrong_scenario_is_refused_with_every_field() {
    let house = House::open().await;
    let wrong = ForecastTermRequest {
        budget_id: "x".to_owned(),
        index_percent: "2,5".to_owned(),
        first_step: "2025-13".to_owned(),
        vacancies_from: "2024-00".to_owned(),
    };

    let refused = house.forecast_as(officer(), wrong).await.unwrap_err();

    let named: Vec<String> = violations(&refused).into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, ["budget_id", "index_percent", "first_step", "vacancies_from"]);
    for percent in ["50.1", "-1", "1.23456"] {
        let mut request = scenario("0193a5c0-1000-7a01-8000-000000000001", percent);
        request.first_step = "2025-01".to_owned();
        let refused = house.forecast_as(officer(), request).await.unwrap_err();
        assert_eq!(violations(&refused), fields(&[("index_percent", "PERCENT_SHAPE")]), "{percent}");
    }
}

#[tokio::test]
async fn the_plan_is_for_who_sees_totals_and_decisions_and_forecasts_are_for_the_officer() {
    use chassis::caller::Role;
    let house = House::of_a_call().await;
    let budget = house.create(2024, "Oproep").await.unwrap();
    for caller in [officer(), board(), of_programme(Role::Coordinator), of_programme(Role::Auditor)] {
        assert!(house.plan_as(caller).await.is_ok());
    }
    for caller in [coach(7), stranger()] {
        let refused = house.plan_as(caller).await.unwrap_err();
        assert!(matches!(refused.code(), Code::PermissionDenied | Code::NotFound), "{refused:?}");
    }
    for caller in
        [board(), of_programme(Role::Coordinator), of_programme(Role::Auditor), coach(7), stranger()]
    {
        let decided =
            house.decide_as(caller.clone(), TermReading::EveryYear, "Omdat", "k").await.unwrap_err();
        assert!(matches!(decided.code(), Code::PermissionDenied | Code::NotFound), "{decided:?}");
        let ahead = house.forecast_as(caller, scenario(&budget.budget_id, "2")).await.unwrap_err();
        assert!(matches!(ahead.code(), Code::PermissionDenied | Code::NotFound), "{ahead:?}");
    }
    assert_eq!(house.count("select count(*) from term_readings").await, 0);
}
