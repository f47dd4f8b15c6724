//! The people of a world: who they are, what they want, and what they do to the forge, at any time.

use chrono::{DateTime, Utc};
use lightsout_forge::{
    Action, CheckState, Forge, IssueState, Label, Login, Number, Permission, PullRequest, PullState,
};
use lightsout_lifecycle::{Approval, Command, PullFacts, approval_key, factory_branch_prefix};
use lightsout_local::{Local, LocalError};
use tokio::sync::Mutex;

use crate::agent::DISLIKED;
use crate::scene::Scene;

/// Somebody who may do everything, always.
pub(crate) const OWNER: &str = "ada";
/// Somebody who may write, on some days.
const COLLEAGUE: &str = "otto";
/// Somebody who may look.
const READER: &str = "rui";
/// Nobody at all.
const STRANGER: &str = "zed";
/// A person's account that `factory.toml` names as the factory's own.
pub(crate) const MACHINE: &str = "relay";

/// The site's configuration. A run costs at most [`RUN_PRICE`](crate::world::RUN_PRICE).
pub(crate) const FACTORY: &str = r#"[factory]
name = "Example"
bots = ["lightsout[bot]", "github-actions[bot]", "relay"]

[budget]
run_usd = "0.06"
issue_usd = "0.15"
day_usd = "0.40"

[[gates]]
name = "liked"
run = "test ! -e content/faq/disliked.mdx"
seconds = 3600
"#;

const QUESTIONS: &[&str] = &[
    "Can I bring my bicycle into the hall?",
    "Is there coffee on the second floor?",
    "Who feeds the fish in August?",
];
pub(crate) const ANSWER: &str =
    "### Answer\n\nYes, you can. There are 12 hooks in the hall, and the key is at the desk.";

/// Who files requests, how likely, and what each may do at first.
const REQUESTERS: &[(u32, &str)] = &[
    (10, "mira"),
    (6, READER),
    (5, COLLEAGUE),
    (3, STRANGER),
    (1, MACHINE),
];

/// What each may do at first.
const PERMISSIONS: &[(&str, Permission)] = &[
    (OWNER, Permission::Admin),
    (COLLEAGUE, Permission::Write),
    ("mira", Permission::Read),
    (READER, Permission::Read),
    (MACHINE, Permission::Write),
];

/// One request, from the wish to file it.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    /// Its number among all lives of the simulation.
    pub(crate) number: u64,
    pub(crate) requester: Login,
    /// Its issue, once it is filed.
    pub(crate) issue: Option<Number>,
}

/// Somebody was allowed something from then on.
#[derive(Debug, Clone)]
pub(crate) struct Granted {
    pub(crate) at: DateTime<Utc>,
    pub(crate) login: Login,
    pub(crate) permission: Permission,
}

#[derive(Debug, Default)]
struct Known {
    lives: Vec<Life>,
    granted: Vec<Granted>,
}

/// Everybody.
#[derive(Debug)]
pub(crate) struct Cast {
    known: Mutex<Known>,
}

/// What somebody does to a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Answer,
    HalfAnswer,
    Noise,
    Retry,
    RetryByReader,
    Cancel,
    CancelByReader,
    Accept,
    AcceptByRequester,
    Status,
    Publish,
    PublishOnPull,
    PublishByReader,
    PublishThenPush,
    Forge,
    Push,
    ApproveByLabel,
    DropApproveLabel,
    ClosePull,
    ReopenPull,
    DeleteBranch,
    Check,
    CollideOnMain,
    AddType,
    DropType,
    AddWaiting,
    DropWaiting,
    Close,
    Reopen,
    NoiseOnPull,
}

const WAITING: &[(u32, Act)] = &[
    (30, Act::Answer),
    (8, Act::HalfAnswer),
    (6, Act::Noise),
    (8, Act::Retry),
    (2, Act::RetryByReader),
    (2, Act::Cancel),
    (10, Act::Accept),
    (2, Act::AcceptByRequester),
    (2, Act::Status),
    (3, Act::DropWaiting),
    (3, Act::AddType),
    (6, Act::DropType),
    (2, Act::Close),
];

const OPEN_PULL: &[(u32, Act)] = &[
    (25, Act::Publish),
    (10, Act::PublishOnPull),
    (4, Act::PublishByReader),
    (4, Act::PublishThenPush),
    (3, Act::Forge),
    (6, Act::Push),
    (4, Act::ApproveByLabel),
    (3, Act::DropApproveLabel),
    (4, Act::ClosePull),
    (2, Act::ReopenPull),
    (2, Act::DeleteBranch),
    (8, Act::Check),
    (2, Act::CollideOnMain),
    (5, Act::Retry),
    (2, Act::Cancel),
    (2, Act::CancelByReader),
    (3, Act::Noise),
    (4, Act::NoiseOnPull),
    (2, Act::AddType),
    (2, Act::DropType),
    (2, Act::AddWaiting),
    (2, Act::Close),
];

const OTHERWISE: &[(u32, Act)] = &[
    (8, Act::Noise),
    (6, Act::Retry),
    (3, Act::Cancel),
    (5, Act::Accept),
    (4, Act::AddType),
    (6, Act::DropType),
    (3, Act::Close),
    (5, Act::Status),
    (3, Act::Publish),
    (2, Act::AddWaiting),
    (3, Act::Answer),
];

const CLOSED: &[(u32, Act)] = &[
    (12, Act::Noise),
    (8, Act::Reopen),
    (3, Act::Retry),
    (3, Act::Publish),
    (2, Act::ReopenPull),
    (2, Act::Cancel),
    (2, Act::AddType),
];

/// What is done to the whole site.
#[derive(Debug, Clone, Copy)]
enum Change {
    Demote,
    Promote,
    PushToMain,
    DislikeMain,
    LikeMain,
    BreakConfiguration,
    MendConfiguration,
}

const CHANGES: &[(u32, Change)] = &[
    (4, Change::Demote),
    (6, Change::Promote),
    (6, Change::PushToMain),
    (1, Change::DislikeMain),
    (2, Change::LikeMain),
    (1, Change::BreakConfiguration),
    (8, Change::MendConfiguration),
];

fn login(text: &str) -> Login {
    Login::new(text).unwrap_or_else(|_| unreachable!("a login of the table"))
}

fn label(text: &str) -> Label {
    Label::new(text).unwrap_or_else(|_| unreachable!("a label of the table"))
}

impl Cast {
    /// The people of lives `from` to `from + count`; what each may do is set on the forge.
    pub(crate) async fn new(
        local: &Local,
        scene: &Scene,
        from: u64,
        count: u64,
    ) -> Result<Self, LocalError> {
        let lives = (from..from + count).map(|number| Life {
            number,
            requester: login(scene.dice().weighted(REQUESTERS)),
            issue: None,
        });
        let cast = Self {
            known: Mutex::new(Known {
                lives: lives.collect(),
                granted: Vec::new(),
            }),
        };
        for (who, permission) in PERMISSIONS {
            cast.allow(local, scene, who, *permission).await?;
        }
        Ok(cast)
    }

    /// Every life.
    pub(crate) async fn lives(&self) -> Vec<Life> {
        self.known.lock().await.lives.clone()
    }

    /// What everybody was ever allowed, the oldest first.
    pub(crate) async fn granted(&self) -> Vec<Granted> {
        self.known.lock().await.granted.clone()
    }

    async fn allow(
        &self,
        local: &Local,
        scene: &Scene,
        who: &str,
        permission: Permission,
    ) -> Result<(), LocalError> {
        local.set_permission(&login(who), permission).await?;
        self.known.lock().await.granted.push(Granted {
            at: scene.clock.now(),
            login: login(who),
            permission,
        });
        Ok(())
    }

    /// Lets somebody do something.
    pub(crate) async fn act(&self, local: &Local, scene: &Scene) {
        let lives = self.lives().await;
        let filed = lives.iter().filter(|life| life.issue.is_some()).count();
        let (change, at) = {
            let mut dice = scene.dice();
            let end = u32::try_from(filed + 1)
                .unwrap_or(1)
                .min(u32::try_from(lives.len()).unwrap_or(1));
            (dice.per_mille(60), dice.below(end) as usize)
        };
        let done = if change {
            self.change(local, scene).await
        } else {
            let life = &lives[at];
            match life.issue {
                None => self.file(local, scene, life).await,
                Some(issue) => somebody(local, scene, life, issue).await,
            }
        };
        told(scene, done);
    }

    async fn file(&self, local: &Local, scene: &Scene, life: &Life) -> Result<String, LocalError> {
        let (question, whole, labels) = {
            let mut dice = scene.dice();
            let labels: &[&str] = dice.weighted(&[
                (20, &["cms-faq"][..]),
                (2, &["cms-faq", "cms-location"]),
                (1, &["cms-faqs"]),
                (2, &[]),
            ]);
            (dice.pick(QUESTIONS), dice.per_mille(650), labels)
        };
        let answer = if whole {
            ANSWER
        } else {
            "### Answer\n\n_No response_"
        };
        let body = format!("### Question\n\n{question}\n\n{answer}\n");
        let labels: Vec<Label> = labels.iter().map(|name| label(name)).collect();
        let person = local.person(&life.requester);
        let issue = person.open_issue(None, question, &body, &labels).await?;
        let mut known = self.known.lock().await;
        for one in &mut known.lives {
            if one.number == life.number {
                one.issue = Some(issue);
            }
        }
        let names: Vec<_> = labels.iter().map(Label::as_str).collect();
        let how = if whole { "whole" } else { "half" };
        Ok(format!(
            "life {}: {} files {issue}, {how}, as {names:?}",
            life.number, life.requester
        ))
    }

    async fn change(&self, local: &Local, scene: &Scene) -> Result<String, LocalError> {
        let main = local.default_branch().clone();
        let owner = local.person(&login(OWNER));
        let change = scene.dice().weighted(CHANGES);
        match change {
            Change::Demote => {
                self.allow(local, scene, COLLEAGUE, Permission::Read)
                    .await?;
            }
            Change::Promote => {
                self.allow(local, scene, COLLEAGUE, Permission::Write)
                    .await?;
            }
            Change::PushToMain => {
                let text = format!("Version {}.\n", scene.nonce());
                owner
                    .push_file(None, &main, "content/about.md", text.as_bytes(), "About")
                    .await?;
            }
            Change::DislikeMain => {
                owner
                    .push_file(None, &main, DISLIKED, b"Disliked.\n", "Dislike")
                    .await?;
            }
            // A file cannot be taken away by pushing one, so another gate takes its place.
            Change::LikeMain | Change::MendConfiguration => self.mend(local).await?,
            Change::BreakConfiguration => {
                owner
                    .push_file(None, &main, "factory.toml", b"[factory\n", "Break")
                    .await?;
            }
        }
        Ok(format!("the site: {change:?}"))
    }

    /// Puts the configuration back as it was.
    async fn mend(&self, local: &Local) -> Result<(), LocalError> {
        let main = local.default_branch().clone();
        let owner = local.person(&login(OWNER));
        owner
            .push_file(None, &main, "factory.toml", FACTORY.as_bytes(), "Mend")
            .await?;
        Ok(())
    }

    /// What people do once everything works again: mend the configuration.
    pub(crate) async fn tidy(&self, local: &Local, scene: &Scene) {
        let mended = self
            .mend(local)
            .await
            .map(|()| "the site: mended".to_owned());
        told(scene, mended);
    }

    /// Everybody who is asked something answers it, and whoever may approve does; says whether anybody had to.
    pub(crate) async fn cooperate(&self, local: &Local, scene: &Scene) -> bool {
        let mut busy = false;
        for life in self.lives().await {
            let done = match life.issue {
                None => self.file(local, scene, &life).await,
                Some(issue) => helpful(local, &life, issue).await,
            };
            busy |= done.as_ref().map_or(true, |line| !line.is_empty());
            told(scene, done);
        }
        busy
    }
}

/// Writes what was done into the story; what the forge refuses is no fault, anything else is.
fn told(scene: &Scene, done: Result<String, LocalError>) {
    match done {
        Ok(line) if line.is_empty() => {}
        Ok(line) => scene.tell(|| line),
        Err(
            error @ (LocalError::Forbidden { .. }
            | LocalError::NotFound { .. }
            | LocalError::Size { .. }),
        ) => scene.tell(|| format!("refused: {error}")),
        Err(error) => {
            scene.fault("a person met a broken forge", "a person");
            scene.tell(|| format!("broken: {error}"));
        }
    }
}

/// The newest pull request of a request, an open one before any other.
async fn pull_of(local: &Local, issue: Number) -> Result<Option<PullRequest>, LocalError> {
    let prefix = factory_branch_prefix(issue);
    let mut pulls = local.pull_requests_all().await?;
    pulls.retain(|pull| pull.head.as_str().starts_with(&prefix));
    let open = pulls.iter().rposition(|pull| pull.state == PullState::Open);
    Ok(open
        .or(pulls.len().checked_sub(1))
        .map(|at| pulls.swap_remove(at)))
}

async fn issue_of(local: &Local, issue: Number) -> Result<lightsout_forge::Issue, LocalError> {
    let found = local
        .issues()
        .await?
        .into_iter()
        .find(|one| one.number == issue);
    found.ok_or_else(|| LocalError::NotFound {
        what: issue.to_string(),
    })
}

async fn somebody(
    local: &Local,
    scene: &Scene,
    life: &Life,
    issue: Number,
) -> Result<String, LocalError> {
    let seen = issue_of(local, issue).await?;
    let pull = pull_of(local, issue).await?;
    let open_pull = pull
        .as_ref()
        .is_some_and(|pull| pull.state == PullState::Open);
    let menu = if seen.state == IssueState::Closed {
        CLOSED
    } else if seen.labels.contains(&Label::waiting()) {
        WAITING
    } else if open_pull {
        OPEN_PULL
    } else {
        OTHERWISE
    };
    let act = scene.dice().weighted(menu);
    do_act(local, scene, act, life, issue, pull.as_ref()).await?;
    Ok(format!("life {}: {act:?} on {issue}", life.number))
}

async fn do_act(
    local: &Local,
    scene: &Scene,
    act: Act,
    life: &Life,
    issue: Number,
    pull: Option<&PullRequest>,
) -> Result<(), LocalError> {
    let requester = local.person(&life.requester);
    let owner = local.person(&login(OWNER));
    let reader = local.person(&login(READER));
    let stranger = local.person(&login(STRANGER));
    // Whoever publishes is not always allowed to at that moment.
    let publisher = local.person(&login(scene.dice().weighted(&[
        (2, OWNER),
        (3, COLLEAGUE),
        (1, MACHINE),
    ])));
    let on_pull = pull.map_or(issue, |pull| pull.number);
    match act {
        Act::Answer => drop(requester.comment(None, issue, ANSWER).await?),
        Act::HalfAnswer => drop(requester.comment(None, issue, "I will look it up.").await?),
        Act::Noise => drop(
            stranger
                .comment(None, issue, "Interesting! /publish")
                .await?,
        ),
        Act::NoiseOnPull => drop(reader.comment(None, on_pull, "Looks good to me.").await?),
        Act::Retry => drop(requester.comment(None, issue, "/retry").await?),
        Act::RetryByReader => drop(reader.comment(None, issue, "/retry").await?),
        Act::Cancel => drop(requester.comment(None, issue, "/cancel").await?),
        Act::CancelByReader => drop(stranger.comment(None, issue, "/cancel").await?),
        Act::Accept => drop(owner.comment(None, issue, "/accept").await?),
        Act::AcceptByRequester => drop(requester.comment(None, issue, "/accept").await?),
        Act::Status => drop(requester.comment(None, issue, "/status").await?),
        Act::Publish => drop(publisher.comment(None, issue, "/publish").await?),
        Act::PublishOnPull => drop(publisher.comment(None, on_pull, "/publish please").await?),
        Act::PublishByReader => drop(reader.comment(None, issue, "/publish").await?),
        Act::PublishThenPush => {
            publisher.comment(None, issue, "/publish").await?;
            push(local, scene, pull).await?;
        }
        Act::Forge => forge_approval(local, scene, pull).await?,
        Act::Push => push(local, scene, pull).await?,
        Act::ApproveByLabel => owner.add_label(None, on_pull, &Label::approved()).await?,
        Act::DropApproveLabel => {
            owner
                .remove_label(None, on_pull, &Label::approved())
                .await?;
        }
        Act::ClosePull => owner.close(None, on_pull).await?,
        Act::ReopenPull => owner.reopen(None, on_pull).await?,
        Act::DeleteBranch => {
            if let Some(pull) = pull {
                local
                    .repo()
                    .delete_ref(&format!("refs/heads/{}", pull.head), None)?;
            }
        }
        Act::Check => {
            let state = scene.dice().pick(&[
                CheckState::Pending,
                CheckState::Success,
                CheckState::Success,
                CheckState::Failure,
            ]);
            check(local, pull, state).await;
        }
        Act::CollideOnMain => {
            let main = local.default_branch().clone();
            if let Some(path) = changed_page(local, pull) {
                owner
                    .push_file(None, &main, &path, b"By hand.\n", "By hand")
                    .await?;
            }
        }
        Act::AddType => {
            let name = scene.dice().pick(&["cms-location", "cms-faq", "cms-faqs"]);
            owner.add_label(None, issue, &label(name)).await?;
        }
        Act::DropType => {
            let name = scene
                .dice()
                .pick(&["cms-location", "cms-faq", "cms-faqs", "cms-location"]);
            owner.remove_label(None, issue, &label(name)).await?;
        }
        Act::AddWaiting => owner.add_label(None, issue, &Label::waiting()).await?,
        Act::DropWaiting => owner.remove_label(None, issue, &Label::waiting()).await?,
        Act::Close => requester.close(None, issue).await?,
        Act::Reopen => requester.reopen(None, issue).await?,
    }
    Ok(())
}

/// The page that a pull request adds.
fn changed_page(local: &Local, pull: Option<&PullRequest>) -> Option<String> {
    let pull = pull?;
    let main = local.repo().rev("refs/heads/main").ok()??;
    let changes = local.repo().changes(&main, pull.head_sha.as_str()).ok()?;
    changes
        .into_iter()
        .map(|change| change.path)
        .find(|path| path.starts_with("content/faq/"))
}

/// Somebody who may push moves the pull request's head.
async fn push(local: &Local, scene: &Scene, pull: Option<&PullRequest>) -> Result<(), LocalError> {
    let Some(pull) = pull.filter(|pull| pull.state == PullState::Open) else {
        return Ok(());
    };
    let text = format!("Pushed {}.\n", scene.nonce());
    let owner = local.person(&login(OWNER));
    owner
        .push_file(
            None,
            &pull.head,
            "content/faq/pushed.mdx",
            text.as_bytes(),
            "Push",
        )
        .await?;
    Ok(())
}

/// A stranger writes an approval that looks exactly like the factory's.
async fn forge_approval(
    local: &Local,
    scene: &Scene,
    pull: Option<&PullRequest>,
) -> Result<(), LocalError> {
    let Some(pull) = pull else { return Ok(()) };
    let approval = Approval {
        by: login(OWNER),
        permission: Permission::Admin,
        sha: pull.head_sha.clone(),
        at: scene.clock.now(),
    };
    let json = serde_json::to_string(&approval).unwrap_or_default();
    let marker = approval_key().marker();
    let body = format!("{marker}\n<!-- lightsout:approval {json} -->\nApproved.");
    local
        .person(&login(STRANGER))
        .comment(None, pull.number, &body)
        .await?;
    Ok(())
}

/// The site's own checks say something of the head.
async fn check(local: &Local, pull: Option<&PullRequest>, state: CheckState) {
    if let Some(pull) = pull {
        let status = Action::EnsureStatus {
            sha: pull.head_sha.clone(),
            context: "ci/build".to_owned(),
            state,
            description: "The site builds".to_owned(),
        };
        // A commit that is gone with its branch has no checks.
        let _ = local.ensure(&status).await;
    }
}

/// Does what brings a request on, as its people see it on the forge.
async fn helpful(local: &Local, life: &Life, issue: Number) -> Result<String, LocalError> {
    let seen = issue_of(local, issue).await?;
    if seen.state == IssueState::Closed || life.requester == login(MACHINE) {
        return Ok(String::new());
    }
    let owner = local.person(&login(OWNER));
    let requester = local.person(&life.requester);
    let wanted = label("cms-faq");
    let types: Vec<&Label> = seen
        .labels
        .iter()
        .filter(|label| !label.is_status())
        .collect();
    if types != [&wanted] {
        for other in types.iter().filter(|other| ***other != wanted) {
            owner.remove_label(None, issue, other).await?;
        }
        owner.add_label(None, issue, &wanted).await?;
        owner.comment(None, issue, "/retry").await?;
        return Ok(format!("life {}: {issue} gets its one type", life.number));
    }
    let pull = pull_of(local, issue)
        .await?
        .filter(|pull| pull.state == PullState::Open);
    if seen.labels.contains(&Label::waiting()) {
        let stranger = local
            .permission(&life.requester)
            .await
            .unwrap_or(Permission::None)
            == Permission::None;
        if stranger {
            owner.comment(None, issue, "/accept").await?;
        }
        // A conflict or a red check needs the work done again, and an answer to a question does that too.
        requester.comment(None, issue, ANSWER).await?;
        return Ok(format!(
            "life {}: {} answers on {issue}",
            life.number, life.requester
        ));
    }
    let Some(pull) = pull else {
        return Ok(String::new());
    };
    let statuses = local.statuses(&pull.head_sha).await.unwrap_or_default();
    let red = statuses
        .iter()
        .any(|status| status.context != PullFacts::GATES && status.state != CheckState::Success);
    if red {
        check(local, Some(&pull), CheckState::Success).await;
    }
    let gates = statuses
        .iter()
        .any(|status| status.context == PullFacts::GATES);
    // What somebody pushed has no gates; the work is done again.
    let (who, command) = if gates {
        (owner, Command::Publish)
    } else {
        (requester, Command::Retry)
    };
    who.comment(None, issue, command.word()).await?;
    Ok(format!(
        "life {}: {} on {issue}",
        life.number,
        command.word()
    ))
}
