//! The contracts that every forge and every store of the ledger keep, checked through the ports alone.
//!
//! An adapter's test gives [`forge_contract`] a way to make fresh worlds with a forge in them; each check gets its own.

#![expect(
    clippy::unwrap_used,
    reason = "a broken contract is a panic: this only ever runs inside tests"
)]

mod branches;
mod issues;
mod ledger;
mod merging;
mod threads;

pub use ledger::ledger_contract;

use std::path::PathBuf;

use async_trait::async_trait;
use lightsout_forge::{
    Account, Action, BranchName, CommentId, Ensured, Event, EventKind, Forge, Inbox, Label, Login,
    Number, Permission, Sha, Thread,
};

/// Commits that an agent made, ready to be handed over.
#[derive(Debug, Clone)]
pub struct Work {
    /// The newest commit.
    pub at: Sha,
    /// A bundle of the commits that the forge lacks.
    pub bundle: PathBuf,
}

/// A forge that is tested, and what people and agents do to it. Their errors are panics.
#[async_trait]
pub trait World {
    /// The forge, as the engine has it.
    fn forge(&self) -> &dyn Forge;

    /// Where what happens is told, when it is told here; a forge far away delivers its events.
    fn inbox(&self) -> Option<&dyn Inbox>;

    /// Opens an issue.
    async fn open_issue(&self, who: &Login, title: &str, body: &str, labels: &[Label]) -> Number;

    /// Comments on an issue or a pull request.
    async fn comment(&self, who: &Login, on: Number, body: &str) -> CommentId;

    /// Adds a label.
    async fn add_label(&self, who: &Login, on: Number, label: &Label);

    /// Closes an issue or a pull request.
    async fn close(&self, who: &Login, on: Number);

    /// Opens a closed issue again.
    async fn reopen(&self, who: &Login, on: Number);

    /// Uploads a file and gives its address.
    async fn attach(&self, who: &Login, file_name: &str, bytes: &[u8]) -> String;

    /// Lets somebody do more, or less.
    async fn set_permission(&self, who: &Login, permission: Permission);

    /// Commits one file on top of a commit that the forge has, somewhere else, and bundles it up.
    async fn work(&self, on: &Sha, path: &str, text: &str) -> Work;
}

/// Checks everything the engine relies on. `make` gives a fresh world whose forge has at least one commit on `main`, in
/// which `mira` may write and `robin` may read. Which events an action raises is looked at only where [`World::inbox`]
/// tells them.
///
/// # Panics
/// When the forge breaks the contract.
pub async fn forge_contract<W: World>(make: impl AsyncFn() -> W) {
    threads::an_event_stays_until_it_is_done(&make().await).await;
    threads::opening_an_issue_raises_one_event_and_one_per_label(&make().await).await;
    threads::people_close_and_reopen(&make().await).await;
    threads::the_workflow_credential_raises_nothing(&make().await).await;
    threads::a_keyed_comment_is_edited_in_place(&make().await).await;
    threads::only_the_factory_owns_keyed_comments(&make().await).await;
    threads::permissions_are_those_of_now(&make().await).await;
    threads::recent_comments_are_those_of_every_thread(&make().await).await;
    threads::attachments_come_back_whole_or_not_at_all(&make().await).await;
    threads::what_is_not_there_is_not_found(&make().await).await;
    issues::a_keyed_issue_is_opened_once_and_edited_in_place(&make().await).await;
    issues::a_keyed_issue_is_closed_and_opened_again(&make().await).await;
    issues::only_the_factory_owns_keyed_issues(&make().await).await;
    branches::a_branch_is_where_it_shall_be(&make().await).await;
    branches::a_bundle_without_the_commit_is_refused(&make().await).await;
    branches::the_bot_opens_one_pull_request_and_raises_events(&make().await).await;
    branches::a_pull_request_needs_commits(&make().await).await;
    branches::a_closed_pull_request_makes_room_for_the_next(&make().await).await;
    branches::deleting_a_branch_closes_its_pull_request(&make().await).await;
    merging::a_green_pull_request_is_merged_once(&make().await).await;
    merging::only_the_approved_head_is_merged(&make().await).await;
    merging::only_green_is_merged(&make().await).await;
    merging::a_conflict_is_said_and_changes_nothing(&make().await).await;
    merging::merging_closes_what_the_text_says(&make().await).await;
}

fn mira() -> Login {
    Login::new("mira").unwrap()
}

fn robin() -> Login {
    Login::new("robin").unwrap()
}

fn label(name: &str) -> Label {
    Label::new(name).unwrap()
}

fn branch(name: &str) -> BranchName {
    BranchName::new(name).unwrap()
}

/// Where `main` is.
async fn main(forge: &dyn Forge) -> Sha {
    forge.branch(&branch("main")).await.unwrap().unwrap()
}

/// Empties the inbox, where there is one.
async fn events(world: &dyn World) -> Option<Vec<Event>> {
    let inbox = world.inbox()?;
    let mut events = Vec::new();
    while let Some(event) = inbox.next().await.unwrap() {
        inbox.done(&event.id).await.unwrap();
        assert!(events.len() < 1000, "the inbox never empties");
        events.push(event);
    }
    Some(events)
}

/// Sees that exactly this has happened since, where it is told.
async fn raised(world: &dyn World, expected: &[EventKind]) {
    if let Some(events) = events(world).await {
        let kinds: Vec<_> = events.into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, expected);
    }
}

/// Ensures an action that has to change something, then checks that ensuring it again does not.
async fn changes(forge: &dyn Forge, action: &Action) {
    assert_eq!(
        forge.ensure(action).await.unwrap(),
        Ensured::Changed,
        "{action:?}"
    );
    same(forge, action).await;
}

async fn same(forge: &dyn Forge, action: &Action) {
    assert_eq!(
        forge.ensure(action).await.unwrap(),
        Ensured::NotNeeded,
        "{action:?}"
    );
}

fn is_bot(account: &Account) -> bool {
    account.kind == lightsout_forge::AccountKind::Bot
}

fn to_branch(name: &str, work: &Work) -> Action {
    Action::EnsureBranch {
        branch: branch(name),
        at: work.at.clone(),
        bundle: work.bundle.clone(),
    }
}

fn to_pull(name: &str, title: &str, body: &str) -> Action {
    Action::EnsurePullRequest {
        head: branch(name),
        base: branch("main"),
        title: title.to_owned(),
        body: body.to_owned(),
    }
}

/// Hands work over and opens its pull request.
async fn propose(forge: &dyn Forge, name: &str, work: &Work, body: &str) -> Number {
    forge.ensure(&to_branch(name, work)).await.unwrap();
    forge.ensure(&to_pull(name, name, body)).await.unwrap();
    let pulls = forge.pull_requests(name).await.unwrap();
    pulls.last().unwrap().number
}

fn on_pull(name: &str) -> Thread {
    Thread::PullOf(branch(name))
}
