use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::{lightsout, stderr, stdout};

fn policy(words: &[&str]) -> Output {
    lightsout().arg("policy").args(words).output().unwrap()
}

fn fed(dir: &Path, words: &[&str], input: &str) -> Output {
    let mut child = lightsout()
        .current_dir(dir)
        .arg("policy")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has refused already does not read on.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn a_verdict_has_exactly_its_four_keys_in_order() {
    let words = ["check", "--format", "json", "--allow", "Bash(git add:*)"];
    let allowed = policy(&[&words[..], &["git add ."]].concat());
    assert!(allowed.status.success());
    assert_eq!(
        stdout(&allowed),
        "{\n  \"verdict\": \"allowed\",\n  \"rule\": \"Bash(git add:*)\",\n  \"part\": \"git add .\",\n  \"why\": \"a rule allows it\"\n}\n"
    );
    let refused = policy(&[&words[..], &["git add . && git push"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(
        stdout(&refused),
        "{\n  \"verdict\": \"refused\",\n  \"rule\": null,\n  \"part\": \"git push\",\n  \"why\": \"no rule allows it\"\n}\n"
    );
}

#[test]
fn without_rules_the_factory_decides() {
    for (words, allowed) in [
        (&["check", "git commit -m x"][..], true),
        (&["check", "git push"], false),
        (&["check", "lightsout content check"], true),
        (&["check", "--role", "reviewer", "git commit -m x"], false),
        (&["check", "--tool", "Write", "content/faq/a.mdx"], true),
        (
            &[
                "check",
                "--type",
                "cms-insight",
                "--tool",
                "Write",
                "content/faq/a.mdx",
            ],
            false,
        ),
        (&["check", "--tool", "Edit", "package.json"], false),
        (
            &["check", "--deny", "Bash(git commit:*)", "git commit -m x"],
            false,
        ),
    ] {
        let output = policy(words);
        assert_eq!(
            output.status.code(),
            Some(i32::from(!allowed)),
            "{words:?}: {}",
            stdout(&output)
        );
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let output = policy(&["check", "--allow", "Read,Bash(git", "ls"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "error: `--allow`: column 10: the bracket that opens here never closes\nhint: write `Tool(specifier)`\n"
    );
    let output = policy(&["check", "--type", "cms-nothing", "ls"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains(
            "there is no content type `cms-nothing`\nhint: the types are cms-spotlight-add"
        )
    );
    assert_eq!(policy(&["check"]).status.code(), Some(2));
    assert_eq!(
        policy(&["check", "--batch", "/no/such/file"]).status.code(),
        Some(1)
    );
}

#[test]
fn a_batch_answers_each_line_and_goes_on_after_a_bad_one() {
    let dir = tempfile::tempdir().unwrap();
    let long = format!("{{\"input\": \"{}\"}}", "x".repeat(2 << 20));
    let lines = [
        r#"{"input": "git add ."}"#,
        "",
        r#"{"input": 7}"#,
        r#"{"tool": "Write", "input": "content/a", "allow": "Edit(content/**)"}"#,
        &long,
        r#"{"input": "git add .", "deny": "Bash(git:*)"}"#,
        r#"{"inptu": "x"}"#,
        r#"{"input": "ls", "cwd": "/"}"#,
    ];
    let output = fed(
        dir.path(),
        &["check", "--allow", "Bash(git add:*)", "--batch", "-"],
        &lines.join("\n"),
    );
    assert_eq!(output.status.code(), Some(1));
    let answers: Vec<serde_json::Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let verdicts: Vec<&str> = answers
        .iter()
        .map(|one| one["verdict"].as_str().unwrap_or("error"))
        .collect();
    assert_eq!(
        verdicts,
        [
            "allowed", "error", "allowed", "error", "refused", "error", "allowed"
        ]
    );
    assert!(
        answers[1]["error"]
            .as_str()
            .unwrap()
            .starts_with("line 3: invalid type")
    );
    assert!(
        answers[3]["error"]
            .as_str()
            .unwrap()
            .starts_with("line 5: the line has over")
    );
}

#[test]
fn a_link_out_of_the_lane_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("content")).unwrap();
    std::os::unix::fs::symlink("/etc", dir.path().join("content/out")).unwrap();
    std::os::unix::fs::symlink("../nowhere.txt", dir.path().join("content/dangling")).unwrap();
    let check = |words: &[&str]| {
        let output = fed(
            dir.path(),
            &[&["check", "--allow", "Edit(content/**)"], words].concat(),
            "",
        );
        output.status.success()
    };
    assert!(check(&["--tool", "Write", "content/a"]));
    assert!(!check(&["--tool", "Write", "content/out/a"]));
    assert!(!check(&["--tool", "Write", "content/dangling"]));
    assert!(!check(&["echo x > content/out/a"]));
    assert!(!check(&["cat content/out/passwd"]));
    assert!(check(&["cat content/a"]));
}

#[test]
fn the_audit_exits_with_1_when_it_names_something() {
    let output = policy(&["audit", "--allow", "Bash(git push:*)", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let audited: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(audited["findings"][0]["code"], "any-ref");
    let fine = policy(&["audit", "--allow", "Bash(pnpm lint)"]);
    assert!(fine.status.success());
    assert_eq!(stdout(&fine), "0 findings\n");
}

#[test]
fn the_lists_are_printed_for_both_programs() {
    let claude = policy(&["print", "--for", "claude", "--type", "cms-faq"]);
    let codex = policy(&["print", "--for", "codex", "--type", "cms-faq"]);
    insta::assert_snapshot!(stdout(&claude) + "\n" + &stdout(&codex));
    let json = policy(&["print", "--type", "cms-faq", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(list["arguments"][0], "--allowedTools");
    assert_eq!(list["allow"][1], "Edit(content/faq/**)");
}

#[test]
fn a_gate_that_no_rule_can_hold_is_told() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("factory.toml"),
        "[[gates]]\nname = \"style\"\nrun = \"prettier --check content/*\"\n",
    )
    .unwrap();
    let output = fed(dir.path(), &["print"], "");
    assert!(output.status.success());
    assert!(!stdout(&output).contains("prettier"));
    assert!(
        stderr(&output).starts_with("note: no exact rule can hold the gate `style`"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn the_hook_refuses_with_2_whatever_goes_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path().to_str().unwrap();
    let question = |tool: &str, input: &str| {
        format!(
            r#"{{"hook_event_name":"PreToolUse","cwd":"{here}","tool_name":"{tool}","tool_input":{input},"tool_use_id":"u"}}"#
        )
    };
    let hook = |words: &[&str], input: &str| fed(dir.path(), &[&["hook"], words].concat(), input);
    let fine = hook(&[], &question("Bash", r#"{"command":"git add ."}"#));
    assert_eq!(
        (fine.status.code(), stdout(&fine), stderr(&fine)),
        (Some(0), String::new(), String::new())
    );
    let refused = hook(&[], &question("Bash", r#"{"command":"git push"}"#));
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        stderr(&refused),
        "refused: a rule denies it\n  rule: Bash(git push:*)\n  part: git push\n"
    );
    for (words, input) in [
        (&[][..], "{".to_owned()),
        (&[], String::new()),
        (&[], question("Bash", "{}")),
        (
            &[],
            question("Bash", r#"{"command":"git add ."}"#).replace("PreToolUse", "PostToolUse"),
        ),
        (
            &["--type", "none"],
            question("Bash", r#"{"command":"git add ."}"#),
        ),
        (
            &["--allow", "Bash("],
            question("Bash", r#"{"command":"git add ."}"#),
        ),
        (
            &["--root", "/no/such/folder/factory.toml/x"],
            "[".repeat(100_000),
        ),
        (
            &["--nonsense"],
            question("Bash", r#"{"command":"git add ."}"#),
        ),
    ] {
        let output = hook(words, &input);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(!output.stderr.is_empty());
    }
}
