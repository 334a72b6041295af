//! One text being read.

use std::cell::RefCell;

use toml_span::Span;

use crate::read::Names;
use crate::report::{Mistake, MistakeKind};
use crate::source::Source;

/// One text being read, with what was found in it so far.
pub(crate) struct File<'s> {
    pub(crate) source: &'s Source,
    mistakes: RefCell<Vec<Mistake>>,
    pub(crate) names: RefCell<Names>,
}

impl<'s> File<'s> {
    pub(crate) fn new(source: &'s Source) -> Self {
        Self { source, mistakes: RefCell::default(), names: RefCell::default() }
    }

    /// Notes a mistake at a place.
    pub(crate) fn report(
        &self,
        span: Span,
        kind: MistakeKind,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let place = self.source.place(span.start, span.end);
        self.mistakes.borrow_mut().push(Mistake {
            file: self.source.name.clone(),
            line: place.line,
            column: place.column,
            width: place.width,
            source_line: place.text,
            kind,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// Reports references to names that nobody declared, and gives every mistake in the order of the text.
    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        for (span, message, remedy) in self.names.borrow().unresolved() {
            self.report(span, MistakeKind::UnknownReference, message, remedy);
        }
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        mistakes
    }
}
