//! What can happen next, and what it does. Every move has exactly one effect, so that anything can come in between.

use lightsout_forge::{Action, Comment, EventKind, Label, Permission, PullState};
use lightsout_ledger::Nanodollars;
use lightsout_lifecycle::{
    Answer, Execution, Gate, GateOutcome, Plan, Reason, Record, RunEnd, RunOrder, RunReport,
    Snapshot, Step, status_key,
};

use crate::cast::Cast;
use crate::forge::{apply, move_branch, raise};
use crate::property::{self, Property};
use crate::scenario::{Queue, Scenario};
use crate::view;
use crate::world::{
    Books, Ci, Commit, Labels, Said, Who, Words, World, branch_name, event, issue_number,
    pull_number, sha,
};
use crate::wrong::Rulebook;

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Comments on the issue.
    Say(Words),
    /// Comments on the pull request.
    SayOnPull(Words),
    /// Closes the issue.
    Close,
    /// Opens it again.
    Reopen,
    /// Sets a label on the issue.
    Label(u8),
    /// Takes a label off the issue.
    Unlabel(u8),
    /// Pushes a commit of their own to the factory's branch.
    Push,
    /// Closes the pull request.
    ClosePull,
    /// Opens it again.
    ReopenPull,
    /// Sets the approval label on the pull request by hand.
    LabelPull,
    /// Takes the approval label off the pull request.
    UnlabelPull,
    /// Loses the right to push.
    LoseRights,
    /// Turns the kill switch.
    Switch,
    /// Pushes something to the base branch that the pull request does not merge with.
    MoveBase,
}

/// How an agent's run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// READY, and every gate is green.
    Ready,
    /// READY, and a gate is red.
    RedGate,
    /// WAITING.
    Asks,
    /// READY without a commit.
    Nothing,
    /// Neither READY nor WAITING.
    Silent,
    /// It crashes.
    Crashes,
    /// It leaves its lane.
    Strays,
    /// The picture it was given is none.
    BadPicture,
}

/// Something that happens. `at` is the request's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// A person acts.
    Person {
        /// Where.
        at: u8,
        /// Who.
        who: Who,
        /// What.
        deed: Deed,
    },
    /// The event of this place in the inbox arrives.
    Arrive {
        /// Where.
        at: u8,
        /// Its place.
        event: u8,
    },
    /// The oldest event that waits gets its turn.
    Begin {
        /// Where.
        at: u8,
    },
    /// The next event is lost.
    Lose {
        /// Where.
        at: u8,
    },
    /// The next event is delivered, and will be once more.
    Double {
        /// Where.
        at: u8,
    },
    /// A sweep looks at the request.
    Sweep {
        /// Where.
        at: u8,
    },
    /// The executor performs the next action.
    Perform {
        /// Where.
        at: u8,
    },
    /// The agent works and ends so.
    Work {
        /// Where.
        at: u8,
        /// How.
        outcome: Outcome,
    },
    /// The process ends.
    Crash {
        /// Where.
        at: u8,
    },
    /// The repository's own check of a commit ends.
    Check {
        /// Which commit.
        commit: u8,
        /// Green or red.
        green: bool,
    },
}

impl Move {
    /// Whether it happens by itself in the end: no person, and nothing going wrong.
    pub fn is_machine(&self) -> bool {
        match self {
            Self::Person { .. } | Self::Lose { .. } | Self::Double { .. } | Self::Crash { .. } => {
                false
            }
            // Out of order is something going wrong.
            Self::Arrive { event, .. } => *event == 0,
            Self::Begin { .. }
            | Self::Sweep { .. }
            | Self::Perform { .. }
            | Self::Work { .. }
            | Self::Check { .. } => true,
        }
    }

    /// The name of its kind, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Arrive { event: 0, .. } => "arrive",
            Self::Arrive { .. } => "arrive out of order",
            Self::Begin { .. } => "begin",
            Self::Lose { .. } => "lose",
            Self::Double { .. } => "double",
            Self::Sweep { .. } => "sweep",
            Self::Perform { .. } => "perform",
            Self::Work { .. } => "work",
            Self::Crash { .. } => "crash",
            Self::Check { .. } => "check",
        }
    }

    /// Every name of a kind.
    pub const KINDS: [&'static str; 11] = [
        "person",
        "arrive",
        "arrive out of order",
        "begin",
        "lose",
        "double",
        "sweep",
        "perform",
        "work",
        "crash",
        "check",
    ];
}

/// What a move came to.
#[derive(Debug)]
pub struct Taken {
    /// The world after it.
    pub world: World,
    /// The property it broke.
    pub broken: Option<Property>,
    /// The reason of the plan it made, if it made one, and whether there is anything in it.
    pub decided: Option<(Reason, bool)>,
    /// The action it performed, for stories.
    pub action: Option<(Action, Answer)>,
}

/// One exploration's rules and vocabulary.
#[derive(Debug)]
pub struct Game {
    pub(crate) scenario: Scenario,
    pub(crate) rulebook: Rulebook,
    pub(crate) cast: Cast,
    pub(crate) books: Books,
}

impl Game {
    /// Sets the board.
    pub fn new(scenario: Scenario, rulebook: Rulebook) -> Self {
        Self {
            scenario,
            rulebook,
            cast: Cast::new(),
            books: Books::default(),
        }
    }

    /// The world in which everything begins: the requests have just been filed.
    pub fn begin(&mut self) -> World {
        let mut world = self.scenario.begin();
        for at in 0..world.requests.len() {
            let author = world.requests[at].author;
            let issue = issue_number(at);
            raise(
                &mut world,
                &mut self.books,
                at,
                author,
                EventKind::IssueOpened { issue },
            );
        }
        world
    }

    /// Lists everything that can happen.
    pub fn moves(&self, world: &World) -> Vec<Move> {
        let mut moves = Vec::new();
        for (place, request) in world.requests.iter().enumerate() {
            let at = u8::try_from(place).unwrap_or(u8::MAX);
            let alone = self.scenario.queue == Queue::Local;
            let busy = if alone {
                world.requests.iter().any(|one| one.execution.is_some())
            } else {
                request.execution.is_some()
            };
            self.deliveries(world, at, busy, &mut moves);
            match request.execution.and_then(|id| self.books.execution_at(id)) {
                Some(execution) => {
                    match execution.step() {
                        Step::Run(_) => moves.extend(
                            self.scenario
                                .agent
                                .iter()
                                .map(|&outcome| Move::Work { at, outcome }),
                        ),
                        _ => moves.push(Move::Perform { at }),
                    }
                    if can_fail(world) {
                        moves.push(Move::Crash { at });
                    }
                }
                None if !busy && self.rulebook.sweeps && request.open => {
                    moves.push(Move::Sweep { at });
                }
                None => {}
            }
            if world.deeds > 0 {
                for &(who, deeds) in self.scenario.people {
                    let possible = deeds
                        .iter()
                        .filter(|deed| may(world, place, who, **deed))
                        .filter(|deed| self.is_time(world, place, **deed));
                    moves.extend(possible.map(|&deed| Move::Person { at, who, deed }));
                }
            }
        }
        // A check is seen by the next look at the world, and by a merge.
        let seen = world.requests.iter().enumerate().any(|(at, request)| {
            request.execution.is_none() || self.is_time(world, at, Deed::MoveBase)
        });
        for (place, commit) in world.commits.iter().enumerate() {
            if commit.ci == Ci::Pending && seen {
                let commit = u8::try_from(place).unwrap_or(u8::MAX);
                moves.push(Move::Check {
                    commit,
                    green: true,
                });
                if self.scenario.red_checks {
                    moves.push(Move::Check {
                        commit,
                        green: false,
                    });
                }
            }
        }
        moves
    }

    /// Whether it matters that this happens now rather than after the next step.
    ///
    /// What people say is seen by the next look at the world, and by nothing before; so it is enough to let them say it
    /// at rest, while an agent works, and before the steps that change what they would be speaking of.
    fn is_time(&self, world: &World, at: usize, deed: Deed) -> bool {
        let execution = world.requests[at].execution;
        let Some(execution) = execution.and_then(|id| self.books.execution_at(id)) else {
            return true;
        };
        let merges = |action: &Action| matches!(action, Action::Merge { .. });
        let shows = |action: &Action| {
            merges(action)
                || matches!(
                    action,
                    Action::EnsureBranch { .. } | Action::EnsurePullRequest { .. }
                )
        };
        match (deed, execution.step()) {
            (Deed::MoveBase, Step::Ensure(action)) => merges(action),
            (Deed::MoveBase, _) => false,
            (
                Deed::Say(_) | Deed::SayOnPull(_) | Deed::LoseRights | Deed::Switch,
                Step::Ensure(action),
            ) => shows(action),
            _ => true,
        }
    }

    /// Events arrive when there is room for them; only where a newer one takes another's place does it matter that they
    /// arrive before.
    fn deliveries(&self, world: &World, at: u8, busy: bool, moves: &mut Vec<Move>) {
        let request = &world.requests[usize::from(at)];
        let one = self.scenario.queue == Queue::One;
        if !busy && !request.queue.is_empty() {
            moves.push(Move::Begin { at });
        }
        if request.inbox.is_empty() || busy && !one {
            return;
        }
        moves.push(Move::Arrive { at, event: 0 });
        if !can_fail(world) || self.scenario.queue == Queue::Local {
            return;
        }
        moves.push(Move::Lose { at });
        moves.push(Move::Double { at });
        for place in 1..request.inbox.len() {
            let event = u8::try_from(place).unwrap_or(u8::MAX);
            moves.push(Move::Arrive { at, event });
        }
    }

    /// Does one move.
    pub fn take(&mut self, before: &World, what: Move) -> Taken {
        let mut taken = Taken {
            world: before.clone(),
            broken: None,
            decided: None,
            action: None,
        };
        let world = &mut taken.world;
        match what {
            Move::Person { at, who, deed } => {
                world.deeds -= 1;
                self.act(world, usize::from(at), who, deed);
            }
            Move::Arrive { at, event } => {
                if event > 0 {
                    fault(world);
                }
                let request = &mut world.requests[usize::from(at)];
                let event = request.inbox.remove(usize::from(event));
                self.arrived(&mut taken, usize::from(at), event);
            }
            Move::Begin { at } => {
                let event = world.requests[usize::from(at)].queue.remove(0);
                self.start(&mut taken, usize::from(at), event);
            }
            Move::Lose { at } => {
                fault(world);
                world.lost = true;
                let request = &mut world.requests[usize::from(at)];
                request.inbox.remove(0);
            }
            Move::Double { at } => {
                fault(world);
                let event = world.requests[usize::from(at)].inbox[0];
                self.arrived(&mut taken, usize::from(at), event);
            }
            Move::Sweep { at } => {
                let issue = issue_number(usize::from(at));
                let author = world.requests[usize::from(at)].author;
                let event = self.books.event(event(author, EventKind::Sweep { issue }));
                self.start(&mut taken, usize::from(at), event);
            }
            Move::Perform { at } => self.perform(&mut taken, usize::from(at)),
            Move::Work { at, outcome } => self.work(&mut taken, usize::from(at), outcome),
            Move::Crash { at } => {
                fault(world);
                self.crash(world, usize::from(at));
            }
            Move::Check { commit, green } => {
                world.commits[usize::from(commit)].ci = if green { Ci::Green } else { Ci::Red };
                let request = world
                    .requests
                    .iter()
                    .position(|request| request.pulls.iter().any(|pull| pull.head == commit));
                if let Some(at) = request {
                    let kind = EventKind::StatusChanged {
                        sha: sha(commit),
                        context: "ci".to_owned(),
                        state: lightsout_forge::CheckState::Success,
                    };
                    raise(world, &mut self.books, at, Who::Robot, kind);
                }
            }
        }
        taken
    }

    fn arrived(&mut self, taken: &mut Taken, at: usize, event: u32) {
        let request = &mut taken.world.requests[at];
        if request.execution.is_none() && request.queue.is_empty() {
            return self.start(taken, at, event);
        }
        if self.scenario.queue == Queue::One && !request.queue.is_empty() {
            request.queue.clear();
            taken.world.lost = true;
        }
        taken.world.requests[at].queue.push(event);
    }

    fn start(&mut self, taken: &mut Taken, at: usize, event: u32) {
        let Some(event) = self.books.event_at(event) else {
            return;
        };
        let execution = Execution::under(self.rulebook.rules, event.clone());
        self.go_on(taken, at, execution);
    }

    /// Reads if that is what comes next, and keeps the execution until it is done.
    fn go_on(&mut self, taken: &mut Taken, at: usize, mut execution: Execution) {
        while execution.step() == Step::Read {
            let snapshot = self.snapshot(&taken.world, at, &execution);
            let plan = execution.saw(&snapshot);
            taken.decided = Some((plan.reason, !plan.is_empty()));
            let broken = property::of_plan(&taken.world, execution.event(), &snapshot, &plan);
            taken.broken = taken.broken.or(broken);
            if let Some(place) = answered(&snapshot, &plan) {
                taken.world.requests[at].said[place].heard = true;
            }
        }
        let done = matches!(execution.step(), Step::Done(_));
        let kept = (!done).then(|| self.books.execution(execution));
        taken.world.requests[at].execution = kept;
    }

    pub(crate) fn snapshot(&self, world: &World, at: usize, execution: &Execution) -> Snapshot {
        view::snapshot(
            &self.scenario,
            &self.cast,
            &self.books,
            world,
            at,
            execution.event(),
        )
    }

    fn perform(&mut self, taken: &mut Taken, at: usize) {
        let kept = taken.world.requests[at].execution;
        let Some(mut execution) = kept.and_then(|id| self.books.execution_at(id)).cloned() else {
            return;
        };
        let Step::Ensure(action) = execution.step() else {
            return;
        };
        let action = action.clone();
        let credential = (self.rulebook.credential)(&action);
        let before = taken.world.clone();
        let world = &mut taken.world;
        let answer = apply(world, &mut self.books, &self.cast, at, &action, credential);
        taken.broken = property::of_action(&before, world, at, &action);
        taken.action = Some((action, answer));
        execution.answered(answer);
        self.go_on(taken, at, execution);
    }

    fn work(&mut self, taken: &mut Taken, at: usize, outcome: Outcome) {
        let kept = taken.world.requests[at].execution;
        let Some(mut execution) = kept.and_then(|id| self.books.execution_at(id)).cloned() else {
            return;
        };
        let Step::Run(order) = execution.step() else {
            return;
        };
        let order = order.clone();
        let report = self.report(&mut taken.world, at, &order, outcome);
        if taken.world.reserved.len() > usize::from(self.scenario.cap) {
            taken.broken = Some(Property::SpendOverCap);
        }
        execution.ran(report);
        self.go_on(taken, at, execution);
    }

    /// Puts the run's money aside and makes its report; a run that no money is left for does not happen.
    fn report(
        &self,
        world: &mut World,
        at: usize,
        order: &RunOrder,
        outcome: Outcome,
    ) -> RunReport {
        let run = (u8::try_from(at).unwrap_or(0), order.attempt);
        let refused = self.rulebook.reserves && view::over_cap(&self.scenario, world, run);
        let end = if refused {
            let how = "a cap is reached".to_owned();
            let tail = String::new();
            RunEnd::AgentFailed { how, tail }
        } else {
            if !world.reserved.contains(&run) {
                world.reserved.push(run);
                world.reserved.sort_unstable();
            }
            self.end(world, outcome)
        };
        let spent: Nanodollars = view::RUN;
        RunReport {
            role: order.role,
            run: order.id.clone(),
            issue: order.issue,
            kind: order.kind.clone(),
            attempt: order.attempt,
            agent: "model".to_owned(),
            branch: order.branch.clone(),
            base_branch: branch_name("main"),
            base: sha(0),
            end,
            words: String::new(),
            oddities: Vec::new(),
            price_tag: String::new(),
            spent,
        }
    }

    fn end(&self, world: &mut World, outcome: Outcome) -> RunEnd {
        let message = String::new;
        let mut ready = |outcome: GateOutcome| {
            world.commits.push(Commit {
                gates: false,
                sound: outcome == GateOutcome::Passed,
                ci: self.scenario.first_check(),
                endorsed: false,
            });
            let head = u8::try_from(world.commits.len() - 1).unwrap_or(u8::MAX);
            RunEnd::Ready {
                head: sha(head),
                bundle: "bundle".into(),
                gates: vec![Gate {
                    name: "build".to_owned(),
                    command: "build".to_owned(),
                    outcome,
                }],
                pictures: Vec::new(),
                files: vec!["page".to_owned()],
            }
        };
        match outcome {
            Outcome::Ready => ready(GateOutcome::Passed),
            Outcome::RedGate => ready(GateOutcome::Failed { tail: message() }),
            Outcome::Asks => RunEnd::Waiting {
                questions: "Which floor?".to_owned(),
            },
            Outcome::Nothing => RunEnd::NothingCommitted { message: message() },
            Outcome::Silent => RunEnd::NoSignal { message: message() },
            Outcome::Crashes => RunEnd::AgentFailed {
                how: "it ended with exit status 1".to_owned(),
                tail: message(),
            },
            Outcome::Strays => RunEnd::OutsideLane {
                problems: vec!["a page of another type".to_owned()],
            },
            Outcome::BadPicture => RunEnd::PictureRefused {
                why: "it is no picture".to_owned(),
            },
        }
    }

    /// The process is gone. A local inbox hands the event out again; a workflow's event is gone with it.
    fn crash(&self, world: &mut World, at: usize) {
        let request = &mut world.requests[at];
        let Some(execution) = request.execution.take() else {
            return;
        };
        let event = self.books.execution_at(execution).map(Execution::event);
        let Some(event) = event.filter(|event| !matches!(event.kind, EventKind::Sweep { .. }))
        else {
            return;
        };
        match self.scenario.queue {
            Queue::Local => {
                if let Some(place) = self.books.place_of(event) {
                    request.inbox.retain(|one| *one != place);
                    request.inbox.insert(0, place);
                }
            }
            Queue::Max | Queue::One => world.lost = true,
        }
    }

    fn act(&mut self, world: &mut World, at: usize, who: Who, deed: Deed) {
        let issue = issue_number(at);
        let books = &mut self.books;
        match deed {
            Deed::Say(words) => self.say(world, at, who, words, false),
            Deed::SayOnPull(words) => self.say(world, at, who, words, true),
            Deed::Close => {
                world.requests[at].open = false;
                raise(world, books, at, who, EventKind::IssueClosed { issue });
            }
            Deed::Reopen => {
                world.requests[at].open = true;
                raise(world, books, at, who, EventKind::IssueReopened { issue });
            }
            Deed::Label(bit) => {
                world.requests[at].labels.set(bit, true);
                let label = self.cast.label(bit);
                raise(
                    world,
                    books,
                    at,
                    who,
                    EventKind::IssueLabeled { issue, label },
                );
            }
            Deed::Unlabel(bit) => {
                world.requests[at].labels.set(bit, false);
            }
            Deed::Push => {
                let ci = self.scenario.first_check();
                world.commits.push(Commit {
                    gates: false,
                    sound: false,
                    ci,
                    endorsed: false,
                });
                let new = u8::try_from(world.commits.len() - 1).unwrap_or(u8::MAX);
                let branch = world.requests[at]
                    .branches
                    .first()
                    .map(|(branch, _)| *branch);
                if let Some(branch) = branch {
                    move_branch(world, books, at, branch, new, Some(who));
                }
            }
            Deed::ClosePull | Deed::ReopenPull => {
                let (from, to) = match deed {
                    Deed::ClosePull => (PullState::Open, PullState::Closed),
                    _ => (PullState::Closed, PullState::Open),
                };
                let request = &mut world.requests[at];
                let pulls = &mut request.pulls;
                let Some(place) = pulls.iter().rposition(|pull| pull.state == from) else {
                    return;
                };
                pulls[place].state = to;
                // One that is opened again stands where its branch stands.
                let branch = pulls[place].branch;
                if let Some((_, tip)) = request.branches.iter().find(|one| one.0 == branch) {
                    pulls[place].head = *tip;
                }
                let pull = pull_number(at, place);
                let kind = match deed {
                    Deed::ClosePull => EventKind::PullClosed {
                        pull,
                        merged: false,
                    },
                    _ => EventKind::PullOpened { pull },
                };
                raise(world, books, at, who, kind);
            }
            Deed::LabelPull | Deed::UnlabelPull => {
                let there = deed == Deed::LabelPull;
                let Some(place) = world.requests[at].open_pull() else {
                    return;
                };
                world.requests[at].pulls[place]
                    .labels
                    .set(Labels::APPROVED, there);
                if there {
                    let pull = pull_number(at, place);
                    let label = Label::approved();
                    raise(
                        world,
                        books,
                        at,
                        who,
                        EventKind::PullLabeled { pull, label },
                    );
                }
            }
            Deed::LoseRights => world.demoted = true,
            Deed::Switch => world.enabled = !world.enabled,
            Deed::MoveBase => {
                if let Some(place) = world.requests[at].open_pull() {
                    world.requests[at].pulls[place].conflicting = true;
                }
            }
        }
    }

    fn say(&mut self, world: &mut World, at: usize, who: Who, words: Words, on_pull: bool) {
        let publish = Words::Command(lightsout_lifecycle::Command::Publish);
        let may_push = world.permission(who) >= Permission::Write;
        let request = &mut world.requests[at];
        let open = request.open_pull();
        // Whoever publishes a pull request that is closed at that moment has looked at it too.
        let newest = open.or(request.pulls.len().checked_sub(1));
        if let (true, Some(pull)) = (words == publish && may_push, newest) {
            let head = request.pulls[pull].head;
            world.commits[usize::from(head)].endorsed = true;
        }
        let request = &mut world.requests[at];
        request.said.push(Said {
            who,
            words,
            on_pull,
            heard: false,
        });
        let comment = view::id(request.said.len());
        let on = match open {
            Some(pull) if on_pull => pull_number(at, pull),
            _ => issue_number(at),
        };
        let kind = EventKind::CommentCreated {
            on,
            on_pull_request: on_pull,
            comment,
        };
        raise(world, &mut self.books, at, who, kind);
    }
}

/// Whether anything may still go wrong.
fn can_fail(world: &World) -> bool {
    world.faults > 0 && world.deeds > 0
}

/// Something goes wrong, which counts like a deed.
fn fault(world: &mut World) {
    world.faults -= 1;
    world.deeds -= 1;
}

/// The place of the command that a plan answers: the record that it writes says so.
fn answered(snapshot: &Snapshot, plan: &Plan) -> Option<usize> {
    let spoken = snapshot.comment.as_ref()?;
    spoken.command?;
    let writes = plan.actions.iter().filter_map(|action| match action {
        Action::UpsertComment { key, body, .. } if *key == status_key() => {
            Some(format!("{}\n{body}", key.marker()))
        }
        _ => None,
    });
    let records = writes.map(|body| {
        let comment = Comment {
            id: spoken.id,
            on: snapshot.issue.number,
            author: Who::Factory.account(),
            body,
            created_at: snapshot.now,
        };
        Record::find(&[comment], |_| true)
    });
    let answers = records
        .into_iter()
        .any(|record| record.last_command == spoken.id);
    answers.then(|| view::place_of(spoken.id))
}

/// Whether the forge lets somebody do this now, and whether it would change anything.
fn may(world: &World, at: usize, who: Who, deed: Deed) -> bool {
    let request = &world.requests[at];
    let writes = world.permission(who) >= Permission::Write;
    let closes = writes || request.author == who;
    let pull = request.open_pull().map(|place| &request.pulls[place]);
    match deed {
        Deed::Say(_) | Deed::Switch => true,
        Deed::SayOnPull(_) => pull.is_some(),
        Deed::Close => request.open && closes,
        Deed::Reopen => {
            !request.open
                && closes
                && !request
                    .pulls
                    .iter()
                    .any(|pull| pull.state == PullState::Merged)
        }
        Deed::Label(bit) => writes && !request.labels.has(bit),
        Deed::Unlabel(bit) => writes && request.labels.has(bit),
        Deed::Push => writes && pull.is_some() && !request.branches.is_empty(),
        Deed::ClosePull => writes && pull.is_some(),
        Deed::ReopenPull => {
            let last = request.pulls.last();
            let again = last.is_some_and(|pull| {
                let there = |(branch, _): &(u32, u8)| *branch == pull.branch;
                pull.state == PullState::Closed && request.branches.iter().any(there)
            });
            writes && pull.is_none() && again
        }
        Deed::LabelPull => writes && pull.is_some_and(|pull| !pull.labels.has(Labels::APPROVED)),
        Deed::UnlabelPull => writes && pull.is_some_and(|pull| pull.labels.has(Labels::APPROVED)),
        Deed::LoseRights => who == Who::Ada && !world.demoted,
        Deed::MoveBase => pull.is_some_and(|pull| !pull.conflicting),
    }
}
