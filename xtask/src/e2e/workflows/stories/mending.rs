//! What is wrong at first: a review finds it, or a gate fails on it; then it is mended, and merged.

use anyhow::{Context, Result, bail, ensure};
use lightsout_testkit::model::{Conversation, ModelServer, Turn};
use serde_json::{Value, json};

use super::{CHAIN, KEY, faq, findings, kept_to_script, page};
use crate::e2e::workflows::expect::{Told, expect, gave, only};
use crate::e2e::workflows::healer::{HEALER, failure};
use crate::e2e::workflows::world::World;

const REVIEW: &str = "pr-code-review.yml";
const OPENED: &str = "pull_request opened";
const READS: [&str; 3] = ["review", "agent", "settle"];
const FIXES: [&str; 6] = [
    "review",
    "agent",
    "settle",
    "fix-agent",
    "fix-gates",
    "fix-settle",
];
const CHECKS: [&str; 4] = ["publish", "agent", "gates", "settle"];
const HEALS: [&str; 4] = ["logs", "agent", "gates", "settle"];

/// A page that a person proposes, on a branch of the same name.
fn path(name: &str) -> String {
    format!("content/faq/{name}.mdx")
}

/// That page as it should be.
fn right() -> String {
    page(
        "When are you open?",
        "From 9 to 5, on every day but Sunday.",
    )
}

/// A model that finds a `fife` in a page, and mends what it is told of.
fn model(world: &mut World<'_>, name: &str) -> Result<ModelServer> {
    let path = path(name);
    let found = json!({ "severity": "must_fix", "path": path, "text": "It is 5 and not fife." });
    let mends = |heading: &str| {
        let commit = format!("git add {path} && git commit -q -m 'Mend the hours'");
        Conversation::new(heading, [heading, &path])
            .turn(Turn::say("").read(format!("{{cwd}}/{path}")))
            .turn(Turn::say("").write(format!("{{cwd}}/{path}"), right()))
            .turn(Turn::say("").shell(commit))
            .turn(Turn::say("It is mended.\n\nREADY"))
    };
    let review = "# Review pull request";
    let server = ModelServer::start(vec![
        Conversation::new("finds", [review, "+From 9 to fife"]).turn(findings(&json!([found]))),
        Conversation::new("finds nothing", [review]).turn(findings(&json!([]))),
        mends("# Fix what a review found"),
        mends("# Mend a failed check"),
    ])?;
    world.model = Some((server.url(), KEY));
    Ok(server)
}

pub(super) fn reviewed(world: &mut World<'_>) -> Result<()> {
    let server = model(world, "opening-hours")?;
    let (root, fix) = fixed(world, "opening-hours")?;
    let said = world.hub.comments(root)?;
    ensure!(
        said.iter()
            .any(|said| said.contains("It is 5 and not fife")),
        "{said:?}"
    );
    taken_over(world, root, fix)?;
    merged(world, root, &path("opening-hours"))?;
    kept_to_script(&server).map(drop)
}

/// Lets a person propose a page with a mistake that no gate knows. Gives their pull request, and that of the fix.
fn fixed(world: &mut World<'_>, name: &str) -> Result<(u64, u64)> {
    let wrong = right().replace('5', "fife");
    let root = world.propose(name, &path(name), &wrong)?;
    let told = world.deliver()?;
    expect(of(&told, root), OPENED, "ci.yml", &["gates"])?;
    let ran = expect(of(&told, root), OPENED, REVIEW, &FIXES)?;
    gave(ran, "review", "reason", "reviewing")?;
    gave(ran, "agent", "check", "false")?;
    gave(ran, "settle", "reason", "fixing-review")?;
    gave(ran, "fix-agent", "check", "true")?;
    gave(ran, "fix-gates", "passed", "true")?;
    gave(ran, "fix-settle", "reason", "review-fixed")?;
    let fix = proposed(world, &told, "fix/review-", name)?;
    // A repair is not reviewed, or one would call for the next.
    let ran = expect(of(&told, fix), OPENED, REVIEW, &["review"])?;
    gave(ran, "review", "reason", "repair-branch")?;
    Ok((root, fix))
}

pub(super) fn healed(world: &mut World<'_>) -> Result<()> {
    let server = model(world, "lunch-hours")?;
    let path = path("lunch-hours");
    // No page goes without a question: that is what the gate is for.
    let wrong = right().replace("question:", "asked:");
    let root = world.propose("lunch-hours", &path, &wrong)?;
    let told = world.deliver()?;
    expect(of(&told, root), OPENED, REVIEW, &READS)?;
    let gates = of(&told, root).find(|one| one.ran.file == "ci.yml");
    let gates = &gates.context("no gate ran")?.ran;
    ensure!(gates.jobs["gates"].result == "failure", "{}", gates.log);
    let log = gates.printed("gates");
    ensure!(log.contains(&path), "{log}");

    let pull = world.hub.get(&format!("/pulls/{root}"))?;
    let repair = mended(world, &pull, &log)?;
    taken_over(world, root, repair)?;
    merged(world, root, &path)?;
    kept_to_script(&server).map(drop)
}

/// Lets the healer hear of a failure. Gives the pull request of what it mended.
fn mended(world: &mut World<'_>, pull: &Value, log: &str) -> Result<u64> {
    let ran = world.heal(pull, log)?;
    only(&ran, &HEALS)?;
    gave(&ran, "logs", "reason", "healing")?;
    gave(&ran, "agent", "check", "true")?;
    gave(&ran, "gates", "passed", "true")?;
    gave(&ran, "settle", "reason", "healed")?;
    let told = world.deliver()?;
    let into = pull["head"]["ref"].as_str().unwrap_or_default();
    let repair = proposed(world, &told, "fix/ci-healer-", into)?;
    expect(of(&told, repair), OPENED, REVIEW, &[])?;
    Ok(repair)
}

/// The pull request of a repair: its gates are green, and it is labelled.
fn proposed(world: &World<'_>, told: &[Told], branch: &str, into: &str) -> Result<u64> {
    let pull = world.hub.pull_of(branch)?;
    let number = pull["number"].as_u64().context("no number")?;
    ensure!(pull["base"]["ref"] == into, "{pull}");
    ensure!(world.hub.labels(number)? == ["bot-generated"]);
    let head = pull["head"]["sha"].as_str().context("no head")?;
    let status = world.hub.get(&format!("/commits/{head}/status"))?;
    let gates = &status["statuses"][0];
    ensure!(gates["context"] == "lightsout/gates", "{status}");
    ensure!(gates["state"] == "success", "{status}");
    expect(of(told, number), OPENED, "ci.yml", &["gates"])?;
    expect(of(told, number), OPENED, "pr-checks.yml", &["lane"])?;
    Ok(number)
}

/// Lets a person take a repair over into their branch, which is then reviewed anew, and needs no second repair.
fn taken_over(world: &mut World<'_>, root: u64, repair: u64) -> Result<()> {
    world.hub.merge("ada-gatekeeper", repair)?;
    let told = world.deliver()?;
    let pushed = "pull_request synchronize";
    expect(of(&told, root), pushed, "ci.yml", &["gates"])?;
    let ran = expect(of(&told, root), pushed, REVIEW, &READS)?;
    gave(ran, "review", "reason", "reviewing")?;
    gave(ran, "settle", "reason", "reviewed")
}

/// Lets a person merge their pull request; its page is as it should be.
fn merged(world: &mut World<'_>, root: u64, path: &str) -> Result<()> {
    // This forge merges nothing without the factory's status, which work of its own has: of theirs, people say it.
    let pull = world.hub.get(&format!("/pulls/{root}"))?;
    let head = pull["head"]["sha"].as_str().context("no head")?;
    world.hub.vouch("ada-gatekeeper", head)?;
    world.hub.merge("ada-gatekeeper", root)?;
    expect(&world.deliver()?, "push", "ci.yml", &["gates"])?;
    let pull = world.hub.get(&format!("/pulls/{root}"))?;
    ensure!(pull["merged"] == true, "{pull}");
    ensure!(world.published(path)? == right());
    Ok(())
}

/// A request whose first page a gate refuses is handed back; with what a person says then, the agent does better.
pub(super) fn refused(world: &mut World<'_>) -> Result<()> {
    let (path, question) = (path("is-there-a-sauna"), "Is there a sauna?");
    let good = page(question, "Yes. There are 12 hooks in the hall.");
    let hint = "Mind that a page names its question.";
    let writes = |name: &str, marks: &[&str], text: &str| {
        let commit = format!("git add {path} && git commit -q -m 'Add the sauna'");
        Conversation::new(name, marks.iter().copied())
            .turn(Turn::say("").write(format!("{{cwd}}/{path}"), text))
            .turn(Turn::say("").shell(commit))
            .turn(Turn::say("The page is committed.\n\nREADY"))
    };
    let server = ModelServer::start(vec![
        Conversation::new("finds nothing", ["# Review pull request"]).turn(findings(&json!([]))),
        writes("mends", &[question, hint], &good),
        writes("writes", &[question], &good.replace("question:", "asked:")),
    ])?;
    world.model = Some((server.url(), KEY));
    let body = faq(question);
    let issue = world
        .hub
        .open("mira-fern", "FAQ: sauna", &body, &["cms-faq"])?;
    let ran = &world.deliver()?;
    let ran = expect(ran, "issues opened", "cms.yml", &CHAIN)?;
    gave(ran, "gates", "passed", "false")?;
    gave(ran, "settle", "reason", "gates-failed")?;
    ensure!(world.waits(issue)? && world.hub.pull(issue).is_err());
    let said = world.hub.comments(issue)?;
    ensure!(said.iter().any(|said| said.contains(&path)), "{said:?}");

    world.hub.say("mira-fern", issue, hint)?;
    let told = world.deliver()?;
    let ran = expect(&told, "issue_comment created", "issue-clarify.yml", &CHAIN)?;
    gave(ran, "gates", "passed", "true")?;
    gave(ran, "settle", "reason", "in-review")?;
    ensure!(!world.waits(issue)?);
    world.approve(issue)?;
    ensure!(world.published(&path)? == good);
    kept_to_script(&server).map(drop)
}

/// A repair of the factory's own page makes a commit that no gate has seen: they run on it, and no model is asked.
pub(super) fn own_page(world: &mut World<'_>) -> Result<()> {
    let (path, question) = (path("is-there-a-pond"), "Is there a pond?");
    let good = page(question, "Yes. There are 13 hooks in the hall.");
    let heading = "# Mend a failed check";
    let commit = format!("git add {path} && git commit -q -m 'Count the hooks'");
    let server = ModelServer::start(vec![
        Conversation::new("finds nothing", ["# Review pull request"]).turn(findings(&json!([]))),
        Conversation::new("mends", [heading, &path])
            .turn(Turn::say("").read(format!("{{cwd}}/{path}")))
            .turn(Turn::say("").write(format!("{{cwd}}/{path}"), &good))
            .turn(Turn::say("").shell(&commit))
            .turn(Turn::say("It is mended.\n\nREADY")),
        Conversation::new("writes", [question])
            .turn(Turn::say("").write(format!("{{cwd}}/{path}"), good.replace("13", "12")))
            .turn(Turn::say("").shell(&commit))
            .turn(Turn::say("The page is committed.\n\nREADY")),
    ])?;
    world.model = Some((server.url(), KEY));
    let issue = world
        .hub
        .open("mira-fern", "FAQ: pond", &faq(question), &["cms-faq"])?;
    let told = world.deliver()?;
    let ran = expect(&told, "issues opened", "cms.yml", &CHAIN)?;
    gave(ran, "settle", "reason", "in-review")?;
    let pull = world.hub.pull(issue)?;
    let log = format!("{path}:6: error: a hook too few\n");
    let repair = mended(world, &pull, &log)?;
    world.hub.merge("ada-gatekeeper", repair)?;
    world.deliver()?;
    let asked = kept_to_script(&server)?;

    world.hub.say("ada-gatekeeper", issue, "/publish")?;
    let told = world.deliver()?;
    let ran = expect(&told, "issue_comment created", "cms-publish.yml", &CHECKS)?;
    gave(ran, "publish", "reason", "checking")?;
    gave(ran, "publish", "role", "checker")?;
    gave(ran, "agent", "check", "true")?;
    gave(ran, "gates", "passed", "true")?;
    gave(ran, "settle", "reason", "in-review")?;
    ensure!(kept_to_script(&server)? == asked, "a model was asked");
    world.approve(issue)?;
    ensure!(world.published(&path)? == good);
    Ok(())
}

/// The template agent mends nothing: what it could not do is told to people.
pub(super) fn unmended(world: &mut World<'_>) -> Result<()> {
    let (_, pull) = world.in_review()?;
    let own = failure(&pull, &json!("fix/ci-healer-1-abc"));
    only(&world.trigger("workflow_run", &own, HEALER)?, &[])?;
    let log = "content/faq/is-there-a-place-for-skis.mdx:3: error: a rack too many\n";
    let ran = world.heal(&pull, log)?;
    only(&ran, &["logs", "agent", "settle"])?;
    gave(&ran, "logs", "run", "true")?;
    gave(&ran, "logs", "role", "healer")?;
    gave(&ran, "settle", "reason", "healer-failed")?;
    ensure!(world.deliver()?.is_empty());
    Ok(())
}

/// Slips that leave the mending out: a job waits for an output that nobody gives, and is skipped without a word.
pub(super) fn left_out(world: &mut World<'_>) -> Result<()> {
    let server = model(world, "closing-hours")?;
    let asks = |job: &str, output: &str| format!("needs.{job}.outputs.{output} == 'true'");
    let slip = (asks("settle", "run"), asks("settle", "fix"));
    let ended = world.with_slip((&slip.0, &slip.1), |world| fixed(world, "closing-hours"));
    seen(ended, "`pr-code-review.yml` ran", "fix-agent")?;

    let pull = world.hub.pull_of("closing-hours")?;
    let slip = (asks("logs", "run"), asks("logs", "heal"));
    let log = format!("{}:3: error: it says fife\n", path("closing-hours"));
    let ended = world.with_slip((&slip.0, &slip.1), |world| mended(world, &pull, &log));
    seen(ended, "`cms-ci-healer.yml` ran", "agent")?;
    kept_to_script(&server)?;
    println!("workflows: 2 mendings were left out, and missed");
    Ok(())
}

/// A story ended as it must when one of its jobs was left out.
fn seen<T>(ended: Result<T>, file: &str, job: &str) -> Result<()> {
    let Err(why) = ended else {
        bail!("nobody misses `{job}`");
    };
    let why = why.to_string();
    ensure!(why.contains(file) && why.contains(job), "{why}");
    Ok(())
}

/// What was told of one pull request.
fn of(told: &[Told], pull: u64) -> impl Iterator<Item = &Told> {
    told.iter().filter(move |one| one.pull == Some(pull))
}
