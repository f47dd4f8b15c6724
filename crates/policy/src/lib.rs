//! What an agent may do: lists of rules, and what becomes of a call under one.
//!
//! A [`RuleList`] is data: rules to allow, to ask about and to deny, in the form that Claude Code takes. [`allow_list`]
//! renders the list of a role from a factory's lanes and gates, [`RuleList::to_claude_args`] and [`RuleList::to_codex`]
//! give it to a program, [`judge`] says what becomes of one [`Call`], and [`audit()`] names the rules that permit more than
//! they seem to.
//!
//! ```
//! use lightsout_policy::{Call, Place, Role, allow_list, judge};
//! use lightsout_taxonomy::Factory;
//!
//! let factory = Factory::builtin();
//! let list = allow_list(&factory, factory.request_type("cms-faq").unwrap(), Role::Author);
//! let place = Place::without_links("/site", Some("/home/agent"));
//! let judge = |call| judge(&call, &place, &list);
//!
//! assert!(judge(Call::Write("content/faq/bicycles.mdx".into())).is_allowed());
//! assert!(judge(Call::Bash("git add . && git commit -m 'Add a page'".into())).is_allowed());
//!
//! let refused = judge(Call::Bash("git add . && gh pr create".into()));
//! assert_eq!(refused.to_string(), "refused: a rule denies it\n  rule: Bash(gh:*)\n  part: gh pr create");
//! ```
//!
//! # What a list is not
//!
//! A list is no boundary. It tells an agent at once what it may not do; what holds the agent is that no credential is in
//! any process that runs it or what it wrote. An allowed command can always do more than its name says, and [`audit()`] is
//! there to say how much more.
//!
//! # Rules
//!
//! A rule is a tool, or a tool with a specifier in brackets. [`parse_rules`] divides a text as the program's own command
//! line does, and a [`RuleError`] says at which character it is wrong.
//!
//! | rule | what it names |
//! | --- | --- |
//! | `Bash(git status)` | exactly this command |
//! | `Bash(git add:*)`, `Bash(git add *)` | `git add` alone or with anything behind a blank; not `git addx` |
//! | `Bash(git * main)` | `*` stands for any text, blanks and slashes too |
//! | `Bash`, `Bash()`, `Bash(*)` | every command |
//! | `Edit(content/faq/**)` | writing and editing these files, and the shell's redirections to them |
//! | `Edit`, `Write` | this one tool, on the whole disk |
//! | `Write(content/**)` | nothing: the program takes it and ignores it |
//! | `Read(//etc/**)` | reading outside of the start folder; inside it needs no rule |
//!
//! Paths are read as in `.gitignore`: from the start folder when they hold a slash, in any folder when they do not, `//` for
//! the root of the disk and `~/` for the home. To deny, `src/**` is such a folder anywhere.
//!
//! # Verdicts
//!
//! Deny is asked first, then ask, then allow. A [`Verdict`] names the rule and the part that decided.
//!
//! A command line is read by tree-sitter's grammar of Bash and divided into parts; it is allowed when each part is, by a
//! rule or because it only reads below the start folder. Rules to allow see through a few wrappers (`timeout`, `nice`,
//! `command`, a plain `xargs`) and harmless variables; rules to deny see through many more, and look at every command
//! anywhere in the line. A shape whose meaning depends on the shell's state (`$( )`, `&`, functions, most variables) is
//! refused whole.
//!
//! Every such rule was seen on the real program. `tests/measured.toml` holds what it answered to some eight hundred calls,
//! `cargo xtask e2e policy` asks it again, and where our verdict differs it is the stricter one, for a reason that stands
//! in that file.
//!
//! # Files and links
//!
//! The crate knows no files. [`Place`] says where the agent was started and where its shell stands; whoever knows the disk
//! gives it a function that follows links ([`Place::resolve`]), and a rule to allow must then name both a link and what it
//! leads to.
//!
//! **Architecture invariant:** everything here is a pure function of its arguments. No clock, file, network or
//! randomness, no panic whatever the text, and bounded work for a line of any shape.

mod audit;
mod codex;
mod hook;
mod judge;
mod paths;
mod pattern;
mod readonly;
mod render;
mod rule;
mod shell;
mod verdict;
mod wrappers;

pub use audit::{AuditFinding, audit};
pub use codex::CodexPolicy;
pub use hook::{HookError, HookInput};
pub use judge::judge;
pub use paths::Place;
pub use render::{Role, allow_list, allow_list_for, gates_left_out};
pub use rule::{Rule, RuleError, RuleList, RuleProblem, parse_rules, print_rules};
pub use verdict::{Call, Decision, Tool, Verdict};
