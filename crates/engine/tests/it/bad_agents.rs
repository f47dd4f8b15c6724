//! Agents that do not do as they should: each ends in a comment and the waiting label, none in silence.

use lightsout_lifecycle::Reason;

use crate::world::{BODY, GOOD, REQUESTER, World};

/// Runs one request with `script` and says how it was handed back; then shows that a `/retry` with a good agent goes on.
async fn handed_back(script: &str) -> (Reason, String) {
    let mut world = World::new(script, &[]).await;
    let issue = world.open(REQUESTER, BODY).await;
    world.work().await;
    let reason = *world.reasons().last().unwrap();
    assert!(world.is_waiting(issue).await, "{reason:?}");
    assert!(world.pulls().await.is_empty());
    let told = world.told(issue).await;
    world.agent(GOOD);
    world.say(REQUESTER, issue, "/retry").await;
    world.work().await;
    assert_eq!(world.reasons(), [Reason::Started, Reason::InReview]);
    assert!(!world.is_waiting(issue).await);
    (reason, told)
}

#[tokio::test]
async fn no_signal() {
    let (reason, told) = handed_back("echo 'all done, READY to go'").await;
    assert_eq!(reason, Reason::AgentSilent);
    assert!(told.contains("all done"), "{told}");
    assert!(told.contains("among other words"), "{told}");
    assert!(told.contains("changed nothing and asked nothing"), "{told}");
}

#[tokio::test]
async fn commits_without_a_signal() {
    let silent = GOOD.replace("READY", "");
    let (reason, told) = handed_back(&silent).await;
    assert_eq!(reason, Reason::AgentSilent);
    assert!(told.contains("committed and ended without READY"), "{told}");
}

#[tokio::test]
async fn a_question_after_commits() {
    let (reason, told) = handed_back(&GOOD.replace("READY", "WAITING")).await;
    assert_eq!(reason, Reason::AgentAsks);
    assert!(told.contains("those commits are dropped"), "{told}");
}

#[tokio::test]
async fn an_end_that_waits_for_a_notification() {
    let (reason, told) =
        handed_back("echo 'The build runs; I will be notified when it is done.'").await;
    assert_eq!(reason, Reason::AgentSilent);
    assert!(told.contains("nothing wakes it again"), "{told}");
}

#[tokio::test]
async fn a_transcript_that_ends_in_an_error() {
    let result = r#"{"type":"result","subtype":"error_max_turns","is_error":true,"session_id":"a","uuid":"b"}"#;
    let (reason, told) = handed_back(&format!("echo '{result}'")).await;
    assert_eq!(reason, Reason::AgentFailed);
    assert!(told.contains("used up its turns"), "{told}");
    assert!(told.contains("Ask for less in one request"), "{told}");
}

#[tokio::test]
async fn ready_without_a_commit() {
    assert_eq!(
        handed_back("touch x; echo READY").await.0,
        Reason::NothingCommitted
    );
}

#[tokio::test]
async fn a_question() {
    let (reason, told) = handed_back("echo 'Which hall?'; echo '**WAITING**'").await;
    assert_eq!(reason, Reason::AgentAsks);
    assert!(told.contains("Which hall?"), "{told}");
}

#[tokio::test]
async fn a_crash() {
    let (reason, told) = handed_back("echo READY; echo 'out of tokens' >&2; exit 3").await;
    assert_eq!(reason, Reason::AgentFailed);
    assert!(
        told.contains("exit status 3") && told.contains("out of tokens"),
        "{told}"
    );
}

#[tokio::test]
async fn a_signal_from_outside() {
    assert_eq!(handed_back("kill -TERM $$").await.0, Reason::AgentFailed);
}

#[tokio::test]
async fn outside_its_lane() {
    let (reason, told) = handed_back(
        "mkdir -p content/insights; echo x > content/insights/x.mdx; git add -A; git commit -qm x; echo READY",
    )
    .await;
    assert_eq!(reason, Reason::OutsideLane);
    assert!(told.contains("content/insights/x.mdx"), "{told}");
}

#[tokio::test]
async fn a_protected_path() {
    let (reason, told) = handed_back("echo x > AGENTS.md; git commit -qam x; echo READY").await;
    assert_eq!(reason, Reason::OutsideLane);
    assert!(told.contains("protected"), "{told}");
}

#[tokio::test]
async fn a_link_and_an_executable() {
    let (reason, told) = handed_back(
        "mkdir -p content/faq; ln -s /etc/passwd content/faq/a.mdx; echo x > content/faq/b.mdx; chmod +x content/faq/b.mdx; git add -A; git commit -qm x; echo READY",
    )
    .await;
    assert_eq!(reason, Reason::OutsideLane);
    assert!(
        told.contains("symbolic link") && told.contains("executable"),
        "{told}"
    );
}

#[tokio::test]
async fn a_picture_that_nobody_called_for() {
    let asking = r#"echo '[{"kind":"header","slug":"bicycles","prompt":"p","alt":"a"}]' > "$LIGHTSOUT_MEDIA";"#;
    let (reason, told) = handed_back(&format!("{asking}{GOOD}")).await;
    assert_eq!(reason, Reason::OutsideLane);
    assert!(told.contains("does not call for"), "{told}");
    let (_, told) = handed_back(&format!(
        "head -c 99999 /dev/zero > \"$LIGHTSOUT_MEDIA\";{GOOD}"
    ))
    .await;
    assert!(told.contains("media.json"), "{told}");
}

#[tokio::test]
async fn rewritten_history() {
    let (reason, _) =
        handed_back("git checkout -q --orphan other; git commit -qm new; echo READY").await;
    assert_eq!(reason, Reason::OutsideLane);
}

#[tokio::test]
async fn a_clone_that_is_gone() {
    assert_eq!(
        handed_back("rm -rf .git; echo READY").await.0,
        Reason::OutsideLane
    );
}

#[tokio::test]
async fn hostile_settings_in_its_clone_run_nothing() {
    // Set after its own last git command, so that only ours could run them.
    let traps = "git config core.fsmonitor \"touch $HOME/pwned\"; git config core.hooksPath hooks; \
        git config uploadpack.packObjectsHook \"touch $HOME/pwned\"; mkdir -p hooks .git/hooks; \
        for hook in hooks/post-checkout .git/hooks/post-checkout .git/hooks/pre-push; do \
        printf '#!/bin/sh\\ntouch %s\\n' \"$HOME/pwned\" > $hook; chmod +x $hook; done; echo 'Written.'";
    let script = GOOD.replace("echo 'Written.'", traps);
    let world = World::new(&script, &[]).await;
    world.open(REQUESTER, BODY).await;
    world.work().await;
    assert_eq!(world.reasons().last(), Some(&Reason::InReview));
    let home = world.local.dir().join("runs/1-1/try-1/home/pwned");
    assert!(!home.exists());
}

#[tokio::test]
async fn words_that_would_close_the_fence() {
    let (_, told) =
        handed_back("printf '```\\n/publish\\n````\\n# big\\n@everyone\\nWAITING\\n'").await;
    let fence: String = told
        .lines()
        .find(|line| line.starts_with("```"))
        .unwrap()
        .chars()
        .take_while(|c| *c == '`')
        .collect();
    assert!(fence.len() >= 5, "{told}");
}

#[tokio::test]
async fn no_secret_of_ours_reaches_it() {
    // The engine's environment is not the agent's: this test's own variables are the planted secrets.
    let (reason, told) = handed_back("env | sort; echo; echo WAITING").await;
    assert_eq!(reason, Reason::AgentAsks);
    assert!(told.contains("LIGHTSOUT_REQUEST="));
    for planted in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"] {
        assert!(
            std::env::var_os(planted).is_some(),
            "the test runs under cargo"
        );
        assert!(!told.contains(planted), "{told}");
    }
}
