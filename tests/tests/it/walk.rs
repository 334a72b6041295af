//! The main job of a quarter, as `cargo dev --walk` plays it.

use tests::check::drained;
use tests::delivery::Databases;
use tests::harness::{RegionUnderTest, Setup};

use crate::TWO_REGIONS;
use crate::support::wounds;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_walk_comes_to_its_end() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable()).await.unwrap();
    let mut steps = Vec::new();

    let played =
        bondgenoot::walk::play(&region.local.state().unwrap(), &mut |step| steps.push(step.to_owned())).await;

    assert!(played.is_ok(), "after {steps:#?}: {}", played.unwrap_err());
    assert!(steps.len() >= 30, "{steps:#?}");
    assert_eq!(wounds(&region).await, Vec::<String>::new());
    // Every event of every service was applied once wherever the contract says.
    drained(&region).await.unwrap();
    let databases = Databases::of(&region).await.unwrap();
    assert_eq!(databases.contradictions().await.unwrap(), Vec::<String>::new());
    region.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_visits_are_walked_in_another_region() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable().of_region("katrol-asse")).await.unwrap();
    let mut steps = Vec::new();

    let played = bondgenoot::walk::play_visits(&region.local.state().unwrap(), &mut |step| {
        steps.push(step.to_owned());
    })
    .await;

    assert!(played.is_ok(), "after {steps:#?}: {}", played.unwrap_err());
    assert_eq!(wounds(&region).await, Vec::<String>::new());
    drained(&region).await.unwrap();
    region.stop().await.unwrap();
}
