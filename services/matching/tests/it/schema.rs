//! What the migrations made.

use crate::house::House;

async fn names(house: &House, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(&house.running.database.admin).await.unwrap()
}

#[tokio::test]
async fn every_table_is_under_row_level_security_and_explained() {
    let house = House::open().await;

    let open = names(
        &house,
        r"select relname::text from pg_class
          where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like '\_%'
            and (not relrowsecurity or obj_description(oid, 'pg_class') is null
                 or not exists (select from pg_policy where polrelid = pg_class.oid))",
    )
    .await;

    assert_eq!(open, Vec::<String>::new());
}

#[tokio::test]
async fn every_constraint_and_index_has_a_name_we_chose() {
    let house = House::open().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let migrations: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();

    let made = names(
        &house,
        r"select conname::text from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like '\_%'
          union select indexname from pg_indexes where schemaname = 'public' and tablename not like '\_%'",
    )
    .await;

    assert!(made.len() > 40, "{}", made.len());
    for name in made {
        assert!(migrations.contains(&name), "{name} is not written in any migration");
    }
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

    let kinds = names(&house, "select kind || ' ' || code from file_versions order by 1").await;

    assert!(
        kinds.contains(&"programme waasland-esf".to_owned()) && kinds.contains(&"region waasland".to_owned())
    );
    assert_eq!(house.count("programmes where programme = 'waasland-esf'").await, 1);
}
