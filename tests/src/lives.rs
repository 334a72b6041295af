//! Writers that play whole lives, one after the other, while days pass.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chassis::clock::Clock;
use local::region_run::RegionOptions;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::harness::RegionUnderTest;
use crate::life::Troupe;
use crate::load::{Attempts, PAUSE};
use crate::web::Web;

/// A day of business time takes so long, so that places come free again.
const DAY: Duration = Duration::from_secs(3);
/// So long may it take until the duties of a new day are looked through.
const SWEPT: Duration = Duration::from_secs(30);
const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// Running writers.
#[derive(Debug)]
pub struct Lives {
    stop: CancellationToken,
    writers: JoinSet<anyhow::Result<u64>>,
    /// What happened to single attempts.
    pub attempts: Arc<Attempts>,
}

impl Lives {
    /// Starts so many writers against the gateway of a region, their lives numbered from `first` on: at least one each. With the
    /// first life of a region the coaches are registered.
    pub async fn start(region: &RegionUnderTest, writers: u64, first: u64) -> anyhow::Result<Self> {
        let web = Arc::new(Web::forgetful(&region.url()?)?);
        let attempts = Arc::new(Attempts::default());
        let troupe = Troupe::enter(region, &web, &attempts).await?;
        if first == 0 {
            troupe.hire().await?;
        }
        let stop = CancellationToken::new();
        let file = RegionOptions::clock_file(&region.local.state()?.folder);
        let mut set = JoinSet::new();
        set.spawn(days_pass(file, stop.clone()));
        for writer in 0..writers {
            let (troupe, stop) = (troupe.clone(), stop.clone());
            set.spawn(async move {
                let mut lived = 0;
                loop {
                    let number = first + writer + lived * writers;
                    troupe.live(number).await.with_context(|| format!("life {number}"))?;
                    lived += 1;
                    if stop.is_cancelled() {
                        return Ok(lived);
                    }
                }
            });
        }
        Ok(Self { stop, writers: set, attempts })
    }

    /// Stops days, and the writers after the life each is in. Gives how many were lived.
    ///
    /// # Errors
    /// When somebody's life did not go as it must.
    pub async fn stop(mut self, region: &RegionUnderTest) -> anyhow::Result<u64> {
        self.stop.cancel();
        let mut lived = 0;
        while let Some(writer) = self.writers.join_next().await {
            lived += writer??;
        }
        swept(region).await?;
        Ok(lived)
    }

    /// What made a writer give up, as soon as one did.
    pub fn trouble(&mut self) -> Option<anyhow::Error> {
        match self.writers.try_join_next()? {
            Ok(Ok(_)) => None,
            Ok(Err(trouble)) => Some(trouble),
            Err(panicked) => Some(panicked.into()),
        }
    }
}

/// Lets days pass until it is told to stop. Lives nothing itself.
async fn days_pass(file: PathBuf, stop: CancellationToken) -> anyhow::Result<u64> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(0),
            () = tokio::time::sleep(DAY) => next_day(&file)?,
        }
    }
}

/// Moves business time of a region to the next day.
pub fn next_day(file: &Path) -> anyhow::Result<()> {
    let offset = std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse::<i64>().ok());
    // In one step, so that no process reads half of it.
    let next = file.with_extension("next");
    std::fs::write(&next, (offset.unwrap_or_default() + SECONDS_OF_A_DAY).to_string())?;
    Ok(std::fs::rename(&next, file)?)
}

/// Waits until trajectory looked through the duties of the last day: then nothing moves by itself any more.
async fn swept(region: &RegionUnderTest) -> anyhow::Result<()> {
    let trajectory = region.database("trajectory").await?;
    let file = RegionOptions::clock_file(&region.local.state()?.folder);
    let today = Clock::new("Europe/Brussels", Some(file))?.today().to_string();
    let started = std::time::Instant::now();
    loop {
        let waiting: i64 = sqlx::query_scalar("select count(*) from duties where changes_on <= $1::date")
            .bind(&today)
            .fetch_one(&trajectory)
            .await?;
        if waiting == 0 {
            return Ok(());
        }
        anyhow::ensure!(started.elapsed() < SWEPT, "{waiting} duties wait to be looked through");
        tokio::time::sleep(PAUSE).await;
    }
}
