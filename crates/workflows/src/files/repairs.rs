//! W3 and W4: a failure is healed, a pull request is reviewed.

use lightsout_lifecycle::HEALER_BRANCHES;

use super::chain::{Chain, FIRST, FIX};
use super::{PROCESS, Set, request_permissions};
use crate::trust::{Area, Permission};
use crate::{Guard, Trigger, Trusted, Workflow};

const BRANCH: &str = "heal-${{ github.event.workflow_run.head_branch }}";
const PULL: &str = "pull-${{ github.event.pull_request.number }}";

impl Set<'_> {
    /// W3: a run of workflows failed.
    pub(super) fn heal(&self) -> Workflow {
        let guard = Guard::All(vec![
            Guard::Enabled,
            Guard::Is("workflow_run.conclusion", "failure".to_owned()),
            Guard::IsHere("workflow_run.head_repository.full_name"),
            !Guard::Begins("workflow_run.head_branch", HEALER_BRANCHES.to_owned()),
        ]);
        let mut job = self.first("logs", "Read why it failed", Trusted::Heal, BRANCH, guard);
        for permission in request_permissions() {
            job = job.permission(permission);
        }
        job = job.permission(Permission::read(
            Area::Actions,
            "the logs of the run that failed",
        ));
        let mut watched = self.factory.heal.workflows.clone();
        if !watched.iter().any(|name| name == PROCESS) {
            watched.push(PROCESS.to_owned());
        }
        let mut jobs = vec![job.into()];
        jobs.extend(self.rest(Chain {
            from: "logs",
            names: &FIRST,
            subject: BRANCH,
            followed: false,
        }));
        Workflow {
            file: "cms-ci-healer.yml",
            name: "CMS — Heal a failure".to_owned(),
            about: "Reads why a run failed, and lets an agent mend it on a branch of its own.",
            triggers: vec![Trigger::RunsOf(watched)],
            excuse: Some(
                "zizmor: ignore[dangerous-triggers] no job with a credential checks out, runs or evaluates anything of the run that failed",
            ),
            jobs,
        }
    }

    /// W4: a pull request is opened or pushed to.
    pub(super) fn review(&self) -> Workflow {
        let guard = Guard::All(vec![
            Guard::Enabled,
            Guard::is_not("sender.login", "dependabot[bot]"),
            Guard::IsHere("pull_request.head.repo.full_name"),
            !Guard::Begins("pull_request.head.ref", HEALER_BRANCHES.to_owned()),
        ]);
        let mut job = self.first(
            "review",
            "Decide about the review",
            Trusted::Review,
            PULL,
            guard,
        );
        for permission in request_permissions() {
            job = job.permission(permission);
        }
        let mut jobs = vec![job.into()];
        jobs.extend(self.rest(Chain {
            from: "review",
            names: &FIRST,
            subject: PULL,
            followed: true,
        }));
        jobs.extend(self.rest(Chain {
            from: FIRST.settle_job,
            names: &FIX,
            subject: PULL,
            followed: false,
        }));
        Workflow {
            file: "pr-code-review.yml",
            name: "CMS — Review a pull request".to_owned(),
            about: "Reviews each head of a pull request once; what must or should be fixed gets one pass that fixes it.",
            triggers: vec![Trigger::Event(
                "pull_request",
                &["opened", "synchronize", "reopened"],
            )],
            excuse: None,
            jobs,
        }
    }
}
