//! Weighed terms: what makes one proposal better than another. Each gives whole points from 0 (against) over 50 (says nothing) to
//! 100 (for); divisions round down. No floats, so every machine gives the same.
//!
//! | Term | Points |
//! |---|---|
//! | `expertise` | 100 x domains asked for that the worker knows / domains asked for; 50 when none is asked for |
//! | `home_language` | 100 when the worker speaks the first language given, else 0; 50 when none is given |
//! | `travel` | 100 when the worker serves the municipality, 50 when the worker serves none in particular, else 0 |
//! | `continuity` | 100 for who accompanied this participation last, 50 for who did earlier, else 0 |
//! | `undivided` | 100 x share of full time in the programme / programmes the worker has a capacity for on the first day |
//! | `balance` | 100 x what is left / the most the worker can carry; 0 for none, or less than nothing |
//! | `waiting_time` | 50 for everybody: it is about who waits and orders the list of those, not the workers for one of them |
//! | `inflow_share` | 50 for everybody: who referred is not known here |

use region::programme::MatchingTerm;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::{Accompanied, Input, WorkerFacts};
use crate::domain::shown_down;

/// Most points.
const ALL: u32 = 100;
/// Points that say nothing.
const HALF: u32 = 50;

/// What a term gives a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// From 0 to 100.
    pub points: u32,
    /// What it says, in Dutch.
    pub text: String,
}

fn grade_of(points: u32, text: impl Into<String>) -> Grade {
    Grade { points, text: text.into() }
}

/// Grades a worker by a term.
pub fn grade(term: MatchingTerm, input: &Input, worker: &WorkerFacts) -> Grade {
    match term {
        MatchingTerm::Expertise => expertise(input, worker),
        MatchingTerm::HomeLanguage => home_language(input, worker),
        MatchingTerm::Travel => travel(input, worker),
        MatchingTerm::Continuity => continuity(worker),
        MatchingTerm::Undivided => undivided(worker),
        MatchingTerm::Balance => balance(worker),
        MatchingTerm::WaitingTime => waiting_time(input),
        MatchingTerm::InflowShare => grade_of(HALF, "Wie aanmeldde, telt hier niet mee."),
    }
}

fn expertise(input: &Input, worker: &WorkerFacts) -> Grade {
    let asked = &input.needs.life_domains;
    let known = asked.intersection(&worker.expertise).count();
    let (Ok(known), Ok(of)) = (u32::try_from(known), u32::try_from(asked.len())) else {
        return grade_of(HALF, "Te veel domeinen om te wegen.");
    };
    match (ALL * known).checked_div(of) {
        None => grade_of(HALF, "Er zijn geen domeinen gevraagd."),
        Some(points) => grade_of(points, format!("Kent {known} van de {of} gevraagde domeinen goed.")),
    }
}

fn home_language(input: &Input, worker: &WorkerFacts) -> Grade {
    match input.needs.languages.first() {
        None => grade_of(HALF, "Er is geen taal opgegeven."),
        Some(own) if worker.languages.contains(own) => {
            grade_of(ALL, format!("Spreekt {own}, de eigen taal."))
        }
        Some(own) => grade_of(0, format!("Spreekt geen {own}, de eigen taal.")),
    }
}

fn travel(input: &Input, worker: &WorkerFacts) -> Grade {
    match input.municipality {
        _ if worker.municipalities.is_empty() => grade_of(HALF, "Werkt overal, nergens in het bijzonder."),
        Some(nis) if worker.municipalities.contains(&nis) => grade_of(ALL, "Werkt in de gemeente zelf."),
        Some(_) | None => grade_of(0, "Werkt in andere gemeenten."),
    }
}

fn continuity(worker: &WorkerFacts) -> Grade {
    match worker.accompanied {
        Accompanied::Latest => grade_of(ALL, "Begeleidde de deelnemer het laatst."),
        Accompanied::Earlier => grade_of(HALF, "Begeleidde de deelnemer vroeger."),
        Accompanied::Never => grade_of(0, "Kent de deelnemer nog niet."),
    }
}

fn undivided(worker: &WorkerFacts) -> Grade {
    let percent = worker.share * Decimal::from(ALL);
    let points =
        percent.checked_div(Decimal::from(worker.programmes.max(1))).and_then(|points| points.to_u32());
    let text = match worker.programmes {
        0 | 1 => format!("Werkt {} % hiervoor.", percent.normalize()),
        more => {
            format!("Werkt {} % hiervoor, en verdeelt de tijd over {more} programma's.", percent.normalize())
        }
    };
    grade_of(points.unwrap_or(0).min(ALL), text)
}

fn balance(worker: &WorkerFacts) -> Grade {
    let left = worker.cases_max - worker.cases_used;
    let points = (left * Decimal::from(ALL)).checked_div(worker.cases_max).and_then(|points| points.to_u32());
    let (left, max) = (shown_down(left), shown_down(worker.cases_max));
    grade_of(points.unwrap_or(0).min(ALL), format!("Heeft {left} van {max} vrij."))
}

fn waiting_time(input: &Input) -> Grade {
    let days = input.referred_on.until(input.made_on).map_or(0, |span| span.get_days());
    grade_of(HALF, format!("De deelnemer wacht {days} dagen; dat telt voor iedereen even zwaar."))
}
