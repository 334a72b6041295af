//! The shared pot of a programme and year: what organisations give to it, what the partnership decided, what was spent.
//!
//! Two balances, neither ever below zero: the pot (contributed, less what decisions hold) and each decision (reserved, less what was
//! spent and released). Nothing is changed or removed; a mistake is reversed beside itself.

use chassis::money::{Money, OutOfRange};
use jiff::Timestamp;
use jiff::civil::Date;
use region::{PartnerCode, ProgrammeCode};
use uuid::Uuid;

use super::ids::PotEntryId;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PotKind {
    /// The partnership reserves an amount for something.
    Decision,
    /// An amount is spent under a decision.
    Spending,
    /// What is left of a decision goes back to the pot, and the decision is closed.
    Release,
}

impl PotKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Decision, Self::Spending, Self::Release];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Spending => "spending",
            Self::Release => "release",
        }
    }
}

/// What only spending has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// Organisation that spent it.
    pub partner: PartnerCode,
    /// Reference of the document behind it.
    pub evidence: String,
    /// Accounting code.
    pub account: String,
}

/// An entry of a pot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PotEntry {
    /// Entry.
    pub id: PotEntryId,
    /// Programme.
    pub programme: ProgrammeCode,
    /// Year of the pot.
    pub year: i16,
    /// What it is; a counter-entry is what it reverses.
    pub kind: PotKind,
    /// The decision it falls under; a decision falls under itself.
    pub decision: PotEntryId,
    /// Which entry it reverses.
    pub reverses: Option<PotEntryId>,
    /// Day of the decision, of the spending, of the release.
    pub day: Date,
    /// Who decided; of decisions only.
    pub organ: Option<String>,
    /// What only spending has.
    pub spent: Option<Spent>,
    /// What for; of a counter-entry, why.
    pub subject: String,
    /// How much; below zero when it reverses another. A release can be of nothing.
    pub amount: Money,
    /// When and by whom it was booked.
    pub booked: (Timestamp, Uuid),
}

/// The sums of a decision, counter-entries taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionSums {
    /// Decision.
    pub decision: PotEntryId,
    /// When it was taken.
    pub day: Date,
    /// Who decided.
    pub organ: String,
    /// What for.
    pub subject: String,
    /// What it holds; zero once it is reversed.
    pub reserved: Money,
    /// What was spent under it.
    pub spent: Money,
    /// What went back to the pot.
    pub released: Money,
    /// Whether it is closed.
    pub is_closed: bool,
}

impl DecisionSums {
    /// What can still be spent under it: nothing of a closed one.
    ///
    /// # Errors
    /// When a difference does not fit.
    pub fn left(&self) -> Result<Money, OutOfRange> {
        self.reserved.checked_sub(self.spent)?.checked_sub(self.released)
    }
}

/// Why a pot refuses an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PotError {
    /// The pot has less than is asked for.
    #[error("the pot has less left than that")]
    PotShort(Money),
    /// The decision has less than is asked for.
    #[error("the decision has less left than that")]
    DecisionShort(Money),
    /// Nothing is booked under a closed decision.
    #[error("the decision is closed")]
    Closed,
    /// The decision was reversed.
    #[error("the decision was reversed")]
    Reversed,
    /// What was spent under a decision stands on it.
    #[error("amounts were spent under the decision")]
    InUse,
    /// A sum does not fit.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

/// What a pot comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PotSums {
    /// What organisations give to it, by the budget that holds.
    pub contributed: Money,
    /// Each decision, oldest first.
    pub decisions: Vec<DecisionSums>,
}

impl PotSums {
    /// What decisions hold: reserved and not released.
    ///
    /// # Errors
    /// When a sum does not fit.
    pub fn held(&self) -> Result<Money, OutOfRange> {
        self.decisions
            .iter()
            .try_fold(Money::ZERO, |all, one| all.checked_add(one.reserved)?.checked_sub(one.released))
    }

    /// What was spent.
    ///
    /// # Errors
    /// When a sum does not fit.
    pub fn spent(&self) -> Result<Money, OutOfRange> {
        self.decisions.iter().try_fold(Money::ZERO, |all, one| all.checked_add(one.spent))
    }

    /// What no decision holds.
    ///
    /// # Errors
    /// When a sum does not fit.
    pub fn available(&self) -> Result<Money, OutOfRange> {
        self.contributed.checked_sub(self.held()?)
    }

    /// The sums of a decision.
    pub fn decision(&self, id: PotEntryId) -> Option<&DecisionSums> {
        self.decisions.iter().find(|one| one.decision == id)
    }

    /// Whether the pot can give this much to a decision.
    ///
    /// # Errors
    /// Says what is available when it is less.
    pub fn check_reserve(&self, amount: Money) -> Result<(), PotError> {
        let available = self.available()?;
        if amount <= available { Ok(()) } else { Err(PotError::PotShort(available)) }
    }

    /// Whether an entry can be reversed without a balance below zero. `of` are the sums of its decision.
    ///
    /// # Errors
    /// A closed decision (reverse its release first), a decision under which something was spent, a release whose amount the pot
    /// has given to another decision since.
    pub fn check_reverse(&self, kind: PotKind, amount: Money, of: &DecisionSums) -> Result<(), PotError> {
        match kind {
            PotKind::Release => self.check_reserve(amount),
            PotKind::Decision | PotKind::Spending if of.is_closed => Err(PotError::Closed),
            PotKind::Decision if of.spent != Money::ZERO => Err(PotError::InUse),
            PotKind::Decision | PotKind::Spending => Ok(()),
        }
    }
}

impl DecisionSums {
    /// Whether this much can be spent under it.
    ///
    /// # Errors
    /// A closed or reversed decision; says what is left when it is less.
    pub fn check_spend(&self, amount: Money) -> Result<(), PotError> {
        self.check_open()?;
        let left = self.left()?;
        if amount <= left { Ok(()) } else { Err(PotError::DecisionShort(left)) }
    }

    /// Whether it takes entries.
    ///
    /// # Errors
    /// A closed or reversed decision.
    pub fn check_open(&self) -> Result<(), PotError> {
        if self.is_closed {
            Err(PotError::Closed)
        } else if self.reserved == Money::ZERO {
            Err(PotError::Reversed)
        } else {
            Ok(())
        }
    }
}

/// What an organisation gives by the budget that holds, beside the one that was approved before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PotContribution {
    /// Organisation.
    pub partner: PartnerCode,
    /// What it gives.
    pub amount: Money,
    /// What it gave by the budget before; `None` when there was none.
    pub before: Option<Money>,
    /// What it spent of the pot.
    pub spent: Money,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn sums(decisions: &[(i64, i64, i64, bool)]) -> PotSums {
        let decisions =
            (1..).zip(decisions).map(|(number, (reserved, spent, released, is_closed))| DecisionSums {
                decision: PotEntryId::from_uuid(Uuid::from_u128(number)),
                day: date(2024, 1, 1),
                organ: "stuurgroep".to_owned(),
                subject: "lokaal".to_owned(),
                reserved: Money::from_cents(*reserved),
                spent: Money::from_cents(*spent),
                released: Money::from_cents(*released),
                is_closed: *is_closed,
            });
        PotSums { contributed: Money::from_cents(1_000), decisions: decisions.collect() }
    }

    #[test]
    fn a_pot_gives_to_the_last_cent_and_no_further() {
        let pot = sums(&[(600, 100, 0, false), (300, 50, 250, true)]);

        assert_eq!(pot.available().unwrap().cents(), 350);
        assert_eq!(pot.check_reserve(Money::from_cents(350)), Ok(()));
        assert_eq!(
            pot.check_reserve(Money::from_cents(351)),
            Err(PotError::PotShort(Money::from_cents(350)))
        );
    }

    #[test]
    fn a_decision_gives_what_it_holds_while_it_is_open() {
        let pot = sums(&[(600, 100, 0, false), (300, 50, 250, true), (0, 0, 0, false)]);
        let spend = |place: usize, cents| pot.decisions[place].check_spend(Money::from_cents(cents));

        assert_eq!(spend(0, 500), Ok(()));
        assert_eq!(spend(0, 501), Err(PotError::DecisionShort(Money::from_cents(500))));
        assert_eq!(spend(1, 1), Err(PotError::Closed));
        assert_eq!(spend(2, 1), Err(PotError::Reversed));
    }

    #[test]
    fn what_is_reversed_leaves_no_balance_below_zero() {
        let pot = sums(&[(600, 100, 0, false), (300, 50, 250, true), (300, 0, 0, false)]);
        let reverse = |kind, cents, place: usize| {
            pot.check_reverse(kind, Money::from_cents(cents), &pot.decisions[place])
        };

        assert_eq!(reverse(PotKind::Decision, 600, 0), Err(PotError::InUse));
        assert_eq!(reverse(PotKind::Spending, 100, 0), Ok(()));
        assert_eq!(reverse(PotKind::Spending, 50, 1), Err(PotError::Closed));
        assert_eq!(reverse(PotKind::Decision, 300, 2), Ok(()));
        // 50 are left in the pot: the 250 that were released went into another decision.
        assert_eq!(reverse(PotKind::Release, 250, 1), Err(PotError::PotShort(Money::from_cents(50))));
    }
}
