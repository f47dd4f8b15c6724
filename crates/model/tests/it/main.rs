//! The worlds, with fewer deeds and faults than `cargo xtask model` allows, and every wrong rule.

use lightsout_model::{Broken, CONTROLS, Control, Property, Rulebook, Scene, explore};

/// Explores the world of a wrong rule until it is found.
fn find(control: &Control) -> Broken {
    let scene = control.scene().expect("the world of the control");
    let found = explore(scene, control.rulebook, Some(control.breaks));
    let mut broken = found.broken.into_iter();
    let broken = broken.find(|one| one.property == control.breaks);
    broken.unwrap_or_else(|| panic!("`{}` is not found", control.name))
}

#[test]
fn every_property_holds_in_every_world() {
    for scene in Scene::all() {
        let found = explore(scene.smaller(), Rulebook::SHIPPED, None);
        assert!(found.states > 20, "{} has hardly a state", scene.name());
        if let Some(broken) = found.broken.first() {
            let (sentence, story) = (broken.property.sentence(), &broken.story);
            panic!("{}: {sentence}\n{story}", scene.name());
        }
    }
}

#[test]
fn every_wrong_rule_is_found() {
    for control in CONTROLS {
        let broken = find(control);
        assert!(
            broken.story.lines().count() > broken.moves,
            "{}",
            broken.story
        );
    }
}

#[test]
fn worlds_have_names_of_their_own() {
    let mut names: Vec<_> = Scene::all().map(|scene| scene.name()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn the_same_exploration_gives_the_same_numbers() {
    let of = |scene: Scene| {
        let found = explore(scene.smaller(), Rulebook::SHIPPED, None);
        (found.states, found.transitions)
    };
    for scene in [Scene::all().next(), Scene::all().last()] {
        let scene = scene.expect("a world");
        assert_eq!(of(scene), of(scene));
    }
}

#[test]
fn properties_have_names_of_their_own() {
    let mut names = Property::ALL.map(Property::name).to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Property::ALL.len());
    let both = [true, false].map(|kind| Property::ALL.iter().any(|one| one.is_liveness() == kind));
    assert_eq!(both, [true, true]);
}

#[test]
fn a_story_of_a_wrong_rule_reads_like_one() {
    let control = CONTROLS
        .iter()
        .find(|control| control.name == "waiting label removed early")
        .expect("the control");
    let story = find(control).story;
    for line in [
        "Mira files #1, incomplete.",
        "Mira answers.",
        "The agent works: READY, gates green.",
        "breaks `waiting-until-pull-request`",
    ] {
        assert!(story.contains(line), "{line}\n{story}");
    }
}

/// The page for newcomers.
fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lifecycle.md");
    std::fs::read_to_string(path).expect("docs/lifecycle.md")
}

#[test]
fn the_page_says_what_every_property_says() {
    let page = page();
    for property in Property::ALL {
        let kind = if property.is_liveness() {
            "liveness"
        } else {
            "safety"
        };
        let row = format!(
            "| `{}` | {kind} | {} |",
            property.name(),
            property.sentence()
        );
        assert!(page.contains(&row), "docs/lifecycle.md lacks: {row}");
    }
}

#[test]
fn the_page_tells_stories_that_are_found() {
    let page = page();
    for name in [
        "approval of whatever is there",
        "no reservation",
        "cap that a push resets",
    ] {
        let control = CONTROLS.iter().find(|control| control.name == name);
        let story = find(control.expect("the control")).story;
        assert!(page.contains(&story), "docs/lifecycle.md lacks:\n{story}");
    }
}
