//! Where each agent finds its skills.

use lightsout_skills::{File, Folder, Place, Reader, Skill, layout};

fn skill() -> Skill {
    let text = "---\nname: bird-count\ndescription: >\n  Counts birds.\n  Use it in spring.\n---\n\n# Birds\n\nCanary phrase: `two wrens and a gull`\n";
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    Folder {
        name: "bird-count".to_owned(),
        files: vec![
            file("SKILL.md", text),
            file("references/birds.md", "wren\n"),
        ],
    }
    .skill()
    .unwrap()
}

fn paths(reader: Reader, place: Place) -> Vec<String> {
    layout(reader, place, &[&skill()])
        .into_iter()
        .map(|file| file.path)
        .collect()
}

#[test]
fn each_agent_has_its_places() {
    assert_eq!(
        paths(Reader::ClaudeCode, Place::Tree),
        [
            "AGENTS.md",
            "CLAUDE.md",
            ".claude/skills/bird-count/SKILL.md",
            ".claude/skills/bird-count/references/birds.md",
        ]
    );
    assert_eq!(
        paths(Reader::ClaudeCode, Place::Home),
        [
            ".claude/AGENTS.md",
            ".claude/CLAUDE.md",
            ".claude/skills/bird-count/SKILL.md",
            ".claude/skills/bird-count/references/birds.md",
        ]
    );
    assert_eq!(
        paths(Reader::Codex, Place::Tree),
        [
            "AGENTS.md",
            ".agents/skills/bird-count/SKILL.md",
            ".agents/skills/bird-count/references/birds.md",
        ]
    );
    assert_eq!(
        paths(Reader::Codex, Place::Home),
        [
            ".codex/AGENTS.md",
            ".agents/skills/bird-count/SKILL.md",
            ".agents/skills/bird-count/references/birds.md",
        ]
    );
}

#[test]
fn claude_code_imports_the_guide_on_the_first_line() {
    let files = layout(Reader::ClaudeCode, Place::Tree, &[&skill()]);
    assert_eq!(files[1].text.lines().next(), Some("@AGENTS.md"));
    let line = "- `bird-count`: Counts birds. Use it in spring.\n";
    assert!(files[0].text.ends_with(line), "{}", files[0].text);
    assert!(!files[0].text.contains("wrens"), "{}", files[0].text);
}

#[test]
fn a_skill_is_laid_out_as_it_was_found() {
    let skill = skill();
    let files = layout(Reader::Codex, Place::Home, &[&skill]);
    assert_eq!(files[1].text, skill.files[0].text);
    assert!(layout(Reader::Codex, Place::Home, &[])[0].text.len() > 100);
}
