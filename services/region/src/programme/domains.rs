//! Domains of life, and how secret what is written about them is.

use serde::Serialize;

use crate::closed_set::closed_set;
use crate::read::{Namespace, Section};
use crate::values::DomainCode;

closed_set! {
    /// How secret something is. Who may read a class is decided by mandates and sharing agreements.
    pub enum SecrecyClass is "secrecy class" {
        /// Personal, and nothing more.
        Normal = "normal",
        /// Personal and touchy, such as money or housing; shared with more care.
        Sensitive = "sensitive",
        /// A special category of personal data, such as health or religion.
        SpecialCategory = "special_category",
        /// About offences and convictions; a class of its own, apart from all others.
        Criminal = "criminal",
    }
}

/// A domain of life that a programme works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LifeDomain {
    /// Its code.
    pub code: DomainCode,
    /// What it is called.
    pub label: String,
    /// How secret what is written about it is.
    pub secrecy: SecrecyClass,
}

impl LifeDomain {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::LifeDomain, "housing");
        let label = section.text("label");
        let secrecy = section.word("secrecy");
        Some(Self { code: code?, label: label?, secrecy: secrecy? })
    }
}
