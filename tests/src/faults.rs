//! What happens to the processes, and how it heals. Every fault heals without a hand: the process that was killed starts
//! again (as Kubernetes would), and nothing else is done.

use std::time::Duration;

use anyhow::Context as _;
use local::region_run::Service;
use rand::Rng;
use rand::seq::IndexedRandom as _;
use serde::Serialize;

use crate::harness::RegionUnderTest;

/// How long a process that should kill itself at a failpoint may take to get there.
const REACHES_FAILPOINT: Duration = Duration::from_secs(30);

/// Places in the code where a process is killed: the service and the failpoint. Every one between the request of somebody and
/// the last effect of what they did, at each of the five services.
pub const CRASH_POINTS: [(Service, &str); 26] = [
    (Service::Intake, BEFORE_COMMIT),
    (Service::Intake, AFTER_COMMIT),
    (Service::Intake, BEFORE_PUBLISH),
    (Service::Intake, AFTER_PUBLISH),
    (Service::Intake, BEFORE_EFFECT),
    (Service::Intake, AFTER_EFFECT),
    (Service::Matching, BEFORE_COMMIT),
    (Service::Matching, AFTER_COMMIT),
    (Service::Matching, BEFORE_PUBLISH),
    (Service::Matching, AFTER_PUBLISH),
    (Service::Matching, BEFORE_EFFECT),
    (Service::Matching, AFTER_EFFECT),
    (Service::Trajectory, BEFORE_COMMIT),
    (Service::Trajectory, AFTER_COMMIT),
    (Service::Trajectory, BEFORE_PUBLISH),
    (Service::Trajectory, AFTER_PUBLISH),
    (Service::Trajectory, BEFORE_EFFECT),
    (Service::Trajectory, AFTER_EFFECT),
    (Service::Finance, BEFORE_COMMIT),
    (Service::Finance, AFTER_COMMIT),
    (Service::Finance, BEFORE_PUBLISH),
    (Service::Finance, AFTER_PUBLISH),
    (Service::Finance, BEFORE_EFFECT),
    (Service::Finance, AFTER_EFFECT),
    (Service::Reporting, BEFORE_EFFECT),
    (Service::Reporting, AFTER_EFFECT),
];
const BEFORE_COMMIT: &str = "work.before_commit";
/// Between commit and answer.
const AFTER_COMMIT: &str = "work.after_commit";
/// Between commit and publish.
const BEFORE_PUBLISH: &str = "relay.before_publish";
/// Between publish and mark.
const AFTER_PUBLISH: &str = "relay.after_publish";
/// Between the effect of an event and its commit.
const BEFORE_EFFECT: &str = "consumer.before_commit";
/// Between the effect of an event and its acknowledgement to the broker.
const AFTER_EFFECT: &str = "consumer.after_commit";

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A service process dies at a crash point, by its number in [`CRASH_POINTS`].
    Crash(usize),
    /// SIGKILL to a service process at any moment.
    Kill(#[serde(serialize_with = "name")] Service),
    /// SIGTERM to a service process, then a new one: a rolling restart.
    Restart(#[serde(serialize_with = "name")] Service),
    /// SIGSTOP, for so many milliseconds, then SIGCONT.
    Pause(#[serde(serialize_with = "name")] Service, u64),
    /// SIGKILL to the broker.
    BrokerKill,
    /// The broker stops in good order and starts again.
    BrokerStop,
    /// PostgreSQL stops at once, without a checkpoint, and recovers.
    DatabaseStop,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn name<S: serde::Serializer>(service: &Service, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(service.name())
}

/// Services whose processes the campaign kills.
const VICTIMS: [Service; 6] = [
    Service::Intake,
    Service::Matching,
    Service::Trajectory,
    Service::Finance,
    Service::Reporting,
    Service::Gateway,
];

impl Fault {
    /// A random fault, about as often as in the schedule of the reliability plan: processes most, then the database, then the
    /// broker.
    pub fn random(random: &mut impl Rng) -> Self {
        let victim = *VICTIMS.choose(random).unwrap_or(&Service::Intake);
        match random.random_range(0..100) {
            0..30 => Self::Crash(random.random_range(0..CRASH_POINTS.len())),
            30..50 => Self::Kill(victim),
            50..60 => Self::Restart(victim),
            60..72 => Self::Pause(victim, random.random_range(200..4_000)),
            72..88 => Self::DatabaseStop,
            88..95 => Self::BrokerKill,
            _ => Self::BrokerStop,
        }
    }

    /// Makes it happen, and lets it heal.
    pub async fn happen(self, region: &RegionUnderTest) -> anyhow::Result<()> {
        match self {
            Self::Crash(number) => {
                let (service, failpoint) = *CRASH_POINTS.get(number).context("no such crash point")?;
                crash_at(region, service, failpoint).await
            }
            Self::Kill(service) => {
                process(region, service)?.kill().await?;
                Ok(region.local.start_again(service.name()).await?)
            }
            Self::Restart(service) => {
                process(region, service)?.stop().await?;
                Ok(region.local.start_again(service.name()).await?)
            }
            Self::Pause(service, milliseconds) => {
                process(region, service)?.pause()?;
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                Ok(process(region, service)?.resume()?)
            }
            Self::BrokerKill => {
                let broker = region.local.rabbit().context("the region has no broker of its own")?;
                broker.kill().await?;
                Ok(broker.start_again().await?)
            }
            Self::BrokerStop => {
                let broker = region.local.rabbit().context("the region has no broker of its own")?;
                broker.stop_app().await?;
                Ok(broker.start_app().await?)
            }
            Self::DatabaseStop => {
                let database =
                    region.local.postgres().context("the region has no database server of its own")?;
                database.stop_immediate().await?;
                Ok(database.start_again().await?)
            }
        }
    }
}

/// The first process of a service.
pub fn process(region: &RegionUnderTest, service: Service) -> anyhow::Result<&local::processes::Process> {
    region.local.process(service.name()).with_context(|| format!("{service} does not run"))
}

/// Lets a service die at a failpoint under the load that runs, and starts it again.
///
/// # Errors
/// When it never gets there: then the case tests nothing.
pub async fn crash_at(region: &RegionUnderTest, service: Service, failpoint: &str) -> anyhow::Result<()> {
    region.arm(service, &format!("{failpoint}=kill"))?;
    let ended = process(region, service)?.wait_ended(REACHES_FAILPOINT).await;
    region.disarm(service)?;
    ended.with_context(|| format!("{service} never reached the failpoint {failpoint}"))?;
    Ok(region.local.start_again(service.name()).await?)
}
