//! What this process has read and written of the repository, as long as it counts as what is there.
//!
//! A job reads the same things again for each decision; each costs a call only once. What the process does itself is put
//! in here from the answer, so it is never asked for. After any surprise everything is forgotten.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::time::{Duration, Instant};

use lightsout_forge::{
    BranchName, Comment, Issue, Label, Login, Number, Permission, PullRequest, PullState, Sha,
    Status,
};

/// An issue, or a pull request seen as one.
#[derive(Debug, Clone)]
pub(crate) struct SeenIssue {
    pub(crate) issue: Issue,
    pub(crate) is_pull: bool,
    /// How many comments stand on it.
    pub(crate) comments: u64,
}

/// Values with the moment at which they were read.
#[derive(Debug)]
struct Aging<K, V>(HashMap<K, (Instant, V)>);

impl<K, V> Default for Aging<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, V> Aging<K, V> {
    fn get(&self, key: &K, fresh: Duration) -> Option<&V> {
        let (at, value) = self.0.get(key)?;
        (at.elapsed() < fresh).then_some(value)
    }

    fn put(&mut self, key: K, value: V) {
        self.0.insert(key, (Instant::now(), value));
    }

    /// Changes what is there, without making it any younger.
    fn change(&mut self, key: &K, change: impl FnOnce(&mut V)) {
        if let Some((_, value)) = self.0.get_mut(key) {
            change(value);
        }
    }
}

/// Which list of pull requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum PullList {
    /// Every one whose branch starts so.
    Any(String),
    /// Every open one whose branch starts so.
    Open(String),
    /// Every one of this branch.
    Of(String),
}

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    fresh: Duration,
    issues: Aging<Number, SeenIssue>,
    comments: Aging<Number, Vec<Comment>>,
    pulls: Aging<Number, PullRequest>,
    lists: Aging<PullList, Vec<PullRequest>>,
    statuses: Aging<Sha, Vec<Status>>,
    permissions: Aging<Login, Permission>,
}

impl Seen {
    pub(crate) fn new(fresh: Duration) -> Self {
        Self {
            fresh,
            ..Self::default()
        }
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::new(self.fresh);
    }

    pub(crate) fn issue(&self, number: Number) -> Option<SeenIssue> {
        self.issues.get(&number, self.fresh).cloned()
    }

    pub(crate) fn put_issue(&mut self, issue: SeenIssue) {
        self.issues.put(issue.issue.number, issue);
    }

    pub(crate) fn comments(&self, on: Number) -> Option<Vec<Comment>> {
        if let Some(comments) = self.comments.get(&on, self.fresh) {
            return Some(comments.clone());
        }
        let issue = self.issues.get(&on, self.fresh)?;
        (issue.comments == 0).then(Vec::new)
    }

    pub(crate) fn put_comments(&mut self, on: Number, comments: Vec<Comment>) {
        self.comments.put(on, comments);
    }

    /// Puts in a comment that was written or edited just now.
    pub(crate) fn said(&mut self, comment: Comment) {
        let on = comment.on;
        let known = self.comments(on);
        let Some(mut comments) = known else { return };
        match comments.iter_mut().find(|old| old.id == comment.id) {
            Some(old) => *old = comment,
            None => comments.push(comment),
        }
        let count = comments.len() as u64;
        self.issues.change(&on, |issue| issue.comments = count);
        if self.comments.get(&on, self.fresh).is_some() {
            self.comments.change(&on, |known| *known = comments);
        } else {
            self.comments.put(on, comments);
        }
    }

    pub(crate) fn pull(&self, number: Number) -> Option<PullRequest> {
        self.pulls.get(&number, self.fresh).cloned()
    }

    /// The pull requests of a list, or of a longer one that holds them.
    pub(crate) fn pulls(&self, list: &PullList) -> Option<Vec<PullRequest>> {
        let known = self.lists.0.iter().find_map(|(known, (at, pulls))| {
            let holds = match (known, list) {
                (
                    PullList::Any(known),
                    PullList::Any(name) | PullList::Open(name) | PullList::Of(name),
                )
                | (PullList::Open(known), PullList::Open(name)) => name.starts_with(known),
                (known, list) => known == list,
            };
            (holds && at.elapsed() < self.fresh).then_some(pulls)
        })?;
        let mut pulls = known.clone();
        pulls.retain(|pull| list.holds(pull));
        Some(pulls)
    }

    pub(crate) fn put_pulls(&mut self, list: PullList, pulls: Vec<PullRequest>) {
        for pull in &pulls {
            self.pulls.put(pull.number, pull.clone());
        }
        self.lists.put(list, pulls);
    }

    /// Puts in a pull request as it is now, wherever it belongs.
    pub(crate) fn put_pull(&mut self, pull: &PullRequest) {
        self.pulls.put(pull.number, pull.clone());
        for (list, (_, pulls)) in &mut self.lists.0 {
            pulls.retain(|old| old.number != pull.number);
            if list.holds(pull) {
                pulls.push(pull.clone());
                pulls.sort_by_key(|pull| pull.number);
            }
        }
    }

    /// Changes what is known of some pull requests.
    pub(crate) fn change_pulls(
        &mut self,
        of: impl Fn(&PullRequest) -> bool,
        change: impl Fn(&mut PullRequest),
    ) {
        let in_lists = self.lists.0.values_mut().flat_map(|(_, pulls)| pulls);
        let alone = self.pulls.0.values_mut().map(|(_, pull)| pull);
        in_lists
            .chain(alone)
            .filter(|pull| of(pull))
            .for_each(change);
        for (list, (_, pulls)) in &mut self.lists.0 {
            pulls.retain(|pull| list.holds(pull));
        }
    }

    /// Puts in the labels that an issue or a pull request has now.
    pub(crate) fn labeled(&mut self, on: Number, labels: &BTreeSet<Label>) {
        self.issues
            .change(&on, |seen| seen.issue.labels.clone_from(labels));
        self.change_pulls(
            |pull| pull.number == on,
            |pull| pull.labels.clone_from(labels),
        );
    }

    /// Puts in what a merge does. Its text may have closed issues.
    pub(crate) fn merged(&mut self, number: Number, commit: Option<&Sha>) {
        self.change_pulls(
            |pull| pull.number == number,
            |pull| {
                pull.state = PullState::Merged;
                pull.merge_sha = commit.cloned();
            },
        );
        self.issues = Aging::default();
    }

    /// Puts in where a branch is now; without a branch there is no open pull request.
    pub(crate) fn moved(&mut self, branch: &BranchName, at: Option<&Sha>) {
        self.change_pulls(
            |pull| pull.head == *branch && !pull.from_fork && pull.state == PullState::Open,
            |pull| match at {
                Some(at) => pull.head_sha = at.clone(),
                None => pull.state = PullState::Closed,
            },
        );
    }

    pub(crate) fn statuses(&self, sha: &Sha) -> Option<Vec<Status>> {
        self.statuses.get(sha, self.fresh).cloned()
    }

    pub(crate) fn put_statuses(&mut self, sha: &Sha, statuses: Vec<Status>) {
        self.statuses.put(sha.clone(), statuses);
    }

    pub(crate) fn put_status(&mut self, sha: &Sha, status: &Status) {
        self.statuses.change(sha, |known| {
            known.retain(|old| old.context != status.context);
            known.push(status.clone());
        });
    }

    pub(crate) fn permission(&self, login: &Login) -> Option<Permission> {
        self.permissions.get(login, self.fresh).copied()
    }

    pub(crate) fn put_permission(&mut self, login: &Login, permission: Permission) {
        self.permissions.put(login.clone(), permission);
    }
}

impl PullList {
    pub(crate) fn holds(&self, pull: &PullRequest) -> bool {
        match self {
            Self::Any(prefix) => pull.head.as_str().starts_with(prefix),
            Self::Of(branch) => pull.head.as_str() == branch,
            Self::Open(prefix) => {
                pull.state == PullState::Open && pull.head.as_str().starts_with(prefix)
            }
        }
    }
}
