//! What can be typed after the verbs that deal with anything but requests.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Where;

/// What has happened, as a payload tells it.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Told {
    /// The event's name, as in the header `X-GitHub-Event`; else `GITHUB_EVENT_NAME`
    #[arg(long, value_name = "NAME", requires = "payload")]
    pub(crate) event: Option<String>,
    /// Its payload, from a file (`-` for standard input); else the file in `GITHUB_EVENT_PATH`
    #[arg(long, value_name = "FILE", requires = "event")]
    pub(crate) payload: Option<PathBuf>,
}

/// Where a run goes that follows, and who does it.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct HandedOut {
    /// The folder that a run is left in
    #[arg(long, value_name = "FOLDER", default_value = "run")]
    pub(crate) out: PathBuf,
    /// Who is to do the work: `template`, `claude`, `codex`, or `command:PROGRAM ARGUMENTS`; else as `factory.toml` says
    #[arg(long, value_name = "AGENT")]
    pub(crate) agent: Option<String>,
}

/// Whether anything is touched.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(crate) struct DryRun {
    /// Print the plan and touch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// The job of the healer.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct HealJob {
    #[command(flatten)]
    pub(crate) told: Told,
    #[command(flatten)]
    pub(crate) at: Where,
    /// The archive of the run's logs, instead of fetching it
    #[arg(long, value_name = "FILE")]
    pub(crate) logs: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) handed: HandedOut,
    #[command(flatten)]
    pub(crate) dry: DryRun,
}

/// Decide whether a pull request is reviewed, and hand the review out
///
/// The first job of `pr-code-review.yml`. Each head is reviewed once. The factory's own pages get comments only; what must or
/// should be fixed in anybody else's gets one fix pass, as a pull request into theirs. `lightsout agent run`, `gate` and
/// `settle` go on from the folder.
#[derive(Debug, Clone, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout review --out run\n  lightsout review --event pull_request --payload opened.json --dry-run --format json"
)]
pub(crate) struct Review {
    #[command(flatten)]
    pub(crate) told: Told,
    #[command(flatten)]
    pub(crate) at: Where,
    #[command(flatten)]
    pub(crate) handed: HandedOut,
    #[command(flatten)]
    pub(crate) dry: DryRun,
}

/// Show on a request what a preview host says of its commit
///
/// The job of `vercel-preview.yml`. One comment on the request, edited as the deployment gets further. Only the accounts and
/// hosts that `[preview]` in `factory.toml` names are believed.
#[derive(Debug, Clone, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout preview\n  lightsout preview --event deployment_status --payload success.json --dry-run"
)]
pub(crate) struct Preview {
    #[command(flatten)]
    pub(crate) told: Told,
    #[command(flatten)]
    pub(crate) at: Where,
    #[command(flatten)]
    pub(crate) dry: DryRun,
}

/// Close what nobody touches, and take up what was stranded
///
/// The job of `cms-stale-prs.yml`. A pull request that nobody has touched for seven days is closed and its request handed
/// back; whatever a lost delivery or a crash left undone is done. A run that is due is asked for by starting `cms.yml`.
#[derive(Debug, Clone, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout stale\n  lightsout stale --dry-run --format json\n  lightsout stale --dir lightsout-demo"
)]
pub(crate) struct Stale {
    #[command(flatten)]
    pub(crate) at: Where,
    #[command(flatten)]
    pub(crate) dry: DryRun,
}

/// Hold yesterday's spend against the threshold
///
/// The job of `cms-spend-alert.yml`. A day that cost more than `DAILY_SPEND_THRESHOLD_USD` (50 unless it is set) opens one
/// issue labelled `ops-cost-alert`; it is kept up to date, and closed after a cheaper day.
#[derive(Debug, Clone, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout spend\n  DAILY_SPEND_THRESHOLD_USD=5 lightsout spend --dir lightsout-demo --dry-run"
)]
pub(crate) struct Spend {
    #[command(flatten)]
    pub(crate) at: Where,
    #[command(flatten)]
    pub(crate) dry: DryRun,
}

/// Check every skill, and hand out the run that proves that an agent reads them
///
/// The first job of `cms-canary.yml`. Each skill that a content type names must load; then an agent must return the phrase at
/// the end of each; the `template` agent, which uses no model, has nothing to prove. The issue `Canary of MODEL` remembers which model passed, and is open while something is wrong.
#[derive(Debug, Clone, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout canary --out run\n  lightsout canary --dir lightsout-demo --dry-run"
)]
pub(crate) struct Canary {
    #[command(flatten)]
    pub(crate) at: Where,
    #[command(flatten)]
    pub(crate) handed: HandedOut,
    #[command(flatten)]
    pub(crate) dry: DryRun,
}
