//! Each rule is broken once, and seen.

use chrono::{DateTime, TimeDelta, Utc};
use lightsout_forge::{
    Account, AccountKind, BranchName, Comment, CommentId, CommentKey, Credential, Issue,
    IssueState, Label, Login, Number, Permission, PullRequest, PullState, Sha,
};
use lightsout_ledger::{Ask, Caps, Entry, EntryId, Nanodollars, RunId};
use lightsout_lifecycle::{Approval, Record, RunId as Run, RunMark, approval_key, status_key};
use lightsout_local::Activity;

use super::{Ending, Evidence, Rule, always, resting};
use crate::cast::Granted;
use crate::scene::Invocation;

const ISSUE: Number = Number(1);
const PULL: Number = Number(2);

fn account(login: &str) -> Account {
    let kind = if login.ends_with("[bot]") {
        AccountKind::Bot
    } else {
        AccountKind::User
    };
    Account {
        login: Login::new(login).unwrap(),
        kind,
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn sha(digit: char) -> Sha {
    Sha::new(&digit.to_string().repeat(40)).unwrap()
}

/// A world in which a request was asked about, worked on, approved and merged, all as it should be.
struct Told(Evidence);

impl Told {
    fn published() -> Self {
        let mut world = Self(Evidence::default());
        world.0.issues.push(Issue {
            number: ISSUE,
            title: "T".to_owned(),
            body: String::new(),
            author: account("mira"),
            labels: [Label::new("cms-faq").unwrap()].into(),
            state: IssueState::Closed,
            created_at: at(0),
            updated_at: at(0),
        });
        world.0.pulls.push(pull(PULL, PullState::Merged));
        world.0.granted.push(Granted {
            at: at(0),
            login: Login::new("ada").unwrap(),
            permission: Permission::Write,
        });
        world.0.caps = Caps {
            issue: Some(Nanodollars(10)),
            ..Caps::default()
        };
        world.record(&Record::default());
        world.say("ada", ISSUE, 5, "/publish");
        world.approve("ada", 'b');
        let own = Some(Credential::Bot);
        world.log("issue_labeled", Some(ISSUE), own, "cms-bot-waiting");
        world.log(
            "status_changed",
            None,
            own,
            "lightsout/gates: success at bbbbbbb",
        );
        world.log("pull_opened", Some(PULL), own, "T");
        world.log("issue_unlabeled", Some(ISSUE), own, "cms-bot-waiting");
        world.log("branch_moved", None, own, "main to ccccccc");
        world.log("pull_closed", Some(PULL), own, "ccccccc");
        world
    }

    /// The same before the merge.
    fn in_review() -> Self {
        let mut world = Self::published();
        world.0.issues[0].state = IssueState::Open;
        world.0.pulls[0] = pull(PULL, PullState::Open);
        world.0.log.truncate(4);
        world.0.comments.remove(&PULL);
        world
    }

    fn say(&mut self, who: &str, on: Number, seconds: i64, body: &str) {
        let comments = self.0.comments.entry(on).or_default();
        comments.push(Comment {
            id: CommentId(comments.len() as u64 + 1),
            on,
            author: account(who),
            body: body.to_owned(),
            created_at: at(seconds),
        });
    }

    fn record(&mut self, record: &Record) {
        let body = format!("{}\n{}\nStatus", status_key().marker(), record.block());
        self.0.comments.remove(&ISSUE);
        self.say("github-actions[bot]", ISSUE, 1, &body);
    }

    fn approve(&mut self, by: &str, commit: char) {
        let approval = Approval {
            by: Login::new(by).unwrap(),
            permission: Permission::Write,
            sha: sha(commit),
            at: at(10),
        };
        let json = serde_json::to_string(&approval).unwrap();
        let marker = approval_key().marker();
        let body = format!("{marker}\n<!-- lightsout:approval {json} -->\nYes");
        self.0.comments.remove(&PULL);
        self.say("github-actions[bot]", PULL, 10, &body);
    }

    fn log(&mut self, what: &str, on: Option<Number>, as_who: Option<Credential>, detail: &str) {
        self.0.log.push(Activity {
            seq: self.0.log.len() as u64 + 1,
            at: at(0),
            actor: account("lightsout[bot]"),
            credential: as_who,
            what: what.to_owned(),
            on,
            detail: detail.to_owned(),
            raised: false,
        });
    }

    fn broken(&self) -> Vec<Rule> {
        always(&self.0)
            .into_iter()
            .map(|finding| finding.rule)
            .collect()
    }

    fn rests(&self) -> Result<Ending, Rule> {
        resting(&self.0, &self.0.issues[0]).map_err(|finding| finding.rule)
    }
}

fn pull(number: Number, state: PullState) -> PullRequest {
    PullRequest {
        number,
        title: "T".to_owned(),
        body: String::new(),
        author: account("lightsout[bot]"),
        head: BranchName::new("claude/issue-1-t").unwrap(),
        head_sha: sha('b'),
        base: BranchName::new("main").unwrap(),
        labels: [].into(),
        state,
        merge_sha: (state == PullState::Merged).then(|| sha('c')),
        from_fork: false,
        updated_at: at(0),
    }
}

#[test]
fn what_is_as_it_should_be_is_not_complained_about() {
    assert_eq!(Told::published().broken(), []);
    assert_eq!(Told::published().rests(), Ok(Ending::Published));
    assert_eq!(Told::in_review().broken(), []);
    assert_eq!(Told::in_review().rests(), Ok(Ending::InReview));
}

#[test]
fn a_merge_without_a_standing_approval_is_seen() {
    let unapproved: [fn(&mut Told); 8] = [
        |world| drop(world.0.comments.remove(&PULL)),
        |world| world.approve("ada", 'a'),
        |world| world.approve("rui", 'b'),
        |world| world.0.granted[0].permission = Permission::Read,
        |world| world.0.granted[0].at = at(11),
        |world| world.0.machines.push(Login::new("ada").unwrap()),
        |world| drop(world.0.log.remove(1)),
        |world| world.0.log[1].detail = "lightsout/gates: failure at bbbbbbb".to_owned(),
    ];
    for (number, breaking) in unapproved.into_iter().enumerate() {
        let mut world = Told::published();
        breaking(&mut world);
        assert_eq!(world.broken(), [Rule::UnapprovedMerge], "{number}");
    }
    let mut red = Told::published();
    red.log("status_changed", None, None, "ci/build: failure at bbbbbbb");
    assert_eq!(red.broken(), [], "after the merge");
    red.0.log.rotate_right(1);
    assert_eq!(red.broken(), [Rule::UnapprovedMerge], "before it");
    let mut moved = Told::in_review();
    moved.log(
        "branch_moved",
        None,
        Some(Credential::Bot),
        "main to ddddddd",
    );
    assert_eq!(moved.broken(), [Rule::UnapprovedMerge]);
}

#[test]
fn two_pull_requests_and_a_label_too_early_are_seen() {
    let mut world = Told::in_review();
    let other = Number(3);
    world.0.pulls.push(pull(other, PullState::Open));
    world.log("pull_opened", Some(other), Some(Credential::Bot), "T");
    assert_eq!(world.broken(), [Rule::DoublePull]);
    let mut early = Told::in_review();
    early.0.log.swap(2, 3);
    assert_eq!(early.broken(), [Rule::LabelTooEarly]);
    early.0.log[2].credential = None;
    assert_eq!(early.broken(), [], "people may");
}

#[test]
fn spend_over_a_cap_is_seen_in_the_ledger_and_beside_it() {
    let mut world = Told::in_review();
    world.0.ledger.push(Entry::reserve(&Ask {
        id: EntryId::new("run-1-1"),
        issue: ISSUE.0,
        run: RunId::new("1-1"),
        at: at(0),
        amount: Nanodollars(11),
    }));
    assert_eq!(world.broken(), [Rule::OverCap]);
    let mut world = Told::in_review();
    let invocation = Invocation {
        issue: ISSUE,
        run: RunId::new("1-1"),
        at: at(0),
        cost: Nanodollars(6),
        enabled: true,
    };
    world.0.invocations = vec![invocation; 2];
    assert_eq!(world.broken(), [Rule::OverCap]);
    world.0.caps.run = world.0.caps.issue.take();
    assert_eq!(world.broken(), [Rule::OverCap]);
}

#[test]
fn a_doubled_comment_and_a_run_that_nobody_started_are_seen() {
    let mut world = Told::in_review();
    let key = CommentKey::new("ask-0").marker();
    world.say("rui", ISSUE, 2, &key);
    world.say("lightsout[bot]", ISSUE, 2, &key);
    assert_eq!(world.broken(), [], "people may write what they want");
    world.say("lightsout[bot]", ISSUE, 3, &key);
    assert_eq!(world.broken(), [Rule::DoubledComment]);
    let mut world = Told::in_review();
    world.0.invocations.push(Invocation {
        issue: ISSUE,
        run: RunId::new("1-1"),
        at: at(0),
        cost: Nanodollars(0),
        enabled: true,
    });
    assert_eq!(world.broken(), []);
    world.0.machines.push(Login::new("mira").unwrap());
    assert_eq!(world.broken(), [Rule::StartedByNobody]);
    world.0.machines.clear();
    world.0.invocations[0].enabled = false;
    assert_eq!(world.broken(), [Rule::StartedByNobody]);
}

#[test]
fn whoever_is_stranded_is_seen() {
    let mut lost = Told::in_review();
    lost.0.pulls.clear();
    lost.0.comments.clear();
    assert_eq!(lost.rests(), Err(Rule::Lost));
    let mut forgotten = Told::in_review();
    forgotten.0.pulls.clear();
    assert_eq!(forgotten.rests(), Err(Rule::Stranded));
    forgotten.0.issues[0].labels.insert(Label::waiting());
    assert_eq!(forgotten.rests(), Ok(Ending::Waiting));
    let mut dead = Told::in_review();
    dead.record(&Record {
        run: Some(RunMark {
            id: Run("1-1".to_owned()),
            started_at: at(0),
            tries: 1,
            checks: None,
        }),
        ..Record::default()
    });
    assert_eq!(dead.rests(), Err(Rule::Stranded));
    let mut closed = Told::in_review();
    closed.0.issues[0].state = IssueState::Closed;
    assert_eq!(closed.rests(), Err(Rule::Stranded));
    let mut unmerged = Told::in_review();
    unmerged.approve("ada", 'b');
    assert_eq!(unmerged.rests(), Err(Rule::Stranded));
    unmerged.approve("ada", 'a');
    assert_eq!(unmerged.rests(), Err(Rule::Stranded));
}
