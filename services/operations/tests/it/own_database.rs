//! Health is told also while the database of operations is away.

use sqlx::AssertSqlSafe;
use testkit::eventually;

use crate::support::{Scene, key};

#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_without_the_own_database_and_findings_are_kept_afterwards() {
    let scene = Scene::start().await;
    let name: String =
        sqlx::query_scalar("select current_database()").fetch_one(&scene.database.admin).await.unwrap();
    let limit = |connections: i32| {
        let (admin, statement) =
            (scene.database.admin.clone(), format!("alter database {name} connection limit {connections}"));
        async move { sqlx::raw_sql(AssertSqlSafe(statement)).execute(&admin).await.unwrap() }
    };
    limit(0).await;
    sqlx::raw_sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'operations_runtime'")
        .execute(&scene.database.admin)
        .await
        .unwrap();

    scene.intake.says(|said| said.status.parked = 1);
    let health = eventually("both findings are told", || async {
        let health = scene.operations.check(&scene.region).await;
        (health.findings.len() == 2).then_some(health)
    })
    .await;
    let mut found: Vec<_> = health.findings.iter().map(|finding| key(finding).0).collect();
    found.sort();
    assert_eq!(found, ["EVENTS_PARKED", "FINDINGS_NOT_KEPT"]);

    limit(-1).await;
    let health = scene.finds(&[("EVENTS_PARKED", "intake")]).await;
    let kept: i64 =
        sqlx::query_scalar("select count(*) from findings where finding_id = $1::uuid and until is null")
            .bind(&health.findings[0].finding_id)
            .fetch_one(&scene.database.admin)
            .await
            .unwrap();
    assert_eq!(kept, 1);
}
