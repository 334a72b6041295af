//! Every write that test people do: where its id stands in the answer, and where its effect must be found, once.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::harness::RegionUnderTest;
use crate::ledger::{Outcome, Writes};

/// One kind of write.
#[derive(Debug, Clone, Copy)]
pub struct Deed {
    /// The RPC behind it.
    pub rpc: &'static str,
    /// Whose it is.
    pub owner: &'static str,
    /// JSON pointer to the id in the answer.
    pub id: &'static str,
    /// SQL that gives the id of every effect as a text, once for each time it happened.
    pub effects: &'static str,
}

const fn deed(rpc: &'static str, owner: &'static str, id: &'static str, effects: &'static str) -> Deed {
    Deed { rpc, owner, id, effects }
}

/// All of them.
pub const DEEDS: [Deed; 17] = [
    deed("SubmitReferral", "intake", "/receiptNumber", "select receipt_number from referrals"),
    deed("ScreenReferral", "intake", "/referral/referralId", "select referral_id::text from screenings"),
    deed(
        "AdmitReferral",
        "intake",
        "/referral/decision/participationId",
        "select participation_id::text from episodes",
    ),
    deed("RegisterWorker", "matching", "/worker/workerId", "select worker_id::text from workers"),
    deed("GrantMandate", "matching", "/mandateId", "select mandate_id::text from mandates"),
    deed("SetCapacity", "matching", "/worker/workerId", "select worker_id::text from capacities"),
    deed("ProposeMatch", "matching", "/proposal/proposalId", "select proposal_id::text from proposals"),
    deed("ConfirmMatch", "matching", "/match/matchId", "select match_id::text from matches"),
    deed("LogContact", "trajectory", "/contact/contactId", "select contact_id::text from contacts"),
    deed(
        "CorrectContact",
        "trajectory",
        "/contact/contactId",
        "select contact_id::text from contact_versions",
    ),
    deed("SetGoal", "trajectory", "/goal/goalId", "select goal_id::text from goals"),
    deed("TakeMeasure", "trajectory", "/measure/measureId", "select measure_id::text from measures"),
    deed(
        "CloseTrajectory",
        "trajectory",
        "/trajectory/trajectoryId",
        "select trajectory_id::text from trajectories where state = 'closed'",
    ),
    deed("CreateBudget", "finance", "/budget/budgetId", "select budget_id::text from budgets"),
    deed("PutStaffLine", "finance", "/budget/lines/0/lineId", "select line_id::text from staff_lines"),
    deed("PutFunding", "finance", "/budget/budgetId", "select distinct budget_id::text from funding_lines"),
    deed(
        "ApproveBudget",
        "finance",
        "/budget/budgetId",
        "select budget_id::text from budgets where state = 'approved'",
    ),
];

/// The deed behind an RPC.
///
/// # Errors
/// When nobody said where its effect is found.
pub fn of(rpc: &str) -> anyhow::Result<&'static Deed> {
    let found = DEEDS.iter().find(|deed| deed.rpc == rpc);
    found.ok_or_else(|| anyhow::anyhow!("nobody said where the effect of {rpc} is found"))
}

/// Compares every effect with the ledger: each acknowledged write is found once under the id it answered, with its key and
/// its audit row; and nothing is there that no acknowledgement explains.
pub async fn contradictions(region: &RegionUnderTest, writes: &Writes) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pools = BTreeMap::new();
    for deed in DEEDS {
        if !pools.contains_key(deed.owner) {
            pools.insert(deed.owner, region.database(deed.owner).await?);
        }
        let Some(pool) = pools.get(deed.owner) else { continue };
        let acknowledged: Vec<(&Uuid, &str)> = writes
            .iter()
            .filter(|(_, (rpc, _))| rpc == deed.rpc)
            .filter_map(|(key, (_, outcome))| match outcome {
                Outcome::Acknowledged(id) => Some((key, id.as_str())),
                Outcome::Unknown | Outcome::Refused(_) => None,
            })
            .collect();

        let effects: Vec<String> = sqlx::query_scalar(deed.effects).fetch_all(pool).await?;
        let mut times: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for id in &effects {
            times.entry(id).or_default().0 += 1;
        }
        for (_, id) in &acknowledged {
            times.entry(id).or_default().1 += 1;
        }
        for (id, (there, told)) in times {
            match there - told {
                0 if told == 1 => {}
                0 => found.push(format!("{}: {told} keys were answered with {id}", deed.rpc)),
                less if less < 0 => found.push(format!(
                    "LOST: {} was acknowledged {told} times as {id}, which is there {there} times",
                    deed.rpc
                )),
                _ => found.push(format!(
                    "UNEXPECTED: {} with {id} is there {there} times and was acknowledged {told} times",
                    deed.rpc
                )),
            }
        }

        let keys: Vec<String> =
            sqlx::query_scalar("select key from chassis.idempotency_keys where rpc like '%/' || $1")
                .bind(deed.rpc)
                .fetch_all(pool)
                .await?;
        let kept: BTreeSet<String> = keys.iter().cloned().collect();
        let told: BTreeSet<String> = acknowledged.iter().map(|(key, _)| key.to_string()).collect();
        if keys.len() != kept.len() || kept != told {
            let both = kept.intersection(&told).count();
            found.push(format!(
                "{}: answers are kept under {} keys, {} were acknowledged, {both} are both",
                deed.rpc,
                keys.len(),
                told.len()
            ));
        }
        // The first carrying out and no repeat has an audit row.
        let audited: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
            "select count(*) from chassis.audit where action like '%/{}'",
            deed.rpc
        )))
        .fetch_one(pool)
        .await?;
        if usize::try_from(audited)? != effects.len() {
            found.push(format!("{}: {} effects, but {audited} audit rows", deed.rpc, effects.len()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_is_an_rpc_of_its_owner() {
        for deed in DEEDS {
            let path = format!("/{}", deed.rpc);
            let owner = format!("bondgenoot.{}.", deed.owner);
            assert!(
                proto::METHODS
                    .iter()
                    .any(|method| method.path.ends_with(&path) && method.path.contains(&owner)),
                "{} of {}",
                deed.rpc,
                deed.owner
            );
        }
        assert!(of("Unheard").is_err());
    }
}
