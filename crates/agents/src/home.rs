//! An agent's home: empty, but for the skills of its run.

use std::fs;

use lightsout_skills::{Place, Reader, Skill, builtin, layout};

use crate::{AgentError, WorkOrder};

/// Puts the run's skills where the program looks for its own. The home is ours until the program starts, so that nothing
/// in it leads anywhere, and the clone stays as it was.
pub(crate) fn lay_skills(order: &WorkOrder, reader: Reader) -> Result<(), AgentError> {
    let known: Vec<Skill> = builtin()
        .iter()
        .filter_map(|folder| folder.skill().ok())
        .collect();
    // A site may name skills of its own, which lie in its repository.
    let named = order.skills.iter();
    let skills: Vec<&Skill> = named
        .filter_map(|name| known.iter().find(|skill| skill.name == *name))
        .collect();
    for file in layout(reader, Place::Home, &skills) {
        let path = order.home.join(&file.path);
        let folder = path.parent().unwrap_or(&order.home);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, file.text));
        written.map_err(|source| AgentError::Disk {
            doing: "writing",
            path: path.clone(),
            source,
        })?;
    }
    Ok(())
}
