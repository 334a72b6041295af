//! The referral: from submitted to its one decision.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use region::{
    NisCode, ProgrammeCode, RefusalReason, RefusalReasonCode, ScreeningOutcome, WithdrawalReason,
    WithdrawalReasonCode,
};
use thiserror::Error;

use super::text::{Alternative, Motivation};
use super::{Etag, PersonId, ReferralState};

chassis::define_id!(
    /// A referral.
    ReferralId
);

/// A step that the referral does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReferralError {
    /// A decision was taken.
    #[error("the referral was decided on: it is {}", .0.as_str())]
    Decided(ReferralState),
    /// Nobody screened it.
    #[error("the referral was not screened yet")]
    NotScreened,
    /// A rule fails that nobody may set aside.
    #[error("the person does not fulfil a condition that nobody may set aside")]
    NotEligible,
    /// A rule does not hold, and nothing says why it is set aside.
    #[error("a condition is set aside without a motivation")]
    MotivationMissing,
    /// Every rule holds, and yet something says why one is set aside.
    #[error("there is a motivation, but no condition to set aside")]
    MotivationNotNeeded,
    /// The refusal reason asks for an alternative.
    #[error("this refusal reason needs an alternative")]
    AlternativeMissing,
    /// The person's data were erased.
    #[error("the person was erased")]
    Erased,
}

/// A referral that may change. Loaded from a locked row; what people wrote is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    id: ReferralId,
    person: PersonId,
    programme: ProgrammeCode,
    municipality: NisCode,
    submitted_at: Timestamp,
    standing: Standing,
}

/// What decides which steps are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// State.
    pub state: ReferralState,
    /// Outcome of the latest screening.
    pub outcome: Option<ScreeningOutcome>,
    /// Whether the person was erased.
    pub erased: bool,
    /// Version; every step makes the next.
    pub version: i64,
}

/// An admission that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Why a rule was set aside; `None` when all hold.
    pub motivation: Option<Motivation>,
}

/// A refusal that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Reason of the programme.
    pub reason: RefusalReasonCode,
    /// Where the person can go instead.
    pub alternative: Option<Alternative>,
    /// Last day of reply.
    pub reply_until: Date,
}

/// A withdrawal that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Reason of the programme.
    pub reason: WithdrawalReasonCode,
}

impl Referral {
    /// The referral as it stands.
    pub const fn new(
        id: ReferralId,
        person: PersonId,
        programme: ProgrammeCode,
        municipality: NisCode,
        submitted_at: Timestamp,
        standing: Standing,
    ) -> Self {
        Self { id, person, programme, municipality, submitted_at, standing }
    }

    /// Screens; may be repeated until a decision is taken.
    pub fn screen(&mut self, outcome: ScreeningOutcome) -> Result<(), ReferralError> {
        self.check_open()?;
        self.check_known()?;
        self.standing.outcome = Some(outcome);
        self.move_to(ReferralState::Screened);
        Ok(())
    }

    /// Admits. A rule that does not hold may be set aside with a motivation, unless nobody may set it aside.
    pub fn admit(&mut self, motivation: Option<Motivation>) -> Result<Admission, ReferralError> {
        self.check_open()?;
        self.check_known()?;
        match (self.standing.outcome, &motivation) {
            (None, _) => return Err(ReferralError::NotScreened),
            (Some(ScreeningOutcome::NotEligible), _) => return Err(ReferralError::NotEligible),
            (Some(ScreeningOutcome::Manual), None) => return Err(ReferralError::MotivationMissing),
            (Some(ScreeningOutcome::Eligible), Some(_)) => return Err(ReferralError::MotivationNotNeeded),
            (Some(ScreeningOutcome::Manual), Some(_)) | (Some(ScreeningOutcome::Eligible), None) => {}
        }
        self.move_to(ReferralState::Admitted);
        Ok(Admission { motivation })
    }

    /// Refuses, also without a screening. The term of reply runs from the day after `today`.
    pub fn refuse(
        &mut self,
        reason: &RefusalReason,
        alternative: Option<Alternative>,
        today: Date,
    ) -> Result<Refusal, ReferralError> {
        self.check_open()?;
        self.check_known()?;
        if reason.alternative_required && alternative.is_none() {
            return Err(ReferralError::AlternativeMissing);
        }
        // A term is at most a year (region file), so only the end of the calendar is out of reach.
        let reply_until = today.saturating_add(i64::from(reason.reply_term_days).days());
        self.move_to(ReferralState::Refused);
        Ok(Refusal { reason: reason.code.clone(), alternative, reply_until })
    }

    /// Withdraws; also when the person was erased, so that the referral does not stay open for ever.
    pub fn withdraw(&mut self, reason: &WithdrawalReason) -> Result<Withdrawal, ReferralError> {
        self.check_open()?;
        self.move_to(ReferralState::Withdrawn);
        Ok(Withdrawal { reason: reason.code.clone() })
    }

    fn check_open(&self) -> Result<(), ReferralError> {
        match self.standing.state {
            ReferralState::Submitted | ReferralState::Screened => Ok(()),
            decided @ (ReferralState::Admitted | ReferralState::Refused | ReferralState::Withdrawn) => {
                Err(ReferralError::Decided(decided))
            }
        }
    }

    const fn check_known(&self) -> Result<(), ReferralError> {
        if self.standing.erased { Err(ReferralError::Erased) } else { Ok(()) }
    }

    const fn move_to(&mut self, state: ReferralState) {
        self.standing.state = state;
        self.standing.version += 1;
    }

    /// Referral.
    pub const fn id(&self) -> ReferralId {
        self.id
    }

    /// Person who was referred.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// Programme.
    pub const fn programme(&self) -> &ProgrammeCode {
        &self.programme
    }

    /// Where the person lived on the day of submission.
    pub const fn municipality(&self) -> NisCode {
        self.municipality
    }

    /// When it was received: waiting starts here.
    pub const fn submitted_at(&self) -> Timestamp {
        self.submitted_at
    }

    /// State.
    pub const fn state(&self) -> ReferralState {
        self.standing.state
    }

    /// Version.
    pub const fn version(&self) -> i64 {
        self.standing.version
    }

    /// What `If-Match` must name.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.standing.version)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn referral(state: ReferralState, outcome: Option<ScreeningOutcome>) -> Referral {
        Referral::new(
            ReferralId::from_uuid(Uuid::from_u128(1)),
            PersonId::from_uuid(Uuid::from_u128(2)),
            "w-esf".parse().unwrap(),
            "46025".parse().unwrap(),
            Timestamp::UNIX_EPOCH,
            Standing { state, outcome, erased: false, version: 3 },
        )
    }

    fn motivation() -> Motivation {
        Motivation::parse("kanarie: wordt over twee maanden 18").unwrap()
    }

    fn reason(alternative_required: bool) -> RefusalReason {
        RefusalReason {
            code: "no-capacity".parse().unwrap(),
            label: String::new(),
            letter: String::new(),
            alternative_required,
            reply_term_days: 30,
        }
    }

    fn withdrawal() -> WithdrawalReason {
        WithdrawalReason { code: "moved-away".parse().unwrap(), label: String::new() }
    }

    #[test]
    fn the_outcome_of_the_screening_decides_about_an_admission() {
        use ScreeningOutcome::{Eligible, Manual, NotEligible};

        for (outcome, motivated, expected) in [
            (None, false, Some(ReferralError::NotScreened)),
            (Some(Eligible), false, None),
            (Some(Eligible), true, Some(ReferralError::MotivationNotNeeded)),
            (Some(Manual), false, Some(ReferralError::MotivationMissing)),
            (Some(Manual), true, None),
            (Some(NotEligible), true, Some(ReferralError::NotEligible)),
        ] {
            let result = referral(ReferralState::Screened, outcome).admit(motivated.then(motivation));
            assert_eq!(result.err(), expected, "{outcome:?} {motivated}");
        }
    }

    #[test]
    fn a_refusal_opens_the_term_of_reply() {
        let refusal =
            referral(ReferralState::Submitted, None).refuse(&reason(false), None, date(2024, 1, 31)).unwrap();

        assert_eq!(refusal.reply_until, date(2024, 3, 1));
    }

    #[test]
    fn a_reason_that_asks_for_an_alternative_gets_one() {
        let refused = referral(ReferralState::Submitted, None).refuse(&reason(true), None, date(2024, 1, 31));

        assert_eq!(refused.err(), Some(ReferralError::AlternativeMissing));
    }

    #[test]
    fn an_erased_person_can_only_be_withdrawn() {
        let mut referral = referral(ReferralState::Screened, Some(ScreeningOutcome::Eligible));
        referral.standing.erased = true;

        assert_eq!(referral.screen(ScreeningOutcome::Eligible), Err(ReferralError::Erased));
        assert_eq!(referral.admit(None).err(), Some(ReferralError::Erased));
        assert_eq!(
            referral.refuse(&reason(false), None, date(2024, 1, 1)).err(),
            Some(ReferralError::Erased)
        );
        assert!(referral.withdraw(&withdrawal()).is_ok());
    }

    #[test]
    fn only_the_tag_of_this_version_is_this_version() {
        let tag = referral(ReferralState::Submitted, None).etag();

        assert!(tag.is(Some("v3")));
        for other in [Some("v2"), Some("3"), Some("v30"), Some("*"), Some(""), None] {
            assert!(!tag.is(other), "{other:?}");
        }
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Screen(ScreeningOutcome),
        Admit(bool),
        Refuse(bool),
        Withdraw,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let outcome = prop_oneof![
            Just(ScreeningOutcome::Eligible),
            Just(ScreeningOutcome::Manual),
            Just(ScreeningOutcome::NotEligible)
        ];
        let step = prop_oneof![
            3 => outcome.prop_map(Step::Screen),
            1 => any::<bool>().prop_map(Step::Admit),
            1 => any::<bool>().prop_map(Step::Refuse),
            1 => Just(Step::Withdraw),
        ];
        proptest::collection::vec(step, 0..12)
    }

    proptest! {
        #[test]
        fn there_is_at_most_one_decision_and_every_step_is_a_version(steps in steps()) {
            let mut referral = referral(ReferralState::Submitted, None);
            let mut decisions = 0;
            for step in steps {
                let before = referral.clone();
                let (done, decides) = match step {
                    Step::Screen(outcome) => (referral.screen(outcome).is_ok(), false),
                    Step::Admit(motivated) => (referral.admit(motivated.then(motivation)).is_ok(), true),
                    Step::Refuse(needs) => (referral.refuse(&reason(needs), None, date(2024, 1, 1)).is_ok(), true),
                    Step::Withdraw => (referral.withdraw(&withdrawal()).is_ok(), true),
                };
                decisions += u32::from(done && decides);
                prop_assert_eq!(referral.version(), before.version() + i64::from(done));
                if !done {
                    prop_assert_eq!(&referral, &before);
                }
                prop_assert_eq!(referral.check_open().is_err(), decisions > 0);
            }
            prop_assert!(decisions <= 1);
        }
    }
}
