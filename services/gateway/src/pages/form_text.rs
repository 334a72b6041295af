//! What the referral form says, field by field, in Dutch.

use crate::problem::Problem;

/// A text field of the form.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextField {
    /// Name in the request.
    pub name: &'static str,
    /// What stands above it.
    pub label: &'static str,
    /// What stands below that.
    pub help: &'static str,
    /// What to do when it is wrong.
    pub error: &'static str,
    /// Longest text.
    pub max_length: usize,
    /// Whether it may stay empty.
    pub optional: bool,
    /// For browsers that fill in forms.
    pub autocomplete: &'static str,
}

const fn field(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    error: &'static str,
    max_length: usize,
) -> TextField {
    TextField { name, label, help, error, max_length, optional: false, autocomplete: "off" }
}

/// Who is referred.
pub(super) const PERSON: [TextField; 2] = [
    field(
        "personName",
        "Naam van de persoon",
        "Een voornaam is genoeg.",
        "Vul de naam van de persoon in, hoogstens 120 tekens.",
        120,
    ),
    field(
        "personContact",
        "Hoe bereiken we die persoon?",
        "Een telefoonnummer, of waar en wanneer we de persoon vinden.",
        "Vul in hoe we de persoon bereiken, hoogstens 200 tekens.",
        200,
    ),
];

/// Who refers.
pub(super) const REFERRER: [TextField; 3] = [
    TextField {
        autocomplete: "name",
        ..field("referrerName", "Uw naam", "", "Vul uw naam in, hoogstens 120 tekens.", 120)
    },
    TextField {
        optional: true,
        autocomplete: "organization",
        ..field(
            "referrerOrganisation",
            "Uw organisatie, school of dienst",
            "Mag leeg blijven als u zelf deelnemer bent.",
            "Hoogstens 160 tekens.",
            160,
        )
    },
    field(
        "referrerContact",
        "Hoe bereiken we u?",
        "Telefoon of e-mail.",
        "Vul uw telefoonnummer of e-mailadres in, hoogstens 200 tekens.",
        200,
    ),
];

/// The note.
pub(super) const NOTE: TextField = TextField {
    optional: true,
    ..field(
        "note",
        "Wilt u nog iets zeggen?",
        "Schrijf hier geen rijksregisternummer.",
        "Schrijf hoogstens 2000 tekens, en geen rijksregisternummer.",
        2000,
    )
};

pub(super) const CONSENT: &str = "Weet de persoon van deze aanmelding?";
pub(super) const MUNICIPALITY: &str = "Waar woont de persoon?";
pub(super) const REASONS: &str = "Waarover gaat het?";
pub(super) const CHANNEL: &str = "Hoe kent u de persoon?";
pub(super) const PROGRAMME: &str = "Voor welk programma?";

/// One mistake, with the id of the field it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormError {
    pub field: String,
    pub text: &'static str,
}

/// The mistakes of a refused referral in the words of the form; each field once.
pub(super) fn errors(problem: &Problem) -> Vec<FormError> {
    let mut errors: Vec<FormError> = Vec::new();
    for violation in problem.wrong_fields() {
        let field = violation.field.split(['[', '.']).next().unwrap_or_default();
        if !errors.iter().any(|known| known.field == field) {
            errors.push(FormError { field: field.to_owned(), text: text(field) });
        }
    }
    errors
}

fn text(field: &str) -> &'static str {
    let known = PERSON.iter().chain(&REFERRER).chain([&NOTE]).find(|known| known.name == field);
    match (known, field) {
        (Some(known), _) => known.error,
        (None, "consent") => "Zeg of de persoon van deze aanmelding weet.",
        (None, "municipalityNis") => "Kies de gemeente waar de persoon woont.",
        (None, "reasons") => "Kies waarover het gaat: minstens één antwoord, hoogstens tien.",
        (None, "channel") => "Zeg hoe u de persoon kent.",
        (None, "programme") => "Kies het programma.",
        (None, _) => "Kijk het formulier na.",
    }
}
