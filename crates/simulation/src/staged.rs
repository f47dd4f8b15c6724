//! A world without chance, in which each thing that can be taken away is surely missed.
//!
//! Two requests are filed, and nobody comes back to them. The delivery of one's opening is lost, so only a sweep finds
//! it; the other is worked on from beginning to end, which writes its status comment several times.

use std::path::Path;

use lightsout_forge::{Inbox as _, Label, Login};
use lightsout_local::Local;

use crate::Without;
use crate::cast::{ANSWER, Cast, FACTORY};
use crate::check::{self, Finding};
use crate::dice::Dice;
use crate::fleet::in_a_folder;
use crate::scene::Scene;
use crate::world::World;

/// What is wrong at the end of this world.
///
/// # Errors
/// When the world could not be made or read.
pub fn staged(without: Option<Without>) -> anyhow::Result<Vec<Finding>> {
    in_a_folder(async |dir: &Path| live(without, dir).await)
}

async fn live(without: Option<Without>, dir: &Path) -> anyhow::Result<Vec<Finding>> {
    let scene = Scene::new(Dice::of(0, 0), without, false);
    let site = [("factory.toml".to_owned(), FACTORY.as_bytes().to_vec())];
    let local = Local::create(dir, &site, scene.clock.as_fn()).await?;
    let cast = Cast::new(&local, &scene, 0, 0).await?;
    for is_lost in [true, false] {
        file(&local).await?;
        while let (true, Some(event)) = (is_lost, local.next().await?) {
            local.done(&event.id).await?;
        }
    }
    let mut world = World::new(&scene, &cast);
    world.rest(&local).await;
    let evidence = world.evidence(&local).await?;
    let mut findings = std::mem::take(&mut world.findings);
    findings.extend(check::always(&evidence));
    let rests = evidence.issues.iter();
    findings.extend(rests.filter_map(|issue| check::resting(&evidence, issue).err()));
    Ok(findings)
}

async fn file(local: &Local) -> anyhow::Result<()> {
    let title = "Can I bring my bicycle into the hall?";
    let body = format!("### Question\n\n{title}\n\n{ANSWER}\n");
    let person = local.person(&Login::new("mira")?);
    let labels = [Label::new("cms-faq")?];
    person.open_issue(None, title, &body, &labels).await?;
    Ok(())
}
