//! What other jobs hand on is hostile: every rule that it is held against is broken here once.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use lightsout_engine::EngineError;
use lightsout_lifecycle::{Reason, RunEnd};

use crate::jobs::Chain;
use crate::world::GOOD;

/// Settles what was tampered with; it must come to nothing, and a person must be told why.
async fn refused(tamper: impl FnOnce(&Chain), expected: &str) {
    let chain = Chain::handed_on(GOOD).await;
    tamper(&chain);
    let settled = chain.settle().await.unwrap();
    let why = match settled.report.unwrap().end {
        RunEnd::AgentFailed { how, .. } => how,
        RunEnd::OutsideLane { problems } => problems.join("; "),
        end => panic!("{expected}: it passes as {end:?}"),
    };
    assert!(why.contains(expected), "{expected}: {why}");
    let reason = settled.plan.unwrap().reason;
    assert!(matches!(reason, Reason::AgentFailed | Reason::OutsideLane));
    assert!(chain.world.pulls().await.is_empty(), "{expected}");
    assert!(chain.world.is_waiting(chain.issue).await, "{expected}");
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

fn cut(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, &text[..text.len() / 2]).unwrap();
}

/// Puts a link in a file's place that leads to the very same content.
fn link(path: &Path) {
    let elsewhere = path.with_extension("elsewhere");
    let elsewhere = path
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join(elsewhere.file_name().unwrap());
    fs::rename(path, &elsewhere).unwrap();
    symlink(elsewhere, path).unwrap();
}

#[tokio::test]
async fn the_folder_of_the_agent() {
    let worked = |chain: &Chain| chain.work.join("worked.json");
    refused(
        |c| fs::write(c.work.join("extra"), "x").unwrap(),
        "none of its files",
    )
    .await;
    refused(
        |c| fs::create_dir(c.work.join("media.json")).unwrap(),
        "no ordinary file",
    )
    .await;
    refused(|c| link(&c.work.join("transcript")), "no ordinary file").await;
    refused(
        |c| fs::remove_file(c.work.join("transcript")).unwrap(),
        "no transcript",
    )
    .await;
    refused(
        |c| edit(&worked(c), "\"tried\"", "\"admin\": true, \"tried\""),
        "unknown field",
    )
    .await;
    refused(|c| cut(&worked(c)), "EOF").await;
    refused(|c| edit(&worked(c), "\"1-1\"", "\"2-1\""), "another run").await;
    refused(
        |c| fs::write(worked(c), " ".repeat(300_000)).unwrap(),
        "bytes",
    )
    .await;
    refused(
        |c| edit(&worked(c), "\"head\": \"", "\"head\": \"x"),
        "commit SHA",
    )
    .await;
    refused(
        |c| {
            fs::write(
                c.work.join("media.json"),
                "[{\"kind\":\"header\",\"slug\":\"../x\",\"prompt\":\"\",\"alt\":\"\"}]",
            )
            .unwrap();
        },
        "media.json",
    )
    .await;
}

#[tokio::test]
async fn the_folder_of_the_gates() {
    let judged = |chain: &Chain| chain.gates.join("judged.json");
    let bundle = |chain: &Chain| chain.gates.join("change.bundle");
    refused(
        |c| fs::write(c.gates.join("hook"), "x").unwrap(),
        "none of its files",
    )
    .await;
    refused(
        |c| edit(&judged(c), "\"verdict\"", "\"merge\": true, \"verdict\""),
        "unknown field",
    )
    .await;
    refused(|c| cut(&judged(c)), "EOF").await;
    refused(|c| edit(&judged(c), "\"1-1\"", "\"1-2\""), "another run").await;
    refused(
        |c| fs::write(judged(c), " ".repeat(1_100_000)).unwrap(),
        "bytes",
    )
    .await;
    refused(|c| link(&judged(c)), "no ordinary file").await;
    refused(|c| link(&bundle(c)), "no ordinary file").await;
    refused(|c| fs::remove_file(bundle(c)).unwrap(), "no bundle").await;
    refused(|c| fs::write(bundle(c), "garbage").unwrap(), "bundle").await;
    refused(|c| cut_bytes(&bundle(c)), "git").await;
    // All passed, it says; but these are not the base branch's gates.
    refused(
        |c| edit(&judged(c), "\"name\": \"gate\"", "\"name\": \"other\""),
        "gates are not those",
    )
    .await;
    refused(
        |c| edit(&judged(c), "\"command\": \"true\"", "\"command\": \"echo\""),
        "gates are not those",
    )
    .await;
    refused(
        |c| fs::write(judged(c), forged(c, "[]")).unwrap(),
        "gates are not those",
    )
    .await;
    refused(
        |c| {
            edit(
                &judged(c),
                "\"pictures\": []",
                "\"pictures\": [{\"path\":\"a.png\",\"note\":\"\"}]",
            );
        },
        "does not call for",
    )
    .await;
}

fn cut_bytes(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() - 30]).unwrap();
}

/// A verdict with other gates.
fn forged(chain: &Chain, gates: &str) -> String {
    let text = fs::read_to_string(chain.gates.join("judged.json")).unwrap();
    let mut judged: serde_json::Value = serde_json::from_str(&text).unwrap();
    judged["verdict"]["checked"]["gates"] = serde_json::from_str(gates).unwrap();
    judged.to_string()
}

/// Puts a change of somebody's own in the place of the one that was checked, in every file that names it.
fn smuggle(chain: &Chain, script: &str) {
    let origin = chain.world.local.dir().join("site.git");
    let tree = chain.world.dir.path().join("smuggler");
    let git = |folder: &Path, words: &[&str]| {
        let output = Command::new("git")
            .current_dir(folder)
            .args(words)
            .output()
            .unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let whole = chain.world.dir.path();
    let from = origin.display().to_string();
    git(whole, &["clone", "-q", &from, "smuggler"]);
    git(&tree, &["config", "user.name", "A"]);
    git(&tree, &["config", "user.email", "a@example.com"]);
    let base = git(&tree, &["rev-parse", "HEAD"]);
    let script = format!("set -e\n{script}\ngit add -A\ngit commit -qm evil --allow-empty");
    let ran = Command::new("sh")
        .current_dir(&tree)
        .args(["-c", &script])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let head = git(&tree, &["rev-parse", "HEAD"]);
    let bundle = chain.work.join("work.bundle");
    let out = bundle.display().to_string();
    let range = format!("^{base}");
    git(
        &tree,
        &[
            "bundle",
            "create",
            "-q",
            "--version=2",
            &out,
            "HEAD",
            &range,
        ],
    );
    fs::copy(&bundle, chain.gates.join("change.bundle")).unwrap();
    for file in [
        chain.work.join("worked.json"),
        chain.gates.join("judged.json"),
    ] {
        let text = fs::read_to_string(&file).unwrap();
        let at = text.find("\"head\": \"").unwrap() + 9;
        let was = text[at..at + 40].to_owned();
        fs::write(&file, text.replace(&was, &head)).unwrap();
    }
}

#[tokio::test]
async fn the_change_itself() {
    let page = "mkdir -p content/faq; echo x > content/faq/a.mdx";
    for (script, expected) in [
        (
            "mkdir -p content/pages; echo x > content/pages/a.mdx",
            "outside the lane",
        ),
        (
            "mkdir -p .github/workflows; echo x > .github/workflows/a.yml",
            "protected",
        ),
        ("echo x >> factory.toml", "protected"),
        (
            "mkdir -p content/faq; ln -s /etc/passwd content/faq/a.mdx",
            "symbolic link",
        ),
        (
            "mkdir -p content/faq; echo x > content/faq/a.mdx; chmod +x content/faq/a.mdx",
            "executable",
        ),
        (
            "git update-index --add --cacheinfo 160000,1111111111111111111111111111111111111111,content/faq/sub; mkdir -p content/faq/sub",
            "submodule",
        ),
        (
            "mkdir -p content/faq; head -c 3000000 /dev/zero > content/faq/a.mdx",
            "bytes",
        ),
        ("true", "empty"),
        // A history that does not begin at the base.
        (
            "git checkout -q --orphan other; mkdir -p content/faq; echo x > content/faq/a.mdx",
            "does not build on its base",
        ),
    ] {
        refused(|chain| smuggle(chain, script), expected).await;
    }
    // The same way in, with nothing wrong with it: what is refused above is refused for what it is.
    let chain = Chain::handed_on(GOOD).await;
    smuggle(&chain, page);
    let settled = chain.settle().await.unwrap();
    assert_eq!(settled.plan.unwrap().reason, Reason::InReview);
}

#[tokio::test]
async fn what_was_added_to_the_agents_commit() {
    refused(
        |chain| {
            let worked = fs::read_to_string(chain.work.join("worked.json")).unwrap();
            smuggle(chain, "mkdir -p content/faq; echo x > content/faq/a.mdx");
            fs::write(chain.work.join("worked.json"), worked).unwrap();
        },
        "does not hold the agent's",
    )
    .await;
}

#[tokio::test]
async fn the_gates_find_it_before() {
    let chain = Chain::handed_on(GOOD).await;
    smuggle(
        &chain,
        "mkdir -p content/faq; ln -s /etc/passwd content/faq/a.mdx",
    );
    fs::remove_dir_all(&chain.gates).unwrap();
    chain.check().await.unwrap();
    let judged = fs::read_to_string(chain.gates.join("judged.json")).unwrap();
    assert!(judged.contains("symbolic link"), "{judged}");
    let settled = chain.settle().await.unwrap();
    assert_eq!(settled.plan.unwrap().reason, Reason::OutsideLane);
}

#[tokio::test]
async fn the_run_itself() {
    for (from, to, expected) in [
        ("\"tried\"", "\"admin\": true, \"tried\"", "unknown field"),
        ("\"1-1\"", "\"../1-1\"", "no proper name"),
        ("\"claude/issue-1-bicycles\"", "\"main\"", "base branch"),
    ] {
        let chain = Chain::handed_on(GOOD).await;
        let file = chain.run.join("run.json");
        let text = fs::read_to_string(&file).unwrap();
        let branch = text.contains(from);
        let from = if branch {
            from.to_owned()
        } else {
            let at = text.find("\"claude/issue-1-").unwrap();
            let end = at + 1 + text[at + 1..].find('"').unwrap() + 1;
            text[at..end].to_owned()
        };
        edit(&file, &from, to);
        let error = chain.settle().await.unwrap_err();
        assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let chain = Chain::handed_on(GOOD).await;
    let file = chain.run.join("run.json");
    let run: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let base = run["base"].as_str().unwrap();
    edit(&file, base, &"1".repeat(40));
    let error = chain.settle().await.unwrap_err();
    assert!(matches!(error, EngineError::NoCommit { .. }), "{error}");
}
