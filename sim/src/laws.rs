//! What must hold, whatever happens. Each law is checked by looking at everything, slowly and plainly.

mod derived;
mod governance;
mod log;
mod sight;
mod state;

pub(crate) use sight::unseen_is_absent;
pub(crate) use state::any_node;

use directory::Commit;

use crate::world::{Broken, World};

/// Check every law. Both nodes are at rest. Answers the log.
pub(crate) fn check(world: &mut World) -> Result<Vec<Commit>, Broken> {
    let commits = log::read(world)?;
    log::chain(world)?;
    log::acknowledgements(world, &commits)?;
    log::causes(world, &commits)?;
    log::ownership(world, &commits)?;
    log::actors(world, &commits)?;
    state::nodes_agree(world, &commits)?;
    let now = state::any_node(world)?;
    state::consistent(&now)?;
    state::unique(&now)?;
    state::settled(world)?;
    derived::check(world, &now)?;
    governance::check(world, &now, &commits)?;
    sight::blind_see_nothing(world, &now)?;
    Ok(commits)
}
