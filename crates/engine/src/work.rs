//! The stage of the agent: a throw-away clone, the agent in it, and what it leaves.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lightsout_agents::{
    Agent, End, Finished, Limits, MediaRequest, Request, WorkOrder, read_media_requests,
};
use lightsout_forge::Sha;
use lightsout_git::GitError;
use lightsout_lifecycle::{Role, RunId};
use lightsout_signal::Outcome;
use lightsout_taxonomy::Factory;
use serde::{Deserialize, Serialize};

use crate::arrival::{Doubt, open_plain, plain_folder, read_json};
use crate::bench::Bench;
use crate::commission::commit;
use crate::lanes::{allowed, lane};
use crate::prompt::rules;
use crate::stages::{begin, load, next, save};
use crate::workshop::Workshop;
use crate::{Commission, EngineError, Stage};

/// The largest transcript that is kept, in bytes.
const MAX_TRANSCRIPT: u64 = 512 << 20;
/// The largest `worked.json` that is believed, in bytes.
const MAX_WORKED: u64 = 256 << 10;
/// The most faults that are told of.
const MAX_FAULTS: usize = 100;

const WORKED_FILE: &str = "worked.json";
const TRANSCRIPT_FILE: &str = "transcript";
/// The agent's commits.
pub(crate) const WORK_BUNDLE: &str = "work.bundle";
const MEDIA_FILE: &str = "media.json";

/// What the agent did, but for its words: the contents of `worked.json`. It is written as soon as the agent ends, since
/// this is what costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Worked {
    /// Of which run.
    pub(crate) run: RunId,
    /// How its process ended, if not well.
    pub(crate) failed: Option<String>,
    /// The last lines it printed when it did not end well.
    pub(crate) tail: String,
    /// The commit it left, if that is another than the base.
    pub(crate) head: Option<Sha>,
    /// What is wrong with what it left beside its files: its history, or the pictures it asks for.
    pub(crate) faults: Vec<String>,
    /// Which try of the run this was, from 1.
    pub(crate) tried: u32,
}

/// What an agent did, and what it said.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) worked: Worked,
    /// What its transcript says.
    pub(crate) outcome: Outcome,
}

impl Bench<'_> {
    /// Lets an agent do the run in the folder `run`, and leaves what it did in `out`: `transcript`, `work.bundle` with
    /// its commits, `media.json`, `worked.json`. Where that is done already, nothing is.
    ///
    /// # Errors
    /// When the agent cannot be started, or git or the disk fails; a bad end of the agent is none.
    pub async fn work(
        &self,
        agent: &dyn Agent,
        run: &Path,
        out: &Path,
    ) -> Result<Commission, EngineError> {
        let commission = Commission::read(run)?;
        let factory = self.prepare(&commission)?;
        if let Some(worked) = find_worked(out)? {
            if worked.run == commission.order.id {
                return Ok(commission);
            }
            return Err(EngineError::OtherRun {
                dir: out.to_owned(),
                holds: worked.run.0,
                wanted: commission.order.id.0,
            });
        }
        begin(out)?;
        self.let_work(agent, &commission, &factory, out).await?;
        Ok(commission)
    }

    pub(crate) async fn let_work(
        &self,
        agent: &dyn Agent,
        commission: &Commission,
        factory: &Factory,
        out: &Path,
    ) -> Result<(), EngineError> {
        if let (Role::Checker, Some(at)) = (commission.order.role, &commission.order.at) {
            return self.pass_on(commission, at, out);
        }
        let desks = self.workshop.run_dir(&commission.order.id);
        fs::create_dir_all(&desks).map_err(EngineError::disk("making", &desks))?;
        let desk = desks.join(format!("try-{}", next(&desks, "try")));
        self.lay_desk(commission, &desk)?;
        let since = Instant::now();
        self.began(commission, Stage::Agent);
        let order = self.work_order(agent, commission, factory, &desk);
        let finished = agent.run(&order).await?;
        self.took(Stage::Agent, since);
        let since = Instant::now();
        self.began(commission, Stage::Handoff);
        let worked = self.hand_in(commission, &desk, &finished, out)?;
        save(&out.join(WORKED_FILE), &worked)?;
        self.took(Stage::Handoff, since);
        Ok(())
    }

    /// Hands a commit on that somebody pushed, so that it is checked: no agent works.
    fn pass_on(&self, commission: &Commission, at: &Sha, out: &Path) -> Result<(), EngineError> {
        let repo = &self.workshop.repo;
        let name = Workshop::run_ref(&commission.order.id, "agent");
        let was = repo.rev(&name)?;
        repo.update_ref(&name, at.as_str(), was.as_deref())?;
        match repo.bundle(commission.base.as_str(), &name, &out.join(WORK_BUNDLE)) {
            // The base branch holds it already; the lane says that nothing is changed.
            Ok(()) | Err(GitError::NothingNew { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let transcript = out.join(TRANSCRIPT_FILE);
        fs::write(&transcript, "").map_err(EngineError::disk("writing", transcript))?;
        let worked = Worked {
            run: commission.order.id.clone(),
            failed: None,
            tail: String::new(),
            head: Some(at.clone()),
            faults: Vec::new(),
            tried: commission.tried,
        };
        save(&out.join(WORKED_FILE), &worked)
    }

    /// Lays out a fresh desk: a clone, and files beside it. A desk that a kill left is never used again, since a process
    /// of that try may still be writing to it.
    fn lay_desk(&self, commission: &Commission, desk: &Path) -> Result<(), EngineError> {
        let since = Instant::now();
        self.began(commission, Stage::Clone);
        for folder in ["tree", "home", "scratch", "media"] {
            let folder = desk.join(folder);
            fs::create_dir_all(&folder).map_err(EngineError::disk("making", folder))?;
        }
        self.workshop.repo.clone_throwaway(
            &desk.join("tree"),
            commission.order.branch.as_str(),
            commission.base.as_str(),
            "Lightsout agent",
            "agent@factory.invalid",
        )?;
        if let Some(request) = &commission.request {
            save(&desk.join("request.json"), request)?;
        }
        let prompt = desk.join("prompt.md");
        fs::write(&prompt, &commission.prompt).map_err(EngineError::disk("writing", prompt))?;
        self.took(Stage::Clone, since);
        Ok(())
    }

    fn work_order(
        &self,
        agent: &dyn Agent,
        commission: &Commission,
        factory: &Factory,
        desk: &Path,
    ) -> WorkOrder {
        let minutes = |minutes: u64| Duration::from_secs(minutes.saturating_mul(60));
        let lane = lane(factory, commission);
        let lane = lane.as_ref().map_or(&[][..], |lane| lane.patterns());
        WorkOrder {
            tree: desk.join("tree"),
            request_file: desk.join("request.json"),
            media_file: desk.join("media/media.json"),
            transcript: desk.join(TRANSCRIPT_FILE),
            home: desk.join("home"),
            scratch: desk.join("scratch"),
            bin: self.workshop.bin(),
            prompt: commission.prompt.clone(),
            skills: commission.skills.clone(),
            rules: rules(factory, lane, allowed(commission.order.role)).into(),
            limits: Limits {
                wall: minutes(factory.agent.minutes),
                stall: Some(minutes(factory.agent.stall_minutes)),
                output: MAX_TRANSCRIPT,
            },
            identity: (
                format!("Lightsout {} agent", agent.name()),
                "agent@factory.invalid".to_owned(),
            ),
            when: commission.started.timestamp(),
        }
    }

    /// Takes what the agent left from its desk to where it is handed on.
    fn hand_in(
        &self,
        commission: &Commission,
        desk: &Path,
        finished: &Finished,
        out: &Path,
    ) -> Result<Worked, EngineError> {
        put(&finished.stdout, &out.join(TRANSCRIPT_FILE))?;
        let into = Workshop::run_ref(&commission.order.id, "agent");
        let (head, history) = self.take_over(commission, &desk.join("tree"), &into)?;
        if let (Some(_), None) = (&head, &history) {
            let bundle = out.join(WORK_BUNDLE);
            self.workshop
                .repo
                .bundle(commission.base.as_str(), &into, &bundle)?;
        }
        let mut faults = Vec::from_iter(history);
        let asked = desk.join("media").join(MEDIA_FILE);
        let wrong = media_faults(commission.request.as_ref(), &asked);
        if wrong.is_empty() && asked.exists() {
            put(&asked, &out.join(MEDIA_FILE))?;
        }
        faults.extend(wrong);
        faults.truncate(MAX_FAULTS);
        Ok(Worked {
            run: commission.order.id.clone(),
            failed: failure(finished),
            tail: finished.stderr_tail.clone(),
            head: head.as_deref().map(commit).transpose()?,
            faults,
            tried: commission.tried,
        })
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
        let base = commission.base.as_str();
        let head = match repo.fetch_untrusted(tree, "HEAD", into) {
            Ok(head) => head,
            Err(error @ (GitError::NotInstalled | GitError::TooOld { .. })) => {
                return Err(error.into());
            }
            Err(error) => return Ok((None, Some(format!("the clone cannot be read: {error}")))),
        };
        if head == base {
            return Ok((None, None));
        }
        // A commit that the base already holds is nothing new, and nothing that a bundle could carry.
        if repo.is_ancestor(base, &head)? {
            return Ok((Some(head), None));
        }
        Ok((
            Some(head),
            Some("the history no longer builds on the base commit".to_owned()),
        ))
    }
}

/// Reads what a job of the agent left behind, as it may be hostile; none when it left nothing.
pub(crate) fn read_work(dir: &Path, commission: &Commission) -> Result<Option<Work>, Doubt> {
    let names = [WORKED_FILE, TRANSCRIPT_FILE, WORK_BUNDLE, MEDIA_FILE];
    if !plain_folder(dir, &names)? {
        return Ok(None);
    }
    let work = believe_work(dir, commission)?;
    let asked = media_faults(commission.request.as_ref(), &dir.join(MEDIA_FILE));
    match asked.into_iter().next() {
        Some(fault) => Err(Doubt(fault)),
        None => Ok(work),
    }
}

/// Reads what the agent did, and what it said out of its transcript itself.
pub(crate) fn believe_work(dir: &Path, commission: &Commission) -> Result<Option<Work>, Doubt> {
    let Some(mut worked) = read_json::<Worked>(&dir.join(WORKED_FILE), MAX_WORKED)? else {
        return Ok(None);
    };
    if worked.run != commission.order.id {
        return Err(Doubt::new("it is of another run"));
    }
    worked.faults.truncate(MAX_FAULTS);
    let transcript = open_plain(&dir.join(TRANSCRIPT_FILE), MAX_TRANSCRIPT + 1)?;
    let transcript = transcript.ok_or_else(|| Doubt::new("it holds no transcript"))?;
    let outcome = Outcome::read(transcript, &lightsout_signal::Limits::default());
    Ok(Some(Work { worked, outcome }))
}

/// Reads whether a folder of ours holds finished work.
pub(crate) fn find_worked(dir: &Path) -> Result<Option<Worked>, EngineError> {
    load(&dir.join(WORKED_FILE))
}

/// Puts a file where it is handed on: the same file by another name, or a copy on another disk.
fn put(from: &Path, to: &Path) -> Result<(), EngineError> {
    let put = || {
        match fs::remove_file(to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if fs::hard_link(from, to).is_err() {
            fs::copy(from, to)?;
        }
        File::open(to)?.sync_all()
    };
    put().map_err(EngineError::disk("writing", PathBuf::from(to)))
}

/// Names what is wrong with the pictures that an agent asks for: each must be the one that its request calls for.
fn media_faults(request: Option<&Request>, file: &Path) -> Vec<String> {
    let asked = match read_media_requests(file) {
        Ok(asked) => asked,
        Err(error) => return vec![format!("media.json: {error}")],
    };
    let called_for = |picture: &&MediaRequest| {
        request.is_some_and(|request| {
            let kind = request.media.as_ref().map(|media| media.kind);
            kind == Some(picture.kind) && picture.slug == request.slug
        })
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
