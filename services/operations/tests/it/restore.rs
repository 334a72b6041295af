//! A service that was restored from a backup is a finding until the histories around it agree.

use proto::admin::v1::History;

use crate::support::{Running, Scene};

fn history(aggregate: u8, last_sequence: i64) -> History {
    let event = proto::EVENT_TYPES
        .iter()
        .find(|event| event.producer == "intake" && event.consumers.contains(&"reporting"))
        .unwrap();
    History {
        aggregate_type: event.aggregate.to_owned(),
        aggregate_id: uuid::Uuid::from_u128(u128::from(aggregate)).to_string(),
        epoch: 1,
        last_sequence,
        digest: vec![aggregate, u8::try_from(last_sequence).unwrap()],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_epoch_is_found_until_the_histories_agree_and_is_remembered_then() {
    let scene = Scene::start().await;
    // Reporting knows two events more than the restored intake.
    scene.reporting.says(|said| said.consumed = vec![history(1, 4), history(2, 1), history(3, 1)]);
    scene.intake.says(|said| {
        said.produced = vec![history(1, 3), history(2, 1)];
        said.status.epoch = 2;
    });
    let raised = scene.finds(&[("EPOCH_RAISED", "intake")]).await;
    assert!(raised.findings[0].action.contains("bondgenoot reconcile"));
    let compared = || async {
        let noted: i64 = sqlx::query_scalar("select count(*) from reconciled_epochs")
            .fetch_one(&scene.database.admin)
            .await
            .unwrap();
        noted
    };
    // Several comparisons later it is still there: what differs stays the same.
    for _ in 0..20 {
        tokio::task::yield_now().await;
        scene.finds(&[("EPOCH_RAISED", "intake")]).await;
    }
    assert_eq!(compared().await, 0);

    scene.reporting.says(|said| said.consumed = vec![history(1, 3), history(2, 1)]);
    scene.finds(&[]).await;
    assert_eq!(compared().await, 1);

    scene.operations.tasks.finish().await;
    let again = Running::start(&scene.region, &scene.database, &scene.choices()).await;
    again.finds(&scene.region, &[]).await;
    scene.intake.says(|said| {
        said.produced = vec![history(1, 2)];
        said.status.epoch = 3;
    });
    again.finds(&scene.region, &[("EPOCH_RAISED", "intake")]).await;
}
