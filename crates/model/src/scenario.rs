//! The explorations: several small worlds, each of which asks one question thoroughly, rather than one large one.

use lightsout_lifecycle::Command;

use crate::moves::{Deed, Outcome};
use crate::world::{Ci, Commit, Labels, Request, Who, Words, World};

/// How events wait for their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    /// One process for all requests; events in order, kept until they are dealt with.
    Local,
    /// Actions, one concurrency group for each request, `queue: max`: all wait, in order.
    Max,
    /// Actions without it: a newer event takes the place of the one that waits.
    One,
}

/// One small world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it asks.
    pub(crate) about: &'static str,
    /// Who filed each request, with which labels, and whether it was complete.
    pub(crate) requests: &'static [(Who, u8, bool)],
    /// What people may do.
    pub(crate) people: &'static [(Who, &'static [Deed])],
    /// How runs may end.
    pub(crate) agent: &'static [Outcome],
    /// How events wait.
    pub(crate) queue: Queue,
    /// How many runs the cap leaves room for.
    pub(crate) cap: u8,
    /// Whether the repository has a check of its own.
    pub(crate) checks: bool,
    /// Whether that may be red.
    pub(crate) red_checks: bool,
    /// How often people may act or something may go wrong, together.
    pub(crate) deeds: u8,
    /// How often of these something may go wrong.
    pub(crate) faults: u8,
}

const fn command(command: Command) -> Deed {
    Deed::Say(Words::Command(command))
}

const PUBLISH: Deed = command(Command::Publish);
const CANCEL: Deed = command(Command::Cancel);
const RETRY: Deed = command(Command::Retry);
const ACCEPT: Deed = command(Command::Accept);
const STATUS: Deed = command(Command::Status);
const ANSWER: Deed = Deed::Say(Words::Answer);
const CHAT: Deed = Deed::Say(Words::Chat);

/// What the others start from: a complete request, a good agent, local mode.
const PLAIN: Scenario = Scenario {
    name: "plain",
    about: "",
    requests: &[(Who::Mira, Labels::FAQ, true)],
    people: &[],
    agent: &[Outcome::Ready],
    queue: Queue::Local,
    cap: 9,
    checks: false,
    red_checks: false,
    deeds: 3,
    faults: 1,
};

/// Every exploration of `cargo xtask model`.
pub(crate) const ALL: &[Scenario] = &[
    Scenario {
        name: "publish",
        about: "approving, pushing in between, doing it again, and setting the approval label by hand",
        people: &[(Who::Ada, &[PUBLISH, Deed::Push, Deed::LabelPull, RETRY])],
        queue: Queue::Max,
        ..PLAIN
    },
    Scenario {
        name: "rights",
        about: "approving without the right to push, with it, and after losing it; a base branch that moves",
        people: &[
            (Who::Mira, &[PUBLISH]),
            (
                Who::Ada,
                &[
                    Deed::SayOnPull(Words::Command(Command::Publish)),
                    Deed::SayOnPull(Words::Chat),
                    Deed::LoseRights,
                    Deed::UnlabelPull,
                    Deed::MoveBase,
                ],
            ),
        ],
        ..PLAIN
    },
    Scenario {
        name: "checks",
        about: "a check of the repository that runs for as long as it likes, and may be red",
        people: &[(Who::Ada, &[PUBLISH, RETRY, Deed::Push])],
        checks: true,
        red_checks: true,
        queue: Queue::Max,
        deeds: 2,
        ..PLAIN
    },
    Scenario {
        name: "pushes",
        about: "commits that a person pushes, which the gates pass or refuse, or do not get to, while more are pushed",
        people: &[(Who::Ada, &[PUBLISH, Deed::Push])],
        agent: &[Outcome::Ready, Outcome::RedGate, Outcome::Crashes],
        queue: Queue::Max,
        deeds: 4,
        faults: 0,
        ..PLAIN
    },
    Scenario {
        name: "clarify",
        about: "an incomplete request: answers, chatter, robots and strangers in its thread, and an agent that asks",
        requests: &[(Who::Mira, Labels::FAQ, false)],
        people: &[
            (Who::Mira, &[ANSWER, CHAT, RETRY]),
            (Who::Stranger, &[ANSWER]),
            (Who::Robot, &[ANSWER]),
        ],
        agent: &[Outcome::Ready, Outcome::Asks],
        ..PLAIN
    },
    Scenario {
        name: "bad agents",
        about: "every way in which a run can end",
        people: &[
            (Who::Mira, &[ANSWER, RETRY, CANCEL]),
            (Who::Ada, &[PUBLISH]),
        ],
        agent: &[
            Outcome::Ready,
            Outcome::RedGate,
            Outcome::Asks,
            Outcome::Nothing,
            Outcome::Silent,
            Outcome::Crashes,
            Outcome::Strays,
            Outcome::BadPicture,
        ],
        cap: 2,
        deeds: 2,
        ..PLAIN
    },
    Scenario {
        name: "labels",
        about: "people who set and remove labels: a second type, an unknown one, the waiting label, one that only looks like it",
        people: &[
            (Who::Mira, &[CHAT, RETRY]),
            (
                Who::Ada,
                &[
                    Deed::Label(Labels::INSIGHT),
                    Deed::Unlabel(Labels::FAQ),
                    Deed::Label(Labels::UNKNOWN),
                    Deed::Label(Labels::DECOY),
                    Deed::Label(Labels::WAITING),
                    Deed::Unlabel(Labels::WAITING),
                ],
            ),
        ],
        ..PLAIN
    },
    Scenario {
        name: "doors",
        about: "issues and pull requests that are closed and opened again, and requests given up",
        people: &[
            (Who::Mira, &[CANCEL, Deed::Close, Deed::Reopen, RETRY]),
            (Who::Ada, &[Deed::ClosePull, Deed::ReopenPull, PUBLISH]),
        ],
        ..PLAIN
    },
    Scenario {
        name: "doors in Actions",
        about: "the same with deliveries that are lost, doubled and out of order",
        people: &[
            (Who::Mira, &[CANCEL, Deed::Close, Deed::Reopen, RETRY]),
            (Who::Ada, &[Deed::ClosePull, PUBLISH]),
        ],
        queue: Queue::Max,
        ..PLAIN
    },
    Scenario {
        name: "one pending",
        about: "concurrency groups that keep only the newest event that waits",
        requests: &[(Who::Mira, Labels::FAQ, false)],
        people: &[
            (Who::Mira, &[ANSWER, STATUS, CANCEL]),
            (Who::Ada, &[PUBLISH, RETRY]),
        ],
        queue: Queue::One,
        ..PLAIN
    },
    Scenario {
        name: "outside",
        about: "a stranger's request, which waits for somebody's `/accept`",
        requests: &[(Who::Stranger, Labels::FAQ, true)],
        people: &[
            (Who::Stranger, &[ACCEPT, CHAT, PUBLISH, CANCEL]),
            (Who::Ada, &[ACCEPT, PUBLISH, STATUS]),
            (Who::Mira, &[CANCEL, RETRY]),
        ],
        ..PLAIN
    },
    Scenario {
        name: "a robot's request",
        about: "a request that another program filed",
        requests: &[(Who::Robot, Labels::FAQ, true)],
        people: &[
            (Who::Robot, &[ANSWER, RETRY, ACCEPT]),
            (Who::Ada, &[ACCEPT, CHAT, Deed::Label(Labels::INSIGHT)]),
        ],
        ..PLAIN
    },
    Scenario {
        name: "no label",
        about: "an issue that becomes a request, or never does",
        requests: &[(Who::Mira, 0, true)],
        people: &[
            (Who::Mira, &[CHAT, PUBLISH, CANCEL, Deed::Close]),
            (
                Who::Ada,
                &[
                    Deed::Label(Labels::FAQ),
                    Deed::Label(Labels::APPROVED),
                    STATUS,
                ],
            ),
        ],
        ..PLAIN
    },
    Scenario {
        name: "kill switch",
        about: "a switch that is turned off and on at any time",
        requests: &[(Who::Mira, Labels::FAQ, false)],
        people: &[(Who::Mira, &[ANSWER]), (Who::Ada, &[Deed::Switch, PUBLISH])],
        queue: Queue::Max,
        ..PLAIN
    },
    Scenario {
        name: "two requests, one cap",
        about: "two requests at work at once, with money for one run",
        requests: &[
            (Who::Mira, Labels::FAQ, true),
            (Who::Ada, Labels::INSIGHT, true),
        ],
        people: &[(Who::Mira, &[RETRY])],
        queue: Queue::Max,
        cap: 1,
        deeds: 1,
        ..PLAIN
    },
    Scenario {
        name: "two requests, one process",
        about: "two requests that take turns, with money for two runs",
        requests: &[
            (Who::Mira, Labels::FAQ, true),
            (Who::Ada, Labels::INSIGHT, true),
        ],
        people: &[(Who::Mira, &[RETRY]), (Who::Ada, &[PUBLISH])],
        cap: 2,
        deeds: 2,
        ..PLAIN
    },
    Scenario {
        name: "crash after crash",
        about: "a process that ends again and again, between any two steps",
        agent: &[Outcome::Silent],
        deeds: 11,
        faults: 11,
        ..PLAIN
    },
];

impl Scenario {
    /// The same with fewer acts and faults, for a test that takes seconds.
    #[must_use]
    pub(crate) fn smaller(mut self) -> Self {
        self.deeds = self.deeds.min(2).saturating_sub(u8::from(self.deeds == 2));
        self
    }

    pub(crate) fn first_check(&self) -> Ci {
        if self.checks { Ci::Pending } else { Ci::None }
    }

    pub(crate) fn begin(&self) -> World {
        let request = |&(author, labels, complete): &(Who, u8, bool)| Request {
            author,
            open: true,
            labels: Labels(labels),
            complete,
            said: Vec::new(),
            notes: Vec::new(),
            pulls: Vec::new(),
            branches: Vec::new(),
            inbox: Vec::new(),
            queue: Vec::new(),
            execution: None,
        };
        World {
            requests: self.requests.iter().map(request).collect(),
            // The base commit.
            commits: vec![Commit {
                gates: false,
                sound: false,
                ci: Ci::None,
                endorsed: false,
            }],
            enabled: true,
            demoted: false,
            reserved: Vec::new(),
            deeds: self.deeds,
            faults: self.faults,
            lost: false,
        }
    }
}
