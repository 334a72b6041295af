//! The case of Waasland, entered and read through the door.

use prost::Message as _;
use proto::finance::events::v1::{BudgetApproved, SourceTotal};
use proto::finance::v1::BudgetState;

use crate::case::{Case, rows, text};
use crate::house::{House, board, euro, list, officer, totals};

#[tokio::test]
async fn the_case_comes_out_to_the_cent() {
    let house = House::open().await;
    let case = Case::read();

    let entered = house.waasland().await;
    let budget = house.get(&entered.budget_id).await;

    assert_eq!(budget, entered, "what a step answers is what is read");
    for (row, line) in rows().iter().zip(&budget.lines) {
        assert_eq!(line.row, row.fields[0]);
        assert_eq!(
            (line.hourly_rate, line.cost),
            (euro(&row.fields[6]), euro(&row.fields[7])),
            "{}",
            line.row
        );
    }
    assert_eq!(budget.lines.len(), 18);
    let expected = |path: &[&str]| euro(text(&case.expected, path));
    for (place, name) in ["operation", "support"].into_iter().enumerate() {
        let cost = budget.components[place].cost.as_ref().unwrap();
        assert_eq!(budget.components[place].component, name);
        assert_eq!(cost.staff, expected(&["totals", &format!("{name}_staff_cost")]));
        assert_eq!(cost.flat_rate, expected(&["totals", &format!("{name}_flat_rate")]));
        assert_eq!(cost.total, expected(&["totals", &format!("{name}_total")]));
    }
    let project = budget.project.as_ref().unwrap();
    assert_eq!(project.hours, text(&case.expected, &["totals", "hours"]));
    assert_eq!(project.total, expected(&["totals", "project_total"]));
    assert_eq!(budget.cofinancing, expected(&["derived", "cofinancing_total"]));
    for control in &budget.controls {
        assert_eq!(control.difference, expected(&["controls", &control.of]), "{}", control.of);
    }
    let shares = budget.flat_rate_shares.as_ref().unwrap();
    assert_eq!(shares.home, expected(&["flat_rate_split", "home"]));
    assert_eq!(shares.shared, expected(&["flat_rate_split", "shared_pot"]));
    let findings: Vec<(&str, _)> =
        budget.findings.iter().map(|finding| (finding.code.as_str(), finding.amount)).collect();
    let of_the_file: Vec<_> = case.expected["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_table().unwrap())
        .map(|one| (text(one, &["code"]), euro(text(one, &["amount"]))))
        .collect();
    assert_eq!(findings, of_the_file);
}

#[tokio::test]
async fn contributions_are_shown_as_they_were_as_they_are_and_as_they_would_add_up() {
    let house = House::open().await;

    let budget = house.waasland().await;

    let of = |contributions: &[proto::finance::v1::Contribution], partner: &str| {
        contributions.iter().find(|one| one.partner == partner).map(|one| one.amount)
    };
    assert_eq!(of(&budget.contributions, "ocmw-lokeren"), Some(euro("28473.93")));
    assert_eq!(of(&budget.contributions, "ocmw-moerbeke"), Some(euro("2232.76")));
    // Today lies after the merger of 1 January 2025.
    assert_eq!(of(&budget.contributions_today, "ocmw-lokeren"), Some(euro("30706.69")));
    assert_eq!(of(&budget.contributions_today, "ocmw-moerbeke"), None);
    assert_eq!(of(&budget.contributions_corrected, "ocmw-lokeren"), Some(euro("28473.94")));
}

#[tokio::test]
async fn approving_closes_the_budget_and_tells_totals_only() {
    let house = House::open().await;
    let budget = house.waasland().await;

    let approved = house.approve(&budget).await.unwrap();

    assert_eq!(approved.state(), BudgetState::Approved);
    assert!(approved.approved_at.is_some() && !approved.approved_by.is_empty());
    assert_eq!(house.get(&budget.budget_id).await, approved);
    let told: Vec<(String, String, Vec<u8>)> =
        sqlx::query_as("select event_type, aggregate_id::text, payload from chassis.outbox")
            .fetch_all(&house.running.database.admin)
            .await
            .unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].0.as_str(), &told[0].1), ("finance.budget_approved.v1", &budget.budget_id));
    let source = |source: &str, amount| SourceTotal { source: source.to_owned(), amount: euro(amount) };
    assert_eq!(
        BudgetApproved::decode(&*told[0].2).unwrap(),
        BudgetApproved {
            budget_id: budget.budget_id.clone(),
            programme: "waasland-esf".to_owned(),
            programme_version: "1".to_owned(),
            year: 2024,
            staff_cost: euro("394910.19"),
            flat_rate: euro("157964.07"),
            total: euro("552874.26"),
            sources: vec![
                source("esf", "221141.63"),
                source("vcf", "174208.58"),
                source("local", "74585.83"),
                source("vdab", "82938.22"),
            ],
            approved_at: approved.approved_at,
        }
    );
}

#[tokio::test]
async fn a_board_sees_totals_in_the_list_and_by_themselves() {
    let house = House::open().await;
    let budget = house.waasland().await;
    house.create(2025, "Leeg").await.unwrap();

    let shown =
        house.budgets(board()).get_budget_totals(totals(&budget)).await.unwrap().into_inner().budget.unwrap();
    let listed = house.budgets(board()).list_budgets(list()).await.unwrap().into_inner().budgets;

    let project = shown.project.as_ref().unwrap();
    assert_eq!(
        (project.staff, project.flat_rate, project.total, project.funding),
        (euro("394910.19"), euro("157964.07"), euro("552874.26"), euro("552874.26"))
    );
    let support = &shown.components[1];
    assert_eq!((support.component.as_str(), support.total), ("support", euro("55682.59")));
    assert_eq!(listed.len(), 2);
    assert_eq!((listed[0].year, listed[0].components.len()), (2025, 2));
    assert_eq!(listed[1], shown);
    let officer_sees = house.budgets(officer()).list_budgets(list()).await.unwrap().into_inner().budgets;
    assert_eq!(officer_sees, listed);
}
