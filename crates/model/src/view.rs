//! From a small world to the [`Snapshot`] that the rules read, by way of the forge's own words.

use chrono::DateTime;
use lightsout_forge::{
    Comment, CommentId, Event, Issue, IssueState, PullRequest, PullState, Status,
};
use lightsout_ledger::Nanodollars;
use lightsout_lifecycle::{
    Approval, Command, CommentFacts, Filing, Intake, Person, PullFacts, Record, Snapshot,
    newest_answer, newest_pull, ready_key, spoken_of,
};

use crate::scenario::Scenario;
use crate::world::{
    Books, Request, Said, Who, Words, World, branch_name, issue_number, pull_number, sha,
};
use crate::{cast::Cast, world};

/// What one run costs at most.
pub(crate) const RUN: Nanodollars = Nanodollars::from_dollars(1);

/// Reads everything that a decision about `event` may look at, as the engine does.
pub(crate) fn snapshot(
    scenario: &Scenario,
    cast: &Cast,
    books: &Books,
    world: &World,
    at: usize,
    event: &Event,
) -> Snapshot {
    let request = &world.requests[at];
    let person = |who: Who| person(world, who);
    let issue = issue(cast, request, at);
    let requester = person(request.author);
    let actor = world::who(event.actor.login.as_str());
    let on_issue = comments(books, request, at, 0);
    let own = |login: &lightsout_forge::Login| login.as_str() == Who::Factory.login();
    let record = Record::find(&on_issue, own);
    let mut thread: Vec<CommentFacts> = Vec::new();
    for (index, said) in request.said.iter().enumerate() {
        thread.push(facts(index, *said, person(said.who)));
    }
    // The thread lists the issue's comments first.
    thread.sort_by_key(|said| (said.on_pull_request, said.id));
    let newest = newest_answer(&thread, &requester.login);
    let pulls = (0..request.pulls.len()).map(|pull| pull_request(cast, books, request, at, pull));
    let pull = newest_pull(pulls.collect()).map(|pull| {
        let place = usize::try_from(pull.number.0 % 100).unwrap_or(1) - 1;
        let said = comments(books, request, at, place + 1);
        let ready = ready_key(&pull.head_sha);
        PullFacts {
            statuses: statuses(world, request.pulls[place].head),
            approval: Approval::find(&said, own),
            shown: said
                .iter()
                .find(|said| ready.marks(&said.body))
                .map(|said| said.id),
            pull,
        }
    });
    let next = (u8::try_from(at).unwrap_or(0), record.attempt + 1);
    Snapshot {
        now: DateTime::UNIX_EPOCH,
        enabled: world.enabled,
        filing: Filing::Members,
        comment: spoken_of(&event.kind, &thread, &record, &requester.login),
        budget_refusal: over_cap(scenario, world, next).then(|| "the cap is reached".to_owned()),
        run_alive: false,
        newest_answer: newest,
        intake: intake(cast, request, &thread, &requester),
        actor: person(actor),
        requester,
        issue,
        record,
        pull,
    }
}

/// Whether the caps leave no room for another run.
pub(crate) fn over_cap(scenario: &Scenario, world: &World, run: (u8, u32)) -> bool {
    !world.reserved.contains(&run) && world.reserved.len() >= usize::from(scenario.cap)
}

pub(crate) fn person(world: &World, who: Who) -> Person {
    let account = who.account();
    Person {
        login: account.login,
        kind: account.kind,
        own: who == Who::Factory,
        permission: world.permission(who),
    }
}

/// The id of the n-th comment of people, from 1; the factory's own come in between.
pub(crate) fn id(nth: usize) -> CommentId {
    CommentId(nth as u64 * 100)
}

/// The place of a comment of people.
pub(crate) fn place_of(id: CommentId) -> usize {
    usize::try_from(id.0 / 100).unwrap_or(1).saturating_sub(1)
}

fn facts(index: usize, said: Said, author: Person) -> CommentFacts {
    CommentFacts {
        id: id(index + 1),
        author,
        command: Command::find(body(said.words)),
        on_pull_request: said.on_pull,
    }
}

fn body(words: Words) -> &'static str {
    match words {
        Words::Answer => "It is on the second floor.",
        Words::Chat => "Good question!",
        Words::Command(command) => command.word(),
    }
}

/// A request lacks something until somebody who may has given it.
fn intake(cast: &Cast, request: &Request, thread: &[CommentFacts], requester: &Person) -> Intake {
    let given = thread.iter().any(|said| {
        let place = place_of(said.id);
        said.is_answer(&requester.login) && request.said[place].words == Words::Answer
    });
    match cast.intake(request.labels) {
        Intake::Complete { kind, .. } if !request.complete && !given => Intake::Incomplete {
            kind,
            fields: vec!["answer".to_owned()],
            questions: "- [ ] What is the answer?".to_owned(),
        },
        intake => intake,
    }
}

fn issue(cast: &Cast, request: &Request, at: usize) -> Issue {
    Issue {
        number: issue_number(at),
        title: "Where is the bicycle cellar?".to_owned(),
        body: String::new(),
        author: request.author.account(),
        labels: cast.named(request.labels).into_iter().collect(),
        state: if request.open {
            IssueState::Open
        } else {
            IssueState::Closed
        },
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn comments(books: &Books, request: &Request, at: usize, on: usize) -> Vec<Comment> {
    let number = on
        .checked_sub(1)
        .map_or(issue_number(at), |pull| pull_number(at, pull));
    let notes = request
        .notes
        .iter()
        .filter(|note| usize::from(note.on) == on);
    notes
        .enumerate()
        .map(|(index, note)| Comment {
            id: CommentId(id(usize::from(note.after)).0 + 1 + index as u64),
            on: number,
            author: Who::Factory.account(),
            body: books.read(note.body).to_owned(),
            created_at: DateTime::UNIX_EPOCH,
        })
        .collect()
}

fn pull_request(
    cast: &Cast,
    books: &Books,
    request: &Request,
    at: usize,
    place: usize,
) -> PullRequest {
    let pull = &request.pulls[place];
    PullRequest {
        number: pull_number(at, place),
        title: "Where is the bicycle cellar?".to_owned(),
        body: String::new(),
        author: Who::Factory.account(),
        head: branch_name(books.read(pull.branch)),
        head_sha: sha(pull.head),
        base: branch_name("main"),
        labels: cast.named(pull.labels).into_iter().collect(),
        state: pull.state,
        merge_sha: (pull.state == PullState::Merged).then(|| sha(pull.head)),
        from_fork: false,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn statuses(world: &World, commit: u8) -> Vec<Status> {
    let commit = &world.commits[usize::from(commit)];
    let gates = commit.gates.then_some(lightsout_forge::CheckState::Success);
    let both = [(PullFacts::GATES, gates), ("ci", commit.ci.state())];
    both.into_iter()
        .filter_map(|(context, state)| {
            Some(Status {
                context: context.to_owned(),
                state: state?,
                description: String::new(),
            })
        })
        .collect()
}
