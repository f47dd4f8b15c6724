//! The stage of the gates: the agent's commit is held against its lane, given its pictures, and put through the gates.

use std::fs;
use std::path::Path;
use std::time::Instant;

use lightsout_forge::Sha;
use lightsout_git::{Change, GitError, Mode};
use lightsout_lifecycle::{Gate, GateOutcome, PictureNote, Role, RunEnd, RunId};
use lightsout_taxonomy::Factory;
use serde::{Deserialize, Serialize};

use crate::arrival::{Doubt, open_plain, plain_folder, read_json};
use crate::bench::Bench;
use crate::commission::commit;
use crate::heard::Heard;
use crate::lanes::lane;
use crate::pictures::Illustrated;
use crate::stages::{begin, load, save};
use crate::work::{WORK_BUNDLE, Work, read_work};
use crate::workshop::Workshop;
use crate::{Commission, EngineError, LaneLimits, Stage, lane_problems};

/// The most files one change may touch.
const MAX_FILES: usize = 50;
/// The largest `judged.json` that is believed, in bytes.
const MAX_JUDGED: u64 = 1 << 20;
/// The largest bundle, in bytes.
const MAX_BUNDLE: u64 = 256 << 20;
/// The largest picture that trusted code adds, in bytes.
const MAX_PICTURE: u64 = 16 << 20;

const JUDGED_FILE: &str = "judged.json";
const CHANGE_BUNDLE: &str = "change.bundle";

/// What the lane, the pictures and the gates made of a run's commit: the contents of `judged.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Of which run.
    pub run: RunId,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// There was no commit to look at.
    Nothing {},
    /// The change may not be made.
    OutsideLane {
        /// Each offence in a sentence.
        problems: Vec<String>,
    },
    /// A picture could not be made.
    PictureRefused {
        /// Why, and what would help.
        why: String,
    },
    /// The gates have run.
    Checked {
        /// The commit, with its pictures.
        head: Sha,
        /// Every gate.
        gates: Vec<GateResult>,
        /// Every picture.
        pictures: Vec<PictureResult>,
    },
}

/// How one gate ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateResult {
    /// Its name in `factory.toml`, or `lane` for the first one.
    pub name: String,
    /// The command as configured.
    pub command: String,
    /// How it ended.
    pub outcome: GateWord,
    /// Its last lines, when it did not pass.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tail: String,
}

/// How a gate ended, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateWord {
    /// It passed.
    Passed,
    /// It failed, and does not on the base commit.
    Failed,
    /// It failed, and fails on the base commit too.
    FailedBefore,
}

/// A picture that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureResult {
    /// Where it lies in the repository.
    pub path: String,
    /// Where it comes from.
    pub note: String,
}

impl From<Gate> for GateResult {
    fn from(gate: Gate) -> Self {
        let (outcome, tail) = match gate.outcome {
            GateOutcome::Passed => (GateWord::Passed, String::new()),
            GateOutcome::Failed { tail } => (GateWord::Failed, tail),
            GateOutcome::FailedBefore { tail } => (GateWord::FailedBefore, tail),
        };
        Self {
            name: gate.name,
            command: gate.command,
            outcome,
            tail,
        }
    }
}

impl From<GateResult> for Gate {
    fn from(gate: GateResult) -> Self {
        let tail = gate.tail;
        Self {
            name: gate.name,
            command: gate.command,
            outcome: match gate.outcome {
                GateWord::Passed => GateOutcome::Passed,
                GateWord::Failed => GateOutcome::Failed { tail },
                GateWord::FailedBefore => GateOutcome::FailedBefore { tail },
            },
        }
    }
}

impl Bench<'_> {
    /// Checks what the agent left in the folder `work` for the run in the folder `run`, and leaves `judged.json` and
    /// `change.bundle` in `out`. Where that is done already, nothing is.
    ///
    /// What the agent left is hostile: whatever is wrong with it is a verdict, or found again by whoever settles.
    ///
    /// # Errors
    /// When a gate cannot be started, or git or the disk fails.
    pub async fn check(
        &self,
        run: &Path,
        work: &Path,
        out: &Path,
    ) -> Result<(Commission, Judged), EngineError> {
        let commission = Commission::read(run)?;
        let factory = self.prepare(&commission)?;
        // What cannot be believed has no commit; whoever settles finds the same, and says so.
        let work_done = read_work(work, &commission).unwrap_or_default();
        begin(out)?;
        let found = Found {
            run,
            work,
            done: work_done.as_ref(),
        };
        let judged = self.judge(&commission, &factory, &found, out).await?;
        Ok((commission, judged))
    }

    /// Checks what was found, unless that was done before.
    pub(crate) async fn judge(
        &self,
        commission: &Commission,
        factory: &Factory,
        found: &Found<'_>,
        out: &Path,
    ) -> Result<Judged, EngineError> {
        let path = out.join(JUDGED_FILE);
        if let Some(judged) = load::<Judged>(&path)? {
            if judged.run == commission.order.id {
                return Ok(judged);
            }
            return Err(EngineError::OtherRun {
                dir: out.to_owned(),
                holds: judged.run.0,
                wanted: commission.order.id.0.clone(),
            });
        }
        let verdict = match found.done.map(|work| work.heard(commission)) {
            Some(Heard::Commit(head)) => {
                self.accept(commission, factory, found, &head, out).await?
            }
            Some(Heard::End(_)) | None => Verdict::Nothing {},
        };
        let judged = Judged {
            run: commission.order.id.clone(),
            verdict,
        };
        save(&path, &judged)?;
        Ok(judged)
    }

    /// Takes the agent's commit through the lane, the pictures and the gates.
    async fn accept(
        &self,
        commission: &Commission,
        factory: &Factory,
        found: &Found<'_>,
        head: &str,
        out: &Path,
    ) -> Result<Verdict, EngineError> {
        let repo = &self.workshop.repo;
        let base = commission.base.as_str();
        if let Err(Doubt(why)) = self.take_in(commission, &found.work.join(WORK_BUNDLE), head)? {
            let problems = vec![format!("its commits cannot be taken in: {why}")];
            return Ok(Verdict::OutsideLane { problems });
        }
        let problems = self.problems(commission, factory, head)?;
        if !problems.is_empty() {
            return Ok(Verdict::OutsideLane { problems });
        }
        let desk = self.workshop.run_dir(&commission.order.id);
        fs::create_dir_all(&desk).map_err(EngineError::disk("making", &desk))?;
        let since = Instant::now();
        self.began(commission, Stage::Pictures);
        let illustrated = match commission.order.role {
            // What somebody pushed is checked as it is.
            Role::Checker => Illustrated::as_it_is(head),
            _ => self.illustrate(commission, found.run, &desk, head)?,
        };
        self.took(Stage::Pictures, since);
        let (head, pictures) = match illustrated {
            Illustrated::Done { head, pictures } => (head, pictures),
            Illustrated::Refused { why } => return Ok(Verdict::PictureRefused { why }),
        };
        let head_ref = Workshop::run_ref(&commission.order.id, "head");
        let was = repo.rev(&head_ref)?;
        if was.as_ref() != Some(&head) {
            repo.update_ref(&head_ref, &head, was.as_deref())?;
        }
        let since = Instant::now();
        self.began(commission, Stage::Gates);
        let gates = self.gates(factory, base, &head, &desk).await?;
        self.took(Stage::Gates, since);
        repo.bundle(base, &head_ref, &out.join(CHANGE_BUNDLE))?;
        Ok(Verdict::Checked {
            head: commit(&head)?,
            gates: gates.into_iter().map(Into::into).collect(),
            pictures: pictures
                .into_iter()
                .map(|picture| PictureResult {
                    path: picture.path,
                    note: picture.note,
                })
                .collect(),
        })
    }

    /// Names what is wrong with a change, by the lane of the run.
    fn problems(
        &self,
        commission: &Commission,
        factory: &Factory,
        head: &str,
    ) -> Result<Vec<String>, EngineError> {
        let Some(lane) = lane(factory, commission) else {
            return Ok(vec![
                "its content type is gone from `factory.toml`".to_owned(),
            ]);
        };
        let limits = LaneLimits {
            file_bytes: factory.limits.file_bytes,
            files: MAX_FILES,
        };
        let mut changes = match self.changes(commission.base.as_str(), head)? {
            Ok(changes) => changes,
            Err(Doubt(why)) => return Ok(vec![why]),
        };
        if commission.order.role == Role::Checker {
            // The picture of the run before is in it, which no lane holds.
            changes.retain(|change| !is_the_picture(commission, change));
        }
        Ok(lane_problems(&changes, &lane, factory, limits))
    }

    fn changes(&self, from: &str, to: &str) -> Result<Result<Vec<Change>, Doubt>, EngineError> {
        match self.workshop.repo.changes(from, to) {
            Ok(changes) => Ok(Ok(changes)),
            Err(error @ GitError::NotUtf8 { .. }) => Ok(Err(Doubt::new(error.to_string()))),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes the commits of a bundle in, and sees that `head` is among them and builds on the base. What is known already
    /// is not read again.
    fn take_in(
        &self,
        commission: &Commission,
        bundle: &Path,
        head: &str,
    ) -> Result<Result<(), Doubt>, EngineError> {
        let repo = &self.workshop.repo;
        match open_plain(bundle, MAX_BUNDLE) {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(Err(Doubt::new("there is no bundle of them"))),
            Err(doubt) => return Ok(Err(doubt)),
        }
        if repo.rev(head)?.is_none() {
            match repo.import_bundle(bundle) {
                Ok(()) => {}
                Err(error @ (GitError::NotInstalled | GitError::TooOld { .. })) => {
                    return Err(error.into());
                }
                Err(error) => return Ok(Err(Doubt::new(error.to_string()))),
            }
        }
        if repo.rev(head)?.is_none() {
            return Ok(Err(Doubt::new("the bundle does not hold the commit")));
        }
        if !repo.is_ancestor(commission.base.as_str(), head)? {
            return Ok(Err(Doubt::new("the commit does not build on its base")));
        }
        Ok(Ok(()))
    }

    /// Reads what the job of the gates left behind, as it may be hostile; none when it left nothing.
    pub(crate) fn believe_gates(
        &self,
        commission: &Commission,
        factory: &Factory,
        agent_head: &str,
        dir: &Path,
    ) -> Result<Result<Option<RunEnd>, Doubt>, EngineError> {
        let judged = match read_json::<Judged>(&dir.join(JUDGED_FILE), MAX_JUDGED) {
            Ok(Some(judged)) => judged,
            Ok(None) => return Ok(Ok(None)),
            Err(doubt) => return Ok(Err(doubt)),
        };
        if judged.run != commission.order.id {
            return Ok(Err(Doubt::new("it is of another run")));
        }
        Ok(match judged.verdict {
            Verdict::Nothing {} => Err(Doubt::new("it says that there was no commit")),
            Verdict::OutsideLane { mut problems } => {
                problems.truncate(MAX_FILES);
                Ok(Some(RunEnd::OutsideLane { problems }))
            }
            Verdict::PictureRefused { why } => Ok(Some(RunEnd::PictureRefused { why })),
            Verdict::Checked {
                head,
                gates,
                pictures,
            } => {
                let checked = Checked {
                    agent_head,
                    head,
                    gates,
                    pictures,
                };
                self.believe_change(commission, factory, checked, dir)?
                    .map(Some)
            }
        })
    }

    /// Looks at a checked change again: at its gates, its commits, its lane and its pictures.
    fn believe_change(
        &self,
        commission: &Commission,
        factory: &Factory,
        checked: Checked<'_>,
        dir: &Path,
    ) -> Result<Result<RunEnd, Doubt>, EngineError> {
        if let Err(doubt) = same_gates(factory, &checked.gates) {
            return Ok(Err(doubt));
        }
        let bundle = dir.join(CHANGE_BUNDLE);
        let head = checked.head.as_str();
        if let Err(doubt) = self.take_in(commission, &bundle, head)? {
            return Ok(Err(doubt));
        }
        let repo = &self.workshop.repo;
        let agent_head = checked.agent_head;
        if repo.rev(agent_head)?.is_none() || !repo.is_ancestor(agent_head, head)? {
            return Ok(Err(Doubt::new("the commit does not hold the agent's")));
        }
        let problems = self.problems(commission, factory, agent_head)?;
        if !problems.is_empty() {
            return Ok(Ok(RunEnd::OutsideLane { problems }));
        }
        if commission.order.role == Role::Checker && head != agent_head {
            return Ok(Err(Doubt::new(
                "it is about another commit than was ordered",
            )));
        }
        let added = match self.changes(agent_head, head)? {
            Ok(added) => added,
            Err(doubt) => return Ok(Err(doubt)),
        };
        if let Err(doubt) = only_the_picture(commission, &added, &checked.pictures) {
            return Ok(Err(doubt));
        }
        let files = repo.changes(commission.base.as_str(), head)?;
        let pictures = checked.pictures.into_iter().map(|picture| PictureNote {
            path: picture.path,
            note: picture.note,
        });
        Ok(Ok(RunEnd::Ready {
            head: checked.head,
            bundle,
            gates: checked.gates.into_iter().map(Into::into).collect(),
            pictures: pictures.collect(),
            files: files.into_iter().map(|change| change.path).collect(),
        }))
    }
}

/// What a check is made from.
pub(crate) struct Found<'a> {
    /// The run's folder.
    pub(crate) run: &'a Path,
    /// The folder of the agent's work.
    pub(crate) work: &'a Path,
    /// The work itself, if it is there and can be believed.
    pub(crate) done: Option<&'a Work>,
}

/// What the gates' job says of a change.
struct Checked<'a> {
    agent_head: &'a str,
    head: Sha,
    gates: Vec<GateResult>,
    pictures: Vec<PictureResult>,
}

/// Sees that a folder of the gates holds its own files and nothing else. Says whether it is there.
pub(crate) fn is_gates_folder(dir: &Path) -> Result<bool, Doubt> {
    plain_folder(dir, &[JUDGED_FILE, CHANGE_BUNDLE])
}

/// Sees that the gates are those of the base branch, each with its own command, in their order.
fn same_gates(factory: &Factory, gates: &[GateResult]) -> Result<(), Doubt> {
    let expected = crate::gates::names(factory);
    let found = gates
        .iter()
        .map(|gate| (gate.name.as_str(), gate.command.as_str()));
    if found.eq(expected
        .iter()
        .map(|(name, command)| (name.as_str(), command.as_str())))
    {
        return Ok(());
    }
    Err(Doubt::new(
        "its gates are not those of `factory.toml` on the base branch",
    ))
}

/// Where the picture lies that the request calls for.
fn picture(commission: &Commission) -> Option<&str> {
    let request = commission.request.as_ref()?;
    Some(request.media.as_ref()?.path.as_str())
}

/// Whether a change is that picture, as an ordinary file.
fn is_the_picture(commission: &Commission, change: &Change) -> bool {
    let plain = change
        .new
        .as_ref()
        .is_some_and(|new| new.mode == Mode::File && new.size <= MAX_PICTURE);
    plain && Some(change.path.as_str()) == picture(commission)
}

/// Sees that all that was added to the agent's commit is the picture that the request calls for.
fn only_the_picture(
    commission: &Commission,
    added: &[Change],
    notes: &[PictureResult],
) -> Result<(), Doubt> {
    let path = picture(commission);
    let strange = added
        .iter()
        .find(|change| !is_the_picture(commission, change));
    if let Some(change) = strange {
        let found = crate::arrival::shown(&change.path);
        return Err(Doubt::new(format!(
            "`{found}` was added to the agent's commit"
        )));
    }
    if notes.len() > 1 || notes.iter().any(|note| Some(note.path.as_str()) != path) {
        return Err(Doubt::new(
            "it notes a picture that the request does not call for",
        ));
    }
    Ok(())
}
