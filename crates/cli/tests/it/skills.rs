use std::fs;

use serde_json::Value;

use crate::{lightsout, stderr, stdout};

#[test]
fn what_is_built_in_is_sound_and_every_type_finds_its_skills() {
    let output = lightsout().args(["skills", "check"]).output().unwrap();
    assert_eq!(stdout(&output), "7 skills checked, 0 findings\n");
    assert!(output.status.success());
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../skills");
    let output = lightsout()
        .args(["skills", "check", source])
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "7 skills checked, 0 findings\n");
}

#[test]
fn what_is_wrong_is_named_with_line_and_hint() {
    let dir = tempfile::tempdir().unwrap();
    let skill = dir.path().join("bird-count");
    fs::create_dir(&skill).unwrap();
    fs::create_dir(dir.path().join("empty")).unwrap();
    let text = "---\nname: birds\ndescription: Counts birds.\nallowed-tools: Bash\n---\n\n# Birds\n\n- [list](birds.md)\n- `lightsout content chekc`\n- `lightsout content check --rot .`\n- `lightsout content check --root .`\n- `lightsout lint voice`\n";
    fs::write(skill.join("SKILL.md"), text).unwrap();
    fs::write(dir.path().join("factory.toml"), "[[types]]\nlabel = \"cms-note\"\ntitle = \"Note\"\nverb = \"add\"\nlane = [\"content/notes/**\"]\nskills = [\"bird-count\", \"fish-count\"]\n\n[[types.fields]]\nkey = \"name\"\nlabel = \"Name\"\n").unwrap();
    let output = lightsout()
        .current_dir(dir.path())
        .args(["skills", "check", "."])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    insta::assert_snapshot!(stdout(&output));
    let output = lightsout()
        .current_dir(dir.path())
        .args(["skills", "check", ".", "--format", "json"])
        .output()
        .unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["skills"], 2);
    let findings = json["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["hint"].is_string()));
}

#[test]
fn warnings_alone_do_not_fail() {
    let dir = tempfile::tempdir().unwrap();
    let skill = dir.path().join("bird-count");
    fs::create_dir(&skill).unwrap();
    fs::write(dir.path().join("factory.toml"), "[factory]\nname = \"x\"\n").unwrap();
    fs::write(
        skill.join("SKILL.md"),
        "---\nname: bird-count\ndescription: Counts birds.\n---\n\n# Birds\n",
    )
    .unwrap();
    let output = lightsout()
        .args(["skills", "check"])
        .arg(dir.path())
        .args(["--format", "json"])
        .output()
        .unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |level: &str| {
        json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["level"] == level)
            .count()
    };
    assert_eq!((of("warning"), of("error")), (2, 0));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn skills_are_listed_and_shown() {
    let output = lightsout().args(["skills", "list"]).output().unwrap();
    insta::assert_snapshot!(stdout(&output));
    let output = lightsout()
        .args(["skills", "list", "--format", "json"])
        .output()
        .unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["skills"].as_array().unwrap().len(), 7);
    assert!(json["skills"][0]["canary"].is_string());
    assert!(json["skills"][0].get("text").is_none());
    let output = lightsout()
        .args(["skills", "show", "content-engine", "--format", "json"])
        .output()
        .unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        json["text"]
            .as_str()
            .unwrap()
            .starts_with("---\nname: content-engine\n")
    );
    let output = lightsout()
        .args(["skills", "show", "nothing"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`frontend-design`"));
}
