//! Proposals.

use proto::matching::v1::{
    ExcludedWorker, HardRuleLine, Proposal, ProposedWorker, TermLine as ProtoLine, TermTone,
};
use proto::options::v1::Role;

use crate::domain::proposal::{Excluded, Proposed, RuleLine, TermLine, Tone};
use crate::events::published::{to_role, to_timestamp};
use crate::use_cases::FoundProposal;

/// One proposal.
pub(in crate::grpc) fn to_proposal(found: FoundProposal) -> Proposal {
    let FoundProposal { stored, weight, answer } = found;
    Proposal {
        proposal_id: stored.id.to_string(),
        participation_id: stored.participation.to_string(),
        episode_id: stored.episode.to_string(),
        programme: stored.programme,
        programme_version: stored.programme_version.to_string(),
        first_day: stored.first_day.to_string(),
        weight,
        proposed: answer.proposed.into_iter().map(to_proposed).collect(),
        excluded: answer.excluded.into_iter().map(to_excluded).collect(),
        input_sha256: stored.kept.map(|(input, _)| input.sha256).unwrap_or_default(),
        proposed_at: Some(to_timestamp(stored.proposed_at)),
        answer_until: stored.answer_until.to_string(),
        match_id: stored.match_id.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn to_proposed(one: Proposed) -> ProposedWorker {
    ProposedWorker {
        worker_id: one.worker.to_string(),
        role: one.role.map_or(Role::Unspecified, to_role).into(),
        cases_left: one.cases_left.to_string(),
        rules: one.rules.into_iter().map(to_rule).collect(),
        terms: one.terms.into_iter().map(to_term).collect(),
    }
}

fn to_excluded(one: Excluded) -> ExcludedWorker {
    ExcludedWorker { worker_id: one.worker.to_string(), rules: one.rules.into_iter().map(to_rule).collect() }
}

fn to_rule(line: RuleLine) -> HardRuleLine {
    HardRuleLine { rule: line.rule, holds: line.holds, explanation: line.explanation, why: line.why }
}

fn to_term(line: TermLine) -> ProtoLine {
    let tone = match line.tone {
        Tone::Plus => TermTone::Plus,
        Tone::Neutral => TermTone::Neutral,
        Tone::Minus => TermTone::Minus,
    };
    ProtoLine {
        term: line.term.to_string(),
        tone: tone.into(),
        text: line.text,
        place: i32::try_from(line.place).unwrap_or(i32::MAX),
    }
}
