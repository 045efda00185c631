//! `raallyctl pipeline run` and `pipeline show`.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::{PipelineDo, PipelineRun};
use crate::failed::Failed;
use crate::pipeline::run::{Place, run as run_stages};
use crate::pipeline::{Outcome, Pipeline, write_reports};
use crate::talk::{Talk, columns};

/// Runs one of them.
pub async fn run(what: &PipelineDo, talk: Talk) -> Result<ExitCode, Failed> {
    match what {
        PipelineDo::Show { file } => {
            let pipeline = Pipeline::read(file)?;
            let head = ["stage", "after", "what"].map(str::to_owned).to_vec();
            let row = |stage: &crate::pipeline::Stage| {
                let when = if stage.on_demand { " (with --with)" } else { "" };
                vec![stage.name.clone(), stage.needs.join(", "), format!("{}{when}", stage.what)]
            };
            let rows: Vec<_> = std::iter::once(head).chain(pipeline.stages.iter().map(row)).collect();
            talk.data(&pipeline, &columns(&rows))
        }
        PipelineDo::Run(options) => execute(options, talk).await,
    }
}

async fn execute(options: &PipelineRun, talk: Talk) -> Result<ExitCode, Failed> {
    let stages = Pipeline::read(&options.file)?.chosen(&options.only, &options.with)?;
    let top = std::env::current_dir().map_err(|error| Failed::ours(error.to_string()))?;
    let place = Place { top, out: options.out.clone(), jobs: options.jobs, fresh: options.fresh };
    let ended = run_stages(&stages, &place, talk).await?;
    let reports = write_reports(&ended, &options.out)?;
    let count = |outcomes: &[Outcome]| ended.iter().filter(|one| outcomes.contains(&one.outcome)).count();
    let passed = count(&[Outcome::Passed, Outcome::Cached]);
    let (failed, not_run, skipped) = (count(&[Outcome::Failed]), count(&[Outcome::NotRun]), count(&[Outcome::Skipped]));
    let files = reports.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    let text = format!("{passed} passed, {failed} failed, {not_run} not run, {skipped} skipped\n{files}");
    talk.data(&json!({"stages": ended, "reports": reports}), &text)?;
    let good = failed + skipped == 0 && (not_run == 0 || !options.strict);
    Ok(if good { ExitCode::SUCCESS } else { 1.into() })
}
