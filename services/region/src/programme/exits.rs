//! Why a trajectory ends.

use serde::Serialize;

use crate::closed_set::closed_set;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::ExitReasonCode;

closed_set! {
    /// What an exit counts as.
    pub enum ExitOutcome is "outcome" {
        /// Into durable paid work.
        WithWork = "with_work",
        /// A step on the ladder below work: training, volunteering, supported work.
        StepBelowWork = "step_below_work",
        /// Back to the regular offer, which can serve better now.
        RegularOffer = "regular_offer",
        /// Without work.
        WithoutWork = "without_work",
    }
}

closed_set! {
    /// In which circuit the work is.
    pub enum WorkCircuit is "circuit" {
        /// The regular labour market (REC).
        Regular = "regular",
        /// The social economy (SEC).
        Social = "social",
    }
}

/// What comes before the end of a trajectory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Closing {
    /// Whether a trajectory ends only after a closing evaluation that was held, or that they refused.
    pub evaluation_required: bool,
}

impl Closing {
    /// Reads `[closing]`; a programme without it asks for nothing.
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        if !section.has("closing") {
            return Some(Self::default());
        }
        section.optional_table("closing", |closing| {
            Some(Self { evaluation_required: closing.boolean("evaluation_required")? })
        })
    }
}

/// A reason of exit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExitReason {
    /// Its code.
    pub code: ExitReasonCode,
    /// What it is called.
    pub label: String,
    /// What it counts as.
    pub outcome: ExitOutcome,
    /// In which circuit the work is; only with work.
    pub circuit: Option<WorkCircuit>,
    /// Whether somebody else takes over and must confirm it.
    pub handover: bool,
}

impl ExitReason {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::ExitReason, "work-regular");
        let label = section.text("label");
        let outcome: Option<ExitOutcome> = section.word("outcome");
        let circuit = section.optional_word("circuit");
        let handover = section.optional_boolean("handover");
        match outcome {
            Some(ExitOutcome::WithWork) if !section.has("circuit") => {
                section.missing("circuit", "\"regular\"` or `\"social\"");
            }
            Some(outcome) if outcome != ExitOutcome::WithWork && section.has("circuit") => section.complain(
                "circuit",
                MistakeKind::Contradiction,
                format!("an exit that counts as `{outcome}` has no circuit of work"),
                "remove `circuit`, or write `outcome = \"with_work\"`",
            ),
            _ => {}
        }
        Some(Self { code: code?, label: label?, outcome: outcome?, circuit, handover: handover? })
    }
}
