//! What can be typed after the verbs that the jobs of a workflow call.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Format;

/// Where a job finds its factory.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Where {
    /// A factory in a folder of this machine, such as the demo's, instead of the repository on GitHub
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
    /// A checkout of the base branch, made without persisted credentials; else `GITHUB_WORKSPACE`
    #[arg(long, value_name = "FOLDER")]
    pub(crate) checkout: Option<PathBuf>,
    /// The base branch; else `LIGHTSOUT_BASE`, `GITHUB_BASE_REF`, `GITHUB_REF_NAME`
    #[arg(long, value_name = "BRANCH", conflicts_with = "dir")]
    pub(crate) base: Option<String>,
    /// Where this job keeps its repository and its journal; else `$RUNNER_TEMP/lightsout`, or the factory's own folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) state: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// What has happened.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Happened {
    /// The event's name, as in the header `X-GitHub-Event`; else `GITHUB_EVENT_NAME`
    #[arg(long, value_name = "NAME", requires = "payload")]
    pub(crate) event: Option<String>,
    /// Its payload, from a file (`-` for standard input); else the file in `GITHUB_EVENT_PATH`
    #[arg(long, value_name = "FILE", requires = "event")]
    pub(crate) payload: Option<PathBuf>,
    /// No event: look at this request, and do whatever is left to do
    #[arg(long, value_name = "NUMBER", conflicts_with = "payload")]
    pub(crate) issue: Option<u64>,
    /// A comment on that request, as if it had just been written
    #[arg(long, value_name = "NUMBER", requires = "issue")]
    pub(crate) comment: Option<u64>,
}

/// What a job needs that decides about an event of a request.
#[derive(Debug, ClapArgs)]
pub(crate) struct Deciding {
    #[command(flatten)]
    pub(crate) happened: Happened,
    #[command(flatten)]
    pub(crate) at: Where,
    /// The folder that a run is left in, should one follow
    #[arg(long, value_name = "FOLDER", default_value = "run")]
    pub(crate) out: PathBuf,
    /// Who is to do the work: `template`, `claude`, `codex`, or `command:PROGRAM ARGUMENTS`; else as `factory.toml` says
    #[arg(long, value_name = "AGENT")]
    pub(crate) agent: Option<String>,
    /// Print the plan and touch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Decide about an event of a request, do it, and hand out the run that follows
///
/// The first job of a request's workflow. It holds the credentials and runs no agent: it reads the event, decides by the
/// same rules as `lightsout explain`, performs, puts the money of a run aside, and leaves the run in a folder for the
/// next job. Called again, it goes on where it was and does nothing twice.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout triage --out run\n  lightsout triage --event issues --payload opened.json --dry-run\n  lightsout triage --dir lightsout-demo --issue 11 --out run\n\nThe jobs and what each may hold are described in docs/guide/actions.md."
)]
pub(crate) struct Triage {
    #[command(flatten)]
    pub(crate) deciding: Deciding,
}

/// Decide about `/publish` and what follows it, and do it
///
/// The job of `cms-publish.yml`: a comment with `/publish` is recorded for one commit, the label `cms-approved` shows it,
/// and once every check of exactly that commit is green it is merged. It decides as `triage` does.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout publish\n  lightsout publish --wait 10\n  lightsout publish --event issue_comment --payload comment.json --dry-run\n  lightsout publish --dir lightsout-demo --issue 11 --comment 40"
)]
pub(crate) struct Publish {
    #[command(flatten)]
    pub(crate) deciding: Deciding,
    /// While checks of the approved commit are pending, look again for this long; what is still pending then is merged by
    /// a later event or sweep
    #[arg(long, value_name = "MINUTES", default_value_t = 0)]
    pub(crate) wait: u16,
}

/// Let an agent do a run that was handed out, in a clone to be thrown away
///
/// The second job. It holds no credential but the key of the agent's model, and refuses to start with one of the
/// factory's in its environment. It leaves the transcript, the commits and what else the agent made in a folder.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout agent run --run run --out work\n  lightsout agent run --dir lightsout-demo --run run --out work --agent template"
)]
pub(crate) struct AgentRun {
    #[command(flatten)]
    pub(crate) at: Where,
    /// The run, as `lightsout triage` left it
    #[arg(long, value_name = "FOLDER", default_value = "run")]
    pub(crate) run: PathBuf,
    /// The folder that the work is left in
    #[arg(long, value_name = "FOLDER", default_value = "work")]
    pub(crate) out: PathBuf,
    /// Who does the work: `template`, `claude`, `codex`, or `command:PROGRAM ARGUMENTS`; else as `factory.toml` says
    #[arg(long, value_name = "AGENT")]
    pub(crate) agent: Option<String>,
}

/// Check an agent's commit: its lane, its pictures, the gates of the base branch
///
/// The third job. It runs what the agent wrote, so it holds no secret at all and refuses to start with one. A change that
/// may not pass is a result and no failure: the next job tells people.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout gate --run run --work work --out gates\n  lightsout gate --dir lightsout-demo --run run --work work --out gates --format json"
)]
pub(crate) struct Gate {
    #[command(flatten)]
    pub(crate) at: Where,
    /// The run, as `lightsout triage` left it
    #[arg(long, value_name = "FOLDER", default_value = "run")]
    pub(crate) run: PathBuf,
    /// The work, as `lightsout agent run` left it
    #[arg(long, value_name = "FOLDER", default_value = "work")]
    pub(crate) work: PathBuf,
    /// The folder that the result is left in
    #[arg(long, value_name = "FOLDER", default_value = "gates")]
    pub(crate) out: PathBuf,
}

/// Settle a run: look at everything that was handed on, book its cost, open its pull request or ask a person
///
/// The last job. It holds the credentials and believes nothing: files, transcript, commits, lane and gates are looked at
/// again. A folder that is missing means that its job died, which is told to people too.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout settle --run run --work work --gates gates\n  lightsout settle --run run --work work --gates gates --dry-run --format json\n  lightsout settle --dir lightsout-demo --run run --work work --gates gates"
)]
pub(crate) struct Settle {
    #[command(flatten)]
    pub(crate) at: Where,
    /// The run, as `lightsout triage` left it
    #[arg(long, value_name = "FOLDER", default_value = "run")]
    pub(crate) run: PathBuf,
    /// The SHA-256 of the run's `run.json`, as `triage` gave it out; else `LIGHTSOUT_RUN_DIGEST`
    #[arg(long, value_name = "HEX")]
    pub(crate) run_digest: Option<String>,
    /// The work, as `lightsout agent run` left it
    #[arg(long, value_name = "FOLDER", default_value = "work")]
    pub(crate) work: PathBuf,
    /// The result of the gates, as `lightsout gate` left it
    #[arg(long, value_name = "FOLDER", default_value = "gates")]
    pub(crate) gates: PathBuf,
    /// The folder that a run is left in, should another one follow
    #[arg(long, value_name = "FOLDER", default_value = "next-run")]
    pub(crate) out: PathBuf,
    /// Print the plan and touch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
