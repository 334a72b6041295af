//! Answers to the questions of a programme, checked against the questions.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::explained::Explained;
use crate::programme::{Programme, Question, QuestionKind};
use crate::suggest;
use crate::values::{PartialDate, QuestionId};

/// An answer. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// Yes or no.
    YesNo(bool),
    /// The code of a choice.
    Choice(String),
    /// The codes of several choices.
    Choices(Vec<String>),
    /// Free text.
    Text(String),
    /// A date.
    Date(PartialDate),
    /// A number.
    Number(u32),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Answer(hidden)")
    }
}

/// Answers by question. `Debug` shows which questions were answered and never an answer.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<QuestionId, Answer>);

impl std::fmt::Debug for Answers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// An answer that cannot be taken. Holds the id of the question and never the answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// The programme has no such question.
    #[error("the programme has no question `{id}`")]
    UnknownQuestion {
        /// The id as it was given.
        id: String,
        /// The ids that there are.
        known: Vec<String>,
    },
    /// A question that must be answered is not.
    #[error("the question `{id}` is not answered")]
    Missing {
        /// The question.
        id: QuestionId,
        /// What is asked.
        text: String,
    },
    /// The answer is not one that the question takes.
    #[error("this is no answer to the question `{id}`")]
    WrongAnswer {
        /// The question.
        id: QuestionId,
        /// What would be an answer.
        expected: String,
    },
}

impl AnswerError {
    /// Gives the id of the question it is about.
    pub fn question(&self) -> &str {
        match self {
            Self::UnknownQuestion { id, .. } => id,
            Self::Missing { id, .. } | Self::WrongAnswer { id, .. } => id.as_str(),
        }
    }
}

impl Explained for AnswerError {
    fn remedy(&self) -> String {
        match self {
            Self::UnknownQuestion { id, known } => {
                suggest::remedy(id, &known.iter().map(String::as_str).collect::<Vec<_>>())
            }
            Self::Missing { text, .. } => format!("ask: {text}"),
            Self::WrongAnswer { expected, .. } => format!("give {expected}"),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::UnknownQuestion { .. } => "ANSWER_UNKNOWN_QUESTION",
            Self::Missing { .. } => "ANSWER_MISSING",
            Self::WrongAnswer { .. } => "ANSWER_WRONG",
        }
    }
}

impl Answers {
    /// Checks answers as they came in, by question id. A blank answer counts as none.
    ///
    /// # Errors
    ///
    /// Every answer that cannot be taken, and every required question without one, at once.
    pub fn read<'a>(
        programme: &Programme,
        given: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<AnswerError>> {
        let mut answers = BTreeMap::new();
        let mut errors = Vec::new();
        for (id, text) in given {
            let question = programme.questions.iter().find(|question| question.id.as_str() == id);
            match question {
                None => errors.push(AnswerError::UnknownQuestion {
                    id: id.to_owned(),
                    known: programme.questions.iter().map(|question| question.id.to_string()).collect(),
                }),
                Some(_) if text.trim().is_empty() => {}
                Some(question) => match read_answer(question, text.trim()) {
                    Ok(answer) => {
                        answers.insert(question.id.clone(), answer);
                    }
                    Err(expected) => {
                        errors.push(AnswerError::WrongAnswer { id: question.id.clone(), expected });
                    }
                },
            }
        }
        for question in programme.questions.iter().filter(|question| question.required) {
            let is_judged = errors.iter().any(|error| error.question() == question.id.as_str());
            if !answers.contains_key(&question.id) && !is_judged {
                errors.push(AnswerError::Missing { id: question.id.clone(), text: question.text.clone() });
            }
        }
        if errors.is_empty() { Ok(Self(answers)) } else { Err(errors) }
    }

    /// Gives the answer to a question.
    pub fn get(&self, id: &QuestionId) -> Option<&Answer> {
        self.0.get(id)
    }
}

/// Reads an answer; the error says what would be one.
fn read_answer(question: &Question, text: &str) -> Result<Answer, String> {
    let choices = || question.choices.iter().map(|choice| choice.code.as_str()).collect::<Vec<_>>();
    let is_choice = |text: &str| choices().contains(&text);
    let list = || choices().iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
    match question.kind {
        QuestionKind::YesNo => match text {
            "yes" => Ok(Answer::YesNo(true)),
            "no" => Ok(Answer::YesNo(false)),
            _ => Err("`yes` or `no`".to_owned()),
        },
        QuestionKind::Choice if is_choice(text) => Ok(Answer::Choice(text.to_owned())),
        QuestionKind::Choice => Err(format!("one of {}", list())),
        QuestionKind::Choices => {
            let mut codes: Vec<String> = text.split(',').map(|code| code.trim().to_owned()).collect();
            codes.sort_unstable();
            codes.dedup();
            if codes.iter().all(|code| is_choice(code)) {
                Ok(Answer::Choices(codes))
            } else {
                Err(format!("some of {}, separated by commas", list()))
            }
        }
        QuestionKind::Text if text.chars().count() <= 2_000 => Ok(Answer::Text(text.to_owned())),
        QuestionKind::Text => Err("a text of at most 2000 letters".to_owned()),
        QuestionKind::Date => {
            text.parse().map(Answer::Date).map_err(|error: crate::PartialDateError| error.remedy())
        }
        QuestionKind::Number => {
            text.parse().map(Answer::Number).map_err(|_| "a whole number from 0 on".to_owned())
        }
    }
}
