//! A factory: everything that `factory.toml` says.

use std::sync::Arc;

use lightsout_ledger::Nanodollars;

use crate::config::{self, ConfigError};
use crate::lane::{Lane, Protected};
use crate::{Fields, QualityGate, RequestType, Voice, check};

/// The declaration of the six types that every factory starts from, as TOML.
pub const DEFAULT_TOML: &str = include_str!("default.toml");

/// The configuration of one factory.
///
/// Everything in `factory.toml` is optional. A file without `[[types]]` gets the built-in types; one with
/// `[[types]]` replaces those of the same label and adds the rest.
#[derive(Clone, Debug)]
pub struct Factory {
    /// What the site is called; empty unless set.
    pub name: String,
    /// The branch that requests are merged into; `main` unless set.
    pub base: String,
    /// Who may file a request.
    pub filing: Filing,
    /// The factory's own accounts, whose events and comments never count.
    pub bots: Vec<String>,
    /// Who does the work.
    pub agent: AgentSettings,
    /// Commands that a change must pass, in order.
    pub gates: Vec<GateSettings>,
    /// What may be spent.
    pub budget: Budget,
    /// Bounds on a change.
    pub limits: Limits,
    /// Which failures are mended.
    pub heal: HealSettings,
    /// Whose previews are shown.
    pub preview: PreviewSettings,
    /// What its workflows install, and measure.
    pub site: SiteSettings,
    /// Where its workflows get `lightsout` from.
    pub program: Program,
    /// What the brand says in its own way.
    pub voice: Voice,
    /// The types of requests, in the order of forms and tables.
    pub types: Vec<RequestType>,
    pub(crate) protected: Arc<Protected>,
}

/// Who may file a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filing {
    /// The repository's collaborators and members; a request of anybody else waits for a member.
    Members,
    /// Everybody who can open an issue.
    Anyone,
}

/// Which program does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgentKind {
    /// The built-in program that writes pages from the fields, without a model.
    Template,
    /// Claude Code.
    Claude,
    /// Codex.
    Codex,
    /// Any command that speaks the same protocol.
    Command,
}

impl AgentKind {
    /// Returns the word that `factory.toml` uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Command => "command",
        }
    }

    /// Returns the model that is used unless `factory.toml` names another.
    pub const fn default_model(self) -> &'static str {
        match self {
            Self::Template | Self::Claude | Self::Command => "claude-sonnet-4-6",
            Self::Codex => "gpt-5.1-codex",
        }
    }
}

/// What a command costs that reports no usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandCost {
    /// Nothing: it uses no model.
    Nothing,
    /// Something that nobody can tell.
    Unknown,
}

impl CommandCost {
    /// Returns the word that `factory.toml` uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
        }
    }
}

/// Who does the work, and how long it may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSettings {
    /// The program.
    pub kind: AgentKind,
    /// The command line when `kind` is [`AgentKind::Command`], split into words without a shell.
    pub command: Vec<String>,
    /// What a command costs that reports no usage.
    pub cost: CommandCost,
    /// The model it is pinned to.
    pub model: String,
    /// How many times it may ask its model, where its program can be told.
    pub max_turns: u64,
    /// How many minutes a run may take.
    pub minutes: u64,
    /// How many minutes a run may stay silent.
    pub stall_minutes: u64,
}

/// A command that a change must pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateSettings {
    /// What reports call it.
    pub name: String,
    /// The command line, split into words without a shell; never empty.
    pub run: Vec<String>,
    /// How many seconds it may take.
    pub seconds: u64,
}

/// What may be spent; `None` is no bound of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// By one run.
    pub run: Option<Nanodollars>,
    /// By all runs of one issue.
    pub issue: Option<Nanodollars>,
    /// In one day (UTC); 50 dollars unless set.
    pub day: Nanodollars,
    /// In one calendar month (UTC).
    pub month: Option<Nanodollars>,
}

/// Bounds on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes; 2 MiB unless set.
    pub file_bytes: u64,
}

/// Which failures of which workflows are mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealSettings {
    /// The names of the workflows whose failures are mended, as their files say; `CI` unless set.
    pub workflows: Vec<String>,
    /// How often for one pull request, whatever fails on it; 3 unless set.
    pub per_pull: u32,
    /// How often for one failure, wherever it shows up on the pull request; 2 unless set.
    pub per_failure: u32,
}

/// Whose previews are shown on requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewSettings {
    /// The accounts of preview hosts that are believed; `vercel[bot]` unless set.
    pub creators: Vec<String>,
    /// The domains that previews may lie on, and below; `vercel.app` unless set.
    pub hosts: Vec<String>,
}

/// What the site's own code is built and measured with in a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteSettings {
    /// What installs its dependencies; nothing does unless set.
    pub manager: PackageManager,
    /// The version of Node.js, where one is needed; `24` unless set.
    pub node: String,
    /// How much of the code tests must reach; nothing where that is not measured.
    pub coverage: Option<CoverageSettings>,
}

/// What installs a site's dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PackageManager {
    /// npm.
    Npm,
    /// pnpm, in the version that `packageManager` in `package.json` names.
    Pnpm,
    /// Yarn 2 or newer, in the version that `packageManager` in `package.json` names.
    Yarn,
    /// Cargo.
    Cargo,
    /// Nothing has to be installed.
    None,
}

impl PackageManager {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Npm, Self::Pnpm, Self::Yarn, Self::Cargo, Self::None];

    /// Returns the word that `factory.toml` uses; for those that are programs, also their name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Cargo => "cargo",
            Self::None => "none",
        }
    }
}

/// How much of the code tests must reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageSettings {
    /// The command that runs the tests and leaves `coverage/coverage-summary.json`, as Istanbul's `json-summary` does;
    /// split into words without a shell, never empty.
    pub run: Vec<String>,
    /// The least part of all lines, in percent; 80 unless set.
    pub percent: u8,
}

/// Where the jobs of workflows get `lightsout` from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// A release of this version. The variables `LIGHTSOUT_REPOSITORY` and `LIGHTSOUT_SHA256` of the repository say whose
    /// it is and what the archive's SHA-256 must be.
    Release(String),
    /// This version from crates.io, which checks what it hands out.
    Crates(String),
    /// A program, or a folder with its source, in the repository itself.
    Path(String),
}

impl Factory {
    /// Reads a `factory.toml`; `file_name` is only for complaints.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Vec<ConfigError>> {
        config::read(file_name, text, Self::builtin().types)
    }

    /// Returns the factory of an empty `factory.toml`.
    pub fn builtin() -> Self {
        config::read("default.toml", DEFAULT_TOML, Vec::new()).unwrap_or_else(|_| Self {
            // Unreachable: a test parses the embedded declaration. An empty factory refuses everything.
            name: String::new(),
            base: "main".into(),
            filing: Filing::Members,
            bots: config::default_bots(),
            agent: config::default_agent(),
            gates: Vec::new(),
            budget: config::default_budget(),
            limits: config::default_limits(),
            heal: config::default_heal(),
            preview: config::default_preview(),
            site: config::default_site(),
            program: config::default_program(),
            voice: Voice::default(),
            types: Vec::new(),
            protected: Arc::new(Protected::new(&[])),
        })
    }

    /// Returns the type of a label, compared without regard to case.
    pub fn request_type(&self, label: &str) -> Option<&RequestType> {
        let label = label.to_lowercase();
        self.types.iter().find(|kind| kind.label == label)
    }

    /// Returns how many anchors a gate needs: as the first field with the gate says, else the gate's own number.
    pub fn gate_threshold(&self, gate: QualityGate) -> usize {
        self.types
            .iter()
            .flat_map(|kind| &kind.fields)
            .find(|field| field.gate == Some(gate))
            .and_then(|field| field.limits.min_anchors)
            .unwrap_or_else(|| check::default_threshold(gate))
    }

    /// Says whether no lane may ever admit this path.
    pub fn is_protected(&self, path: &str) -> bool {
        self.protected.covers(path)
    }

    /// Returns the globs of the paths that no lane admits, in lower case; paths are compared without regard to case.
    pub fn protected_globs(&self) -> impl Iterator<Item = &str> {
        self.protected.globs()
    }

    /// Returns the paths that the change of this request may touch.
    ///
    /// A glob such as `{target}` stands for the file that the field names; without a safe path in the field
    /// it admits nothing.
    pub fn lane_for(&self, kind: &RequestType, fields: &Fields) -> Lane {
        let resolve = |glob: &String| match placeholder(glob) {
            None => Some(glob.clone()),
            Some(key) => {
                let path = fields
                    .text(key)
                    .filter(|path| crate::is_repository_path(path))?;
                Some(globset::escape(path))
            }
        };
        Lane::new(
            kind.lane.iter().filter_map(resolve).collect(),
            Arc::clone(&self.protected),
        )
    }

    /// Returns the lane of work that belongs to no request: every path that is not protected.
    pub fn whole_lane(&self) -> Lane {
        Lane::new(vec!["**".to_owned()], Arc::clone(&self.protected))
    }

    /// Returns the lane of work that changes nothing: it admits no path.
    pub fn closed_lane(&self) -> Lane {
        Lane::new(Vec::new(), Arc::clone(&self.protected))
    }
}

/// Returns the field that a glob of the form `{key}` stands for.
pub(crate) fn placeholder(glob: &str) -> Option<&str> {
    glob.strip_prefix('{')?
        .strip_suffix('}')
        .filter(|key| !key.contains([',', '{', '}']))
}
