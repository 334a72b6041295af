//! What the migrations made.

use crate::house::House;

async fn names(house: &House, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(&house.running.database.admin).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_under_row_level_security_and_explained() {
    let house = House::start_on("2024-06-01").await;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_constraint_and_index_has_a_name_we_chose() {
    let house = House::start_on("2024-06-01").await;
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

    let kinds =
        names(&house, "select kind || ' ' || code || ' ' || number from file_versions order by 1").await;

    assert_eq!(kinds, ["programme katrol 1", "region katrol-asse 1"]);
}
