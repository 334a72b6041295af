//! The names that a file declares, and the places that refer to them.

use std::collections::BTreeMap;

use toml_span::Span;

use crate::closed_set::{ClosedSet, closed_set};
use crate::suggest;

closed_set! {
    /// What a name is the name of: names of different kinds do not meet.
    pub(crate) enum Namespace is "namespace" {
        Municipality = "municipality",
        Partner = "partner",
        LocalAuthority = "local authority",
        Channel = "channel",
        Role = "role",
        MatchingTerm = "term of the score",
        DataClass = "class of data",
        Question = "question",
        ReferralReason = "referral reason",
        RefusalReason = "refusal reason",
        WithdrawalReason = "withdrawal reason",
        EligibilityRule = "eligibility rule",
        MatchingRule = "matching rule",
        CaseWeight = "case weight",
        SchoolYear = "school year",
        LifeDomain = "life domain",
        Instrument = "instrument",
        Duty = "duty",
        ExitReason = "exit reason",
        Indicator = "indicator",
        Component = "budget component",
        Programme = "programme",
    }
}

/// Declarations and references of one file.
#[derive(Default)]
pub(crate) struct Names {
    declared: BTreeMap<Namespace, Vec<String>>,
    referred: Vec<(Namespace, String, Span)>,
    /// Namespaces with a declaration that could not be read; a reference into them is not judged.
    unknown: Vec<Namespace>,
}

impl Names {
    /// Notes a declaration; `false` when the name was declared before.
    pub(crate) fn declare(&mut self, namespace: Namespace, name: &str) -> bool {
        let names = self.declared.entry(namespace).or_default();
        let is_new = !names.iter().any(|known| known == name);
        if is_new {
            names.push(name.to_owned());
        }
        is_new
    }

    /// Notes a reference.
    pub(crate) fn refer(&mut self, namespace: Namespace, name: &str, span: Span) {
        self.referred.push((namespace, name.to_owned(), span));
    }

    /// Leaves references into a namespace unjudged, because a declaration in it cannot be read: what refers to it
    /// is right once that one mistake is mended.
    pub(crate) fn give_up(&mut self, namespace: Namespace) {
        self.unknown.push(namespace);
    }

    /// Takes over what another file declared in a namespace, also when that could not be read.
    pub(crate) fn take_over(&mut self, other: &Self, namespace: Namespace) {
        if other.unknown.contains(&namespace) {
            self.give_up(namespace);
        }
        self.declared.insert(namespace, other.declared.get(&namespace).cloned().unwrap_or_default());
    }

    /// Gives each reference to nothing: its place, what is wrong and what would be right.
    pub(crate) fn unresolved(&self) -> Vec<(Span, String, String)> {
        let none = Vec::new();
        self.referred
            .iter()
            .filter(|(namespace, _, _)| !self.unknown.contains(namespace))
            .filter_map(|(namespace, name, span)| {
                let known = self.declared.get(namespace).unwrap_or(&none);
                if known.contains(name) {
                    return None;
                }
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let what = namespace.as_str();
                let remedy = if known.is_empty() {
                    format!("declare a {what} `{name}` first: there is none yet")
                } else {
                    suggest::remedy(name, &known)
                };
                Some((*span, format!("there is no {what} `{name}`"), remedy))
            })
            .collect()
    }
}
