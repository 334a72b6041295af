//! Asking a section for names: of itself, and of what is declared elsewhere.

use std::str::FromStr;

use crate::closed_set::ClosedSet;
use crate::explained::Explained;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;

impl Section<'_, '_> {
    /// Asks for the name of this section, and declares it; the same name twice is a mistake.
    pub(crate) fn declared<T>(&mut self, key: &'static str, namespace: Namespace, example: &str) -> Option<T>
    where
        T: FromStr<Err: Explained> + ToString,
    {
        let Some(name) = self.parsed::<T>(key, example) else {
            self.file.names.borrow_mut().give_up(namespace);
            return None;
        };
        let text = name.to_string();
        if !self.file.names.borrow_mut().declare(namespace, &text) {
            let what = namespace.as_str();
            self.complain(
                key,
                MistakeKind::Duplicate,
                format!("there already is a {what} `{text}`"),
                format!("give this {what} another `{key}`, or remove one of the two"),
            );
        }
        Some(name)
    }

    /// Declares a name in one more namespace, for what is of a kind; what cannot be read leaves references into it unjudged.
    pub(crate) fn declare_if<T: ToString>(
        &self,
        name: Option<&T>,
        is_of_kind: Option<bool>,
        namespace: Namespace,
    ) {
        let mut names = self.file.names.borrow_mut();
        match (name, is_of_kind) {
            (Some(name), Some(true)) => {
                names.declare(namespace, &name.to_string());
            }
            (_, Some(false)) => {}
            _ => names.give_up(namespace),
        }
    }

    /// Asks for the name of something that is declared elsewhere; `None` when it is absent.
    pub(crate) fn optional_reference<T>(&mut self, key: &'static str, namespace: Namespace) -> Option<T>
    where
        T: FromStr<Err: Explained> + ToString,
    {
        let name: T = self.optional_parsed(key, "...")?;
        self.file.names.borrow_mut().refer(namespace, &name.to_string(), self.span_of(key));
        Some(name)
    }

    /// Asks for the name of something that is declared elsewhere and must be there.
    pub(crate) fn reference<T>(&mut self, key: &'static str, namespace: Namespace) -> Option<T>
    where
        T: FromStr<Err: Explained> + ToString,
    {
        if !self.has(key) {
            self.missing_what(key, &format!("the {}", namespace.as_str()));
            return None;
        }
        self.optional_reference(key, namespace)
    }

    /// Asks for a list of names of things that are declared elsewhere; absent is empty.
    pub(crate) fn references<T>(&mut self, key: &'static str, namespace: Namespace) -> Option<Vec<T>>
    where
        T: FromStr<Err: Explained> + ToString + PartialEq,
    {
        let names = self.list_with_places::<T>(key, 0, "...", MistakeKind::WrongValue)?;
        for (name, span) in &names {
            self.file.names.borrow_mut().refer(namespace, &name.to_string(), *span);
        }
        Some(names.into_iter().map(|(name, _)| name).collect())
    }
}
