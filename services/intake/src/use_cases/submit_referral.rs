//! Somebody is referred.

use chassis::database::{Command, Work};

use crate::domain::{PersonId, ReceiptNumber, ReferralId, Submission};
use crate::error::Error;
use crate::events::published;
use crate::storage::{duplicates, persons, referrals};

/// Stores a referral with the person it is about. Every referral makes a person of its own: whether that is somebody known
/// is for a coordinator to judge, so the referrer's answer is the same either way.
#[derive(Debug, Clone)]
pub struct SubmitReferral {
    /// The form, with consent given. Without it this use case does not run at all.
    pub submission: Submission,
}

impl Command for SubmitReferral {
    const NAME: &'static str = "submit_referral";
    type Outcome = ReceiptNumber;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ReceiptNumber, Error> {
        let (ids, now, vault) = (work.ids(), work.now(), work.vault().clone());
        let (referral, person) = (ReferralId::generate(ids), PersonId::generate(ids));
        let receipt_number = ReceiptNumber::generate(ids);
        let (key, wrapped) = vault.new_person_key(person.as_uuid())?;
        let submission = &self.submission;

        let connection = work.connection();
        persons::insert(connection, person, &wrapped, &key, &submission.person).await?;
        duplicates::insert(connection, &vault, person, &submission.person.duplicate_keys()).await?;
        referrals::insert(connection, referral, &receipt_number, person, &key, submission, now).await?;

        work.publish(referral.as_uuid(), &published::referral_submitted(referral, person, submission, now));
        work.touches(referral.as_uuid());
        work.touches(person.as_uuid());
        work.answer_is_about(person.as_uuid());
        Ok(receipt_number)
    }
}
