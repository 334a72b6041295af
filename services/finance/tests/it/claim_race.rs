//! Fifty writers against a claim, on real PostgreSQL: it is made once, and what is submitted is what the time sheets were.

use std::sync::Arc;

use futures::future::join_all;
use proto::finance::v1::{ClaimState, GetTimeSheetRequest, TimeSheet};

use crate::counter::claim_of;
use crate::desk::{WITH, employment, entry};
use crate::house::{House, officer, told};

const WRITERS: u128 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_make_the_same_claim_make_it_once() {
    let house = Arc::new(House::open().await);
    house.quarter().await;

    let made = join_all((0..WRITERS).map(|_| {
        let house = Arc::clone(&house);
        async move { house.claim(claim_of(1)).await }
    }))
    .await;

    assert_eq!(made.iter().filter(|one| one.is_ok()).count(), 1);
    for refused in made.into_iter().filter_map(Result::err) {
        assert_eq!(told(&refused).reason, "CLAIM_EXISTS");
    }
    assert_eq!(house.count("select count(*) from claim_revisions").await, 1);
}

/// A person's sheet of January, as it is now.
async fn read(house: &House, id: &str) -> TimeSheet {
    let request = GetTimeSheetRequest { time_sheet_id: id.to_owned() };
    house.sheets(officer()).get_time_sheet(request).await.unwrap().into_inner().time_sheet.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_counter_entries_against_a_claim_are_in_it_or_shown_beside_it() {
    let house = Arc::new(House::open().await);
    let mut sheets = Vec::new();
    for place in 0..WRITERS {
        let made = house.employ(employment(0x7000 + place)).await.unwrap();
        house.pay(&made.employment_id, "2024-01-01", "", "3585.00").await.unwrap();
        let sheet = house.approved_of(&made, "2024-01", vec![entry("2024-01-08", WITH, 60)]).await;
        sheets.push(sheet.time_sheet_id);
    }
    for month in ["2024-01", "2024-02", "2024-03"] {
        house.lock(month, true).await.unwrap();
    }
    let saved = house.claim(claim_of(1)).await.unwrap();

    let correcting = join_all(sheets.iter().map(|id| {
        let house = Arc::clone(&house);
        async move {
            let sheet = read(&house, id).await;
            house.correct_sheet(&sheet, "2024-01-09", WITH, 30).await.unwrap()
        }
    }));
    // The officer goes on until a claim is through, however often the sheets change underneath.
    let claiming = async {
        let mut claim = saved;
        while claim.state() != ClaimState::Submitted {
            let step = match claim.state() {
                ClaimState::Saved => house.validate(&claim).await,
                _ => house.submit(&claim).await,
            };
            claim = match step {
                Ok(next) => next,
                Err(refused) => {
                    assert_eq!(told(&refused).reason, "CLAIM_OUTDATED");
                    house.refresh(&claim).await.unwrap()
                }
            };
        }
        claim
    };
    let (corrected, submitted) = futures::join!(correcting, claiming);

    assert_eq!(corrected.len(), 50);
    let claimed: i64 = submitted.lines.iter().map(|line| line.with_participant_minutes).sum();
    let entries =
        house.count("select sum(minutes) from time_entries join claimed_entries using (entry_id)").await;
    assert_eq!(claimed, entries, "what was submitted is exactly the hours that stand in it");
    assert_eq!(house.count("select sum(minutes) from time_entries").await, 50 * 90, "no hour is lost");
    let shown = house.reconcile(&submitted).await;
    assert_eq!((shown.claimed_minutes, shown.sheet_minutes), (claimed, 50 * 90));
    let beside: i64 = shown.hour_differences.iter().map(|line| -line.difference_minutes).sum();
    assert_eq!(claimed + beside, 50 * 90, "late hours are shown beside it");
    let second = house.revise(&submitted).await.unwrap();
    let all: i64 = second.lines.iter().map(|line| line.with_participant_minutes).sum();
    assert_eq!(all, 50 * 90, "the next revision has every hour");
}
