//! One run, in stages: commissioned, worked, judged. A stage that is on disk is never done again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use lightsout_agents::{
    AgentError, End, Finished, Limits, MediaRequest, Request, RequestMedia, Spending, WorkOrder,
    read_media_requests,
};
use lightsout_forge::{BranchName, ForgeError, Label, Number, Sha};
use lightsout_git::GitError;
use lightsout_ledger::{
    Ask, Bill, EntryId, LedgerError, PriceBook, PriceTag, Reservation, RunId as LedgerRun,
};
use lightsout_lifecycle::{RunEnd, RunOrder, RunReport};
use lightsout_policy::Role;
use lightsout_signal::{Finding, Format, Judgement, Outcome, Verdict};
use lightsout_taxonomy::Factory;
use serde::{Deserialize, Serialize};

use crate::pictures::Illustrated;
use crate::prompt::rules;
use crate::read::{View, Work, caps};
use crate::stages::{load, next, save};
use crate::workshop::Workshop;
use crate::{Engine, EngineError, LaneLimits, Progress, Stage, lane_problems, render_prompt};

/// The most files one change may touch.
const MAX_FILES: usize = 50;
/// The largest transcript that is kept, in bytes.
const MAX_TRANSCRIPT: u64 = 512 << 20;

/// What a run works from; written down first, so that every try of it works from the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Commission {
    pub(crate) order: RunOrder,
    /// The commit it starts from.
    pub(crate) base: String,
    /// When it was started first; the date of every commit it makes.
    pub(crate) started: DateTime<Utc>,
    /// What the site is called.
    pub(crate) site: String,
    /// What the agent is given.
    pub(crate) request: Request,
    /// What the agent is told.
    pub(crate) prompt: String,
    /// The skills it works through.
    #[serde(default)]
    pub(crate) skills: Vec<String>,
}

/// What the agent did; written down as soon as it ends, since this is what costs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Worked {
    /// How its process ended, if not well.
    failed: Option<String>,
    /// The last lines it printed when it did not end well.
    tail: String,
    /// What its transcript says.
    outcome: Outcome,
    /// The commit it left, if that is another than the base.
    head: Option<String>,
    /// What is wrong with what it left beside its files: its history, or the pictures it asks for.
    faults: Vec<String>,
    /// Which try of the run this was, from 1; each has its own money.
    #[serde(default)]
    tried: u32,
}

impl Worked {
    /// Judges the agent's word together with what lies in the repository. How many commits there are does not matter.
    fn judged(&self) -> Judgement {
        self.outcome.judge(usize::from(self.head.is_some()))
    }

    /// Returns what is odd. An agent that did not come to its end is not held to what it would have left there.
    fn oddities(&self) -> Vec<Finding> {
        match self.failed {
            Some(_) => self.outcome.findings.clone(),
            None => self.judged().findings,
        }
    }
}

impl Engine<'_> {
    /// Does a run, or goes on with it where it was cut off.
    pub(crate) async fn run(
        &self,
        order: &RunOrder,
        view: &View,
    ) -> Result<RunReport, EngineError> {
        let dir = self.workshop.run_dir(&order.id);
        fs::create_dir_all(&dir).map_err(EngineError::disk("making", &dir))?;
        let reported = dir.join("report.json");
        if let Some(report) = load(&reported)? {
            return Ok(report);
        }
        let commission = self.commission(order, view, &dir)?;
        let factory = self
            .workshop
            .configuration(&commission.base, &self.settings.base)?;
        let end = match self.worked(&commission, &factory, &dir).await? {
            Ok(worked) => self.judge(&commission, &factory, &worked, &dir).await?,
            Err(how) => RunEnd::AgentFailed {
                how,
                tail: String::new(),
            },
        };
        let report = self.report(&commission, end, &dir).await?;
        save(&reported, &report)?;
        Ok(report)
    }

    fn commission(
        &self,
        order: &RunOrder,
        view: &View,
        dir: &Path,
    ) -> Result<Commission, EngineError> {
        let path = dir.join("commission.json");
        if let Some(commission) = load(&path)? {
            return Ok(commission);
        }
        let Some(work) = &view.work else {
            return Err(EngineError::Damaged {
                path,
                why: "the run was started from a request that is complete, and is no longer".into(),
            });
        };
        let request = request(order.issue, view, work);
        let prompt = render_prompt(
            &view.factory,
            &work.kind,
            &request,
            &work.thread,
            Role::Author,
        );
        let commission = Commission {
            order: order.clone(),
            base: view.base.clone(),
            started: (self.ports.clock)(),
            site: view.factory.name.clone(),
            prompt: prompt.text,
            skills: prompt.skills,
            request,
        };
        save(&path, &commission)?;
        Ok(commission)
    }

    /// Reserves the most one try of the run can cost; says why when a cap refuses. Reserving twice is reserving once.
    async fn reserve(
        &self,
        order: &RunOrder,
        factory: &Factory,
        tried: u32,
    ) -> Result<Result<Reservation, String>, EngineError> {
        let ask = self.ask(order, tried);
        match self.ports.ledger.reserve(&ask, &caps(factory)).await {
            Ok(reservation) => Ok(Ok(reservation)),
            Err(LedgerError::Cap(reached)) => Ok(Err(reached.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// A try that was cut off has spent nobody knows how much, so what was reserved for it stays reserved, and the next
    /// one asks under a name of its own.
    fn ask(&self, order: &RunOrder, tried: u32) -> Ask {
        let id = match tried {
            0 | 1 => format!("run-{}", order.id.0),
            _ => format!("run-{}-try-{tried}", order.id.0),
        };
        Ask {
            id: EntryId::new(id),
            issue: order.issue.0,
            run: LedgerRun::new(&order.id.0),
            at: (self.ports.clock)(),
            amount: self.settings.run_price,
        }
    }

    /// Lets the agent work, unless it already has; what it used is in the ledger before anything else happens. Says why
    /// when a cap refuses.
    async fn worked(
        &self,
        commission: &Commission,
        factory: &Factory,
        dir: &Path,
    ) -> Result<Result<Worked, String>, EngineError> {
        let path = dir.join("worked.json");
        let order = &commission.order;
        let before: Option<Worked> = load(&path)?;
        let tried = match &before {
            Some(worked) => worked.tried,
            None => next(dir, "try"),
        };
        let reservation = match self.reserve(order, factory, tried).await? {
            Ok(reservation) => reservation,
            Err(how) => return Ok(Err(how)),
        };
        let worked = if let Some(worked) = before {
            worked
        } else {
            let worked = match self.let_work(commission, factory, dir, tried).await {
                Err(error @ EngineError::Agent(AgentError::NotStarted { .. })) => {
                    let now = (self.ports.clock)();
                    self.ports.ledger.release(&reservation, now).await?;
                    return Err(error);
                }
                other => other?,
            };
            save(&path, &worked)?;
            worked
        };
        let bill = self.bill(&worked.outcome, commission);
        self.ports
            .ledger
            .settle(&reservation, &bill, (self.ports.clock)())
            .await?;
        Ok(Ok(worked))
    }

    fn bill(&self, outcome: &Outcome, commission: &Commission) -> Bill {
        let book = PriceBook::builtin();
        let spending = self.ports.agent.spending();
        if !outcome.models.is_empty() {
            let mut models = outcome.models.clone();
            // Codex's events name no model: it is the one that was asked for.
            if let (Format::CodexLines, Spending::Model(asked)) = (outcome.format, &spending) {
                for used in &mut models {
                    used.model.clone_from(asked);
                }
            }
            return Bill::of_models(models, &book);
        }
        match spending {
            Spending::Nothing => Bill::no_model(),
            Spending::Model(model) => {
                Bill::of_estimate(&model, commission.prompt.chars().count(), &book)
            }
            Spending::Unknown => Bill::unknown(),
        }
    }

    async fn let_work(
        &self,
        commission: &Commission,
        factory: &Factory,
        dir: &Path,
        tried: u32,
    ) -> Result<Worked, EngineError> {
        let order = &commission.order;
        let desk = self.desk(commission, dir.join(format!("try-{tried}")))?;
        let since = Instant::now();
        self.began(commission, Stage::Agent);
        let minutes = |minutes: u64| Duration::from_secs(minutes.saturating_mul(60));
        let finished = self
            .ports
            .agent
            .run(&WorkOrder {
                tree: desk.join("tree"),
                request_file: desk.join("request.json"),
                media_file: desk.join("media/media.json"),
                transcript: desk.join("transcript"),
                home: desk.join("home"),
                scratch: desk.join("scratch"),
                bin: self.workshop.bin(),
                prompt: commission.prompt.clone(),
                skills: commission.skills.clone(),
                rules: rules(factory, &commission.request, Role::Author).into(),
                limits: Limits {
                    wall: minutes(factory.agent.minutes),
                    stall: Some(minutes(factory.agent.stall_minutes)),
                    output: MAX_TRANSCRIPT,
                },
                identity: (
                    format!("Lightsout {} agent", self.ports.agent.name()),
                    "agent@factory.invalid".to_owned(),
                ),
                when: commission.started.timestamp(),
            })
            .await?;
        self.took(Stage::Agent, since);
        let since = Instant::now();
        self.began(commission, Stage::Handoff);
        let outcome = read_transcript(&finished)?;
        let into = Workshop::run_ref(&order.id, "agent");
        let (head, history) = self.take_over(commission, &desk.join("tree"), &into)?;
        let mut faults = Vec::from_iter(history);
        faults.extend(media_faults(
            &commission.request,
            &desk.join("media/media.json"),
        ));
        self.took(Stage::Handoff, since);
        Ok(Worked {
            failed: failure(&finished),
            tail: finished.stderr_tail,
            outcome,
            head,
            faults,
            tried,
        })
    }

    /// Lays out a fresh desk: a clone, and files beside it. A desk that a kill left is never used again, since a process
    /// of that try may still be writing to it.
    fn desk(&self, commission: &Commission, desk: PathBuf) -> Result<PathBuf, EngineError> {
        let since = Instant::now();
        self.began(commission, Stage::Clone);
        for folder in ["tree", "home", "scratch", "media"] {
            let folder = desk.join(folder);
            fs::create_dir_all(&folder).map_err(EngineError::disk("making", folder))?;
        }
        self.workshop.repo.clone_throwaway(
            &desk.join("tree"),
            commission.order.branch.as_str(),
            &commission.base,
            "Lightsout agent",
            "agent@factory.invalid",
        )?;
        save(&desk.join("request.json"), &commission.request)?;
        let prompt = desk.join("prompt.md");
        fs::write(&prompt, &commission.prompt).map_err(EngineError::disk("writing", prompt))?;
        self.took(Stage::Clone, since);
        Ok(desk)
    }

    /// Fetches what the agent committed. A clone that cannot be read, or a history that does not build on the base, is
    /// the agent's doing and no error of ours.
    fn take_over(
        &self,
        commission: &Commission,
        tree: &Path,
        into: &str,
    ) -> Result<(Option<String>, Option<String>), EngineError> {
        let repo = &self.workshop.repo;
        let head = match repo.fetch_untrusted(tree, "HEAD", into) {
            Ok(head) => head,
            Err(error @ (GitError::NotInstalled | GitError::TooOld { .. })) => {
                return Err(error.into());
            }
            Err(error) => return Ok((None, Some(format!("the clone cannot be read: {error}")))),
        };
        if head == commission.base {
            return Ok((None, None));
        }
        if repo.is_ancestor(&commission.base, &head)? {
            return Ok((Some(head), None));
        }
        Ok((
            Some(head),
            Some("the history no longer builds on the base commit".to_owned()),
        ))
    }

    /// Turns what the agent did into an end: the agent's word counts only together with what lies in the repository.
    async fn judge(
        &self,
        commission: &Commission,
        factory: &Factory,
        worked: &Worked,
        dir: &Path,
    ) -> Result<RunEnd, EngineError> {
        if let Some(how) = &worked.failed {
            return Ok(RunEnd::AgentFailed {
                how: how.clone(),
                tail: worked.tail.clone(),
            });
        }
        if !worked.faults.is_empty() {
            return Ok(RunEnd::OutsideLane {
                problems: worked.faults.clone(),
            });
        }
        let message = worked.outcome.message.clone();
        let judged = worked.judged();
        match (judged.verdict, &worked.head) {
            (Verdict::Take, Some(head)) => self.accept(commission, factory, head, dir).await,
            (Verdict::Take | Verdict::NothingCommitted, _) => {
                Ok(RunEnd::NothingCommitted { message })
            }
            (Verdict::Ask, _) => Ok(RunEnd::Waiting { questions: message }),
            (Verdict::NoSignal, _) => Ok(RunEnd::NoSignal { message }),
            (Verdict::Failed, _) => Ok(RunEnd::AgentFailed {
                how: "its transcript ends in an error".to_owned(),
                tail: worked.tail.clone(),
            }),
        }
    }

    /// Takes the agent's commit through the lane, the pictures and the gates.
    async fn accept(
        &self,
        commission: &Commission,
        factory: &Factory,
        head: &str,
        dir: &Path,
    ) -> Result<RunEnd, EngineError> {
        let repo = &self.workshop.repo;
        let changes = repo.changes(&commission.base, head)?;
        let named = commission.order.kind.as_ref().map(Label::as_str);
        let Some(kind) = named.and_then(|label| factory.request_type(label)) else {
            return Ok(RunEnd::OutsideLane {
                problems: vec!["its content type is gone from `factory.toml`".to_owned()],
            });
        };
        let lane = factory.lane_for(kind, &commission.request.fields);
        let limits = LaneLimits {
            file_bytes: factory.limits.file_bytes,
            files: MAX_FILES,
        };
        let problems = lane_problems(&changes, &lane, factory, limits);
        if !problems.is_empty() {
            return Ok(RunEnd::OutsideLane { problems });
        }
        let since = Instant::now();
        self.began(commission, Stage::Pictures);
        let illustrated = self.illustrate(commission, dir, head).await?;
        self.took(Stage::Pictures, since);
        let (head, pictures) = match illustrated {
            Illustrated::Done { head, pictures } => (head, pictures),
            Illustrated::Refused(end) => return Ok(end),
        };
        let head_ref = Workshop::run_ref(&commission.order.id, "head");
        let was = repo.rev(&head_ref)?;
        if was.as_ref() != Some(&head) {
            repo.update_ref(&head_ref, &head, was.as_deref())?;
        }
        let since = Instant::now();
        self.began(commission, Stage::Gates);
        let gates = self.gates(factory, &commission.base, &head, dir).await?;
        self.took(Stage::Gates, since);
        let bundle = dir.join("change.bundle");
        repo.bundle(&commission.base, &head_ref, &bundle)?;
        let finally = repo.changes(&commission.base, &head)?;
        Ok(RunEnd::Ready {
            head: commit(&head)?,
            bundle,
            gates,
            pictures,
            files: finally.into_iter().map(|change| change.path).collect(),
        })
    }

    async fn report(
        &self,
        commission: &Commission,
        end: RunEnd,
        dir: &Path,
    ) -> Result<RunReport, EngineError> {
        let order = &commission.order;
        let worked: Option<Worked> = load(&dir.join("worked.json"))?;
        let entries = self.ports.ledger.entries(Some(order.issue.0)).await?;
        let tag = PriceTag::of_issue(order.issue.0, &entries);
        Ok(RunReport {
            run: order.id.clone(),
            role: order.role,
            issue: order.issue,
            kind: order.kind.clone(),
            attempt: order.attempt,
            agent: self.ports.agent.name().to_owned(),
            branch: order.branch.clone(),
            base_branch: branch(&self.settings.base)?,
            base: commit(&commission.base)?,
            end,
            oddities: worked.as_ref().map(Worked::oddities).unwrap_or_default(),
            words: worked
                .map(|worked| worked.outcome.message)
                .unwrap_or_default(),
            price_tag: tag.to_markdown(),
            spent: tag.total().known(),
        })
    }

    fn began(&self, commission: &Commission, stage: Stage) {
        let run = &commission.order.id;
        self.ports.observer.saw(&Progress::Began { run, stage });
    }
}

/// What the agent is given, as data.
pub(crate) fn request(issue: Number, view: &View, work: &Work) -> Request {
    let lane = view.factory.lane_for(&work.kind, &work.fields);
    Request {
        issue: issue.0,
        kind: work.kind.label.clone(),
        title: view.snapshot.issue.title.clone(),
        slug: work.slug.as_str().to_owned(),
        page: work.kind.page_for(&work.slug),
        fields: work.fields.clone(),
        media: work.kind.media_for(&work.fields).map(|media| RequestMedia {
            kind: media.kind,
            path: media.path_for(&work.slug),
        }),
        lane: lane.patterns().to_vec(),
        requester: view.snapshot.requester.login.to_string(),
    }
}

/// Names what is wrong with the pictures that an agent asks for: each must be the one that its request calls for.
fn media_faults(request: &Request, file: &Path) -> Vec<String> {
    let asked = match read_media_requests(file) {
        Ok(asked) => asked,
        Err(error) => return vec![format!("media.json: {error}")],
    };
    let called_for = |picture: &&MediaRequest| {
        let kind = request.media.as_ref().map(|media| media.kind);
        kind == Some(picture.kind) && picture.slug == request.slug
    };
    asked
        .iter()
        .filter(|picture| !called_for(picture))
        .map(|picture| {
            let (kind, slug) = (picture.kind.name(), &picture.slug);
            format!("media.json asks for a {kind} of {slug}, which this request does not call for")
        })
        .collect()
}

fn read_transcript(finished: &Finished) -> Result<Outcome, EngineError> {
    let path = &finished.stdout;
    let file = File::open(path).map_err(EngineError::disk("reading", path))?;
    Ok(Outcome::read(file, &lightsout_signal::Limits::default()))
}

/// Says how the agent's process ended, if not well.
fn failure(finished: &Finished) -> Option<String> {
    match &finished.end {
        End::Exited(0) => None,
        End::Exited(code) => Some(format!("it ended with exit status {code}")),
        End::Signalled(signal) => Some(format!("it was ended by signal {signal}")),
        End::TimedOut => Some("it took longer than it may and was ended".to_owned()),
        End::Stalled => Some("it printed nothing for longer than it may and was ended".to_owned()),
        End::TooMuchOutput => Some("it printed more than it may and was ended".to_owned()),
    }
}

fn commit(sha: &str) -> Result<Sha, EngineError> {
    Sha::new(sha).map_err(|error| refused("a commit of the workshop", &error.to_string()))
}

fn branch(name: &str) -> Result<BranchName, EngineError> {
    BranchName::new(name).map_err(|error| refused("the base branch", &error.to_string()))
}

fn refused(what: &str, why: &str) -> EngineError {
    EngineError::Forge(ForgeError::Refused {
        what: what.to_owned(),
        why: why.to_owned(),
    })
}
