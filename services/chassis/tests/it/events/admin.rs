//! The admin service over the wire, as the `bondgenoot` command calls it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;

use chassis::admin::Admin;
use chassis::caller::Verifier;
use chassis::clock::Clock;
use chassis::config::GrpcConfig;
use chassis::events::{ConsumerHandle, RelayHandle};
use chassis::grpc::{Server, channel, detail};
use proto::admin::v1::admin_service_client::AdminServiceClient;
use proto::admin::v1::{
    ForgetHistoriesRequest, GetStatusRequest, ListConsumedHistoriesRequest, ListParkedRequest,
    ListProducedHistoriesRequest, RaiseEpochRequest, RebuildProjectionsRequest, RedriveParkedRequest,
    RepublishEventsRequest,
};
use testkit::{eventually, worker};
use tonic::service::Routes;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use uuid::Uuid;

use super::stage::{Node, Stage};

type Client = AdminServiceClient<InterceptedService<Channel, chassis::grpc::Authorized>>;

async fn serve(
    stage: &Stage,
    node: &Node,
    relay: Option<RelayHandle>,
    consumer: Option<ConsumerHandle>,
) -> SocketAddr {
    let verifier = Verifier::from_file(&stage.region.keys.caller_keys_file, &stage.region.code).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = GrpcConfig { address, deadline_ms: 30_000, drain_ms: 0 };
    let admin = Admin::new(node.work.clone(), relay, consumer).into_server();
    let server = Server::new(verifier, Clock::new("Europe/Brussels", None).unwrap(), &config);
    server.spawn(Routes::new(admin), address, &node.tasks).await.unwrap()
}

fn client(stage: &Stage, address: SocketAddr) -> Client {
    let channel = channel(&format!("http://{address}"), std::time::Duration::from_secs(30)).unwrap();
    AdminServiceClient::with_interceptor(channel, stage.region.calls_as_operator().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_sees_repairs_and_republishes_and_every_call_is_audited() {
    let stage = Stage::start().await;
    let relay = stage.producer.relay(&stage.broker);
    let mut intake = client(&stage, serve(&stage, &stage.producer, Some(relay.clone()), None).await);
    let mut reporting =
        client(&stage, serve(&stage, &stage.consumer, None, Some(stage.handle.clone())).await);
    let (sick, fine) = (Uuid::now_v7(), Uuid::now_v7());
    stage.producer.tell(sick, "poison").await;
    stage.producer.tell(sick, "behind").await;
    stage.producer.tell(fine, "fine").await;
    stage.until("effects", 1).await;
    stage.until("chassis.pending", 1).await;
    eventually("everything is marked", || async {
        (stage.producer.number("select count(*) from chassis.outbox where published_at is null").await == 0)
            .then_some(())
    })
    .await;

    // Looks.
    let status = intake.get_status(GetStatusRequest {}).await.unwrap().into_inner();
    assert_eq!(
        (status.service.as_str(), status.outbox_unpublished, status.relay_leader, status.consumes),
        ("intake", 0, true, false)
    );
    assert!(status.migration > 0 && status.database_settings.contains_key("fsync"));
    let status = reporting.get_status(GetStatusRequest {}).await.unwrap().into_inner();
    assert_eq!((status.pending, status.parked, status.queue.as_str()), (1, 1, "bondgenoot.reporting"));
    assert!(status.broker_connected);
    let parked = reporting.list_parked(ListParkedRequest::default()).await.unwrap().into_inner().events;
    assert_eq!(parked.len(), 1);
    assert_eq!(
        (parked[0].reason.as_str(), parked[0].held_back, parked[0].aggregate_id.clone()),
        ("POISON", 1, sick.to_string())
    );

    // Repairs.
    stage.script.refuses_poison.store(false, Ordering::SeqCst);
    let redriven = reporting
        .redrive_parked(RedriveParkedRequest { parked_ids: Vec::new(), all: true })
        .await
        .unwrap()
        .into_inner();
    assert_eq!((redriven.applied, redriven.parked_again), (1, 0));
    assert_eq!(stage.story(sick).await, ["poison", "behind"]);

    // Histories agree, page by page.
    let produced = intake
        .list_produced_histories(ListProducedHistoriesRequest { page_size: 1, ..Default::default() })
        .await
        .unwrap()
        .into_inner();
    let next = ListProducedHistoriesRequest { page_size: 1, page_token: produced.next_page_token.clone() };
    let second = intake.list_produced_histories(next).await.unwrap().into_inner();
    assert!(second.next_page_token.is_empty());
    let consumed = ListConsumedHistoriesRequest { producer: "intake".into(), ..Default::default() };
    let consumed = reporting.list_consumed_histories(consumed).await.unwrap().into_inner().histories;
    assert_eq!([produced.histories, second.histories].concat(), consumed);

    // Forgotten and told again.
    let forget = ForgetHistoriesRequest { producer: "intake".into(), aggregate_ids: vec![sick.to_string()] };
    assert_eq!(reporting.forget_histories(forget).await.unwrap().into_inner().forgotten, 1);
    assert_eq!(stage.effects().await, 1);
    let republish = RepublishEventsRequest { since: None, aggregate_ids: vec![sick.to_string()] };
    assert_eq!(intake.republish_events(republish).await.unwrap().into_inner().events, 2);
    stage.until("effects", 3).await;
    let republish =
        RepublishEventsRequest { since: Some(prost_types::Timestamp::default()), aggregate_ids: Vec::new() };
    assert_eq!(intake.republish_events(republish).await.unwrap().into_inner().events, 3);
    eventually("everything is marked again", || async {
        (stage.producer.number("select count(*) from chassis.outbox where published_at is null").await == 0)
            .then_some(())
    })
    .await;
    stage.assert_once_and_in_order().await;

    // Rebuilt.
    let mut rebuild = reporting.rebuild_projections(RebuildProjectionsRequest {}).await.unwrap().into_inner();
    let mut last = None;
    while let Some(message) = rebuild.message().await.unwrap() {
        last = Some(message);
    }
    assert!(last.is_some_and(|last| last.done && last.replayed == 3 && last.generation == 2));

    // The epoch counts for the next event, also when another process writes it.
    let epoch =
        intake.raise_epoch(RaiseEpochRequest { reason: "restored".into() }).await.unwrap().into_inner().epoch;
    let purpose: String =
        sqlx::query_scalar("select purpose from chassis.audit where action like '%/RaiseEpoch'")
            .fetch_one(&stage.producer.database.admin)
            .await
            .unwrap();
    assert_eq!(purpose, "internal: restored");
    let other = Node::on(&stage.region, "intake", stage.producer.database.clone()).await;
    other.tell(fine, "after the restore").await;
    assert_eq!(stage.producer.number("select max(epoch) from chassis.outbox").await, epoch);
    stage.until("effects", 4).await;

    let audited: Vec<String> =
        sqlx::query_scalar("select distinct action from chassis.audit where principal = 'operator'")
            .fetch_all(&stage.consumer.database.admin)
            .await
            .unwrap();
    for rpc in [
        "GetStatus",
        "ListParked",
        "RedriveParked",
        "ListConsumedHistories",
        "ForgetHistories",
        "RebuildProjections",
    ] {
        assert!(audited.iter().any(|action| action.ends_with(rpc)), "{rpc} left no audit row");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_may_not_and_wrong_fields_are_named() {
    let stage = Stage::start().await;
    let address = serve(&stage, &stage.consumer, None, Some(stage.handle.clone())).await;
    let mut operator = client(&stage, address);
    let channel = channel(&format!("http://{address}"), std::time::Duration::from_secs(30)).unwrap();
    let caller = worker(5, Vec::new());
    let mut coach = AdminServiceClient::with_interceptor(channel, stage.region.calls_as(caller).unwrap());

    let refused = coach.get_status(GetStatusRequest {}).await.unwrap_err();
    let wrong = operator
        .redrive_parked(RedriveParkedRequest { parked_ids: vec!["x".into()], all: false })
        .await
        .unwrap_err();

    assert_eq!(refused.code(), tonic::Code::PermissionDenied);
    let wrong = detail(&wrong).unwrap();
    assert_eq!((wrong.reason.as_str(), wrong.violations[0].field.as_str()), ("INVALID_FIELDS", "parked_ids"));
}
