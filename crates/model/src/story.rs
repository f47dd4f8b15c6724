//! A trace as a story that a person can read.

use std::fmt::Write as _;

use lightsout_forge::{Action, EventKind};
use lightsout_lifecycle::{Answer, Role, Step};

use crate::explore::{Play, Taken};
use crate::game::Game;
use crate::moves::{Deed, Move, Outcome};
use crate::world::{Books, Who, Words, World};

/// Tells what happens along a trace, one line for each move.
pub(crate) fn along<P: Play>(game: &mut P, trace: &[P::Move]) -> String {
    let mut world = game.begin();
    let mut story = String::new();
    for line in game.opening(&world) {
        let _ = writeln!(story, "   {line}");
    }
    for (index, what) in trace.iter().enumerate() {
        let line = game.tell(&world, *what);
        let taken = game.take(&world, *what);
        let _ = write!(story, "{:>2} {line}", index + 1);
        story.push_str(&after(&taken));
        if let Some(property) = taken.broken {
            let _ = write!(story, " ← breaks `{}`", property.name());
        }
        story.push('\n');
        world = taken.world;
    }
    story
}

/// Who files what.
pub(crate) fn opening(world: &World) -> Vec<String> {
    let requests = world.requests.iter().enumerate();
    let filed = requests.map(|(at, request)| {
        let how = if request.complete {
            "complete"
        } else {
            "incomplete"
        };
        format!("{} files #{}, {how}.", name(request.author), at + 1)
    });
    filed.collect()
}

pub(crate) fn name(who: Who) -> &'static str {
    match who {
        Who::Mira => "Mira",
        Who::Ada => "Ada",
        Who::Stranger => "A stranger",
        Who::Robot => "A robot",
        Who::Factory => "The factory",
    }
}

/// What happens, in a sentence.
pub(crate) fn sentence(game: &Game, world: &World, what: Move) -> String {
    let on = |at: u8| match world.requests.len() {
        1 => String::new(),
        _ => format!("#{}: ", at + 1),
    };
    let event = |at: u8, place: u8, queue: bool| {
        let request = &world.requests[usize::from(at)];
        let events = if queue {
            &request.queue
        } else {
            &request.inbox
        };
        let id = events.get(usize::from(place)).copied();
        id.map_or(String::new(), |id| event_name(&game.books, id))
    };
    match what {
        Move::Person { at, who, deed } => {
            format!("{}{} {}.", on(at), name(who), deed_name(game, deed))
        }
        Move::Arrive { at, event: 0 } => {
            format!("{}The factory hears: {}.", on(at), event(at, 0, false))
        }
        Move::Arrive { at, event: place } => {
            format!(
                "{}Out of order, the factory hears: {}.",
                on(at),
                event(at, place, false)
            )
        }
        Move::Begin { at } => format!("{}The turn comes to: {}.", on(at), event(at, 0, true)),
        Move::Lose { at } => {
            format!("{}A delivery is lost: {}.", on(at), event(at, 0, false))
        }
        Move::Double { at } => {
            format!(
                "{}The factory hears, for the first of two times: {}.",
                on(at),
                event(at, 0, false)
            )
        }
        Move::Sweep { at } => format!("{}A sweep looks at the request.", on(at)),
        Move::Perform { at } => format!("{}The factory acts:", on(at)),
        Move::Work { at, outcome } => {
            let who = if step_name(game, world, at) == CHECK {
                "The gates run"
            } else {
                "The agent works"
            };
            format!("{}{who}: {}.", on(at), outcome_name(outcome))
        }
        Move::Crash { at } => format!(
            "{}The process ends before it could {}.",
            on(at),
            step_name(game, world, at)
        ),
        Move::Check { commit, green } => {
            let colour = if green { "green" } else { "red" };
            format!("The repository's own check of commit {commit} is {colour}.")
        }
    }
}

/// What came of it.
fn after<W>(taken: &Taken<W>) -> String {
    let mut text = String::new();
    if let Some((action, answer)) = &taken.action {
        let _ = write!(text, " {}", action_name(action));
        match answer {
            Answer::So => text.push('.'),
            Answer::Stale => text.push_str("; the forge says that the world has moved."),
            Answer::Conflict => text.push_str("; it does not merge."),
            Answer::Refused => text.push_str("; the forge refuses."),
        }
    }
    if let Some((reason, _)) = taken.decided {
        let _ = write!(text, " → `{}`", reason.code());
    }
    text
}

/// What a run comes to in which no agent works.
const CHECK: &str = "let the gates run";

fn step_name(game: &Game, world: &World, at: u8) -> String {
    let execution = world.requests[usize::from(at)].execution;
    match execution
        .and_then(|id| game.books.execution_at(id))
        .map(lightsout_lifecycle::Execution::step)
    {
        Some(Step::Ensure(action)) => action_name(action),
        Some(Step::Run(order)) if order.role == Role::Checker => CHECK.to_owned(),
        Some(Step::Run(_)) => "let the agent work".to_owned(),
        _ => "go on".to_owned(),
    }
}

pub(crate) fn action_name(action: &Action) -> String {
    match action {
        Action::EnsureLabel { label, .. } => format!("set `{label}`"),
        Action::EnsureNoLabel { label, .. } => format!("take off `{label}`"),
        Action::UpsertComment { key, .. } => format!("write the comment `{}`", short(key.as_str())),
        Action::EnsureBranch { branch, at, .. } => {
            format!("push commit {} to `{}`", commit(at), short(branch.as_str()))
        }
        Action::EnsureNoBranch { branch } => format!("delete `{}`", short(branch.as_str())),
        Action::EnsurePullRequest { head, .. } => {
            format!("open the pull request of `{}`", short(head.as_str()))
        }
        Action::EnsureNoPullRequest { .. } => "close the pull request".to_owned(),
        Action::EnsureStatus { sha, .. } => format!("report green gates on commit {}", commit(sha)),
        Action::Merge { head, .. } => format!("merge commit {}", commit(head)),
        Action::CloseIssue { .. } => "close the issue".to_owned(),
        Action::EnsureIssue { title, .. } => format!("write the issue `{title}`"),
    }
}

/// A name without the commit at its end.
fn short(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((start, end)) if lightsout_forge::Sha::new(end).is_ok() => format!("{start}-…"),
        _ => name.to_owned(),
    }
}

fn commit(sha: &lightsout_forge::Sha) -> String {
    crate::world::commit_of(sha).map_or_else(|| sha.to_string(), |number| number.to_string())
}

fn event_name(books: &Books, event: u32) -> String {
    let Some(event) = books.event_at(event) else {
        return String::new();
    };
    match &event.kind {
        EventKind::IssueOpened { .. } => "the issue was opened".to_owned(),
        EventKind::IssueReopened { .. } => "the issue was opened again".to_owned(),
        EventKind::IssueLabeled { label, .. } => format!("the issue got `{label}`"),
        EventKind::IssueClosed { .. } => "the issue was closed".to_owned(),
        EventKind::CommentCreated { comment, .. } => format!(
            "comment {} was written",
            crate::view::place_of(*comment) + 1
        ),
        EventKind::PullOpened { .. } => "the pull request was opened".to_owned(),
        EventKind::PullSynchronized { head, .. } => {
            format!("the pull request moved to commit {}", commit(head))
        }
        EventKind::PullLabeled { label, .. } => format!("the pull request got `{label}`"),
        EventKind::PullClosed { merged: true, .. } => "the pull request was merged".to_owned(),
        EventKind::PullClosed { .. } => "the pull request was closed".to_owned(),
        EventKind::StatusChanged { sha, .. } => format!("a check of commit {} ended", commit(sha)),
        other => other.name().to_owned(),
    }
}

fn deed_name(game: &Game, deed: Deed) -> String {
    let said = |words: Words| match words {
        Words::Answer => "answers".to_owned(),
        Words::Chat => "says something that answers nothing".to_owned(),
        Words::Command(command) => format!("comments `{}`", command.word()),
    };
    match deed {
        Deed::Say(words) => said(words),
        Deed::SayOnPull(words) => format!("{} on the pull request", said(words)),
        Deed::Close => "closes the issue".to_owned(),
        Deed::Reopen => "opens the issue again".to_owned(),
        Deed::Label(bit) => format!("sets `{}` on the issue", game.cast.label(bit)),
        Deed::Unlabel(bit) => format!("takes `{}` off the issue", game.cast.label(bit)),
        Deed::Push => "pushes a commit of their own".to_owned(),
        Deed::ClosePull => "closes the pull request".to_owned(),
        Deed::ReopenPull => "opens the pull request again".to_owned(),
        Deed::LabelPull => "sets the approval label by hand".to_owned(),
        Deed::UnlabelPull => "takes the approval label off".to_owned(),
        Deed::LoseRights => "loses the right to push".to_owned(),
        Deed::Switch => "turns the kill switch".to_owned(),
        Deed::MoveBase => "changes the same lines on the base branch".to_owned(),
    }
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ready => "READY, gates green",
        Outcome::RedGate => "READY, a gate red",
        Outcome::Asks => "WAITING",
        Outcome::Nothing => "READY, nothing committed",
        Outcome::Silent => "no signal",
        Outcome::Crashes => "it crashes",
        Outcome::Strays => "it leaves its lane",
        Outcome::BadPicture => "the picture is none",
    }
}
