//! What can be typed. Help is written here, once.

mod cost;
mod explain;
mod heal;
mod jobs;
mod parts;
mod policy;
mod replay;
mod requests;
mod signal;
mod skills;
mod workflows;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(crate) use cost::{Cost, CostExport, CostImport, CostVerb, LEDGER_BRANCH, LedgerArgs, LogKind};
pub(crate) use explain::Explain;
pub(crate) use heal::{Heal, HealLog, HealVerb};
pub(crate) use jobs::{AgentRun, Deciding, Gate, Happened, Publish, Settle, Triage, Where};
pub(crate) use parts::{Canary, DryRun, HandedOut, HealJob, Preview, Review, Spend, Stale, Told};
pub(crate) use policy::{
    FactoryArgs, ListArgs, Policy, PolicyAudit, PolicyCheck, PolicyHook, PolicyPrint, PolicyVerb,
    ProgramName, RoleName, ToolName,
};
pub(crate) use replay::Replay;
pub(crate) use requests::{CheckRequest, Labels, LabelsVerb, Lint, LintVerb, Request, RequestVerb};
pub(crate) use signal::Signal;
pub(crate) use skills::{Skills, SkillsVerb};
pub(crate) use workflows::{RenderWorkflows, Workflows, WorkflowsVerb};

/// Run a dark software factory: typed issues in, reviewed and published changes out
#[derive(Debug, Parser)]
#[command(
    name = "lightsout",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a small factory in a folder and run it before your eyes
    Demo(Demo),
    /// Work by hand on a factory in a folder
    Local(Local),
    /// Say what would happen after an event, and why
    Explain(Explain),
    /// Decide again what a journal says was decided
    Replay(Replay),
    /// Decide about an event of a request, do it, and hand out the run that follows
    Triage(Triage),
    /// Check an agent's commit: its lane, its pictures, the gates of the base branch
    Gate(Gate),
    /// Settle a run: look at everything that was handed on, book its cost, open its pull request or ask a person
    Settle(Settle),
    /// Decide about `/publish` and what follows it, and do it
    Publish(Publish),
    /// Check the pages of a site
    Content(Content),
    /// Read and check requests, without a model and without a network
    Request(Request),
    /// Judge the wording of a text, without a model
    Lint(Lint),
    /// Show the labels that a repository needs
    Labels(Labels),
    /// Print the JSON Schema of `factory.toml`, for editors
    #[command(after_help = "Example:\n  lightsout schema > factory.schema.json")]
    Schema,
    /// Say what an agent may do, and judge what it asks for
    Policy(Policy),
    /// Say what an agent's transcript comes to: READY, WAITING or neither, and why
    Signal(Signal),
    /// Decide whether a failed check is mended, and hand the mending out
    Heal(Heal),
    /// Decide whether a pull request is reviewed, and hand the review out
    Review(Review),
    /// Show on a request what a preview host says of its commit
    Preview(Preview),
    /// Close what nobody touches, and take up what was stranded
    Stale(Stale),
    /// Hold yesterday's spend against the threshold
    Spend(Spend),
    /// Check every skill, and hand out the run that proves that an agent reads them
    Canary(Canary),
    /// Look at the ledger, and move spend logs in and out of it
    Cost(Cost),
    /// Look at what agents are taught, and check it
    Skills(Skills),
    /// Make the workflows of GitHub Actions that a factory runs on
    Workflows(Workflows),
    /// Let an agent work, be one (started by the factory), or see what one is told
    Agent(Agent),
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs: one JSON object on standard output
    Json,
}

/// Make a small factory in a folder and run it before your eyes
///
/// Makes a careers site and a forge on this machine, files ten example requests, and lets the factory work: it asks for
/// what is missing, opens pull requests, refuses who may not publish, and merges what was approved. No account, no key,
/// no network. Run it again in the same folder and it goes on where it was, repeating nothing.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout demo\n  lightsout demo --dir /tmp/factory --format json\n  lightsout demo --dir /tmp/factory --agent \"command:./my-agent --fast\""
)]
pub(crate) struct Demo {
    /// The folder to make the factory in
    #[arg(long, default_value = "lightsout-demo")]
    pub(crate) dir: PathBuf,
    /// Who does the work: `template`, `claude`, `codex`, or `command:PROGRAM ARGUMENTS`
    #[arg(long, value_name = "AGENT")]
    pub(crate) agent: Option<String>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Print the final table only
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Work by hand on a factory in a folder
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example, after `lightsout demo`:\n  lightsout local issue --by mira-fern --label cms-faq --title \"FAQ: bicycles\" \\\n      --field question=\"Can I bring my bicycle in?\" --field answer=\"Yes. There are 12 hooks in the hall.\"\n  lightsout local run\n  lightsout local comment 11 --by ada-gatekeeper --body /publish\n  lightsout local run"
)]
pub(crate) struct Local {
    /// The factory's folder
    #[arg(long, default_value = "lightsout-demo", global = true)]
    pub(crate) dir: PathBuf,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub(crate) format: Format,
    #[command(subcommand)]
    pub(crate) verb: LocalVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LocalVerb {
    /// Open an issue
    Issue(NewIssue),
    /// Comment on an issue or a pull request
    Comment(NewComment),
    /// Add a label, or take one off
    Label(ChangeLabel),
    /// List the requests and their states
    List,
    /// Show an issue or a pull request with its thread
    Show(Show),
    /// Print what happened, in order: who did what with which credential, and whether it raised an event
    Log(Log),
    /// Let the factory work until nothing is left to do
    Run(Run),
    /// Be GitHub for this factory: its REST API, its git and its events, on this machine only
    Serve(Serve),
}

/// Open an issue
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout local issue --by mira-fern --label cms-faq --title \"FAQ: bicycles\" --file request.md\n  lightsout local issue --by mira-fern --label cms-spotlight-add --title \"Spotlight: Ada\" \\\n      --file spotlight.md --attach portrait.jpg"
)]
pub(crate) struct NewIssue {
    /// Who opens it
    #[arg(long, value_name = "LOGIN")]
    pub(crate) by: String,
    /// Its title
    #[arg(long)]
    pub(crate) title: String,
    /// A label; may be given several times
    #[arg(long = "label", value_name = "LABEL")]
    pub(crate) labels: Vec<String>,
    /// The text, from a file (`-` for standard input); `{photo}` in it becomes the link of the attached picture
    #[arg(long, value_name = "FILE", conflicts_with = "fields")]
    pub(crate) file: Option<PathBuf>,
    /// The text, field by field; may be given several times
    #[arg(long = "field", value_name = "KEY=VALUE")]
    pub(crate) fields: Vec<String>,
    /// A picture to attach
    #[arg(long, value_name = "FILE")]
    pub(crate) attach: Option<PathBuf>,
}

/// Comment on an issue or a pull request
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout local comment 11 --by ada-gatekeeper --body /publish\n  lightsout local comment 2 --by tomas-pebble --body \"Here is the photo.\" --attach portrait.jpg"
)]
pub(crate) struct NewComment {
    /// The issue or pull request
    pub(crate) on: u64,
    /// Who comments
    #[arg(long, value_name = "LOGIN")]
    pub(crate) by: String,
    /// The text
    #[arg(long, required_unless_present = "file", conflicts_with = "file")]
    pub(crate) body: Option<String>,
    /// The text, from a file (`-` for standard input)
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// A picture to attach
    #[arg(long, value_name = "FILE")]
    pub(crate) attach: Option<PathBuf>,
}

/// Add a label, or take one off
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  lightsout local label 10 --by tomas-pebble --remove cms-location"
)]
pub(crate) struct ChangeLabel {
    /// The issue or pull request
    pub(crate) on: u64,
    /// Who does it
    #[arg(long, value_name = "LOGIN")]
    pub(crate) by: String,
    /// A label to add; may be given several times
    #[arg(long, value_name = "LABEL", required_unless_present = "remove")]
    pub(crate) add: Vec<String>,
    /// A label to take off; may be given several times
    #[arg(long, value_name = "LABEL")]
    pub(crate) remove: Vec<String>,
}

/// Show an issue or a pull request with its thread
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  lightsout local show 2")]
pub(crate) struct Show {
    /// The issue or pull request
    pub(crate) number: u64,
}

/// Print what happened, in order: who did what with which credential, and whether it raised an event
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  lightsout local log 2")]
pub(crate) struct Log {
    /// Only what happened on this issue or pull request
    pub(crate) number: Option<u64>,
}

/// Let the factory work until nothing is left to do
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  lightsout local run")]
pub(crate) struct Run {
    /// Who does the work: `template`, `claude`, `codex`, or `command:PROGRAM ARGUMENTS`; else as `factory.toml` says
    #[arg(long, value_name = "AGENT")]
    pub(crate) agent: Option<String>,
    /// Print nothing while it works
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Be GitHub for this factory: its REST API, its git and its events, on this machine only
///
/// Workflows, `curl` and every verb of `lightsout` that works on GitHub find the factory of the folder as a repository at
/// the printed address. The tokens of the workflow, of the bot and of each member are in a file that only you can read,
/// as lines of NAME=VALUE. Each event that would start workflows is written to a folder, as GitHub would deliver it. It
/// serves until it is ended, by Ctrl-C or in any other way, and goes on when it is started again.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example, after `lightsout demo`:\n  lightsout local serve &\n  . lightsout-demo/serve.env\n  curl -s -H \"Authorization: Bearer $TOKEN_MIRA_FERN\" \"$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues\""
)]
pub(crate) struct Serve {
    /// Where to listen: an address of this machine alone; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4180")]
    pub(crate) addr: SocketAddr,
    /// What the repository is called; a name that was given once is kept
    #[arg(long, value_name = "OWNER/NAME")]
    pub(crate) repository: Option<String>,
    /// The file of the tokens and addresses; else `serve.env` in the factory's folder
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// The folder that events are written to; else `events` in the factory's folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) events: Option<PathBuf>,
    /// Say nothing about each request
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Check the pages of a site
#[derive(Debug, ClapArgs)]
pub(crate) struct Content {
    #[command(subcommand)]
    pub(crate) verb: ContentVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ContentVerb {
    /// Check every page: front matter against the taxonomy, pictures and links present, MDX without code
    #[command(
        after_help = "Examples:\n  lightsout content check\n  lightsout content check --root examples/careers-site --format json"
    )]
    Check {
        /// The site's folder, which holds `factory.toml` and `content/`
        #[arg(long, default_value = ".")]
        root: PathBuf,
        /// How to print the result
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// Let an agent work, be one (started by the factory), or see what one is told
#[derive(Debug, ClapArgs)]
pub(crate) struct Agent {
    #[command(subcommand)]
    pub(crate) verb: AgentVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AgentVerb {
    /// Write the page of the request in `LIGHTSOUT_REQUEST` from its own fields, without a model
    #[command(
        after_help = "Example, in a clone of the site:\n  LIGHTSOUT_REQUEST=request.json LIGHTSOUT_MEDIA=media.json lightsout agent template"
    )]
    Template,
    /// Print what an agent is told about a request
    Prompt(AgentPrompt),
    /// Let an agent do a run that was handed out, in a clone to be thrown away
    Run(AgentRun),
}

/// Print what an agent is told about a request
///
/// The prompt is made from the request's type, its fields, the answers of people since, and the skills of the type. What
/// people wrote is fenced and marked as data; characters that nobody sees are taken out and named.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples, after `lightsout demo`:\n  lightsout agent prompt 5\n  lightsout agent prompt 5 --role reviewer --format json"
)]
pub(crate) struct AgentPrompt {
    /// The issue
    pub(crate) issue: u64,
    /// What the agent is there for
    #[arg(long, default_value = "author", value_parser = ["author", "healer", "reviewer"])]
    pub(crate) role: String,
    /// The factory's folder
    #[arg(long, default_value = "lightsout-demo")]
    pub(crate) dir: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
