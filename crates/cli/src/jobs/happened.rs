//! What a job is about: the event that was named, or else the one that its workflow runs for.

use std::path::PathBuf;

use chrono::Utc;
use lightsout_github::{Delivery, Reading, read};

use crate::actions;
use crate::failure::Mendable;
use crate::input::read_input;

/// Reads the payload of the event that was named with `--event` and `--payload`, or that Actions names. `instead` is what
/// else could have been given, for whoever named none.
pub(super) fn read_payload(
    event: Option<&String>,
    payload: Option<&PathBuf>,
    instead: &str,
) -> anyhow::Result<Reading> {
    let named = event.cloned().zip(payload.cloned());
    let Some((name, file)) = named.or_else(actions::event) else {
        return Err(Mendable::error(
            "no event is named",
            format!(
                "give `--event NAME --payload FILE`{instead}; Actions sets `GITHUB_EVENT_NAME` and `GITHUB_EVENT_PATH`"
            ),
        ));
    };
    let body = read_input(&file)?;
    let delivery = Delivery {
        event: &name,
        id: &actions::delivery(),
        received: Utc::now(),
    };
    Ok(read(&delivery, &body)?)
}
