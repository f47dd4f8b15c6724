//! W10 and W11: the site's own checks.

use lightsout_lifecycle::{FIXER_BRANCHES, HEALER_BRANCHES, REQUEST_BRANCHES};

use super::Set;
use crate::site::{command_line, dependencies, quote, tools};
use crate::trust::{Area, Permission, Public};
use crate::{Guard, Job, Label, Step, Trigger, Value, Workflow};

impl Set<'_> {
    /// W10: the gates, on every push.
    pub(super) fn ci(&self) -> Workflow {
        let mut job = Job::<Public>::new(
            "gates",
            "Gates",
            self.gate_minutes(),
            "ci-gates-${{ github.ref }}",
        )
        .permission(Permission::read(Area::Contents, "to check out"))
        .step(Step::checkout());
        for step in self.site_tools() {
            job = job.step(step);
        }
        let ours = |gate: &&lightsout_taxonomy::GateSettings| {
            gate.run.first().is_some_and(|word| word == "lightsout")
        };
        if self.factory.gates.iter().any(|gate| ours(&gate)) {
            job = job.step(Step::install(&self.factory.program));
        }
        for gate in &self.factory.gates {
            let name = format!("Gate: {}", gate.name);
            job = job.step(Step::<Public>::command(&name, &command_line(&gate.run)));
        }
        if self.factory.gates.is_empty() {
            let nothing = "git diff --check \"$(git hash-object -t tree /dev/null)\" HEAD";
            let step = Step::<Public>::command("No marks of conflicts", nothing);
            job = job.step(step.commented("`factory.toml` declares no gate."));
        }
        Workflow {
            file: "ci.yml",
            name: "CI".to_owned(),
            about: "Runs the gates of `factory.toml`. It has no switch: to GitHub a check that is skipped is one that passed.",
            triggers: vec![
                Trigger::Push(self.factory.base.clone(), Vec::new()),
                Trigger::Event("pull_request", &[]),
            ],
            excuse: None,
            jobs: vec![job.into()],
        }
    }

    /// W11: coverage, and what the factory's pull requests touch.
    pub(super) fn pr_checks(&self) -> Workflow {
        let mut jobs = Vec::new();
        if let Some(coverage) = &self.factory.site.coverage {
            let mut job = Job::<Public>::new(
                "coverage",
                "Coverage",
                30,
                "pr-checks-coverage-${{ github.event.pull_request.number }}",
            )
            .permission(Permission::read(Area::Contents, "to check out"))
            .step(Step::checkout());
            for step in self.site_tools() {
                job = job.step(step);
            }
            let check = Step::<Public>::command("Hold it against the threshold", COVERAGE);
            let job = job
                .step(Step::<Public>::command(
                    "Run the tests",
                    &command_line(&coverage.run),
                ))
                .step(check.env("LEAST", Value::text(&coverage.percent.to_string())));
            jobs.push(job.into());
        }
        jobs.push(self.lane().into());
        Workflow {
            file: "pr-checks.yml",
            name: "PR checks".to_owned(),
            about: "Checks how much the tests reach, and that the factory's pull requests touch nothing that is protected.",
            triggers: vec![Trigger::Event("pull_request", PULLS)],
            excuse: None,
            jobs,
        }
    }

    /// Looks at the paths of a pull request that the factory opened. The lane of each request was checked before that,
    /// and what is checked here holds for all of them.
    fn lane(&self) -> Job<Public> {
        // The label is set by the workflow's own token after the pull request was opened, which raises no event: its branch
        // tells it from the first.
        let mut ours = vec![Guard::Labelled {
            list: "pull_request.labels",
            label: Label::bot_generated(),
        }];
        let branches = [REQUEST_BRANCHES, HEALER_BRANCHES, FIXER_BRANCHES];
        let begins = |branch: &str| Guard::Begins("pull_request.head.ref", branch.to_owned());
        ours.extend(branches.map(begins));
        let guard = Guard::All(vec![
            Guard::IsHere("pull_request.head.repo.full_name"),
            Guard::Any(ours),
        ]);
        let look = Step::<Public>::command("Nothing that is protected", &self.protected_script())
            .env("BASE", Value::event("pull_request.base.sha"))
            .env("HEAD", Value::event("pull_request.head.sha"));
        Job::<Public>::new(
            "lane",
            "Lane",
            10,
            "pr-checks-lane-${{ github.event.pull_request.number }}",
        )
        .guard(guard)
        .permission(Permission::read(Area::Contents, "to check out"))
        .step(Step::checkout_whole())
        .step(look)
    }

    fn protected_script(&self) -> String {
        let globs = self.factory.protected_globs();
        let specs: Vec<String> = globs
            .map(|glob| format!("  {}", quote(&format!(":(glob,icase){glob}"))))
            .collect();
        format!(
            "protected=(\n{}\n)\ntouched=$(git diff --no-renames --name-only \"$BASE...$HEAD\" -- \"${{protected[@]}}\")\n\
             if [ -n \"$touched\" ]; then\n  printf 'protected: %s\\n' \"$touched\"\n  exit 1\nfi\n",
            specs.join("\n")
        )
    }

    /// The steps that bring a site's tools and dependencies.
    fn site_tools(&self) -> Vec<Step<Public>> {
        let site = &self.factory.site;
        let mut steps = tools(site.manager, &site.node);
        steps.extend(dependencies(site.manager));
        steps
    }
}

/// People may give a pull request the label after it was opened.
const PULLS: &[&str] = &["opened", "synchronize", "reopened", "labeled"];

/// Reads the summary that Istanbul and those after it write.
const COVERAGE: &str = "jq --exit-status --argjson least \"$LEAST\" '.total.lines.pct >= $least' coverage/coverage-summary.json";
