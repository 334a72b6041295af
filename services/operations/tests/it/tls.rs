//! Operations among services that speak TLS, all with certificates of one authority.

use std::net::SocketAddr;
use std::time::Duration;

use chassis::grpc::{Addresses, patient};
use chassis::process::Service as _;
use chassis::tls::Tls;
use operations::Operations;
use proto::operations::v1::CheckRegionRequest;
use proto::operations::v1::health_service_client::HealthServiceClient;
use testkit::{Authority, TestRegion, eventually, tls_config, tls_section};

use crate::played::Played;
use crate::support::{Choices, Running, key};

#[tokio::test(flavor = "multi_thread")]
async fn operations_asks_and_answers_over_tls_and_follows_a_new_authority() {
    let region = TestRegion::start().await.unwrap();
    let database = region.database(&Operations::migrations()).await.unwrap();
    Authority::new().write(region.folder());
    let tls = tls_config(region.folder());
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let intake = Played::start_with(&region, "intake", any, &tls).await;
    let mut choices = Choices::new(&region, &[]);
    choices.services.insert("intake".to_owned(), format!("https://localhost:{}", intake.address.port()));
    choices.more = tls_section(region.folder());
    let operations = Running::start(&region, &database, &choices).await;
    // As somebody who looks, over a new connection each time. `None` when there is no answer.
    let unreachable = async || {
        let shown = Tls::open(&tls, &operations.tasks).unwrap();
        let addresses = Addresses::parse(&format!("https://{}", operations.address), &shown).unwrap();
        let channel =
            addresses.channel(&addresses.as_given()[0], |endpoint| patient(endpoint, Duration::from_secs(5)));
        let mut client = HealthServiceClient::with_interceptor(channel, region.calls_as_operator().unwrap());
        let health = client.check_region(CheckRegionRequest {}).await.ok()?.into_inner().health?;
        Some(health.findings.iter().any(|finding| key(finding).0 == "SERVICE_UNREACHABLE"))
    };
    let reached = async || (unreachable().await == Some(false)).then_some(());
    eventually("intake is reached", reached).await;

    intake.tasks.finish().await;
    eventually("intake is away", async || (unreachable().await == Some(true)).then_some(())).await;
    Authority::new().write(region.folder());
    let again = Played::start_with(&region, "intake", intake.address, &tls).await;

    eventually("everybody follows", reached).await;
    again.tasks.finish().await;
    operations.tasks.finish().await;
}
