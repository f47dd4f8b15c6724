//! What people do, and what must come of it.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use lightsout_testkit::model::{Conversation, ModelServer, Turn};
use lightsout_testkit::{HttpServer, Reply};
use serde_json::{Value, json};

use super::hub::REPOSITORY;
use super::world::{World, expect, gave, git, only};
use crate::e2e::files;
use crate::e2e::rest::Rest;
use crate::process;

type Story = fn(&mut World<'_>) -> Result<()>;

/// Every story, in order; each begins where the one before left the repository.
pub(super) const ALL: [(&str, Story); 8] = [
    ("a request, from filed to merged", published),
    ("a question and its answer", clarified),
    ("a preview", preview),
    ("a failure", healed),
    ("the kill switch, and the sweep", switched_off),
    ("the clock", chores),
    ("Claude Code with a scripted model", claude),
    ("what is wrong on purpose", planted),
];

const CHAIN: [&str; 4] = ["triage", "agent", "gates", "settle"];
const WAITING: &str = "cms-bot-waiting";

fn faq(question: &str) -> String {
    format!("### Question\n\n{question}\n\n### Answer\n\nYes. There are 12 hooks in the hall.\n")
}

fn published(world: &mut World<'_>) -> Result<()> {
    let question = "Can I bring my bicycle in?";
    let issue = world
        .hub
        .open("mira-fern", "FAQ: bicycles", &faq(question), &["cms-faq"])?;
    let told = world.deliver()?;
    let ran = expect(&told, "issues opened", "cms.yml", &CHAIN)?;
    gave(ran, "triage", "reason", "started")?;
    gave(ran, "agent", "check", "true")?;
    gave(ran, "gates", "passed", "true")?;
    gave(ran, "settle", "reason", "in-review")?;
    // The label that came with the issue is an event of its own, and nothing is left to do about it.
    let ran = expect(&told, "issues labeled", "cms.yml", &["triage"])?;
    gave(ran, "triage", "run", "false")?;
    // The template agent cannot review, so there is nothing for the gates.
    let review = ["review", "agent", "settle"];
    let ran = expect(&told, "pull_request opened", "pr-code-review.yml", &review)?;
    gave(ran, "review", "reason", "reviewing")?;
    gave(ran, "agent", "check", "false")?;
    expect(&told, "pull_request opened", "ci.yml", &["gates"])?;
    expect(&told, "pull_request opened", "pr-checks.yml", &["lane"])?;
    let pull = world.hub.pull(issue)?;
    let number = pull["number"].as_u64().context("no number")?;
    ensure!(
        !world
            .hub
            .labels(issue)?
            .iter()
            .any(|label| label == WAITING)
    );
    ensure!(world.hub.labels(number)? == ["bot-generated"]);

    world.hub.say("rui-visitor", issue, "/publish")?;
    let told = world.deliver()?;
    let ran = expect(
        &told,
        "issue_comment created",
        "cms-publish.yml",
        &["publish"],
    )?;
    gave(ran, "publish", "reason", "publish-needs-write")?;
    expect(&told, "issue_comment created", "issue-clarify.yml", &[])?;
    ensure!(world.hub.pull(issue)?["state"] == "open");

    world.hub.say("ada-gatekeeper", issue, "/publish")?;
    let told = world.deliver()?;
    let ran = expect(
        &told,
        "issue_comment created",
        "cms-publish.yml",
        &["publish"],
    )?;
    gave(ran, "publish", "reason", "merging")?;
    expect(
        &told,
        "pull_request labeled",
        "cms-publish.yml",
        &["publish"],
    )?;
    expect(&told, "push", "ci.yml", &["gates"])?;
    let merged = world.hub.get(&format!("/pulls/{number}"))?;
    ensure!(merged["merged"] == true, "{merged}");
    ensure!(world.hub.get(&format!("/issues/{issue}"))?["state"] == "closed");
    let page = world.published("content/faq/can-i-bring-my-bicycle-in.mdx")?;
    ensure!(page.contains("There are 12 hooks in the hall."), "{page}");
    Ok(())
}

fn clarified(world: &mut World<'_>) -> Result<()> {
    let half = "### Question\n\nIs there a place for skis?\n";
    let issue = world
        .hub
        .open("tomas-pebble", "FAQ: skis", half, &["cms-faq"])?;
    let told = world.deliver()?;
    let ran = expect(&told, "issues opened", "cms.yml", &["triage"])?;
    gave(ran, "triage", "run", "false")?;
    ensure!(
        world
            .hub
            .labels(issue)?
            .iter()
            .any(|label| label == WAITING)
    );

    let answer = "### Answer\n\nYes. There are 9 racks in the cellar.\n";
    world.hub.say("tomas-pebble", issue, answer)?;
    let told = world.deliver()?;
    let ran = expect(&told, "issue_comment created", "issue-clarify.yml", &CHAIN)?;
    gave(ran, "settle", "reason", "in-review")?;
    expect(&told, "issue_comment created", "cms-publish.yml", &[])?;
    ensure!(
        !world
            .hub
            .labels(issue)?
            .iter()
            .any(|label| label == WAITING)
    );
    ensure!(world.hub.pull(issue)?["state"] == "open");
    Ok(())
}

/// The request that [`clarified`] left in review: its issue, and its pull request.
fn in_review(world: &World<'_>) -> Result<(u64, Value)> {
    let issues = world
        .hub
        .get("/issues?state=open&labels=cms-faq&per_page=100")?;
    let numbers = issues.as_array().into_iter().flatten();
    let mut open = numbers.filter_map(|issue| issue["number"].as_u64());
    let found = open.find_map(|issue| {
        let pull = world.hub.pull(issue).ok()?;
        (pull["state"] == "open").then_some((issue, pull))
    });
    found.context("no request is in review")
}

fn preview(world: &mut World<'_>) -> Result<()> {
    let (issue, pull) = in_review(world)?;
    let said = |creator: &str, state: &str| {
        json!({
            "action": "created",
            "deployment": { "id": 1, "sha": pull["head"]["sha"], "ref": pull["head"]["ref"], "environment": "Preview" },
            "deployment_status": {
                "id": 2, "state": state, "environment": "Preview",
                "environment_url": "https://site-git-skis.vercel.app",
                "creator": { "login": creator, "id": 3, "type": "Bot" },
            },
            "repository": repository(), "sender": { "login": creator, "id": 3, "type": "Bot" },
        })
    };
    let before = world.hub.comments(issue)?.len();
    let ran = world.trigger(
        "deployment_status",
        &said("stranger[bot]", "success"),
        "vercel-preview.yml",
    )?;
    only(&ran, &[])?;
    for state in ["pending", "success", "success"] {
        let ran = world.trigger(
            "deployment_status",
            &said("vercel[bot]", state),
            "vercel-preview.yml",
        )?;
        only(&ran, &["preview"])?;
    }
    let comments = world.hub.comments(issue)?;
    ensure!(comments.len() == before + 1, "{comments:?}");
    let shown = comments
        .iter()
        .filter(|body| body.contains("https://site-git-skis.vercel.app"));
    ensure!(shown.count() == 1, "{comments:?}");
    Ok(())
}

fn healed(world: &mut World<'_>) -> Result<()> {
    let (_, pull) = in_review(world)?;
    let failed = |branch: &Value| {
        json!({
            "action": "completed",
            "workflow_run": {
                "id": 4711, "name": "CI", "conclusion": "failure", "event": "pull_request", "status": "completed",
                "head_branch": branch, "head_sha": pull["head"]["sha"],
                "head_repository": { "full_name": REPOSITORY },
                "pull_requests": [{ "number": pull["number"] }],
            },
            "repository": repository(),
            "sender": { "login": "mira-fern", "id": 5, "type": "User" },
        })
    };
    let file = "cms-ci-healer.yml";
    let own = world.trigger("workflow_run", &failed(&json!("fix/ci-healer-1-abc")), file)?;
    only(&own, &[])?;
    // The forge here keeps no logs of runs, so they are put in its place; everything else is passed on.
    let logs =
        world.logs("content/faq/is-there-a-place-for-skis.mdx:3: error: a rack too many\n")?;
    let rest = Rest::at(&world.hub.url);
    let relay = HttpServer::start(move |asked| {
        if asked.path.ends_with("/actions/runs/4711/logs") {
            return Reply::text(302, "text/plain", "").with("location", "/logs.zip");
        }
        if asked.path == "/logs.zip" {
            let headers = vec![("content-type".to_owned(), "application/zip".to_owned())];
            let body = logs.clone();
            return Reply::Answer {
                status: 200,
                headers,
                body,
            };
        }
        rest.forward(asked).unwrap_or(Reply::Cut)
    })?;
    let url = relay.url();
    let ran = world.trigger_at(
        "workflow_run",
        &failed(&pull["head"]["ref"]),
        file,
        Some(&url),
    )?;
    // The template agent mends nothing: what it could not do is told to people.
    only(&ran, &["logs", "agent", "settle"])?;
    gave(&ran, "logs", "run", "true")?;
    gave(&ran, "logs", "role", "healer")?;
    world.deliver().map(drop)
}

fn switched_off(world: &mut World<'_>) -> Result<()> {
    world.switch = "false";
    let question = "Is there a shower?";
    let issue = world
        .hub
        .open("mira-fern", "FAQ: showers", &faq(question), &["cms-faq"])?;
    let told = world.deliver()?;
    expect(&told, "issues opened", "cms.yml", &[])?;
    ensure!(world.hub.comments(issue)?.is_empty());
    let ran = world.trigger("schedule", &clock("0 6 * * *"), "cms-stale-prs.yml")?;
    only(&ran, &[])?;

    world.switch = "true";
    let ran = world.trigger("schedule", &clock("0 6 * * *"), "cms-stale-prs.yml")?;
    only(&ran, &["stale"])?;
    let told = world.deliver()?;
    let ran = expect(&told, "workflow_dispatch", "cms.yml", &CHAIN)?;
    gave(ran, "triage", "issue", &issue.to_string())?;
    gave(ran, "settle", "reason", "in-review")?;
    ensure!(world.hub.pull(issue)?["state"] == "open");
    Ok(())
}

fn chores(world: &mut World<'_>) -> Result<()> {
    let ran = world.trigger("schedule", &clock("0 7 * * *"), "cms-spend-alert.yml")?;
    only(&ran, &["spend"])?;
    gave(&ran, "spend", "reason", "spend-under")
}

const KEY: &str = "sk-scripted-0123456789abcdef";
const PAGE: &str = "content/faq/may-i-bring-my-parrot.mdx";

fn claude(world: &mut World<'_>) -> Result<()> {
    world.install("claude")?;
    let page = "---\ntype: \"cms-faq\"\nquestion: \"May I bring my parrot?\"\n---\n\nYes. There are 12 hooks in the hall.\n";
    let commit = format!("git add {PAGE} && git commit -q -m 'Add the parrot'");
    let writes = Conversation::new("writes", ["May I bring my parrot?"])
        .unless("must_fix")
        .turn(Turn::say("").write(format!("{{cwd}}/{PAGE}"), page))
        .turn(Turn::say("").shell(commit))
        .turn(Turn::say("The page is committed.\n\nREADY"));
    let reviews = Conversation::new("reviews", ["must_fix"])
        .turn(Turn::say("```json\n{\"findings\":[]}\n```\nREADY"));
    let server = ModelServer::start(vec![writes, reviews])?;
    world.model = Some((server.url(), KEY));
    let body = faq("May I bring my parrot?");
    let issue = world
        .hub
        .open("mira-fern", "FAQ: parrots", &body, &["cms-faq"])?;
    let told = world.deliver()?;
    let ran = expect(&told, "issues opened", "cms.yml", &CHAIN)?;
    gave(ran, "settle", "reason", "in-review")?;
    let review = ["review", "agent", "settle"];
    expect(&told, "pull_request opened", "pr-code-review.yml", &review)?;
    let pull = world.hub.pull(issue)?;
    let priced = pull["body"].as_str().unwrap_or_default();
    ensure!(priced.contains("claude-sonnet-4-6"), "{priced}");

    world.hub.say("ada-gatekeeper", issue, "/publish")?;
    let told = world.deliver()?;
    let ran = expect(
        &told,
        "issue_comment created",
        "cms-publish.yml",
        &["publish"],
    )?;
    gave(ran, "publish", "reason", "merging")?;
    ensure!(world.published(PAGE)? == page);
    ensure!(server.surprises().is_empty(), "{:?}", server.surprises());
    let exchanges = server.exchanges();
    ensure!(exchanges.iter().all(|one| one.key.as_deref() == Some(KEY)));
    println!(
        "workflows: Claude Code asked its model {} times",
        exchanges.len()
    );
    Ok(())
}

/// Slips in the workflow of requests: each must end otherwise than it should.
fn planted(world: &mut World<'_>) -> Result<()> {
    world.install("template")?;
    world.model = None;
    let half = "### Question\n\nIs there a swing?\n";
    let asks = "      vars.CMS_BOT_ENABLED == 'true' &&\n      needs.triage.outputs.run == 'true'";
    let unasked = "      vars.CMS_BOT_ENABLED == 'true'";
    let ran = world.planted((asks, unasked), "FAQ: swings", half)?;
    ensure!(
        only(&ran, &["triage"]).is_err(),
        "nobody sees a job that asks nothing"
    );

    let kept = ("persist-credentials: false", "persist-credentials: true");
    let ran = world.planted(kept, "FAQ: slides", half)?;
    ensure!(
        only(&ran, &["triage"]).is_err(),
        "nobody sees a credential that is left behind"
    );

    let agent = "run: lightsout agent run --run run --out work\n        env:\n";
    let token = format!("{agent}          GITHUB_TOKEN: ${{{{ github.token }}}}\n");
    let ran = world.planted((agent, &token), "FAQ: sand", &faq("Is there sand?"))?;
    let told = ran.jobs.get("agent").map(|job| job.result.as_str());
    ensure!(
        told == Some("failure"),
        "an agent runs beside a token: {told:?}"
    );
    ensure!(ran.log.contains("its environment holds `GITHUB_TOKEN`"));
    gave(&ran, "settle", "reason", "agent-failed")?;
    println!("workflows: 3 slips were planted and seen");
    world.searched()
}

fn repository() -> Value {
    json!({
        "full_name": REPOSITORY, "name": "site", "default_branch": "main",
        "owner": { "login": "example", "id": 6, "type": "Organization" },
    })
}

fn clock(cron: &str) -> Value {
    json!({ "schedule": cron, "repository": repository(), "workflow": ".github/workflows/x.yml" })
}

impl World<'_> {
    /// A file of the published branch.
    fn published(&self, path: &str) -> Result<String> {
        let site = self.dir.join("factory/site.git");
        process::read(git(&site).args(["show", &format!("main:{path}")]))
    }

    /// No secret is in what jobs handed on.
    fn searched(&self) -> Result<()> {
        let secrets = [self.hub.bot.as_str(), &self.hub.workflow, KEY];
        let files = files::below(&self.dir.join("artifacts"))?;
        for file in &files {
            let bytes = std::fs::read(file)?;
            let holds = |secret: &&str| {
                bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes())
            };
            let found = secrets.iter().find(|secret| holds(secret));
            ensure!(found.is_none(), "a secret is in `{}`", file.display());
        }
        ensure!(files.len() > 20, "only {} files", files.len());
        println!(
            "workflows: no secret in {} files that jobs handed on",
            files.len()
        );
        Ok(())
    }

    /// The archive that GitHub would make of a log.
    fn logs(&self, text: &str) -> Result<Vec<u8>> {
        let folder = self.dir.join("logs");
        std::fs::create_dir_all(folder.join("gates"))?;
        let stamped = format!("2026-01-01T10:00:00.0000000Z {text}");
        std::fs::write(folder.join("gates/1_Gate content.txt"), stamped)?;
        let archive: PathBuf = self.dir.join("logs.zip");
        let mut zip = std::process::Command::new("python3");
        zip.current_dir(&folder).args(["-m", "zipfile", "-c"]);
        process::read(zip.arg(&archive).arg("gates"))?;
        Ok(std::fs::read(archive)?)
    }
}
