//! The services' own ports: messages, frames and bytes that are none.

use std::time::Duration;

use bytes::Bytes;
use chassis::caller::{Caller, Mandate, Principal, Role, Scope, Signer};
use http_body_util::{BodyExt as _, Full};
use local::region_run::Service;
use proto::AccessRule;
use rand::rngs::StdRng;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use tests::harness::RegionUnderTest;
use tests::operator::connect;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tonic::Code;
use tonic::body::Body;
use tonic::transport::Channel;
use tower::ServiceExt as _;

/// Random messages for every method.
const RANDOM: usize = 40;

/// The port of a service, and what it may be asked.
struct Port {
    service: Service,
    channel: Channel,
    packages: &'static [&'static str],
}

fn ports(region: &RegionUnderTest) -> Vec<Port> {
    let port = |service: Service, packages| Port {
        service,
        channel: connect(region, service.name()).unwrap(),
        packages,
    };
    vec![
        port(Service::Intake, &["bondgenoot.intake.", "bondgenoot.admin."]),
        port(Service::Matching, &["bondgenoot.matching.", "bondgenoot.admin."]),
        port(Service::Trajectory, &["bondgenoot.trajectory.", "bondgenoot.admin."]),
        port(Service::Finance, &["bondgenoot.finance.", "bondgenoot.admin."]),
        port(Service::Reporting, &["bondgenoot.reporting.", "bondgenoot.admin."]),
        port(Service::Operations, &["bondgenoot.operations."]),
    ]
}

/// A token that opens the method.
fn token(region: &RegionUnderTest, rule: &AccessRule) -> String {
    let (key, caller) = match rule {
        AccessRule::Public => (&region.local.keys().gateway, Caller::anonymous()),
        AccessRule::Internal { .. } => {
            (&region.local.keys().operator, Caller::principal(Principal::Operator))
        }
        AccessRule::Mandate { roles, .. } => (&region.local.keys().gateway, worker(roles)),
    };
    Signer::from_file(&key.file, &key.id, "waasland").unwrap().sign(&caller, 240).unwrap()
}

fn worker(roles: &[Role]) -> Caller {
    let mandate = |role: &Role| -> Mandate { testkit::mandate(*role, Scope::Region, None) };
    testkit::worker(7, roles.iter().map(mandate).collect())
}

/// A message in its frame.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0][..], &length, message].concat()
}

/// What may be sent as the body of a call, with a name.
fn payloads(random: &mut StdRng) -> Vec<(String, Vec<u8>)> {
    let mut deep = Vec::new();
    for _ in 0..1_000 {
        let length = deep.len();
        let mut outer = vec![0x0a];
        prost::encoding::encode_varint(u64::try_from(length).unwrap(), &mut outer);
        outer.extend(deep);
        deep = outer;
    }
    let mut all: Vec<(String, Vec<u8>)> = [
        ("nothing at all", Vec::new()),
        ("three bytes", vec![0, 0, 0]),
        ("a frame that ends early", vec![0, 0, 0, 0, 200, 1, 2, 3]),
        ("a frame of 4 GB that never comes", vec![0, 255, 255, 255, 255, 1]),
        ("a frame marked as compressed", [&[1][..], &framed(b"kanarie")[1..]].concat()),
        ("a frame with an unknown mark", [&[7][..], &framed(b"kanarie")[1..]].concat()),
        ("two messages where one is expected", [framed(b""), framed(b"")].concat()),
        ("a varint without end", framed(&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255])),
        ("a field of two gigabytes", framed(&[0x0a, 255, 255, 255, 255, 7])),
        ("a text that is not UTF-8", framed(&[0x0a, 3, b'k', 0xff, 0xfe])),
        ("a number where text is expected", framed(&[0x08, 1])),
        ("text where a number is expected", framed(&[0x12, 2, b'k', b'a', 0x1a, 1, b'n', 0x22, 1, b'a'])),
        ("the field number 0", framed(&[0x00, 1])),
        ("a group that never ends", framed(&[0x0b; 500])),
        ("fields nested 1,000 deep", framed(&deep)),
        ("a message of 5 MB", framed(&vec![b'k'; 5 << 20])),
    ]
    .into_iter()
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .collect();
    for number in 0..RANDOM {
        let mut message = vec![0; random.random_range(1..200)];
        random.fill_bytes(&mut message);
        all.push((format!("random message {number}"), framed(&message)));
    }
    all
}

/// Sends all of it to every method. Gives every answer that blames the service.
pub async fn failures(region: &RegionUnderTest) -> Vec<String> {
    let mut failures = Vec::new();
    let mut random = StdRng::seed_from_u64(20_261_122);
    for port in ports(region) {
        let methods: Vec<_> = proto::METHODS
            .iter()
            .filter(|method| {
                port.packages.iter().any(|package| method.path.starts_with(&format!("/{package}")))
            })
            .collect();
        assert!(!methods.is_empty(), "{} has methods", port.service);
        for method in methods {
            let token = token(region, &method.rule);
            for (name, payload) in payloads(&mut random) {
                let answer = call(&port.channel, method.path, &token, payload).await;
                if !matches!(answer, Ok(code) if is_honest(code)) {
                    failures.push(format!("{}: {name}: {answer:?}", method.path));
                }
            }
        }
        for path in [
            "/",
            "/kanarie",
            "/bondgenoot.intake.v1.ReferralService/Kanarie",
            "/bondgenoot.kanarie.v1.X/Y",
            "/..%2f",
        ] {
            let answer = call(&port.channel, path, "kanarie", framed(b"")).await;
            if answer.as_ref().ok() != Some(&Code::Unimplemented) {
                failures.push(format!("{}: the method {path}: {answer:?}", port.service));
            }
        }
        failures.extend(garbage(region, &port).await);
    }
    failures
}

/// Whether a code says the truth about a bad message: everything but "our fault".
fn is_honest(code: Code) -> bool {
    !matches!(code, Code::Internal | Code::Unknown | Code::DataLoss | Code::Unavailable)
}

async fn call(channel: &Channel, path: &str, token: &str, body: Vec<u8>) -> anyhow::Result<Code> {
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", chassis::id::IdGenerator.uuid().to_string())
        .header("if-match", "1")
        .body(Body::new(Full::new(Bytes::from(body))))?;
    let answer = async {
        let response = channel.clone().oneshot(request).await?;
        let (head, body) = response.into_parts();
        let trailers = body.collect().await?.trailers().cloned().unwrap_or_default();
        let code = head.headers.get("grpc-status").or(trailers.get("grpc-status"));
        let code = code.ok_or_else(|| anyhow::anyhow!("an answer without status: {head:?} {trailers:?}"))?;
        Ok(Code::from_bytes(code.as_bytes()))
    };
    tokio::time::timeout(Duration::from_secs(20), answer).await?
}

/// Bytes that are no HTTP/2, then a good call.
async fn garbage(region: &RegionUnderTest, port: &Port) -> Option<String> {
    let address = region.local.state().unwrap().services[port.service.name()].address;
    let mut random = StdRng::seed_from_u64(7);
    let mut noise = vec![0; 4096];
    random.fill_bytes(&mut noise);
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    for bytes in [
        b"GET / HTTP/1.1\r\nHost: kanarie\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03kanarie".to_vec(),
        noise.clone(),
        preface.clone(),
        [preface.clone(), noise].concat(),
        [preface, b"\xff\xff\xff\x01\x05\x00\x00\x00\x01".to_vec()].concat(),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut Vec::new())).await;
    }
    let path = format!("/{}v1.NoService/NoMethod", port.packages[0]);
    let answer = call(&port.channel, &path, "kanarie", framed(b"")).await;
    (answer.as_ref().ok() != Some(&Code::Unimplemented))
        .then(|| format!("{} after garbage: {answer:?}", port.service))
}
