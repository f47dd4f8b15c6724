//! What an agent may do: lists of rules, as Claude Code reads them.
//!
//! A [`RuleList`] is data: rules to allow, to ask about and to deny. [`allow_list`] renders the list of a role from a
//! factory's lanes and gates, [`RuleList::to_claude_args`] gives it to the program, and [`judge`] says what becomes of
//! one [`Call`].
//!
//! **Architecture invariant:** everything here is a pure function of its arguments. No clock, file, network or
//! randomness, and no panic whatever the text.

mod judge;
mod paths;
mod pattern;
mod readonly;
mod render;
mod rule;
mod shell;
mod verdict;
mod wrappers;

pub use judge::judge;
pub use paths::Place;
pub use render::{Role, allow_list, allow_list_for, gates_left_out};
pub use rule::{Rule, RuleError, RuleList, RuleProblem, parse_rules, print_rules};
pub use verdict::{Call, Decision, Tool, Verdict};
