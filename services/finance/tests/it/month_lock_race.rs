//! Fifty writers against the lock of a month, on real PostgreSQL: no lost and no late hour.

use std::sync::Arc;

use futures::future::join_all;
use proto::finance::v1::{TimeSheet, TimeSheetState};
use tonic::Status;

use crate::desk::{MONTH, WITH, employment, entry};
use crate::house::{House, told};

const WRITERS: u128 = 50;

/// One person, from an empty draft to an approved sheet, as fast as the service lets them.
async fn write(house: Arc<House>, draft: TimeSheet, minutes: i32) -> Result<TimeSheet, Status> {
    let written = house.put_sheet(&draft, vec![entry("2024-03-04", WITH, minutes)]).await?;
    let confirmed = house.confirm_sheet(&written).await?;
    house.approve_sheet(crate::house::officer(), &confirmed).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_writers_against_the_lock_lose_no_hour_and_bring_none_too_late() {
    let house = Arc::new(House::open().await);
    let mut drafts = Vec::new();
    for place in 0..WRITERS {
        let made = house.employ(employment(0x5000 + place)).await.unwrap();
        drafts.push(house.open_sheet(0x5000 + place, &made.employment_id, MONTH).await.unwrap());
    }

    // The officer tries to lock the whole time; the lock falls as soon as everything is approved, and never before.
    let locking = {
        let house = Arc::clone(&house);
        async move {
            testkit::eventually("the month is locked", || async {
                match house.lock(MONTH, false).await {
                    Ok(locked) => Some(locked),
                    Err(refused) => {
                        assert_eq!(told(&refused).reason, "MONTH_OPEN");
                        None
                    }
                }
            })
            .await
        }
    };
    let writing =
        drafts.iter().zip(1..).map(|(draft, minutes)| write(Arc::clone(&house), draft.clone(), minutes));
    let (locked, written) = futures::join!(locking, join_all(writing));

    assert_eq!(locked.time_sheets, 50);
    let total: i64 = written.iter().map(|one| one.as_ref().unwrap().with_participant_minutes).sum();
    assert_eq!(total, (1..=50).sum::<i64>());
    assert_eq!(house.count("select sum(minutes) from time_entries").await, total, "no hour is lost");
    assert_eq!(house.count("select count(*) from time_sheets where state = 'locked'").await, 50);
}

/// Every draft is emptied of its person's hours or locked with them: who lost the race was told so, and left nothing behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_openers_against_the_lock_are_in_it_or_refused() {
    let house = Arc::new(House::open().await);
    let mut made = Vec::new();
    for place in 0..WRITERS {
        made.push(house.employ(employment(0x6000 + place)).await.unwrap());
    }
    let opening = made.iter().zip(0x6000..).map(|(employment, worker)| {
        let house = Arc::clone(&house);
        async move { house.open_sheet(worker, &employment.employment_id, MONTH).await }
    });
    let locking = {
        let house = Arc::clone(&house);
        async move { house.lock(MONTH, true).await }
    };

    let (opened, locked) = futures::join!(join_all(opening), locking);

    let drafts = house.count("select count(*) from time_sheets where state = 'draft'").await;
    let open = i64::try_from(opened.iter().filter(|one| one.is_ok()).count()).unwrap();
    assert_eq!(drafts, open);
    match locked {
        Ok(locked) => {
            assert_eq!((open, locked.time_sheets), (0, 50), "a month with an open draft was locked");
        }
        Err(refused) => {
            assert_eq!(told(&refused).reason, "MONTH_OPEN");
            assert_eq!(house.count("select count(*) from locked_months").await, 0);
        }
    }
    for one in opened {
        match one {
            Ok(sheet) => assert_eq!(sheet.state(), TimeSheetState::Draft),
            Err(refused) => assert_eq!(told(&refused).reason, "MONTH_LOCKED"),
        }
    }
}
