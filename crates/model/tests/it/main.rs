//! The worlds, with fewer deeds and faults than `cargo xtask model` allows, and every wrong rule.

use lightsout_model::{CONTROLS, Property, Rulebook, SCENARIOS, explore, tell};

#[test]
fn every_property_holds_in_every_world() {
    for world in SCENARIOS {
        let found = explore(world.smaller(), Rulebook::SHIPPED, None);
        assert!(found.states > 50, "{} has hardly a state", world.name);
        if let Some(broken) = found.broken.first() {
            let story = tell(*world, Rulebook::SHIPPED, &broken.trace);
            panic!("{}: {}\n{story}", world.name, broken.property.sentence());
        }
    }
}

#[test]
fn every_wrong_rule_is_found() {
    for control in CONTROLS {
        let found = explore(control.scenario(), control.rulebook, Some(control.breaks));
        let broken = found
            .broken
            .iter()
            .find(|one| one.property == control.breaks);
        let broken = broken.unwrap_or_else(|| panic!("`{}` is not found", control.name));
        let story = tell(control.scenario(), control.rulebook, &broken.trace);
        assert!(story.lines().count() > broken.trace.len(), "{story}");
    }
}

#[test]
fn the_same_exploration_gives_the_same_numbers() {
    let of = || {
        let found = explore(SCENARIOS[0].smaller(), Rulebook::SHIPPED, None);
        (found.states, found.transitions)
    };
    assert_eq!(of(), of());
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
    let found = explore(control.scenario(), control.rulebook, Some(control.breaks));
    let broken = found.broken.first().expect("found");
    let story = tell(control.scenario(), control.rulebook, &broken.trace);
    for line in [
        "Mira files #1, incomplete.",
        "Mira answers.",
        "The agent works: READY, gates green.",
        "breaks `waiting-until-pull-request`",
    ] {
        assert!(story.contains(line), "{line}\n{story}");
    }
}
