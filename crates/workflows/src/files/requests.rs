//! W1, W2 and W5: a request is filed, answered, published.

use lightsout_lifecycle::Command;

use super::chain::{Chain, FIRST};
use super::{PROCESS, Set, request_permissions};
use crate::trust::Broker;
use crate::{Guard, Job, Label, Trigger, Trusted, Workflow};

/// How the label of every built-in type begins.
const TYPE_PREFIX: &str = "cms-";

/// The number of the request, which events of it are worked on one after the other by.
const ISSUE: &str = "issue-${{ github.event.issue.number || inputs.issue }}";

impl Set<'_> {
    /// W1: an issue is opened, reopened, labelled.
    pub(super) fn process(&self) -> Workflow {
        // An unknown type is refused with a list of the valid ones, and so must get through: the label that was just set
        // is one text, whose beginning can be asked for.
        let labelled = Guard::All(vec![
            Guard::Is("action", "labeled".to_owned()),
            Guard::Begins("label.name", TYPE_PREFIX.to_owned()),
        ]);
        let request = {
            let mut either = vec![labelled];
            either.extend(self.is_request());
            Guard::Any(either)
        };
        let mut filed = vec![Guard::Event("issues")];
        filed.extend(self.by_person());
        filed.push(request);
        let guard = Guard::All(vec![
            Guard::Enabled,
            Guard::Any(vec![Guard::Event("workflow_dispatch"), Guard::All(filed)]),
        ]);
        let chain = Chain {
            from: "triage",
            names: &FIRST,
            subject: ISSUE,
            followed: false,
        };
        let mut jobs = vec![self.triage(Trusted::Triage, guard).into()];
        jobs.extend(self.rest(chain));
        Workflow {
            file: "cms.yml",
            name: PROCESS.to_owned(),
            about: "Works on a request when its issue is opened, reopened or labelled.",
            triggers: vec![
                Trigger::Event("issues", &["opened", "reopened", "labeled"]),
                Trigger::HandForIssue,
            ],
            excuse: None,
            jobs,
        }
    }

    /// W2: somebody comments on an issue.
    pub(super) fn clarify(&self) -> Workflow {
        let waiting = Guard::All(vec![
            Guard::Missing("issue.pull_request"),
            Guard::Labelled {
                list: "issue.labels",
                label: Label::waiting(),
            },
            Guard::Any(self.is_request()),
        ]);
        let commands = Command::ALL
            .into_iter()
            .filter(|command| *command != Command::Publish);
        let mut either: Vec<Guard> = commands.map(typed).collect();
        either.insert(0, waiting);
        let mut parts = vec![Guard::Enabled];
        parts.extend(self.by_person());
        parts.push(Guard::Any(either));
        let chain = Chain {
            from: "triage",
            names: &FIRST,
            subject: ISSUE_OF_COMMENT,
            followed: false,
        };
        let mut jobs = vec![
            self.triage_of(Trusted::Triage, Guard::All(parts), ISSUE_OF_COMMENT)
                .into(),
        ];
        jobs.extend(self.rest(chain));
        Workflow {
            file: "issue-clarify.yml",
            name: "CMS — Take up an answer".to_owned(),
            about: "Goes on with a request when somebody answers a question, or types a command other than `/publish`.",
            triggers: vec![Trigger::Event("issue_comment", &["created"])],
            excuse: Some(COMMENTS),
            jobs,
        }
    }

    /// W5: `/publish` is typed, and the label shows it.
    pub(super) fn publish(&self) -> Workflow {
        let mut asked = vec![Guard::Event("issue_comment")];
        asked.extend(self.by_person());
        asked.push(typed(Command::Publish));
        let shown = Guard::All(vec![
            Guard::Event("pull_request"),
            Guard::Is("label.name", Label::approved().as_str().to_owned()),
            Guard::Labelled {
                list: "pull_request.labels",
                label: Label::bot_generated(),
            },
            Guard::IsHere("pull_request.head.repo.full_name"),
        ]);
        let guard = Guard::All(vec![
            Guard::Enabled,
            Guard::Any(vec![Guard::All(asked), shown]),
        ]);
        let mut job = self
            .first(
                "publish",
                "Approve and merge",
                Trusted::Publish,
                ISSUE_OR_PULL,
                guard,
            )
            .about_group(AT_ONCE);
        for permission in request_permissions() {
            job = job.permission(permission);
        }
        // A command before `/publish` whose delivery was lost is answered here too, and may start a run.
        let mut jobs = vec![job.into()];
        jobs.extend(self.rest(Chain {
            from: "publish",
            names: &FIRST,
            subject: ISSUE_OR_PULL,
            followed: false,
        }));
        Workflow {
            file: "cms-publish.yml",
            name: "CMS — Publish".to_owned(),
            about: "Records an approval by `/publish`, and merges exactly the commit that was approved.",
            triggers: vec![
                Trigger::Event("issue_comment", &["created"]),
                Trigger::Event("pull_request", &["labeled"]),
            ],
            excuse: Some(COMMENTS),
            jobs,
        }
    }

    fn triage(&self, verb: Trusted, guard: Guard) -> Job<Broker> {
        self.triage_of(verb, guard, ISSUE)
    }

    fn triage_of(&self, verb: Trusted, guard: Guard, subject: &str) -> Job<Broker> {
        let mut job = self.first("triage", "Decide about the event", verb, subject, guard);
        for permission in request_permissions() {
            job = job.permission(permission);
        }
        job
    }
}

/// Why a workflow may listen to comments.
const COMMENTS: &str = "zizmor: ignore[dangerous-triggers] no job checks out or runs anything of the event; who may do what is decided in code";

/// The number of the request, where nobody can start the workflow by hand.
const ISSUE_OF_COMMENT: &str = "issue-${{ github.event.issue.number }}";

/// The number of the request, or that of its pull request.
const ISSUE_OR_PULL: &str = "issue-${{ github.event.issue.number || github.event.number }}";

/// What becomes of a request about which both events are dealt with at once, as `abreast.rs` of the engine's tests shows.
const AT_ONCE: &[&str] = &[
    "The label's event knows the number of the pull request alone, so its job may run beside that of a `/publish` on the",
    "issue. Neither harms the other: one merges, both write the same, and a merge names its commit. A group for the whole",
    "repository would let every request wait for the checks of each.",
];

/// A comment begins with the word of a command. `/publisher` does so too; it is told apart by whoever decides.
fn typed(command: Command) -> Guard {
    Guard::Begins("comment.body", command.word().to_owned())
}
