//! What the migrations made.

use testkit::schema;

use crate::house::House;

#[tokio::test]
async fn every_table_is_under_row_level_security_and_explained() {
    let house = House::open().await;

    schema::check_tables(&house.running.database.admin, 21).await;
}

#[tokio::test]
async fn every_constraint_and_index_has_a_name_we_chose() {
    let house = House::open().await;

    schema::check_names(&house.running.database.admin, env!("CARGO_MANIFEST_DIR"), 31).await;
}

#[tokio::test]
async fn the_constraints_that_the_code_names_exist() {
    let house = House::open().await;

    for name in [
        "budgets_name_key",
        "time_sheets_month_key",
        "locked_months_pkey",
        "claims_period_key",
        "claimed_entries_pkey",
        "ledger_entries_reverses_key",
        "purchases_reverses_key",
        "pot_entries_reverses_key",
    ] {
        let query = format!("select count(*) from pg_constraint where conname = '{name}'");
        assert_eq!(house.count(&query).await, 1, "{name}");
    }
}

#[tokio::test]
async fn the_files_it_works_under_are_stored_by_hash() {
    let house = House::open().await;

    let kinds = schema::names(
        &house.running.database.admin,
        "select kind || ' ' || code || ' ' || number from file_versions order by 1",
    )
    .await;

    assert_eq!(kinds, ["programme waasland-esf 1", "region waasland 1"]);
}
