//! What comes of a request: published, asked about, switched off, and worked on by Claude Code.

use anyhow::{Context, Result, ensure};
use lightsout_testkit::model::{Conversation, ModelServer, Turn};
use serde_json::json;

use super::{CHAIN, KEY, clock, faq, findings, kept_to_script, page};
use crate::e2e::workflows::expect::{expect, gave, only};
use crate::e2e::workflows::world::World;

pub(super) fn published(world: &mut World<'_>) -> Result<()> {
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
    let number = world.hub.pull(issue)?["number"]
        .as_u64()
        .context("no number")?;
    ensure!(!world.waits(issue)?);
    ensure!(world.hub.labels(number)? == ["bot-generated"]);

    world.hub.say("rui-visitor", issue, "/publish")?;
    let told = world.deliver()?;
    let said = "issue_comment created";
    let ran = expect(&told, said, "cms-publish.yml", &["publish"])?;
    gave(ran, "publish", "reason", "publish-needs-write")?;
    expect(&told, said, "issue-clarify.yml", &[])?;
    ensure!(world.hub.pull(issue)?["state"] == "open");

    world.approve(issue)?;
    let page = world.published("content/faq/can-i-bring-my-bicycle-in.mdx")?;
    ensure!(page.contains("There are 12 hooks in the hall."), "{page}");
    Ok(())
}

pub(super) fn clarified(world: &mut World<'_>) -> Result<()> {
    let half = "### Question\n\nIs there a place for skis?\n";
    let issue = world
        .hub
        .open("tomas-pebble", "FAQ: skis", half, &["cms-faq"])?;
    let told = world.deliver()?;
    let ran = expect(&told, "issues opened", "cms.yml", &["triage"])?;
    gave(ran, "triage", "run", "false")?;
    ensure!(world.waits(issue)?);

    let answer = "### Answer\n\nYes. There are 9 racks in the cellar.\n";
    world.hub.say("tomas-pebble", issue, answer)?;
    let told = world.deliver()?;
    let ran = expect(&told, "issue_comment created", "issue-clarify.yml", &CHAIN)?;
    gave(ran, "settle", "reason", "in-review")?;
    expect(&told, "issue_comment created", "cms-publish.yml", &[])?;
    ensure!(!world.waits(issue)?);
    ensure!(world.hub.pull(issue)?["state"] == "open");
    Ok(())
}

pub(super) fn switched_off(world: &mut World<'_>) -> Result<()> {
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

const PAGE: &str = "content/faq/may-i-bring-my-parrot.mdx";

pub(super) fn claude(world: &mut World<'_>) -> Result<()> {
    let question = "May I bring my parrot?";
    let page = page(question, "Yes. There are 12 hooks in the hall.");
    let commit = format!("git add {PAGE} && git commit -q -m 'Add the parrot'");
    let writes = Conversation::new("writes", [question])
        .unless("must_fix")
        .turn(Turn::say("").write(format!("{{cwd}}/{PAGE}"), &page))
        .turn(Turn::say("").shell(commit))
        .turn(Turn::say("The page is committed.\n\nREADY"));
    let reviews = Conversation::new("reviews", ["must_fix"]).turn(findings(&json!([])));
    let server = ModelServer::start(vec![writes, reviews])?;
    world.model = Some((server.url(), KEY));
    let body = faq(question);
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

    world.approve(issue)?;
    ensure!(world.published(PAGE)? == page);
    let asked = kept_to_script(&server)?;
    println!("workflows: Claude Code asked its model {asked} times");
    Ok(())
}
