//! What is said after an install: how to go on, and what is allowed but worth knowing.

use chart_checks::render::program;

use crate::sets;

/// The notes of a set; `None` when a program renders, which shows them only when it installs.
fn notes(name: &str) -> Option<&'static str> {
    let notes = sets::one(name).notes.as_deref();
    assert!(notes.is_some() || program().is_some(), "{name} has no notes");
    notes
}

#[test]
fn notes_say_how_to_open_test_and_export() {
    let Some(notes) = notes("ci-everything") else { return };

    for expected in [
        "Open:              https://waasland.example.org",
        "helm test region --namespace region --logs",
        "create job --from=cronjob/region-as-long-as-can-be-finance-export-quarter export-now",
    ] {
        assert!(notes.contains(expected), "`{expected}` is not in: {notes}");
    }
}

#[test]
fn notes_warn_of_what_the_values_leave_out_and_of_nothing_else() {
    let (Some(minimal), Some(hardened)) = (notes("ci-minimal"), notes("examples-hardened")) else { return };

    for expected in [
        "one pod only of gateway, intake, matching, trajectory, finance, reporting, operations",
        "(networkPolicy.enabled)",
        "(tls.enabled)",
        "(monitoring.prometheusRule.enabled",
        "(ingress.enabled, gatewayApi.httpRoute.enabled)",
        "(image.digest)",
    ] {
        assert!(minimal.contains(expected), "`{expected}` is not in: {minimal}");
    }
    assert!(!hardened.contains("Worth knowing"), "{hardened}");
    let least = notes("ci-least").unwrap_or_default();
    assert!(
        least.contains("Migrations are not run by this release") && !least.contains("Export now"),
        "{least}"
    );
    let small = notes("examples-small").unwrap_or_default();
    assert!(small.contains("(broker.tls)") && small.contains("(region.demo)"), "{small}");
}
