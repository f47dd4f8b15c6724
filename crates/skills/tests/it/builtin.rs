//! The skills that are built in.

use std::collections::BTreeSet;

use lightsout_skills::{Against, builtin, check};

#[test]
fn they_pass_their_own_check() {
    let against = Against {
        named: &[],
        command: &|_| Ok(()),
    };
    assert_eq!(check(&builtin(), &against), []);
}

#[test]
fn each_reads_and_has_a_canary_of_its_own() {
    let folders = builtin();
    assert_eq!(folders.len(), 7);
    let skills: Vec<_> = folders
        .iter()
        .map(|folder| folder.skill().unwrap())
        .collect();
    let canaries: BTreeSet<_> = skills
        .iter()
        .map(|skill| skill.canary.clone().unwrap())
        .collect();
    assert_eq!(canaries.len(), skills.len());
    for skill in skills {
        assert!(skill.body.contains("# "), "{}", skill.name);
        assert!(!skill.body.contains("license:"), "{}", skill.name);
        assert!(
            !skill.description.contains(skill.canary.as_ref().unwrap()),
            "only who opens the skill knows its phrase"
        );
    }
}
