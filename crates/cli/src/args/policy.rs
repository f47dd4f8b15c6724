//! What can be typed after `lightsout policy`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::Format;

/// Say what an agent may do, and judge what it asks for
///
/// The list tells an agent at once what it may not do. It is not what holds it: that is the absence of credentials in
/// everything that runs an agent, and the sandbox.
#[derive(Debug, ClapArgs)]
pub(crate) struct Policy {
    #[command(subcommand)]
    pub(crate) verb: PolicyVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    /// Judge one call of a tool, or many: allowed or refused, and by which rule
    Check(PolicyCheck),
    /// Name every rule that permits more than it seems to, each with an example that goes through
    Audit(PolicyAudit),
    /// Be a `PreToolUse` hook of Claude Code: refuse what the list does not allow
    Hook(PolicyHook),
    /// Print the list of a role in the form of an agent's program
    Print(PolicyPrint),
}

/// Which list.
#[derive(Debug, ClapArgs)]
pub(crate) struct ListArgs {
    /// Rules to allow, as `claude --allowedTools` takes them; without it, the factory's own list is used
    #[arg(long, value_name = "RULES", allow_hyphen_values = true)]
    pub(crate) allow: Vec<String>,
    /// Rules to deny, as `claude --disallowedTools` takes them; they are added to the factory's own
    #[arg(long, value_name = "RULES", allow_hyphen_values = true)]
    pub(crate) deny: Vec<String>,
    #[command(flatten)]
    pub(crate) factory: FactoryArgs,
}

/// Which of the factory's lists.
#[derive(Debug, ClapArgs)]
pub(crate) struct FactoryArgs {
    /// The content type whose lane opens; without it, every lane does
    #[arg(long = "type", value_name = "LABEL")]
    pub(crate) kind: Option<String>,
    /// What the agent is there for
    #[arg(long, value_enum, default_value_t = RoleName::Author)]
    pub(crate) role: RoleName,
    /// The site's folder, which holds `factory.toml`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,
}

/// What an agent is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// Works on a request
    Author,
    /// Mends what made a check fail
    Healer,
    /// Reads a change and writes nothing
    Reviewer,
}

/// Which tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ToolName {
    /// The shell; the input is a command line
    #[value(name = "Bash", alias = "bash")]
    Bash,
    /// Writing a file; the input is its path
    #[value(name = "Write", alias = "write")]
    Write,
    /// Changing a file; the input is its path
    #[value(name = "Edit", alias = "edit")]
    Edit,
    /// Reading a file; the input is its path
    #[value(name = "Read", alias = "read")]
    Read,
}

/// Judge one call of a tool, or many: allowed or refused, and by which rule
///
/// Deny is asked first, then allow; what no rule names is refused. A command line is allowed when each of its parts is.
/// The exit status is 0 for allowed and 1 for refused; with `--batch` it is 1 when a line could not be read.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout policy check \"git push --force\"\n  lightsout policy check --allow \"Bash(git add:*),Bash(git commit:*)\" \"git add . && git commit -m 'A page'\"\n  lightsout policy check --allow \"Edit(content/**)\" --tool Write --format json content/faq/bicycles.mdx\n  printf '%s\\n' '{\"input\":\"git push\"}' '{\"tool\":\"Edit\",\"input\":\"package.json\"}' | lightsout policy check --batch -"
)]
pub(crate) struct PolicyCheck {
    /// The command line, or the path
    #[arg(
        required_unless_present = "batch",
        conflicts_with = "batch",
        allow_hyphen_values = true
    )]
    pub(crate) input: Option<String>,
    #[command(flatten)]
    pub(crate) list: ListArgs,
    /// The tool that is called
    #[arg(long, value_enum, default_value_t = ToolName::Bash)]
    pub(crate) tool: ToolName,
    /// The folder that the agent is started in; the current one unless given
    #[arg(long, value_name = "DIR")]
    pub(crate) cwd: Option<PathBuf>,
    /// Judge the JSON lines of a file (`-` for standard input): objects with `input`, and where they differ `tool`, `cwd`, `allow`, `deny`
    #[arg(long, value_name = "FILE")]
    pub(crate) batch: Option<PathBuf>,
    /// How to print the verdict; with `--batch` always one JSON object on a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Name every rule that permits more than it seems to, each with an example that goes through
///
/// The exit status is 1 when there is one.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout policy audit --allow \"Edit,Write,Bash(git push:*),Bash(pnpm exec tsx scripts/cms/*)\"\n  lightsout policy audit --type cms-faq --format json"
)]
pub(crate) struct PolicyAudit {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Be a `PreToolUse` hook of Claude Code: refuse what the list does not allow
///
/// Reads the hook's input on standard input. Exit status 0 raises no objection; 2 refuses the call and says why on
/// standard error, which the program shows to the model. Whatever goes wrong refuses, too.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example, in a settings file of Claude Code:\n  {\"hooks\":{\"PreToolUse\":[{\"matcher\":\"*\",\"hooks\":[{\"type\":\"command\",\n    \"command\":\"lightsout policy hook --type cms-faq\",\"timeout\":10}]}]}}"
)]
pub(crate) struct PolicyHook {
    #[command(flatten)]
    pub(crate) list: ListArgs,
}

/// Print the list of a role in the form of an agent's program
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout policy print --for claude --type cms-faq\n  lightsout policy print --for codex --role reviewer --format json"
)]
pub(crate) struct PolicyPrint {
    /// Which program
    #[arg(long = "for", value_enum, default_value_t = ProgramName::Claude)]
    pub(crate) program: ProgramName,
    #[command(flatten)]
    pub(crate) factory: FactoryArgs,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// An agent's program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgramName {
    /// Claude Code
    Claude,
    /// Codex
    Codex,
}
