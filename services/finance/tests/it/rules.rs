//! The rules come from the programme file: other files, other figures, without a line of Rust.

use std::path::Path;

use finance::Finance;
use proto::finance::v1::{FlatRateAtLevel, RoundingLevel};
use testkit::TestRegion;

use crate::house::{House, case_funding, case_lines, euro, pair, refusal};

/// A house in a region whose programme file says something else.
async fn house_with(edit: impl Fn(String) -> String) -> House {
    let region = TestRegion::without_broker().await.unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/waasland");
    let to = region.folder().join("region");
    std::fs::create_dir_all(to.join("programmes")).unwrap();
    std::fs::copy(from.join("region.toml"), to.join("region.toml")).unwrap();
    let programme = std::fs::read_to_string(from.join("programmes/waasland-esf.toml")).unwrap();
    std::fs::write(to.join("programmes/waasland-esf.toml"), edit(programme)).unwrap();
    let file = format!("region.file = \"{}\"", to.join("region.toml").display());
    let running = region.run::<Finance>(&file).await.unwrap();
    House { region, running }
}

/// Replaces a text that must be there.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[tokio::test]
async fn rounding_on_the_project_is_a_cent_more_and_is_still_its_components() {
    let house =
        house_with(|file| replaced(&file, "rounding_level = \"component\"", "rounding_level = \"project\""))
            .await;

    let budget = house.waasland().await;

    let project = budget.project.as_ref().unwrap();
    assert_eq!((project.flat_rate, project.total), (euro("157964.08"), euro("552874.27")));
    let parts: Vec<_> = budget.components.iter().map(|one| one.cost.as_ref().unwrap().flat_rate).collect();
    // 142054.764 and 15909.312: the cent that is left goes to the larger remainder.
    assert_eq!(parts, [euro("142054.77"), euro("15909.31")]);
    let holds: Vec<_> =
        budget.flat_rates.iter().filter(|one| one.holds).map(FlatRateAtLevel::level).collect();
    assert_eq!(holds, [RoundingLevel::Project]);
    let open: Vec<_> = budget
        .controls
        .iter()
        .map(|control| (control.of.as_str(), control.difference.unwrap().cents))
        .collect();
    assert_eq!(open, [("operation", -1), ("support", 0), ("project", -1)]);
}

#[tokio::test]
async fn another_factor_cap_and_number_of_decimals_hold_at_once() {
    let house = house_with(|file| {
        let file = replaced(&file, "factor = \"0.012\"", "factor = \"0.01\"");
        let file = replaced(&file, "hour_decimals = 3", "hour_decimals = 2");
        replaced(&file, "yearly_hours_max = 1720", "yearly_hours_max = 1600")
    })
    .await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let line = |hours: &str| {
        let mut line = case_lines().remove(0);
        hours.clone_into(&mut line.hours);
        line
    };

    let over = house.put(&budget, line("1600.01")).await.unwrap_err();
    let fine = house.put(&budget, line("100.123")).await.unwrap_err();
    let put = house.put(&budget, line("100.12")).await.unwrap();

    assert_eq!(crate::house::violations(&over)[0].1, "HOURS_OVER_CAP");
    assert_eq!(crate::house::violations(&fine)[0].1, "HOURS_DECIMALS");
    assert_eq!((put.lines[0].hourly_rate, put.lines[0].cost), (euro("35.85"), euro("3589.30")));
    assert_eq!(put.lines[0].hours, "100.12");
}

#[tokio::test]
async fn a_programme_that_says_nothing_of_money_has_no_budget() {
    let house = house_with(|file| {
        let begin = file.find("[finance]").unwrap();
        let end = file.find("# --- How long what is kept").unwrap();
        format!("{}{}", &file[..begin], &file[end..])
    })
    .await;

    let refused = house.create(2024, "Aanvraag").await.unwrap_err();

    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "PROGRAMME_WITHOUT_FINANCE"));
}

#[tokio::test]
async fn a_budget_is_never_computed_with_other_rules_than_its_own() {
    let house = House::open().await;
    let budget = house.waasland().await;
    sqlx::query("update budgets set programme_version = 2")
        .execute(&house.running.database.admin)
        .await
        .unwrap();

    let refused = house.fund(&budget, case_funding()).await.unwrap_err();

    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "RULES_MISSING"));
}
