//! The record of a `/publish`: who approved which commit, with which permission, when.

use chrono::{DateTime, Utc};
use lightsout_forge::{Comment, CommentKey, Login, Permission, Sha};
use serde::{Deserialize, Serialize};

use crate::block;

/// A person's approval of one head commit. The label `cms-approved` only shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who approved.
    pub by: Login,
    /// What that person was allowed at that moment.
    pub permission: Permission,
    /// The commit that was approved, and no other.
    pub sha: Sha,
    /// When.
    pub at: DateTime<Utc>,
}

/// The key of the approval comment on a pull request.
pub fn approval_key() -> CommentKey {
    CommentKey::new("approval")
}

/// The key of the comment that shows a commit as ready to be published. It is written once the commit is the head of the
/// pull request and its gates are green.
pub fn ready_key(head: &Sha) -> CommentKey {
    CommentKey::new(&format!("ready-{head}"))
}

const BLOCK: &str = "approval";

impl Approval {
    /// The hidden line that carries the approval.
    pub(crate) fn block(&self) -> String {
        block::write(BLOCK, self)
    }

    /// Reads the approval out of the factory's own comments on the pull request; a voided one has no block.
    pub fn find(comments: &[Comment], is_own: impl Fn(&Login) -> bool) -> Option<Self> {
        let key = approval_key();
        let comment = comments
            .iter()
            .find(|comment| is_own(&comment.author.login) && key.marks(&comment.body))?;
        block::read(BLOCK, &comment.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::{approved, comment};
    use crate::texts;

    #[test]
    fn an_approval_is_found_in_the_factorys_own_comment_and_nowhere_else() {
        let approval = approved('b').pull.and_then(|facts| facts.approval);
        let text = texts::approval(approval.as_ref().unwrap());
        let marked = comment(&format!("{}\n{text}", approval_key().marker()));
        let unmarked = comment(&format!("Hello.\n{text}"));
        let find = |comments: &[Comment], own: bool| Approval::find(comments, |_| own);
        assert_eq!(find(&[unmarked.clone(), marked.clone()], true), approval);
        assert_eq!(find(&[unmarked], true), None);
        assert_eq!(find(&[marked], false), None);
    }
}
