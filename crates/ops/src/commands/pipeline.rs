//! `raallyctl pipeline run` and `pipeline show`.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::{PipelineDo, PipelineRun};
use crate::failed::Failed;
use crate::pipeline::run::{Place, run as run_stages};
use crate::pipeline::{Choice, Outcome, Pipeline, earlier, write_reports};
use crate::talk::{Talk, columns};

/// Runs one of them.
pub async fn run(what: &PipelineDo, talk: Talk) -> Result<ExitCode, Failed> {
    match what {
        PipelineDo::Show { file } => {
            let pipeline = Pipeline::read(file)?;
            let head = ["stage", "after", "what"].map(str::to_owned).to_vec();
            let row = |stage: &crate::pipeline::Stage| {
                let when = if stage.on_demand { " (with --with)" } else { "" };
                vec![stage.name.clone(), after(stage), format!("{}{when}", stage.what)]
            };
            let rows: Vec<_> = std::iter::once(head).chain(pipeline.stages.iter().map(row)).collect();
            talk.data(&pipeline, &columns(&rows))
        }
        PipelineDo::Run(options) => execute(options, talk).await,
    }
}

/// What must have passed, and in brackets what must not have failed.
fn after(stage: &crate::pipeline::Stage) -> String {
    let mut parts: Vec<&str> = stage.unless_failed.iter().filter_map(|name| name.split('-').next()).collect();
    parts.dedup();
    let unless_failed = parts.iter().map(|part| format!("({part})"));
    stage.needs.iter().cloned().chain(unless_failed).collect::<Vec<_>>().join(", ")
}

async fn execute(options: &PipelineRun, talk: Talk) -> Result<ExitCode, Failed> {
    let stages = {
        let choice = Choice { stages: &options.stages, with: &options.with, alone: options.alone };
        Pipeline::read(&options.file)?.chosen(&choice)?
    };
    let top = std::env::current_dir().map_err(|error| Failed::ours(error.to_string()))?;
    let place =
        Place { top, out: options.out.clone(), jobs: options.jobs, fresh: options.fresh, strict: options.strict };
    let ended = run_stages(&stages, &place, talk).await?;
    // Jobs that run stages one by one have one report.
    let before = if options.alone { earlier(&options.out, &ended) } else { Vec::new() };
    let reports = write_reports(&[before, ended.clone()].concat(), &options.out)?;
    let count = |outcomes: &[Outcome]| ended.iter().filter(|one| outcomes.contains(&one.outcome)).count();
    let passed = count(&[Outcome::Passed, Outcome::Cached]);
    let (failed, not_run, skipped) = (count(&[Outcome::Failed]), count(&[Outcome::NotRun]), count(&[Outcome::Skipped]));
    let files = reports.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    let text = format!("{passed} passed, {failed} failed, {not_run} not run, {skipped} skipped\n{files}");
    talk.data(&json!({"stages": ended, "reports": reports}), &text)?;
    let good = failed + skipped == 0 && (not_run == 0 || !options.strict);
    Ok(if good { ExitCode::SUCCESS } else { 1.into() })
}
