//! Who may take part: rules of a closed set of kinds.

use serde::Serialize;

use crate::closed_set::closed_set;
use crate::programme::{Question, QuestionKind};
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::suggest;
use crate::values::{QuestionId, RefusalReasonCode, RuleId};

closed_set! {
    /// The words for the kinds of rules.
    enum KindWord is "kind of rule" {
        Age = "age",
        Residence = "residence",
        NotWorkingFullTime = "not_working_full_time",
        LegalResidence = "legal_residence",
        ConsentGiven = "consent_given",
        AnswerEquals = "answer_equals",
        AnswerOneOf = "answer_one_of",
    }
}

closed_set! {
    /// The words for what happens when a rule does not hold.
    enum FailureWord is "consequence" {
        Refuse = "refuse",
        Manual = "manual",
        Motivate = "motivate",
    }
}

/// What a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RuleKind {
    /// The age in whole years on the day of screening lies within limits.
    Age {
        /// The lowest age; `None` when there is no lowest.
        min_years: Option<i16>,
        /// The highest age; `None` when there is no highest.
        max_years: Option<i16>,
    },
    /// The person lives in a municipality of the region.
    Residence,
    /// The person does not work full time at the start: the answer to a yes-or-no question is no.
    NotWorkingFullTime {
        /// The question that asks whether the person works full time.
        question: QuestionId,
    },
    /// The person stays legally in the country: the answer to a yes-or-no question is yes.
    LegalResidence {
        /// The question that asks for it.
        question: QuestionId,
    },
    /// The person said yes to the referral.
    ConsentGiven,
    /// A question has this answer.
    AnswerEquals {
        /// The question.
        question: QuestionId,
        /// The answer: `yes`, `no` or the code of a choice.
        answer: String,
    },
    /// A question has one of these answers.
    AnswerOneOf {
        /// The question.
        question: QuestionId,
        /// The answers: codes of choices.
        answers: Vec<String>,
    },
}

/// What happens when a rule does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OnFailure {
    /// The person cannot take part; this reason of refusal is suggested.
    Refuse {
        /// The reason that is suggested.
        reason: RefusalReasonCode,
    },
    /// A person decides; no reason is suggested.
    Manual,
    /// The rule is flexible: a person may set it aside with a written motivation, else this reason is suggested.
    Motivate {
        /// The reason that is suggested when it is not set aside.
        otherwise: Option<RefusalReasonCode>,
    },
}

/// One rule of eligibility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EligibilityRule {
    /// Its id.
    pub id: RuleId,
    /// What it asks for.
    #[serde(flatten)]
    pub kind: RuleKind,
    /// What a coordinator reads about it, in plain language.
    pub explanation: String,
    /// What happens when it does not hold.
    pub on_failure: OnFailure,
}

impl EligibilityRule {
    pub(crate) fn read_all(
        section: &mut Section<'_, '_>,
        questions: Option<&[Question]>,
    ) -> Option<Vec<Self>> {
        section.tables("eligibility", 0, |section| Self::read(section, questions))
    }

    fn read(section: &mut Section<'_, '_>, questions: Option<&[Question]>) -> Option<Self> {
        let id = section.declared("id", Namespace::EligibilityRule, "lives-in-region");
        let explanation = section.text("explanation");
        let on_failure = read_on_failure(section);
        let word: Option<KindWord> = section.word("kind");
        if word.is_none() {
            section.abandon();
        }
        let kind = word.and_then(|word| read_kind(section, word, questions));
        Some(Self { id: id?, kind: kind?, explanation: explanation?, on_failure: on_failure? })
    }
}

fn read_on_failure(section: &mut Section<'_, '_>) -> Option<OnFailure> {
    let word: Option<FailureWord> = section.word("on_failure");
    match word {
        Some(FailureWord::Refuse) => {
            Some(OnFailure::Refuse { reason: section.reference("refusal_reason", Namespace::RefusalReason)? })
        }
        Some(FailureWord::Motivate) => {
            let otherwise = section.optional_reference("refusal_reason", Namespace::RefusalReason);
            Some(OnFailure::Motivate { otherwise })
        }
        Some(FailureWord::Manual) => {
            if section.has("refusal_reason") {
                section.complain(
                    "refusal_reason",
                    MistakeKind::Contradiction,
                    "a rule that is decided by hand suggests no reason of refusal",
                    "remove `refusal_reason`, or write `on_failure = \"refuse\"`",
                );
            }
            Some(OnFailure::Manual)
        }
        None => {
            section.has("refusal_reason");
            None
        }
    }
}

fn read_kind(
    section: &mut Section<'_, '_>,
    word: KindWord,
    questions: Option<&[Question]>,
) -> Option<RuleKind> {
    match word {
        KindWord::Age => read_age(section),
        KindWord::Residence => Some(RuleKind::Residence),
        KindWord::ConsentGiven => Some(RuleKind::ConsentGiven),
        KindWord::NotWorkingFullTime => {
            let (id, _) = read_question(section, questions, &[QuestionKind::YesNo])?;
            Some(RuleKind::NotWorkingFullTime { question: id })
        }
        KindWord::LegalResidence => {
            let (id, _) = read_question(section, questions, &[QuestionKind::YesNo])?;
            Some(RuleKind::LegalResidence { question: id })
        }
        KindWord::AnswerEquals => {
            let answer = section.text("answer");
            let (id, question) =
                read_question(section, questions, &[QuestionKind::YesNo, QuestionKind::Choice])?;
            let answer = answer?;
            check_answer(section, "answer", question, &answer);
            Some(RuleKind::AnswerEquals { question: id, answer })
        }
        KindWord::AnswerOneOf => {
            let answers = section.list::<crate::values::ItemCode>("answers", 1, "...");
            let (id, question) = read_question(section, questions, &[QuestionKind::Choice])?;
            let answers: Vec<String> = answers?.iter().map(ToString::to_string).collect();
            for answer in &answers {
                check_answer(section, "answers", question, answer);
            }
            Some(RuleKind::AnswerOneOf { question: id, answers })
        }
    }
}

fn read_age(section: &mut Section<'_, '_>) -> Option<RuleKind> {
    let min = section.optional_integer("min_years", 0..=120);
    let max = section.optional_integer("max_years", 0..=120);
    if !section.has("min_years") && !section.has("max_years") {
        section.missing("min_years", "18` or `max_years = 64");
        return None;
    }
    if let (Some(min), Some(max)) = (min, max)
        && max < min
    {
        section.complain(
            "max_years",
            MistakeKind::Contradiction,
            format!("nobody is at least {min} and at most {max} years old"),
            "swap `min_years` and `max_years`, or correct one of them",
        );
    }
    let years = |number: Option<u32>| number.and_then(|number| i16::try_from(number).ok());
    Some(RuleKind::Age { min_years: years(min), max_years: years(max) })
}

/// Reads the question that a rule goes by and checks that its kind of answer fits; the question itself is only given
/// when it does.
fn read_question<'q>(
    section: &mut Section<'_, '_>,
    questions: Option<&'q [Question]>,
    fitting: &[QuestionKind],
) -> Option<(QuestionId, Option<&'q Question>)> {
    let id: QuestionId = section.reference("question", Namespace::Question)?;
    let question = questions.unwrap_or_default().iter().find(|question| question.id == id);
    if let Some(question) = question
        && !fitting.contains(&question.kind)
    {
        let kinds = fitting.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(" or ");
        section.complain(
            "question",
            MistakeKind::Contradiction,
            format!("the question `{id}` is of kind `{}`, which this rule cannot go by", question.kind),
            format!("take a question of kind {kinds}"),
        );
        return Some((id, None));
    }
    Some((id, question))
}

/// Checks that the question can have the answer that a rule waits for.
fn check_answer(section: &Section<'_, '_>, key: &str, question: Option<&Question>, answer: &str) {
    let Some(question) = question else {
        return;
    };
    let possible: Vec<&str> = match question.kind {
        QuestionKind::YesNo => vec!["yes", "no"],
        _ => question.choices.iter().map(|choice| choice.code.as_str()).collect(),
    };
    // A question without choices has its own mistake.
    if !possible.is_empty() && !possible.contains(&answer) {
        section.complain(
            key,
            MistakeKind::UnknownReference,
            format!("the question `{}` never has the answer `{answer}`", question.id),
            suggest::remedy(answer, &possible),
        );
    }
}
