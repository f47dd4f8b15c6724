//! What guards are asked about: made-up payloads, with every mixture of what a guard looks at, and nearly right ones.

use lightsout_forge::status_labels;
use lightsout_taxonomy::Factory;
use serde_json::{Value, json};

/// A repository.
pub(super) const REPOSITORY: &str = "pebble/careers";

/// One question to the guards of some files.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The files whose first job is asked; none of them means every job after the first, of every file.
    pub(super) files: &'static [&'static str],
    pub(super) event: &'static str,
    pub(super) payload: Value,
    pub(super) vars: Value,
    pub(super) needs: Value,
    pub(super) success: bool,
    pub(super) cancelled: bool,
}

/// Names that look like labels of the factory and are none.
const NEAR: [&str; 4] = [
    "xcms-faq",
    "not-cms-approved",
    "cms-bot-waiting-2",
    "help wanted",
];

pub(super) const BODIES: [&str; 16] = [
    "/publish",
    "/PUBLISH please",
    "/publisher",
    "please /publish",
    "> /publish",
    "/cancel",
    "/retry",
    "/Accept",
    "/status?",
    "It seats 40.",
    "",
    "/",
    "publish",
    " /publish",
    "/\u{fb01}x",
    "ſtatus",
];

pub(super) const BRANCHES: [&str; 12] = [
    "main",
    "fix/ci-healer-7-abc",
    "FIX/CI-HEALER-7",
    "fix/ci-healer",
    "claude/issue-4-faq",
    "xfix/ci-healer-1",
    "",
    "fix/ci-healer-",
    "fix/review-4-abc",
    "FIX/REVIEW",
    "claude/issue",
    "xclaude/issue-4-faq",
];

pub(super) const CONCLUSIONS: [&str; 6] =
    ["failure", "success", "FAILURE", "cancelled", "", "failure "];

/// Values of the kill switch, among them none and some that are nearly `true`.
pub(super) fn switches() -> [Value; 7] {
    let set = |text: &str| json!({ "CMS_BOT_ENABLED": text });
    [
        set("true"),
        set("TRUE"),
        set("false"),
        set(""),
        set("true "),
        set("1"),
        json!({}),
    ]
}

pub(super) fn actors() -> [Value; 8] {
    [
        json!({ "login": "mira-fern", "type": "User" }),
        json!({ "login": "pebble-robot", "type": "User" }),
        json!({ "login": "PEBBLE-ROBOT", "type": "user" }),
        json!({ "login": "lightsout[bot]", "type": "Bot" }),
        json!({ "login": "vercel[bot]", "type": "bot" }),
        json!({ "login": "dependabot[bot]", "type": "Bot" }),
        json!({ "login": "bot", "type": "Organization" }),
        Value::Null,
    ]
}

fn repositories() -> [Value; 5] {
    [
        json!({ "full_name": REPOSITORY }),
        json!({ "full_name": "PEBBLE/Careers" }),
        json!({ "full_name": "stranger/careers" }),
        json!({}),
        Value::Null,
    ]
}

/// Takes one of a list, each at another pace, so that every value meets every other one.
pub(super) fn turn<T: Clone>(list: &[T], at: usize, pace: usize) -> T {
    list[(at / pace) % list.len()].clone()
}

/// The labels of a factory.
pub(super) fn labels(factory: &Factory) -> Vec<String> {
    let types = factory.types.iter().map(|kind| kind.label.clone());
    let status = status_labels()
        .into_iter()
        .map(|spec| spec.label.as_str().to_owned());
    types.chain(status).collect()
}

/// Every file that a guard stands in.
pub(super) const EVERY: &[&str] = &[
    "cms.yml",
    "issue-clarify.yml",
    "cms-ci-healer.yml",
    "pr-code-review.yml",
    "cms-publish.yml",
    "vercel-preview.yml",
    "cms-spend-alert.yml",
    "cms-stale-prs.yml",
    "cms-canary.yml",
    "ci.yml",
    "pr-checks.yml",
];

/// Every case.
pub(super) fn cases(factory: &Factory) -> Vec<Case> {
    let labels = labels(factory);
    let mut cases = Vec::new();
    issues(&labels, &mut cases);
    people(&mut cases);
    pulls(&labels, &mut cases);
    runs(&mut cases);
    deployments(&mut cases);
    chains(&mut cases);
    cases
}

/// The labels of a subset, every third one in capitals, with some that are nearly right.
pub(super) fn subset(labels: &[String], bits: usize, near: usize) -> Value {
    let mut names: Vec<String> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        if bits >> index & 1 == 1 {
            let capitals = (bits + index).is_multiple_of(3);
            names.push(if capitals {
                label.to_uppercase()
            } else {
                label.clone()
            });
        }
    }
    let close = NEAR
        .iter()
        .enumerate()
        .filter(|(index, _)| near >> index & 1 == 1);
    names.extend(close.map(|(_, name)| (*name).to_owned()));
    names
        .iter()
        .map(|name| json!({ "name": name, "color": "ffffff" }))
        .collect()
}

const OF_ISSUES: &[&str] = &["cms.yml", "issue-clarify.yml", "cms-publish.yml"];

/// Every subset of the factory's labels, with every subset of those that are nearly right.
fn issues(labels: &[String], cases: &mut Vec<Case>) {
    let actions = ["opened", "labeled", "reopened", "created"];
    let events = ["issues", "issue_comment", "workflow_dispatch"];
    let pulls = [None, Some(json!({ "url": "x" })), Some(Value::Null)];
    let set: Vec<&str> = labels
        .iter()
        .map(String::as_str)
        .chain(NEAR)
        .chain(["cms-unknown", "CMS-New"])
        .collect();
    for bits in 0..1 << labels.len() {
        for near in 0..1 << NEAR.len() {
            let at = cases.len();
            let mut issue = json!({ "number": at, "labels": subset(labels, bits, near) });
            if let Some(pull) = turn(&pulls, at, 5) {
                issue["pull_request"] = pull;
            }
            let mostly_on = if at.is_multiple_of(4) {
                turn(&switches(), at, 4)
            } else {
                switches()[0].clone()
            };
            cases.push(case(
                OF_ISSUES,
                turn(&events, at, 1),
                mostly_on,
                json!({
                    "action": turn(&actions, at, 3),
                    "issue": issue,
                    "label": { "name": turn(&set, at, 2) },
                    "comment": { "body": turn(&BODIES, at, 7) },
                    "sender": turn(&actors(), at, 11),
                }),
            ));
        }
    }
}

/// Who says what, whatever the labels are: every mixture.
fn people(cases: &mut Vec<Case>) {
    let waiting = json!([{ "name": "cms-faq" }, { "name": "CMS-BOT-WAITING" }]);
    let issues = [
        json!({ "number": 4, "labels": [] }),
        json!({ "number": 4, "labels": waiting }),
        json!({ "number": 4, "labels": waiting, "pull_request": {} }),
        json!({ "number": 4 }),
    ];
    for vars in switches() {
        for sender in actors() {
            for body in BODIES {
                for issue in &issues {
                    let payload = json!({
                        "action": "created", "issue": issue, "sender": sender, "comment": { "body": body },
                    });
                    cases.push(case(OF_ISSUES, "issue_comment", vars.clone(), payload));
                }
            }
        }
    }
}

const OF_PULLS: &[&str] = &["pr-code-review.yml", "cms-publish.yml", "pr-checks.yml"];

/// Pull requests with every subset of labels, from everywhere.
fn pulls(labels: &[String], cases: &mut Vec<Case>) {
    let set = [
        "cms-approved",
        "not-cms-approved",
        "CMS-APPROVED",
        "bot-generated",
    ];
    for bits in 0..1 << labels.len() {
        for repository in repositories() {
            let at = cases.len();
            let mostly_on = if at.is_multiple_of(4) {
                turn(&switches(), at, 4)
            } else {
                switches()[0].clone()
            };
            cases.push(case(
                OF_PULLS,
                turn(&["pull_request", "issue_comment"], at, 9),
                mostly_on,
                json!({
                    "action": turn(&["opened", "labeled", "synchronize"], at, 1),
                    "number": at,
                    "label": { "name": turn(&set, at, 2) },
                    "sender": turn(&actors(), at, 3),
                    "pull_request": {
                        "number": at,
                        "labels": subset(labels, bits, at % 16),
                        "head": { "ref": turn(&BRANCHES, at, 5), "repo": repository },
                    },
                }),
            ));
        }
    }
}

/// Runs of workflows, however they ended.
fn runs(cases: &mut Vec<Case>) {
    for conclusion in CONCLUSIONS {
        for repository in repositories() {
            for branch in BRANCHES {
                for vars in switches() {
                    let run = json!({ "conclusion": conclusion, "head_repository": repository, "head_branch": branch });
                    let payload = json!({ "action": "completed", "workflow_run": run });
                    cases.push(case(&["cms-ci-healer.yml"], "workflow_run", vars, payload));
                }
            }
        }
    }
}

const OF_CHORES: &[&str] = &[
    "vercel-preview.yml",
    "cms-spend-alert.yml",
    "cms-stale-prs.yml",
    "cms-canary.yml",
];

/// What preview hosts and strangers say, and the clock.
fn deployments(cases: &mut Vec<Case>) {
    for vars in switches() {
        for creator in actors() {
            for event in ["deployment_status", "schedule", "workflow_dispatch", "push"] {
                let payload =
                    json!({ "deployment_status": { "state": "success", "creator": creator } });
                cases.push(case(OF_CHORES, event, vars.clone(), payload));
            }
        }
    }
}

/// What the jobs before gave out, and how they ended.
fn chains(cases: &mut Vec<Case>) {
    let outputs = [Some("true"), Some("True"), Some("false"), Some(""), None];
    let given = |name: &str, output: Option<&str>| match output {
        Some(output) => json!({ "result": "success", "outputs": { name: output } }),
        None => json!({ "result": "skipped", "outputs": {} }),
    };
    for vars in switches() {
        for run in outputs {
            for check in outputs {
                for (success, cancelled) in [(true, false), (false, false), (false, true)] {
                    let mut needs = json!({});
                    for job in ["triage", "logs", "review", "canary", "publish", "settle"] {
                        needs[job] = given("run", run);
                    }
                    for job in ["agent", "fix-agent"] {
                        needs[job] = given("check", check);
                    }
                    let mut case = case(&[], "issues", vars.clone(), json!({ "action": "opened" }));
                    (case.needs, case.success, case.cancelled) = (needs, success, cancelled);
                    cases.push(case);
                }
            }
        }
    }
}

pub(super) fn case(
    files: &'static [&'static str],
    event: &'static str,
    vars: Value,
    payload: Value,
) -> Case {
    let (needs, success, cancelled) = (json!({}), true, false);
    Case {
        files,
        event,
        payload,
        vars,
        needs,
        success,
        cancelled,
    }
}
