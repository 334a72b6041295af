//! What is asked of the families of a programme whose subject is the family.

use serde::Serialize;

use crate::programme::SubjectKind;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::SchoolYearCode;

/// Most members of a family when the programme file does not say.
const USUAL_MOST_MEMBERS: u32 = 20;

/// Most members that a programme file may allow: all of them are locked and erased together.
const MOST_MEMBERS: u32 = 40;

/// A school year that a child can be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchoolYear {
    /// Its code.
    pub code: SchoolYearCode,
    /// What it is called.
    pub label: String,
    /// Whether the programme is there for children in it first of all. All children of a family count, in it or not.
    pub focus: bool,
}

/// What is asked of families: who takes part is a household, with all its children.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Family {
    /// Most members of one family, the person who was referred included when they are one.
    pub most_members: u32,
    /// The school years of children, in the order in which they are shown; empty when none is asked.
    pub school_years: Vec<SchoolYear>,
}

impl Default for Family {
    fn default() -> Self {
        Self { most_members: USUAL_MOST_MEMBERS, school_years: Vec::new() }
    }
}

impl Family {
    /// Gives a school year.
    pub fn school_year(&self, code: &SchoolYearCode) -> Option<&SchoolYear> {
        self.school_years.iter().find(|year| year.code == *code)
    }

    /// Reads `[family]`. A programme whose subject is the family has one, also when its file says nothing about it; any other
    /// programme has none, and must not have the table.
    pub(crate) fn read(section: &mut Section<'_, '_>, subject: Option<SubjectKind>) -> Option<Self> {
        if !section.has("family") {
            return (subject == Some(SubjectKind::Family)).then(Self::default);
        }
        let family = section.optional_table("family", |family| {
            let most_members = family.optional_integer("most_members", 2..=MOST_MEMBERS);
            let school_years = family.tables("school_year", 0, SchoolYear::read);
            Some(Self {
                most_members: most_members.unwrap_or(USUAL_MOST_MEMBERS),
                school_years: school_years?,
            })
        });
        // A mistake in the subject itself is told by itself.
        if let Some(other) = subject.filter(|subject| *subject != SubjectKind::Family) {
            section.complain(
                "family",
                MistakeKind::Contradiction,
                format!("a programme whose subject is `{other}` has no families"),
                "leave the table `[family]` out, or write `subject = \"family\"`",
            );
        }
        family
    }
}

impl SchoolYear {
    fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::SchoolYear, "primary-1");
        let label = section.text("label");
        let focus = section.optional_boolean("focus");
        Some(Self { code: code?, label: label?, focus: focus.unwrap_or_default() })
    }
}
