//! What the migrations made.

use testkit::schema;

use crate::house::House;

#[tokio::test]
async fn every_table_is_under_row_level_security_and_explained() {
    let house = House::open().await;

    schema::check_tables(&house.running.database.admin, 8).await;
}

#[tokio::test]
async fn every_constraint_and_index_has_a_name_we_chose() {
    let house = House::open().await;

    schema::check_names(&house.running.database.admin, env!("CARGO_MANIFEST_DIR"), 41).await;
}

#[tokio::test]
async fn the_constraints_that_the_code_names_exist() {
    let house = House::open().await;

    for name in
        ["worker_keys_pkey", "matches_one_open_idx", "person_keys_pkey", "waiting_pkey", "capacities_pkey"]
    {
        assert_eq!(house.count(&format!("pg_indexes where indexname = '{name}'")).await, 1, "{name}");
    }
}

#[tokio::test]
async fn the_files_it_works_under_are_stored_by_hash_and_programmes_have_their_row() {
    let house = House::open().await;

    let kinds = schema::names(
        &house.running.database.admin,
        "select kind || ' ' || code from file_versions order by 1",
    )
    .await;

    assert!(
        kinds.contains(&"programme waasland-esf".to_owned()) && kinds.contains(&"region waasland".to_owned())
    );
    assert_eq!(house.count("programmes where programme = 'waasland-esf'").await, 1);
}
