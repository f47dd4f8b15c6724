//! `cargo xtask model`: explores every small world, and sees that every wrong rule is found.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use lightsout_model::{
    Broken, CONTROLS, Control, Explored, Property, Rulebook, Scene, Witnesses, explore,
    never_reached,
};

/// What to look at.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Explore only these worlds, by name
    #[arg(long, value_name = "WORLD")]
    world: Vec<String>,
    /// Try only these wrong rules, by name; all of them unless a world is named
    #[arg(long, value_name = "RULE")]
    control: Vec<String>,
    /// Tell how each wrong rule was found
    #[arg(long)]
    stories: bool,
    /// Allow people and faults less
    #[arg(long)]
    small: bool,
}

/// Explores, tells, and fails when a property does not hold or a wrong rule is not found.
pub(crate) fn run(options: &Options) -> Result<()> {
    let since = Instant::now();
    let named = |names: &[String], name: &str| names.iter().any(|one| one == name);
    let everything = options.world.is_empty() && options.control.is_empty();
    let worlds: Vec<Scene> = Scene::all()
        .filter(|world| everything || named(&options.world, world.name()))
        .map(|world| {
            if options.small {
                world.smaller()
            } else {
                world
            }
        })
        .collect();
    let controls: Vec<&Control> = CONTROLS
        .iter()
        .filter(|control| everything || named(&options.control, control.name))
        .collect();
    ensure!(
        !worlds.is_empty() || !controls.is_empty(),
        "nothing has that name"
    );
    let found = both_cores(&worlds, |world| {
        let found = explore(*world, Rulebook::SHIPPED, None);
        eprintln!("{}: {} states", world.name(), found.states);
        found
    });
    let witnesses = tell_worlds(&worlds, &found);
    let mut faults = found.iter().map(|found| found.broken.len()).sum::<usize>();
    if everything {
        tell_properties(&found);
        if !options.small {
            faults += tell_unreached(&witnesses);
        }
    }
    let caught = both_cores(&controls, |control| {
        let scene = control.scene()?;
        Some(explore(scene, control.rulebook, Some(control.breaks)))
    });
    faults += tell_controls(
        &controls,
        &caught,
        options.stories || !options.control.is_empty(),
    );
    println!("\n{:.1} s", since.elapsed().as_secs_f64());
    if faults > 0 {
        bail!("{faults} of the above should not be so");
    }
    Ok(())
}

/// Does all the work on two threads and keeps the order.
fn both_cores<T: Sync, R: Send>(jobs: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((at, job)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(at).map(|job| (at, job))
                } {
                    let result = work(job);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn tell_worlds(worlds: &[Scene], found: &[Explored]) -> Witnesses {
    let mut all = Witnesses::default();
    let (mut states, mut transitions) = (0, 0);
    for (world, found) in worlds.iter().zip(found) {
        println!(
            "{:<24} {:>8} states {:>9} transitions   {}",
            world.name(),
            found.states,
            found.transitions,
            world.about()
        );
        for broken in &found.broken {
            tell_broken(broken);
        }
        states += found.states;
        transitions += found.transitions;
        all.extend(&found.witnesses);
    }
    println!(
        "{:<24} {states:>8} states {transitions:>9} transitions",
        "together"
    );
    all
}

fn tell_properties(found: &[Explored]) {
    println!();
    let broken: BTreeSet<Property> = found
        .iter()
        .flat_map(|found| found.broken.iter().map(|broken| broken.property))
        .collect();
    for property in Property::ALL {
        let verdict = if broken.contains(&property) {
            "BROKEN"
        } else {
            "holds"
        };
        let kind = if property.is_liveness() {
            "liveness"
        } else {
            "safety"
        };
        println!(
            "{verdict:<7} {kind:<9} {:<26} {}",
            property.name(),
            property.sentence()
        );
    }
}

fn tell_unreached(witnesses: &Witnesses) -> usize {
    println!();
    let (excused, missing) = never_reached(witnesses);
    for (what, why) in &excused {
        println!("not reached, as it should be: {what}: {why}");
    }
    for what in &missing {
        println!("NEVER REACHED: {what}");
    }
    println!(
        "reached: {} reasons, {} kinds of moves, {} kinds of actions, {} states",
        witnesses.reasons.len(),
        witnesses.moves.len(),
        witnesses.actions.len(),
        witnesses.states.len()
    );
    missing.len()
}

fn tell_controls(controls: &[&Control], caught: &[Option<Explored>], stories: bool) -> usize {
    println!();
    let mut missed = 0;
    for (control, found) in controls.iter().zip(caught) {
        let all = found.as_ref().map_or(&[][..], |found| &found.broken);
        let Some(broken) = all.iter().find(|one| one.property == control.breaks) else {
            println!("MISSED  {:<46} {}", control.name, control.about);
            for broken in all {
                println!("        it breaks `{}` instead", broken.property.name());
            }
            missed += 1;
            continue;
        };
        println!(
            "found   {:<46} breaks `{}` in {} moves",
            control.name,
            control.breaks.name(),
            broken.moves
        );
        if stories {
            tell_broken(broken);
        }
    }
    missed
}

fn tell_broken(broken: &Broken) {
    println!(
        "  `{}`: {}",
        broken.property.name(),
        broken.property.sentence()
    );
    for line in broken.story.lines() {
        println!("    {line}");
    }
}
