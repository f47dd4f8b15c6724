//! One world: a factory's folder, a few requests, the weather, and what is left when it clears up.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use chrono::TimeDelta;
use lightsout_engine::{Bench, Engine, EngineError, Ports, Settings};
use lightsout_forge::Login;
use lightsout_ledger::{Caps, Nanodollars};
use lightsout_local::Local;
use sha2::{Digest as _, Sha256};

use crate::agent::Scripted;
use crate::cast::{Cast, FACTORY, MACHINE};
use crate::check::{self, Ending, Evidence, Finding, Rule};
use crate::dice::Dice;
use crate::faults::{Faulty, Weather};
use crate::scene::{Scene, lock};
use crate::{LIVES, Plan, Verdict};

/// The most that one run costs.
pub(crate) const RUN_PRICE: Nanodollars = Nanodollars(30_000_000);
/// How many times something happens in the weather, for each life.
const STEPS_PER_LIFE: u64 = 4;
/// How many times everybody who is asked answers, when the weather is over.
const ANSWERS: u32 = 12;

/// How the engine's process ended.
#[derive(Debug)]
enum Ended {
    Quiet,
    Failed(EngineError),
    Killed,
}

/// Lives through one world in the empty folder `dir`.
pub(crate) async fn live(
    plan: &Plan,
    number: u64,
    dir: &Path,
    tell: bool,
) -> anyhow::Result<Verdict> {
    let scene = Scene::new(Dice::of(plan.seed, number), plan.without, tell);
    let site = [("factory.toml", FACTORY), ("AGENTS.md", "Rules.\n")];
    let site: Vec<_> = site
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .into();
    let mut local = Local::create(dir, &site, scene.clock.as_fn()).await?;
    let cast = Cast::new(&local, &scene, number * LIVES, LIVES).await?;
    let mut world = World::new(&scene, &cast);
    local = world.weather(local, dir).await?;
    world.afterwards(&local).await?;
    let evidence = world.evidence(&local).await?;
    world.findings.extend(check::always(&evidence));
    let mut endings = Vec::new();
    for life in cast.lives().await {
        let issue = evidence
            .issues
            .iter()
            .find(|issue| Some(issue.number) == life.issue);
        match issue.map(|issue| check::resting(&evidence, issue)) {
            Some(Ok(ending)) => endings.push((life, ending)),
            Some(Err(finding)) => world.findings.push(finding),
            None => {
                let what = format!("life {} was never filed", life.number);
                world.findings.push(Finding::new(Rule::Lost, None, what));
            }
        }
    }
    world.unfinished(&evidence, &endings);
    let mut findings = world.findings;
    findings.dedup();
    Ok(Verdict {
        world: number,
        findings,
        endings: endings.into_iter().map(|(_, ending)| ending).collect(),
        issues: cast
            .lives()
            .await
            .into_iter()
            .map(|life| (life.number, life.issue))
            .collect(),
        hash: hash(&evidence, dir)?,
        faults: lock(&scene.faults).clone(),
        reasons: lock(&scene.reasons).clone(),
        runs: lock(&scene.invocations).len() as u64,
        story: scene.story(),
    })
}

/// What happens between the engine and everything around it.
pub(crate) struct World<'w> {
    scene: &'w Scene,
    cast: &'w Cast,
    /// Every rule that was broken so far.
    pub(crate) findings: Vec<Finding>,
}

impl<'w> World<'w> {
    pub(crate) fn new(scene: &'w Scene, cast: &'w Cast) -> Self {
        Self {
            scene,
            cast,
            findings: Vec::new(),
        }
    }

    /// People act, the engine works, everything goes wrong.
    async fn weather(&mut self, mut local: Local, dir: &Path) -> anyhow::Result<Local> {
        let scene = self.scene;
        let strength = scene.dice().weighted(&[(1, 0), (2, 1), (3, 2), (2, 3)]);
        scene.tell(|| format!("the weather is of strength {strength}"));
        let mut left = LIVES * STEPS_PER_LIFE;
        while left > 0 {
            scene.set_weather(Weather::of(strength));
            let off = scene.dice().per_mille(80);
            scene.enabled.store(!off, Ordering::SeqCst);
            if off {
                scene.tell(|| "the kill switch is off".to_owned());
            }
            let (ended, times) = self.process(&local, left, true).await;
            left -= times;
            // Whoever was killed starts over; sometimes the engine alone, and the forge goes on.
            if matches!(ended, Ended::Killed) || scene.dice().per_mille(500) {
                drop(local);
                local = Local::open(dir, scene.clock.as_fn()).await?;
            }
        }
        Ok(local)
    }

    /// One process of the engine: it works up to `most` times, with something happening before each if people are
    /// about, until it fails, is killed or, now and then, stopped. Gives how it ended, and how many times it worked.
    async fn process(&self, local: &Local, most: u64, people: bool) -> (Ended, u64) {
        let scene = self.scene;
        let ports = Faulty {
            local,
            scene,
            cast: self.cast,
        };
        let agent = Scripted(ports);
        let clock = || scene.clock.now();
        let settings = Settings {
            run_price: RUN_PRICE,
            pauses: vec![Duration::ZERO; 2],
            ..Settings::new(scene.is_enabled(), "main")
        };
        let driven = Ports {
            forge: &ports,
            ledger: &ports,
            clock: &clock,
        };
        let engine = match Bench::open(scene, local.dir(), local.repo().path()) {
            Ok(bench) => Engine::new(driven, settings, bench),
            Err(error) => return (Ended::Failed(error), 1),
        };
        let mut times = 0;
        loop {
            if people {
                let acts = 1 + scene.dice().below(3);
                for _ in 0..acts {
                    self.cast.act(local, scene).await;
                }
                scene.pass(600);
            }
            let ended = tokio::select! {
                biased;
                worked = engine.work(&ports, &agent) => worked.map_or_else(Ended::Failed, |()| Ended::Quiet),
                () = scene.killed.notified() => Ended::Killed,
            };
            scene.tell(|| format!("the engine: {}", shown(&ended)));
            times += 1;
            let goes_on = matches!(ended, Ended::Quiet) && times < most;
            if !goes_on || scene.dice().per_mille(150) {
                return (ended, times);
            }
        }
    }

    /// The weather is over: the engine must come to rest by itself, and then everything must come to an end as soon as
    /// people do their part.
    async fn afterwards(&mut self, local: &Local) -> anyhow::Result<()> {
        let scene = self.scene;
        scene.set_weather(Weather::calm());
        scene.enabled.store(true, Ordering::SeqCst);
        scene.tell(|| "the weather is over".to_owned());
        self.cast.tidy(local, scene).await;
        self.rest(local).await;
        let evidence = self.evidence(local).await?;
        for issue in &evidence.issues {
            if let Err(finding) = check::resting(&evidence, issue) {
                scene.tell(|| format!("{}: {}", finding.rule, finding.what));
                self.findings.push(finding);
            }
        }
        for _ in 0..ANSWERS {
            scene.clock.advance(TimeDelta::hours(24));
            if !self.cast.cooperate(local, scene).await {
                break;
            }
            self.rest(local).await;
        }
        Ok(())
    }

    /// Lets the engine work until it has nothing left to do, and sees that this is so.
    pub(crate) async fn rest(&mut self, local: &Local) {
        let scene = self.scene;
        let (ended, _) = self.process(local, 1, false).await;
        if !matches!(ended, Ended::Quiet) {
            let finding = Finding::new(Rule::Restless, None, shown(&ended));
            self.findings.push(finding);
            return;
        }
        let before = scene.changes.load(Ordering::SeqCst);
        let (again, _) = self.process(local, 1, false).await;
        let changes = scene.changes.load(Ordering::SeqCst) - before;
        if changes > 0 || !matches!(again, Ended::Quiet) {
            let what = format!("working again changed {changes} things: {}", shown(&again));
            scene.tell(|| what.clone());
            self.findings.push(Finding::new(Rule::Restless, None, what));
        }
    }

    pub(crate) async fn evidence(&self, local: &Local) -> anyhow::Result<Evidence> {
        let mut evidence = Evidence::read(local).await?;
        evidence.caps = Caps {
            run: Some(Nanodollars(60_000_000)),
            issue: Some(Nanodollars(150_000_000)),
            day: Some(Nanodollars(400_000_000)),
            month: None,
        };
        evidence.granted = self.cast.granted().await;
        evidence
            .invocations
            .clone_from(&lock(&self.scene.invocations));
        evidence.machines = Login::new(MACHINE).into_iter().collect();
        Ok(evidence)
    }

    /// After everybody has done their part, nobody may still wait for anybody, but where the money for the request is
    /// spent.
    fn unfinished(&mut self, evidence: &Evidence, endings: &[(crate::cast::Life, Ending)]) {
        for (life, ending) in endings {
            let Some(issue) = life.issue else { continue };
            let done = matches!(
                ending,
                Ending::Published | Ending::Cancelled | Ending::Ignored
            );
            let machine = life.requester.as_str() == MACHINE;
            if !done && !machine && !check::is_spent(evidence, issue, RUN_PRICE) {
                let what = format!("everybody answered {ANSWERS} times, and it is {ending:?}");
                self.findings
                    .push(Finding::new(Rule::Stranded, issue, what));
            }
        }
    }
}

fn shown(ended: &Ended) -> String {
    match ended {
        Ended::Quiet => "has nothing left to do".to_owned(),
        Ended::Failed(error) => format!("{:#}", anyhow::format_err!("{error}")),
        Ended::Killed => "is killed".to_owned(),
    }
}

/// A hash over the engine's journal, the forge's log and what the forge shows, with the folder's name taken out.
fn hash(evidence: &Evidence, dir: &Path) -> anyhow::Result<String> {
    let journal = fs::read_to_string(dir.join("journal.jsonl")).context("reading the journal")?;
    let place = dir.canonicalize()?.display().to_string();
    let mut hasher = Sha256::new();
    let mut add = |text: String| hasher.update(text.replace(&place, "").as_bytes());
    add(journal);
    add(format!("{:?}", evidence.log));
    add(format!(
        "{:?}{:?}{:?}",
        evidence.issues, evidence.pulls, evidence.comments
    ));
    add(format!("{:?}", evidence.ledger));
    Ok(hex(&hasher.finalize()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
