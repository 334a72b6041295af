//! Hard rules: what must hold before a worker is proposed.

use jiff::civil::Date;
use region::programme::{HardRuleKind, StarterGate};

use super::{Input, RuleLine, WorkerFacts};
use crate::domain::{Gender, shown_down};

/// Checks the hard rules of the input for a worker, in their order. A valid mandate is asked for also when the file does not:
/// without one no match can be confirmed.
pub(super) fn check(input: &Input, worker: &WorkerFacts) -> Vec<RuleLine> {
    let mut lines: Vec<RuleLine> = input
        .rules
        .iter()
        .map(|rule| {
            let (holds, why) = judge(rule.kind, input, worker);
            let (rule, kind, explanation) = (rule.id.clone(), rule.kind, rule.explanation.clone());
            RuleLine { rule, kind, holds, explanation, why }
        })
        .collect();
    if !lines.iter().any(|line| line.kind == HardRuleKind::ValidMandate) {
        let (holds, why) = valid_mandate(input, worker);
        lines.push(RuleLine {
            rule: "valid-mandate".to_owned(),
            kind: HardRuleKind::ValidMandate,
            holds,
            explanation: "Wie begeleidt, heeft een geldig mandaat op de eerste dag.".to_owned(),
            why,
        });
    }
    lines
}

/// Whether a rule holds, and why in Dutch.
fn judge(kind: HardRuleKind, input: &Input, worker: &WorkerFacts) -> (bool, String) {
    match kind {
        HardRuleKind::SharedLanguage => shared_language(input, worker),
        HardRuleKind::GenderPreference => gender_preference(input, worker),
        HardRuleKind::WorkingArea => working_area(input, worker),
        HardRuleKind::CapacityLeft => capacity_left(input, worker),
        HardRuleKind::NoConflictOfInterest => no_conflict(input, worker),
        HardRuleKind::StarterGate => starter_gate(input, worker),
        HardRuleKind::VisitPlanFits => visit_plan_fits(input, worker),
        HardRuleKind::ValidMandate => valid_mandate(input, worker),
    }
}

fn shared_language(input: &Input, worker: &WorkerFacts) -> (bool, String) {
    let asked = &input.needs.languages;
    if asked.is_empty() {
        return (true, "De deelnemer vraagt geen bepaalde taal.".to_owned());
    }
    if let Some(language) = asked.iter().find(|language| worker.languages.contains(language)) {
        return (true, format!("Ze spreken allebei {language}."));
    }
    let asked: Vec<&str> = asked.iter().map(region::LanguageCode::as_str).collect();
    (false, format!("Spreekt geen {}.", asked.join(" of ")))
}

fn gender_preference(input: &Input, worker: &WorkerFacts) -> (bool, String) {
    let word = |gender: Gender| match gender {
        Gender::Woman => "vrouw",
        Gender::Man => "man",
    };
    match (input.needs.gender, worker.gender) {
        (None, _) => (true, "De deelnemer heeft geen voorkeur.".to_owned()),
        (Some(asked), Some(gender)) if asked == gender => {
            (true, format!("Is een {}, zoals gevraagd.", word(asked)))
        }
        (Some(asked), Some(_)) => (false, format!("Er is een {} gevraagd.", word(asked))),
        (Some(asked), None) => {
            (false, format!("Er is een {} gevraagd; van deze begeleider is dat niet bekend.", word(asked)))
        }
    }
}

fn working_area(input: &Input, worker: &WorkerFacts) -> (bool, String) {
    if worker.municipalities.is_empty() {
        return (true, "Werkt in de hele regio.".to_owned());
    }
    match input.municipality {
        Some(nis) if worker.municipalities.contains(&nis) => (true, format!("Werkt in de gemeente {nis}.")),
        Some(nis) => (false, format!("Werkt niet in de gemeente {nis}.")),
        None => (false, "De gemeente van de deelnemer hoort niet meer bij de regio.".to_owned()),
    }
}

fn capacity_left(input: &Input, worker: &WorkerFacts) -> (bool, String) {
    let needed = input.needs.weight;
    let holds = worker.cases_used + needed <= worker.cases_max;
    let (used, max) = (worker.cases_used.normalize(), shown_down(worker.cases_max));
    let fits = if holds { "past er nog bij" } else { "past er niet meer bij" };
    (holds, format!("{used} van {max} bezet; {} {fits}.", needed.normalize()))
}

fn no_conflict(input: &Input, worker: &WorkerFacts) -> (bool, String) {
    if input.needs.conflicts.contains(&worker.worker) {
        (false, "Staat privé te dicht bij de deelnemer.".to_owned())
    } else {
        (true, "Geen band bekend.".to_owned())
    }
}

fn starter_gate(input: &Input, worker: &WorkerFacts) -> (bool, String) {
    let word = |gate: &StarterGate| match gate {
        StarterGate::StarterTraining => "startvorming",
        StarterGate::Contract => "contract",
        StarterGate::Extract => "uittreksel",
    };
    let missing: Vec<&str> =
        input.starter_gate.iter().filter(|gate| !worker.starter_gate.contains(gate)).map(word).collect();
    if missing.is_empty() {
        (true, "Alles voor de start is in orde.".to_owned())
    } else {
        (false, format!("Nog niet in orde: {}.", missing.join(", ")))
    }
}

fn visit_plan_fits(input: &Input, worker: &WorkerFacts) -> (bool, String) {
    let Some(window) = &input.visits else {
        return (true, "Dit programma heeft geen vaste bezoeken.".to_owned());
    };
    let Some(last_day) = window.last_day else {
        return (false, "De schoolkalender reikt niet tot het einde van de bezoeken.".to_owned());
    };
    if let Some(holiday) = &window.long_holiday {
        return (false, format!("De bezoeken passen niet voor de {holiday}."));
    }
    let holds_throughout = |from: Date| {
        worker.roles.iter().any(|span| span.holds_on(from) && span.last.is_none_or(|last| last_day <= last))
    };
    if holds_throughout(input.first_day) {
        (true, format!("De laatste bezoekweek eindigt op {last_day}."))
    } else {
        (false, format!("Het mandaat houdt op voor {last_day}, het einde van de bezoeken."))
    }
}

fn valid_mandate(input: &Input, worker: &WorkerFacts) -> (bool, String) {
    if worker.role_on(input.first_day).is_some() {
        (true, format!("Het mandaat is geldig op {}.", input.first_day))
    } else {
        (false, format!("Geen geldig mandaat op {}.", input.first_day))
    }
}
