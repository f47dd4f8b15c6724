//! `lightsout schema`: the JSON Schema of `factory.toml`, for editors.

use lightsout_taxonomy::schema;

use crate::failure::Done;
use crate::output::print_json;

pub(crate) fn run() -> anyhow::Result<Done> {
    print_json(&schema())?;
    Ok(Done::Fine)
}
