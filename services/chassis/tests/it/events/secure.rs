//! The broker over TLS with an authority of its own.

use chassis::config::BrokerConfig;
use chassis::events::Consumer;
use testkit::{Authority, TlsProxy, eventually};
use tokio::io::AsyncReadExt as _;
use uuid::Uuid;

use super::stage::{Node, Stage, handlers};

/// The broker's settings for a proxy with TLS before it, and the proxy.
async fn secure(stage: &Stage, authority: &Authority) -> (BrokerConfig, TlsProxy) {
    let (_, rest) = stage.region.servers.amqp_url.split_once("://").unwrap();
    let (user, host) = rest.split_once('@').unwrap();
    let proxy = TlsProxy::start(authority, host.to_owned()).await;
    let url = format!("amqps://{user}@localhost:{}/{}", proxy.address.port(), stage.region.vhost);
    let file = stage.region.folder().join("broker-ca.crt");
    (BrokerConfig { url: url.into(), ca_file: Some(file), ..stage.broker.clone() }, proxy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_go_over_tls_and_a_changed_authority_counts_for_the_next_connection() {
    let stage = Stage::start().await;
    let (old, new) = (Authority::new(), Authority::new());
    let (broker, proxy) = secure(&stage, &old).await;
    let file = broker.ca_file.clone().unwrap();
    std::fs::write(&file, old.pem()).unwrap();
    stage.consumer.tasks.finish().await;
    let node = Node::on(&stage.region, "reporting", stage.consumer.database.clone()).await;
    let handle = Consumer::spawn(&node.work, &broker, handlers(&stage.script));
    stage.producer.relay(&broker);

    stage.producer.tell(Uuid::now_v7(), "over TLS").await;
    stage.until("effects", 1).await;

    // Another authority, which the file does not name yet: nobody connects any more, and what is told waits.
    proxy.show(&new);
    let management = &stage.region.servers.management;
    eventually("the broker cut the connection", || async {
        let _ = management.close_connections(&stage.region.vhost).await;
        (!handle.is_connected()).then_some(())
    })
    .await;
    let refused = proxy.refused();
    stage.producer.tell(Uuid::now_v7(), "while the authority is unknown").await;
    eventually("relay and consumer were turned away", || async {
        let _ = management.close_connections(&stage.region.vhost).await;
        (proxy.refused() > refused + 8).then_some(())
    })
    .await;
    assert!(!handle.is_connected());
    assert_eq!(stage.effects().await, 1);

    std::fs::write(&file, new.pem()).unwrap();
    stage.until("effects", 2).await;
    node.tasks.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amqps_never_speaks_in_clear() {
    let stage = Stage::start().await;
    let file = stage.region.folder().join("broker-ca.crt");
    std::fs::write(&file, Authority::new().pem()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("amqps://guest:guest@{}/{}", listener.local_addr().unwrap(), stage.region.vhost);
    let broker = BrokerConfig { url: url.into(), ca_file: Some(file), ..stage.broker.clone() };
    let node = Node::on(&stage.region, "reporting", stage.consumer.database.clone()).await;

    let _handle = Consumer::spawn(&node.work, &broker, handlers(&stage.script));

    let (mut caller, _) = listener.accept().await.unwrap();
    assert_eq!(
        caller.read_u8().await.unwrap(),
        0x16,
        "a handshake of TLS; in clear it would be the A of AMQP"
    );
    drop(listener);
    node.tasks.finish().await;
}
