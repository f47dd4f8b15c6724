//! No job holds both what an agent wrote and something worth stealing. Looked for in the rendered files, which is what
//! GitHub reads: nothing here knows how they were made.

use serde_json::{Value, json};

use super::read::{jobs, sets, steps, yaml};

/// The keys of models, which an agent's own job may hold.
const MODEL_KEYS: &[&str] = &["secrets.ANTHROPIC_API_KEY", "secrets.OPENAI_API_KEY"];

/// What `lightsout` does that runs no agent and nothing that one wrote.
const OURS: &[&str] = &[
    "triage", "heal", "review", "canary", "settle", "publish", "preview", "spend", "stale",
];

/// What a job runs.
#[derive(Debug, PartialEq)]
enum Runs {
    /// `lightsout` only, on data that it checks.
    Ours,
    /// An agent.
    Agent,
    /// What an agent or anybody who pushes wrote.
    Theirs,
}

fn runs(job: &Value) -> Runs {
    let mut found = Runs::Ours;
    for step in steps(job) {
        let Some(command) = step["run"].as_str() else {
            continue;
        };
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            ["lightsout", "agent", "run", ..] => return Runs::Agent,
            // Our own verb and nothing behind it: no second command, no substitution.
            ["lightsout", verb, rest @ ..]
                if OURS.contains(verb)
                    && rest.iter().all(|word| {
                        word.chars()
                            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
                    }) => {}
            _ => found = Runs::Theirs,
        }
    }
    found
}

/// Everything that is wrong with a file.
fn complaints(file: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    if file["permissions"] != json!({}) || file.get("env").is_some() {
        complaints.push("the file gives every job something".to_owned());
    }
    for (name, job) in jobs(file) {
        let runs = runs(job);
        let mut complain = |what: &str| complaints.push(format!("{name} ({runs:?}): {what}"));
        let Some(permissions) = job["permissions"].as_object() else {
            complain("permissions are not listed");
            continue;
        };
        if runs != Runs::Ours && permissions.values().any(|access| access != "read") {
            complain("may write");
        }
        for secret in secrets(job) {
            let model_key = MODEL_KEYS.contains(&secret.as_str());
            match runs {
                Runs::Ours if model_key => complain("holds the key of a model for nothing"),
                Runs::Agent if !model_key => complain(&format!("holds {secret}")),
                Runs::Theirs => complain(&format!("holds {secret}")),
                Runs::Ours | Runs::Agent => {}
            }
        }
        for step in steps(job) {
            let checkout = step["uses"]
                .as_str()
                .is_some_and(|uses| uses.starts_with("actions/checkout@"));
            if checkout && step["with"]["persist-credentials"] != false {
                complain("leaves a credential behind");
            }
            if checkout && runs == Runs::Ours && step["with"]["ref"] != "main" {
                complain("checks out what others pushed");
            }
        }
    }
    complaints
}

/// Every secret that an expression anywhere in a job speaks of.
fn secrets(value: &Value) -> Vec<String> {
    let text = value.to_string();
    let mut found = Vec::new();
    for (at, _) in text.match_indices("${{") {
        let inside = text[at + 3..].split("}}").next().unwrap_or_default();
        for word in inside
            .split(|letter: char| !letter.is_ascii_alphanumeric() && !"._[]'".contains(letter))
        {
            if word.starts_with("secrets") || word == "github.token" || word == "github['token']" {
                found.push(word.to_owned());
            }
        }
    }
    found
}

#[test]
fn no_job_holds_both() {
    let mut looked_at = 0;
    for workflow in sets().iter().flatten() {
        let file = yaml(&workflow.render());
        assert_eq!(complaints(&file), Vec::<String>::new(), "{}", workflow.file);
        looked_at += jobs(&file).count();
        for (job, (name, rendered)) in workflow.jobs.iter().zip(jobs(&file)) {
            assert_eq!(job.id(), name);
            let ours = runs(rendered) == Runs::Ours;
            let broker = job.trust() == lightsout_workflows::Trust::Broker;
            assert_eq!(ours, broker, "{} {name}", workflow.file);
        }
    }
    assert!(looked_at > 500, "{looked_at}");
}

#[test]
fn planted_violations_are_caught() {
    let sets = sets();
    // The second set is that of Claude Code.
    let whole = yaml(&sets[1][0].render());
    let plant = |change: &dyn Fn(&mut Value)| {
        let mut file = whole.clone();
        change(&mut file);
        complaints(&file)
    };
    let token = json!({ "LIGHTSOUT_BOT_TOKEN": "${{ secrets.LIGHTSOUT_BOT_TOKEN }}" });
    assert_eq!(
        plant(&|file| file["jobs"]["agent"]["permissions"]["contents"] = json!("write")),
        ["agent (Agent): may write"]
    );
    assert_eq!(
        plant(&|file| file["jobs"]["gates"]["env"] = token.clone()),
        ["gates (Theirs): holds secrets.LIGHTSOUT_BOT_TOKEN"]
    );
    assert_eq!(
        plant(&|file| file["jobs"]["agent"]["steps"][0]["env"] = token.clone()),
        ["agent (Agent): holds secrets.LIGHTSOUT_BOT_TOKEN"]
    );
    assert_eq!(
        plant(&|file| {
            let key = json!({ "ANTHROPIC_API_KEY": "${{ secrets.ANTHROPIC_API_KEY }}" });
            file["jobs"]["gates"]["steps"][0]["env"] = key;
        }),
        ["gates (Theirs): holds secrets.ANTHROPIC_API_KEY"]
    );
    let settles = plant(&|file| {
        let steps = file["jobs"]["settle"]["steps"]
            .as_array_mut()
            .expect("steps");
        steps.push(json!({ "run": "lightsout settle && npm test" }));
    });
    assert!(
        settles.contains(&"settle (Theirs): may write".to_owned()),
        "{settles:?}"
    );
    assert_eq!(
        plant(&|file| file["jobs"]["agent"]["permissions"] = Value::Null),
        ["agent (Agent): permissions are not listed"]
    );
    assert_eq!(
        plant(&|file| file["permissions"] = json!("write-all")),
        ["the file gives every job something"]
    );
    assert_eq!(
        plant(
            &|file| file["jobs"]["agent"]["steps"][0]["with"]["persist-credentials"] = json!(true)
        ),
        ["agent (Agent): leaves a credential behind"]
    );
    assert_eq!(
        plant(&|file| {
            let head = json!("${{ github.event.workflow_run.head_sha }}");
            file["jobs"]["triage"]["steps"][0]["with"]["ref"] = head;
        }),
        ["triage (Ours): checks out what others pushed"]
    );
}
