//! `[[expected]]`: totals that somebody else computed, to be compared with.

use rust_decimal::Decimal;

use super::euro::optional_euro;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::ComponentCode;

/// Most hours of a whole budget: 500 lines of a full year and more.
const MOST_HOURS: u32 = 10_000_000;

/// Totals that one expects of a component, or of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedTotals {
    /// The component; `None` for the project.
    pub component: Option<ComponentCode>,
    /// Hours.
    pub hours: Option<Decimal>,
    /// Sum of the costs of the lines, in euro.
    pub staff: Option<Decimal>,
    /// Flat rate, in euro.
    pub flat_rate: Option<Decimal>,
    /// Staff and flat rate, in euro.
    pub total: Option<Decimal>,
    /// What is paid, in euro.
    pub funding: Option<Decimal>,
}

impl ExpectedTotals {
    pub(super) fn read(section: &mut Section<'_, '_>, known: &mut Vec<Option<ComponentCode>>) -> Self {
        let named = section.has("component");
        let component: Option<ComponentCode> = section.optional_reference("component", Namespace::Component);
        if !named || component.is_some() {
            if known.contains(&component) {
                section.complain(
                    "component",
                    MistakeKind::Duplicate,
                    "the totals of this component, or of the project, stand above already",
                    "put all totals of one component under one `[[expected]]`",
                );
            }
            known.push(component.clone());
        }
        Self {
            component,
            hours: section.optional_decimal("hours", 0..=MOST_HOURS),
            staff: optional_euro(section, "staff"),
            flat_rate: optional_euro(section, "flat_rate"),
            total: optional_euro(section, "total"),
            funding: optional_euro(section, "funding"),
        }
    }
}
