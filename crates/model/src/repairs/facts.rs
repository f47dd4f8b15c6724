//! From the world of repairs to the facts that the rules read.

use std::collections::BTreeSet;

use chrono::DateTime;
use lightsout_forge::{
    AccountKind, Comment, CommentId, Event, EventKind, Label, Login, Number, Permission,
    PullRequest,
};
use lightsout_lifecycle::{HealFacts, HealRecord, Person, ReviewFacts, ReviewRecord};

use super::machine::Game;
use super::scenario::Root;
use super::world::{End, World, run_place};
use crate::world::{Who, branch_name, pull_number, sha};

/// What reads its facts out of the world.
pub(crate) trait Read: Sized {
    fn read(game: &Game, world: &World, event: &Event) -> Option<Self>;
}

impl Read for HealFacts {
    fn read(game: &Game, world: &World, event: &Event) -> Option<Self> {
        let EventKind::WorkflowCompleted { run, .. } = event.kind else {
            return None;
        };
        let check = world.checks.get(run_place(run))?;
        let pull = world.pulls.get(usize::from(check.pull))?;
        let failure = match check.end {
            Some(End::Red(failure)) => failure,
            Some(End::Green) | None => 0,
        };
        Some(Self {
            enabled: world.enabled,
            workflow: if game.scenario.watched { "CI" } else { "Links" }.to_owned(),
            watched: vec!["CI".to_owned()],
            branch: branch_name(game.books.read(pull.branch)),
            same_repository: game.scenario.root != Root::Fork,
            pull: Some(pull_request(game, world, usize::from(check.pull))),
            request: request(game),
            fingerprint: format!("failure {failure}"),
            caps: game.scenario.caps,
            record: heal_record(game, world, usize::from(check.pull)),
            run_alive: false,
            budget_refusal: refusal(game, world),
        })
    }
}

impl Read for ReviewFacts {
    fn read(game: &Game, world: &World, event: &Event) -> Option<Self> {
        let (EventKind::PullOpened { pull } | EventKind::PullSynchronized { pull, .. }) =
            event.kind
        else {
            return None;
        };
        let place = place_of(pull);
        let pull = world.pulls.get(place)?;
        let account = pull.by.account();
        Some(Self {
            enabled: world.enabled,
            pull: pull_request(game, world, place),
            author: Person {
                kind: account.kind,
                login: account.login,
                own: pull.by == Who::Factory,
                permission: if account.kind == AccountKind::User {
                    Permission::Write
                } else {
                    Permission::None
                },
            },
            same_repository: game.scenario.root != Root::Fork,
            request: request(game),
            record: review_record(game, world, place),
            run_alive: false,
            budget_refusal: refusal(game, world),
        })
    }
}

fn is_own(login: &Login) -> bool {
    login.as_str() == Who::Factory.login()
}

fn refusal(game: &Game, world: &World) -> Option<String> {
    (world.spent >= game.scenario.money).then(|| "the cap is reached".to_owned())
}

fn request(game: &Game) -> Option<(Number, Label)> {
    let is_of_request = game.scenario.root == Root::Request;
    is_of_request.then(|| (Number(1), game.kind.clone()))
}

/// The place of a pull request, by its number.
pub(crate) fn place_of(pull: Number) -> usize {
    usize::try_from(pull.0.saturating_sub(101)).unwrap_or(usize::MAX)
}

fn pull_request(game: &Game, world: &World, place: usize) -> PullRequest {
    let pull = &world.pulls[place];
    let base = pull.mends.map_or("main", |root| {
        game.books.read(world.pulls[usize::from(root)].branch)
    });
    PullRequest {
        number: pull_number(0, place),
        title: "A page".to_owned(),
        body: String::new(),
        author: pull.by.account(),
        head: branch_name(game.books.read(pull.branch)),
        head_sha: sha(pull.head),
        base: branch_name(base),
        labels: BTreeSet::new().into_iter().collect(),
        state: pull.state,
        merge_sha: None,
        from_fork: false,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

/// What the healer remembers of a pull request.
pub(crate) fn heal_record(game: &Game, world: &World, place: usize) -> HealRecord {
    HealRecord::find(&comments(game, world, world.pulls[place].healer), is_own)
}

/// What is remembered of a pull request's reviews.
pub(crate) fn review_record(game: &Game, world: &World, place: usize) -> ReviewRecord {
    ReviewRecord::find(&comments(game, world, world.pulls[place].review), is_own)
}

fn comments(game: &Game, world: &World, body: Option<u32>) -> Vec<Comment> {
    let comment = |body| Comment {
        id: CommentId(1),
        on: pull_number(0, world.pulls.len()),
        author: Who::Factory.account(),
        body: game.books.read(body).to_owned(),
        created_at: DateTime::UNIX_EPOCH,
    };
    body.map(comment).into_iter().collect()
}
