//! What a service keeps of another's facts, row by row against the owner's tables. Plain SQL as a superuser, past every line
//! of our code. Holds for a region in which nobody was handed over, erased or came back.

use std::collections::BTreeMap;

use crate::harness::RegionUnderTest;

/// A copy and what it must equal: each side gives one text per row.
struct Copy {
    what: &'static str,
    owner: (&'static str, &'static str),
    keeper: (&'static str, &'static str),
}

const fn copy(
    what: &'static str,
    owner: (&'static str, &'static str),
    keeper: (&'static str, &'static str),
) -> Copy {
    Copy { what, owner, keeper }
}

const COPIES: [Copy; 17] = [
    copy(
        "referrals that reporting counts",
        ("intake", "select concat_ws('|', referral_id, programme, channel, municipality_nis) from referrals"),
        (
            "reporting",
            "select concat_ws('|', referral_id, programme, channel, municipality_nis) from referral_facts",
        ),
    ),
    copy(
        "screenings that reporting counts",
        ("intake", "select concat_ws('|', referral_id, outcome) from screenings"),
        (
            "reporting",
            "select concat_ws('|', referral_id, screening_outcome) from referral_facts where screened_at is not null",
        ),
    ),
    copy(
        "admissions that reporting counts",
        ("intake", "select concat_ws('|', referral_id, participation_id, episode_id) from episodes"),
        ("reporting", "select concat_ws('|', referral_id, participation_id, episode_id) from admissions"),
    ),
    copy(
        "episodes that wait or waited in matching",
        (
            "intake",
            "select concat_ws('|', episode_id, participation_id, municipality_nis) from episodes join referrals using (referral_id)",
        ),
        ("matching", "select concat_ws('|', episode_id, participation_id, municipality_nis) from waiting"),
    ),
    copy(
        "episodes that matching took off the waiting list",
        ("matching", "select episode_id::text from matches"),
        ("matching", "select episode_id::text from waiting where matched_at is not null"),
    ),
    copy(
        "matches in trajectory",
        (
            "matching",
            "select concat_ws('|', match_id, worker_id, organisation_id, role, first_day, last_day) from matches",
        ),
        (
            "trajectory",
            "select concat_ws('|', match_id, worker_id, organisation_id, role, first_day, last_day) from matches",
        ),
    ),
    copy(
        "who is on which case, in intake",
        (
            "matching",
            "select concat_ws('|', match_id, worker_id, participation_id, first_day, last_day) from matches",
        ),
        (
            "intake",
            "select distinct concat_ws('|', match_id, worker_id, participation_id, valid_from, valid_to) from case_access",
        ),
    ),
    copy(
        "who is on which case, in trajectory",
        ("matching", "select concat_ws('|', match_id, worker_id, first_day, last_day) from matches"),
        (
            "trajectory",
            "select distinct concat_ws('|', match_id, worker_id, valid_from, valid_to) from case_access",
        ),
    ),
    copy(
        "matches that reporting counts",
        (
            "matching",
            "select concat_ws('|', match_id, episode_id, first_day, last_day, ending, overridden) from matches",
        ),
        (
            "reporting",
            "select concat_ws('|', match_id, episode_id, first_day, last_day, ended_why, overridden) from match_facts",
        ),
    ),
    copy(
        "trajectories that matches opened",
        ("matching", "select episode_id::text from matches"),
        ("trajectory", "select episode_id::text from trajectories"),
    ),
    copy(
        "episodes that exits ended, in intake",
        (
            "trajectory",
            "select concat_ws('|', episode_id, closed_on) from trajectories where state = 'closed'",
        ),
        ("intake", "select concat_ws('|', episode_id, ended_on) from episodes where ended_at is not null"),
    ),
    copy(
        "places that exits freed, in matching",
        (
            "trajectory",
            "select concat_ws('|', episode_id, closed_on) from trajectories where state = 'closed'",
        ),
        ("matching", "select concat_ws('|', episode_id, last_day) from matches where last_day is not null"),
    ),
    copy(
        "trajectories that reporting counts",
        (
            "trajectory",
            "select concat_ws('|', trajectory_id, episode_id, opened_on, closed_on, exit_reason) from trajectories",
        ),
        (
            "reporting",
            "select concat_ws('|', trajectory_id, episode_id, opened_on, closed_on, exit_reason) from trajectory_facts",
        ),
    ),
    copy(
        "contacts that reporting counts",
        (
            "trajectory",
            "select concat_ws('|', contact_id, day, outcome, time_class, minutes, struck_out) from contacts",
        ),
        (
            "reporting",
            "select concat_ws('|', contact_id, day, outcome, time_class, minutes, struck_out) from contact_facts",
        ),
    ),
    copy(
        "hours that finance suggests",
        (
            "trajectory",
            "select concat_ws('|', contact_id, worker_id, organisation_id, day, time_class, minutes, struck_out) from contacts",
        ),
        (
            "finance",
            "select concat_ws('|', contact_id, worker_id, organisation_id, day, time_class, minutes, struck_out) from suggested_hours",
        ),
    ),
    copy(
        "measures and duties that reporting counts",
        (
            "trajectory",
            "select concat_ws('|', measure_id, instrument, day) from measures union all \
             select concat_ws('|', duty_id, code, due_on, state) from duties where state in ('due', 'missed', 'kept', 'kept_late')",
        ),
        (
            "reporting",
            "select concat_ws('|', measure_id, instrument, day) from measure_facts union all \
             select concat_ws('|', duty_id, duty, due_on, state) from duty_facts",
        ),
    ),
    copy(
        "budgets that reporting shows",
        (
            "finance",
            "select concat_ws('|', budget_id, sum(staff_cents), sum(flat_rate_cents)) from budget_totals join budgets using (budget_id) \
             where state = 'approved' group by budget_id",
        ),
        (
            "reporting",
            "select concat_ws('|', budget_id, staff_cost_cents, flat_rate_cents) from approved_budgets",
        ),
    ),
];

/// Every copy that is not what its owner has.
pub async fn differences(region: &RegionUnderTest) -> anyhow::Result<Vec<String>> {
    let mut pools = BTreeMap::new();
    for name in ["intake", "matching", "trajectory", "finance", "reporting"] {
        pools.insert(name, region.database(name).await?);
    }
    let read = async |(service, sql): (&'static str, &'static str)| -> anyhow::Result<Vec<String>> {
        let pool = pools.get(service).ok_or_else(|| anyhow::anyhow!("no database of {service}"))?;
        let mut rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await?;
        rows.sort_unstable();
        Ok(rows)
    };
    let mut differences = Vec::new();
    for Copy { what, owner, keeper } in COPIES {
        let (theirs, kept) = (read(owner).await?, read(keeper).await?);
        if theirs == kept {
            continue;
        }
        let only = |some: &[String], others: &[String]| {
            let mut only = some.iter().filter(|row| others.binary_search(row).is_err());
            only.next().map_or_else(|| "nothing".to_owned(), String::clone)
        };
        differences.push(format!(
            "{what}: {} at {}, {} at {}; only at the owner: {}; only in the copy: {}",
            theirs.len(),
            owner.0,
            kept.len(),
            keeper.0,
            only(&theirs, &kept),
            only(&kept, &theirs)
        ));
    }
    Ok(differences)
}
