//! The checks that need no look at the machine.

use std::path::Path;
use std::process::Command;

use super::{Finding, Scene};
use crate::model::release::{SchemaRefusal, leaves_a_way_back, runs_on};
use crate::plan::{NoPlan, Step};

/// Requests that a share of failures is taken of, at least.
const BUDGET_REQUESTS_MIN: u64 = 1_000;

pub(super) fn good(check: &'static str, says: impl Into<String>) -> Finding {
    Finding { check, good: true, says: says.into(), next: None, despite: false }
}

pub(super) fn bad(check: &'static str, says: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding { check, good: false, says: says.into(), next: Some(next.into()), despite: false }
}

pub(super) fn digest(scene: &Scene<'_>) -> Finding {
    let found = &scene.artefact.digest;
    match scene.digest_wanted.map(|wanted| wanted.trim_start_matches("sha256:")) {
        Some(wanted) if !wanted.eq_ignore_ascii_case(found) => {
            bad("artefact", format!("its digest is {found}, not {wanted}"), "find out which of the two was tested")
        }
        Some(_) => good("artefact", format!("its digest is the wanted one, {}", &found[..12])),
        None if scene.artefact.bytes == 0 => good("artefact", format!("an image, digest {}", &found[..12])),
        None => good("artefact", format!("{} MB, digest {}", scene.artefact.bytes / 1_000_000, &found[..12])),
    }
}

/// May it run on the database as it is?
pub(super) fn database(scene: &Scene<'_>) -> Finding {
    let database = match &scene.database {
        Ok(database) => database,
        Err(failed) => return bad("database", failed.what.clone(), "see that the environment's settings reach it"),
    };
    match runs_on(&scene.artefact.build, database) {
        Ok(()) if scene.artefact.build.schema > database.schema => {
            let (from, to) = (database.schema, scene.artefact.build.schema);
            good("database", format!("its start migrates the schema from {from} to {to}, by adding only"))
        }
        Ok(()) => good("database", format!("schema {}, nothing to migrate", database.schema)),
        Err(refusal) => schema_refusal("database", &refusal),
    }
}

/// May what runs now go on after its migrations?
pub(super) fn way_back(scene: &Scene<'_>) -> Finding {
    let Some(running) = scene.running else { return good("way back", "nothing ran before") };
    match leaves_a_way_back(&scene.artefact.build, running) {
        Ok(()) => good("way back", format!("{} still runs on its schema", running.version)),
        Err(refusal) => schema_refusal("way back", &refusal),
    }
}

pub(super) fn schema_refusal(check: &'static str, refusal: &SchemaRefusal) -> Finding {
    match refusal {
        SchemaRefusal::TooOldForDatabase { schema, oldest_safe } => bad(
            check,
            format!("the database has schema {schema}, on which {oldest_safe} is the oldest version that may run"),
            format!("release {oldest_safe} or newer"),
        ),
        SchemaRefusal::NoWayBack { schema, oldest_safe, running } => bad(
            check,
            format!("its schema {schema} is for {oldest_safe} and newer, and {running} has to run beside it"),
            format!("release {oldest_safe} first: expand, then contract"),
        ),
    }
}

pub(super) fn room(scene: &Scene<'_>) -> Finding {
    match scene.plan {
        Err(refusal @ NoPlan::NoRoom { .. }) => {
            bad("ports", refusal.to_string(), "give the environment more ports in `host.ports`, or free some")
        }
        _ => good("ports", "enough for every step"),
    }
}

/// What somebody else changed would be written over, or stands in the way.
pub(super) fn foreign(scene: &Scene<'_>) -> Finding {
    match scene.seen.foreign.as_slice() {
        [] => good("foreign", "nobody else changed what the tool made"),
        changes => bad(
            "foreign",
            changes.join("; "),
            "undo it, or delete that Deployment and release again: nothing is written over",
        ),
    }
}

/// How many instances of the plan run at the same time, beyond those that run now.
pub(super) fn more_instances(scene: &Scene<'_>) -> usize {
    let (mut now, mut most) = (0_i64, 0_i64);
    for step in scene.plan.unwrap_or_default() {
        match step {
            Step::Start { instances } => now += instances.len() as i64,
            Step::Stop { instances } => now -= instances.len() as i64,
            _ => {}
        }
        most = most.max(now);
    }
    most.max(0) as usize
}

pub(super) fn health(scene: &Scene<'_>) -> Finding {
    match scene.plan {
        Err(refusal @ NoPlan::Unhealthy { .. }) => {
            bad("health", refusal.to_string(), "see `raallyctl status`, mend it or roll back, then release")
        }
        _ => good("health", format!("{} instances serve", scene.seen.serving())),
    }
}

/// What is left of the error budget, of the requests that this gateway has seen since its start.
pub(super) fn budget(scene: &Scene<'_>) -> Finding {
    let budget = scene.environment.budget;
    let arms = scene.counted.map(|counted| counted.groups.values().map(|counts| &counts.arm));
    let (mut attempts, mut failures) = (0_u64, 0_u64);
    for arm in arms.into_iter().flatten() {
        attempts += arm.attempts;
        failures += arm.failures;
    }
    if attempts < BUDGET_REQUESTS_MIN {
        return good("budget", format!("too few requests to tell ({attempts} since the gateway's start)"));
    }
    let allowed = attempts as f64 * (1.0 - budget.availability);
    let left = 1.0 - failures as f64 / allowed;
    let says = format!("{:.0} % of the error budget is left ({failures} of {attempts} failed)", left.max(0.0) * 100.0);
    if left >= budget.left_min {
        return good("budget", says);
    }
    let next = "mend what fails first; for a release that mends it, add --despite budget";
    bad("budget", format!("{says}, {:.0} % is wanted", budget.left_min * 100.0), next)
}

pub(super) fn who(scene: &Scene<'_>) -> Finding {
    let who = &scene.environment.who;
    let groups = || {
        let output = Command::new("id").arg("-Gn").output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
    };
    let may = |name: &String| match name.strip_prefix('@') {
        Some(group) => groups().split_whitespace().any(|own| own == group),
        None => name == scene.user,
    };
    if who.is_empty() || who.iter().any(may) {
        return good("who", format!("{} may release here", scene.user));
    }
    bad("who", format!("{} may not release to {}", scene.user, scene.name), format!("ask one of {}", who.join(", ")))
}

pub(super) fn branch_rule(scene: &Scene<'_>) -> Finding {
    let Some(wanted) = &scene.environment.branch else { return good("branch", "any may be released here") };
    let build = &scene.artefact.build.build;
    let next = format!("merge it to {wanted}, build that, and release it");
    match on_branch(&scene.sources, build, wanted) {
        Some(true) => return good("branch", format!("{build} is on {wanted}")),
        Some(false) => return bad("branch", format!("{build} is not on {wanted}"), next),
        None => {}
    }
    match scene.branch {
        Some(branch) if branch == wanted => good("branch", format!("{branch}, as the caller says")),
        Some(branch) => bad("branch", format!("it is from {branch}, and only {wanted} is released here"), next),
        None => bad(
            "branch",
            format!("nobody says which branch {build} is from"),
            "give --branch, or run it in the sources",
        ),
    }
}

/// Asks git whether a commit is on a branch; `None` when it knows neither or is not there.
fn on_branch(sources: &Path, build: &str, branch: &str) -> Option<bool> {
    let git = |arguments: &[&str]| Command::new("git").arg("-C").arg(sources).args(arguments).output().ok();
    if build.len() < 7 || !build.chars().all(|letter| letter.is_ascii_hexdigit()) {
        return None;
    }
    git(&["cat-file", "-e", &format!("{build}^{{commit}}")]).filter(|output| output.status.success())?;
    git(&["rev-parse", "--verify", "--quiet", branch]).filter(|output| output.status.success())?;
    Some(git(&["merge-base", "--is-ancestor", build, branch])?.status.success())
}

/// The branch that a pipeline or the sources say.
#[must_use]
pub fn branch(sources: &Path) -> Option<String> {
    let said = ["GITHUB_REF_NAME", "BRANCH_NAME"].into_iter().find_map(|name| std::env::var(name).ok());
    said.filter(|branch| !branch.is_empty()).or_else(|| branch_name(sources))
}

fn branch_name(sources: &Path) -> Option<String> {
    let output =
        Command::new("git").arg("-C").arg(sources).args(["rev-parse", "--abbrev-ref", "HEAD"]).output().ok()?;
    let branch = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    Some(branch).filter(|branch| output.status.success() && !branch.is_empty() && branch != "HEAD")
}

pub(super) fn freeze(scene: &Scene<'_>) -> Finding {
    match scene.environment.freeze.iter().find(|freeze| freeze.holds_at(scene.now)) {
        None => good("freeze", "no freeze now"),
        Some(freeze) => {
            let next = "wait for its end; in an emergency add --despite freeze";
            bad("freeze", format!("nothing is released now: {}", freeze.why()), next)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use raally_gateway::GroupCounts;

    use super::*;
    use crate::failed::Failed;
    use crate::model::environment::Environment;
    use crate::model::fleet::Fleet;
    use crate::model::ids::{Group, ReleaseId};
    use crate::model::release::{Artefact, Build};
    use crate::target::Counted;

    fn environment(more: &str) -> Environment {
        toml::from_str(&format!("target = \"host\"\nreplicas = 1\nstrategy = \"rolling\"\n{more}")).unwrap()
    }

    fn artefact() -> Artefact {
        let build =
            Build { version: "0.1.0".into(), build: "abcdef1".into(), schema: 1, oldest_safe_build: "0.1.0".into() };
        Artefact { path: "/x".into(), digest: "d".repeat(64), bytes: 1, build }
    }

    fn counted(attempts: u64, failures: u64) -> Counted {
        let mut counts = GroupCounts::default();
        (counts.arm.attempts, counts.arm.failures) = (attempts, failures);
        Counted { source: "g".into(), groups: BTreeMap::from([(Group::Of(ReleaseId(1)), counts)]) }
    }

    fn scene<'a>(environment: &'a Environment, artefact: &'a Artefact, fleet: &'a Fleet) -> Scene<'a> {
        Scene {
            name: "test",
            environment,
            artefact,
            digest_wanted: None,
            running: None,
            database: Err(Failed::input("none")),
            seen: fleet,
            plan: Ok(&[]),
            strategy: crate::model::environment::Strategy::Rolling,
            facts: None,
            counted: None,
            user: "alice",
            branch: None,
            sources: "/".into(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_spent_error_budget_stops_releases_and_says_how_to_go_past() {
        let (environment, artefact, fleet) = (environment(""), artefact(), Fleet::default());
        for (attempts, failures, wanted) in [(100_000, 89, true), (100_000, 91, false), (999, 999, true)] {
            let counted = counted(attempts, failures);
            let finding = budget(&Scene { counted: Some(&counted), ..scene(&environment, &artefact, &fleet) });
            assert_eq!(finding.good, wanted, "{finding:?}");
            assert!(finding.good || finding.next.unwrap().contains("--despite budget"));
        }
    }

    #[test]
    fn only_those_named_may_release() {
        let (environment, artefact, fleet) =
            (environment("who = [\"alice\", \"@nobody-has-this\"]"), artefact(), Fleet::default());
        assert!(who(&scene(&environment, &artefact, &fleet)).good);
        let bob = who(&Scene { user: "bob", ..scene(&environment, &artefact, &fleet) });
        assert!(!bob.good && bob.next.unwrap().contains("alice"));
    }

    #[test]
    fn a_branch_that_nobody_can_prove_has_to_be_said() {
        let (environment, artefact, fleet) = (environment("branch = \"main\""), artefact(), Fleet::default());
        let said = |branch| branch_rule(&Scene { branch, ..scene(&environment, &artefact, &fleet) }).good;
        assert_eq!([said(None), said(Some("topic")), said(Some("main"))], [false, false, true]);
    }

    #[test]
    fn git_knows_whether_a_commit_is_on_main() {
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command
                .arg("-C")
                .arg(folder.path())
                .args(["-c", "user.name=a", "-c", "user.email=a@b.example"])
                .args(arguments);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        git(&["init", "--quiet", "--initial-branch=main"]);
        git(&["commit", "--quiet", "--allow-empty", "-m", "one"]);
        let on_main = git(&["rev-parse", "--short", "HEAD"]);
        git(&["checkout", "--quiet", "-b", "topic"]);
        git(&["commit", "--quiet", "--allow-empty", "-m", "two"]);
        let beside = git(&["rev-parse", "--short", "HEAD"]);
        assert_eq!(on_branch(folder.path(), &on_main, "main"), Some(true));
        assert_eq!(on_branch(folder.path(), &beside, "main"), Some(false));
        assert_eq!(on_branch(folder.path(), "demo-a", "main"), None, "a name is no commit");
        assert_eq!(branch_name(folder.path()).as_deref(), Some("topic"));
    }
}
