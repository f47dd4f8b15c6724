//! Previews, status by status.

use lightsout_forge::{AccountKind, Login};

use super::*;
use crate::decide;
use crate::decide::tests::{event_of, sha};
use crate::trace::tests::told;

fn facts() -> PreviewFacts {
    PreviewFacts {
        enabled: true,
        creator: Account {
            login: Login::new("vercel[bot]").unwrap(),
            kind: AccountKind::Bot,
        },
        creators: vec!["Vercel[bot]".into()],
        url: Some("https://site-git-faq.vercel.app".into()),
        hosts: vec!["vercel.app".into()],
        pull: Some(PreviewPull {
            number: Number(9),
            head: BranchName::new("claude/issue-7-remote-work").unwrap(),
            head_sha: sha('b'),
            request: Some(Number(7)),
        }),
        comment: None,
    }
}

fn says(facts: &PreviewFacts, deployment: u64, state: DeploymentState) -> Plan {
    let kind = EventKind::DeploymentStatus {
        deployment,
        sha: sha('b'),
        state,
    };
    decide(&event_of(kind), facts)
}

fn after(mut facts: PreviewFacts, plan: &Plan) -> PreviewFacts {
    for action in &plan.actions {
        let Action::UpsertComment { on, key, body } = action else {
            panic!("{action:?}")
        };
        assert_eq!((on, key), (&Thread::Issue(Number(7)), &preview_key()));
        facts.comment = Some(format!("{}\n{body}", key.marker()));
    }
    facts
}

const ALL: [DeploymentState; 7] = [
    DeploymentState::Pending,
    DeploymentState::Queued,
    DeploymentState::InProgress,
    DeploymentState::Failure,
    DeploymentState::Error,
    DeploymentState::Success,
    DeploymentState::Inactive,
];

#[test]
fn each_state_is_shown_on_the_request() {
    let shown: Vec<String> = ALL
        .iter()
        .map(|state| {
            let plan = says(&facts(), 1, *state);
            assert_eq!((plan.reason, plan.actions.len()), (Reason::PreviewTold, 1));
            after(facts(), &plan).comment.unwrap()
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn the_comment_never_goes_back() {
    for (first, state) in ALL.iter().enumerate() {
        let world = after(facts(), &says(&facts(), 5, *state));
        for (second, later) in ALL.iter().enumerate() {
            let failed = [DeploymentState::Failure, DeploymentState::Error];
            let both_failed = failed.contains(state) && failed.contains(later);
            let news = second > first && !both_failed;
            let plan = says(&world, 5, *later);
            assert_eq!(!plan.is_empty(), news, "{state:?} {later:?}");
            assert!(says(&world, 4, *later).is_empty());
            assert_eq!(says(&world, 6, *later).reason, Reason::PreviewTold);
        }
    }
}

#[test]
fn only_known_creators_are_believed() {
    let mut stranger = facts();
    stranger.creator.login = Login::new("vercel-bot").unwrap();
    assert_eq!(
        says(&stranger, 1, DeploymentState::Success),
        Plan::ignore(Reason::PreviewCreatorUnknown)
    );
}

#[test]
fn only_known_hosts_are_shown() {
    for good in [
        "https://vercel.app/x",
        "https://a.b.vercel.app:8443/?q=1#f",
        "HTTPS://A.VERCEL.APP",
    ] {
        let mut facts = facts();
        facts.url = Some(good.into());
        assert_eq!(
            says(&facts, 1, DeploymentState::Success).reason,
            Reason::PreviewTold,
            "{good}"
        );
    }
    for bad in [
        "http://a.vercel.app",
        "https://vercel.app.evil.example",
        "https://evilvercel.app",
        "https://vercel.app@evil.example",
        "https://user@a.vercel.app",
        "https://:word@a.vercel.app",
        "https://evil.example/vercel.app",
        "https://evil.example\\.vercel.app",
        "javascript:alert(1)",
        "//a.vercel.app",
        "",
    ] {
        let mut facts = facts();
        facts.url = Some(bad.into());
        let plan = says(&facts, 1, DeploymentState::Success);
        assert_eq!(plan, Plan::ignore(Reason::PreviewHostUnknown), "{bad}");
    }
    let mut nowhere = facts();
    nowhere.hosts = vec![String::new()];
    assert_eq!(
        says(&nowhere, 1, DeploymentState::Success).reason,
        Reason::PreviewHostUnknown
    );
}

#[test]
fn an_address_cannot_break_out_of_its_link() {
    let mut sly = facts();
    sly.url = Some("https://a.vercel.app/<b>)[x](y?<i>#<u>".into());
    let text = after(sly.clone(), &says(&sly, 1, DeploymentState::Success))
        .comment
        .unwrap();
    let link = text.split_once(" is ready: ").unwrap().1;
    assert_eq!(link.matches(['<', '>']).count(), 2, "{link}");
}

#[test]
fn a_success_needs_an_address_and_a_beginning_does_not() {
    let mut without = facts();
    without.url = None;
    assert_eq!(
        says(&without, 1, DeploymentState::Success),
        Plan::ignore(Reason::PreviewHostUnknown)
    );
    assert_eq!(
        says(&without, 1, DeploymentState::Pending).reason,
        Reason::PreviewTold
    );
}

#[test]
fn a_deployment_of_something_else_is_not_shown() {
    let mut none = facts();
    none.pull = None;
    assert_eq!(
        says(&none, 1, DeploymentState::Success),
        Plan::ignore(Reason::PreviewOfNothing)
    );
    let mut moved = facts();
    moved.pull.as_mut().unwrap().head_sha = sha('c');
    assert_eq!(
        says(&moved, 1, DeploymentState::Success),
        Plan::ignore(Reason::HeadMoved)
    );
    let mut stray = facts();
    stray.pull.as_mut().unwrap().request = None;
    assert_eq!(
        says(&stray, 1, DeploymentState::Success),
        Plan::ignore(Reason::NotOurPullRequest)
    );
    let event = event_of(EventKind::Sweep { issue: Number(7) });
    assert_eq!(decide(&event, &facts()), Plan::ignore(Reason::NothingToDo));
    let mut off = facts();
    off.enabled = false;
    assert_eq!(
        says(&off, 1, DeploymentState::Success),
        Plan::ignore(Reason::KillSwitchOff)
    );
}

#[test]
fn the_rules_that_were_looked_at_are_told() {
    insta::assert_snapshot!(told(|| says(&facts(), 1, DeploymentState::Success)), @"kill-switch-off preview-creator-unknown preview-of-nothing head-moved not-our-pull-request preview-host-unknown preview-shown preview-told!");
}
