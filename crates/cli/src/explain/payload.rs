//! Explaining a GitHub payload.

use std::path::Path;

use anyhow::Context as _;
use lightsout_github::{Delivery, Reading, read};
use lightsout_lifecycle::{decide, explain as traced};

use super::overlaid;
use super::show::Explained;
use super::sketch::Sketch;
use crate::args::Explain;
use crate::factory::is_switched_on;
use crate::input::{read_config, read_input, shown};

pub(super) fn explain(args: &Explain, name: &str, file: &Path) -> anyhow::Result<Explained> {
    let factory = read_config(args.config.as_deref())?;
    let body = read_input(file)?;
    let delivery = Delivery {
        event: name,
        id: "payload",
        received: chrono::Utc::now(),
    };
    let reading =
        read(&delivery, &body).with_context(|| format!("`{}` cannot be explained", shown(file)))?;
    let (event, facts) = match reading {
        Reading::Event { event, facts } => (event, facts),
        Reading::Ignored(why) => return Ok(Explained::ignored(why.code(), &why.to_string())),
    };
    let mut sketch = Sketch::new(&factory, &facts);
    let drawn = sketch.snapshot(&event, is_switched_on());
    let (snapshot, assumed) = overlaid(args, drawn, sketch.assumed)?;
    let (plan, looked) = traced(|| decide(&event, &snapshot));
    Ok(Explained::of(event, plan, &looked, snapshot, assumed))
}
