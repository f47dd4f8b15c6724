//! Writes the issue form of every type into a folder, named as GitHub wants them.
//!
//! ```sh
//! cargo run -p lightsout-taxonomy --example issue_forms .github/ISSUE_TEMPLATE [factory.toml]
//! ```

use std::fs;
use std::path::PathBuf;

use lightsout_taxonomy::{Factory, issue_form};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("give the folder to write to")?);
    let factory = match arguments.next() {
        None => Factory::builtin(),
        Some(file) => {
            let errors = |errors: Vec<_>| {
                errors
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            Factory::parse(&file, &fs::read_to_string(&file)?)
                .map_err(|found: Vec<lightsout_taxonomy::ConfigError>| errors(found))?
        }
    };
    fs::create_dir_all(&folder)?;
    for kind in &factory.types {
        fs::write(folder.join(format!("{}.yml", kind.label)), issue_form(kind))?;
    }
    Ok(())
}
