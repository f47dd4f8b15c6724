//! Steps: what a job of each level can do.

use std::marker::PhantomData;

use lightsout_taxonomy::Program;

use crate::site::inputs;
use crate::trust::{Broker, Level, Public, Secret, Unprivileged, Untrusted};
use crate::workflow::condition;
use crate::yaml::{Map, Yaml};
use crate::{Guard, Pin};

/// An expression that stands in a value, without `${{ }}`; never in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value(pub(crate) String);

impl Value {
    /// A text as it is: an expression in it is text, too.
    pub fn text(text: &str) -> Self {
        Self(literal(text))
    }

    /// A variable of the repository.
    pub fn variable(name: &str) -> Self {
        Self(format!("${{{{ vars.{} }}}}", path(name)))
    }

    /// What a job before gave out.
    pub fn needs(job: &str, name: &str) -> Self {
        Self(format!(
            "${{{{ needs.{}.outputs.{} }}}}",
            path(job),
            path(name)
        ))
    }

    /// A part of the payload. Only as a value: in a command it would be code of whoever wrote it.
    pub fn event(at: &str) -> Self {
        Self(format!("${{{{ github.event.{} }}}}", path(at)))
    }
}

/// The letters that names are made of, so that nothing ends the expression that a name stands in.
fn path(name: &str) -> String {
    let of_names = |letter: &char| letter.is_ascii_alphanumeric() || "_-.".contains(*letter);
    name.chars().filter(of_names).collect()
}

/// A text in which nothing is an expression.
pub(crate) fn literal(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}

/// A command in which nothing is an expression; for the shell it is the same.
fn inert(command: &str) -> String {
    command.replace("${{", "$''{{")
}

/// What `lightsout` does with credentials, and believes nothing that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trusted {
    /// Decides about an event of a request, and hands a run out.
    Triage,
    /// Looks at why a run of workflows failed, and hands a run out.
    Heal,
    /// Decides whether a pull request is reviewed, and hands a run out.
    Review,
    /// Checks skills, and hands a run out.
    Canary,
    /// Settles a run.
    Settle,
    /// Approves and merges.
    Publish,
    /// Shows a preview.
    Preview,
    /// Holds the spend against the threshold.
    Spend,
    /// Closes what nobody touches, takes up what was stranded.
    Stale,
}

/// What `lightsout` does without credentials: run an agent, or what it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contained {
    /// Runs the agent.
    Agent,
    /// Checks its commit.
    Gate,
}

/// A folder that one job hands on to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folder {
    /// The name in the jobs' commands.
    pub path: &'static str,
    /// The name among the artifacts of the workflow's run.
    pub artifact: &'static str,
}

/// One step of a job of level `L`.
///
/// There is no step of a [`Broker`] that runs a command of anybody's choice, and none of [`Untrusted`] that takes a
/// credential.
#[derive(Debug, Clone)]
pub struct Step<L> {
    name: String,
    id: Option<&'static str>,
    comment: Option<String>,
    guard: Option<Guard>,
    may_fail: bool,
    does: Does,
    /// Why a scanner need not worry about what it does.
    excuse: Option<&'static str>,
    with: Map,
    env: Map,
    level: PhantomData<L>,
}

#[derive(Debug, Clone)]
enum Does {
    Other(Pin),
    Ours(&'static str),
    Run(String),
}

impl<L: Level> Step<L> {
    fn new(name: &str, does: Does) -> Self {
        Self {
            name: literal(name),
            id: None,
            comment: None,
            guard: None,
            may_fail: false,
            does,
            excuse: None,
            with: Map::default(),
            env: Map::default(),
            level: PhantomData,
        }
    }

    fn with(mut self, key: &str, value: impl Into<Yaml>) -> Self {
        self.with.put(key, value);
        self
    }

    /// Checks the base branch out, whole, and leaves no credential behind.
    pub fn checkout_base(branch: &str) -> Self {
        Self::new("Check out the base branch", Does::Other(Pin::CHECKOUT))
            .commented("Every branch with its history: a run may start from an older commit. Nothing of it is run here.")
            .with("ref", literal(branch))
            .with("fetch-depth", 0)
            .with("persist-credentials", false)
    }

    /// Installs `lightsout`, as the action in this very repository says.
    pub fn install(program: &Program) -> Self {
        let mut step = Self::new(
            "Install lightsout",
            Does::Ours("./.github/actions/lightsout"),
        );
        for (key, value) in inputs(program) {
            step.with.put(key, value);
        }
        step.excuse = Some(LOCAL_REASON);
        step
    }

    /// Hands a folder on.
    pub fn upload(folder: Folder, guard: Option<Guard>) -> Self {
        let mut step = Self::new(
            &format!("Hand on {}/", folder.path),
            Does::Other(Pin::UPLOAD),
        )
        .with("name", folder.artifact)
        .with("path", format!("{}/", folder.path))
        .with("if-no-files-found", "ignore")
        .with("overwrite", true)
        .with("retention-days", 7);
        step.guard = guard;
        step
    }

    /// Takes a folder over.
    pub fn download(folder: Folder) -> Self {
        Self::new(
            &format!("Take over {}/", folder.path),
            Does::Other(Pin::DOWNLOAD),
        )
        .with("name", folder.artifact)
        .with("path", format!("{}/", folder.path))
    }

    /// Goes on also when this fails.
    #[must_use]
    pub fn may_fail(mut self, why: &str) -> Self {
        self.may_fail = true;
        self.commented(why)
    }

    /// Puts a comment above the step.
    #[must_use]
    pub fn commented(mut self, comment: &str) -> Self {
        self.comment = Some(comment.to_owned());
        self
    }

    /// Names the step, for its outputs.
    #[must_use]
    pub fn id(mut self, id: &'static str) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets a variable of the step's environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: Value) -> Self {
        self.env.put(name, value.0);
        self
    }

    /// Gives the step a secret of its level.
    #[must_use]
    pub fn secret(mut self, secret: &Secret<L>) -> Self {
        self.env
            .put(secret.variable, format!("${{{{ {} }}}}", secret.source));
        if secret.source.starts_with("secrets.") {
            self.env.beside(SECRET_REASON);
        }
        self
    }

    pub(crate) fn render(&self) -> Yaml {
        let mut map = Map::default();
        map.put("name", self.name.as_str());
        if let Some(comment) = &self.comment {
            map.above(comment);
        }
        if let Some(id) = self.id {
            map.put("id", id);
        }
        if let Some(guard) = &self.guard {
            map.put("if", condition(guard));
        }
        if self.may_fail {
            map.put("continue-on-error", true);
        }
        match &self.does {
            Does::Other(pin) => {
                map.put("uses", format!("{}@{}", pin.action, pin.sha))
                    .beside(pin.version);
            }
            Does::Ours(path) => {
                map.put("uses", *path);
            }
            Does::Run(command) if command.contains('\n') => {
                map.put("run", Yaml::Block(command.clone()));
            }
            Does::Run(command) => {
                map.put("run", command.as_str());
            }
        }
        if let Some(excuse) = self.excuse {
            map.beside(excuse);
        }
        if !self.with.is_empty() {
            map.put("with", self.with.clone());
        }
        if !self.env.is_empty() {
            map.put("env", self.env.clone());
        }
        map.into()
    }
}

/// Why a secret stands in a job without an environment.
const SECRET_REASON: &str = "zizmor: ignore[secrets-outside-env] an environment would need a person's approval for each run";

/// Why our own action is named by its path.
const LOCAL_REASON: &str = "zizmor: ignore[self-repository] of the base branch that was checked out; `$/` would take a pull request's";
/// Why the agent's program needs no lock file.
const PACKAGE_REASON: &str =
    "zizmor: ignore[adhoc-packages] one exact version, in a job that holds no credential";

impl Step<Broker> {
    /// Runs `lightsout` with credentials.
    pub fn lightsout(verb: Trusted) -> Self {
        let (name, command) = match verb {
            Trusted::Triage => ("Decide about the event", "lightsout triage --out run"),
            Trusted::Heal => ("Decide about the failure", "lightsout heal --out run"),
            Trusted::Review => ("Decide about the review", "lightsout review --out run"),
            Trusted::Canary => ("Check the skills", "lightsout canary --out run"),
            Trusted::Settle => (
                "Settle the run",
                "lightsout settle --run run --work work --gates gates --out next-run",
            ),
            Trusted::Publish => ("Approve and merge", "lightsout publish --wait 10"),
            Trusted::Preview => ("Show the preview", "lightsout preview"),
            Trusted::Spend => ("Hold the spend against the threshold", "lightsout spend"),
            Trusted::Stale => (
                "Close what is stale, take up what is stranded",
                "lightsout stale",
            ),
        };
        Self::new(name, Does::Run(command.to_owned()))
    }
}

impl Step<Untrusted> {
    /// Runs an agent or what it wrote.
    pub fn lightsout(verb: Contained) -> Self {
        let (name, command) = match verb {
            Contained::Agent => (
                "Let the agent work",
                "lightsout agent run --run run --out work",
            ),
            Contained::Gate => (
                "Check what it made",
                "lightsout gate --run run --work work --out gates",
            ),
        };
        Self::new(name, Does::Run(command.to_owned()))
    }

    /// Installs the agent's program, a package at an exact version.
    pub fn agent_program(package: &str) -> Self {
        let mut step = Self::command(
            "Install the agent's program",
            &format!("npm install --global {package}"),
        );
        step.excuse = Some(PACKAGE_REASON);
        step
    }
}

impl Step<Public> {
    /// Checks out what was pushed.
    pub fn checkout() -> Self {
        Self::new("Check out", Does::Other(Pin::CHECKOUT)).with("persist-credentials", false)
    }

    /// Checks out what was pushed, with its history.
    pub fn checkout_whole() -> Self {
        Self::new("Check out with the history", Does::Other(Pin::CHECKOUT))
            .with("fetch-depth", 0)
            .with("persist-credentials", false)
    }
}

impl<L: Unprivileged> Step<L> {
    /// Runs a command.
    pub fn command(name: &str, command: &str) -> Self {
        Self::new(name, Does::Run(inert(command)))
    }

    /// Brings Node.js.
    pub fn node(version: &str) -> Self {
        Self::new("Install Node.js", Does::Other(Pin::NODE))
            .with("node-version", literal(version))
            .with("package-manager-cache", false)
    }

    /// Brings pnpm.
    pub fn pnpm() -> Self {
        Self::new("Install pnpm", Does::Other(Pin::PNPM))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_an_expression() {
        assert_eq!(
            Value::text("${{ secrets.X }}").0,
            "${{ '${{' }} secrets.X }}"
        );
        assert_eq!(
            Value::variable("A }} ${{ secrets.X").0,
            "${{ vars.Asecrets.X }}"
        );
        let step = Step::<Untrusted>::command("x", "echo ${{ secrets.X }}");
        let Yaml::Map(map) = step.render() else {
            panic!("a map")
        };
        assert!(map.document().contains("run: echo $''{{ secrets.X }}"));
    }
}
