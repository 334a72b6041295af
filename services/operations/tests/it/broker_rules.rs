//! Rules over what the broker says, with a real broker.

use proto::operations::v1::Severity;
use testkit::{Authority, TlsProxy};

use crate::support::{EXCHANGE, QUEUE, Running, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_over_queues_opens_when_broken_and_closes_when_mended() {
    let scene = Scene::start().await;
    let broker = &scene.topology;

    broker.publish(QUEUE, 3).await;
    let health = scene.finds(&[("QUEUE_BACKLOG", QUEUE)]).await;
    let queue = health.queues.iter().find(|queue| queue.queue == QUEUE).unwrap();
    assert_eq!((queue.messages, queue.consumers), (3, 1));

    let (consumer, _stream) = broker.consumer.lock().unwrap().take().unwrap();
    consumer.close(200, "done".into()).await.unwrap();
    scene.finds(&[("QUEUE_BACKLOG", QUEUE), ("QUEUE_WITHOUT_CONSUMER", QUEUE)]).await;
    broker.purge(QUEUE).await;
    scene.finds(&[("QUEUE_WITHOUT_CONSUMER", QUEUE)]).await;

    scene.region.servers.management.delete_queue(&scene.region.vhost, QUEUE).await.unwrap();
    let health = scene.finds(&[("QUEUE_WITHOUT_CONSUMER", QUEUE), ("UNROUTABLE_MESSAGES", QUEUE)]).await;
    assert_eq!(health.severity(), Severity::Failure);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_binding_is_found_and_closes_when_it_is_back() {
    let scene = Scene::start().await;
    let event = proto::EVENT_TYPES
        .iter()
        .find(|event| event.producer == "intake" && event.consumers.contains(&"reporting"))
        .unwrap();
    let key = format!("{}.{}", event.producer, event.aggregate);

    let channel = &scene.topology.channel;
    channel
        .queue_unbind(QUEUE.into(), EXCHANGE.into(), key.as_str().into(), Default::default())
        .await
        .unwrap();
    let health = scene.finds(&[("UNROUTABLE_MESSAGES", QUEUE)]).await;
    assert!(health.findings[0].message.contains(&key), "{}", health.findings[0].message);

    scene.topology.bind(&key).await;
    scene.finds(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_and_messages_without_destination_are_found() {
    let scene = Scene::start().await;
    let broker = &scene.topology;
    for (queue, code) in
        [("bondgenoot.reporting.dead", "DEAD_LETTERS"), ("bondgenoot.unroutable", "UNROUTABLE_MESSAGES")]
    {
        broker.queue(queue).await;
        scene.finds(&[]).await;
        broker.publish(queue, 1).await;
        scene.finds(&[(code, queue)]).await;
        broker.purge(queue).await;
        scene.finds(&[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_does_not_answer_is_a_warning_until_services_miss_it_too() {
    let scene = Scene::start().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut choices = scene.choices();
    choices.management_url = format!("http://guest:guest@{nobody}");
    let database = scene
        .region
        .database(&<operations::Operations as chassis::process::Service>::migrations())
        .await
        .unwrap();
    let operations = Running::start(&scene.region, &database, &choices).await;

    let health = operations.finds(&scene.region, &[("BROKER_UNREACHABLE", "broker")]).await;
    assert_eq!(health.severity(), Severity::Warning);
    let id = health.findings[0].finding_id.clone();

    for played in [&scene.intake, &scene.reporting] {
        played.says(|said| said.status.broker_connected = false);
    }
    let everybody = ["broker", "intake", "reporting"].map(|subject| ("BROKER_UNREACHABLE", subject));
    let health = operations.finds(&scene.region, &everybody).await;
    assert!(health.findings.iter().all(|finding| finding.severity() == Severity::Failure));
    assert!(
        health.findings.iter().any(|finding| finding.finding_id == id),
        "it became worse, it is not another one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_management_api_is_asked_over_tls_with_certificates_and_a_password_that_may_change() {
    let scene = Scene::start().await;
    let (right, wrong) = (Authority::new(), Authority::new());
    let (_, rest) = scene.region.servers.management_url.split_once("://").unwrap();
    let (user, host) = rest.trim_end_matches('/').split_once('@').unwrap();
    let (user, password) = user.split_once(':').unwrap();
    let proxy = TlsProxy::start(&right, host.to_owned()).await;
    let folder = scene.region.folder();
    let (ca_file, password_file) = (folder.join("management-ca.crt"), folder.join("management-password"));
    let mut choices = scene.choices();
    choices.management_url = format!("https://{user}@localhost:{}", proxy.address.port());
    choices.more = format!(
        "[broker]\nca_file = \"{}\"\npassword_file = \"{}\"",
        ca_file.display(),
        password_file.display()
    );
    let database = scene
        .region
        .database(&<operations::Operations as chassis::process::Service>::migrations())
        .await
        .unwrap();
    let refused = async || {
        let error = Running::try_start(&scene.region, &database, &choices).await.unwrap_err();
        format!("{error:#}")
    };

    assert!(refused().await.contains("broker.ca_file"));
    std::fs::write(&ca_file, "kanarie").unwrap();
    assert!(refused().await.contains("broker.ca_file holds no certificate"));
    std::fs::write(&ca_file, wrong.pem()).unwrap();
    assert!(refused().await.contains("broker.password_file"));
    std::fs::write(&password_file, "kanarie\n").unwrap();
    let operations = Running::start(&scene.region, &database, &choices).await;
    operations.finds(&scene.region, &[("BROKER_UNREACHABLE", "broker")]).await;

    // The password first: with the wrong certificates it would not even be asked for.
    std::fs::write(&password_file, format!("{password}\n")).unwrap();
    std::fs::write(&ca_file, right.pem()).unwrap();
    operations.finds(&scene.region, &[]).await;
    std::fs::write(&password_file, "kanarie\n").unwrap();
    operations.finds(&scene.region, &[("BROKER_UNREACHABLE", "broker")]).await;
    std::fs::write(&password_file, format!("{password}\n")).unwrap();
    operations.finds(&scene.region, &[]).await;
}
