//! What people do in the world of repairs, and when the forge lets them.

use lightsout_forge::PullState;

use super::forge::{announce, move_branch};
use super::machine::Game;
use super::moves::Deed;
use super::world::{Pull, World};
use crate::world::Who;

impl Game {
    pub(crate) fn act(&mut self, world: &mut World, deed: Deed) {
        let books = &mut self.books;
        match deed {
            Deed::Push => {
                let new = world.commit();
                let branch = world.pulls[0].branch;
                move_branch(world, books, branch, new, Some(Who::Ada));
            }
            Deed::PushToRepair => {
                let Some(repair) = open_repair(world) else {
                    return;
                };
                let new = world.commit();
                let branch = world.pulls[repair].branch;
                move_branch(world, books, branch, new, Some(Who::Ada));
            }
            Deed::Merge => {
                let Some(repair) = open_repair(world) else {
                    return;
                };
                world.pulls[repair].state = PullState::Merged;
                let root = world.pulls[repair].mends.map_or(0, usize::from);
                let new = world.commit();
                let branch = world.pulls[root].branch;
                move_branch(world, books, branch, new, Some(Who::Ada));
            }
            // Neither the healer nor the review listens to that.
            Deed::Close => {
                world.pulls[0].state = PullState::Closed;
                world.interrupted += 1;
            }
            Deed::Reopen => {
                world.pulls[0].state = PullState::Open;
                announce(world, books, 0, Who::Ada);
            }
            Deed::Switch => world.enabled = !world.enabled,
        }
    }
}

fn open_repair(world: &World) -> Option<usize> {
    let open = |pull: &Pull| pull.mends.is_some() && pull.state == PullState::Open;
    world.pulls.iter().rposition(open)
}

/// Whether the forge lets somebody do this now.
pub(crate) fn may(world: &World, deed: Deed) -> bool {
    let open = world.pulls[0].state == PullState::Open;
    match deed {
        Deed::Push | Deed::Close => open,
        Deed::Reopen => world.pulls[0].state == PullState::Closed,
        Deed::PushToRepair => open_repair(world).is_some(),
        Deed::Merge => open && open_repair(world).is_some(),
        Deed::Switch => true,
    }
}
