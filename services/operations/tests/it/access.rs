//! Who may see the health of the region.

use chassis::caller::{Caller, Role, Scope};
use proto::operations::v1::{CheckRegionRequest, GetRegionHealthRequest, ListFindingsRequest};
use sqlx::Connection as _;
use tonic::Code;

use crate::support::{Scene, administrator};

#[tokio::test(flavor = "multi_thread")]
async fn administrators_read_operators_check_and_nobody_else_does_either() {
    let scene = Scene::start().await;
    let as_worker = |caller: Caller| scene.operations.client(scene.region.calls_as(caller).unwrap());

    let mut allowed = as_worker(administrator());
    let health =
        allowed.get_region_health(GetRegionHealthRequest {}).await.unwrap().into_inner().health.unwrap();
    assert_eq!(health.services.len(), 2);
    assert_eq!(allowed.check_region(CheckRegionRequest {}).await.unwrap_err().code(), Code::PermissionDenied);

    for denied in [
        testkit::worker(8, vec![testkit::mandate(Role::Coach, Scope::Region, None)]),
        testkit::worker(
            9,
            vec![testkit::mandate(Role::Administrator, Scope::Programme, Some("waasland-esf"))],
        ),
    ] {
        let mut client = as_worker(denied);
        assert_eq!(
            client.get_region_health(GetRegionHealthRequest {}).await.unwrap_err().code(),
            Code::PermissionDenied
        );
        assert_eq!(
            client.list_findings(ListFindingsRequest::default()).await.unwrap_err().code(),
            Code::PermissionDenied
        );
    }
    let mut operator = scene.operations.client(scene.region.calls_as_operator().unwrap());
    operator.check_region(CheckRegionRequest {}).await.unwrap();
    assert_eq!(
        operator.list_findings(ListFindingsRequest::default()).await.unwrap_err().code(),
        Code::PermissionDenied
    );

    let audited: Vec<String> =
        sqlx::query_scalar("select action from chassis.audit where principal = 'worker'")
            .fetch_all(&scene.database.admin)
            .await
            .unwrap();
    assert_eq!(audited, ["/bondgenoot.operations.v1.HealthService/GetRegionHealth"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runtime_role_sees_findings_only_on_behalf_of_operators_and_administrators() {
    let scene = Scene::start().await;
    scene.intake.says(|said| said.status.parked = 1);
    scene.finds(&[("EVENTS_PARKED", "intake")]).await;
    let mut connection = sqlx::PgConnection::connect(&scene.database.runtime_url).await.unwrap();

    for (settings, visible) in [
        ("", false),
        ("set app.principal = 'operator'", true),
        ("set app.principal = 'worker'; set app.scope = 'region'; set app.purpose = 'operations'", true),
        ("set app.principal = 'worker'; set app.scope = 'programme'; set app.purpose = 'operations'", false),
        ("set app.principal = 'worker'; set app.scope = 'region'; set app.purpose = 'intake'", false),
        ("set app.principal = ''; set app.scope = ''", false),
    ] {
        sqlx::raw_sql(settings).execute(&mut connection).await.unwrap();
        let seen: bool = sqlx::query_scalar("select exists (select 1 from findings)")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(seen, visible, "{settings}");
    }
    let cut =
        sqlx::raw_sql("set app.principal = 'operator'; delete from findings").execute(&mut connection).await;
    assert!(cut.unwrap_err().to_string().contains("permission denied"), "history is not removed");
}
