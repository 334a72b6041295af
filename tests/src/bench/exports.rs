//! Exports and claims of many hours: the workbook against Python's `XlsxWriter`, CSV against `COPY TO` with the rights of the job, a
//! claim against the statement that sums its hours.
//!
//! The export is the real program on real rows; it says how long it read and wrote. The peers write the very same rows: Python reads
//! them from the CSV file of the export, `COPY` sends what the same statement gives.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chassis::caller::{Caller, Role, Scope};
use chassis::etag::Etag;
use chassis::grpc::{Authorized, channel};
use chassis::id::IdGenerator;
use finance::Finance;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use proto::finance::v1::claim_service_client::ClaimServiceClient;
use proto::finance::v1::wage_service_client::WageServiceClient;
use proto::finance::v1::{
    Claim, ClaimKind, CreateClaimRequest, PutWageRequest, SubmitClaimRequest, ValidateClaimRequest, WageBasis,
};
use sqlx::postgres::{PgConnectOptions, PgPoolCopyExt as _, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};
use testkit::{Running, TestRegion, mandate, worker};
use tonic::Request;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use super::{Verdict, ceiling, difference, ratio, sentinel, shown};

const PROGRAMME: &str = "waasland-esf";
/// People of the two quarters; each has 28 days in two classes in each of three months, which is 168 rows.
const PEOPLE: [i32; 2] = [596, 5_953];
/// As fast as `XlsxWriter`, so many times.
const WORKBOOK: f64 = 8.0;
/// As fast as `COPY`.
const CSV: f64 = 0.7;
/// Ten times the rows may take so many times as long.
const GROWTH: f64 = 12.0;
/// Ten times the rows may take so much more memory, megabytes.
const MEMORY: f64 = 8.0;
const DEADLINE: Duration = Duration::from_mins(5);

type Claims = ClaimServiceClient<InterceptedService<Channel, Authorized>>;

/// What one run of the export said of its time sheets, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Made {
    rows: f64,
    read: f64,
    csv: f64,
    workbook: f64,
    megabytes: f64,
}

/// The peer, as small as it can be.
const WRITER: &str = "
import csv, sys, time, xlsxwriter
started = time.perf_counter()
book = xlsxwriter.Workbook(sys.argv[2], {'constant_memory': True, 'tmpdir': sys.argv[3]})
sheet, whole = book.add_worksheet('time_sheets'), book.add_format({'num_format': '0'})
with open(sys.argv[1], newline='', encoding='utf-8') as file:
    for row, cells in enumerate(csv.reader(file, delimiter=';')):
        for column, cell in enumerate(cells):
            if column == 5 and row:
                sheet.write_number(row, column, int(cell), whole)
            else:
                sheet.write_string(row, column, cell)
book.close()
print((time.perf_counter() - started) * 1000)
";

/// Measures all of it.
///
/// # Errors
/// When something cannot be started, or answers wrongly.
pub async fn run() -> anyhow::Result<Vec<Verdict>> {
    let region = TestRegion::without_broker().await?;
    let running = region
        .run::<Finance>("[grpc]\ndeadline_ms = 300000\n[database]\nstatement_timeout_ms = 120000\n")
        .await?;
    seed(&running).await?;
    pay(&region, &running).await?;
    let folder = tempfile::TempDir::with_prefix("bondgenoot-bench-")?;
    let python = python(folder.path())?;
    ensure!(
        program(&region, &running, folder.path())
            .args(["export-key", "."])
            .current_dir(folder.path())
            .status()?
            .success()
    );
    // COPY reads what the job may read, under the same policies.
    let rights = PgConnectOptions::from_str(&running.database.runtime_url)?
        .options([("app.principal", "job"), ("jit", "off")]);
    let job = PgPoolOptions::new().max_connections(1).connect_with(rights).await?;
    let mut verdicts = Vec::new();
    let mut runs = Vec::new();
    for quarter in [1, 2] {
        claim(&region, &running, quarter).await?;
        let before = sentinel();
        let made = export(&region, &running, folder.path(), quarter)?;
        let place = folder.path().join(format!("exports/{PROGRAMME}-2024-Q{quarter}-r1"));
        let xlsx = xlsxwriter(&python, &place.join("time_sheets.csv"), folder.path())?;
        let copied = copy(&job, quarter, folder.path()).await?;
        let by_owner = copy(&running.database.admin, quarter, folder.path()).await?;
        let noise = difference(before, sentinel());
        let rate = |milliseconds: f64| made.rows / (milliseconds / 1_000.0);
        let name = |what: &str| format!("{what}_{:.0}k_rows", made.rows / 1_000.0);
        verdicts.push(ratio(
            &name("workbook_vs_xlsxwriter"),
            &[(rate(made.workbook), rate(xlsx))],
            WORKBOOK,
            noise,
        ));
        verdicts.push(ratio(&name("csv_vs_copy"), &[(rate(made.read + made.csv), rate(copied))], CSV, noise));
        println!(
            "      {made:?}, XlsxWriter {xlsx:.0} ms, COPY {copied:.0} ms, COPY without policies {by_owner:.0} ms"
        );
        runs.push(made);
    }
    if let [small, large] = runs.as_slice() {
        let tenfold = large.rows / small.rows / 10.0;
        verdicts.push(ceiling(
            "workbook_growth_10x",
            large.workbook / small.workbook / tenfold,
            "times",
            GROWTH,
        ));
        verdicts.push(ceiling("export_memory_growth", large.megabytes - small.megabytes, "MB", MEMORY));
    }
    running.tasks.finish().await;
    Ok(verdicts)
}

/// Two quarters of locked time sheets.
async fn seed(running: &Running) -> anyhow::Result<()> {
    let mut connection = running.database.admin.acquire().await?;
    let all = PEOPLE[1];
    let few = PEOPLE[0];
    // Ids sort by time as those of the service do, and rows lie as they were written: day after day, over everybody.
    let statements = format!(
        "create function pg_temp.id(place bigint) returns uuid language sql as $$
             select (lpad(to_hex(1704067200000 + place), 12, '0') || '7' || left(md5(place::text), 3) || '8'
                     || right(md5(place::text), 15))::uuid
         $$;
         set session_replication_role = replica;
         insert into employments (employment_id, programme, worker_id, organisation_id, partner, component, valid_from, version,
                                  created_at, changed_at, changed_by)
         select pg_temp.id(place), '{PROGRAMME}', gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'arktos', 'operation',
                '2024-01-01', 1, now(), now(), gen_random_uuid()
         from generate_series(1, {all}) as place;
         insert into locked_months (programme, month, locked_at, locked_by)
         select '{PROGRAMME}', make_date(2024, month, 1), now(), gen_random_uuid() from generate_series(1, 6) as month;
         insert into time_sheets (time_sheet_id, employment_id, programme, worker_id, organisation_id, month, state, version, changed_at,
                                  changed_by)
         select pg_temp.id(row_number() over (order by month, place)), employment_id, programme, worker_id, organisation_id,
                make_date(2024, month, 1), 'locked', 4, now(), worker_id
         from (select *, row_number() over (order by employment_id) as place from employments) as numbered
         cross join generate_series(1, 6) as month
         where month > 3 or place <= {few};
         insert into time_entries (entry_id, time_sheet_id, day, hour_class, minutes, correction, entered_at, entered_by)
         select pg_temp.id(row_number() over (order by month, day, time_sheet_id, class)), time_sheet_id, month + day, class, 5 + day,
                false, now(), worker_id
         from time_sheets
         cross join generate_series(0, 27) as day
         cross join unnest(array['with_participant', 'around_participant']) as class;
         set session_replication_role = origin;
         analyze"
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut *connection).await?;
    Ok(())
}

fn officer() -> Caller {
    worker(0xf1, vec![mandate(Role::FinanceOfficer, Scope::Programme, Some(PROGRAMME))])
}

fn keyed<T>(message: T, version: i64) -> anyhow::Result<Request<T>> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("idempotency-key", IdGenerator.uuid().to_string().parse()?);
    request.metadata_mut().insert("if-match", Etag::of(version).to_string().parse()?);
    Ok(request)
}

/// A wage for everybody, through the door: it is sealed.
async fn pay(region: &TestRegion, running: &Running) -> anyhow::Result<()> {
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("select employment_id from employments")
        .fetch_all(&running.database.admin)
        .await?;
    let channel = channel(&format!("http://{}", running.address), DEADLINE)?;
    let client = WageServiceClient::with_interceptor(channel, region.calls_as(officer())?);
    stream::iter(ids.into_iter().map(anyhow::Ok))
        .try_for_each_concurrent(8, |id| {
            let mut client = client.clone();
            async move {
                let request = PutWageRequest {
                    employment_id: id.to_string(),
                    wage_id: String::new(),
                    valid_from: "2024-01-01".to_owned(),
                    valid_to: String::new(),
                    basis: WageBasis::GrossMonth.into(),
                    amount_euro: "3585.00".to_owned(),
                };
                client.put_wage(keyed(request, 1)?).await?;
                Ok(())
            }
        })
        .await?;
    // What autovacuum does within a minute: the service has plans from when these tables were empty.
    sqlx::raw_sql("analyze").execute(&running.database.admin).await?;
    Ok(())
}

/// Makes, checks and submits the claim of a quarter, and holds it against the plain sum of its hours.
async fn claim(region: &TestRegion, running: &Running, quarter: u32) -> anyhow::Result<()> {
    let channel = channel(&format!("http://{}", running.address), DEADLINE)?;
    let mut client: Claims = ClaimServiceClient::with_interceptor(channel, region.calls_as(officer())?)
        .max_decoding_message_size(64 << 20);
    let before = sentinel();
    let summed = sum(running, quarter).await?;
    let (programme, kind) = (PROGRAMME.to_owned(), ClaimKind::Quarter.into());
    let started = Instant::now();
    let request = keyed(CreateClaimRequest { programme, kind, year: 2024, quarter }, 0)?;
    let made: Claim = client.create_claim(request).await?.into_inner().claim.context("no claim")?;
    let created = started.elapsed().as_secs_f64();
    let minutes: i64 =
        made.lines.iter().map(|line| line.with_participant_minutes + line.around_participant_minutes).sum();
    let started = Instant::now();
    let request = keyed(ValidateClaimRequest { claim_id: made.claim_id.clone() }, 1)?;
    client.validate_claim(request).await?;
    let validated = started.elapsed().as_secs_f64();
    let again = sum(running, quarter).await?;
    let noise = difference(before, sentinel());
    let (sum, seconds) = (again.0, f64::midpoint(summed.1, again.1));
    ensure!(sum == minutes, "the claim has {minutes} minutes and the time sheets {sum}");
    println!(
        "      claim of Q{quarter}: made in {created:.2} s, checked in {validated:.2} s, plain sum {seconds:.2} s"
    );
    shown(&format!("claim_checked_vs_sum_q{quarter}"), &[(1.0 / validated, 1.0 / seconds)], noise);
    shown(&format!("claim_made_vs_sum_q{quarter}"), &[(1.0 / created, 1.0 / seconds)], noise);
    client.submit_claim(keyed(SubmitClaimRequest { claim_id: made.claim_id }, 2)?).await?;
    Ok(())
}

/// All minutes of a quarter by employment and month, in seconds.
async fn sum(running: &Running, quarter: u32) -> anyhow::Result<(i64, f64)> {
    let started = Instant::now();
    let rows: Vec<(uuid::Uuid, i64)> = sqlx::query_as(AssertSqlSafe(format!(
        "select employment_id, sum(minutes)
         from time_sheets join time_entries using (time_sheet_id)
         where programme = '{PROGRAMME}' and extract(quarter from month) = {quarter} and state = 'locked'
         group by employment_id, month"
    )))
    .fetch_all(&running.database.admin)
    .await?;
    Ok((rows.iter().map(|row| row.1).sum(), started.elapsed().as_secs_f64()))
}

fn program(region: &TestRegion, running: &Running, folder: &Path) -> Command {
    let program = std::env::current_exe().map(|own| own.with_file_name("finance")).unwrap_or_default();
    let mut command = Command::new(program);
    command
        .env("FINANCE_DATABASE__URL", &running.database.runtime_url)
        .env("FINANCE_DATABASE__ALLOW_FAST", "true")
        .env("FINANCE_REGION__FILE", testkit::region_file())
        .env("FINANCE_KEYS__CALLER_KEYS_FILE", &region.keys.caller_keys_file)
        .env("FINANCE_KEYS__REGION_KEY_FILE", &region.keys.region_key_file)
        .env("FINANCE_KEYS__INDEX_KEY_FILE", &region.keys.index_key_file)
        .env("FINANCE_EXPORT__TARGET", folder.join("exports"))
        .env("FINANCE_EXPORT__SIGNING_KEY_FILE", folder.join("export-key.pem"))
        .stdout(Stdio::null());
    command
}

/// Runs the export of a quarter, and reads what it says.
fn export(region: &TestRegion, running: &Running, folder: &Path, quarter: u32) -> anyhow::Result<Made> {
    let mut command = program(region, running, folder);
    command.args(["export", "--period", &format!("2024-Q{quarter}")]).stderr(Stdio::piped());
    let mut child = command.spawn().context("cannot start finance: build it with the same profile")?;
    let pid = child.id();
    let mut made = Made { rows: 0.0, read: 0.0, csv: 0.0, workbook: 0.0, megabytes: 0.0 };
    let mut told = String::new();
    for line in BufReader::new(child.stderr.take().context("no stderr")?).lines() {
        let line = line?;
        made.megabytes = made.megabytes.max(peak_megabytes(pid));
        if line.contains("of time_sheets in all") {
            let numbers: Vec<f64> = line.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
            let [rows, read, csv, workbook] = numbers.as_slice() else {
                anyhow::bail!("not understood: {line}")
            };
            (made.rows, made.read, made.csv, made.workbook) = (*rows, *read, *csv, *workbook);
        } else if line.contains("workbook packed in") {
            made.workbook += line.split(' ').filter_map(|word| word.parse::<f64>().ok()).sum::<f64>();
        }
        told += &line;
        told.push('\n');
    }
    ensure!(child.wait()?.success() && made.rows > 0.0, "the export failed: {told}");
    Ok(made)
}

/// The most memory that a process held; 0 when it is gone.
fn peak_megabytes(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|figure| figure.parse::<f64>().ok()).unwrap_or_default() / 1_024.0
}

/// Python with `XlsxWriter`, in a folder of its own.
fn python(folder: &Path) -> anyhow::Result<PathBuf> {
    let venv = folder.join("venv");
    ensure!(Command::new("python3").args(["-m", "venv"]).arg(&venv).status()?.success(), "no venv");
    let python = venv.join("bin/python");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "xlsxwriter==3.2.9"]);
    ensure!(pip.status()?.success(), "XlsxWriter cannot be installed");
    Ok(python)
}

/// Milliseconds that `XlsxWriter` takes for the rows of a CSV file.
fn xlsxwriter(python: &Path, csv: &Path, folder: &Path) -> anyhow::Result<f64> {
    let mut command = Command::new(python);
    command.args(["-c", WRITER]).arg(csv).arg(folder.join("peer.xlsx")).arg(folder);
    let output = command.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// Milliseconds that `COPY TO` takes for the rows of a quarter, into a file.
async fn copy(pool: &PgPool, quarter: u32, folder: &Path) -> anyhow::Result<f64> {
    let statement = format!(
        "copy (select entry_id, time_sheet_id, worker_id, day, hour_class, minutes, correction, reason
               from claimed_entries
               join claims using (claim_id)
               join time_entries using (entry_id)
               join time_sheets using (time_sheet_id)
               where extract(quarter from first_month) = {quarter}
               order by entry_id) to stdout with (format csv, header, delimiter ';')"
    );
    let started = Instant::now();
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join("peer.csv"))?);
    let mut rows = pool.copy_out_raw(&statement).await?;
    while let Some(bytes) = rows.next().await {
        file.write_all(&bytes?)?;
    }
    file.into_inner()?.sync_all()?;
    Ok(started.elapsed().as_secs_f64() * 1_000.0)
}
