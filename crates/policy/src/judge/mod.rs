//! Verdicts: what becomes of one call.

mod bash;
mod denied;
mod files;

use crate::paths::Place;
use crate::rule::RuleList;
use crate::verdict::{Call, Verdict};

/// Judges one call.
///
/// Deny is asked first, then ask, then allow; what nothing names is refused, for nobody is there to be asked. The
/// verdict is never laxer than Claude Code's own. Where agreement with it would be too dear, it is stricter.
///
/// ```
/// use lightsout_policy::{Call, Place, RuleList, judge};
///
/// let rules = RuleList::parse("Bash(git add:*),Bash(git commit:*)", "").unwrap();
/// let place = Place::without_links("/site", None);
/// let judge = |line: &str| judge(&Call::Bash(line.into()), &place, &rules);
///
/// assert!(judge("git add . && git commit -m 'a page' | head -1").is_allowed());
/// let push = judge("git add . && git push");
/// assert_eq!(push.part.as_deref(), Some("git push"));
/// assert_eq!(push.why, "no rule allows it");
/// ```
pub fn judge(call: &Call, place: &Place<'_>, rules: &RuleList) -> Verdict {
    match call {
        Call::Bash(line) => bash::judge(line, place, rules),
        Call::Write(path) => files::write(path, "Write", place, rules),
        Call::Edit(path) => files::write(path, "Edit", place, rules),
        Call::Read(path) => files::read(path, place, rules),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_runs_what_its_words_hold_is_refused() {
        let place = Place::without_links("/site", None);
        let judge = |line: &str| judge(&Call::Bash(line.to_owned()), &place, &RuleList::default());
        for line in [
            "[[ 'a[$(id)]' -eq 1 ]]",
            "[[ -v 'a[$(id)]' ]]",
            "[[ 1 -lt 'a[`id`]' ]]",
            "[ 'a[$(id)]' -ge 1 ]",
            "[[ $(id) ]]",
        ] {
            assert!(!judge(line).is_allowed(), "{line}");
        }
        for line in ["[[ -f a ]]", "[ -d src ]", "[[ ! -e a ]]"] {
            assert!(judge(line).is_allowed(), "{line}: {}", judge(line));
        }
    }
}
