//! `ListExports`, `GetExport`, `ListExportRuns`, and the key that signs.

use chassis::caller::{Caller, Role};
use chassis::grpc::Authorized;
use proto::finance::v1::export_service_client::ExportServiceClient;
use proto::finance::v1::{
    ExportState, ExportSummary, GetExportRequest, ListExportRunsRequest, ListExportsRequest,
};
use ring::signature::{ED25519, UnparsedPublicKey};
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::desk::{coach, of_programme};
use crate::exports::Desk;
use crate::house::{House, PROGRAMME, board, officer, pair, refusal, stranger, violations};

type Client = ExportServiceClient<InterceptedService<Channel, Authorized>>;

fn list() -> ListExportsRequest {
    ListExportsRequest { programme: PROGRAMME.to_owned(), ..ListExportsRequest::default() }
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(ring::digest::digest(&ring::digest::SHA256, bytes))
}

impl House {
    fn exports(&self, caller: Caller) -> Client {
        ExportServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    async fn listed(&self, request: ListExportsRequest) -> Result<Vec<ExportSummary>, Status> {
        Ok(self.exports(officer()).list_exports(request).await?.into_inner().exports)
    }

    /// What an operator learns: period, revision and state.
    async fn runs(&self, only_outstanding: bool) -> Vec<(String, u32, ExportState)> {
        let operator = self.running.client_channel(self.region.calls_as_operator().unwrap()).unwrap();
        let request = ListExportRunsRequest { only_outstanding, ..ListExportRunsRequest::default() };
        let answer = ExportServiceClient::new(operator).list_export_runs(request).await.unwrap().into_inner();
        let shown = answer.runs.into_iter();
        shown.map(|run| (run.period.clone(), run.revision, run.state())).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_export_is_is_told_before_and_after_it_is_made() {
    let desk = Desk::open().await;
    let house = &desk.house;
    assert_eq!(house.listed(list()).await.unwrap(), []);
    assert_eq!(house.runs(true).await, [("2024-Q1".to_owned(), 1, ExportState::Due)]);

    desk.told(&[]);

    assert_eq!(house.runs(true).await, []);
    assert_eq!(house.runs(false).await, [("2024-Q1".to_owned(), 1, ExportState::Published)]);
    let listed = house.listed(list()).await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].state(), listed[0].folder.as_str()),
        (1, ExportState::Published, "waasland-esf-2024-Q1-r1")
    );
    assert!(listed[0].published_at.is_some());
    let request = GetExportRequest { export_id: listed[0].export_id.clone() };
    for caller in [officer(), of_programme(Role::Auditor)] {
        let answer = house.exports(caller).get_export(request.clone()).await.unwrap().into_inner();
        let export = answer.export.unwrap();
        assert_eq!(export.summary.as_ref(), Some(&listed[0]));
        let files = desk.files();
        assert_eq!(export.manifest.as_bytes(), files["manifest.json"]);
        assert_eq!(export.manifest_sha256, digest(&files["manifest.json"]));
        assert_eq!(export.files.len() + 2, files.len());
        for file in &export.files {
            assert_eq!(file.sha256, digest(&files[&file.name]), "{}", file.name);
            assert_eq!(usize::try_from(file.bytes).unwrap(), files[&file.name].len());
        }
        let hours = export.files.iter().find(|file| file.name == "time_sheets.csv").unwrap();
        assert_eq!(
            (hours.rows, hours.sums[0].column.as_str(), hours.sums[0].sum.as_str()),
            (4, "Minuten", "746")
        );
        assert_eq!((export.rules.len(), export.rules[0].version.as_str()), (1, "1"));
    }

    // A correction is an export of its own, and a page of one row has a next one.
    let revised = house.revise(&desk.claim).await.unwrap();
    house.submit(&house.validate(&revised).await.unwrap()).await.unwrap();
    assert_eq!(house.runs(true).await, [("2024-Q1".to_owned(), 2, ExportState::Due)]);
    desk.told(&[]);
    let first = ListExportsRequest { page_size: 1, ..list() };
    let page = house.exports(officer()).list_exports(first.clone()).await.unwrap().into_inner();
    assert_eq!((page.exports.len(), page.exports[0].revision), (1, 2));
    let next = ListExportsRequest { page_token: page.next_page_token, ..first };
    assert_eq!(house.listed(next).await.unwrap(), listed);
    let of = |period: &str| ListExportsRequest { period: period.to_owned(), ..list() };
    assert_eq!(house.listed(of("2024-Q1")).await.unwrap().len(), 2);
    assert_eq!(house.listed(of("2024-Q2")).await.unwrap(), []);
    assert_eq!(house.listed(of("2024")).await.unwrap(), []);
    for wrong in ["2024-Q5", "2024-01", "kanarie", "24"] {
        assert_eq!(violations(&house.listed(of(wrong)).await.unwrap_err()), [pair("period", "CLAIM_PERIOD")]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exports_are_for_officer_auditor_and_in_part_for_operators() {
    let desk = Desk::open().await;
    desk.told(&[]);
    let house = &desk.house;
    let request = GetExportRequest { export_id: house.listed(list()).await.unwrap()[0].export_id.clone() };

    for caller in [board(), coach(0xc0ac), of_programme(Role::Coordinator)] {
        let refused = house.exports(caller.clone()).get_export(request.clone()).await.unwrap_err();
        assert_eq!(refusal(&refused), pair("PERMISSION_DENIED", "NO_MANDATE"));
        let refused = house.exports(caller).list_exports(list()).await.unwrap_err();
        assert_eq!(refusal(&refused), pair("PERMISSION_DENIED", "NO_MANDATE"));
    }
    let refused = house.exports(stranger()).get_export(request.clone()).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "EXPORT_NOT_FOUND"));
    let refused = house.exports(stranger()).list_exports(list()).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "PROGRAMME_NOT_FOUND"));
    let nobody = GetExportRequest { export_id: uuid::Uuid::from_u128(7).to_string() };
    let refused = house.exports(officer()).get_export(nobody).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "EXPORT_NOT_FOUND"));

    // Runs are the operator's, and nothing else is.
    let refused = house.exports(officer()).list_export_runs(ListExportRunsRequest::default()).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::PermissionDenied);
    let operator = house.running.client_channel(house.region.calls_as_operator().unwrap()).unwrap();
    let refused = ExportServiceClient::new(operator).get_export(request).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::PermissionDenied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_made_signs_and_is_never_overwritten() {
    let desk = Desk::open().await;
    let folder = desk.folder.path().join("keys");
    let make = || desk.program().arg("export-key").arg(&folder).output().unwrap();

    assert!(make().status.success());
    let secret = folder.join("export-key.pem");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&secret).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read(&secret).unwrap();
    assert!(!make().status.success(), "an older key is kept");
    assert_eq!(std::fs::read(&secret).unwrap(), before);
    assert!(!desk.program().arg("export-key").output().unwrap().status.success());

    std::fs::copy(&secret, desk.folder.path().join("export.pem")).unwrap();
    desk.told(&[]);
    let public = std::fs::read_to_string(folder.join("export-key.pub.pem")).unwrap();
    let body: String = public.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap();
    let files = desk.files();
    let key = UnparsedPublicKey::new(&ED25519, &der[12..]);
    key.verify(&files["manifest.json"], &files["manifest.json.sig"]).unwrap();
}
