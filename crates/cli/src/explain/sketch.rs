//! The world as far as a payload shows it, with every guess named.

use chrono::{DateTime, Utc};
use lightsout_engine::{filing, intake_by_text, issue_of_branch};
use lightsout_forge::{
    Account, AccountKind, BranchName, CheckState, CommentId, Event, Issue, IssueState, Label,
    Login, Number, Permission, PullRequest, PullState, Sha, Status,
};
use lightsout_github::{Association, Facts};
use lightsout_lifecycle::{
    Command, CommentFacts, Intake, Person, PullFacts, Record, Snapshot, State, factory_branch,
    newest_answer, request_of_body,
};
use lightsout_taxonomy::Factory;
use serde::Serialize;

/// Something that the payload does not show.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Assumption {
    /// Where it stands in the snapshot; empty when it is about all of it.
    pub(crate) key: String,
    /// What is assumed.
    pub(crate) sentence: String,
}

/// Puts a snapshot together.
pub(crate) struct Sketch<'a> {
    factory: &'a Factory,
    facts: &'a Facts,
    pub(crate) assumed: Vec<Assumption>,
}

/// The request a payload speaks of.
struct Request {
    issue: Issue,
    pull: Option<PullFacts>,
    /// What the taxonomy made of it, where its texts are not in the payload.
    intake: Option<Intake>,
}

impl<'a> Sketch<'a> {
    pub(crate) fn new(factory: &'a Factory, facts: &'a Facts) -> Self {
        Self {
            factory,
            facts,
            assumed: Vec::new(),
        }
    }

    /// Draws the world around an event. The time is that of the event, so that the same payload is always explained the
    /// same way.
    pub(crate) fn snapshot(&mut self, event: &Event, enabled: Option<bool>) -> Snapshot {
        let Request {
            issue,
            pull,
            intake,
        } = self.request(event.at);
        let requester = self.person(&issue.author, "requester");
        let actor = self.person(&event.actor, "actor");
        let comment = self.facts.comment.as_ref().map(|comment| CommentFacts {
            id: comment.id,
            author: self.person(&comment.author, "comment.author"),
            command: Command::find(&comment.body),
            on_pull_request: self.on_pull_request(),
        });
        let thread: Vec<CommentFacts> = comment.iter().cloned().collect();
        let newest_answer = newest_answer(&thread, &requester.login);
        let intake = intake.unwrap_or_else(|| self.intake(&issue, newest_answer));
        let waiting = issue.labels.contains(&Label::waiting());
        if enabled.is_none() {
            self.assume("enabled", "the kill switch is on");
        }
        self.assume(
            "record",
            "nothing is remembered of earlier runs and questions",
        );
        self.assume("budget_refusal", "no spending cap is reached");
        Snapshot {
            now: event.at,
            enabled: enabled.unwrap_or(true),
            filing: filing(self.factory),
            record: Record {
                state: if waiting { State::Waiting } else { State::New },
                ..Record::default()
            },
            requester,
            actor,
            intake,
            newest_answer,
            run_alive: false,
            comment,
            pull,
            budget_refusal: None,
            issue,
        }
    }

    fn assume(&mut self, key: &str, sentence: impl Into<String>) {
        self.assumed.push(Assumption {
            key: key.to_owned(),
            sentence: sentence.into(),
        });
    }

    fn is_own(&self, login: &Login) -> bool {
        self.factory.bots.iter().any(|bot| bot == login.as_str())
    }

    fn on_pull_request(&self) -> bool {
        let shown = self.facts.issue.as_ref();
        shown.is_some_and(|shown| shown.is_pull_request)
    }

    /// An account with what it may do; GitHub shows how it stands to the repository, which proves no permission.
    fn person(&mut self, account: &Account, key: &str) -> Person {
        let own = self.is_own(&account.login);
        let permission = if own || account.kind == AccountKind::Bot {
            Permission::None
        } else {
            let shown = self.facts.associations.get(&account.login).copied();
            let (permission, why) = match shown {
                Some(Association::Owner) => (Permission::Admin, "owns the repository"),
                Some(Association::Member) => (Permission::Write, "is a member"),
                Some(Association::Collaborator) => (Permission::Write, "is a collaborator"),
                Some(Association::Contributor) => (Permission::None, "only contributed before"),
                Some(Association::None) => (Permission::None, "has no ties to the repository"),
                None => (
                    Permission::None,
                    "is not shown with any ties to the repository",
                ),
            };
            let level = match permission {
                Permission::Admin => "admin",
                Permission::Write => "write",
                Permission::Read => "read",
                Permission::None => "no",
            };
            let login = &account.login;
            self.assume(
                &format!("{key}.permission"),
                format!("{login} {why}, so {level} permission; GitHub is asked at the time"),
            );
            permission
        };
        Person {
            login: account.login.clone(),
            kind: account.kind,
            own,
            permission,
        }
    }

    fn intake(&mut self, issue: &Issue, newest_answer: CommentId) -> Intake {
        let answers: Vec<_> = self
            .facts
            .comment
            .iter()
            .filter(|comment| comment.id == newest_answer)
            .collect();
        let intake = intake_by_text(self.factory, issue, &answers);
        match &intake {
            Intake::Complete { .. } => self.assume(
                "intake",
                "what is attached is as it should be, and the page's name is free",
            ),
            Intake::Incomplete { .. } if self.facts.comment.is_some() => self.assume(
                "intake",
                "no earlier comment answers anything: the payload shows only this one",
            ),
            _ => {}
        }
        intake
    }

    /// Finds the request: the issue that is shown, or that of a pull request of the factory's own.
    fn request(&mut self, at: DateTime<Utc>) -> Request {
        match (&self.facts.issue, &self.facts.pull) {
            (Some(shown), _) if !shown.is_pull_request => {
                self.assume("pull", "the request has no pull request");
                Request {
                    issue: shown.issue.clone(),
                    pull: None,
                    intake: None,
                }
            }
            (Some(shown), _) => self.of_pull_issue(&shown.issue),
            (None, Some(shown)) => {
                let number = issue_of_branch(shown.head.as_str())
                    .filter(|_| self.is_own(&shown.author.login) && !shown.from_fork);
                self.of_pull(number, shown.clone())
            }
            (None, None) => {
                self.assume(
                    "request",
                    "the payload shows none, and no pull request of one is known to be meant",
                );
                Request {
                    issue: stand_in(Number(0), String::new(), &self.facts.sender, at),
                    pull: None,
                    intake: Some(Intake::NotARequest),
                }
            }
        }
    }

    /// A comment's payload shows a pull request as an issue, without its branch.
    fn of_pull_issue(&mut self, issue: &Issue) -> Request {
        let number = request_of_body(&issue.body).filter(|_| self.is_own(&issue.author.login));
        let head = number.and_then(|number| factory_branch(number, "unknown").ok());
        let (Ok(base), Ok(sha)) = (BranchName::new("main"), Sha::new(&"0".repeat(40))) else {
            return of_no_request(issue);
        };
        let Some(head) = head else {
            return of_no_request(issue);
        };
        self.assume(
            "pull.pull.head_sha",
            "the pull request's head commit is 000…",
        );
        self.assume("pull.pull.head", format!("its branch is {head}"));
        let state = match issue.state {
            IssueState::Open => PullState::Open,
            IssueState::Closed => PullState::Closed,
        };
        let pull = PullRequest {
            number: issue.number,
            title: issue.title.clone(),
            body: issue.body.clone(),
            author: issue.author.clone(),
            head,
            head_sha: sha,
            base,
            labels: issue.labels.clone(),
            state,
            merge_sha: None,
            from_fork: false,
            updated_at: issue.updated_at,
        };
        self.of_pull(number, pull)
    }

    fn of_pull(&mut self, number: Option<Number>, pull: PullRequest) -> Request {
        let at = pull.updated_at;
        let Some(number) = number else {
            return Request {
                issue: stand_in(pull.number, pull.title, &pull.author, at),
                pull: None,
                intake: Some(Intake::NotARequest),
            };
        };
        let nobody = Account {
            login: Login::new("the-requester").unwrap_or_else(|_| pull.author.login.clone()),
            kind: AccountKind::User,
        };
        let issue = stand_in(number, pull.title.clone(), &nobody, at);
        let slug = pull.head.as_str().rsplit('-').next().unwrap_or_default();
        let kind = self.factory.types.first();
        let intake = kind
            .and_then(|kind| Label::new(&kind.label).ok())
            .map(|kind| Intake::Complete {
                kind,
                slug: slug.to_owned(),
            });
        self.assume(
            "issue",
            format!("the request is {number}, open and not waiting; who filed it is not shown"),
        );
        self.assume("intake", "the request is complete");
        self.assume("pull.approval", "no `/publish` is recorded");
        self.assume(
            "pull.shown",
            "the head commit was shown as ready before anything was said about it",
        );
        self.assume(
            "pull.statuses",
            "the gates are green, and there is no other check",
        );
        let green = Status {
            context: PullFacts::GATES.to_owned(),
            state: CheckState::Success,
            description: String::new(),
        };
        Request {
            issue,
            pull: Some(PullFacts {
                pull,
                statuses: vec![green],
                approval: None,
                shown: Some(CommentId(0)),
            }),
            intake,
        }
    }
}

/// A pull request that belongs to no request.
fn of_no_request(issue: &Issue) -> Request {
    Request {
        issue: stand_in(
            issue.number,
            issue.title.clone(),
            &issue.author,
            issue.created_at,
        ),
        pull: None,
        intake: Some(Intake::NotARequest),
    }
}

/// An issue that the payload does not show.
fn stand_in(number: Number, title: String, author: &Account, at: DateTime<Utc>) -> Issue {
    Issue {
        number,
        title,
        body: String::new(),
        author: author.clone(),
        labels: std::collections::BTreeSet::new(),
        state: IssueState::Open,
        created_at: at,
        updated_at: at,
    }
}
