//! TLS between services over real sockets: who is let in, who is believed, and what follows a change of the files.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chassis::caller::Verifier;
use chassis::clock::Clock;
use chassis::config::{GrpcConfig, TlsConfig};
use chassis::grpc::{Addresses, Server, patient};
use chassis::tasks::Tasks;
use chassis::tls::{self, Tls};
use proto::admin::v1::GetStatusRequest;
use proto::admin::v1::admin_service_client::AdminServiceClient;
use tempfile::TempDir;
use testkit::{Authority, TestRegion, eventually, is_answered, tls_config};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::service::Routes;

/// Certificates of an authority in a folder of their own, as a Secret is mounted.
fn mounted(authority: &Authority) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    authority.write(folder.path());
    folder
}

/// Trusts the authority of a folder and shows nothing.
fn nameless(folder: &Path) -> TlsConfig {
    TlsConfig { ca_file: Some(folder.join("ca.crt")), ..TlsConfig::default() }
}

/// A gRPC server and what it needs.
struct Stand {
    address: SocketAddr,
    tasks: Tasks,
    _region: TestRegion,
}

impl Stand {
    async fn serving(config: &TlsConfig) -> Self {
        let region = TestRegion::without_broker().await.unwrap();
        let verifier = Verifier::from_file(&region.keys.caller_keys_file, &region.code).unwrap();
        let clock = Clock::new("Europe/Brussels", None).unwrap();
        let address = "127.0.0.1:0".parse().unwrap();
        let grpc = GrpcConfig { address, deadline_ms: 10_000, drain_ms: 0 };
        let tasks = Tasks::new();
        let tls = Tls::open_for_server(config, &tasks).unwrap();
        let server = Server::new(verifier, clock, &grpc).with_tls(tls);
        let address = server.spawn(Routes::default(), address, &tasks).await.unwrap();
        Self { address, tasks, _region: region }
    }

    fn https(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Opens a client's files, and follows them as long as the server runs.
    fn client(&self, config: &TlsConfig) -> Tls {
        Tls::open(config, &self.tasks).unwrap()
    }

    /// The certificate that a new connection is shown.
    async fn shown(&self, authority: &Authority) -> Option<Vec<u8>> {
        let folder = mounted(authority);
        let client = tls::trusting("x", Some(&folder.path().join("ca.crt"))).unwrap();
        let stream = TcpStream::connect(self.address).await.unwrap();
        let name = "localhost".try_into().unwrap();
        let stream = TlsConnector::from(Arc::clone(&client)).connect(name, stream).await.ok()?;
        Some(stream.get_ref().1.peer_certificates()?.first()?.to_vec())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_shows_a_certificate_of_the_same_authority_is_answered_and_believed() {
    let (ours, foreign) = (Authority::new(), Authority::new());
    let (folder, elsewhere) = (mounted(&ours), mounted(&foreign));
    let stand = Stand::serving(&tls_config(folder.path())).await;
    let https = stand.https();

    assert!(is_answered(&https, &stand.client(&tls_config(folder.path()))).await, "ours");
    let by_number = format!("https://{}", stand.address);
    assert!(is_answered(&by_number, &stand.client(&tls_config(folder.path()))).await, "ours, by its number");

    let http = format!("http://{}", stand.address);
    assert!(!is_answered(&http, &Tls::off()).await, "in clear");
    assert!(!is_answered(&https, &stand.client(&nameless(folder.path()))).await, "without a certificate");
    assert!(
        !is_answered(&https, &stand.client(&nameless(elsewhere.path()))).await,
        "who believes another one"
    );
    let mut stranger = tls_config(elsewhere.path());
    stranger.ca_file = Some(folder.path().join("ca.crt"));
    assert!(!is_answered(&https, &stand.client(&stranger)).await, "who shows a certificate of another one");
    stand.tasks.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_trusts_nobody_shows_its_certificate_to_everybody_and_its_name_counts() {
    let ours = Authority::new();
    let folder = mounted(&ours);
    let mut config = tls_config(folder.path());
    config.ca_file = None;
    let stand = Stand::serving(&config).await;
    let client = stand.client(&nameless(folder.path()));
    assert!(is_answered(&stand.https(), &client).await);

    let (certificate, key) = ours.issue(&["intake.example.org"]);
    std::fs::write(folder.path().join("tls.crt"), certificate).unwrap();
    std::fs::write(folder.path().join("tls.key"), key).unwrap();

    eventually("the certificate is one for another name", || async {
        (!is_answered(&stand.https(), &client).await).then_some(())
    })
    .await;
    stand.tasks.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_certificate_is_shown_to_new_connections_and_old_ones_go_on() {
    let ours = Authority::new();
    let (folder, of_client) = (mounted(&ours), mounted(&ours));
    let mut config = tls_config(folder.path());
    config.ca_file = None;
    let stand = Stand::serving(&config).await;
    let first = stand.shown(&ours).await.unwrap();
    let tls = stand.client(&nameless(of_client.path()));
    let addresses = Addresses::parse(&stand.https(), &tls).unwrap();
    let target = addresses.as_given().remove(0);
    let mut open =
        AdminServiceClient::new(addresses.channel(&target, |it| patient(it, Duration::from_secs(5))));
    let before = open.get_status(GetStatusRequest {}).await.unwrap_err();

    ours.write(folder.path());

    eventually("the new certificate is shown", || async {
        (stand.shown(&ours).await.unwrap() != first).then_some(())
    })
    .await;
    let after = open.get_status(GetStatusRequest {}).await.unwrap_err();
    assert_eq!((before.code(), before.message()), (after.code(), after.message()));
    stand.tasks.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_authority_is_followed_on_both_sides() {
    let (old, new) = (Authority::new(), Authority::new());
    let (of_server, of_client) = (mounted(&old), mounted(&old));
    let stand = Stand::serving(&tls_config(of_server.path())).await;
    let client = stand.client(&tls_config(of_client.path()));
    assert!(is_answered(&stand.https(), &client).await);

    new.write(of_server.path());
    eventually("who is still of the old authority is refused", || async {
        (!is_answered(&stand.https(), &client).await).then_some(())
    })
    .await;

    new.write(of_client.path());
    eventually("the client follows", || async { is_answered(&stand.https(), &client).await.then_some(()) })
        .await;
    stand.tasks.finish().await;
}

#[tokio::test]
async fn that_nobody_listens_can_be_told_from_a_broken_connection() {
    let folder = mounted(&Authority::new());
    let tasks = Tasks::new();
    let tls = Tls::open(&nameless(folder.path()), &tasks).unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let addresses = Addresses::parse(&format!("https://{nobody}"), &tls).unwrap();
    let channel = addresses.channel(&addresses.as_given()[0], |it| patient(it, Duration::from_secs(5)));

    let status = AdminServiceClient::new(channel).get_status(GetStatusRequest {}).await.unwrap_err();

    let mut kinds = Vec::new();
    let mut source = std::error::Error::source(&status);
    while let Some(error) = source {
        kinds.extend(error.downcast_ref::<std::io::Error>().map(std::io::Error::kind));
        source = error.source();
    }
    assert_eq!(kinds, [std::io::ErrorKind::ConnectionRefused], "the gateway sends such a call again");
    tasks.finish().await;
}

#[tokio::test]
async fn settings_and_files_that_cannot_be_used_are_named_with_what_would_be_right() {
    let (ours, other) = (Authority::new(), Authority::new());
    let folder = mounted(&ours);
    let tasks = Tasks::new();
    let right = tls_config(folder.path());
    let refused = |config: &TlsConfig| {
        let error = Tls::open_for_server(config, &tasks).unwrap_err();
        chassis::error::Chain(&error).to_string()
    };
    assert!(Tls::open_for_server(&right, &tasks).is_ok());
    assert!(Tls::open_for_server(&TlsConfig::default(), &tasks).is_ok());

    let lonely = TlsConfig { key_file: None, ..right.clone() };
    let text = refused(&lonely);
    assert!(text.contains("tls.key_file is not; set both"), "{text}");
    let text = refused(&TlsConfig { certificate_file: None, ..right.clone() });
    assert!(text.contains("tls.certificate_file is not"), "{text}");
    let text = refused(&nameless(folder.path()));
    assert!(text.contains("tls.ca_file is set and tls.certificate_file is not"), "{text}");

    let missing = folder.path().join("missing");
    let text = refused(&TlsConfig { key_file: Some(missing), ..right.clone() });
    assert!(text.contains("/missing (tls.key_file) cannot be read"), "{text}");
    let text = refused(&TlsConfig { key_file: right.ca_file.clone(), ..right.clone() });
    assert!(text.contains("(tls.key_file) holds no private key"), "{text}");
    let text = refused(&TlsConfig { certificate_file: right.key_file.clone(), ..right.clone() });
    assert!(text.contains("(tls.certificate_file) holds no certificate"), "{text}");
    let (_, another) = other.issue(&["localhost"]);
    std::fs::write(folder.path().join("other.key"), another).unwrap();
    let text = refused(&TlsConfig { key_file: Some(folder.path().join("other.key")), ..right });
    assert!(text.contains("cannot be used together; name the key"), "{text}");

    let error = Addresses::parse("https://intake:7100", &Tls::off()).unwrap_err().to_string();
    assert!(error.contains("`https://intake:7100`") && error.contains("tls.ca_file"), "{error}");
    let error = chassis::grpc::channel("https://intake:7100", Duration::from_secs(1)).unwrap_err();
    assert!(error.to_string().contains("http://"), "{error}");
    tasks.finish().await;
}
