//! Why a write about a referral changed nothing: seen before, or never to be applied.

use chassis::database::Work;
use chassis::events::HandlerError;

use crate::projections::ReferralId;
use crate::storage;

/// Decides about an event of a referral that its row refused: harmless when the row has seen it.
///
/// `done` says what happened, for the reason: `screened`, `refused`, `withdrawn`.
pub(super) async fn unless_seen(
    work: &mut Work,
    generation: i64,
    referral: ReferralId,
    sequence: i64,
    done: &'static str,
) -> Result<(), HandlerError> {
    let Some(fact) = storage::find_fact(work.connection(), generation, referral).await? else {
        return Err(HandlerError::Poison(format!(
            "the referral was {done}, but its submission was never applied"
        )));
    };
    if fact.referral_sequence >= sequence {
        return Ok(());
    }
    let state = match storage::find_admission(work.connection(), generation, referral).await? {
        Some(_) => "admitted",
        None => fact.state.as_str(),
    };
    Err(HandlerError::Poison(format!("the referral was {done} after it was {state}")))
}
