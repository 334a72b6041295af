//! Why a referral is refused or withdrawn.

use serde::Serialize;

use crate::read::{Namespace, Section};
use crate::values::{RefusalReasonCode, WithdrawalReasonCode};

/// A reason of refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusalReason {
    /// Its code.
    pub code: RefusalReasonCode,
    /// What the coordinator chooses.
    pub label: String,
    /// What the letter says, in plain language.
    pub letter: String,
    /// Whether the refusal must name where the person can go instead.
    pub alternative_required: bool,
    /// How many calendar days the person has to reply (*weerwoord*), counted from the day after the refusal.
    pub reply_term_days: u32,
}

impl RefusalReason {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::RefusalReason, "out-of-area");
        let label = section.text("label");
        let letter = section.text("letter");
        let alternative_required = section.boolean("alternative_required");
        let reply_term_days = section.integer("reply_term_days", 1..=365);
        Some(Self {
            code: code?,
            label: label?,
            letter: letter?,
            alternative_required: alternative_required?,
            reply_term_days: reply_term_days?,
        })
    }
}

/// A reason of withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithdrawalReason {
    /// Its code.
    pub code: WithdrawalReasonCode,
    /// What the coordinator chooses.
    pub label: String,
}

impl WithdrawalReason {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::WithdrawalReason, "no-longer-wanted");
        let label = section.text("label");
        Some(Self { code: code?, label: label? })
    }
}
