//! `finance export`: the real binary on a real database, killed, run at once, and run again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use proto::finance::v1::{Claim, LedgerKind};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use tempfile::TempDir;

use crate::counter::{booking, claim_of};
use crate::house::House;

/// How often a run is killed; `EXPORT_KILLS=100` for a release.
const KILLS: u32 = 12;
const NAME: &str = "waasland-esf-2024-Q1-r1";

pub struct Desk {
    pub house: House,
    pub folder: TempDir,
    public_key: Vec<u8>,
    pub claim: Claim,
}

impl Desk {
    /// A submitted quarter with bookings whose documents begin formulas.
    pub async fn open() -> Self {
        let house = House::open().await;
        house.quarter().await;
        for (document, euro) in
            [("=1+1", "10.50"), ("+32 kanarie", "20.00"), ("-kanarie", "30.00"), ("@kanarie;x", "1.05")]
        {
            let mut request = booking("2024-01", LedgerKind::Staff, euro);
            document.clone_into(&mut request.document);
            house.book(request).await.unwrap();
        }
        let claim = house.claim(claim_of(1)).await.unwrap();
        let claim = house.submit(&house.validate(&claim).await.unwrap()).await.unwrap();
        let folder = TempDir::with_prefix("bondgenoot-export-").unwrap();
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let public_key = Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap().public_key().as_ref().to_vec();
        let body = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        std::fs::write(folder.path().join("export.pem"), pem).unwrap();
        Self { house, folder, public_key, claim }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("export").args(arguments);
        command
    }

    /// The program with its settings, without a word of what it does.
    pub fn program(&self) -> Command {
        let (region, database) = (&self.house.region, &self.house.running.database);
        let mut command = Command::new(env!("CARGO_BIN_EXE_finance"));
        command
            .env("FINANCE_DATABASE__URL", &database.runtime_url)
            .env("FINANCE_DATABASE__ALLOW_FAST", "true")
            .env("FINANCE_REGION__FILE", testkit::region_file())
            .env("FINANCE_KEYS__CALLER_KEYS_FILE", &region.keys.caller_keys_file)
            .env("FINANCE_KEYS__REGION_KEY_FILE", &region.keys.region_key_file)
            .env("FINANCE_KEYS__INDEX_KEY_FILE", &region.keys.index_key_file)
            .env("FINANCE_EXPORT__TARGET", self.target())
            .env("FINANCE_EXPORT__SIGNING_KEY_FILE", self.folder.path().join("export.pem"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs, and gives what it told.
    pub fn told(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        told
    }

    /// What somebody sees in the target: names that are not hidden.
    fn visible(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.target()) else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }

    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.target().join(NAME))
    }

    /// Checks the signature and every digest of an export.
    fn vouched(&self, files: &BTreeMap<String, Vec<u8>>) -> bool {
        let manifest = &files["manifest.json"];
        let key = UnparsedPublicKey::new(&ED25519, &self.public_key);
        let parsed: serde_json::Value = serde_json::from_slice(manifest).unwrap_or_default();
        let Some(listed) = parsed["files"].as_array() else { return false };
        key.verify(manifest, &files["manifest.json.sig"]).is_ok()
            && listed.len() + 2 == files.len()
            && listed.iter().all(|file| {
                let digest =
                    ring::digest::digest(&ring::digest::SHA256, &files[file["name"].as_str().unwrap()]);
                hex::encode(digest) == file["sha256"].as_str().unwrap()
            })
    }

    fn sum(&self, file: &str, column: &str) -> String {
        let manifest: serde_json::Value = serde_json::from_slice(&self.files()["manifest.json"]).unwrap();
        let files = manifest["files"].as_array().unwrap();
        let found = files.iter().find(|one| one["name"] == file).unwrap();
        found["sums"][column].as_str().unwrap().to_owned()
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_holds_the_claim_to_the_cell_and_is_vouched_for() {
    let desk = Desk::open().await;

    assert!(desk.told(&[]).contains("is made"));

    assert_eq!(desk.visible(), [NAME]);
    let mut files = desk.files();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "claim.csv",
            "export.xlsx",
            "funding.csv",
            "ledger.csv",
            "manifest.json",
            "manifest.json.sig",
            "staff.csv",
            "time_sheets.csv"
        ]
    );
    assert!(desk.vouched(&files));
    let cents: i64 = desk.claim.staff.unwrap().cents;
    let euro = rust_decimal::Decimal::new(cents, 2).to_string();
    assert!(cents > 0);
    assert_eq!(desk.sum("claim.csv", "Personeelskost"), euro);
    assert_eq!(desk.sum("staff.csv", "Kost"), euro);
    assert_eq!(desk.sum("time_sheets.csv", "Minuten"), "746");
    assert_eq!(desk.sum("ledger.csv", "Bedrag"), "61.55");

    for name in files.keys().cloned().collect::<Vec<_>>() {
        files.get_mut(&name).unwrap()[0] ^= 1;
        assert!(!desk.vouched(&files), "a changed byte of {name} goes unseen");
        files.get_mut(&name).unwrap()[0] ^= 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_cell_is_a_formula_and_numbers_stay_numbers() {
    let desk = Desk::open().await;
    desk.told(&[]);

    let ledger = String::from_utf8(desk.files().remove("ledger.csv").unwrap()).unwrap();
    for line in [";10,50;'=1+1;", ";20,00;'+32 kanarie;", ";30,00;'-kanarie;", ";1,05;\"'@kanarie;x\";"] {
        assert!(ledger.contains(line), "{line} is not in {ledger}");
    }
    let mut book: Xlsx<_> = open_workbook(desk.target().join(NAME).join("export.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["claim", "staff", "time_sheets", "funding", "ledger"]);
    for sheet in book.sheet_names() {
        assert!(book.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet} has a formula");
    }
    let sheet = book.worksheet_range("ledger").unwrap();
    let cells: Vec<(&Data, &Data)> = sheet.rows().skip(1).map(|row| (&row[6], &row[7])).collect();
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(
        cells,
        [
            (&Data::Float(10.5), &text("=1+1")),
            (&Data::Float(20.0), &text("+32 kanarie")),
            (&Data::Float(30.0), &text("-kanarie")),
            (&Data::Float(1.05), &text("@kanarie;x")),
        ]
    );
    let sheets = book.worksheet_range("time_sheets").unwrap();
    let minutes: Vec<&Data> = sheets.rows().skip(1).map(|row| &row[5]).collect();
    assert_eq!(minutes.len(), 4);
    assert!(minutes.iter().all(|cell| matches!(cell, Data::Float(_))), "{minutes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_at_once_make_one_export_and_it_comes_again_byte_for_byte() {
    let desk = Desk::open().await;

    let children: Vec<Child> = (0..10).map(|_| desk.spawn(&[])).collect();
    let mut made = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        made += told.matches("is made").count();
    }
    assert_eq!(made, 1);
    assert_eq!(desk.visible(), [NAME]);
    let first = desk.files();

    // What is booked later stands in no earlier export.
    desk.house.book(booking("2024-01", LedgerKind::Staff, "99.00")).await.unwrap();
    std::fs::remove_dir_all(desk.target()).unwrap();
    assert!(desk.told(&["--again", "2024-Q1"]).contains("is made"));
    assert_eq!(desk.files(), first);
    assert!(desk.told(&["--period", "2024-Q1"]).contains("is there already"));

    // One that somebody changed is put aside.
    std::fs::write(desk.target().join(NAME).join("claim.csv"), "kanarie").unwrap();
    assert!(desk.told(&["--again", "2024-Q1"]).contains("is made"));
    assert_eq!(desk.files(), first);

    let refused = desk.run(&["--again", "2023-Q1"]);
    assert!(!refused.status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_leaves_nothing_to_see_and_the_next_run_makes_it() {
    let desk = Desk::open().await;
    let kills = std::env::var("EXPORT_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let started = std::time::Instant::now();
    desk.told(&[]);
    let whole = started.elapsed();
    let expected = desk.files();
    let random = SystemRandom::new();
    let mut unfinished = 0;

    for _ in 0..kills {
        std::fs::remove_dir_all(desk.target().join(NAME)).unwrap();
        let mut byte = [0_u8];
        random.fill(&mut byte).unwrap();
        let mut child = desk.spawn(&["--again", "2024-Q1"]);
        let moment = whole.mul_f64(f64::from(byte[0]) / 255.0);
        tokio::time::timeout(moment, std::future::pending::<()>()).await.unwrap_err();
        child.kill().unwrap();
        child.wait().unwrap();
        if desk.visible().is_empty() {
            unfinished += 1;
        } else {
            assert_eq!(desk.files(), expected, "a part of an export is visible");
        }
        desk.told(&["--again", "2024-Q1"]);
        assert_eq!(desk.visible(), [NAME]);
        assert_eq!(desk.files(), expected);
    }
    assert!(unfinished > 0, "no run was killed before its end");
    let left = std::fs::read_dir(desk.target()).unwrap();
    let staged =
        left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("staging"));
    assert_eq!(staged.count(), 0);
    assert!(whole < Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_beside_it_moves_no_sum_and_a_missed_period_is_caught_up() {
    let desk = Desk::open().await;

    let child = desk.spawn(&[]);
    for _ in 0..20 {
        desk.house.book(booking("2024-02", LedgerKind::Staff, "1.00")).await.unwrap();
    }
    assert!(child.wait_with_output().unwrap().status.success());

    let sum: rust_decimal::Decimal = desk.sum("ledger.csv", "Bedrag").parse().unwrap();
    let ledger = String::from_utf8(desk.files().remove("ledger.csv").unwrap()).unwrap();
    let cells = ledger.lines().skip(1).map(|line| line.split(';').nth(6).unwrap().replace(',', "."));
    assert_eq!(
        cells.map(|cell| cell.parse::<rust_decimal::Decimal>().unwrap()).sum::<rust_decimal::Decimal>(),
        sum
    );

    // A correction that is submitted is another export; the earlier one stays.
    let before = desk.files();
    let revised = desk.house.revise(&desk.claim).await.unwrap();
    assert!(!desk.told(&[]).contains("is made"));
    desk.house.submit(&desk.house.validate(&revised).await.unwrap()).await.unwrap();
    assert!(desk.told(&[]).contains("waasland-esf-2024-Q1-r2 is made"));
    assert_eq!(desk.visible(), [NAME, "waasland-esf-2024-Q1-r2"]);
    assert_eq!(desk.files(), before);
}
