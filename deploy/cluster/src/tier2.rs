//! What users run: the checks of the chart once more, with both programs of Helm instead of its library, and with kubeconform.

use std::time::Duration;

use bondgenoot::verify::run_cargo;

use crate::report::Report;
use crate::tools::Tools;

/// The tests are built, and each Helm renders every set of values.
const WITHIN: Duration = Duration::from_mins(10);

/// Runs tier 2.
pub async fn run(tools: &Tools, report: &mut Report) {
    report.heading("tier 2: the programs that users run");
    for helm in ["helm3", "helm4"] {
        let asked = async {
            let environment = [("HELM", helm), ("KUBECONFORM", "kubeconform")]
                .map(|(variable, program)| {
                    Ok((variable.to_owned(), tools.program(program)?.display().to_string()))
                })
                .into_iter()
                .collect::<anyhow::Result<Vec<_>>>()?;
            let arguments = ["test", "--quiet", "--package", "chart-checks"];
            run_cargo(&crate::repository(), &arguments, &environment, "look at what failed above")
                .await
                .map_err(|failure| anyhow::anyhow!("{}", failure.what))
        };
        report.check(&format!("the checks of the chart, with {helm} and kubeconform"), WITHIN, asked).await;
    }
}
