//! Jobs and workflows, and how they are written.

use crate::Guard;
use crate::repository::GENERATOR;
use crate::step::Step;
use crate::trust::{Level, Permission, Trust};
use crate::yaml::{Map, Yaml};

/// One job of level `L`.
///
/// It compiles only when everything in it belongs to its level.
#[derive(Debug, Clone)]
pub struct Job<L> {
    id: &'static str,
    name: String,
    minutes: u64,
    group: String,
    /// What would surprise about the group, in lines.
    about_group: &'static [&'static str],
    needs: Vec<&'static str>,
    guard: Option<Guard>,
    permissions: Vec<Permission<L>>,
    outputs: Vec<(&'static str, &'static str)>,
    steps: Vec<Step<L>>,
}

impl<L: Level> Job<L> {
    /// Makes a job that takes at most so many minutes; jobs of one `group` run one after the other, in order.
    pub fn new(id: &'static str, name: &str, minutes: u64, group: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            minutes,
            group: group.to_owned(),
            about_group: &[],
            needs: Vec::new(),
            guard: None,
            permissions: Vec::new(),
            outputs: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Says above the group what would surprise about it.
    #[must_use]
    pub(crate) fn about_group(mut self, lines: &'static [&'static str]) -> Self {
        self.about_group = lines;
        self
    }

    /// Waits for these jobs.
    #[must_use]
    pub fn needs(mut self, jobs: &[&'static str]) -> Self {
        self.needs.extend_from_slice(jobs);
        self
    }

    /// Runs only where the guard admits it.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// Allows the workflow's own token something.
    #[must_use]
    pub fn permission(mut self, permission: Permission<L>) -> Self {
        self.permissions.push(permission);
        self
    }

    /// Gives out what a step gave out, under the same name.
    #[must_use]
    pub fn output(mut self, step: &'static str, name: &'static str) -> Self {
        self.outputs.push((step, name));
        self
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: Step<L>) -> Self {
        self.steps.push(step);
        self
    }

    fn render(&self) -> Map {
        let mut map = Map::default();
        map.put("name", self.name.as_str());
        if !self.needs.is_empty() {
            let needs = self.needs.join(", ");
            map.put("needs", Yaml::Raw(format!("[{needs}]")));
        }
        if let Some(guard) = &self.guard {
            map.put("if", condition(guard));
        }
        map.put("runs-on", RUNNER);
        map.put("timeout-minutes", self.minutes);
        let mut permissions = Map::default();
        for one in &self.permissions {
            let access = if one.write { "write" } else { "read" };
            permissions.put(one.area.key(), access).beside(one.why);
        }
        map.put("permissions", permissions);
        let mut concurrency = Map::default();
        concurrency.put("group", self.group.as_str());
        for line in self.about_group {
            concurrency.above(line);
        }
        concurrency.put("cancel-in-progress", false);
        concurrency
            .put("queue", "max")
            .beside("nobody who waits is thrown out by whoever comes next");
        map.put("concurrency", concurrency);
        if !self.outputs.is_empty() {
            let mut outputs = Map::default();
            for (step, name) in &self.outputs {
                outputs.put(name, format!("${{{{ steps.{step}.outputs.{name} }}}}"));
            }
            map.put("outputs", outputs);
        }
        map.put(
            "steps",
            Yaml::List(self.steps.iter().map(Step::render).collect()),
        );
        map
    }
}

/// Writes an `if:`, on one line where it is one.
pub(crate) fn condition(guard: &Guard) -> Yaml {
    let lines = guard.lines();
    match lines.as_slice() {
        [line] if !line.starts_with('!') => Yaml::Text(line.clone()),
        _ => Yaml::Folded(lines),
    }
}

/// The machine that jobs run on; a name without a version would change under us.
const RUNNER: &str = "ubuntu-24.04";

/// A job of any level, which nothing can be added to.
#[derive(Debug, Clone)]
pub struct AnyJob {
    id: &'static str,
    trust: Trust,
    follows: bool,
    guard: Option<Guard>,
    map: Map,
}

impl AnyJob {
    /// Its name among the jobs of its workflow.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Its level.
    pub fn trust(&self) -> Trust {
        self.trust
    }

    /// Whether it waits for another job.
    pub fn follows(&self) -> bool {
        self.follows
    }

    /// Its guard.
    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }
}

impl<L: Level> From<Job<L>> for AnyJob {
    fn from(job: Job<L>) -> Self {
        Self {
            id: job.id,
            trust: L::TRUST,
            follows: !job.needs.is_empty(),
            map: job.render(),
            guard: job.guard,
        }
    }
}

/// What starts a workflow.
#[derive(Debug, Clone)]
pub enum Trigger {
    /// An event, with the types that count.
    Event(&'static str, &'static [&'static str]),
    /// Runs of the workflows of these names have ended.
    RunsOf(Vec<String>),
    /// A branch was pushed to; with paths, only where one of them changed.
    Push(String, Vec<&'static str>),
    /// The clock, in UTC, as cron writes it.
    Clock(&'static str, &'static str),
    /// Somebody starts it by hand.
    Hand,
    /// Somebody, or the sweep, starts it for one request.
    HandForIssue,
}

/// Says it as the documentation does.
impl std::fmt::Display for Trigger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event(event, []) => write!(f, "`{event}`"),
            Self::Event(event, types) => write!(f, "`{event}` ({})", types.join(", ")),
            Self::RunsOf(names) => write!(f, "a run of {} has ended", names.join(" or ")),
            Self::Push(branch, paths) if paths.is_empty() => write!(f, "push to `{branch}`"),
            Self::Push(branch, paths) => {
                write!(
                    f,
                    "push to `{branch}` that touches `{}`",
                    paths.join("`, `")
                )
            }
            Self::Clock(_, when) => f.write_str(when),
            Self::Hand => f.write_str("by hand"),
            Self::HandForIssue => f.write_str("by hand or by the sweep, for one request"),
        }
    }
}

/// A workflow.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its file.
    pub file: &'static str,
    /// Its name; other workflows find it by this.
    pub name: String,
    /// What it is for, in the comment at its top.
    pub about: &'static str,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Why scanners need not worry about a trigger.
    pub excuse: Option<&'static str>,
    /// Its jobs, in order.
    pub jobs: Vec<AnyJob>,
}

impl Workflow {
    /// Writes the file.
    pub fn render(&self) -> String {
        let mut map = Map::default();
        map.put("name", self.name.as_str());
        map.put("on", self.on()).above("");
        if let Some(excuse) = self.excuse {
            map.beside(excuse);
        }
        map.put("permissions", Map::default())
            .above("")
            .above("None, but for what a job says.");
        let mut jobs = Map::default();
        for (index, job) in self.jobs.iter().enumerate() {
            jobs.put(job.id, job.map.clone());
            if index > 0 {
                jobs.above("");
            }
            jobs.above(job.trust.sentence());
        }
        map.put("jobs", jobs).above("");
        format!(
            "# {}\n#\n# Generated by {GENERATOR} from `factory.toml`. Do not edit: change that, and render again.\n\n{}",
            self.about,
            map.document()
        )
    }

    fn on(&self) -> Map {
        let mut on = Map::default();
        for trigger in &self.triggers {
            let mut inner = Map::default();
            let list =
                |items: &[&str]| Yaml::List(items.iter().map(|item| (*item).into()).collect());
            match trigger {
                Trigger::Event(event, types) => {
                    if types.is_empty() {
                        on.put(event, Yaml::Raw(String::new()));
                    } else {
                        inner.put("types", Yaml::Raw(format!("[{}]", types.join(", "))));
                        on.put(event, inner);
                    }
                }
                Trigger::RunsOf(names) => {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    inner.put("workflows", list(&names));
                    inner.put("types", Yaml::Raw("[completed]".to_owned()));
                    on.put("workflow_run", inner);
                }
                Trigger::Push(branch, paths) => {
                    inner.put("branches", list(&[branch]));
                    if !paths.is_empty() {
                        inner.put("paths", list(paths));
                    }
                    on.put("push", inner);
                }
                Trigger::Clock(cron, why) => {
                    inner.put("cron", *cron).beside(why);
                    on.put("schedule", Yaml::List(vec![inner.into()]));
                }
                Trigger::Hand => {
                    on.put("workflow_dispatch", Yaml::Raw(String::new()));
                }
                Trigger::HandForIssue => {
                    let mut issue = Map::default();
                    issue.put("description", "The number of the request to look at");
                    issue.put("required", true);
                    issue.put("type", "string");
                    let mut inputs = Map::default();
                    inputs.put("issue", issue);
                    inner.put("inputs", inputs);
                    on.put("workflow_dispatch", inner);
                }
            }
        }
        on
    }
}
