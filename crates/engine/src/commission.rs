//! What a run works from, whoever does it and wherever: written down first, so that every try works from the same.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use lightsout_agents::{Agent, Request, Spending};
use lightsout_forge::{BranchName, ForgeError, Label, Number, Sha};
use lightsout_git::GitError;
use lightsout_lifecycle::{Finding, Role, RunOrder};
use lightsout_taxonomy::{Factory, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::part::Part;
use crate::pictures::MAX_PHOTO_BYTES;
use crate::prompt::{self, Said};
use crate::stages::{begin, load_bounded, save};
use crate::{Engine, EngineError};

/// The file that holds a commission.
pub(crate) const RUN_FILE: &str = "run.json";
/// The folder beside it with what people attached.
const ATTACHMENTS: &str = "attachments";
/// The largest commission that is read, in bytes.
const MAX_COMMISSION: u64 = 4 << 20;
/// How much of a change a reviewer is shown, in bytes; the rest it reads in its clone.
const MAX_PATCH: usize = 200_000;

/// Who is to do the work, as far as others must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hired {
    /// What the agent is called in reports, such as `template`.
    pub name: String,
    /// What a run of it costs that reports no usage.
    pub spending: Spending,
}

impl Hired {
    /// Describes an agent that is here.
    pub fn of(agent: &dyn Agent) -> Self {
        Self {
            name: agent.name().to_owned(),
            spending: agent.spending(),
        }
    }
}

/// What a run works from: the contents of `run.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commission {
    /// Which run, what it is for, and where its work goes.
    pub order: RunOrder,
    /// The base branch.
    pub into: BranchName,
    /// The commit of the base branch whose `factory.toml` holds for this run.
    pub rules: Sha,
    /// The commit that the work starts from.
    pub base: Sha,
    /// When it was started first; the date of every commit it makes.
    pub started: DateTime<Utc>,
    /// What the site is called.
    pub site: String,
    /// What it is about, where its rules need that again: the workflow that failed, or the model that is to recite.
    #[serde(default)]
    pub subject: String,
    /// Who does the work.
    pub hired: Hired,
    /// Which try of the run this is, from 1; each has its own money.
    pub tried: u32,
    /// What the agent is given, where the work belongs to a request.
    pub request: Option<Request>,
    /// What the agent is told.
    pub prompt: String,
    /// The skills it works through.
    pub skills: Vec<String>,
    /// What people attached, as it was fetched.
    pub attachments: Vec<Attached>,
}

/// Something a person attached; its file's name says its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attached {
    /// The link in the request.
    pub url: String,
    /// The SHA-256 of its bytes in hexadecimal, which is the file's name in `attachments/`.
    pub sha256: String,
}

/// What a run is made from, by its role.
#[derive(Debug, Clone)]
pub enum Material {
    /// An author's: a request.
    Request(Given),
    /// A healer's: what failed.
    Failure {
        /// The pull request whose commit it failed on.
        pull: Number,
        /// The workflow's name.
        workflow: String,
        /// An excerpt of its log.
        log: String,
        /// The request that the commit belongs to.
        given: Option<Given>,
    },
    /// A reviewer's: a pull request.
    Change {
        /// Its number.
        pull: Number,
        /// Its title.
        title: String,
        /// Its text.
        body: String,
        /// The request that it belongs to.
        given: Option<Given>,
    },
    /// A fixer's: what a review found.
    Findings {
        /// The pull request.
        pull: Number,
        /// What was found.
        findings: Vec<Finding>,
        /// The request that it belongs to.
        given: Option<Given>,
    },
    /// A canary's: the skills to read.
    Skills(Vec<String>),
    /// A checker's: the request that the commit belongs to, where it can still be read.
    Pushed(Option<Given>),
}

impl Material {
    /// The request that the work belongs to.
    pub(crate) fn given(&self) -> Option<&Given> {
        match self {
            Self::Request(given) => Some(given),
            Self::Failure { given, .. }
            | Self::Change { given, .. }
            | Self::Findings { given, .. }
            | Self::Pushed(given) => given.as_ref(),
            Self::Skills(_) => None,
        }
    }
}

/// A request, with what people said since.
#[derive(Debug, Clone)]
pub struct Given {
    /// The request, as data.
    pub request: Request,
    /// What people answered since, the oldest first.
    pub thread: Vec<Said>,
}

/// What a run is made from, and the base branch as it was read for it.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) material: Material,
    /// What it is about, where its rules need that again: the workflow that failed, or the model that is to recite.
    pub(crate) subject: String,
    pub(crate) factory: Factory,
    /// The base branch's commit.
    pub(crate) rules: String,
}

impl Engine<'_> {
    /// Writes down what a run works from, unless that was done before.
    ///
    /// # Errors
    /// When the forge, git or the disk fails, or the folder holds another run.
    pub(crate) async fn commission<P: Part>(
        &self,
        order: &RunOrder,
        part: &P,
        hired: &Hired,
        tried: u32,
        dir: &Path,
    ) -> Result<Commission, EngineError> {
        begin(dir)?;
        if let Some(commission) = find_commission(dir)? {
            return of_run(commission, order, dir);
        }
        let Some(ground) = part.ground(self, order).await? else {
            return Err(EngineError::Damaged {
                path: dir.join(RUN_FILE),
                why: "the run was started from something to work on, and there is nothing any more"
                    .into(),
            });
        };
        let Ground {
            material,
            subject,
            factory,
            rules,
        } = &ground;
        let at = order.at.as_ref().map_or(rules.as_str(), Sha::as_str);
        self.bench.workshop.obtain(at)?;
        let (text, skills) = match material {
            Material::Request(given) => prompt::of_request(factory, order, given)?,
            Material::Change { .. } => {
                let patch = self.patch(rules, at)?;
                prompt::of_change(material, &patch)
            }
            Material::Failure { .. }
            | Material::Findings { .. }
            | Material::Skills(_)
            | Material::Pushed(_) => prompt::of_work(material),
        };
        let request = material.given().map(|given| given.request.clone());
        // Only an agent's own commit is given its picture.
        let illustrated = request.as_ref().filter(|_| order.role != Role::Checker);
        let commission = Commission {
            order: order.clone(),
            into: branch(&self.settings.base)?,
            rules: commit(rules)?,
            base: commit(&self.base_of(order, rules, at)?)?,
            started: (self.ports.clock)(),
            site: factory.name.clone(),
            subject: subject.clone(),
            hired: hired.clone(),
            tried,
            prompt: text,
            skills,
            attachments: self.fetch_attachments(illustrated, dir).await?,
            request,
        };
        save(&dir.join(RUN_FILE), &commission)?;
        Ok(commission)
    }

    /// What the work of a run is held against: the commit that it starts from. A commit that is only checked is held
    /// against where it parted from the base branch, whatever was merged into it since.
    fn base_of(&self, order: &RunOrder, rules: &str, at: &str) -> Result<String, EngineError> {
        let parted = match order.role {
            Role::Checker => self.bench.workshop.repo.merge_base(rules, at)?,
            _ => Some(at.to_owned()),
        };
        Ok(parted.unwrap_or_else(|| rules.to_owned()))
    }

    /// What a pull request changes, as a patch.
    fn patch(&self, base: &str, head: &str) -> Result<String, EngineError> {
        let repo = &self.bench.workshop.repo;
        let Some(parted) = repo.merge_base(base, head)? else {
            return Ok("(its history has nothing in common with the base branch)".to_owned());
        };
        match repo.patch(&parted, head, MAX_PATCH) {
            Err(GitError::TooLarge { .. }) => Ok("(too large to be shown)".to_owned()),
            other => Ok(other?),
        }
    }

    /// Fetches what people attached, while there is a credential to do it with. What cannot be fetched is missed where it
    /// is needed.
    async fn fetch_attachments(
        &self,
        request: Option<&Request>,
        dir: &Path,
    ) -> Result<Vec<Attached>, EngineError> {
        let mut attached = Vec::new();
        for url in request.into_iter().flat_map(attached_links) {
            let bytes = match self.ports.forge.attachment(url, MAX_PHOTO_BYTES).await {
                Ok(bytes) => bytes,
                Err(error) if !error.is_answer() => return Err(error.into()),
                Err(_) => continue,
            };
            let sha256 = hex(&Sha256::digest(&bytes));
            let folder = dir.join(ATTACHMENTS);
            fs::create_dir_all(&folder).map_err(EngineError::disk("making", &folder))?;
            let file = folder.join(&sha256);
            fs::write(&file, &bytes).map_err(EngineError::disk("writing", file))?;
            attached.push(Attached {
                url: url.to_owned(),
                sha256,
            });
        }
        Ok(attached)
    }
}

impl Commission {
    /// Reads what a run works from.
    ///
    /// # Errors
    /// When it is not there, is damaged, or cannot be what this program wrote.
    pub fn read(dir: &Path) -> Result<Self, EngineError> {
        let commission = find_commission(dir)?.ok_or_else(|| EngineError::NoRun {
            dir: dir.to_owned(),
        })?;
        match commission.fault() {
            None => Ok(commission),
            Some(why) => Err(EngineError::Damaged {
                path: dir.join(RUN_FILE),
                why: why.to_owned(),
            }),
        }
    }

    /// The SHA-256 of `run.json` in hexadecimal: what is said of it on a way that no agent reaches tells whether it is
    /// still the same.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn digest(dir: &Path) -> Result<String, EngineError> {
        let path = dir.join(RUN_FILE);
        let bytes = fs::read(&path).map_err(EngineError::disk("reading", path))?;
        Ok(hex(&Sha256::digest(&bytes)))
    }

    /// Says what cannot be so in any commission.
    fn fault(&self) -> Option<&'static str> {
        let order = &self.order;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let id = &order.id.0;
        if id.is_empty() || id.len() > 100 || id.starts_with('.') || !id.chars().all(plain) {
            return Some("its run has no proper name");
        }
        match (&order.at, order.role) {
            (None, Role::Checker) => return Some("it names no commit to check"),
            (Some(_), Role::Checker) => {}
            (Some(at), _) if *at != self.base => {
                return Some("it starts from another commit than was ordered");
            }
            (None, _) if self.base != self.rules => {
                return Some("it starts from another commit than the base branch's");
            }
            _ => {}
        }
        if self.order.branch == self.into && crate::lanes::writes(order.role) {
            return Some("its work would go straight to the base branch");
        }
        None
    }

    /// The content type whose lane holds the run.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.order.kind.as_ref().map(Label::as_str)
    }

    /// Reads an attachment that was fetched; none when it was not, or is not what was fetched.
    pub(crate) fn attachment(&self, dir: &Path, url: &str) -> Option<Vec<u8>> {
        let attached = self.attachments.iter().find(|one| one.url == url)?;
        let is_hex = attached.sha256.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hex || attached.sha256.len() != 64 {
            return None;
        }
        let path: PathBuf = dir.join(ATTACHMENTS).join(&attached.sha256);
        let bytes = crate::arrival::read_plain(&path, MAX_PHOTO_BYTES).ok()??;
        (hex(&Sha256::digest(&bytes)) == attached.sha256).then_some(bytes)
    }
}

fn find_commission(dir: &Path) -> Result<Option<Commission>, EngineError> {
    load_bounded(&dir.join(RUN_FILE), MAX_COMMISSION)
}

/// Takes a commission back that nobody shall act on.
pub(crate) fn take_back(dir: &Path) -> Result<(), EngineError> {
    let path = dir.join(RUN_FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EngineError::disk("removing", path)(error))
        }
        _ => Ok(()),
    }
}

/// Sees that a folder is about the run that it is used for.
fn of_run(commission: Commission, order: &RunOrder, dir: &Path) -> Result<Commission, EngineError> {
    if commission.order.id == order.id {
        return Ok(commission);
    }
    Err(EngineError::OtherRun {
        dir: dir.to_owned(),
        holds: commission.order.id.0,
        wanted: order.id.0.clone(),
    })
}

/// The links to pictures in a request's fields.
pub(crate) fn attached_links(request: &Request) -> impl Iterator<Item = &str> {
    let values = request.fields.iter().map(|(_, value)| value);
    values.filter_map(|value| match value {
        Value::Image(image) => Some(image.url.as_str()),
        Value::Text(_) | Value::List(_) | Value::Pairs(_) => None,
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn commit(sha: &str) -> Result<Sha, EngineError> {
    Sha::new(sha).map_err(|error| refused("a commit of the workshop", &error.to_string()))
}

pub(crate) fn branch(name: &str) -> Result<BranchName, EngineError> {
    BranchName::new(name).map_err(|error| refused("the base branch", &error.to_string()))
}

fn refused(what: &str, why: &str) -> EngineError {
    EngineError::Forge(ForgeError::Refused {
        what: what.to_owned(),
        why: why.to_owned(),
    })
}
