//! What the migrations made.

use testkit::schema;

use crate::house::House;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_under_row_level_security_and_explained() {
    let house = House::start_on("2024-06-01").await;

    schema::check_tables(&house.running.database.admin, 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_constraint_and_index_has_a_name_we_chose() {
    let house = House::start_on("2024-06-01").await;

    schema::check_names(&house.running.database.admin, env!("CARGO_MANIFEST_DIR"), 41).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_constraints_that_the_code_names_exist() {
    let house = House::start_on("2024-06-01").await;

    for name in ["visit_plans_pkey", "visits_catches_up_key"] {
        assert_eq!(house.count(&format!("pg_constraint where conname = '{name}'")).await, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_it_works_under_are_stored_by_hash() {
    let house = House::katrol_on("2025-10-06").await;

    let kinds = schema::names(
        &house.running.database.admin,
        "select kind || ' ' || code || ' ' || number from file_versions order by 1",
    )
    .await;

    assert_eq!(kinds, ["programme katrol 1", "region katrol-asse 1"]);
}
