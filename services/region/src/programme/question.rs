//! What is asked at screening.

use serde::Serialize;

use crate::closed_set::closed_set;
use crate::programme::SecrecyClass;
use crate::read::Namespace;
use crate::read::Section;
use crate::report::MistakeKind;
use crate::values::{ItemCode, QuestionId};

closed_set! {
    /// What kind of answer a question takes.
    pub enum QuestionKind is "kind of question" {
        /// `yes` or `no`.
        YesNo = "yes_no",
        /// One of the question's choices, by code.
        Choice = "choice",
        /// Several of the question's choices, by code, separated by commas.
        Choices = "choices",
        /// Free text.
        Text = "text",
        /// A date of which the day or the month may be unknown.
        Date = "date",
        /// A whole number from 0 on.
        Number = "number",
    }
}

/// One of the answers that a question offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is stored.
    pub code: ItemCode,
    /// What is shown.
    pub label: String,
}

/// A question of the programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// The question, in plain language.
    pub text: String,
    /// Why it is asked, shown beside it; a sensitive question must say so.
    pub purpose: Option<String>,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// Whether screening needs an answer.
    pub required: bool,
    /// How secret the answer is.
    pub secrecy: SecrecyClass,
    /// The answers it offers, for the two kinds of choice.
    pub choices: Vec<Choice>,
}

impl Question {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let id = section.declared("id", Namespace::Question, "works-full-time");
        let text = section.text("text");
        let purpose = section.optional_text("purpose");
        let kind = section.word("kind");
        let required = section.optional_boolean("required");
        let secrecy = section.optional_word("secrecy").unwrap_or(SecrecyClass::Normal);
        let mut codes: Vec<ItemCode> = Vec::new();
        let choices = section.tables("choice", 0, |section| {
            let code: ItemCode = section.parsed("code", "lower-secondary")?;
            if codes.contains(&code) {
                section.complain(
                    "code",
                    MistakeKind::Duplicate,
                    format!("the question already has a choice `{code}`"),
                    "give this choice another `code`, or remove one of the two",
                );
            }
            codes.push(code.clone());
            Some(Choice { code, label: section.text("label")? })
        });
        check_choices(section, kind, choices.as_deref());
        if secrecy != SecrecyClass::Normal && !section.has("purpose") {
            section.missing_what("purpose", "the reason why this sensitive question is asked");
        }
        Some(Self {
            id: id?,
            text: text?,
            purpose,
            kind: kind?,
            required: required?,
            secrecy,
            choices: choices?,
        })
    }
}

fn check_choices(section: &mut Section<'_, '_>, kind: Option<QuestionKind>, choices: Option<&[Choice]>) {
    let (Some(kind), Some(choices)) = (kind, choices) else {
        return;
    };
    let offers = matches!(kind, QuestionKind::Choice | QuestionKind::Choices);
    if offers && choices.len() < 2 {
        section.complain(
            "kind",
            MistakeKind::TooFew,
            "a question with choices needs at least two of them",
            "add tables `[[question.choice]]` with `code` and `label`, or make it `kind = \"yes_no\"`",
        );
    }
    if !offers && !choices.is_empty() {
        section.complain(
            "choice",
            MistakeKind::Contradiction,
            format!("a question of kind `{kind}` offers no choices"),
            "remove the choices, or make it `kind = \"choice\"`",
        );
    }
}
