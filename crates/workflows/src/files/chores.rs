//! W6 to W9: previews, the spend, what is stale, the canary.

use super::chain::{Chain, FIRST};
use super::{Set, request_permissions};
use crate::trust::{Area, Broker, Permission};
use crate::{Guard, Job, Step, Trigger, Trusted, Workflow};

impl Set<'_> {
    /// W6: a preview host says how a deployment is getting on.
    pub(super) fn preview(&self) -> Workflow {
        let hosts = self.factory.preview.creators.iter();
        let by_host =
            hosts.map(|login| Guard::Is("deployment_status.creator.login", login.clone()));
        let guard = Guard::All(vec![Guard::Enabled, Guard::Any(by_host.collect())]);
        let group = "lightsout-preview-${{ github.event.deployment.sha }}";
        let permissions = vec![
            Permission::read(Area::Contents, "to check the base branch out"),
            Permission::write(Area::Issues, "one comment on the request"),
            Permission::read(Area::PullRequests, "to find the pull request of the commit"),
        ];
        let job = self.single(
            "preview",
            "Show the preview",
            group,
            Trusted::Preview,
            guard,
            permissions,
        );
        Workflow {
            file: "vercel-preview.yml",
            name: "CMS — Show a preview".to_owned(),
            about: "Shows on a request what the preview host says of its commit, in one comment.",
            triggers: vec![Trigger::Event("deployment_status", &[])],
            excuse: None,
            jobs: vec![job.into()],
        }
    }

    /// W7: yesterday's spend.
    pub(super) fn spend(&self) -> Workflow {
        let permissions = vec![
            Permission::read(Area::Contents, "the base branch and the ledger's"),
            Permission::write(Area::Issues, "the issue about the spend"),
        ];
        let name = "Hold the spend against the threshold";
        let job = self.single(
            "spend",
            name,
            "lightsout-spend",
            Trusted::Spend,
            Guard::Enabled,
            permissions,
        );
        Workflow {
            file: "cms-spend-alert.yml",
            name: "CMS — Spend alert".to_owned(),
            about: "Holds yesterday's spend against the threshold, and opens one issue when it was passed.",
            triggers: vec![
                Trigger::Clock("0 7 * * *", "07:00 UTC, every day"),
                Trigger::Hand,
            ],
            excuse: None,
            jobs: vec![job.into()],
        }
    }

    /// W8: what nobody touches, and what was stranded.
    pub(super) fn stale(&self) -> Workflow {
        let mut permissions = request_permissions().to_vec();
        permissions.push(Permission::write(
            Area::Actions,
            "to start `cms.yml` for a run that is due",
        ));
        let name = "Close what is stale, take up what is stranded";
        let job = self.single(
            "stale",
            name,
            "lightsout-stale",
            Trusted::Stale,
            Guard::Enabled,
            permissions,
        );
        Workflow {
            file: "cms-stale-prs.yml",
            name: "CMS — Sweep".to_owned(),
            about: "Closes pull requests that nobody has touched for a week, and takes up requests that were stranded.",
            triggers: vec![
                Trigger::Clock("0 6 * * *", "06:00 UTC, every day"),
                Trigger::Hand,
            ],
            excuse: None,
            jobs: vec![job.into()],
        }
    }

    /// W9: every skill loads, and an agent reads it.
    pub(super) fn canary(&self) -> Workflow {
        let subject = "canary";
        let mut job = self.first(
            subject,
            "Check the skills",
            Trusted::Canary,
            subject,
            Guard::Enabled,
        );
        for permission in request_permissions() {
            job = job.permission(permission);
        }
        let mut jobs = vec![job.into()];
        jobs.extend(self.rest(Chain {
            from: subject,
            names: &FIRST,
            subject,
            followed: false,
        }));
        Workflow {
            file: "cms-canary.yml",
            name: "CMS — Canary".to_owned(),
            about: "Checks every skill, and lets an agent prove that it reads each one.",
            triggers: vec![
                Trigger::Clock("0 5 * * 1", "05:00 UTC, every Monday"),
                Trigger::Push(self.factory.base.clone(), SKILLS.to_vec()),
                Trigger::Hand,
            ],
            excuse: None,
            jobs,
        }
    }

    /// A workflow's only job, which runs no agent.
    fn single(
        &self,
        id: &'static str,
        name: &str,
        group: &str,
        verb: Trusted,
        guard: Guard,
        permissions: Vec<Permission<Broker>>,
    ) -> Job<Broker> {
        let mut job = Job::<Broker>::new(id, name, 15, group).guard(guard);
        for permission in permissions {
            job = job.permission(permission);
        }
        job.step(Step::checkout_base(&self.factory.base))
            .step(Step::install(&self.factory.program))
            .step(self.trusted(verb))
    }
}

/// What a change to skills touches; the model that is pinned is in `factory.toml`.
const SKILLS: &[&str] = &["skills/**", ".claude/skills/**", "factory.toml"];
