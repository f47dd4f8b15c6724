//! The world goes away at every single action, before and after it was done; whoever comes next ends at the same place.

use std::fmt::Write as _;

use async_trait::async_trait;
use lightsout_agents::{Agent, AgentError, CommandAgent, Finished, WorkOrder};
use lightsout_engine::{Bench, Engine, EngineError, Ports, Settings, Silent};
use lightsout_forge::{Forge as _, Number};
use lightsout_ledger::{LedgerStore as _, Nanodollars, Scope, fold};
use lightsout_testkit::{Fault, FaultyForge};

use crate::world::{BODY, GOOD, MAINTAINER, REQUESTER, World};

const QUESTION: &str = "### Question\n\nCan I bring my bicycle into the hall?\n";
const ANSWER: &str = "### Answer\n\nYes, you can bring it in. There are 12 hooks in the hall.";

/// What of the world must be the same: states, labels, comments, pull requests, what is published.
pub(crate) async fn shown(world: &World) -> String {
    let mut text = String::new();
    for issue in world.local.issues().await.unwrap() {
        let _ = writeln!(
            text,
            "{} {:?} {:?}",
            issue.number, issue.state, issue.labels
        );
        for comment in world.comments(issue.number).await {
            let _ = writeln!(text, "  {}", comment.body);
        }
    }
    for pull in world.pulls().await {
        let _ = writeln!(
            text,
            "{} {:?} {:?} {}",
            pull.number, pull.state, pull.labels, pull.head_sha
        );
        for comment in world.comments(pull.number).await {
            let _ = writeln!(text, "  {}", comment.body);
        }
    }
    text + &format!("{:?}", world.published("content/faq/bicycles.mdx"))
}

/// Three acts of people, with work after each; the forge goes away at the `fault`, counted over all of it.
async fn story(fault: Option<Fault>) -> (String, usize) {
    let world = World::new(GOOD, &["true"]).await;
    let issue = world.open(REQUESTER, QUESTION).await;
    let mut seen = 0;
    for act in 0..3 {
        match act {
            1 => world.say(REQUESTER, issue, ANSWER).await,
            2 => world.say(MAINTAINER, issue, "/publish").await,
            _ => {}
        }
        let rest = match fault {
            Some(Fault::Before(at)) => Fault::Before(at.wrapping_sub(seen)),
            Some(Fault::After(at)) => Fault::After(at.wrapping_sub(seen)),
            None => Fault::Before(usize::MAX),
        };
        let faulty = FaultyForge::new(&world.local, rest);
        let ended = world.work_on(&faulty, &world.local).await;
        seen += faulty.seen();
        if ended.is_err() {
            world.work().await;
        }
    }
    (shown(&world).await, seen)
}

#[tokio::test]
async fn the_forge_may_go_away_at_any_action() {
    let (undisturbed, actions) = story(None).await;
    assert!(
        undisturbed.contains("Merged") && actions > 15,
        "{undisturbed}"
    );
    for at in 0..actions {
        for fault in [Fault::Before(at), Fault::After(at)] {
            let (disturbed, _) = story(Some(fault)).await;
            // A run that was taken up again says so in no place that people see.
            assert_eq!(disturbed, undisturbed, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_damaged_stage_is_named() {
    let world = World::new(GOOD, &[]).await;
    world.open(REQUESTER, BODY).await;
    let run = world.local.dir().join("runs/1-1");
    std::fs::create_dir_all(&run).unwrap();
    std::fs::write(run.join("run.json"), "{").unwrap();
    let error = world.try_work().await.unwrap_err().to_string();
    assert!(
        error.contains("run.json") && error.contains("hint"),
        "{error}"
    );
    std::fs::remove_file(run.join("run.json")).unwrap();
    world.work().await;
    assert!(world.local.pull_request(Number(2)).await.is_ok());
}

/// An agent that is lost sight of at work: what it spent nobody knows.
struct Lost;

#[async_trait]
impl Agent for Lost {
    fn name(&self) -> &'static str {
        "lost"
    }

    fn spending(&self) -> lightsout_agents::Spending {
        lightsout_agents::Spending::Nothing
    }

    async fn run(&self, _: &WorkOrder) -> Result<Finished, AgentError> {
        Err(AgentError::Lost {
            program: "lost".to_owned(),
            source: std::io::Error::other("the machine went away"),
        })
    }
}

/// Works with an agent of which a run costs 7 at most.
async fn work_with(world: &World, agent: &dyn Agent) -> Result<(), EngineError> {
    let clock = || chrono::DateTime::from_timestamp(1_800_000_100, 0).unwrap();
    let ports = Ports {
        forge: &world.local,
        ledger: &world.local,
        clock: &clock,
    };
    let settings = Settings {
        run_price: Nanodollars(7),
        ..Settings::new(true, "main")
    };
    let dir = world.local.dir();
    let bench = Bench::open(&Silent, dir, &dir.join("site.git"))?;
    let engine = Engine::new(ports, settings, bench);
    engine.work(&world.local, agent).await
}

#[tokio::test]
async fn what_was_reserved_for_a_try_that_was_cut_off_stays_reserved() {
    let world = World::new(GOOD, &[]).await;
    world.open(REQUESTER, BODY).await;
    work_with(&world, &Lost).await.unwrap_err();
    let script = world.dir.path().join("agent.sh");
    std::fs::write(&script, GOOD).unwrap();
    let agent = CommandAgent::new(vec!["sh".into(), script.display().to_string()]).unwrap();
    work_with(&world, &agent).await.unwrap();
    let entries = world.local.entries(None).await.unwrap();
    let mut names: Vec<_> = entries.iter().map(|entry| entry.id.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["run-1-1", "run-1-1-try-2", "run-1-1-try-2/settle"]);
    let committed = fold(&entries).balance(Scope::Issue(1)).committed;
    assert_eq!(committed, Nanodollars(7));
    assert!(world.local.pull_request(Number(2)).await.is_ok());
}
