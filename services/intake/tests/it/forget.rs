//! `intake forget`.

use std::path::Path;

use chassis::process::Service as _;
use intake::Intake;
use proto::intake::v1::Referral;

use crate::house::{House, form};

impl House {
    /// Runs `intake forget` as the `CronJob` does.
    async fn forget(&self) {
        self.forget_in(&testkit::region_file()).await;
    }

    /// The same in the region of another file.
    pub async fn forget_in(&self, region_file: &Path) {
        let keys = &self.region.keys;
        let overrides = format!(
            "[database]\nurl = '{}'\nallow_fast = true\n[region]\nfile = '{}'\n[keys]\ncaller_keys_file = '{}'\nregion_key_file = '{}'\nindex_key_file = '{}'",
            self.running.database.runtime_url,
            region_file.display(),
            keys.caller_keys_file.display(),
            keys.region_key_file.display(),
            keys.index_key_file.display(),
        );
        let config = chassis::config::parse(Intake::NAME, &[Intake::DEFAULTS, &overrides]).unwrap();
        Intake::command("forget", &[], config).await.unwrap().unwrap();
    }

    /// Moves a referral into the past, as a superuser.
    async fn make_older(&self, referral: &Referral, days: u32) {
        let id = &referral.referral_id;
        self.execute(&format!(
            "update referrals set submitted_at = submitted_at - interval '{days} days' where referral_id = '{id}';
             update decisions set decided_at = decided_at - interval '{days} days' where referral_id = '{id}'"
        ))
        .await;
    }
}

#[tokio::test]
async fn who_never_started_is_forgotten_after_the_term_of_the_programme_and_not_before() {
    let house = House::open().await;
    let mut cases = Vec::new();
    // The programme keeps a withdrawn referral 90 days from receipt and a refused one 180 days from the decision.
    for (days, expected) in [(89, false), (92, true)] {
        let withdrawn = house.withdraw(&house.submitted(form()).await, "moved-away").await.unwrap();
        house.make_older(&withdrawn, days).await;
        cases.push((withdrawn, expected, format!("withdrawn {days} days ago")));
    }
    for (days, expected) in [(179, false), (182, true)] {
        let refused = house.refuse(&house.submitted(form()).await, "no-request", "").await.unwrap();
        house.make_older(&refused, days).await;
        cases.push((refused, expected, format!("refused {days} days ago")));
    }
    let waiting = house.screened(form()).await;
    let admitted = house.admit(&house.screened(form()).await, "").await.unwrap();
    for (referral, what) in [(waiting, "waiting"), (admitted, "admitted")] {
        house.make_older(&referral, 900).await;
        cases.push((referral, false, what.to_owned()));
    }

    house.forget().await;
    house.forget().await;

    for (referral, expected, what) in cases {
        assert_eq!(house.get(&referral.referral_id).await.erased, expected, "{what}");
    }
    assert_eq!(
        house.count("select count(*) from erasures where ground = 'retention' and erased_by is null").await,
        2
    );
    assert_eq!(
        house.count("select count(*) from chassis.outbox where event_type = 'intake.person_erased.v1'").await,
        2
    );
}

#[tokio::test]
async fn more_than_one_unit_of_work_holds_are_forgotten_in_one_run() {
    let house = House::open().await;
    let withdrawn = house.withdraw(&house.submitted(form()).await, "moved-away").await.unwrap();
    house.make_older(&withdrawn, 100).await;
    // Sixty more of the same, without a key that opens: erasing does not open anything.
    house
        .execute(
            "create temporary table copies as select gen_random_uuid() as person_id, gen_random_uuid() as referral_id from generate_series(1, 60);
             insert into person_keys select copies.person_id, region_key_id, wrapped, null from person_keys, copies;
             insert into persons select copies.person_id, name, contact, birth_date, national_number from persons, copies;
             insert into referrals select copies.referral_id, left(copies.referral_id::text, 13), copies.person_id, programme, programme_version,
                 programme_hash, channel, municipality_nis, reasons, referrer_name, referrer_organisation, referrer_contact, note, state,
                 submitted_at, version, changed_at, changed_by from referrals, copies;
             insert into decisions select copies.referral_id, kind, reason, alternative, motivation, reply_until, programme_version,
                 programme_hash, decided_at, decided_by from decisions, copies",
        )
        .await;

    house.forget().await;

    assert_eq!(house.count("select count(*) from person_keys where wrapped is not null").await, 0);
    assert_eq!(house.count("select count(*) from erasures").await, 61);
}
