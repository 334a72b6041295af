//! What a proposal says: who can be confirmed, in which order, and who cannot, line by line.

use region::programme::{HardRuleKind, MatchingTerm, Role};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The answer. Its encoding is what is kept and compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who can be confirmed, best first.
    pub proposed: Vec<Proposed>,
    /// Who cannot; nearest to fitting first.
    pub excluded: Vec<Excluded>,
}

/// A worker for whom every hard rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Worker.
    pub worker: Uuid,
    /// In which role; `None` only when no mandate holds on the day, which a hard rule rules out.
    pub role: Option<Role>,
    /// Weighted cases left before this one, rounded down to hundredths.
    pub cases_left: Decimal,
    /// The hard rules, in the order of the file.
    pub rules: Vec<RuleLine>,
    /// The weighed terms, heaviest first.
    pub terms: Vec<TermLine>,
}

/// A worker for whom a hard rule fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// Worker.
    pub worker: Uuid,
    /// The hard rules, in the order of the file.
    pub rules: Vec<RuleLine>,
}

/// Whether a hard rule holds, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleLine {
    /// Id in the programme file.
    pub rule: String,
    /// What it asks for.
    pub kind: HardRuleKind,
    /// Whether it holds.
    pub holds: bool,
    /// What it asks for, in the words of the file.
    pub explanation: String,
    /// Why it holds or fails, in Dutch.
    pub why: String,
}

/// What a weighed term says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermLine {
    /// Term.
    pub term: MatchingTerm,
    /// Whether it speaks for or against.
    pub tone: Tone,
    /// What it says, in Dutch.
    pub text: String,
    /// Place by this term alone among those proposed, from 1; equals share one.
    pub place: u32,
}

/// Whether a term speaks for or against a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// For: more than half of the points.
    Plus,
    /// Neither: exactly half.
    Neutral,
    /// Against: less than half.
    Minus,
}

impl Tone {
    /// The tone of so many points out of 100.
    pub const fn of(points: u32) -> Self {
        match points {
            0..50 => Self::Minus,
            50 => Self::Neutral,
            _ => Self::Plus,
        }
    }
}

impl Answer {
    /// The worker who is proposed first.
    pub fn first(&self) -> Option<Uuid> {
        self.proposed.first().map(|one| one.worker)
    }

    /// The hard rules that fail for a worker; `None` when the worker was not looked at.
    pub fn failing(&self, worker: Uuid) -> Option<Vec<HardRuleKind>> {
        if self.proposed.iter().any(|one| one.worker == worker) {
            return Some(Vec::new());
        }
        let excluded = self.excluded.iter().find(|one| one.worker == worker)?;
        Some(excluded.rules.iter().filter(|line| !line.holds).map(|line| line.kind).collect())
    }
}
