//! Scaling with real processes: a name that resolves to all containers of a service, and a gateway that spreads over them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bondgenoot::walk::Browser;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::containers::ContainerRegion;
use crate::report::Report;

/// The service that is scaled.
const SERVICE: &str = "trajectory";
/// What is asked of it, as the coordinator of the programme.
const QUESTION: &str = "/api/v1/trajectories";
const PROGRAMME: &str = "waasland-esf";
const COORDINATOR: &str = "els";
/// How many people ask at once, and how long each waits between two questions.
const ASKING: usize = 8;
const PAUSE: Duration = Duration::from_millis(40);
/// Within this every new process takes requests (issue: 10 s), counted from when it is ready.
const TAKES_WITHIN: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_mins(3);

/// One process, then three, then one again, under load all the time.
pub async fn run(report: &mut Report, region: &ContainerRegion) {
    let load = match Load::start(region).await {
        Ok(load) => load,
        Err(error) => {
            let failed = async { Err::<(), _>(error) };
            report.check("load on the region", LONGEST, failed).await;
            return;
        }
    };
    let mut slowest = Duration::ZERO;
    let up = async {
        slowest = load.watch(scale_up(region)).await?;
        Ok(())
    };
    report.check("from 1 to 3 processes: each takes requests within 10 s, no error", LONGEST, up).await;
    report.note(&format!(
        "the last of the new ones took requests {} ms after it was ready",
        slowest.as_millis()
    ));
    let down = load.watch(scale_down(region));
    report.check("from 3 to 1: no error", LONGEST, down).await;
    let asked = load.stop().await;
    report.note(&format!("{asked} requests were answered meanwhile"));
}

async fn scale_up(region: &ContainerRegion) -> anyhow::Result<Duration> {
    let before: BTreeSet<String> = region.running(SERVICE).await?.into_keys().collect();
    region.compose(&["up", "-d", "--no-recreate", "--scale", &format!("{SERVICE}=3"), SERVICE]).await?;
    let all = region.running(SERVICE).await?;
    ensure!(all.len() == 3, "{} processes run: {:?}", all.len(), all.keys());
    let new: BTreeMap<String, SocketAddr> =
        all.into_iter().filter(|(name, _)| !before.contains(name)).collect();
    let mut slowest = Duration::ZERO;
    for (name, health) in &new {
        until("it is ready", name, Duration::from_mins(1), async || {
            Ok(metrics(*health, "/readyz").await.is_ok())
        })
        .await?;
        let ready = Instant::now();
        until("it takes requests", name, TAKES_WITHIN, async || Ok(answered(*health).await? > 0)).await?;
        slowest = slowest.max(ready.elapsed());
    }
    Ok(slowest)
}

async fn scale_down(region: &ContainerRegion) -> anyhow::Result<()> {
    let before = region.running(SERVICE).await?;
    ensure!(before.len() == 3, "{} processes run", before.len());
    for name in before.keys().skip(1) {
        region.remove(name).await?;
    }
    let left = region.running(SERVICE).await?;
    ensure!(left.len() == 1, "{} processes are left: {:?}", left.len(), left.keys());
    // A second more: whoever still knew the ones that went would ask them now.
    let (_, health) = left.first_key_value().context("one is left")?;
    let counted = answered(*health).await?;
    sleep(Duration::from_secs(3)).await;
    ensure!(answered(*health).await? > counted, "the process that is left takes no requests");
    Ok(())
}

async fn until(
    what: &str,
    name: &str,
    within: Duration,
    mut look: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let end = Instant::now() + within;
    while !look().await.unwrap_or(false) {
        if Instant::now() > end {
            bail!("{name}: not so after {} s: {what}", within.as_secs());
        }
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// RPCs that a process answered so far.
async fn answered(health: SocketAddr) -> anyhow::Result<u64> {
    Ok(sum(&metrics(health, "/metrics").await?, "grpc_requests_total"))
}

async fn metrics(health: SocketAddr, path: &str) -> anyhow::Result<String> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
    Ok(client.get(format!("http://{health}{path}")).send().await?.error_for_status()?.text().await?)
}

/// Adds up all series of a counter, whatever their labels.
fn sum(text: &str, counter: &str) -> u64 {
    text.lines()
        .filter_map(|line| line.strip_prefix(counter))
        .filter(|rest| rest.starts_with(['{', ' ']))
        .filter_map(|rest| rest.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// People who ask without end.
#[derive(Debug)]
struct Load {
    tasks: JoinSet<()>,
    going: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    wrong: Arc<Mutex<Vec<String>>>,
}

impl Load {
    async fn start(region: &ContainerRegion) -> anyhow::Result<Self> {
        let browser =
            Arc::new(Browser::open(&region.state().public_url).map_err(|trouble| in_words(&trouble))?);
        browser.sign_in(COORDINATOR).await.map_err(|trouble| in_words(&trouble))?;
        let (going, answered, wrong) =
            (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Vec::new())));
        let mut tasks = JoinSet::new();
        for _ in 0..ASKING {
            let (browser, going) = (Arc::clone(&browser), Arc::clone(&going));
            let (answered, wrong) = (Arc::clone(&answered), Arc::clone(&wrong));
            tasks.spawn(async move {
                while going.load(Ordering::Relaxed) {
                    match browser.get(QUESTION, &[("programme", PROGRAMME)]).await {
                        Ok(answer) if answer.status.is_success() => {
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok(answer) => {
                            wrong.lock().await.push(format!("{}: {}", answer.status, answer.problem()));
                        }
                        Err(trouble) => wrong.lock().await.push(trouble.to_string()),
                    }
                    sleep(PAUSE).await;
                }
            });
        }
        Ok(Self { tasks, going, answered, wrong })
    }

    /// Does the work, then says whether anybody met an error meanwhile, and that there was load at all.
    async fn watch<T>(&self, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        let before = self.answered.load(Ordering::Relaxed);
        let done = work.await;
        let wrong = std::mem::take(&mut *self.wrong.lock().await);
        ensure!(
            wrong.is_empty(),
            "{} errors, the first: {}",
            wrong.len(),
            wrong.first().map_or("", String::as_str)
        );
        let answered = self.answered.load(Ordering::Relaxed).saturating_sub(before);
        ensure!(answered > 50, "only {answered} requests were answered meanwhile");
        done
    }

    async fn stop(mut self) -> u64 {
        self.going.store(false, Ordering::Relaxed);
        while self.tasks.join_next().await.is_some() {}
        self.answered.load(Ordering::Relaxed)
    }
}

fn in_words(trouble: &bondgenoot::walk::Trouble) -> anyhow::Error {
    anyhow::anyhow!("{trouble}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_added_up_over_its_labels_and_no_other_is() {
        let text = "# TYPE grpc_requests_total counter\ngrpc_requests_total{method=\"a\",code=\"0\"} 3\n\
                    grpc_requests_total{method=\"b\",code=\"5\"} 4\ngrpc_requests_total_other 9\n";
        assert_eq!(sum(text, "grpc_requests_total"), 7);
    }
}
